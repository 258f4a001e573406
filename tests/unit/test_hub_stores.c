#include "support/check.h"
#include "support/hub_folder.h"

#include "hub/store_act.h"
#include "hub/store_cert.h"
#include "hub/store_mail.h"
#include "hub/store_number.h"
#include "proto/merkle.h"

#include <sodium.h>
#include <stdio.h>

/* The tables of core, each alone. */

static int open_folder(void **state)
{
    struct hub_folder *f = calloc(1, sizeof *f);

    hub_folder_open(f);
    *state = f;
    return 0;
}

static int close_folder(void **state)
{
    struct hub_folder *f = *state;

    hub_folder_close(f);
    free(f);
    return 0;
}

static struct kv_txn *begin(struct hub_folder *f)
{
    struct kv_txn *x = NULL;

    assert_err(kv_begin(f->kv, true, &x), OK);
    return x;
}

/* ---- acts ---- */

static struct hub_act_row row_of(uint64_t index, uint8_t id)
{
    struct hub_act_row r = { .index = index, .time_s = 5000 + index, .kind = PROTO_REQUEST, .result = 3, .decision = true,
        .from_number = 1, .from_previous = UINT64_MAX, .to_number = 7, .to_previous = 2 };

    memset(r.id, id, sizeof r.id);
    memset(r.from, 1, sizeof r.from);
    memset(r.to, 2, sizeof r.to);
    memset(r.digest, 3, sizeof r.digest);
    r.rows.count = 2;
    (void)snprintf(r.rows.row[0].section, sizeof r.rows.row[0].section, "attend");
    (void)snprintf(r.rows.row[1].section, sizeof r.rows.row[1].section, "ident");
    r.rows.row[1].verdict = 1;
    (void)snprintf(r.rows.row[1].rule, sizeof r.rows.row[1].rule, "R1");
    return r;
}

static void a_row_comes_back_by_index_and_by_id(void **state)
{
    struct hub_folder *f = *state;
    struct hub_act_row in = row_of(0, 9), got;
    struct hub_store_act *s = NULL;
    struct kv_txn *x;

    assert_err(hub_store_act_open(f->kv, &s), OK);
    x = begin(f);
    assert_err(hub_store_act_put(s, x, &in), OK);
    memset(&got, 0, sizeof got);
    assert_err(hub_store_act_get(s, x, 0, &got), OK);
    assert_int_equal(got.time_s, in.time_s);
    assert_int_equal(got.result, in.result);
    assert_true(got.decision);
    assert_memory_equal(got.digest, in.digest, sizeof in.digest);
    assert_int_equal(got.to_number, 7);
    assert_int_equal(got.rows.count, 2);
    assert_string_equal(got.rows.row[1].rule, "R1");
    assert_err(hub_store_act_find(s, x, in.id, &got), OK);
    assert_int_equal(got.index, 0);
    assert_err(hub_store_act_get(s, x, 1, &got), ERR_NOTFOUND);
    kv_abort(x);
    hub_store_act_close(s);
}

static void an_id_or_an_index_twice_is_refused(void **state)
{
    struct hub_folder *f = *state;
    struct hub_act_row a = row_of(4, 9), same_id = row_of(5, 9), same_index = row_of(4, 8), earlier = row_of(3, 7);
    struct hub_store_act *s = NULL;
    struct kv_txn *x;

    assert_err(hub_store_act_open(f->kv, &s), OK);
    x = begin(f);
    assert_err(hub_store_act_put(s, x, &a), OK);
    assert_err(hub_store_act_put(s, x, &same_id), ERR_EXISTS);
    assert_err(hub_store_act_put(s, x, &same_index), ERR_EXISTS);
    assert_err(hub_store_act_put(s, x, &earlier), ERR_EXISTS);
    kv_abort(x);
    hub_store_act_close(s);
}

static void dropped_rows_are_gone_with_their_ids(void **state)
{
    struct hub_folder *f = *state;
    struct hub_act_row a = row_of(0, 1), b = row_of(1, 2), got;
    struct hub_store_act *s = NULL;
    struct kv_txn *x;

    assert_err(hub_store_act_open(f->kv, &s), OK);
    x = begin(f);
    assert_err(hub_store_act_oldest(s, x, &got), ERR_NOTFOUND);
    assert_err(hub_store_act_put(s, x, &a), OK);
    assert_err(hub_store_act_put(s, x, &b), OK);
    assert_err(hub_store_act_oldest(s, x, &got), OK);
    assert_int_equal(got.index, 0);
    assert_err(hub_store_act_drop(s, x, &got), OK);
    assert_err(hub_store_act_find(s, x, a.id, &got), ERR_NOTFOUND);
    assert_err(hub_store_act_oldest(s, x, &got), OK);
    assert_int_equal(got.index, 1);
    kv_abort(x);
    hub_store_act_close(s);
}

static void a_damaged_row_is_no_row(void **state)
{
    struct hub_folder *f = *state;
    struct hub_act_row a = row_of(0, 1), got = { .index = 77 };
    struct hub_store_act *s = NULL;
    uint8_t *data = NULL, key[8] = { 0 };
    struct kv_txn *x;
    kv_table table;
    size_t len;

    assert_err(hub_store_act_open(f->kv, &s), OK);
    assert_err(kv_table_open(f->kv, "act", &table), OK);
    x = begin(f);
    assert_err(hub_store_act_put(s, x, &a), OK);
    assert_err(kv_get_alloc(x, table, key, sizeof key, &data, &len), OK);
    for (size_t shorter = 0; shorter < len; shorter++) {
        assert_err(kv_put(x, table, key, sizeof key, data, shorter), OK);
        assert_err(hub_store_act_get(s, x, 0, &got), ERR_IO);
    }
    assert_int_equal(got.index, 77);
    free(data);
    kv_abort(x);
    hub_store_act_close(s);
}

static void a_row_says_what_it_carried(void **state)
{
    struct hub_folder *f = *state;
    struct hub_act_row in = row_of(0, 9), got;
    struct hub_store_act *s = NULL;
    struct kv_txn *x;

    in.carries = true;
    memset(in.carried, 0x5c, sizeof in.carried);
    assert_err(hub_store_act_open(f->kv, &s), OK);
    x = begin(f);
    assert_err(hub_store_act_put(s, x, &in), OK);
    assert_err(hub_store_act_find(s, x, in.id, &got), OK);
    assert_true(got.carries && got.decision);
    assert_memory_equal(got.carried, in.carried, sizeof in.carried);
    in = row_of(1, 8);
    in.decision = false;
    assert_err(hub_store_act_put(s, x, &in), OK);
    assert_err(hub_store_act_find(s, x, in.id, &got), OK);
    assert_false(got.carries || got.decision);
    kv_abort(x);
    hub_store_act_close(s);
}

static void flags_that_nobody_writes_are_refused(void **state)
{
    enum { FLAGS_AT = 8 + 1 + 1 };
    struct hub_folder *f = *state;
    struct hub_act_row in = row_of(0, 9), got = { .index = 77 };
    struct hub_store_act *s = NULL;
    uint8_t *data = NULL, key[8] = { 0 };
    struct kv_txn *x;
    kv_table table;
    size_t len;

    assert_err(hub_store_act_open(f->kv, &s), OK);
    assert_err(kv_table_open(f->kv, "act", &table), OK);
    x = begin(f);
    assert_err(hub_store_act_put(s, x, &in), OK);
    assert_err(kv_get_alloc(x, table, key, sizeof key, &data, &len), OK);
    for (unsigned flags = 4; flags < 256; flags++) {
        data[FLAGS_AT] = (uint8_t)flags;
        assert_err(kv_put(x, table, key, sizeof key, data, len), OK);
        assert_err(hub_store_act_get(s, x, 0, &got), ERR_IO);
    }
    assert_int_equal(got.index, 77);
    free(data);
    kv_abort(x);
    hub_store_act_close(s);
}

/* ---- mail ---- */

static void put_mail(struct hub_store_mail *s, struct kv_txn *x, uint8_t to, uint64_t number, size_t len)
{
    uint8_t partner[PROTO_PARTNER_LEN], *message = calloc(1, len);
    struct hub_mail_row row = { .number = number, .index = number * 10, .kind = PROTO_STATEMENT, .message = { message, len } };

    memset(partner, to, sizeof partner);
    memset(message, (int)number, len);
    row.attached.count = 1;
    memset(row.attached.id[0], 4, PROTO_ID_LEN);
    assert_err(hub_store_mail_put(s, x, partner, &row), OK);
    free(message);
}

static void mail_stands_in_order_for_its_partner_alone(void **state)
{
    static const uint64_t numbers[] = { 300, 2, 256, 1, 255 }, sorted[] = { 1, 2, 255, 256, 300 };
    struct hub_folder *f = *state;
    uint8_t partner[PROTO_PARTNER_LEN], other[PROTO_PARTNER_LEN];
    struct hub_store_mail *s = NULL;
    struct hub_mail_row row;
    struct kv_txn *x;
    uint64_t after = 0;

    memset(partner, 5, sizeof partner);
    memset(other, 6, sizeof other);
    assert_err(hub_store_mail_open(f->kv, &s), OK);
    x = begin(f);
    for (size_t i = 0; i < 5; i++)
        put_mail(s, x, 5, numbers[i], 100);
    put_mail(s, x, 4, 1, 10);
    put_mail(s, x, 7, 1, 10);
    for (size_t i = 0; i < 5; i++) {
        assert_err(hub_store_mail_next(s, x, partner, after, &row), OK);
        assert_int_equal(row.number, sorted[i]);
        assert_int_equal(row.index, sorted[i] * 10);
        assert_int_equal(row.message.len, 100);
        assert_int_equal(row.message.data[99], (uint8_t)sorted[i]);
        assert_int_equal(row.attached.count, 1);
        after = row.number;
    }
    assert_err(hub_store_mail_next(s, x, partner, after, &row), ERR_NOTFOUND);
    assert_err(hub_store_mail_next(s, x, partner, UINT64_MAX, &row), ERR_NOTFOUND);
    assert_err(hub_store_mail_next(s, x, other, 0, &row), ERR_NOTFOUND);
    kv_abort(x);
    hub_store_mail_close(s);
}

static void only_what_was_stored_is_deleted(void **state)
{
    struct hub_folder *f = *state;
    uint8_t partner[PROTO_PARTNER_LEN], other[PROTO_PARTNER_LEN];
    struct hub_store_mail *s = NULL;
    struct hub_mail_row row;
    struct kv_txn *x;
    size_t deleted = 99;

    memset(partner, 5, sizeof partner);
    memset(other, 6, sizeof other);
    assert_err(hub_store_mail_open(f->kv, &s), OK);
    x = begin(f);
    for (uint64_t i = 1; i <= 10; i++)
        put_mail(s, x, 5, i, 10);
    put_mail(s, x, 6, 3, 10);
    assert_err(hub_store_mail_delete_upto(s, x, partner, 0, &deleted), OK);
    assert_int_equal(deleted, 0);
    assert_err(hub_store_mail_delete_upto(s, x, partner, 7, &deleted), OK);
    assert_int_equal(deleted, 7);
    assert_err(hub_store_mail_next(s, x, partner, 0, &row), OK);
    assert_int_equal(row.number, 8);
    assert_err(hub_store_mail_delete_upto(s, x, partner, UINT64_MAX, &deleted), OK);
    assert_int_equal(deleted, 3);
    assert_err(hub_store_mail_next(s, x, other, 0, &row), OK);
    kv_abort(x);
    hub_store_mail_close(s);
}

static void the_largest_message_fits(void **state)
{
    struct hub_folder *f = *state;
    uint8_t partner[PROTO_PARTNER_LEN];
    struct hub_store_mail *s = NULL;
    struct hub_mail_row row;
    struct kv_txn *x;

    memset(partner, 5, sizeof partner);
    assert_err(hub_store_mail_open(f->kv, &s), OK);
    x = begin(f);
    put_mail(s, x, 5, 1, PROTO_FRAME_MAX);
    assert_err(hub_store_mail_next(s, x, partner, 0, &row), OK);
    assert_int_equal(row.message.len, PROTO_FRAME_MAX);
    kv_abort(x);
    hub_store_mail_close(s);
}

/* ---- numbers ---- */

static void numbers_have_no_gaps_over_a_restart(void **state)
{
    struct hub_folder *f = *state;
    uint8_t a[PROTO_PARTNER_LEN] = { 1 }, b[PROTO_PARTNER_LEN] = { 2 };
    struct hub_store_number *s = NULL;
    struct hub_number n;
    struct kv_txn *x;

    assert_err(hub_store_number_open(f->kv, &s), OK);
    for (uint64_t i = 0; i < 5; i++) {
        assert_err(hub_store_number_take(s, a, 10 + i, &n), OK);
        assert_int_equal(n.number, i + 1);
        assert_true(n.previous == (i == 0 ? PROTO_NO_LEAF : 9 + i));
    }
    x = begin(f);
    assert_err(hub_store_number_save(s, x), OK);
    assert_err(kv_commit(x), OK);
    hub_store_number_close(s);
    hub_folder_reopen(f);
    assert_err(hub_store_number_open(f->kv, &s), OK);
    assert_int_equal(hub_store_number_last(s, a), 5);
    assert_int_equal(hub_store_number_last(s, b), 0);
    assert_err(hub_store_number_take(s, a, 99, &n), OK);
    assert_int_equal(n.number, 6);
    assert_int_equal(n.previous, 14);
    hub_store_number_close(s);
}

/* After a skip that would pass what a number can be nothing is changed. */
static void no_skip_passes_what_a_number_can_be(void **state)
{
    struct hub_folder *f = *state;
    uint8_t a[PROTO_PARTNER_LEN] = { 1 };
    struct hub_store_number *s = NULL;
    struct hub_number n;

    assert_err(hub_store_number_open(f->kv, &s), OK);
    assert_err(hub_store_number_take(s, a, 10, &n), OK);
    assert_err(hub_store_number_skip(s, a, UINT64_MAX), ERR_RANGE);
    assert_err(hub_store_number_skip(s, a, PROTO_MERKLE_SIZE_MAX), ERR_RANGE);
    assert_int_equal(hub_store_number_last(s, a), 1);
    assert_err(hub_store_number_take(s, a, 11, &n), OK);
    assert_int_equal(n.number, 2);
    assert_int_equal(n.previous, 10);
    assert_err(hub_store_number_skip(s, a, PROTO_MERKLE_SIZE_MAX - 2), OK);
    assert_true(hub_store_number_last(s, a) == PROTO_MERKLE_SIZE_MAX);
    assert_err(hub_store_number_skip(s, a, 1), ERR_RANGE);
    hub_store_number_close(s);
}

static void numbers_of_a_round_given_up_are_given_again(void **state)
{
    struct hub_folder *f = *state;
    uint8_t a[PROTO_PARTNER_LEN] = { 1 };
    struct hub_store_number *s = NULL;
    struct hub_number n;

    assert_err(hub_store_number_open(f->kv, &s), OK);
    assert_err(hub_store_number_take(s, a, 10, &n), OK);
    assert_err(hub_store_number_load(s), OK);
    assert_err(hub_store_number_take(s, a, 20, &n), OK);
    assert_int_equal(n.number, 1);
    assert_true(n.previous == PROTO_NO_LEAF);
    hub_store_number_close(s);
}

static void more_partners_than_a_region_has_are_refused(void **state)
{
    struct hub_folder *f = *state;
    struct hub_store_number *s = NULL;
    struct hub_number n;

    assert_err(hub_store_number_open(f->kv, &s), OK);
    for (unsigned i = 0; i <= PROTO_PARTNERS_MAX; i++) {
        uint8_t p[PROTO_PARTNER_LEN] = { (uint8_t)i, (uint8_t)(i >> 8) };

        assert_err(hub_store_number_take(s, p, i, &n), i < PROTO_PARTNERS_MAX ? OK : ERR_RANGE);
    }
    hub_store_number_close(s);
}

/* ---- certificates ---- */

static enum err count_one(void *arg, const uint8_t *signed_cert, size_t len)
{
    (void)signed_cert;
    assert_int_equal(len, 3);
    ++*(size_t *)arg;
    return OK;
}

static size_t count(struct hub_store_cert *s, struct kv_txn *x, const uint8_t *partner, uint64_t until_s)
{
    size_t n = 0;

    assert_err(hub_store_cert_walk(s, x, partner, until_s, count_one, &n), OK);
    return n;
}

static void certificates_stand_by_partner_and_end(void **state)
{
    struct hub_folder *f = *state;
    struct hub_store_cert *s = NULL;
    const uint8_t *data;
    struct kv_txn *x;
    size_t len;

    assert_err(hub_store_cert_open(f->kv, &s), OK);
    x = begin(f);
    for (uint8_t i = 0; i < 20; i++) {
        struct proto_cert c = { .until_s = 1000 + i };

        memset(c.key, i + 1, sizeof c.key);
        memset(c.partner, i % 2, sizeof c.partner);
        assert_err(hub_store_cert_put(s, x, &c, (const uint8_t *)"abc", 3), OK);
    }
    {
        uint8_t even[PROTO_PARTNER_LEN] = { 0 }, odd[PROTO_PARTNER_LEN], key[PROTO_KEY_LEN];

        memset(odd, 1, sizeof odd);
        assert_int_equal(count(s, x, even, 0), 10);
        assert_int_equal(count(s, x, odd, 1010), 5);
        assert_int_equal(count(s, x, odd, 2000), 0);
        assert_int_equal(count(s, x, NULL, 0), 20);
        assert_int_equal(count(s, x, NULL, 1010), 10);
        memset(key, 5, sizeof key);
        assert_err(hub_store_cert_get(s, x, key, &data, &len), OK);
        assert_int_equal(len, 3);
        memset(key, 50, sizeof key);
        assert_err(hub_store_cert_get(s, x, key, &data, &len), ERR_NOTFOUND);
    }
    kv_abort(x);
    hub_store_cert_close(s);
}

static void a_renewed_certificate_stands_once(void **state)
{
    struct hub_folder *f = *state;
    struct proto_cert c = { .until_s = 1000 };
    struct hub_store_cert *s = NULL;
    struct kv_txn *x;

    memset(c.key, 1, sizeof c.key);
    assert_err(hub_store_cert_open(f->kv, &s), OK);
    x = begin(f);
    assert_err(hub_store_cert_put(s, x, &c, (const uint8_t *)"abc", 3), OK);
    c.until_s = 2000;
    assert_err(hub_store_cert_put(s, x, &c, (const uint8_t *)"abd", 3), OK);
    assert_err(hub_store_cert_put(s, x, &c, (const uint8_t *)"abd", 3), OK);
    assert_int_equal(count(s, x, c.partner, 0), 1);
    assert_int_equal(count(s, x, c.partner, 1500), 1);
    kv_abort(x);
    hub_store_cert_close(s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_folder, close_folder)
    const struct CMUnitTest tests[] = {
        T(a_row_comes_back_by_index_and_by_id), T(an_id_or_an_index_twice_is_refused), T(dropped_rows_are_gone_with_their_ids),
        T(a_damaged_row_is_no_row), T(a_row_says_what_it_carried), T(flags_that_nobody_writes_are_refused),
        T(mail_stands_in_order_for_its_partner_alone), T(only_what_was_stored_is_deleted),
        T(the_largest_message_fits), T(numbers_have_no_gaps_over_a_restart), T(no_skip_passes_what_a_number_can_be),
        T(numbers_of_a_round_given_up_are_given_again),
        T(more_partners_than_a_region_has_are_refused), T(certificates_stand_by_partner_and_end),
        T(a_renewed_certificate_stands_once),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
