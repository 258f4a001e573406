/*
 * tests/bench/hub: the hub as real processes: its commands, the running hub, and the processor time it takes.
 * It ends with this process, however that ends. Used by bench-acts only. One thread; start before anything of
 * nng is open.
 */
#ifndef BENCH_HUB_H
#define BENCH_HUB_H

#include "base/err.h"

#include <stdint.h>
#include <sys/types.h>

struct bench_hub {
    const char *program, *home, *log; /* borrowed; what it says goes to the file log */
    pid_t pid;                        /* of the running hub; 0: none */
};

enum { BENCH_HUB_ARGS_MAX = 12 };

/* Run one command of the hub to its end; args end with NULL. ERR_PEER when it fails: the log says why. */
MUST_USE enum err bench_hub_command(const struct bench_hub *h, const char *const *args, struct trouble *t);
/* Start the hub and wait until it answers `status`. */
MUST_USE enum err bench_hub_start(struct bench_hub *h, struct trouble *t);
/* Processor time of all its processes since their start, in microseconds. ERR_PEER when one is gone. */
MUST_USE enum err bench_hub_cpu_us(const struct bench_hub *h, uint64_t *out);
/* Ask it to end and wait; OK when it ended well. */
MUST_USE enum err bench_hub_stop(struct bench_hub *h);

#endif
