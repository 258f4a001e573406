/*
 * client/archive_end: what the archive keeps goes on its day and not before, nor while it may still have to prove something; and what is left
 * of it still shows that nothing is missing. Vo's archive, with acts that a played hub logged.
 */
#include "tests/support/archive_played.h"

#include "client/archive_end.h"
#include "client/audit.h"
#include "client/openings_parts.h"
#include "client/terms.h"
#include "client/verify.h"

#include <sodium.h>

static void an_act_goes_on_its_day(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a;

    three_acts(p);
    run_at(p, leaf_s(p) + YEARS(5) - 1);
    assert_false(is_spent(p, 1));
    run_at(p, leaf_s(p) + YEARS(5) + DAY_S);
    assert_true(is_spent(p, 1) && is_spent(p, 2));
    a = row(p, 1);
    assert_int_equal(a.index, p->opening[0].index);
    assert_int_equal(a.envelope.len, PROTO_HASH_LEN);
    assert_int_equal(a.proof.len, 1);
}

static void the_newest_stays(void **state)
{
    struct openings_played *p = *state;

    three_acts(p);
    run_at(p, leaf_s(p) + YEARS(30));
    assert_false(is_spent(p, 3));
}

static void at_a_care_provider_after_twenty_years(void **state)
{
    struct openings_played *p = *state;

    three_acts(p);
    client_fixture_kind(p->h->f, VO, "jeugdhulp");
    run_at(p, leaf_s(p) + YEARS(20) - 1);
    assert_false(is_spent(p, 1));
    run_at(p, leaf_s(p) + YEARS(20) + DAY_S);
    assert_true(is_spent(p, 1));
}

static void the_settings_make_it_longer_and_never_shorter(void **state)
{
    struct openings_played *p = *state;

    three_acts(p);
    p->h->n->archive_years = 9;
    run_at(p, leaf_s(p) + YEARS(9) - 1);
    assert_false(is_spent(p, 1));
    p->h->n->archive_years = 1;
    run_at(p, leaf_s(p) + YEARS(5) - 1);
    assert_false(is_spent(p, 1));
    run_at(p, leaf_s(p) + YEARS(5) + DAY_S);
    assert_true(is_spent(p, 1));
}

static void nothing_goes_under_a_legal_hold(void **state)
{
    struct openings_played *p = *state;

    three_acts(p);
    p->h->n->legal_hold = true;
    run_at(p, leaf_s(p) + YEARS(40));
    assert_false(is_spent(p, 1));
}

static void not_before_its_opening_was_compared(void **state)
{
    struct openings_played *p = *state;

    three_acts(p);
    p->h->n->openings->checked = 1;
    run_at(p, leaf_s(p) + YEARS(6));
    assert_true(is_spent(p, 1));
    assert_false(is_spent(p, 2));
}

/* ---- what may still be disputed ---- */

static void remove_row(struct openings_played *p, enum client_table table, const uint8_t id[PROTO_ID_LEN])
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);

    assert_err(client_vault_delete(x, table, id, PROTO_ID_LEN), OK);
    client_fixture_commit(x);
}

/* While this row is kept. The acts of the fixture refer to the message 1. */
static void stays_while_kept(struct openings_played *p, const struct client_desk *d)
{
    three_acts(p);
    client_fixture_desk_put(p->h->f, VO, d);
    run_at(p, leaf_s(p) + YEARS(6));
    assert_false(is_spent(p, 1));
    remove_row(p, CLIENT_T_REQUEST, d->id);
    run_at(p, leaf_s(p) + YEARS(6));
    assert_true(is_spent(p, 1));
}

static void not_while_the_decision_is_kept(void **state)
{
    const struct client_desk d = {.state = CLIENT_DESK_ENDED, .id = {1}, .purpose = "att_followup"};

    stays_while_kept(*state, &d);
}

static void nor_the_grant(void **state)
{
    const struct client_desk d = {.state = CLIENT_DESK_ENDED, .id = {9}, .grant_id = {1}, .purpose = "att_followup"};

    stays_while_kept(*state, &d);
}

/* Open, or ended and not yet gone by client/retention: then it is here. Only the case that it is about waits. */
static void not_while_an_objection_is_kept(void **state)
{
    struct openings_played *p = *state;
    struct proto_subject_id child = client_fixture_child(7);
    struct proto_statement s = client_fixture_say(p->h->f, PROTO_SAY_OBJECTION, VO, &child, CJG, NOBODY);

    three_acts(p);
    memset(s.case_id, 1, sizeof s.case_id);  /* of the first act */
    client_fixture_keep(p->h->f, VO, &s);
    run_at(p, leaf_s(p) + YEARS(6));
    assert_false(is_spent(p, 1));
    assert_true(is_spent(p, 2));
    remove_row(p, CLIENT_T_STATEMENT, s.id);
    run_at(p, leaf_s(p) + YEARS(6));
    assert_true(is_spent(p, 1));
}

/* A consent that still counts, say: what carried it proves when it was said. */
static void what_carried_a_statement_stays_with_it(void **state)
{
    struct openings_played *p = *state;
    struct proto_subject_id child = client_fixture_child(7);
    struct proto_statement s = client_fixture_say(p->h->f, PROTO_SAY_EVENT, VO, &child, CJG, NOBODY);

    memcpy(s.event, "ABS", 4);
    client_fixture_keep(p->h->f, VO, &s);
    openings_played_say(p, &s);
    three_acts(p);
    p->h->n->openings->checked = 4;
    run_at(p, leaf_s(p) + YEARS(6));
    assert_false(is_spent(p, 1));
    assert_true(is_spent(p, 2));
    remove_row(p, CLIENT_T_STATEMENT, s.id);
    run_at(p, leaf_s(p) + YEARS(6));
    assert_true(is_spent(p, 1));
}

static void mark(struct openings_played *p, char what, const void *value, size_t len)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    uint8_t key[1 + PROTO_ID_LEN] = {(uint8_t)what, 1};

    assert_err(client_vault_put(x, CLIENT_T_META, key, sizeof key, value, len), OK);
    client_fixture_commit(x);
}

static void an_acknowledgement_stays_with_its_statement(void **state)
{
    struct openings_played *p = *state;
    struct proto_subject_id child = client_fixture_child(7);
    struct proto_statement s = client_fixture_say(p->h->f, PROTO_SAY_EVENT, VO, &child, CJG, NOBODY);

    three_acts(p);
    memcpy(s.event, "ABS", 4);
    client_fixture_keep(p->h->f, VO, &s);
    mark(p, 'c', s.id, sizeof s.id);
    run_at(p, leaf_s(p) + YEARS(6));
    assert_false(is_spent(p, 1));
    remove_row(p, CLIENT_T_STATEMENT, s.id);
    run_at(p, leaf_s(p) + YEARS(6));
    assert_true(is_spent(p, 1));
}

static void an_answer_stays_with_what_it_answers(void **state)
{
    struct openings_played *p = *state;
    const uint8_t newest[8] = {0, 0, 0, 0, 0, 0, 0, 3};

    three_acts(p);
    mark(p, 'm', newest, sizeof newest);
    run_at(p, leaf_s(p) + YEARS(6));
    assert_false(is_spent(p, 1) || is_spent(p, 2));
}

/* ---- what went ---- */

/* Neither its opening nor its marks outlive it. */
static void nothing_of_it_is_left(void **state)
{
    struct openings_played *p = *state;
    struct client_opening o = {.number = 1, .state = CLIENT_OPENING_RIGHT, .opened = true};
    uint8_t key[1 + PROTO_ID_LEN] = {'m'};
    struct vault_txn *x;
    bool has = true;

    three_acts(p);
    o.what = p->opening[0];
    memcpy(key + 1, p->opening[0].id, PROTO_ID_LEN);
    x = client_fixture_begin(p->h->f, VO);
    assert_err(client_openings_put(x, &o), OK);
    assert_err(client_vault_put(x, CLIENT_T_META, key, sizeof key, "12345678", 8), OK);
    client_fixture_commit(x);
    run_at(p, leaf_s(p) + YEARS(6));
    x = client_fixture_begin(p->h->f, VO);
    assert_err(client_openings_get(x, 1, &o), ERR_NOTFOUND);
    assert_err(client_vault_has(x, CLIENT_T_META, key, sizeof key, &has), OK);
    assert_false(has);
    client_vault_abort(x);
}

/* It has no moment: that of the next number counts. What a lying hub sent must not lie here for ever either. */
static void what_was_not_believed_goes_too(void **state)
{
    struct openings_played *p = *state;
    struct client_archived bad = {.number = 2, .direction = CLIENT_RECEIVED, .kind = PROTO_REQUEST, .bad = true, .index = PROTO_NO_LEAF,
        .proof = {(const uint8_t *)"name of a child", 15}};

    three_acts(p);
    put_row(p, &bad);
    run_at(p, leaf_s(p) + YEARS(5) - DAY_S);
    assert_int_equal(row(p, 2).proof.len, 15);
    run_at(p, leaf_s(p) + YEARS(5) + DAY_S);
    assert_true(is_spent(p, 2));
    assert_int_equal(row(p, 2).proof.len, 1);
}

/* A fault of the archive is for a person to see. */
static void what_does_not_hold_stays(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a = {0};
    struct vault_txn *x;
    uint8_t *memory = NULL, *envelope;

    three_acts(p);
    x = client_fixture_begin(p->h->f, VO);
    assert_err(client_archive_get(x, 1, &a, &memory), OK);
    client_vault_abort(x);
    envelope = client_fixture_memory(p->h->f, a.envelope.len);
    memcpy(envelope, a.envelope.data, a.envelope.len);
    envelope[a.envelope.len - 1] ^= 1;
    a.envelope.data = envelope;
    put_row(p, &a);
    free(memory);
    run_at(p, leaf_s(p) + YEARS(6));
    assert_false(is_spent(p, 1));
    assert_true(is_spent(p, 2));
}

static void the_floor_is_the_lowest_that_is_whole(void **state)
{
    struct openings_played *p = *state;
    struct vault_txn *x;
    uint64_t number = 0, time_s = 0;

    three_acts(p);
    run_at(p, leaf_s(p) + YEARS(6));
    x = client_fixture_begin(p->h->f, VO);
    assert_err(client_archive_end_floor(x, &number, &time_s), OK);
    client_vault_abort(x);
    assert_int_equal(number, 3);
    assert_int_equal(time_s, row(p, 3).time_s);
}

/* ---- completeness ---- */

static void what_went_is_no_gap(void **state)
{
    struct openings_played *p = *state;
    struct client_audit_report r;

    three_acts(p);
    run_at(p, leaf_s(p) + YEARS(6));
    r = judge(p);
    assert_int_equal(r.gaps, 0);
    assert_int_equal(r.count, 3);
    assert_int_equal(r.spent, 2);
    assert_int_equal(r.spent_s, leaf_s(p));
    assert_int_equal(r.withdrawn, 0);
    assert_int_equal(r.whole, 3);
}

/* The proof of the first that is whole names the leaf of the last that went. */
static void a_place_that_was_changed_breaks_the_chain(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a;
    struct client_audit_report r;
    uint8_t hash[PROTO_HASH_LEN] = {7};
    const uint8_t origin = 1;

    three_acts(p);
    run_at(p, leaf_s(p) + YEARS(6));
    a = (struct client_archived){.number = 2, .direction = CLIENT_SENT, .kind = PROTO_CANCEL, .spent = true, .index = 4711,
        .time_s = leaf_s(p), .envelope = {hash, sizeof hash}, .proof = {&origin, 1}};
    put_row(p, &a);
    r = judge(p);
    assert_int_equal(r.gaps, 1);
    assert_int_equal(r.gap[0].number, 3);
    assert_string_equal(client_audit_why(r.gap[0].why, LANG_EN), client_audit_why(CLIENT_AUDIT_CHAIN, LANG_EN));
}

static void a_place_without_a_leaf_is_none(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a;
    struct client_audit_report r;

    three_acts(p);
    run_at(p, leaf_s(p) + YEARS(6));
    a = (struct client_archived){.number = 2, .direction = CLIENT_SENT, .kind = PROTO_CANCEL, .spent = true, .index = p->opening[1].index,
        .time_s = leaf_s(p)};
    put_row(p, &a);
    r = judge(p);
    assert_int_equal(r.gaps, 1);
    assert_int_equal(r.gap[0].number, 2);
}

static void a_number_that_is_missing_among_them_is_a_gap(void **state)
{
    struct openings_played *p = *state;
    const uint8_t key[8] = {0, 0, 0, 0, 0, 0, 0, 2};
    struct client_audit_report r;
    struct vault_txn *x;

    three_acts(p);
    run_at(p, leaf_s(p) + YEARS(6));
    x = client_fixture_begin(p->h->f, VO);
    assert_err(client_vault_delete(x, CLIENT_T_ARCHIVE, key, sizeof key), OK);
    client_fixture_commit(x);
    r = judge(p);
    assert_int_equal(r.gaps, 1);
    assert_int_equal(r.gap[0].number, 2);
}

static const char *said(struct client_call *c, const char *key)
{
    const char *text = "";

    assert_err(json_text(c->reply, key, &text), OK);
    return text;
}

/* In words: what is over, until when, and by which law; not "not complete". */
static void the_officer_reads_what_is_over(void **state)
{
    struct openings_played *p = *state;
    struct client_call c = {.node = p->h->n, .reply = cJSON_CreateObject(), .args = cJSON_CreateObject()};
    struct vault_txn *x;
    char day[17];
    uint64_t n = 0;

    three_acts(p);
    run_at(p, leaf_s(p) + YEARS(6));
    years_later(6);
    x = client_fixture_begin(p->h->f, VO);
    assert_err(client_do_audit_complete(&c, x), OK);
    client_vault_abort(x);
    years_later(0);
    date_format(clock_date_nl(leaf_s(p)), day);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(c.reply, "complete")));
    assert_err(json_u64(c.reply, "not_kept", &n), OK);
    assert_int_equal(n, 2);
    assert_string_equal(said(&c, "not_kept_until"), day);
    assert_string_equal(said(&c, "archive_term"), "BW 3:310, AVG 5(2)");
    cJSON_Delete(c.reply);
    cJSON_Delete((cJSON *)(uintptr_t)c.args);
}

/* After a restore of the node its openings are looked at once more. */
static void an_opening_of_what_went_is_still_judged(void **state)
{
    struct openings_played *p = *state;
    struct client_opening o = {.number = 2, .opened = true};
    struct vault_txn *x;
    bool ask = true;

    three_acts(p);
    o.what = p->opening[1];
    run_at(p, leaf_s(p) + YEARS(6));
    x = client_fixture_begin(p->h->f, VO);
    assert_err(client_openings_judge(x, p->h->n, &o, &ask), OK);
    assert_int_equal(o.state, CLIENT_OPENING_RIGHT);
    o.what.subject.value[0] ^= 1;
    assert_err(client_openings_judge(x, p->h->n, &o, &ask), OK);
    assert_int_equal(o.state, CLIENT_OPENING_LEAF);
    client_vault_abort(x);
}

/* The same leaf again is the same; another one under its number is none. */
static void a_repeat_finds_its_place_taken(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a = {.number = 1, .direction = CLIENT_SENT, .kind = PROTO_CANCEL, .proof = {(const uint8_t *)"x", 1}};
    struct vault_txn *x;

    three_acts(p);
    run_at(p, leaf_s(p) + YEARS(6));
    x = client_fixture_begin(p->h->f, VO);
    a.index = p->opening[0].index;
    assert_err(client_archive_put(x, &a), OK);
    a.index++;
    assert_err(client_archive_put(x, &a), ERR_EXISTS);
    client_vault_abort(x);
    assert_true(is_spent(p, 1));
}

#define T(name) cmocka_unit_test_setup_teardown(name, openings_played_setup, openings_played_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_act_goes_on_its_day), T(the_newest_stays), T(at_a_care_provider_after_twenty_years),
        T(the_settings_make_it_longer_and_never_shorter), T(nothing_goes_under_a_legal_hold), T(not_before_its_opening_was_compared),
        T(not_while_the_decision_is_kept), T(nor_the_grant), T(not_while_an_objection_is_kept),
        T(what_carried_a_statement_stays_with_it),
        T(an_acknowledgement_stays_with_its_statement), T(an_answer_stays_with_what_it_answers), T(nothing_of_it_is_left),
        T(what_was_not_believed_goes_too), T(what_does_not_hold_stays), T(the_floor_is_the_lowest_that_is_whole), T(what_went_is_no_gap),
        T(a_place_that_was_changed_breaks_the_chain), T(a_place_without_a_leaf_is_none), T(a_number_that_is_missing_among_them_is_a_gap),
        T(the_officer_reads_what_is_over), T(an_opening_of_what_went_is_still_judged), T(a_repeat_finds_its_place_taken),
    };

    return cmocka_run_group_tests_name("client/archive_end", tests, NULL, NULL);
}
