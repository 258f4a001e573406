/* proto/tls: what the certificates say. That nng's engine takes them is tested through proto/wire. */
#include "tests/support/check.h"

#include "base/clock.h"
#include "proto/tls.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <stdbool.h>
#include <time.h>

enum { DAY_S = 86400 };

static struct proto_pem ca_key, ca_cert, server_key, server_cert, client_key;
static uint8_t *request, *client_der;
static size_t request_len, client_len;

static void make_all(void)
{
    bool ok = proto_tls_make_key(&ca_key) == OK && proto_tls_make_ca(ca_key.text, &ca_cert) == OK &&
        proto_tls_make_key(&server_key) == OK &&
        proto_tls_make_server(ca_key.text, ca_cert.text, server_key.text, &server_cert) == OK &&
        proto_tls_make_key(&client_key) == OK &&
        proto_tls_make_request(client_key.text, "team-noord", &request, &request_len) == OK &&
        proto_tls_make_client(ca_key.text, ca_cert.text, request, request_len, &client_der, &client_len) ==
            OK;

    if (!ok)
        abort();
}

static void drop_all(void)
{
    free(ca_key.text);
    free(ca_cert.text);
    free(server_key.text);
    free(server_cert.text);
    free(client_key.text);
    free(request);
    free(client_der);
}

static gnutls_x509_crt_t read_cert(const void *data, size_t len, gnutls_x509_crt_fmt_t form)
{
    uint8_t *copy = check_exact(data, len);
    gnutls_datum_t d = { copy, (unsigned)len };
    gnutls_x509_crt_t cert;

    assert_int_equal(gnutls_x509_crt_init(&cert), 0);
    assert_int_equal(gnutls_x509_crt_import(cert, &d, form), 0);
    free(copy);
    return cert;
}

static time_t began;  /* before anything was made */

static void assert_common(gnutls_x509_crt_t cert, unsigned is_ca, unsigned usage)
{
    unsigned critical, ca, got_usage, bits;
    int path;
    time_t from = gnutls_x509_crt_get_activation_time(cert),
           until = gnutls_x509_crt_get_expiration_time(cert);
    time_t now = (time_t)clock_now_s();
    gnutls_x509_crt_t root = read_cert(ca_cert.text, ca_cert.len, GNUTLS_X509_FMT_PEM);
    unsigned status = 1;

    assert_int_equal(gnutls_x509_crt_get_version(cert), 3);
    assert_int_equal(gnutls_x509_crt_get_pk_algorithm(cert, &bits), GNUTLS_PK_ECDSA);
    assert_int_equal(bits, 256);
    assert_int_equal(gnutls_x509_crt_get_signature_algorithm(cert), GNUTLS_SIGN_ECDSA_SHA256);
    assert_in_range(from, began - DAY_S, now - DAY_S);
    assert_int_equal(until - from, (time_t)3653 * DAY_S);
    assert_true(gnutls_x509_crt_get_basic_constraints(cert, &critical, &ca, &path) >= 0);
    assert_int_equal(ca, is_ca);
    assert_true(critical != 0);
    assert_int_equal(gnutls_x509_crt_get_key_usage(cert, &got_usage, &critical), 0);
    assert_int_equal(got_usage, usage);
    assert_int_equal(gnutls_x509_crt_verify(cert, &root, 1, 0, &status), 0);
    assert_int_equal(status, 0);
    gnutls_x509_crt_deinit(root);
}

static void the_authority_signs_certificates_and_nothing_below_it_does(void **state)
{
    gnutls_x509_crt_t cert = read_cert(ca_cert.text, ca_cert.len, GNUTLS_X509_FMT_PEM);
    unsigned critical, ca;
    int path = -1;

    (void)state;
    assert_common(cert, 1, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
    assert_true(gnutls_x509_crt_get_basic_constraints(cert, &critical, &ca, &path) >= 0);
    assert_int_equal(path, 0);
    gnutls_x509_crt_deinit(cert);
}

static void assert_purpose(gnutls_x509_crt_t cert, const char *purpose)
{
    char oid[64];
    size_t len = sizeof oid;

    assert_int_equal(gnutls_x509_crt_get_key_purpose_oid(cert, 0, oid, &len, NULL), 0);
    assert_string_equal(oid, purpose);
    len = sizeof oid;
    assert_int_equal(
        gnutls_x509_crt_get_key_purpose_oid(cert, 1, oid, &len, NULL), GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
}

static void the_server_certificate_is_for_one_name(void **state)
{
    gnutls_x509_crt_t cert = read_cert(server_cert.text, server_cert.len, GNUTLS_X509_FMT_PEM);

    (void)state;
    assert_common(cert, 0, GNUTLS_KEY_DIGITAL_SIGNATURE);
    assert_purpose(cert, GNUTLS_KP_TLS_WWW_SERVER);
    assert_true(gnutls_x509_crt_check_hostname(cert, PROTO_TLS_SERVER_NAME) != 0);
    assert_true(gnutls_x509_crt_check_hostname(cert, "localhost") == 0);
    gnutls_x509_crt_deinit(cert);
}

static void the_client_certificate_has_the_requests_name_and_no_host(void **state)
{
    gnutls_x509_crt_t cert = read_cert(client_der, client_len, GNUTLS_X509_FMT_DER);
    char name[65];
    size_t len = sizeof name;

    (void)state;
    assert_common(cert, 0, GNUTLS_KEY_DIGITAL_SIGNATURE);
    assert_purpose(cert, GNUTLS_KP_TLS_WWW_CLIENT);
    assert_int_equal(gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &len), 0);
    assert_string_equal(name, "team-noord");
    len = sizeof name;
    assert_int_equal(gnutls_x509_crt_get_subject_alt_name(cert, 0, name, &len, NULL),
        GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
    gnutls_x509_crt_deinit(cert);
}

static void serial_numbers_are_random(void **state)
{
    gnutls_x509_crt_t a = read_cert(server_cert.text, server_cert.len, GNUTLS_X509_FMT_PEM);
    gnutls_x509_crt_t b = read_cert(client_der, client_len, GNUTLS_X509_FMT_DER);
    uint8_t x[32], y[32];
    size_t x_len = sizeof x, y_len = sizeof y;

    (void)state;
    assert_int_equal(gnutls_x509_crt_get_serial(a, x, &x_len), 0);
    assert_int_equal(gnutls_x509_crt_get_serial(b, y, &y_len), 0);
    assert_int_equal(x_len, 16);
    assert_int_equal(y_len, 16);
    assert_memory_not_equal(x, y, 16);
    gnutls_x509_crt_deinit(a);
    gnutls_x509_crt_deinit(b);
}

static void pem_and_der_are_the_same_certificate(void **state)
{
    struct proto_pem pem = { NULL, 0 };
    uint8_t *der = NULL;
    size_t len = 0;

    (void)state;
    assert_err(proto_tls_pem_to_der(ca_cert.text, &der, &len), OK);
    assert_err(proto_tls_der_to_pem(der, len, &pem), OK);
    assert_string_equal(pem.text, ca_cert.text);
    assert_int_equal(pem.len, strlen(pem.text));
    free(pem.text);
    free(der);
}

static void prefixes_of_a_certificate_are_refused(void **state)
{
    struct proto_pem pem = { NULL, 0 };

    (void)state;
    for (size_t i = 0; i < client_len; i++) {
        uint8_t *exact = check_exact(client_der, i);

        assert_int_not_equal(proto_tls_der_to_pem(exact, i, &pem), OK);
        free(exact);
    }
    assert_null(pem.text);
}

static void a_key_is_no_certificate(void **state)
{
    struct proto_pem out = { NULL, 0 };
    uint8_t *der = NULL;
    size_t len = 0;

    (void)state;
    assert_err(proto_tls_pem_to_der(ca_key.text, &der, &len), ERR_SYNTAX);
    assert_err(proto_tls_make_ca(ca_cert.text, &out), ERR_SYNTAX);
    assert_err(proto_tls_make_server(ca_key.text, ca_key.text, server_key.text, &out), ERR_SYNTAX);
    assert_err(proto_tls_check_pair(ca_key.text, ca_key.text), ERR_SYNTAX);
    assert_err(proto_tls_check_pair(ca_cert.text, ca_cert.text), ERR_SYNTAX);
    assert_err(proto_tls_check_pair(ca_cert.text, server_key.text), ERR_KEY);
    assert_err(proto_tls_check_pair(ca_cert.text, ca_key.text), OK);
    assert_null(der);
    assert_null(out.text);
}

static void a_key_that_is_not_the_authoritys_cannot_sign(void **state)
{
    struct proto_pem out = { NULL, 0 };
    uint8_t *der = NULL;
    size_t len = 0;

    (void)state;
    assert_err(proto_tls_make_server(server_key.text, ca_cert.text, server_key.text, &out), ERR_KEY);
    assert_err(
        proto_tls_make_client(client_key.text, ca_cert.text, request, request_len, &der, &len), ERR_KEY);
    assert_null(out.text);
    assert_null(der);
}

static void the_request_key_is_the_hash_of_the_public_key_info(void **state)
{
    gnutls_x509_crt_t cert = read_cert(client_der, client_len, GNUTLS_X509_FMT_DER);
    uint8_t key[32] = { 0 }, expected[32];
    size_t len = sizeof expected;

    (void)state;
    assert_err(proto_tls_request_key(request, request_len, key), OK);
    /* GnuTLS's own key id with this flag is that hash, computed on the certificate. */
    assert_int_equal(gnutls_x509_crt_get_key_id(cert, GNUTLS_KEYID_USE_SHA256, expected, &len), 0);
    assert_memory_equal(key, expected, sizeof key);
    gnutls_x509_crt_deinit(cert);
}

static void prefixes_of_a_request_are_refused(void **state)
{
    uint8_t key[32] = { 0 };

    (void)state;
    for (size_t i = 0; i < request_len; i++) {
        uint8_t *exact = check_exact(request, i);

        assert_int_not_equal(proto_tls_request_key(exact, i, key), OK);
        free(exact);
    }
    assert_true(sodium_is_zero(key, sizeof key));
}

static void flipped_bytes_of_a_request_are_refused(void **state)
{
    uint8_t key[32] = { 0 }, *bent = check_exact(request, request_len);

    (void)state;
    for (size_t i = 0; i < request_len; i++) {
        bent[i] ^= 1;
        assert_int_not_equal(proto_tls_request_key(bent, request_len, key), OK);
        bent[i] ^= 1;
    }
    assert_true(sodium_is_zero(key, sizeof key));
    assert_err(proto_tls_request_key(bent, request_len, key), OK);
    free(bent);
}

/* A request with a key of another sort, signed rightly. */
static void refuses_key_of(gnutls_pk_algorithm_t algorithm, unsigned bits)
{
    gnutls_x509_privkey_t key;
    gnutls_x509_crq_t crq;
    gnutls_datum_t d;
    uint8_t out[32] = { 0 };

    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_generate(key, algorithm, bits, 0), 0);
    assert_int_equal(gnutls_x509_crq_init(&crq), 0);
    assert_int_equal(gnutls_x509_crq_set_dn_by_oid(crq, GNUTLS_OID_X520_COMMON_NAME, 0, "team-noord", 10), 0);
    assert_int_equal(gnutls_x509_crq_set_version(crq, 1), 0);
    assert_int_equal(gnutls_x509_crq_set_key(crq, key), 0);
    assert_int_equal(gnutls_x509_crq_sign2(crq, key,
                         algorithm == GNUTLS_PK_EDDSA_ED25519 ? GNUTLS_DIG_SHA512 : GNUTLS_DIG_SHA256, 0),
        0);
    assert_int_equal(gnutls_x509_crq_export2(crq, GNUTLS_X509_FMT_DER, &d), 0);
    assert_err(proto_tls_request_key(d.data, d.size, out), ERR_KEY);
    gnutls_free(d.data);
    gnutls_x509_crq_deinit(crq);
    gnutls_x509_privkey_deinit(key);
}

static void an_rsa_request_is_refused(void **state)
{
    (void)state;
    refuses_key_of(GNUTLS_PK_RSA, 2048);
}

static void a_p384_request_is_refused(void **state)
{
    (void)state;
    refuses_key_of(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1));
}

static void an_ed25519_request_is_refused(void **state)
{
    (void)state;
    refuses_key_of(GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519));
}

static void names_that_are_too_long_or_empty_are_refused(void **state)
{
    char name[66];
    uint8_t *der = NULL;
    size_t len = 0;

    (void)state;
    memset(name, 'n', sizeof name);
    name[65] = '\0';
    assert_err(proto_tls_make_request(client_key.text, name, &der, &len), ERR_RANGE);
    assert_err(proto_tls_make_request(client_key.text, "", &der, &len), ERR_RANGE);
    assert_null(der);
    name[64] = '\0';
    assert_err(proto_tls_make_request(client_key.text, name, &der, &len), OK);
    free(der);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (sodium_init() < 0)
        return 1;
    began = (time_t)clock_now_s();
    make_all();
#define TEST(f) check_add(&list, #f, f, NULL)
    TEST(the_authority_signs_certificates_and_nothing_below_it_does);
    TEST(the_server_certificate_is_for_one_name);
    TEST(the_client_certificate_has_the_requests_name_and_no_host);
    TEST(serial_numbers_are_random);
    TEST(pem_and_der_are_the_same_certificate);
    TEST(prefixes_of_a_certificate_are_refused);
    TEST(a_key_is_no_certificate);
    TEST(a_key_that_is_not_the_authoritys_cannot_sign);
    TEST(the_request_key_is_the_hash_of_the_public_key_info);
    TEST(prefixes_of_a_request_are_refused);
    TEST(flipped_bytes_of_a_request_are_refused);
    TEST(an_rsa_request_is_refused);
    TEST(a_p384_request_is_refused);
    TEST(an_ed25519_request_is_refused);
    TEST(names_that_are_too_long_or_empty_are_refused);
    failed = check_run(&list, "tls");
    drop_all();
    return failed;
}
