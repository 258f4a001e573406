/*
 * proto/merkle against a second implementation: the recursive definition of RFC 6962, over all leaves, which remembers what it found once.
 * Every size to 512 is grown; every proof of it is made, compared with the definition's, and checked.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/merkle.h"
#include "tests/support/merkle_tree.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

/* MTH of leaves that it was asked for before. */
static uint8_t found[TREE_SIZES][TREE_SIZES + 1][32];
static bool is_found[TREE_SIZES][TREE_SIZES + 1];

static void naive_root(uint8_t (*leaves)[32], size_t n, uint8_t out[32]);

/* MTH of RFC 6962 section 2.1 over leaves[0..n), of two or more. */
static void naive_node(uint8_t (*leaves)[32], size_t n, uint8_t out[32])
{
    uint8_t both[1 + 64] = { 1 };
    size_t k = 1;

    while (k * 2 < n)
        k *= 2;
    naive_root(leaves, k, both + 1);
    naive_root(leaves + k, n - k, both + 33);
    (void)crypto_hash_sha256(out, both, sizeof both);
}

static void naive_root(uint8_t (*leaves)[32], size_t n, uint8_t out[32])
{
    size_t first = (size_t)(leaves - tree_leaf);

    if (n == 0) {
        (void)crypto_hash_sha256(out, NULL, 0);
        return;
    }
    if (!is_found[first][n]) {
        if (n == 1)
            memcpy(found[first][n], leaves[0], 32);
        else
            naive_node(leaves, n, found[first][n]);
        is_found[first][n] = true;
    }
    memcpy(out, found[first][n], 32);
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
    for (size_t n = 0; n <= TREE_SIZES; n++) {
        uint8_t expected[32];
        naive_root(tree_leaf, n, expected);
        assert_memory_equal(tree_root[n], expected, 32);
    }
}

static void made_nodes_are_the_complete_subtrees_each_once(void **state)
{
    (void)state;
    for (uint8_t level = 0; level < TREE_LEVELS; level++) {
        for (size_t index = 0; index < TREE_SIZES; index++) {
            uint8_t expected[32];
            int complete = (index + 1) << level <= TREE_SIZES;
            assert_int_equal(tree_has_node[level][index], complete);
            if (!complete)
                continue;
            naive_root(tree_leaf + (index << level), (size_t)1 << level, expected);
            assert_memory_equal(tree_node[level][index], expected, 32);
        }
    }
}

static void a_tree_loaded_from_its_store_goes_on_the_same(void **state)
{
    (void)state;
    for (size_t n = 0; n < TREE_SIZES; n++) {
        struct proto_merkle_tree t;
        uint8_t got[32];
        assert_int_equal(proto_merkle_load(&tree_store, n, &t), OK);
        proto_merkle_root(&t, got);
        assert_memory_equal(got, tree_root[n], 32);
        assert_int_equal(proto_merkle_append(&t, tree_leaf[n], NULL, NULL), OK);
        proto_merkle_root(&t, got);
        assert_memory_equal(got, tree_root[n + 1], 32);
    }
}

static void every_inclusion_proof_is_that_of_the_definition_and_checks(void **state)
{
    (void)state;
    for (size_t n = 1; n <= TREE_SIZES; n++) {
        struct proto_merkle_head head = tree_head(n);
        for (size_t m = 0; m < n; m++) {
            struct proto_merkle_proof p;
            uint8_t expected[64][32];
            assert_int_equal(proto_merkle_prove_inclusion(&tree_store, m, n, &p), OK);
            assert_int_equal(p.count, naive_path(m, tree_leaf, n, expected));
            assert_memory_equal(p.hash, expected, 32u * p.count);
            assert_int_equal(proto_merkle_check_inclusion(&head, m, tree_leaf[m], &p), OK);
        }
    }
}

static void every_consistency_proof_is_that_of_the_definition_and_checks(void **state)
{
    (void)state;
    for (size_t n = 1; n <= TREE_SIZES; n++) {
        struct proto_merkle_head newer = tree_head(n);
        for (size_t m = 1; m <= n; m++) {
            struct proto_merkle_head older = tree_head(m);
            struct proto_merkle_proof p;
            uint8_t expected[64][32];
            assert_int_equal(proto_merkle_prove_consistency(&tree_store, m, n, &p), OK);
            assert_int_equal(p.count, naive_subproof(m, tree_leaf, n, 1, expected));
            assert_memory_equal(p.hash, expected, 32u * p.count);
            assert_int_equal(proto_merkle_check_consistency(&older, &newer, &p), OK);
        }
    }
}

static void a_proof_reads_few_nodes(void **state)
{
    struct proto_merkle_proof p;

    (void)state;
    tree_reads = 0;
    assert_int_equal(proto_merkle_prove_inclusion(&tree_store, 0, 511, &p), OK);
    assert_in_range(tree_reads, 1, 18);
    tree_reads = 0;
    assert_int_equal(proto_merkle_prove_consistency(&tree_store, 257, 511, &p), OK);
    assert_in_range(tree_reads, 1, 18);
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
        cmocka_unit_test(a_proof_reads_few_nodes),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, tree_grow, NULL);
}
