/* base/clock: Dutch civil days and the days on which the clock changes, ages, dates. */
#include "support/check.h"

#include "base/clock.h"

#include <stdio.h>
#include <time.h>

struct moment_row {
    const char *name;
    uint64_t at_s;
    const char *expected;
};

static const struct moment_row moment_rows[] = {
    { "moment: the beginning", 0, "1970-01-01 01:00" },
    { "moment: winter", 1768435200, "2026-01-15 01:00" },
    { "moment: the last second of winter time 2026", 1774745999, "2026-03-29 01:59" },
    { "moment: the first second of summer time 2026", 1774746000, "2026-03-29 03:00" },
    { "moment: the last second of summer time 2026", 1792889999, "2026-10-25 02:59" },
    { "moment: the first second of winter time 2026", 1792890000, "2026-10-25 02:00" },
    { "moment: a summer night is already the next day", 1782856800, "2026-07-01 00:00" },
    { "moment: a leap day", 1709161200, "2024-02-29 00:00" },
    { "moment: the leap day of 2000", 951782400, "2000-02-29 01:00" },
    { "moment: 2100 has no leap day", 4107538800, "2100-03-01 00:00" },
    { "moment: New Year", 946681200, "2000-01-01 00:00" },
};

static void test_moment(void **state)
{
    const struct moment_row *row = *state;
    char out[17], day[11];

    clock_format_nl(row->at_s, out);
    assert_string_equal(out, row->expected);
    date_format(clock_date_nl(row->at_s), day);
    assert_int_equal(strncmp(day, row->expected, 10), 0);
}

struct midnight_row {
    const char *name;
    struct date day;
    uint64_t at_s;
};

static const struct midnight_row midnight_rows[] = {
    { "midnight: winter", { 2024, 2, 29 }, 1709161200 },
    { "midnight: the day summer time begins", { 2026, 3, 29 }, 1774738800 },
    { "midnight: the day after", { 2026, 3, 30 }, 1774821600 },
    { "midnight: the day winter time begins", { 2026, 10, 25 }, 1792879200 },
    { "midnight: the day after that", { 2026, 10, 26 }, 1792969200 },
    { "midnight: 2 January 1970", { 1970, 1, 2 }, 82800 },
    { "midnight: 1 January 1970 counts as 0", { 1970, 1, 1 }, 0 },
    { "midnight: long ago counts as 0", { 1950, 6, 1 }, 0 },
};

static void test_midnight(void **state)
{
    const struct midnight_row *row = *state;

    assert_int_equal(clock_midnight_nl(row->day), row->at_s);
}

/* Every day of 130 years: midnight is its first second, the days follow each other, and the C library agrees on UTC. */
static void test_all_days(void **state)
{
    struct date d = { 1970, 1, 2 };

    (void)state;
    while (d.year < 2100) {
        uint64_t at = clock_midnight_nl(d);
        struct date next = date_add_days(d, 1);
        struct tm tm = { 0 };
        time_t noon = (time_t)at + 12 * 3600;

        assert_int_equal(date_compare(clock_date_nl(at), d), 0);
        assert_true(date_compare(clock_date_nl(at - 1), d) < 0);
        assert_non_null(gmtime_r(&noon, &tm));
        assert_int_equal(tm.tm_mday, d.day);
        assert_int_equal(tm.tm_mon + 1, d.month);
        assert_int_equal(tm.tm_year + 1900, d.year);
        assert_int_equal(date_compare(date_add_days(next, -1), d), 0);
        assert_true(date_compare(d, next) < 0);
        d = next;
    }
}

struct age_row {
    const char *name, *birth, *on;
    int years;
};

static const struct age_row age_rows[] = {
    { "age: the day before", "2010-05-20", "2026-05-19", 15 },
    { "age: the birthday", "2010-05-20", "2026-05-20", 16 },
    { "age: the day after", "2010-05-20", "2026-05-21", 16 },
    { "age: the month before", "2010-05-20", "2026-04-30", 15 },
    { "age: born today", "2026-05-20", "2026-05-20", 0 },
    { "age: 29 February, on 28 February", "2008-02-29", "2026-02-28", 17 },
    { "age: 29 February, on 1 March", "2008-02-29", "2026-03-01", 18 },
    { "age: 29 February, in a leap year", "2008-02-29", "2024-02-29", 16 },
    { "age: 29 February, the day before in a leap year", "2008-02-29", "2024-02-28", 15 },
};

static void test_age(void **state)
{
    const struct age_row *row = *state;
    struct date birth, on;

    assert_err(date_parse(row->birth, &birth), OK);
    assert_err(date_parse(row->on, &on), OK);
    assert_int_equal(date_age_years(birth, on), row->years);
}

struct date_row {
    const char *name, *text;
    enum err expected;
};

static const struct date_row date_rows[] = {
    { "date: plain", "2026-07-28", OK },
    { "date: leap day", "2024-02-29", OK },
    { "date: leap day of 2000", "2000-02-29", OK },
    { "date: the first", "1900-01-01", OK },
    { "date: the last", "2199-12-31", OK },
    { "date: 1900 has no leap day", "1900-02-29", ERR_RANGE },
    { "date: no leap year", "2026-02-29", ERR_RANGE },
    { "date: month 0", "2026-00-10", ERR_RANGE },
    { "date: month 13", "2026-13-10", ERR_RANGE },
    { "date: day 0", "2026-01-00", ERR_RANGE },
    { "date: day 31 of April", "2026-04-31", ERR_RANGE },
    { "date: before 1900", "1899-12-31", ERR_RANGE },
    { "date: after 2199", "2200-01-01", ERR_RANGE },
    { "date: nothing", "", ERR_SYNTAX },
    { "date: one digit", "2026-7-28", ERR_SYNTAX },
    { "date: slashes", "2026/07/28", ERR_SYNTAX },
    { "date: Dutch order", "28-07-2026", ERR_SYNTAX },
    { "date: a time behind it", "2026-07-28T", ERR_SYNTAX },
    { "date: a sign", "+026-07-28", ERR_SYNTAX },
    { "date: a space", "2026- 7-28", ERR_SYNTAX },
};

static void test_date(void **state)
{
    const struct date_row *row = *state;
    char *text = (char *)check_exact(row->text, strlen(row->text) + 1), out[11];
    struct date d = { 1, 2, 3 };

    assert_err(date_parse(text, &d), row->expected);
    date_format(d, out);
    assert_string_equal(out, row->expected == OK ? row->text : "0001-02-03");
    free(text);
}

/* Any moment may stand in something signed: it neither takes long nor shows another date than is meant. */
static void test_far_away(void **state)
{
    static const uint64_t moments[] = { 253402300799, 253402300800, (uint64_t)1 << 40, ((uint64_t)1 << 48) - 1, (uint64_t)1 << 48,
        (uint64_t)1 << 62, UINT64_MAX - 1, UINT64_MAX };
    uint64_t began = clock_mono_ms();
    struct date last = { .year = 9999 };
    char text[17];

    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct date d = clock_date_nl(moments[i]);

        assert_true(date_compare(d, last) >= 0);
        assert_in_range(d.month, 1, 12);
        assert_in_range(d.day, 1, 31);
        last = d;
        clock_format_nl(moments[i], text);
        assert_memory_equal(text, "9999-12-31", 10);
    }
    assert_int_equal(last.year, 8921556);
    for (int i = 0; i < 10000; i++)
        (void)clock_date_nl(UINT64_MAX);
    assert_in_range(clock_mono_ms() - began, 0, 20000);  /* year by year it would be for ever */
}

static void test_test_clock(void **state)
{
    uint64_t before, shifted, after;

    (void)state;
    assert_int_equal(unsetenv("SCHAKEL_CLOCK_OFFSET_S"), 0);
    before = clock_now_s();
    assert_true(before > 1700000000);
    assert_int_equal(setenv("SCHAKEL_CLOCK_OFFSET_S", "-86400", 1), 0);
    shifted = clock_now_s();
    assert_int_equal(unsetenv("SCHAKEL_CLOCK_OFFSET_S"), 0);
    after = clock_now_s();
#ifdef SCHAKEL_TEST_CLOCK
    assert_in_range(shifted, before - 86400, after - 86400);
#else
    assert_in_range(shifted, before, after);  /* a release cannot be told another time */
#endif
}

static void test_patience(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("SCHAKEL_TEST_PATIENCE"), 0);
    assert_int_equal(clock_patience_ms(8000), 8000);
    assert_int_equal(setenv("SCHAKEL_TEST_PATIENCE", "4", 1), 0);
#ifdef SCHAKEL_TEST_CLOCK
    assert_int_equal(clock_patience_ms(8000), 32000);
#else
    assert_int_equal(clock_patience_ms(8000), 8000);  /* nor to wait longer */
#endif
    for (const char *const *no = (const char *const[]){"0", "-1", "100", "", NULL}; *no != NULL; no++) {
        assert_int_equal(setenv("SCHAKEL_TEST_PATIENCE", *no, 1), 0);
        assert_int_equal(clock_patience_ms(8000), 8000);
    }
    assert_int_equal(unsetenv("SCHAKEL_TEST_PATIENCE"), 0);
}

static void test_monotonic(void **state)
{
    uint64_t before = clock_mono_ms(), after;
    struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

    (void)state;
    assert_int_equal(nanosleep(&pause, NULL), 0);
    after = clock_mono_ms();
    assert_in_range(after - before, 19, 600000);
}

#ifdef SCHAKEL_TEST_CLOCK
static uint64_t stands_still(uint64_t mono_ms)
{
    return mono_ms == 0 ? 0 : 77;
}

static void test_own_time(void **state)
{
    uint64_t before = clock_mono_ms();

    (void)state;
    clock_mono_own(stands_still);
    assert_int_equal(clock_mono_ms(), 77);
    clock_mono_own(NULL);
    assert_true(clock_mono_ms() >= before);
}
#endif

int main(void)
{
    struct check_list list = { 0 };

    for (size_t i = 0; i < sizeof moment_rows / sizeof *moment_rows; i++)
        check_add(&list, moment_rows[i].name, test_moment, &moment_rows[i]);
    for (size_t i = 0; i < sizeof midnight_rows / sizeof *midnight_rows; i++)
        check_add(&list, midnight_rows[i].name, test_midnight, &midnight_rows[i]);
    check_add(&list, "all days of 130 years", test_all_days, NULL);
    for (size_t i = 0; i < sizeof age_rows / sizeof *age_rows; i++)
        check_add(&list, age_rows[i].name, test_age, &age_rows[i]);
    for (size_t i = 0; i < sizeof date_rows / sizeof *date_rows; i++)
        check_add(&list, date_rows[i].name, test_date, &date_rows[i]);
    check_add(&list, "moments far away", test_far_away, NULL);
    check_add(&list, "the test clock is there only in test builds", test_test_clock, NULL);
    check_add(&list, "an answer is waited for longer only where tests may say so", test_patience, NULL);
    check_add(&list, "the monotonic clock goes on", test_monotonic, NULL);
#ifdef SCHAKEL_TEST_CLOCK
    check_add(&list, "a time of its own", test_own_time, NULL);
#endif
    return check_run(&list, "base/clock");
}
