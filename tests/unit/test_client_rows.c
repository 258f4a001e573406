/* client/rows: an array keeps what is in it while it grows, and stays as it was when there is no memory. */
#include "tests/support/check.h"

#include "client/rows.h"

#include <stdlib.h>

static void what_is_in_it_stays_while_it_grows(void **state)
{
    size_t cap = 0, moved = 0, *rows = NULL;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        size_t before = cap, *more = client_rows_more(rows, i, &cap, sizeof *more);

        assert_non_null(more);
        assert_true(cap > i);
        /* Between two sizes it does not move. */
        assert_true(before == cap ? more == rows : i == before);
        moved += before != cap;
        rows = more;
        rows[i] = i;
    }
    assert_true(moved < 10);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(rows[i], i);
    free(rows);
}

/* More than there is memory for, by a size whose product does not fit. */
static void without_memory_it_stays_as_it_was(void **state)
{
    size_t cap = 16;
    char *rows = calloc(cap, 1);

    (void)state;
    assert_non_null(rows);
    rows[15] = 'x';
    assert_null(client_rows_more(rows, 16, &cap, SIZE_MAX / 4));
    assert_int_equal(cap, 16);
    assert_int_equal(rows[15], 'x');
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_in_it_stays_while_it_grows), cmocka_unit_test(without_memory_it_stays_as_it_was)};

    return cmocka_run_group_tests_name("client/rows", tests, NULL, NULL);
}
