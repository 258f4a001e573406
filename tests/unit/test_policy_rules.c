/*
 * Every rule of the Dutch pack at every border: one test for each rule, its rows made from the text of the table and run
 * as "policy test" runs them. For a rule of mode A or C asker, holder and section are taken where no other rule matches
 * (or none that its events could open), so that what must come out follows from the rule alone: with all it asks it
 * permits, and one thing less gives exactly the answer that says so.
 */
#include "tests/support/check.h"

#include "base/file.h"
#include "policy/cases.h"
#include "policy/words.h"
#include "tests/support/policy.h"
#include "tests/support/policy_naive.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

enum { TEXT_MAX = 128 * 1024 };

static struct policy_pack *pack;
static struct naive_pack naive;
static size_t rows_in_all;

/* Where a rule is looked at, and its rows so far. */
struct place {
    const struct naive_rule *rule;
    size_t index, asker, purpose, holder, section;
    size_t rows;
    char text[TEXT_MAX];
};

/* What one row says; NULL is as the rule asks it. */
struct row {
    int age;
    const char *custody, *events, *consent, *flags, *expected, *why;
};

/* Whether a rule waits for something that none of the events of this one is. */
static bool waits(const struct naive_rule *r, const struct naive_rule *by)
{
    for (int g = 0; g < r->groups; g++) {
        bool met = false;

        for (int h = 0; h < by->groups; h++)
            for (size_t e = 0; e < 64; e++)
                met = met || (r->event[g][e] && by->event[h][e]);
        if (!met)
            return true;
    }
    return false;
}

/*
 * How many other rules match here. never_too: all of them count; else only those that never permit. Where nothing is
 * quite alone, a rule without ages may stand beside ones that its own events cannot open.
 */
static size_t others(const struct place *at, bool never_too, bool beside)
{
    size_t n = 0;

    for (size_t i = 0; i < naive.rules; i++) {
        const struct naive_rule *r = &naive.rule[i];

        n += i != at->index && (never_too || r->mode == 'N') && r->asker[at->asker] && r->purpose[at->purpose]
            && r->holder[at->holder] && r->section[at->section]
            && !(beside && r->mode != 'N' && r->lowest < 0 && at->rule->lowest < 0 && waits(r, at->rule));
    }
    return n;
}

/* The first place where no other rule matches. False if there is none. */
static bool alone(struct place *at, bool beside)
{
    const struct naive_rule *r = at->rule;

    for (at->purpose = 0; at->purpose < naive.purposes.count; at->purpose++)
        for (at->asker = 0; r->purpose[at->purpose] && at->asker < naive.kinds.count; at->asker++)
            for (at->holder = 0; r->asker[at->asker] && at->holder < naive.kinds.count; at->holder++)
                for (at->section = 0; r->holder[at->holder] && at->section < naive.sections.count; at->section++)
                    if (r->section[at->section] && others(at, r->mode != 'N', beside) == 0)
                        return true;
    return false;
}

/* ---- rows ---- */

static void add(struct place *at, const char *part)
{
    size_t used = strlen(at->text);

    assert_true(used + strlen(part) < TEXT_MAX);
    memcpy(at->text + used, part, strlen(part) + 1);
}

/* Whose yes is needed at an age, with two parents who hold custody. */
static const char *everybody(int age)
{
    return age < 12 ? "g1 g2" : age < 16 ? "y g1 g2" : "y";
}

/* The first event of each group; of group less nothing, and behind it a suffix. */
static const char *events(const struct place *at, int group, const char *suffix)
{
    static char words[512];

    words[0] = '\0';
    for (int g = 0; g < at->rule->groups; g++)
        for (size_t e = 0; e < naive.events.count; e++)
            if (at->rule->event[g][e]) {
                size_t used = strlen(words);

                if (g != group || suffix != NULL)
                    (void)snprintf(words + used, sizeof words - used, "%s%s%s", used == 0 ? "" : " ", naive.events.name[e],
                        g == group ? suffix : "");
                break;
            }
    return words;
}

static void put(struct place *at, const struct row *r)
{
    char line[1024], age[16] = "";

    if (r->age >= 0)
        (void)snprintf(age, sizeof age, "%d", r->age);
    (void)snprintf(line, sizeof line, "%s-%zu,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", at->rule->id, at->rows++,
        naive.kinds.name[at->asker], naive.purposes.name[at->purpose], naive.kinds.name[at->holder],
        naive.sections.name[at->section], age, r->custody != NULL ? r->custody : "g1 g2",
        r->events != NULL ? r->events : events(at, -1, NULL),
        r->consent != NULL ? r->consent : at->rule->mode == 'C' ? everybody(r->age) : "",
        r->flags != NULL ? r->flags : "weighed second", r->expected, r->why);
    add(at, line);
}

/* "PERMIT,R01" */
static const char *permit(const struct place *at)
{
    static char text[NAIVE_NAME_MAX + 8];

    (void)snprintf(text, sizeof text, "PERMIT,%s", at->rule->id);
    return text;
}

static bool is_age(const struct place *at, int age)
{
    return at->rule->lowest < 0 || (age >= at->rule->lowest && age <= at->rule->highest);
}

/* Some age of the rule. */
static int some_age(const struct place *at)
{
    return is_age(at, 14) ? 14 : at->rule->lowest;
}

static void ages(struct place *at)
{
    static const int borders[] = { 0, 11, 12, 15, 16, 17, 18, 22, 23 };

    for (size_t i = 0; i < sizeof borders / sizeof *borders; i++)
        put(at, &(struct row){ .age = borders[i], .expected = is_age(at, borders[i]) ? permit(at) : "DENY,NOT_IN_MATRIX",
                    .why = "an age at a border" });
    if (at->rule->mode == 'C')
        put(at, &(struct row){ .age = -1, .consent = "y g1 g2 rep", .expected = "NEED_CONSENT,", .why = "nobody knows the age" });
    else
        put(at, &(struct row){ .age = -1, .expected = at->rule->lowest >= 0 ? "DENY,NOT_IN_MATRIX" : permit(at),
                    .why = "nobody knows the age" });
}

static bool asker_may_set(const struct place *at, size_t event)
{
    return (pack->event[event].set_by >> at->asker & 1) != 0;
}

/* Without each group; and set by the asker, on its word, with a document, and not addressed. */
static void each_event(struct place *at)
{
    int age = some_age(at);

    for (int g = 0; g < at->rule->groups; g++) {
        size_t e = 0;
        const struct policy_event_def *def;

        while (!at->rule->event[g][e])
            e++;
        def = &pack->event[e];
        put(at, &(struct row){ .age = age, .events = events(at, g, NULL), .expected = "NEED_EVENT,", .why = "one is missing" });
        if (def->system)
            continue;
        put(at, &(struct row){ .age = age, .events = events(at, g, ":hidden"), .expected = "NEED_EVENT,", .why = "not addressed" });
        put(at, &(struct row){ .age = age, .events = events(at, g, ":req"),
                    .expected = asker_may_set(at, e) && def->by_requester == POLICY_BY_YES ? permit(at) : "NEED_EVENT,",
                    .why = "the asker's own word" });
        put(at, &(struct row){ .age = age, .events = events(at, g, ":ref"),
                    .expected = asker_may_set(at, e) && def->by_requester != POLICY_BY_NO ? permit(at) : "NEED_EVENT,",
                    .why = "the asker with a document that was ticked" });
    }
}

static void consent(struct place *at)
{
    static const struct { int age; const char *custody, *yes, *flags, *expected; } of[] = {
        { 11, "g1 g2", "g1", "weighed second", "NEED_CONSENT," }, { 11, "g1", "g1", "weighed second", NULL },
        { 11, "voogd", "voogd", "weighed second", NULL }, { 11, "voogd", "g1 g2", "weighed second", "NEED_CONSENT," },
        { 11, "", "g1 g2", "weighed second", "NEED_CONSENT," }, { 11, "g1 g2", "g1 g2", "weighed second refused:y", NULL },
        { 11, "g1 g2", "g1", "weighed second refused:g2", "DENY,REFUSED" },
        { 15, "g1 g2", "g1 g2", "weighed second", "NEED_CONSENT," }, { 15, "g1 g2", "y", "weighed second", "NEED_CONSENT," },
        { 15, "g1 g2", "g1 g2", "weighed second refused:y", "DENY,REFUSED" },
        { 15, "voogd", "y voogd", "weighed second", NULL }, { 15, "g1", "y g1", "weighed second refused:g2", NULL },
        { 15, "", "y", "weighed second", "NEED_CONSENT," },
        { 16, "g1 g2", "g1 g2", "weighed second", "NEED_CONSENT," }, { 16, "g1 g2", "y", "weighed second refused:g1", NULL },
        { 16, "", "y", "weighed second", NULL }, { 16, "g1 g2", "", "weighed second refused:y", "DENY,REFUSED" },
        { 16, "", "rep", "weighed second incapable", NULL }, { 16, "", "y", "weighed second incapable", "NEED_CONSENT," },
        { 18, "", "y", "weighed second", NULL }, { 18, "", "", "weighed second refused:rep", "NEED_CONSENT," },
        { 14, "g1 g2", "", "weighed second incapable refused:rep", "DENY,REFUSED" } };

    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (is_age(at, of[i].age))
            put(at, &(struct row){ .age = of[i].age, .custody = of[i].custody, .consent = of[i].yes, .flags = of[i].flags,
                        .expected = of[i].expected != NULL ? of[i].expected : permit(at), .why = "who said what" });
}

static void steps(struct place *at)
{
    const struct naive_rule *r = at->rule;
    int age = some_age(at);

    put(at, &(struct row){ .age = age, .flags = "second", .expected = r->weigh ? "NEED_WEIGH," : permit(at), .why = "not weighed" });
    put(at, &(struct row){ .age = age, .flags = "weighed", .expected = r->eyes ? "NEED_APPROVAL," : permit(at),
                .why = "no second person" });
    put(at, &(struct row){ .age = age, .flags = "weighed second nomember",
                .expected = naive.needs_case[at->purpose] ? "DENY,NOT_IN_CASE" : permit(at), .why = "not in the case" });
    put(at, &(struct row){ .age = age, .flags = "weighed second restricted", .expected = r->survives ? permit(at) : "DENY,RESTRICTED",
                .why = "an objection" });
    put(at, &(struct row){ .age = age, .flags = "weighed second restricted consent_after",
                .expected = r->survives || r->mode == 'C' ? permit(at) : "DENY,RESTRICTED", .why = "a yes after the objection" });
    put(at, &(struct row){ .age = age, .flags = "weighed second identifiable",
                .expected = strcmp(naive.sections.name[at->section], "anon") == 0 ? "DENY,IDENTIFIABLE" : permit(at),
                .why = "gives the child away" });
}

/* ---- running them ---- */

static void told_mistake(void *arg, const struct trouble *t)
{
    (void)arg;
    print_message("%u:%u %s\n", t->line, t->column, t->text);
}

static void told_mismatch(void *arg, const struct policy_case *row, const struct policy_decision *got)
{
    (void)arg;
    print_message("%s (%s): expected %s %s, got %s %s %s\n", row->id, row->why, policy_words_verdict(row->expected), row->detail,
        policy_words_verdict(got->verdict), policy_words_reason(got->reason), got->rule < 0 ? "" : pack->rule[got->rule].id);
}

static void test_rule(void **state)
{
    static struct place at;
    struct policy_cases_run run = { .pack = pack, .name = "rows", .mistake = told_mistake, .mismatch = told_mismatch };
    size_t passed = 0, failed = 0;

    at = (struct place){ .rule = *state };
    at.index = (size_t)(at.rule - naive.rule);
    add(&at, "id,requester,purpose,holder,section,age,custody,events,consent,flags,expected,rule_or_reason,why\n");
    if (!alone(&at, false) && !alone(&at, true))
        fail_msg("rule %s decides nowhere alone", at.rule->id);
    if (at.rule->mode == 'N') {
        put(&at, &(struct row){ .age = 14, .consent = "y g1 g2 voogd rep", .expected = "DENY,NEVER", .why = "never" });
        put(&at, &(struct row){ .age = -1, .flags = "restricted", .expected = "DENY,NEVER", .why = "whatever else there is" });
    } else {
        ages(&at);
        each_event(&at);
        steps(&at);
    }
    if (at.rule->mode == 'C')
        consent(&at);
    run.data = (const uint8_t *)at.text;
    run.len = strlen(at.text);
    assert_err(policy_cases_check(&run, &passed, &failed), OK);
    assert_int_equal(failed, 0);
    assert_int_equal(passed, at.rows);
    rows_in_all += at.rows;
}

static void test_count(void **state)
{
    (void)state;
    print_message("%zu rows of %zu rules\n", rows_in_all, naive.rules);
    assert_true(rows_in_all > 1500);
}

/* The table as text; gives it (free). */
static char *table(enum policy_table_id id)
{
    char path[256];
    uint8_t *data = NULL;
    size_t len;

    (void)snprintf(path, sizeof path, "%s/%s", PACK, policy_pack_file(id));
    if (file_read(path, 1 << 20, &data, &len, NULL) != OK)
        abort();
    return (char *)data;
}

static void read_naively(void)
{
    static const enum policy_table_id ids[] = { POLICY_TABLE_KINDS, POLICY_TABLE_PURPOSES, POLICY_TABLE_GROUNDS,
        POLICY_TABLE_SECTIONS, POLICY_TABLE_EVENTS, POLICY_TABLE_RULES };
    char *text[6];

    for (size_t i = 0; i < 6; i++)
        text[i] = table(ids[i]);
    support_naive_read(&(struct naive_texts){ text[0], text[1], text[2], text[3], text[4], text[5] }, &naive);
    for (size_t i = 0; i < 6; i++)
        free(text[i]);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    read_naively();
    for (size_t i = 0; i < naive.rules; i++)
        check_add(&list, naive.rule[i].id, test_rule, &naive.rule[i]);
    check_add(&list, "all of them together", test_count, NULL);
    failed = check_run(&list, "policy, rule by rule");
    policy_pack_free(pack);
    return failed;
}
