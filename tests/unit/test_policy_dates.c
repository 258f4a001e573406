/*
 * Days are Dutch civil days: an event expires, a parameter changes and a birthday begins at midnight in the Netherlands, also on the days when
 * the clock changes, and not at midnight UTC.
 */
#include "tests/support/check.h"

#include "base/clock.h"
#include "policy/events.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

enum { DAYS = 90 };

/* A day and the moment at which it begins in the Netherlands, by another program than ours (date, with the zone's own tables). */
struct day {
    const char *name, *day;
    uint64_t begins_s;
};

static const struct day days[] = {
    { "a winter day", "2027-01-01", 1798758000 },
    { "a summer day", "2027-07-01", 1814392800 },
    { "the day with 23 hours", "2027-03-28", 1806188400 },
    { "the day after it", "2027-03-29", 1806271200 },
    { "the day with 25 hours", "2026-10-25", 1792879200 },
    { "the day after it", "2026-10-26", 1792969200 },
    { "a leap day", "2028-02-29", 1835391600 },
};

static struct date parsed(const char *text)
{
    struct date d;

    assert_err(date_parse(text, &d), OK);
    return d;
}

/* Does a report of absence that was made on this day count at a moment? */
static bool counts(const struct policy_pack *pack, struct date occurred, uint64_t at_s)
{
    struct policy_event e = { .code = policy_pack_find(pack, POLICY_SET_EVENTS, "VZM"),
        .setter_kind = policy_pack_find(pack, POLICY_SET_KINDS, "vo"),
        .setter = POLICY_SET_BY_HOLDER,
        .to_asker = true,
        .to_holder = true,
        .occurred = occurred };
    struct policy_events_request r = { .today = clock_date_nl(at_s) };
    struct policy_facts facts = { .age_years = -1 };

    policy_events_count(pack, &r, &e, 1, &facts);
    return facts.events != 0;
}

/* It counts through the last second of its ninetieth day, and from the first of its own. */
static void test_event(void **state)
{
    const struct day *d = *state;
    struct policy_pack *pack = support_policy_pack(PACK);
    struct date occurred = date_add_days(parsed(d->day), -(DAYS + 1));

    assert_true(counts(pack, occurred, d->begins_s - 1));
    assert_false(counts(pack, occurred, d->begins_s));
    assert_false(counts(pack, parsed(d->day), d->begins_s - 1));
    assert_true(counts(pack, parsed(d->day), d->begins_s));
    policy_pack_free(pack);
}

static void test_parameter(void **state)
{
    const struct day *d = *state;
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *pack = NULL;
    char table[256];
    uint64_t value = 0;

    (void)snprintf(table, sizeof table, "parameter,value,valid_from,source\nhours,16,2020-01-01,law\nhours,20,%s,law\n", d->day);
    texts.text[POLICY_TABLE_PARAMETERS] = table;
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &pack), OK);
    assert_err(policy_pack_parameter(pack, "hours", clock_date_nl(d->begins_s - 1), &value), OK);
    assert_int_equal(value, 16);
    assert_err(policy_pack_parameter(pack, "hours", clock_date_nl(d->begins_s), &value), OK);
    assert_int_equal(value, 20);
    policy_pack_free(pack);
}

/* The 12th, 16th and 18th birthday begin with their day; somebody born on a leap day has them on 1 March. */
static void test_birthday(void **state)
{
    static const int ages[] = { 12, 16, 18 };
    const struct day *d = *state;

    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        struct date born = parsed(d->day);

        born.year -= ages[i];
        if (born.month == 2 && born.day == 29 && (ages[i] == 18))
            continue;   /* 2010 has no such day */
        assert_int_equal(date_age_years(born, clock_date_nl(d->begins_s - 1)), ages[i] - 1);
        assert_int_equal(date_age_years(born, clock_date_nl(d->begins_s)), ages[i]);
    }
}

int main(void)
{
    static struct check_list list;
    static char name[3 * sizeof days / sizeof *days][64];
    static const struct {
        const char *what;
        CMUnitTestFunction run;
    } tests[] = { { "an event expires", test_event }, { "a parameter changes", test_parameter }, { "a birthday begins", test_birthday } };
    size_t n = 0;

    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        for (size_t k = 0; k < sizeof days / sizeof *days; k++, n++) {
            (void)snprintf(name[n], sizeof name[n], "%s: %s, %s", tests[i].what, days[k].name, days[k].day);
            check_add(&list, name[n], tests[i].run, &days[k]);
        }
    return check_run(&list, "policy, days in the Netherlands");
}
