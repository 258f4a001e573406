/* client/do_hold: the holder decides: look, agree as a second person, grant all or less. What it refuses: client/do_refuse. */
#include "client/after.h"
#include "client/anon.h"
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/hold.h"
#include "client/lacking.h"
#include "client/lapsed.h"
#include "client/sealed.h"
#include "client/twice.h"
#include "client/weigh.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static void reply_decisions(struct client_call *c, const struct client_desk *d, const struct client_hold *h)
{
    cJSON *array = json_add_array(c->reply, "sections");

    for (uint8_t i = 0; i < d->sections.count; i++) {
        char text[CLIENT_LAPSED_TEXT];
        cJSON *row;

        client_reply_decision(
            array, c->node, c->trouble.lang, CLIENT_READS_HOLDER, d->sections.name[i], &h->decision[i]);
        if (!h->has_lapsed[i])
            continue;
        client_lapsed_text(c->node, c->trouble.lang, &h->lapsed, text, sizeof text);
        row = cJSON_GetArrayItem(array, i);
        cJSON_DeleteItemFromObjectCaseSensitive(row, "text");
        json_add_text(row, "text", text);
    }
}

static void warn_doubt(struct client_call *c)
{
    json_add_text(c->reply, "warning",
        c->trouble.lang == LANG_NL ? "Let op: geboortedatum of naam in het verzoek ontbreekt of is anders "
                                     "dan in uw dossier. Bel de vrager na voordat u iets deelt."
                                   : "Careful: birth date and name in the request are missing or differ from "
                                     "your record. Phone the asker before you share anything.");
}

enum err client_do_preview(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    struct client_hold *h = calloc(1, sizeof *h);
    struct proto_sections missing;
    cJSON *content = NULL;
    enum err e = h == NULL ? ERR_NOMEM : client_desk_arg_open(c, x, &d);

    if (e == OK) {
        h->before_grant = true;
        e = client_hold_decide(c->node, x, &d, h);
    }
    if (e == OK)
        e = client_hold_content(c->node, x, &d.child, &h->permitted, &content, &missing);
    if (e == OK) {
        client_reply_desk(c->reply, c->node, x, c->trouble.lang, &d);
        cJSON_DeleteItemFromObjectCaseSensitive(c->reply, "sections");
        reply_decisions(c, &d, h);
        cJSON_AddItemToObject(c->reply, "would_leave", content);
        client_reply_sections(c->reply, "not_in_record", &missing);
        if (h->gives_away != CLIENT_ANON_NOTHING)
            json_add_text(c->reply, "gives_away",
                client_anon_name((enum client_anon_what) h->gives_away, c->trouble.lang));
        client_reply_last_day(c->reply, "until", h->permitted.count > 0 ? h->until_s : 0);
        if (client_hold_doubt(c->node, x, &d))
            warn_doubt(c);
    }
    free(h);
    return e;
}

/* What the options of grant say. */
struct granting {
    struct client_desk d;
    struct client_hold h;
    struct proto_sections asked;   /* the row keeps what was asked, also when less is granted */
    struct proto_ids ticked;
    uint8_t *weighing, *approval, *statement;
    size_t weighing_len, approval_len, statement_len;
    cJSON *content;
};

static enum err fewer_arg(struct client_call *c, struct client_desk *d)
{
    struct proto_sections fewer = {0};
    const char *text = NULL;
    enum err e;

    if (json_text(c->args, "sections", &text) != OK)
        return OK;
    e = client_arg_sections(c, "sections", &fewer);
    for (uint8_t i = 0; e == OK && i < fewer.count; i++)
        if (!proto_sections_has(&d->sections, fewer.name[i]))
            e = trouble_at(&c->trouble, ERR_RANGE, "--sections", 0, 0,
                "%s was not asked, or may not be shared; see: schakel preview",
                "%s is niet gevraagd, of mag niet gedeeld worden; zie: schakel preview", fewer.name[i]);
    if (e == OK)
        d->sections = fewer;
    return e;
}

/* The second person approved these bytes with their sections and their end: all of it, or another approval.
 */
static enum err approved_arg(struct client_call *c, struct client_desk *d)
{
    const char *text = NULL;

    if (json_text(c->args, "sections", &text) == OK || json_text(c->args, "until", &text) == OK)
        return trouble_at(&c->trouble, ERR_USAGE, "--approval", 0, 0,
            "what was approved is granted as it is, without --sections and --until; for less, grant without "
            "approval or have less approved",
            "wat is goedgekeurd wordt zo toegekend, zonder --sections en --until; voor minder is een andere "
            "goedkeuring nodig");
    d->sections = d->granted;
    return OK;
}

/* What was sealed then may have come to an end, or may end earlier by now. */
static enum err check_approved(struct client_call *c, const struct granting *g)
{
    if (g->d.access_until_s > clock_now_s() && g->d.access_until_s <= g->h.until_s)
        return OK;
    return trouble_at(&c->trouble, ERR_STATE, "--approval", 0, 0,
        "access would end earlier by now; ask the second person to approve again",
        "de toegang eindigt inmiddels eerder; vraag de tweede persoon opnieuw goed te keuren");
}

/* Steps of people: what they ticked, weighed and approved. */
static enum err take_steps(struct client_call *c, struct vault_txn *x, struct granting *g)
{
    enum err e = client_desk_arg_ticks(c, &g->ticked);

    if (e == OK)
        e = client_weigh_use(c, x, &g->d, &g->weighing, &g->weighing_len, &g->h.answered);
    if (e == OK)
        e = client_approve_use(c, x, &g->d, &g->approval, &g->approval_len);
    g->h.weighed_here = g->weighing_len > 0;
    g->h.second = g->approval_len > 0;
    g->h.ticked = &g->ticked;
    return e;
}

/* Everything that was asked for now must be a yes; otherwise nothing leaves, and the answer says which step
 * is missing. */
static enum err gather(struct client_call *c, struct vault_txn *x, struct granting *g)
{
    struct proto_sections missing;
    const char *approval = NULL;
    enum err e = client_desk_arg_open(c, x, &g->d);

    g->asked = g->d.sections;
    if (e == OK)
        e = json_text(c->args, "approval", &approval) == OK ? approved_arg(c, &g->d) : fewer_arg(c, &g->d);
    if (e == OK && client_hold_doubt(c->node, x, &g->d) && !client_arg_flag(c, "confirm_child"))
        e = trouble_set(&c->trouble, ERR_STATE,
            "birth date and name in the request are missing or differ from your record: phone the asker. If "
            "it is this child, add --confirm-child;"
            " if not, use schakel refuse --reason subject_doubt",
            "geboortedatum of naam in het verzoek ontbreekt of is anders dan in uw dossier: bel de vrager "
            "na. Is het dit kind, voeg --confirm-child toe;"
            " zo niet, gebruik schakel refuse --reason subject_doubt");
    if (e == OK)
        e = take_steps(c, x, g);
    if (e == OK)
        e = client_hold_decide(c->node, x, &g->d, &g->h);
    if (e == OK)
        e = client_lacking_check(c, &g->d, &g->h, NULL);
    if (e == OK && approval != NULL)
        return check_approved(c, g);
    if (e == OK)
        e = client_hold_content(c->node, x, &g->d.child, &g->h.permitted, &g->content, &missing);
    return e != OK ? e : client_hold_leave_out(c, &g->h, &missing);
}

static enum err finish_grant(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    enum err refused = client_call_check(c), e = client_desk_get(x, c->about, &d);

    if (refused == ERR_DENIED && e == OK)
        client_reply_lacking(c->reply, c->node, c->trouble.lang, &d);
    e = refused != OK ? refused : e;
    if (e != OK)
        return e;
    client_reply_id(c->reply, "grant", d.grant_id);
    json_add_text(c->reply, "state", client_desk_state_name(d.state));
    client_reply_sections(c->reply, "sections", &d.granted);
    client_reply_last_day(c->reply, "until", d.access_until_s);
    return client_after_reply(c->reply, c->node, x, c->trouble.lang, &d);
}

/* Seal first: the grant names the digest of exactly these bytes, and they leave only after its receipt
 * (client/desk_sent). */
static enum err send_grant(struct client_call *c, struct vault_txn *x, struct granting *g)
{
    struct proto_msg m = {.kind = PROTO_GRANT};
    struct client_desk *d = &g->d;
    enum err e = OK;

    if (g->approval_len == 0) {  /* else it is sealed already: exactly what the second person approved */
        d->granted = g->h.permitted;
        e = client_desk_arg_until(c, g->h.until_s, &d->access_until_s);
        if (e == OK)
            e = client_hold_seal(c->node, x, d, g->content);
    }
    if (e == OK)
        e = client_hold_sign(c, d, &g->statement, &g->statement_len);
    if (e != OK)
        return e;
    client_desk_head(d, &m);
    memcpy(m.head.pack, d->pack, sizeof m.head.pack);
    randombytes_buf(m.head.id, sizeof m.head.id);
    memcpy(m.refers, d->id, sizeof m.refers);
    m.sections = d->granted;
    m.statements = g->ticked;
    m.until_s = d->access_until_s;
    memcpy(m.digest, d->digest, sizeof m.digest);
    m.original = (struct proto_blob) {g->statement, g->statement_len};
    m.weighing = (struct proto_blob) {g->weighing, g->weighing_len};
    m.approval = (struct proto_blob) {g->approval, g->approval_len};
    memcpy(d->grant_id, m.head.id, sizeof d->grant_id);
    d->statements = g->h.counted;
    d->sections = g->asked;
    e = client_desk_put(x, d);
    if (e == OK)
        e = client_after_look_back(c->node, x, d);
    if (e == OK)
        e = client_outbox_put(c->node, x, &m, c->who, NULL);
    if (e == OK) {
        memcpy(c->about, d->id, sizeof c->about);
        c->finish = finish_grant;
        client_call_wait(c, m.head.id);
    }
    return e;
}

enum err client_do_grant(struct client_call *c, struct vault_txn *x)
{
    struct granting *g = calloc(1, sizeof *g);
    enum err e = g == NULL ? ERR_NOMEM : gather(c, x, g);

    if (e == OK)
        e = send_grant(c, x, g);
    if (g != NULL) {
        free(g->weighing);
        free(g->approval);
        free(g->statement);
        cJSON_Delete(g->content);
    }
    free(g);
    return e;
}
