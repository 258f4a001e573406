#include "tests/bench/acts.h"

#include "base/clock.h"
#include "proto/oprf.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { REQUEST_TAG = 'r', STATEMENT_TAG = 's' };

/* A child with this number: to the hub a pseudonym is 32 bytes, so these need no citizen number behind them. */
static void fill_subject(uint8_t tag, uint32_t n, struct proto_subject_id *s)
{
    uint8_t seed[randombytes_SEEDBYTES] = { 'b', 'e', 'n', 'c', 'h', tag };

    memcpy(seed + 8, &n, sizeof n);
    s->type = PROTO_SUBJECT_CITIZEN;
    randombytes_buf_deterministic(s->value, sizeof s->value, seed);
}

enum err bench_make_publish(const struct bench_region *r, const struct bench_member *m, const uint8_t *cert, size_t len,
    uint8_t *out, size_t cap, size_t *out_len)
{
    struct proto_msg msg = { .kind = PROTO_PUBLISH, .original = { cert, len } };

    bench_message_head(r, m, &msg.head);
    return bench_message_frame(m, &msg, out, cap, out_len);
}

/* Said by m in a message of its own, to one addressee; to NULL: to the hub alone. */
static enum err carry(const struct bench_member *m, const struct bench_member *to, struct proto_statement *s,
    const struct proto_msg *about, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t original[BENCH_MESSAGE_MAX];
    struct proto_msg msg = *about;
    enum err e;

    if (to != NULL)
        memcpy(s->addressees.id[s->addressees.count++], to->as->id, PROTO_PARTNER_LEN);
    e = bench_message_say(m, s, original, sizeof original, &msg.original.len);
    msg.original.data = original;
    return e == OK ? bench_message_frame(m, &msg, out, cap, len) : e;
}

enum err bench_make_statement(const struct bench_region *r, const struct bench_member *m, uint8_t *out, size_t cap, size_t *len)
{
    const struct bench_member *to = &r->member[m->to];
    struct proto_msg msg = { .kind = PROTO_STATEMENT };
    struct proto_statement s;

    bench_message_head(r, m, &msg.head);
    bench_message_actor(m, to, &msg.head);
    fill_subject(STATEMENT_TAG, randombytes_uniform(BENCH_SUBJECTS), &msg.head.subject);
    bench_message_statement(r, m, &msg.head, PROTO_SAY_EVENT, &s);
    s.occurred_s = s.made_s;
    (void)snprintf(s.event, sizeof s.event, "%s", m->event);
    return carry(m, to, &s, &msg, out, cap, len);
}

/* ---- asking: the attendance officer, after the school's report (R02) ---- */

static void about_child(size_t n, struct proto_header *h)
{
    const uint32_t number = (uint32_t)n + 1;

    fill_subject(REQUEST_TAG, number, &h->subject);
    memcpy(h->case_id, &number, sizeof number);
    (void)snprintf(h->purpose, sizeof h->purpose, "att_followup");
}

enum err bench_make_case(const struct bench_region *r, size_t n, uint8_t *out, size_t cap, size_t *len)
{
    const struct bench_member *m = &r->member[BENCH_ASKER];
    struct proto_msg msg = { .kind = PROTO_STATEMENT };
    struct proto_statement s;

    bench_message_head(r, m, &msg.head);
    memcpy(msg.head.actor, m->staff + 32, sizeof msg.head.actor);
    msg.head.role = PROTO_ROLE_COORDINATOR;
    about_child(n, &msg.head);
    bench_message_statement(r, m, &msg.head, PROTO_SAY_MEMBERSHIP, &s);
    s.code = PROTO_MEMBER_OPEN;
    return carry(m, NULL, &s, &msg, out, cap, len);
}

enum err bench_make_event(const struct bench_region *r, size_t n, uint8_t *out, size_t cap, size_t *len)
{
    const struct bench_member *m = &r->member[BENCH_HOLDER];
    struct proto_msg msg = { .kind = PROTO_STATEMENT };
    struct proto_statement s;

    bench_message_head(r, m, &msg.head);
    bench_message_actor(m, &r->member[BENCH_ASKER], &msg.head);
    about_child(n, &msg.head);
    bench_message_statement(r, m, &msg.head, PROTO_SAY_EVENT, &s);
    s.occurred_s = s.made_s;
    (void)snprintf(s.event, sizeof s.event, "%s", m->event);
    return carry(m, &r->member[BENCH_ASKER], &s, &msg, out, cap, len);
}

enum err bench_make_asking(const struct bench_region *r, size_t n, struct proto_msg *out)
{
    const struct bench_member *m = &r->member[BENCH_ASKER];

    memset(out, 0, sizeof *out);
    out->kind = PROTO_REQUEST;
    bench_message_head(r, m, &out->head);
    bench_message_actor(m, &r->member[BENCH_HOLDER], &out->head);
    about_child(n, &out->head);
    (void)snprintf(out->sections.name[0], sizeof out->sections.name[0], "att");
    (void)snprintf(out->sections.name[1], sizeof out->sections.name[1], "ident");
    out->sections.count = 2;
    return OK;
}

enum err bench_make_request(const struct bench_region *r, const struct bench_member *m, uint8_t *out, size_t cap, size_t *len)
{
    struct proto_msg msg;
    enum err e = bench_make_asking(r, randombytes_uniform(BENCH_CASES), &msg);

    (void)m;  /* whoever's turn it is: one asks */
    return e == OK ? bench_message_frame(&r->member[BENCH_ASKER], &msg, out, cap, len) : e;
}

/* ---- pseudonyms ---- */

/* Blinded elements are elements that nobody can tell from random ones: so these are random. */
enum err bench_make_derive(const struct bench_region *r, const struct bench_member *m, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t elements[PROTO_OPRF_BATCH_MAX][PROTO_OPRF_LEN], cert[PROTO_CERT_MAX];
    struct proto_msg msg = { .kind = PROTO_DERIVE, .payload = { elements[0], sizeof elements } };
    enum err e;

    for (size_t i = 0; i < PROTO_OPRF_BATCH_MAX; i++)
        crypto_core_ristretto255_random(elements[i]);
    bench_message_head(r, m, &msg.head);
    e = bench_member_node(r, m, cert, sizeof cert, &msg.original.len);
    msg.original.data = cert;
    return e == OK ? bench_message_frame(m, &msg, out, cap, len) : e;
}
