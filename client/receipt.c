#include "client/origin.h"
#include "client/receipt.h"

#include "base/log.h"
#include "base/text.h"
#include "base/wr.h"
#include "client/archive.h"
#include "client/calls.h"
#include "client/desk.h"
#include "client/hublink_parts.h"
#include "client/keeping.h"
#include "client/mail.h"
#include "client/openings.h"
#include "client/registry.h"
#include "client/republish.h"
#include "client/resend.h"
#include "client/rotate.h"
#include "proto/sign.h"

#include <stdlib.h>
#include <string.h>

/* One sent envelope, decoded. Freed by drop. */
struct sent {
    uint8_t *envelope;
    size_t len;
    struct proto_signed s;
    struct proto_msg msg;
    uint8_t root[PROTO_HASH_LEN];
};

static void drop(struct sent *one)
{
    if (one != NULL)
        free(one->envelope);
    free(one);
}

static enum err open_variant(const struct client_outbox_row *row, const struct client_variant *v, struct sent **out)
{
    struct sent *one = calloc(1, sizeof *one);
    enum err e = one == NULL ? ERR_NOMEM : client_outbox_envelope(row, v, &one->envelope, &one->len);

    if (e == OK)
        e = proto_sign_decode(one->envelope, one->len, &one->s);
    if (e == OK)
        e = proto_msg_decode((enum proto_kind)row->kind, one->s.body, one->s.body_len, &one->msg);
    if (e != OK) {
        drop(one);
        return e;
    }
    *out = one;
    return OK;
}

/* An answer that proves nothing: which act it was for, so that a hub's lie can be laid beside what was sent. */
static void log_unproven(const char *event, const struct client_outbox_row *row, const char *key, const char *why)
{
    char id[2 * PROTO_ID_LEN + 1] = "";
    struct sent *one = NULL;

    if (open_variant(row, &row->variant[row->count - 1], &one) == OK)
        text_hex(one->msg.head.id, PROTO_ID_LEN, id, sizeof id);
    drop(one);
    log_event(LOG_WARN, event, "kind", proto_kind_name((enum proto_kind)row->kind), key, why, "message", id, NULL);
}

/* The envelope that this receipt is for: the newest first. ERR_SIGNATURE: for none of them. */
static enum err matching(struct client_node *n, const struct client_outbox_row *row, const struct proto_receipt *receipt, struct sent **out)
{
    enum err e = ERR_SIGNATURE;

    for (size_t i = row->count; i > 0; i--) {
        struct sent *one = NULL;

        e = open_variant(row, &row->variant[i - 1], &one);
        if (e == OK)
            e = proto_receipt_check(&n->region, &one->msg, one->envelope, one->len, receipt, 0, one->root);
        if (e == OK) {
            *out = one;
            return OK;
        }
        drop(one);
    }
    return e;
}

static const struct client_kind *kind_row(enum proto_kind kind)
{
    for (size_t i = 0; i < client_kinds_count; i++)
        if (client_kinds[i].kind == kind)
            return &client_kinds[i];
    return NULL;
}

static enum err remove_row(struct vault_txn *x, uint64_t order)
{
    uint8_t key[8];
    struct wr w;

    wr_init(&w, key, sizeof key);
    wr_u64(&w, order);
    return wr_end(&w) == OK ? client_vault_delete(x, CLIENT_T_OUTBOX, key, sizeof key) : w.err;
}

static enum err archive(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *ev)
{
    struct client_hublink *l = n->link;
    struct client_archived a = {.number = ev->reply->receipt.number, .direction = CLIENT_SENT, .kind = (uint8_t)ev->msg->kind,
        .index = ev->reply->receipt.index, .time_s = ev->reply->receipt.time_s, .envelope = {ev->envelope, ev->envelope_len}};
    uint8_t *memory = NULL;
    size_t len = 0;
    enum err e;

    if (ev->msg->kind == PROTO_RELEASE) {
        e = client_archive_make_bare(ev->msg, ev->envelope, ev->envelope_len, &ev->reply->receipt, &a, &memory);
    } else {
        e = proto_reply_encode(ev->reply, 0, l->body, PROTO_FRAME_MAX, &len);
        a.proof = (struct proto_blob){l->body, len};
    }
    if (e == OK)
        e = client_archive_put(x, &a);
    free(memory);
    return e;
}

/* What the kind does on a receipt or a refusal. */
static enum err tell_kind(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *ev)
{
    const struct client_kind *kind = kind_row(ev->msg->kind);
    bool accepted = ev->reply->result == PROTO_ACCEPTED;
    enum err e = accepted ? client_keeping_receipt(n, x, ev) : client_keeping_refused(n, x, ev);

    if (e != OK || kind == NULL)
        return e;
    if (accepted)
        return kind->receipt != NULL ? kind->receipt(n, x, ev) : OK;
    return kind->refused != NULL ? kind->refused(n, x, ev) : OK;
}

static enum err settle_once(struct client_node *n, uint64_t order, const struct client_receipt_event *ev, bool tell)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    if (e == OK && ev->reply->has_receipt)
        e = archive(n, x, ev);
    if (e == OK && ev->reply->has_receipt)
        e = client_resend_look(n, x, &ev->reply->receipt);
    if (e == OK && tell)
        e = tell_kind(n, x, ev);
    if (e == OK)
        e = remove_row(x, order);
    if (e != OK) {
        client_vault_abort(x);
        log_event(LOG_ERROR, "receipt-not-applied", "kind", proto_kind_name(ev->msg->kind), "err", err_word(e), NULL);
        return e;
    }
    return client_vault_commit(x);
}

/*
 * What a kind cannot make of its receipt (another row than it looked for, a state that it did not expect) will not be better the next
 * time. The act is in the log and its number is taken: without it in the archive no later number counts as stored.
 */
static enum err settle(struct client_node *n, uint64_t order, const struct client_receipt_event *ev)
{
    enum err e = settle_once(n, order, ev, true);

    return e == OK || client_mail_is_own_trouble(e) ? e : settle_once(n, order, ev, false);
}

static enum err with_receipt(struct client_node *n, uint64_t order, const struct client_outbox_row *row, const struct proto_reply *reply)
{
    struct sent *one = NULL;
    struct client_receipt_event ev = {.reply = reply};
    enum err e = reply->receipt.result == reply->result ? client_origin_check(n, reply->receipt.checkpoint) : ERR_SIGNATURE;

    if (e == OK)
        e = matching(n, row, &reply->receipt, &one);

    if (e != OK) {
        log_unproven("bad-receipt", row, "err", err_word(e));
        return e;
    }
    ev.msg = &one->msg;
    ev.envelope = one->envelope;
    ev.envelope_len = one->len;
    e = settle(n, order, &ev);
    if (e == OK) {
        client_heads_saw(n, reply->receipt.tree_size, one->root, reply->receipt.time_s);
        /* It is done and no row is left to send: what fails now must not make it look undone. How far all is stored shows after the next. */
        if (client_archive_advance(n) != OK)
            log_event(LOG_WARN, "archive-not-advanced", NULL);
        client_calls_result(n, one->msg.head.id, (enum proto_refusal)reply->result);
    }
    drop(one);
    return e;
}

static bool stops_something(const struct proto_msg *m)
{
    struct proto_signed s;

    return m->kind == PROTO_STATEMENT && proto_sign_decode(m->original.data, m->original.len, &s) == OK
        && client_keeping_stops(proto_statement_of_type(s.type));
}

/* Access that is ended early and not over here yet (P-045, code 7). What is over by another way needs no end any more. */
static enum err ends_access(struct client_node *n, const struct proto_msg *m, bool *ends)
{
    struct client_desk d;
    struct vault_txn *x = NULL;
    enum err e;

    if (m->kind != PROTO_REFUSE || m->code != PROTO_REFUSE_TAKEN_BACK)
        return OK;
    e = client_vault_begin(n->vault, false, &x);
    if (e == OK)
        e = client_desk_get(x, m->refers, &d);
    client_vault_abort(x);
    if (e == OK)
        *ends = !client_desk_is_receiver(&d) && d.access_until_s > clock_now_s()
            && (d.state == CLIENT_DESK_GRANTED || d.state == CLIENT_DESK_RELEASED || d.state == CLIENT_DESK_OPENED);
    return e == ERR_NOTFOUND ? OK : e;
}

/*
 * A refusal without a leaf proves nothing, and nothing is made durable from it but that this act is not sent again. Not even that of what
 * stops something: a hub, or a gate in its place, that wants a consent, an access or a stolen key to go on would only have to say no once.
 */
static enum err without_receipt(struct client_node *n, uint64_t order, const struct client_outbox_row *row, const struct proto_reply *reply,
    enum client_receipt_verdict *verdict)
{
    bool stays;
    struct sent *one = NULL;
    struct client_receipt_event ev = {.reply = reply};
    enum err e = open_variant(row, &row->variant[row->count - 1], &one);

    if (e != OK)
        return e;
    ev.msg = &one->msg;
    ev.envelope = one->envelope;
    ev.envelope_len = one->len;
    stays = stops_something(&one->msg);
    if (!stays)
        e = ends_access(n, &one->msg, &stays);
    if (e == OK && !stays)
        e = client_registry_ends(n, &one->msg, &stays);
    /* Its reason, for who sent it. */
    if (e == OK && stays && row->kind == PROTO_REGISTRY)
        e = client_registry_on_refused(n, NULL, &ev);
    if (e == OK && !stays)
        e = settle(n, order, &ev);
    log_event(LOG_WARN, stays ? "stop-refused" : "act-refused", "kind", proto_kind_name(one->msg.kind), "reason",
        proto_refusal_name((enum proto_refusal)reply->result), NULL);
    if (e == OK) {
        client_calls_result(n, one->msg.head.id, (enum proto_refusal)reply->result);
        *verdict = stays ? CLIENT_RECEIPT_REFUSED : CLIENT_RECEIPT_DONE;
    }
    drop(one);
    return e;
}

/* The registry ended it, or the root key above it. Not of staff, whose node's key may be on its way to us. */
static bool was_ended(const struct client_node *n, const struct proto_msg *m)
{
    struct proto_cert c;
    enum err e = proto_cert_check(&n->region, m->original.data, m->original.len, NULL, &c);

    return e == ERR_DENIED || (e == OK && c.until_s <= clock_now_s());
}

/* A certificate that ended before the hub could be reached, or was ended since: nobody can take it any more, and nobody needs it. */
static bool publishes_what_ended(const struct client_node *n, const struct client_outbox_row *row, enum proto_refusal result)
{
    struct sent *one = NULL;
    bool is_node, ended;

    if (row->kind != PROTO_PUBLISH || (result != PROTO_STALE && result != PROTO_UNKNOWN_KEY)
        || open_variant(row, &row->variant[row->count - 1], &one) != OK)
        return false;
    ended = result == PROTO_STALE ? client_rotate_counts_until(n, &one->msg, &is_node) <= clock_now_s() : was_ended(n, &one->msg);
    drop(one);
    return ended;
}

/* P-178: the hub has erased the seed. What it says is believed with our own opening of that leaf; until that is here, later again. */
static enum err whole(struct client_node *n, const struct proto_reply *reply, struct proto_reply *out)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, false, &x);

    if (e != OK)
        return e;
    *out = *reply;
    e = client_openings_restore(n, x, &out->receipt);
    client_vault_abort(x);
    return e;
}

static enum err without_seed(struct client_node *n, uint64_t order, const struct client_outbox_row *row, const struct proto_reply *reply,
    enum client_receipt_verdict *verdict)
{
    struct proto_reply *made = malloc(sizeof *made);
    enum err e = made == NULL ? ERR_NOMEM : whole(n, reply, made);

    if (e == OK)
        e = with_receipt(n, order, row, made);
    if (e == OK)
        *verdict = CLIENT_RECEIPT_DONE;
    free(made);
    return e == ERR_BUSY ? OK : e;
}

enum err client_receipt_apply(struct client_node *n, uint64_t order, const struct client_outbox_row *row, const struct proto_reply *reply,
    enum client_receipt_verdict *verdict)
{
    enum proto_refusal result = (enum proto_refusal)reply->result;
    enum err e;

    if (!reply->has_receipt) {
        if (publishes_what_ended(n, row, result))
            return without_receipt(n, order, row, reply, verdict);
        if (result != PROTO_ACCEPTED && result != PROTO_TROUBLE && !proto_refusal_may_retry(result))
            return without_receipt(n, order, row, reply, verdict);
        log_unproven(result == PROTO_ACCEPTED ? "no-receipt" : "act-again", row, "reason", proto_refusal_name(result));
        if (result == PROTO_UNKNOWN_KEY)
            client_republish_asked(n);
        return OK;
    }
    if (proto_opening_is_erased(&reply->receipt))
        return without_seed(n, order, row, reply, verdict);
    e = with_receipt(n, order, row, reply);
    if (e == OK)
        *verdict = CLIENT_RECEIPT_DONE;
    return e;
}
