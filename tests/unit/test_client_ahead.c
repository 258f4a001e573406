/* client/ahead: what is needed after the step that the hub names: what every rule asks that could let the section pass, and nothing that only some ask. */
#include "tests/support/client_fixture.h"

#include "client/ahead.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

struct ask { enum client_fixture_who asker; const char *purpose, *section, *rule; uint8_t verdict; bool weighed; const char *expected; };

static const struct ask rows[] = {
    {CJG, "youth_help_access", "need", "", POLICY_NEED_EVENT, false, "consent of the family; your weighing: schakel weigh"},
    {CJG, "youth_help_access", "need", "", POLICY_NEED_EVENT, true, "consent of the family"},
    {CJG, "youth_help_access", "need", "R35", POLICY_NEED_CONSENT, false, "your weighing: schakel weigh"},
    {CJG, "youth_help_access", "need", "R35", POLICY_NEED_CONSENT, true, ""},
    {CJG, "youth_help_access", "need", "R35", POLICY_NEED_WEIGH, false, ""},
    {CJG, "youth_help_access", "need", "R35", POLICY_PERMIT, false, ""},
    {CJG, "youth_help_access", "need", "R35", POLICY_DENY, false, ""},
    {LEERPLICHT, "att_followup", "att", "", POLICY_NEED_EVENT, false, ""},
    {CJG, "youth_help_access", "smw_note", "", POLICY_NEED_EVENT, false, ""},
    {CJG, "no_such_purpose", "need", "", POLICY_NEED_EVENT, false, ""},
};

static void each_row(void **state)
{
    struct client_fixture *f = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct client_node *n = client_fixture_node(f, rows[i].asker);
        struct client_desk d = {.mine = true, .weighed = rows[i].weighed};
        struct proto_row row = {.verdict = rows[i].verdict};
        char text[200] = "x";

        memcpy(d.other, client_fixture_partner(f, VO)->id, sizeof d.other);
        (void)snprintf(d.purpose, sizeof d.purpose, "%s", rows[i].purpose);
        (void)snprintf(row.section, sizeof row.section, "%s", rows[i].section);
        (void)snprintf(row.rule, sizeof row.rule, "%s", rows[i].rule);
        client_ahead_text(n, &d, &row, LANG_EN, text, sizeof text);
        if (strcmp(text, rows[i].expected) != 0)
            fail_msg("row %zu: \"%s\", not \"%s\"", i, text, rows[i].expected);
    }
}

/* A partner that is in the region no more. */
static void nobody_holds_it(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.mine = true, .other = {7}, .purpose = "youth_help_access"};
    struct proto_row row = {.section = "need", .verdict = POLICY_NEED_EVENT};
    char text[200] = "x";

    client_ahead_text(client_fixture_node(f, CJG), &d, &row, LANG_NL, text, sizeof text);
    assert_string_equal(text, "");
}

/* By the rules for who holds it: nobody lets the office give what a school may. */
static void of_who_holds_it_and_no_other(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.mine = true, .purpose = "youth_help_access"};
    struct proto_row row = {.section = "need", .verdict = POLICY_NEED_EVENT};
    char text[200] = "x";

    memcpy(d.other, client_fixture_partner(f, LEERPLICHT)->id, sizeof d.other);
    client_ahead_text(client_fixture_node(f, CJG), &d, &row, LANG_EN, text, sizeof text);
    assert_string_equal(text, "");
}

static void in_dutch(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.mine = true, .purpose = "youth_help_access"};
    struct proto_row row = {.section = "need", .verdict = POLICY_NEED_EVENT};
    char text[200];

    memcpy(d.other, client_fixture_partner(f, VO)->id, sizeof d.other);
    client_ahead_text(client_fixture_node(f, CJG), &d, &row, LANG_NL, text, sizeof text);
    assert_string_equal(text, "toestemming van het gezin; uw afweging: schakel weigh");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(each_row), client_fixture_test(nobody_holds_it), client_fixture_test(of_who_holds_it_and_no_other), client_fixture_test(in_dutch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
