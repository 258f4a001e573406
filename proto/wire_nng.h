/*
 * proto/wire_nng: what the two halves of proto/wire share. Included by wire*.c only; nobody else sees nng.
 */
#ifndef PROTO_WIRE_NNG_H
#define PROTO_WIRE_NNG_H

#include "base/err.h"
#include "proto/wire.h"

#include <nng/nng.h>
#include <nng/supplemental/tls/tls.h>
#include <stdbool.h>

/* Room for "tls+tcp://", a host name and a port. */
enum { WIRE_URL_MAX = 300 };

/* nng's numbers as ours. */
MUST_USE enum err wire_nng_err(int rv);

/* The URL of "host:port". ERR_CONFIG when it is not one, or when it is plain and not a loopback address. */
MUST_USE enum err wire_nng_url(const char *address, bool plain, char out[WIRE_URL_MAX], struct trouble *t);

/* Whether there is any TLS at all; NULL counts as none. */
bool wire_nng_is_plain(const struct wire_tls *tls);

/*
 * Gives *out (nng_tls_config_free). Both sides verify the other against ca; TLS 1.2, the newest that this nng
 * has. A server needs all three texts; a client without cert and key is allowed here, and refused by the
 * server. ERR_CONFIG, ERR_NOMEM.
 */
MUST_USE enum err wire_nng_tls(
    bool server, const struct wire_tls *tls, nng_tls_config **out, struct trouble *t);

/* An eventfd that is readable while something waits. Call with the queue's lock held. */
MUST_USE enum err wire_bell_open(int *out);
void wire_bell_ring(int fd);
void wire_bell_hush(int fd);

void wire_nng_sleep(uint32_t ms);

#endif
