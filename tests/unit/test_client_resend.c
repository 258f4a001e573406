/* client/resend: after the hub was put back this node says again what it said, once, in order, and nothing else makes it do so. */
#include "tests/support/client_pair.h"

#include "client/resend.h"
#include "proto/sign.h"

static struct proto_subject_id child;

static enum err look(struct client_fixture *f, uint64_t number, uint64_t previous)
{
    const struct proto_receipt r = {.number = number, .previous = previous, .time_s = f->now_s, .index = 500};
    struct vault_txn *x = client_fixture_begin(f, VO);
    enum err e = client_resend_look(client_fixture_node(f, VO), x, &r);

    client_fixture_commit(x);
    return e;
}

/* The same with its checkpoint, which says the origin. */
static enum err look_proven(struct client_fixture *f, uint64_t number, uint64_t index, uint64_t at_s)
{
    struct client_node *n = client_fixture_node(f, VO);
    struct proto_receipt r = {.number = number, .previous = PROTO_NO_LEAF, .time_s = at_s, .index = index};
    struct vault_txn *x = client_fixture_begin(f, VO);
    char text[PROTO_VKEY_MAX + 2];
    enum err e;

    (void)snprintf(text, sizeof text, "%s\n", n->region.log_origin);
    r.checkpoint = (struct proto_blob){(const uint8_t *)text, strlen(text)};
    e = client_resend_look(n, x, &r);
    client_fixture_commit(x);
    return e;
}

static size_t run(struct client_fixture *f)
{
    size_t before = client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL);
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_resend_run(client_fixture_node(f, VO), x), OK);
    client_fixture_commit(x);
    return client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL) - before;
}

/* What this node said last. */
static struct proto_statement newest(struct client_fixture *f)
{
    struct proto_statement s;
    struct proto_signed env;
    struct proto_msg m;

    assert_true(client_fixture_waiting(f, VO, PROTO_STATEMENT, &m) != 0);
    assert_err(proto_sign_decode(m.original.data, m.original.len, &env), OK);
    assert_err(proto_statement_decode(PROTO_SAY_EVENT, env.body, env.body_len, &s), OK);
    return s;
}

/* An own event with this leaf, that its addressee acknowledged. */
static struct proto_statement keep(struct client_fixture *f, uint64_t index, uint64_t at_s)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY);
    struct client_kept k;
    struct vault_txn *x;
    uint8_t *memory = NULL;

    memcpy(s.event, "VZM", 4);
    s.occurred_s = f->now_s;
    client_fixture_keep_at(f, VO, &s, at_s);
    x = client_fixture_begin(f, VO);
    assert_err(client_kept_get(x, s.id, &k, &memory), OK);
    k.leaf_index = index;
    k.acked = 1;
    assert_err(client_kept_put(x, &k), OK);
    client_fixture_commit(x);
    free(memory);
    return s;
}

static void a_row_that_cannot_be_read_holds_up_no_other(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement bad;
    struct vault_txn *x;

    child = client_fixture_child(1);
    (void)keep(f, 10, f->now_s - 60);
    bad = keep(f, 11, f->now_s - 30);
    (void)keep(f, 12, f->now_s - 20);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_put(x, CLIENT_T_STATEMENT, bad.id, sizeof bad.id, "x", 1), OK);
    client_fixture_commit(x);
    assert_err(look(f, 9, PROTO_NO_LEAF), OK);
    assert_int_equal(run(f), 2);
    assert_int_equal(run(f), 0);
}

static void what_was_said_is_said_again_once(void **state)
{
    struct client_fixture *f = *state;

    child = client_fixture_child(1);
    (void)keep(f, 10, f->now_s - 60);
    (void)keep(f, 11, f->now_s - 30);
    assert_int_equal(run(f), 0);
    assert_err(look(f, 9, PROTO_NO_LEAF), OK);
    assert_int_equal(run(f), 2);
    assert_int_equal(run(f), 0);
    assert_err(look(f, 9, PROTO_NO_LEAF), OK);
    assert_err(look(f, 8, PROTO_NO_LEAF), OK);
    assert_int_equal(run(f), 0);
    assert_err(look(f, 12, PROTO_NO_LEAF), OK);
    assert_int_equal(run(f), 2);
}

/* It goes by the order of the leaves: a leaf time is the hub's word, also one that is ahead of the break, and that of the break itself. */
static void what_the_hub_dated_ahead_is_said_again(void **state)
{
    struct client_fixture *f = *state;

    child = client_fixture_child(1);
    f->leaf_origin = 1;
    (void)keep(f, 10, f->now_s + 50 * (uint64_t)DAY_S);
    (void)keep(f, 501, f->now_s - 60);
    assert_err(look_proven(f, 9, 500, f->now_s + 59 * (uint64_t)DAY_S), OK);
    assert_int_equal(run(f), 1);
    assert_int_equal(run(f), 0);
}

/* The first number of all has no leaf before it, and every other one usually has. */
static void a_whole_chain_is_no_break(void **state)
{
    struct client_fixture *f = *state;

    child = client_fixture_child(1);
    (void)keep(f, 10, f->now_s - 60);
    assert_err(look(f, 1, PROTO_NO_LEAF), OK);
    assert_err(look(f, 9, 499), OK);
    assert_int_equal(run(f), 0);
}

static void what_is_old_not_logged_or_of_others_is_not(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s;

    child = client_fixture_child(1);
    (void)keep(f, 10, f->now_s - (CLIENT_RESEND_DAYS + 1) * (uint64_t)DAY_S);
    (void)keep(f, 11, 0);
    s = client_fixture_say(f, PROTO_SAY_EVENT, LEERPLICHT, &child, VO, NOBODY);
    memcpy(s.event, "VZM", 4);
    s.occurred_s = f->now_s;
    client_fixture_keep(f, VO, &s);
    assert_err(look(f, 9, PROTO_NO_LEAF), OK);
    assert_int_equal(run(f), 0);
}

/* A few at a time, in the order of their leaves, whatever their ids. */
static void many_go_in_order(void **state)
{
    enum { MANY = CLIENT_RESEND_AT_ONCE + 5 };
    struct client_fixture *f = *state;
    struct proto_statement s, last = {.kind = PROTO_SAY_NONE};

    child = client_fixture_child(1);
    for (size_t i = MANY; i > 0; i--) {
        s = keep(f, 100 + i, f->now_s - 60);
        if (i == CLIENT_RESEND_AT_ONCE)
            last = s;
    }
    assert_err(look(f, 9, PROTO_NO_LEAF), OK);
    assert_int_equal(run(f), CLIENT_RESEND_AT_ONCE);
    s = newest(f);
    assert_memory_equal(s.id, last.id, PROTO_ID_LEN);
    assert_int_equal(run(f), MANY - CLIENT_RESEND_AT_ONCE);
    assert_int_equal(run(f), 0);
}

/* Under the second origin indexes start again below what was lost: what was said there comes after it all the same, also from one run to the next. */
static void across_a_new_origin_too(void **state)
{
    enum { MANY = CLIENT_RESEND_AT_ONCE };
    struct client_fixture *f = *state;
    struct proto_region *r = &client_fixture_node(f, VO)->region;
    struct proto_statement before, after, said;

    child = client_fixture_child(1);
    r->origin[r->origin_count++].at_s = f->now_s - 60;
    (void)keep(f, 850, f->now_s - 30);
    after = keep(f, 851, f->now_s - 30);
    for (size_t i = 0; i < MANY; i++)
        before = keep(f, 900 + i, f->now_s - 90);
    assert_err(look(f, 9, PROTO_NO_LEAF), OK);
    assert_int_equal(run(f), MANY);
    said = newest(f);
    assert_memory_equal(said.id, before.id, PROTO_ID_LEN);
    assert_int_equal(run(f), 2);
    said = newest(f);
    assert_memory_equal(said.id, after.id, PROTO_ID_LEN);
    assert_int_equal(run(f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(a_row_that_cannot_be_read_holds_up_no_other),
        client_fixture_test(what_was_said_is_said_again_once), client_fixture_test(what_the_hub_dated_ahead_is_said_again),
        client_fixture_test(a_whole_chain_is_no_break),
        client_fixture_test(what_is_old_not_logged_or_of_others_is_not),
        client_fixture_test(many_go_in_order),
        client_fixture_test(across_a_new_origin_too),
    };

    return cmocka_run_group_tests_name("client/resend", tests, NULL, NULL);
}
