#include "proto/leaf.h"

#include "base/hash.h"
#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <string.h>

#define VERSION 1
#define TAG_LEN 16

static const char *const names[PROTO_LEAF_GROUPS] = {
    [PROTO_LEAF_ROUTING] = "routing",
    [PROTO_LEAF_SUBJECT] = "subject",
    [PROTO_LEAF_ACTOR] = "actor",
    [PROTO_LEAF_PURPOSE] = "purpose",
    [PROTO_LEAF_OUTCOME] = "outcome",
    [PROTO_LEAF_EVIDENCE] = "evidence",
};

/* keyed: with the seed as its key. */
static void make_salt(struct hash_mac *keyed, enum proto_leaf_group_no group, uint8_t salt[PROTO_LEAF_SALT_LEN])
{
    static const char label[] = "schakel leaf salt";
    const uint8_t number = (uint8_t)group;

    hash_mac_update(keyed, (const uint8_t *)label, sizeof label - 1);
    hash_mac_update(keyed, &number, 1);
    hash_mac_final(keyed, salt);
}

void proto_leaf_salt(const uint8_t seed[PROTO_LEAF_SEED_LEN], enum proto_leaf_group_no group,
    uint8_t salt[PROTO_LEAF_SALT_LEN])
{
    struct hash_mac keyed;

    hash_mac_init(&keyed, seed, PROTO_LEAF_SEED_LEN);
    make_salt(&keyed, group, salt);
    sodium_memzero(&keyed, sizeof keyed);
}

static void update_field(struct hash_mac *m, const struct proto_leaf_field *f)
{
    uint8_t length[2];
    struct wr w;

    wr_init(&w, length, sizeof length);
    wr_u16(&w, (uint16_t)f->len);
    hash_mac_update(m, length, sizeof length);
    hash_mac_update(m, f->data, f->len);
}

static enum err check_fields(const struct proto_leaf_group *g)
{
    if (g->count > PROTO_LEAF_FIELDS_MAX)
        return ERR_RANGE;
    for (size_t i = 0; i < g->count; i++) {
        if (g->fields[i].len > PROTO_LEAF_FIELD_MAX)
            return ERR_RANGE;
    }
    return OK;
}

enum err proto_leaf_commit(enum proto_leaf_group_no group, const uint8_t salt[PROTO_LEAF_SALT_LEN],
    const struct proto_leaf_group *fields, uint8_t out[PROTO_LEAF_HASH_LEN])
{
    uint8_t tag[TAG_LEN] = "schakel ";
    struct hash_mac m;
    enum err e = check_fields(fields);

    if (e != OK)
        return e;
    if (group >= PROTO_LEAF_GROUPS)
        return ERR_RANGE;
    memcpy(tag + 8, names[group], strlen(names[group]));
    hash_mac_init(&m, salt, PROTO_LEAF_SALT_LEN);
    hash_mac_update(&m, tag, sizeof tag);
    for (size_t i = 0; i < fields->count; i++)
        update_field(&m, &fields->fields[i]);
    hash_mac_final(&m, out);
    sodium_memzero(&m, sizeof m);
    return OK;
}

enum err proto_leaf_make(const uint8_t id[PROTO_LEAF_ID_LEN], const uint8_t seed[PROTO_LEAF_SEED_LEN],
    const struct proto_leaf_group groups[PROTO_LEAF_GROUPS], uint8_t out[PROTO_LEAF_SIZE])
{
    struct proto_leaf leaf;
    uint8_t salt[PROTO_LEAF_SALT_LEN];
    struct hash_mac keyed;
    enum err e = OK;

    memcpy(leaf.id, id, sizeof leaf.id);
    hash_mac_init(&keyed, seed, PROTO_LEAF_SEED_LEN);
    for (unsigned i = 0; e == OK && i < PROTO_LEAF_GROUPS; i++) {
        make_salt(&keyed, (enum proto_leaf_group_no)i, salt);
        e = proto_leaf_commit((enum proto_leaf_group_no)i, salt, &groups[i], leaf.commitment[i]);
    }
    sodium_memzero(salt, sizeof salt);
    sodium_memzero(&keyed, sizeof keyed);
    if (e == OK)
        proto_leaf_encode(&leaf, out);
    return e;
}

void proto_leaf_encode(const struct proto_leaf *leaf, uint8_t out[PROTO_LEAF_SIZE])
{
    struct wr w;

    wr_init(&w, out, PROTO_LEAF_SIZE);
    wr_u8(&w, VERSION);
    wr_zero(&w, 1);
    wr_copy(&w, leaf->id, sizeof leaf->id);
    for (unsigned i = 0; i < PROTO_LEAF_GROUPS; i++)
        wr_copy(&w, leaf->commitment[i], PROTO_LEAF_HASH_LEN);
    wr_zero(&w, 16);
}

enum err proto_leaf_decode(const uint8_t *data, size_t len, struct proto_leaf *out)
{
    struct proto_leaf leaf;
    struct rd r;
    enum err e;

    rd_init(&r, data, len);
    if (rd_u8(&r) != VERSION)
        rd_fail(&r, ERR_VERSION);
    rd_zero(&r, 1);
    rd_copy(&r, leaf.id, sizeof leaf.id);
    for (unsigned i = 0; i < PROTO_LEAF_GROUPS; i++)
        rd_copy(&r, leaf.commitment[i], sizeof leaf.commitment[i]);
    rd_zero(&r, 16);
    e = rd_end(&r);
    if (e == OK)
        *out = leaf;
    return e;
}

enum err proto_leaf_check_group(const struct proto_leaf *leaf, enum proto_leaf_group_no group,
    const uint8_t salt[PROTO_LEAF_SALT_LEN], const struct proto_leaf_group *fields)
{
    uint8_t expected[PROTO_LEAF_HASH_LEN];
    enum err e = proto_leaf_commit(group, salt, fields, expected);

    if (e == OK && sodium_memcmp(expected, leaf->commitment[group], sizeof expected) != 0)
        e = ERR_SIGNATURE;
    return e;
}
