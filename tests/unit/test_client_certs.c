/* client/certs: certificates of others are taken for a limited time only, and of several the newest counts. */
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"

#include "client/certs.h"

#include <sodium.h>

/* One of cjg's, at vo. */
static enum err add(struct client_fixture *f, enum proto_use use, const uint8_t key[32], uint64_t from_s, uint64_t until_s)
{
    const struct client_fixture_partner *p = &f->partner[CJG];
    struct proto_cert c = {.use = (uint8_t)use, .role = use == PROTO_USE_STAFF ? PROTO_ROLE_CASEWORKER : PROTO_ROLE_NONE, .from_s = from_s,
        .until_s = until_s};
    struct client_node *n = client_fixture_node(f, VO);
    struct vault_txn *x = client_fixture_begin(f, VO);
    uint8_t data[PROTO_CERT_MAX];
    size_t len = 0;
    enum err e;

    memcpy(c.region, f->region.hash, sizeof c.region);
    memcpy(c.partner, p->id, sizeof c.partner);
    memcpy(c.key, key, sizeof c.key);
    assert_err(proto_cert_make(&c, use == PROTO_USE_STAFF ? p->node_secret : p->root_secret, data, sizeof data, &len), OK);
    e = client_certs_add(n, x, data, len);
    client_fixture_commit(x);
    return e;
}

struct life { const char *name; enum proto_use use; uint64_t days; };
static const struct life lives[] = {{"node", PROTO_USE_NODE, 100}, {"hpke", PROTO_USE_HPKE, 100}, {"officer", PROTO_USE_OFFICER, 100},
    {"staff", PROTO_USE_STAFF, 8}};

static void life(void **state)
{
    const struct life *row = *state;
    struct client_fixture *f;
    struct proto_cert c;
    uint8_t key[32];
    void *fixture = NULL;

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    randombytes_buf(key, sizeof key);
    assert_err(add(f, row->use, key, f->now_s, f->now_s + row->days * DAY_S), OK);
    assert_err(client_certs_of_key(client_fixture_node(f, VO), key, row->use, f->now_s, &c), OK);
    assert_int_equal(client_fixture_close(&fixture), 0);
}

/* The key that was replaced may have a certificate that lives longer: for it nothing is sealed any more. */
static void the_newest_counts_and_not_the_one_that_ends_last(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct vault_txn *x;
    uint8_t older[32], newer[32], later[32], got[32];

    randombytes_buf(older, sizeof older);
    randombytes_buf(newer, sizeof newer);
    randombytes_buf(later, sizeof later);
    assert_err(add(f, PROTO_USE_HPKE, newer, f->now_s - 2 * DAY_S, f->now_s + DAY_S), OK);
    assert_err(add(f, PROTO_USE_HPKE, older, f->now_s - 3 * DAY_S, f->now_s + 90 * DAY_S), OK);
    assert_err(add(f, PROTO_USE_HPKE, later, f->now_s + DAY_S, f->now_s + 90 * DAY_S), OK);
    x = client_fixture_begin(f, VO);
    assert_err(client_partner_hpke(n, x, f->partner[CJG].id, got), OK);
    client_vault_abort(x);
    assert_memory_equal(got, newer, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(the_newest_counts_and_not_the_one_that_ends_last),
    };
    struct check_list list = {.count = 0};

    for (size_t i = 0; i < sizeof lives / sizeof *lives; i++)
        check_add(&list, lives[i].name, life, &lives[i]);
    return cmocka_run_group_tests_name("client/certs", tests, NULL, NULL) + check_run(&list, "client/certs: how long");
}
