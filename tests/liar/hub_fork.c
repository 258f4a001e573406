/*
 * A second history of the registry for one partner: in the place of one statement stands another, also signed by two partners, and all that
 * came later behind it; leaves, root, proofs and the log's signature fit. The home has that statement in "forked" and its place in "forked.at".
 */
#include "base/file.h"
#include "hub/core.h"
#include "hub/store_registry.h"
#include "proto/tlog.h"
#include "tests/liar/hub_liar.h"
#include "tests/liar/liar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 600, AT_MAX = 24 };

static struct {
    uint64_t at;
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX], hash[PROTO_MERKLE_HASH_LEN];
    size_t len;
} other;

static bool read_home(const char *name, uint8_t **data, size_t *len)
{
    char path[PATH_ROOM];

    (void)snprintf(path, sizeof path, "%s/%s", liar_folder(), name);
    return file_read(path, PROTO_REGISTRY_LEAF_MAX, data, len, NULL) == OK;
}

/* At the time of the one whose place it takes. false: its place is not reached yet. */
static bool make_other(const struct hub_core *c, struct kv_txn *x)
{
    uint8_t *at = NULL, *note = NULL;
    char text[AT_MAX] = "";
    size_t at_len = 0, note_len = 0;
    uint64_t time_s = 0;
    bool is;

    if (!read_home("forked.at", &at, &at_len) || at_len >= sizeof text || !read_home("forked", &note, &note_len))
        abort();
    memcpy(text, at, at_len);
    other.at = strtoull(text, NULL, 10);
    is = c->registry->checkpoint.head.size > other.at;
    if (is && (hub_registry_leaf_time(c->registry, x, other.at, &time_s) != OK
            || proto_registry_leaf(time_s, note, note_len, other.leaf, sizeof other.leaf, &other.len) != OK))
        abort();
    if (is)
        proto_merkle_leaf(other.leaf, other.len, other.hash);
    free(at);
    free(note);
    return is;
}

/* ---- its tree ---- */

static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[PROTO_MERKLE_HASH_LEN])
{
    const struct hub_core *c = context;
    uint8_t left[PROTO_MERKLE_HASH_LEN], right[PROTO_MERKLE_HASH_LEN];
    enum err e;

    if (level == 0) {
        memcpy(out, index == other.at ? other.hash : c->registry->hash[index], PROTO_MERKLE_HASH_LEN);
        return OK;
    }
    e = get_node(context, (uint8_t)(level - 1), 2 * index, left);
    if (e == OK)
        e = get_node(context, (uint8_t)(level - 1), 2 * index + 1, right);
    if (e == OK)
        proto_merkle_node(left, right, out);
    return e;
}

static void sign_head(struct hub_core *c, uint8_t *note, size_t cap, size_t *len)
{
    struct proto_merkle_head head = { .size = c->registry->checkpoint.head.size };
    struct proto_merkle_tree tree;
    uint8_t hash[PROTO_MERKLE_HASH_LEN];
    char vkey[PROTO_NOTE_VKEY_ROOM];

    proto_merkle_init(&tree);
    for (uint64_t i = 0; i < head.size; i++)
        if (get_node(c, 0, i, hash) != OK || proto_merkle_append(&tree, hash, NULL, NULL) != OK)
            abort();
    proto_merkle_root(&tree, head.root);
    hub_liar_registry_key(c, vkey);
    if (liar_checkpoint(vkey, LIAR_LOG_KEY, &head, note, cap, len) != OK)
        abort();
}

/* ---- what is shown of it ---- */

size_t hub_liar_fork_leaves(struct hub_core *c, struct kv_txn *x, uint64_t first, uint8_t *out, size_t cap)
{
    uint8_t note[PROTO_NOTE_MAX];
    uint64_t size = c->registry->checkpoint.head.size;
    size_t note_len = 0;
    struct wr w;

    if (!make_other(c, x))
        return 0;
    sign_head(c, note, sizeof note, &note_len);
    wr_init(&w, out, cap);
    wr_bytes16(&w, note, note_len);
    wr_u16(&w, (uint16_t)(size > first ? size - first : 0));
    for (uint64_t i = first; i < size; i++) {
        const uint8_t *leaf = other.leaf;
        size_t len = other.len;

        if (i != other.at && hub_store_registry_get(c->registry->store, x, i, &leaf, &len) != OK)
            abort();
        wr_bytes16(&w, leaf, len);
    }
    if (wr_end(&w) != OK)
        abort();
    return w.len;
}

size_t hub_liar_fork_request(struct hub_core *c, struct kv_txn *x, uint64_t old, uint8_t *out, size_t cap)
{
    const struct proto_merkle_store nodes = { get_node, c };
    uint64_t size = c->registry->checkpoint.head.size;
    uint8_t note[PROTO_NOTE_MAX];
    struct proto_tlog_request q = { .old = old, .checkpoint = note };
    size_t len = 0;

    if (!make_other(c, x) || old > size)
        return 0;
    sign_head(c, note, sizeof note, &q.checkpoint_len);
    if ((old != 0 && old < size && proto_merkle_prove_consistency(&nodes, old, size, &q.path) != OK)
        || proto_tlog_request_encode(&q, out, cap, &len) != OK)
        abort();
    return len;
}
