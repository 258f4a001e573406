#include "server/oprf.h"

#include "base/clock.h"
#include "base/wr.h"
#include "proto/pseudonym.h"
#include "proto/refusal.h"
#include "proto/reply.h"
#include "proto/sign.h"
#include "server/blocks.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PAYLOAD_MAX = PROTO_OPRF_BATCH_MAX * PROTO_OPRF_LEN + PROTO_OPRF_PROOF_LEN };

static enum err take_share(struct server_oprf *o, const struct server_oprf_config *c, struct trouble *t)
{
    const struct proto_region *r = o->region;
    uint8_t public_key[PROTO_OPRF_LEN];
    enum err e = proto_oprf_public_key(c->share, public_key);

    if (e == OK && c->is_second && !r->has_keyholder)
        e = ERR_KEY;
    if (e == OK && sodium_memcmp(public_key, c->is_second ? r->pseudonym_keyholder : r->pseudonym_hub, sizeof public_key) != 0)
        e = ERR_KEY;
    if (e != OK)
        return trouble_set(t, e, "the share of the pseudonym key is not the one that the region file names",
            "het deel van de pseudoniemsleutel is niet dat uit het regiobestand");
    return secret_copy(c->share, PROTO_OPRF_LEN, &o->share);
}

enum err server_oprf_open(struct server_oprf *o, const struct server_oprf_config *c, struct trouble *t)
{
    enum err e;

    memset(o, 0, sizeof *o);
    if (pthread_mutex_init(&o->lock, NULL) != 0)
        return ERR_NOMEM;
    if (pthread_rwlock_init(&o->fold, NULL) != 0) {
        (void)pthread_mutex_destroy(&o->lock);
        return ERR_NOMEM;
    }
    o->region = calloc(1, sizeof *o->region);
    o->blocks = strdup(c->blocks);
    e = o->region == NULL || o->blocks == NULL ? ERR_NOMEM : OK;
    if (e == OK)
        e = proto_region_parse((const uint8_t *)c->region, c->region_len, true, o->region, t);
    if (e == OK)
        e = server_registry_new(c->registry, o->region, &o->registry);
    if (e == OK)
        e = server_registry_load(o->registry, t);
    o->is_second = c->is_second;
    if (e == OK)
        e = take_share(o, c, t);
    if (e == OK)
        e = server_quota_open(c->quota_path, c->per_partner, c->total, &o->quota, t);
    if (e != OK)
        server_oprf_close(o);
    return e;
}

void server_oprf_close(struct server_oprf *o)
{
    server_quota_close(o->quota);
    server_registry_free(o->registry);
    free(o->blocks);
    secret_free(o->share);
    free(o->region);
    (void)pthread_rwlock_destroy(&o->fold);
    (void)pthread_mutex_destroy(&o->lock);
    memset(o, 0, sizeof *o);
}

/* A question as far as it was understood; borrows its frame. */
struct question {
    struct proto_msg msg;
    const struct proto_partner *from;
    uint32_t most;   /* a day, where two partners let it have more; 0: as everybody. Read with the fold locked */
    uint8_t digest[PROTO_HASH_LEN];
};

/* P-147: the key that signed is a node key of the partner that from names, by its root key, and nobody has revoked it. */
static enum proto_refusal judge_key(const struct server_oprf *o, const struct question *q, const uint8_t key[PROTO_KEY_LEN])
{
    const struct proto_msg *m = &q->msg;
    struct proto_cert cert;
    uint64_t now_s = clock_now_s();
    enum err e = proto_cert_check(o->region, m->original.data, m->original.len, NULL, &cert);

    if (e == ERR_DENIED || (e == OK && proto_region_revoked_from(o->region, q->from, cert.key) <= now_s))
        return PROTO_REVOKED;
    if (e != OK || cert.use != PROTO_USE_NODE
        || sodium_memcmp(cert.key, key, sizeof cert.key) != 0)
        return PROTO_UNKNOWN_KEY;
    if (sodium_memcmp(cert.partner, m->head.from, sizeof cert.partner) != 0)
        return PROTO_NOT_YOURS;
    if (!proto_msg_is_timely(&m->head, now_s, now_s))
        return PROTO_STALE;
    return proto_cert_valid_at(&cert, now_s) ? PROTO_ACCEPTED : PROTO_UNKNOWN_KEY;
}

/* A file says so. Looked for at each question: it is one call for up to 64 elements. */
static enum proto_refusal judge_block(const struct server_oprf *o, const struct proto_partner *from)
{
    bool blocked;

    if (server_blocks_has(o->blocks, from->handle, &blocked) != OK)
        return PROTO_TROUBLE;
    return blocked ? PROTO_BLOCKED : PROTO_ACCEPTED;
}

/* Elements are looked at before they are counted: a batch with one bad element costs nothing. */
static enum proto_refusal judge_elements(const struct proto_blob *in)
{
    if (in->len % PROTO_OPRF_LEN != 0 || in->len == 0)
        return PROTO_MALFORMED;
    for (size_t i = 0; i < in->len; i += PROTO_OPRF_LEN)
        if (proto_oprf_check_element(in->data + i) != OK)
            return PROTO_MALFORMED;
    return PROTO_ACCEPTED;
}

/* The frame down to its message, with a signature that verifies under the key that it names. */
static enum proto_refusal open_frame(const uint8_t *frame, size_t len, struct question *q, uint8_t key[PROTO_KEY_LEN])
{
    struct proto_signed s;
    enum proto_kind kind;
    const uint8_t *body;
    size_t body_len;
    enum err e;

    if (proto_frame_decode(frame, len, &kind, &body, &body_len) != OK)
        return PROTO_NOT_A_FRAME;
    if (proto_sign_decode(body, body_len, &s) != OK || s.count != 1)
        return PROTO_MALFORMED;
    if ((kind != PROTO_DERIVE && kind != PROTO_REGISTRY_COPY) || strcmp(s.type, proto_msg_type(kind)) != 0)
        return PROTO_WRONG_KIND;
    e = proto_sign_check(s.type, s.body, s.body_len, s.by[0].key, s.by[0].sig);
    if (e != OK)
        return e == ERR_NOMEM ? PROTO_TROUBLE : PROTO_BAD_SIGNATURE;
    if (proto_msg_decode(kind, s.body, s.body_len, &q->msg) != OK
        || proto_msg_repeat_digest(kind, s.body, s.body_len, q->digest) != OK)
        return PROTO_MALFORMED;
    memcpy(key, s.by[0].key, PROTO_KEY_LEN);
    return PROTO_ACCEPTED;
}

static enum proto_refusal judge_partner(const struct server_oprf *o, struct question *q)
{
    q->from = proto_region_partner(o->region, q->msg.head.from);
    if (q->from == NULL)
        return PROTO_UNKNOWN_PARTNER;
    if (q->from->revoked || clock_now_s() >= proto_partner_until(q->from))
        return PROTO_REVOKED;
    return PROTO_ACCEPTED;
}

/* A copy of the registry proves itself: who brings it does not matter. */
static enum proto_refusal judge(const struct server_oprf *o, const uint8_t *frame, size_t len, struct question *q)
{
    uint8_t key[PROTO_KEY_LEN];
    enum proto_refusal r = open_frame(frame, len, q, key);

    if (r == PROTO_ACCEPTED && sodium_memcmp(q->msg.head.region, o->region->hash, PROTO_HASH_LEN) != 0)
        r = PROTO_WRONG_REGION;
    if (r != PROTO_ACCEPTED || q->msg.kind == PROTO_REGISTRY_COPY)
        return r == PROTO_ACCEPTED && !o->is_second ? PROTO_WRONG_KIND : r;
    r = judge_partner(o, q);
    if (r == PROTO_ACCEPTED)
        r = judge_key(o, q, key);
    if (r == PROTO_ACCEPTED)
        r = judge_block(o, q->from);
    return r == PROTO_ACCEPTED ? judge_elements(&q->msg.payload) : r;
}

/* The same question sent again (its answer was lost) gets the same answer, so it is not counted again. */
static bool is_repeat(const struct server_oprf *o, const struct question *q)
{
    const struct proto_header *h = &q->msg.head;

    for (size_t i = 0; i < SERVER_OPRF_RECENT; i++)
        if (memcmp(o->recent[i].id, h->id, sizeof h->id) == 0 && memcmp(o->recent[i].from, h->from, sizeof h->from) == 0
            && memcmp(o->recent[i].digest, q->digest, sizeof q->digest) == 0)
            return true;
    return false;
}

static void remember(struct server_oprf *o, const struct question *q)
{
    const struct proto_header *h = &q->msg.head;

    memcpy(o->recent[o->recent_at].from, h->from, sizeof h->from);
    memcpy(o->recent[o->recent_at].id, h->id, sizeof h->id);
    memcpy(o->recent[o->recent_at].digest, q->digest, sizeof q->digest);
    o->recent_at = (o->recent_at + 1) % SERVER_OPRF_RECENT;
}

/* The share is readable as long as one of the threads evaluates; only waking and sleeping are one after the other. */
static const uint8_t *wake_share(struct server_oprf *o)
{
    const uint8_t *share;

    (void)pthread_mutex_lock(&o->lock);
    share = secret_wake(o->share);
    (void)pthread_mutex_unlock(&o->lock);
    return share;
}

static void rest_share(struct server_oprf *o)
{
    (void)pthread_mutex_lock(&o->lock);
    secret_sleep(o->share);
    (void)pthread_mutex_unlock(&o->lock);
}

static enum err evaluate(struct server_oprf *o, const struct proto_blob *in, uint8_t payload[PAYLOAD_MAX], size_t *len)
{
    size_t count = in->len / PROTO_OPRF_LEN;
    uint8_t blinded[PROTO_OPRF_BATCH_MAX][PROTO_OPRF_LEN], evaluated[PROTO_OPRF_BATCH_MAX][PROTO_OPRF_LEN];
    uint8_t proof[PROTO_OPRF_PROOF_LEN];
    struct proto_oprf_elements elements = { .count = count };
    enum err e;

    if (count > PROTO_OPRF_BATCH_MAX)
        return ERR_RANGE;
    memcpy(blinded, in->data, count * PROTO_OPRF_LEN);
    elements.at = (const uint8_t (*)[PROTO_OPRF_LEN])blinded;
    e = proto_pseudonym_evaluate(wake_share(o), elements, evaluated, proof);
    rest_share(o);
    if (e != OK)
        return e;
    memcpy(payload, evaluated, count * PROTO_OPRF_LEN);
    memcpy(payload + count * PROTO_OPRF_LEN, proof, sizeof proof);
    *len = count * PROTO_OPRF_LEN + sizeof proof;
    return OK;
}

/* With the lock held. */
static enum err count_once(struct server_oprf *o, const struct question *q, enum proto_refusal *r)
{
    enum err e;

    if (is_repeat(o, q))
        return OK;
    e = server_quota_take(o->quota, q->from->id, (uint32_t)(q->msg.payload.len / PROTO_OPRF_LEN), clock_now_s(), q->most);
    if (e == OK)
        remember(o, q);
    else if (e == ERR_QUOTA)
        *r = PROTO_QUOTA;
    return e == ERR_QUOTA ? OK : e;
}

/* Count it on disk; then, and only then, it may be evaluated. */
static enum err count(struct server_oprf *o, const struct question *q, enum proto_refusal *r)
{
    enum err e;

    (void)pthread_mutex_lock(&o->lock);
    e = count_once(o, q, r);
    (void)pthread_mutex_unlock(&o->lock);
    return e;
}

/* Leaves that a node brings. The answer is how many there are now, whether these fitted or not. */
static enum err take_copy(struct server_oprf *o, const struct question *q, uint8_t payload[PAYLOAD_MAX], size_t *len, enum proto_refusal *r)
{
    uint64_t have = 0;
    struct wr w;
    enum err e;

    (void)pthread_rwlock_wrlock(&o->fold);
    e = server_registry_take(o->registry, q->msg.number, q->msg.payload.data, q->msg.payload.len, &have);
    (void)pthread_rwlock_unlock(&o->fold);
    /* A leaf of the future may be a clock here that is slow: what was brought is in order, and comes again. */
    if (e != OK)
        *r = e == ERR_IO || e == ERR_NOMEM || e == ERR_EXPIRED ? PROTO_TROUBLE : PROTO_MALFORMED;
    wr_init(&w, payload, 8);
    wr_u64(&w, have);
    *len = w.len;
    return e == ERR_NOMEM ? e : OK;
}

/* By what the file of the registry says now. */
static enum err judge_now(struct server_oprf *o, const uint8_t *frame, size_t len, struct question *q, enum proto_refusal *r)
{
    bool is_stale;
    enum err e = OK;

    (void)pthread_rwlock_rdlock(&o->fold);
    is_stale = server_registry_is_stale(o->registry);
    (void)pthread_rwlock_unlock(&o->fold);
    if (is_stale) {
        (void)pthread_rwlock_wrlock(&o->fold);
        e = server_registry_refresh(o->registry);
        (void)pthread_rwlock_unlock(&o->fold);
    }
    if (e != OK)
        return e;
    (void)pthread_rwlock_rdlock(&o->fold);
    *r = judge(o, frame, len, q);
    if (q->from != NULL)
        q->most = (uint32_t)proto_registry_quota(server_registry_fold(o->registry), q->from->id, clock_now_s());
    (void)pthread_rwlock_unlock(&o->fold);
    return OK;
}

static enum err act(struct server_oprf *o, const struct question *q, uint8_t payload[PAYLOAD_MAX], size_t *len, enum proto_refusal *r)
{
    enum err e;

    if (q->msg.kind == PROTO_REGISTRY_COPY)
        return take_copy(o, q, payload, len, r);
    e = count(o, q, r);
    if (e == OK && *r == PROTO_ACCEPTED && evaluate(o, &q->msg.payload, payload, len) != OK)
        *r = PROTO_TROUBLE;
    return e;
}

enum err server_oprf_answer(struct server_oprf *o, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t payload[PAYLOAD_MAX], body[PAYLOAD_MAX + 256];
    struct question q = { .from = NULL };
    struct proto_reply reply = { 0 };
    size_t payload_len = 0, body_len;
    enum proto_refusal r = PROTO_TROUBLE;
    enum err e = judge_now(o, frame, frame_len, &q, &r);

    if (e == OK && r == PROTO_ACCEPTED)
        e = act(o, &q, payload, &payload_len, &r);
    if (e != OK)
        return e;
    reply.result = (uint8_t)r;
    reply.hub_time_s = clock_now_s();
    memcpy(reply.id, q.msg.head.id, sizeof reply.id);
    reply.payload = (struct proto_blob){ payload, r == PROTO_ACCEPTED ? payload_len : 0 };
    e = proto_reply_encode(&reply, 0, body, sizeof body, &body_len);
    return e == OK ? proto_frame_encode(PROTO_REPLY, body, body_len, out, cap, len) : e;
}
