/*
 * The asking half of proto/wire: one connection, dialled again whenever it ends, and a table of calls. A call
 * that was sent over a connection that ended is over, too: whether to repeat it, with the same message id, is
 * the caller's to decide.
 */
#include "proto/wire.h"

#include "base/clock.h"
#include "proto/limits.h"
#include "proto/wire_conn.h"
#include "proto/wire_nng.h"

#include <nng/nng.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CALLS_MAX = 256,
    TICK_MAX_MS = 1000,      /* how late a stalled connection may be noticed; all else has a moment of its own */
    REDIAL_MIN_MS = 100,
    REDIAL_MAX_MS = 2000,
    DIAL_MS = 10000,         /* TCP only; TLS and greeting have the connection's own limit */
    CLOSE_MS = 2000,
    CLOSE_STEP_MS = 2
};

enum call_state { CALL_FREE, CALL_WAITING, CALL_SENT, CALL_DONE };

/* A request id is this bit, a number, and the call's place in the table. */
#define REQUEST_BIT 0x80000000u
#define PLACE_BITS 8

struct call {
    enum call_state state;
    struct call *next;       /* in the list of ended calls */
    bool waited_for;         /* by wire_call: not put into that list */
    uint32_t request;
    uint64_t tag, deadline_ms, sent_ms;
    nng_msg *frame;          /* while waiting for a connection */
    enum err result;
    nng_msg *reply;
};

/* All but the handles of nng is under the lock. */
struct wire_client {
    nng_stream_dialer *dialer;
    nng_aio *dial, *tick;
    int bell;
    pthread_mutex_t lock;
    pthread_cond_t changed;      /* a call of wire_call ended */
    struct wire_conn_owner owner;
    struct wire_conn *conn, *grave;
    bool is_dialling, is_closing;
    uint64_t redial_at_ms, redial_wait_ms;
    uint64_t tick_at_ms;         /* when tick ends by itself; 0: it is not waiting */
    uint32_t number, conn_number;
    size_t used;
    struct call call[CALLS_MAX];
    struct call *done_head, *done_tail;
};

/*
 * Something is due at this moment: tick must not sleep beyond it. A tick that is at work looks at everything
 * before it sleeps again. With the lock held.
 */
static void wake_by(struct wire_client *c, uint64_t at_ms)
{
    if (c->tick_at_ms == 0 || at_ms >= c->tick_at_ms)
        return;
    c->tick_at_ms = 0;
    nng_aio_cancel(c->tick);
}

/* ---- calls; with the lock held ---- */

static void end_call(struct wire_client *c, struct call *k, enum err result, nng_msg *reply)
{
    wire_free(k->frame);
    k->frame = NULL;
    k->result = result;
    k->reply = reply;
    k->state = CALL_DONE;
    k->next = NULL;
    if (k->waited_for) {
        pthread_cond_broadcast(&c->changed);
        return;
    }
    if (c->done_tail != NULL)
        c->done_tail->next = k;
    else
        c->done_head = k;
    c->done_tail = k;
    if (c->done_head == k)
        wire_bell_ring(c->bell);
}

static void free_call(struct wire_client *c, struct call *k)
{
    k->state = CALL_FREE;
    k->reply = NULL;
    c->used--;
}

/* Over the connection there is; without one, or one that has not greeted, it waits. */
static void send_call(struct wire_client *c, struct call *k)
{
    nng_msg *frame = k->frame;

    if (c->conn == NULL || !wire_conn_is_open(c->conn) || k->state != CALL_WAITING)
        return;
    k->state = CALL_SENT;
    k->sent_ms = clock_mono_ms();
    k->frame = NULL;
    if (wire_conn_send(c->conn, k->request, nng_msg_body(frame), nng_msg_len(frame)) != OK)
        end_call(c, k, ERR_NOMEM, NULL);
    nng_msg_free(frame);
}

/*
 * Whether the connection has been silent for so long that it may be one that nng has forgotten, or that the
 * network is gone: for half of the time that this call waited. A new one is better then.
 */
static bool is_deaf(const struct wire_client *c, const struct call *k, uint64_t now)
{
    return k->state == CALL_SENT && c->conn != NULL &&
        now - wire_conn_heard_ms(c->conn) >= (now - k->sent_ms) / 2;
}

static void expire_calls(struct wire_client *c, uint64_t now)
{
    bool cut = false;

    for (size_t i = 0; i < CALLS_MAX && c->used != 0; i++) {
        struct call *k = &c->call[i];

        if ((k->state != CALL_WAITING && k->state != CALL_SENT) || now < k->deadline_ms)
            continue;
        cut = cut || is_deaf(c, k, now);
        end_call(c, k, ERR_PEER, NULL);
    }
    if (cut)
        wire_conn_end(c->conn);
}

/* ---- what the connection tells; with the lock held ---- */

static void on_ready(void *self, struct wire_conn *conn)
{
    struct wire_client *c = self;

    (void)conn;
    c->redial_wait_ms = REDIAL_MIN_MS;
    for (size_t i = 0; i < CALLS_MAX; i++)
        send_call(c, &c->call[i]);
}

static enum err on_reply(
    void *self, struct wire_conn *conn, uint32_t request, const uint8_t *body, size_t len)
{
    struct wire_client *c = self;
    struct call *k = &c->call[request % CALLS_MAX];
    nng_msg *reply = NULL;

    (void)conn;
    if (k->state != CALL_SENT || k->request != request)
        return OK;  /* too late, or twice */
    if (nng_msg_alloc(&reply, len) != 0)
        return ERR_NOMEM;
    if (len != 0)
        memcpy(nng_msg_body(reply), body, len);
    end_call(c, k, OK, reply);
    return OK;
}

/* Each time twice as long, until a connection was good. */
static void plan_redial(struct wire_client *c)
{
    c->redial_at_ms = clock_mono_ms() + c->redial_wait_ms;
    c->redial_wait_ms = 2 * c->redial_wait_ms < REDIAL_MAX_MS ? 2 * c->redial_wait_ms : REDIAL_MAX_MS;
    wake_by(c, c->redial_at_ms);
}

static void on_ended(void *self, struct wire_conn *conn)
{
    struct wire_client *c = self;

    c->grave = conn;
    c->conn = NULL;
    plan_redial(c);
    wake_by(c, clock_mono_ms());  /* to bury it */
    for (size_t i = 0; i < CALLS_MAX; i++)
        if (c->call[i].state == CALL_SENT)
            end_call(c, &c->call[i], ERR_PEER, NULL);
}

static bool is_full(void *self)
{
    (void)self;
    return false;  /* answers to at most CALLS_MAX calls */
}

/* ---- dialling ---- */

static void take_stream(struct wire_client *c, nng_stream *stream)
{
    if (c->is_closing) {
        nng_stream_free(stream);
        return;
    }
    if (wire_conn_new(stream, &c->owner, ++c->conn_number, &c->conn) == OK)
        wire_conn_start(c->conn);
}

/* In a thread of nng's. */
static void on_dial(void *arg)
{
    struct wire_client *c = arg;

    pthread_mutex_lock(&c->lock);
    c->is_dialling = false;
    if (nng_aio_result(c->dial) == 0) {
        take_stream(c, nng_aio_get_output(c->dial, 0));
    } else {
        plan_redial(c);
    }
    pthread_mutex_unlock(&c->lock);
}

static void dial_if_due(struct wire_client *c, uint64_t now)
{
    if (c->conn != NULL || c->grave != NULL || c->is_dialling || c->is_closing || now < c->redial_at_ms)
        return;
    c->is_dialling = true;
    nng_aio_set_timeout(c->dial, DIAL_MS);
    nng_stream_dialer_dial(c->dialer, c->dial);
}

/* When something is due next. A call that ended leaves its moment behind: tick then finds nothing to do. */
static uint64_t next_due(const struct wire_client *c, uint64_t now)
{
    uint64_t due = now + TICK_MAX_MS;

    if (c->conn == NULL && !c->is_dialling && !c->is_closing && c->redial_at_ms < due)
        due = c->redial_at_ms;
    for (size_t i = 0; i < CALLS_MAX && c->used != 0; i++) {
        const struct call *k = &c->call[i];

        if ((k->state == CALL_WAITING || k->state == CALL_SENT) && k->deadline_ms < due)
            due = k->deadline_ms;
    }
    return c->grave != NULL || due < now ? now : due;
}

/* With the lock held, so that whoever has something earlier knows whether tick has seen it. */
static void sleep_on(struct wire_client *c)
{
    uint64_t now = clock_mono_ms(), due = next_due(c, now);

    c->tick_at_ms = due > now ? due : now + 1;
    nng_sleep_aio((nng_duration)(c->tick_at_ms - now), c->tick);
}

/* Time passes here only. In a thread of nng's, but never one of the connection's callbacks. */
static void on_tick(void *arg)
{
    struct wire_client *c = arg;
    struct wire_conn *grave;
    uint64_t now = clock_mono_ms();
    int rv = nng_aio_result(c->tick);

    if (rv != 0 && rv != NNG_ECANCELED)
        return;
    pthread_mutex_lock(&c->lock);
    c->tick_at_ms = 0;
    expire_calls(c, now);
    if (c->conn != NULL)
        wire_conn_check(c->conn, now);
    dial_if_due(c, now);
    grave = c->grave;
    if (grave != NULL) {
        pthread_mutex_unlock(&c->lock);
        wire_conn_free(grave);
        pthread_mutex_lock(&c->lock);
        c->grave = NULL;
    }
    sleep_on(c);
    pthread_mutex_unlock(&c->lock);
}

/* ---- the caller's side ---- */

/* A free call with its own copy of the frame, on its way if there is a connection. */
static enum err start(struct wire_client *c, bool waited_for, uint64_t tag, const uint8_t *frame, size_t len,
    uint32_t timeout_ms, struct call **out)
{
    struct call *k = c->call;
    nng_msg *msg = NULL;
    int rv;

    if (len > PROTO_FRAME_MAX)
        return ERR_LONG;
    if ((rv = nng_msg_alloc(&msg, len)) != 0)
        return wire_nng_err(rv);
    if (len != 0)
        memcpy(nng_msg_body(msg), frame, len);
    pthread_mutex_lock(&c->lock);
    if (c->used == CALLS_MAX) {
        pthread_mutex_unlock(&c->lock);
        nng_msg_free(msg);
        return ERR_BUSY;
    }
    while (k->state != CALL_FREE)
        k++;
    *k = (struct call){ .state = CALL_WAITING, .waited_for = waited_for, .tag = tag, .frame = msg,
        .deadline_ms = clock_mono_ms() + timeout_ms };
    k->request = REQUEST_BIT | c->number++ << PLACE_BITS | (uint32_t)(k - c->call);
    c->used++;
    if (out != NULL)
        *out = k;
    send_call(c, k);
    wake_by(c, k->deadline_ms);
    pthread_mutex_unlock(&c->lock);
    return OK;
}

enum err wire_call_start(
    struct wire_client *c, uint64_t tag, const uint8_t *frame, size_t len, uint32_t timeout_ms)
{
    return start(c, false, tag, frame, len, timeout_ms, NULL);
}

enum err wire_call_done(
    struct wire_client *c, uint64_t *tag, enum err *result, void **handle, const uint8_t **frame, size_t *len)
{
    struct call *k;

    pthread_mutex_lock(&c->lock);
    if ((k = c->done_head) == NULL) {
        pthread_mutex_unlock(&c->lock);
        return ERR_BUSY;
    }
    c->done_head = k->next;
    if (c->done_head == NULL) {
        c->done_tail = NULL;
        wire_bell_hush(c->bell);
    }
    *tag = k->tag;
    *result = k->result;
    *handle = k->reply;
    *frame = k->reply != NULL ? nng_msg_body(k->reply) : NULL;
    *len = k->reply != NULL ? nng_msg_len(k->reply) : 0;
    free_call(c, k);
    pthread_mutex_unlock(&c->lock);
    return OK;
}

enum err wire_call(struct wire_client *c, const uint8_t *frame, size_t len, uint32_t timeout_ms,
    void **handle, const uint8_t **reply, size_t *reply_len)
{
    struct call *k;
    enum err e = start(c, true, 0, frame, len, timeout_ms, &k);

    if (e != OK)
        return e;
    pthread_mutex_lock(&c->lock);
    while (k->state != CALL_DONE)
        pthread_cond_wait(&c->changed, &c->lock);
    if ((e = k->result) == OK) {
        *handle = k->reply;
        *reply = nng_msg_body(k->reply);
        *reply_len = nng_msg_len(k->reply);
    }
    free_call(c, k);
    pthread_mutex_unlock(&c->lock);
    return e;
}

int wire_client_fd(const struct wire_client *c)
{
    return c->bell;
}

/* ---- beginning and end ---- */

static enum err set_up(struct wire_client *c, const char *url, const struct wire_tls *tls, struct trouble *t)
{
    nng_tls_config *config = NULL;
    enum err e;
    int rv;

    if ((rv = nng_aio_alloc(&c->dial, on_dial, c)) != 0 || (rv = nng_aio_alloc(&c->tick, on_tick, c)) != 0 ||
        (rv = nng_stream_dialer_alloc(&c->dialer, url)) != 0)
        return wire_nng_err(rv);
    if ((rv = nng_stream_dialer_set_bool(c->dialer, NNG_OPT_TCP_NODELAY, true)) != 0 ||
        (rv = nng_stream_dialer_set_bool(c->dialer, NNG_OPT_TCP_KEEPALIVE, true)) != 0)
        return wire_nng_err(rv);
    if (wire_nng_is_plain(tls))
        return OK;
    if ((e = wire_nng_tls(false, tls, &config, t)) != OK)
        return e;
    rv = nng_stream_dialer_set_ptr(c->dialer, NNG_OPT_TLS_CONFIG, config);
    nng_tls_config_free(config);  /* the dialer holds its own reference */
    return wire_nng_err(rv);
}

/* Of a client that has nothing under way. */
static void drop(struct wire_client *c)
{
    if (c->tick != NULL)
        nng_aio_free(c->tick);
    if (c->dial != NULL)
        nng_aio_free(c->dial);
    if (c->grave != NULL)
        wire_conn_free(c->grave);
    if (c->dialer != NULL)
        nng_stream_dialer_free(c->dialer);
    for (size_t i = 0; i < CALLS_MAX; i++) {
        wire_free(c->call[i].frame);
        wire_free(c->call[i].reply);
    }
    if (c->bell >= 0)
        (void)close(c->bell);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

enum err wire_dial(
    const char *address, const struct wire_tls *tls, struct wire_client **out, struct trouble *t)
{
    char url[WIRE_URL_MAX];
    struct wire_client *c;
    enum err e = wire_nng_url(address, wire_nng_is_plain(tls), url, t);

    if (e != OK)
        return e;
    if ((c = calloc(1, sizeof *c)) == NULL)
        return trouble_set(t, ERR_NOMEM, "no memory", "geen geheugen");
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->changed, NULL);
    c->owner = (struct wire_conn_owner){ .self = c, .lock = &c->lock, .is_client = true, .ready = on_ready,
        .message = on_reply, .ended = on_ended, .is_full = is_full };
    c->redial_wait_ms = REDIAL_MIN_MS;
    c->bell = -1;
    if ((e = wire_bell_open(&c->bell)) == OK)
        e = set_up(c, url, tls, t);
    if (e != OK) {
        drop(c);
        return trouble_at(t, e, address, 0, 0, "a connection could not be set up",
            "een verbinding kon niet worden opgezet");
    }
    pthread_mutex_lock(&c->lock);
    dial_if_due(c, clock_mono_ms());
    sleep_on(c);
    pthread_mutex_unlock(&c->lock);
    *out = c;
    return OK;
}

/* Whether nng has let go of everything within the time. */
static bool wait_for_end(struct wire_client *c)
{
    uint64_t until = clock_mono_ms() + CLOSE_MS;
    bool is_over;

    for (;;) {
        pthread_mutex_lock(&c->lock);
        is_over = c->conn == NULL && !c->is_dialling;
        pthread_mutex_unlock(&c->lock);
        if (is_over || clock_mono_ms() >= until)
            return is_over;
        wire_nng_sleep(CLOSE_STEP_MS);
    }
}

void wire_close(struct wire_client *c)
{
    if (c == NULL)
        return;
    nng_stream_dialer_close(c->dialer);
    pthread_mutex_lock(&c->lock);
    c->is_closing = true;
    if (c->conn != NULL)
        wire_conn_end(c->conn);
    pthread_mutex_unlock(&c->lock);
    /* What nng does not let go of is left to the end of the process. */
    if (wait_for_end(c))
        drop(c);
}
