/* client/do_audit_list: the archive as a list for the privacy officer. */
#include "client/audit.h"

#include "base/text.h"
#include "client/archive.h"
#include "client/certs.h"
#include "client/child.h"
#include "client/openings.h"
#include "client/pages.h"
#include "client/sessions.h"
#include "client/texts.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 20000 };

/* ---- words ---- */

static const struct { uint8_t kind, code; const char *en, *nl; } acts[] = {
    {PROTO_REQUEST, 0, "asked", "gevraagd"}, {PROTO_OFFER, 0, "offered", "aangeboden"}, {PROTO_GRANT, 0, "granted", "toegestaan"},
    {PROTO_REFUSE, PROTO_REFUSE_TAKEN_BACK, "ended the access", "toegang beëindigd"}, {PROTO_REFUSE, 0, "refused", "geweigerd"},
    {PROTO_RELEASE, 0, "handed over", "overhandigd"},
    {PROTO_ANSWER, PROTO_ANSWER_ACCEPT, "accepted", "aanvaard"}, {PROTO_ANSWER, PROTO_ANSWER_NOT_FOR_US, "not for us", "niet voor ons"},
    {PROTO_CANCEL, 0, "cancelled", "ingetrokken verzoek"}, {PROTO_REPORT, PROTO_REPORT_OPENED, "opened", "geopend"},
    {PROTO_REPORT, PROTO_REPORT_EXPORTED, "exported", "uitgevoerd"}, {PROTO_REPORT, PROTO_REPORT_EXPIRED, "destroyed at the end", "vernietigd na afloop"},
    {PROTO_ACK, 0, "confirmed", "bevestigd"}, {PROTO_PUBLISH, 0, "made a key known", "sleutel bekendgemaakt"},
    {PROTO_BREAKGLASS, 0, "broke the glass", "noodprocedure"},
    {PROTO_OPENED_LEAF, PROTO_OPENED_OK, "checked the log", "logboek nagekeken"},
    {PROTO_OPENED_LEAF, PROTO_OPENED_BAD, "raised BAD_OPENING", "BAD_OPENING gemeld"},
    {PROTO_FETCH, 0, "was told that mail was taken out", "hoorde dat post is tegengehouden"},
};

/* "said: event VZM" */
static void said(const struct proto_signed *s, enum lang lang, char *out, size_t out_len)
{
    enum proto_statement_kind kind = proto_statement_of_type(s->type);
    struct proto_statement what;
    const char *event = kind == PROTO_SAY_EVENT && proto_statement_decode(kind, s->body, s->body_len, &what) == OK ? what.event : "";

    (void)snprintf(out, out_len, "%s: %s%s%s", lang == LANG_NL ? "gezegd" : "said", client_texts_kind(proto_statement_name(kind), lang),
        event[0] != '\0' ? " " : "", event);
}

static void put_act(const struct proto_msg *m, enum lang lang, char *out, size_t out_len)
{
    struct proto_signed s;

    if (m->kind == PROTO_STATEMENT && proto_sign_decode(m->original.data, m->original.len, &s) == OK) {
        said(&s, lang, out, out_len);
        return;
    }
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (acts[i].kind == m->kind && (acts[i].code == 0 || acts[i].code == m->code)) {
            (void)snprintf(out, out_len, "%s", lang == LANG_NL ? acts[i].nl : acts[i].en);
            return;
        }
    (void)snprintf(out, out_len, "%s", client_texts_kind(proto_kind_name(m->kind), lang));
}

enum err client_audit_period(struct client_call *c, struct client_audit_period *out)
{
    struct client_audit_period p = {.until_s = PROTO_NO_LEAF};
    struct date day;
    const char *text = NULL;
    enum err e = OK;

    if (json_text(c->args, "from", &text) == OK && text[0] != '\0') {
        e = client_arg_date(c, "from", &day);
        p.from_s = e == OK ? clock_midnight_nl(day) : 0;
    }
    if (e == OK && json_text(c->args, "to", &text) == OK && text[0] != '\0') {
        e = client_arg_date(c, "to", &day);
        p.until_s = e == OK ? clock_midnight_nl(date_add_days(day, 1)) : 0;
    }
    if (e == OK && p.until_s <= p.from_s)
        return trouble_at(&c->trouble, ERR_RANGE, "--to", 0, 0, "lies before --from", "ligt voor --from");
    if (e == OK)
        *out = p;
    return e;
}

/* ---- the list ---- */

struct listing {
    struct client_call *c;
    struct vault_txn *x;
    cJSON *array;
    struct client_audit_period period;
    bool one_child;
    struct client_child child;
    const struct proto_partner *partner;     /* NULL: all */
    struct client_entry *entry;
    struct client_opening *opening;
    uint64_t count;
    uint64_t spent;                          /* of the period, not kept any more */
};

static bool is_wanted(const struct listing *l, const struct client_archived *a)
{
    const struct proto_header *h = &l->entry->msg.head;
    const uint8_t *other = a->direction == CLIENT_SENT ? h->to : h->from;
    bool same_case = l->child.has_case && sodium_memcmp(h->case_id, l->child.with.id, PROTO_ID_LEN) == 0;

    if (l->partner != NULL && sodium_memcmp(other, l->partner->id, PROTO_PARTNER_LEN) != 0)
        return false;
    return !l->one_child || same_case || proto_msg_same_subject(&h->subject, &l->child.here);
}

struct naming { const uint8_t *key; char name[64]; };

static bool name_each(void *arg, const struct client_staff *s)
{
    struct naming *f = arg;

    if (sodium_memcmp(s->key, f->key, PROTO_KEY_LEN) != 0)
        return true;
    (void)snprintf(f->name, sizeof f->name, "%s", s->name);
    return false;
}

/* Own staff by name; of others the role is known, and no more. */
static void add_person(cJSON *row, struct listing *l, const struct client_archived *a)
{
    const struct proto_header *h = &l->entry->msg.head;
    struct naming f = {.key = h->actor, .name = ""};
    char text[128];

    if (sodium_is_zero(h->actor, sizeof h->actor) == 1) {
        json_add_text(row, "person", l->c->trouble.lang == LANG_NL ? "het knooppunt zelf" : "the node itself");
        return;
    }
    if (a->direction == CLIENT_SENT && client_staff_walk(l->x, name_each, &f) != OK)
        f.name[0] = '\0';
    (void)snprintf(text, sizeof text, "%s%s%s", f.name, f.name[0] != '\0' ? ", " : "",
        client_texts_role(proto_role_name((enum proto_role)h->role), l->c->trouble.lang));
    json_add_text(row, "person", text);
}

static bool is_first(const struct proto_rows *rows, uint8_t at)
{
    for (uint8_t i = 0; i < at; i++)
        if (strcmp(rows->row[i].rule, rows->row[at].rule) == 0)
            return false;
    return rows->row[at].rule[0] != '\0';
}

/* Each section once with the rule that decided about it; where the hub decided nothing, what the message names. */
static void add_grounds(cJSON *row, const struct client_entry *e)
{
    cJSON *sections = json_add_array(row, "sections"), *ground = NULL;

    for (uint8_t i = 0; i < e->receipt.rows.count; i++)
        json_push_text(sections, e->receipt.rows.row[i].section);
    for (uint8_t i = 0; e->receipt.rows.count == 0 && i < e->msg.sections.count; i++)
        json_push_text(sections, e->msg.sections.name[i]);
    ground = json_add_array(row, "ground");
    for (uint8_t i = 0; i < e->receipt.rows.count; i++) {
        if (is_first(&e->receipt.rows, i))
            json_push_text(ground, e->receipt.rows.row[i].rule);
    }
}

static void add_opening(cJSON *row, struct listing *l, uint64_t number)
{
    enum err e = client_openings_get(l->x, number, l->opening);

    json_add_text(row, "log", e == OK ? client_openings_why(l->opening->state, l->c->trouble.lang)
            : l->c->trouble.lang == LANG_NL ? "nog niet opengelegd" : "not laid open yet");
}

static void add_row(struct listing *l, const struct client_archived *a)
{
    const struct client_entry *e = l->entry;
    const struct proto_header *h = &e->msg.head;
    cJSON *row = json_push_object(l->array);
    char text[96];

    json_add_u64(row, "number", a->number);
    clock_format_nl(a->time_s, text);
    json_add_text(row, "when", text);
    client_pages_at(row, a->time_s);
    json_add_text(row, "who", client_handle(l->c->node, h->from));
    add_person(row, l, a);
    put_act(&e->msg, l->c->trouble.lang, text, sizeof text);
    json_add_text(row, "act", text);
    json_add_text(row, "to", sodium_is_zero(h->to, sizeof h->to) == 1 ? "hub" : client_handle(l->c->node, h->to));
    client_reply_child(row, "child", l->c->node, l->x, &h->subject);
    json_add_text(row, "purpose", h->purpose);
    add_grounds(row, e);
    json_add_text(row, "result", proto_refusal_name((enum proto_refusal)e->receipt.result));
    if (e->receipt.result != PROTO_ACCEPTED)
        json_add_text(row, "refused", proto_refusal_text((enum proto_refusal)e->receipt.result, l->c->trouble.lang));
    add_opening(row, l, a->number);
}

/* A number under which nothing came, or what could not be believed: it stands in the list as that. */
static void add_hole(struct listing *l, const struct client_archived *a)
{
    cJSON *row;

    if (l->one_child || l->partner != NULL || l->period.from_s != 0 || l->period.until_s != PROTO_NO_LEAF)
        return;
    row = json_push_object(l->array);
    json_add_u64(row, "number", a->number);
    json_add_text(row, "act", a->bad ? (l->c->trouble.lang == LANG_NL ? "niet te geloven" : "could not be believed")
                                     : l->c->trouble.lang == LANG_NL ? "nooit gekomen" : "never came");
    add_opening(row, l, a->number);
}

static bool list_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct listing *l = arg;
    struct client_archived a;
    uint64_t number = 0;

    if (key_len != 8 || client_archive_decode(value, len, &a) != OK)
        return true;
    for (size_t i = 0; i < 8; i++)
        number = number << 8 | key[i];
    a.number = number;
    if (a.spent) {
        l->spent += a.time_s >= l->period.from_s && a.time_s < l->period.until_s;
        return true;
    }
    if (a.bad || a.index == PROTO_NO_LEAF) {
        add_hole(l, &a);
        return true;
    }
    if (a.time_s < l->period.from_s || a.time_s >= l->period.until_s)
        return true;
    if (client_entry_read(&a, l->entry) == OK && is_wanted(l, &a)) {
        add_row(l, &a);
        l->count++;
    }
    return l->count < ROWS_MAX;
}

enum err client_do_audit(struct client_call *c, struct vault_txn *x)
{
    struct listing *l = calloc(1, sizeof *l);
    const char *partner = NULL;
    enum err e = l == NULL ? ERR_NOMEM : client_audit_period(c, &l->period);

    if (e != OK) {
        free(l);
        return e;
    }
    l->c = c;
    l->x = x;
    l->entry = calloc(1, sizeof *l->entry);
    l->opening = calloc(1, sizeof *l->opening);
    if (l->entry == NULL || l->opening == NULL)
        e = ERR_NOMEM;
    if (e == OK && json_text(c->args, "partner", &partner) == OK && partner[0] != '\0')
        e = client_arg_partner(c, "partner", &l->partner);
    if (e == OK)
        e = client_child_arg_may(c, x, &l->one_child, &l->child);
    if (e == OK) {
        l->array = json_add_array(c->reply, "acts");
        e = client_vault_walk(x, CLIENT_T_ARCHIVE, NULL, 0, list_each, l);
        if (e == OK && l->spent != 0)
            json_add_u64(c->reply, "not_kept", l->spent);
    }
    if (e == OK)
        e = client_pages_newest(c, l->array);
    free(l->entry);
    free(l->opening);
    free(l);
    return e;
}
