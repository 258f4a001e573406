/*
 * proto/wire_calls: the calls of a client of proto/wire that are under way, and those that ended and were not taken yet. It knows nothing of
 * dialling: the connection is handed in. All under the client's lock. Included by wire_client.c and wire_calls.c only.
 */
#ifndef PROTO_WIRE_CALLS_H
#define PROTO_WIRE_CALLS_H

#include "base/err.h"
#include "proto/wire_conn.h"

#include <nng/nng.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_CALLS_MAX = 256 };
enum wire_calls_state { WIRE_CALLS_FREE, WIRE_CALLS_WAITING, WIRE_CALLS_SENT, WIRE_CALLS_DONE };

struct wire_calls_one {
    enum wire_calls_state state;
    struct wire_calls_one *next;   /* in the list of ended calls */
    bool waited_for;               /* by wire_call: not put into that list */
    uint32_t request;
    uint64_t tag, deadline_ms, sent_ms;
    nng_msg *frame;                /* while waiting for a connection */
    enum err result;
    nng_msg *reply;
};

struct wire_calls {
    int bell;                      /* readable while the list of ended calls has any */
    bool has_changed;              /* init made it */
    pthread_cond_t changed;        /* a call that is waited for ended */
    uint32_t number;
    size_t used;
    struct wire_calls_one call[WIRE_CALLS_MAX];
    struct wire_calls_one *done_head, *done_tail;
};

/* ERR_IO, ERR_NOMEM: fini is harmless then. */
MUST_USE enum err wire_calls_init(struct wire_calls *c);
/* Of a client that has nothing under way. */
void wire_calls_fini(struct wire_calls *c);

/* One more; takes frame. ERR_BUSY: there are WIRE_CALLS_MAX, and frame is the caller's still. */
MUST_USE enum err wire_calls_add(struct wire_calls *c, nng_msg *frame, bool waited_for, uint64_t tag, uint64_t deadline_ms,
    struct wire_calls_one **out);
/* Over this connection; NULL, or one that has not greeted: it waits. */
void wire_calls_send(struct wire_calls *c, struct wire_calls_one *k, struct wire_conn *conn);
void wire_calls_send_all(struct wire_calls *c, struct wire_conn *conn);
/* An answer came; one that is too late, or comes twice, is dropped. ERR_NOMEM. */
MUST_USE enum err wire_calls_reply(struct wire_calls *c, uint32_t request, const uint8_t *body, size_t len);
/* The connection ended: so did what was sent over it. */
void wire_calls_lost(struct wire_calls *c);
/* End what has waited long enough. true: the connection has been silent for so long that a new one is better. */
MUST_USE bool wire_calls_expire(struct wire_calls *c, const struct wire_conn *conn, uint64_t now_ms);
/* When the first of them has waited long enough, if that is before due_ms; else due_ms. */
uint64_t wire_calls_due(const struct wire_calls *c, uint64_t due_ms);

/* The call that ended first and is taken herewith; NULL: none. It is free again after wire_calls_drop. */
struct wire_calls_one *wire_calls_next(struct wire_calls *c);
/* Its reply is the caller's. */
void wire_calls_drop(struct wire_calls *c, struct wire_calls_one *k);

#endif
