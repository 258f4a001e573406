#include "support/check.h"
#include "support/client_fixture.h"

#include "client/casebook.h"
#include "client/statement.h"

/* Rows of the vault that another version wrote, or that stand under another's id: refused, or written again as they stand; found by
 * tests/fuzz/fuzz_client_vault. */

typedef enum err row_again(struct vault_txn *, const uint8_t id[PROTO_ID_LEN]);   /* read it, and write it as it was read */

struct swept { enum client_table table; const uint8_t *id; row_again *again; uint8_t *row, *changed; size_t len, taken, refused; };

static void with_byte(struct vault_txn *x, struct swept *s, size_t at, uint8_t byte)
{
    uint8_t *now = NULL;
    size_t len = 0;

    s->changed[at] = byte;
    assert_err(client_vault_put(x, s->table, s->id, PROTO_ID_LEN, s->changed, s->len), OK);
    if (s->again(x, s->id) == OK)
        s->taken++;
    else
        s->refused++;
    assert_err(client_vault_get(x, s->table, s->id, PROTO_ID_LEN, &now, &len), OK);
    if (len != s->len || memcmp(now, s->changed, len) != 0)
        fail_msg("byte %zu as %u was taken for another value", at, byte);
    s->changed[at] = s->row[at];
    free(now);
}

static void sweep(struct client_fixture *f, enum client_table table, const uint8_t *id, row_again *again)
{
    static const uint8_t bytes[] = { 0, 1, 2, 3, 4, 5, 9, 15, 16, 32, 48, 64, 127, 128, 255 };
    struct swept s = { .table = table, .id = id, .again = again };
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_vault_get(x, table, id, PROTO_ID_LEN, &s.row, &s.len), OK);
    s.changed = check_exact(s.row, s.len);
    for (size_t i = 0; i < s.len; i++)
        for (size_t k = 0; k < sizeof bytes; k++)
            with_byte(x, &s, i, bytes[k]);
    assert_true(s.taken != 0 && s.refused != 0);
    client_vault_abort(x);
    free(s.changed);
    free(s.row);
}

/* ---- requests ---- */

static enum err desk_again(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct client_desk d;
    enum err e = client_desk_get(x, id, &d);

    return e == OK ? client_desk_put(x, &d) : e;
}

static struct client_desk a_request(struct client_fixture *f)
{
    struct client_desk d = { .state = CLIENT_DESK_WAITING, .id = { 0xaa }, .child = client_fixture_child(1), .child_there = client_fixture_child(1),
        .until_s = f->now_s + DAY_S, .purpose = "att_followup", .note = "why" };

    memcpy(d.other, f->partner[LEERPLICHT].id, sizeof d.other);
    d.sections = client_fixture_sections("att");
    client_fixture_row(f, "att", 1, 0, true);
    d.rows = f->rows;
    client_fixture_desk_put(f, VO, &d);
    return d;
}

static void every_byte_of_a_request(void **state)
{
    struct client_desk d = a_request(*state);

    sweep(*state, CLIENT_T_REQUEST, d.id, desk_again);
}

/* ---- cases ---- */

static enum err case_again(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct client_case c;
    enum err e = client_case_get(x, id, &c);

    return e == OK ? client_case_put(x, &c) : e;
}

static void every_byte_of_a_case(void **state)
{
    struct proto_subject_id child = client_fixture_child(1);
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case(*state, VO, 1, &child, "att_followup", LEERPLICHT, NOBODY);
    client_fixture_case_id(1, id);
    sweep(*state, CLIENT_T_CASE, id, case_again);
}

/* ---- statements ---- */

static enum err kept_again(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct client_kept k;
    uint8_t *memory = NULL;
    enum err e = client_kept_get(x, id, &k, &memory);

    if (e == OK)
        e = client_kept_put(x, &k);
    free(memory);
    return e;
}

static void every_byte_of_a_statement(void **state)
{
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(*state, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY);

    memcpy(s.event, "VZM", 4);
    s.occurred_s = s.made_s;
    client_fixture_keep(*state, VO, &s);
    sweep(*state, CLIENT_T_STATEMENT, s.id, kept_again);
}

/* ---- under another's id ---- */

static bool none_desk(void *arg, const struct client_desk *d)
{
    (void)arg;
    (void)d;
    return false;
}

static bool none_kept(void *arg, const struct client_kept *k)
{
    (void)arg;
    (void)k;
    return false;
}

static bool none_case(void *arg, const struct client_case *c)
{
    (void)arg;
    (void)c;
    return false;
}

static void copy_row(struct vault_txn *x, enum client_table table, const uint8_t *id, const uint8_t *other)
{
    uint8_t *row = NULL;
    size_t len = 0;

    assert_err(client_vault_get(x, table, id, PROTO_ID_LEN, &row, &len), OK);
    assert_err(client_vault_put(x, table, other, PROTO_ID_LEN, row, len), OK);
    assert_err(client_vault_delete(x, table, id, PROTO_ID_LEN), OK);
    free(row);
}

static void a_row_under_anothers_id_is_not_that_one(void **state)
{
    static const uint8_t other[PROTO_ID_LEN] = { 0x77 };
    struct client_desk d = a_request(*state), got = { .state = CLIENT_DESK_ENDED };
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(*state, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, NOBODY);
    uint8_t case_id[PROTO_ID_LEN], *memory = NULL;
    struct client_kept k;
    struct client_case c;
    struct vault_txn *x;

    memcpy(s.event, "VZM", 4);
    s.occurred_s = s.made_s;
    client_fixture_keep(*state, VO, &s);
    client_fixture_case(*state, VO, 1, &child, "att_followup", LEERPLICHT, NOBODY);
    client_fixture_case_id(1, case_id);
    x = client_fixture_begin(*state, VO);
    copy_row(x, CLIENT_T_REQUEST, d.id, other);
    copy_row(x, CLIENT_T_STATEMENT, s.id, other);
    copy_row(x, CLIENT_T_CASE, case_id, other);
    assert_err(client_desk_get(x, other, &got), ERR_RANGE);
    assert_int_equal(got.state, CLIENT_DESK_ENDED);
    assert_err(client_kept_get(x, other, &k, &memory), ERR_RANGE);
    assert_null(memory);
    assert_err(client_case_get(x, other, &c), ERR_RANGE);
    assert_err(client_desk_walk(x, none_desk, NULL), ERR_RANGE);
    assert_err(client_kept_walk(x, none_kept, NULL), ERR_RANGE);
    assert_err(client_case_walk(x, none_case, NULL), ERR_RANGE);
    client_vault_abort(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = { client_fixture_test(every_byte_of_a_request), client_fixture_test(every_byte_of_a_case),
        client_fixture_test(every_byte_of_a_statement), client_fixture_test(a_row_under_anothers_id_is_not_that_one) };

    return cmocka_run_group_tests_name("client_damaged", tests, NULL, NULL);
}
