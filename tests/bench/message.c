#include "tests/bench/message.h"

#include "base/clock.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { VALID_S = 7 * 86400 };

void bench_message_head(const struct bench_region *r, const struct bench_member *m, struct proto_header *h)
{
    memcpy(h->region, r->region.hash, sizeof h->region);
    randombytes_buf(h->id, sizeof h->id);
    memcpy(h->from, m->as->id, sizeof h->from);
    h->issued_s = clock_now_s();
    h->valid_until_s = h->issued_s + VALID_S;
    memcpy(h->pack, r->region.pack, sizeof h->pack);
}

void bench_message_actor(const struct bench_member *m, const struct bench_member *to, struct proto_header *h)
{
    memcpy(h->to, to->as->id, sizeof h->to);
    memcpy(h->actor, m->staff + 32, sizeof h->actor);
    h->role = PROTO_ROLE_COORDINATOR;
}

void bench_message_statement(const struct bench_region *r, const struct bench_member *m, const struct proto_header *h,
    enum proto_statement_kind kind, struct proto_statement *out)
{
    *out = (struct proto_statement){ .kind = kind, .subject = h->subject, .made_s = h->issued_s };
    memcpy(out->region, r->region.hash, sizeof out->region);
    randombytes_buf(out->id, sizeof out->id);
    memcpy(out->setter, m->as->id, sizeof out->setter);
    memcpy(out->case_id, h->case_id, sizeof out->case_id);
    memcpy(out->purpose, h->purpose, sizeof out->purpose);
}

/* body signed as type by one key. */
static enum err sign(const char *type, const uint8_t *body, size_t body_len, const uint8_t secret[64], uint8_t *out, size_t cap,
    size_t *len)
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

enum err bench_message_say(const struct bench_member *m, const struct proto_statement *s, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t body[BENCH_MESSAGE_MAX];
    size_t body_len;
    enum err e = proto_statement_encode(s, body, sizeof body, &body_len);

    return e == OK ? sign(proto_statement_type(s->kind), body, body_len, m->staff, out, cap, len) : e;
}

enum err bench_message_frame(const struct bench_member *m, const struct proto_msg *msg, uint8_t *out, size_t cap, size_t *len)
{
    uint8_t body[BENCH_MESSAGE_MAX], envelope[BENCH_MESSAGE_MAX];
    size_t body_len, envelope_len;
    enum err e = proto_msg_encode(msg, body, sizeof body, &body_len);

    if (e == OK)
        e = sign(proto_msg_type(msg->kind), body, body_len, m->node, envelope, sizeof envelope, &envelope_len);
    return e == OK ? proto_frame_encode(msg->kind, envelope, envelope_len, out, cap, len) : e;
}

enum err bench_message_open(const uint8_t *frame, size_t len, struct proto_msg *msg, struct proto_blob *envelope)
{
    struct proto_signed s;
    enum proto_kind kind;
    enum err e = proto_frame_decode(frame, len, &kind, &envelope->data, &envelope->len);

    if (e == OK)
        e = proto_sign_decode(envelope->data, envelope->len, &s);
    return e == OK ? proto_msg_decode(kind, s.body, s.body_len, msg) : e;
}
