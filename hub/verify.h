/*
 * hub/verify: the pool of threads that read frames from the gate and judge them (hub/envelope). The socket is their queue: when they are
 * busy it fills, the gate's bounded queue fills behind it, and the gate says "try again". The writer takes what is judged, all at
 * once, so rounds grow with load and nothing waits for a timer. The only threads of ours.
 */
#ifndef HUB_VERIFY_H
#define HUB_VERIFY_H

#include "hub/envelope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HUB_VERIFY_THREADS_MAX = 16,
    HUB_VERIFY_BYTES_MAX = 64 << 20  /* of frames that are not given back: with so many, none is read (and one more may be under way) */
};

struct hub_verify;

/* context's members and fd, the gate's socket, are borrowed until hub_verify_free. ERR_NOMEM: threads may be running; end the process. */
MUST_USE enum err hub_verify_start(const struct hub_envelope_context *context, int fd, size_t threads, struct hub_verify **out);

enum hub_verify_state { HUB_VERIFY_GOES_ON = 0, HUB_VERIFY_STOPPED, HUB_VERIFY_LOST };

/*
 * All jobs judged so far, at most max, in the order in which they were judged; NULL after wait_ms without any. *state is STOPPED when
 * the gate has said so and every frame before it has been taken, LOST when the gate is gone without it.
 */
struct hub_job *hub_verify_take(struct hub_verify *v, uint64_t wait_ms, size_t max, enum hub_verify_state *state);

/* Once hub_verify_take has said STOPPED or LOST: wait for the threads, and free everything. Takes NULL. */
void hub_verify_free(struct hub_verify *v);

/* For the writer: a job that is answered; its frame counts no more. Jobs of this pool only, each once. */
void hub_verify_give_back(struct hub_verify *v, struct hub_job *j);

#endif
