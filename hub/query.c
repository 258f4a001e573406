#include "hub/openings.h"
#include "hub/collect.h"

#include "base/log.h"
#include "base/wr.h"

#include <sodium.h>
#include <string.h>

enum { LEAVES_MAX = 1024 };

/* Each kind of question has a function here, that writes its payload into w; another result than ACCEPTED has none. */
static void write_checkpoint(const struct hub_core *c, struct wr *w)
{
    wr_bytes16(w, c->checkpoint.note, c->checkpoint.note_len);
}

static void write_proof(struct wr *w, const struct proto_merkle_proof *p)
{
    wr_u8(w, p->count);
    wr_copy(w, p->hash[0], (size_t)p->count * PROTO_HASH_LEN);
}

static enum err checkpoint(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    (void)x;
    (void)j;
    (void)result;
    wr_copy(w, c->checkpoint.note, c->checkpoint.note_len);
    return OK;
}

/* number2 0: up to the newest. A size that the log does not have yet cannot be proven: NOT_FOUND. */
static enum err consistency(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    uint64_t old = j->act.msg.number, size = j->act.msg.number2 != 0 ? j->act.msg.number2 : c->checkpoint.head.size;
    struct proto_merkle_proof proof;
    enum err e;

    if (size > c->checkpoint.head.size || old > size) {
        *result = PROTO_NOT_FOUND;
        return OK;
    }
    e = hub_ledger_prove_consistency(c->ledger, x, old, size, &proof);
    if (e != OK)
        return e;
    write_checkpoint(c, w);
    write_proof(w, &proof);
    return OK;
}

static enum err inclusion(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    struct proto_merkle_proof proof;
    uint8_t leaf[PROTO_LEAF_LEN];
    enum err e;

    if (j->act.msg.number >= c->checkpoint.head.size) {
        *result = PROTO_NOT_FOUND;
        return OK;
    }
    e = hub_ledger_leaf(c->ledger, x, j->act.msg.number, leaf);
    if (e == OK)
        e = hub_ledger_prove_inclusion(c->ledger, x, j->act.msg.number, c->checkpoint.head.size, &proof);
    if (e != OK)
        return e;
    wr_copy(w, leaf, sizeof leaf);
    write_checkpoint(c, w);
    write_proof(w, &proof);
    return OK;
}

struct listing { struct wr *w; uint8_t count; };

static enum err list_one(void *arg, const uint8_t *signed_cert, size_t len)
{
    struct listing *l = arg;

    if (l->count == UINT8_MAX)
        return OK;
    l->count++;
    wr_bytes16(l->w, signed_cert, len);
    return OK;
}

/* Of staff, or of all other uses. */
struct listing_use { struct listing *to; bool staff; };

static enum err list_of_use(void *arg, const uint8_t *signed_cert, size_t len)
{
    const struct listing_use *l = arg;
    uint8_t signer[PROTO_KEY_LEN];
    struct proto_cert claims;

    if (proto_cert_peek(signed_cert, len, &claims, signer) != OK)
        return ERR_IO;
    return (claims.use == PROTO_USE_STAFF) == l->staff ? list_one(l->to, signed_cert, len) : OK;
}

/*
 * Those that end now or later. Staff last: there may be more of them than the answer counts, and a key of theirs is asked for by itself
 * where it is met; without its partner's other keys nothing can be sealed to it.
 */
static enum err certs(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    struct listing l = { w, 0 };
    struct listing_use of = { .to = &l };
    uint8_t *count = wr_gap(w, 1);
    enum err e = OK;

    if (proto_region_partner(c->region, j->act.msg.partner) == NULL) {
        *result = PROTO_UNKNOWN_PARTNER;
        return OK;
    }
    for (size_t pass = 0; e == OK && pass < 2; pass++) {
        of.staff = pass == 1;
        e = hub_store_cert_walk(c->cert_store, x, j->act.msg.partner, c->now_s, list_of_use, &of);
    }
    if (count != NULL)
        *count = l.count;
    return e;
}

/* The certificate of this key and, for staff, that of the node which signed it; ended ones too: old signatures are checked with them. */
static enum err cert(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    uint8_t *count = wr_gap(w, 1), signer[PROTO_KEY_LEN];
    const uint8_t *data;
    struct proto_cert claims;
    struct listing l = { w, 0 };
    size_t len;
    enum err e = hub_store_cert_get(c->cert_store, x, j->act.msg.key, &data, &len);

    if (e == ERR_NOTFOUND) {
        *result = PROTO_NOT_FOUND;
        return OK;
    }
    if (e == OK)
        e = list_one(&l, data, len);
    if (e == OK && (proto_cert_peek(data, len, &claims, signer) != OK))
        e = ERR_IO;
    if (e == OK && claims.use == PROTO_USE_STAFF) {
        e = hub_store_cert_get(c->cert_store, x, signer, &data, &len);
        if (e == OK)
            e = list_one(&l, data, len);
    }
    if (count != NULL)
        *count = l.count;
    return e;
}

/* To its sender only: the receipt opens the leaf. For anybody else the message does not exist. */
static enum err stored_result(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    struct proto_reply reply = { .hub_time_s = c->now_s, .has_receipt = true };
    struct hub_act_row row;
    uint8_t *room;
    size_t len, pad;
    enum err e = hub_store_act_find(c->acts, x, j->act.msg.refers, &row);

    if (e == ERR_NOTFOUND || (e == OK && sodium_memcmp(row.from, j->act.msg.head.from, sizeof row.from) != 0)) {
        *result = PROTO_NOT_FOUND;
        return OK;
    }
    if (e == OK)
        e = hub_answer_receipt(c, x, &row, NULL, 0, &reply.receipt);
    if (e != OK)
        return e;
    reply.result = row.result;
    memcpy(reply.id, row.id, sizeof reply.id);
    pad = hub_answer_size((enum proto_kind)row.kind, row.decision);
    room = wr_gap(w, pad);
    return room == NULL ? ERR_LONG : proto_reply_encode(&reply, pad, room, pad, &len);
}

static enum err openings(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    (void)result;
    return hub_openings_write(c, x, j->act.msg.head.from, j->act.msg.number, w);
}

/* number: the first leaf wanted. */
static enum err registry(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    (void)result;
    return hub_registry_write(c->registry, x, j->act.msg.number, w);
}

/* number: the first leaf wanted. A leaf says nothing of anybody, so every partner may copy all. */
static enum err leaves(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    uint64_t first = j->act.msg.number, size = c->checkpoint.head.size, end;
    uint8_t leaf[PROTO_LEAF_LEN];
    enum err e = OK;

    if (first > size) {
        *result = PROTO_NOT_FOUND;
        return OK;
    }
    end = size - first > LEAVES_MAX ? first + LEAVES_MAX : size;
    write_checkpoint(c, w);
    wr_u16(w, (uint16_t)(end - first));
    for (uint64_t i = first; e == OK && i < end; i++) {
        e = hub_ledger_leaf(c->ledger, x, i, leaf);
        wr_copy(w, leaf, sizeof leaf);
    }
    return e;
}

/* To its sender only. What is stopped at the fetch is not there any more, too: its sender knows of what stopped it. */
static enum err taken(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result)
{
    struct hub_mail_row mail;
    struct hub_act_row row;
    enum err e = hub_store_act_find(c->acts, x, j->act.msg.refers, &row);

    if (e == ERR_NOTFOUND || (e == OK && (row.to_number == 0 || sodium_memcmp(row.from, j->act.msg.head.from, sizeof row.from) != 0))) {
        *result = PROTO_NOT_FOUND;
        return OK;
    }
    if (e == OK)
        e = hub_store_mail_next(c->mail, x, row.to, row.to_number - 1, &mail);
    wr_u8(w, e == OK && mail.number == row.to_number ? 0 : 1);
    return e == ERR_NOTFOUND ? OK : e;
}

typedef enum err answerer(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result);

static answerer *const answerers[] = {
    [PROTO_QUERY_CHECKPOINT] = checkpoint,
    [PROTO_QUERY_CONSISTENCY] = consistency,
    [PROTO_QUERY_INCLUSION] = inclusion,
    [PROTO_QUERY_CERTS] = certs,
    [PROTO_QUERY_CERT] = cert,
    [PROTO_QUERY_RESULT] = stored_result,
    [PROTO_QUERY_OPENINGS] = openings,
    [PROTO_QUERY_COSIGN] = hub_collect_request,
    [PROTO_QUERY_COSIGNED] = hub_collect_newest,
    [PROTO_QUERY_REGISTRY] = registry,
    [PROTO_QUERY_LEAVES] = leaves,
    [PROTO_QUERY_TAKEN] = taken,
};

enum err hub_query_answer(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    enum proto_refusal result = PROTO_ACCEPTED;
    uint8_t code = j->act.msg.code;
    answerer *run = j->kind == PROTO_WITNESS ? hub_collect_take : code < sizeof answerers / sizeof *answerers ? answerers[code] : NULL;
    struct wr w;
    enum err e;

    if (run == NULL)
        return hub_answer_payload(c, x, j, PROTO_MALFORMED, NULL, 0);
    wr_init(&w, c->payload, PROTO_FRAME_MAX - PROTO_FRAME_HEAD - PROTO_REPLY_PLAIN);
    e = run(c, x, j, &w, &result);
    if (e == OK)
        e = wr_end(&w);
    /* One question must not take the hub with it, as no act may (hub/round): what it asks about cannot be read, and all else can. */
    if (e != OK) {
        log_event(LOG_ERROR, "query failed", "err", err_word(e), NULL);
        result = PROTO_TROUBLE;
    }
    return hub_answer_payload(c, x, j, result, c->payload, result == PROTO_ACCEPTED ? w.len : 0);
}
