/* tests/support/merkle_tree: see the header. */
#include "tests/support/merkle_tree.h"

#include <string.h>

uint8_t tree_leaf[TREE_SIZES][32];
uint8_t tree_node[TREE_LEVELS][TREE_SIZES][32];
uint8_t tree_has_node[TREE_LEVELS][TREE_SIZES];
uint8_t tree_root[TREE_SIZES + 1][32];
size_t tree_reads;

static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[32])
{
    (void)context;
    tree_reads++;
    if (level >= TREE_LEVELS || index >= TREE_SIZES || !tree_has_node[level][index])
        return ERR_NOTFOUND;
    memcpy(out, tree_node[level][index], 32);
    return OK;
}

const struct proto_merkle_store tree_store = { get_node, NULL };

struct proto_merkle_head tree_head(uint64_t size)
{
    struct proto_merkle_head h = { .size = size };

    memcpy(h.root, tree_root[size], 32);
    return h;
}

int tree_grow(void **state)
{
    struct proto_merkle_tree t;
    struct proto_merkle_made made[PROTO_MERKLE_LEVELS];

    (void)state;
    proto_merkle_init(&t);
    proto_merkle_root(&t, tree_root[0]);
    for (size_t i = 0; i < TREE_SIZES; i++) {
        uint8_t data[4] = { (uint8_t)(i >> 8), (uint8_t)i };
        size_t count = 0;
        /* No two are the same, or a proof of the one would be one of the other. */
        proto_merkle_leaf(data, 2 + i % 3, tree_leaf[i]);
        if (proto_merkle_append(&t, tree_leaf[i], made, &count) != OK)
            return -1;
        for (size_t j = 0; j < count; j++) {
            memcpy(tree_node[made[j].level][made[j].index], made[j].hash, 32);
            tree_has_node[made[j].level][made[j].index] = 1;
        }
        proto_merkle_root(&t, tree_root[i + 1]);
    }
    return 0;
}
