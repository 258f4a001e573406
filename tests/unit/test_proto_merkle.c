/*
 * proto/merkle against a second implementation: the recursive definition of RFC 6962, over all leaves.
 * Every size to 512 is grown, every proof of it made and checked, and bent proofs are refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/merkle.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SIZES 512
#define LEVELS 10

/* What a hub's store would keep, and the naive leaves beside it. */
static uint8_t leaf[SIZES][32];
static uint8_t node[LEVELS][SIZES][32];
static uint8_t has_node[LEVELS][SIZES];
static uint8_t root[SIZES + 1][32];
static size_t reads;

/* MTH of RFC 6962 section 2.1 over leaves[0..n). */
static void naive_root(uint8_t (*leaves)[32], size_t n, uint8_t out[32])
{
    uint8_t both[1 + 64] = { 1 };
    size_t k = 1;

    if (n == 0) {
        (void)crypto_hash_sha256(out, NULL, 0);
        return;
    }
    if (n == 1) {
        memcpy(out, leaves[0], 32);
        return;
    }
    while (k * 2 < n)
        k *= 2;
    naive_root(leaves, k, both + 1);
    naive_root(leaves + k, n - k, both + 33);
    (void)crypto_hash_sha256(out, both, sizeof both);
}

/* PATH of RFC 6962 section 2.1.1. */
static size_t naive_path(size_t m, uint8_t (*leaves)[32], size_t n, uint8_t (*out)[32])
{
    size_t k = 1, len;

    if (n <= 1)
        return 0;
    while (k * 2 < n)
        k *= 2;
    if (m < k) {
        len = naive_path(m, leaves, k, out);
        naive_root(leaves + k, n - k, out[len]);
    } else {
        len = naive_path(m - k, leaves + k, n - k, out);
        naive_root(leaves, k, out[len]);
    }
    return len + 1;
}

/* SUBPROOF of RFC 6962 section 2.1.2. */
static size_t naive_subproof(size_t m, uint8_t (*leaves)[32], size_t n, int whole, uint8_t (*out)[32])
{
    size_t k = 1, len;

    if (m == n) {
        if (whole)
            return 0;
        naive_root(leaves, n, out[0]);
        return 1;
    }
    while (k * 2 < n)
        k *= 2;
    if (m <= k) {
        len = naive_subproof(m, leaves, k, whole, out);
        naive_root(leaves + k, n - k, out[len]);
    } else {
        len = naive_subproof(m - k, leaves + k, n - k, 0, out);
        naive_root(leaves, k, out[len]);
    }
    return len + 1;
}

static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[32])
{
    (void)context;
    reads++;
    if (level >= LEVELS || index >= SIZES || !has_node[level][index])
        return ERR_NOTFOUND;
    memcpy(out, node[level][index], 32);
    return OK;
}

static enum err fail_node(void *context, uint8_t level, uint64_t index, uint8_t out[32])
{
    (void)context;
    (void)level;
    (void)index;
    (void)out;
    return ERR_IO;
}

static const struct proto_merkle_store store = { get_node, NULL };

static struct proto_merkle_head head_of(uint64_t size)
{
    struct proto_merkle_head h = { .size = size };

    memcpy(h.root, root[size], 32);
    return h;
}

static int grow(void **state)
{
    struct proto_merkle_tree t;
    struct proto_merkle_made made[PROTO_MERKLE_LEVELS];

    (void)state;
    proto_merkle_init(&t);
    proto_merkle_root(&t, root[0]);
    for (size_t i = 0; i < SIZES; i++) {
        uint8_t data[2] = { (uint8_t)(i >> 8), (uint8_t)i };
        size_t count = 0;
        proto_merkle_leaf(data, i % 3, leaf[i]);
        if (proto_merkle_append(&t, leaf[i], made, &count) != OK)
            return -1;
        for (size_t j = 0; j < count; j++) {
            memcpy(node[made[j].level][made[j].index], made[j].hash, 32);
            has_node[made[j].level][made[j].index] = 1;
        }
        proto_merkle_root(&t, root[i + 1]);
    }
    return 0;
}

static void leaf_and_node_hashes_are_those_of_rfc_6962(void **state)
{
    uint8_t out[32], expected[32], buf[66] = { 1 };

    (void)state;
    proto_merkle_leaf(NULL, 0, out);
    assert_int_equal(sodium_hex2bin(expected, 32, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        64, NULL, NULL, NULL), 0);
    assert_memory_equal(out, expected, 32);
    memset(buf + 1, 0xaa, 32);
    memset(buf + 33, 0xbb, 32);
    (void)crypto_hash_sha256(expected, buf, 65);
    proto_merkle_node(buf + 1, buf + 33, out);
    assert_memory_equal(out, expected, 32);
}

static void every_root_is_that_of_the_definition(void **state)
{
    (void)state;
    for (size_t n = 0; n <= SIZES; n++) {
        uint8_t expected[32];
        naive_root(leaf, n, expected);
        assert_memory_equal(root[n], expected, 32);
    }
}

static void made_nodes_are_the_complete_subtrees_each_once(void **state)
{
    (void)state;
    for (uint8_t level = 0; level < LEVELS; level++) {
        for (size_t index = 0; index < SIZES; index++) {
            uint8_t expected[32];
            int complete = (index + 1) << level <= SIZES;
            assert_int_equal(has_node[level][index], complete);
            if (!complete)
                continue;
            naive_root(leaf + (index << level), (size_t)1 << level, expected);
            assert_memory_equal(node[level][index], expected, 32);
        }
    }
}

static void a_tree_loaded_from_its_store_goes_on_the_same(void **state)
{
    (void)state;
    for (size_t n = 0; n < SIZES; n++) {
        struct proto_merkle_tree t;
        uint8_t got[32];
        assert_int_equal(proto_merkle_load(&store, n, &t), OK);
        proto_merkle_root(&t, got);
        assert_memory_equal(got, root[n], 32);
        assert_int_equal(proto_merkle_append(&t, leaf[n], NULL, NULL), OK);
        proto_merkle_root(&t, got);
        assert_memory_equal(got, root[n + 1], 32);
    }
}

static void every_inclusion_proof_is_that_of_the_definition_and_checks(void **state)
{
    (void)state;
    for (size_t n = 1; n <= SIZES; n += n < 130 ? 1 : 61) {
        struct proto_merkle_head head = head_of(n);
        for (size_t m = 0; m < n; m++) {
            struct proto_merkle_proof p;
            uint8_t expected[64][32];
            assert_int_equal(proto_merkle_prove_inclusion(&store, m, n, &p), OK);
            assert_int_equal(p.count, naive_path(m, leaf, n, expected));
            assert_memory_equal(p.hash, expected, 32u * p.count);
            assert_int_equal(proto_merkle_check_inclusion(&head, m, leaf[m], &p), OK);
        }
    }
}

static void every_consistency_proof_is_that_of_the_definition_and_checks(void **state)
{
    (void)state;
    for (size_t n = 1; n <= SIZES; n += n < 130 ? 1 : 61) {
        struct proto_merkle_head newer = head_of(n);
        for (size_t m = 1; m <= n; m++) {
            struct proto_merkle_head older = head_of(m);
            struct proto_merkle_proof p;
            uint8_t expected[64][32];
            assert_int_equal(proto_merkle_prove_consistency(&store, m, n, &p), OK);
            assert_int_equal(p.count, naive_subproof(m, leaf, n, 1, expected));
            assert_memory_equal(p.hash, expected, 32u * p.count);
            assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), OK);
        }
    }
}

/* All pairs to 512 with our own maker; the definition was compared above. */
static void every_pair_of_sizes_proves_and_checks(void **state)
{
    (void)state;
    for (size_t n = 1; n <= SIZES; n++) {
        struct proto_merkle_head newer = head_of(n);
        struct proto_merkle_proof p;
        for (size_t m = 1; m <= n; m++) {
            struct proto_merkle_head older = head_of(m);
            assert_int_equal(proto_merkle_prove_consistency(&store, m, n, &p), OK);
            assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), OK);
            assert_int_equal(proto_merkle_prove_inclusion(&store, m - 1, n, &p), OK);
            assert_int_equal(proto_merkle_check_inclusion(&newer, m - 1, leaf[m - 1], &p), OK);
        }
    }
}

static void a_proof_reads_few_nodes(void **state)
{
    struct proto_merkle_proof p;

    (void)state;
    reads = 0;
    assert_int_equal(proto_merkle_prove_inclusion(&store, 0, 511, &p), OK);
    assert_in_range(reads, 1, 18);
    reads = 0;
    assert_int_equal(proto_merkle_prove_consistency(&store, 257, 511, &p), OK);
    assert_in_range(reads, 1, 18);
}

static void every_flipped_byte_of_an_inclusion_proof_is_refused(void **state)
{
    (void)state;
    for (size_t n = 2; n <= 40; n++) {
        struct proto_merkle_head head = head_of(n);
        for (size_t m = 0; m < n; m++) {
            struct proto_merkle_proof p;
            assert_int_equal(proto_merkle_prove_inclusion(&store, m, n, &p), OK);
            for (size_t i = 0; i < 32u * p.count; i++) {
                p.hash[i / 32][i % 32] ^= 1;
                assert_int_equal(proto_merkle_check_inclusion(&head, m, leaf[m], &p), ERR_SIGNATURE);
                p.hash[i / 32][i % 32] ^= 1;
            }
        }
    }
}

static void every_flipped_byte_of_a_consistency_proof_is_refused(void **state)
{
    (void)state;
    for (size_t n = 2; n <= 40; n++) {
        struct proto_merkle_head newer = head_of(n);
        for (size_t m = 1; m < n; m++) {
            struct proto_merkle_head older = head_of(m);
            struct proto_merkle_proof p;
            assert_int_equal(proto_merkle_prove_consistency(&store, m, n, &p), OK);
            for (size_t i = 0; i < 32u * p.count; i++) {
                p.hash[i / 32][i % 32] ^= 0x80;
                assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), ERR_SIGNATURE);
                p.hash[i / 32][i % 32] ^= 0x80;
            }
            older.root[5] ^= 1;
            assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), ERR_SIGNATURE);
            older.root[5] ^= 1;
            newer.root[5] ^= 1;
            assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), ERR_SIGNATURE);
            newer.root[5] ^= 1;
        }
    }
}

static void a_proof_cut_or_grown_is_refused(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 70; n++) {
        struct proto_merkle_head head = head_of(n);
        for (size_t m = 1; m <= n; m++) {
            struct proto_merkle_head older = head_of(m);
            struct proto_merkle_proof p;
            uint8_t count;
            assert_int_equal(proto_merkle_prove_inclusion(&store, m - 1, n, &p), OK);
            count = p.count;
            for (p.count = 0; p.count <= PROTO_MERKLE_PROOF_MAX; p.count++) {
                if (p.count != count)
                    assert_int_equal(proto_merkle_check_inclusion(&head, m - 1, leaf[m - 1], &p), ERR_SIGNATURE);
            }
            assert_int_equal(proto_merkle_prove_consistency(&store, m, n, &p), OK);
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
            struct proto_merkle_head head = head_of(n);
            assert_int_equal(proto_merkle_prove_inclusion(&store, m, n, &p), OK);
            for (size_t other = 0; other < n; other++) {
                if (other != m)
                    assert_int_equal(proto_merkle_check_inclusion(&head, other, leaf[m], &p), ERR_SIGNATURE);
            }
            for (size_t size = m + 1; size <= 40; size++) {
                struct proto_merkle_head another = head_of(size);
                if (size != n)
                    assert_int_equal(proto_merkle_check_inclusion(&another, m, leaf[m], &p), ERR_SIGNATURE);
            }
        }
    }
}

/* Whoever makes up the roots as well could hide behind a proof that is longer than the tree is high. */
static void a_proof_higher_than_its_tree_is_refused_whatever_the_roots(void **state)
{
    struct proto_merkle_head older = head_of(3), newer = head_of(4);
    struct proto_merkle_proof p;

    (void)state;
    assert_int_equal(proto_merkle_prove_consistency(&store, 3, 4, &p), OK);
    memset(p.hash[p.count], 7, 32);
    proto_merkle_node(p.hash[p.count], older.root, older.root);
    proto_merkle_node(p.hash[p.count], newer.root, newer.root);
    p.count++;
    assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), ERR_SIGNATURE);
    newer = head_of(4);
    assert_int_equal(proto_merkle_prove_inclusion(&store, 1, 4, &p), OK);
    memset(p.hash[p.count], 7, 32);
    proto_merkle_node(p.hash[p.count], newer.root, newer.root);
    p.count++;
    assert_int_equal(proto_merkle_check_inclusion(&newer, 1, leaf[1], &p), ERR_SIGNATURE);
}

/* The proof from 3 to 4 under a head that claims 8 leaves: it stops half way up. */
static void a_proof_lower_than_its_tree_is_refused_whatever_the_roots(void **state)
{
    struct proto_merkle_head older = head_of(3), newer = head_of(4);
    struct proto_merkle_proof p;

    (void)state;
    newer.size = 8;
    assert_int_equal(proto_merkle_prove_consistency(&store, 3, 4, &p), OK);
    assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), ERR_SIGNATURE);
    assert_int_equal(proto_merkle_prove_inclusion(&store, 1, 4, &p), OK);
    assert_int_equal(proto_merkle_check_inclusion(&newer, 1, leaf[1], &p), ERR_SIGNATURE);
}

static void from_the_empty_tree_only_an_empty_proof_counts(void **state)
{
    struct proto_merkle_head empty = head_of(0), newer = head_of(9);
    struct proto_merkle_proof p;

    (void)state;
    assert_int_equal(proto_merkle_prove_consistency(&store, 0, 9, &p), OK);
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
    struct proto_merkle_head empty = head_of(0), other = head_of(0);
    struct proto_merkle_proof p = { .count = 0 };

    (void)state;
    other.root[0] ^= 1;
    assert_int_equal(proto_merkle_check_consistency(&empty, &other, &p), ERR_SIGNATURE);
}

static void the_same_size_needs_the_same_root(void **state)
{
    struct proto_merkle_head a = head_of(9), b = head_of(9);
    struct proto_merkle_proof p = { .count = 0 };

    (void)state;
    assert_int_equal(proto_merkle_check_consistency(&a, &b, &p), OK);
    b.root[31] ^= 1;
    assert_int_equal(proto_merkle_check_consistency(&a, &b, &p), ERR_SIGNATURE);
}

static void impossible_numbers_are_refused(void **state)
{
    struct proto_merkle_head nine = head_of(9), ten = head_of(10), huge = head_of(9);
    struct proto_merkle_proof p = { .count = 3 }, before = p;
    struct proto_merkle_tree t = { .size = PROTO_MERKLE_SIZE_MAX };
    size_t count = 77;

    (void)state;
    huge.size = UINT64_MAX;
    assert_int_equal(proto_merkle_check_inclusion(&nine, 9, leaf[0], &p), ERR_RANGE);
    assert_int_equal(proto_merkle_check_inclusion(&nine, UINT64_MAX, leaf[0], &p), ERR_RANGE);
    assert_int_equal(proto_merkle_check_inclusion(&huge, 0, leaf[0], &p), ERR_RANGE);
    assert_int_equal(proto_merkle_check_consistency(&ten, &nine, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_check_consistency(&nine, &huge, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_prove_inclusion(&store, 9, 9, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_prove_inclusion(&store, 0, UINT64_MAX, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_prove_consistency(&store, 10, 9, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_prove_consistency(&store, 1, UINT64_MAX, &p), ERR_RANGE);
    assert_int_equal(proto_merkle_load(&store, UINT64_MAX, &t), ERR_RANGE);
    assert_int_equal(proto_merkle_append(&t, leaf[0], NULL, &count), ERR_RANGE);
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
        cmocka_unit_test(leaf_and_node_hashes_are_those_of_rfc_6962),
        cmocka_unit_test(every_root_is_that_of_the_definition),
        cmocka_unit_test(made_nodes_are_the_complete_subtrees_each_once),
        cmocka_unit_test(a_tree_loaded_from_its_store_goes_on_the_same),
        cmocka_unit_test(every_inclusion_proof_is_that_of_the_definition_and_checks),
        cmocka_unit_test(every_consistency_proof_is_that_of_the_definition_and_checks),
        cmocka_unit_test(every_pair_of_sizes_proves_and_checks),
        cmocka_unit_test(a_proof_reads_few_nodes),
        cmocka_unit_test(every_flipped_byte_of_an_inclusion_proof_is_refused),
        cmocka_unit_test(every_flipped_byte_of_a_consistency_proof_is_refused),
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
    return cmocka_run_group_tests(tests, grow, NULL);
}
