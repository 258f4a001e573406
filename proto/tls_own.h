/*
 * proto/tls_own: what a side that is dialled makes for itself once: an authority of its own and a server certificate under it. A hub and a
 * keyholder each, so that neither can stand in for the other.
 */
#ifndef PROTO_TLS_OWN_H
#define PROTO_TLS_OWN_H

#include "proto/tls.h"

struct proto_tls_own {
    struct proto_pem ca_key, ca, key, cert;
    uint8_t *der;      /* of ca, as it stands in public files */
    size_t der_len;
};

/* Gives *out (proto_tls_own_fini). der_max: what the public file has room for; ERR_LONG. ERR_NOMEM, and what GnuTLS refuses. */
MUST_USE enum err proto_tls_own_make(size_t der_max, struct proto_tls_own *out);
/* Wipes. Takes one that is all zeros. */
void proto_tls_own_fini(struct proto_tls_own *o);

#endif
