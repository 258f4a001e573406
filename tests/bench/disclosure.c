#include "tests/bench/disclosure.h"

#include "tests/bench/package.h"
#include "tests/bench/parallel.h"

#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CALL_WAIT_MS = 10000, FETCH_WAIT_S = 20, FETCH_WAIT_MS = 40000, POLL_MS = 100, EVENTS = 64, SIDES = 2 };
enum { FETCH_ROOM = 1024, CONNECTIONS_MIN = SIDES + 1 };

/* Beside its package: how far it came. */
struct state {
    size_t connection;
    uint64_t sent_ns, done_ns;
    bool is_asked, is_with_holder, is_released, is_opened;
};

/* One side's mailbox. */
struct box {
    const struct bench_member *member;
    struct wire_client *wire;
    uint64_t running;
    bool is_waiting;
};

struct bench_disclosures {
    const struct bench_region *region;
    const struct bench_load *load;
    uint8_t key[PROTO_KEY_LEN], secret[PROTO_KEY_LEN];  /* of the asker's node */
    struct box box[SIDES];
    size_t base, cap, count, next, under_way;  /* base: the number of the first one; no number comes twice */
    struct bench_package *package;
    struct state *state;
    struct bench_window window;
    uint8_t refusal;
};

enum err bench_disclosures_open(const struct bench_region *r, const struct bench_load *l, struct bench_disclosures **out)
{
    struct bench_disclosures *d = calloc(1, sizeof *d);

    if (d == NULL)
        return ERR_NOMEM;
    d->region = r;
    d->load = l;
    d->box[0].member = &r->member[BENCH_HOLDER];
    d->box[1].member = &r->member[BENCH_ASKER];
    (void)crypto_box_keypair(d->key, d->secret);
    *out = d;
    return OK;
}

void bench_disclosures_close(struct bench_disclosures *d)
{
    if (d == NULL)
        return;
    free(d->package);
    free(d->state);
    sodium_memzero(d->secret, sizeof d->secret);
    free(d);
}

/* ---- before the clock ---- */

static enum err make_one(void *arg, size_t i)
{
    struct bench_disclosures *d = arg;

    d->state[i] = (struct state){ .connection = 0 };
    return bench_package_make(d->region, d->key, (uint32_t)(d->base + i), &d->package[i]);
}

static enum err make(struct bench_disclosures *d, size_t count)
{
    d->base += d->count;
    if (count > d->cap) {
        free(d->package);
        free(d->state);
        d->package = malloc(count * sizeof *d->package);
        d->state = malloc(count * sizeof *d->state);
        d->cap = d->package == NULL || d->state == NULL ? 0 : count;
    }
    d->count = d->cap == 0 ? 0 : count;
    d->next = 0;
    return d->cap == 0 ? ERR_NOMEM : bench_parallel(count, make_one, d);
}

/* ---- steps ---- */

/* The disclosure that an id is of; NULL for what is from before this run, or none of ours. */
static struct state *find(struct bench_disclosures *d, const uint8_t id[PROTO_ID_LEN], enum bench_step step, size_t *at)
{
    size_t i = bench_package_number(id);

    if (i < d->base || i - d->base >= d->next || sodium_memcmp(d->package[i - d->base].id[step], id, PROTO_ID_LEN) != 0)
        return NULL;
    *at = i - d->base;
    return &d->state[*at];
}

static enum err send_step(struct bench_disclosures *d, size_t i, enum bench_step step)
{
    const struct bench_package *p = &d->package[i];

    return wire_call_start(bench_load_wire(d->load, d->state[i].connection), i * BENCH_STEPS + step, p->frame[step], p->len[step],
        CALL_WAIT_MS);
}

static enum err begin(struct bench_disclosures *d, size_t connection)
{
    size_t i = d->next;

    if (i == d->count)
        return ERR_FULL;
    d->next++;
    d->under_way++;
    d->state[i] = (struct state){ .connection = connection, .sent_ns = bench_window_now_ns() };
    return send_step(d, i, BENCH_ASK);
}

/* Opened by the asker, and the holder knows that its release went: the connection is free for the next. */
static enum err end_if_done(struct bench_disclosures *d, size_t i)
{
    struct state *s = &d->state[i];

    if (!s->is_released || !s->is_opened)
        return OK;
    d->under_way--;
    return bench_window_now_ns() < d->window.until_ns ? begin(d, s->connection) : OK;
}

static enum err grant_if_due(struct bench_disclosures *d, size_t i)
{
    return d->state[i].is_asked && d->state[i].is_with_holder ? send_step(d, i, BENCH_GRANT) : OK;
}

/* An answer to a step. The release leaves only after the receipt of the grant was checked. */
static enum err go_on(struct bench_disclosures *d, uint64_t tag, const uint8_t *reply, size_t len)
{
    size_t i = (size_t)tag / BENCH_STEPS;
    enum bench_step step = (enum bench_step)(tag % BENCH_STEPS);
    enum err e = bench_package_check(d->region, &d->package[i], step, reply, len, &d->refusal);

    if (e != OK)
        return e;
    if (step == BENCH_GRANT)
        return send_step(d, i, BENCH_RELEASE);
    if (step == BENCH_ASK) {
        d->state[i].is_asked = true;
        return grant_if_due(d, i);
    }
    d->state[i].is_released = true;
    return end_if_done(d, i);
}

/* ---- mail ---- */

static enum err send_fetch(struct bench_disclosures *d, struct box *b)
{
    struct proto_msg msg = { .kind = PROTO_FETCH, .number = FETCH_WAIT_S };
    uint8_t frame[FETCH_ROOM];
    size_t len;
    enum err e;

    bench_message_head(d->region, b->member, &msg.head);
    msg.head.running = b->running;
    e = bench_message_frame(b->member, &msg, frame, sizeof frame, &len);
    if (e == OK)
        e = wire_call_start(b->wire, 0, frame, len, FETCH_WAIT_MS);
    b->is_waiting = e == OK;
    return e;
}

static enum err take_mail(struct bench_disclosures *d, const struct proto_mail *m)
{
    struct proto_signed s;
    struct proto_msg msg;
    struct state *found;
    size_t i;
    enum err e = proto_sign_decode(m->message.data, m->message.len, &s);

    if (m->kind != PROTO_REQUEST && m->kind != PROTO_RELEASE)
        return e;
    if (e == OK)
        e = proto_msg_decode((enum proto_kind)m->kind, s.body, s.body_len, &msg);
    if (e != OK)
        return e;
    found = find(d, msg.head.id, m->kind == PROTO_REQUEST ? BENCH_ASK : BENCH_RELEASE, &i);
    if (found == NULL)
        return OK;
    if (m->kind == PROTO_REQUEST) {
        found->is_with_holder = true;
        return grant_if_due(d, i);
    }
    e = bench_package_open(d->region, &d->package[i], m, d->key, d->secret);
    if (e != OK)
        return e;
    found->is_opened = true;
    found->done_ns = bench_window_now_ns();
    return end_if_done(d, i);
}

static enum err take_mails(struct bench_disclosures *d, struct box *b, const uint8_t *frame, size_t len)
{
    struct proto_reply reply;
    struct proto_blob body;
    enum proto_kind kind;
    size_t at = 2;
    enum err e = proto_frame_decode(frame, len, &kind, &body.data, &body.len);

    if (e == OK)
        e = kind == PROTO_REPLY ? proto_reply_decode(body.data, body.len, &reply) : ERR_SYNTAX;
    if (e != OK)
        return e;
    d->refusal = reply.result;
    if (reply.result != PROTO_ACCEPTED)
        return ERR_DENIED;
    while (e == OK && at < reply.payload.len) {
        struct proto_mail m;

        e = proto_mail_decode(reply.payload.data, reply.payload.len, &at, &m);
        if (e == OK) {
            b->running = m.number;
            e = take_mail(d, &m);
        }
    }
    return e == OK ? send_fetch(d, b) : e;
}

/* ---- against the clock ---- */

/* Whatever came over one connection. */
static enum err take_answers(struct bench_disclosures *d, struct wire_client *wire, struct box *b)
{
    const uint8_t *reply;
    void *handle;
    uint64_t tag;
    size_t len;
    enum err result, e;

    while ((e = wire_call_done(wire, &tag, &result, &handle, &reply, &len)) == OK) {
        if (result == OK)
            result = b != NULL ? take_mails(d, b, reply, len) : go_on(d, tag, reply, len);
        wire_free(handle);
        if (result != OK)
            return result;
    }
    return e == ERR_BUSY ? OK : e;
}

static enum err watch(const struct bench_disclosures *d, int poll, size_t connections)
{
    for (size_t i = 0; i < connections; i++) {
        struct epoll_event event = { .events = EPOLLIN, .data = { .u64 = i } };

        if (epoll_ctl(poll, EPOLL_CTL_ADD, wire_client_fd(bench_load_wire(d->load, i)), &event) != 0)
            return ERR_IO;
    }
    return OK;
}

/* The first two connections fetch; the others take one disclosure after the other. */
static enum err drive(struct bench_disclosures *d, int poll, size_t connections)
{
    struct epoll_event events[EVENTS];
    enum err e = watch(d, poll, connections);

    for (size_t i = 0; e == OK && i < SIDES; i++) {
        d->box[i].wire = bench_load_wire(d->load, i);
        if (!d->box[i].is_waiting)
            e = send_fetch(d, &d->box[i]);
    }
    for (size_t i = SIDES; e == OK && i < connections; i++)
        e = begin(d, i);
    while (e == OK && (d->under_way != 0 || !d->window.ended)) {
        int n = epoll_wait(poll, events, EVENTS, POLL_MS);

        for (int i = 0; e == OK && i < n; i++) {
            size_t at = (size_t)events[i].data.u64;

            e = take_answers(d, bench_load_wire(d->load, at), at < SIDES ? &d->box[at] : NULL);
        }
        if (e == OK)
            e = bench_window_watch(&d->window);
    }
    return e;
}

static enum err count(const struct bench_disclosures *d, struct bench_result *out)
{
    uint64_t *took = malloc((d->next + 1) * sizeof *took);
    size_t done = 0;
    enum err e;

    if (took == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < d->next; i++)
        if (bench_window_has(&d->window, d->state[i].done_ns))
            took[done++] = d->state[i].done_ns - d->state[i].sent_ns;
    e = bench_window_figures(&d->window, took, done, out);
    free(took);
    return e;
}

enum err bench_disclosures_run(struct bench_disclosures *d, const struct bench_hub *hub, size_t count_max, size_t connections,
    uint64_t warm_ms, uint64_t measure_ms, struct bench_result *out, uint8_t *refusal)
{
    int poll;
    enum err e;

    if (connections < CONNECTIONS_MIN || bench_load_wire(d->load, connections - 1) == NULL)
        return ERR_RANGE;
    e = make(d, count_max);
    if (e != OK)
        return e;
    poll = epoll_create1(EPOLL_CLOEXEC);
    if (poll < 0)
        return ERR_IO;
    bench_window_open(&d->window, hub, warm_ms, measure_ms);
    e = drive(d, poll, connections);
    (void)close(poll);
    *refusal = d->refusal;
    return e == OK ? count(d, out) : e;
}
