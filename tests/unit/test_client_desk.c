/*
 * client/desk: rows as they are kept, under their states' names, found by id and by grant; and the ciphertext that waits.
 */
#include "tests/support/client_fixture.h"

#include "tests/support/check.h"

#include <stdio.h>

/* Every field at its largest. */
static void fill(struct client_desk *d, uint8_t n)
{
    memset(d, 0, sizeof *d);
    memset(d->id, n, sizeof d->id);
    memset(d->other, 2, sizeof d->other);
    d->mine = true;
    d->offer = n % 2 == 0;
    d->accepted = true;
    d->weighed = true;
    d->state = CLIENT_DESK_OPENED;
    d->reason = PROTO_REFUSE_NOT_SAFE;
    memset(d->case_id, 3, sizeof d->case_id);
    d->child = client_fixture_child(1);
    d->child_there = client_fixture_handle(1);
    memset(d->purpose, 'p', PROTO_PURPOSE_WIDTH);
    for (unsigned i = 0; i < PROTO_SECTIONS_MAX; i++) {
        (void) snprintf(d->sections.name[i], sizeof d->sections.name[i], "section-%08u", i);
        (void) snprintf(d->rows.row[i].section, sizeof d->rows.row[i].section, "section-%08u", i);
        (void) snprintf(d->rows.row[i].rule, sizeof d->rows.row[i].rule, "R%07u", i);
        d->rows.row[i].verdict = POLICY_PERMIT;
        d->rows.row[i].reason = 4;
        d->rows.row[i].at_holder = 1;
    }
    d->sections.count = d->rows.count = PROTO_SECTIONS_MAX;
    d->granted = d->sections;
    d->statements.count = PROTO_STATEMENTS_MAX;
    memset(d->statements.id, 5, sizeof d->statements.id);
    d->made_s = UINT64_MAX;
    d->until_s = 1;
    memset(d->grant_id, 0x40 + n, sizeof d->grant_id);
    memset(d->grant_statement, 7, sizeof d->grant_statement);
    d->access_until_s = 2;
    memset(d->digest, 8, sizeof d->digest);
    memset(d->pack, 9, sizeof d->pack);
    d->opened_s = 3;
    memset(d->birth_date, '1', sizeof d->birth_date - 1);
    memset(d->name_prefix, 'n', CLIENT_PREFIX_LEN);
    memset(d->note, 'x', CLIENT_NOTE_MAX);
    memset(d->answer, 'y', CLIENT_NOTE_MAX);
}

static void the_largest_row_is_read_back(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d, back;

    fill(&d, 1);
    client_fixture_desk_put(f, VO, &d);
    back = client_fixture_desk(f, VO, d.id);
    assert_memory_equal(&back, &d, sizeof d);
}

static void the_emptiest_row_is_read_back(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d, back;

    memset(&d, 0, sizeof d);
    memset(d.id, 1, sizeof d.id);
    memcpy(d.purpose, "p", 2);
    client_fixture_desk_put(f, VO, &d);
    back = client_fixture_desk(f, VO, d.id);
    assert_memory_equal(&back, &d, sizeof d);
}

static void what_is_not_there_leaves_the_row_alone(void **state)
{
    struct client_fixture *f = *state;
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct client_desk d, before;
    uint8_t id[PROTO_ID_LEN] = {1};

    fill(&d, 1);
    before = d;
    assert_err(client_desk_get(x, id, &d), ERR_NOTFOUND);
    assert_err(client_desk_by_grant(x, d.other, id, &d), ERR_NOTFOUND);
    assert_memory_equal(&d, &before, sizeof d);
    client_vault_abort(x);
}

/* Cut short anywhere, or one byte longer, a row is no row. */
static void no_part_of_a_row_is_one(void **state)
{
    struct client_fixture *f = *state;
    struct vault_txn *x;
    struct client_desk d, out;
    uint8_t *row = NULL;
    size_t len = 0;

    fill(&d, 1);
    d.sections.count = d.granted.count = d.rows.count = 2;
    memset(d.sections.name[2], 0, sizeof d.sections.name[0]);
    d.statements.count = 1;
    client_fixture_desk_put(f, VO, &d);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_get(x, CLIENT_T_REQUEST, d.id, PROTO_ID_LEN, &row, &len), OK);
    for (size_t n = 0; n <= len + 1; n++) {
        uint8_t *part = check_exact(row, n <= len ? n : len);

        if (n > len) {
            free(part);
            part = calloc(1, n);
            memcpy(part, row, len);
        }
        assert_err(client_vault_put(x, CLIENT_T_REQUEST, d.id, PROTO_ID_LEN, part, n), OK);
        memset(&out, 0x55, sizeof out);
        if (n == len)
            assert_err(client_desk_get(x, d.id, &out), OK);
        else
            assert_int_not_equal(client_desk_get(x, d.id, &out), OK);
        free(part);
    }
    free(row);
    client_vault_abort(x);
}

static bool count_each(void *arg, const struct client_desk *d)
{
    size_t *seen = arg;

    *seen += d->id[0];
    return true;
}

static bool stop_each(void *arg, const struct client_desk *d)
{
    (void) d;
    ++*(size_t *) arg;
    return false;
}

static void all_rows_are_walked(void **state)
{
    struct client_fixture *f = *state;
    struct vault_txn *x;
    struct client_desk d;
    size_t sum = 0, count = 0;

    for (uint8_t n = 1; n <= 4; n++) {
        fill(&d, n);
        client_fixture_desk_put(f, VO, &d);
    }
    x = client_fixture_begin(f, VO);
    assert_err(client_desk_walk(x, count_each, &sum), OK);
    assert_int_equal(sum, 10);
    assert_err(client_desk_walk(x, stop_each, &count), OK);
    assert_int_equal(count, 1);
    client_vault_abort(x);
}

static void by_grant_and_partner(void **state)
{
    struct client_fixture *f = *state;
    struct vault_txn *x;
    struct client_desk d, out;
    uint8_t grant[PROTO_ID_LEN], other[PROTO_PARTNER_LEN], zero[PROTO_ID_LEN] = {0};

    for (uint8_t n = 1; n <= 3; n++) {
        fill(&d, n);
        if (n == 3)
            memset(d.grant_id, 0, sizeof d.grant_id);
        client_fixture_desk_put(f, VO, &d);
    }
    /* A row with another partner and the same grant: somebody repeats an id that it saw. */
    fill(&d, 4);
    memset(d.grant_id, 0x42, sizeof d.grant_id);
    memset(d.other, 9, sizeof d.other);
    client_fixture_desk_put(f, VO, &d);
    x = client_fixture_begin(f, VO);
    memset(grant, 0x42, sizeof grant);
    memset(other, 2, sizeof other);
    assert_err(client_desk_by_grant(x, other, grant, &out), OK);
    assert_int_equal(out.id[0], 2);
    memset(other, 9, sizeof other);
    assert_err(client_desk_by_grant(x, other, grant, &out), OK);
    assert_int_equal(out.id[0], 4);
    memset(other, 8, sizeof other);
    assert_err(client_desk_by_grant(x, other, grant, &out), ERR_NOTFOUND);
    memset(other, 2, sizeof other);
    assert_err(client_desk_by_grant(x, other, zero, &out), ERR_NOTFOUND);
    client_vault_abort(x);
}

static void who_receives(void **state)
{
    struct client_desk d = {.mine = true};

    (void) state;
    assert_true(client_desk_is_receiver(&d));
    d.offer = true;
    assert_false(client_desk_is_receiver(&d));
    d.mine = false;
    assert_true(client_desk_is_receiver(&d));
    d.offer = false;
    assert_false(client_desk_is_receiver(&d));
}

static void every_state_has_a_name(void **state)
{
    static const char *const names[] = {"none", "sent", "denied", "waiting", "granted", "arrived", "opened", "released", "refused", "cancelled",
        "withdrawn", "not-for-us", "ended", "prepared"};

    (void) state;
    assert_int_equal(sizeof names / sizeof names[0], CLIENT_DESK_STATE_END);
    for (unsigned i = 0; i < CLIENT_DESK_STATE_END; i++)
        assert_string_equal(client_desk_state_name((enum client_desk_state) i), names[i]);
    assert_string_equal(client_desk_state_name(CLIENT_DESK_STATE_END), "?");
    assert_string_equal(client_desk_state_name((enum client_desk_state) 255), "?");
}

static void every_reason_has_a_name(void **state)
{
    static const char *const names[] = {"", "not_needed", "not_proportionate", "subject_doubt", "nothing_held", "not_safe", "policy", "taken_back"};

    (void) state;
    assert_int_equal(sizeof names / sizeof names[0], PROTO_REFUSE_END);
    for (uint8_t i = 0; i < PROTO_REFUSE_END; i++)
        assert_string_equal(client_desk_reason_name(i), names[i]);
    assert_string_equal(client_desk_reason_name(PROTO_REFUSE_END), "?");
}

static void a_share_is_kept_and_destroyed(void **state)
{
    struct client_fixture *f = *state;
    struct vault_txn *x = client_fixture_begin(f, VO);
    uint8_t id[PROTO_ID_LEN] = {1}, *out = NULL;
    size_t len = 0;

    assert_err(client_share_destroy(x, id), OK);
    assert_err(client_share_put(x, id, (const uint8_t *) "sealed", 6), OK);
    assert_err(client_share_get(x, id, &out, &len), OK);
    assert_int_equal(len, 6);
    assert_memory_equal(out, "sealed", 6);
    free(out);
    out = NULL;
    assert_err(client_share_destroy(x, id), OK);
    assert_err(client_share_get(x, id, &out, &len), ERR_NOTFOUND);
    assert_null(out);
    client_vault_abort(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(the_largest_row_is_read_back), client_fixture_test(the_emptiest_row_is_read_back),
        client_fixture_test(what_is_not_there_leaves_the_row_alone), client_fixture_test(no_part_of_a_row_is_one),
        client_fixture_test(all_rows_are_walked), client_fixture_test(by_grant_and_partner), cmocka_unit_test(who_receives),
        cmocka_unit_test(every_state_has_a_name),
        cmocka_unit_test(every_reason_has_a_name), client_fixture_test(a_share_is_kept_and_destroyed),
    };

    return cmocka_run_group_tests_name("client/desk", tests, NULL, NULL);
}
