/*
 * client/do_send: sending without being asked: a referral, a report, a handover. The offer carries its grant;
 * the content follows on the receipt. Where the rule asks for four eyes the first call only prepares it: a
 * second person seals and approves exactly what leaves (client/approve), and the second call sends those
 * bytes.
 */
#include "client/after.h"
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/hold.h"
#include "client/lacking.h"
#include "client/sealed.h"
#include "client/weigh.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PREPARED_DAYS = 60 };

struct sending {
    struct client_child child;
    struct client_desk d;
    struct client_hold h;
    struct proto_ids ticked;
    uint8_t *weighing, *approval, *statement, *sealed;
    size_t weighing_len, approval_len, statement_len, sealed_len;
    bool prepare;              /* it waits for a second person */
    cJSON *content;
};

static enum err start_row(struct client_call *c, struct vault_txn *x, struct sending *g)
{
    const struct proto_partner *to = NULL;
    const char *purpose = NULL;
    struct client_desk *d = &g->d;
    enum err e = client_desk_arg_all(c);

    if (e == OK)
        e = client_arg_partner(c, "to", &to);
    if (e == OK && to == c->node->me)
        e = trouble_at(&c->trouble, ERR_RANGE, "--to", 0, 0, "that is your own organisation; name another",
            "dat is uw eigen organisatie; noem een andere");
    if (e == OK)
        e = client_arg_purpose(c, true, &purpose);
    if (e == OK)
        e = client_arg_sections(c, "sections", &d->sections);
    if (e == OK)
        e = client_child_arg(c, x, purpose, &g->child);
    if (e == OK)
        e = client_desk_arg_note(c, d);
    if (e != OK)
        return e;
    d->mine = d->offer = true;
    d->state = CLIENT_DESK_SENT;
    randombytes_buf(d->id, sizeof d->id);
    memcpy(d->other, to->id, sizeof d->other);
    memcpy(d->purpose, purpose, strlen(purpose) + 1);
    if (g->child.has_case)
        memcpy(d->case_id, g->child.with.id, sizeof d->case_id);
    d->child = g->child.here;
    d->made_s = clock_now_s();
    e = client_desk_arg_anon(c, d);
    return e != OK ? e : client_child_for(x, &g->child, to->id, &d->child_there);
}

/* As if a second person had agreed already: is everything else there? missing: in the record; NULL: that is sealed already. */
static enum err decide(
    struct client_call *c, struct vault_txn *x, struct sending *g, const struct proto_sections *missing)
{
    enum err e = client_weigh_use(c, x, &g->d, &g->weighing, &g->weighing_len, &g->h.answered);

    g->h.weighed_here = g->weighing_len > 0;
    g->h.ticked = &g->ticked;
    g->h.second = true;
    if (e == OK)
        e = client_hold_decide(c->node, x, &g->d, &g->h);
    if (e == OK)
        e = client_lacking_check(c, &g->d, &g->h, missing);
    for (uint8_t i = 0; e == OK && i < g->d.sections.count; i++)
        g->prepare = g->prepare || (g->h.decision[i].eyes == POLICY_EYES_HOLDER && g->approval_len == 0);
    return e;
}

static enum err decide_and_seal(struct client_call *c, struct vault_txn *x, struct sending *g)
{
    struct proto_sections missing;
    enum err e = client_desk_arg_ticks(c, &g->ticked);

    if (e == OK)
        e = client_hold_content(c->node, x, &g->d.child, &g->d.sections, &g->content, &missing);
    if (e == OK)
        e = decide(c, x, g, &missing);
    if (e == OK)
        e = client_desk_arg_until(c, g->h.until_s, &g->d.access_until_s);
    if (e == OK && !g->prepare)
        e = client_hold_seal(c->node, x, &g->d, g->content);
    g->d.granted = g->d.sections;
    return e;
}

/* ---- four eyes: kept until a second person approves ---- */

static enum err prepare(struct client_call *c, struct vault_txn *x, struct sending *g)
{
    struct client_desk *d = &g->d;
    cJSON *rows;
    enum err e;

    g->h.second = false;
    e = client_hold_decide(c->node, x, d, &g->h);
    if (e != OK)
        return e;
    d->state = CLIENT_DESK_PREPARED;
    d->statements = g->ticked;   /* until it is sent: what was ticked */
    d->until_s = d->made_s + (uint64_t) PREPARED_DAYS * 86400;
    client_hold_rows(c->node, d, &g->h);
    e = client_desk_put(x, d);
    if (e != OK)
        return e;
    client_reply_id(c->reply, "offer", d->id);
    json_add_text(c->reply, "to", client_handle(c->node, d->other));
    json_add_text(c->reply, "result", client_desk_state_name(CLIENT_DESK_PREPARED));
    rows = json_add_array(c->reply, "sections");
    for (uint8_t i = 0; i < d->sections.count; i++)
        client_reply_decision(
            rows, c->node, c->trouble.lang, CLIENT_READS_HOLDER, d->sections.name[i], &g->h.decision[i]);
    client_reply_last_day(c->reply, "until", d->access_until_s);
    return OK;
}

static enum err prepared_arg(struct client_call *c, struct vault_txn *x, struct sending *g)
{
    enum err e = client_desk_arg(c, x, "offer", &g->d);

    if (e == OK && (!g->d.mine || !g->d.offer || g->d.state != CLIENT_DESK_PREPARED))
        e = trouble_at(&c->trouble, ERR_STATE, "--offer", 0, 0,
            "this is nothing that waits to be sent; how it stands: schakel request show",
            "dit is niets dat wacht om gestuurd te worden; hoe het ermee staat: schakel request show");
    if (e == OK && sodium_is_zero(g->d.approval, sizeof g->d.approval))
        e = trouble_at(&c->trouble, ERR_STATE, "--offer", 0, 0,
            "a second person here must approve it first: schakel approve --offer with this number",
            "een tweede persoon hier moet het eerst goedkeuren: schakel approve --offer met dit nummer");
    return e;
}

/* Exactly the bytes that were approved, if all of it is still a yes. */
static enum err take_prepared(struct client_call *c, struct vault_txn *x, struct sending *g)
{
    enum err e = prepared_arg(c, x, g);

    if (e == OK)
        e = client_approve_use(c, x, &g->d, &g->approval, &g->approval_len);
    g->ticked = g->d.statements;
    if (e == OK)
        e = decide(c, x, g, NULL);
    if (e == OK && (g->d.access_until_s <= clock_now_s() || g->d.access_until_s > g->h.until_s))
        e = trouble_at(&c->trouble, ERR_STATE, "--offer", 0, 0,
            "access would end earlier by now; the second person must approve again",
            "de toegang eindigt inmiddels eerder; de tweede persoon moet opnieuw goedkeuren");
    if (e == OK) {
        g->d.state = CLIENT_DESK_SENT;
        g->d.made_s = clock_now_s();
        g->d.until_s = 0;
    }
    return e;
}

/* ---- sending ---- */

static enum err finish_offer(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    enum err e = client_desk_get(x, c->about, &d);

    if (e != OK)
        return e;
    client_reply_id(c->reply, "offer", d.id);
    json_add_text(c->reply, "to", client_handle(c->node, d.other));
    json_add_text(c->reply, "result", client_desk_state_name(d.state));
    client_reply_rows(c->reply, c->node, c->trouble.lang, &d);
    client_reply_last_day(c->reply, "until", d.access_until_s);
    return OK;
}

static enum err send_offer(struct client_call *c, struct vault_txn *x, struct sending *g)
{
    struct proto_msg m = {.kind = PROTO_OFFER};
    struct client_desk *d = &g->d;
    enum err e = client_hold_sign(c, d, &g->statement, &g->statement_len);

    if (e == OK)
        e = client_sealed_request_make(c->node, x, d, d->id, &g->sealed, &g->sealed_len);
    if (e != OK)
        return e;
    memcpy(d->grant_id, d->id, sizeof d->grant_id);
    d->statements = g->h.counted;
    client_hold_rows(c->node, d, &g->h);
    client_desk_head(d, &m);
    memcpy(m.head.id, d->id, sizeof m.head.id);
    memcpy(m.head.pack, d->pack, sizeof m.head.pack);
    m.sections = d->sections;
    m.statements = d->statements;
    m.until_s = d->access_until_s;
    memcpy(m.digest, d->digest, sizeof m.digest);
    m.original = (struct proto_blob) {g->statement, g->statement_len};
    m.weighing = (struct proto_blob) {g->weighing, g->weighing_len};
    m.approval = (struct proto_blob) {g->approval, g->approval_len};
    m.sealed = (struct proto_blob) {g->sealed, g->sealed_len};
    e = client_desk_put(x, d);
    if (e == OK)
        e = client_after_look_back(c->node, x, d);
    if (e == OK)
        e = client_outbox_put(c->node, x, &m, c->who, NULL);
    if (e == OK) {
        memcpy(c->about, d->id, sizeof c->about);
        c->finish = finish_offer;
        client_call_wait(c, d->id);
    }
    return e;
}

enum err client_do_send(struct client_call *c, struct vault_txn *x)
{
    struct sending *g = calloc(1, sizeof *g);
    const char *offer = NULL;
    enum err e = g == NULL ? ERR_NOMEM : OK;

    if (e == OK && json_text(c->args, "offer", &offer) == OK) {
        e = take_prepared(c, x, g);
    } else if (e == OK) {
        e = start_row(c, x, g);
        if (e == OK)
            e = decide_and_seal(c, x, g);
    }
    if (e == OK)
        e = g->prepare ? prepare(c, x, g) : send_offer(c, x, g);
    if (g != NULL) {
        free(g->weighing);
        free(g->approval);
        free(g->statement);
        free(g->sealed);
        cJSON_Delete(g->content);
    }
    free(g);
    return e;
}
