/* hub/forget in core's rounds: a few in each, what was done before a crash stays done, and the rest is done after it. */
#include "support/check.h"
#include "support/hub_acts.h"

#include "hub/store_statement.h"

#include <sodium.h>

enum { MANY = 60, DAY = 86400 };

static uint64_t rows_of(struct hub_acts *f, kv_table table)
{
    struct kv_txn *x = NULL;
    uint64_t count = 0;

    assert_err(kv_begin(f->w.core->kv, false, &x), OK);
    assert_err(kv_count(x, table, &count), OK);
    kv_abort(x);
    return count;
}

/* As if B had acknowledged each. */
static void tell_many(struct hub_acts *f)
{
    uint8_t original[2048];
    struct proto_msg m;

    for (size_t i = 0; i < MANY; i++) {
        struct hub_statement s;
        struct hub_act_row row;
        struct kv_txn *x = NULL;

        hub_acts_facts(f, A, B, original, &m);
        hub_acts_expect(f, &m, A, PROTO_ACCEPTED);
        assert_err(kv_begin(f->w.core->kv, true, &x), OK);
        assert_err(hub_store_act_find(f->w.core->acts, x, m.head.id, &row), OK);
        assert_err(hub_store_statement_get(f->w.core->state.tables, x, row.carried, &s), OK);
        s.delivered[0].acked = true;
        assert_err(hub_store_statement_save(f->w.core->state.tables, x, &s), OK);
        assert_err(kv_commit(x), OK);
    }
}

static void what_is_left_goes_after_a_restart(void **state)
{
    struct hub_acts *f = *state;
    uint64_t left, before;

    tell_many(f);
    check_shift_clock(89 * DAY);
    for (size_t i = 0; i < MANY; i++)
        assert_err(hub_round_run(f->w.core, NULL), OK);
    assert_int_equal(rows_of(f, f->w.core->state.tables->statement), MANY);
    check_shift_clock(90 * DAY + 3600);
    assert_err(hub_round_run(f->w.core, NULL), OK);
    left = rows_of(f, f->w.core->state.tables->statement);
    for (size_t i = 0; left == MANY && i < 4; i++) {   /* it may have begun near the end */
        assert_err(hub_round_run(f->w.core, NULL), OK);
        left = rows_of(f, f->w.core->state.tables->statement);
    }
    assert_in_range(left, 1, MANY - 1);
    hub_world_core_close(&f->w);
    hub_world_core_open(&f->w);
    /* Opening is a round too. */
    before = left;
    left = rows_of(f, f->w.core->state.tables->statement);
    assert_in_range(left, 1, before);
    for (size_t i = 0; left != 0 && i < MANY; i++) {
        assert_err(hub_round_run(f->w.core, NULL), OK);
        before = left;
        left = rows_of(f, f->w.core->state.tables->statement);
        assert_true(before - left <= 16);
    }
    assert_int_equal(left, 0);
    assert_int_equal(rows_of(f, f->w.core->state.tables->original), 0);
    assert_int_equal(rows_of(f, f->w.core->state.tables->by_case), 0);
    assert_int_equal(rows_of(f, f->w.core->state.tables->by_subject), 0);
    check_shift_clock(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_left_goes_after_a_restart, hub_acts_setup, hub_acts_close),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
