/*
 * proto/wire_conn: one accepted connection: its greeting, questions in, answers out, and its end. Included by wire*.c only.
 *
 * It speaks the wire format of nng's REQ/REP over TCP (RFC "SP TCP mapping" of the nanomsg project: an 8-byte greeting, then
 * messages of u64 length, u32 request id with its highest bit set, body) on nng's byte streams, which do TCP and TLS. Not on nng's
 * REP socket: in nng 1.5.2 a connection that is closed for a failed send while a message is coming in is never taken down, and
 * after that one no other is either (found by killing clients: every later connection kept its descriptor).
 *
 * All functions but new and free are called with the owner's lock held; nng's threads take that lock, too. nng's streams end an
 * operation always in another thread, so they may be called with it. No operation starts after a close: nng would forget it.
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
    /* A question; body is borrowed. Not OK ends the connection. */
    enum err (*question)(void *self, struct wire_conn *c, uint32_t request, const uint8_t *body, size_t len);
    /* Nothing of nng's touches c any more: free it, but not from within. */
    void (*ended)(void *self, struct wire_conn *c);
    /* Whether to leave further questions where they are, until wire_conn_resume. */
    bool (*is_full)(void *self);
};

/* Takes stream (closes it on failure); owner is borrowed and outlives c. id is the owner's name for it. ERR_NOMEM. */
MUST_USE enum err wire_conn_new(nng_stream *stream, const struct wire_conn_owner *owner, uint32_t id, struct wire_conn **out);
/* Say hello and begin to read. */
void wire_conn_start(struct wire_conn *c);
/* Read on, when it was left because the owner was full. */
void wire_conn_resume(struct wire_conn *c);
/* Copy an answer to be sent. A connection that does not take its answers is ended. ERR_NOMEM. */
MUST_USE enum err wire_conn_answer(struct wire_conn *c, uint32_t request, const uint8_t *body, size_t len);
/* Cut it off; ended follows, or came before. */
void wire_conn_end(struct wire_conn *c);
/* After ended, without the lock. */
void wire_conn_free(struct wire_conn *c);

uint32_t wire_conn_id(const struct wire_conn *c);
/* Whether there are answers that nng has not taken yet. */
bool wire_conn_is_sending(const struct wire_conn *c);

#endif
