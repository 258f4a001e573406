/*
 * The asking half of proto/wire: one connection, dialled again whenever it ends, and its calls (wire_calls). A call
 * that was sent over a connection that ended is over, too: whether to repeat it, with the same message id, is
 * the caller's to decide.
 */
#include "proto/wire.h"

#include "base/clock.h"
#include "proto/limits.h"
#include "proto/wire_calls.h"
#include "proto/wire_nng.h"

#include <nng/nng.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_MAX_MS = 1000,      /* how late a stalled connection may be noticed; all else has a moment of its own */
    REDIAL_MIN_MS = 100,
    REDIAL_MAX_MS = 2000,
    DIAL_MS = 10000,         /* TCP only; TLS and greeting have the connection's own limit */
    CLOSE_MS = 2000,
    CLOSE_STEP_MS = 2
};

/* All but the handles of nng is under the lock. */
struct wire_client {
    nng_stream_dialer *dialer;
    nng_aio *dial, *tick;
    pthread_mutex_t lock;
    struct wire_conn_owner owner;
    struct wire_conn *conn, *grave;
    bool is_dialling, is_closing;
    uint64_t redial_at_ms, redial_wait_ms;
    uint64_t tick_at_ms;         /* when tick ends by itself; 0: it is not waiting */
    uint32_t conn_number;
    struct wire_calls calls;
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

/* ---- what the connection tells; with the lock held ---- */

static void on_ready(void *self, struct wire_conn *conn)
{
    struct wire_client *c = self;

    c->redial_wait_ms = REDIAL_MIN_MS;
    wire_calls_send_all(&c->calls, conn);
}

static enum err on_reply(
    void *self, struct wire_conn *conn, uint32_t request, const uint8_t *body, size_t len)
{
    struct wire_client *c = self;

    (void)conn;
    return wire_calls_reply(&c->calls, request, body, len);
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
    wire_calls_lost(&c->calls);
}

static bool is_full(void *self)
{
    (void)self;
    return false;  /* answers to at most WIRE_CALLS_MAX calls */
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
    due = wire_calls_due(&c->calls, due);
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
    if (wire_calls_expire(&c->calls, c->conn, now))
        wire_conn_end(c->conn);
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
    uint32_t timeout_ms, struct wire_calls_one **out)
{
    struct wire_calls_one *k;
    nng_msg *msg = NULL;
    enum err e;
    int rv;

    if (len > PROTO_FRAME_MAX)
        return ERR_LONG;
    if ((rv = nng_msg_alloc(&msg, len)) != 0)
        return wire_nng_err(rv);
    if (len != 0)
        memcpy(nng_msg_body(msg), frame, len);
    pthread_mutex_lock(&c->lock);
    e = wire_calls_add(&c->calls, msg, waited_for, tag, clock_mono_ms() + timeout_ms, &k);
    if (e == OK) {
        if (out != NULL)
            *out = k;
        wire_calls_send(&c->calls, k, c->conn);
        wake_by(c, k->deadline_ms);
    }
    pthread_mutex_unlock(&c->lock);
    if (e != OK)
        nng_msg_free(msg);
    return e;
}

enum err wire_call_start(
    struct wire_client *c, uint64_t tag, const uint8_t *frame, size_t len, uint32_t timeout_ms)
{
    return start(c, false, tag, frame, len, timeout_ms, NULL);
}

enum err wire_call_done(
    struct wire_client *c, uint64_t *tag, enum err *result, void **handle, const uint8_t **frame, size_t *len)
{
    struct wire_calls_one *k;

    pthread_mutex_lock(&c->lock);
    if ((k = wire_calls_next(&c->calls)) == NULL) {
        pthread_mutex_unlock(&c->lock);
        return ERR_BUSY;
    }
    *tag = k->tag;
    *result = k->result;
    *handle = k->reply;
    *frame = k->reply != NULL ? nng_msg_body(k->reply) : NULL;
    *len = k->reply != NULL ? nng_msg_len(k->reply) : 0;
    wire_calls_drop(&c->calls, k);
    pthread_mutex_unlock(&c->lock);
    return OK;
}

enum err wire_call(struct wire_client *c, const uint8_t *frame, size_t len, uint32_t timeout_ms,
    void **handle, const uint8_t **reply, size_t *reply_len)
{
    struct wire_calls_one *k;
    enum err e = start(c, true, 0, frame, len, timeout_ms, &k);

    if (e != OK)
        return e;
    pthread_mutex_lock(&c->lock);
    while (k->state != WIRE_CALLS_DONE)
        pthread_cond_wait(&c->calls.changed, &c->lock);
    if ((e = k->result) == OK) {
        *handle = k->reply;
        *reply = nng_msg_body(k->reply);
        *reply_len = nng_msg_len(k->reply);
    }
    wire_calls_drop(&c->calls, k);
    pthread_mutex_unlock(&c->lock);
    return e;
}

int wire_client_fd(const struct wire_client *c)
{
    return c->calls.bell;
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
    wire_calls_fini(&c->calls);
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
    c->owner = (struct wire_conn_owner){ .self = c, .lock = &c->lock, .is_client = true, .ready = on_ready,
        .message = on_reply, .ended = on_ended, .is_full = is_full };
    c->redial_wait_ms = REDIAL_MIN_MS;
    if ((e = wire_calls_init(&c->calls)) == OK)
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
