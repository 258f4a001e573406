/* client/waiting, and how client/pseudonym takes from it: a whole register, open cases first, with room left. */
#include "tests/support/check.h"
#include "tests/support/captured.h"
#include "tests/support/holders_played.h"

#include "client/pseudonym.h"

#include <sodium.h>

enum { REGISTER_A_DAY = 1900, ASKED_MS = 60000 };

/* ---- a register ---- */

static void open_cases_come_before_the_rest(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.refuses = PROTO_QUOTA;
    assert_err(holders_want_until(w, 300), ERR_QUOTA);
    holders_restart(w);
    holders_put_waiting(w, 0, 70, CLIENT_WAITING_REGISTER);
    holders_put_waiting(w, 100, 60, CLIENT_WAITING_OPEN);
    w->does_keyholder.refuses = PROTO_ACCEPTED;
    for (uint64_t until = clock_mono_ms() + ASKED_MS; w->questions[CLIENT_KEYHOLDER] < 2 && clock_mono_ms() < until;)
        holders_turn(w);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 2);
    w->does_keyholder.share = NULL;
    holders_until_waiting(w, 1 + 70 + 60 - 64);
    holders_turn_for(w, 300);
    assert_true(holders_is_known(w, 300));
    for (unsigned i = 0; i < 60; i++)
        assert_true(holders_is_known(w, 100 + i));
    for (unsigned i = 3; i < 70; i++)
        assert_false(holders_is_known(w, i));
    assert_int_equal(holders_waiting(w), 1 + 70 + 60 - 64);
    w->does_keyholder.share = holders_keyholder_share;
    holders_until_none_waits(w);
}

static void put_day(struct holders *w, const uint8_t *row, size_t len)
{
    static const char key[] = "pseudonyms of a register";
    struct vault_txn *x = client_fixture_begin(w->hub->f, VO);

    assert_err(client_vault_put(x, CLIENT_T_META, key, sizeof key - 1, row, len), OK);
    client_fixture_commit(x);
}

/* As client/register_day keeps it: u64 day, u32 count. */
static void set_used_today(struct holders *w, uint32_t count)
{
    uint64_t day = clock_now_s() / 86400;
    uint8_t row[12];

    for (size_t i = 0; i < 8; i++)
        row[i] = (uint8_t)(day >> (56 - 8 * i));
    for (size_t i = 0; i < 4; i++)
        row[8 + i] = (uint8_t)(count >> (24 - 8 * i));
    put_day(w, row, sizeof row);
}

static void a_register_leaves_room_for_who_is_asked_for(void **state)
{
    struct holders *w = *state;

    set_used_today(w, REGISTER_A_DAY - 10);
    holders_put_waiting(w, 0, 30, CLIENT_WAITING_REGISTER);
    holders_until_waiting(w, 20);
    holders_turn_for(w, 300);
    assert_int_equal(holders_waiting(w), 20);
    assert_err(client_pseudonyms_why(w->n, 20, &w->call.trouble), ERR_QUOTA);
    assert_non_null(strstr(w->call.trouble.text, "today's part for registers (1900)"));
    /* The holders would still answer. */
    assert_err(holders_want_until(w, 25), OK);
    assert_int_equal(holders_waiting(w), 19);
}

/* Said once; who is asked for is done, and of the register nothing until tomorrow. */
static void a_day_that_cannot_be_read_was_full(void **state)
{
    struct holders *w = *state;
    struct captured c;
    char *log, *line;

    put_day(w, (const uint8_t *)"short", 5);
    holders_put_waiting(w, 0, 3, CLIENT_WAITING_REGISTER);
    c = captured_begin(stderr);
    holders_turn_for(w, 300);
    client_pseudonyms_wake(w->n);
    holders_turn_for(w, 300);
    log = captured_end(&c);
    assert_non_null(line = strstr(log, "register-day-not-readable"));
    assert_null(strstr(line + 1, "register-day-not-readable"));
    assert_null(strstr(log, "pseudonyms-not-asked"));
    free(log);
    assert_int_equal(holders_waiting(w), 3);
    assert_err(client_pseudonyms_why(w->n, 3, &w->call.trouble), ERR_QUOTA);
    assert_err(holders_want_until(w, 25), OK);
    holders_restart(w);
    holders_turn_for(w, 300);
    assert_int_equal(holders_waiting(w), 3);
    check_shift_clock(86400);
    holders_until_none_waits(w);
}

/* The clock of the next test is its own, also where this one failed. */
static int teardown_clock(void **state)
{
    check_shift_clock(0);
    return holders_teardown(state);
}

/* ---- the queue itself ---- */

static void first(struct holders *w, enum client_waiting_why last, struct client_waiting *out, size_t max, size_t *count)
{
    struct vault_txn *x = NULL;

    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    assert_err(client_waiting_first(x, last, out, max, count), OK);
    client_vault_abort(x);
}

static void the_most_urgent_first_then_in_order(void **state)
{
    struct holders *w = *state;
    struct client_waiting got[10];
    char number[10];
    size_t count = 0;
    static const unsigned order[] = {5, 3, 4, 0, 1, 2};

    holders_put_waiting(w, 0, 3, CLIENT_WAITING_REGISTER);
    holders_put_waiting(w, 3, 2, CLIENT_WAITING_OPEN);
    holders_put_waiting(w, 5, 1, CLIENT_WAITING_ASKED);
    first(w, CLIENT_WAITING_REGISTER, got, 10, &count);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < 6; i++) {
        client_fixture_number(order[i], number);
        assert_string_equal(got[i].number, number);
    }
    first(w, CLIENT_WAITING_OPEN, got, 10, &count);
    assert_int_equal(count, 3);
    first(w, CLIENT_WAITING_REGISTER, got, 2, &count);
    assert_int_equal(count, 2);
}

static void a_number_waits_once_and_only_moves_up(void **state)
{
    struct holders *w = *state;
    struct vault_txn *x;
    struct client_waiting got[4];
    char number[10];
    size_t count = 0;
    bool added = true;

    holders_put_waiting(w, 1, 1, CLIENT_WAITING_OPEN);
    client_fixture_number(1, number);
    x = client_fixture_begin(w->hub->f, VO);
    assert_err(client_waiting_put(w->n, x, number, CLIENT_WAITING_REGISTER, &added), OK);
    assert_false(added);
    client_fixture_commit(x);
    first(w, CLIENT_WAITING_REGISTER, got, 4, &count);
    assert_int_equal(count, 1);
    assert_int_equal(got[0].why, CLIENT_WAITING_OPEN);
    holders_put_waiting(w, 1, 1, CLIENT_WAITING_ASKED);
    first(w, CLIENT_WAITING_REGISTER, got, 4, &count);
    assert_int_equal(count, 1);
    assert_int_equal(got[0].why, CLIENT_WAITING_ASKED);
    x = client_fixture_begin(w->hub->f, VO);
    assert_err(client_waiting_drop(w->n, x, number), OK);
    assert_err(client_waiting_drop(w->n, x, number), OK);
    client_fixture_commit(x);
    assert_int_equal(holders_waiting(w), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, holders_setup, holders_teardown)
    const struct CMUnitTest tests[] = {
        T(open_cases_come_before_the_rest), T(a_register_leaves_room_for_who_is_asked_for),
        cmocka_unit_test_setup_teardown(a_day_that_cannot_be_read_was_full, holders_setup, teardown_clock),
        T(the_most_urgent_first_then_in_order), T(a_number_waits_once_and_only_moves_up),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
