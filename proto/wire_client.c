/* The asking half of proto/wire: one REQ socket, one context and one aio for each call under way, used again and again. */
#include "proto/wire.h"

#include "base/clock.h"
#include "proto/limits.h"
#include "proto/wire_nng.h"

#include <nng/protocol/reqrep0/req.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CALLS_MAX = 256,
    RECONNECT_MIN_MS = 100,
    RECONNECT_MAX_MS = 2000,
    RECV_MAX = PROTO_FRAME_MAX + 64  /* with what nng puts before a frame */
};

/*
 * One call. The aio runs send, then receive, never both: nng 1.5.2 crashes when a receive is given up while its send still
 * waits. next and is_done are under the client's lock; the rest is nng's threads' from the start of the call until is_done.
 */
struct call {
    struct wire_client *client;
    struct call *next;   /* in the free list or the list of ended calls */
    bool is_done;
    bool is_sending;     /* else receiving */
    bool waited_for;     /* by wire_call: not put into the list of ended calls */
    nng_ctx ctx;
    nng_aio *aio;
    uint64_t tag, deadline_ms;
    enum err result;
    nng_msg *reply;
};

struct wire_client {
    nng_socket socket;
    int bell;
    pthread_mutex_t lock;
    pthread_cond_t ended;    /* for wire_call */
    struct call *free_list, *done_head, *done_tail;
    size_t call_count, under_way;
    struct call *call[CALLS_MAX];
};

static void call_end(struct call *k, enum err result, nng_msg *reply)
{
    struct wire_client *c = k->client;

    pthread_mutex_lock(&c->lock);
    k->result = result;
    k->reply = reply;
    k->is_done = true;
    k->next = NULL;
    if (k->waited_for) {
        pthread_cond_broadcast(&c->ended);
    } else {
        if (c->done_tail != NULL)
            c->done_tail->next = k;
        else
            c->done_head = k;
        c->done_tail = k;
        if (c->done_head == k)
            wire_bell_ring(c->bell);
    }
    pthread_mutex_unlock(&c->lock);
}

/* What is left until the deadline; at least one, as zero has a meaning of its own to nng. */
static nng_duration time_left(const struct call *k)
{
    uint64_t now = clock_mono_ms();

    return now < k->deadline_ms ? (nng_duration)(k->deadline_ms - now) : 1;
}

/* Runs in a thread of nng's, one at a time for each call. */
static void on_step(void *arg)
{
    struct call *k = arg;
    int rv = nng_aio_result(k->aio);
    nng_msg *msg = NULL;

    if (k->is_sending && rv == 0) {
        k->is_sending = false;
        nng_aio_set_timeout(k->aio, time_left(k));
        nng_ctx_recv(k->ctx, k->aio);
        return;
    }
    /* A failed send gives the message back; a receive has one only when it went well. */
    if (k->is_sending || rv == 0) {
        msg = nng_aio_get_msg(k->aio);
        nng_aio_set_msg(k->aio, NULL);
    }
    if (rv == 0 && nng_msg_len(msg) > PROTO_FRAME_MAX)
        rv = NNG_EMSGSIZE;
    if (rv == 0) {
        call_end(k, OK, msg);
        return;
    }
    wire_free(msg);
    call_end(k, rv == NNG_ENOMEM ? ERR_NOMEM : ERR_PEER, NULL);
}

static enum err call_new(struct wire_client *c, struct call **out)
{
    struct call *k = calloc(1, sizeof *k);
    int rv;

    if (k == NULL)
        return ERR_NOMEM;
    k->client = c;
    if ((rv = nng_ctx_open(&k->ctx, c->socket)) != 0) {
        free(k);
        return wire_nng_err(rv);
    }
    if ((rv = nng_aio_alloc(&k->aio, on_step, k)) != 0) {
        (void)nng_ctx_close(k->ctx);
        free(k);
        return wire_nng_err(rv);
    }
    *out = k;
    return OK;
}

/* A call that nobody uses, an old one if there is one. */
static enum err call_take(struct wire_client *c, struct call **out)
{
    struct call *k;
    enum err e;

    pthread_mutex_lock(&c->lock);
    k = c->free_list;
    if (k != NULL) {
        c->free_list = k->next;
        c->under_way++;
    }
    pthread_mutex_unlock(&c->lock);
    if (k == NULL) {
        /* Only the caller's one thread opens calls, so the count needs no lock here. */
        if (c->call_count == CALLS_MAX)
            return ERR_BUSY;
        if ((e = call_new(c, &k)) != OK)
            return e;
        pthread_mutex_lock(&c->lock);
        c->call[c->call_count++] = k;
        c->under_way++;
        pthread_mutex_unlock(&c->lock);
    }
    *out = k;
    return OK;
}

/* With the lock held. */
static void call_give_back(struct wire_client *c, struct call *k)
{
    k->is_done = false;
    k->reply = NULL;
    k->next = c->free_list;
    c->free_list = k;
    c->under_way--;
}

static enum err start(struct wire_client *c, bool waited_for, uint64_t tag, const uint8_t *frame, size_t len,
    uint32_t timeout_ms, struct call **out)
{
    nng_msg *msg = NULL;
    struct call *k = NULL;
    enum err e;
    int rv;

    if (len > PROTO_FRAME_MAX)
        return ERR_LONG;
    if ((rv = nng_msg_alloc(&msg, len)) != 0)
        return wire_nng_err(rv);
    if (len != 0)
        memcpy(nng_msg_body(msg), frame, len);
    if ((e = call_take(c, &k)) != OK) {
        nng_msg_free(msg);
        return e;
    }
    k->tag = tag;
    k->waited_for = waited_for;
    k->deadline_ms = clock_mono_ms() + timeout_ms;
    k->is_sending = true;
    nng_aio_set_msg(k->aio, msg);
    nng_aio_set_timeout(k->aio, time_left(k));
    if (out != NULL)
        *out = k;
    nng_ctx_send(k->ctx, k->aio);
    return OK;
}

enum err wire_call_start(struct wire_client *c, uint64_t tag, const uint8_t *frame, size_t len, uint32_t timeout_ms)
{
    return start(c, false, tag, frame, len, timeout_ms, NULL);
}

enum err wire_call_done(struct wire_client *c, uint64_t *tag, enum err *result, void **handle, const uint8_t **frame,
    size_t *len)
{
    struct call *k;

    pthread_mutex_lock(&c->lock);
    k = c->done_head;
    if (k == NULL) {
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
    call_give_back(c, k);
    pthread_mutex_unlock(&c->lock);
    return OK;
}

enum err wire_call(struct wire_client *c, const uint8_t *frame, size_t len, uint32_t timeout_ms, void **handle,
    const uint8_t **reply, size_t *reply_len)
{
    struct call *k;
    enum err e = start(c, true, 0, frame, len, timeout_ms, &k);

    if (e != OK)
        return e;
    pthread_mutex_lock(&c->lock);
    while (!k->is_done)
        pthread_cond_wait(&c->ended, &c->lock);
    if ((e = k->result) == OK) {
        *handle = k->reply;
        *reply = nng_msg_body(k->reply);
        *reply_len = nng_msg_len(k->reply);
    }
    call_give_back(c, k);
    pthread_mutex_unlock(&c->lock);
    return e;
}

int wire_client_fd(const struct wire_client *c)
{
    return c->bell;
}

static enum err set_up(struct wire_client *c, const char *url, const struct wire_tls *tls, struct trouble *t)
{
    nng_tls_config *config = NULL;
    nng_dialer d;
    enum err e;
    int rv;

    if ((rv = nng_req0_open(&c->socket)) != 0)
        return wire_nng_err(rv);
    /* Not resent by nng: a repeat is ours to decide, with the same message id. */
    if ((rv = nng_socket_set_size(c->socket, NNG_OPT_RECVMAXSZ, RECV_MAX)) != 0 ||
        (rv = nng_socket_set_ms(c->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE)) != 0 ||
        (rv = nng_socket_set_ms(c->socket, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS)) != 0 ||
        (rv = nng_socket_set_ms(c->socket, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS)) != 0)
        return wire_nng_err(rv);
    if ((rv = nng_dialer_create(&d, c->socket, url)) != 0)
        return wire_nng_err(rv);
    if ((rv = nng_dialer_set_bool(d, NNG_OPT_TCP_NODELAY, true)) != 0 ||
        (rv = nng_dialer_set_bool(d, NNG_OPT_TCP_KEEPALIVE, true)) != 0)
        return wire_nng_err(rv);
    if (!wire_nng_is_plain(tls)) {
        if ((e = wire_nng_tls(false, tls, &config, t)) != OK)
            return e;
        rv = nng_dialer_set_ptr(d, NNG_OPT_TLS_CONFIG, config);
        nng_tls_config_free(config);  /* the dialer holds its own reference */
        if (rv != 0)
            return wire_nng_err(rv);
    }
    return wire_nng_err(nng_dialer_start(d, NNG_FLAG_NONBLOCK));
}

enum err wire_dial(const char *address, const struct wire_tls *tls, struct wire_client **out, struct trouble *t)
{
    char url[WIRE_URL_MAX];
    struct wire_client *c;
    enum err e = wire_nng_url(address, wire_nng_is_plain(tls), url, t);

    if (e != OK)
        return e;
    if ((c = calloc(1, sizeof *c)) == NULL)
        return trouble_set(t, ERR_NOMEM, "no memory", "geen geheugen");
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->ended, NULL);
    c->bell = -1;
    if ((e = wire_bell_open(&c->bell)) == OK)
        e = set_up(c, url, tls, t);
    if (e != OK) {
        wire_close(c);
        return trouble_at(t, e, address, 0, 0, "a connection could not be set up", "een verbinding kon niet worden opgezet");
    }
    *out = c;
    return OK;
}

void wire_close(struct wire_client *c)
{
    bool idle;

    if (c == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    idle = c->under_way == 0;
    pthread_mutex_unlock(&c->lock);
    if (!idle)
        return;
    for (size_t i = 0; i < c->call_count; i++) {
        nng_aio_free(c->call[i]->aio);
        free(c->call[i]);
    }
    /* Not nng_close: in nng 1.5.2 it waits for ever now and then, even for a socket at rest (tried: one time in 2,000). */
    if (c->bell >= 0)
        (void)close(c->bell);
    pthread_cond_destroy(&c->ended);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
