/* tests/bench/parallel: the same for many, on all processors. Used by bench-acts only. */
#ifndef BENCH_PARALLEL_H
#define BENCH_PARALLEL_H

#include "base/err.h"

#include <stddef.h>

/* each(arg, i) for all i below count, from several threads at once. The first error of a thread ends it and is returned. */
MUST_USE enum err bench_parallel(size_t count, enum err (*each)(void *arg, size_t i), void *arg);

#endif
