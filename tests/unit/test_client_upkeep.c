/*
 * client/upkeep: what a node does by itself. The school records a consent for the CJG's records; leerplicht reads what the school sent.
 */
#include "tests/support/client_pair.h"

#include "client/index.h"
#include "client/keeping.h"
#include "client/upkeep.h"
#include "proto/sign.h"
#include "tests/support/captured.h"

static struct proto_subject_id child;

static void run(struct client_fixture *f, enum client_fixture_who who, uint64_t now_s)
{
    struct vault_txn *x = client_fixture_begin(f, who);

    assert_err(client_upkeep_run(client_fixture_node(f, who), x, now_s), OK);
    client_fixture_commit(x);
}

static struct proto_statement event(struct client_fixture *f)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY);

    memcpy(s.event, "VZM", 4);
    s.occurred_s = f->now_s;
    return s;
}

/* P-089. */
static void an_unacknowledged_statement_goes_again_each_day(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s;

    child = client_fixture_child(1);
    s = event(f);
    client_fixture_keep(f, VO, &s);
    run(f, VO, f->now_s + DAY_S - 1);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
    run(f, VO, f->now_s + DAY_S);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 1);
    run(f, VO, f->now_s + DAY_S + 60);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 1);
    run(f, VO, f->now_s + 2 * DAY_S);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 2);
}

/* The repeat is the same statement in another message; its acknowledgement ends the repeating. */
static void an_acknowledged_statement_is_not_repeated(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s;

    child = client_fixture_child(1);
    s = event(f);
    (void)client_fixture_node(f, LEERPLICHT);
    client_fixture_keep(f, VO, &s);
    run(f, VO, f->now_s + DAY_S);
    client_fixture_hub(f);
    run(f, VO, f->now_s + 3 * DAY_S);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
}

static void what_is_not_logged_is_not_repeated(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s;

    child = client_fixture_child(1);
    s = event(f);
    client_fixture_keep_at(f, VO, &s, 0);
    run(f, VO, f->now_s + 3 * DAY_S);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
}

/* Recorded by the receiver: the holder's records, so the recorder says each day how it stands. */
static struct proto_statement consent_elsewhere(struct client_fixture *f)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_CONSENT, CJG, &child, VO, NOBODY);

    memcpy(s.holder, client_fixture_partner(f, VO)->id, sizeof s.holder);
    memcpy(s.receiver, client_fixture_partner(f, CJG)->id, sizeof s.receiver);
    memcpy(s.purpose, "youth_help_access", 18);
    s.sections = client_fixture_sections("effort");
    s.code = PROTO_CONSENT_PROCESSING;
    s.until_s = f->now_s + 90 * DAY_S;
    return s;
}

static struct proto_statement status_of(struct proto_msg *m)
{
    struct proto_signed envelope;
    struct proto_statement s;

    assert_err(proto_sign_decode(m->original.data, m->original.len, &envelope), OK);
    assert_int_equal(proto_statement_of_type(envelope.type), PROTO_SAY_STATUS);
    assert_err(proto_statement_decode(PROTO_SAY_STATUS, envelope.body, envelope.body_len, &s), OK);
    return s;
}

static void a_consent_for_anothers_records_says_daily_that_it_stands(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s, said;
    struct proto_msg m;

    child = client_fixture_child(1);
    s = consent_elsewhere(f);
    (void)client_fixture_node(f, VO);
    client_fixture_keep(f, CJG, &s);
    run(f, CJG, f->now_s + DAY_S);
    assert_true(client_fixture_waiting(f, CJG, PROTO_STATEMENT, &m) >= 1);
    said = status_of(&m);
    assert_memory_equal(said.refers, s.id, PROTO_ID_LEN);
    assert_int_equal(said.code, 0);
    assert_int_equal(said.until_s, s.until_s);
}

static void a_withdrawn_one_says_that(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s, end;
    struct proto_msg m;

    child = client_fixture_child(1);
    s = consent_elsewhere(f);
    client_fixture_keep(f, CJG, &s);
    end = client_fixture_say(f, PROTO_SAY_WITHDRAWAL, VO, &child, CJG, NOBODY);
    memcpy(end.refers, s.id, sizeof end.refers);
    client_fixture_keep(f, CJG, &end);
    run(f, CJG, f->now_s + DAY_S);
    assert_true(client_fixture_waiting(f, CJG, PROTO_STATEMENT, &m) >= 1);
    assert_int_equal(status_of(&m).code, 1);
}

/* Leerplicht is not named in the consent: its word ends nothing. */
static void a_strangers_withdrawal_changes_no_status(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s, end;
    struct proto_msg m;

    child = client_fixture_child(1);
    s = consent_elsewhere(f);
    client_fixture_keep(f, CJG, &s);
    end = client_fixture_say(f, PROTO_SAY_WITHDRAWAL, LEERPLICHT, &child, CJG, NOBODY);
    memcpy(end.refers, s.id, sizeof end.refers);
    client_fixture_keep(f, CJG, &end);
    run(f, CJG, f->now_s + DAY_S);
    assert_true(client_fixture_waiting(f, CJG, PROTO_STATEMENT, &m) >= 1);
    assert_int_equal(status_of(&m).code, 0);
}

static void a_consent_for_the_own_records_needs_none(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s;

    child = client_fixture_child(1);
    s = consent_elsewhere(f);
    memcpy(s.holder, client_fixture_partner(f, CJG)->id, sizeof s.holder);
    memcpy(s.receiver, client_fixture_partner(f, VO)->id, sizeof s.receiver);
    client_fixture_keep(f, CJG, &s);
    run(f, CJG, f->now_s + DAY_S);
    /* The consent itself is repeated, for nobody acknowledged it; no status beside it. */
    assert_int_equal(client_fixture_waiting(f, CJG, PROTO_STATEMENT, NULL), 1);
}

static uint64_t late_now(struct client_fixture *f, struct vault_txn *x)
{
    struct client_unconfirmed late = {99, 99};

    assert_err(client_keeping_unconfirmed(x, f->now_s, &late), OK);
    return late.all;
}

/* The hub never logged it: who said it must see that nobody knows. An event that was refused is no danger. */
static void a_stop_that_was_never_logged_is_late(void **state)
{
    static const struct { enum proto_statement_kind kind; uint64_t late; } rows[] = {{PROTO_SAY_WITHDRAWAL, 1}, {PROTO_SAY_EVENT_END, 2},
        {PROTO_SAY_OBJECTION, 3}, {PROTO_SAY_OBJECTION_END, 4}, {PROTO_SAY_STATUS, 4}};
    struct client_fixture *f = *state;

    child = client_fixture_child(1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct proto_statement s = client_fixture_say(f, rows[i].kind, VO, &child, CJG, NOBODY);
        struct vault_txn *x;
        struct client_unconfirmed now = {99, 99}, later = {99, 99};

        s.refers[0] = 1;
        client_fixture_keep_at(f, VO, &s, 0);
        x = client_fixture_begin(f, VO);
        assert_err(client_keeping_unconfirmed(x, f->now_s + DAY_S, &now), OK);
        assert_err(client_keeping_unconfirmed(x, f->now_s + DAY_S + 1, &later), OK);
        client_vault_abort(x);
        assert_int_equal(now.all, 0);
        assert_int_equal(now.stops, 0);
        assert_int_equal(later.all, rows[i].late);
        assert_int_equal(later.stops, rows[i].late);
    }
}

/* What was queued and is refused later: the person reads it in the list, and the status counts it. Logged after all, it stands. */
static void a_refusal_behind_ones_back_is_late_at_once(void **state)
{
    struct client_fixture *f = *state;
    struct client_node *n = client_fixture_node(f, VO);
    struct proto_msg m = client_fixture_msg(f, PROTO_STATEMENT, VO, LEERPLICHT);
    struct proto_reply reply = {.result = PROTO_DENIED};
    struct client_receipt_event ev = {.msg = &m, .reply = &reply};
    struct vault_txn *x;
    struct proto_statement s;

    child = client_fixture_child(1);
    s = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY);
    check_name(s.event, "VZM");
    client_fixture_keep_at(f, VO, &s, 0);
    x = client_fixture_begin(f, VO);
    assert_err(client_keeping_carries(x, m.head.id, s.id), OK);
    assert_int_equal(late_now(f, x), 0);
    assert_err(client_keeping_refused(n, x, &ev), OK);
    assert_int_equal(late_now(f, x), 1);
    reply = (struct proto_reply){.result = PROTO_ACCEPTED, .has_receipt = true, .receipt = {.index = 7, .time_s = f->now_s}};
    assert_err(client_keeping_receipt(n, x, &ev), OK);
    assert_int_equal(late_now(f, x), 0);
    client_vault_abort(x);
}

static void access_that_is_over_is_ended_and_reported(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct client_desk d;

    asked(f, &p);
    assert_err(client_fixture_mail(f, &p.grant), OK);
    d = client_fixture_desk(f, LEERPLICHT, p.request.head.id);
    d.state = CLIENT_DESK_OPENED;
    client_fixture_desk_put(f, LEERPLICHT, &d);
    run(f, LEERPLICHT, d.access_until_s - 1);
    assert_state(client_fixture_desk(f, LEERPLICHT, d.id), CLIENT_DESK_OPENED);
    run(f, LEERPLICHT, d.access_until_s);
    assert_state(client_fixture_desk(f, LEERPLICHT, d.id), CLIENT_DESK_ENDED);
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), 1);
    assert_false(client_fixture_has_share(f, LEERPLICHT, d.id));
}

/* ---- rows that cannot be read ---- */

static void put_raw(struct client_fixture *f, enum client_fixture_who who, enum client_table t, const uint8_t id[PROTO_ID_LEN], const void *row, size_t len)
{
    struct vault_txn *x = client_fixture_begin(f, who);

    assert_err(client_vault_put(x, t, id, PROTO_ID_LEN, row, len), OK);
    client_fixture_commit(x);
}

/* How often the log of two runs says that a row is not readable. */
static size_t run_twice(struct client_fixture *f, enum client_fixture_who who, uint64_t now_s)
{
    struct captured c = captured_begin(stderr);
    struct vault_txn *x = NULL;
    enum err e = OK;
    size_t said = 0;
    char *text;

    for (int i = 0; i < 2 && e == OK; i++) {
        e = client_vault_begin(client_fixture_node(f, who)->vault, true, &x);
        if (e == OK) {
            e = client_upkeep_run(client_fixture_node(f, who), x, now_s + 60 * (uint64_t)i);
            e = client_vault_end(x, e);
        }
    }
    text = captured_end(&c);
    for (const char *at = text; (at = strstr(at, "row-not-readable table=")) != NULL; at++)
        said++;
    free(text);
    assert_err(e, OK);
    return said;
}

/* Before it in the order of the walk, and behind it: the access of the good one ends all the same. */
static void an_open_row_that_cannot_be_read_holds_up_no_end(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    uint8_t id[PROTO_ID_LEN];
    struct client_desk d, bad;

    asked(f, &p);
    assert_err(client_fixture_mail(f, &p.grant), OK);
    d = client_fixture_desk(f, LEERPLICHT, p.request.head.id);
    d.state = CLIENT_DESK_OPENED;
    client_fixture_desk_put(f, LEERPLICHT, &d);
    for (int i = 0; i < 2; i++) {
        memset(id, i == 0 ? 0x00 : 0xff, sizeof id);
        id[0] ^= 1;
        bad = d;
        memcpy(bad.id, id, sizeof bad.id);
        client_fixture_desk_put(f, LEERPLICHT, &bad);
        put_raw(f, LEERPLICHT, CLIENT_T_REQUEST, id, "x", 1);
    }
    assert_int_equal(run_twice(f, LEERPLICHT, d.access_until_s), 1);
    assert_state(client_fixture_desk(f, LEERPLICHT, d.id), CLIENT_DESK_ENDED);
    assert_false(client_fixture_has_share(f, LEERPLICHT, d.id));
}

/* The longest due first: the one that cannot be read comes before it, is not read again this day, and is not given up. */
static void a_due_row_that_cannot_be_read_holds_up_no_other(void **state)
{
    struct client_fixture *f = *state;
    struct client_index_at at[CLIENT_INDEX_DUE_MAX];
    struct proto_statement bad, s;
    struct vault_txn *x;
    size_t count = 99;

    child = client_fixture_child(1);
    bad = event(f);
    client_fixture_keep_at(f, VO, &bad, f->now_s - 60);
    put_raw(f, VO, CLIENT_T_STATEMENT, bad.id, "x", 1);
    s = event(f);
    client_fixture_keep(f, VO, &s);
    assert_int_equal(run_twice(f, VO, f->now_s + DAY_S), 1);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 1);
    x = client_fixture_begin(f, VO);
    assert_err(client_index_due(x, f->now_s + 2 * DAY_S - 1, at, &count), OK);
    assert_int_equal(count, 0);
    assert_err(client_index_due(x, f->now_s + 2 * DAY_S, at, &count), OK);
    assert_int_equal(count, 2);
    client_vault_abort(x);
}

/* It may be withdrawn: nobody is told that it stands. */
static void a_withdrawal_that_cannot_be_read_is_no_none(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s, end;

    child = client_fixture_child(1);
    s = consent_elsewhere(f);
    client_fixture_keep(f, CJG, &s);
    end = client_fixture_say(f, PROTO_SAY_WITHDRAWAL, VO, &child, CJG, NOBODY);
    memcpy(end.refers, s.id, sizeof end.refers);
    client_fixture_keep(f, CJG, &end);
    put_raw(f, CJG, CLIENT_T_STATEMENT, end.id, "x", 1);
    assert_int_equal(run_twice(f, CJG, f->now_s + DAY_S), 1);
    /* The consent itself, which nobody acknowledged. */
    assert_int_equal(client_fixture_waiting(f, CJG, PROTO_STATEMENT, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(an_unacknowledged_statement_goes_again_each_day),
        client_fixture_test(an_acknowledged_statement_is_not_repeated),
        client_fixture_test(what_is_not_logged_is_not_repeated),
        client_fixture_test(a_consent_for_anothers_records_says_daily_that_it_stands),
        client_fixture_test(a_withdrawn_one_says_that),
        client_fixture_test(a_strangers_withdrawal_changes_no_status),
        client_fixture_test(a_consent_for_the_own_records_needs_none),
        client_fixture_test(a_stop_that_was_never_logged_is_late),
        client_fixture_test(a_refusal_behind_ones_back_is_late_at_once),
        client_fixture_test(access_that_is_over_is_ended_and_reported),
        client_fixture_test(an_open_row_that_cannot_be_read_holds_up_no_end),
        client_fixture_test(a_due_row_that_cannot_be_read_holds_up_no_other),
        client_fixture_test(a_withdrawal_that_cannot_be_read_is_no_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
