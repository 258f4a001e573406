/* client/register_day: what registers got today is counted, and of another day nothing; a row that cannot be read is not taken for nothing. */
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"

#include "base/clock.h"
#include "client/meta.h"
#include "client/register_day.h"

#include <sodium.h>
#include <string.h>

enum { ROW_LEN = 12 };

static struct client_register_day today(struct client_fixture *f)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct client_register_day day = {.count = 77};

    assert_err(client_register_day_read(x, &day), OK);
    client_vault_abort(x);
    return day;
}

static void what_was_done_is_counted(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);

    assert_int_equal(today(f).count, 0);
    assert_int_equal(today(f).day, clock_now_s() / 86400);
    assert_err(client_register_day_add(n, 5), OK);
    assert_err(client_register_day_add(n, 0), OK);
    assert_err(client_register_day_add(n, 7), OK);
    assert_int_equal(today(f).count, 12);
}

/* A row as it is kept, of this day and count. */
static void put(struct client_fixture *f, uint64_t day, uint8_t count, size_t len)
{
    uint8_t row[ROW_LEN + 1] = {0};

    for (size_t i = 0; i < 8; i++)
        row[i] = (uint8_t)(day >> (56 - 8 * i));
    row[ROW_LEN - 1] = count;
    assert_err(client_meta_store(client_fixture_node(f, VO)->vault, CLIENT_META_REGISTER_DAY, row, len), OK);
}

static void of_yesterday_nothing_counts(void **state)
{
    struct client_fixture *f = *state;

    put(f, clock_now_s() / 86400 - 1, 200, ROW_LEN);
    assert_int_equal(today(f).count, 0);
    assert_err(client_register_day_add(client_fixture_node(f, VO), 3), OK);
    assert_int_equal(today(f).count, 3);
}

static void a_row_that_is_too_short_is_an_error(void **state)
{
    struct client_fixture *f = *state;

    for (size_t len = 0; len < ROW_LEN; len++) {
        struct client_register_day day = {.day = 3, .count = 77};
        struct vault_txn *x;

        put(f, clock_now_s() / 86400, 200, len);
        x = client_fixture_begin(f, VO);
        assert_err(client_register_day_read(x, &day), ERR_SHORT);
        client_vault_abort(x);
        assert_true(day.day == 3 && day.count == 77);
    }
    put(f, clock_now_s() / 86400, 200, ROW_LEN);
    assert_int_equal(today(f).count, 200);
}

/* Else nothing would be counted ever again. */
static void what_is_counted_takes_the_place_of_such_a_row(void **state)
{
    struct client_fixture *f = *state;

    for (size_t len = 0; len <= ROW_LEN + 1; len++) {
        put(f, clock_now_s() / 86400, 200, len);
        assert_err(client_register_day_add(client_fixture_node(f, VO), 3), OK);
        assert_int_equal(today(f).count, len == ROW_LEN ? 203 : 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(what_was_done_is_counted), client_fixture_test(of_yesterday_nothing_counts),
        client_fixture_test(a_row_that_is_too_short_is_an_error), client_fixture_test(what_is_counted_takes_the_place_of_such_a_row),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/register_day", tests, NULL, NULL);
}
