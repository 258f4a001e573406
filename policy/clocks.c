#include "policy/clocks.h"

enum { HOUR_S = 3600, DAY_S = 86400, SUNDAY = 0, SATURDAY = 6 };

/* The pack's number, but never longer than the model's. */
static unsigned term(const struct policy_pack *pack, const char *name, struct date on, unsigned longest)
{
    uint64_t value = 0;

    return policy_pack_parameter(pack, name, on, &value) == OK && value < longest ? (unsigned)value : longest;
}

/* 1970-01-01 was a Thursday; a day begins here on the evening before in UTC. */
static unsigned weekday(struct date day)
{
    return (unsigned)((clock_midnight_nl(day) / DAY_S + 1 + 4) % 7);
}

/* Easter Sunday of the Gregorian calendar, by the golden number, the century's corrections and the Sunday letter. */
static struct date easter(int year)
{
    int golden = year % 19, century = year / 100;
    int epact = (19 * golden + century - century / 4 - (8 * century + 13) / 25 + 15) % 30;
    int moon = epact - epact / 28 * (1 - 29 / (epact + 1) * ((21 - golden) / 11));
    int letter = (year + year / 4 + moon + 2 - century + century / 4) % 7;
    int from_march = moon - letter + 28;

    return from_march > 31 ? (struct date){ year, 4, from_march - 31 } : (struct date){ year, 3, from_march };
}

static bool is_liberation_year(const struct policy_pack *pack, struct date day)
{
    uint64_t every = 0;

    return policy_pack_parameter(pack, "liberation_day_years", day, &every) == OK && every != 0
        && (uint64_t)day.year % every == 0;
}

static bool is_kings_day(struct date day)
{
    struct date king = { day.year, 4, 27 };

    if (weekday(king) == SUNDAY)
        king.day = 26;
    return date_compare(day, king) == 0;
}

/* Easter Monday, Ascension day and Whit Monday, in days after Easter. */
static bool hangs_on_easter(struct date day)
{
    static const int after[] = { 1, 39, 50 };
    struct date sunday = easter(day.year);
    bool hangs = false;

    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        hangs = hangs || date_compare(day, date_add_days(sunday, after[i])) == 0;
    return hangs;
}

bool policy_clocks_is_working_day(const struct policy_pack *pack, struct date day)
{
    unsigned which = weekday(day);
    int in_year = day.month * 100 + day.day;

    if (which == SUNDAY || which == SATURDAY)
        return false;
    if (in_year == 101 || in_year == 1225 || in_year == 1226)
        return false;
    if (is_kings_day(day) || hangs_on_easter(day))
        return false;
    return in_year != 505 || !is_liberation_year(pack, day);
}

struct date policy_clocks_working_days_after(const struct policy_pack *pack, struct date from, unsigned days)
{
    while (days > 0) {
        from = date_add_days(from, 1);
        days -= policy_clocks_is_working_day(pack, from);
    }
    return from;
}

/* What may be done on this day may be done until the next begins. */
static uint64_t end_of(struct date day)
{
    return clock_midnight_nl(date_add_days(day, 1));
}

uint64_t policy_clocks_weigh_end(const struct policy_pack *pack, uint64_t from_s)
{
    return from_s
        + (uint64_t)HOUR_S * term(pack, "weigh_post_hours", clock_date_nl(from_s), POLICY_CLOCKS_WEIGH_HOURS);
}

uint64_t policy_clocks_eyes_end(const struct policy_pack *pack, uint64_t from_s)
{
    struct date day = clock_date_nl(from_s);

    return end_of(policy_clocks_working_days_after(pack, day, term(pack, "eyes_post_days", day, POLICY_CLOCKS_EYES_DAYS)));
}

static uint64_t days_end(const struct policy_pack *pack, uint64_t from_s, const char *name, unsigned longest)
{
    struct date day = clock_date_nl(from_s);

    return end_of(date_add_days(day, (int)term(pack, name, day, longest)));
}

uint64_t policy_clocks_inform_end(const struct policy_pack *pack, uint64_t from_s)
{
    return days_end(pack, from_s, "inform_after_days", POLICY_CLOCKS_INFORM_DAYS);
}

uint64_t policy_clocks_defer_end(const struct policy_pack *pack, uint64_t from_s)
{
    return days_end(pack, from_s, "inform_defer_days", POLICY_CLOCKS_DEFER_DAYS);
}
