/* client/desk_sent: what a receipt or a final refusal of an own act changes. Only here does the holder's
 * ciphertext leave: after the receipt of the grant (DESIGN goal 3). */
#include "client/desk_sent.h"

#include "base/log.h"
#include "client/after.h"
#include "client/consent_end.h"
#include "client/desk_arg.h"
#include "client/facts.h"
#include "client/fetched.h"
#include "client/index.h"
#include "client/member.h"
#include "client/unread.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum err client_sent_request(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    struct client_desk d;
    enum err err = client_desk_get(x, e->msg->head.id, &d);

    (void) n;
    if (err != OK)
        return err == ERR_NOTFOUND ? OK : err;
    d.rows = e->reply->receipt.rows;
    d.made_s = e->reply->receipt.time_s;
    d.until_s = e->msg->head.valid_until_s;
    if (d.state == CLIENT_DESK_SENT)
        d.state = CLIENT_DESK_WAITING;
    return client_desk_put(x, &d);
}

/* A logged no has rows: which step is missing. Without a receipt there is only the hub's word. */
enum err client_desk_refused(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    struct client_desk d;
    enum err err = client_desk_get(x, e->msg->head.id, &d);

    (void) n;
    if (err != OK)
        return err == ERR_NOTFOUND ? OK : err;
    if (e->reply->has_receipt)
        d.rows = e->reply->receipt.rows;
    d.state = CLIENT_DESK_DENIED;
    err = client_share_destroy(x, d.id);
    return err != OK ? err : client_desk_put(x, &d);
}

/* The row of an own grant, as long as that is the grant it has. */
static enum err row_granted(struct vault_txn *x, const struct client_receipt_event *e, struct client_desk *d)
{
    enum err err = client_desk_get(x, e->msg->kind == PROTO_OFFER ? e->msg->head.id : e->msg->refers, d);

    return err == OK && sodium_memcmp(d->grant_id, e->msg->head.id, PROTO_ID_LEN) != 0 ? ERR_NOTFOUND : err;
}

/* The grant was refused: the request is open again, and what was sealed is gone. */
enum err client_desk_refused_grant(
    struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    struct client_desk d;
    enum err err = row_granted(x, e, &d);

    (void) n;
    if (err != OK)
        return err == ERR_NOTFOUND ? OK : err;
    memset(d.grant_id, 0, sizeof d.grant_id);
    d.granted.count = 0;
    if (e->reply->has_receipt)
        d.rows = e->reply->receipt.rows;
    err = client_share_destroy(x, d.id);
    return err != OK ? err : client_desk_put(x, &d);
}

static enum err release(struct client_node *n, struct vault_txn *x, struct client_desk *d)
{
    struct proto_msg m = {.kind = PROTO_RELEASE};
    uint8_t *payload = NULL;
    size_t len = 0;
    enum err e = client_share_get(x, d->id, &payload, &len);

    if (e == OK) {
        client_desk_head(d, &m);
        memcpy(m.refers, d->grant_id, sizeof m.refers);
        memcpy(m.digest, d->digest, sizeof m.digest);
        m.payload = (struct proto_blob) {payload, len};
        e = client_outbox_put(n, x, &m, NULL, NULL);
    }
    free(payload);
    return e != OK ? e : client_share_destroy(x, d->id);
}

/* What was stopped meanwhile, by a withdrawal or by the asker, is granted in the log, but nothing follows. */
enum err client_sent_grant(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    struct client_desk d;
    enum err err = row_granted(x, e, &d);

    if (err != OK)
        return err == ERR_NOTFOUND ? OK : err;
    d.rows = e->reply->receipt.rows;
    d.granted_s = e->reply->receipt.time_s;
    if (d.state == (d.offer ? CLIENT_DESK_SENT : CLIENT_DESK_WAITING)) {
        d.state = CLIENT_DESK_GRANTED;
        err = release(n, x, &d);
        /* The receiver was revoked since: it takes part no more, and what was sealed for it goes. */
        if (err == ERR_DENIED) {
            d.state = CLIENT_DESK_WITHDRAWN;
            err = client_share_destroy(x, d.id);
        }
    }
    return err != OK ? err : client_desk_put(x, &d);
}

/* The row goes on to this state, when the question in it is still open. */
static enum err close_question(
    struct vault_txn *x, const struct client_receipt_event *ev, enum client_desk_state state)
{
    struct client_desk d;
    enum err e = client_desk_get(x, ev->msg->refers, &d);

    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    if (d.state != CLIENT_DESK_WAITING && d.state != CLIENT_DESK_SENT)
        return OK;
    d.state = (uint8_t) state;
    d.reason = state == CLIENT_DESK_REFUSED ? ev->msg->code : 0;
    d.granted.count = 0;
    e = client_share_destroy(x, d.id);  /* sealed for an approval, perhaps */
    return e != OK ? e : client_desk_put(x, &d);
}

enum err client_sent_release(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    struct client_desk d;
    enum err err = client_desk_by_grant(x, e->msg->head.to, e->msg->refers, &d);

    if (err != OK)
        return err == ERR_NOTFOUND ? OK : err;
    if (d.state == CLIENT_DESK_GRANTED) {
        d.state = CLIENT_DESK_RELEASED;
        err = client_fetched_wait(n, x, &d, e->msg->head.id);
    }
    return err != OK ? err : client_desk_put(x, &d);
}

enum err client_desk_refused_release(
    struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    struct client_desk d;
    enum err err = client_desk_by_grant(x, e->msg->head.to, e->msg->refers, &d);

    (void) n;
    if (err != OK)
        return err == ERR_NOTFOUND ? OK : err;
    if (d.state == CLIENT_DESK_GRANTED)
        d.state = CLIENT_DESK_WITHDRAWN;
    return client_desk_put(x, &d);
}

/* Granted: over with the access, on both sides, whether or not the other could be reached to say so. */
static bool is_given(const struct client_desk *d)
{
    return d->state == CLIENT_DESK_GRANTED || d->state == CLIENT_DESK_RELEASED
        || d->state == CLIENT_DESK_ARRIVED || d->state == CLIENT_DESK_OPENED;
}

/* What we gave is taken back, in the log: nothing of it goes out any more. */
static enum err taken_back(struct vault_txn *x, const struct client_receipt_event *ev)
{
    struct client_desk d;
    enum err e = client_desk_get(x, ev->msg->refers, &d);

    if (e != OK || client_desk_is_receiver(&d) || !is_given(&d))
        return e == ERR_NOTFOUND ? OK : e;
    d.state = CLIENT_DESK_WITHDRAWN;
    d.reason = ev->msg->code;
    e = client_share_destroy(x, d.id);
    return e != OK ? e : client_desk_put(x, &d);
}

enum err client_sent_refuse(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    (void) n;
    if (e->msg->code == PROTO_REFUSE_TAKEN_BACK)
        return taken_back(x, e);
    return close_question(x, e, CLIENT_DESK_REFUSED);
}

enum err client_sent_cancel(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    (void) n;
    return close_question(x, e, CLIENT_DESK_CANCELLED);
}

enum err client_sent_answer(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    struct client_desk d;
    enum err err = client_desk_get(x, e->msg->refers, &d);

    if (err != OK)
        return err == ERR_NOTFOUND ? OK : err;
    if (e->msg->code == PROTO_ANSWER_ACCEPT) {
        d.accepted = true;
        err = client_member_join(
            n, x, &(struct client_joining){d.case_id, d.other, n->me->id, d.purpose, &d.child_there});
    } else {
        d.state = CLIENT_DESK_NOT_FOR_US;
        err = client_share_destroy(x, d.id);
    }
    return err != OK ? err : client_desk_put(x, &d);
}

enum { DAY_S = 86400 };

struct ending {
    const struct client_node *node;
    struct vault_txn *x;
    uint64_t now_s;
    struct proto_ids rows;
};

/* The content was here, or is; the end of access is the holder's to be told. */
static bool is_here(const struct client_desk *d)
{
    return client_desk_is_receiver(d) && (d->state == CLIENT_DESK_ARRIVED || d->state == CLIENT_DESK_OPENED);
}

/* Never granted: over with its last day. Not while a grant is under way: the hub may take it yet. Who asked
 * waits a day for a grant of the last minute to come in. */
static bool is_unanswered(const struct client_desk *d, uint64_t now_s)
{
    bool open = d->state == CLIENT_DESK_WAITING || d->state == CLIENT_DESK_PREPARED;

    return open && d->until_s != 0 && sodium_is_zero(d->grant_id, sizeof d->grant_id)
        && d->until_s + (d->mine && !d->offer ? DAY_S : 0) <= now_s;
}

/* Shared in acute danger, and not weighed or seen by a second person in time (MODEL section 5, "post"). */
static bool is_not_followed(const struct ending *w, const struct client_desk *d)
{
    enum client_after_what what = CLIENT_AFTER_WEIGH;

    if (!is_given(d) || !client_after_closes(w->node, w->x, d, w->now_s, &what))
        return false;
    log_event(LOG_WARN, "access-closed", "reason", client_after_reason(what), NULL);
    return true;
}

static bool ending_each(void *arg, const struct client_desk *d)
{
    struct ending *w = arg;

    if ((is_given(d) && d->access_until_s <= w->now_s) || is_unanswered(d, w->now_s) || is_not_followed(w, d))
        memcpy(w->rows.id[w->rows.count++], d->id, PROTO_ID_LEN);
    return w->rows.count < PROTO_STATEMENTS_MAX;
}

enum err client_desk_end(
    struct client_node *n, struct vault_txn *x, struct client_desk *d, enum client_desk_state state)
{
    struct proto_msg m = {.kind = PROTO_REPORT, .code = PROTO_REPORT_EXPIRED};
    bool told = is_here(d);
    enum err e = client_share_destroy(x, d->id);

    client_desk_head(d, &m);
    memcpy(m.refers, d->grant_id, sizeof m.refers);
    m.sections = d->granted;
    d->state = (uint8_t) state;
    if (sodium_is_zero(d->grant_id, sizeof d->grant_id))
        d->granted.count = 0;   /* of an approval that nobody used */
    if (e == OK && told)
        e = client_outbox_put(n, x, &m, NULL, NULL);
    return e != OK ? e : client_desk_put(x, d);
}

struct lapsing {
    struct client_node *node;
    struct vault_txn *x;
    uint64_t now_s;
    struct proto_ids rows;
    enum err err;
};

static bool lapsing_each(void *arg, const struct client_desk *d)
{
    struct lapsing *l = arg;
    struct policy_facts f;
    char birth_date[11] = "";
    bool ended = false;

    if (!is_here(d))
        return true;
    l->err = client_facts_person(l->node, l->x, &d->child, l->now_s, &f, birth_date);
    if (l->err == OK)
        l->err = client_consent_ended(l->node, l->x, d, birth_date, l->now_s, &ended);
    /* Its last day ends it all the same. */
    if (client_unread_is(l->err)) {
        client_unread_say(l->node, CLIENT_UNREAD_FACTS);
        l->err = OK;
    }
    if (l->err == OK && ended)
        memcpy(l->rows.id[l->rows.count++], d->id, PROTO_ID_LEN);
    return l->err == OK && l->rows.count < PROTO_STATEMENTS_MAX;
}

/* What is here on a consent that ended, by a birthday too, is over: the holder may not say when that is
 * (client/consent_end). */
static enum err end_lapsed(struct client_node *n, struct vault_txn *x, uint64_t now_s)
{
    struct lapsing l = {.node = n, .x = x, .now_s = now_s};
    struct client_desk d;
    bool unread = false;
    enum err e = client_index_open_desk_left(x, lapsing_each, &l, &unread);

    if (e == OK)
        e = l.err;
    for (uint8_t i = 0; e == OK && i < l.rows.count; i++) {
        e = client_desk_get(x, l.rows.id[i], &d);
        if (e == OK)
            e = client_desk_end(n, x, &d, CLIENT_DESK_ENDED);
    }
    return e;
}

enum err client_desk_tick(struct client_node *n, struct vault_txn *x, uint64_t now_s)
{
    struct ending w = {.node = n, .x = x, .now_s = now_s};
    struct client_desk d;
    bool unread = false;
    enum err e = client_index_open_desk_left(x, ending_each, &w, &unread);

    if (unread)
        client_unread_say(n, CLIENT_UNREAD_REQUEST);
    for (uint8_t i = 0; e == OK && i < w.rows.count; i++) {
        e = client_desk_get(x, w.rows.id[i], &d);
        if (e == OK)
            e = client_desk_end(n, x, &d, CLIENT_DESK_ENDED);
    }
    return e == OK ? end_lapsed(n, x, now_s) : e;
}
