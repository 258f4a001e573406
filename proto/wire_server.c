/*
 * The answering half of proto/wire: one REP socket and a pool of contexts that grows with what is under way.
 *
 * Why not a raw REP socket: nng 1.5.2 gives each connection of a raw socket a queue of 64 answers and silently drops what does
 * not fit; a context waits for its connection instead, and costs less (fewer hand-overs between nng's threads).
 */
#include "proto/wire.h"

#include "base/clock.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/limits.h"
#include "proto/wire_nng.h"

#include <nng/protocol/reqrep0/rep.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SLOTS_MAX = 8192,         /* requests under way: every node of a large region waiting, and its calls */
    LISTENING_MAX = 64,       /* contexts ready to receive: each may hold one frame beyond QUEUED_BYTES_MAX */
    QUEUED_BYTES_MAX = 64 << 20,
    PER_CONNECTION_MAX = 640, /* a client of ours has at most 256 under way; twice that after its time limits */
    DRAIN_STEP_MS = 5,
    DRAIN_LINGER_MS = 50
};

/* IDLE: on the idle stack. LISTENING, SENDING: nng's. QUEUED: has a frame for the caller. HELD: the caller owes an answer. */
enum state { STATE_IDLE, STATE_LISTENING, STATE_QUEUED, STATE_HELD, STATE_SENDING, STATE_DEAD };

/* One context and its aio. Everything but nng's own is under the server's lock. */
struct slot {
    struct wire_server *server;
    struct slot *next, *prev;  /* in the one list of its state: idle, queued or held */
    enum state state;
    uint32_t index, turn;      /* turn: how often it was used, so that an old route finds nothing */
    uint32_t connection;
    nng_ctx ctx;
    nng_aio *aio;
    nng_msg *msg;
};

struct list { struct slot *head, *tail; };

struct connection { uint32_t id, count; };

struct wire_server {
    nng_socket socket;
    int bell;
    pthread_mutex_t lock;
    struct list idle, queued, held;
    size_t slot_count, listening, sending, queued_bytes, connection_count;
    struct slot *slot[SLOTS_MAX];
    struct connection connection[SLOTS_MAX];  /* those with anything under way; short, so searched from the start */
};

static void list_append(struct list *l, struct slot *k)
{
    k->next = NULL;
    k->prev = l->tail;
    if (l->tail != NULL)
        l->tail->next = k;
    else
        l->head = k;
    l->tail = k;
}

static void list_remove(struct list *l, struct slot *k)
{
    if (k->prev != NULL)
        k->prev->next = k->next;
    else
        l->head = k->next;
    if (k->next != NULL)
        k->next->prev = k->prev;
    else
        l->tail = k->prev;
    k->next = k->prev = NULL;
}

/* Count one more under way on this connection; false when that is too many. With the lock held. */
static bool connection_add(struct wire_server *s, uint32_t id)
{
    for (size_t i = 0; i < s->connection_count; i++)
        if (s->connection[i].id == id)
            return s->connection[i].count < PER_CONNECTION_MAX && ++s->connection[i].count != 0;
    s->connection[s->connection_count++] = (struct connection){ .id = id, .count = 1 };
    return true;
}

static void connection_remove(struct wire_server *s, uint32_t id)
{
    for (size_t i = 0; i < s->connection_count; i++) {
        if (s->connection[i].id != id)
            continue;
        if (--s->connection[i].count == 0)
            s->connection[i] = s->connection[--s->connection_count];
        return;
    }
}

static void on_event(void *arg);

static struct slot *slot_new(struct wire_server *s)
{
    struct slot *k = calloc(1, sizeof *k);

    if (k == NULL)
        return NULL;
    k->server = s;
    if (nng_ctx_open(&k->ctx, s->socket) != 0) {
        free(k);
        return NULL;
    }
    if (nng_aio_alloc(&k->aio, on_event, k) != 0) {
        (void)nng_ctx_close(k->ctx);
        free(k);
        return NULL;
    }
    nng_aio_set_timeout(k->aio, NNG_DURATION_INFINITE);
    return k;
}

/*
 * The next context to listen with: an idle one, a new one, or when all are in use that of the oldest question that nobody
 * answered. With the lock held; NULL when there are enough, when too much is queued, or when memory is out.
 */
static struct slot *take_listener(struct wire_server *s)
{
    struct slot *k = NULL;

    if (s->listening >= LISTENING_MAX || s->queued_bytes > QUEUED_BYTES_MAX)
        return NULL;
    if ((k = s->idle.head) != NULL) {
        list_remove(&s->idle, k);
    } else if (s->slot_count < SLOTS_MAX) {
        if ((k = slot_new(s)) == NULL)
            return NULL;
        k->index = (uint32_t)s->slot_count;
        s->slot[s->slot_count++] = k;
    } else if ((k = s->held.head) != NULL) {
        list_remove(&s->held, k);
        connection_remove(s, k->connection);
    } else {
        return NULL;
    }
    k->turn++;
    k->state = STATE_LISTENING;
    s->listening++;
    return k;
}

/* Keep enough contexts listening. Without the lock: nng may call back from within. */
static void listen_more(struct wire_server *s)
{
    struct slot *k;

    for (;;) {
        pthread_mutex_lock(&s->lock);
        k = take_listener(s);
        pthread_mutex_unlock(&s->lock);
        if (k == NULL)
            return;
        nng_ctx_recv(k->ctx, k->aio);
    }
}

/* A frame came: into the queue, or back to listening when it breaks a limit. With the lock held. */
static bool accept_frame(struct slot *k, nng_msg *msg)
{
    struct wire_server *s = k->server;

    k->connection = (uint32_t)nng_pipe_id(nng_msg_get_pipe(msg));
    if (nng_msg_len(msg) > PROTO_FRAME_MAX || !connection_add(s, k->connection))
        return false;
    k->msg = msg;
    k->state = STATE_QUEUED;
    s->queued_bytes += nng_msg_len(msg);
    list_append(&s->queued, k);
    if (s->queued.head == k)
        wire_bell_ring(s->bell);
    return true;
}

static void on_received(struct slot *k)
{
    struct wire_server *s = k->server;
    int rv = nng_aio_result(k->aio);
    nng_msg *msg = rv == 0 ? nng_aio_get_msg(k->aio) : NULL;
    nng_pipe pipe = NNG_PIPE_INITIALIZER;
    bool taken = false;

    if (msg != NULL) {
        nng_aio_set_msg(k->aio, NULL);
        pipe = nng_msg_get_pipe(msg);
    }
    pthread_mutex_lock(&s->lock);
    s->listening--;
    if (msg != NULL)
        taken = accept_frame(k, msg);
    if (!taken) {
        k->state = rv == NNG_ECLOSED ? STATE_DEAD : STATE_IDLE;
        if (k->state == STATE_IDLE)
            list_append(&s->idle, k);
    }
    pthread_mutex_unlock(&s->lock);
    if (msg != NULL && !taken) {
        /* Too long, or far more under way than any client of ours has. */
        (void)nng_pipe_close(pipe);
        nng_msg_free(msg);
    }
    if (rv != NNG_ECLOSED)
        listen_more(s);
}

static void on_sent(struct slot *k)
{
    struct wire_server *s = k->server;
    nng_msg *msg;

    /* A failed send gives the message back: the client or the socket is gone. */
    if (nng_aio_result(k->aio) != 0 && (msg = nng_aio_get_msg(k->aio)) != NULL) {
        nng_aio_set_msg(k->aio, NULL);
        nng_msg_free(msg);
    }
    pthread_mutex_lock(&s->lock);
    s->sending--;
    connection_remove(s, k->connection);
    k->state = STATE_IDLE;
    list_append(&s->idle, k);
    pthread_mutex_unlock(&s->lock);
    listen_more(s);
}

/* Runs in a thread of nng's. The state cannot change under it: while nng has the slot nobody else touches it. */
static void on_event(void *arg)
{
    struct slot *k = arg;

    if (k->state == STATE_SENDING)
        on_sent(k);
    else
        on_received(k);
}

static size_t route_write(const struct slot *k, uint8_t route[WIRE_ROUTE_MAX])
{
    struct wr w;

    wr_init(&w, route, WIRE_ROUTE_MAX);
    wr_u32(&w, k->connection);
    wr_u32(&w, k->index);
    wr_u32(&w, k->turn);
    return w.len;
}

enum err wire_server_recv(struct wire_server *s, uint8_t route[WIRE_ROUTE_MAX], size_t *route_len, void **handle,
    const uint8_t **frame, size_t *len)
{
    struct slot *k;
    bool was_full;

    pthread_mutex_lock(&s->lock);
    if ((k = s->queued.head) == NULL) {
        pthread_mutex_unlock(&s->lock);
        return ERR_BUSY;
    }
    list_remove(&s->queued, k);
    if (s->queued.head == NULL)
        wire_bell_hush(s->bell);
    was_full = s->queued_bytes > QUEUED_BYTES_MAX;
    s->queued_bytes -= nng_msg_len(k->msg);
    *handle = k->msg;
    *frame = nng_msg_body(k->msg);
    *len = nng_msg_len(k->msg);
    *route_len = route_write(k, route);
    k->msg = NULL;
    k->state = STATE_HELD;
    list_append(&s->held, k);
    was_full = was_full || s->listening == 0;
    pthread_mutex_unlock(&s->lock);
    if (was_full)
        listen_more(s);
    return OK;
}

/* The slot that waits for this route's answer, now taken to send; NULL when there is none. With the lock held. */
static struct slot *take_held(struct wire_server *s, uint32_t connection, uint32_t index, uint32_t turn)
{
    struct slot *k;

    if (index >= s->slot_count)
        return NULL;
    k = s->slot[index];
    if (k->state != STATE_HELD || k->turn != turn || k->connection != connection)
        return NULL;
    list_remove(&s->held, k);
    k->state = STATE_SENDING;
    s->sending++;
    return k;
}

enum err wire_server_send(struct wire_server *s, const uint8_t *route, size_t route_len, const uint8_t *frame, size_t len)
{
    uint32_t connection, index, turn;
    nng_msg *msg = NULL;
    struct slot *k;
    struct rd r;
    enum err e;
    int rv;

    rd_init(&r, route, route_len);
    connection = rd_u32(&r);
    index = rd_u32(&r);
    turn = rd_u32(&r);
    if ((e = rd_end(&r)) != OK)
        return e;
    if (len > PROTO_FRAME_MAX)
        return ERR_LONG;
    if ((rv = nng_msg_alloc(&msg, len)) != 0)
        return wire_nng_err(rv);
    if (len != 0)
        memcpy(nng_msg_body(msg), frame, len);
    pthread_mutex_lock(&s->lock);
    k = take_held(s, connection, index, turn);
    pthread_mutex_unlock(&s->lock);
    if (k == NULL) {
        nng_msg_free(msg);
        return OK;
    }
    nng_aio_set_msg(k->aio, msg);
    nng_ctx_send(k->ctx, k->aio);
    return OK;
}

static void sleep_ms(uint32_t ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

    (void)nanosleep(&t, NULL);
}

void wire_server_drain(struct wire_server *s, uint32_t wait_ms)
{
    uint64_t end = clock_mono_ms() + wait_ms;
    size_t sending;

    for (;;) {
        pthread_mutex_lock(&s->lock);
        sending = s->sending;
        pthread_mutex_unlock(&s->lock);
        if (sending == 0 || clock_mono_ms() >= end)
            break;
        sleep_ms(DRAIN_STEP_MS);
    }
    /* nng calls an answer sent when the connection takes it; the last bytes may still be in nng's hands. */
    sleep_ms(DRAIN_LINGER_MS);
}

int wire_server_fd(const struct wire_server *s)
{
    return s->bell;
}

static enum err set_up(struct wire_server *s, const char *url, const struct wire_tls *tls, struct trouble *t)
{
    nng_tls_config *config = NULL;
    nng_listener l;
    enum err e;
    int rv;

    if ((rv = nng_rep0_open(&s->socket)) != 0)
        return wire_nng_err(rv);
    if ((e = wire_nng_socket(s->socket)) != OK)
        return e;
    if ((rv = nng_listener_create(&l, s->socket, url)) != 0)
        return wire_nng_err(rv);
    if ((rv = nng_listener_set_size(l, NNG_OPT_RECVMAXSZ, WIRE_RECV_MAX)) != 0 ||
        (rv = nng_listener_set_bool(l, NNG_OPT_TCP_NODELAY, true)) != 0 ||
        (rv = nng_listener_set_bool(l, NNG_OPT_TCP_KEEPALIVE, true)) != 0)
        return wire_nng_err(rv);
    if (!wire_nng_is_plain(tls)) {
        if ((e = wire_nng_tls(true, tls, &config, t)) != OK)
            return e;
        rv = nng_listener_set_ptr(l, NNG_OPT_TLS_CONFIG, config);
        nng_tls_config_free(config);  /* the listener holds its own reference */
        if (rv != 0)
            return wire_nng_err(rv);
    }
    return wire_nng_err(nng_listener_start(l, 0));
}

enum err wire_listen(const char *address, const struct wire_tls *tls, struct wire_server **out, struct trouble *t)
{
    char url[WIRE_URL_MAX];
    struct wire_server *s;
    enum err e = wire_nng_url(address, wire_nng_is_plain(tls), url, t);

    if (e != OK)
        return e;
    if ((s = calloc(1, sizeof *s)) == NULL)
        return trouble_set(t, ERR_NOMEM, "no memory", "geen geheugen");
    pthread_mutex_init(&s->lock, NULL);
    s->bell = -1;
    if ((e = wire_bell_open(&s->bell)) == OK)
        e = set_up(s, url, tls, t);
    if (e != OK) {
        /* The socket stays with nng: closing can hang, and a program that cannot listen ends. */
        if (s->bell >= 0)
            (void)close(s->bell);
        pthread_mutex_destroy(&s->lock);
        free(s);
        if (e == ERR_BUSY)
            return trouble_at(t, e, address, 0, 0, "the address is in use by another program",
                "het adres is in gebruik bij een ander programma");
        return trouble_at(t, e, address, 0, 0, "cannot listen on this address", "op dit adres kan niet worden geluisterd");
    }
    listen_more(s);
    *out = s;
    return OK;
}
