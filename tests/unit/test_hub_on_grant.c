/*
 * hub/on_grant: a grant is asked about again, now with the steps of the holder's people, and never passes its
 * request; its until is the end of access (P-040).
 */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_grant.h"
#include "hub/store_request.h"
#include "policy/duty.h"

#include <stdio.h>

enum { DAY_S = 86400 };

/* The attendance officer's request after the school's report; *id is the request. */
static void ask(struct hub_fixture *f, const char *sections, uint8_t id[PROTO_ID_LEN])
{
    f->purpose = "att_followup";
    if (f->case_id[0] == 0) {
        hub_fixture_case(f, 1);
        hub_fixture_open_case(f, LEERPLICHT, NOBODY);
        (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    }
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, sections), PROTO_ACCEPTED);
    memcpy(id, f->last, PROTO_ID_LEN);
}

static struct hub_act good(struct hub_fixture *f, const char *sections)
{
    uint8_t id[PROTO_ID_LEN];

    ask(f, "att effort ident", id);
    return hub_fixture_grant(f, VO, LEERPLICHT, id, sections, f->now_s + 30 * DAY_S);
}

static void less_is_granted(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att ident");
    struct hub_grant g;
    struct hub_request q;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    assert_int_equal(f->out.rows.count, 2);
    assert_string_equal(hub_fixture_answer(f, "att"), "PERMIT R02");
    assert_string_equal(hub_fixture_answer(f, "effort"), "");
    assert_err(hub_store_grant_get(f->state.tables, f->x, a.msg.head.id, &g), OK);
    assert_int_equal(g.sections.count, 2);
    assert_int_equal(g.until_s, a.msg.until_s);
    assert_memory_equal(g.digest, a.msg.digest, sizeof g.digest);
    assert_err(hub_store_request_get(f->state.tables, f->x, a.msg.refers, &q), OK);
    assert_int_equal(q.state, HUB_REQUEST_GRANTED);
    assert_memory_equal(q.grant, a.msg.head.id, sizeof q.grant);
    assert_int_equal(q.due_s, a.msg.until_s);
}

static void only_once(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att"), again;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    again = hub_fixture_grant(f, VO, LEERPLICHT, a.msg.refers, "ident", f->now_s + 30 * DAY_S);
    assert_refusal(hub_fixture_run(f, &again), PROTO_WRONG_STATE);
}

static void a_section_that_was_not_asked(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att guard");

    assert_refusal(hub_fixture_run(f, &a), PROTO_WRONG_STATE);
}

static void a_section_that_the_request_was_denied(void **state)
{
    struct hub_fixture *f = *state;
    uint8_t id[PROTO_ID_LEN];
    struct hub_act a;

    ask(f, "att learn", id);
    a = hub_fixture_grant(f, VO, LEERPLICHT, id, "learn", f->now_s + 30 * DAY_S);
    assert_refusal(hub_fixture_run(f, &a), PROTO_WRONG_STATE);
}

static void an_unknown_section(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att shoe_size");

    assert_refusal(hub_fixture_run(f, &a), PROTO_UNKNOWN_NAME);
}

static void of_a_request_that_is_not_there(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    a.msg.refers[0] ^= 0x40;
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_FOUND);
}

static void by_the_asker_itself(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att"), own;

    own = hub_fixture_grant(f, LEERPLICHT, VO, a.msg.refers, "att", f->now_s + DAY_S);
    assert_refusal(hub_fixture_run(f, &own), PROTO_NOT_YOURS);
}

static void by_a_stranger(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att"), strange;

    strange = hub_fixture_grant(f, VO2, LEERPLICHT, a.msg.refers, "att", f->now_s + DAY_S);
    assert_refusal(hub_fixture_run(f, &strange), PROTO_NOT_FOUND);
}

static void to_somebody_else(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att"), other;

    other = hub_fixture_grant(f, VO, CJG, a.msg.refers, "att", f->now_s + DAY_S);
    assert_refusal(hub_fixture_run(f, &other), PROTO_MALFORMED);
}

static void by_another_pack(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    a.msg.head.pack[5] ^= 1;
    assert_refusal(hub_fixture_run(f, &a), PROTO_OTHER_PACK);
}

static void by_a_node_without_a_person(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    a.msg.head.role = PROTO_ROLE_NONE;
    assert_refusal(hub_fixture_run(f, &a), PROTO_ROLE_NOT_ALLOWED);
}

static void of_a_request_that_ran_out(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    hub_fixture_days(f, 30);
    a = hub_fixture_grant(f, VO, LEERPLICHT, a.msg.refers, "att", f->now_s + DAY_S);
    assert_refusal(hub_fixture_run(f, &a), PROTO_STALE);
}

static void of_a_request_that_was_cancelled(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att"), cancel = hub_fixture_act(f, PROTO_CANCEL, LEERPLICHT, VO);

    memcpy(cancel.msg.refers, a.msg.refers, PROTO_ID_LEN);
    assert_refusal(hub_fixture_run(f, &cancel), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_run(f, &a), PROTO_WRONG_STATE);
}

/* ---- the end of access ---- */

static void access_that_is_over_already(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    a = hub_fixture_grant(f, VO, LEERPLICHT, a.msg.refers, "att", f->now_s);
    assert_refusal(hub_fixture_run(f, &a), PROTO_STALE);
}

static void access_up_to_the_end_of_the_rule(void **state)
{
    struct hub_fixture *f = *state;
    uint64_t end_s = policy_duty_access_end(f->now_s, 90);
    struct hub_act a = good(f, "att"), longer;

    longer = hub_fixture_grant(f, VO, LEERPLICHT, a.msg.refers, "att", end_s + 1);
    assert_refusal(hub_fixture_run(f, &longer), PROTO_DENIED);
    assert_true(f->out.logged);
    assert_string_equal(hub_fixture_answer(f, "att"), "DENY OUTLASTS R02");
    a = hub_fixture_grant(f, VO, LEERPLICHT, a.msg.refers, "att", end_s);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

/* ---- the person's statement ---- */

static void without_a_person(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    struct hub_outcome o;

    a.said = (struct hub_said){.role = PROTO_ROLE_CASEWORKER};
    assert_err(hub_on_grant(&f->state, f->x, &a, &o), OK);
    assert_refusal(o.result, PROTO_MALFORMED);
}

static void the_person_said_something_else(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att ident"), b;

    b = a;
    b.said.what.sections = hub_fixture_sections("att");
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b.said.what.sections = hub_fixture_sections("att effort");
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b = a;
    b.said.what.until_s--;
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b = a;
    b.said.what.receiver[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b = a;
    b.said.what.refers[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b = a;
    b.said.what.digest[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_DIGEST_DIFFERS);
    b = a;
    b.said.signer_partner[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_YOURS);
    b = a;
    b.said.role = PROTO_ROLE_SECOND;
    assert_refusal(hub_fixture_run(f, &b), PROTO_ROLE_NOT_ALLOWED);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

/* ---- the holder's own steps ---- */

static void a_reference_needs_a_tick(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;
    struct hub_act a;

    f->purpose = "att_followup";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, LEERPLICHT, NOBODY);
    s = hub_fixture_say(f, LEERPLICHT, PROTO_SAY_EVENT, VO, NOBODY);
    (void)snprintf(s.event, sizeof s.event, "VZM");
    (void)snprintf(s.reference, sizeof s.reference, "loket");
    s.occurred_s = s.reference_s = f->now_s;
    memset(s.reference_digest, 1, sizeof s.reference_digest);
    hub_fixture_tell_all(f, &s);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
    a = hub_fixture_grant(f, VO, LEERPLICHT, f->last, "att", f->now_s + DAY_S);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "att"), "NEED_EVENT");
    a.msg.statements = hub_fixture_ids(1, s.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

static void ticking_what_does_not_count_between_them(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    struct proto_statement s = hub_fixture_event(f, "OVERIG", VO, CJG, NOBODY);

    a.msg.statements = hub_fixture_ids(1, s.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_ADDRESSED);
}

static void a_consent_recorded_elsewhere_needs_a_tick(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;
    struct hub_act a;

    f->purpose = "known_check";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, JGZ, NOBODY);
    s = hub_fixture_consent(f, JGZ, CJG, JGZ, "known", f->now_s + 50 * DAY_S);
    assert_refusal(hub_fixture_request(f, JGZ, CJG, "known"), PROTO_ACCEPTED);
    a = hub_fixture_grant(f, CJG, JGZ, f->last, "known", f->now_s + DAY_S);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "known"), "NEED_CONSENT R76");
    a.msg.statements = hub_fixture_ids(1, s.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

static void access_does_not_outlast_the_consent(void **state)
{
    struct hub_fixture *f = *state;
    uint64_t until_s = f->now_s + 5 * DAY_S;
    struct hub_act a;

    f->purpose = "known_check";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, JGZ, NOBODY);
    (void)hub_fixture_consent(f, CJG, CJG, JGZ, "known", until_s);
    assert_refusal(hub_fixture_request(f, JGZ, CJG, "known"), PROTO_ACCEPTED);
    a = hub_fixture_grant(f, CJG, JGZ, f->last, "known", until_s + 1);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "known"), "DENY OUTLASTS R76");
    a = hub_fixture_grant(f, CJG, JGZ, a.msg.refers, "known", until_s);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

/* The reporting centre asks: a person of the school weighs, another one approves. */
static struct hub_act grave(struct hub_fixture *f)
{
    struct proto_statement s;

    f->purpose = "child_safety";
    s = hub_fixture_say(f, VEILIG_THUIS, PROTO_SAY_EVENT, VO, NOBODY);
    (void)snprintf(s.event, sizeof s.event, "VT_REQUEST");
    (void)snprintf(s.reference, sizeof s.reference, "letter");
    s.occurred_s = s.reference_s = f->now_s;
    memset(s.reference_digest, 1, sizeof s.reference_digest);
    hub_fixture_tell_all(f, &s);
    assert_refusal(hub_fixture_request(f, VEILIG_THUIS, VO, "safety"), PROTO_ACCEPTED);
    {
        struct hub_act a = hub_fixture_grant(f, VO, VEILIG_THUIS, f->last, "safety", f->now_s + DAY_S);

        a.msg.statements = hub_fixture_ids(1, s.id);
        return a;
    }
}

static void weighed_and_approved(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = grave(f);

    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "safety"), "NEED_WEIGH R51");
    hub_fixture_weigh(f, &a, VO);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "safety"), "NEED_APPROVAL R51");
    assert_int_equal(f->out.rows.row[0].at_holder, 1);
    hub_fixture_approve(f, &a, VO, 1);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);   /* the same person */
    assert_string_equal(hub_fixture_answer(f, "safety"), "NEED_APPROVAL R51");
    hub_fixture_approve(f, &a, VO, 2);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(hub_fixture_still(f, PROTO_GRANT, a.msg.head.id));
}

static void an_approval_of_something_else(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = grave(f), b;

    hub_fixture_weigh(f, &a, VO);
    hub_fixture_approve(f, &a, VO, 2);
    b = a;
    b.approval.what.digest[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_DIGEST_DIFFERS);
    b = a;
    b.approval.what.refers[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b = a;
    b.approval.what.setter[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_YOURS);
    b = a;
    b.approval.role = PROTO_ROLE_OFFICER;
    assert_refusal(hub_fixture_run(f, &b), PROTO_ROLE_NOT_ALLOWED);
    b = a;
    b.weighing.what.refers[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

/* What changed since the request: the same answer as if it were asked now. */
static void a_ground_that_has_gone(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, e;
    struct hub_act a;

    f->purpose = "att_followup";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, LEERPLICHT, NOBODY);
    s = hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
    a = hub_fixture_grant(f, VO, LEERPLICHT, f->last, "att", f->now_s + DAY_S);
    e = hub_fixture_about(f, VO, PROTO_SAY_EVENT_END, &s, LEERPLICHT);
    hub_fixture_tell_all(f, &e);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "att"), "NEED_EVENT");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(less_is_granted),
        hub_fixture_test(only_once),
        hub_fixture_test(a_section_that_was_not_asked),
        hub_fixture_test(a_section_that_the_request_was_denied),
        hub_fixture_test(an_unknown_section),
        hub_fixture_test(of_a_request_that_is_not_there),
        hub_fixture_test(by_the_asker_itself),
        hub_fixture_test(by_a_stranger),
        hub_fixture_test(to_somebody_else),
        hub_fixture_test(by_another_pack),
        hub_fixture_test(by_a_node_without_a_person),
        hub_fixture_test(of_a_request_that_ran_out),
        hub_fixture_test(of_a_request_that_was_cancelled),
        hub_fixture_test(access_that_is_over_already),
        hub_fixture_test(access_up_to_the_end_of_the_rule),
        hub_fixture_test(without_a_person),
        hub_fixture_test(the_person_said_something_else),
        hub_fixture_test(a_reference_needs_a_tick),
        hub_fixture_test(ticking_what_does_not_count_between_them),
        hub_fixture_test(a_consent_recorded_elsewhere_needs_a_tick),
        hub_fixture_test(access_does_not_outlast_the_consent),
        hub_fixture_test(weighed_and_approved),
        hub_fixture_test(an_approval_of_something_else),
        hub_fixture_test(a_ground_that_has_gone),
    };

    return cmocka_run_group_tests_name("hub_on_grant", tests, NULL, NULL);
}
