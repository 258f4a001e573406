#include "tests/bench/acts.h"

#include "tests/bench/parallel.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What each kind takes: its frame, and the answer with its head. A derive is not padded. */
static const struct {
    bench_make *make;
    size_t frame_room, reply_room;
} kinds[BENCH_KINDS] = {
    [BENCH_STATEMENT] = { bench_make_statement, 1536, PROTO_FRAME_HEAD + PROTO_REPLY_PLAIN },
    [BENCH_REQUEST] = { bench_make_request, 1024, PROTO_FRAME_HEAD + PROTO_REPLY_DECISION },
    [BENCH_DERIVE] = { bench_make_derive, 4096, 4096 },
};

enum err bench_acts_init(struct bench_acts *a, enum bench_kind kind, size_t cap)
{
    memset(a, 0, sizeof *a);
    a->kind = kind;
    a->cap = cap;
    a->frame_room = kinds[kind].frame_room;
    a->reply_room = kinds[kind].reply_room;
    a->frames = malloc(cap * a->frame_room);
    a->replies = malloc(cap * a->reply_room);
    a->act = calloc(cap, sizeof *a->act);
    return a->frames == NULL || a->replies == NULL || a->act == NULL ? ERR_NOMEM : OK;
}

void bench_acts_fini(struct bench_acts *a)
{
    free(a->frames);
    free(a->replies);
    free(a->act);
    memset(a, 0, sizeof *a);
}

/* ---- on all processors ---- */

size_t bench_acts_workers(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (processors > BENCH_WORKERS_MAX)
        return BENCH_WORKERS_MAX;
    return processors < 1 ? 1 : (size_t)processors;
}

struct making {
    struct bench_acts *acts;
    const struct bench_region *region;
};

static enum err make_one(void *arg, size_t i)
{
    const struct making *m = arg;
    struct bench_acts *a = m->acts;
    size_t len = 0;
    enum err e = kinds[a->kind].make(
        m->region, &m->region->member[i % BENCH_PARTNERS], a->frames + i * a->frame_room, a->frame_room, &len);

    a->act[i] = (struct bench_act){ .frame_len = (uint32_t)len };
    return e;
}

enum err bench_acts_make(struct bench_acts *a, const struct bench_region *r, size_t count)
{
    struct making m = { a, r };

    if (count > a->cap)
        return ERR_RANGE;
    a->count = count;
    return bench_parallel(count, make_one, &m);
}
