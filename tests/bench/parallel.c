#include "tests/bench/parallel.h"

#include "tests/bench/acts.h"

#include <pthread.h>

struct worker {
    pthread_t thread;
    size_t first, step, count;
    enum err (*each)(void *arg, size_t i);
    void *arg;
    enum err err;
};

static void *work(void *arg)
{
    struct worker *w = arg;

    for (size_t i = w->first; w->err == OK && i < w->count; i += w->step)
        w->err = w->each(w->arg, i);
    return NULL;
}

enum err bench_parallel(size_t count, enum err (*each)(void *arg, size_t i), void *arg)
{
    struct worker w[BENCH_WORKERS_MAX];
    size_t workers = bench_acts_workers(), started = 0;
    enum err e = OK;

    while (e == OK && started < workers) {
        w[started] = (struct worker){ .first = started, .step = workers, .count = count, .each = each, .arg = arg };
        if (pthread_create(&w[started].thread, NULL, work, &w[started]) != 0)
            e = ERR_NOMEM;
        else
            started++;
    }
    for (size_t i = 0; i < started; i++) {
        if (pthread_join(w[i].thread, NULL) != 0)
            e = ERR_IO;
        else if (e == OK)
            e = w[i].err;
    }
    return e;
}
