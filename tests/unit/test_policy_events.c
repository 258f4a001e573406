/*
 * Which statements count: by setter, reference, addressees, scope and day; and every event of every rule of
 * the pack.
 */
#include "tests/support/check.h"

#include "policy/eval.h"
#include "policy/events.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static const struct date day = { 2026, 3, 1 };

static uint8_t code(const char *name)
{
    return policy_pack_find(pack, POLICY_SET_EVENTS, name);
}

static uint8_t kind(const char *name)
{
    return policy_pack_find(pack, POLICY_SET_KINDS, name);
}

/* One statement, and what becomes of it. */
struct row {
    const char *name;
    const char *event, *kind;
    enum policy_setter setter;
    const char *with;          /* "asker holder reference ticked pair purpose", each or not */
    int days_ago, until;       /* until: days from today, 0 none */
    bool counted, unticked;
};

static const struct row rows[] = {
    { "a school reports absence to the officer", "VZM", "vo", POLICY_SET_BY_HOLDER, "asker", 0, 0, true,
        false },
    { "a third partner tells both", "VZM", "vo", POLICY_SET_BY_OTHER, "asker holder", 0, 0, true, false },
    { "a third partner tells the holder only", "VZM", "vo", POLICY_SET_BY_OTHER, "holder", 0, 0, false,
        false },
    { "a third partner tells the asker only", "VZM", "vo", POLICY_SET_BY_OTHER, "asker", 0, 0, false, false },
    { "the holder tells nobody", "VZM", "vo", POLICY_SET_BY_HOLDER, "", 0, 0, false, false },
    { "the holder tells itself", "VZM", "vo", POLICY_SET_BY_HOLDER, "holder", 0, 0, false, false },
    { "a kind that may not set it", "VZM", "jgz", POLICY_SET_BY_OTHER, "asker holder reference ticked", 0, 0,
        false, false },
    { "the asker without a reference", "VZM", "leerplicht", POLICY_SET_BY_ASKER, "holder", 0, 0, false,
        false },
    { "the asker with a tick of nothing", "VZM", "leerplicht", POLICY_SET_BY_ASKER, "holder ticked", 0, 0,
        false, false },
    { "the asker with a reference to be ticked", "VZM", "leerplicht", POLICY_SET_BY_ASKER, "holder reference",
        0, 0, false, true },
    { "the asker with a reference that was ticked", "VZM", "leerplicht", POLICY_SET_BY_ASKER,
        "holder reference ticked", 0, 0, true, false },
    { "the asker tells not the holder", "VZM", "leerplicht", POLICY_SET_BY_ASKER, "asker reference ticked", 0,
        0, false, false },
    { "the asker where it may never", "LRV", "leerplicht", POLICY_SET_BY_ASKER, "holder reference ticked", 0,
        0, false, false },
    { "the holder where the asker may never", "LRV", "leerplicht", POLICY_SET_BY_HOLDER, "asker", 0, 0, true,
        false },
    { "acute danger by the asker", "ACUTE", "jgz", POLICY_SET_BY_ASKER, "holder pair", 0, 0, true, false },
    { "acute danger by a kind that may not ask", "ACUTE", "werkgever", POLICY_SET_BY_ASKER, "holder pair", 0,
        0, true, false },
    { "between these two", "COPY_GIVEN", "po", POLICY_SET_BY_HOLDER, "asker pair", 0, 0, true, false },
    { "between two others", "COPY_GIVEN", "po", POLICY_SET_BY_HOLDER, "asker", 0, 0, false, false },
    { "for this purpose", "INFORMED", "po", POLICY_SET_BY_HOLDER, "asker purpose", 0, 0, true, false },
    { "for another purpose", "INFORMED", "po", POLICY_SET_BY_HOLDER, "asker", 0, 0, false, false },
    { "for another purpose, but about the child", "VZM", "po", POLICY_SET_BY_HOLDER, "asker", 0, 0, true,
        false },
    { "tomorrow", "VZM", "vo", POLICY_SET_BY_HOLDER, "asker", -1, 0, false, false },
    { "on its last day", "VZM", "vo", POLICY_SET_BY_HOLDER, "asker", 90, 0, true, false },
    { "the day after", "VZM", "vo", POLICY_SET_BY_HOLDER, "asker", 91, 0, false, false },
    { "a tick on the day after comes too late", "VZM", "leerplicht", POLICY_SET_BY_ASKER, "holder reference",
        91, 0, false, false },
    { "of one day, on the next", "ACUTE", "jgz", POLICY_SET_BY_ASKER, "holder pair", 1, 0, true, false },
    { "of one day, after two", "ACUTE", "jgz", POLICY_SET_BY_ASKER, "holder pair", 2, 0, false, false },
    { "until ended, long ago", "ABS", "leerplicht", POLICY_SET_BY_HOLDER, "asker", 3000, 0, true, false },
    { "ended tomorrow", "ABS", "leerplicht", POLICY_SET_BY_HOLDER, "asker", 9, 1, true, false },
    { "ended yesterday", "ABS", "leerplicht", POLICY_SET_BY_HOLDER, "asker", 9, -1, false, false },
    { "ended before its last day", "VZM", "vo", POLICY_SET_BY_HOLDER, "asker", 9, -1, false, false },
    { "ended after its last day", "VZM", "vo", POLICY_SET_BY_HOLDER, "asker", 91, 5, false, false },
    { "the system's event, set by a school", "CASE", "vo", POLICY_SET_BY_HOLDER, "asker purpose pair", 0, 0,
        false, false },
    { "the system's event, set by the asker", "CASE", "vo", POLICY_SET_BY_ASKER,
        "holder purpose reference ticked", 0, 0, false, false },
};

static struct policy_facts count(const struct policy_event *s, size_t n, bool both)
{
    struct policy_events_request request = { .purpose = 3, .both_accepted = both, .today = day };
    struct policy_facts facts = { .events = ~UINT64_C(0), .unticked = ~UINT64_C(0) };

    policy_events_count(pack, &request, s, n, &facts);
    return facts;
}

static struct policy_event made(const struct row *r)
{
    struct policy_event s = { .code = code(r->event), .setter_kind = kind(r->kind), .setter = r->setter };

    s.to_asker = strstr(r->with, "asker") != NULL;
    s.to_holder = strstr(r->with, "holder") != NULL;
    s.has_reference = strstr(r->with, "reference") != NULL;
    s.ticked = strstr(r->with, "ticked") != NULL;
    s.of_pair = strstr(r->with, "pair") != NULL;
    s.purpose = strstr(r->with, "purpose") != NULL ? 3 : 4;
    s.occurred = date_add_days(day, -r->days_ago);
    if (r->until != 0)
        s.until = date_add_days(day, r->until);
    return s;
}

static void test_row(void **state)
{
    const struct row *r = *state;
    struct policy_event s = made(r);
    struct policy_facts f = count(&s, 1, false);
    uint64_t bit = UINT64_C(1) << s.code;

    assert_int_equal(f.events, r->counted ? bit : 0);
    assert_int_equal(f.unticked, r->unticked ? bit : 0);
}

static void test_none(void **state)
{
    struct policy_facts f = count(NULL, 0, false);

    (void)state;
    assert_int_equal(f.events, 0);
    assert_int_equal(f.unticked, 0);
}

static void test_last_day_given(void **state)
{
    struct policy_event s = made(&rows[0]);

    (void)state;
    s.until = day;
    assert_int_equal(count(&s, 1, false).events, UINT64_C(1) << s.code);
}

/* Over for everybody: past its days, or past the day it was given. Of a code that is not in the pack only that day is known. */
static void test_is_over(void **state)
{
    struct policy_event s = { .code = code("VZM"), .occurred = day };

    (void)state;
    assert_false(policy_events_is_over(pack, &s, date_add_days(day, 90)));
    assert_true(policy_events_is_over(pack, &s, date_add_days(day, 91)));
    s.until = date_add_days(day, 5);
    assert_false(policy_events_is_over(pack, &s, date_add_days(day, 5)));
    assert_true(policy_events_is_over(pack, &s, date_add_days(day, 6)));
    s.code = POLICY_UNKNOWN;
    assert_true(policy_events_is_over(pack, &s, date_add_days(day, 6)));
    s.until = (struct date){ 0 };
    assert_false(policy_events_is_over(pack, &s, date_add_days(day, 4000)));
}

static void test_both_accepted(void **state)
{
    (void)state;
    assert_int_equal(count(NULL, 0, true).events, UINT64_C(1) << code("CASE"));
}

static void test_pack_without_system_event(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_events_request request = { .both_accepted = true, .today = day };
    struct policy_facts f = { 0 };
    struct policy_pack *p = NULL;

    (void)state;
    texts.text[POLICY_TABLE_EVENTS] =
        "event,meaning,set_by,by_requester,scope,valid_days\nVZM,a,ANY,no,child,\n"
        "LRV,a,ANY,no,child,\nCASE,a,ANY,no,child,\n";
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
    policy_events_count(p, &request, NULL, 0, &f);
    assert_int_equal(f.events, 0);
    policy_pack_free(p);
}

static void test_counted_wins(void **state)
{
    struct policy_event s[3];
    struct policy_facts f;

    (void)state;
    s[0] = made(&rows[9]);
    s[1] = made(&rows[10]);
    s[2] = made(&rows[14]);
    f = count(s, 3, false);
    assert_int_equal(f.events, UINT64_C(1) << code("VZM") | UINT64_C(1) << code("ACUTE"));
    assert_int_equal(f.unticked, 0);
}

/* Indexes from a message may be anything. */
static void test_unknown(void **state)
{
    struct policy_event s = made(&rows[1]);

    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        s.code = (uint8_t)i;
        if (i >= pack->set[POLICY_SET_EVENTS].count)
            assert_int_equal(count(&s, 1, true).events, UINT64_C(1) << code("CASE"));
    }
    s = made(&rows[1]);
    for (size_t i = pack->set[POLICY_SET_KINDS].count; i < 256; i++) {
        s.setter_kind = (uint8_t)i;
        assert_int_equal(count(&s, 1, false).events, 0);
    }
}

/* ---- every event of every rule, by every kind ---- */

/* One rule, one asker and holder, one event of it that is tried. */
struct trial {
    const struct policy_rule *rule;
    struct policy_facts facts;
    uint8_t section, event;
};

static bool is_set_by(uint8_t event, uint8_t setter)
{
    const char *words = csv_cell(pack->csv[POLICY_TABLE_EVENTS], event, 2);
    const char *name = policy_pack_name(pack, POLICY_SET_KINDS, setter), *at = strstr(words, name);
    bool school = strcmp(pack->group[setter], "school") == 0;

    if (strcmp(words, "ANY") == 0 || (school && strncmp(words, "SCHOOL", 6) == 0))
        return true;
    while (at != NULL
        && !((at == words || at[-1] == ' ') && (at[strlen(name)] == '\0' || at[strlen(name)] == ' ')))
        at = strstr(at + 1, name);
    return at != NULL;
}

/* The tried event from one setter; all else that the rule needs is there. */
static enum policy_verdict with(const struct trial *t, uint8_t setter_kind, enum policy_setter setter,
    const char *reference)
{
    struct policy_events_request request = { .purpose = t->facts.purpose, .today = day };
    struct policy_event s = { .code = t->event,
        .setter_kind = setter_kind,
        .setter = setter,
        .to_asker = true,
        .to_holder = true,
        .of_pair = true,
        .purpose = t->facts.purpose,
        .occurred = day };
    struct policy_facts f = t->facts;
    struct policy_decision d;
    bool counted;

    s.has_reference = strcmp(reference, "no") != 0;
    s.ticked = strcmp(reference, "ticked") == 0;
    policy_events_count(pack, &request, &s, 1, &f);
    counted = f.events != 0;
    assert_int_equal(f.events | f.unticked, counted || f.unticked != 0 ? UINT64_C(1) << t->event : 0);
    for (size_t i = 0; i < t->rule->needs; i++)
        if ((t->rule->need[i] >> t->event & 1) == 0)
            f.events |= t->rule->need[i];
    policy_eval_section(pack, &f, t->section, &d);
    /* Another rule may be open with what this one needs besides. */
    if (d.verdict != POLICY_NEED_EVENT && &pack->rule[d.rule] != t->rule)
        return counted ? POLICY_PERMIT : POLICY_NEED_EVENT;
    return d.verdict;
}

static void try_event(const struct trial *t)
{
    static const char *const by[] = { "no", "ref", "yes" };
    const char *by_requester = csv_cell(pack->csv[POLICY_TABLE_EVENTS], t->event, 3);
    uint8_t asker = t->facts.asker_kind;
    bool competent = is_set_by(t->event, asker), ref = competent && strcmp(by_requester, by[1]) == 0;
    bool yes = competent && strcmp(by_requester, by[2]) == 0;

    for (uint8_t k = 0; k < pack->set[POLICY_SET_KINDS].count; k++)
        assert_int_equal(with(t, k, POLICY_SET_BY_OTHER, "no"),
            is_set_by(t->event, k) ? POLICY_PERMIT : POLICY_NEED_EVENT);
    assert_int_equal(with(t, t->facts.holder_kind, POLICY_SET_BY_HOLDER, "no"),
        is_set_by(t->event, t->facts.holder_kind) ? POLICY_PERMIT : POLICY_NEED_EVENT);
    assert_int_equal(with(t, asker, POLICY_SET_BY_ASKER, "no"), yes ? POLICY_PERMIT : POLICY_NEED_EVENT);
    assert_int_equal(with(t, asker, POLICY_SET_BY_ASKER, "shown"), yes ? POLICY_PERMIT : POLICY_NEED_EVENT);
    assert_int_equal(
        with(t, asker, POLICY_SET_BY_ASKER, "ticked"), yes || ref ? POLICY_PERMIT : POLICY_NEED_EVENT);
}

/* All askers and holders of a rule, with its first purpose and section that it decides on. */
static size_t try_rule(const struct policy_rule *r)
{
    struct trial t = { .rule = r };
    size_t tried = 0;

    t.facts = (struct policy_facts){ .member = true, .weighed = true, .second = true, .age_years = r->age_max,
        .given = POLICY_WHO_PEOPLE, .custody = POLICY_WHO_G1 };
    for (t.facts.asker_kind = 0; t.facts.asker_kind < POLICY_KINDS_MAX; t.facts.asker_kind++)
        for (t.facts.holder_kind = 0; t.facts.holder_kind < POLICY_KINDS_MAX; t.facts.holder_kind++)
            for (t.facts.purpose = 0; t.facts.purpose < POLICY_PURPOSES_MAX; t.facts.purpose++)
                for (t.section = 0; t.section < POLICY_SECTIONS_MAX; t.section++) {
                    struct policy_facts open = t.facts;
                    struct policy_decision d;

                    open.events = r->events;
                    policy_eval_section(pack, &open, t.section, &d);
                    if (d.rule < 0 || &pack->rule[d.rule] != r)
                        continue;
                    assert_int_equal(d.verdict, POLICY_PERMIT);
                    for (t.event = 0; t.event < POLICY_EVENTS_MAX; t.event++)
                        if ((r->events >> t.event & 1) != 0 && !pack->event[t.event].system) {
                            try_event(&t);
                            tried++;
                        }
                }
    return tried;
}

static void test_rule(void **state)
{
    const struct policy_rule *r = *state;

    if (try_rule(r) == 0)
        fail_msg("%s is never the rule that decides", r->id);
}

/* Rules whose only event is the system's, or none, have no setter to try. */
static bool has_setters(const struct policy_rule *r)
{
    uint64_t system = UINT64_C(1) << pack->system_event;

    return (r->events & ~system) != 0;
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    check_add(&list, "no statements", test_none, NULL);
    check_add(&list, "the last day it was given", test_last_day_given, NULL);
    check_add(&list, "over for everybody", test_is_over, NULL);
    check_add(&list, "both accepted", test_both_accepted, NULL);
    check_add(&list, "a pack without an event of the system", test_pack_without_system_event, NULL);
    check_add(&list, "what counts does not wait for a tick", test_counted_wins, NULL);
    check_add(&list, "indexes that are not in the pack", test_unknown, NULL);
    for (size_t i = 0; i < pack->rules; i++)
        if (has_setters(&pack->rule[i]))
            check_add(&list, pack->rule[i].id, test_rule, &pack->rule[i]);
    failed = check_run(&list, "policy/events");
    policy_pack_free(pack);
    return failed;
}
