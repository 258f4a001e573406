#include "proto/tls.h"

#include "base/clock.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SERIAL_LEN = 16,
    COMMON_NAME_MAX = 64,  /* X.520 upper bound */
    DAY_S = 86400,
    VALID_DAYS = 3653,     /* ten years */
    KEY_ID_LEN = 20
};

/* What kind of certificate, as a table rather than three functions. */
struct profile {
    bool is_ca;
    unsigned usage;
    const char *purpose;  /* extended key usage; NULL for the authority */
    const char *dns_name; /* NULL: none */
};

static const struct profile authority = { true, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN, NULL, NULL };
static const struct profile server = { false, GNUTLS_KEY_DIGITAL_SIGNATURE, GNUTLS_KP_TLS_WWW_SERVER,
    PROTO_TLS_SERVER_NAME };
static const struct profile client = { false, GNUTLS_KEY_DIGITAL_SIGNATURE, GNUTLS_KP_TLS_WWW_CLIENT, NULL };

/* Failures of a library that makes things are memory; those on what was read are the reader's to name. */
static enum err made(int rc)
{
    return rc >= 0 ? OK : ERR_NOMEM;
}

/* The bytes of a GnuTLS buffer with a zero behind them, in malloc's memory; the buffer is wiped and freed. */
static enum err take(gnutls_datum_t *d, uint8_t **out, size_t *len)
{
    uint8_t *copy = malloc((size_t)d->size + 1);

    if (copy != NULL) {
        memcpy(copy, d->data, d->size);
        copy[d->size] = 0;
        *out = copy;
        *len = d->size;
    }
    sodium_memzero(d->data, d->size);
    gnutls_free(d->data);
    d->data = NULL;
    return copy != NULL ? OK : ERR_NOMEM;
}

static enum err take_pem(gnutls_datum_t *d, struct proto_pem *out)
{
    uint8_t *text = NULL;
    size_t len = 0;
    enum err e = take(d, &text, &len);

    if (e == OK)
        *out = (struct proto_pem){ .text = (char *)text, .len = len };
    return e;
}

static gnutls_datum_t borrow(const void *data, size_t len)
{
    union {
        const void *in;
        unsigned char *out;
    } u = {.in = data}; /* GnuTLS reads only, but does not say so */

    return (gnutls_datum_t){ .data = u.out, .size = (unsigned)len };
}

static enum err read_key(const char *pem, gnutls_x509_privkey_t *out)
{
    gnutls_datum_t d = borrow(pem, strlen(pem));
    gnutls_x509_privkey_t key = NULL;

    if (gnutls_x509_privkey_init(&key) < 0)
        return ERR_NOMEM;
    if (gnutls_x509_privkey_import(key, &d, GNUTLS_X509_FMT_PEM) < 0) {
        gnutls_x509_privkey_deinit(key);
        return ERR_SYNTAX;
    }
    *out = key;
    return OK;
}

static enum err read_cert(gnutls_datum_t d, gnutls_x509_crt_fmt_t form, gnutls_x509_crt_t *out)
{
    gnutls_x509_crt_t cert = NULL;

    if (gnutls_x509_crt_init(&cert) < 0)
        return ERR_NOMEM;
    if (gnutls_x509_crt_import(cert, &d, form) < 0) {
        gnutls_x509_crt_deinit(cert);
        return ERR_SYNTAX;
    }
    *out = cert;
    return OK;
}

/* Only P-256: nng's engine refuses Ed25519, and one curve is enough. */
static enum err check_curve(gnutls_pubkey_t key)
{
    gnutls_ecc_curve_t curve;

    if (gnutls_pubkey_export_ecc_raw2(key, &curve, NULL, NULL, 0) < 0 || curve != GNUTLS_ECC_CURVE_SECP256R1)
        return ERR_KEY;
    return OK;
}

/* A request whose own signature verifies, and its key. */
static enum err read_request(const uint8_t *der, size_t len, gnutls_x509_crq_t *out, gnutls_pubkey_t *out_key)
{
    gnutls_datum_t d = borrow(der, len);
    gnutls_x509_crq_t crq = NULL;
    gnutls_pubkey_t key = NULL;
    enum err e = ERR_NOMEM;

    if (gnutls_x509_crq_init(&crq) < 0 || gnutls_pubkey_init(&key) < 0)
        goto out;
    e = ERR_SYNTAX;
    if (len == 0 || gnutls_x509_crq_import(crq, &d, GNUTLS_X509_FMT_DER) < 0 ||
        gnutls_pubkey_import_x509_crq(key, crq, 0) < 0)
        goto out;
    if ((e = check_curve(key)) != OK)
        goto out;
    e = gnutls_x509_crq_verify(crq, 0) < 0 ? ERR_SIGNATURE : OK;
out:
    if (e == OK) {
        *out = crq;
        *out_key = key;
        return OK;
    }
    if (crq != NULL)
        gnutls_x509_crq_deinit(crq);
    if (key != NULL)
        gnutls_pubkey_deinit(key);
    return e;
}

void proto_tls_pem_fini(struct proto_pem *p)
{
    if (p->text != NULL)
        sodium_memzero(p->text, p->len);
    free(p->text);
    *p = (struct proto_pem){ .text = NULL };
}

enum err proto_tls_make_key(struct proto_pem *key)
{
    gnutls_x509_privkey_t k = NULL;
    gnutls_datum_t d = { NULL, 0 };
    enum err e = ERR_NOMEM;

    if (gnutls_x509_privkey_init(&k) < 0)
        return ERR_NOMEM;
    if (gnutls_x509_privkey_generate(
            k, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) >= 0 &&
        gnutls_x509_privkey_export2(k, GNUTLS_X509_FMT_PEM, &d) >= 0)
        e = take_pem(&d, key);
    gnutls_x509_privkey_deinit(k);
    return e;
}

/* Number, name, times, what it may be used for. */
static enum err fill(gnutls_x509_crt_t cert, const struct profile *p, const char *name)
{
    uint8_t serial[SERIAL_LEN];
    time_t from = (time_t)(clock_now_s() - DAY_S);

    randombytes_buf(serial, sizeof serial);
    serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);  /* positive, and never shorter */
    if (gnutls_x509_crt_set_version(cert, 3) < 0 ||
        gnutls_x509_crt_set_serial(cert, serial, sizeof serial) < 0 ||
        gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name)) <
            0 ||
        gnutls_x509_crt_set_activation_time(cert, from) < 0 ||
        gnutls_x509_crt_set_expiration_time(cert, from + (time_t)VALID_DAYS * DAY_S) < 0 ||
        gnutls_x509_crt_set_basic_constraints(cert, p->is_ca ? 1 : 0, p->is_ca ? 0 : -1) < 0 ||
        gnutls_x509_crt_set_key_usage(cert, p->usage) < 0)
        return ERR_NOMEM;
    if (p->purpose != NULL && gnutls_x509_crt_set_key_purpose_oid(cert, p->purpose, 0) < 0)
        return ERR_NOMEM;
    if (p->dns_name != NULL && gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME, p->dns_name,
            (unsigned)strlen(p->dns_name), GNUTLS_FSAN_SET) < 0)
        return ERR_NOMEM;
    return OK;
}

static enum err set_key_id(gnutls_x509_crt_t cert, gnutls_pubkey_t key)
{
    uint8_t id[KEY_ID_LEN];
    size_t len = sizeof id;

    if (gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA1, id, &len) < 0)
        return ERR_NOMEM;
    return made(gnutls_x509_crt_set_subject_key_id(cert, id, len));
}

/* ERR_KEY when the key is not that of the certificate. */
static enum err check_pair(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key)
{
    uint8_t a[KEY_ID_LEN], b[KEY_ID_LEN];
    size_t a_len = sizeof a, b_len = sizeof b;

    if (gnutls_x509_crt_get_key_id(cert, GNUTLS_KEYID_USE_SHA1, a, &a_len) < 0 ||
        gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA1, b, &b_len) < 0)
        return ERR_NOMEM;
    return a_len == b_len && sodium_memcmp(a, b, a_len) == 0 ? OK : ERR_KEY;
}

/* Sign a certificate for key: by the authority, or by itself when ca_pem is NULL. */
static enum err issue(const struct profile *p, gnutls_pubkey_t key, const char *name, const char *ca_key_pem,
    const char *ca_pem, gnutls_x509_crt_t *out)
{
    gnutls_x509_crt_t ca = NULL, cert = NULL;
    gnutls_x509_privkey_t ca_key = NULL;
    enum err e;

    if ((e = read_key(ca_key_pem, &ca_key)) != OK)
        goto out;
    if (ca_pem != NULL && (e = read_cert(borrow(ca_pem, strlen(ca_pem)), GNUTLS_X509_FMT_PEM, &ca)) != OK)
        goto out;
    e = ERR_NOMEM;
    if (gnutls_x509_crt_init(&cert) < 0 || gnutls_x509_crt_set_pubkey(cert, key) < 0)
        goto out;
    if ((e = fill(cert, p, name)) != OK || (e = set_key_id(cert, key)) != OK)
        goto out;
    if (ca != NULL && (e = check_pair(ca, ca_key)) != OK)
        goto out;
    e = made(gnutls_x509_crt_sign2(cert, ca != NULL ? ca : cert, ca_key, GNUTLS_DIG_SHA256, 0));
out:
    if (e == OK)
        *out = cert;
    else if (cert != NULL)
        gnutls_x509_crt_deinit(cert);
    if (ca != NULL)
        gnutls_x509_crt_deinit(ca);
    if (ca_key != NULL)
        gnutls_x509_privkey_deinit(ca_key);
    return e;
}

/* The public half of a private key in PEM; one of P-256. */
static enum err public_of(const char *pem, gnutls_pubkey_t *out)
{
    gnutls_x509_privkey_t x = NULL;
    gnutls_privkey_t key = NULL;
    gnutls_pubkey_t pub = NULL;
    enum err e;

    if ((e = read_key(pem, &x)) != OK)
        return e;
    e = ERR_NOMEM;
    if (gnutls_privkey_init(&key) < 0 || gnutls_privkey_import_x509(key, x, 0) < 0 ||
        gnutls_pubkey_init(&pub) < 0)
        goto out;
    e = gnutls_pubkey_import_privkey(pub, key, 0, 0) < 0 ? ERR_KEY : check_curve(pub);
out:
    if (e == OK)
        *out = pub;
    else if (pub != NULL)
        gnutls_pubkey_deinit(pub);
    if (key != NULL)
        gnutls_privkey_deinit(key);
    gnutls_x509_privkey_deinit(x);
    return e;
}

static enum err issue_pem(const struct profile *p, const char *key_pem, const char *name,
    const char *ca_key_pem, const char *ca_pem, struct proto_pem *out)
{
    gnutls_x509_crt_t cert = NULL;
    gnutls_datum_t d = { NULL, 0 };
    gnutls_pubkey_t key = NULL;
    enum err e;

    if ((e = public_of(key_pem, &key)) != OK)
        return e;
    e = issue(p, key, name, ca_key_pem, ca_pem, &cert);
    gnutls_pubkey_deinit(key);
    if (e != OK)
        return e;
    e = made(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &d));
    gnutls_x509_crt_deinit(cert);
    return e == OK ? take_pem(&d, out) : e;
}

enum err proto_tls_make_ca(const char *ca_key_pem, struct proto_pem *ca_cert)
{
    return issue_pem(&authority, ca_key_pem, PROTO_TLS_SERVER_NAME " authority", ca_key_pem, NULL, ca_cert);
}

enum err proto_tls_make_server(const char *ca_key_pem, const char *ca_cert_pem, const char *server_key_pem,
    struct proto_pem *cert)
{
    return issue_pem(&server, server_key_pem, PROTO_TLS_SERVER_NAME, ca_key_pem, ca_cert_pem, cert);
}

enum err proto_tls_make_request(const char *key_pem, const char *common_name, uint8_t **der, size_t *len)
{
    gnutls_x509_privkey_t key = NULL;
    gnutls_x509_crq_t crq = NULL;
    gnutls_datum_t d = { NULL, 0 };
    size_t name_len = strlen(common_name);
    enum err e;

    if (name_len == 0 || name_len > COMMON_NAME_MAX)
        return ERR_RANGE;
    if ((e = read_key(key_pem, &key)) != OK)
        return e;
    e = ERR_NOMEM;
    if (gnutls_x509_crq_init(&crq) < 0 || gnutls_x509_crq_set_version(crq, 1) < 0 ||
        gnutls_x509_crq_set_dn_by_oid(crq, GNUTLS_OID_X520_COMMON_NAME, 0, common_name, (unsigned)name_len) <
            0 ||
        gnutls_x509_crq_set_key(crq, key) < 0)
        goto out;
    if (gnutls_x509_crq_sign2(crq, key, GNUTLS_DIG_SHA256, 0) >= 0 &&
        gnutls_x509_crq_export2(crq, GNUTLS_X509_FMT_DER, &d) >= 0)
        e = take(&d, der, len);
out:
    if (crq != NULL)
        gnutls_x509_crq_deinit(crq);
    gnutls_x509_privkey_deinit(key);
    return e;
}

enum err proto_tls_make_client(const char *ca_key_pem, const char *ca_cert_pem, const uint8_t *csr_der,
    size_t csr_len, uint8_t **der, size_t *len)
{
    char name[COMMON_NAME_MAX + 1];
    size_t name_len = sizeof name;
    gnutls_x509_crq_t crq = NULL;
    gnutls_pubkey_t key = NULL;
    gnutls_x509_crt_t cert = NULL;
    gnutls_datum_t d = { NULL, 0 };
    enum err e;

    if ((e = read_request(csr_der, csr_len, &crq, &key)) != OK)
        return e;
    /* Of the request only its key and common name count; what else it asks for is not copied. */
    e = ERR_SYNTAX;
    if (gnutls_x509_crq_get_dn_by_oid(crq, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &name_len) < 0 ||
        name_len == 0)
        goto out;
    if ((e = issue(&client, key, name, ca_key_pem, ca_cert_pem, &cert)) != OK)
        goto out;
    e = gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &d) < 0 ? ERR_NOMEM : take(&d, der, len);
out:
    if (cert != NULL)
        gnutls_x509_crt_deinit(cert);
    gnutls_x509_crq_deinit(crq);
    gnutls_pubkey_deinit(key);
    return e;
}

enum err proto_tls_der_to_pem(const uint8_t *der, size_t len, struct proto_pem *cert)
{
    gnutls_x509_crt_t c = NULL;
    gnutls_datum_t d = { NULL, 0 };
    enum err e;

    if (len == 0)
        return ERR_SYNTAX;
    if ((e = read_cert(borrow(der, len), GNUTLS_X509_FMT_DER, &c)) != OK)
        return e;
    e = made(gnutls_x509_crt_export2(c, GNUTLS_X509_FMT_PEM, &d));
    gnutls_x509_crt_deinit(c);
    return e == OK ? take_pem(&d, cert) : e;
}

enum err proto_tls_pem_to_der(const char *pem, uint8_t **der, size_t *len)
{
    gnutls_x509_crt_t c = NULL;
    gnutls_datum_t d = { NULL, 0 };
    enum err e;

    if ((e = read_cert(borrow(pem, strlen(pem)), GNUTLS_X509_FMT_PEM, &c)) != OK)
        return e;
    e = made(gnutls_x509_crt_export2(c, GNUTLS_X509_FMT_DER, &d));
    gnutls_x509_crt_deinit(c);
    return e == OK ? take(&d, der, len) : e;
}

enum err proto_tls_request_key(const uint8_t *csr_der, size_t len, uint8_t out[32])
{
    gnutls_x509_crq_t crq = NULL;
    gnutls_pubkey_t key = NULL;
    gnutls_datum_t d = { NULL, 0 };
    enum err e;

    if ((e = read_request(csr_der, len, &crq, &key)) != OK)
        return e;
    e = made(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &d));
    if (e == OK) {
        (void)crypto_hash_sha256(out, d.data, d.size);
        gnutls_free(d.data);
    }
    gnutls_x509_crq_deinit(crq);
    gnutls_pubkey_deinit(key);
    return e;
}

enum err proto_tls_check_pair(const char *cert_pem, const char *key_pem)
{
    gnutls_x509_crt_t cert = NULL;
    gnutls_x509_privkey_t key = NULL;
    enum err e;

    if ((e = read_cert(borrow(cert_pem, strlen(cert_pem)), GNUTLS_X509_FMT_PEM, &cert)) != OK)
        return e;
    if ((e = read_key(key_pem, &key)) == OK) {
        e = check_pair(cert, key);
        gnutls_x509_privkey_deinit(key);
    }
    gnutls_x509_crt_deinit(cert);
    return e;
}
