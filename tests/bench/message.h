/*
 * tests/bench/message: signed frames by the partners of a bench region, made before the clock starts. Used by bench-acts only. No
 * state; any thread.
 */
#ifndef BENCH_MESSAGE_H
#define BENCH_MESSAGE_H

#include "tests/bench/region.h"

#include "proto/msg.h"

enum { BENCH_MESSAGE_MAX = 4096 };  /* a body; no message here is longer */

/* The header of a message by m, now, under a fresh id, to the hub. */
void bench_message_head(const struct bench_region *r, const struct bench_member *m, struct proto_header *h);
/* A person of m acts, for this addressee. */
void bench_message_actor(const struct bench_member *m, const struct bench_member *to, struct proto_header *h);
/* A statement by m about what the message is about, as far as all kinds have it. */
void bench_message_statement(const struct bench_region *r, const struct bench_member *m, const struct proto_header *h,
    enum proto_statement_kind kind, struct proto_statement *out);
/* Encode it and sign it with m's staff key. ERR_LONG. */
MUST_USE enum err bench_message_say(const struct bench_member *m, const struct proto_statement *s, uint8_t *out, size_t cap, size_t *len);
/* Encode it and sign it with m's node key, as a frame. ERR_LONG. */
MUST_USE enum err bench_message_frame(const struct bench_member *m, const struct proto_msg *msg, uint8_t *out, size_t cap, size_t *len);

/* Take a frame apart again: its message, which borrows frame, and the signed envelope. */
MUST_USE enum err bench_message_open(const uint8_t *frame, size_t len, struct proto_msg *msg, struct proto_blob *envelope);

#endif
