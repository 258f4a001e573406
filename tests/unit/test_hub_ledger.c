#include "support/check.h"

#include "hub/ledger.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

/* Against a tree made the plain way: RFC 6962's definition, all leaves in memory. */

enum { MAP = 64 << 20 };

struct fixture {
    char path[64];
    struct kv *kv;
    struct hub_ledger *l;
};

static void leaf_of(uint64_t i, uint8_t out[PROTO_LEAF_LEN])
{
    memset(out, 0, PROTO_LEAF_LEN);
    memcpy(out, &i, sizeof i);
    out[PROTO_LEAF_LEN - 1] = (uint8_t)(i * 7);
}

static void naive_root(uint64_t from, uint64_t count, uint8_t out[32])
{
    uint8_t leaf[PROTO_LEAF_LEN], left[32], right[32];
    uint64_t split = 1;

    if (count == 0) {
        crypto_hash_sha256(out, (const uint8_t *)"", 0);
        return;
    }
    if (count == 1) {
        leaf_of(from, leaf);
        proto_merkle_leaf(leaf, sizeof leaf, out);
        return;
    }
    while (split * 2 < count)
        split *= 2;
    naive_root(from, split, left);
    naive_root(from + split, count - split, right);
    proto_merkle_node(left, right, out);
}

static void reopen(struct fixture *f)
{
    struct trouble t = { 0 };

    hub_ledger_close(f->l);
    kv_close(f->kv);
    f->l = NULL;
    f->kv = NULL;
    assert_err(kv_open(f->path, MAP, &f->kv, &t), OK);
    assert_err(hub_ledger_open(f->kv, &f->l, &t), OK);
}

static int open_log(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    (void)snprintf(f->path, sizeof f->path, "/tmp/hub-ledger-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    reopen(f);
    *state = f;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static int close_log(void **state)
{
    struct fixture *f = *state;

    hub_ledger_close(f->l);
    kv_close(f->kv);
    (void)nftw(f->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

static void append(struct fixture *f, uint64_t count)
{
    struct kv_txn *x = NULL;
    uint8_t leaf[PROTO_LEAF_LEN];

    assert_err(kv_begin(f->kv, true, &x), OK);
    for (uint64_t i = 0; i < count; i++) {
        leaf_of(hub_ledger_size(f->l), leaf);
        assert_err(hub_ledger_append(f->l, x, leaf), OK);
    }
    assert_err(kv_commit(x), OK);
}

static void check_root(struct fixture *f)
{
    uint8_t got[32], expected[32];

    hub_ledger_root(f->l, got);
    naive_root(0, hub_ledger_size(f->l), expected);
    assert_memory_equal(got, expected, 32);
}

static void the_root_is_that_of_the_definition(void **state)
{
    struct fixture *f = *state;

    check_root(f);
    for (int i = 0; i < 70; i++) {
        append(f, 1);
        check_root(f);
    }
}

static void the_tree_is_the_same_after_opening_again(void **state)
{
    static const uint64_t counts[] = { 1, 1, 5, 57, 64, 100, 4000, 1000 };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        append(f, counts[i]);
        reopen(f);
        check_root(f);
    }
}

static void check_inclusion(struct fixture *f, struct kv_txn *x, uint64_t index, uint64_t size)
{
    uint8_t leaf[PROTO_LEAF_LEN], hash[32];
    struct proto_merkle_head head = { .size = size };
    struct proto_merkle_proof p;

    naive_root(0, size, head.root);
    assert_err(hub_ledger_leaf(f->l, x, index, leaf), OK);
    proto_merkle_leaf(leaf, sizeof leaf, hash);
    assert_err(hub_ledger_prove_inclusion(f->l, x, index, size, &p), OK);
    assert_err(proto_merkle_check_inclusion(&head, index, hash, &p), OK);
    hash[0] ^= 1;
    assert_err(proto_merkle_check_inclusion(&head, index, hash, &p), ERR_SIGNATURE);
}

static void every_leaf_is_proven_in_every_tree(void **state)
{
    struct fixture *f = *state;
    struct kv_txn *x = NULL;

    append(f, 40);
    assert_err(kv_begin(f->kv, false, &x), OK);
    for (uint64_t size = 1; size <= 40; size++)
        for (uint64_t i = 0; i < size; i++)
            check_inclusion(f, x, i, size);
    kv_abort(x);
}

/* Beyond what is kept in memory, and with what a fresh start has read. */
static void old_leaves_are_proven_from_the_store(void **state)
{
    static const uint64_t indices[] = { 0, 1, 1023, 1024, 2999, 4095, 4096, 6998, 6999 };
    struct fixture *f = *state;
    struct kv_txn *x = NULL;

    append(f, 7000);
    for (int round = 0; round < 2; round++) {
        assert_err(kv_begin(f->kv, false, &x), OK);
        for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
            check_inclusion(f, x, indices[i], 7000);
        kv_abort(x);
        reopen(f);
    }
}

static void every_tree_extends_every_older_one(void **state)
{
    struct fixture *f = *state;
    struct proto_merkle_head old, now;
    struct proto_merkle_proof p;
    struct kv_txn *x = NULL;

    append(f, 33);
    assert_err(kv_begin(f->kv, false, &x), OK);
    for (now.size = 0; now.size <= 33; now.size++)
        for (old.size = 0; old.size <= now.size; old.size++) {
            naive_root(0, now.size, now.root);
            naive_root(0, old.size, old.root);
            assert_err(hub_ledger_prove_consistency(f->l, x, old.size, now.size, &p), OK);
            assert_err(proto_merkle_check_consistency(&old, &now, &p), OK);
        }
    kv_abort(x);
}

static void what_is_not_there_is_not_proven(void **state)
{
    struct fixture *f = *state;
    struct proto_merkle_proof p;
    struct kv_txn *x = NULL;
    uint8_t leaf[PROTO_LEAF_LEN];

    append(f, 5);
    assert_err(kv_begin(f->kv, false, &x), OK);
    assert_err(hub_ledger_prove_inclusion(f->l, x, 5, 5, &p), ERR_RANGE);
    assert_err(hub_ledger_prove_inclusion(f->l, x, 0, 6, &p), ERR_RANGE);
    assert_err(hub_ledger_prove_consistency(f->l, x, 3, 6, &p), ERR_RANGE);
    assert_err(hub_ledger_leaf(f->l, x, 5, leaf), ERR_NOTFOUND);
    kv_abort(x);
}

static void a_transaction_given_up_leaves_no_trace(void **state)
{
    struct fixture *f = *state;
    struct kv_txn *x = NULL;
    uint8_t leaf[PROTO_LEAF_LEN] = { 9 };

    append(f, 6);
    assert_err(kv_begin(f->kv, true, &x), OK);
    for (int i = 0; i < 20; i++)
        assert_err(hub_ledger_append(f->l, x, leaf), OK);
    kv_abort(x);
    assert_err(hub_ledger_rewind(f->l), OK);
    assert_int_equal(hub_ledger_size(f->l), 6);
    append(f, 30);
    check_root(f);
    assert_err(kv_begin(f->kv, false, &x), OK);
    for (uint64_t i = 0; i < 36; i++)
        check_inclusion(f, x, i, 36);
    kv_abort(x);
}

/* Change one byte of a stored row behind the ledger's back. */
static void damage(struct fixture *f, uint64_t index, size_t at)
{
    uint8_t key[8], *row = NULL;
    struct kv_txn *x = NULL;
    kv_table table;
    size_t len;

    for (size_t i = 0; i < 8; i++)
        key[i] = (uint8_t)(index >> (56 - 8 * i));
    hub_ledger_close(f->l);
    f->l = NULL;
    assert_err(kv_table_open(f->kv, "leaf", &table), OK);
    assert_err(kv_begin(f->kv, true, &x), OK);
    assert_err(kv_get_alloc(x, table, key, sizeof key, &row, &len), OK);
    assert_true(at < len);
    row[at] ^= 1;
    assert_err(kv_put(x, table, key, sizeof key, row, len), OK);
    assert_err(kv_commit(x), OK);
    free(row);
}

static void a_damaged_leaf_is_named_at_the_start(void **state)
{
    struct fixture *f = *state;
    struct trouble t = { 0 };

    append(f, 100);
    damage(f, 42, 17);
    assert_err(hub_ledger_open(f->kv, &f->l, &t), ERR_SIGNATURE);
    assert_null(f->l);
    assert_non_null(strstr(t.text, "leaf 42"));
}

static void a_damaged_node_is_named_at_the_start(void **state)
{
    struct fixture *f = *state;
    struct trouble t = { 0 };

    append(f, 100);
    damage(f, 63, PROTO_LEAF_LEN + 6 * 32 + 5);
    assert_err(hub_ledger_open(f->kv, &f->l, &t), ERR_SIGNATURE);
    assert_non_null(strstr(t.text, "leaf 63"));
}

static void a_missing_leaf_is_named_at_the_start(void **state)
{
    struct fixture *f = *state;
    static const uint8_t key[8] = { 0, 0, 0, 0, 0, 0, 0, 50 };
    struct trouble t = { 0 };
    struct kv_txn *x = NULL;
    kv_table table;

    append(f, 100);
    hub_ledger_close(f->l);
    f->l = NULL;
    assert_err(kv_table_open(f->kv, "leaf", &table), OK);
    assert_err(kv_begin(f->kv, true, &x), OK);
    assert_err(kv_delete(x, table, key, sizeof key), OK);
    assert_err(kv_commit(x), OK);
    assert_err(hub_ledger_open(f->kv, &f->l, &t), ERR_SIGNATURE);
    assert_non_null(strstr(t.text, "leaf 50"));
}

static void a_reader_sees_the_same_leaves_and_nodes(void **state)
{
    struct fixture *f = *state;
    struct hub_ledger_reader *r = NULL;
    struct kv_txn *x = NULL;
    uint8_t leaf[PROTO_LEAF_LEN], expected[PROTO_LEAF_LEN], hash[32], node[32];

    append(f, 64);
    assert_err(hub_ledger_reader_open(f->kv, &r), OK);
    assert_err(kv_begin(f->kv, false, &x), OK);
    assert_err(hub_ledger_read_leaf(r, x, 63, leaf), OK);
    leaf_of(63, expected);
    assert_memory_equal(leaf, expected, sizeof leaf);
    for (uint8_t level = 0; level <= 6; level++)
        for (uint64_t i = 0; i < 64U >> level; i++) {
            naive_root(i << level, 1U << level, hash);
            assert_err(hub_ledger_read_node(r, x, level, i, node), OK);
            assert_memory_equal(node, hash, 32);
        }
    assert_err(hub_ledger_read_node(r, x, 0, 64, node), ERR_NOTFOUND);
    assert_err(hub_ledger_read_node(r, x, 7, 0, node), ERR_NOTFOUND);
    assert_err(hub_ledger_read_node(r, x, 62, 0, node), ERR_NOTFOUND);
    kv_abort(x);
    hub_ledger_reader_close(r);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_log, close_log)
    const struct CMUnitTest tests[] = {
        T(the_root_is_that_of_the_definition), T(the_tree_is_the_same_after_opening_again), T(every_leaf_is_proven_in_every_tree),
        T(old_leaves_are_proven_from_the_store), T(every_tree_extends_every_older_one), T(what_is_not_there_is_not_proven),
        T(a_transaction_given_up_leaves_no_trace), T(a_damaged_leaf_is_named_at_the_start), T(a_damaged_node_is_named_at_the_start),
        T(a_missing_leaf_is_named_at_the_start), T(a_reader_sees_the_same_leaves_and_nodes),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
