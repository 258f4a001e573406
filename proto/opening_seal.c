/* proto/opening: sealed, and as it travels. */
#include "proto/opening.h"

#include "base/rd.h"
#include "base/wr.h"
#include "proto/seal.h"

#include <sodium.h>
#include <string.h>

#define INFO_LABEL "schakel opening v1"
#define LEAF_LABEL "schakel opening leaf"

enum {
    INFO_LEN = sizeof INFO_LABEL - 1 + PROTO_HASH_LEN + PROTO_PARTNER_LEN,
    LEAF_LEN = sizeof LEAF_LABEL - 1 + 1 + 8,
    AAD_LEN = PROTO_PARTNER_LEN + 8 + 8
};

static void info_of(const uint8_t region[PROTO_HASH_LEN], const uint8_t partner[PROTO_PARTNER_LEN], uint8_t out[INFO_LEN])
{
    struct wr w;

    wr_init(&w, out, INFO_LEN);
    wr_copy(&w, (const uint8_t *)INFO_LABEL, sizeof INFO_LABEL - 1);
    wr_copy(&w, region, PROTO_HASH_LEN);
    wr_copy(&w, partner, PROTO_PARTNER_LEN);
}

enum err proto_opening_seal_init(struct proto_opening_seal *s, const uint8_t region[PROTO_HASH_LEN],
    const uint8_t partner[PROTO_PARTNER_LEN], const uint8_t officer_key[PROTO_KEY_LEN])
{
    uint8_t info[INFO_LEN];
    enum err e;

    info_of(region, partner, info);
    e = proto_hpke_setup_sender(PROTO_HPKE_EXPORT_ONLY, officer_key, (struct proto_hpke_bytes){ info, sizeof info }, s->enc, &s->ctx);
    if (e == OK) {
        memcpy(s->partner, partner, sizeof s->partner);
        memcpy(s->key, officer_key, sizeof s->key);
    }
    return e;
}

enum err proto_opening_seal_receive(struct proto_opening_seal *s, const uint8_t region[PROTO_HASH_LEN],
    const uint8_t partner[PROTO_PARTNER_LEN], const uint8_t secret_key[PROTO_KEY_LEN], const uint8_t enc[PROTO_HPKE_ENC_LEN])
{
    uint8_t info[INFO_LEN], key[PROTO_KEY_LEN];
    enum err e;

    info_of(region, partner, info);
    if (crypto_scalarmult_base(key, secret_key) != 0)
        return ERR_KEY;
    e = proto_hpke_setup_receiver(PROTO_HPKE_EXPORT_ONLY, secret_key, (struct proto_hpke_bytes){ info, sizeof info }, enc, &s->ctx);
    if (e == OK) {
        memcpy(s->partner, partner, sizeof s->partner);
        memcpy(s->key, key, sizeof s->key);
        memcpy(s->enc, enc, sizeof s->enc);
    }
    return e;
}

void proto_opening_seal_fini(struct proto_opening_seal *s)
{
    sodium_memzero(s, sizeof *s);
}

/* The key of one leaf, and what its ciphertext is bound to. */
static enum err leaf_key(const struct proto_opening_seal *s, const struct proto_opening_place *at, uint8_t key[PROTO_SEAL_KEY_LEN],
    uint8_t aad[AAD_LEN])
{
    uint8_t context[LEAF_LEN];
    struct wr w;

    wr_init(&w, context, sizeof context);
    wr_copy(&w, (const uint8_t *)LEAF_LABEL, sizeof LEAF_LABEL - 1);
    wr_u8(&w, at->side);
    wr_u64(&w, at->index);
    wr_init(&w, aad, AAD_LEN);
    wr_copy(&w, s->partner, sizeof s->partner);
    wr_u64(&w, at->number);
    wr_u64(&w, at->index);
    return proto_hpke_export(&s->ctx, (struct proto_hpke_bytes){ context, sizeof context }, key, PROTO_SEAL_KEY_LEN);
}

enum err proto_opening_seal_put(const struct proto_opening_seal *s, const struct proto_opening *o, uint8_t *out, size_t cap, size_t *len)
{
    const struct proto_opening_place at = { .index = o->index, .number = o->number, .side = o->side };
    uint8_t key[PROTO_SEAL_KEY_LEN], aad[AAD_LEN], plain[PROTO_OPENING_MAX], *sealed = NULL;
    const struct proto_seal_bound bound = { .aad = { aad, sizeof aad } };
    size_t plain_len = 0, sealed_len = 0;
    enum err e = proto_opening_encode(o, plain, sizeof plain, &plain_len);

    if (e == OK)
        e = leaf_key(s, &at, key, aad);
    if (e == OK)
        e = proto_seal_make_once(key, &bound, (struct proto_hpke_bytes){ plain, plain_len }, &sealed, &sealed_len);
    sodium_memzero(plain, plain_len);
    sodium_memzero(key, sizeof key);
    if (e == OK && sealed_len > cap)
        e = ERR_LONG;
    if (e == OK) {
        memcpy(out, sealed, sealed_len);
        *len = sealed_len;
    }
    proto_seal_free(sealed, sealed_len);
    return e;
}

enum err proto_opening_seal_get(const struct proto_opening_seal *s, const struct proto_opening_place *at, struct proto_blob sealed,
    struct proto_opening *out)
{
    uint8_t key[PROTO_SEAL_KEY_LEN], aad[AAD_LEN], *plain = NULL;
    const struct proto_seal_bound bound = { .aad = { aad, sizeof aad } };
    struct proto_opening o;
    size_t len = 0;
    enum err e = leaf_key(s, at, key, aad);

    if (e == OK)
        e = proto_seal_open_once(key, &bound, (struct proto_hpke_bytes){ sealed.data, sealed.len }, &plain, &len);
    sodium_memzero(key, sizeof key);
    if (e == OK)
        e = proto_opening_decode(plain, len, &o);
    if (e == OK && (o.index != at->index || o.number != at->number || o.side != at->side))
        e = ERR_SIGNATURE;
    if (e == OK)
        *out = o;
    proto_seal_free(plain, len);
    sodium_memzero(&o, sizeof o);
    return e;
}

/* ---- items ---- */

enum err proto_opening_item_encode(const struct proto_opening_item *item, uint8_t *out, size_t cap, size_t *len)
{
    struct wr w;

    if (item->at.side > 1 || item->at.number == 0 || item->count > PROTO_OPENING_KEYS_MAX)
        return ERR_RANGE;
    wr_init(&w, out, cap);
    wr_u64(&w, item->at.number);
    wr_u64(&w, item->at.index);
    wr_u8(&w, item->at.side);
    wr_u8(&w, item->count);
    for (size_t i = 0; i < item->count; i++) {
        wr_copy(&w, item->box[i].key, PROTO_KEY_LEN);
        wr_copy(&w, item->box[i].enc, PROTO_HPKE_ENC_LEN);
        wr_bytes16(&w, item->box[i].sealed.data, item->box[i].sealed.len);
    }
    if (wr_end(&w) == OK)
        *len = w.len;
    return wr_end(&w);
}

enum err proto_opening_item_decode(const uint8_t *data, size_t len, size_t *at, struct proto_opening_item *item)
{
    struct proto_opening_item got;
    struct rd r;

    if (*at > len)
        return ERR_SHORT;
    rd_init(&r, data + *at, len - *at);
    got.at.number = rd_u64(&r);
    got.at.index = rd_u64(&r);
    got.at.side = rd_u8(&r);
    got.count = rd_u8(&r);
    if (r.err == OK && (got.at.side > 1 || got.at.number == 0 || got.count > PROTO_OPENING_KEYS_MAX))
        rd_fail(&r, ERR_RANGE);
    for (size_t i = 0; r.err == OK && i < got.count; i++) {
        rd_copy(&r, got.box[i].key, PROTO_KEY_LEN);
        rd_copy(&r, got.box[i].enc, PROTO_HPKE_ENC_LEN);
        got.box[i].sealed.data = rd_bytes16(&r, PROTO_OPENING_SEALED_MAX, &got.box[i].sealed.len);
    }
    if (r.err != OK)
        return r.err;
    *at = len - rd_left(&r);
    *item = got;
    return OK;
}
