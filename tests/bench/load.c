#include "tests/bench/load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { CALL_WAIT_MS = 10000, POLL_MS = 100, EVENTS = 64 };

#define NS_PER_MS 1000000ULL

struct bench_load {
    const struct bench_region *region;
    bool plain;
    size_t count;
    struct wire_client *wire[BENCH_CONNECTIONS_MAX];
    int poll;
};

/* One measurement under way. */
struct run {
    struct bench_load *load;
    struct bench_acts *acts;
    size_t next, under_way;
    uint64_t from_ns, until_ns; /* the window */
    bool began, ended;
    uint64_t hub_us[2], own_us[2];
    const struct bench_hub *hub;
};

/* Latencies are measured in microseconds, which base/clock does not know. */
static uint64_t now_ns(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        abort();
    return (uint64_t)t.tv_sec * 1000 * NS_PER_MS + (uint64_t)t.tv_nsec;
}

/* ---- connections ---- */

static enum err open_one(struct bench_load *l, size_t i, struct trouble *t)
{
    struct wire_tls tls = bench_member_tls(l->region, &l->region->member[i % BENCH_PARTNERS]);
    struct epoll_event event = { .events = EPOLLIN, .data = { .u64 = i } };
    enum err e = wire_dial(l->region->address, l->plain ? NULL : &tls, &l->wire[i], t);

    if (e == OK && epoll_ctl(l->poll, EPOLL_CTL_ADD, wire_client_fd(l->wire[i]), &event) != 0)
        e = ERR_IO;
    return e;
}

/* Something that is no frame is answered by the gate itself: enough to have the connection. */
static enum err try_one(struct bench_load *l, size_t i, struct trouble *t)
{
    static const uint8_t none[1] = { 0 };
    const uint8_t *reply;
    void *handle;
    size_t len;
    enum err e = wire_call(l->wire[i], none, sizeof none, CALL_WAIT_MS, &handle, &reply, &len);

    if (e != OK)
        return trouble_set(t, e, "connection %zu to the hub gets no answer",
            "verbinding %zu met de hub krijgt geen antwoord", i);
    wire_free(handle);
    return OK;
}

enum err bench_load_open(const struct bench_region *r, bool plain, struct bench_load **out)
{
    struct bench_load *l = calloc(1, sizeof *l);

    if (l == NULL)
        return ERR_NOMEM;
    l->region = r;
    l->plain = plain;
    l->poll = epoll_create1(EPOLL_CLOEXEC);
    if (l->poll < 0) {
        free(l);
        return ERR_IO;
    }
    *out = l;
    return OK;
}

/* After an error the connections stay: the process ends. */
enum err bench_load_connect(struct bench_load *l, size_t connections, struct trouble *t)
{
    enum err e = connections > BENCH_CONNECTIONS_MAX ? ERR_RANGE : OK;

    while (e == OK && l->count < connections) {
        e = open_one(l, l->count, t);
        if (e == OK)
            e = try_one(l, l->count, t);
        if (e == OK)
            l->count++;
    }
    return e;
}

enum err bench_load_call(
    struct bench_load *l, const uint8_t *frame, size_t len, uint8_t *reply, size_t cap, size_t *reply_len)
{
    const uint8_t *got;
    void *handle;
    size_t got_len;
    enum err e = wire_call(l->wire[0], frame, len, CALL_WAIT_MS, &handle, &got, &got_len);

    if (e != OK)
        return e;
    if (got_len > cap) {
        e = ERR_LONG;
    } else {
        memcpy(reply, got, got_len);
        *reply_len = got_len;
    }
    wire_free(handle);
    return e;
}

/* ---- against the clock ---- */

static uint64_t own_cpu_us(void)
{
    struct rusage u;

    if (getrusage(RUSAGE_SELF, &u) != 0)
        abort();
    return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000
           + (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static enum err send_next(struct run *r, size_t connection)
{
    struct bench_acts *a = r->acts;
    size_t i = r->next;
    enum err e;

    if (i == a->count)
        return ERR_FULL;
    a->act[i].sent_ns = now_ns();
    e = wire_call_start(
        r->load->wire[connection], i, a->frames + i * a->frame_room, a->act[i].frame_len, CALL_WAIT_MS);
    if (e == OK) {
        r->next++;
        r->under_way++;
    }
    return e;
}

static enum err take_answer(struct run *r, size_t connection)
{
    struct bench_acts *a = r->acts;
    const uint8_t *reply;
    void *handle;
    uint64_t i;
    size_t len;
    enum err result, e = wire_call_done(r->load->wire[connection], &i, &result, &handle, &reply, &len);

    if (e != OK)
        return e == ERR_BUSY ? OK : e;
    r->under_way--;
    if (result != OK)
        return result;
    a->act[i].answered_ns = now_ns();
    /* One that is too long is kept cut off, and does not pass the check afterwards. */
    a->act[i].reply_len = (uint32_t)(len < BENCH_REPLY_ROOM ? len : BENCH_REPLY_ROOM);
    memcpy(a->replies + i * BENCH_REPLY_ROOM, reply, a->act[i].reply_len);
    wire_free(handle);
    return a->act[i].answered_ns < r->until_ns ? send_next(r, connection) : OK;
}

/* Processor times are read when the window begins and when it ends. */
static enum err watch_window(struct run *r)
{
    uint64_t now = now_ns();
    enum err e = OK;

    if (!r->began && now >= r->from_ns) {
        r->began = true;
        r->own_us[0] = own_cpu_us();
        e = bench_hub_cpu_us(r->hub, &r->hub_us[0]);
    } else if (!r->ended && now >= r->until_ns) {
        r->ended = true;
        r->own_us[1] = own_cpu_us();
        e = bench_hub_cpu_us(r->hub, &r->hub_us[1]);
    }
    return e;
}

static enum err drive(struct run *r, size_t connections)
{
    struct epoll_event events[EVENTS];
    enum err e = OK;

    for (size_t i = 0; e == OK && i < connections; i++)
        e = send_next(r, i);
    while (e == OK && (r->under_way != 0 || !r->ended)) {
        int n = epoll_wait(r->load->poll, events, EVENTS, POLL_MS);

        for (int i = 0; e == OK && i < n; i++)
            e = take_answer(r, (size_t)events[i].data.u64);
        if (e == OK)
            e = watch_window(r);
    }
    return e;
}

/* ---- figures ---- */

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static enum err count(const struct run *r, struct bench_result *out)
{
    uint64_t *took = malloc((r->next + 1) * sizeof *took);
    struct bench_result f = { .seconds = (double)(r->until_ns - r->from_ns) / 1e9 };

    if (took == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->next; i++) {
        const struct bench_act *a = &r->acts->act[i];

        if (a->answered_ns >= r->from_ns && a->answered_ns < r->until_ns)
            took[f.answered++] = a->answered_ns - a->sent_ns;
    }
    if (f.answered == 0) {
        free(took);
        return ERR_PEER;
    }
    qsort(took, f.answered, sizeof *took, compare);
    f.p50_ms = (double)took[f.answered / 2] / 1e6;
    f.p99_ms = (double)took[f.answered - 1 - f.answered / 100] / 1e6;
    f.max_ms = (double)took[f.answered - 1] / 1e6;
    f.hub_cpu_us = (double)(r->hub_us[1] - r->hub_us[0]) / (double)f.answered;
    f.own_cpu_us = (double)(r->own_us[1] - r->own_us[0]) / (double)f.answered;
    free(took);
    *out = f;
    return OK;
}

enum err bench_load_run(struct bench_load *l, const struct bench_hub *hub, struct bench_acts *a,
    size_t connections, uint64_t warm_ms, uint64_t measure_ms, struct bench_result *out)
{
    struct run r = { .load = l, .acts = a, .hub = hub };
    enum err e;

    if (connections == 0 || connections > l->count)
        return ERR_RANGE;
    r.from_ns = now_ns() + warm_ms * NS_PER_MS;
    r.until_ns = r.from_ns + measure_ms * NS_PER_MS;
    e = drive(&r, connections);
    return e == OK ? count(&r, out) : e;
}
