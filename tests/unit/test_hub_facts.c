/* hub/facts: which consents, objections and weighings count, and until when. */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

enum { DAY_S = 86400, HOUR_S = 3600 };

static void end(struct hub_fixture *f, const struct proto_statement *s, enum proto_statement_kind kind,
    enum hub_fixture_who who, enum hub_fixture_who to)
{
    struct proto_statement e = hub_fixture_about(f, who, kind, s, to);

    hub_fixture_tell_all(f, &e);
}

/* ---- consent ---- */

/* The access team asks the school, after the family's own request for help. */
static void begin_help(struct hub_fixture *f)
{
    f->purpose = "youth_help_access";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, CJG, NOBODY);
    (void)hub_fixture_event(f, "REFERRED", VO, CJG, NOBODY);
}

static const char *ask_help(struct hub_fixture *f)
{
    struct hub_act a = hub_fixture_act(f, PROTO_REQUEST, CJG, VO);

    a.msg.sections = hub_fixture_sections("ident need");
    hub_fixture_weigh(f, &a, CJG);
    (void)hub_fixture_run(f, &a);
    return hub_fixture_answer(f, "need");
}

static void consent_incomplete_complete_withdrawn(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    begin_help(f);
    assert_string_equal(ask_help(f), "NEED_CONSENT R35");
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", 0);
    assert_string_equal(ask_help(f), "NEED_CONSENT R35");
    assert_refusal(f->out.result, PROTO_DENIED);
    s = hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 100 * DAY_S);
    assert_string_equal(ask_help(f), "PERMIT R35");
    end(f, &s, PROTO_SAY_WITHDRAWAL, CJG, VO);
    assert_string_equal(ask_help(f), "NEED_CONSENT R35");
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 100 * DAY_S);
    assert_string_equal(ask_help(f), "PERMIT R35");
}

struct consent_row {
    const char *name;
    enum hub_fixture_who setter, holder, receiver;
    const char *purpose, *sections;
    uint8_t code;
    const char *expected;
};

static const struct consent_row consents[] = {
    {"a consent for this",
        VO, VO, CJG, "youth_help_access", "ident need", PROTO_CONSENT_PROCESSING, "PERMIT R35"},
    {"a consent for another section",
        VO, VO, CJG, "youth_help_access", "ident", PROTO_CONSENT_PROCESSING, "NEED_CONSENT R35"},
    {"a consent for another purpose",
        VO, VO, CJG, "case_support", "ident need", PROTO_CONSENT_PROCESSING, "NEED_CONSENT R35"},
    {"a consent for another receiver",
        VO, VO, JGZ, "youth_help_access", "ident need", PROTO_CONSENT_PROCESSING, "NEED_CONSENT R35"},
    {"a consent for another holder",
        CJG, VO2, CJG, "youth_help_access", "ident need", PROTO_CONSENT_PROCESSING, "NEED_CONSENT R35"},
    {"a consent the other way round",
        VO, CJG, VO, "youth_help_access", "ident need", PROTO_CONSENT_PROCESSING, "NEED_CONSENT R35"},
    {"lifting secrecy is not processing",
        VO, VO, CJG, "youth_help_access", "ident need", PROTO_CONSENT_SECRECY, "NEED_CONSENT R35"},
    {"a yes to help is not processing",
        VO, VO, CJG, "youth_help_access", "ident need", PROTO_CONSENT_HELP, "NEED_CONSENT R35"},
};

static void consent(void **state)
{
    const struct consent_row *row = *state;
    struct hub_fixture *f = NULL;
    void *fixture = NULL;
    struct proto_statement s;

    assert_int_equal(hub_fixture_setup(&fixture), 0);
    f = fixture;
    begin_help(f);
    f->purpose = row->purpose;
    s = hub_fixture_say(f, row->setter, PROTO_SAY_CONSENT, row->setter == VO ? CJG : VO, NOBODY);
    memcpy(s.holder, f->who[row->holder]->id, sizeof s.holder);
    memcpy(s.receiver, f->who[row->receiver]->id, sizeof s.receiver);
    s.sections = hub_fixture_sections(row->sections);
    s.code = row->code;
    s.until_s = f->now_s + 100 * DAY_S;
    hub_fixture_tell_all(f, &s);
    f->purpose = "youth_help_access";
    assert_string_equal(ask_help(f), row->expected);
    assert_int_equal(hub_fixture_close(&fixture), 0);
}

static void a_consent_ends(void **state)
{
    struct hub_fixture *f = *state;

    begin_help(f);
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 10 * DAY_S);
    hub_fixture_days(f, 9);
    assert_string_equal(ask_help(f), "PERMIT R35");
    f->now_s += DAY_S - 1;
    assert_string_equal(ask_help(f), "PERMIT R35");
    f->now_s += 1;
    assert_string_equal(ask_help(f), "NEED_CONSENT R35");
}

static void a_consent_lasts_at_most_the_months_of_the_pack(void **state)
{
    struct hub_fixture *f = *state;

    begin_help(f);
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 3000 * (uint64_t)DAY_S);
    hub_fixture_days(f, 364);
    (void)hub_fixture_event(f, "REFERRED", VO, CJG, NOBODY);
    assert_string_equal(ask_help(f), "PERMIT R35");
    hub_fixture_days(f, 1);
    assert_string_equal(ask_help(f), "NEED_CONSENT R35");
}

static void a_consent_recorded_by_the_asker_needs_a_fresh_status(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, status;

    begin_help(f);
    s = hub_fixture_consent(f, CJG, VO, CJG, "ident need", f->now_s + 100 * DAY_S);
    hub_fixture_days(f, 7);
    assert_string_equal(ask_help(f), "PERMIT R35");
    f->now_s++;
    assert_string_equal(ask_help(f), "NEED_CONSENT R35");
    status = hub_fixture_say(f, CJG, PROTO_SAY_STATUS, VO, NOBODY);
    memcpy(status.refers, s.id, sizeof status.refers);
    status.until_s = s.until_s;
    assert_refusal(hub_fixture_tell_as(f, &status, VO, PROTO_ROLE_NONE), PROTO_ACCEPTED);
    assert_string_equal(ask_help(f), "PERMIT R35");
}

static void a_status_does_not_reach_further_than_the_consent(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, status;

    begin_help(f);
    s = hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 5 * DAY_S);
    status = hub_fixture_say(f, VO, PROTO_SAY_STATUS, CJG, NOBODY);
    memcpy(status.refers, s.id, sizeof status.refers);
    status.until_s = s.until_s + 50 * DAY_S;
    hub_fixture_tell_all(f, &status);
    hub_fixture_days(f, 5);
    assert_string_equal(ask_help(f), "NEED_CONSENT R35");
}

static void a_status_can_say_that_it_is_not_complete(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, status;

    begin_help(f);
    s = hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 50 * DAY_S);
    f->now_s++;
    status = hub_fixture_say(f, VO, PROTO_SAY_STATUS, CJG, NOBODY);
    memcpy(status.refers, s.id, sizeof status.refers);
    hub_fixture_tell_all(f, &status);
    assert_string_equal(ask_help(f), "NEED_CONSENT R35");
}

static struct proto_statement young_says(struct hub_fixture *f, enum hub_fixture_who setter)
{
    struct proto_statement s = hub_fixture_say(f, setter, PROTO_SAY_CONSENT, VO, setter == CJG ? NOBODY : CJG, NOBODY);

    memcpy(s.holder, f->who[VO]->id, sizeof s.holder);
    memcpy(s.receiver, f->who[CJG]->id, sizeof s.receiver);
    s.sections = hub_fixture_sections("ident need");
    s.code = PROTO_CONSENT_PROCESSING;
    s.until_s = f->now_s + 50 * DAY_S;
    return s;
}

static void the_young_person_needs_no_status(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    begin_help(f);
    /* At the asker anybody could have been given that role. */
    s = young_says(f, CJG);
    assert_refusal(hub_fixture_tell_as(f, &s, VO, PROTO_ROLE_YOUNG), PROTO_ACCEPTED);
    hub_fixture_days(f, 30);
    assert_string_not_equal(ask_help(f), "PERMIT R35");
    s = young_says(f, JGZ);
    assert_refusal(hub_fixture_tell_as(f, &s, VO, PROTO_ROLE_YOUNG), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_tell_as(f, &s, CJG, PROTO_ROLE_YOUNG), PROTO_ACCEPTED);
    hub_fixture_days(f, 30);
    assert_string_equal(ask_help(f), "PERMIT R35");
}

/* ---- objection ---- */

static struct proto_statement object(struct hub_fixture *f, enum hub_fixture_who who, enum hub_fixture_who to)
{
    struct proto_statement s = hub_fixture_say(f, who, PROTO_SAY_OBJECTION, to, NOBODY);

    hub_fixture_tell_all(f, &s);
    return s;
}

static const char *ask_sick(struct hub_fixture *f)
{
    (void)hub_fixture_request(f, JGZ, VO, "att_sick");
    return hub_fixture_answer(f, "att_sick");
}

static void begin_sick(struct hub_fixture *f)
{
    f->purpose = "sick_advice";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, JGZ, NOBODY);
    (void)hub_fixture_event(f, "SICK_THR", VO, JGZ, NOBODY);
    (void)hub_fixture_event(f, "INFORMED", VO, JGZ, NOBODY);
}

static void an_objection_stops_a_public_task(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    begin_sick(f);
    assert_string_equal(ask_sick(f), "PERMIT R11");
    s = object(f, VO, JGZ);
    assert_string_equal(ask_sick(f), "DENY RESTRICTED R11");
    end(f, &s, PROTO_SAY_OBJECTION_END, VO, JGZ);
    assert_string_equal(ask_sick(f), "PERMIT R11");
}

static void an_objection_does_not_stop_a_legal_duty(void **state)
{
    struct hub_fixture *f = *state;

    f->purpose = "att_followup";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, LEERPLICHT, NOBODY);
    (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    (void)object(f, VO, LEERPLICHT);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
}

static void an_objection_to_one_purpose_leaves_another(void **state)
{
    struct hub_fixture *f = *state;

    begin_sick(f);
    f->purpose = "return_plan";
    (void)object(f, VO, JGZ);
    f->purpose = "sick_advice";
    assert_string_equal(ask_sick(f), "PERMIT R11");
    f->purpose = "";
    (void)object(f, VO, JGZ);
    f->purpose = "sick_advice";
    assert_string_equal(ask_sick(f), "DENY RESTRICTED R11");
}

static void the_end_of_an_objection_counts_for_who_was_told(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, e;

    begin_sick(f);
    s = hub_fixture_say(f, SWV, PROTO_SAY_OBJECTION, VO, JGZ, NOBODY);
    hub_fixture_tell_all(f, &s);
    e = hub_fixture_say(f, SWV, PROTO_SAY_OBJECTION_END, VO, JGZ, NOBODY);
    memcpy(e.refers, s.id, sizeof e.refers);
    assert_refusal(hub_fixture_tell(f, &e, VO), PROTO_ACCEPTED);
    assert_string_equal(ask_sick(f), "DENY RESTRICTED R11");
    assert_refusal(hub_fixture_tell(f, &e, JGZ), PROTO_ACCEPTED);
    assert_string_equal(ask_sick(f), "PERMIT R11");
}

static void a_consent_after_the_objection_counts(void **state)
{
    struct hub_fixture *f = *state;

    begin_help(f);
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 50 * DAY_S);
    f->now_s += HOUR_S;
    (void)object(f, VO, CJG);
    assert_string_equal(ask_help(f), "DENY RESTRICTED R35");
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 50 * DAY_S);
    assert_string_equal(ask_help(f), "DENY RESTRICTED R35");
    f->now_s += HOUR_S;
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 50 * DAY_S);
    assert_string_equal(ask_help(f), "PERMIT R35");
}

/* ---- weighing ---- */

static void the_asker_weighs(void **state)
{
    struct hub_fixture *f = *state;

    begin_help(f);
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 50 * DAY_S);
    (void)hub_fixture_request(f, CJG, VO, "ident need");
    assert_string_equal(hub_fixture_answer(f, "need"), "NEED_WEIGH R35");
    assert_refusal(f->out.result, PROTO_DENIED);
    assert_string_equal(ask_help(f), "PERMIT R35");
}

static void a_weighing_of_some_sections(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a;

    begin_help(f);
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 50 * DAY_S);
    a = hub_fixture_act(f, PROTO_REQUEST, CJG, VO);
    a.msg.sections = hub_fixture_sections("ident need");
    hub_fixture_weigh(f, &a, CJG);
    a.weighing.what.sections = hub_fixture_sections("need");
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_string_equal(hub_fixture_answer(f, "need"), "PERMIT R35");
    assert_string_equal(hub_fixture_answer(f, "ident"), "NEED_WEIGH R35");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(consent_incomplete_complete_withdrawn),
        hub_fixture_test(a_consent_ends),
        hub_fixture_test(a_consent_lasts_at_most_the_months_of_the_pack),
        hub_fixture_test(a_consent_recorded_by_the_asker_needs_a_fresh_status),
        hub_fixture_test(a_status_does_not_reach_further_than_the_consent),
        hub_fixture_test(a_status_can_say_that_it_is_not_complete),
        hub_fixture_test(the_young_person_needs_no_status),
        hub_fixture_test(an_objection_stops_a_public_task),
        hub_fixture_test(an_objection_does_not_stop_a_legal_duty),
        hub_fixture_test(an_objection_to_one_purpose_leaves_another),
        hub_fixture_test(the_end_of_an_objection_counts_for_who_was_told),
        hub_fixture_test(a_consent_after_the_objection_counts),
        hub_fixture_test(the_asker_weighs),
        hub_fixture_test(a_weighing_of_some_sections),
    };
    struct check_list list = {.count = 0};
    int failed = cmocka_run_group_tests_name("hub_facts", tests, NULL, NULL);

    for (size_t i = 0; i < sizeof consents / sizeof *consents; i++)
        check_add(&list, consents[i].name, consent, &consents[i]);
    return failed + check_run(&list, "hub_facts consents");
}
