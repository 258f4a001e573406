/* hub/registry_cap: what one partner alone may fill of the registry, and the room that is kept for revocations. */
#include "tests/support/check.h"
#include "tests/support/registry_sample.h"

#include "hub/registry_cap.h"

#include <sodium.h>

static struct registry_sample s;
static struct hub_registry_cap cap;

static int setup(void **state)
{
    (void)state;
    registry_sample_init(&s);
    memset(&cap, 0, sizeof cap);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    registry_sample_fini(&s);
    return 0;
}

static struct registry_note revocation(size_t partner, bool of_key, const char *by)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_REVOKE, partner);

    memset(say.key, of_key ? 0x31 : 0, sizeof say.key);
    return registry_signed(&s, &say, by);
}

static struct registry_note adoption(const char *by)
{
    struct proto_registry_say say = registry_say(&s, PROTO_REG_PACK, 0);

    return registry_signed(&s, &say, by);
}

static void count(const struct registry_note *n, size_t times)
{
    for (size_t i = 0; i < times; i++)
        assert_err(hub_registry_cap_count(&cap, &s.region.r, n->data, n->len), OK);
}

static enum proto_registry_why judge(const struct registry_note *n)
{
    enum proto_registry_why why = PROTO_REG_WHY_END;

    assert_err(hub_registry_cap_judge(&cap, &s.region.r, s.r, n->data, n->len, &why), OK);
    return why;
}

static void keys_of_its_own_have_an_end(void **state)
{
    const struct registry_note own = revocation(0, true, "0"), other = revocation(1, true, "1"), by_two = revocation(0, true, "12"),
        itself = revocation(0, false, "0"), pack = adoption("0");

    (void)state;
    count(&own, HUB_REGISTRY_CAP_KEYS - 1);
    assert_int_equal(judge(&own), PROTO_REG_COUNTS);
    count(&own, 1);
    assert_int_equal(judge(&own), PROTO_REG_FULL);
    assert_int_equal(judge(&other), PROTO_REG_COUNTS);
    assert_int_equal(judge(&by_two), PROTO_REG_COUNTS);
    assert_int_equal(judge(&itself), PROTO_REG_COUNTS);
    assert_int_equal(judge(&pack), PROTO_REG_COUNTS);
}

static void adoptions_have_an_end(void **state)
{
    const struct registry_note own = adoption("0"), other = adoption("1"), key = revocation(0, true, "0");

    (void)state;
    count(&own, HUB_REGISTRY_CAP_PACKS);
    assert_int_equal(judge(&own), PROTO_REG_FULL);
    assert_int_equal(judge(&other), PROTO_REG_COUNTS);
    assert_int_equal(judge(&key), PROTO_REG_COUNTS);
}

/* A stolen node key that used up its share leaves the root key its own. */
static void the_root_key_has_a_share_of_its_own(void **state)
{
    const struct registry_note by_root = revocation(0, true, "0");
    size_t i = (size_t)(proto_region_partner(&s.region.r, s.region.id[0]) - s.region.r.partner);

    (void)state;
    cap.of[i].keys[0] = HUB_REGISTRY_CAP_KEYS;
    assert_int_equal(judge(&by_root), PROTO_REG_COUNTS);
    cap.of[i].keys[1] = HUB_REGISTRY_CAP_KEYS;
    assert_int_equal(judge(&by_root), PROTO_REG_FULL);
}

static void what_two_sign_takes_of_nobodys_share(void **state)
{
    static const struct hub_registry_cap nothing;
    const struct registry_note by_two = revocation(0, true, "12"), itself = revocation(0, false, "0");

    (void)state;
    count(&by_two, 3);
    count(&itself, 3);
    assert_memory_equal(&cap, &nothing, sizeof cap);
}

/* Leaves that count for nothing fill it as well as others. */
static void fill(size_t leaves, size_t leaf_len)
{
    static uint8_t leaf[PROTO_REGISTRY_LEAF_MAX] = "at 1\n";
    enum proto_registry_why why;

    for (size_t i = 0; i < leaves; i++)
        assert_err(proto_registry_append(s.r, leaf, leaf_len, &why), OK);
}

static void the_last_room_is_for_revocations(void **state)
{
    const struct registry_note own = revocation(0, true, "0"), by_two = revocation(0, true, "12"), pack = adoption("0");

    (void)state;
    fill(PROTO_REGISTRY_MAX - HUB_REGISTRY_KEPT_LEAVES - 1, 5);
    assert_int_equal(judge(&pack), PROTO_REG_COUNTS);
    fill(1, 5);
    assert_int_equal(judge(&pack), PROTO_REG_FULL);
    assert_int_equal(judge(&own), PROTO_REG_FULL);
    assert_int_equal(judge(&by_two), PROTO_REG_COUNTS);
    fill(HUB_REGISTRY_KEPT_LEAVES, 5);
    assert_int_equal(judge(&by_two), PROTO_REG_FULL);
}

static void so_are_the_last_bytes(void **state)
{
    const struct registry_note own = revocation(0, true, "0"), by_two = revocation(0, true, "12");
    const size_t each = 2 + PROTO_REGISTRY_LEAF_MAX;

    (void)state;
    fill((PROTO_REGISTRY_LEAVES_MAX - HUB_REGISTRY_KEPT_BYTES) / each - 1, each - 2);
    assert_int_equal(judge(&own), PROTO_REG_COUNTS);
    fill(2, each - 2);
    assert_int_equal(judge(&own), PROTO_REG_FULL);
    assert_int_equal(judge(&by_two), PROTO_REG_COUNTS);
    fill(PROTO_REGISTRY_LEAVES_MAX / each - proto_registry_size(s.r), each - 2);
    fill(1, PROTO_REGISTRY_LEAVES_MAX - proto_registry_bytes(s.r) - 2);
    assert_int_equal(judge(&by_two), PROTO_REG_FULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(keys_of_its_own_have_an_end), T(adoptions_have_an_end), T(the_root_key_has_a_share_of_its_own), T(what_two_sign_takes_of_nobodys_share),
        T(the_last_room_is_for_revocations), T(so_are_the_last_bytes),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
