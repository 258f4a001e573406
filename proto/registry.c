#include "proto/registry.h"

#include "base/rd.h"
#include "base/text.h"
#include "base/wr.h"
#include "proto/fields.h"
#include "proto/region_log.h"
#include "proto/region_witness.h"
#include "proto/registry_state.h"
#include "proto/tlog.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORIGIN_TAIL "/registry"

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

/* ---- the fold ---- */

/* One more of these at the end of a list that grows by the power of two; NULL without memory. */
static void *grow(void *list, size_t count, size_t size)
{
    return (count & (count - 1)) == 0 ? realloc(list, (count == 0 ? 1 : 2 * count) * size) : list;
}

#define GROW(list, count) grow((list), (count), sizeof *(list))

/* Room for one more everywhere, so that what follows cannot fail halfway. */
static enum err make_room(struct proto_registry *r)
{
    void *p;

    if ((p = GROW(r->id, r->id_count)) == NULL)
        return ERR_NOMEM;
    r->id = p;
    if ((p = GROW(r->vote, r->vote_count)) == NULL)
        return ERR_NOMEM;
    r->vote = p;
    if ((p = GROW(r->adopted, r->adopted_count)) == NULL)
        return ERR_NOMEM;
    r->adopted = p;
    if ((p = GROW(r->quota, r->quota_count)) == NULL)
        return ERR_NOMEM;
    r->quota = p;
    if ((p = GROW(r->revoked, r->revoked_count)) == NULL)
        return ERR_NOMEM;
    r->revoked = p;
    r->region->revoked = r->revoked;
    return OK;
}

/* Beyond what a checkpoint has room for there are no more witnesses; the partner counts among those of whom half must cosign all the same. */
static void fold_witness(struct proto_region *region, const struct proto_registry_say *s)
{
    const struct proto_region_witness_change c = { .vkey = s->witness };

    if (s->witness[0] != '\0' && region->witness_count != PROTO_WITNESSES_MAX)
        proto_region_witness_put(region, region->witness_count, &c);
}

/* That the place is there, or has room, was judged. */
static void fold_change(struct proto_region *region, const struct proto_registry_say *s, uint64_t at_s)
{
    struct proto_region_witness_change c = { .vkey = s->witness, .from_s = s->from_s, .at_s = at_s, .seen.size = s->seen, .registry.size = s->statements };
    uint8_t i = region->witness_count;
    unsigned k = 0;

    memcpy(c.seen.root, s->digest, sizeof c.seen.root);
    memcpy(c.registry.root, s->root, sizeof c.registry.root);
    if (!sodium_is_zero(s->key, sizeof s->key) && proto_region_witness_find(region, s->key, &i, &k) != OK)
        abort();
    proto_region_witness_put(region, i, &c);
}

static void fold_admit(struct proto_registry *r, const struct proto_registry_say *s)
{
    struct proto_partner *p = &r->region->partner[r->region->partner_count];

    memset(p, 0, sizeof *p);
    memcpy(p->id, s->partner, sizeof p->id);
    memcpy(p->handle, s->handle, sizeof p->handle);
    memcpy(p->kind, s->kind, sizeof p->kind);
    memcpy(p->name, s->name, sizeof p->name);
    memcpy(p->root_key, s->key, sizeof p->root_key);
    p->from_s = s->from_s;
    p->until_s = s->until_s;
    r->region->partner_count++;
    fold_witness(r->region, s);
}

static struct proto_partner *subject(struct proto_registry *r, const struct proto_registry_say *s)
{
    const struct proto_partner *p = proto_region_partner(r->region, s->partner);

    return p != NULL ? &r->region->partner[p - r->region->partner] : NULL;
}

static void fold_revoke(struct proto_registry *r, const struct proto_registry_say *s, struct proto_partner *p)
{
    r->narrowed = true;
    if (!sodium_is_zero(s->key, sizeof s->key)) {
        struct proto_revoked *k = &r->revoked[r->revoked_count++];

        memcpy(k->partner, s->partner, sizeof k->partner);
        memcpy(k->key, s->key, sizeof k->key);
        k->from_s = s->from_s;
        r->region->revoked_count = r->revoked_count;
        return;
    }
    if (s->from_s < proto_partner_until(p))
        p->until_s = s->from_s;
    p->revoked = true;
}

static void fold_root(struct proto_registry *r, const struct proto_registry_say *s, struct proto_partner *p)
{
    memcpy(p->former[p->former_count].key, p->root_key, sizeof p->root_key);
    p->former[p->former_count++].until_s = s->from_s;
    memcpy(p->root_key, s->key, sizeof p->root_key);
    r->narrowed = true;
}

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

static void fold_pack(struct proto_registry *r, const struct proto_registry_say *s, const struct proto_partner *by, uint64_t at_s)
{
    struct proto_registry_vote *v = &r->vote[r->vote_count++];

    memset(v, 0, sizeof *v);
    memcpy(v->partner, by->id, sizeof v->partner);
    memcpy(v->pack.digest, s->digest, sizeof v->pack.digest);
    memcpy(v->pack.name, s->name, sizeof v->pack.name);
    memcpy(v->pack.version, s->version, sizeof v->pack.version);
    v->pack.from_s = s->from_s;
    v->pack.adopted_s = at_s;
    if (proto_registry_adopters(r, s->digest, s->from_s, at_s) == r->region->adoption)
        r->adopted[r->adopted_count++] = v->pack;
}

/* That it has room was judged. */
static void fold_origin(struct proto_registry *r, const struct proto_registry_say *s, uint64_t at_s)
{
    struct proto_origin o = { .seen.size = s->seen, .kept.size = s->kept, .at_s = at_s };

    memcpy(o.seen.root, s->digest, sizeof o.seen.root);
    memcpy(o.kept.root, s->root, sizeof o.kept.root);
    proto_region_log_change(r->region, &o);
}

static void fold_quota(struct proto_registry *r, const struct proto_registry_say *s)
{
    struct proto_registry_quota_row *q = &r->quota[r->quota_count++];

    memcpy(q->partner, s->partner, sizeof q->partner);
    q->elements = s->elements;
    q->from_s = s->from_s;
    q->until_s = s->until_s;
}

static void fold(struct proto_registry *r, const struct proto_registry_say *s, const struct proto_partner *by, uint64_t at_s)
{
    struct proto_partner *p = subject(r, s);

    memcpy(r->id[r->id_count++].id, s->id, PROTO_ID_LEN);
    if (s->act == PROTO_REG_ADMIT)
        fold_admit(r, s);
    else if (s->act == PROTO_REG_PACK)
        fold_pack(r, s, by, at_s);
    else if (s->act == PROTO_REG_QUOTA)
        fold_quota(r, s);
    else if (s->act == PROTO_REG_ORIGIN)
        fold_origin(r, s, at_s);
    else if (s->act == PROTO_REG_WITNESS)
        fold_change(r->region, s, at_s);
    else if (s->act == PROTO_REG_REVOKE && p != NULL)
        fold_revoke(r, s, p);
    else if (p != NULL)
        fold_root(r, s, p);
}

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
    enum err e = is_full ? ERR_FULL : make_room(r);

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
    fold(r, &say, by, at_s);
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

/* ---- a copy from the hub ---- */

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
    uint8_t hash[PROTO_MERKLE_HASH_LEN];
    struct rd r;

    rd_init(&r, more->leaves, more->len);
    for (uint64_t i = 0; i < more->count && r.err == OK; i++) {
        size_t len = 0;
        const uint8_t *leaf = rd_bytes16(&r, PROTO_REGISTRY_LEAF_MAX, &len);
        enum err e;

        if (leaf == NULL)
            break;
        proto_merkle_leaf(leaf, len, hash);
        e = proto_merkle_append(tree, hash, NULL, NULL);
        if (e != OK)
            return e;
    }
    return rd_end(&r);
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

/* ---- what it says ---- */

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
