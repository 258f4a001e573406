/*
 * proto/tls: P-256 certificates for nng's TLS, made with GnuTLS: the hub's own authority (10 years), its
 * server certificate for the name "schakel-hub", and client certificates from a partner's request. TLS is the
 * outer coat: identity comes from our signatures.
 */
#ifndef PROTO_TLS_H
#define PROTO_TLS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define PROTO_TLS_SERVER_NAME "schakel-hub"

/* PEM and DER are given (proto_tls_pem_fini, free()); PEM ends with a zero not counted. */
struct proto_pem { char *text; size_t len; };

/* Wipes, for it may be a private key. Takes one that was never filled. */
void proto_tls_pem_fini(struct proto_pem *p);

/*
 * All of these: ERR_NOMEM, also for what GnuTLS could not make. ERR_SYNTAX: what was given is no key, certificate or request; ERR_KEY: not on P-256.
 * Texts end with a zero. Any thread.
 */
MUST_USE enum err proto_tls_make_key(struct proto_pem *key);
/* Self-signed CA from key. */
MUST_USE enum err proto_tls_make_ca(const char *ca_key_pem, struct proto_pem *ca_cert);
MUST_USE enum err proto_tls_make_server(
    const char *ca_key_pem, const char *ca_cert_pem, const char *server_key_pem, struct proto_pem *cert);
MUST_USE enum err proto_tls_make_request(
    const char *key_pem, const char *common_name, uint8_t **der, size_t *len);
MUST_USE enum err proto_tls_make_client(const char *ca_key_pem, const char *ca_cert_pem,
    const uint8_t *csr_der, size_t csr_len, uint8_t **der, size_t *len);
MUST_USE enum err proto_tls_der_to_pem(const uint8_t *der, size_t len, struct proto_pem *cert);
MUST_USE enum err proto_tls_pem_to_der(const char *pem, uint8_t **der, size_t *len);
/* Whether key is that of the certificate: ERR_KEY, ERR_SYNTAX. nng's engine does not ask. */
MUST_USE enum err proto_tls_check_pair(const char *cert_pem, const char *key_pem);
/* SHA-256 of the public key info of a request. */
MUST_USE enum err proto_tls_request_key(const uint8_t *csr_der, size_t len, uint8_t out[32]);

#endif
