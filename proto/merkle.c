#include "proto/merkle.h"

#include "base/hash.h"

#include <sodium.h>
#include <string.h>

_Static_assert(HASH_LEN == PROTO_MERKLE_HASH_LEN, "one hash");

void proto_merkle_leaf(const uint8_t *data, size_t len, uint8_t out[HASH_LEN])
{
    static const uint8_t prefix = 0;
    struct hash h;

    hash_init(&h);
    hash_update(&h, &prefix, 1);
    hash_update(&h, data, len);
    hash_final(&h, out);
}

void proto_merkle_node(const uint8_t left[HASH_LEN], const uint8_t right[HASH_LEN], uint8_t out[HASH_LEN])
{
    static const uint8_t prefix = 1;
    struct hash h;

    hash_init(&h);
    hash_update(&h, &prefix, 1);
    hash_update(&h, left, HASH_LEN);
    hash_update(&h, right, HASH_LEN);
    hash_final(&h, out);
}

void proto_merkle_init(struct proto_merkle_tree *t)
{
    memset(t, 0, sizeof *t);
}

enum err proto_merkle_load(const struct proto_merkle_store *store, uint64_t size, struct proto_merkle_tree *t)
{
    struct proto_merkle_tree loaded;

    if (size > PROTO_MERKLE_SIZE_MAX)
        return ERR_RANGE;
    proto_merkle_init(&loaded);
    loaded.size = size;
    for (uint8_t level = 0; level < PROTO_MERKLE_LEVELS; level++) {
        enum err e;
        if ((size >> level & 1) == 0)
            continue;
        /* The frontier's subtree of this level is the one just left of what the lower bits cover. */
        e = store->get_node(store->context, level, (size >> level) - 1, loaded.frontier[level]);
        if (e != OK)
            return e;
    }
    *t = loaded;
    return OK;
}

enum err proto_merkle_append(struct proto_merkle_tree *t, const uint8_t leaf[HASH_LEN],
    struct proto_merkle_made made[PROTO_MERKLE_LEVELS], size_t *count)
{
    uint8_t hash[HASH_LEN];
    uint64_t index = t->size;
    uint8_t level = 0;

    if (t->size >= PROTO_MERKLE_SIZE_MAX)
        return ERR_RANGE;
    memcpy(hash, leaf, sizeof hash);
    for (;;) {
        if (made != NULL) {
            made[level].level = level;
            made[level].index = index;
            memcpy(made[level].hash, hash, sizeof hash);
        }
        if ((index & 1) == 0)
            break;
        proto_merkle_node(t->frontier[level], hash, hash);
        index >>= 1;
        level++;
    }
    memcpy(t->frontier[level], hash, sizeof hash);
    t->size++;
    if (count != NULL)
        *count = (size_t)level + 1;
    return OK;
}

void proto_merkle_root(const struct proto_merkle_tree *t, uint8_t out[HASH_LEN])
{
    uint8_t hash[HASH_LEN];
    uint8_t level = 0;

    if (t->size == 0) {
        hash_once(NULL, 0, out);
        return;
    }
    while ((t->size >> level & 1) == 0)
        level++;
    memcpy(hash, t->frontier[level], sizeof hash);
    for (level++; level < PROTO_MERKLE_LEVELS; level++) {
        if ((t->size >> level & 1) != 0)
            proto_merkle_node(t->frontier[level], hash, hash);
    }
    memcpy(out, hash, sizeof hash);
}

/* The largest power of two below n, for n > 1, as its exponent. */
static uint8_t split_level(uint64_t n)
{
    uint8_t level = 0;

    for (n = (n - 1) >> 1; n != 0; n >>= 1)
        level++;
    return level;
}

/*
 * The root of the leaves [from, to), where from is a multiple of a power of two not below the range's length:
 * the left or right side of a split. Read as complete subtrees from left to right and folded from the right.
 */
static enum err range_root(const struct proto_merkle_store *store, uint64_t from, uint64_t to, uint8_t out[HASH_LEN])
{
    uint8_t part[PROTO_MERKLE_LEVELS][HASH_LEN];
    size_t parts = 0;

    for (uint8_t level = PROTO_MERKLE_LEVELS; level-- > 0;) {
        enum err e;
        if (((to - from) >> level & 1) == 0)
            continue;
        e = store->get_node(store->context, level, from >> level, part[parts]);
        if (e != OK)
            return e;
        from += (uint64_t)1 << level;
        parts++;
        if (from == to)
            break;
    }
    memcpy(out, part[parts - 1], HASH_LEN);
    for (size_t i = parts - 1; i-- > 0;)
        proto_merkle_node(part[i], out, out);
    return OK;
}

static enum err push(const struct proto_merkle_store *store, uint64_t from, uint64_t to, struct proto_merkle_proof *p)
{
    enum err e = range_root(store, from, to, p->hash[p->count]);

    if (e == OK)
        p->count++;
    return e;
}

/* Proofs are gathered from the root down and read from the leaf up. */
static void give_reversed(const struct proto_merkle_proof *p, struct proto_merkle_proof *out)
{
    memset(out, 0, sizeof *out);
    out->count = p->count;
    for (uint8_t i = 0; i < p->count; i++)
        memcpy(out->hash[i], p->hash[p->count - 1 - i], HASH_LEN);
}

enum err proto_merkle_prove_inclusion(const struct proto_merkle_store *store, uint64_t index, uint64_t size,
    struct proto_merkle_proof *out)
{
    struct proto_merkle_proof p = { .count = 0 };
    uint64_t from = 0, to = size;

    if (size > PROTO_MERKLE_SIZE_MAX || index >= size)
        return ERR_RANGE;
    while (to - from > 1) {
        uint64_t middle = from + ((uint64_t)1 << split_level(to - from));
        enum err e;
        if (index < middle) {
            e = push(store, middle, to, &p);
            to = middle;
        } else {
            e = push(store, from, middle, &p);
            from = middle;
        }
        if (e != OK)
            return e;
    }
    give_reversed(&p, out);
    return OK;
}

enum err proto_merkle_prove_consistency(const struct proto_merkle_store *store, uint64_t old, uint64_t size,
    struct proto_merkle_proof *out)
{
    struct proto_merkle_proof p = { .count = 0 };
    uint64_t from = 0, to = size;

    if (size > PROTO_MERKLE_SIZE_MAX || old > size)
        return ERR_RANGE;
    while (old != 0 && to != old) {
        uint64_t middle = from + ((uint64_t)1 << split_level(to - from));
        enum err e;
        if (old <= middle) {
            e = push(store, middle, to, &p);
            to = middle;
        } else {
            e = push(store, from, middle, &p);
            from = middle;
        }
        if (e != OK)
            return e;
    }
    /*
     * Where the old tree is itself a subtree of the new one, its root is known to the checker and left out.
     */
    if (from != 0) {
        enum err e = push(store, from, to, &p);
        if (e != OK)
            return e;
    }
    give_reversed(&p, out);
    return OK;
}

/* RFC 9162 section 2.1.3.2. */
enum err proto_merkle_check_inclusion(const struct proto_merkle_head *head, uint64_t index,
    const uint8_t leaf[HASH_LEN], const struct proto_merkle_proof *proof)
{
    uint8_t hash[HASH_LEN];
    uint64_t at = index, last = head->size - 1;

    if (head->size > PROTO_MERKLE_SIZE_MAX || index >= head->size)
        return ERR_RANGE;
    if (proof->count > PROTO_MERKLE_PROOF_MAX)
        return ERR_SIGNATURE;
    memcpy(hash, leaf, sizeof hash);
    for (uint8_t i = 0; i < proof->count; i++) {
        if (last == 0)
            return ERR_SIGNATURE;
        if ((at & 1) != 0 || at == last) {
            proto_merkle_node(proof->hash[i], hash, hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            proto_merkle_node(hash, proof->hash[i], hash);
        }
        at >>= 1;
        last >>= 1;
    }
    if (last != 0 || sodium_memcmp(hash, head->root, sizeof hash) != 0)
        return ERR_SIGNATURE;
    return OK;
}

/* The two cases in which there is nothing to prove: the same tree, and the empty one. */
static enum err check_without_proof(const struct proto_merkle_head *older, const struct proto_merkle_head *newer,
    const struct proto_merkle_proof *proof)
{
    uint8_t expected[HASH_LEN];

    if (older->size == 0)
        hash_once(NULL, 0, expected);
    else
        memcpy(expected, newer->root, sizeof expected);
    if (proof->count != 0 || sodium_memcmp(older->root, expected, sizeof expected) != 0)
        return ERR_SIGNATURE;
    if (newer->size == 0 && sodium_memcmp(newer->root, expected, sizeof expected) != 0)
        return ERR_SIGNATURE;
    return OK;
}

/* The loop of RFC 9162 section 2.1.4.2: both roots grow from the same start. */
static enum err check_with_proof(const struct proto_merkle_head *older, const struct proto_merkle_head *newer,
    const struct proto_merkle_proof *proof)
{
    uint64_t at = older->size - 1, last = newer->size - 1;
    uint8_t old_hash[HASH_LEN], new_hash[HASH_LEN];
    uint8_t i = 0;

    while ((at & 1) != 0) {
        at >>= 1;
        last >>= 1;
    }
    /*
     * at is 0 here just when the old tree is a complete subtree: then the proof starts with its root, unsent.
     */
    memcpy(old_hash, at == 0 ? older->root : proof->hash[i++], HASH_LEN);
    memcpy(new_hash, old_hash, HASH_LEN);
    for (; i < proof->count; i++) {
        if (last == 0)
            return ERR_SIGNATURE;
        if ((at & 1) != 0 || at == last) {
            proto_merkle_node(proof->hash[i], old_hash, old_hash);
            proto_merkle_node(proof->hash[i], new_hash, new_hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            proto_merkle_node(new_hash, proof->hash[i], new_hash);
        }
        at >>= 1;
        last >>= 1;
    }
    if (last != 0 || sodium_memcmp(old_hash, older->root, HASH_LEN) != 0 ||
        sodium_memcmp(new_hash, newer->root, HASH_LEN) != 0)
        return ERR_SIGNATURE;
    return OK;
}

enum err proto_merkle_check_consistency(const struct proto_merkle_head *older, const struct proto_merkle_head *newer,
    const struct proto_merkle_proof *proof)
{
    if (newer->size > PROTO_MERKLE_SIZE_MAX || older->size > newer->size)
        return ERR_RANGE;
    if (older->size == 0 || older->size == newer->size)
        return check_without_proof(older, newer, proof);
    if (proof->count == 0 || proof->count > PROTO_MERKLE_PROOF_MAX)
        return ERR_SIGNATURE;
    return check_with_proof(older, newer, proof);
}
