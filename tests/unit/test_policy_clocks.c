/* Working days of the Netherlands, and the last moments of what is done afterwards. */
#include "tests/support/check.h"

#include "policy/clocks.h"
#include "tests/support/policy.h"

#include <stdlib.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;

static struct date day(const char *text)
{
    struct date d = { 0, 0, 0 };

    assert_int_equal(date_parse(text, &d), OK);
    return d;
}

/* ---- days ---- */

static const struct days {
    const char *name, *day;
    bool works;
} days[] = {
    { "a Wednesday", "2026-11-25", true }, { "a Friday", "2026-11-27", true }, { "a Saturday", "2026-11-28", false },
    { "a Sunday", "2026-11-29", false }, { "a Monday", "2026-11-30", true },
    { "New Year on a Friday", "2027-01-01", false }, { "the day before New Year", "2026-12-31", true },
    { "Good Friday", "2026-04-03", true }, { "Easter Monday", "2026-04-06", false },
    { "the day after Easter Monday", "2026-04-07", true }, { "Easter Monday in March", "2027-03-29", false },
    { "Easter Monday of the earliest Easter in a century", "2008-03-24", false },
    { "Easter Monday of the latest Easter in a century", "2038-04-26", false },
    { "Easter Monday where the full moon is moved by a day, 1954", "1954-04-19", false },
    { "Easter Monday where the full moon is moved by a day, 1981", "1981-04-20", false },
    { "King's day on a Monday", "2026-04-27", false },
    { "King's day when the 27th is a Sunday is on Saturday; Monday works", "2025-04-28", true },
    { "Ascension day", "2026-05-14", false }, { "the day after Ascension day", "2026-05-15", true },
    { "Whit Monday", "2026-05-25", false }, { "the Tuesday after Whitsun", "2026-05-26", true },
    { "5 May in a year that is no lustrum", "2026-05-05", true }, { "5 May in a lustrum", "2045-05-05", false },
    { "the day before it", "2045-05-04", true }, { "5 May before the pack's parameter counts", "2025-05-05", true },
    { "Christmas", "2026-12-25", false }, { "the second day of Christmas, on a Monday", "2033-12-26", false },
    { "Christmas Eve", "2026-12-24", true },
};

static void test_day(void **state)
{
    const struct days *row = *state;

    assert_int_equal(policy_clocks_is_working_day(pack, day(row->day)), row->works);
}

/* ---- terms ---- */

/* Granted on a day at noon: so many working days after it. */
static const struct after {
    const char *name, *from;
    unsigned days;
    const char *last;
} after[] = {
    { "on a Monday", "2026-11-23", 1, "2026-11-24" }, { "on a Friday", "2026-11-27", 1, "2026-11-30" },
    { "on a Saturday", "2026-11-28", 1, "2026-11-30" }, { "before Christmas of 2026", "2026-12-24", 1, "2026-12-28" },
    { "before Easter, on Good Friday", "2026-04-03", 1, "2026-04-07" }, { "ten over Easter", "2026-03-30", 10, "2026-04-14" },
    { "five over King's day", "2026-04-24", 5, "2026-05-04" }, { "none", "2026-11-28", 0, "2026-11-28" },
};

static void test_after(void **state)
{
    const struct after *row = *state;
    char text[11];

    date_format(policy_clocks_working_days_after(pack, day(row->from), row->days), text);
    assert_string_equal(text, row->last);
}

/* A pack with another parameter of this name from 2026-06-01. */
static struct policy_pack *with(const char *name, unsigned value)
{
    struct policy_pack *other = malloc(sizeof *other);

    assert_non_null(other);
    *other = *pack;
    other->parameter[other->parameters++] = (struct policy_parameter){ .name = name, .value = value, .from = day("2026-06-01") };
    return other;
}

static void assert_end(uint64_t end_s, const char *expected)
{
    char text[17];

    clock_format_nl(end_s, text);
    assert_string_equal(text, expected);
}

static void test_ends(void **state)
{
    uint64_t noon = clock_midnight_nl(day("2026-11-27")) + 12 * 3600;

    (void)state;
    assert_end(policy_clocks_weigh_end(pack, noon), "2026-11-28 12:00");
    assert_end(policy_clocks_eyes_end(pack, noon), "2026-12-01 00:00");
    assert_end(policy_clocks_inform_end(pack, noon), "2026-12-28 00:00");
    assert_end(policy_clocks_defer_end(pack, noon), "2026-12-12 00:00");
    /* The clock goes forward in the night to 28 March 2027: 24 hours are 24 hours, days are days. */
    noon = clock_midnight_nl(day("2027-03-27")) + 12 * 3600;
    assert_end(policy_clocks_weigh_end(pack, noon), "2027-03-28 13:00");
    assert_end(policy_clocks_eyes_end(pack, noon), "2027-03-31 00:00");   /* the 29th is Easter Monday */
}

/* A region may ask sooner, from its day; never later. */
static void test_terms_of_a_region(void **state)
{
    static const struct { const char *name; unsigned value; uint64_t (*end)(const struct policy_pack *, uint64_t); const char *before, *since; } rows[] = {
        { "weigh_post_hours", 6, policy_clocks_weigh_end, "2026-05-30 12:00", "2026-06-03 18:00" },
        { "weigh_post_hours", 48, policy_clocks_weigh_end, "2026-05-30 12:00", "2026-06-04 12:00" },
        { "eyes_post_days", 0, policy_clocks_eyes_end, "2026-06-02 00:00", "2026-06-04 00:00" },
        { "eyes_post_days", 5, policy_clocks_eyes_end, "2026-06-02 00:00", "2026-06-05 00:00" },
        { "inform_after_days", 7, policy_clocks_inform_end, "2026-06-29 00:00", "2026-06-11 00:00" },
        { "inform_after_days", 60, policy_clocks_inform_end, "2026-06-29 00:00", "2026-07-04 00:00" },
        { "inform_defer_days", 7, policy_clocks_defer_end, "2026-06-13 00:00", "2026-06-11 00:00" },
        { "inform_defer_days", 15, policy_clocks_defer_end, "2026-06-13 00:00", "2026-06-18 00:00" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct policy_pack *other = with(rows[i].name, rows[i].value);

        assert_end(rows[i].end(other, clock_midnight_nl(day("2026-05-29")) + 12 * 3600), rows[i].before);
        assert_end(rows[i].end(other, clock_midnight_nl(day("2026-06-03")) + 12 * 3600), rows[i].since);
        free(other);
    }
}

static void test_liberation_day(void **state)
{
    static const struct { unsigned every; bool works_2027, works_2045; } rows[] = { { 1, false, false }, { 0, true, true }, { 10, true, true } };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct policy_pack *other = with("liberation_day_years", rows[i].every);

        assert_int_equal(policy_clocks_is_working_day(other, day("2027-05-05")), rows[i].works_2027);
        assert_int_equal(policy_clocks_is_working_day(other, day("2045-05-05")), rows[i].works_2045);
        free(other);
    }
}

/* A pack without any of these numbers has the model's. */
static void test_no_parameters(void **state)
{
    struct policy_pack *bare = malloc(sizeof *bare);
    uint64_t noon = clock_midnight_nl(day("2026-11-27")) + 12 * 3600;

    (void)state;
    assert_non_null(bare);
    *bare = *pack;
    bare->parameters = 0;
    assert_end(policy_clocks_weigh_end(bare, noon), "2026-11-28 12:00");
    assert_end(policy_clocks_eyes_end(bare, noon), "2026-12-01 00:00");
    assert_true(policy_clocks_is_working_day(bare, day("2045-05-05")));
    free(bare);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        check_add(&list, days[i].name, test_day, &days[i]);
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        check_add(&list, after[i].name, test_after, &after[i]);
    check_add(&list, "the last moments", test_ends, NULL);
    check_add(&list, "the terms of a region", test_terms_of_a_region, NULL);
    check_add(&list, "liberation day", test_liberation_day, NULL);
    check_add(&list, "no parameters", test_no_parameters, NULL);
    failed = check_run(&list, "policy/clocks");
    policy_pack_free(pack);
    return failed;
}
