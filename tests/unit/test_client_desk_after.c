/*
 * client/desk_mail: what follows a grant, on both sides: reports, offers and their answers, withdrawals. Leerplicht asks vo; vo sends to cjg.
 */
#include "tests/support/client_pair.h"

#include "client/casebook.h"

static struct proto_subject_id child;

/* ---- reports ---- */

static struct client_desk released(struct client_fixture *f, const struct pair *p, enum client_desk_state state)
{
    struct client_desk d;

    assert_err(client_fixture_mail(f, &p->request), OK);
    d = client_fixture_desk(f, VO, p->request.head.id);
    d.state = (uint8_t) state;
    memcpy(d.grant_id, p->grant.head.id, sizeof d.grant_id);
    client_fixture_desk_put(f, VO, &d);
    return d;
}

static void opened_and_expired(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d = released(f, &p, CLIENT_DESK_RELEASED);
    struct proto_msg m = answer_to(f, PROTO_REPORT, CJG, VO, p.grant.head.id, PROTO_REPORT_OPENED);

    m.sections = p.grant.sections;
    assert_ignored(f, VO, &m, d.id);
    memcpy(m.head.from, f->partner[LEERPLICHT].id, PROTO_PARTNER_LEN);
    assert_err(client_fixture_mail(f, &m), OK);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_OPENED);
    assert_int_equal(client_fixture_desk(f, VO, d.id).opened_s, f->now_s);
    m.code = PROTO_REPORT_EXPIRED;
    assert_err(client_fixture_mail(f, &m), OK);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_ENDED);
    m.code = PROTO_REPORT_OPENED;
    assert_ignored(f, VO, &m, d.id);
}

/* Access ended here by the clock; that it was read before is to be known all the same. */
static void opened_but_heard_late(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d = released(f, &p, CLIENT_DESK_ENDED);
    struct proto_msg m = answer_to(f, PROTO_REPORT, LEERPLICHT, VO, p.grant.head.id, PROTO_REPORT_OPENED);

    m.sections = p.grant.sections;
    assert_err(client_fixture_mail(f, &m), OK);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_ENDED);
    assert_int_equal(client_fixture_desk(f, VO, d.id).opened_s, f->now_s);
}

/* Off when the answer came, and over its last day when it is back: what was granted in time counts, what was not does not. */
static void granted_in_time_but_heard_late(void **state)
{
    struct client_fixture *f = *state;

    for (int late = 0; late < 2; late++) {
        struct pair p = pair_of(f, "att");
        struct client_desk d;

        asked(f, &p);
        d = client_fixture_desk(f, LEERPLICHT, p.request.head.id);
        d.state = CLIENT_DESK_ENDED;
        d.until_s = f->now_s - (uint64_t) late;
        client_fixture_desk_put(f, LEERPLICHT, &d);
        if (late) {
            assert_ignored(f, LEERPLICHT, &p.grant, d.id);
        } else {
            assert_err(client_fixture_mail(f, &p.grant), OK);
            assert_state(client_fixture_desk(f, LEERPLICHT, d.id), CLIENT_DESK_GRANTED);
        }
    }
}

static void a_report_before_the_release(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d = released(f, &p, CLIENT_DESK_WAITING);
    struct proto_msg m = answer_to(f, PROTO_REPORT, LEERPLICHT, VO, p.grant.head.id, PROTO_REPORT_OPENED);

    m.sections = p.grant.sections;
    assert_ignored(f, VO, &m, d.id);
    m.code = PROTO_REPORT_EXPIRED;
    assert_ignored(f, VO, &m, d.id);
}

/* The holder cannot end our access by saying that it ended. */
static void a_report_to_the_receiver(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct proto_msg m = answer_to(f, PROTO_REPORT, VO, LEERPLICHT, p.grant.head.id, PROTO_REPORT_EXPIRED);

    asked(f, &p);
    assert_err(client_fixture_mail(f, &p.grant), OK);
    m.sections = p.grant.sections;
    assert_ignored(f, LEERPLICHT, &m, p.request.head.id);
}

static void a_report_after_a_withdrawal_tells_that_it_was_read(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d = released(f, &p, CLIENT_DESK_WITHDRAWN);
    struct proto_msg m = answer_to(f, PROTO_REPORT, LEERPLICHT, VO, p.grant.head.id, PROTO_REPORT_OPENED);

    m.sections = p.grant.sections;
    assert_err(client_fixture_mail(f, &m), OK);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_WITHDRAWN);
    assert_int_equal(client_fixture_desk(f, VO, d.id).opened_s, f->now_s);
}

/* ---- offers ---- */

static struct proto_msg offer_of(struct client_fixture *f)
{
    struct proto_msg m = client_fixture_msg(f, PROTO_OFFER, VO, CJG);

    about(f, &m);
    memcpy(m.head.purpose, "case_support", 13);
    m.sections = client_fixture_sections("plan");
    m.until_s = f->now_s + 30 * (uint64_t) DAY_S;
    crypto_hash_sha256(m.digest, payload, sizeof payload);
    sign_grant(f, VO, &m, m.head.id);
    return m;
}

static void an_offer_comes_in(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m = offer_of(f), again = offer_of(f);
    struct client_desk d;

    assert_err(client_fixture_mail(f, &m), OK);
    d = client_fixture_desk(f, CJG, m.head.id);
    assert_state(d, CLIENT_DESK_GRANTED);
    assert_true(d.offer && !d.mine && !d.accepted);
    assert_int_equal(d.granted.count, 1);
    d.state = CLIENT_DESK_OPENED;
    client_fixture_desk_put(f, CJG, &d);
    assert_ignored(f, CJG, &m, m.head.id);
    /* No person of the holder gave this one. */
    again.until_s++;
    assert_err(client_fixture_mail(f, &again), OK);
    assert_false(is_there(f, CJG, again.head.id));
}

static struct client_desk offered(struct client_fixture *f, enum client_desk_state state)
{
    struct client_desk d = {.mine = true, .offer = true, .state = (uint8_t) state, .child = child, .child_there = child};

    memset(d.id, 0x11, sizeof d.id);
    memcpy(d.grant_id, d.id, sizeof d.grant_id);
    memcpy(d.other, f->partner[CJG].id, sizeof d.other);
    client_fixture_case_id(1, d.case_id);
    memcpy(d.purpose, "case_support", 13);
    d.sections = d.granted = client_fixture_sections("plan");
    client_fixture_desk_put(f, VO, &d);
    return d;
}

static void an_offer_is_accepted(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = offered(f, CLIENT_DESK_RELEASED);
    struct proto_msg m = answer_to(f, PROTO_ANSWER, LEERPLICHT, VO, d.id, PROTO_ANSWER_ACCEPT);
    struct client_case with;
    struct vault_txn *x;

    client_fixture_case(f, VO, 1, &child, "case_support", VO, NOBODY);
    assert_ignored(f, VO, &m, d.id);
    m = answer_to(f, PROTO_ANSWER, CJG, VO, d.id, PROTO_ANSWER_ACCEPT);
    assert_err(client_fixture_mail(f, &m), OK);
    assert_true(client_fixture_desk(f, VO, d.id).accepted);
    m.code = PROTO_ANSWER_NOT_FOR_US;
    assert_ignored(f, VO, &m, d.id);
    /* The offer was its invitation to the case. */
    x = client_fixture_begin(f, VO);
    assert_err(client_case_get(x, d.case_id, &with), OK);
    client_vault_abort(x);
    assert_true(client_case_takes_part(&with, f->partner[CJG].id, "case_support"));
}

static void an_offer_is_not_for_them(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = offered(f, CLIENT_DESK_RELEASED);
    struct proto_msg m = answer_to(f, PROTO_ANSWER, CJG, VO, d.id, PROTO_ANSWER_NOT_FOR_US);

    assert_err(client_fixture_mail(f, &m), OK);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_NOT_FOR_US);
    m.code = PROTO_ANSWER_ACCEPT;
    assert_ignored(f, VO, &m, d.id);
}

static void an_answer_out_of_order(void **state)
{
    struct client_fixture *f = *state;
    static const enum client_desk_state wrong[] = {CLIENT_DESK_SENT, CLIENT_DESK_DENIED, CLIENT_DESK_WITHDRAWN, CLIENT_DESK_ENDED};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct client_desk d = offered(f, wrong[i]);
        struct proto_msg m = answer_to(f, PROTO_ANSWER, CJG, VO, d.id, PROTO_ANSWER_ACCEPT);

        assert_ignored(f, VO, &m, d.id);
    }
}

/* ---- withdrawals ---- */

/* At vo: the child's consent to cjg, and a row of cjg that rests on it by a rule. */
static struct proto_statement consent(struct client_fixture *f, struct client_desk *d, const char *rule)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_CONSENT, LEERPLICHT, &child, VO, CJG, NOBODY);

    memcpy(s.holder, f->partner[VO].id, sizeof s.holder);
    memcpy(s.receiver, f->partner[CJG].id, sizeof s.receiver);
    (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    s.code = PROTO_CONSENT_PROCESSING;
    s.sections = client_fixture_sections("need");
    s.until_s = f->now_s + DAY_S;
    client_fixture_keep(f, VO, &s);
    *d = (struct client_desk) {.state = CLIENT_DESK_WAITING, .child = child, .child_there = child, .sections = client_fixture_sections("effort need")};
    memset(d->id, 0x22, sizeof d->id);
    memcpy(d->other, f->partner[CJG].id, sizeof d->other);
    memcpy(d->purpose, "youth_help_access", 18);
    d->statements.count = 1;
    memcpy(d->statements.id[0], s.id, PROTO_ID_LEN);
    d->rows.count = 2;
    (void) snprintf(d->rows.row[0].section, sizeof d->rows.row[0].section, "effort");
    (void) snprintf(d->rows.row[0].rule, sizeof d->rows.row[0].rule, "R02");
    (void) snprintf(d->rows.row[1].section, sizeof d->rows.row[1].section, "need");
    (void) snprintf(d->rows.row[1].rule, sizeof d->rows.row[1].rule, "%s", rule);
    client_fixture_desk_put(f, VO, d);
    return s;
}

static void end_it(struct client_fixture *f, const struct proto_statement *s, enum proto_statement_kind kind, enum client_fixture_who by)
{
    struct proto_statement end = client_fixture_say(f, kind, by, &child, VO, NOBODY);

    memcpy(end.refers, s->id, sizeof end.refers);
    memcpy(end.purpose, s->purpose, sizeof end.purpose);
    assert_err(client_fixture_mail_said(f, &end, VO), OK);
}

static void a_withdrawal_stops_what_rests_on_it(void **state)
{
    struct client_fixture *f = *state;
    static const struct { enum client_desk_state before, after; } rows[] = {{CLIENT_DESK_WAITING, CLIENT_DESK_WITHDRAWN},
        {CLIENT_DESK_GRANTED, CLIENT_DESK_WITHDRAWN}, {CLIENT_DESK_RELEASED, CLIENT_DESK_WITHDRAWN}, {CLIENT_DESK_OPENED, CLIENT_DESK_OPENED},
        {CLIENT_DESK_REFUSED, CLIENT_DESK_REFUSED}, {CLIENT_DESK_ENDED, CLIENT_DESK_ENDED}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct client_desk d;
        struct proto_statement s = consent(f, &d, "R35");
        struct vault_txn *x = client_fixture_begin(f, VO);

        d.state = (uint8_t) rows[i].before;
        assert_err(client_desk_put(x, &d), OK);
        assert_err(client_share_put(x, d.id, payload, sizeof payload), OK);
        client_fixture_commit(x);
        end_it(f, &s, PROTO_SAY_WITHDRAWAL, CJG);
        assert_state(client_fixture_desk(f, VO, d.id), rows[i].after);
        assert_int_equal(client_fixture_has_share(f, VO, d.id), rows[i].after != CLIENT_DESK_WITHDRAWN);
    }
}

/* At the receiver: what lies there unread is destroyed, and the holder hears that it was never opened. What was read stays read. */
static void a_withdrawal_reaches_what_was_not_opened_yet(void **state)
{
    struct client_fixture *f = *state;
    static const enum client_desk_state states[] = {CLIENT_DESK_ARRIVED, CLIENT_DESK_OPENED};

    for (size_t i = 0; i < 2; i++) {
        bool unread = states[i] == CLIENT_DESK_ARRIVED;
        size_t before = client_fixture_waiting(f, VO, PROTO_REPORT, NULL);
        struct client_desk d;
        struct proto_statement s = consent(f, &d, "R35");
        struct vault_txn *x = client_fixture_begin(f, VO);
        struct proto_msg m;

        d.state = (uint8_t) states[i];
        d.mine = true;
        memset(d.grant_id, 0x44, sizeof d.grant_id);
        assert_err(client_desk_put(x, &d), OK);
        assert_err(client_share_put(x, d.id, payload, sizeof payload), OK);
        client_fixture_commit(x);
        end_it(f, &s, PROTO_SAY_WITHDRAWAL, CJG);
        assert_state(client_fixture_desk(f, VO, d.id), unread ? CLIENT_DESK_WITHDRAWN : CLIENT_DESK_OPENED);
        assert_int_equal(client_fixture_has_share(f, VO, d.id), !unread);
        assert_int_equal(client_fixture_waiting(f, VO, PROTO_REPORT, &m), before + unread);
        if (unread)
            assert_int_equal(m.code, PROTO_REPORT_EXPIRED);
    }
}

static void a_withdrawal_by_who_may_not(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct proto_statement s = consent(f, &d, "R35");

    end_it(f, &s, PROTO_SAY_WITHDRAWAL, WIJKTEAM);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_WAITING);
    end_it(f, &s, PROTO_SAY_EVENT_END, CJG);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_WAITING);
    end_it(f, &s, PROTO_SAY_STATUS, LEERPLICHT);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_WAITING);
    end_it(f, &s, PROTO_SAY_WITHDRAWAL, LEERPLICHT);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_WITHDRAWN);
}

/* The same section by law, and another section by consent: both go on. */
static void a_withdrawal_of_what_it_does_not_rest_on(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct proto_statement s = consent(f, &d, "R02");

    end_it(f, &s, PROTO_SAY_WITHDRAWAL, CJG);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_WAITING);
    s = consent(f, &d, "R35");
    d.granted = client_fixture_sections("effort");
    client_fixture_desk_put(f, VO, &d);
    end_it(f, &s, PROTO_SAY_WITHDRAWAL, CJG);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_WAITING);
}

/* A rule of another pack: it is not known what it rests on. */
static void a_withdrawal_under_an_unknown_rule(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct proto_statement s = consent(f, &d, "X99");

    end_it(f, &s, PROTO_SAY_WITHDRAWAL, CJG);
    assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_WITHDRAWN);
}

static void a_withdrawal_stops_every_row(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct proto_statement s = consent(f, &d, "R35");

    for (uint8_t i = 0; i < 2 * PROTO_STATEMENTS_MAX + 3; i++) {
        memset(d.id, 0x30, sizeof d.id);
        d.id[0] = i;
        client_fixture_desk_put(f, VO, &d);
    }
    end_it(f, &s, PROTO_SAY_WITHDRAWAL, CJG);
    for (uint8_t i = 0; i < 2 * PROTO_STATEMENTS_MAX + 3; i++) {
        d.id[0] = i;
        assert_state(client_fixture_desk(f, VO, d.id), CLIENT_DESK_WITHDRAWN);
    }
}

/* ---- messages about nothing ---- */

static void about_no_row(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct proto_msg m;

    assert_err(client_fixture_mail(f, &p.grant), OK);
    assert_err(client_fixture_mail(f, &p.release), OK);
    m = answer_to(f, PROTO_REFUSE, VO, LEERPLICHT, p.request.head.id, PROTO_REFUSE_NOT_NEEDED);
    assert_err(client_fixture_mail(f, &m), OK);
    m = answer_to(f, PROTO_CANCEL, LEERPLICHT, VO, p.request.head.id, 0);
    assert_err(client_fixture_mail(f, &m), OK);
    m = answer_to(f, PROTO_ANSWER, LEERPLICHT, VO, p.request.head.id, PROTO_ANSWER_ACCEPT);
    assert_err(client_fixture_mail(f, &m), OK);
    m = answer_to(f, PROTO_REPORT, LEERPLICHT, VO, p.grant.head.id, PROTO_REPORT_OPENED);
    assert_err(client_fixture_mail(f, &m), OK);
    assert_false(is_there(f, VO, p.request.head.id));
    assert_false(is_there(f, LEERPLICHT, p.request.head.id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(opened_and_expired), client_fixture_test(opened_but_heard_late),
        client_fixture_test(granted_in_time_but_heard_late), client_fixture_test(a_report_before_the_release),
        client_fixture_test(a_report_to_the_receiver), client_fixture_test(a_report_after_a_withdrawal_tells_that_it_was_read),
        client_fixture_test(an_offer_comes_in), client_fixture_test(an_offer_is_accepted), client_fixture_test(an_offer_is_not_for_them),
        client_fixture_test(an_answer_out_of_order), client_fixture_test(a_withdrawal_stops_what_rests_on_it),
        client_fixture_test(a_withdrawal_reaches_what_was_not_opened_yet), client_fixture_test(a_withdrawal_by_who_may_not),
        client_fixture_test(a_withdrawal_of_what_it_does_not_rest_on),
        client_fixture_test(a_withdrawal_under_an_unknown_rule), client_fixture_test(a_withdrawal_stops_every_row),
        client_fixture_test(about_no_row),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/desk_mail: afterwards", tests, NULL, NULL);
}
