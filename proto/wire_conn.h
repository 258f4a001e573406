/*
 * proto/wire_conn: one connection, of a server or a client: its greeting, messages in and out, and its end.
 * Included by wire*.c only.
 *
 * It speaks the wire format of nng's REQ and REP: an 8-byte greeting, then messages of u64 length, u32
 * request id with its highest bit set, body. It does so on nng's byte streams, which do TCP and TLS, and not
 * with nng's own sockets, because of what nng 1.5.2 does with a connection that breaks under load (found by
 * killing the other side):
 *   - a server's connection that is closed for a failed send while a message is coming in is never taken
 * down, and after that one no other is either: every later connection keeps its descriptor;
 *   - over TLS an operation that starts just after the connection broke never ends, not even by its time
 * limit, so a client never dials again. So here: nothing starts after a close, and time is kept by
 * wire_conn_check, which closes; a close ends everything.
 *
 * All functions but new and free are called with the owner's lock held; nng's threads take that lock, too.
 * nng's streams tell of an end always in another thread, so they may be called with it.
 */
#ifndef PROTO_WIRE_CONN_H
#define PROTO_WIRE_CONN_H

#include "base/err.h"

#include <nng/nng.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_conn;

/* What the owner is told, with its lock held. */
struct wire_conn_owner {
    void *self;
    pthread_mutex_t *lock;
    bool is_client;
    /* The other side has greeted: messages may be sent. */
    void (*ready)(void *self, struct wire_conn *c);
    /* A message; body is borrowed. Not OK ends the connection. */
    enum err (*message)(void *self, struct wire_conn *c, uint32_t request, const uint8_t *body, size_t len);
    /* Nothing of nng's touches c any more: free it, but not from within. */
    void (*ended)(void *self, struct wire_conn *c);
    /* Whether to leave further messages where they are, until wire_conn_resume. */
    bool (*is_full)(void *self);
};

/* Takes stream (frees it on failure); owner is borrowed and outlives c. id is the owner's name for it.
 * ERR_NOMEM. */
MUST_USE enum err wire_conn_new(
    nng_stream *stream, const struct wire_conn_owner *owner, uint32_t id, struct wire_conn **out);
/* Say hello and begin to read. */
void wire_conn_start(struct wire_conn *c);
/* Read on, when it was left because the owner was full. */
void wire_conn_resume(struct wire_conn *c);
/* Copy a message to be sent; never waits. The other side does not take them: the connection is ended, and OK.
 * ERR_NOMEM. */
MUST_USE enum err wire_conn_send(struct wire_conn *c, uint32_t request, const uint8_t *body, size_t len);
/* End it when it has stalled, or was silent too long. Call every second or so. */
void wire_conn_check(struct wire_conn *c, uint64_t now_ms);
/* Cut it off; ended follows, or came before. */
void wire_conn_end(struct wire_conn *c);
/* After ended, without the lock, and not from a callback of this connection. */
void wire_conn_free(struct wire_conn *c);

uint32_t wire_conn_id(const struct wire_conn *c);
/* The other side has greeted, and nobody has ended it. */
bool wire_conn_is_open(const struct wire_conn *c);
/* It was ended; until ended is told nng may still touch it. */
bool wire_conn_is_over(const struct wire_conn *c);
/* The other side has greeted, ended or not. */
bool wire_conn_has_greeted(const struct wire_conn *c);
/* Bytes kept for it beyond what every connection has: of a message that is not whole yet, and of answers that it has not taken. */
size_t wire_conn_held(const struct wire_conn *c);
/* Since when (monotonic): the beginning of that message, or when the first of those answers was given; UINT64_MAX when nothing is
 * held. It cannot be made younger without finishing what is held. */
uint64_t wire_conn_held_since_ms(const struct wire_conn *c);
/* Whether there is something that nng has not taken yet. */
bool wire_conn_is_sending(const struct wire_conn *c);
/* When the last byte came (monotonic). */
uint64_t wire_conn_heard_ms(const struct wire_conn *c);

#endif
