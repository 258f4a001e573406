#include "support/check.h"
#include "support/hub_folder.h"

#include "hub/act.h"
#include "hub/ledger.h"
#include "hub/store_act.h"
#include "hub/store_case.h"
#include "hub/store_cert.h"
#include "hub/store_cosigned.h"
#include "hub/store_grant.h"
#include "hub/store_number.h"
#include "hub/store_request.h"
#include "hub/store_statement.h"
#include "proto/merkle.h"

#include <sodium.h>

/* Rows that a disk changed or another version wrote: each is refused, or written again as it stands; found by tests/fuzz/fuzz_hub_store. */

struct damaged { struct hub_folder folder; struct hub_tables *t; struct kv_txn *x; };

static const uint8_t id[PROTO_ID_LEN] = { 7 }, partner[PROTO_PARTNER_LEN] = { 8 };

static int setup(void **state)
{
    struct damaged *d = calloc(1, sizeof *d);

    assert_non_null(d);
    hub_folder_open(&d->folder);
    assert_err(hub_tables_open(d->folder.kv, &d->t), OK);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct damaged *d = *state;

    kv_abort(d->x);
    hub_tables_close(d->t);
    hub_folder_close(&d->folder);
    free(d);
    return 0;
}

static void begin(struct damaged *d)
{
    assert_err(kv_begin(d->folder.kv, true, &d->x), OK);
}

static void commit(struct damaged *d)
{
    assert_err(kv_commit(d->x), OK);
    d->x = NULL;
}

static kv_table table(struct damaged *d, const char *name)
{
    kv_table t;

    assert_err(kv_table_open(d->folder.kv, name, &t), OK);
    return t;
}

/* ---- every value of every byte of a row ---- */

typedef enum err row_again(struct damaged *);   /* read the row under id, and write it as it was read */

static void sweep(struct damaged *d, kv_table rows, row_again *again)
{
    uint8_t *row = NULL, *changed;
    size_t len = 0, taken = 0, refused = 0;

    assert_err(kv_get_alloc(d->x, rows, id, sizeof id, &row, &len), OK);
    changed = check_exact(row, len);
    for (size_t i = 0; i < len; i++) {
        /* A transaction each: what is written and taken away in one fills the map. */
        kv_abort(d->x);
        begin(d);
        for (unsigned byte = 0; byte < 256; byte++) {
            const uint8_t *now = NULL;
            size_t now_len = 0;

            changed[i] = (uint8_t)byte;
            assert_err(kv_put(d->x, rows, id, sizeof id, changed, len), OK);
            if (again(d) == OK)
                taken++;
            else
                refused++;
            assert_err(kv_view(d->x, rows, id, sizeof id, &now, &now_len), OK);
            if (now_len != len || memcmp(now, changed, len) != 0)
                fail_msg("byte %zu as %u was taken for another value", i, byte);
        }
        changed[i] = row[i];
    }
    assert_true(taken != 0 && refused != 0);
    free(changed);
    free(row);
}

static enum err statement_again(struct damaged *d)
{
    struct hub_statement s;
    enum err e = hub_store_statement_get(d->t, d->x, id, &s);

    if (e == OK && (s.kind == PROTO_SAY_NONE || s.kind >= PROTO_SAY_END || s.role >= PROTO_ROLE_END))
        fail_msg("a kind %d or role %d that there is not", (int)s.kind, (int)s.role);
    return e == OK ? hub_store_statement_save(d->t, d->x, &s) : e;
}

static void every_byte_of_a_statement(void **state)
{
    struct damaged *d = *state;
    struct hub_statement s = { .kind = PROTO_SAY_EVENT, .role = PROTO_ROLE_CASEWORKER, .purpose = "return_plan", .event = "VZM",
        .sections = { .count = 1, .name = { "plan" } } };
    struct proto_blob original = { (const uint8_t *)"original", 8 };

    memcpy(s.id, id, sizeof s.id);
    begin(d);
    assert_err(hub_store_statement_add(d->t, d->x, &s, &original, partner), OK);
    sweep(d, d->t->statement, statement_again);
}

static enum err request_again(struct damaged *d)
{
    struct hub_request q;
    enum err e = hub_store_request_get(d->t, d->x, id, &q);

    if (e == OK && (q.state == HUB_REQUEST_NONE || q.state > HUB_REQUEST_TAKEN_BACK))
        fail_msg("a state %d that there is not", (int)q.state);
    return e == OK ? hub_store_request_save(d->t, d->x, &q) : e;
}

static void every_byte_of_a_request(void **state)
{
    struct damaged *d = *state;
    struct hub_request q = { .state = HUB_REQUEST_OPEN, .purpose = "return_plan", .sections = { .count = 1, .name = { "plan" } } };

    memcpy(q.id, id, sizeof q.id);
    begin(d);
    assert_err(hub_store_request_add(d->t, d->x, &q), OK);
    sweep(d, d->t->request, request_again);
}

static enum err grant_again(struct damaged *d)
{
    struct hub_grant g;
    enum err e = hub_store_grant_get(d->t, d->x, id, &g);

    return e == OK ? hub_store_grant_put(d->t, d->x, &g) : e;
}

static void every_byte_of_a_grant(void **state)
{
    struct damaged *d = *state;
    struct hub_grant g = { .sections = { .count = 1, .name = { "plan" } }, .weighed = true, .ticked = { .count = 1 } };

    memcpy(g.id, id, sizeof g.id);
    begin(d);
    assert_err(hub_store_grant_put(d->t, d->x, &g), OK);
    sweep(d, d->t->grant, grant_again);
}

/* ---- one each ---- */

static void each_standing(void *arg, const uint8_t who[PROTO_PARTNER_LEN], enum hub_standing standing, uint64_t since_s)
{
    (void)arg;
    (void)who;
    (void)since_s;
    fail_msg("a standing %d that there is not", (int)standing);
}

static void a_standing_that_there_is_not(void **state)
{
    struct damaged *d = *state;
    struct hub_case c = hub_case_of(id, "return_plan");
    enum hub_standing got = HUB_STANDING_INVITED;

    begin(d);
    assert_err(hub_store_case_set_standing(d->t, d->x, &c, partner, (enum hub_standing)(HUB_STANDING_LEFT + 1), 5), OK);
    assert_err(hub_store_case_standing(d->t, d->x, &c, partner, &got), ERR_IO);
    assert_int_equal(got, HUB_STANDING_INVITED);
    assert_err(hub_store_case_walk(d->t, d->x, &c, each_standing, NULL), ERR_IO);
}

static void an_act_of_a_kind_or_result_that_there_is_not(void **state)
{
    const uint8_t wrong[][2] = { { 8, PROTO_NONE }, { 8, PROTO_KIND_END }, { 8, 255 }, { 9, PROTO_REFUSAL_END }, { 9, 255 } };
    static const uint8_t first[8];
    struct damaged *d = *state;
    struct hub_store_act *s = NULL;
    struct hub_act_row in = { .kind = PROTO_REQUEST, .result = PROTO_ACCEPTED }, got = { .index = 77 };
    kv_table acts = table(d, "act");
    uint8_t *row = NULL, *changed;
    size_t len = 0;

    assert_err(hub_store_act_open(d->folder.kv, &s), OK);
    begin(d);
    assert_err(hub_store_act_put(s, d->x, &in), OK);
    assert_err(kv_get_alloc(d->x, acts, first, sizeof first, &row, &len), OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        changed = check_exact(row, len);
        changed[wrong[i][0]] = wrong[i][1];
        assert_err(kv_put(d->x, acts, first, sizeof first, changed, len), OK);
        assert_err(hub_store_act_get(s, d->x, 0, &got), ERR_IO);
        assert_int_equal(got.index, 77);
        free(changed);
    }
    free(row);
    hub_store_act_close(s);
}

static void a_cosigned_checkpoint_without_a_note_fills_nothing(void **state)
{
    struct damaged *d = *state;
    struct hub_store_cosigned *s = NULL;
    static struct hub_cosigned c = { .head = { .size = 9 } }, got = { .head = { .size = 77 } };

    assert_err(hub_store_cosigned_open(d->folder.kv, &s), OK);
    begin(d);
    assert_err(hub_store_cosigned_put(s, d->x, c.head.root, &c, 5), OK);
    assert_err(hub_store_cosigned_get(s, d->x, c.head.root, &got), ERR_IO);
    assert_int_equal(got.head.size, 77);
    hub_store_cosigned_close(s);
}

static enum err count_one(void *arg, const uint8_t *cert, size_t len)
{
    (void)cert;
    (void)len;
    ++*(size_t *)arg;
    return OK;
}

/* Those behind it would be missing, and nobody would know. */
static void a_place_without_its_certificate_is_no_end(void **state)
{
    struct damaged *d = *state;
    struct hub_store_cert *s = NULL;
    struct proto_cert one = { .until_s = 1000, .key = { 1 } }, two = { .until_s = 2000, .key = { 2 } };
    kv_table by_key = table(d, "cert");
    size_t count = 0;

    assert_err(hub_store_cert_open(d->folder.kv, &s), OK);
    begin(d);
    assert_err(hub_store_cert_put(s, d->x, &one, (const uint8_t *)"abc", 3), OK);
    assert_err(hub_store_cert_put(s, d->x, &two, (const uint8_t *)"abc", 3), OK);
    assert_err(kv_delete(d->x, by_key, one.key, sizeof one.key), OK);
    assert_err(hub_store_cert_walk(s, d->x, NULL, 0, count_one, &count), ERR_IO);
    assert_int_equal(count, 0);
    assert_err(hub_store_cert_walk(s, d->x, NULL, 1500, count_one, &count), OK);
    assert_int_equal(count, 1);
    hub_store_cert_close(s);
}

/* One more would be number 0, and then those that were given. */
static void a_number_that_cannot_grow_is_refused(void **state)
{
    static const uint8_t full[2][16] = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0, 0, 0, 0, 0 } };
    struct damaged *d = *state;
    struct hub_store_number *s = NULL;
    kv_table numbers = table(d, "number");

    for (size_t i = 0; i < 2; i++) {
        begin(d);
        assert_err(kv_put(d->x, numbers, partner, sizeof partner, full[i], sizeof full[i]), OK);
        commit(d);
        assert_err(hub_store_number_open(d->folder.kv, &s), ERR_IO);
        assert_null(s);
    }
}

static void a_leaf_cut_short_ends_the_start(void **state)
{
    static const uint8_t leaf[PROTO_LEAF_LEN], first[8];
    struct damaged *d = *state;
    struct hub_ledger *l = NULL;
    struct trouble t = { .lang = LANG_EN };
    kv_table leaves = table(d, "leaf");

    for (size_t len = 0; len < sizeof leaf; len += 45) {
        begin(d);
        assert_err(kv_put(d->x, leaves, first, sizeof first, leaf, len), OK);
        commit(d);
        assert_err(hub_ledger_open(d->folder.kv, &l, &t), ERR_SIGNATURE);
        assert_null(l);
    }
}

/* The log would be empty to whoever reads its size. */
static void an_index_that_no_leaf_has_is_no_size(void **state)
{
    static const uint8_t leaf[PROTO_LEAF_LEN];
    uint8_t last[8];
    struct damaged *d = *state;
    struct hub_ledger_reader *r = NULL;
    kv_table leaves = table(d, "leaf");
    uint64_t size = 77;

    memset(last, 0xff, sizeof last);
    assert_err(hub_ledger_reader_open(d->folder.kv, &r), OK);
    begin(d);
    assert_err(kv_put(d->x, leaves, last, sizeof last, leaf, sizeof leaf), OK);
    assert_err(hub_ledger_read_size(r, d->x, &size), ERR_IO);
    assert_int_equal(size, 77);
    hub_ledger_reader_close(r);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = { T(every_byte_of_a_statement), T(every_byte_of_a_request), T(every_byte_of_a_grant),
        T(a_standing_that_there_is_not), T(an_act_of_a_kind_or_result_that_there_is_not),
        T(a_cosigned_checkpoint_without_a_note_fills_nothing), T(a_place_without_its_certificate_is_no_end),
        T(a_number_that_cannot_grow_is_refused), T(a_leaf_cut_short_ends_the_start), T(an_index_that_no_leaf_has_is_no_size) };

    return cmocka_run_group_tests_name("hub_store_damaged", tests, NULL, NULL);
}
