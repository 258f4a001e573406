/*
 * client/case_end: a case goes on its day, with what was said in it; what still counts keeps it. The office is leerplicht's; each test has its
 * own day.
 */
#include "tests/support/client_fixture.h"

#include "client/case_end.h"
#include "client/member.h"
#include "client/record.h"
#include "client/retention.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

#define YEARS_5 ((uint64_t)CLIENT_RETENTION_S)

static struct proto_subject_id child;

static void run_at(struct client_fixture *f, enum client_fixture_who who, uint64_t now_s)
{
    bool more = true;

    for (int i = 0; more && i < 20; i++) {
        struct vault_txn *x = client_fixture_begin(f, who);

        assert_err(client_case_end_run(client_fixture_node(f, who), x, now_s, &more), OK);
        client_fixture_commit(x);
    }
    assert_false(more);
}

static struct client_case a_case(struct client_fixture *f, enum client_fixture_who who, uint8_t n)
{
    struct vault_txn *x = client_fixture_begin(f, who);
    struct client_case c;
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case_id(n, id);
    assert_err(client_case_get(x, id, &c), OK);
    client_vault_abort(x);
    return c;
}

static bool is_over(struct client_fixture *f, enum client_fixture_who who, uint8_t n)
{
    return a_case(f, who, n).child.type == PROTO_SUBJECT_NONE;
}

static bool is_kept(struct client_fixture *f, enum client_fixture_who who, const struct proto_statement *s)
{
    struct vault_txn *x = client_fixture_begin(f, who);
    bool has = false;

    assert_err(client_vault_has(x, CLIENT_T_STATEMENT, s->id, PROTO_ID_LEN, &has), OK);
    client_vault_abort(x);
    return has;
}

static bool has_record(struct client_fixture *f, enum client_fixture_who who)
{
    struct vault_txn *x = client_fixture_begin(f, who);
    struct proto_sections all = {0};

    assert_err(client_record_sections(client_fixture_node(f, who), x, &child, &all), OK);
    client_vault_abort(x);
    return all.count != 0;
}

static void born(struct client_fixture *f, enum client_fixture_who who, int years, int days)
{
    char date[11];

    client_fixture_born(f, years, days, date);
    client_fixture_person(f, who, &child, date, "g1");
}

/* A report of absence by the school, and that the office took the case up. */
struct told { struct proto_statement report, member; };

static struct told tell(struct client_fixture *f, enum client_fixture_who who, uint8_t n, uint64_t ago_s)
{
    struct told t = {.report = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY),
        .member = client_fixture_say(f, PROTO_SAY_MEMBERSHIP, who, &child, VO, NOBODY)};

    memcpy(t.report.event, "VZM", 4);
    client_fixture_case_id(n, t.member.case_id);
    memcpy(t.member.purpose, "att_followup", 13);
    t.member.code = PROTO_MEMBER_OPEN;
    t.member.made_s = f->now_s - ago_s;
    client_fixture_keep(f, who, &t.report);
    client_fixture_keep_at(f, who, &t.member, f->now_s - ago_s);
    return t;
}

/* ---- by age ---- */

static void a_leerplicht_case_goes_when_the_child_is_19(void **state)
{
    struct client_fixture *f = *state;
    struct told t;

    born(f, LEERPLICHT, 18, 364);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    t = tell(f, LEERPLICHT, 1, 0);
    run_at(f, LEERPLICHT, f->now_s);
    assert_false(is_over(f, LEERPLICHT, 1));
    assert_true(is_kept(f, LEERPLICHT, &t.report) && is_kept(f, LEERPLICHT, &t.member) && has_record(f, LEERPLICHT));
    run_at(f, LEERPLICHT, f->now_s + 3 * DAY_S);
    assert_true(is_over(f, LEERPLICHT, 1));
    assert_false(is_kept(f, LEERPLICHT, &t.report) || is_kept(f, LEERPLICHT, &t.member) || has_record(f, LEERPLICHT));
}

/* The office has no record of it: the school said how old it is. */
static void the_age_that_another_told_counts(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement facts = client_fixture_say(f, PROTO_SAY_FACTS, VO, &child, LEERPLICHT, NOBODY);
    char date[11], json[128];

    client_fixture_born(f, 19, 1, date);
    (void)snprintf(json, sizeof json, "{\"birth_date\":\"%s\",\"custody\":\"g1\",\"incapable\":\"\"}", date);
    client_fixture_seal(f, &facts, LEERPLICHT, json);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_enforce", LEERPLICHT, VO, NOBODY);
    run_at(f, LEERPLICHT, f->now_s);
    assert_false(is_over(f, LEERPLICHT, 1));
    client_fixture_keep(f, LEERPLICHT, &facts);
    run_at(f, LEERPLICHT, f->now_s);
    assert_true(is_over(f, LEERPLICHT, 1));
    assert_false(is_kept(f, LEERPLICHT, &facts));
}

static void with_another_purpose_it_stays(void **state)
{
    struct client_fixture *f = *state;
    struct vault_txn *x;
    struct client_case c;

    born(f, LEERPLICHT, 20, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    c = a_case(f, LEERPLICHT, 1);
    assert_err(client_case_set(&c, f->partner[CJG].id, "case_support", CLIENT_MEMBER_OPENED, false), OK);
    x = client_fixture_begin(f, LEERPLICHT);
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
    run_at(f, LEERPLICHT, f->now_s);
    assert_false(is_over(f, LEERPLICHT, 1));
}

static void at_a_school_age_ends_nothing(void **state)
{
    struct client_fixture *f = *state;

    born(f, VO, 30, 0);
    client_fixture_case(f, VO, 1, &child, "att_followup", VO, LEERPLICHT, NOBODY);
    run_at(f, VO, f->now_s);
    assert_false(is_over(f, VO, 1));
    assert_true(has_record(f, VO));
}

static void at_the_office_for_early_leavers_it_is_25(void **state)
{
    struct client_fixture *f = *state;

    client_fixture_kind(f, LEERPLICHT, "rmc");
    born(f, LEERPLICHT, 24, 364);
    client_fixture_case(f, LEERPLICHT, 1, &child, "vsv_guidance", LEERPLICHT, VO, NOBODY);
    run_at(f, LEERPLICHT, f->now_s);
    assert_false(is_over(f, LEERPLICHT, 1));
    run_at(f, LEERPLICHT, f->now_s + 3 * DAY_S);
    assert_true(is_over(f, LEERPLICHT, 1));
}

static void an_objection_keeps_its_own_term(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_OBJECTION, VO, &child, LEERPLICHT, NOBODY);

    born(f, LEERPLICHT, 20, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    client_fixture_keep(f, LEERPLICHT, &s);
    run_at(f, LEERPLICHT, f->now_s);
    assert_true(is_over(f, LEERPLICHT, 1) && is_kept(f, LEERPLICHT, &s));
}

/* ---- what keeps it ---- */

static void an_open_request_keeps_it(void **state)
{
    static const enum client_desk_state open[] = {CLIENT_DESK_WAITING, CLIENT_DESK_SENT, CLIENT_DESK_PREPARED, CLIENT_DESK_GRANTED,
        CLIENT_DESK_RELEASED, CLIENT_DESK_ARRIVED, CLIENT_DESK_OPENED};
    struct client_fixture *f = *state;
    struct client_desk d = {.id = {3}, .mine = true, .purpose = "att_followup", .child = child, .child_there = child};

    born(f, LEERPLICHT, 20, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    client_fixture_case_id(1, d.case_id);
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        d.state = (uint8_t)open[i];
        client_fixture_desk_put(f, LEERPLICHT, &d);
        run_at(f, LEERPLICHT, f->now_s);
        assert_false(is_over(f, LEERPLICHT, 1));
    }
    d.state = CLIENT_DESK_ENDED;
    client_fixture_desk_put(f, LEERPLICHT, &d);
    run_at(f, LEERPLICHT, f->now_s);
    assert_true(is_over(f, LEERPLICHT, 1));
}

static void what_is_under_way_keeps_it(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, LEERPLICHT, &child, VO, NOBODY);

    memcpy(s.event, "VZM", 4);
    born(f, LEERPLICHT, 20, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    client_fixture_case_id(1, s.case_id);
    client_fixture_keep_at(f, LEERPLICHT, &s, 0);
    run_at(f, LEERPLICHT, f->now_s);
    assert_false(is_over(f, LEERPLICHT, 1));
}

/* What is known of the child is needed there; the case of its own goes. */
static void another_case_of_the_child_keeps_what_is_known_of_it(void **state)
{
    struct client_fixture *f = *state;
    struct told t;

    born(f, LEERPLICHT, 20, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    client_fixture_case(f, LEERPLICHT, 2, &child, "case_support", LEERPLICHT, CJG, NOBODY);
    t = tell(f, LEERPLICHT, 1, 0);
    run_at(f, LEERPLICHT, f->now_s);
    assert_true(is_over(f, LEERPLICHT, 1));
    assert_false(is_over(f, LEERPLICHT, 2) || is_kept(f, LEERPLICHT, &t.member));
    assert_true(is_kept(f, LEERPLICHT, &t.report) && has_record(f, LEERPLICHT));
}

static struct proto_statement consent_of(struct client_fixture *f, uint8_t n)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_CONSENT, VO, &child, LEERPLICHT, NOBODY);

    client_fixture_case_id(n, s.case_id);
    memcpy(s.holder, f->partner[VO].id, sizeof s.holder);
    memcpy(s.receiver, f->partner[LEERPLICHT].id, sizeof s.receiver);
    memcpy(s.purpose, "att_followup", 13);
    s.sections = client_fixture_sections("att");
    s.code = PROTO_CONSENT_PROCESSING;
    s.until_s = f->now_s + 30 * (uint64_t)DAY_S;
    return s;
}

static struct proto_statement withdrawal_of(struct client_fixture *f, const struct proto_statement *consent, uint8_t n)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_WITHDRAWAL, VO, &child, LEERPLICHT, NOBODY);

    memcpy(s.refers, consent->id, sizeof s.refers);
    client_fixture_case_id(n, s.case_id);
    return s;
}

/* Or the yes would count again. */
static void a_withdrawal_stays_with_the_consent_of_another_case(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement consent = consent_of(f, 2), no = withdrawal_of(f, &consent, 1);

    born(f, LEERPLICHT, 20, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    client_fixture_case(f, LEERPLICHT, 2, &child, "case_support", LEERPLICHT, CJG, NOBODY);
    client_fixture_keep(f, LEERPLICHT, &consent);
    client_fixture_keep(f, LEERPLICHT, &no);
    run_at(f, LEERPLICHT, f->now_s);
    assert_true(is_over(f, LEERPLICHT, 1));
    assert_true(is_kept(f, LEERPLICHT, &consent) && is_kept(f, LEERPLICHT, &no));
}

/* A node that is ended between two portions, or holds all from then on, has the no for as long as the yes. */
static void a_withdrawal_goes_after_its_consent(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement consent = consent_of(f, 1), no = withdrawal_of(f, &consent, 1);
    struct vault_txn *x;
    bool more = false;

    born(f, LEERPLICHT, 20, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    client_fixture_keep(f, LEERPLICHT, &consent);
    client_fixture_keep(f, LEERPLICHT, &no);
    x = client_fixture_begin(f, LEERPLICHT);
    assert_err(client_case_end_run(client_fixture_node(f, LEERPLICHT), x, f->now_s, &more), OK);
    client_fixture_commit(x);
    assert_true(more);
    assert_true(!is_kept(f, LEERPLICHT, &consent) && is_kept(f, LEERPLICHT, &no));
    run_at(f, LEERPLICHT, f->now_s);
    assert_true(is_over(f, LEERPLICHT, 1));
    assert_false(is_kept(f, LEERPLICHT, &no));
}

static void nothing_goes_under_a_legal_hold(void **state)
{
    struct client_fixture *f = *state;

    born(f, LEERPLICHT, 40, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    client_fixture_node(f, LEERPLICHT)->legal_hold = true;
    run_at(f, LEERPLICHT, f->now_s);
    assert_false(is_over(f, LEERPLICHT, 1));
}

/* ---- left ---- */

static void leave(struct client_fixture *f, uint8_t n)
{
    struct client_case c = a_case(f, VO, n);
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_case_set(&c, f->partner[VO].id, "case_support", CLIENT_MEMBER_LEFT, false), OK);
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
}

static void five_years_after_it_was_left(void **state)
{
    struct client_fixture *f = *state;
    struct told t;

    born(f, VO, 12, 0);
    client_fixture_case(f, VO, 1, &child, "case_support", VO, CJG, NOBODY);
    t = tell(f, VO, 1, 0);
    run_at(f, VO, f->now_s + 2 * YEARS_5);
    assert_false(is_over(f, VO, 1));
    leave(f, 1);
    run_at(f, VO, f->now_s + YEARS_5 - DAY_S);
    assert_false(is_over(f, VO, 1));
    run_at(f, VO, f->now_s + YEARS_5);
    assert_true(is_over(f, VO, 1));
    assert_false(is_kept(f, VO, &t.member));
    /* The school's own file, and what it reported, have terms of their own. */
    assert_true(has_record(f, VO) && is_kept(f, VO, &t.report));
}

static void not_before_the_decisions_in_it(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.id = {3}, .state = CLIENT_DESK_ENDED, .purpose = "case_support", .child = child, .child_there = child};

    client_fixture_case(f, VO, 1, &child, "case_support", VO, CJG, NOBODY);
    leave(f, 1);
    client_fixture_case_id(1, d.case_id);
    client_fixture_desk_put(f, VO, &d);
    run_at(f, VO, f->now_s + 2 * YEARS_5);
    assert_false(is_over(f, VO, 1));
}

/* ---- afterwards ---- */

/* Known, and about nobody: neither the hub with a new member nor an old one makes it a case again. */
static void what_is_over_is_not_opened_again(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, LEERPLICHT);
    const struct proto_subject_id handle = client_fixture_handle(1), *about[] = {&child, &handle};
    struct client_case c;

    born(f, LEERPLICHT, 20, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    run_at(f, LEERPLICHT, f->now_s);
    for (size_t i = 0; i < 2; i++) {
        struct proto_statement s = client_fixture_say(f, PROTO_SAY_MEMBERSHIP, CJG, about[i], LEERPLICHT, NOBODY);
        struct vault_txn *x = client_fixture_begin(f, LEERPLICHT);

        client_fixture_case_id(1, s.case_id);
        memcpy(s.purpose, "att_followup", 13);
        memcpy(s.receiver, n->me->id, sizeof s.receiver);
        s.code = PROTO_MEMBER_INVITE;
        assert_err(client_member_apply(n, x, &s), OK);
        client_fixture_commit(x);
    }
    c = a_case(f, LEERPLICHT, 1);
    assert_int_equal(c.child.type, PROTO_SUBJECT_NONE);
    assert_int_equal(c.count, 2);
    for (uint16_t i = 0; i < c.count; i++)
        assert_int_equal(c.member[i].state, CLIENT_MEMBER_LEFT);
    assert_false(client_case_is_about(&c, &child) || client_case_is_about(&c, &handle));
}

static void people_see_it_no_more(void **state)
{
    struct client_fixture *f = *state;

    born(f, LEERPLICHT, 20, 0);
    client_fixture_case(f, LEERPLICHT, 1, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    client_fixture_case(f, LEERPLICHT, 2, &child, "case_support", LEERPLICHT, VO, NOBODY);
    run_at(f, LEERPLICHT, f->now_s);
    assert_err(client_fixture_call(f, LEERPLICHT, "case.show", "{}"), OK);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(f->reply, "cases")), 1);
}

static void many_go_in_portions(void **state)
{
    struct client_fixture *f = *state;

    born(f, LEERPLICHT, 20, 0);
    for (uint8_t n = 1; n <= 2 * CLIENT_CASE_END_AT_ONCE + 3; n++)
        client_fixture_case(f, LEERPLICHT, n, &child, "att_followup", LEERPLICHT, VO, NOBODY);
    run_at(f, LEERPLICHT, f->now_s);
    for (uint8_t n = 1; n <= 2 * CLIENT_CASE_END_AT_ONCE + 3; n++)
        assert_true(is_over(f, LEERPLICHT, n));
    assert_false(has_record(f, LEERPLICHT));
}

static int setup(void **state)
{
    int result = client_fixture_setup(state);

    child = client_fixture_child(1);
    return result;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, client_fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_leerplicht_case_goes_when_the_child_is_19), T(the_age_that_another_told_counts), T(with_another_purpose_it_stays),
        T(at_a_school_age_ends_nothing), T(at_the_office_for_early_leavers_it_is_25), T(an_objection_keeps_its_own_term),
        T(an_open_request_keeps_it), T(what_is_under_way_keeps_it), T(another_case_of_the_child_keeps_what_is_known_of_it),
        T(a_withdrawal_stays_with_the_consent_of_another_case), T(a_withdrawal_goes_after_its_consent),
        T(nothing_goes_under_a_legal_hold), T(five_years_after_it_was_left), T(not_before_the_decisions_in_it),
        T(what_is_over_is_not_opened_again), T(people_see_it_no_more), T(many_go_in_portions),
    };

    return cmocka_run_group_tests_name("client/case_end", tests, NULL, NULL);
}
