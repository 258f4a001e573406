/* proto/merkle: bent proofs, impossible numbers and a store that fails. PROTOCOL.md P-120. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/merkle.h"
#include "tests/support/merkle_tree.h"

#include <sodium.h>
#include <string.h>

static enum err fail_node(void *context, uint8_t level, uint64_t index, uint8_t out[32])
{
    (void)context;
    (void)level;
    (void)index;
    (void)out;
    return ERR_IO;
}

/*
 * 500 proofs of each kind, of trees of all sizes to 512: every bit of them, of what they prove and of the root, and every length. A proof of
 * one leaf, or between equal sizes, is empty: only what it is about can be changed.
 */
enum { PROOFS = 500 };

/* The sizes of the ith: newer from 2 to 512, older from 1 below it, spread over both. */
static void sizes_of(size_t i, size_t *older, size_t *newer)
{
    *newer = 2 + i * 83 % (TREE_SIZES - 1);
    *older = 1 + i * 131 % (*newer - 1);
}

typedef enum err check(const struct proto_merkle_head *older, const struct proto_merkle_head *newer, const uint8_t leaf[32],
    const struct proto_merkle_proof *p);

/* The leaf at older's size, and older itself. */
static enum err check_inclusion(const struct proto_merkle_head *older, const struct proto_merkle_head *newer, const uint8_t leaf[32],
    const struct proto_merkle_proof *p)
{
    return proto_merkle_check_inclusion(newer, older->size, leaf, p);
}

static enum err check_consistency(const struct proto_merkle_head *older, const struct proto_merkle_head *newer, const uint8_t leaf[32],
    const struct proto_merkle_proof *p)
{
    (void)leaf;
    return proto_merkle_check_consistency(older, newer, p);
}

/* Gives how many changes were tried. */
static size_t refuses_every_bit(check *is_right, struct proto_merkle_head *older, struct proto_merkle_head *newer, uint8_t leaf[32],
    struct proto_merkle_proof *p, uint8_t *hash, size_t hashes)
{
    for (size_t bit = 0; bit < hashes * 256; bit++) {
        hash[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(is_right(older, newer, leaf, p), ERR_SIGNATURE);
        hash[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    return hashes * 256;
}

static void refuses_every_length(check *is_right, const struct proto_merkle_head *older, const struct proto_merkle_head *newer,
    const uint8_t leaf[32], struct proto_merkle_proof *p)
{
    uint8_t count = p->count;

    for (p->count = 0; p->count <= PROTO_MERKLE_PROOF_MAX; p->count++)
        if (p->count != count)
            assert_int_equal(is_right(older, newer, leaf, p), ERR_SIGNATURE);
    p->count = count;
    assert_int_equal(is_right(older, newer, leaf, p), OK);
}

static void every_bit_and_length_of_an_inclusion_proof(void **state)
{
    size_t tried = 0;

    (void)state;
    for (size_t i = 0; i < PROOFS; i++) {
        struct proto_merkle_head older, newer;
        struct proto_merkle_proof p;
        uint8_t leaf[32];
        size_t m, n;

        sizes_of(i, &m, &n);
        older = tree_head(m);
        newer = tree_head(n);
        memcpy(leaf, tree_leaf[m], sizeof leaf);
        assert_int_equal(proto_merkle_prove_inclusion(&tree_store, m, n, &p), OK);
        tried += refuses_every_bit(check_inclusion, &older, &newer, leaf, &p, p.hash[0], p.count);
        (void)refuses_every_bit(check_inclusion, &older, &newer, leaf, &p, leaf, 1);
        (void)refuses_every_bit(check_inclusion, &older, &newer, leaf, &p, newer.root, 1);
        refuses_every_length(check_inclusion, &older, &newer, leaf, &p);
    }
    assert_in_range(tried, PROOFS * 6 * 256, PROOFS * 9 * 256);
}

static void every_bit_and_length_of_a_consistency_proof(void **state)
{
    size_t tried = 0;

    (void)state;
    for (size_t i = 0; i < PROOFS; i++) {
        struct proto_merkle_head older, newer;
        struct proto_merkle_proof p;
        uint8_t leaf[32] = { 0 };
        size_t m, n;

        sizes_of(i, &m, &n);
        older = tree_head(m);
        newer = tree_head(n);
        assert_int_equal(proto_merkle_prove_consistency(&tree_store, m, n, &p), OK);
        tried += refuses_every_bit(check_consistency, &older, &newer, leaf, &p, p.hash[0], p.count);
        (void)refuses_every_bit(check_consistency, &older, &newer, leaf, &p, older.root, 1);
        (void)refuses_every_bit(check_consistency, &older, &newer, leaf, &p, newer.root, 1);
        refuses_every_length(check_consistency, &older, &newer, leaf, &p);
    }
    assert_in_range(tried, PROOFS * 6 * 256, PROOFS * 10 * 256);
}

static void a_proof_cut_or_grown_is_refused(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 70; n++) {
        struct proto_merkle_head head = tree_head(n);
        for (size_t m = 1; m <= n; m++) {
            struct proto_merkle_head older = tree_head(m);
            struct proto_merkle_proof p;
            uint8_t count;
            assert_int_equal(proto_merkle_prove_inclusion(&tree_store, m - 1, n, &p), OK);
            count = p.count;
            for (p.count = 0; p.count <= PROTO_MERKLE_PROOF_MAX; p.count++) {
                if (p.count != count)
                    assert_int_equal(proto_merkle_check_inclusion(&head, m - 1, tree_leaf[m - 1], &p), ERR_SIGNATURE);
            }
            assert_int_equal(proto_merkle_prove_consistency(&tree_store, m, n, &p), OK);
            count = p.count;
            for (p.count = 0; p.count <= PROTO_MERKLE_PROOF_MAX; p.count++) {
                if (p.count != count)
                    assert_int_equal(proto_merkle_check_consistency(&older, &head, &p), ERR_SIGNATURE);
            }
        }
    }
}

/*
 * Not every other size can be refused: a proof fixes the path, and sizes may share one; the root then
 * differs.
 */
static void a_proof_for_another_index_or_size_is_refused(void **state)
{
    (void)state;
    for (size_t n = 2; n <= 40; n++) {
        for (size_t m = 0; m < n; m++) {
            struct proto_merkle_proof p;
            struct proto_merkle_head head = tree_head(n);
            assert_int_equal(proto_merkle_prove_inclusion(&tree_store, m, n, &p), OK);
            for (size_t other = 0; other < n; other++) {
                if (other != m)
                    assert_int_equal(proto_merkle_check_inclusion(&head, other, tree_leaf[m], &p), ERR_SIGNATURE);
            }
            for (size_t size = m + 1; size <= 40; size++) {
                struct proto_merkle_head another = tree_head(size);
                if (size != n)
                    assert_int_equal(proto_merkle_check_inclusion(&another, m, tree_leaf[m], &p), ERR_SIGNATURE);
            }
        }
    }
}

/* Whoever makes up the roots as well could hide behind a proof that is longer than the tree is high. */
static void a_proof_higher_than_its_tree_is_refused_whatever_the_roots(void **state)
{
    struct proto_merkle_head older = tree_head(3), newer = tree_head(4);
    struct proto_merkle_proof p;

    (void)state;
    assert_int_equal(proto_merkle_prove_consistency(&tree_store, 3, 4, &p), OK);
    memset(p.hash[p.count], 7, 32);
    proto_merkle_node(p.hash[p.count], older.root, older.root);
    proto_merkle_node(p.hash[p.count], newer.root, newer.root);
    p.count++;
    assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), ERR_SIGNATURE);
    newer = tree_head(4);
    assert_int_equal(proto_merkle_prove_inclusion(&tree_store, 1, 4, &p), OK);
    memset(p.hash[p.count], 7, 32);
    proto_merkle_node(p.hash[p.count], newer.root, newer.root);
    p.count++;
    assert_int_equal(proto_merkle_check_inclusion(&newer, 1, tree_leaf[1], &p), ERR_SIGNATURE);
}

/* The proof from 3 to 4 under a head that claims 8 leaves: it stops half way up. */
static void a_proof_lower_than_its_tree_is_refused_whatever_the_roots(void **state)
{
    struct proto_merkle_head older = tree_head(3), newer = tree_head(4);
    struct proto_merkle_proof p;

    (void)state;
    newer.size = 8;
    assert_int_equal(proto_merkle_prove_consistency(&tree_store, 3, 4, &p), OK);
    assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), ERR_SIGNATURE);
    assert_int_equal(proto_merkle_prove_inclusion(&tree_store, 1, 4, &p), OK);
    assert_int_equal(proto_merkle_check_inclusion(&newer, 1, tree_leaf[1], &p), ERR_SIGNATURE);
}

static void from_the_empty_tree_only_an_empty_proof_counts(void **state)
{
    struct proto_merkle_head empty = tree_head(0), newer = tree_head(9);
    struct proto_merkle_proof p;

    (void)state;
    assert_int_equal(proto_merkle_prove_consistency(&tree_store, 0, 9, &p), OK);
    assert_int_equal(p.count, 0);
    assert_int_equal(proto_merkle_check_consistency(&empty, &newer, &p), OK);
    assert_int_equal(proto_merkle_check_consistency(&empty, &empty, &p), OK);
    p.count = 1;
    assert_int_equal(proto_merkle_check_consistency(&empty, &newer, &p), ERR_SIGNATURE);
    p.count = 0;
    empty.root[0] ^= 1;
    assert_int_equal(proto_merkle_check_consistency(&empty, &newer, &p), ERR_SIGNATURE);
    assert_int_equal(proto_merkle_check_consistency(&empty, &empty, &p), ERR_SIGNATURE);
}

static void a_wrong_root_of_size_zero_is_refused(void **state)
{
    struct proto_merkle_head empty = tree_head(0), other = tree_head(0);
    struct proto_merkle_proof p = { .count = 0 };

    (void)state;
    other.root[0] ^= 1;
    assert_int_equal(proto_merkle_check_consistency(&empty, &other, &p), ERR_SIGNATURE);
}

static void the_same_size_needs_the_same_root(void **state)
{
    struct proto_merkle_head a = tree_head(9), b = tree_head(9);
    struct proto_merkle_proof p = { .count = 0 };

    (void)state;
    assert_int_equal(proto_merkle_check_consistency(&a, &b, &p), OK);
    b.root[31] ^= 1;
    assert_int_equal(proto_merkle_check_consistency(&a, &b, &p), ERR_SIGNATURE);
}

static void impossible_numbers_are_refused(void **state)
{
    struct proto_merkle_head nine = tree_head(9), ten = tree_head(10), huge = tree_head(9);
    struct proto_merkle_proof p = { .count = 3 }, before = p;
    struct proto_merkle_tree t = { .size = PROTO_MERKLE_SIZE_MAX };
    size_t count = 77;

    (void)state;
    huge.size = UINT64_MAX;
    assert_int_equal(proto_merkle_check_inclusion(&nine, 9, tree_leaf[0], &p), ERR_RANGE);
    assert_int_equal(proto_merkle_check_inclusion(&nine, UINT64_MAX, tree_leaf[0], &p), ERR_RANGE);
    assert_int_equal(proto_merkle_check_inclusion(&huge, 0, tree_leaf[0], &p), ERR_RANGE);
    assert_int_equal(proto_merkle_check_consistency(&ten, &nine, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_check_consistency(&nine, &huge, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_prove_inclusion(&tree_store, 9, 9, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_prove_inclusion(&tree_store, 0, UINT64_MAX, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_prove_consistency(&tree_store, 10, 9, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_prove_consistency(&tree_store, 1, UINT64_MAX, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_load(&tree_store, UINT64_MAX, &t), ERR_RANGE);
    assert_int_equal(proto_merkle_append(&t, tree_leaf[0], NULL, &count), ERR_RANGE);
    assert_int_equal(t.size, PROTO_MERKLE_SIZE_MAX);
    assert_int_equal(count, 77);
    assert_memory_equal(&p, &before, sizeof p);
}

/* A tree too large to build: proofs over a store in which every hash is a function of its place. */
static enum err invented_node(void *context, uint8_t level, uint64_t index, uint8_t out[32])
{
    uint8_t place[9] = { level };

    (void)context;
    if (level == 0) {
        for (size_t i = 0; i < 8; i++)
            place[1 + i] = (uint8_t)(index >> (8 * i));
        (void)crypto_hash_sha256(out, place, sizeof place);
        return OK;
    }
    memset(out, level, 32);
    return OK;
}

static void the_largest_tree_has_proofs_within_the_limit(void **state)
{
    struct proto_merkle_store invented = { invented_node, NULL };
    struct proto_merkle_proof p;

    (void)state;
    assert_int_equal(proto_merkle_prove_inclusion(&invented, 0, PROTO_MERKLE_SIZE_MAX, &p), OK);
    assert_int_equal(p.count, 62);
    assert_int_equal(proto_merkle_prove_consistency(&invented, PROTO_MERKLE_SIZE_MAX - 1, PROTO_MERKLE_SIZE_MAX, &p),
        OK);
    assert_in_range(p.count, 1, PROTO_MERKLE_PROOF_MAX);
    assert_int_equal(proto_merkle_prove_consistency(&invented, ((uint64_t)1 << 61) + 1, PROTO_MERKLE_SIZE_MAX, &p),
        OK);
    assert_in_range(p.count, 62, PROTO_MERKLE_PROOF_MAX);
}

static void an_error_of_the_store_is_passed_on(void **state)
{
    struct proto_merkle_store broken = { fail_node, NULL };
    struct proto_merkle_proof p = { .count = 3 };
    struct proto_merkle_tree t = { .size = 3 };

    (void)state;
    assert_int_equal(proto_merkle_prove_inclusion(&broken, 1, 9, &p), ERR_IO);
    assert_int_equal(proto_merkle_prove_consistency(&broken, 3, 9, &p), ERR_IO);
    assert_int_equal(proto_merkle_load(&broken, 9, &t), ERR_IO);
    assert_int_equal(p.count, 3);
    assert_int_equal(t.size, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_and_length_of_an_inclusion_proof),
        cmocka_unit_test(every_bit_and_length_of_a_consistency_proof),
        cmocka_unit_test(a_proof_cut_or_grown_is_refused),
        cmocka_unit_test(a_proof_for_another_index_or_size_is_refused),
        cmocka_unit_test(a_proof_higher_than_its_tree_is_refused_whatever_the_roots),
        cmocka_unit_test(a_proof_lower_than_its_tree_is_refused_whatever_the_roots),
        cmocka_unit_test(from_the_empty_tree_only_an_empty_proof_counts),
        cmocka_unit_test(a_wrong_root_of_size_zero_is_refused),
        cmocka_unit_test(the_same_size_needs_the_same_root),
        cmocka_unit_test(impossible_numbers_are_refused),
        cmocka_unit_test(the_largest_tree_has_proofs_within_the_limit),
        cmocka_unit_test(an_error_of_the_store_is_passed_on),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, tree_grow, NULL);
}
