/* client/registry: a statement that the hub dates ahead, with a partner who made it so, would void every revocation until then (P-191). */
#include "tests/support/registry_world.h"

/* The hub appends what one partner adopts, made and dated so that it counts. */
static void adopts_at(uint64_t at_s)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_PACK, 0);
    struct registry_note n;

    s.made_s = at_s;
    s.before_s = at_s + 86400;
    memset(s.digest, (int)w.count + 1, sizeof s.digest);
    n = registry_signed(&w.hub, &s, "1");
    assert_err(proto_registry_leaf(at_s, n.data, n.len, w.leaf[w.count], sizeof w.leaf[0], &w.len[w.count]), OK);
    assert_int_equal(registry_put(w.hub.r, &n, at_s), PROTO_REG_COUNTS);
    w.count++;
}

static enum err take(void)
{
    uint8_t copy[32768];
    size_t len = copy_from((size_t)proto_registry_size(client_registry_fold(w.n)), copy, sizeof copy);

    return client_registry_take(w.n, copy, len);
}

/* Why it matters: behind it no revocation counts, in the fold of whoever took it. */
static void behind_it_nobody_could_be_revoked(void **state)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_REVOKE, 1);
    struct registry_note n;

    (void)state;
    s.made_s = s.from_s = w.now_s;
    s.before_s = w.now_s + 86400;
    n = registry_signed(&w.hub, &s, "02");
    adopts_at(w.now_s + UINT64_C(10) * 365 * 86400);
    assert_int_equal(proto_registry_judge(w.hub.r, n.data, n.len, w.now_s, NULL), PROTO_REG_EXPIRED);
    assert_err(take(), ERR_EXPIRED);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 0);
    assert_int_equal(proto_registry_judge(client_registry_fold(w.n), n.data, n.len, w.now_s, NULL), PROTO_REG_COUNTS);
}

/* Nothing was confirmed of what is here, so nothing is given, and people hear why. */
static void it_is_said_and_nothing_is_given(void **state)
{
    (void)state;
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    assert_false(stops(PROTO_GRANT));
    adopts_at(w.now_s + PROTO_REGISTRY_AHEAD_S + 3600);
    assert_err(take(), ERR_EXPIRED);
    assert_err(take(), ERR_EXPIRED);
    w.n->witness->log[WITNESS_REGISTRY].other_s = w.now_s - CLIENT_WITNESS_FRESH_S;
    assert_true(stops(PROTO_GRANT));
    assert_false(stops(PROTO_STATEMENT));
    assert_non_null(strstr(said(), "still to come"));
}

/* Clocks are apart. */
static void a_few_minutes_are_no_future(void **state)
{
    (void)state;
    adopts_at(w.now_s + PROTO_REGISTRY_AHEAD_S - 60);
    assert_err(take(), OK);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 1);
    assert_false(client_registry_is_ahead(w.n));
}

/* One of the past goes before it in the same answer: neither is taken, and the first is once the hub gives it alone. */
static void what_comes_before_it_waits_with_it(void **state)
{
    uint8_t copy[32768];
    size_t len;

    (void)state;
    adopts_at(w.now_s - 100);
    len = copy_from(0, copy, sizeof copy);
    adopts_at(w.now_s + 10 * PROTO_REGISTRY_AHEAD_S);
    assert_err(take(), ERR_EXPIRED);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 0);
    assert_err(client_registry_take(w.n, copy, len), OK);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(behind_it_nobody_could_be_revoked), TEST(it_is_said_and_nothing_is_given), TEST(a_few_minutes_are_no_future),
        TEST(what_comes_before_it_waits_with_it),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/registry ahead", tests, NULL, NULL);
}
