#include "hub/ledger.h"

#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * Nodes of the last leaves, by level: at level l the last RECENT >> l of them. Proofs for the leaves of a round touch only these and
 * the frontier's left siblings, which are the newest of their levels. A slot says which node it holds: after a rewind none is believed.
 */
enum { RECENT = 1024, RECENT_MIN = 4, KEY_LEN = 8, ROW_MAX = PROTO_LEAF_LEN + PROTO_MERKLE_LEVELS * PROTO_HASH_LEN };

struct recent {
    uint64_t index_plus;  /* 0: empty */
    uint8_t hash[PROTO_HASH_LEN];
};

struct hub_ledger_reader { kv_table leaves; };

struct hub_ledger {
    struct kv *kv;
    struct hub_ledger_reader rows;
    struct proto_merkle_tree tree;
    struct kv_txn *reading;  /* the transaction of the proof being made */
    struct recent *recent[PROTO_MERKLE_LEVELS];
    struct recent slots[2 * RECENT + PROTO_MERKLE_LEVELS * RECENT_MIN];
};

static size_t ring_size(uint8_t level)
{
    size_t n = level < 12 ? (size_t)RECENT >> level : 0;

    return n < RECENT_MIN ? RECENT_MIN : n;
}

static void lay_out_rings(struct hub_ledger *l)
{
    size_t used = 0;

    for (uint8_t level = 0; level < PROTO_MERKLE_LEVELS; level++) {
        l->recent[level] = l->slots + used;
        used += ring_size(level);
    }
    if (used > sizeof l->slots / sizeof *l->slots)
        abort();
}

static void remember(struct hub_ledger *l, uint8_t level, uint64_t index, const uint8_t hash[PROTO_HASH_LEN])
{
    struct recent *r = &l->recent[level][index & (ring_size(level) - 1)];

    r->index_plus = index + 1;
    memcpy(r->hash, hash, PROTO_HASH_LEN);
}

static void key_of(uint64_t index, uint8_t out[KEY_LEN])
{
    struct wr w;

    wr_init(&w, out, KEY_LEN);
    wr_u64(&w, index);
}

/* The node is in the row of the last leaf that it covers. */
enum err hub_ledger_read_node(const struct hub_ledger_reader *r, struct kv_txn *x, uint8_t level, uint64_t index,
    uint8_t out[PROTO_HASH_LEN])
{
    uint8_t key[KEY_LEN];
    const uint8_t *row;
    size_t len, at = PROTO_LEAF_LEN + (size_t)level * PROTO_HASH_LEN;
    enum err e;

    if (level >= PROTO_MERKLE_LEVELS || index >= PROTO_MERKLE_SIZE_MAX >> level)
        return ERR_NOTFOUND;
    key_of(((index + 1) << level) - 1, key);
    e = kv_view(x, r->leaves, key, sizeof key, &row, &len);
    if (e != OK)
        return e;
    if (len < at + PROTO_HASH_LEN)
        return ERR_IO;
    memcpy(out, row + at, PROTO_HASH_LEN);
    return OK;
}

static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[PROTO_MERKLE_HASH_LEN])
{
    struct hub_ledger *l = context;
    const struct recent *r = &l->recent[level][index & (ring_size(level) - 1)];
    enum err e;

    if (r->index_plus == index + 1) {
        memcpy(out, r->hash, PROTO_HASH_LEN);
        return OK;
    }
    e = hub_ledger_read_node(&l->rows, l->reading, level, index, out);
    if (e == OK && r->index_plus < index + 1)
        remember(l, level, index, out);
    return e;
}

enum err hub_ledger_read_size(const struct hub_ledger_reader *rows, struct kv_txn *x, uint64_t *size)
{
    struct kv_walk w;
    struct rd r;
    enum err e = kv_walk_last(x, rows->leaves, &w);

    if (e == ERR_NOTFOUND)
        *size = 0;
    if (e == OK) {
        uint64_t last;

        rd_init(&r, w.key, w.key_len);
        last = rd_u64(&r);
        /* No key is so large; and one more of it would be an empty log. */
        if (rd_end(&r) != OK || last >= PROTO_MERKLE_SIZE_MAX)
            e = ERR_IO;
        else
            *size = last + 1;
    }
    kv_walk_end(&w);
    return e == ERR_NOTFOUND ? OK : e;
}

/* Append the leaf's hash to the tree in memory; nodes (may be NULL) gets the hashes that belong into its row. */
static enum err grow(struct hub_ledger *l, const uint8_t leaf[PROTO_LEAF_LEN], uint8_t *nodes, size_t *nodes_len)
{
    struct proto_merkle_made made[PROTO_MERKLE_LEVELS];
    uint8_t hash[PROTO_HASH_LEN];
    size_t count;
    enum err e;

    proto_merkle_leaf(leaf, PROTO_LEAF_LEN, hash);
    e = proto_merkle_append(&l->tree, hash, made, &count);
    if (e != OK)
        return e;
    for (size_t i = 0; i < count; i++) {
        remember(l, made[i].level, made[i].index, made[i].hash);
        memcpy(nodes + i * PROTO_HASH_LEN, made[i].hash, PROTO_HASH_LEN);
    }
    *nodes_len = count * PROTO_HASH_LEN;
    return OK;
}

/* Compute the last leaves' nodes again and compare each with what is stored. */
static enum err check_tail(struct hub_ledger *l, struct kv_txn *x, uint64_t size, struct trouble *t)
{
    uint8_t key[KEY_LEN], nodes[ROW_MAX];
    const uint8_t *row;
    size_t len, nodes_len = 0;
    enum err e = OK;

    while (e == OK && l->tree.size < size) {
        uint64_t index = l->tree.size;

        key_of(index, key);
        e = kv_view(x, l->rows.leaves, key, sizeof key, &row, &len);
        if (e == OK && len >= PROTO_LEAF_LEN)
            e = grow(l, row, nodes, &nodes_len);
        if (e == OK && (len != PROTO_LEAF_LEN + nodes_len || sodium_memcmp(row + PROTO_LEAF_LEN, nodes, nodes_len) != 0))
            e = ERR_SIGNATURE;
        if (e == ERR_SIGNATURE || e == ERR_NOTFOUND)
            return trouble_set(t, ERR_SIGNATURE,
                "the log is damaged at leaf %llu: restore the store from a backup before starting the hub again",
                "het logboek is beschadigd bij blad %llu: zet de opslag terug uit een reservekopie voordat de hub weer start",
                (unsigned long long)index);
    }
    return e;
}

static enum err load(struct hub_ledger *l, struct trouble *t)
{
    struct proto_merkle_store store = { get_node, l };
    struct kv_txn *x = NULL;
    uint64_t size, from;
    enum err e;

    memset(l->slots, 0, sizeof l->slots);
    proto_merkle_init(&l->tree);
    e = kv_begin(l->kv, false, &x);
    if (e != OK)
        return e;
    l->reading = x;
    e = hub_ledger_read_size(&l->rows, x, &size);
    if (e != OK)
        goto out;
    from = size > HUB_LEDGER_CHECKED ? size - HUB_LEDGER_CHECKED : 0;
    e = proto_merkle_load(&store, from, &l->tree);
    if (e == ERR_NOTFOUND)
        e = trouble_set(t, ERR_SIGNATURE, "the log has gaps: restore the store from a backup",
            "het logboek heeft gaten: zet de opslag terug uit een reservekopie");
    if (e == OK)
        e = check_tail(l, x, size, t);
out:
    l->reading = NULL;
    kv_abort(x);
    return e;
}

enum err hub_ledger_open(struct kv *kv, struct hub_ledger **out, struct trouble *t)
{
    struct hub_ledger *l = calloc(1, sizeof *l);
    enum err e;

    if (l == NULL)
        return ERR_NOMEM;
    l->kv = kv;
    lay_out_rings(l);
    e = kv_table_open(kv, "leaf", &l->rows.leaves);
    if (e == OK)
        e = load(l, t);
    if (e != OK) {
        free(l);
        return e;
    }
    *out = l;
    return OK;
}

void hub_ledger_close(struct hub_ledger *l)
{
    free(l);
}

uint64_t hub_ledger_size(const struct hub_ledger *l)
{
    return l->tree.size;
}

void hub_ledger_root(const struct hub_ledger *l, uint8_t out[PROTO_HASH_LEN])
{
    proto_merkle_root(&l->tree, out);
}

enum err hub_ledger_append(struct hub_ledger *l, struct kv_txn *x, const uint8_t leaf[PROTO_LEAF_LEN])
{
    uint8_t key[KEY_LEN], row[ROW_MAX];
    size_t nodes_len;
    enum err e;

    key_of(l->tree.size, key);
    memcpy(row, leaf, PROTO_LEAF_LEN);
    e = grow(l, leaf, row + PROTO_LEAF_LEN, &nodes_len);
    if (e != OK)
        return e;
    return kv_append(x, l->rows.leaves, key, sizeof key, row, PROTO_LEAF_LEN + nodes_len);
}

enum err hub_ledger_rewind(struct hub_ledger *l)
{
    return load(l, NULL);
}

enum err hub_ledger_prove_inclusion(struct hub_ledger *l, struct kv_txn *x, uint64_t index, uint64_t size,
    struct proto_merkle_proof *out)
{
    struct proto_merkle_store store = { get_node, l };
    enum err e;

    if (size > l->tree.size)
        return ERR_RANGE;
    l->reading = x;
    e = proto_merkle_prove_inclusion(&store, index, size, out);
    l->reading = NULL;
    return e;
}

enum err hub_ledger_prove_consistency(struct hub_ledger *l, struct kv_txn *x, uint64_t old, uint64_t size,
    struct proto_merkle_proof *out)
{
    struct proto_merkle_store store = { get_node, l };
    enum err e;

    if (size > l->tree.size)
        return ERR_RANGE;
    l->reading = x;
    e = proto_merkle_prove_consistency(&store, old, size, out);
    l->reading = NULL;
    return e;
}

enum err hub_ledger_leaf(struct hub_ledger *l, struct kv_txn *x, uint64_t index, uint8_t out[PROTO_LEAF_LEN])
{
    return hub_ledger_read_leaf(&l->rows, x, index, out);
}

/* ---- reading alone ---- */

enum err hub_ledger_reader_open(struct kv *kv, struct hub_ledger_reader **out)
{
    struct hub_ledger_reader *r = calloc(1, sizeof *r);
    enum err e;

    if (r == NULL)
        return ERR_NOMEM;
    e = kv_table_open(kv, "leaf", &r->leaves);
    if (e == OK)
        *out = r;
    else
        free(r);
    return e;
}

void hub_ledger_reader_close(struct hub_ledger_reader *r)
{
    free(r);
}

enum err hub_ledger_read_leaf(const struct hub_ledger_reader *r, struct kv_txn *x, uint64_t index, uint8_t out[PROTO_LEAF_LEN])
{
    uint8_t key[KEY_LEN];
    const uint8_t *row;
    size_t len;
    enum err e;

    key_of(index, key);
    e = kv_view(x, r->leaves, key, sizeof key, &row, &len);
    if (e != OK)
        return e;
    if (len < PROTO_LEAF_LEN)
        return ERR_IO;
    memcpy(out, row, PROTO_LEAF_LEN);
    return OK;
}
