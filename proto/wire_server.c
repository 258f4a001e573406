/* The answering half of proto/wire: it accepts connections, queues their questions for the caller's one
 * thread, and finds them again. */
#include "proto/wire.h"

#include "base/clock.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/limits.h"
#include "proto/wire_conn.h"
#include "proto/wire_nng.h"

#include <nng/nng.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SLOT_BITS = 12,
    SLOTS = 1 << SLOT_BITS, /* connections at a time */
    QUEUED_BYTES_MAX =
        64 << 20, /* questions that the caller has not fetched; beyond that no connection is read */
    SILENT_MAX = SLOTS / 8, /* that have not greeted, which nobody needs a certificate for; beyond it the oldest of them goes */
    HELD_MAX = 128 << 20, /* kept for all connections; beyond it who has held longest goes */
    HELD_FAIR = HELD_MAX / SLOTS, /* of those who hold more than this; if nobody does, all together do not hold too much */
    ACCEPT_PAUSE_MS = 100, /* after an accept that failed: no descriptors, most likely */
    SWEEP_MS = 1000,
    BURY_MS = 20, /* what has ended keeps its place no longer, and nobody who ends many makes more work than this */
    DRAIN_STEP_MS = 5,
    DRAIN_LINGER_MS = 50
};

struct question {
    struct question *next;
    uint32_t connection, request;
    nng_msg *msg;
};

struct wire_server {
    nng_stream_listener *listener;
    nng_aio *accept, *sweep;
    bool is_pausing;             /* accept is used to wait */
    uint64_t sweep_at_ms;        /* when sweep ends by itself; 0: it is not waiting */
    uint64_t judge_at_ms;
    uint64_t bury_at_ms;         /* UINT64_MAX: nobody is in a grave */
    int bell;
    pthread_mutex_t lock;
    struct wire_conn_owner owner;
    struct question *head, *tail;
    size_t queued_bytes, silent;
    bool was_full;
    uint32_t turn;               /* of connection ids, above the slot's bits */
    struct wire_conn *slot[SLOTS];
    struct wire_conn *grave[SLOTS];  /* ended, in the slot they had, until they are freed */
};

/*
 * Something has ended: bury it soon. A sweep that is at work looks at bury_at_ms before it sleeps again; one that sleeps
 * is woken, in a thread of its own. With the lock held.
 */
static void bury_soon(struct wire_server *s)
{
    if (s->bury_at_ms == UINT64_MAX)
        s->bury_at_ms = clock_mono_ms() + BURY_MS;
    if (s->sweep_at_ms == 0 || s->bury_at_ms >= s->sweep_at_ms)
        return;
    s->sweep_at_ms = 0;
    nng_aio_cancel(s->sweep);
}

/* ---- what connections tell; with the lock held ---- */

static void on_ready(void *self, struct wire_conn *c)
{
    struct wire_server *s = self;

    (void)c;
    s->silent--;
}

static enum err on_question(
    void *self, struct wire_conn *c, uint32_t request, const uint8_t *body, size_t len)
{
    struct wire_server *s = self;
    struct question *q = calloc(1, sizeof *q);

    if (q == NULL)
        return ERR_NOMEM;
    *q = (struct question){ .connection = wire_conn_id(c), .request = request };
    if (nng_msg_alloc(&q->msg, len) != 0) {
        free(q);
        return ERR_NOMEM;
    }
    if (len != 0)
        memcpy(nng_msg_body(q->msg), body, len);
    if (s->tail != NULL)
        s->tail->next = q;
    else
        s->head = q;
    s->tail = q;
    s->queued_bytes += len;
    if (s->head == q)
        wire_bell_ring(s->bell);
    return OK;
}

static void on_ended(void *self, struct wire_conn *c)
{
    struct wire_server *s = self;
    size_t at = wire_conn_id(c) % SLOTS;

    s->silent -= !wire_conn_has_greeted(c);
    s->slot[at] = NULL;
    s->grave[at] = c;
    bury_soon(s);
}

static bool is_full(void *self)
{
    struct wire_server *s = self;

    if (s->queued_bytes > QUEUED_BYTES_MAX)
        s->was_full = true;
    return s->queued_bytes > QUEUED_BYTES_MAX;
}

/* ---- accepting ---- */

/* A place for a new connection, and its id; false when all are taken. With the lock held. */
static bool find_slot(struct wire_server *s, uint32_t *id)
{
    for (uint32_t i = 0; i < SLOTS; i++) {
        uint32_t at = (s->turn + i) % SLOTS;

        if (s->slot[at] != NULL || s->grave[at] != NULL)
            continue;
        s->turn += i + 1;
        *id = at | s->turn / SLOTS << SLOT_BITS;
        return true;
    }
    return false;
}

/*
 * A connection is here before its TLS handshake: anybody can make as many as there are places, and keep all partners out. One that is a partner's
 * has greeted long before so many others came behind it. With the lock held.
 */
static void end_oldest_silent(struct wire_server *s)
{
    struct wire_conn *oldest = NULL;

    for (size_t i = 0; i < SLOTS; i++)
        if (s->slot[i] != NULL && !wire_conn_has_greeted(s->slot[i]) && !wire_conn_is_over(s->slot[i])
            && (oldest == NULL || wire_conn_heard_ms(s->slot[i]) < wire_conn_heard_ms(oldest)))
            oldest = s->slot[i];
    if (oldest != NULL)
        wire_conn_end(oldest);
}

static void take_connection(struct wire_server *s, nng_stream *stream)
{
    struct wire_conn *c;
    uint32_t id;

    pthread_mutex_lock(&s->lock);
    if (s->silent >= SILENT_MAX)
        end_oldest_silent(s);
    if (!find_slot(s, &id)) {
        nng_stream_free(stream);
    } else if (wire_conn_new(stream, &s->owner, id, &c) == OK) {
        s->slot[id % SLOTS] = c;
        s->silent++;
        wire_conn_start(c);
    }
    pthread_mutex_unlock(&s->lock);
}

/* In a thread of nng's; one at a time. */
static void on_accept(void *arg)
{
    struct wire_server *s = arg;
    int rv = nng_aio_result(s->accept);

    if (rv == NNG_ECLOSED)
        return;
    if (!s->is_pausing && rv == 0)
        take_connection(s, nng_aio_get_output(s->accept, 0));
    s->is_pausing = !s->is_pausing && rv != 0;
    if (s->is_pausing)
        nng_sleep_aio(ACCEPT_PAUSE_MS, s->accept);
    else
        nng_stream_listener_accept(s->listener, s->accept);
}

/* Who has held something longest, of those who hold more than their share. With the lock held. */
static struct wire_conn *oldest_hog(struct wire_server *s)
{
    struct wire_conn *oldest = NULL;

    for (size_t i = 0; i < SLOTS; i++) {
        struct wire_conn *c = s->slot[i];

        if (c == NULL || wire_conn_is_over(c) || wire_conn_held(c) <= HELD_FAIR)
            continue;
        if (oldest == NULL || wire_conn_held_since_ms(c) < wire_conn_held_since_ms(oldest))
            oldest = c;
    }
    return oldest;
}

/*
 * Who drips, or reads nothing, keeps within its time limits and has memory held for it. Not who has most of it goes first: many
 * who hold a little each would put out everybody who sends something large. Who means it is done soon. With the lock held.
 */
static void end_hogs(struct wire_server *s)
{
    struct wire_conn *c;
    size_t all = 0;

    for (size_t i = 0; i < SLOTS; i++)
        if (s->slot[i] != NULL && !wire_conn_is_over(s->slot[i]))
            all += wire_conn_held(s->slot[i]);
    while (all > HELD_MAX && (c = oldest_hog(s)) != NULL) {
        all -= wire_conn_held(c);
        wire_conn_end(c);
    }
}

/* End what has stalled or takes too much. With the lock held. */
static void judge(struct wire_server *s, uint64_t now)
{
    end_hogs(s);
    for (size_t i = 0; i < SLOTS; i++)
        if (s->slot[i] != NULL)
            wire_conn_check(s->slot[i], now);
    s->judge_at_ms = now + SWEEP_MS;
}

/* Free what has ended. With the lock held, but not while one is freed: who ends then is told of again. */
static void bury(struct wire_server *s)
{
    s->bury_at_ms = UINT64_MAX;
    for (size_t i = 0; i < SLOTS; i++) {
        struct wire_conn *c = s->grave[i];

        if (c == NULL)
            continue;
        pthread_mutex_unlock(&s->lock);
        wire_conn_free(c);
        pthread_mutex_lock(&s->lock);
        s->grave[i] = NULL;
    }
}

/* With the lock held, so that whoever ends knows whether the sweep has seen it. */
static void sleep_on(struct wire_server *s)
{
    uint64_t now = clock_mono_ms(), due = s->bury_at_ms < s->judge_at_ms ? s->bury_at_ms : s->judge_at_ms;

    s->sweep_at_ms = due > now ? due : now + 1;
    nng_sleep_aio((nng_duration)(s->sweep_at_ms - now), s->sweep);
}

/* Every second, and soon after something has ended. In a thread of nng's, but never one of a connection's callbacks. */
static void on_sweep(void *arg)
{
    struct wire_server *s = arg;
    uint64_t now = clock_mono_ms();
    int rv = nng_aio_result(s->sweep);

    if (rv != 0 && rv != NNG_ECANCELED)
        return;
    pthread_mutex_lock(&s->lock);
    s->sweep_at_ms = 0;
    if (now >= s->judge_at_ms)
        judge(s, now);
    if (now >= s->bury_at_ms)
        bury(s);
    sleep_on(s);
    pthread_mutex_unlock(&s->lock);
}

/* ---- the caller's side ---- */

/* Read on where reading stopped for too much in the queue, once half of it is gone. */
static void resume(struct wire_server *s)
{
    if (!s->was_full || s->queued_bytes > QUEUED_BYTES_MAX / 2)
        return;
    s->was_full = false;
    for (size_t i = 0; i < SLOTS; i++)
        if (s->slot[i] != NULL)
            wire_conn_resume(s->slot[i]);
}

/* The first question, taken out of the queue; NULL when there is none. With the lock held. */
static struct question *take_question(struct wire_server *s)
{
    struct question *q = s->head;

    if (q == NULL)
        return NULL;
    s->head = q->next;
    if (s->head == NULL) {
        s->tail = NULL;
        wire_bell_hush(s->bell);
    }
    s->queued_bytes -= nng_msg_len(q->msg);
    resume(s);
    return q;
}

enum err wire_server_recv(struct wire_server *s, uint8_t route[WIRE_ROUTE_MAX], size_t *route_len,
    void **handle, const uint8_t **frame, size_t *len)
{
    struct question *q;
    struct wr w;

    pthread_mutex_lock(&s->lock);
    q = take_question(s);
    pthread_mutex_unlock(&s->lock);
    if (q == NULL)
        return ERR_BUSY;
    wr_init(&w, route, WIRE_ROUTE_MAX);
    wr_u32(&w, q->connection);
    wr_u32(&w, q->request);
    *route_len = w.len;
    *handle = q->msg;
    *frame = nng_msg_body(q->msg);
    *len = nng_msg_len(q->msg);
    free(q);
    return OK;
}

enum err wire_server_send(
    struct wire_server *s, const uint8_t *route, size_t route_len, const uint8_t *frame, size_t len)
{
    uint32_t connection, request;
    struct wire_conn *c;
    struct rd r;
    enum err e;

    rd_init(&r, route, route_len);
    connection = rd_u32(&r);
    request = rd_u32(&r);
    if ((e = rd_end(&r)) != OK)
        return e;
    if (len > PROTO_FRAME_MAX)
        return ERR_LONG;
    pthread_mutex_lock(&s->lock);
    c = s->slot[connection % SLOTS];
    if (c != NULL && wire_conn_id(c) == connection)
        e = wire_conn_send(c, request, frame, len);
    pthread_mutex_unlock(&s->lock);
    return e;
}

static bool is_sending(struct wire_server *s)
{
    bool any = false;

    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; !any && i < SLOTS; i++)
        any = s->slot[i] != NULL && wire_conn_is_sending(s->slot[i]);
    pthread_mutex_unlock(&s->lock);
    return any;
}

void wire_server_drain(struct wire_server *s, uint32_t wait_ms)
{
    uint64_t end = clock_mono_ms() + wait_ms;

    while (is_sending(s) && clock_mono_ms() < end)
        wire_nng_sleep(DRAIN_STEP_MS);
    /* Of TLS the last bytes may still be in nng's hands. */
    wire_nng_sleep(DRAIN_LINGER_MS);
}

int wire_server_fd(const struct wire_server *s)
{
    return s->bell;
}

static enum err set_up(struct wire_server *s, const char *url, const struct wire_tls *tls, struct trouble *t)
{
    nng_tls_config *config = NULL;
    enum err e;
    int rv;

    if ((rv = nng_aio_alloc(&s->accept, on_accept, s)) != 0 ||
        (rv = nng_aio_alloc(&s->sweep, on_sweep, s)) != 0 ||
        (rv = nng_stream_listener_alloc(&s->listener, url)) != 0)
        return wire_nng_err(rv);
    if ((rv = nng_stream_listener_set_bool(s->listener, NNG_OPT_TCP_NODELAY, true)) != 0 ||
        (rv = nng_stream_listener_set_bool(s->listener, NNG_OPT_TCP_KEEPALIVE, true)) != 0)
        return wire_nng_err(rv);
    if (!wire_nng_is_plain(tls)) {
        if ((e = wire_nng_tls(true, tls, &config, t)) != OK)
            return e;
        rv = nng_stream_listener_set_ptr(s->listener, NNG_OPT_TLS_CONFIG, config);
        nng_tls_config_free(config);  /* the listener holds its own reference */
        if (rv != 0)
            return wire_nng_err(rv);
    }
    return wire_nng_err(nng_stream_listener_listen(s->listener));
}

/* Of a server that never listened. */
static void drop(struct wire_server *s)
{
    if (s->listener != NULL)
        nng_stream_listener_free(s->listener);
    if (s->accept != NULL)
        nng_aio_free(s->accept);
    if (s->sweep != NULL)
        nng_aio_free(s->sweep);
    if (s->bell >= 0)
        (void)close(s->bell);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

enum err wire_listen(
    const char *address, const struct wire_tls *tls, struct wire_server **out, struct trouble *t)
{
    char url[WIRE_URL_MAX];
    struct wire_server *s;
    enum err e = wire_nng_url(address, wire_nng_is_plain(tls), url, t);

    if (e != OK)
        return e;
    if ((s = calloc(1, sizeof *s)) == NULL)
        return trouble_set(t, ERR_NOMEM, "no memory", "geen geheugen");
    pthread_mutex_init(&s->lock, NULL);
    s->owner = (struct wire_conn_owner){.self = s,
        .lock = &s->lock,
        .ready = on_ready,
        .message = on_question,
        .ended = on_ended,
        .is_full = is_full};
    s->bell = -1;
    if ((e = wire_bell_open(&s->bell)) == OK)
        e = set_up(s, url, tls, t);
    if (e != OK) {
        drop(s);
        if (e == ERR_BUSY)
            return trouble_at(t, e, address, 0, 0, "the address is in use by another program",
                "het adres is in gebruik bij een ander programma");
        return trouble_at(
            t, e, address, 0, 0, "cannot listen on this address", "op dit adres kan niet worden geluisterd");
    }
    pthread_mutex_lock(&s->lock);
    s->judge_at_ms = clock_mono_ms() + SWEEP_MS;
    s->bury_at_ms = UINT64_MAX;
    sleep_on(s);
    pthread_mutex_unlock(&s->lock);
    nng_stream_listener_accept(s->listener, s->accept);
    *out = s;
    return OK;
}
