/*
 * client/retention: what a node keeps no longer than it must. Vo keeps; each thing is there a day before its day and gone after it. What is
 * said stands in the past, and the node's day is today or a day before.
 */
#include "tests/support/client_fixture.h"

#include "client/after.h"
#include "client/retention.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

#define YEARS_5 ((uint64_t) CLIENT_RETENTION_S)

static struct proto_subject_id child;

static void run_at(struct client_fixture *f, uint64_t now_s, bool *more)
{
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_retention_run(client_fixture_node(f, VO), x, now_s, more), OK);
    client_fixture_commit(x);
}

static bool is_there(struct client_fixture *f, enum client_table table, const uint8_t id[PROTO_ID_LEN])
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    bool has = false;

    assert_err(client_vault_has(x, table, id, PROTO_ID_LEN, &has), OK);
    client_vault_abort(x);
    return has;
}

static void draft(struct client_fixture *f, const uint8_t id[PROTO_ID_LEN])
{
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_vault_put(x, CLIENT_T_DRAFT, id, PROTO_ID_LEN, "{}", 2), OK);
    client_fixture_commit(x);
}

/* Said so long ago, and logged then. */
static struct proto_statement said(struct client_fixture *f, enum proto_statement_kind kind, uint64_t ago_s)
{
    struct proto_statement s = client_fixture_say(f, kind, VO, &child, CJG, NOBODY);

    s.made_s = f->now_s - ago_s;
    if (kind == PROTO_SAY_EVENT) {
        (void) snprintf(s.event, sizeof s.event, "ABS");
        s.occurred_s = s.made_s;
    }
    if (kind == PROTO_SAY_CONSENT) {
        memcpy(s.holder, f->partner[VO].id, PROTO_PARTNER_LEN);
        memcpy(s.receiver, f->partner[CJG].id, PROTO_PARTNER_LEN);
        (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
        s.sections = client_fixture_sections("effort");
        s.code = PROTO_CONSENT_PROCESSING;
        s.until_s = s.made_s + 30 * (uint64_t) DAY_S;
    }
    if (kind == PROTO_SAY_MEMBERSHIP)
        s.code = PROTO_MEMBER_OPEN;
    return s;
}

static void keep(struct client_fixture *f, struct proto_statement *s)
{
    client_fixture_keep_at(f, VO, s, s->made_s);
}

static struct proto_statement ended(struct client_fixture *f, enum proto_statement_kind kind, const struct proto_statement *s, uint64_t ago_s)
{
    struct proto_statement end = said(f, kind, ago_s);

    memcpy(end.refers, s->id, sizeof end.refers);
    memcpy(end.purpose, s->purpose, sizeof end.purpose);
    keep(f, &end);
    return end;
}

/* It is there a day before its day, and gone a day after. */
static void goes_after(struct client_fixture *f, const struct proto_statement *s, uint64_t over_ago_s, uint64_t kept_s)
{
    uint64_t day = f->now_s - over_ago_s + kept_s;
    bool more;

    draft(f, s->id);
    run_at(f, day - DAY_S, &more);
    assert_true(is_there(f, CLIENT_T_STATEMENT, s->id));
    assert_true(is_there(f, CLIENT_T_DRAFT, s->id));
    run_at(f, day + DAY_S, &more);
    assert_false(is_there(f, CLIENT_T_STATEMENT, s->id));
    assert_false(is_there(f, CLIENT_T_DRAFT, s->id));
    assert_false(more);
}

static void stays(struct client_fixture *f, const struct proto_statement *s)
{
    bool more;

    run_at(f, f->now_s + 4 * YEARS_5, &more);
    assert_true(is_there(f, CLIENT_T_STATEMENT, s->id));
}

/* ---- statements ---- */

static void a_consent_after_its_date(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_CONSENT, YEARS_5);

    keep(f, &s);
    goes_after(f, &s, YEARS_5 - 30 * (uint64_t) DAY_S, YEARS_5);
}

static void a_consent_after_its_withdrawal(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_CONSENT, YEARS_5);

    keep(f, &s);
    (void) ended(f, PROTO_SAY_WITHDRAWAL, &s, YEARS_5 - 10 * (uint64_t) DAY_S);
    goes_after(f, &s, YEARS_5 - 10 * (uint64_t) DAY_S, YEARS_5);
}

/* Of somebody who may not end it: then its own date counts. */
static void a_strangers_withdrawal_changes_nothing(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_CONSENT, YEARS_5), end;

    keep(f, &s);
    end = client_fixture_say(f, PROTO_SAY_WITHDRAWAL, LEERPLICHT, &child, VO, NOBODY);
    memcpy(end.refers, s.id, sizeof end.refers);
    end.made_s = s.made_s + DAY_S;
    keep(f, &end);
    goes_after(f, &s, YEARS_5 - 30 * (uint64_t) DAY_S, YEARS_5);
}

static void an_event_after_its_last_day(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_EVENT, YEARS_5);

    (void) snprintf(s.event, sizeof s.event, "REFERRED");   /* 60 days */
    keep(f, &s);
    goes_after(f, &s, YEARS_5 - 61 * (uint64_t) DAY_S, YEARS_5);
}

static void an_event_after_its_end(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_EVENT, YEARS_5);

    keep(f, &s);
    (void) ended(f, PROTO_SAY_EVENT_END, &s, YEARS_5 - 7 * (uint64_t) DAY_S);
    goes_after(f, &s, YEARS_5 - 7 * (uint64_t) DAY_S, YEARS_5);
}

/* Without its end a consent or event would count again: never one without the other. */
static void an_end_goes_after_what_it_ended(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_EVENT, YEARS_5), end;
    bool more;

    keep(f, &s);
    end = ended(f, PROTO_SAY_EVENT_END, &s, YEARS_5 - 7 * (uint64_t) DAY_S);
    run_at(f, f->now_s + 6 * DAY_S, &more);
    assert_true(is_there(f, CLIENT_T_STATEMENT, s.id) && is_there(f, CLIENT_T_STATEMENT, end.id));
    run_at(f, f->now_s + 8 * DAY_S, &more);
    assert_false(is_there(f, CLIENT_T_STATEMENT, s.id));
    run_at(f, f->now_s + 9 * DAY_S, &more);
    assert_false(is_there(f, CLIENT_T_STATEMENT, end.id));
}

static void an_end_of_what_stays(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_EVENT, DAY_S), end;
    bool more;

    keep(f, &s);
    end = said(f, PROTO_SAY_WITHDRAWAL, 2 * YEARS_5);   /* wrong for an event: it stands all the same as long as that */
    memcpy(end.refers, s.id, sizeof end.refers);
    keep(f, &end);
    run_at(f, f->now_s, &more);
    assert_true(is_there(f, CLIENT_T_STATEMENT, s.id) && is_there(f, CLIENT_T_STATEMENT, end.id));
}

static void an_objection_after_its_end(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_OBJECTION, YEARS_5);

    keep(f, &s);
    (void) ended(f, PROTO_SAY_OBJECTION_END, &s, YEARS_5 - 3 * (uint64_t) DAY_S);
    goes_after(f, &s, YEARS_5 - 3 * (uint64_t) DAY_S, YEARS_5);
}

static void the_daily_word_after_three_months(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement consent = said(f, PROTO_SAY_CONSENT, DAY_S), s = said(f, PROTO_SAY_STATUS, DAY_S);

    keep(f, &consent);
    memcpy(s.refers, consent.id, sizeof s.refers);
    s.until_s = consent.until_s;
    keep(f, &s);
    goes_after(f, &s, DAY_S, CLIENT_RETENTION_STATUS_S);
    assert_true(is_there(f, CLIENT_T_STATEMENT, consent.id));
}

static void the_word_that_it_was_withdrawn_stays_with_it(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement consent = said(f, PROTO_SAY_CONSENT, 2 * DAY_S), s = said(f, PROTO_SAY_STATUS, DAY_S);
    bool more;

    keep(f, &consent);
    memcpy(s.refers, consent.id, sizeof s.refers);
    s.code = 1;
    keep(f, &s);
    run_at(f, f->now_s + 365 * (uint64_t) DAY_S, &more);
    assert_true(is_there(f, CLIENT_T_STATEMENT, s.id));
}

static void what_has_no_end_stays(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement event = said(f, PROTO_SAY_EVENT, DAY_S), objection = said(f, PROTO_SAY_OBJECTION, DAY_S),
        member = said(f, PROTO_SAY_MEMBERSHIP, DAY_S), facts = said(f, PROTO_SAY_FACTS, DAY_S);

    (void) snprintf(member.purpose, sizeof member.purpose, "case_support");
    client_fixture_case_id(1, member.case_id);
    keep(f, &event);
    keep(f, &objection);
    keep(f, &member);
    keep(f, &facts);
    stays(f, &event);
    stays(f, &objection);
    stays(f, &member);
    stays(f, &facts);
}

/* It has no leaf yet: it is still being sent. */
static void what_is_under_way_stays(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_CONSENT, YEARS_5);

    client_fixture_keep_at(f, VO, &s, 0);
    stays(f, &s);
}

/* ---- decisions ---- */

static void a_decision_with_its_weighing(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.state = CLIENT_DESK_ENDED, .mine = true, .made_s = f->now_s - YEARS_5, .until_s = f->now_s - YEARS_5 + DAY_S,
        .access_until_s = f->now_s - YEARS_5 + 40 * (uint64_t) DAY_S, .weighing = {7}, .approval = {8},
        .purpose = "att_followup", .child = child, .child_there = child};
    bool more;

    randombytes_buf(d.id, sizeof d.id);
    memcpy(d.other, f->partner[CJG].id, sizeof d.other);
    client_fixture_desk_put(f, VO, &d);
    draft(f, d.weighing);
    draft(f, d.approval);
    run_at(f, f->now_s + 39 * DAY_S, &more);
    assert_true(is_there(f, CLIENT_T_REQUEST, d.id) && is_there(f, CLIENT_T_DRAFT, d.weighing) && is_there(f, CLIENT_T_DRAFT, d.approval));
    run_at(f, f->now_s + 41 * DAY_S, &more);
    assert_false(is_there(f, CLIENT_T_REQUEST, d.id) || is_there(f, CLIENT_T_DRAFT, d.weighing) || is_there(f, CLIENT_T_DRAFT, d.approval));
    assert_false(more);
}

static void mark(struct client_fixture *f, char what, const uint8_t id[PROTO_ID_LEN])
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    uint8_t key[1 + PROTO_ID_LEN] = {(uint8_t) what};

    memcpy(key + 1, id, PROTO_ID_LEN);
    assert_err(client_vault_put(x, CLIENT_T_META, key, sizeof key, "mark", 4), OK);
    client_fixture_commit(x);
}

static bool has_mark(struct client_fixture *f, char what, const uint8_t id[PROTO_ID_LEN])
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    uint8_t key[1 + PROTO_ID_LEN] = {(uint8_t) what};
    bool has = false;

    memcpy(key + 1, id, PROTO_ID_LEN);
    assert_err(client_vault_has(x, CLIENT_T_META, key, sizeof key, &has), OK);
    client_vault_abort(x);
    return has;
}

/* What says that an approval was made of these bytes (client/approve), and that the officer put a notice away. */
static void a_decision_with_the_marks_of_its_approval(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.state = CLIENT_DESK_ENDED, .id = {5}, .made_s = f->now_s - YEARS_5, .approval = {8}, .purpose = "att_followup",
        .child = child, .child_there = child};
    bool more;

    client_fixture_desk_put(f, VO, &d);
    draft(f, d.approval);
    mark(f, 'p', d.approval);
    mark(f, 'd', d.id);
    run_at(f, f->now_s - DAY_S, &more);
    assert_true(has_mark(f, 'p', d.approval) && has_mark(f, 'd', d.id));
    run_at(f, f->now_s + DAY_S, &more);
    assert_false(has_mark(f, 'p', d.approval) || has_mark(f, 'd', d.id) || is_there(f, CLIENT_T_DRAFT, d.approval));
}

/* ---- drafts that nothing is left of ---- */

static void weighing(struct client_fixture *f, const uint8_t id[PROTO_ID_LEN], uint64_t made_s)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    char json[96];

    (void) snprintf(json, sizeof json, "{\"made\":%llu,\"answers\":{\"1\":\"a\"}}", (unsigned long long) made_s);
    assert_err(client_vault_put(x, CLIENT_T_DRAFT, id, PROTO_ID_LEN, json, strlen(json)), OK);
    client_fixture_commit(x);
}

static void a_weighing_that_went_with_nothing(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.state = CLIENT_DESK_ENDED, .id = {5}, .made_s = f->now_s, .weighing = {6}, .purpose = "att_followup",
        .child = child, .child_there = child};
    const uint8_t id[PROTO_ID_LEN] = {7};
    struct vault_txn *x;
    uint8_t last[33] = {'w', 1};
    bool more, has = true;

    client_fixture_desk_put(f, VO, &d);
    weighing(f, d.weighing, f->now_s - YEARS_5);
    weighing(f, id, f->now_s - YEARS_5);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_put(x, CLIENT_T_META, last, sizeof last, id, sizeof id), OK);
    client_fixture_commit(x);
    run_at(f, f->now_s - 1, &more);
    assert_true(is_there(f, CLIENT_T_DRAFT, id));
    run_at(f, f->now_s, &more);
    assert_false(is_there(f, CLIENT_T_DRAFT, id));
    assert_true(is_there(f, CLIENT_T_DRAFT, d.weighing));
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_has(x, CLIENT_T_META, last, sizeof last, &has), OK);
    client_vault_abort(x);
    assert_false(has);
}

/* Of before another one: it goes when its request is gone. */
static void an_approval_that_was_made_anew(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.state = CLIENT_DESK_ENDED, .id = {5}, .made_s = f->now_s - YEARS_5, .access_until_s = f->now_s,
        .purpose = "att_followup", .child = child, .child_there = child};
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_APPROVAL, VO, &child, NOBODY);
    struct proto_blob original;
    struct vault_txn *x;
    bool more;

    s.made_s = f->now_s - YEARS_5;
    memcpy(s.refers, d.id, sizeof s.refers);
    memcpy(s.purpose, d.purpose, 13);
    original = client_fixture_sign(f, &s, SECOND);
    client_fixture_desk_put(f, VO, &d);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_put(x, CLIENT_T_DRAFT, s.id, sizeof s.id, original.data, original.len), OK);
    client_fixture_commit(x);
    run_at(f, f->now_s, &more);
    assert_true(is_there(f, CLIENT_T_DRAFT, s.id));
    run_at(f, f->now_s + YEARS_5 + DAY_S, &more);
    run_at(f, f->now_s + YEARS_5 + DAY_S, &more);
    assert_false(is_there(f, CLIENT_T_DRAFT, s.id));
}

/* And with what was done about it afterwards: nothing of the row is left, and another's stays. */
static void a_decision_with_what_came_after(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = {.state = CLIENT_DESK_ENDED, .made_s = f->now_s - YEARS_5, .access_until_s = f->now_s - YEARS_5 + DAY_S,
        .purpose = "acute_danger", .child = child, .child_there = child};
    struct client_after a = {.second_s = 5, .why = "abroad"};
    uint8_t id[2][PROTO_ID_LEN] = {{1}, {2}}, key[1 + PROTO_ID_LEN] = {'a'}, later[1 + PROTO_ID_LEN + 8] = {'x'};
    struct vault_txn *x = client_fixture_begin(f, VO);
    bool more;

    for (size_t i = 0; i < 2; i++) {
        memcpy(d.id, id[i], sizeof d.id);
        d.access_until_s += i * 400 * (uint64_t) DAY_S;
        assert_err(client_desk_put(x, &d), OK);
        assert_err(client_after_put(x, d.id, &a), OK);
        for (uint64_t at = 0; at < 20; at++)
            assert_err(client_after_later_put(x, d.id, at, 9, "not safe"), OK);
    }
    client_fixture_commit(x);
    run_at(f, f->now_s + 30 * (uint64_t) DAY_S, &more);
    x = client_fixture_begin(f, VO);
    for (size_t i = 0; i < 2; i++) {
        bool has = false;

        memcpy(key + 1, id[i], PROTO_ID_LEN);
        memcpy(later + 1, id[i], PROTO_ID_LEN);
        assert_err(client_vault_has(x, CLIENT_T_META, key, sizeof key, &has), OK);
        assert_int_equal(has, i == 1);
        for (later[24] = 0; later[24] < 20; later[24]++) {
            assert_err(client_vault_has(x, CLIENT_T_META, later, sizeof later, &has), OK);
            assert_int_equal(has, i == 1);
        }
    }
    client_vault_abort(x);
}

/* ---- in portions, and not at all ---- */

static void many_go_in_portions(void **state)
{
    struct client_fixture *f = *state;
    bool more = true;
    size_t runs = 0;

    for (size_t i = 0; i < 2 * CLIENT_RETENTION_AT_ONCE + 5; i++) {
        struct client_desk d = {.state = CLIENT_DESK_REFUSED, .made_s = f->now_s - YEARS_5 - DAY_S, .purpose = "att_followup",
            .child = child, .child_there = child};

        randombytes_buf(d.id, sizeof d.id);
        client_fixture_desk_put(f, VO, &d);
    }
    for (; more && runs < 10; runs++)
        run_at(f, f->now_s, &more);
    assert_int_equal(runs, 3);
}

static void nothing_goes_under_a_legal_hold(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = said(f, PROTO_SAY_CONSENT, 2 * YEARS_5);
    bool more;

    keep(f, &s);
    client_fixture_node(f, VO)->legal_hold = true;
    stays(f, &s);
    client_fixture_node(f, VO)->legal_hold = false;
    run_at(f, f->now_s, &more);
    assert_false(is_there(f, CLIENT_T_STATEMENT, s.id));
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
        T(a_consent_after_its_date), T(a_consent_after_its_withdrawal), T(a_strangers_withdrawal_changes_nothing),
        T(an_event_after_its_last_day), T(an_event_after_its_end), T(an_end_goes_after_what_it_ended), T(an_end_of_what_stays),
        T(an_objection_after_its_end), T(the_daily_word_after_three_months), T(the_word_that_it_was_withdrawn_stays_with_it),
        T(what_has_no_end_stays), T(what_is_under_way_stays), T(a_decision_with_its_weighing), T(a_decision_with_what_came_after),
        T(a_decision_with_the_marks_of_its_approval), T(a_weighing_that_went_with_nothing), T(an_approval_that_was_made_anew), T(many_go_in_portions),
        T(nothing_goes_under_a_legal_hold),
    };

    return cmocka_run_group_tests_name("client/retention", tests, NULL, NULL);
}
