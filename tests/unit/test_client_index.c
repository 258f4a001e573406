/* client/index: what is to be done is found without reading what is not; what a mark says is looked at again. */
#include "tests/support/client_fixture.h"

#include "client/index.h"
#include "client/retention.h"
#include "client/upkeep.h"
#include "tests/support/check.h"

#include <sodium.h>

static struct proto_subject_id child, other;

static struct proto_statement event(struct client_fixture *f)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY);

    memcpy(s.event, "VZM", 4);
    s.occurred_s = f->now_s;
    return s;
}

static struct proto_statement consent(struct client_fixture *f, enum client_fixture_who holder)
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_CONSENT, VO, &child, CJG, NOBODY);

    memcpy(s.holder, f->partner[holder].id, sizeof s.holder);
    memcpy(s.receiver, f->partner[CJG].id, sizeof s.receiver);
    memcpy(s.purpose, "youth_help_access", 18);
    s.sections = client_fixture_sections("effort");
    s.code = PROTO_CONSENT_PROCESSING;
    s.until_s = f->now_s + 90 * DAY_S;
    return s;
}

static struct proto_statement facts(struct client_fixture *f, const struct proto_subject_id *who)
{
    return client_fixture_say(f, PROTO_SAY_FACTS, CJG, who, VO, NOBODY);
}

/* Kept with this leaf, acknowledged by all. */
static void keep_acked(struct client_fixture *f, struct proto_statement *s)
{
    struct proto_blob original = client_fixture_sign(f, s, WORKER);
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct client_kept k = {.what = *s, .original = original.data, .original_len = original.len, .role = PROTO_ROLE_CASEWORKER, .mine = true,
        .leaf_s = f->now_s, .acked = (UINT64_C(1) << s->addressees.count) - 1};

    assert_err(client_kept_put(x, &k), OK);
    client_fixture_commit(x);
}

static size_t due_at(struct client_fixture *f, uint64_t now_s)
{
    struct client_index_at at[CLIENT_INDEX_DUE_MAX];
    struct vault_txn *x = client_fixture_begin(f, VO);
    size_t count = 999;

    assert_err(client_index_due(x, now_s, at, &count), OK);
    client_vault_abort(x);
    return count;
}

static void upkeep(struct client_fixture *f, uint64_t now_s)
{
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_upkeep_run(client_fixture_node(f, VO), x, now_s), OK);
    client_fixture_commit(x);
}

/* ---- what is due ---- */

static void a_statement_is_due_a_day_after_its_leaf(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = event(f);

    client_fixture_keep(f, VO, &s);
    assert_int_equal(due_at(f, f->now_s + DAY_S - 1), 0);
    assert_int_equal(due_at(f, f->now_s + DAY_S), 1);
}

static void what_is_not_logged_is_not_due(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = event(f);

    client_fixture_keep_at(f, VO, &s, 0);
    assert_int_equal(due_at(f, f->now_s + 400 * (uint64_t)DAY_S), 0);
}

static void what_all_acknowledged_is_not_due(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = event(f);

    keep_acked(f, &s);
    assert_int_equal(due_at(f, f->now_s + 400 * (uint64_t)DAY_S), 0);
}

static void nor_a_consent_for_the_own_records(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = consent(f, VO);

    keep_acked(f, &s);
    assert_int_equal(due_at(f, f->now_s + 400 * (uint64_t)DAY_S), 0);
}

static void a_consent_for_anothers_records_is_due_until_it_ended(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = consent(f, CJG);

    keep_acked(f, &s);
    upkeep(f, f->now_s + DAY_S);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 1);
    assert_int_equal(due_at(f, f->now_s + 2 * DAY_S - 1), 0);
    assert_int_equal(due_at(f, f->now_s + 2 * DAY_S), 1);
    upkeep(f, f->now_s + 91 * (uint64_t)DAY_S);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 1);
    assert_int_equal(due_at(f, f->now_s + 400 * (uint64_t)DAY_S), 0);
}

/* A row that nobody can read stands for all that is not due: nobody reads it. */
static void what_is_not_due_is_not_read(void **state)
{
    struct client_fixture *f = *state;
    struct vault_txn *x;
    const uint8_t id[PROTO_ID_LEN] = {1};

    (void)client_fixture_node(f, VO);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_put(x, CLIENT_T_STATEMENT, id, sizeof id, "x", 1), OK);
    assert_err(client_vault_put(x, CLIENT_T_REQUEST, id, sizeof id, "x", 1), OK);
    client_fixture_commit(x);
    upkeep(f, f->now_s + 3 * DAY_S);
}

static void a_mark_without_its_row_goes(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = event(f);
    struct vault_txn *x;

    client_fixture_keep(f, VO, &s);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_delete(x, CLIENT_T_STATEMENT, s.id, sizeof s.id), OK);
    client_fixture_commit(x);
    upkeep(f, f->now_s + 3 * DAY_S);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
    assert_int_equal(due_at(f, f->now_s + 400 * (uint64_t)DAY_S), 0);
}

/* 64 in a minute, the longest due first; nobody is left out. */
static void many_are_said_in_portions(void **state)
{
    struct client_fixture *f = *state;

    for (int i = 0; i < 70; i++) {
        struct proto_statement s = event(f);

        client_fixture_keep(f, VO, &s);
    }
    upkeep(f, f->now_s + DAY_S);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 64);
    upkeep(f, f->now_s + DAY_S + 60);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 70);
    upkeep(f, f->now_s + DAY_S + 120);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 70);
}

/* ---- what is found ---- */

struct found { size_t count; uint8_t id[PROTO_ID_LEN]; };

static bool found_statement(void *arg, const struct client_kept *k)
{
    struct found *found = arg;

    found->count++;
    memcpy(found->id, k->what.id, PROTO_ID_LEN);
    return true;
}

static void the_withdrawals_of_one_consent(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = consent(f, VO), t = consent(f, VO), end = client_fixture_say(f, PROTO_SAY_WITHDRAWAL, CJG, &child, VO, NOBODY);
    struct found found = {0};
    struct vault_txn *x;

    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, VO, &t);
    memcpy(end.refers, s.id, sizeof end.refers);
    client_fixture_keep(f, VO, &end);
    x = client_fixture_begin(f, VO);
    assert_err(client_index_ends(x, t.id, found_statement, &found), OK);
    assert_int_equal(found.count, 0);
    assert_err(client_index_ends(x, s.id, found_statement, &found), OK);
    assert_int_equal(found.count, 1);
    assert_memory_equal(found.id, end.id, PROTO_ID_LEN);
    client_vault_abort(x);
}

static void the_facts_about_one_child(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = facts(f, &child), t = facts(f, &other);
    struct found found = {0};
    struct vault_txn *x;

    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, VO, &t);
    x = client_fixture_begin(f, VO);
    assert_err(client_index_facts(x, &child, found_statement, &found), OK);
    assert_int_equal(found.count, 1);
    assert_memory_equal(found.id, s.id, PROTO_ID_LEN);
    client_vault_abort(x);
}

static bool key_has_subject(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    bool *has = arg;

    (void)value;
    (void)len;
    *has = *has || memmem(key, key_len, child.value, 8) != NULL;
    return true;
}

static void no_pseudonym_stands_in_a_key(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = facts(f, &child);
    struct vault_txn *x;
    bool has = false;

    client_fixture_keep(f, VO, &s);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_walk(x, CLIENT_T_META, NULL, 0, key_has_subject, &has), OK);
    client_vault_abort(x);
    assert_false(has);
}

static bool found_desk(void *arg, const struct client_desk *d)
{
    struct found *found = arg;

    found->count++;
    memcpy(found->id, d->id, PROTO_ID_LEN);
    return true;
}

static size_t open_desks(struct client_fixture *f)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct found found = {0};

    assert_err(client_index_open_desk(x, found_desk, &found), OK);
    client_vault_abort(x);
    return found.count;
}

/* Each state on its own: what may still end by itself is found, what is over is not. */
static void decisions_that_are_open(void **state)
{
    static const uint8_t open[] = {CLIENT_DESK_WAITING, CLIENT_DESK_PREPARED, CLIENT_DESK_GRANTED, CLIENT_DESK_RELEASED, CLIENT_DESK_ARRIVED,
        CLIENT_DESK_OPENED};
    static const uint8_t over[] = {CLIENT_DESK_SENT, CLIENT_DESK_DENIED, CLIENT_DESK_REFUSED, CLIENT_DESK_CANCELLED, CLIENT_DESK_WITHDRAWN,
        CLIENT_DESK_NOT_FOR_US, CLIENT_DESK_ENDED};
    struct client_fixture *f = *state;
    struct client_desk d = {.id = {3}, .purpose = "att_followup"};

    for (size_t i = 0; i < sizeof open; i++) {
        d.state = open[i];
        client_fixture_desk_put(f, VO, &d);
        assert_int_equal(open_desks(f), 1);
        d.state = over[i];
        client_fixture_desk_put(f, VO, &d);
        assert_int_equal(open_desks(f), 0);
    }
    d.state = over[sizeof open];
    client_fixture_desk_put(f, VO, &d);
    assert_int_equal(open_desks(f), 0);
}

/* ---- a store of before ---- */

enum { MARKS_MAX = 16 };
struct marks { uint8_t key[MARKS_MAX][48]; size_t len[MARKS_MAX], count; };

static bool collect(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct marks *m = arg;

    (void)value;
    (void)len;
    assert_true(m->count < MARKS_MAX && key_len <= 48);
    memcpy(m->key[m->count], key, key_len);
    m->len[m->count++] = key_len;
    return true;
}

static void take_marks(struct client_fixture *f, const char *name)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct marks m = {.count = 0};

    assert_err(client_vault_walk(x, CLIENT_T_META, name, strlen(name), collect, &m), OK);
    assert_int_not_equal(m.count, 0);
    for (size_t i = 0; i < m.count; i++)
        assert_err(client_vault_delete(x, CLIENT_T_META, m.key[i], m.len[i]), OK);
    client_fixture_commit(x);
}

static void a_store_of_before_gets_its_marks(void **state)
{
    static const char *const names[] = {"due ", "facts ", "open "};
    struct client_fixture *f = *state;
    struct proto_statement s = event(f), t = facts(f, &child);
    struct client_desk d = {.id = {3}, .purpose = "att_followup", .state = CLIENT_DESK_GRANTED};
    struct found found = {0};
    struct vault_txn *x;

    client_fixture_keep(f, VO, &s);
    client_fixture_keep(f, VO, &t);
    client_fixture_desk_put(f, VO, &d);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        take_marks(f, names[i]);
    assert_int_equal(due_at(f, f->now_s + DAY_S), 0);
    assert_err(client_index_open(client_fixture_node(f, VO)->vault), OK);
    assert_int_equal(due_at(f, f->now_s + DAY_S), 1);
    assert_int_equal(open_desks(f), 1);
    x = client_fixture_begin(f, VO);
    assert_err(client_index_facts(x, &child, found_statement, &found), OK);
    client_vault_abort(x);
    assert_int_equal(found.count, 1);
    /* Once: what was taken out since stays out. */
    take_marks(f, "due ");
    assert_err(client_index_open(client_fixture_node(f, VO)->vault), OK);
    assert_int_equal(due_at(f, f->now_s + DAY_S), 0);
}

static int setup(void **state)
{
    int result = client_fixture_setup(state);

    child = client_fixture_child(1);
    other = client_fixture_child(2);
    return result;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, client_fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_statement_is_due_a_day_after_its_leaf), T(what_is_not_logged_is_not_due), T(what_all_acknowledged_is_not_due),
        T(nor_a_consent_for_the_own_records), T(a_consent_for_anothers_records_is_due_until_it_ended), T(what_is_not_due_is_not_read),
        T(a_mark_without_its_row_goes), T(many_are_said_in_portions), T(the_withdrawals_of_one_consent), T(the_facts_about_one_child),
        T(no_pseudonym_stands_in_a_key), T(decisions_that_are_open), T(a_store_of_before_gets_its_marks),
    };

    return cmocka_run_group_tests_name("client/index", tests, NULL, NULL);
}
