#include "tests/bench/load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CALL_WAIT_MS = 10000, POLL_MS = 100, EVENTS = 64 };

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
    struct bench_window window;
};

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

struct wire_client *bench_load_wire(const struct bench_load *l, size_t connection)
{
    return connection < l->count ? l->wire[connection] : NULL;
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

static enum err send_next(struct run *r, size_t connection)
{
    struct bench_acts *a = r->acts;
    size_t i = r->next;
    enum err e;

    if (i == a->count)
        return ERR_FULL;
    a->act[i].sent_ns = bench_window_now_ns();
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
    a->act[i].answered_ns = bench_window_now_ns();
    /* One that is too long is kept cut off, and does not pass the check afterwards. */
    a->act[i].reply_len = (uint32_t)(len < a->reply_room ? len : a->reply_room);
    memcpy(a->replies + i * a->reply_room, reply, a->act[i].reply_len);
    wire_free(handle);
    return a->act[i].answered_ns < r->window.until_ns ? send_next(r, connection) : OK;
}

static enum err drive(struct run *r, size_t connections)
{
    struct epoll_event events[EVENTS];
    enum err e = OK;

    for (size_t i = 0; e == OK && i < connections; i++)
        e = send_next(r, i);
    while (e == OK && (r->under_way != 0 || !r->window.ended)) {
        int n = epoll_wait(r->load->poll, events, EVENTS, POLL_MS);

        for (int i = 0; e == OK && i < n; i++)
            e = take_answer(r, (size_t)events[i].data.u64);
        if (e == OK)
            e = bench_window_watch(&r->window);
    }
    return e;
}

/* ---- figures ---- */

static enum err count(const struct run *r, struct bench_result *out)
{
    uint64_t *took = malloc((r->next + 1) * sizeof *took);
    size_t answered = 0;
    enum err e;

    if (took == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->next; i++) {
        const struct bench_act *a = &r->acts->act[i];

        if (bench_window_has(&r->window, a->answered_ns))
            took[answered++] = a->answered_ns - a->sent_ns;
    }
    e = bench_window_figures(&r->window, took, answered, out);
    free(took);
    return e;
}

enum err bench_load_run(struct bench_load *l, const struct bench_hub *hub, struct bench_acts *a,
    size_t connections, uint64_t warm_ms, uint64_t measure_ms, struct bench_result *out)
{
    struct run r = { .load = l, .acts = a };
    enum err e;

    if (connections == 0 || connections > l->count)
        return ERR_RANGE;
    bench_window_open(&r.window, hub, warm_ms, measure_ms);
    e = drive(&r, connections);
    return e == OK ? count(&r, out) : e;
}
