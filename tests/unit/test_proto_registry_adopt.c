/* proto/registry_rules: certificates under a statement, keys of before, and days: what looks like a right and is none. */
#include "tests/support/registry_alone.h"

enum { NODE_SEED = 51, STAFF_SEED = 52 };

static size_t make_cert(enum proto_use use, uint8_t seed, uint64_t until_s, const uint8_t signer[64], uint8_t out[PROTO_CERT_MAX])
{
    struct proto_cert c = { .use = (uint8_t)use, .from_s = REGISTRY_NOW - 1000, .until_s = until_s };
    uint8_t secret[64];
    size_t len = 0;

    c.role = use == PROTO_USE_STAFF ? PROTO_ROLE_ADOPTER : 0;
    memcpy(c.region, s.region.r.hash, sizeof c.region);
    memcpy(c.partner, s.region.id[0], sizeof c.partner);
    region_sample_key(seed, c.key, secret);
    assert_err(proto_cert_make(&c, signer, out, PROTO_CERT_MAX, &len), OK);
    return len;
}

/* The adopter of a node whose certificates are such. */
static enum proto_registry_why adopted_with(enum proto_use node_use, uint64_t node_until_s, enum proto_use staff_use, uint64_t staff_until_s)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_PACK, 0);
    uint8_t node_public[32], node_secret[64], public_key[32], secret[64];
    struct registry_note n;

    region_sample_key(NODE_SEED, node_public, node_secret);
    region_sample_key(STAFF_SEED, public_key, secret);
    say.node_cert_len = make_cert(node_use, NODE_SEED, node_until_s, s.region.root_secret[0], say.node_cert);
    say.staff_cert_len = make_cert(staff_use, STAFF_SEED, staff_until_s,
        staff_use == PROTO_USE_STAFF ? node_secret : s.region.root_secret[0], say.staff_cert);
    assert_err(proto_registry_say_format(&say, (char *)n.data, sizeof n.data, &n.len), OK);
    registry_add(&n, s.region.handle[0], secret);
    return registry_put(s.r, &n, REGISTRY_NOW);
}

/* Who adopted packs last year has the key still. */
static void a_certificate_that_ended_adopts_nothing(void **state)
{
    const uint64_t later_s = REGISTRY_NOW + 1000;

    (void)state;
    assert_int_equal(adopted_with(PROTO_USE_NODE, later_s, PROTO_USE_STAFF, REGISTRY_NOW), PROTO_REG_NOT_ADOPTER);
    assert_int_equal(adopted_with(PROTO_USE_NODE, REGISTRY_NOW, PROTO_USE_STAFF, later_s), PROTO_REG_NOT_ADOPTER);
    assert_int_equal(adopted_with(PROTO_USE_NODE, REGISTRY_NOW + 1, PROTO_USE_STAFF, REGISTRY_NOW + 1), PROTO_REG_COUNTS);
}

/* The same key, certified for another use, is no node's and no person's. */
static void a_certificate_for_another_use_adopts_nothing(void **state)
{
    const uint64_t later_s = REGISTRY_NOW + 1000;

    (void)state;
    assert_int_equal(adopted_with(PROTO_USE_OFFICER, later_s, PROTO_USE_STAFF, later_s), PROTO_REG_NOT_ADOPTER);
    assert_int_equal(adopted_with(PROTO_USE_HPKE, later_s, PROTO_USE_STAFF, later_s), PROTO_REG_NOT_ADOPTER);
    assert_int_equal(adopted_with(PROTO_USE_NODE, later_s, PROTO_USE_NODE, later_s), PROTO_REG_NOT_ADOPTER);
    assert_int_equal(adopted_with(PROTO_USE_NODE, later_s, PROTO_USE_OFFICER, later_s), PROTO_REG_NOT_ADOPTER);
}

/* A node ends its staff's keys; the officer's key, or the one that mail is sealed to, does not. */
static void only_a_nodes_certificate_ends_staff(void **state)
{
    static const enum proto_use uses[] = { PROTO_USE_OFFICER, PROTO_USE_HPKE, PROTO_USE_NODE };

    (void)state;
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        struct proto_registry_say say = registry_say(&s, PROTO_REG_REVOKE, 0);
        uint8_t public[32], secret[64];
        struct registry_note n;

        region_sample_key(STAFF_SEED, say.key, secret);
        region_sample_key(NODE_SEED, public, secret);
        say.node_cert_len = make_cert(uses[i], NODE_SEED, REGISTRY_NOW + 1000, s.region.root_secret[0], say.node_cert);
        assert_err(proto_registry_say_format(&say, (char *)n.data, sizeof n.data, &n.len), OK);
        registry_add(&n, s.region.handle[0], secret);
        assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), uses[i] == PROTO_USE_NODE ? PROTO_REG_COUNTS : PROTO_REG_NOT_ADOPTER);
    }
}

/* A root key of before is nobody's for ever: who has it must not come back as another partner, nor sign until the moment that was named. */
static void a_root_key_of_before_comes_back_as_nothing(void **state)
{
    struct proto_registry_say root = registry_say(&s, PROTO_REG_ROOT, 0), quota = registry_say(&s, PROTO_REG_QUOTA, 1),
                              taken = registry_say(&s, PROTO_REG_ROOT, 1);
    struct registry_note n;

    (void)state;
    root.from_s = REGISTRY_NOW + 120;
    memcpy(taken.key, proto_region_partner(&s.region.r, s.region.id[0])->root_key, sizeof taken.key);
    assert_int_equal(put_by(&root, "12"), PROTO_REG_COUNTS);
    assert_int_equal(put_by(&quota, "02"), PROTO_REG_UNKNOWN_SIGNER);
    n = registry_signed(&s, &taken, "2");
    registry_add(&n, s.region.handle[0], s.new_secret);
    assert_int_equal(registry_put(s.r, &n, REGISTRY_NOW), PROTO_REG_EXISTS);
}

/* What has no days is no raised quota, and no partner. */
static void days_that_are_none_are_refused(void **state)
{
    static const struct { int from, until; enum proto_registry_why why; } rows[] = {
        { 0, 0, PROTO_REG_BAD_TIME }, { -5, 0, PROTO_REG_BAD_TIME }, { 50, 50, PROTO_REG_BAD_TIME }, { 60, 50, PROTO_REG_BAD_TIME },
        { -9, -5, PROTO_REG_BAD_TIME }, { -5, 1, PROTO_REG_COUNTS },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct proto_registry_say quota = registry_say(&s, PROTO_REG_QUOTA, 0), admit = registry_say(&s, PROTO_REG_ADMIT, 0);

        quota.from_s = admit.from_s = (uint64_t)(REGISTRY_NOW + rows[i].from);
        quota.until_s = admit.until_s = (uint64_t)(REGISTRY_NOW + rows[i].until);
        assert_int_equal(put_by(&quota, "12"), rows[i].why);
        assert_int_equal(put_by(&admit, "12"), rows[i].why);
    }
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_certificate_that_ended_adopts_nothing), ROW(a_certificate_for_another_use_adopts_nothing),
        ROW(only_a_nodes_certificate_ends_staff),
        ROW(a_root_key_of_before_comes_back_as_nothing), ROW(days_that_are_none_are_refused),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("registry: who adopts", tests, NULL, NULL);
}
