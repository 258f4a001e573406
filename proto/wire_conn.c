#include "proto/wire_conn.h"

#include "base/clock.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/limits.h"

#include <nng/nng.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    GREETING_LEN = 8,
    LENGTH_LEN = 8,
    ID_LEN = 4,
    HEAD_LEN = LENGTH_LEN + ID_LEN,
    MESSAGE_MAX = HEAD_LEN + PROTO_FRAME_MAX,
    IN_START =
        16384, /* what every connection has; a longer frame grows it as it arrives, not as it is announced */
    OUT_MAX = 64 << 20, /* waiting for one connection; more, and the other side is not reading */
    OWED_MAX = 640, /* a client of ours has at most 256 under way; twice that after its time limits */
    VECTORS_MAX = 8, /* what an nng_aio takes */
    GREET_MS = 10000, /* TLS handshake and greeting */
    STALL_MS = 30000, /* a message that has begun to come must get on */
    WRITE_STALL_MS = 10000, /* the other side must take something */
    AT_ONCE_MAX = 16384, /* what a connection that is not behind takes at once: no more than nng keeps for TLS */
    LOOK_FIRST_MS = 1,   /* it did not: when it is looked at again, and then after twice as long each time */
    LOOK_LAST_MS = 64,
    IDLE_MS = 300000 /* a node asks every 25 seconds; who says nothing can dial again */
};

static const uint8_t client_greeting[GREETING_LEN] = { 0, 'S', 'P', 0, 0, 0x30, 0, 0 };  /* REQ */
static const uint8_t server_greeting[GREETING_LEN] = { 0, 'S', 'P', 0, 0, 0x31, 0, 0 };  /* REP */

/* Bytes to send; the first at of them are gone already. */
struct out {
    struct out *next;
    uint64_t since_ms;
    size_t len, at;
    uint8_t bytes[];
};

struct wire_conn {
    const struct wire_conn_owner *owner;
    uint32_t id;
    nng_stream *stream;
    nng_aio *rx, *tx;
    nng_aio *tx_now, *look;      /* tx_now has no callback: look is a pause before it is looked at again */
    bool is_reading, is_writing; /* nng has the aio */
    bool is_dead, is_told;       /* closed; and the owner knows that all is over */
    bool is_greeted;
    uint64_t read_by_ms, write_by_ms; /* what is under way must have moved by then; 0: no matter */
    uint64_t heard_ms;
    uint32_t look_ms;
    size_t owed;                 /* by a server: questions without an answer */
    uint8_t *in;
    size_t in_len, in_cap;
    uint64_t begun_ms;           /* when the first byte of what is in there came */
    struct out *out_head, *out_tail;
    size_t out_bytes;
};

uint32_t wire_conn_id(const struct wire_conn *c)
{
    return c->id;
}

bool wire_conn_is_open(const struct wire_conn *c)
{
    return c->is_greeted && !c->is_dead;
}

bool wire_conn_is_over(const struct wire_conn *c)
{
    return c->is_dead;
}

bool wire_conn_has_greeted(const struct wire_conn *c)
{
    return c->is_greeted;
}

size_t wire_conn_held(const struct wire_conn *c)
{
    return c->in_cap - IN_START + c->out_bytes;
}

uint64_t wire_conn_held_since_ms(const struct wire_conn *c)
{
    uint64_t since = c->out_head != NULL ? c->out_head->since_ms : UINT64_MAX;

    return c->in_cap > IN_START && c->begun_ms < since ? c->begun_ms : since;
}

bool wire_conn_is_sending(const struct wire_conn *c)
{
    return !c->is_dead && c->out_head != NULL;
}

uint64_t wire_conn_heard_ms(const struct wire_conn *c)
{
    return c->heard_ms;
}

static void tell_if_over(struct wire_conn *c)
{
    if (!c->is_dead || c->is_told || c->is_reading || c->is_writing)
        return;
    c->is_told = true;
    c->owner->ended(c->owner->self, c);
}

void wire_conn_end(struct wire_conn *c)
{
    if (!c->is_dead) {
        c->is_dead = true;
        nng_stream_close(c->stream);  /* ends what is under way, each in a thread of nng's */
    }
    tell_if_over(c);
}

/* ---- reading ---- */

/* How long the other side may take now. A client waits as long as its calls do: that is not ours to judge. */
static uint64_t read_limit_ms(const struct wire_conn *c)
{
    if (!c->is_greeted)
        return GREET_MS;
    if (c->in_len != 0)
        return STALL_MS;
    return c->owner->is_client ? 0 : IDLE_MS;
}

static void read_more(struct wire_conn *c)
{
    nng_iov v = { .iov_buf = c->in + c->in_len, .iov_len = c->in_cap - c->in_len };

    if (c->is_dead || c->is_reading || c->owner->is_full(c->owner->self))
        return;
    if (nng_aio_set_iov(c->rx, 1, &v) != 0) {
        wire_conn_end(c);
        return;
    }
    c->read_by_ms = read_limit_ms(c) != 0 ? clock_mono_ms() + read_limit_ms(c) : 0;
    c->is_reading = true;
    nng_stream_recv(c->stream, c->rx);
}

/* The greeting, and then whole messages; what is left is the beginning of one. */
static enum err take_messages(struct wire_conn *c, struct rd *r)
{
    enum err e = OK;

    if (!c->is_greeted && rd_left(r) >= GREETING_LEN) {
        const uint8_t *expected = c->owner->is_client ? server_greeting : client_greeting;

        if (sodium_memcmp(rd_view(r, GREETING_LEN), expected, GREETING_LEN) != 0)
            return ERR_SYNTAX;
        c->is_greeted = true;
        c->owner->ready(c->owner->self, c);
    }
    while (e == OK && c->is_greeted && rd_left(r) >= LENGTH_LEN) {
        struct rd peek = *r;
        uint64_t len = rd_u64(&peek);
        uint32_t request;

        if (len < ID_LEN || len > ID_LEN + PROTO_FRAME_MAX)
            return ERR_LONG;
        if (rd_left(&peek) < len)
            break;
        request = rd_u32(&peek);
        if (!c->owner->is_client && (request & 0x80000000) == 0)
            return ERR_SYNTAX;  /* came through a device of nng's; there are none */
        if (!c->owner->is_client && ++c->owed > OWED_MAX)
            return ERR_QUOTA;
        e = c->owner->message(
            c->owner->self, c, request, rd_view(&peek, (size_t)len - ID_LEN), (size_t)len - ID_LEN);
        *r = peek;
    }
    return e;
}

/* Room for more of the message that is coming, and never more than as much again as has come of it: what an earlier one
 * needed is not kept. */
static enum err fit_buffer(struct wire_conn *c)
{
    size_t cap = IN_START;
    uint8_t *in;

    while (cap <= c->in_len && cap < MESSAGE_MAX)
        cap = 2 * cap < MESSAGE_MAX ? 2 * cap : MESSAGE_MAX;
    if (cap == c->in_cap)
        return OK;
    if ((in = realloc(c->in, cap)) == NULL)
        return ERR_NOMEM;
    c->in = in;
    c->in_cap = cap;
    return OK;
}

static enum err take_input(struct wire_conn *c, size_t count)
{
    struct rd r;
    enum err e;

    c->heard_ms = clock_mono_ms();
    if (c->in_len == 0)
        c->begun_ms = c->heard_ms;
    c->in_len += count;
    rd_init(&r, c->in, c->in_len);
    if ((e = take_messages(c, &r)) != OK)
        return e;
    if (rd_left(&r) < c->in_len)
        c->begun_ms = c->heard_ms;  /* the rest is of another message */
    memmove(c->in, c->in + (c->in_len - rd_left(&r)), rd_left(&r));
    c->in_len = rd_left(&r);
    return fit_buffer(c);
}

static void on_read(void *arg)
{
    struct wire_conn *c = arg;

    pthread_mutex_lock(c->owner->lock);
    c->is_reading = false;
    if (c->is_dead || nng_aio_result(c->rx) != 0 || take_input(c, nng_aio_count(c->rx)) != OK)
        wire_conn_end(c);
    else
        read_more(c);
    pthread_mutex_unlock(c->owner->lock);
}

void wire_conn_resume(struct wire_conn *c)
{
    read_more(c);
}

/* ---- writing ---- */

/*
 * What is short goes at once as a rule, and then nobody need be told: with a callback nng hands each message to another thread that
 * has nothing to do with it. So short ones go without. One that did not go at once is looked at again after a pause; nng's word on
 * a result counts only when it has ended, but both are zero until then.
 */
static bool is_over(const struct wire_conn *c)
{
    return nng_aio_result(c->tx_now) != 0 || nng_aio_count(c->tx_now) != 0;
}

/* count bytes are sent: drop what is gone. */
static void drop_sent(struct wire_conn *c, size_t count)
{
    struct out *o;

    while ((o = c->out_head) != NULL && count >= o->len - o->at) {
        count -= o->len - o->at;
        c->out_bytes -= o->len;
        c->out_head = o->next;
        free(o);
    }
    if (o != NULL)
        o->at += count;
    else
        c->out_tail = NULL;
}

static void take_written(struct wire_conn *c, nng_aio *tx)
{
    c->is_writing = false;
    if (c->is_dead || nng_aio_result(tx) != 0)
        wire_conn_end(c);
    else
        drop_sent(c, nng_aio_count(tx));
}

/* Either it has ended, or look is under way. */
static void take_written_now(struct wire_conn *c)
{
    if (!is_over(c)) {
        nng_sleep_aio((nng_duration)c->look_ms, c->look);
        c->look_ms = 2 * c->look_ms < LOOK_LAST_MS ? 2 * c->look_ms : LOOK_LAST_MS;
        return;
    }
    nng_aio_wait(c->tx_now);
    take_written(c, c->tx_now);
}

static void write_more(struct wire_conn *c)
{
    while (!c->is_dead && !c->is_writing && c->out_head != NULL) {
        nng_iov v[VECTORS_MAX];
        unsigned count = 0;
        size_t bytes = 0;
        nng_aio *tx;

        for (struct out *o = c->out_head; o != NULL && count < VECTORS_MAX; o = o->next) {
            v[count++] = (nng_iov){ .iov_buf = o->bytes + o->at, .iov_len = o->len - o->at };
            bytes += o->len - o->at;
        }
        tx = bytes <= AT_ONCE_MAX ? c->tx_now : c->tx;
        if (nng_aio_set_iov(tx, count, v) != 0) {
            wire_conn_end(c);
            return;
        }
        c->write_by_ms = clock_mono_ms() + WRITE_STALL_MS;
        c->is_writing = true;
        c->look_ms = LOOK_FIRST_MS;
        nng_stream_send(c->stream, tx);
        if (tx == c->tx_now)
            take_written_now(c);
    }
}

static void on_written(void *arg)
{
    struct wire_conn *c = arg;

    pthread_mutex_lock(c->owner->lock);
    take_written(c, c->tx);
    write_more(c);
    pthread_mutex_unlock(c->owner->lock);
}

static void on_look(void *arg)
{
    struct wire_conn *c = arg;

    pthread_mutex_lock(c->owner->lock);
    take_written_now(c);
    write_more(c);
    pthread_mutex_unlock(c->owner->lock);
}

/* Room for len bytes at the end of what is to be sent; NULL without memory. */
static uint8_t *add_out(struct wire_conn *c, size_t len)
{
    struct out *o = malloc(sizeof *o + len);

    if (o == NULL)
        return NULL;
    *o = (struct out){ .since_ms = clock_mono_ms(), .len = len };
    if (c->out_tail != NULL)
        c->out_tail->next = o;
    else
        c->out_head = o;
    c->out_tail = o;
    c->out_bytes += len;
    return o->bytes;
}

enum err wire_conn_send(struct wire_conn *c, uint32_t request, const uint8_t *body, size_t len)
{
    uint8_t *bytes;
    struct wr w;

    if (c->is_dead)
        return OK;
    if (c->owed != 0)
        c->owed--;
    if (c->out_bytes + len > OUT_MAX) {
        wire_conn_end(c);
        return OK;
    }
    if ((bytes = add_out(c, HEAD_LEN + len)) == NULL)
        return ERR_NOMEM;
    wr_init(&w, bytes, HEAD_LEN + len);
    wr_u64(&w, ID_LEN + len);
    wr_u32(&w, request);
    if (len != 0)
        wr_copy(&w, body, len);
    write_more(c);
    return wr_end(&w);
}

/* ---- beginning and end ---- */

void wire_conn_check(struct wire_conn *c, uint64_t now_ms)
{
    if ((c->is_reading && c->read_by_ms != 0 && now_ms > c->read_by_ms) ||
        (c->is_writing && now_ms > c->write_by_ms))
        wire_conn_end(c);
}

void wire_conn_start(struct wire_conn *c)
{
    uint8_t *bytes = add_out(c, GREETING_LEN);

    if (bytes == NULL) {
        wire_conn_end(c);
        return;
    }
    memcpy(bytes, c->owner->is_client ? client_greeting : server_greeting, GREETING_LEN);
    write_more(c);
    read_more(c);
}

enum err wire_conn_new(
    nng_stream *stream, const struct wire_conn_owner *owner, uint32_t id, struct wire_conn **out)
{
    struct wire_conn *c = calloc(1, sizeof *c);

    if (c == NULL) {
        nng_stream_free(stream);
        return ERR_NOMEM;
    }
    *c = (struct wire_conn){ .owner = owner, .id = id, .stream = stream, .in_cap = IN_START,
        .heard_ms = clock_mono_ms() };
    if ((c->in = malloc(c->in_cap)) == NULL || nng_aio_alloc(&c->rx, on_read, c) != 0 ||
        nng_aio_alloc(&c->tx, on_written, c) != 0 || nng_aio_alloc(&c->tx_now, NULL, NULL) != 0 ||
        nng_aio_alloc(&c->look, on_look, c) != 0) {
        wire_conn_free(c);
        return ERR_NOMEM;
    }
    *out = c;
    return OK;
}

void wire_conn_free(struct wire_conn *c)
{
    struct out *o;

    /* aio_free waits for a callback that is just returning. */
    if (c->rx != NULL)
        nng_aio_free(c->rx);
    if (c->tx != NULL)
        nng_aio_free(c->tx);
    if (c->look != NULL)
        nng_aio_free(c->look);
    if (c->tx_now != NULL)
        nng_aio_free(c->tx_now);
    nng_stream_free(c->stream);
    while ((o = c->out_head) != NULL) {
        c->out_head = o->next;
        free(o);
    }
    free(c->in);
    free(c);
}
