/* client/registry_promise: a statement that has a receipt must be in the registry, or its sender gives nothing more. */
#include "tests/support/registry_world.h"

/* This node brought the statement that the hub's registry would have next, and gets a receipt. */
static void has_receipt_for(const struct registry_note *n)
{
    struct proto_msg m = {.kind = PROTO_REGISTRY, .original = {n->data, n->len}};
    struct proto_reply reply = {.result = PROTO_ACCEPTED};
    const struct client_receipt_event e = {.msg = &m, .reply = &reply};
    struct vault_txn *x = client_fixture_begin(w.h->f, VO);

    assert_err(client_registry_on_receipt(w.n, x, &e), OK);
    client_fixture_commit(x);
}

static void is_ten_minutes_old(void)
{
    struct client_registry_promises *p = client_registry_promises_of(w.n);

    for (size_t i = 0; i < p->count; i++)
        p->at[i].at_s -= CLIENT_REGISTRY_PROMISE_S;
}

/* All witnesses confirm a registry that never grew: only who brought the statement knows better. */
static void a_statement_with_a_receipt_must_be_shown(void **state)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_REVOKE, 2);
    struct registry_note n = registry_signed(&w.hub, &s, "01");

    (void)state;
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    has_receipt_for(&n);
    has_receipt_for(&n);
    assert_int_equal(client_registry_promises_of(w.n)->count, 1);
    assert_false(stops(PROTO_GRANT));
    is_ten_minutes_old();
    assert_true(stops(PROTO_GRANT));
    assert_false(stops(PROTO_STATEMENT));
    assert_non_null(strstr(said(), "acknowledged a statement from here"));
    assert_err(proto_registry_leaf(REGISTRY_NOW, n.data, n.len, w.leaf[0], sizeof w.leaf[0], &w.len[0]), OK);
    assert_int_equal(registry_put(w.hub.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    w.count = 1;
    give_leaves();
    client_registry_step(w.n);
    assert_int_equal(client_registry_promises_of(w.n)->count, 0);
    assert_false(stops(PROTO_GRANT));
}

static void a_promise_outlives_a_restart(void **state)
{
    struct proto_registry_say s = registry_say(&w.hub, PROTO_REG_REVOKE, 2);
    struct registry_note n = registry_signed(&w.hub, &s, "01");

    (void)state;
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    has_receipt_for(&n);
    client_registry_close(w.n->registry);
    w.n->registry = NULL;
    assert_err(client_registry_open(w.n, NULL), OK);
    assert_int_equal(client_registry_promises_of(w.n)->count, 1);
    assert_false(stops(PROTO_GRANT));
    is_ten_minutes_old();
    assert_true(stops(PROTO_GRANT));
}

static void starts_again(void)
{
    client_registry_close(w.n->registry);
    w.n->registry = NULL;
    assert_err(client_registry_open(w.n, NULL), OK);
}

/* Of two the hub shows one: after as many restarts as there are it is still known which one is missing. */
static void of_two_promises_the_one_that_is_kept_ends(void **state)
{
    struct proto_registry_say first = registry_say(&w.hub, PROTO_REG_REVOKE, 2), second = registry_say(&w.hub, PROTO_REG_QUOTA, 1);
    struct registry_note one = registry_signed(&w.hub, &first, "01"), two = registry_signed(&w.hub, &second, "02");
    struct client_registry_promises *p;

    (void)state;
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    has_receipt_for(&one);
    has_receipt_for(&two);
    starts_again();
    assert_int_equal(client_registry_promises_of(w.n)->count, 2);
    assert_err(proto_registry_leaf(REGISTRY_NOW, one.data, one.len, w.leaf[0], sizeof w.leaf[0], &w.len[0]), OK);
    assert_int_equal(registry_put(w.hub.r, &one, REGISTRY_NOW), PROTO_REG_COUNTS);
    w.count = 1;
    give_leaves();
    client_registry_step(w.n);
    for (int i = 0; i < 2; i++) {
        p = client_registry_promises_of(w.n);
        assert_int_equal(p->count, 1);
        assert_memory_equal(p->at[0].id, second.id, PROTO_ID_LEN);
        starts_again();
    }
    assert_null(client_registry_promise_broken(w.n));
    is_ten_minutes_old();
    assert_non_null(client_registry_promise_broken(w.n));
    assert_true(stops(PROTO_GRANT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_statement_with_a_receipt_must_be_shown),
        TEST(a_promise_outlives_a_restart),
        TEST(of_two_promises_the_one_that_is_kept_ends),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/registry promise", tests, NULL, NULL);
}
