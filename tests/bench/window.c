#include "tests/bench/window.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define NS_PER_MS 1000000ULL

uint64_t bench_window_now_ns(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        abort();
    return (uint64_t)t.tv_sec * 1000 * NS_PER_MS + (uint64_t)t.tv_nsec;
}

static uint64_t own_cpu_us(void)
{
    struct rusage u;

    if (getrusage(RUSAGE_SELF, &u) != 0)
        abort();
    return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000
           + (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

void bench_window_open(struct bench_window *w, const struct bench_hub *hub, uint64_t warm_ms, uint64_t measure_ms)
{
    *w = (struct bench_window){ .hub = hub, .from_ns = bench_window_now_ns() + warm_ms * NS_PER_MS };
    w->until_ns = w->from_ns + measure_ms * NS_PER_MS;
}

enum err bench_window_watch(struct bench_window *w)
{
    uint64_t now = bench_window_now_ns();
    enum err e = OK;

    if (!w->began && now >= w->from_ns) {
        w->began = true;
        w->own_us[0] = own_cpu_us();
        e = bench_hub_cpu_us(w->hub, &w->hub_us[0]);
    } else if (!w->ended && now >= w->until_ns) {
        w->ended = true;
        w->own_us[1] = own_cpu_us();
        e = bench_hub_cpu_us(w->hub, &w->hub_us[1]);
    }
    return e;
}

bool bench_window_has(const struct bench_window *w, uint64_t answered_ns)
{
    return answered_ns >= w->from_ns && answered_ns < w->until_ns;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

enum err bench_window_figures(const struct bench_window *w, uint64_t *took_ns, size_t count, struct bench_result *out)
{
    struct bench_result f = { .answered = count, .seconds = (double)(w->until_ns - w->from_ns) / 1e9 };

    if (count == 0)
        return ERR_PEER;
    qsort(took_ns, count, sizeof *took_ns, compare);
    f.p50_ms = (double)took_ns[count / 2] / 1e6;
    f.p99_ms = (double)took_ns[count - 1 - count / 100] / 1e6;
    f.max_ms = (double)took_ns[count - 1] / 1e6;
    f.hub_cpu_us = (double)(w->hub_us[1] - w->hub_us[0]) / (double)count;
    f.own_cpu_us = (double)(w->own_us[1] - w->own_us[0]) / (double)count;
    *out = f;
    return OK;
}
