/* The copy of a registry as the hub answers it and as files keep it: u16 length, checkpoint | u16 n | n * (u16 length, leaf). */
#include "proto/registry_state.h"

#include "base/rd.h"
#include "proto/limits.h"
#include "proto/region_log.h"
#include "proto/tlog.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define ORIGIN_TAIL "/registry"

/* ---- taken apart ---- */

/* The leaves of a copy; what is behind them stays in *rest. */
static enum err read_copy(const uint8_t *data, size_t len, const uint8_t **checkpoint, size_t *checkpoint_len, struct proto_registry_more *out,
    struct rd *rest)
{
    struct proto_registry_more more, left;
    const uint8_t *note, *leaf;
    size_t note_len = 0, leaf_len;
    struct rd r;
    enum err e;

    rd_init(&r, data, len);
    note = rd_bytes16(&r, PROTO_NOTE_MAX, &note_len);
    more.count = rd_u16(&r);
    more.len = rd_left(&r);
    more.leaves = rd_view(&r, more.len);
    e = rd_end(&r);
    left = more;
    for (uint64_t i = 0; e == OK && i < more.count; i++)
        e = proto_registry_copy_next(&left, &leaf, &leaf_len);
    if (e != OK)
        return e;
    rd_init(rest, left.leaves, left.len);
    more.len -= left.len;
    *checkpoint = note;
    *checkpoint_len = note_len;
    *out = more;
    return OK;
}

enum err proto_registry_copy_read(const uint8_t *data, size_t len, const uint8_t **checkpoint, size_t *checkpoint_len,
    struct proto_registry_more *out)
{
    struct proto_registry_more more;
    const uint8_t *note;
    size_t note_len;
    struct rd rest;
    enum err e = read_copy(data, len, &note, &note_len, &more, &rest);

    if (e != OK)
        return e;
    if (rd_left(&rest) != 0)
        return ERR_LONG;
    *checkpoint = note;
    *checkpoint_len = note_len;
    *out = more;
    return OK;
}

enum err proto_registry_part_read(const uint8_t *data, size_t len, const uint8_t **checkpoint, size_t *checkpoint_len,
    struct proto_registry_more *out, struct proto_merkle_proof *proof)
{
    struct proto_registry_more more;
    struct proto_merkle_proof fresh = { .count = 0 };
    const uint8_t *note;
    size_t note_len;
    struct rd rest;
    enum err e = read_copy(data, len, &note, &note_len, &more, &rest);

    if (e == OK && rd_left(&rest) != 0) {
        fresh.count = rd_u8(&rest);
        if (fresh.count > PROTO_MERKLE_PROOF_MAX)
            rd_fail(&rest, ERR_RANGE);
        for (size_t i = 0; rest.err == OK && i < fresh.count; i++)
            rd_copy(&rest, fresh.hash[i], sizeof fresh.hash[i]);
        e = rd_end(&rest);
    }
    if (e != OK)
        return e;
    *checkpoint = note;
    *checkpoint_len = note_len;
    *out = more;
    *proof = fresh;
    return OK;
}

enum err proto_registry_copy_next(struct proto_registry_more *more, const uint8_t **leaf, size_t *len)
{
    const uint8_t *at;
    size_t at_len = 0;
    struct rd r;

    if (more->count == 0)
        return ERR_NOTFOUND;
    rd_init(&r, more->leaves, more->len);
    at = rd_bytes16(&r, PROTO_REGISTRY_LEAF_MAX, &at_len);
    if (at == NULL)
        return r.err != OK ? r.err : ERR_SYNTAX;
    more->len = rd_left(&r);
    more->leaves = rd_view(&r, more->len);
    more->count--;
    *leaf = at;
    *len = at_len;
    return OK;
}

enum err proto_registry_copy_skip(struct proto_registry_more *more, uint64_t count)
{
    const uint8_t *leaf;
    size_t len;
    enum err e = OK;

    for (uint64_t i = 0; e == OK && i < count; i++)
        e = proto_registry_copy_next(more, &leaf, &len);
    return e;
}

bool proto_registry_is_ahead(struct proto_registry *r, const struct proto_registry_more *more, uint64_t now_s)
{
    struct proto_registry_more left = *more;
    struct proto_registry_say say;
    const uint8_t *leaf, *note;
    size_t len, note_len;
    uint64_t at_s;

    while (proto_registry_copy_next(&left, &leaf, &len) == OK)
        if (proto_registry_leaf_open(leaf, len, &at_s, &note, &note_len) == OK && at_s > now_s + PROTO_REGISTRY_AHEAD_S
            && proto_registry_rules_form(r, note, note_len, at_s, &say) == PROTO_REG_COUNTS)
            return true;
    return false;
}

/* ---- is it of what the log signed ---- */

enum err proto_registry_key(const struct proto_region *region, struct proto_note_key *out)
{
    char name[PROTO_VKEY_MAX + sizeof ORIGIN_TAIL];
    struct proto_note_key first;
    enum err e = proto_region_log_key(region, 1, &first);

    if (e != OK)
        return e;
    (void)snprintf(name, sizeof name, "%s" ORIGIN_TAIL, first.name);
    return proto_note_key_make(name, PROTO_NOTE_ED25519, region->log_key, out);
}

static enum err add_hashes(struct proto_merkle_tree *tree, const struct proto_registry_more *more)
{
    struct proto_registry_more left = *more;
    uint8_t hash[PROTO_MERKLE_HASH_LEN];
    enum err e = OK;

    while (e == OK && left.count != 0) {
        const uint8_t *leaf;
        size_t len;

        e = proto_registry_copy_next(&left, &leaf, &len);
        if (e == OK) {
            proto_merkle_leaf(leaf, len, hash);
            e = proto_merkle_append(tree, hash, NULL, NULL);
        }
    }
    return e == OK && left.len != 0 ? ERR_LONG : e;
}

/* proof NULL: they must reach the checkpoint. */
static enum err check(const struct proto_registry *r, const uint8_t *checkpoint, size_t checkpoint_len, const struct proto_registry_more *more,
    const struct proto_merkle_proof *proof, struct proto_merkle_head *out, bool *whole)
{
    struct proto_note *note = calloc(1, sizeof *note);
    struct proto_tlog_checkpoint c;
    struct proto_merkle_tree tree = r->tree;
    struct proto_merkle_head head;
    struct proto_note_key key;
    enum err e = note == NULL ? ERR_NOMEM : proto_registry_key(r->region, &key);

    if (e == OK)
        e = proto_tlog_checkpoint_open(checkpoint, checkpoint_len, &key, note, &c);
    free(note);
    if (e != OK)
        return e;
    if (c.head.size < tree.size)
        return ERR_STATE;
    /* Before anything of it is kept: who has more than can be folded can never read it again. */
    if (c.head.size > PROTO_REGISTRY_MAX || more->len > PROTO_REGISTRY_LEAVES_MAX - r->bytes)
        return ERR_RANGE;
    e = add_hashes(&tree, more);
    if (e != OK)
        return e;
    head.size = tree.size;
    proto_merkle_root(&tree, head.root);
    if (head.size > c.head.size)
        return ERR_SIGNATURE;
    if (head.size < c.head.size && (proof == NULL || proof->count == 0 || head.size == 0))
        return ERR_SHORT;
    if (head.size < c.head.size && proto_merkle_check_consistency(&head, &c.head, proof) != OK)
        return ERR_SIGNATURE;
    if (head.size == c.head.size && sodium_memcmp(head.root, c.head.root, sizeof head.root) != 0)
        return ERR_SIGNATURE;
    *whole = head.size == c.head.size;
    *out = c.head;
    return OK;
}

enum err proto_registry_check(const struct proto_registry *r, const uint8_t *checkpoint, size_t checkpoint_len,
    const struct proto_registry_more *more, struct proto_merkle_head *out)
{
    bool whole;

    return check(r, checkpoint, checkpoint_len, more, NULL, out, &whole);
}

enum err proto_registry_check_part(const struct proto_registry *r, const uint8_t *checkpoint, size_t checkpoint_len,
    const struct proto_registry_more *more, const struct proto_merkle_proof *proof, struct proto_merkle_head *out, bool *whole)
{
    return check(r, checkpoint, checkpoint_len, more, proof, out, whole);
}

enum err proto_registry_copy_take(struct proto_registry *r, const uint8_t *data, size_t len, struct proto_merkle_head *head)
{
    struct proto_registry_more more;
    const uint8_t *checkpoint, *leaf;
    size_t checkpoint_len, leaf_len;
    enum proto_registry_why why;
    uint64_t have = proto_registry_size(r);
    enum err e = proto_registry_copy_read(data, len, &checkpoint, &checkpoint_len, &more);

    if (e == OK && more.count < have)
        return ERR_STATE;
    if (e == OK)
        e = proto_registry_copy_skip(&more, have);
    if (e == OK)
        e = proto_registry_check(r, checkpoint, checkpoint_len, &more, head);
    while (e == OK && more.count != 0) {
        e = proto_registry_copy_next(&more, &leaf, &leaf_len);
        if (e == OK)
            e = proto_registry_append(r, leaf, leaf_len, &why);
    }
    return e;
}
