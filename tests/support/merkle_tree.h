/*
 * tests/support/merkle_tree: a tree grown to 512 leaves, with all that a hub's store would keep of it, for the tests of
 * proto/merkle.
 */
#ifndef SUPPORT_MERKLE_TREE_H
#define SUPPORT_MERKLE_TREE_H

#include "proto/merkle.h"

enum { TREE_SIZES = 512, TREE_LEVELS = 10 };

extern uint8_t tree_leaf[TREE_SIZES][32];               /* leaf hashes */
extern uint8_t tree_node[TREE_LEVELS][TREE_SIZES][32];  /* of complete subtrees */
extern uint8_t tree_has_node[TREE_LEVELS][TREE_SIZES];
extern uint8_t tree_root[TREE_SIZES + 1][32];           /* of each size */
extern size_t tree_reads;                               /* how often the store was asked */
extern const struct proto_merkle_store tree_store;

/* Fill all of these; a group setup of cmocka. */
int tree_grow(void **state);
struct proto_merkle_head tree_head(uint64_t size);

#endif
