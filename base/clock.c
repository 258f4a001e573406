#include "base/clock.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, HOUR_S = 3600, PATIENCE_MAX = 99 };

#ifdef SCHAKEL_TEST_CLOCK
/* Signed seconds that a test adds to the clock. */
static int64_t offset_s(void)
{
    const char *text = getenv("SCHAKEL_CLOCK_OFFSET_S");

    return text == NULL ? 0 : (int64_t)strtoll(text, NULL, 10);
}

static uint32_t patience(void)
{
    const char *text = getenv("SCHAKEL_TEST_PATIENCE");
    unsigned long times = text == NULL ? 1 : strtoul(text, NULL, 10);

    return times >= 1 && times <= PATIENCE_MAX ? (uint32_t)times : 1;
}

static uint64_t (*_Atomic own_time)(uint64_t mono_ms);

void clock_mono_own(uint64_t (*own)(uint64_t mono_ms))
{
    atomic_store(&own_time, own);
}

static uint64_t own_ms(uint64_t mono_ms)
{
    uint64_t (*own)(uint64_t mono_ms) = atomic_load(&own_time);

    return own != NULL ? own(mono_ms) : mono_ms;
}
#else
static uint32_t patience(void)
{
    return 1;
}

static int64_t offset_s(void)
{
    return 0;
}

static uint64_t own_ms(uint64_t mono_ms)
{
    return mono_ms;
}
#endif

uint64_t clock_now_s(void)
{
    struct timespec ts;

    if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
        abort();
    return (uint64_t)((int64_t)ts.tv_sec + offset_s());
}

uint64_t clock_mono_ms(void)
{
    struct timespec ts;

    if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
        abort();
    return own_ms((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

uint32_t clock_patience_ms(uint32_t ms)
{
    return ms * patience();
}

static int is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[13] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return month == 2 && is_leap(year) ? 29 : days[month];
}

/* Days from 1 January of year 1 to 1 January of this year. */
static int64_t days_before_year(int year)
{
    int64_t y = year - 1;

    return y * 365 + y / 4 - y / 100 + y / 400;
}

enum { DAYS_TO_1970 = 719162, DAYS_OF_400_YEARS = 146097, LAST_YEAR_SHOWN = 9999 };

/* Beyond it years would not fit an int. */
static const uint64_t moment_max = ((uint64_t)1 << 48) - 1;

/* Days since 1970-01-01; negative before. */
static int64_t day_number(struct date d)
{
    int64_t n = days_before_year(d.year) - DAYS_TO_1970;

    for (int m = 1; m < d.month; m++)
        n += month_days(d.year, m);
    return n + d.day - 1;
}

static struct date day_date(int64_t number)
{
    int64_t n = number + DAYS_TO_1970;
    struct date d = { .year = (int)(n * 400 / DAYS_OF_400_YEARS) + 1, .month = 1, .day = 1 };

    /* At most one year off: a moment far away, which anybody may sign, must not cost more than one of today. */
    while (days_before_year(d.year) > n)
        d.year--;
    while (days_before_year(d.year + 1) <= n)
        d.year++;
    n -= days_before_year(d.year);
    while (n >= month_days(d.year, d.month)) {
        n -= month_days(d.year, d.month);
        d.month++;
    }
    d.day = (int)n + 1;
    return d;
}

/* 01:00 UTC on the last Sunday of a month of 31 days: when summer time begins and ends (2000/84/EC). */
static int64_t last_sunday_s(int year, int month)
{
    int64_t last = day_number((struct date){ year, month, 31 });

    /* 1970-01-01 was a Thursday: day 3 a Sunday. */
    return (last - (last + 4) % 7) * DAY_S + HOUR_S;
}

/* Seconds that Dutch civil time is ahead of UTC. */
static int64_t ahead_s(int64_t at_s)
{
    int year = day_date(at_s / DAY_S).year;

    return at_s >= last_sunday_s(year, 3) && at_s < last_sunday_s(year, 10) ? 2 * HOUR_S : HOUR_S;
}

struct date clock_date_nl(uint64_t at_s)
{
    int64_t at = (int64_t)(at_s < moment_max ? at_s : moment_max);

    return day_date((at + ahead_s(at)) / DAY_S);
}

uint64_t clock_midnight_nl(struct date d)
{
    int64_t utc = day_number(d) * DAY_S, at;

    if (utc < DAY_S)
        return 0;
    /* The clock never changes at midnight, so the hour before it in UTC tells the season. */
    at = utc - HOUR_S;
    return (uint64_t)(utc - ahead_s(at));
}

struct date date_add_days(struct date d, int days)
{
    return day_date(day_number(d) + days);
}

int date_compare(struct date a, struct date b)
{
    if (a.year != b.year)
        return a.year < b.year ? -1 : 1;
    if (a.month != b.month)
        return a.month < b.month ? -1 : 1;
    return a.day < b.day ? -1 : a.day > b.day;
}

int date_age_years(struct date birth, struct date on)
{
    struct date birthday = { on.year, birth.month, birth.day };

    /* 29 February compares after the 28th and before 1 March, so no year needs an exception. */
    return on.year - birth.year - (date_compare(on, birthday) < 0 ? 1 : 0);
}

static int digits(const char *text, size_t count)
{
    int v = 0;

    for (size_t i = 0; i < count; i++)
        v = v * 10 + (text[i] - '0');
    return v;
}

enum err date_parse(const char *text, struct date *out)
{
    static const char shape[] = "dddd-dd-dd";
    struct date d;

    if (strnlen(text, sizeof shape) != sizeof shape - 1)
        return ERR_SYNTAX;
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return ERR_SYNTAX;
    d = (struct date){ digits(text, 4), digits(text + 5, 2), digits(text + 8, 2) };
    if (d.year < 1900 || d.year > 2199 || d.month < 1 || d.month > 12 || d.day < 1
        || d.day > month_days(d.year, d.month))
        return ERR_RANGE;
    *out = d;
    return OK;
}

static void put_digits(char *out, int value, size_t count)
{
    while (count-- > 0) {
        out[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

void date_format(struct date d, char out[11])
{
    /* Four digits of a year with more would be a date that is not meant. */
    if (d.year > LAST_YEAR_SHOWN)
        d = (struct date){ LAST_YEAR_SHOWN, 12, 31 };
    memcpy(out, "0000-00-00", 11);
    put_digits(out, d.year, 4);
    put_digits(out + 5, d.month, 2);
    put_digits(out + 8, d.day, 2);
}

void clock_format_nl(uint64_t at_s, char out[17])
{
    int64_t at = (int64_t)(at_s < moment_max ? at_s : moment_max);
    int minute = (int)((at + ahead_s(at)) % DAY_S / 60);

    date_format(clock_date_nl(at_s), out);
    memcpy(out + 10, " 00:00", 7);
    put_digits(out + 11, minute / 60, 2);
    put_digits(out + 14, minute % 60, 2);
}
