/*
 * tests/bench/window: the clock of a measurement: what is answered between two moments counts, and processor times are read at
 * both. Used by bench-acts only. One thread.
 */
#ifndef BENCH_WINDOW_H
#define BENCH_WINDOW_H

#include "tests/bench/hub.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench_result {
    size_t answered; /* within the window */
    double seconds;
    double p50_ms, p99_ms, max_ms;
    double hub_cpu_us, own_cpu_us; /* of one */
};

struct bench_window {
    const struct bench_hub *hub;
    uint64_t from_ns, until_ns;
    bool began, ended;
    uint64_t hub_us[2], own_us[2];
};

/* Monotonic. Latencies are measured in microseconds, which base/clock does not know. */
uint64_t bench_window_now_ns(void);
/* From now: what comes within warm_ms is not counted. */
void bench_window_open(struct bench_window *w, const struct bench_hub *hub, uint64_t warm_ms, uint64_t measure_ms);
/* Call it now and then: reads the processor times once each moment has come. */
MUST_USE enum err bench_window_watch(struct bench_window *w);
bool bench_window_has(const struct bench_window *w, uint64_t answered_ns);
/* The figures, from what each took (sorted here) that was answered within the window. ERR_PEER when there is none. */
MUST_USE enum err bench_window_figures(const struct bench_window *w, uint64_t *took_ns, size_t count, struct bench_result *out);

#endif
