/* proto/wire over TLS: only who holds a certificate of the region's authority, each in its own part. PROTOCOL.md P-160. */
#include "tests/support/check.h"

#include "base/file.h"
#include "proto/tls.h"
#include "proto/wire.h"
#include "tests/support/wire_peer.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

enum { WAIT_MS = 10000, NEVER_MS = 1500 };

/* An authority, a server and a client of its own. */
struct outfit { struct proto_pem ca_key, ca, server_key, server, client_key, client; };

static struct outfit ours, theirs;

static void make_client(struct outfit *o, const char *name, struct proto_pem *out)
{
    uint8_t *csr = NULL, *der = NULL;
    size_t csr_len = 0, der_len = 0;

    assert_err(proto_tls_make_request(o->client_key.text, name, &csr, &csr_len), OK);
    assert_err(proto_tls_make_client(o->ca_key.text, o->ca.text, csr, csr_len, &der, &der_len), OK);
    assert_err(proto_tls_der_to_pem(der, der_len, out), OK);
    free(csr);
    free(der);
}

static void make_outfit(struct outfit *o)
{
    assert_err(proto_tls_make_key(&o->ca_key), OK);
    assert_err(proto_tls_make_ca(o->ca_key.text, &o->ca), OK);
    assert_err(proto_tls_make_key(&o->server_key), OK);
    assert_err(proto_tls_make_server(o->ca_key.text, o->ca.text, o->server_key.text, &o->server), OK);
    assert_err(proto_tls_make_key(&o->client_key), OK);
    make_client(o, "school", &o->client);
}

static int make_both(void **state)
{
    (void)state;
    make_outfit(&ours);
    make_outfit(&theirs);
    return 0;
}

static void drop(struct outfit *o)
{
    struct proto_pem *all[] = {&o->ca_key, &o->ca, &o->server_key, &o->server, &o->client_key, &o->client};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]->text);
}

static int drop_both(void **state)
{
    (void)state;
    drop(&ours);
    drop(&theirs);
    return 0;
}

static void put(const char *dir, const char *name, const struct proto_pem *pem, bool remove)
{
    char path[64];

    assert_err(file_join(path, sizeof path, dir, name), OK);
    if (remove)
        assert_int_equal(unlink(path), 0);
    else
        assert_err(file_write(path, pem->text, pem->len, 0600, NULL), OK);
}

/* What a client gets from a server that shows this certificate and believes our authority. */
static enum err ask(const struct proto_pem *server, const struct proto_pem *server_key, const struct wire_tls *tls, uint32_t wait_ms)
{
    char dir[] = "/tmp/schakel-tls-XXXXXX", address[32];
    uint16_t port = wire_peer_port();
    struct wire_client *c = NULL;
    const uint8_t *reply = NULL;
    void *handle = NULL;
    size_t len = 0;
    pid_t pid;
    enum err e;

    assert_non_null(mkdtemp(dir));
    put(dir, "cert.pem", server, false);
    put(dir, "key.pem", server_key, false);
    put(dir, "ca.pem", &ours.ca, false);
    pid = wire_peer_start(port, dir);
    wire_peer_address(port, address);
    assert_err(wire_dial(address, tls, &c, NULL), OK);
    e = wire_call(c, (const uint8_t *)"Echo", 4, wait_ms, &handle, &reply, &len);
    if (e == OK)
        assert_int_equal(len, 4);
    if (e == OK)
        wire_free(handle);
    wire_close(c);
    wire_peer_stop(pid);
    put(dir, "cert.pem", server, true);
    put(dir, "key.pem", server_key, true);
    put(dir, "ca.pem", &ours.ca, true);
    assert_int_equal(rmdir(dir), 0);
    return e;
}

static void a_client_of_the_region_is_served(void **state)
{
    const struct wire_tls tls = {ours.client.text, ours.client_key.text, ours.ca.text};

    (void)state;
    assert_err(ask(&ours.server, &ours.server_key, &tls, WAIT_MS), OK);
}

static void a_client_without_a_certificate_is_not(void **state)
{
    const struct wire_tls tls = {NULL, NULL, ours.ca.text};

    (void)state;
    assert_err(ask(&ours.server, &ours.server_key, &tls, NEVER_MS), ERR_PEER);
}

static void a_client_of_another_authority_is_not(void **state)
{
    const struct wire_tls tls = {theirs.client.text, theirs.client_key.text, ours.ca.text};

    (void)state;
    assert_err(ask(&ours.server, &ours.server_key, &tls, NEVER_MS), ERR_PEER);
}

static void a_client_without_tls_is_not(void **state)
{
    (void)state;
    assert_err(ask(&ours.server, &ours.server_key, NULL, NEVER_MS), ERR_PEER);
}

static void a_server_of_another_authority_is_not_believed(void **state)
{
    const struct wire_tls tls = {ours.client.text, ours.client_key.text, ours.ca.text};

    (void)state;
    assert_err(ask(&theirs.server, &theirs.server_key, &tls, NEVER_MS), ERR_PEER);
}

static void a_partner_is_not_believed_as_the_hub(void **state)
{
    const struct wire_tls tls = {ours.client.text, ours.client_key.text, ours.ca.text};

    (void)state;
    assert_err(ask(&ours.client, &ours.client_key, &tls, NEVER_MS), ERR_PEER);
}

/* The name is right then; what the certificate may be used for is not. */
static void nor_when_its_certificate_bears_the_hubs_name(void **state)
{
    const struct wire_tls tls = {ours.client.text, ours.client_key.text, ours.ca.text};
    struct proto_pem named = {0};

    (void)state;
    make_client(&ours, PROTO_TLS_SERVER_NAME, &named);
    assert_err(ask(&named, &ours.client_key, &tls, NEVER_MS), ERR_PEER);
    free(named.text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_of_the_region_is_served),
        cmocka_unit_test(a_client_without_a_certificate_is_not),
        cmocka_unit_test(a_client_of_another_authority_is_not),
        cmocka_unit_test(a_client_without_tls_is_not),
        cmocka_unit_test(a_server_of_another_authority_is_not_believed),
        cmocka_unit_test(a_partner_is_not_believed_as_the_hub),
        cmocka_unit_test(nor_when_its_certificate_bears_the_hubs_name),
    };

    wire_peer_main(argc, argv);
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, make_both, drop_both);
}
