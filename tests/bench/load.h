/*
 * tests/bench/load: acts over connections, one under way on each, against the clock. Used by bench-acts only.
 * One measurement at a time.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "tests/bench/acts.h"
#include "tests/bench/window.h"

enum { BENCH_CONNECTIONS_MAX = 64 };

struct bench_load;

/* No connection yet; r is borrowed as long as the load lives. ERR_NOMEM, ERR_IO. */
MUST_USE enum err bench_load_open(const struct bench_region *r, bool plain, struct bench_load **out);

/*
 * See to it that there are so many, each set up and tried with a question, so that no handshake is measured.
 * More than are used would only take time from what is measured.
 */
MUST_USE enum err bench_load_connect(struct bench_load *l, size_t connections, struct trouble *t);

/* One of the connections; NULL when there are not so many. */
struct wire_client *bench_load_wire(const struct bench_load *l, size_t connection);
/* One call and its wait, on the first connection. */
MUST_USE enum err bench_load_call(
    struct bench_load *l, const uint8_t *frame, size_t len, uint8_t *reply, size_t cap, size_t *reply_len);

/*
 * Send acts over the first connections of them; what is answered within warm_ms is not counted. Every act
 * that was sent has its answer at the end. ERR_RANGE when there are not so many, ERR_FULL when the acts did
 * not last, ERR_PEER when an answer failed to come.
 */
MUST_USE enum err bench_load_run(struct bench_load *l, const struct bench_hub *hub, struct bench_acts *a,
    size_t connections, uint64_t warm_ms, uint64_t measure_ms, struct bench_result *out);

#endif
