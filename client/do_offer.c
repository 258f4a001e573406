/* client/do_offer: sending without being asked: a referral, a report, a handover. The offer carries its grant; the content follows on the
 * receipt. And the receiver's answer to it. */
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/hold.h"
#include "client/sealed.h"
#include "client/weigh.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct sending {
    struct client_child child;
    struct client_desk d;
    struct client_hold h;
    struct proto_ids ticked;
    uint8_t *weighing, *statement, *sealed;
    size_t weighing_len, statement_len, sealed_len;
    cJSON *content;
};

static enum err start_row(struct client_call *c, struct vault_txn *x, struct sending *g)
{
    const struct proto_partner *to = NULL;
    const char *purpose = NULL;
    struct client_desk *d = &g->d;
    enum err e = client_arg_partner(c, "to", &to);

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
    memcpy(d->grant_id, d->id, sizeof d->grant_id);
    e = client_desk_arg_anon(c, d);
    return e != OK ? e : client_child_for(x, &g->child, to->id, &d->child_there);
}

static enum err decide_and_seal(struct client_call *c, struct vault_txn *x, struct sending *g)
{
    struct proto_sections missing;
    enum err e = client_weigh_use(c, x, &g->d, &g->weighing, &g->weighing_len, &g->h.answered);

    g->h.weighed_here = g->weighing_len > 0;
    g->h.ticked = &g->ticked;
    if (e == OK)
        e = client_desk_arg_ticks(c, &g->ticked);
    if (e == OK)
        e = client_hold_decide(c->node, x, &g->d, &g->h);
    if (e == OK)
        e = client_hold_check(c, &g->d, &g->h);
    if (e == OK)
        e = client_hold_content(c->node, x, &g->d.child, &g->d.sections, &g->content, &missing);
    if (e == OK && missing.count > 0)
        e = trouble_at(&c->trouble, ERR_NOTFOUND, missing.name[0], 0, 0, "your record has none of this; write it with schakel record put, or send less",
            "uw dossier heeft hier niets over; schrijf het met schakel record put, of stuur minder");
    if (e == OK)
        e = client_desk_arg_until(c, g->h.until_s, &g->d.access_until_s);
    if (e == OK)
        e = client_hold_seal(c->node, x, &g->d, g->content);
    g->d.granted = g->d.sections;
    g->d.statements = g->h.counted;
    client_hold_rows(c->node, &g->d, &g->h);
    if (e == OK)
        e = client_hold_sign(c, &g->d, &g->statement, &g->statement_len);
    return e != OK ? e : client_sealed_request_make(c->node, x, &g->d, g->d.id, &g->sealed, &g->sealed_len);
}

static enum err finish_offer(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    enum err e = client_desk_get(x, c->about, &d);

    if (e != OK)
        return e;
    client_reply_id(c->reply, "offer", d.id);
    json_add_text(c->reply, "result", client_desk_state_name(d.state));
    client_reply_rows(c->reply, c->node, c->trouble.lang, &d);
    client_reply_last_day(c->reply, "until", d.access_until_s);
    return OK;
}

enum err client_do_send(struct client_call *c, struct vault_txn *x)
{
    struct sending *g = calloc(1, sizeof *g);
    struct proto_msg m = {.kind = PROTO_OFFER};
    enum err e = g == NULL ? ERR_NOMEM : start_row(c, x, g);

    if (e == OK)
        e = decide_and_seal(c, x, g);
    if (e == OK)
        e = client_desk_put(x, &g->d);
    if (e == OK) {
        client_desk_head(&g->d, &m);
        memcpy(m.head.id, g->d.id, sizeof m.head.id);
        m.sections = g->d.sections;
        m.statements = g->d.statements;
        m.until_s = g->d.access_until_s;
        memcpy(m.digest, g->d.digest, sizeof m.digest);
        m.original = (struct proto_blob) {g->statement, g->statement_len};
        m.weighing = (struct proto_blob) {g->weighing, g->weighing_len};
        m.sealed = (struct proto_blob) {g->sealed, g->sealed_len};
        e = client_outbox_put(c->node, x, &m, c->who, NULL);
    }
    if (e == OK) {
        memcpy(c->about, g->d.id, sizeof c->about);
        c->finish = finish_offer;
        client_call_wait(c, g->d.id);
    }
    if (g != NULL) {
        free(g->weighing);
        free(g->statement);
        free(g->sealed);
        cJSON_Delete(g->content);
    }
    free(g);
    return e;
}

/* The receiver's answer: accept keeps the copy until its end, not-for-us destroys it at once. */
static enum err answer(struct client_call *c, struct vault_txn *x, enum proto_answer code)
{
    struct client_desk d;
    struct proto_msg m = {.kind = PROTO_ANSWER, .code = (uint8_t) code};
    uint8_t id[PROTO_ID_LEN];
    enum err e = client_desk_arg(c, x, "offer", &d);

    if (e == OK && (d.mine || !d.offer || d.accepted || (d.state != CLIENT_DESK_GRANTED && d.state != CLIENT_DESK_ARRIVED && d.state != CLIENT_DESK_OPENED)))
        e = trouble_at(&c->trouble, ERR_STATE, "--offer", 0, 0, "this is not an offer that waits for your answer; see: schakel inbox",
            "dit is geen aanbod dat op uw antwoord wacht; zie: schakel inbox");
    if (e != OK)
        return e;
    client_desk_head(&d, &m);
    memcpy(m.refers, d.id, sizeof m.refers);
    e = client_outbox_put(c->node, x, &m, c->who, id);
    if (e == OK) {
        client_call_wait(c, id);
        client_reply_id(c->reply, "offer", d.id);
    }
    return e;
}

enum err client_do_accept(struct client_call *c, struct vault_txn *x)
{
    return answer(c, x, PROTO_ANSWER_ACCEPT);
}

enum err client_do_not_for_us(struct client_call *c, struct vault_txn *x)
{
    return answer(c, x, PROTO_ANSWER_NOT_FOR_US);
}

/* Reading tells the holder: the report goes out with the first opening, and the content is shown whether or not the hub can be reached. */
enum err client_do_open(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    struct proto_msg m = {.kind = PROTO_REPORT, .code = PROTO_REPORT_OPENED};
    cJSON *content = NULL;
    enum err e = client_desk_arg(c, x, "share", &d);

    if (e == OK && (d.mine == d.offer || (d.state != CLIENT_DESK_ARRIVED && d.state != CLIENT_DESK_OPENED)))
        e = trouble_at(&c->trouble, ERR_STATE, "--share", 0, 0, "there is nothing to read here, or not yet; how it stands: schakel request show",
            "er is hier niets te lezen, of nog niet; hoe het ermee staat: schakel request show");
    if (e == OK && d.access_until_s <= clock_now_s())
        e = trouble_at(&c->trouble, ERR_EXPIRED, "--share", 0, 0, "access ended; ask again if it is still needed",
            "de toegang is voorbij; vraag opnieuw als het nog nodig is");
    if (e == OK)
        e = client_hold_unseal(c->node, x, &d, &content);
    if (e == OK && d.state == CLIENT_DESK_ARRIVED) {
        client_desk_head(&d, &m);
        memcpy(m.refers, d.grant_id, sizeof m.refers);
        m.sections = d.granted;
        d.state = CLIENT_DESK_OPENED;
        d.opened_s = clock_now_s();
        e = client_outbox_put(c->node, x, &m, c->who, NULL);
        if (e == OK)
            e = client_desk_put(x, &d);
    }
    if (e != OK) {
        cJSON_Delete(content);
        return e;
    }
    client_reply_id(c->reply, "share", d.id);
    json_add_text(c->reply, "from", client_handle(c->node, d.other));
    client_reply_child(c->reply, "child", c->node, x, &d.child);
    json_add_text(c->reply, "purpose", d.purpose);
    client_reply_last_day(c->reply, "until", d.access_until_s);
    client_reply_duties(c->reply, c->node, c->trouble.lang, &d);
    cJSON_AddItemToObject(c->reply, "sections", content);
    return OK;
}
