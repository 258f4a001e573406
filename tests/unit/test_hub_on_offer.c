/*
 * hub/on_offer and hub/on_answer: a referral from the school to the access team, and what the receiver says
 * to it.
 */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_case.h"
#include "hub/store_grant.h"
#include "hub/store_request.h"

#include <stdio.h>

enum { DAY_S = 86400 };

/* The school refers a child with the family's consent; all that it needs is there, but no weighing. */
static struct hub_act referral(struct hub_fixture *f, const char *sections)
{
    f->purpose = "youth_help_access";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, VO, NOBODY);
    (void)hub_fixture_event(f, "REFERRED", VO, CJG, NOBODY);
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need own_words", f->now_s + 100 * DAY_S);
    return hub_fixture_grant(f, VO, CJG, NULL, sections, f->now_s + 30 * DAY_S);
}

static struct hub_act good(struct hub_fixture *f)
{
    struct hub_act a = referral(f, "ident need");

    hub_fixture_weigh(f, &a, VO);
    return a;
}

static struct hub_request kept(struct hub_fixture *f, const uint8_t id[PROTO_ID_LEN])
{
    struct hub_request q;

    assert_err(hub_store_request_get(f->state.tables, f->x, id, &q), OK);
    return q;
}

static void referred_consented_and_weighed(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f);
    struct hub_request q;
    struct hub_grant g;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(f->out.mailed && f->out.decision);
    assert_string_equal(hub_fixture_answer(f, "need"), "PERMIT R35");
    assert_int_equal(f->out.rows.row[0].at_holder, 0);
    q = kept(f, a.msg.head.id);
    assert_true(q.is_offer);
    assert_memory_equal(q.asker, f->who[CJG]->id, sizeof q.asker);
    assert_memory_equal(q.holder, f->who[VO]->id, sizeof q.holder);
    assert_err(hub_store_grant_get(f->state.tables, f->x, a.msg.head.id, &g), OK);
    assert_memory_equal(g.request, a.msg.head.id, sizeof g.request);
    assert_true(g.weighed);
    assert_true(hub_fixture_still(f, PROTO_OFFER, a.msg.head.id));
}

static void without_a_weighing(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = referral(f, "ident need");

    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_true(f->out.logged && f->out.decision);
    assert_false(f->out.mailed);
    assert_string_equal(hub_fixture_answer(f, "need"), "NEED_WEIGH R35");
    assert_false(hub_fixture_still(f, PROTO_OFFER, a.msg.head.id));
}

static void one_section_too_many_stops_all(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = referral(f, "ident need att");

    hub_fixture_weigh(f, &a, VO);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "ident"), "PERMIT R35");
    assert_string_equal(hub_fixture_answer(f, "att"), "NEED_CONSENT R35");
}

static void the_event_is_judged_by_who_set_it(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a;

    f->purpose = "youth_help_access";
    /* the receiver itself: it may not open its own door */
    (void)hub_fixture_event(f, "REFERRED", CJG, VO, NOBODY);
    (void)hub_fixture_consent(f, VO, VO, CJG, "need", f->now_s + 100 * DAY_S);
    a = hub_fixture_grant(f, VO, CJG, NULL, "need", f->now_s + DAY_S);
    hub_fixture_weigh(f, &a, VO);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "need"), "NEED_EVENT");
}

/* Neither is in a case: the offer is the invitation. */
static void no_case_is_needed(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a;

    f->purpose = "youth_help_access";
    (void)hub_fixture_event(f, "REFERRED", VO, CJG, NOBODY);
    (void)hub_fixture_consent(f, VO, VO, CJG, "need", f->now_s + 100 * DAY_S);
    a = hub_fixture_grant(f, VO, CJG, NULL, "need", f->now_s + DAY_S);
    hub_fixture_weigh(f, &a, VO);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

/* A report: both steps of the sender's people travel inside. */
static void a_report_needs_two_people(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a;

    f->purpose = "child_safety";
    (void)hub_fixture_event(f, "MELDCODE", VO, VEILIG_THUIS, NOBODY);
    a = hub_fixture_grant(f, VO, VEILIG_THUIS, NULL, "safety", f->now_s + DAY_S);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "safety"), "NEED_WEIGH R51");
    hub_fixture_weigh(f, &a, VO);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "safety"), "NEED_APPROVAL R51");
    hub_fixture_approve(f, &a, VO, 1);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    hub_fixture_approve(f, &a, VO, 2);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

static void a_consent_recorded_elsewhere_is_named(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;
    struct hub_act a;

    f->purpose = "youth_help_access";
    (void)hub_fixture_event(f, "REFERRED", VO, CJG, NOBODY);
    s = hub_fixture_consent(f, CJG, VO, CJG, "need", f->now_s + 100 * DAY_S);
    a = hub_fixture_grant(f, VO, CJG, NULL, "need", f->now_s + DAY_S);
    hub_fixture_weigh(f, &a, VO);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "need"), "NEED_CONSENT R35");
    a.msg.statements = hub_fixture_ids(1, s.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_int_equal(f->out.attached.count, 1);
    assert_memory_equal(f->out.attached.id[0], s.id, PROTO_ID_LEN);
}

/* ---- refused before the policy is asked ---- */

static void refused_before_any_decision(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f), b;

    b = a;
    b.msg.head.role = PROTO_ROLE_OFFICER;
    assert_refusal(hub_fixture_run(f, &b), PROTO_ROLE_NOT_ALLOWED);
    assert_true(f->out.decision);
    b = a;
    b.to = b.from;
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b = a;
    b.to = NULL;
    assert_refusal(hub_fixture_run(f, &b), PROTO_UNKNOWN_PARTNER);
    b = a;
    b.msg.head.pack[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_OTHER_PACK);
    b = a;
    b.msg.head.valid_until_s = b.msg.head.issued_s + 61 * DAY_S;
    assert_refusal(hub_fixture_run(f, &b), PROTO_STALE);
    b = a;
    b.said.what.digest[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_DIGEST_DIFFERS);
    b = a;
    b.weighing.what.setter[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_YOURS);
    b = a;
    memset(b.msg.statements.id[0], 0x66, PROTO_ID_LEN);
    b.msg.statements.count = 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_ADDRESSED);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

static void an_unknown_section(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = referral(f, "ident shoe_size");

    assert_refusal(hub_fixture_run(f, &a), PROTO_UNKNOWN_NAME);
}

static void access_that_is_over_or_too_long(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f), b = hub_fixture_grant(f, VO, CJG, NULL, "need", f->now_s);

    assert_refusal(hub_fixture_run(f, &b), PROTO_STALE);
    b = hub_fixture_grant(f, VO, CJG, NULL, "need", f->now_s + 95 * DAY_S);
    hub_fixture_weigh(f, &b, VO);
    assert_refusal(hub_fixture_run(f, &b), PROTO_DENIED);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

static void an_offer_is_no_request(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f), b;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    b = hub_fixture_grant(f, VO, CJG, a.msg.head.id, "need", f->now_s + DAY_S);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
    b = hub_fixture_act(f, PROTO_REFUSE, VO, CJG);
    memcpy(b.msg.refers, a.msg.head.id, PROTO_ID_LEN);
    b.msg.code = PROTO_REFUSE_NOT_NEEDED;
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
    b = hub_fixture_act(f, PROTO_CANCEL, CJG, VO);
    memcpy(b.msg.refers, a.msg.head.id, PROTO_ID_LEN);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
}

/* ---- the answer ---- */

static struct hub_act answer(struct hub_fixture *f, enum hub_fixture_who from, enum hub_fixture_who to,
    const uint8_t id[PROTO_ID_LEN], enum proto_answer code)
{
    struct hub_act a = hub_fixture_act(f, PROTO_ANSWER, from, to);

    memcpy(a.msg.refers, id, PROTO_ID_LEN);
    a.msg.code = (uint8_t)code;
    return a;
}

static enum hub_standing standing(struct hub_fixture *f, enum hub_fixture_who who)
{
    struct hub_case c = hub_case_of(f->case_id, f->purpose);
    enum hub_standing s = HUB_STANDING_NONE;

    assert_err(hub_store_case_standing(f->state.tables, f->x, &c, f->who[who]->id, &s), OK);
    return s;
}

static void accepted_it_makes_a_member(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f), b;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_NONE);
    b = answer(f, CJG, VO, a.msg.head.id, PROTO_ANSWER_ACCEPT);
    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    assert_int_equal(kept(f, a.msg.head.id).state, HUB_REQUEST_ACCEPTED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_ACCEPTED);
    b = answer(f, CJG, VO, a.msg.head.id, PROTO_ANSWER_NOT_FOR_US);
    assert_refusal(hub_fixture_run(f, &b), PROTO_WRONG_STATE);
}

/* The one who offers is no member of that case: then its offer invites nobody. */
static void a_stranger_to_the_case_invites_nobody(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a, b;

    f->purpose = "youth_help_access";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, WIJKTEAM, NOBODY);
    (void)hub_fixture_event(f, "REFERRED", VO, CJG, NOBODY);
    (void)hub_fixture_consent(f, VO, VO, CJG, "need", f->now_s + 100 * DAY_S);
    a = hub_fixture_grant(f, VO, CJG, NULL, "need", f->now_s + DAY_S);
    hub_fixture_weigh(f, &a, VO);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    b = answer(f, CJG, VO, a.msg.head.id, PROTO_ANSWER_ACCEPT);
    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_NONE);
}

static void not_for_us(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f), b;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    f->now_s += 60;
    b = answer(f, CJG, VO, a.msg.head.id, PROTO_ANSWER_NOT_FOR_US);
    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    assert_int_equal(kept(f, a.msg.head.id).state, HUB_REQUEST_NOT_FOR_US);
    assert_int_equal(kept(f, a.msg.head.id).due_s, f->now_s);
    assert_int_equal(standing(f, CJG), HUB_STANDING_NONE);
    assert_false(hub_fixture_still(f, PROTO_OFFER, a.msg.head.id));
}

static void an_answer_by_another(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f), b;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    b = answer(f, VO, CJG, a.msg.head.id, PROTO_ANSWER_ACCEPT);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_YOURS);
    b = answer(f, JGZ, VO, a.msg.head.id, PROTO_ANSWER_ACCEPT);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
    b = answer(f, CJG, JGZ, a.msg.head.id, PROTO_ANSWER_ACCEPT);
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b = answer(f, CJG, VO, a.msg.head.id, PROTO_ANSWER_ACCEPT);
    b.msg.head.case_id[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    a.msg.head.id[0] ^= 0x40;
    b = answer(f, CJG, VO, a.msg.head.id, PROTO_ANSWER_ACCEPT);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
}

static void an_answer_to_a_request(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act b;

    f->purpose = "anon_consult";
    assert_refusal(hub_fixture_request(f, VO, LEERPLICHT, "anon"), PROTO_ACCEPTED);
    b = answer(f, VO, LEERPLICHT, f->last, PROTO_ANSWER_ACCEPT);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(referred_consented_and_weighed),
        hub_fixture_test(without_a_weighing),
        hub_fixture_test(one_section_too_many_stops_all),
        hub_fixture_test(the_event_is_judged_by_who_set_it),
        hub_fixture_test(no_case_is_needed),
        hub_fixture_test(a_report_needs_two_people),
        hub_fixture_test(a_consent_recorded_elsewhere_is_named),
        hub_fixture_test(refused_before_any_decision),
        hub_fixture_test(an_unknown_section),
        hub_fixture_test(access_that_is_over_or_too_long),
        hub_fixture_test(an_offer_is_no_request),
        hub_fixture_test(accepted_it_makes_a_member),
        hub_fixture_test(a_stranger_to_the_case_invites_nobody),
        hub_fixture_test(not_for_us),
        hub_fixture_test(an_answer_by_another),
        hub_fixture_test(an_answer_to_a_request),
    };

    return cmocka_run_group_tests_name("hub_on_offer", tests, NULL, NULL);
}
