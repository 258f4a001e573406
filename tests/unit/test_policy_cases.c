/* The worked cases, one test a row, and what the reader of cases says of rows it cannot read. */
#include "tests/support/check.h"

#include "base/file.h"
#include "policy/cases.h"
#include "policy/words.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;

/* One row of a case table with its header, as a table of its own. */
struct single {
    char name[64];
    char *text;
};

static void say_mismatch(void *arg, const struct policy_case *row, const struct policy_decision *got)
{
    (void)arg;
    print_message("%s: expected %s %s, got %s %s %s (%s)\n", row->id, policy_words_verdict(row->expected),
        row->detail, policy_words_verdict(got->verdict), policy_words_reason(got->reason),
        got->rule < 0 ? "" : pack->rule[got->rule].id, row->why);
}

static void say_mistake(void *arg, const struct trouble *t)
{
    char line[1024];

    (void)arg;
    trouble_line(t, line, sizeof line);
    print_message("%s\n", line);
}

static void test_row(void **state)
{
    const struct single *s = *state;
    struct policy_cases_run run = { .pack = pack, .name = s->name, .data = (const uint8_t *)s->text,
        .len = strlen(s->text), .mistake = say_mistake, .mismatch = say_mismatch };
    size_t passed = 9, failed = 9;

    assert_int_equal(policy_cases_check(&run, &passed, &failed), OK);
    assert_int_equal(passed, 1);
    assert_int_equal(failed, 0);
}

/* One test per line of a case table (no case of these files goes over a line). */
static size_t tests_of(const char *path, struct CMUnitTest *tests, size_t max)
{
    uint8_t *data = NULL;
    size_t len = 0, n = 0;
    char *header, *line, *rest;

    if (file_read(path, 1 << 20, &data, &len, NULL) != OK)
        abort();
    rest = (char *)data;
    header = strsep(&rest, "\n");
    while ((line = strsep(&rest, "\n")) != NULL && n < max) {
        struct single *s = calloc(1, sizeof *s);

        if (line[0] == '\0' || s == NULL || asprintf(&s->text, "%s\n%s\n", header, line) < 0) {
            free(s);
            continue;
        }
        (void)snprintf(s->name, sizeof s->name, "%.*s", (int)strcspn(line, ","), line);
        tests[n++] = (struct CMUnitTest){ .name = s->name, .test_func = test_row, .initial_state = s };
    }
    free(data);
    return n;
}

/* A row that cannot be read, and what is told of it. */
struct mistake {
    const char *name, *row, *told;
};

#define HEADER \
    "id,requester,purpose,holder,section,age,custody,events,consent,flags,expected,rule_or_reason,why\n"

static const struct mistake mistakes[] = {
    { "an unknown asker", "X,school,att_enforce,vo,att,14,,,,,DENY,NEVER,x",
        "t.csv:2:3: requester \"school\": expected a kind of kinds.csv\n" },
    { "an unknown purpose", "X,vo,help,vo,att,14,,,,,DENY,NEVER,x",
        "t.csv:2:6: purpose \"help\": expected a purpose of purposes.csv\n" },
    { "an unknown holder", "X,vo,att_enforce,SCHOOL,att,14,,,,,DENY,NEVER,x",
        "t.csv:2:18: holder \"SCHOOL\": expected a kind of kinds.csv\n" },
    { "two sections", "X,vo,att_enforce,vo,att ident,14,,,,,DENY,NEVER,x",
        "t.csv:2:21: section \"att ident\": expected a section of sections.csv\n" },
    { "an age in words", "X,vo,att_enforce,vo,att,old,,,,,DENY,NEVER,x",
        "t.csv:2:25: age \"old\": expected a whole number from 0 to 120\n" },
    { "an age too high", "X,vo,att_enforce,vo,att,121,,,,,DENY,NEVER,x",
        "t.csv:2:25: age \"121\": expected a whole number from 0 to 120\n" },
    { "custody of the young person", "X,vo,att_enforce,vo,att,14,g1 y,,,,DENY,NEVER,x",
        "t.csv:2:31: custody \"y\": expected g1, g2 or voogd\n" },
    { "consent of somebody else", "X,vo,att_enforce,vo,att,14,,,y aunt,,DENY,NEVER,x",
        "t.csv:2:32: consent \"aunt\": expected y, g1, g2, voogd or rep\n" },
    { "consent of nobody known", "X,vo,att_enforce,vo,att,14,,,custody,,DENY,NEVER,x",
        "t.csv:2:30: consent \"custody\": expected y, g1, g2, voogd or rep\n" },
    { "an unknown flag", "X,vo,att_enforce,vo,att,14,,,,weighed member,DENY,NEVER,x",
        "t.csv:2:39: flags \"member\": expected nomember, weighed, second, restricted, consent_after, "
        "identifiable, "
        "incapable or refused:<who>\n" },
    { "refused by somebody else", "X,vo,att_enforce,vo,att,14,,,,refused:aunt,DENY,NEVER,x",
        "t.csv:2:31: flags \"refused:aunt\": expected nomember, weighed, second, restricted, consent_after, "
        "identifiable, "
        "incapable or refused:<who>\n" },
    { "an unknown event", "X,vo,att_enforce,vo,att,14,,VZM ABC:ref,,,DENY,NEVER,x",
        "t.csv:2:33: events \"ABC:ref\": expected an event of events.csv, at most 64 of them\n" },
    { "an event with another end", "X,vo,att_enforce,vo,att,14,,VZM:seen,,,DENY,NEVER,x",
        "t.csv:2:29: events \"VZM:seen\": expected nothing, :req, :ref or :hidden after it (nothing after "
        "the system's)\n" },
    { "the system's event by the asker", "X,vo,att_enforce,vo,att,14,,CASE:req,,,DENY,NEVER,x",
        "t.csv:2:29: events \"CASE:req\": expected nothing, :req, :ref or :hidden after it (nothing after "
        "the system's)\n" },
    { "another verdict", "X,vo,att_enforce,vo,att,14,,,,,NO,NEVER,x",
        "t.csv:2:32: expected \"NO\": expected DENY, NEED_EVENT, NEED_CONSENT, NEED_WEIGH, NEED_APPROVAL or "
        "PERMIT\n" },
    { "a permission by no rule", "X,vo,att_enforce,vo,att,14,,,,,PERMIT,R99,x",
        "t.csv:2:39: rule_or_reason \"R99\": expected a rule of rules.csv, after PERMIT\n" },
    { "a denial without a reason", "X,vo,att_enforce,vo,att,14,,,,,DENY,,x",
        "t.csv:2:37: rule_or_reason \"\": expected NOT_IN_CASE, NEVER, NOT_IN_MATRIX, IDENTIFIABLE, REFUSED "
        "or RESTRICTED, "
        "after DENY\n" },
    { "a missing step with a rule", "X,vo,att_enforce,vo,att,14,,,,,NEED_EVENT,R01,x",
        "t.csv:2:43: rule_or_reason \"R01\": expected nothing, after a missing step\n" },
};

static void note_mistake(void *arg, const struct trouble *t)
{
    char line[1024], *told = arg;

    trouble_line(t, line, sizeof line);
    (void)snprintf(told + strlen(told), 4096 - strlen(told), "%s\n", line);
}

static void test_mistake(void **state)
{
    const struct mistake *m = *state;
    char text[1024], told[4096] = "";
    struct policy_cases_run run = { .pack = pack, .name = "t.csv", .mistake = note_mistake, .arg = told };
    size_t passed = 9, failed = 9;

    /* The row after it is read all the same. */
    run.len = (size_t)snprintf(text, sizeof text,
        "%s%s\nC26,mbo,case_support,smw,smw_note,18,,CASE,y,,DENY,NEVER,x\n", HEADER, m->row);
    run.data = check_exact(text, run.len);
    assert_err(policy_cases_check(&run, &passed, &failed), OK);
    assert_string_equal(told, m->told);
    assert_int_equal(passed, 1);
    assert_int_equal(failed, 1);
    free((void *)(uintptr_t)run.data);
}

/* 64 events are all there can be: one more, even the same again, is a mistake. */
static void test_65_events(void **state)
{
    char text[1024] = HEADER "X,vo,att_enforce,vo,att,14,,", told[4096] = "";
    struct policy_cases_run run = { .pack = pack, .name = "t.csv", .mistake = note_mistake, .arg = told,
        .data = (const uint8_t *)text };
    size_t passed = 9, failed = 9;

    (void)state;
    run.len = strlen(text);
    for (size_t i = 0; i < 65; i++)
        run.len += (size_t)snprintf(text + run.len, sizeof text - run.len, "VZM ");
    run.len += (size_t)snprintf(text + run.len, sizeof text - run.len, ",,,DENY,NOT_IN_MATRIX,x\n");
    assert_err(policy_cases_check(&run, &passed, &failed), OK);
    assert_int_equal(failed, 1);
    assert_string_equal(
        told, "t.csv:2:285: events \"VZM\": expected an event of events.csv, at most 64 of them\n");
}

static void test_nobody_told(void **state)
{
    static const char text[] = HEADER
        "X,vo,nowhere,vo,att,14,,,,,DENY,NEVER,x\nX,mbo,case_support,smw,smw_note,18,,,,,PERMIT,R01,x\n";
    struct policy_cases_run run = {
        .pack = pack, .name = "t.csv", .data = (const uint8_t *)text, .len = strlen(text)
    };
    size_t passed = 9, failed = 9;

    (void)state;
    assert_err(policy_cases_check(&run, &passed, &failed), OK);
    assert_int_equal(passed, 0);
    assert_int_equal(failed, 2);
}

static void test_no_table(void **state)
{
    static const char text[] = "id,requester\nX,vo\n";
    struct policy_cases_run run = {
        .pack = pack, .name = "t.csv", .data = (const uint8_t *)text, .len = strlen(text)
    };
    size_t passed = 9, failed = 9;

    (void)state;
    assert_err(policy_cases_check(&run, &passed, &failed), ERR_SYNTAX);
    run.len = 0;
    assert_err(policy_cases_check(&run, &passed, &failed), ERR_SYNTAX);
    assert_int_equal(passed, 9);
    assert_int_equal(failed, 9);
}

/* Another rule than the expected one, and another reason, are mismatches. */
static void test_other_detail(void **state)
{
    static const char text[] = HEADER "A,leerplicht,att_enforce,vo,att,14,g1,VZM,,,PERMIT,R02,x\n"
                                      "B,mbo,case_support,smw,smw_note,18,,,,,DENY,REFUSED,x\n";
    struct policy_cases_run run = { .pack = pack,
        .name = "t.csv",
        .data = (const uint8_t *)text,
        .len = strlen(text),
        .mismatch = say_mismatch };
    size_t passed = 9, failed = 9;

    (void)state;
    assert_err(policy_cases_check(&run, &passed, &failed), OK);
    assert_int_equal(passed, 0);
    assert_int_equal(failed, 2);
}

int main(void)
{
    static struct CMUnitTest tests[256];
    static struct check_list list;
    size_t n;
    int failed;

    pack = support_policy_pack(PACK);
    n = tests_of(PACK "/cases.csv", tests, 100);
    n += tests_of(SOURCE_DIR "/tests/data/policy-borders.csv", tests + n, 150);
    failed = _cmocka_run_group_tests("cases", tests, n, NULL, NULL);
    for (size_t i = 0; i < n; i++) {
        struct single *s = tests[i].initial_state;

        free(s->text);
        free(s);
    }
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        check_add(&list, mistakes[i].name, test_mistake, &mistakes[i]);
    check_add(&list, "65 events", test_65_events, NULL);
    check_add(&list, "nobody is told", test_nobody_told, NULL);
    check_add(&list, "no such table", test_no_table, NULL);
    check_add(&list, "another rule, another reason", test_other_detail, NULL);
    failed += check_run(&list, "policy/cases");
    policy_pack_free(pack);
    return failed;
}
