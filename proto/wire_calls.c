#include "proto/wire_calls.h"

#include "base/clock.h"
#include "proto/wire_nng.h"

#include <string.h>
#include <unistd.h>

/* A request id is this bit, a number, and the call's place in the table. */
#define REQUEST_BIT 0x80000000u
#define PLACE_BITS 8

_Static_assert(WIRE_CALLS_MAX == 1 << PLACE_BITS, "a place for each call");

enum err wire_calls_init(struct wire_calls *c)
{
    c->bell = -1;
    c->has_changed = pthread_cond_init(&c->changed, NULL) == 0;
    return c->has_changed ? wire_bell_open(&c->bell) : ERR_NOMEM;
}

void wire_calls_fini(struct wire_calls *c)
{
    for (size_t i = 0; i < WIRE_CALLS_MAX; i++) {
        wire_free(c->call[i].frame);
        wire_free(c->call[i].reply);
    }
    if (c->bell >= 0)
        (void)close(c->bell);
    if (c->has_changed)
        pthread_cond_destroy(&c->changed);
}

enum err wire_calls_add(struct wire_calls *c, nng_msg *frame, bool waited_for, uint64_t tag, uint64_t deadline_ms,
    struct wire_calls_one **out)
{
    struct wire_calls_one *k = c->call;

    if (c->used == WIRE_CALLS_MAX)
        return ERR_BUSY;
    while (k->state != WIRE_CALLS_FREE)
        k++;
    *k = (struct wire_calls_one){ .state = WIRE_CALLS_WAITING, .waited_for = waited_for, .tag = tag, .frame = frame,
        .deadline_ms = deadline_ms };
    k->request = REQUEST_BIT | c->number++ << PLACE_BITS | (uint32_t)(k - c->call);
    c->used++;
    *out = k;
    return OK;
}

static void end_call(struct wire_calls *c, struct wire_calls_one *k, enum err result, nng_msg *reply)
{
    wire_free(k->frame);
    k->frame = NULL;
    k->result = result;
    k->reply = reply;
    k->state = WIRE_CALLS_DONE;
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

void wire_calls_send(struct wire_calls *c, struct wire_calls_one *k, struct wire_conn *conn)
{
    nng_msg *frame = k->frame;

    if (conn == NULL || !wire_conn_is_open(conn) || k->state != WIRE_CALLS_WAITING)
        return;
    k->state = WIRE_CALLS_SENT;
    k->sent_ms = clock_mono_ms();
    k->frame = NULL;
    if (wire_conn_send(conn, k->request, nng_msg_body(frame), nng_msg_len(frame)) != OK)
        end_call(c, k, ERR_NOMEM, NULL);
    nng_msg_free(frame);
}

void wire_calls_send_all(struct wire_calls *c, struct wire_conn *conn)
{
    for (size_t i = 0; i < WIRE_CALLS_MAX; i++)
        wire_calls_send(c, &c->call[i], conn);
}

enum err wire_calls_reply(struct wire_calls *c, uint32_t request, const uint8_t *body, size_t len)
{
    struct wire_calls_one *k = &c->call[request % WIRE_CALLS_MAX];
    nng_msg *reply = NULL;

    if (k->state != WIRE_CALLS_SENT || k->request != request)
        return OK;  /* too late, or twice */
    if (nng_msg_alloc(&reply, len) != 0)
        return ERR_NOMEM;
    if (len != 0)
        memcpy(nng_msg_body(reply), body, len);
    end_call(c, k, OK, reply);
    return OK;
}

void wire_calls_lost(struct wire_calls *c)
{
    for (size_t i = 0; i < WIRE_CALLS_MAX; i++)
        if (c->call[i].state == WIRE_CALLS_SENT)
            end_call(c, &c->call[i], ERR_PEER, NULL);
}

static bool is_under_way(const struct wire_calls_one *k)
{
    return k->state == WIRE_CALLS_WAITING || k->state == WIRE_CALLS_SENT;
}

/*
 * Whether the connection has been silent for so long that it may be one that nng has forgotten, or that the
 * network is gone: for half of the time that this call waited. A new one is better then.
 */
static bool is_deaf(const struct wire_conn *conn, const struct wire_calls_one *k, uint64_t now_ms)
{
    return k->state == WIRE_CALLS_SENT && conn != NULL && now_ms - wire_conn_heard_ms(conn) >= (now_ms - k->sent_ms) / 2;
}

bool wire_calls_expire(struct wire_calls *c, const struct wire_conn *conn, uint64_t now_ms)
{
    bool cut = false;

    for (size_t i = 0; i < WIRE_CALLS_MAX && c->used != 0; i++) {
        struct wire_calls_one *k = &c->call[i];

        if (!is_under_way(k) || now_ms < k->deadline_ms)
            continue;
        cut = cut || is_deaf(conn, k, now_ms);
        end_call(c, k, ERR_PEER, NULL);
    }
    return cut;
}

uint64_t wire_calls_due(const struct wire_calls *c, uint64_t due_ms)
{
    for (size_t i = 0; i < WIRE_CALLS_MAX && c->used != 0; i++)
        if (is_under_way(&c->call[i]) && c->call[i].deadline_ms < due_ms)
            due_ms = c->call[i].deadline_ms;
    return due_ms;
}

struct wire_calls_one *wire_calls_next(struct wire_calls *c)
{
    struct wire_calls_one *k = c->done_head;

    if (k == NULL)
        return NULL;
    c->done_head = k->next;
    if (c->done_head == NULL) {
        c->done_tail = NULL;
        wire_bell_hush(c->bell);
    }
    return k;
}

void wire_calls_drop(struct wire_calls *c, struct wire_calls_one *k)
{
    k->state = WIRE_CALLS_FREE;
    k->reply = NULL;
    c->used--;
}
