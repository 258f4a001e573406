/*
 * proto/wire: the only file that knows nng. Request and reply over tcp (loopback only) or tls+tcp. Sizes limited to PROTO_FRAME_MAX on
 * every socket; nng's own resending is off; every wait has an end; nothing is closed under load: a process ends instead.
 * Open only after exec. The server side is a raw REP socket: an answer may come at any later time, in any order, without holding a
 * context. The callers are single-threaded poll loops; what nng's threads hand over is queued inside.
 */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { WIRE_ROUTE_MAX = 64 };

/* PEM texts, borrowed during the call. All NULL: plain tcp, and then the host must be a loopback address (ERR_CONFIG). */
struct wire_tls { const char *cert, *key, *ca; };

struct wire_server;
/* address is "host:port"; port 0 is not allowed. ERR_BUSY when it is in use. */
MUST_USE enum err wire_listen(const char *address, const struct wire_tls *tls, struct wire_server **out, struct trouble *t);
/* Readable when wire_server_recv has something. */
int wire_server_fd(const struct wire_server *s);
/* Next frame without waiting: gives *frame (wire_free) and the route to answer on. ERR_BUSY: nothing now. */
MUST_USE enum err wire_server_recv(struct wire_server *s, uint8_t route[WIRE_ROUTE_MAX], size_t *route_len, void **handle,
    const uint8_t **frame, size_t *len);
void wire_free(void *handle);
/* Answer; a client that went away is not an error. */
MUST_USE enum err wire_server_send(struct wire_server *s, const uint8_t *route, size_t route_len, const uint8_t *frame, size_t len);
/* Until they could all be sent: for the last answers before the process ends. */
void wire_server_drain(struct wire_server *s, uint32_t wait_ms);

struct wire_client;
MUST_USE enum err wire_dial(const char *address, const struct wire_tls *tls, struct wire_client **out, struct trouble *t);
/* Readable when wire_call_done has something. */
int wire_client_fd(const struct wire_client *c);
/* Start a call; many may be under way (at most 256: ERR_BUSY). frame is copied. tag is the caller's. */
MUST_USE enum err wire_call_start(struct wire_client *c, uint64_t tag, const uint8_t *frame, size_t len, uint32_t timeout_ms);
/* A call that ended: *result OK with frame (wire_free(handle)), or ERR_PEER (no answer in time). ERR_BUSY: none now. */
MUST_USE enum err wire_call_done(struct wire_client *c, uint64_t *tag, enum err *result, void **handle, const uint8_t **frame, size_t *len);
/* One call and its wait. Gives *handle. */
MUST_USE enum err wire_call(struct wire_client *c, const uint8_t *frame, size_t len, uint32_t timeout_ms, void **handle,
    const uint8_t **reply, size_t *reply_len);
void wire_close(struct wire_client *c);

#endif
