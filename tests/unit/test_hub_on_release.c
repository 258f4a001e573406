/*
 * hub/on_release and hub/on_report: the one release of a grant, what still stops it on its way, and what its
 * receiver reports.
 */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_grant.h"
#include "hub/store_request.h"

#include <stdio.h>

enum { DAY_S = 86400 };

/* A grant that rests on consent: the school doctor asks whether a helper is involved. */
struct granted {
    struct proto_statement consent;
    uint8_t id[PROTO_ID_LEN];
};

static struct granted grant(struct hub_fixture *f)
{
    struct granted g;
    struct hub_act a;

    f->purpose = "known_check";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, JGZ, NOBODY);
    g.consent = hub_fixture_consent(f, CJG, CJG, JGZ, "known", f->now_s + 100 * DAY_S);
    assert_refusal(hub_fixture_request(f, JGZ, CJG, "known"), PROTO_ACCEPTED);
    a = hub_fixture_grant(f, CJG, JGZ, f->last, "known", f->now_s + 10 * DAY_S);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    memcpy(g.id, a.msg.head.id, sizeof g.id);
    return g;
}

static struct hub_act release(struct hub_fixture *f, enum hub_fixture_who from, enum hub_fixture_who to,
    const uint8_t id[PROTO_ID_LEN])
{
    struct hub_act a = hub_fixture_act(f, PROTO_RELEASE, from, to);

    memcpy(a.msg.refers, id, PROTO_ID_LEN);
    a.msg.payload = hub_fixture_release(1, a.msg.digest);
    a.msg.head.role = PROTO_ROLE_NONE;
    return a;
}

static void the_release_of_a_grant(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id);

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    assert_int_equal(f->out.rows.count, 0);
    assert_true(hub_fixture_still(f, PROTO_RELEASE, a.msg.head.id));
    assert_true(hub_fixture_still(f, PROTO_GRANT, g.id));
}

static void only_once(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id), again = release(f, CJG, JGZ, g.id);

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_run(f, &again), PROTO_WRONG_STATE);
    memcpy(again.msg.refers, a.msg.head.id, PROTO_ID_LEN);
    assert_refusal(hub_fixture_run(f, &again), PROTO_NOT_FOUND);
}

/* Ids that stand for something already: no grant, offer or release is written over it. */
static void under_an_id_that_has_a_row(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id), b;

    memcpy(a.msg.head.id, g.id, PROTO_ID_LEN);
    assert_refusal(hub_fixture_run(f, &a), PROTO_REPLAYED);
    assert_refusal(hub_fixture_request(f, JGZ, CJG, "known"), PROTO_ACCEPTED);
    b = hub_fixture_grant(f, CJG, JGZ, f->last, "known", f->now_s + DAY_S);
    memcpy(b.msg.head.id, g.id, PROTO_ID_LEN);
    assert_refusal(hub_fixture_run(f, &b), PROTO_REPLAYED);
    b = hub_fixture_grant(f, CJG, JGZ, NULL, "known", f->now_s + DAY_S);
    memcpy(b.msg.head.id, g.id, PROTO_ID_LEN);
    assert_refusal(hub_fixture_run(f, &b), PROTO_REPLAYED);
}

static void other_bytes_than_were_granted(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id);
    uint8_t digest[PROTO_HASH_LEN];

    a.msg.payload = hub_fixture_release(2, digest);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DIGEST_DIFFERS);
    memcpy(a.msg.digest, digest, sizeof digest);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DIGEST_DIFFERS);
    a.msg.payload = hub_fixture_release(1, digest);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DIGEST_DIFFERS);
    memcpy(a.msg.digest, digest, sizeof digest);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

static void every_flipped_byte_of_a_release(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id);
    uint8_t *payload = check_exact(a.msg.payload.data, a.msg.payload.len);

    a.msg.payload.data = payload;
    for (size_t i = 0; i < a.msg.payload.len; i++) {
        payload[i] ^= 1;
        assert_refusal(hub_fixture_run(f, &a), PROTO_DIGEST_DIFFERS);
        payload[i] ^= 1;
    }
    for (; a.msg.payload.len > 1;) {
        a.msg.payload.len--;
        assert_refusal(hub_fixture_run(f, &a), PROTO_DIGEST_DIFFERS);
    }
    free(payload);
}

static void by_another(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, JGZ, CJG, g.id);

    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_YOURS);
    a = release(f, VO, JGZ, g.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_FOUND);
    a = release(f, CJG, VO, g.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
    a = release(f, CJG, JGZ, g.id);
    (void)snprintf(a.msg.head.purpose, sizeof a.msg.head.purpose, "case_support");
    assert_refusal(hub_fixture_run(f, &a), PROTO_MALFORMED);
    a = release(f, CJG, JGZ, g.id);
    a.msg.refers[0] ^= 0x40;
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_FOUND);
    a = release(f, CJG, JGZ, g.id);
    a.msg.head.role = PROTO_ROLE_OFFICER;
    assert_refusal(hub_fixture_run(f, &a), PROTO_ROLE_NOT_ALLOWED);
}

static void after_the_end_of_access(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a;

    hub_fixture_days(f, 10);
    a = release(f, CJG, JGZ, g.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_STALE);
    assert_false(hub_fixture_still(f, PROTO_GRANT, g.id));
}

static void withdraw(struct hub_fixture *f, const struct granted *g)
{
    struct proto_statement w = hub_fixture_about(f, JGZ, PROTO_SAY_WITHDRAWAL, &g->consent, CJG);

    hub_fixture_tell_all(f, &w);
}

/* The family withdraws at the receiver, between grant and release. */
static void withdrawn_before_the_release(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id);

    withdraw(f, &g);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_true(f->out.logged && f->out.decision);
    assert_string_equal(hub_fixture_answer(f, "known"), "NEED_CONSENT R76");
    assert_false(hub_fixture_still(f, PROTO_GRANT, g.id));
}

/* And between the release and its fetch; the next request hears that consent is needed. */
static void withdrawn_before_the_fetch(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id);

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    withdraw(f, &g);
    assert_false(hub_fixture_still(f, PROTO_RELEASE, a.msg.head.id));
    assert_false(hub_fixture_still(f, PROTO_GRANT, g.id));
    assert_refusal(hub_fixture_request(f, JGZ, CJG, "known"), PROTO_DENIED);
    assert_string_equal(hub_fixture_answer(f, "known"), "NEED_CONSENT R76");
}

static void an_objection_before_the_fetch(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id);
    struct proto_statement s;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    s = hub_fixture_say(f, CJG, PROTO_SAY_OBJECTION, VO, NOBODY);
    hub_fixture_tell_all(f, &s);
    /* not told to the receiver: it does not count here */
    assert_true(hub_fixture_still(f, PROTO_RELEASE, a.msg.head.id));
    s = hub_fixture_say(f, CJG, PROTO_SAY_OBJECTION, JGZ, NOBODY);
    hub_fixture_tell_all(f, &s);
    assert_false(hub_fixture_still(f, PROTO_RELEASE, a.msg.head.id));
}

static void an_event_that_ends_before_the_fetch(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s, e;
    struct hub_act a;

    f->purpose = "att_followup";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, LEERPLICHT, NOBODY);
    s = hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    assert_refusal(hub_fixture_request(f, LEERPLICHT, VO, "att"), PROTO_ACCEPTED);
    a = hub_fixture_grant(f, VO, LEERPLICHT, f->last, "att", f->now_s + 10 * DAY_S);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(hub_fixture_still(f, PROTO_GRANT, a.msg.head.id));
    e = hub_fixture_about(f, VO, PROTO_SAY_EVENT_END, &s, LEERPLICHT);
    hub_fixture_tell_all(f, &e);
    assert_false(hub_fixture_still(f, PROTO_GRANT, a.msg.head.id));
}

static void a_mail_that_nobody_knows(void **state)
{
    struct hub_fixture *f = *state;
    uint8_t id[PROTO_ID_LEN] = {7};

    assert_false(hub_fixture_still(f, PROTO_GRANT, id));
    assert_false(hub_fixture_still(f, PROTO_OFFER, id));
    assert_false(hub_fixture_still(f, PROTO_RELEASE, id));
}

/* ---- of an offer ---- */

static struct hub_act offer(struct hub_fixture *f)
{
    struct hub_act a;

    f->purpose = "youth_help_access";
    (void)hub_fixture_event(f, "REFERRED", VO, CJG, NOBODY);
    (void)hub_fixture_consent(f, VO, VO, CJG, "need", f->now_s + 100 * DAY_S);
    a = hub_fixture_grant(f, VO, CJG, NULL, "need", f->now_s + 10 * DAY_S);
    hub_fixture_weigh(f, &a, VO);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    return a;
}

static struct hub_act answer(struct hub_fixture *f, const struct hub_act *offered, enum proto_answer code)
{
    struct hub_act a = hub_fixture_act(f, PROTO_ANSWER, CJG, VO);

    memcpy(a.msg.refers, offered->msg.head.id, PROTO_ID_LEN);
    a.msg.code = (uint8_t)code;
    return a;
}

static void an_offer_is_released_without_waiting(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act o = offer(f), a = release(f, VO, CJG, o.msg.head.id), b;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(hub_fixture_still(f, PROTO_RELEASE, a.msg.head.id));
    b = answer(f, &o, PROTO_ANSWER_ACCEPT);
    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    assert_true(hub_fixture_still(f, PROTO_RELEASE, a.msg.head.id));
}

static void an_offer_that_is_not_for_them_is_not_released(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act o = offer(f), b = answer(f, &o, PROTO_ANSWER_NOT_FOR_US), a;

    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    a = release(f, VO, CJG, o.msg.head.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_WRONG_STATE);
}

static void not_for_us_stops_a_release_on_its_way(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act o = offer(f), a = release(f, VO, CJG, o.msg.head.id), b;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    b = answer(f, &o, PROTO_ANSWER_NOT_FOR_US);
    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    assert_false(hub_fixture_still(f, PROTO_RELEASE, a.msg.head.id));
}

/* ---- reports ---- */

static struct hub_act report(struct hub_fixture *f, enum hub_fixture_who from, enum hub_fixture_who to,
    const uint8_t id[PROTO_ID_LEN], enum proto_report code)
{
    struct hub_act a = hub_fixture_act(f, PROTO_REPORT, from, to);

    memcpy(a.msg.refers, id, PROTO_ID_LEN);
    a.msg.code = (uint8_t)code;
    return a;
}

static void opened_exported_expired(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id), b;
    struct hub_grant row;
    struct hub_request q;

    b = report(f, JGZ, CJG, g.id, PROTO_REPORT_OPENED);
    assert_refusal(hub_fixture_run(f, &b), PROTO_WRONG_STATE);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    b = report(f, JGZ, CJG, a.msg.head.id, PROTO_REPORT_OPENED);
    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    b = report(f, JGZ, CJG, g.id, PROTO_REPORT_EXPORTED);
    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    b = report(f, JGZ, CJG, g.id, PROTO_REPORT_EXPIRED);
    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    assert_err(hub_store_grant_get(f->state.tables, f->x, g.id, &row), OK);
    assert_int_equal(row.reported,
        1 << PROTO_REPORT_OPENED | 1 << PROTO_REPORT_EXPORTED | 1 << PROTO_REPORT_EXPIRED);
    assert_err(hub_store_request_get(f->state.tables, f->x, row.request, &q), OK);
    assert_int_equal(q.state, HUB_REQUEST_ENDED);
    assert_int_equal(q.due_s, f->now_s);
    b = report(f, JGZ, CJG, g.id, PROTO_REPORT_OPENED);
    assert_refusal(hub_fixture_run(f, &b), PROTO_WRONG_STATE);
    assert_false(hub_fixture_still(f, PROTO_RELEASE, a.msg.head.id));
}

static void a_report_by_another(void **state)
{
    struct hub_fixture *f = *state;
    struct granted g = grant(f);
    struct hub_act a = release(f, CJG, JGZ, g.id), b;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    b = report(f, CJG, JGZ, g.id, PROTO_REPORT_OPENED);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_YOURS);
    b = report(f, VO, CJG, g.id, PROTO_REPORT_OPENED);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
    b = report(f, JGZ, VO, g.id, PROTO_REPORT_OPENED);
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    g.id[0] ^= 0x40;
    b = report(f, JGZ, CJG, g.id, PROTO_REPORT_OPENED);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(the_release_of_a_grant),
        hub_fixture_test(only_once),
        hub_fixture_test(under_an_id_that_has_a_row),
        hub_fixture_test(other_bytes_than_were_granted),
        hub_fixture_test(every_flipped_byte_of_a_release),
        hub_fixture_test(by_another),
        hub_fixture_test(after_the_end_of_access),
        hub_fixture_test(withdrawn_before_the_release),
        hub_fixture_test(withdrawn_before_the_fetch),
        hub_fixture_test(an_objection_before_the_fetch),
        hub_fixture_test(an_event_that_ends_before_the_fetch),
        hub_fixture_test(a_mail_that_nobody_knows),
        hub_fixture_test(an_offer_is_released_without_waiting),
        hub_fixture_test(an_offer_that_is_not_for_them_is_not_released),
        hub_fixture_test(not_for_us_stops_a_release_on_its_way),
        hub_fixture_test(opened_exported_expired),
        hub_fixture_test(a_report_by_another),
    };

    return cmocka_run_group_tests_name("hub_on_release", tests, NULL, NULL);
}
