/* proto/wire over TLS: nng's engine takes our certificates, and both sides check the other (P-160). */
#include "tests/support/check.h"

#include "base/clock.h"
#include "base/file.h"
#include "proto/tls.h"
#include "proto/wire.h"
#include "tests/support/wire_ask.h"
#include "tests/support/wire_peer.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = WIRE_ASK_WAIT_MS, REFUSED_MS = 1500, LOAD_LEN = 20000 };

/* An authority with a server and a client below it. */
struct house { struct proto_pem ca_key, ca, server_key, server, client_key, client; };

static struct house ours, theirs;
static char folder[] = "/tmp/schakel-wire-XXXXXX";
static uint16_t port;
static char address[32];
static pid_t server;

static void need(bool ok)
{
    if (!ok)
        abort();
}

static void make_house(struct house *h)
{
    uint8_t *csr = NULL, *der = NULL;
    size_t csr_len = 0, der_len = 0;

    need(proto_tls_make_key(&h->ca_key) == OK && proto_tls_make_ca(h->ca_key.text, &h->ca) == OK);
    need(proto_tls_make_key(&h->server_key) == OK);
    need(proto_tls_make_server(h->ca_key.text, h->ca.text, h->server_key.text, &h->server) == OK);
    need(proto_tls_make_key(&h->client_key) == OK);
    need(proto_tls_make_request(h->client_key.text, "team-noord", &csr, &csr_len) == OK);
    need(proto_tls_make_client(h->ca_key.text, h->ca.text, csr, csr_len, &der, &der_len) == OK);
    need(proto_tls_der_to_pem(der, der_len, &h->client) == OK);
    free(der);
    free(csr);
}

static void drop_house(struct house *h)
{
    struct proto_pem *all[] = { &h->ca_key, &h->ca, &h->server_key, &h->server, &h->client_key, &h->client };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]->text);
}

static void put(const char *name, const char *text)
{
    char path[128];

    need(file_join(path, sizeof path, folder, name) == OK &&
        file_write(path, text, strlen(text), 0600, NULL) == OK);
}

static void start_with(const char *cert, const char *key, const char *ca)
{
    put("cert.pem", cert);
    put("key.pem", key);
    put("ca.pem", ca);
    port = wire_peer_port();
    wire_peer_address(port, address);
    server = wire_peer_start(port, folder);
}

static int start_server(void **state)
{
    (void)state;
    start_with(ours.server.text, ours.server_key.text, ours.ca.text);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    wire_peer_stop(server);
    return 0;
}

/* One echo over a new connection. */
static enum err ask(const char *cert, const char *key, const char *ca, uint32_t timeout_ms)
{
    const struct wire_tls tls = { cert, key, ca };
    struct wire_client *c = NULL;
    const uint8_t *reply = NULL;
    size_t len = 0;
    void *handle = NULL;
    enum err e;

    assert_err(wire_dial(address, &tls, &c, NULL), OK);
    e = wire_call(c, (const uint8_t *)"Echo", 4, timeout_ms, &handle, &reply, &len);
    if (e == OK) {
        assert_int_equal(len, 4);
        assert_memory_equal(reply, "Echo", 4);
        wire_free(handle);
    }
    wire_close(c);
    return e;
}

static void assert_serves(void)
{
    assert_err(ask(ours.client.text, ours.client_key.text, ours.ca.text, WAIT_MS), OK);
}

static void a_client_with_the_right_certificate_is_served(void **state)
{
    (void)state;
    assert_serves();
}

static void large_frames_pass_both_ways(void **state)
{
    const struct wire_tls tls = { ours.client.text, ours.client_key.text, ours.ca.text };
    const size_t frame_len = 900 * 1024;
    uint8_t *frame = malloc(frame_len);
    struct wire_client *c = NULL;

    (void)state;
    assert_non_null(frame);
    randombytes_buf(frame, frame_len);
    frame[0] = 'E';
    assert_err(wire_dial(address, &tls, &c, NULL), OK);
    for (int i = 0; i < 5; i++) {
        const uint8_t *reply = NULL;
        size_t len = 0;
        void *handle = NULL;

        assert_err(wire_call(c, frame, frame_len, WAIT_MS, &handle, &reply, &len), OK);
        assert_int_equal(len, frame_len);
        assert_memory_equal(reply, frame, frame_len);
        wire_free(handle);
    }
    wire_close(c);
    free(frame);
}

static void sixty_four_calls_at_once_are_answered(void **state)
{
    const struct wire_tls tls = { ours.client.text, ours.client_key.text, ours.ca.text };
    struct wire_client *c = NULL;
    uint8_t frame[512] = { 'E' };

    (void)state;
    assert_err(wire_dial(address, &tls, &c, NULL), OK);
    for (uint64_t i = 0; i < 64; i++)
        assert_err(wire_call_start(c, i, frame, sizeof frame, WAIT_MS), OK);
    for (int i = 0; i < 64; i++) {
        struct pollfd p = { .fd = wire_client_fd(c), .events = POLLIN };
        enum err result = ERR_STATE;
        const uint8_t *reply = NULL;
        uint64_t tag;
        size_t len = 0;
        void *handle = NULL;

        assert_int_equal(poll(&p, 1, WAIT_MS), 1);
        assert_err(wire_call_done(c, &tag, &result, &handle, &reply, &len), OK);
        assert_err(result, OK);
        assert_int_equal(len, sizeof frame);
        wire_free(handle);
    }
    wire_close(c);
}

/* Each short, and together more than nng takes for TLS at once. */
static void short_answers_that_have_to_wait_arrive(void **state)
{
    enum { CALLS = 200, ANSWER_LEN = 12000 };
    const struct wire_tls tls = { ours.client.text, ours.client_key.text, ours.ca.text };
    struct wire_client *c = NULL;
    bool came[CALLS] = { false };

    (void)state;
    assert_err(wire_dial(address, &tls, &c, NULL), OK);
    for (uint64_t i = 0; i < CALLS; i++)
        wire_ask_start(c, i, 'B', ANSWER_LEN, WAIT_MS);
    for (size_t i = 0; i < CALLS; i++) {
        uint64_t tag = CALLS;
        size_t len = 0;

        assert_err(wire_ask_next(c, &tag, NULL, 0, &len), OK);
        assert_in_range(tag, 0, CALLS - 1);
        assert_false(came[tag]);
        came[tag] = true;
        assert_int_equal(len, ANSWER_LEN);
    }
    wire_close(c);
}

/* nng's TLS streams forget what starts while they break; the connection must be left, and another dialled. */
static void a_server_killed_under_load_is_found_again(void **state)
{
    const struct wire_tls tls = { ours.client.text, ours.client_key.text, ours.ca.text };
    struct wire_client *c = NULL;
    uint8_t *frame = calloc(1, LOAD_LEN);

    (void)state;
    assert_non_null(frame);
    assert_err(wire_dial(address, &tls, &c, NULL), OK);
    for (int round = 0; round < 5; round++) {
        const uint8_t *reply = NULL;
        size_t len = 0, open = 64;
        void *handle = NULL;
        uint64_t tag;
        enum err result;
        bool killed = false;

        /* The first question may still go to the connection that is not known to be broken: once its time is
         * over, it is. */
        if (wire_call(c, (const uint8_t *)"Echo", 4, 2000, &handle, &reply, &len) != OK)
            assert_err(wire_call(c, (const uint8_t *)"Echo", 4, WAIT_MS, &handle, &reply, &len), OK);
        wire_free(handle);
        for (size_t i = 0; i < open; i++)
            assert_err(wire_call_start(c, i, frame, LOAD_LEN, 2000), OK);
        while (open != 0) {
            struct pollfd p = { .fd = wire_client_fd(c), .events = POLLIN };

            assert_int_equal(poll(&p, 1, WAIT_MS), 1);
            assert_err(wire_call_done(c, &tag, &result, &handle, &reply, &len), OK);
            wire_free(handle);
            if (--open < 32 && !killed) {
                wire_peer_stop(server);
                killed = true;
            }
        }
        server = wire_peer_start(port, folder);
    }
    assert_serves();
    wire_close(c);
    free(frame);
}

static void a_client_of_another_authority_is_not(void **state)
{
    (void)state;
    assert_err(ask(theirs.client.text, theirs.client_key.text, ours.ca.text, REFUSED_MS), ERR_PEER);
    assert_serves();
}

static void a_client_without_certificate_is_not(void **state)
{
    (void)state;
    assert_err(ask(NULL, NULL, ours.ca.text, REFUSED_MS), ERR_PEER);
    assert_serves();
}

static void a_client_with_a_server_certificate_of_another_authority_is_not(void **state)
{
    (void)state;
    assert_err(ask(theirs.server.text, theirs.server_key.text, ours.ca.text, REFUSED_MS), ERR_PEER);
    assert_serves();
}

static void a_client_that_trusts_another_authority_does_not_speak(void **state)
{
    (void)state;
    assert_err(ask(ours.client.text, ours.client_key.text, theirs.ca.text, REFUSED_MS), ERR_PEER);
    assert_serves();
}

static void a_client_without_tls_is_cut_off(void **state)
{
    struct wire_client *c = NULL;
    const uint8_t *reply = NULL;
    size_t len = 0;
    void *handle = NULL;

    (void)state;
    assert_err(wire_dial(address, NULL, &c, NULL), OK);
    assert_err(wire_call(c, (const uint8_t *)"Echo", 4, REFUSED_MS, &handle, &reply, &len), ERR_PEER);
    wire_close(c);
    assert_serves();
}

/* A certificate of our own authority for this name: what a stolen or mistaken one would look like. */
static char *server_named(const char *name, time_t from, time_t until)
{
    gnutls_datum_t ca = { (unsigned char *)ours.ca.text, (unsigned)ours.ca.len }, d = { NULL, 0 };
    gnutls_datum_t ca_key = { (unsigned char *)ours.ca_key.text, (unsigned)ours.ca_key.len };
    gnutls_datum_t key = { (unsigned char *)ours.server_key.text, (unsigned)ours.server_key.len };
    gnutls_x509_crt_t issuer = NULL, cert = NULL;
    gnutls_x509_privkey_t issuer_key = NULL, own_key = NULL;
    char *text;

    need(gnutls_x509_crt_init(&issuer) == 0 && gnutls_x509_crt_init(&cert) == 0);
    need(gnutls_x509_privkey_init(&issuer_key) == 0 && gnutls_x509_privkey_init(&own_key) == 0);
    need(gnutls_x509_crt_import(issuer, &ca, GNUTLS_X509_FMT_PEM) == 0);
    need(gnutls_x509_privkey_import(issuer_key, &ca_key, GNUTLS_X509_FMT_PEM) == 0);
    need(gnutls_x509_privkey_import(own_key, &key, GNUTLS_X509_FMT_PEM) == 0);
    need(gnutls_x509_crt_set_version(cert, 3) == 0 && gnutls_x509_crt_set_serial(cert, "\x01", 1) == 0);
    need(gnutls_x509_crt_set_key(cert, own_key) == 0);
    need(gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name)) ==
        0);
    need(gnutls_x509_crt_set_subject_alt_name(
             cert, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), GNUTLS_FSAN_SET) == 0);
    need(gnutls_x509_crt_set_activation_time(cert, from) == 0 &&
        gnutls_x509_crt_set_expiration_time(cert, until) == 0);
    need(gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_DIGITAL_SIGNATURE) == 0);
    need(gnutls_x509_crt_sign2(cert, issuer, issuer_key, GNUTLS_DIG_SHA256, 0) == 0);
    need(gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_PEM, &d) == 0);
    text = strndup((char *)d.data, d.size);
    need(text != NULL);
    gnutls_free(d.data);
    gnutls_x509_crt_deinit(issuer);
    gnutls_x509_crt_deinit(cert);
    gnutls_x509_privkey_deinit(issuer_key);
    gnutls_x509_privkey_deinit(own_key);
    return text;
}

/* What a client of ours says to a server with this certificate; an answer, or none in this time. */
static enum err ask_server_named(const char *name, time_t from, time_t until, uint32_t wait_ms)
{
    char *cert = server_named(name, from, until);
    enum err e;

    start_with(cert, ours.server_key.text, ours.ca.text);
    e = ask(ours.client.text, ours.client_key.text, ours.ca.text, wait_ms);
    wire_peer_stop(server);
    free(cert);
    return e;
}

static void a_server_of_another_name_is_not_spoken_to(void **state)
{
    time_t now = (time_t)clock_now_s();

    (void)state;
    /* The first row proves that nothing but the name is wrong with the second. */
    assert_err(ask_server_named(PROTO_TLS_SERVER_NAME, now - 60, now + 3600, WAIT_MS), OK);
    assert_err(ask_server_named("schakel-hub.example.org", now - 60, now + 3600, REFUSED_MS), ERR_PEER);
    assert_err(ask_server_named("localhost", now - 60, now + 3600, REFUSED_MS), ERR_PEER);
}

static void a_server_whose_certificate_has_ended_is_not_spoken_to(void **state)
{
    time_t now = (time_t)clock_now_s();

    (void)state;
    assert_err(ask_server_named(PROTO_TLS_SERVER_NAME, now - 7200, now - 3600, REFUSED_MS), ERR_PEER);
}

static void a_server_of_another_authority_is_not_spoken_to(void **state)
{
    (void)state;
    start_with(theirs.server.text, theirs.server_key.text, ours.ca.text);
    assert_err(ask(ours.client.text, ours.client_key.text, ours.ca.text, REFUSED_MS), ERR_PEER);
    wire_peer_stop(server);
}

static void parts_that_do_not_belong_together_are_refused(void **state)
{
    const struct wire_tls wrong[] = {
        { ours.server.text, ours.client_key.text, ours.ca.text },    /* another key */
        { ours.server.text, NULL, ours.ca.text },                    /* no key */
        { NULL, ours.server_key.text, ours.ca.text },                /* no certificate */
        { NULL, NULL, ours.ca.text },                                /* neither: not for a server */
        { ours.server.text, ours.server_key.text, NULL },            /* nobody to trust */
        { "not a certificate", ours.server_key.text, ours.ca.text },
        { ours.server.text, ours.server_key.text, "not a certificate" },
    };

    (void)state;
    wire_peer_address(wire_peer_port(), address);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct wire_server *s = NULL;
        struct trouble t = { .lang = LANG_EN };

        assert_err(wire_listen(address, &wrong[i], &s, &t), ERR_CONFIG);
        assert_null(s);
        assert_non_null(strstr(t.text, "TLS"));
    }
}

int main(int argc, char **argv)
{
    static struct check_list list;
    int failed;

    wire_peer_main(argc, argv);
    if (sodium_init() < 0 || mkdtemp(folder) == NULL)
        return 1;
    make_house(&ours);
    make_house(&theirs);
#define TEST(f) check_add(&list, #f, f, NULL)
#define SERVED(f) check_add(&list, #f, f, NULL), list.tests[list.count - 1].setup_func = start_server, \
        list.tests[list.count - 1].teardown_func = stop_server
    SERVED(a_client_with_the_right_certificate_is_served);
    SERVED(large_frames_pass_both_ways);
    SERVED(sixty_four_calls_at_once_are_answered);
    SERVED(short_answers_that_have_to_wait_arrive);
    SERVED(a_server_killed_under_load_is_found_again);
    SERVED(a_client_of_another_authority_is_not);
    SERVED(a_client_without_certificate_is_not);
    SERVED(a_client_with_a_server_certificate_of_another_authority_is_not);
    SERVED(a_client_that_trusts_another_authority_does_not_speak);
    SERVED(a_client_without_tls_is_cut_off);
    TEST(a_server_of_another_name_is_not_spoken_to);
    TEST(a_server_whose_certificate_has_ended_is_not_spoken_to);
    TEST(a_server_of_another_authority_is_not_spoken_to);
    TEST(parts_that_do_not_belong_together_are_refused);
    failed = check_run(&list, "wire_tls");
    for (size_t i = 0; i < 3; i++) {
        static const char *const names[] = { "cert.pem", "key.pem", "ca.pem" };
        char path[128];

        if (file_join(path, sizeof path, folder, names[i]) == OK)
            (void)unlink(path);
    }
    (void)rmdir(folder);
    drop_house(&ours);
    drop_house(&theirs);
    return failed;
}
