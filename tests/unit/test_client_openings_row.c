/* client/openings: what the vault has of it, when it is not what was left there; found by tests/fuzz/fuzz_client_restart. */
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"

#include "base/wr.h"
#include "client/meta.h"
#include "client/openings_parts.h"

enum { VERSION = 1, BAD_STATE_AT = 1 + 5 * 8, OWES_AT = BAD_STATE_AT + 1, ROW_LEN = OWES_AT + 1, AT_ONCE = 4096 };

struct kept { uint64_t fetched, checked, answered, bad; uint8_t bad_state, owes; };

static size_t row_of(const struct kept *k, uint8_t row[ROW_LEN])
{
    struct wr w;

    wr_init(&w, row, ROW_LEN);
    wr_u8(&w, VERSION);
    wr_u64(&w, k->fetched);
    wr_u64(&w, k->checked);
    wr_u64(&w, k->answered);
    wr_u64(&w, 5);
    wr_u64(&w, k->bad);
    wr_u8(&w, k->bad_state);
    wr_u8(&w, k->owes);
    assert_err(wr_end(&w), OK);
    return w.len;
}

/* What the last call told. */
static struct trouble told;

static enum err open_with(struct client_fixture *f, const uint8_t *row, size_t len)
{
    struct client_node *n = client_fixture_node(f, VO);
    struct vault_txn *x = client_fixture_begin(f, VO);
    uint8_t *exact = check_exact(row, len);

    assert_err(client_meta_put(x, CLIENT_META_OPENINGS, exact, len), OK);
    client_fixture_commit(x);
    free(exact);
    told = (struct trouble){.lang = LANG_EN};
    return client_openings_open(n, &told);
}

static void close_it(struct client_fixture *f)
{
    struct client_node *n = client_fixture_node(f, VO);

    client_openings_close(n->openings);
    n->openings = NULL;
}

static void refused(struct client_fixture *f, const struct kept *k)
{
    uint8_t row[ROW_LEN];
    size_t len = row_of(k, row);

    assert_err(open_with(f, row, len), ERR_RANGE);
    assert_string_equal(told.text, "the store's row of what openings were checked cannot be read (range): put back a backup: schakel restore");
    assert_null(client_fixture_node(f, VO)->openings);
}

static void numbers_that_do_not_follow_each_other(void **state)
{
    const struct kept rows[] = { { .fetched = 3, .checked = 2, .answered = 3 }, { .fetched = UINT64_MAX }, { .fetched = 3, .checked = UINT64_MAX },
        { .fetched = 3, .bad = UINT64_MAX, .bad_state = CLIENT_OPENING_SEALED }, { .fetched = 3, .bad = 3, .bad_state = CLIENT_OPENING_END },
        { .fetched = 3, .owes = 2 } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused(*state, &rows[i]);
}

/* So a hub could leave it that laid open again what was judged, and a node must start all the same. */
static void what_was_judged_counts_as_fetched(void **state)
{
    const struct kept rows[] = { { .fetched = 3, .checked = 7, .answered = 6 },
        { .fetched = 3, .checked = 6, .bad = 7, .bad_state = CLIENT_OPENING_SEALED } };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t row[ROW_LEN];
        size_t len = row_of(&rows[i], row);

        assert_err(open_with(*state, row, len), OK);
        assert_int_equal(client_fixture_node(*state, VO)->openings->fetched, 7);
        assert_int_equal(client_fixture_node(*state, VO)->openings->checked, rows[i].checked);
        close_it(*state);
    }
}

static void every_prefix_and_one_byte_more(void **state)
{
    const struct kept k = { .fetched = 3, .checked = 2, .answered = 1, .bad = 3, .bad_state = CLIENT_OPENING_SEALED, .owes = 1 };
    uint8_t row[ROW_LEN + 1] = { 0 };
    size_t len = row_of(&k, row);

    for (size_t i = 0; i < len; i++)
        assert_err(open_with(*state, row, i), ERR_SHORT);
    assert_err(open_with(*state, row, len + 1), ERR_LONG);
    assert_err(open_with(*state, row, len), OK);
    assert_int_equal(client_fixture_node(*state, VO)->openings->bad, 3);
    close_it(*state);
}

/* In order, and far: a node that stepped through all of them would do nothing else for years. */
static void a_far_number_is_stepped_towards_a_part_at_a_time(void **state)
{
    const struct kept k = { .fetched = UINT64_C(1) << 50 };
    struct client_node *n = client_fixture_node(*state, VO);
    uint8_t row[ROW_LEN];
    size_t len = row_of(&k, row);

    assert_err(open_with(*state, row, len), OK);
    client_openings_settle(n);
    assert_int_equal(n->openings->checked, AT_ONCE);
    n->openings->settle_ms = 0;
    client_openings_settle(n);
    assert_int_equal(n->openings->checked, 2 * AT_ONCE);
    close_it(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = { client_fixture_test(numbers_that_do_not_follow_each_other), client_fixture_test(every_prefix_and_one_byte_more),
        client_fixture_test(what_was_judged_counts_as_fetched),
        client_fixture_test(a_far_number_is_stepped_towards_a_part_at_a_time) };

    return cmocka_run_group_tests_name("client_openings_row", tests, NULL, NULL);
}
