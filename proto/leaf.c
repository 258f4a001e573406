#include "proto/leaf.h"

#include "base/hash.h"
#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <string.h>

#define VERSION 1
#define TAG_LEN 16
/* Bytes that are zero. */
#define BEFORE_ID 1
#define AT_END 16

static const char *const names[PROTO_LEAF_GROUPS] = {
    [PROTO_LEAF_ROUTING] = "routing",
    [PROTO_LEAF_SUBJECT] = "subject",
    [PROTO_LEAF_ACTOR] = "actor",
    [PROTO_LEAF_PURPOSE] = "purpose",
    [PROTO_LEAF_OUTCOME] = "outcome",
    [PROTO_LEAF_EVIDENCE] = "evidence",
};

/* keyed: with the seed as its key. */
static void make_salt(struct hash_mac *keyed, enum proto_leaf_group_no group, uint8_t salt[PROTO_LEAF_HASH_LEN])
{
    static const char label[] = "schakel leaf salt";
    const uint8_t number = (uint8_t)group;

    hash_mac_update(keyed, (const uint8_t *)label, sizeof label - 1);
    hash_mac_update(keyed, &number, 1);
    hash_mac_final(keyed, salt);
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

static enum err commit(enum proto_leaf_group_no group, const uint8_t salt[PROTO_LEAF_HASH_LEN], const struct proto_leaf_group *fields,
    uint8_t out[PROTO_LEAF_HASH_LEN])
{
    uint8_t tag[TAG_LEN] = "schakel ";
    struct hash_mac m;
    enum err e = check_fields(fields);

    if (e != OK)
        return e;
    memcpy(tag + 8, names[group], strlen(names[group]));
    hash_mac_init(&m, salt, PROTO_LEAF_HASH_LEN);
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
    uint8_t commitment[PROTO_LEAF_GROUPS][PROTO_LEAF_HASH_LEN], salt[PROTO_LEAF_HASH_LEN];
    struct hash_mac keyed;
    struct wr w;
    enum err e = OK;

    hash_mac_init(&keyed, seed, PROTO_LEAF_SEED_LEN);
    for (unsigned i = 0; e == OK && i < PROTO_LEAF_GROUPS; i++) {
        make_salt(&keyed, (enum proto_leaf_group_no)i, salt);
        e = commit((enum proto_leaf_group_no)i, salt, &groups[i], commitment[i]);
    }
    sodium_memzero(salt, sizeof salt);
    sodium_memzero(&keyed, sizeof keyed);
    if (e != OK)
        return e;
    wr_init(&w, out, PROTO_LEAF_SIZE);
    wr_u8(&w, VERSION);
    wr_zero(&w, BEFORE_ID);
    wr_copy(&w, id, PROTO_LEAF_ID_LEN);
    wr_copy(&w, commitment[0], sizeof commitment);
    wr_zero(&w, AT_END);
    return wr_end(&w);
}

enum err proto_leaf_check(const uint8_t *data, size_t len)
{
    struct rd r;

    rd_init(&r, data, len);
    if (rd_u8(&r) != VERSION)
        rd_fail(&r, ERR_VERSION);
    rd_zero(&r, BEFORE_ID);
    (void)rd_view(&r, PROTO_LEAF_ID_LEN + PROTO_LEAF_GROUPS * PROTO_LEAF_HASH_LEN);
    rd_zero(&r, AT_END);
    return rd_end(&r);
}
