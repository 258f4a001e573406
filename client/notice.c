#include "client/notice.h"

#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_reply.h"
#include "client/pages.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const struct { uint8_t bit; const char *name, *en, *nl; } told[] = {
    {CLIENT_NOTICE_NOT_WEIGHED, "not_weighed", "It was not weighed in time.", "Het is niet op tijd afgewogen."},
    {CLIENT_NOTICE_NO_SECOND, "no_second", "No second person looked at it in time.", "Er keek niet op tijd een tweede persoon mee."},
    {CLIENT_NOTICE_NOT_TOLD, "not_told", "The family was not told in time.", "Het gezin heeft het niet op tijd gehoord."},
    {CLIENT_NOTICE_AFTER_NO, "after_no", "It was shared after a no: of the family, or of this organisation before.",
        "Het is gedeeld na een nee: van het gezin, of eerder van deze organisatie."},
    {CLIENT_NOTICE_EXPORTED, "exported", "The receiver took a copy out of the program.", "De ontvanger haalde een kopie uit het programma."},
    {CLIENT_NOTICE_GRAVE, "grave", "This was shared under a rule of which you are told.", "Dit is gedeeld met een regel waarvan u bericht krijgt."},
};

bool client_notice_reads(const struct client_session *who)
{
    return who->role == PROTO_ROLE_OFFICER || who->role == PROTO_ROLE_FG;
}

uint8_t client_notice_of(const struct client_node *n, const struct client_desk *d, const struct client_after *a, uint64_t now_s)
{
    static const uint8_t late[CLIENT_AFTERS] = {CLIENT_NOTICE_NOT_WEIGHED, CLIENT_NOTICE_NO_SECOND, CLIENT_NOTICE_NOT_TOLD};
    struct client_due due[CLIENT_AFTERS];
    size_t count = client_after_dues(n, d, a, due);
    bool given = d->granted_s != 0;
    unsigned all = 0;

    if ((client_after_duties(n, d) & POLICY_DUTY_OFFICER) != 0)
        all |= CLIENT_NOTICE_GRAVE;
    for (size_t i = 0; i < count; i++)
        if (client_after_is_late(d, &due[i], now_s))
            all |= late[due[i].what];
    if (given && a->after_no)
        all |= CLIENT_NOTICE_AFTER_NO;
    if (given && a->exported_s != 0)
        all |= CLIENT_NOTICE_EXPORTED;
    return (uint8_t) all;
}

/* ---- the list ---- */

struct listing {
    struct client_call *c;
    struct vault_txn *x;
    cJSON *items;
    bool all;
    enum err err;
};

static void add_told(cJSON *row, uint8_t bits, enum lang lang)
{
    cJSON *names = json_add_array(row, "told");
    char text[400] = "";

    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if ((bits & told[i].bit) != 0) {
            size_t at = strlen(text);
            json_push_text(names, told[i].name);
            (void) snprintf(text + at, sizeof text - at, "%s%s", at != 0 ? " " : "", lang == LANG_NL ? told[i].nl : told[i].en);
        }
    json_add_text(row, "text", text);
}

/* Where the family still has to be told, and may have to wait longer, only the officer can say so. */
static const struct client_due *waiting(const struct client_due *due, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (due[i].what == CLIENT_AFTER_TELL && due[i].defers && due[i].done_s == 0)
            return &due[i];
    return NULL;
}

static void add_next(struct listing *l, cJSON *row, const struct client_desk *d, const struct client_after *a)
{
    struct client_due due[CLIENT_AFTERS];
    const struct client_due *tell = waiting(due, client_after_dues(l->c->node, d, a, due));
    char hex[2 * PROTO_ID_LEN + 1], next[96];

    (void) sodium_bin2hex(hex, sizeof hex, d->id, PROTO_ID_LEN);
    (void) snprintf(next, sizeof next, tell != NULL ? "schakel defer --share %.8s" : "schakel audit --partner %s",
        tell != NULL ? hex : client_handle(l->c->node, d->other));
    json_add_text(row, "next", next);
    client_reply_last_day(row, "due", tell != NULL ? tell->end_s : 0);
}

static void add_row(struct listing *l, const struct client_desk *d, const struct client_after *a, uint8_t bits)
{
    cJSON *row = json_push_object(l->items);

    client_reply_id(row, "id", d->id);
    json_add_text(row, "kind", "notice");
    json_add_text(row, "from", client_handle(l->c->node, d->other));
    client_reply_child(row, "child", l->c->node, l->x, &d->child);
    add_told(row, bits, l->c->trouble.lang);
    json_add_bool(row, "until_done", true);
    json_add_text(row, "purpose", d->purpose);
    json_add_text(row, "state", client_desk_state_name(d->state));
    client_reply_sections(row, "sections", &d->granted);
    client_reply_date(row, "since", d->granted_s);
    client_pages_at(row, d->granted_s);
    client_pages_group(row, CLIENT_PAGES_READ);
    add_next(l, row, d, a);
}

static bool list_each(void *arg, const struct client_desk *d)
{
    struct listing *l = arg;
    struct client_after a;
    uint8_t bits;

    l->err = client_after_get(l->x, d->id, &a);
    if (l->err != OK)
        return false;
    bits = client_notice_of(l->c->node, d, &a, clock_now_s());
    if ((bits & ~(unsigned) a.seen) != 0 || (l->all && bits != 0))
        add_row(l, d, &a, bits);
    return true;
}

enum err client_notice_list(struct client_call *c, struct vault_txn *x)
{
    struct listing l = {.c = c, .x = x, .items = json_add_array(c->reply, "items"), .all = client_arg_flag(c, "all")};
    enum err e = client_desk_walk(x, list_each, &l);

    if (e == OK)
        e = l.err;
    return e == OK ? client_pages_due(c, l.items) : e;
}

enum err client_notice_done(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    struct client_after a;
    uint8_t bits = 0;
    enum err e = client_desk_arg(c, x, "item", &d);

    if (e == OK)
        e = client_after_get(x, d.id, &a);
    if (e == OK)
        bits = client_notice_of(c->node, &d, &a, clock_now_s());
    if (e == OK && bits == 0)
        e = trouble_at(&c->trouble, ERR_STATE, "--item", 0, 0, "you were told nothing about this; see: schakel inbox",
            "hierover is u niets verteld; zie: schakel inbox");
    if (e != OK)
        return e;
    a.seen |= bits;
    e = client_after_put(x, d.id, &a);
    if (e == OK)
        client_reply_id(c->reply, "item", d.id);
    return e;
}
