/*
 * proto/wire: the only files that know nng (wire*.c). Request and reply over tcp (loopback only) or tls+tcp,
 * in the wire format of nng's REQ/REP. Sizes limited to PROTO_FRAME_MAX on both sides; nothing is resent; every
 * wait has an end. Open only after exec.
 *
 * Client: dials in the background, and again whenever the connection ends, after 0.1 to 2 seconds.
 *
 * Server: an answer may come at any later time, in any order. Cut off is a connection that has more than 640
 * questions without an answer, leaves 64 MiB of answers unread, or stalls for half a minute within a frame; one
 * that is silent for five minutes, too (clients dial again). Whoever does not read holds up nobody else. At most
 * 4,096 connections, with 128 MiB of halves of messages and unread answers together: beyond that who has held some
 * of it longest is cut off.
 *
 * The callers are single-threaded poll loops; what nng's threads hand over is queued inside.
 */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* A route begins with WIRE_CONNECTION_LEN bytes that are the same for all that came over one connection, and
 * for no other. */
enum { WIRE_ROUTE_MAX = 64, WIRE_CONNECTION_LEN = 4 };

/*
 * PEM texts, borrowed during the call. All NULL (or no struct): plain tcp, and then the host must be a
 * loopback address: 127.0.0.0/8, [::1] or localhost (ERR_CONFIG). Both sides verify the other against ca; a
 * client checks PROTO_TLS_SERVER_NAME.
 */
struct wire_tls { const char *cert, *key, *ca; };

struct wire_server;
/* address is "host:port"; port 0 is not allowed. ERR_BUSY when it is in use. */
MUST_USE enum err wire_listen(
    const char *address, const struct wire_tls *tls, struct wire_server **out, struct trouble *t);
/* Readable when wire_server_recv has something. */
int wire_server_fd(const struct wire_server *s);
/* Next frame without waiting: gives *frame (wire_free) and the route to answer on. ERR_BUSY: nothing now. */
MUST_USE enum err wire_server_recv(struct wire_server *s, uint8_t route[WIRE_ROUTE_MAX], size_t *route_len,
    void **handle, const uint8_t **frame, size_t *len);
void wire_free(void *handle);
/*
 * Answer, once for each route; never waits. A client that went away is not an error, nor a second answer (the
 * client drops it). ERR_LONG over PROTO_FRAME_MAX, ERR_SHORT or ERR_LONG for a route that is none of ours,
 * ERR_NOMEM.
 */
MUST_USE enum err wire_server_send(
    struct wire_server *s, const uint8_t *route, size_t route_len, const uint8_t *frame, size_t len);
/* Wait until the connections took all answers, and 50 ms for the last bytes: before the process ends. */
void wire_server_drain(struct wire_server *s, uint32_t wait_ms);

struct wire_client;
/*
 * Gives *out (wire_close) at once, connected or not: it dials by itself, again and again, for as long as it lives. address and tls are borrowed
 * during the call. ERR_CONFIG (address, or the TLS that was given), ERR_NOMEM, ERR_IO, with trouble.
 */
MUST_USE enum err wire_dial(
    const char *address, const struct wire_tls *tls, struct wire_client **out, struct trouble *t);
/* Readable when wire_call_done has something. */
int wire_client_fd(const struct wire_client *c);
/*
 * Start a call; many may be under way or uncollected (at most 256: ERR_BUSY). frame is copied. tag is the
 * caller's. While there is no connection the call waits for one within its time.
 */
MUST_USE enum err wire_call_start(
    struct wire_client *c, uint64_t tag, const uint8_t *frame, size_t len, uint32_t timeout_ms);
/* A call that ended: *result OK with frame (wire_free(handle)), or ERR_PEER (no answer in time, or the
 * connection was lost). ERR_BUSY: none now. */
MUST_USE enum err wire_call_done(struct wire_client *c, uint64_t *tag, enum err *result, void **handle,
    const uint8_t **frame, size_t *len);
/* One call and its wait. Gives *handle (wire_free). ERR_PEER as above, ERR_BUSY, ERR_LONG, ERR_NOMEM. */
MUST_USE enum err wire_call(struct wire_client *c, const uint8_t *frame, size_t len, uint32_t timeout_ms,
    void **handle, const uint8_t **reply, size_t *reply_len);
/* Takes NULL. Calls under way and answers not collected are lost. */
void wire_close(struct wire_client *c);

#endif
