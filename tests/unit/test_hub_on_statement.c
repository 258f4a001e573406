/* hub/on_statement: what arrives, for whom it is kept, and every way in which it is refused. */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/person.h"
#include "hub/say.h"
#include "hub/store_act.h"

#include <stdio.h>

static struct hub_statement kept(struct hub_fixture *f, const struct proto_statement *s)
{
    struct hub_statement row;

    assert_err(hub_store_statement_get(f->state.tables, f->x, s->id, &row), OK);
    return row;
}

static struct proto_statement event(struct hub_fixture *f, const char *name)
{
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_EVENT, LEERPLICHT, CJG, NOBODY);

    (void)snprintf(s.event, sizeof s.event, "%s", name);
    s.occurred_s = f->now_s;
    return s;
}

/* ---- arriving ---- */

static void it_is_kept_once_and_delivered_to_each(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");
    struct hub_statement row;
    uint8_t *original = NULL;
    size_t len = 0;

    assert_refusal(hub_fixture_tell(f, &s, LEERPLICHT), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    row = kept(f, &s);
    assert_int_equal(row.delivered_count, 1);
    assert_true(hub_statement_is_known_to(&row, f->who[VO]->id));
    assert_true(hub_statement_is_known_to(&row, f->who[LEERPLICHT]->id));
    assert_false(hub_statement_is_known_to(&row, f->who[CJG]->id));
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    row = kept(f, &s);
    assert_int_equal(row.delivered_count, 2);
    assert_err(hub_statement_original(&f->state, f->x, s.id, &original, &len), OK);
    assert_int_not_equal(len, 0);
    free(original);
}

static void the_original_comes_back_as_it_was_sent(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");
    uint8_t expected[4096], *original = NULL;
    size_t expected_len = 0, len = 0;

    assert_err(proto_statement_encode(&s, expected, sizeof expected, &expected_len), OK);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
    assert_err(hub_statement_original(&f->state, f->x, s.id, &original, &len), OK);
    assert_int_equal(len, expected_len);
    assert_memory_equal(original, expected, len);
    free(original);
    s.id[3] ^= 1;
    assert_err(hub_statement_original(&f->state, f->x, s.id, &original, &len), ERR_NOTFOUND);
}

static void other_bytes_under_its_id_are_a_replay(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");

    assert_refusal(hub_fixture_tell(f, &s, LEERPLICHT), PROTO_ACCEPTED);
    s.occurred_s++;
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_REPLAYED);
    assert_refusal(hub_fixture_tell(f, &s, LEERPLICHT), PROTO_REPLAYED);
}

/* As core forgets a message that nobody has acknowledged: its row goes, and what it carried is kept elsewhere. */
static void forget(struct hub_fixture *f, const uint8_t message[PROTO_ID_LEN])
{
    struct hub_statement s;
    struct hub_act_row row;

    assert_err(hub_store_act_find(f->state.acts, f->x, message, &row), OK);
    assert_true(row.carries);
    assert_err(hub_store_statement_get(f->state.tables, f->x, row.carried, &s), OK);
    assert_err(hub_store_statement_carry(f->state.tables, f->x, message, &s, row.to), OK);
    assert_err(hub_store_act_drop(f->state.acts, f->x, &row), OK);
}

/* Long after core forgot the message: its id comes back with another statement. */
static void a_message_id_that_comes_back(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");
    struct hub_act a = hub_fixture_act(f, PROTO_STATEMENT, VO, CJG);

    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
    memcpy(a.msg.head.id, f->last, PROTO_ID_LEN);
    forget(f, f->last);
    s = event(f, "LRV");
    a.said = hub_fixture_said(f, &s, PROTO_ROLE_CASEWORKER, 1);
    assert_refusal(hub_fixture_run(f, &a), PROTO_REPLAYED);
}

static void it_is_mailed_again_until_acknowledged(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");
    struct hub_act ack;
    struct hub_statement row;

    assert_refusal(hub_fixture_tell(f, &s, LEERPLICHT), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_tell(f, &s, LEERPLICHT), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    row = kept(f, &s);
    assert_int_equal(row.delivered_count, 1);
    ack = hub_fixture_act(f, PROTO_ACK, LEERPLICHT, VO);
    memcpy(ack.msg.refers, f->last, PROTO_ID_LEN);
    memcpy(ack.msg.digest, row.digest, sizeof row.digest);
    ack.msg.code = PROTO_ACK_STORED;
    assert_refusal(hub_fixture_run(f, &ack), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_tell(f, &s, LEERPLICHT), PROTO_ACCEPTED);
    assert_false(f->out.mailed);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
}

/* ---- to whom, by whom, about what ---- */

static void to_somebody_it_does_not_name(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");

    assert_refusal(hub_fixture_tell(f, &s, JGZ), PROTO_NOT_ADDRESSED);
}

static void an_event_to_the_hub_alone(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");

    assert_refusal(hub_fixture_tell(f, &s, NOBODY), PROTO_NOT_ADDRESSED);
    s = hub_fixture_say(f, VO, PROTO_SAY_EVENT, NOBODY);
    (void)snprintf(s.event, sizeof s.event, "VZM");
    assert_refusal(hub_fixture_tell(f, &s, NOBODY), PROTO_NOT_ADDRESSED);
}

static void an_addressee_outside_the_region(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");

    memset(s.addressees.id[s.addressees.count++], 0x77, PROTO_PARTNER_LEN);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_UNKNOWN_PARTNER);
}

static void addressed_to_its_own_setter(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_say(f, CJG, PROTO_SAY_EVENT, CJG, VO, NOBODY);

    (void)snprintf(s.event, sizeof s.event, "HELP_REQ");
    assert_refusal(hub_fixture_tell(f, &s, VO), PROTO_MALFORMED);
}

static struct hub_act told_event(struct hub_fixture *f)
{
    struct proto_statement s = event(f, "VZM");
    struct hub_act a = hub_fixture_act(f, PROTO_STATEMENT, VO, LEERPLICHT);

    a.said = hub_fixture_said(f, &s, PROTO_ROLE_CASEWORKER, 1);
    return a;
}

static void set_in_the_name_of_another(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = told_event(f);

    a.said.what.setter[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_YOURS);
}

static void signed_by_a_person_of_another(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = told_event(f);

    a.said.signer_partner[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_YOURS);
}

static void said_in_another_region(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = told_event(f);

    a.said.what.region[31] ^= 1;
    assert_refusal(hub_fixture_run(f, &a), PROTO_WRONG_REGION);
}

static void another_case_in_the_message(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = told_event(f);

    a.msg.head.case_id[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
}

static void another_child_in_the_message(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = told_event(f);

    a.msg.head.subject.value[31] ^= 1;
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
    a = told_event(f);
    a.msg.head.subject.type = PROTO_SUBJECT_EDUCATION;
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
}

static void another_purpose_in_the_message(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = told_event(f);

    (void)snprintf(a.msg.head.purpose, sizeof a.msg.head.purpose, "att_followup");
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
}

static void made_in_the_future(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");

    s.made_s = f->now_s + PROTO_ISSUED_AHEAD_S + 1;
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_STALE);
    s.made_s--;
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
}

static void nothing_inside(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = told_event(f);
    struct hub_outcome o;

    a.said = (struct hub_said){.role = PROTO_ROLE_CASEWORKER};
    assert_err(hub_on_statement(&f->state, f->x, &a, &o), OK);
    assert_refusal(o.result, PROTO_MALFORMED);
}

static void a_grant_does_not_travel_alone(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_GRANT, CJG, NOBODY);

    memset(s.refers, 1, sizeof s.refers);
    memcpy(s.receiver, f->who[CJG]->id, sizeof s.receiver);
    s.sections = hub_fixture_sections("ident");
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_MALFORMED);
}

/* ---- names ---- */

static void an_unknown_event(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "NOT_THERE");

    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_UNKNOWN_NAME);
}

static void the_computed_event_cannot_be_said(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "CASE");

    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_UNKNOWN_NAME);
}

static void an_unknown_purpose(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    f->purpose = "curiosity";
    s = event(f, "VZM");
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_UNKNOWN_NAME);
}

static struct proto_statement consent(struct hub_fixture *f, const char *sections)
{
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_CONSENT, CJG, JGZ, NOBODY);

    memcpy(s.holder, f->who[VO]->id, sizeof s.holder);
    memcpy(s.receiver, f->who[CJG]->id, sizeof s.receiver);
    s.sections = hub_fixture_sections(sections);
    s.code = PROTO_CONSENT_PROCESSING;
    s.until_s = f->now_s + 1000000;
    return s;
}

static void an_unknown_section(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    f->purpose = "youth_help_access";
    s = consent(f, "ident shoe_size");
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_UNKNOWN_NAME);
    s = consent(f, "ident need");
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
}

/* An event of a kind that may not set it: kept, and it never counts (test_hub_decide). */
static void an_event_by_a_kind_that_may_not_set_it_is_kept(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_say(f, SMW, PROTO_SAY_EVENT, VO, NOBODY);

    (void)snprintf(s.event, sizeof s.event, "VZM");
    assert_refusal(hub_fixture_tell(f, &s, VO), PROTO_ACCEPTED);
}

/* ---- roles: one row each ---- */

struct role_row {
    const char *name;
    enum proto_statement_kind kind;
    enum proto_role role;
    bool may;
};

static const struct role_row roles[] = {
    {"a caseworker says an event", PROTO_SAY_EVENT, PROTO_ROLE_CASEWORKER, true},
    {"a coordinator says an event", PROTO_SAY_EVENT, PROTO_ROLE_COORDINATOR, true},
    {"a second does not say an event", PROTO_SAY_EVENT, PROTO_ROLE_SECOND, false},
    {"an officer does not say an event", PROTO_SAY_EVENT, PROTO_ROLE_OFFICER, false},
    {"an fg does not say an event", PROTO_SAY_EVENT, PROTO_ROLE_FG, false},
    {"an analyst does not say an event", PROTO_SAY_EVENT, PROTO_ROLE_ANALYST, false},
    {"an admin does not say an event", PROTO_SAY_EVENT, PROTO_ROLE_ADMIN, false},
    {"an adopter does not say an event", PROTO_SAY_EVENT, PROTO_ROLE_ADOPTER, false},
    {"a young person does not say an event", PROTO_SAY_EVENT, PROTO_ROLE_YOUNG, false},
    {"a node does not say an event", PROTO_SAY_EVENT, PROTO_ROLE_NONE, false},
    {"a number that is no role says nothing", PROTO_SAY_EVENT, PROTO_ROLE_END, false},
    {"a young person consents", PROTO_SAY_CONSENT, PROTO_ROLE_YOUNG, true},
    {"a representative consents", PROTO_SAY_CONSENT, PROTO_ROLE_REPRESENTATIVE, true},
    {"a parent without custody does not consent", PROTO_SAY_CONSENT, PROTO_ROLE_PARENT, false},
    {"an officer does not record consent", PROTO_SAY_CONSENT, PROTO_ROLE_OFFICER, false},
    {"a young person withdraws", PROTO_SAY_WITHDRAWAL, PROTO_ROLE_YOUNG, true},
    {"a young person objects", PROTO_SAY_OBJECTION, PROTO_ROLE_YOUNG, true},
    {"a parent without custody says facts", PROTO_SAY_FACTS, PROTO_ROLE_PARENT, true},
    {"an fg does not say facts", PROTO_SAY_FACTS, PROTO_ROLE_FG, false},
    {"a young person is no member of a case", PROTO_SAY_MEMBERSHIP, PROTO_ROLE_YOUNG, false},
    {"an admin does not open a case", PROTO_SAY_MEMBERSHIP, PROTO_ROLE_ADMIN, false},
    {"a coordinator weighs", PROTO_SAY_WEIGHING, PROTO_ROLE_COORDINATOR, true},
    {"a second does not weigh", PROTO_SAY_WEIGHING, PROTO_ROLE_SECOND, false},
    {"a second approves", PROTO_SAY_APPROVAL, PROTO_ROLE_SECOND, true},
    {"a colleague approves", PROTO_SAY_APPROVAL, PROTO_ROLE_CASEWORKER, true},
    {"an officer does not approve", PROTO_SAY_APPROVAL, PROTO_ROLE_OFFICER, false},
    {"a node does not approve", PROTO_SAY_APPROVAL, PROTO_ROLE_NONE, false},
    {"a second does not grant", PROTO_SAY_GRANT, PROTO_ROLE_SECOND, false},
    {"a node says the status of a consent", PROTO_SAY_STATUS, PROTO_ROLE_NONE, true},
    {"an admin does not say a status", PROTO_SAY_STATUS, PROTO_ROLE_ADMIN, false},
    {"nobody breaks the glass in a statement", PROTO_SAY_BREAKGLASS, PROTO_ROLE_CASEWORKER, false},
};


static void role(void **state)
{
    const struct role_row *row = *state;

    assert_int_equal(hub_person_may_say(row->kind, row->role), row->may);
}

static void a_role_that_may_not_is_refused(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = event(f, "VZM");

    assert_refusal(hub_fixture_tell_as(f, &s, CJG, PROTO_ROLE_OFFICER), PROTO_ROLE_NOT_ALLOWED);
    assert_refusal(hub_fixture_tell_as(f, &s, CJG, PROTO_ROLE_ADOPTER), PROTO_ROLE_NOT_ALLOWED);
    assert_refusal(hub_fixture_tell_as(f, &s, CJG, PROTO_ROLE_COORDINATOR), PROTO_ACCEPTED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(it_is_kept_once_and_delivered_to_each),
        hub_fixture_test(the_original_comes_back_as_it_was_sent),
        hub_fixture_test(other_bytes_under_its_id_are_a_replay),
        hub_fixture_test(a_message_id_that_comes_back),
        hub_fixture_test(it_is_mailed_again_until_acknowledged),
        hub_fixture_test(to_somebody_it_does_not_name),
        hub_fixture_test(an_event_to_the_hub_alone),
        hub_fixture_test(an_addressee_outside_the_region),
        hub_fixture_test(addressed_to_its_own_setter),
        hub_fixture_test(set_in_the_name_of_another),
        hub_fixture_test(signed_by_a_person_of_another),
        hub_fixture_test(said_in_another_region),
        hub_fixture_test(another_case_in_the_message),
        hub_fixture_test(another_child_in_the_message),
        hub_fixture_test(another_purpose_in_the_message),
        hub_fixture_test(made_in_the_future),
        hub_fixture_test(nothing_inside),
        hub_fixture_test(a_grant_does_not_travel_alone),
        hub_fixture_test(an_unknown_event),
        hub_fixture_test(the_computed_event_cannot_be_said),
        hub_fixture_test(an_unknown_purpose),
        hub_fixture_test(an_unknown_section),
        hub_fixture_test(an_event_by_a_kind_that_may_not_set_it_is_kept),
        hub_fixture_test(a_role_that_may_not_is_refused),
    };
    struct check_list list = {.count = 0};
    int failed = cmocka_run_group_tests_name("hub_on_statement", tests, NULL, NULL);

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        check_add(&list, roles[i].name, role, &roles[i]);
    return failed + check_run(&list, "hub_on_statement roles");
}
