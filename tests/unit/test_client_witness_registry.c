/* client/witness about the registry: what is cosigned of it, when it is too old to give anything on, and what a hub that hides a part can do (P-196). */
#include "tests/support/registry_world.h"

/* ---- a hub that does what it should ---- */

static void an_empty_registry_is_cosigned_too(void **state)
{
    (void)state;
    assert_true(stops(PROTO_GRANT));
    assert_int_equal(offer(w.now_s, 0), 0);
    take_line(false);
    assert_true(client_witness_is_registry_fresh(w.n));
    assert_false(stops(PROTO_GRANT));
    assert_null(said());
}

static void what_extends_is_stored_then_cosigned(void **state)
{
    (void)state;
    say(PROTO_REG_ADMIT, 0);
    give_leaves();
    assert_int_equal(offer(w.now_s, w.now_s), 0);
    take_line(true);
    assert_int_equal(status().registry_anchored_size, 1);
    client_witness_close(w.n->witness);
    w.n->witness = NULL;
    open_witness();
    assert_int_equal(status().registry_cosigned_size, 1);
    assert_int_equal(status().registry_anchored_size, 1);
    assert_true(client_witness_is_registry_fresh(w.n));
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    assert_int_equal(offer(w.now_s, 0), 1);
    take_line(false);
    assert_int_equal(status().registry_cosigned_size, 2);
    assert_int_equal(status().cosigned_size, 0);
}

/* Others confirmed the registry as it was before its last statement, which is here already: nothing is kept back by that. */
static void lines_on_fewer_leaves_than_are_here_count(void **state)
{
    struct registry_note before;

    (void)state;
    say(PROTO_REG_ADMIT, 0);
    before = lined(w.now_s, 0);
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    (void)offer_note(&before);
    turn(100);
    assert_true(client_witness_is_registry_fresh(w.n));
    /* But who holds more does not confirm less. */
    assert_null(find(PROTO_WITNESS, 0));
    assert_int_equal(status().registry_cosigned_size, 0);
}

/* ---- a hub that hides a revocation ---- */

/* The same registry for ever, with what others once said of it. */
static void a_frozen_registry_stops_what_is_given_and_nothing_else(void **state)
{
    (void)state;
    say(PROTO_REG_ADMIT, 0);
    give_leaves();
    (void)offer(w.now_s - CLIENT_WITNESS_FRESH_S - 1, w.now_s - 3600);
    take_line(false);
    assert_true(stops(PROTO_GRANT));
    assert_true(stops(PROTO_OFFER));
    assert_true(stops(PROTO_RELEASE));
    assert_false(stops(PROTO_REQUEST));
    assert_false(stops(PROTO_STATEMENT));
    assert_false(stops(PROTO_ACK));
    assert_false(stops(PROTO_REPORT));
    assert_false(stops(PROTO_REGISTRY));
    assert_non_null(strstr(said(), "no other witness confirmed the registry"));
    assert_non_null(strstr(said(), "call another partner"));
    (void)offer(w.now_s - 30, 0);
    goes_on();
    assert_null(said());
}

/* Nine minutes and a half are enough, ten are not: by the clock of the node. */
static void a_word_of_others_counts_for_ten_minutes(void **state)
{
    (void)state;
    (void)offer(clock_now_s() - CLIENT_WITNESS_FRESH_S + 30, 0);
    goes_on();
    w.n->witness->log[WITNESS_REGISTRY].other_s = clock_now_s() - CLIENT_WITNESS_FRESH_S;
    assert_true(stops(PROTO_GRANT));
}

/* Others have it, this node not: it neither cosigns nor gives, and asks for the leaves until it has them. */
static void what_is_not_here_is_never_cosigned(void **state)
{
    (void)state;
    say(PROTO_REG_REVOKE, 2);
    (void)offer(w.now_s, w.now_s);
    turn(200);
    assert_null(find(PROTO_WITNESS, 0));
    assert_true(stops(PROTO_GRANT));
    assert_non_null(strstr(said(), "does not give all of the registry"));
    client_registry_step(w.n);
    (void)await(PROTO_QUERY, PROTO_QUERY_REGISTRY);
    assert_true(client_link_is_trusted(w.n));
    give_leaves();
    assert_true(w.n->region.partner[0].revoked || w.n->region.partner[1].revoked || w.n->region.partner[2].revoked);
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    goes_on();
}

/* It answers every question about the registry with an error. */
static void a_registry_that_is_refused_goes_stale(void **state)
{
    (void)state;
    (void)offer(w.now_s, 0);
    take_line(false);
    goes_on();
    hub_played_refuse(w.h, await(PROTO_QUERY, PROTO_QUERY_COSIGN), PROTO_TROUBLE);
    turn(50);
    w.n->witness->log[WITNESS_REGISTRY].other_s -= CLIENT_WITNESS_FRESH_S;
    assert_true(stops(PROTO_GRANT));
    assert_false(stops(PROTO_STATEMENT));
    assert_true(client_link_is_trusted(w.n));
}

static void a_shorter_one_than_was_cosigned_is_said(void **state)
{
    (void)state;
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    (void)offer(w.now_s, 0);
    take_line(false);
    w.n->witness->log[WITNESS_REGISTRY].at_ms = 0;
    hub_played_refuse(w.h, await(PROTO_QUERY, PROTO_QUERY_COSIGN), PROTO_NOT_FOUND);
    turn(50);
    assert_null(said());
    w.n->witness->log[WITNESS_REGISTRY].other_s -= CLIENT_WITNESS_FRESH_S;
    assert_non_null(strstr(said(), "shows less of the registry than it signed"));
}

/* Without other witnesses the hub itself must have shown it. */
static void without_other_witnesses_the_hub_must_show_it(void **state)
{
    (void)state;
    client_witness_close(w.n->witness);
    w.n->witness = NULL;
    w.n->region.witness_count = 1;
    open_witness();
    assert_true(stops(PROTO_GRANT));
    give_leaves();
    assert_false(stops(PROTO_GRANT));
}

/* ---- two registries ---- */

static void expect_stopped(void)
{
    turn(100);
    assert_null(find(PROTO_WITNESS, 0));
    assert_false(client_link_is_trusted(w.n));
    assert_true(stops(PROTO_REQUEST));
    assert_true(stops(PROTO_GRANT));
    assert_false(stops(PROTO_STATEMENT));
    assert_false(stops(PROTO_REGISTRY));
}

/* Another registry for this node than for the others, with their lines on it. */
static void begin_another(void)
{
    registry_sample_fini(&w.hub);
    registry_sample_init(&w.hub);
    w.hub.ids = 7;
    w.count = 0;
    w.tree.size = 0;
    say(PROTO_REG_ADMIT, 0);
}

static void a_registry_that_forked_is_never_cosigned(void **state)
{
    (void)state;
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    (void)offer(0, 0);
    take_line(false);
    begin_another();
    (void)offer(w.now_s, w.now_s);
    expect_stopped();
    assert_int_equal(status().registry_cosigned_size, 1);
    assert_true(w.n->witness->log[WITNESS_REGISTRY].contradicts);
    assert_int_equal(w.n->witness->log[WITNESS_REGISTRY].other_s, 0);
}

/* Before this node ever cosigned, its own leaves show it. */
static void a_fork_shows_against_our_own_leaves(void **state)
{
    (void)state;
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    begin_another();
    (void)offer(w.now_s, w.now_s);
    expect_stopped();
}

/* A person goes on: this node cosigns the registry no more, and the main log as before. */
static void who_goes_on_cosigns_the_registry_no_more(void **state)
{
    struct vault_txn *x;

    a_fork_shows_against_our_own_leaves(state);
    x = client_fixture_begin(w.h->f, VO);
    assert_err(client_witness_retire(w.n, x), OK);
    assert_err(client_heads_accept(w.n, x), OK);
    client_fixture_commit(x);
    assert_true(w.n->witness->log[WITNESS_REGISTRY].retired);
    assert_false(w.n->witness->log[WITNESS_MAIN].retired);
    client_witness_close(w.n->witness);
    w.n->witness = NULL;
    open_witness();
    assert_true(w.n->witness->log[WITNESS_REGISTRY].retired);
    assert_true(status().cosigns);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_registry_is_cosigned_too),
        TEST(what_extends_is_stored_then_cosigned),
        TEST(lines_on_fewer_leaves_than_are_here_count),
        TEST(a_frozen_registry_stops_what_is_given_and_nothing_else),
        TEST(a_word_of_others_counts_for_ten_minutes),
        TEST(what_is_not_here_is_never_cosigned),
        TEST(a_registry_that_is_refused_goes_stale),
        TEST(a_shorter_one_than_was_cosigned_is_said),
        TEST(without_other_witnesses_the_hub_must_show_it),
        TEST(a_registry_that_forked_is_never_cosigned),
        TEST(a_fork_shows_against_our_own_leaves),
        TEST(who_goes_on_cosigns_the_registry_no_more),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/witness registry", tests, NULL, NULL);
}
