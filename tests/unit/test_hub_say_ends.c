/* hub/say_event and hub/say_consent: statements about other statements, and consents as they arrive. */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_statement.h"

static struct hub_statement kept(struct hub_fixture *f, const struct proto_statement *s)
{
    struct hub_statement row;

    assert_err(hub_store_statement_get(f->state.tables, f->x, s->id, &row), OK);
    return row;
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

/* ---- ends ---- */

static void an_event_ends_by_its_setter_only(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_event(f, "VZM", VO, LEERPLICHT, CJG), end;

    end = hub_fixture_about(f, LEERPLICHT, PROTO_SAY_EVENT_END, &s, VO);
    assert_refusal(hub_fixture_tell(f, &end, VO), PROTO_NOT_YOURS);
    end = hub_fixture_about(f, JGZ, PROTO_SAY_EVENT_END, &s, VO);
    assert_refusal(hub_fixture_tell(f, &end, VO), PROTO_NOT_FOUND);
    end = hub_fixture_about(f, VO, PROTO_SAY_EVENT_END, &s, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_ACCEPTED);
    assert_int_equal(kept(f, &s).ended_s, f->now_s);
}

static void an_end_of_what_is_not_there(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_EVENT, CJG, NOBODY),
        end = hub_fixture_about(f, VO, PROTO_SAY_EVENT_END, &s, CJG);

    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_NOT_FOUND);
}

static void an_end_of_another_kind(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_event(f, "VZM", VO, LEERPLICHT, CJG), end;

    end = hub_fixture_about(f, VO, PROTO_SAY_WITHDRAWAL, &s, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_NOT_FOUND);
    end = hub_fixture_about(f, VO, PROTO_SAY_OBJECTION_END, &s, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_NOT_FOUND);
    end = hub_fixture_about(f, VO, PROTO_SAY_STATUS, &s, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_NOT_FOUND);
}

static void the_earlier_end_stands(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_event(f, "VZM", VO, LEERPLICHT, CJG), end;
    uint64_t first_s;

    hub_fixture_days(f, 1);
    first_s = f->now_s;
    end = hub_fixture_about(f, VO, PROTO_SAY_EVENT_END, &s, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_ACCEPTED);
    hub_fixture_days(f, 1);
    end = hub_fixture_about(f, VO, PROTO_SAY_EVENT_END, &s, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_ACCEPTED);
    assert_int_equal(kept(f, &s).ended_s, first_s);
}

static void a_consent_is_withdrawn_by_each_that_it_names(void **state)
{
    struct hub_fixture *f = *state;
    const enum hub_fixture_who by[] = {VO, CJG, WIJKTEAM};

    f->purpose = "youth_help_access";
    for (size_t i = 0; i < 3; i++) {
        struct proto_statement s = hub_fixture_consent(f, WIJKTEAM, VO, CJG, "ident", f->now_s + 1000000),
            end;

        end = hub_fixture_about(f, by[i], PROTO_SAY_WITHDRAWAL, &s, by[i] == VO ? CJG : VO);
        assert_refusal(hub_fixture_tell(f, &end, by[i] == VO ? CJG : VO), PROTO_ACCEPTED);
        assert_int_equal(kept(f, &s).ended_s, f->now_s);
    }
}

static void a_consent_is_not_withdrawn_by_others(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, end;

    f->purpose = "youth_help_access";
    s = consent(f, "ident");   /* names school and cjg; the school doctor only hears of it */
    hub_fixture_tell_all(f, &s);
    end = hub_fixture_about(f, JGZ, PROTO_SAY_WITHDRAWAL, &s, VO);
    assert_refusal(hub_fixture_tell(f, &end, VO), PROTO_NOT_YOURS);
    end = hub_fixture_about(f, SWV, PROTO_SAY_WITHDRAWAL, &s, VO);
    assert_refusal(hub_fixture_tell(f, &end, VO), PROTO_NOT_FOUND);
    assert_int_equal(kept(f, &s).ended_s, 0);
}

static void an_objection_ends_by_its_setter_only(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_OBJECTION, JGZ, NOBODY), end;

    hub_fixture_tell_all(f, &s);
    end = hub_fixture_about(f, JGZ, PROTO_SAY_OBJECTION_END, &s, VO);
    assert_refusal(hub_fixture_tell(f, &end, VO), PROTO_NOT_YOURS);
    end = hub_fixture_about(f, VO, PROTO_SAY_OBJECTION_END, &s, JGZ);
    assert_refusal(hub_fixture_tell(f, &end, JGZ), PROTO_ACCEPTED);
    assert_true(kept(f, &s).delivered[0].told_end);
}

static void a_status_comes_from_the_recorder_only(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, status;

    f->purpose = "youth_help_access";
    s = consent(f, "ident");
    hub_fixture_tell_all(f, &s);
    status = hub_fixture_about(f, CJG, PROTO_SAY_STATUS, &s, VO);
    status.until_s = s.until_s;
    assert_refusal(hub_fixture_tell_as(f, &status, VO, PROTO_ROLE_NONE), PROTO_NOT_YOURS);
    status = hub_fixture_about(f, SWV, PROTO_SAY_STATUS, &s, VO);
    assert_refusal(hub_fixture_tell_as(f, &status, VO, PROTO_ROLE_NONE), PROTO_NOT_FOUND);
    hub_fixture_days(f, 3);
    status = hub_fixture_about(f, VO, PROTO_SAY_STATUS, &s, CJG);
    status.until_s = s.until_s;
    assert_refusal(hub_fixture_tell_as(f, &status, CJG, PROTO_ROLE_NONE), PROTO_ACCEPTED);
    assert_int_equal(kept(f, &s).status_s, f->now_s);
}

static void an_older_status_says_nothing_new(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, status;
    uint64_t until_s;

    f->purpose = "youth_help_access";
    s = consent(f, "ident");
    hub_fixture_tell_all(f, &s);
    until_s = s.until_s;
    status = hub_fixture_about(f, VO, PROTO_SAY_STATUS, &s, CJG);
    status.made_s = f->now_s - 100;
    status.until_s = 0;
    assert_refusal(hub_fixture_tell_as(f, &status, CJG, PROTO_ROLE_NONE), PROTO_ACCEPTED);
    assert_int_equal(kept(f, &s).status_until_s, until_s);
    status = hub_fixture_about(f, VO, PROTO_SAY_STATUS, &s, CJG);
    status.made_s = f->now_s - 100;
    status.code = 1;
    assert_refusal(hub_fixture_tell_as(f, &status, CJG, PROTO_ROLE_NONE), PROTO_ACCEPTED);
    assert_int_not_equal(kept(f, &s).ended_s, 0);
}

/* ---- consents ---- */

static void a_consent_without_a_purpose(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s = consent(f, "ident");

    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_MALFORMED);
}

static void a_consent_from_one_to_the_same(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    f->purpose = "youth_help_access";
    s = consent(f, "ident");
    memcpy(s.receiver, s.holder, sizeof s.receiver);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_MALFORMED);
}

static void a_consent_with_a_partner_that_is_not_there(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    f->purpose = "youth_help_access";
    s = consent(f, "ident");
    memset(s.receiver, 0x77, sizeof s.receiver);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_UNKNOWN_PARTNER);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(an_event_ends_by_its_setter_only),
        hub_fixture_test(an_end_of_what_is_not_there),
        hub_fixture_test(an_end_of_another_kind),
        hub_fixture_test(the_earlier_end_stands),
        hub_fixture_test(a_consent_is_withdrawn_by_each_that_it_names),
        hub_fixture_test(a_consent_is_not_withdrawn_by_others),
        hub_fixture_test(an_objection_ends_by_its_setter_only),
        hub_fixture_test(a_status_comes_from_the_recorder_only),
        hub_fixture_test(an_older_status_says_nothing_new),
        hub_fixture_test(a_consent_without_a_purpose),
        hub_fixture_test(a_consent_from_one_to_the_same),
        hub_fixture_test(a_consent_with_a_partner_that_is_not_there),
    };

    return cmocka_run_group_tests_name("hub_say_ends", tests, NULL, NULL);
}
