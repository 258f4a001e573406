#include "tests/bench/acts.h"

#include "proto/oprf.h"
#include "proto/pseudonym.h"
#include "proto/reply.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum err bench_answers_one(const struct bench_region *r, const uint8_t *frame, size_t len,
    const uint8_t *reply, size_t reply_len, uint8_t from[PROTO_PARTNER_LEN], uint64_t *number,
    uint8_t *refusal)
{
    struct proto_msg msg;
    struct proto_reply answer;
    struct proto_blob envelope, body;
    enum proto_kind kind;
    enum err e = bench_message_open(frame, len, &msg, &envelope);

    if (e == OK)
        e = proto_frame_decode(reply, reply_len, &kind, &body.data, &body.len);
    if (e == OK)
        e = kind == PROTO_REPLY ? proto_reply_decode(body.data, body.len, &answer) : ERR_SYNTAX;
    if (e != OK)
        return e;
    *refusal = answer.result;
    if (answer.result != PROTO_ACCEPTED)
        return ERR_DENIED;
    if (!answer.has_receipt || sodium_memcmp(answer.id, msg.head.id, sizeof answer.id) != 0)
        return ERR_SIGNATURE;
    memcpy(from, msg.head.from, PROTO_PARTNER_LEN);
    *number = answer.receipt.number;
    return proto_receipt_check(&r->region, &msg, envelope.data, envelope.len, &answer.receipt, 0, NULL);
}

/* The answer to a derive: the elements under the hub's share, with a proof of it. */
static enum err derived(const struct bench_region *r, const uint8_t *frame, size_t len, const uint8_t *reply, size_t reply_len,
    uint8_t *refusal)
{
    uint8_t blinded[PROTO_OPRF_BATCH_MAX][PROTO_OPRF_LEN], evaluated[PROTO_OPRF_BATCH_MAX][PROTO_OPRF_LEN],
        out[PROTO_OPRF_BATCH_MAX][PROTO_OPRF_LEN];
    struct proto_pseudonym_answer answer = { .share_key = r->region.pseudonym_hub };
    struct proto_oprf_elements asked = { (const uint8_t (*)[PROTO_OPRF_LEN])blinded, PROTO_OPRF_BATCH_MAX };
    struct proto_blob envelope, body;
    struct proto_reply got;
    struct proto_msg msg;
    enum proto_kind kind;
    enum err e = bench_message_open(frame, len, &msg, &envelope);

    if (e == OK)
        e = proto_frame_decode(reply, reply_len, &kind, &body.data, &body.len);
    if (e == OK)
        e = kind == PROTO_REPLY ? proto_reply_decode(body.data, body.len, &got) : ERR_SYNTAX;
    if (e != OK)
        return e;
    *refusal = got.result;
    if (got.result != PROTO_ACCEPTED)
        return ERR_DENIED;
    if (got.payload.len != sizeof evaluated + PROTO_OPRF_PROOF_LEN || msg.payload.len != sizeof blinded)
        return ERR_SIGNATURE;
    memcpy(blinded, msg.payload.data, sizeof blinded);
    memcpy(evaluated, got.payload.data, sizeof evaluated);
    answer.evaluated = (struct proto_oprf_elements){ (const uint8_t (*)[PROTO_OPRF_LEN])evaluated, PROTO_OPRF_BATCH_MAX };
    answer.proof = got.payload.data + sizeof evaluated;
    return proto_pseudonym_combine(r->region.pseudonym_key, asked, &answer, 1, out);
}

/* ---- on all processors ---- */

/* The running numbers of one sender that were seen. */
struct range {
    uint64_t first, last, count;
};

struct worker {
    pthread_t thread;
    const struct bench_acts *acts;
    const struct bench_region *region;
    size_t first, step;
    struct bench_verdict verdict;
    struct range seen[BENCH_PARTNERS];
};

static void see(struct range *s, uint64_t first, uint64_t last, uint64_t count)
{
    if (count == 0)
        return;
    s->first = s->count == 0 || first < s->first ? first : s->first;
    s->last = last > s->last ? last : s->last;
    s->count += count;
}

static void check(struct worker *w, size_t i)
{
    const struct bench_acts *a = w->acts;
    struct bench_verdict *v = &w->verdict;
    uint8_t from[PROTO_PARTNER_LEN], refusal = PROTO_ACCEPTED;
    uint64_t number = 0;
    const uint8_t *frame = a->frames + i * a->frame_room, *reply = a->replies + i * a->reply_room;
    enum err e = a->kind == BENCH_DERIVE
        ? derived(w->region, frame, a->act[i].frame_len, reply, a->act[i].reply_len, &refusal)
        : bench_answers_one(w->region, frame, a->act[i].frame_len, reply, a->act[i].reply_len, from, &number, &refusal);

    v->answered++;
    if (e == ERR_DENIED) {
        v->refusal = v->refused == 0 ? refusal : v->refusal;
        v->refused++;
    } else if (e != OK) {
        v->unproven++;
    } else if (a->kind == BENCH_STATEMENT) {
        for (size_t m = 0; m < BENCH_PARTNERS; m++)
            if (sodium_memcmp(w->region->member[m].as->id, from, sizeof from) == 0)
                see(&w->seen[m], number, number, 1);
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;

    for (size_t i = w->first; i < w->acts->count; i += w->step)
        if (w->acts->act[i].answered_ns != 0)
            check(w, i);
    return NULL;
}

static void add(struct bench_verdict *v, struct range seen[BENCH_PARTNERS], const struct worker *w)
{
    if (v->refused == 0)
        v->refusal = w->verdict.refusal;
    v->answered += w->verdict.answered;
    v->refused += w->verdict.refused;
    v->unproven += w->verdict.unproven;
    for (size_t m = 0; m < BENCH_PARTNERS; m++)
        see(&seen[m], w->seen[m].first, w->seen[m].last, w->seen[m].count);
}

/* Mail takes numbers of the same row, so the numbers of acts have gaps for whoever gets mail. */
static bool is_addressee(const struct bench_region *r, size_t m)
{
    for (size_t i = 0; i < BENCH_PARTNERS; i++)
        if (r->member[i].to == m)
            return true;
    return false;
}

enum err bench_answers_check(
    const struct bench_acts *a, const struct bench_region *r, struct bench_verdict *out)
{
    struct worker w[BENCH_WORKERS_MAX];
    struct range seen[BENCH_PARTNERS] = { { 0, 0, 0 } };
    struct bench_verdict v = { 0 };
    size_t workers = bench_acts_workers(), started = 0;
    enum err e = OK;

    while (e == OK && started < workers) {
        w[started] = (struct worker){ .acts = a, .region = r, .first = started, .step = workers };
        if (pthread_create(&w[started].thread, NULL, work, &w[started]) != 0)
            e = ERR_NOMEM;
        else
            started++;
    }
    for (size_t i = 0; i < started; i++) {
        if (pthread_join(w[i].thread, NULL) != 0)
            e = ERR_IO;
        add(&v, seen, &w[i]);
    }
    for (size_t m = 0; m < BENCH_PARTNERS; m++)
        if (seen[m].count != 0 && !is_addressee(r, m))
            v.gaps += (size_t)(seen[m].last - seen[m].first + 1 - seen[m].count);
    if (e == OK)
        *out = v;
    return e;
}
