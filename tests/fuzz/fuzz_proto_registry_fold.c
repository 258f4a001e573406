/*
 * The registry as it is folded: the bytes choose who says what about whom, when, and who signs. What must hold whatever they do:
 *  - a leaf counts exactly when it was judged so, and what does not count changes nothing but the tree;
 *  - a witness keeps its place, no two keys of witnesses are one, and at every moment one key of a place counts;
 *  - who was revoked stays revoked, and a partner that is there stays the same but for its root key;
 *  - whoever is given the same leaves later has the same fold, and takes no copy with less than it has.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/support/registry_sample.h"

#include "base/rd.h"
#include "base/wr.h"
#include "proto/fields.h"
#include "proto/region_witness.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 24, STEP_LEN = 7, OTHERS = 3, WITNESS_SEED = 90, WITNESS_KEYS = 8, DAY = 86400,
    COPY_ROOM = 2 + PROTO_NOTE_MAX + 2 + STEPS * (2 + PROTO_REGISTRY_LEAF_MAX) };

static struct {
    struct registry_sample s;
    uint8_t public[OTHERS][32], secret[OTHERS][64];     /* organisations that may be admitted, and keys that may be taken */
    uint8_t witness[WITNESS_KEYS][32], witness_secret[WITNESS_KEYS][64];
    uint8_t copy[COPY_ROOM], *end;
    uint64_t at_s;
} f;

/* ---- one statement ---- */

static void about_somebody_new(struct proto_registry_say *say, uint8_t which)
{
    memcpy(say->key, f.public[which % OTHERS], sizeof say->key);
    if (say->act != PROTO_REG_ADMIT)
        return;
    proto_partner_id(say->key, say->partner);
    (void)snprintf(say->handle, sizeof say->handle, "nieuw-%u", which % OTHERS);
}

static void vkey_of(const char *name, const uint8_t key[32], char out[PROTO_VKEY_MAX])
{
    struct proto_note_key k;

    FUZZ_HOLDS(proto_note_key_make(name, PROTO_NOTE_COSIGNATURE, key, &k) == OK);
    proto_note_key_encode(&k, out);
}

/* Another key in somebody's place: that of now is replaced, or one that has none; what is high is about an outsider, or has another name. */
static void about_a_witness(struct proto_registry_say *say, uint8_t who, uint8_t what)
{
    const struct proto_region *region = &f.s.region.r;
    const struct proto_partner *p = proto_region_partner(region, say->partner);
    struct proto_note_key now;
    uint8_t i = 0;

    memset(say->key, 0, sizeof say->key);
    if (what >= 0xf0)
        memset(say->partner, 0, sizeof say->partner);
    if ((what >= 0xf0 || proto_region_witness_of(region, p, &i) == OK) && proto_note_key_decode(region->witness[i].vkey, &now) == OK)
        memcpy(say->key, now.key, sizeof say->key);
    if (what >= 0xe0 && what < 0xf0)
        memcpy(say->key, f.witness[who % WITNESS_KEYS], sizeof say->key);
    vkey_of(what >= 0xf0 ? "witness.example.org" : what >= 0xd0 && what < 0xe0 ? "other" : p->handle, f.witness[what % WITNESS_KEYS], say->witness);
}

static struct proto_registry_say make(struct rd *r)
{
    enum proto_registry_act act = (enum proto_registry_act)(1 + rd_u8(r) % (PROTO_REG_ACT_END - 1));
    const struct proto_region *region = &f.s.region.r;
    uint8_t who = rd_u8(r), what = rd_u8(r), when = rd_u8(r);
    struct proto_registry_say say = registry_say(&f.s, act, who % SAMPLE_PARTNERS);

    say.made_s = f.at_s;
    say.before_s = f.at_s + 1 + when % 7 * DAY;
    say.from_s = f.at_s + (uint64_t)(when / 8) * 60;
    if (say.until_s != 0)
        say.until_s = say.from_s + (uint64_t)(what % 16) * DAY;
    if (act != PROTO_REG_PACK && act != PROTO_REG_ADMIT && act != PROTO_REG_ORIGIN)
        memcpy(say.partner, region->partner[who % region->partner_count].id, sizeof say.partner);
    if (act == PROTO_REG_ADMIT || act == PROTO_REG_ROOT || (act == PROTO_REG_REVOKE && what % 4 == 0))
        about_somebody_new(&say, what);
    if (act == PROTO_REG_WITNESS)
        about_a_witness(&say, who, what);
    if (act == PROTO_REG_ORIGIN)
        say.origin = 2 + what % 3;
    if (what == 0xff)
        say.region[0] ^= 1;
    if (what == 0xfe)
        memset(say.id, 1, sizeof say.id);
    return say;
}

/* By the witness key that is replaced, when it is one of ours. */
static void cosign(const struct proto_registry_say *say, struct registry_note *n)
{
    const struct proto_partner *p = proto_region_partner(&f.s.region.r, say->partner);
    struct registry_note next;
    struct proto_note_key k;

    for (size_t i = 0; p != NULL && i < WITNESS_KEYS; i++)
        if (memcmp(f.witness[i], say->key, sizeof say->key) == 0) {
            FUZZ_HOLDS(proto_note_key_make(p->handle, PROTO_NOTE_COSIGNATURE, f.witness[i], &k) == OK);
            if (proto_registry_say_cosign(n->data, n->len, &k, f.witness_secret[i], f.at_s, (char *)next.data, sizeof next.data, &next.len) == OK)
                *n = next;
        }
}

/* By root keys of founders and of who came later, right or wrong ones; a bit changed now and then. */
static bool sign(struct rd *r, const struct proto_registry_say *say, struct registry_note *n)
{
    const struct proto_region *region = &f.s.region.r;
    uint8_t by = rd_u8(r), flip = rd_u8(r);

    if (proto_registry_say_format(say, (char *)n->data, sizeof n->data, &n->len) != OK)
        return false;
    for (size_t i = 0; i < SAMPLE_PARTNERS; i++)
        if ((by >> i & 1) != 0)
            registry_add(n, f.s.region.handle[i], f.s.region.root_secret[i]);
    for (size_t i = 0; i < OTHERS; i++)
        if ((by >> (SAMPLE_PARTNERS + i) & 1) != 0) {
            char handle[16];

            (void)snprintf(handle, sizeof handle, "nieuw-%zu", i);
            registry_add(n, proto_region_handle(region, handle) != NULL || flip % 2 == 0 ? handle : f.s.region.handle[i], f.secret[i]);
        }
    if (say->act == PROTO_REG_WITNESS && (by & 0x80) != 0)
        cosign(say, n);
    if (flip >= 0xc0)
        n->data[flip % n->len] ^= (uint8_t)(1 << (flip & 7));
    return true;
}

/* ---- what must hold ---- */

static bool is_same_place(const struct proto_region_witness *a, const struct proto_region_witness *b)
{
    return a->outsider == b->outsider && strcmp(a->vkey, b->vkey) == 0 && a->from_s == b->from_s && a->former_count == b->former_count
        && memcmp(a->former, b->former, a->former_count * sizeof *a->former) == 0 && a->log_number == b->log_number
        && memcmp(&a->seen, &b->seen, sizeof a->seen) == 0 && memcmp(&a->registry, &b->registry, sizeof a->registry) == 0;
}

/* was: count places as they were before a leaf that counts, or not. */
static void hold_witnesses(const struct proto_region_witness *was, uint8_t count, bool counts)
{
    const struct proto_region *region = &f.s.region.r;

    FUZZ_HOLDS(region->witness_count == count || (counts && region->witness_count == count + 1));
    for (uint8_t i = 0; i < region->witness_count; i++) {
        const struct proto_region_witness *w = &region->witness[i];
        struct proto_note_key key;
        uint64_t until_s, last_s = 0;
        uint8_t place = 0;
        unsigned which = 0;

        FUZZ_HOLDS(counts || is_same_place(w, &was[i]));
        FUZZ_HOLDS(i >= count || (w->outsider == was[i].outsider && w->former_count - was[i].former_count <= 1));
        for (unsigned k = proto_region_witness_keys(region, i); k-- > 0;) {
            FUZZ_HOLDS(proto_region_witness_key(region, i, k, &key, &until_s) == OK);
            FUZZ_HOLDS(proto_region_witness_find(region, key.key, &place, &which) == OK && place == i && which == k);
        }
        for (uint8_t k = 0; k < w->former_count; k++) {
            FUZZ_HOLDS(w->former[k].until_s >= last_s);
            last_s = w->former[k].until_s;
        }
        FUZZ_HOLDS(w->former_count == 0 || w->from_s == last_s);
    }
}

static void append(const struct registry_note *n, uint64_t at_s)
{
    static struct proto_region_witness places[PROTO_WITNESSES_MAX];
    static struct proto_partner before[PROTO_PARTNERS_MAX];
    const struct proto_region *region = &f.s.region.r;
    uint64_t size = proto_registry_size(f.s.r), none = proto_registry_void(f.s.r), was_s = proto_registry_time(f.s.r);
    size_t count = region->partner_count, leaf_len = 0;
    uint8_t place_count = region->witness_count;
    enum proto_registry_why judged, why = PROTO_REG_WHY_END;
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX];
    struct wr w;

    memcpy(before, region->partner, count * sizeof *before);
    memcpy(places, region->witness, sizeof places);
    FUZZ_HOLDS(proto_registry_leaf(at_s, n->data, n->len, leaf, sizeof leaf, &leaf_len) == OK);
    judged = proto_registry_judge(f.s.r, n->data, n->len, at_s, NULL);
    FUZZ_HOLDS(proto_registry_append(f.s.r, leaf, leaf_len, &why) == OK);
    FUZZ_HOLDS(why == judged || (why == PROTO_REG_EXPIRED && at_s < was_s));
    FUZZ_HOLDS(proto_registry_time(f.s.r) == (why == PROTO_REG_COUNTS ? at_s : was_s));
    FUZZ_HOLDS(proto_registry_size(f.s.r) == size + 1 && proto_registry_void(f.s.r) == none + (why != PROTO_REG_COUNTS));
    FUZZ_HOLDS(region->partner_count == count || (region->partner_count == count + 1 && why == PROTO_REG_COUNTS));
    for (size_t i = 0; i < count; i++) {
        const struct proto_partner *p = &region->partner[i];

        FUZZ_HOLDS(memcmp(p->id, before[i].id, sizeof p->id) == 0 && strcmp(p->handle, before[i].handle) == 0);
        FUZZ_HOLDS(!before[i].revoked || (p->revoked && p->until_s <= before[i].until_s));
        FUZZ_HOLDS(why == PROTO_REG_COUNTS || memcmp(p, &before[i], sizeof *p) == 0);
    }
    hold_witnesses(places, place_count, why == PROTO_REG_COUNTS);
    wr_init(&w, f.end, (size_t)(f.copy + sizeof f.copy - f.end));
    wr_bytes16(&w, leaf, leaf_len);
    FUZZ_HOLDS(wr_end(&w) == OK);
    f.end += w.len;
}

/* The copy: checkpoint and count in front of the leaves; or the checkpoint with none of them. */
static size_t make_copy(uint8_t *out, size_t cap, bool with_leaves)
{
    struct registry_note c = registry_checkpoint(&f.s, f.s.r);
    struct wr w;

    wr_init(&w, out, cap);
    wr_bytes16(&w, c.data, c.len);
    wr_u16(&w, with_leaves ? (uint16_t)proto_registry_size(f.s.r) : 0);
    wr_copy(&w, f.copy, with_leaves ? (size_t)(f.end - f.copy) : 0);
    FUZZ_HOLDS(wr_end(&w) == OK);
    return w.len;
}

static void hold_same(const struct registry_sample *other)
{
    const struct proto_region *one = &f.s.region.r, *two = &other->region.r;
    struct proto_merkle_head a, b;

    proto_registry_head(f.s.r, &a);
    proto_registry_head(other->r, &b);
    FUZZ_HOLDS(a.size == b.size && memcmp(a.root, b.root, sizeof a.root) == 0);
    FUZZ_HOLDS(proto_registry_void(f.s.r) == proto_registry_void(other->r));
    FUZZ_HOLDS(one->partner_count == two->partner_count);
    FUZZ_HOLDS(one->witness_count == two->witness_count);
    for (uint8_t i = 0; i < one->witness_count; i++)
        FUZZ_HOLDS(is_same_place(&one->witness[i], &two->witness[i]));
    for (size_t i = 0; i < one->partner_count; i++) {
        const struct proto_partner *p = &one->partner[i], *q = &two->partner[i];

        FUZZ_HOLDS(memcmp(p, q, sizeof *p) == 0);
        FUZZ_HOLDS(proto_registry_quota(f.s.r, p->id, f.at_s) == proto_registry_quota(other->r, q->id, f.at_s));
    }
}

static void later(void)
{
    static uint8_t copy[COPY_ROOM + PROTO_NOTE_MAX + 4];
    size_t len = make_copy(copy, sizeof copy, true);
    struct registry_sample other;
    struct proto_merkle_head head;

    registry_sample_init(&other);
    FUZZ_HOLDS(proto_registry_copy_take(other.r, copy, len, &head) == OK);
    hold_same(&other);
    /* Once more it is the same; and who has more than a copy takes nothing of it. */
    FUZZ_HOLDS(proto_registry_copy_take(other.r, copy, len, &head) == OK);
    len = make_copy(copy, sizeof copy, false);
    FUZZ_HOLDS(proto_registry_copy_take(other.r, copy, len, &head) == (proto_registry_size(f.s.r) == 0 ? OK : ERR_STATE));
    hold_same(&other);
    registry_sample_fini(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rd r;

    if (sodium_init() < 0)
        abort();
    registry_sample_init(&f.s);
    for (uint8_t i = 0; i < OTHERS; i++)
        region_sample_key((uint8_t)(NEW_SEED + i), f.public[i], f.secret[i]);
    for (uint8_t i = 0; i < WITNESS_KEYS; i++)
        region_sample_key((uint8_t)(WITNESS_SEED + i), f.witness[i], f.witness_secret[i]);
    f.end = f.copy;
    f.at_s = REGISTRY_NOW;
    rd_init(&r, data, len);
    for (size_t i = 0; i < STEPS && rd_left(&r) >= STEP_LEN; i++) {
        struct registry_note n;
        struct proto_registry_say say;
        uint8_t time = rd_u8(&r);

        f.at_s += (uint64_t)(time & 0x7f) * 600;
        say = make(&r);
        /* The hub's time may be any. */
        if (sign(&r, &say, &n))
            append(&n, time < 0x80 ? f.at_s : time == 0xff ? PROTO_TIME_MAX : f.at_s - (uint64_t)(time & 0x7f) * 1200);
    }
    later();
    registry_sample_fini(&f.s);
    return 0;
}
