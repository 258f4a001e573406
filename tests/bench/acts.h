/*
 * tests/bench/acts: signed acts made before the clock starts, and their answers checked after it stopped. An
 * act is an EVENT statement signed by a staff key, in a message signed by the node key, to one addressee.
 * Used by bench-acts only.
 */
#ifndef BENCH_ACTS_H
#define BENCH_ACTS_H

#include "tests/bench/region.h"

#include "proto/limits.h"

enum { BENCH_SUBJECTS = 10000, BENCH_WORKERS_MAX = 16, BENCH_REPLY_ROOM = PROTO_FRAME_HEAD + PROTO_REPLY_PLAIN };

/* One act: what is sent, when, and what came back. Times are monotonic nanoseconds; 0: not sent, not
 * answered. */
struct bench_act {
    uint64_t sent_ns, answered_ns;
    uint32_t frame_len, reply_len;
};

/* Acts of one run in two large blocks, used again by the next run. */
struct bench_acts {
    size_t cap, count; /* room; made for this run */
    size_t frame_room;
    uint8_t *frames, *replies; /* act i at i * room */
    struct bench_act *act;
};

/* ERR_NOMEM. */
MUST_USE enum err bench_acts_init(struct bench_acts *a, size_t cap);
void bench_acts_fini(struct bench_acts *a);
/* How many threads make acts or check answers: as many as there are processors. */
size_t bench_acts_workers(void);
/* Make count fresh acts, on all processors. ERR_RANGE over the room. */
MUST_USE enum err bench_acts_make(struct bench_acts *a, const struct bench_region *r, size_t count);
/* A message that publishes a certificate, as a frame. */
MUST_USE enum err bench_acts_publish(const struct bench_region *r, const struct bench_member *m,
    const uint8_t *cert, size_t len, uint8_t *out, size_t cap, size_t *out_len);

/* ---- bench/answers ---- */

struct bench_verdict {
    size_t answered, refused, unproven, gaps; /* gaps: running numbers of a sender that no receipt has */
    uint8_t refusal;                          /* the first one */
};

/* Check every answer: accepted, its receipt proves the act to its sender, and the running numbers of a sender
 * to whom nobody writes have no gap. */
MUST_USE enum err bench_answers_check(
    const struct bench_acts *a, const struct bench_region *r, struct bench_verdict *out);
/* One answer to one act: ERR_DENIED when refused (*refusal says why), ERR_SIGNATURE when the receipt proves
 * nothing. */
MUST_USE enum err bench_answers_one(const struct bench_region *r, const uint8_t *frame, size_t len,
    const uint8_t *reply, size_t reply_len, uint8_t from[PROTO_PARTNER_LEN], uint64_t *number,
    uint8_t *refusal);

#endif
