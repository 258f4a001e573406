/*
 * proto/merkle: the tree of the log (RFC 6962 section 2.1, RFC 9162 section 2.1), SHA-256.
 *
 * Three uses. The log appends: a tree keeps only its frontier, and each append names the subtrees it
 * completed, so that a store can keep them (level 0 are the leaf hashes; node (level, index) covers the
 * leaves index << level up to (index + 1) << level). The log proves: proofs are made from such stored nodes,
 * each with some log2(size) reads. Everybody checks. No state; any thread.
 */
#ifndef PROTO_MERKLE_H
#define PROTO_MERKLE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define PROTO_MERKLE_HASH_LEN 32
#define PROTO_MERKLE_LEVELS 62                              /* levels 0 to 61 */
#define PROTO_MERKLE_SIZE_MAX (((uint64_t)1 << 62) - 1)     /* so that no sum here can pass 64 bits */
#define PROTO_MERKLE_PROOF_MAX 64                           /* hashes; no proof of such a tree is longer */

struct proto_merkle_head {
    uint64_t size;
    uint8_t root[PROTO_MERKLE_HASH_LEN];
};

struct proto_merkle_proof {
    uint8_t count;
    uint8_t hash[PROTO_MERKLE_PROOF_MAX][PROTO_MERKLE_HASH_LEN];
};

/*
 * frontier[l] is the complete subtree of 2^l leaves at the right edge; meant only where bit l of size is set.
 */
struct proto_merkle_tree {
    uint64_t size;
    uint8_t frontier[PROTO_MERKLE_LEVELS][PROTO_MERKLE_HASH_LEN];
};

/* A complete subtree, to be stored. */
struct proto_merkle_made {
    uint8_t level;
    uint64_t index;
    uint8_t hash[PROTO_MERKLE_HASH_LEN];
};

/* Where complete subtrees are read from.  get_node's error ends what asked for it, and is returned. */
struct proto_merkle_store {
    enum err (*get_node)(void *context, uint8_t level, uint64_t index, uint8_t out[PROTO_MERKLE_HASH_LEN]);
    void *context;
};

/* SHA-256(0x00 | data). */
void proto_merkle_leaf(const uint8_t *data, size_t len, uint8_t out[PROTO_MERKLE_HASH_LEN]);

/* SHA-256(0x01 | left | right). out may be left or right. */
void proto_merkle_node(const uint8_t left[PROTO_MERKLE_HASH_LEN], const uint8_t right[PROTO_MERKLE_HASH_LEN],
    uint8_t out[PROTO_MERKLE_HASH_LEN]);

/* The empty tree. */
void proto_merkle_init(struct proto_merkle_tree *t);

/* The tree of this size from stored nodes.  ERR_RANGE, or get_node's error; *t is untouched then. */
MUST_USE enum err proto_merkle_load(const struct proto_merkle_store *store, uint64_t size,
    struct proto_merkle_tree *t);

/*
 * Append one leaf hash. made (may be NULL) gets the subtrees now complete, from level 0 up; *count says how
 * many. ERR_RANGE when the tree is full; nothing is changed then.
 */
MUST_USE enum err proto_merkle_append(struct proto_merkle_tree *t, const uint8_t leaf[PROTO_MERKLE_HASH_LEN],
    struct proto_merkle_made made[PROTO_MERKLE_LEVELS], size_t *count);

/* The root at the tree's size; of the empty tree SHA-256 of nothing. */
void proto_merkle_root(const struct proto_merkle_tree *t, uint8_t out[PROTO_MERKLE_HASH_LEN]);

/* Proof that leaf index is in the tree of size.  ERR_RANGE unless index < size; get_node's error. */
MUST_USE enum err proto_merkle_prove_inclusion(const struct proto_merkle_store *store, uint64_t index,
    uint64_t size, struct proto_merkle_proof *out);

/*
 * Proof that the tree of size extends that of old. Empty for old = 0 and old = size. ERR_RANGE unless old <=
 * size.
 */
MUST_USE enum err proto_merkle_prove_consistency(const struct proto_merkle_store *store, uint64_t old,
    uint64_t size, struct proto_merkle_proof *out);

/*
 * ERR_SIGNATURE when the proof does not lead from the leaf to the root, ERR_RANGE for an impossible index or
 * size.
 */
MUST_USE enum err proto_merkle_check_inclusion(const struct proto_merkle_head *head, uint64_t index,
    const uint8_t leaf[PROTO_MERKLE_HASH_LEN], const struct proto_merkle_proof *proof);

/*
 * ERR_SIGNATURE when the newer head is not shown to extend the older, ERR_RANGE for impossible sizes.
 * From size 0 everything is an extension, with an empty proof and the empty tree's root.
 */
MUST_USE enum err proto_merkle_check_consistency(const struct proto_merkle_head *older,
    const struct proto_merkle_head *newer, const struct proto_merkle_proof *proof);

#endif
