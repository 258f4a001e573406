/*
 * tests/bench/acts: questions made before the clock starts, and their answers checked after it stopped. Of three kinds:
 *   statement  an EVENT signed by a staff key, in a message signed by the node key, to one addressee: two signatures
 *   request    a REQUEST that the policy permits, signed by the node key: one signature
 *   derive     64 blinded elements for the hub's share of the pseudonym key, signed by the node key
 * Used by bench-acts only.
 */
#ifndef BENCH_ACTS_H
#define BENCH_ACTS_H

#include "tests/bench/message.h"

#include "proto/limits.h"

enum { BENCH_SUBJECTS = 10000, BENCH_WORKERS_MAX = 16, BENCH_CASES = 200 };
enum { BENCH_ASKER = 2, BENCH_HOLDER = 0 };  /* who asks whom, by place in the region */

enum bench_kind { BENCH_STATEMENT, BENCH_REQUEST, BENCH_DERIVE, BENCH_KINDS };

/* One question: what is sent, when, and what came back. Times are monotonic nanoseconds; 0: not sent, not
 * answered. */
struct bench_act {
    uint64_t sent_ns, answered_ns;
    uint32_t frame_len, reply_len;
};

/* Those of one run in two large blocks, used again by the next run. */
struct bench_acts {
    enum bench_kind kind;
    size_t cap, count; /* room; made for this run */
    size_t frame_room, reply_room;
    uint8_t *frames, *replies; /* act i at i * room */
    struct bench_act *act;
};

/* ERR_NOMEM. */
MUST_USE enum err bench_acts_init(struct bench_acts *a, enum bench_kind kind, size_t cap);
void bench_acts_fini(struct bench_acts *a);
/* How many threads make acts or check answers: as many as there are processors. */
size_t bench_acts_workers(void);
/* Make count fresh ones, on all processors. ERR_RANGE over the room. */
MUST_USE enum err bench_acts_make(struct bench_acts *a, const struct bench_region *r, size_t count);

/* ---- bench/questions: one of each ---- */

/* What makes one by m, who takes its turn with the other members. */
typedef enum err bench_make(const struct bench_region *r, const struct bench_member *m, uint8_t *out, size_t cap, size_t *len);
bench_make bench_make_statement, bench_make_request, bench_make_derive;
/* A message that publishes a certificate, as a frame. */
MUST_USE enum err bench_make_publish(const struct bench_region *r, const struct bench_member *m,
    const uint8_t *cert, size_t len, uint8_t *out, size_t cap, size_t *out_len);
/* What the request about child n needs to be permitted: a case that the asker opened, and an event that the holder said. */
MUST_USE enum err bench_make_case(const struct bench_region *r, size_t n, uint8_t *out, size_t cap, size_t *len);
MUST_USE enum err bench_make_event(const struct bench_region *r, size_t n, uint8_t *out, size_t cap, size_t *len);
/* A request about child n, so that what follows can be made too. */
MUST_USE enum err bench_make_asking(const struct bench_region *r, size_t n, struct proto_msg *out);

/* ---- bench/answers ---- */

struct bench_verdict {
    size_t answered, refused, unproven, gaps; /* gaps: running numbers of a sender that no receipt has */
    uint8_t refusal;                          /* the first one */
};

/*
 * Check every answer: accepted, and its receipt proves the act to its sender; of a derive its proof. Of statements also that the
 * running numbers of a sender to whom nobody writes have no gap.
 */
MUST_USE enum err bench_answers_check(
    const struct bench_acts *a, const struct bench_region *r, struct bench_verdict *out);
/* One answer to one act: ERR_DENIED when refused (*refusal says why), ERR_SIGNATURE when the receipt proves
 * nothing. */
MUST_USE enum err bench_answers_one(const struct bench_region *r, const uint8_t *frame, size_t len,
    const uint8_t *reply, size_t reply_len, uint8_t from[PROTO_PARTNER_LEN], uint64_t *number,
    uint8_t *refusal);

#endif
