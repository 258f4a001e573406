/*
 * proto/tls: requests for a certificate, certificates and PEM that others send. What is accepted is a request that a certificate can be made
 * for, or the same bytes again.
 */
#include "tests/fuzz/fuzz.h"

#include "proto/tls.h"

#include <sodium.h>
#include <string.h>

static struct proto_pem ca_key, ca_cert;

static void prepare(void)
{
    if (ca_cert.text != NULL)
        return;
    FUZZ_HOLDS(sodium_init() >= 0);
    FUZZ_HOLDS(proto_tls_make_key(&ca_key) == OK && proto_tls_make_ca(ca_key.text, &ca_cert) == OK);
}

static void request(const uint8_t *data, size_t len)
{
    struct proto_pem pem = { 0 };
    uint8_t *der = NULL, key[32];
    size_t der_len = 0;

    (void)(proto_tls_request_key(data, len, key) == OK);
    if (proto_tls_make_client(ca_key.text, ca_cert.text, data, len, &der, &der_len) != OK) {
        FUZZ_HOLDS(der == NULL);
        return;
    }
    FUZZ_HOLDS(proto_tls_request_key(data, len, key) == OK);
    FUZZ_HOLDS(proto_tls_der_to_pem(der, der_len, &pem) == OK && proto_tls_check_pair(pem.text, ca_key.text) == ERR_KEY);
    proto_tls_pem_fini(&pem);
    free(der);
}

/* A certificate there and back; a key that is not its own is refused. */
static void certificate(const uint8_t *data, size_t len)
{
    struct proto_pem pem = { 0 };
    uint8_t *der = NULL;
    size_t der_len = 0;

    if (proto_tls_der_to_pem(data, len, &pem) != OK)
        return;
    FUZZ_HOLDS(strlen(pem.text) == pem.len);
    if (proto_tls_pem_to_der(pem.text, &der, &der_len) == OK)
        FUZZ_HOLDS(der_len == len && memcmp(der, data, len) == 0);
    FUZZ_HOLDS(proto_tls_check_pair(pem.text, ca_key.text) != OK);
    proto_tls_pem_fini(&pem);
    free(der);
}

static void text(const uint8_t *data, size_t len)
{
    char *pem = malloc(len + 1);
    uint8_t *der = NULL;
    size_t der_len = 0;

    FUZZ_HOLDS(pem != NULL);
    memcpy(pem, data, len);
    pem[len] = '\0';
    if (proto_tls_pem_to_der(pem, &der, &der_len) == OK)
        FUZZ_HOLDS(der != NULL && der_len != 0);
    free(der);
    free(pem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    prepare();
    request(data, len);
    certificate(data, len);
    text(data, len);
    return 0;
}
