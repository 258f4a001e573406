/* client/audit: what is called over before its term can be is a gap: else an act could be left out of the list by calling it so. */
#include "tests/support/archive_played.h"

/* Number 2 as if it were over: with its own leaf, or without any, as what was never believed. */
static void call_over(struct openings_played *p, bool with_leaf, uint64_t at_s)
{
    struct client_archived was = row(p, 2), a = {.number = 2, .direction = was.direction, .kind = was.kind, .spent = true, .index = PROTO_NO_LEAF};
    uint8_t hash[PROTO_HASH_LEN] = {7};
    const uint8_t origin = 1;

    if (with_leaf) {
        a.index = was.index;
        a.time_s = at_s;
        a.envelope = (struct proto_blob){hash, sizeof hash};
        a.proof = (struct proto_blob){&origin, 1};
    }
    put_row(p, &a);
}

static void assert_gap(const struct client_audit_report *r, enum client_audit_fault why)
{
    assert_int_equal(r->gaps, 1);
    assert_int_equal(r->gap[0].number, 2);
    assert_string_equal(client_audit_why(r->gap[0].why, LANG_EN), client_audit_why(why, LANG_EN));
}

static void an_act_of_now_is_not_over(void **state)
{
    struct openings_played *p = *state;
    struct client_audit_report r;

    three_acts(p);
    call_over(p, true, row(p, 2).time_s);
    r = judge_after(p, 0);
    assert_gap(&r, CLIENT_AUDIT_EARLY);
    assert_int_equal(r.spent, 0);
    r = judge_after(p, 4);
    assert_gap(&r, CLIENT_AUDIT_EARLY);
    r = judge_after(p, 6);
    assert_int_equal(r.gaps, 0);
    assert_int_equal(r.spent, 1);
}

/* Nor when it says that it is older: the number before it tells when it was. */
static void an_older_day_does_not_fit(void **state)
{
    struct openings_played *p = *state;
    struct client_audit_report r;

    three_acts(p);
    call_over(p, true, row(p, 2).time_s - YEARS(6));
    r = judge_after(p, 0);
    assert_gap(&r, CLIENT_AUDIT_TIME);
}

static void what_had_no_leaf_is_over_with_the_next(void **state)
{
    struct openings_played *p = *state;
    struct client_audit_report r;

    three_acts(p);
    call_over(p, false, 0);
    r = judge_after(p, 4);
    assert_gap(&r, CLIENT_AUDIT_EARLY);
    r = judge_after(p, 6);
    assert_int_equal(r.gaps, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, openings_played_setup, openings_played_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_act_of_now_is_not_over), T(an_older_day_does_not_fit), T(what_had_no_leaf_is_over_with_the_next),
    };

    return cmocka_run_group_tests_name("client/archive_end, too early", tests, NULL, NULL);
}
