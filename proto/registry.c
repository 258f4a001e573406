#include "proto/registry.h"

#include "base/rd.h"
#include "base/text.h"
#include "base/wr.h"
#include "proto/fields.h"
#include "proto/registry_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_ROOM = 32 };

enum err proto_registry_new(struct proto_region *region, struct proto_registry **out)
{
    struct proto_registry *r = calloc(1, sizeof *r);

    if (r == NULL)
        return ERR_NOMEM;
    r->note = calloc(1, sizeof *r->note);
    if (r->note == NULL) {
        free(r);
        return ERR_NOMEM;
    }
    r->region = region;
    proto_merkle_init(&r->tree);
    *out = r;
    return OK;
}

void proto_registry_free(struct proto_registry *r)
{
    if (r == NULL)
        return;
    r->region->revoked = NULL;
    r->region->revoked_count = 0;
    free(r->note);
    free(r->id);
    free(r->revoked);
    free(r->vote);
    free(r->adopted);
    free(r->quota);
    free(r);
}

/* ---- leaves ---- */

enum err proto_registry_leaf(uint64_t at_s, const uint8_t *note, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
    char line[TIME_ROOM];
    struct wr w;
    enum err e;

    (void)snprintf(line, sizeof line, "at %llu\n", (unsigned long long)at_s);
    wr_init(&w, out, cap);
    wr_copy(&w, (const uint8_t *)line, strlen(line));
    wr_copy(&w, note, len);
    e = len > PROTO_REGISTRY_NOTE_MAX ? ERR_LONG : wr_end(&w);
    if (e == OK)
        *out_len = w.len;
    return e;
}

enum err proto_registry_leaf_open(const uint8_t *leaf, size_t len, uint64_t *at_s, const uint8_t **note, size_t *note_len)
{
    char digits[TIME_ROOM];
    const uint8_t *line;
    size_t line_len;
    struct rd r;
    enum err e;

    if (len > PROTO_REGISTRY_LEAF_MAX)
        return ERR_LONG;
    rd_init(&r, leaf, len);
    line = proto_note_read_line(&r, &line_len);
    if (line == NULL || line_len < 4 || line_len >= sizeof digits || memcmp(line, "at ", 3) != 0 || memchr(line, 0, line_len) != NULL)
        return ERR_SYNTAX;
    memcpy(digits, line + 3, line_len - 3);
    digits[line_len - 3] = '\0';
    e = text_u64(digits, PROTO_TIME_MAX, at_s);
    if (e != OK)
        return e;
    *note_len = rd_left(&r);
    *note = rd_view(&r, *note_len);
    return OK;
}

/* ---- one leaf more ---- */

enum proto_registry_why proto_registry_judge(struct proto_registry *r, const uint8_t *note, size_t len, uint64_t at_s,
    struct proto_registry_say *say)
{
    struct proto_registry_say own;
    const struct proto_partner *by;

    return proto_registry_rules_judge(r, note, len, at_s < r->time_s ? r->time_s : at_s, say != NULL ? say : &own, &by);
}

enum err proto_registry_append(struct proto_registry *r, const uint8_t *leaf, size_t len, enum proto_registry_why *why)
{
    uint8_t hash[PROTO_MERKLE_HASH_LEN];
    const struct proto_partner *by = NULL;
    struct proto_registry_say say;
    const uint8_t *note = NULL;
    uint64_t at_s = 0;
    size_t note_len = 0;
    bool has_form = proto_registry_leaf_open(leaf, len, &at_s, &note, &note_len) == OK;
    bool is_full = r->tree.size >= PROTO_REGISTRY_MAX || len + 2 > PROTO_REGISTRY_LEAVES_MAX - r->bytes;
    enum err e = is_full ? ERR_FULL : proto_registry_fold_room(r);

    if (e != OK)
        return e;
    proto_merkle_leaf(leaf, len, hash);
    e = proto_merkle_append(&r->tree, hash, NULL, NULL);
    if (e != OK)
        return e;
    r->bytes += 2 + len;
    *why = !has_form ? PROTO_REG_MALFORMED : at_s < r->time_s ? PROTO_REG_EXPIRED
        : proto_registry_rules_judge(r, note, note_len, at_s, &say, &by);
    if (*why != PROTO_REG_COUNTS) {
        r->voids++;
        return OK;
    }
    /* Only what counts moves the time on: one void leaf from the far future would void all that come after it, for ever. */
    r->time_s = at_s;
    proto_registry_fold(r, &say, by, at_s);
    return OK;
}

uint64_t proto_registry_size(const struct proto_registry *r)
{
    return r->tree.size;
}

size_t proto_registry_bytes(const struct proto_registry *r)
{
    return r->bytes;
}

uint64_t proto_registry_time(const struct proto_registry *r)
{
    return r->time_s;
}

uint64_t proto_registry_void(const struct proto_registry *r)
{
    return r->voids;
}

bool proto_registry_narrowed(struct proto_registry *r)
{
    bool was = r->narrowed;

    r->narrowed = false;
    return was;
}

void proto_registry_head(const struct proto_registry *r, struct proto_merkle_head *out)
{
    out->size = r->tree.size;
    proto_merkle_root(&r->tree, out->root);
}

/* ---- what it says ---- */

size_t proto_registry_adopters(const struct proto_registry *r, const uint8_t digest[PROTO_HASH_LEN], uint64_t from_s, uint64_t at_s)
{
    size_t n = 0;

    for (size_t i = 0; i < r->vote_count; i++) {
        const struct proto_partner *p = proto_region_partner(r->region, r->vote[i].partner);

        if (p != NULL && proto_partner_exists_at(p, at_s) && r->vote[i].pack.from_s == from_s
            && memcmp(r->vote[i].pack.digest, digest, PROTO_HASH_LEN) == 0)
            n++;
    }
    return n;
}

void proto_registry_pack_in_force(const struct proto_registry *r, uint64_t at_s, struct proto_registry_pack *out)
{
    const struct proto_registry_pack *best = NULL;

    for (size_t i = 0; i < r->adopted_count; i++) {
        const struct proto_registry_pack *p = &r->adopted[i];

        if (p->from_s <= at_s && p->adopted_s <= at_s && (best == NULL || p->from_s >= best->from_s))
            best = p;
    }
    memset(out, 0, sizeof *out);
    if (best != NULL)
        *out = *best;
    else
        memcpy(out->digest, r->region->pack, sizeof out->digest);
}

uint64_t proto_registry_quota(const struct proto_registry *r, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t at_s)
{
    uint64_t most = 0;

    for (size_t i = 0; i < r->quota_count; i++) {
        const struct proto_registry_quota_row *q = &r->quota[i];

        if (memcmp(q->partner, partner, PROTO_PARTNER_LEN) == 0 && q->from_s <= at_s && at_s < q->until_s && q->elements > most)
            most = q->elements;
    }
    return most;
}
