#include "tests/bench/acts.h"

#include "base/clock.h"
#include "proto/sign.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAME_ROOM = 1536, MESSAGE_ROOM = 1280, VALID_S = 7 * 86400 };

enum err bench_acts_init(struct bench_acts *a, size_t cap)
{
    memset(a, 0, sizeof *a);
    a->cap = cap;
    a->frame_room = FRAME_ROOM;
    a->frames = malloc(cap * FRAME_ROOM);
    a->replies = malloc(cap * BENCH_REPLY_ROOM);
    a->act = calloc(cap, sizeof *a->act);
    return a->frames == NULL || a->replies == NULL || a->act == NULL ? ERR_NOMEM : OK;
}

void bench_acts_fini(struct bench_acts *a)
{
    free(a->frames);
    free(a->replies);
    free(a->act);
    memset(a, 0, sizeof *a);
}

/* body signed as type by one key. */
static enum err sign(const char *type, const uint8_t *body, size_t body_len, const uint8_t secret[64],
    uint8_t *out, size_t cap, size_t *len)
{
    struct proto_signed s = { .body = body, .body_len = body_len, .count = 1 };
    uint8_t sig[PROTO_SIG_LEN];
    enum err e = proto_sign_make(type, body, body_len, secret, sig);

    if (e != OK)
        return e;
    (void)snprintf(s.type, sizeof s.type, "%s", type);
    s.by[0].key = secret + 32;
    s.by[0].sig = sig;
    return proto_sign_encode(&s, out, cap, len);
}

static enum err frame_of(
    const struct bench_member *m, const struct proto_msg *msg, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t body[MESSAGE_ROOM], envelope[FRAME_ROOM];
    size_t body_len, envelope_len;
    enum err e = proto_msg_encode(msg, body, sizeof body, &body_len);

    if (e == OK)
        e = sign(
            proto_msg_type(msg->kind), body, body_len, m->node, envelope, sizeof envelope, &envelope_len);
    return e == OK ? proto_frame_encode(msg->kind, envelope, envelope_len, out, cap, len) : e;
}

static void fill_head(const struct bench_region *r, const struct bench_member *m, struct proto_header *h)
{
    memcpy(h->region, r->region.hash, sizeof h->region);
    randombytes_buf(h->id, sizeof h->id);
    memcpy(h->from, m->as->id, sizeof h->from);
    h->issued_s = clock_now_s();
    h->valid_until_s = h->issued_s + VALID_S;
    memcpy(h->pack, r->region.pack, sizeof h->pack);
}

enum err bench_acts_publish(const struct bench_region *r, const struct bench_member *m, const uint8_t *cert,
    size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
    struct proto_msg msg = { .kind = PROTO_PUBLISH, .original = { cert, len } };

    fill_head(r, m, &msg.head);
    return frame_of(m, &msg, out, cap, out_len);
}

/* About a child out of BENCH_SUBJECTS: to the hub a pseudonym is 32 bytes, so these need no number behind
 * them. */
static void fill_subject(struct proto_subject_id *s)
{
    uint8_t seed[randombytes_SEEDBYTES] = { 'b', 'e', 'n', 'c', 'h' };
    uint32_t n = randombytes_uniform(BENCH_SUBJECTS);

    memcpy(seed + 8, &n, sizeof n);
    s->type = PROTO_SUBJECT_CITIZEN;
    randombytes_buf_deterministic(s->value, sizeof s->value, seed);
}

static enum err make_one(
    const struct bench_region *r, const struct bench_member *m, uint8_t *out, size_t cap, size_t *len)
{
    const struct proto_partner *to = r->member[m->to].as;
    struct proto_statement s = { .kind = PROTO_SAY_EVENT };
    struct proto_msg msg = { .kind = PROTO_STATEMENT };
    uint8_t body[MESSAGE_ROOM], original[MESSAGE_ROOM];
    size_t body_len;
    enum err e;

    fill_head(r, m, &msg.head);
    memcpy(msg.head.to, to->id, sizeof msg.head.to);
    memcpy(msg.head.actor, m->staff + 32, sizeof msg.head.actor);
    msg.head.role = PROTO_ROLE_COORDINATOR;
    fill_subject(&msg.head.subject);
    memcpy(s.region, r->region.hash, sizeof s.region);
    randombytes_buf(s.id, sizeof s.id);
    memcpy(s.setter, m->as->id, sizeof s.setter);
    s.subject = msg.head.subject;
    s.made_s = s.occurred_s = msg.head.issued_s;
    memcpy(s.addressees.id[s.addressees.count++], to->id, PROTO_PARTNER_LEN);
    (void)snprintf(s.event, sizeof s.event, "%s", m->event);
    e = proto_statement_encode(&s, body, sizeof body, &body_len);
    if (e == OK)
        e = sign(proto_statement_type(s.kind), body, body_len, m->staff, original, sizeof original,
            &msg.original.len);
    msg.original.data = original;
    return e == OK ? frame_of(m, &msg, out, cap, len) : e;
}

/* ---- on all processors ---- */

struct worker {
    pthread_t thread;
    struct bench_acts *acts;
    const struct bench_region *region;
    size_t first, step;
    enum err err;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    struct bench_acts *a = w->acts;

    for (size_t i = w->first; w->err == OK && i < a->count; i += w->step) {
        size_t len = 0;

        w->err = make_one(w->region, &w->region->member[i % BENCH_PARTNERS], a->frames + i * a->frame_room,
            a->frame_room, &len);
        a->act[i] = (struct bench_act){ .frame_len = (uint32_t)len };
    }
    return NULL;
}

size_t bench_acts_workers(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (processors > BENCH_WORKERS_MAX)
        return BENCH_WORKERS_MAX;
    return processors < 1 ? 1 : (size_t)processors;
}

enum err bench_acts_make(struct bench_acts *a, const struct bench_region *r, size_t count)
{
    struct worker w[BENCH_WORKERS_MAX];
    size_t workers = bench_acts_workers(), started = 0;
    enum err e = OK;

    if (count > a->cap)
        return ERR_RANGE;
    a->count = count;
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
        else if (e == OK)
            e = w[i].err;
    }
    return e;
}
