/*
 * hub/decide and hub/facts: from what was said to an answer, scene by scene, and what must never change an
 * answer.
 */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/decide.h"

#include <stdio.h>

enum { DAY_S = 86400 };

#define assert_answer(f, section, expected) assert_string_equal(hub_fixture_answer(f, section), expected)

/* A statement of an event with a reference to a document outside. */
static struct proto_statement event_with_reference(struct hub_fixture *f, const char *event,
    enum hub_fixture_who setter, enum hub_fixture_who to)
{
    struct proto_statement s = hub_fixture_say(f, setter, PROTO_SAY_EVENT, to, NOBODY);

    (void)snprintf(s.event, sizeof s.event, "%s", event);
    s.occurred_s = f->now_s;
    (void)snprintf(s.reference, sizeof s.reference, "verzuimloket");
    s.reference_s = f->now_s;
    memset(s.reference_digest, 9, sizeof s.reference_digest);
    hub_fixture_tell_all(f, &s);
    return s;
}

/* The attendance officer, the school, and a case for what follows an absence report. */
static void begin_absence(struct hub_fixture *f)
{
    f->purpose = "att_followup";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, LEERPLICHT, NOBODY);
}

/* ---- events ---- */

static void no_ground_before_the_report(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "ident att effort guard"), PROTO_DENIED);
    assert_true(f->out.logged);
    assert_false(f->out.mailed);
    assert_true(f->out.decision);
    assert_int_equal(f->out.rows.count, 4);
    assert_answer(f, "ident", "NEED_EVENT");
    assert_answer(f, "att", "NEED_EVENT");
    assert_answer(f, "effort", "NEED_EVENT");
    assert_answer(f, "guard", "NEED_EVENT");
}

static void after_the_report_what_the_law_names(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO,
        "ident att effort guard enrol need learn health_med"), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    assert_answer(f, "ident", "PERMIT R02");
    assert_answer(f, "att", "PERMIT R02");
    assert_answer(f, "effort", "PERMIT R02");
    assert_answer(f, "guard", "PERMIT R78");
    assert_answer(f, "enrol", "PERMIT R78");
    assert_answer(f, "need", "DENY NOT_IN_MATRIX");
    assert_answer(f, "learn", "DENY NOT_IN_MATRIX");
    assert_answer(f, "health_med", "DENY NOT_IN_MATRIX");
    for (size_t i = 0; i < f->out.rows.count; i++)
        assert_int_equal(f->out.rows.row[i].at_holder, f->out.rows.row[i].verdict == POLICY_PERMIT);
}

static void rows_stand_in_the_order_asked(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_sections asked = hub_fixture_sections("ident att effort guard enrol");

    begin_absence(f);
    (void)hub_fixture_request(f, LEERPLICHT, VO, "ident att effort guard enrol");
    assert_int_equal(f->out.rows.count, asked.count);
    for (size_t i = 0; i < asked.count; i++)
        assert_string_equal(f->out.rows.row[i].section, asked.name[i]);
}

static void a_colleague_outside_the_case(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    hub_fixture_case(f, 2);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "ident"), PROTO_DENIED);
    assert_answer(f, "ident", "DENY NOT_IN_CASE");
    hub_fixture_case(f, 0);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "ident"), PROTO_DENIED);
    assert_answer(f, "ident", "DENY NOT_IN_CASE");
}

static void a_case_for_another_purpose(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    f->purpose = "att_enforce";
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
    assert_answer(f, "att", "DENY NOT_IN_CASE");
    hub_fixture_open_case(f, LEERPLICHT, NOBODY);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
    assert_answer(f, "att", "PERMIT R01");
}

static void a_purpose_without_a_case(void **state)
{
    struct hub_fixture *f = *state;

    f->purpose = "anon_consult";
    assert_refusal(hub_fixture_request(f, VO, LEERPLICHT, "anon"), PROTO_ACCEPTED);
    assert_answer(f, "anon", "PERMIT R57");
}

static void an_event_is_valid_for_its_days(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    hub_fixture_days(f, 90);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
    hub_fixture_days(f, 1);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
    assert_answer(f, "att", "NEED_EVENT");
}

static void an_event_that_is_still_to_come(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_EVENT, LEERPLICHT, NOBODY);

    begin_absence(f);
    (void)snprintf(s.event, sizeof s.event, "VZM");
    s.occurred_s = f->now_s + 2 * DAY_S;
    hub_fixture_tell_all(f, &s);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
    hub_fixture_days(f, 2);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
}

static void an_event_with_an_end_of_its_own(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_EVENT, LEERPLICHT, NOBODY);

    begin_absence(f);
    (void)snprintf(s.event, sizeof s.event, "VZM");
    s.occurred_s = f->now_s;
    s.until_s = f->now_s + DAY_S;
    hub_fixture_tell_all(f, &s);
    hub_fixture_days(f, 1);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
    hub_fixture_days(f, 1);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
}

static void an_ended_event_counts_no_longer(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    begin_absence(f);
    s = hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    s = hub_fixture_about(f, VO, PROTO_SAY_EVENT_END, &s, LEERPLICHT);
    hub_fixture_tell_all(f, &s);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
    assert_answer(f, "att", "NEED_EVENT");
}

static void nobody_opens_its_own_door(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)hub_fixture_event(f, "VZM", LEERPLICHT, VO, NOBODY);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
    assert_answer(f, "att", "NEED_EVENT");
}

static void with_a_reference_it_waits_for_the_holder(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)event_with_reference(f, "VZM", LEERPLICHT, VO);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
    assert_answer(f, "att", "PERMIT R02");
}

static void an_event_by_a_kind_that_may_not_set_it(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)hub_fixture_event(f, "VZM", SMW, LEERPLICHT, VO);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
    assert_answer(f, "att", "NEED_EVENT");
}

static void a_report_of_a_former_school(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)hub_fixture_event(f, "VZM", VO2, LEERPLICHT, NOBODY);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
    assert_answer(f, "att", "NEED_EVENT");
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO2, "att"), PROTO_ACCEPTED);
}

/* Named as an addressee, and never sent there: that partner cannot have seen it. */
static void a_statement_counts_for_whom_it_was_sent_to(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_say(f, VO2, PROTO_SAY_EVENT, LEERPLICHT, VO, NOBODY);

    begin_absence(f);
    (void)snprintf(s.event, sizeof s.event, "VZM");
    s.occurred_s = f->now_s;
    assert_refusal(hub_fixture_tell(f, &s, LEERPLICHT), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
    assert_refusal(hub_fixture_tell(f, &s, VO), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
}

static void an_event_of_a_pair_counts_for_that_pair(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, e;
    uint64_t until_s = f->now_s + 100 * DAY_S;

    f->purpose = "youth_help_access";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, CJG, NOBODY);
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident", until_s);
    s = hub_fixture_say(f, JGZ, PROTO_SAY_EVENT, VO, CJG, SMW, NOBODY);
    (void)snprintf(s.event, sizeof s.event, "REFERRED");
    hub_fixture_tell_all(f, &s);
    (void)hub_fixture_request(f, CJG, VO, "ident");
    assert_answer(f, "ident", "NEED_EVENT");                 /* three addressees of a third: whose pair? */
    e = hub_fixture_event(f, "REFERRED", JGZ, VO, CJG);
    (void)hub_fixture_request(f, CJG, VO, "ident");
    assert_answer(f, "ident", "NEED_WEIGH R35");
    e = hub_fixture_about(f, JGZ, PROTO_SAY_EVENT_END, &e, VO);
    hub_fixture_tell_all(f, &e);
    (void)hub_fixture_request(f, CJG, VO, "ident");
    assert_answer(f, "ident", "NEED_EVENT");
    (void)hub_fixture_event(f, "REFERRED", VO, CJG, JGZ);
    (void)hub_fixture_request(f, CJG, VO, "ident");
    assert_answer(f, "ident", "NEED_WEIGH R35");             /* the holder with each whom it told */
}

static void an_event_of_a_purpose_counts_for_that_purpose(void **state)
{
    struct hub_fixture *f = *state;

    f->purpose = "sick_advice";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, JGZ, NOBODY);
    (void)hub_fixture_event(f, "SICK_THR", VO, JGZ, NOBODY);
    f->purpose = "return_plan";
    (void)hub_fixture_event(f, "INFORMED", VO, JGZ, NOBODY);
    f->purpose = "sick_advice";
    (void)hub_fixture_request(f, JGZ, VO, "att_sick");
    assert_answer(f, "att_sick", "NEED_EVENT");
    (void)hub_fixture_event(f, "INFORMED", VO, JGZ, NOBODY);
    (void)hub_fixture_request(f, JGZ, VO, "att_sick");
    assert_answer(f, "att_sick", "PERMIT R11");
}

static void the_case_counts_when_both_are_in_it(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    f->purpose = "case_support";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, SMW, NOBODY);
    (void)hub_fixture_consent(f, VO, VO, SMW, "ident", f->now_s + 100 * DAY_S);
    (void)hub_fixture_request(f, SMW, VO, "ident");
    assert_answer(f, "ident", "NEED_EVENT");
    s = hub_fixture_say(f, SMW, PROTO_SAY_MEMBERSHIP, VO, NOBODY);
    s.code = PROTO_MEMBER_INVITE;
    memcpy(s.receiver, f->who[VO]->id, sizeof s.receiver);
    hub_fixture_tell_all(f, &s);
    (void)hub_fixture_request(f, SMW, VO, "ident");
    assert_answer(f, "ident", "NEED_EVENT");
    s = hub_fixture_say(f, VO, PROTO_SAY_MEMBERSHIP, SMW, NOBODY);
    s.code = PROTO_MEMBER_ACCEPT;
    hub_fixture_tell_all(f, &s);
    (void)hub_fixture_request(f, SMW, VO, "ident");
    assert_answer(f, "ident", "PERMIT R42");
    s = hub_fixture_say(f, SMW, PROTO_SAY_MEMBERSHIP, VO, NOBODY);
    s.code = PROTO_MEMBER_LEAVE;
    hub_fixture_tell_all(f, &s);
    (void)hub_fixture_request(f, SMW, VO, "ident");
    assert_answer(f, "ident", "DENY NOT_IN_CASE");
}

/* ---- which child ---- */

/* Asking about one child in the case of another finds nothing of that other. */
static void a_case_does_not_carry_another_child(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    hub_fixture_child(f, 2);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
    assert_answer(f, "att", "NEED_EVENT");
}

/* A partner that knows the child by the case's handle only. */
static void a_case_carries_a_handle_and_a_number(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    f->subject.type = PROTO_SUBJECT_HANDLE;
    (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    hub_fixture_child(f, 1);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
    hub_fixture_case(f, 2);
    hub_fixture_open_case(f, LEERPLICHT, NOBODY);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_DENIED);
}

static void the_same_child_in_another_case(void **state)
{
    struct hub_fixture *f = *state;

    begin_absence(f);
    (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    hub_fixture_case(f, 2);
    hub_fixture_open_case(f, LEERPLICHT, NOBODY);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
}

/* ---- the holder's own steps ---- */

static void what_the_holder_weighs_waits_at_the_holder(void **state)
{
    struct hub_fixture *f = *state;

    f->purpose = "child_safety";
    (void)hub_fixture_event(f, "VT_REQUEST", VEILIG_THUIS, VO, NOBODY);
    assert_refusal(hub_fixture_request(f, VEILIG_THUIS, VO, "safety"), PROTO_DENIED);
    assert_answer(f, "safety", "NEED_EVENT");
    (void)event_with_reference(f, "VT_REQUEST", VEILIG_THUIS, VO);
    assert_refusal(hub_fixture_request(f, VEILIG_THUIS, VO, "safety"), PROTO_ACCEPTED);
    assert_answer(f, "safety", "PERMIT R51");
    assert_int_equal(f->out.rows.row[0].at_holder, 1);
}

/* ---- nothing that others were told ---- */

static struct proto_rows ask_rows(struct hub_fixture *f)
{
    struct hub_act a = hub_fixture_act(f, PROTO_REQUEST, LEERPLICHT, VO);

    a.msg.sections = hub_fixture_sections("ident att effort att_sick guard need");
    (void)hub_fixture_run(f, &a);
    return f->out.rows;
}

/* Every kind of statement between others: the rows stay byte for byte what they were. */
static void statements_to_others_change_no_byte(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_rows before, after;
    struct proto_statement s;

    begin_absence(f);
    for (int with_report = 0; with_report < 2; with_report++) {
        before = ask_rows(f);
        /* the asker knows it, the holder does not */
        (void)hub_fixture_event(f, "LRV", VO2, LEERPLICHT, CJG);
        /* the holder knows it, the asker does not */
        (void)hub_fixture_event(f, "OVERIG", VO, CJG, JGZ);
        (void)hub_fixture_event(f, "SICK_CHECKED", VO2, CJG, SWV);        /* neither */
        (void)hub_fixture_consent(f, CJG, VO, JGZ, "att_sick need", f->now_s + 50 * DAY_S);
        /* for the asker, which was not told */
        s = hub_fixture_say(f, JGZ, PROTO_SAY_CONSENT, VO, NOBODY);
        memcpy(s.holder, f->who[VO]->id, sizeof s.holder);
        memcpy(s.receiver, f->who[LEERPLICHT]->id, sizeof s.receiver);
        s.sections = hub_fixture_sections("att_sick need");
        s.code = PROTO_CONSENT_PROCESSING;
        s.until_s = f->now_s + 50 * DAY_S;
        hub_fixture_tell_all(f, &s);
        s = hub_fixture_say(f, VO, PROTO_SAY_OBJECTION, JGZ, NOBODY);
        hub_fixture_tell_all(f, &s);
        s = hub_fixture_say(f, CJG, PROTO_SAY_OBJECTION, LEERPLICHT, NOBODY);
        hub_fixture_tell_all(f, &s);
        after = ask_rows(f);
        assert_memory_equal(&before, &after, sizeof before);
        (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    }
    (void)ask_rows(f);
    assert_answer(f, "att", "PERMIT R02");
}

/* ---- again ---- */

static void asked_again_for_a_partner_that_is_gone(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_request r = {.state = HUB_REQUEST_GRANTED};
    struct hub_grant g = {.until_s = 0};
    struct hub_decision d;

    memset(r.asker, 0x77, sizeof r.asker);
    assert_err(hub_decide_again(&f->state, f->x, &r, &g, f->now_s, &d), ERR_NOTFOUND);
}

static void a_decision_is_whole_or_not(void **state)
{
    struct hub_decision d = {.rows = {.count = 0}};

    (void)state;
    assert_false(hub_decision_is_whole(&d));
    d.rows.count = d.permitted.count = 2;
    d.rows.row[0].verdict = d.rows.row[1].verdict = POLICY_PERMIT;
    d.end_s[0] = 100;
    d.end_s[1] = 200;
    assert_true(hub_decision_is_whole(&d));
    hub_decision_limit(&d, 100);
    assert_true(hub_decision_is_whole(&d));
    hub_decision_limit(&d, 101);
    assert_false(hub_decision_is_whole(&d));
    assert_int_equal(d.rows.row[0].verdict, POLICY_DENY);
    assert_int_equal(d.rows.row[0].reason, PROTO_REASON_OUTLASTS);
    assert_int_equal(d.rows.row[1].verdict, POLICY_PERMIT);
    assert_int_equal(d.rows.row[1].reason, POLICY_NO_REASON);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(no_ground_before_the_report),
        hub_fixture_test(after_the_report_what_the_law_names),
        hub_fixture_test(rows_stand_in_the_order_asked),
        hub_fixture_test(a_colleague_outside_the_case),
        hub_fixture_test(a_case_for_another_purpose),
        hub_fixture_test(a_purpose_without_a_case),
        hub_fixture_test(an_event_is_valid_for_its_days),
        hub_fixture_test(an_event_that_is_still_to_come),
        hub_fixture_test(an_event_with_an_end_of_its_own),
        hub_fixture_test(an_ended_event_counts_no_longer),
        hub_fixture_test(nobody_opens_its_own_door),
        hub_fixture_test(with_a_reference_it_waits_for_the_holder),
        hub_fixture_test(an_event_by_a_kind_that_may_not_set_it),
        hub_fixture_test(a_report_of_a_former_school),
        hub_fixture_test(a_statement_counts_for_whom_it_was_sent_to),
        hub_fixture_test(an_event_of_a_pair_counts_for_that_pair),
        hub_fixture_test(an_event_of_a_purpose_counts_for_that_purpose),
        hub_fixture_test(the_case_counts_when_both_are_in_it),
        hub_fixture_test(a_case_does_not_carry_another_child),
        hub_fixture_test(a_case_carries_a_handle_and_a_number),
        hub_fixture_test(the_same_child_in_another_case),
        hub_fixture_test(what_the_holder_weighs_waits_at_the_holder),
        hub_fixture_test(statements_to_others_change_no_byte),
        hub_fixture_test(asked_again_for_a_partner_that_is_gone),
        hub_fixture_test(a_decision_is_whole_or_not),
    };

    return cmocka_run_group_tests_name("hub_decide", tests, NULL, NULL);
}
