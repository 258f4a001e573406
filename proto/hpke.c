#include "proto/hpke.h"

#include "base/wr.h"
#include "proto/hkdf.h"

#include <sodium.h>
#include <string.h>

#define HASH_LEN PROTO_HKDF_LEN
#define KEM_ID 0x0020
#define KDF_ID 0x0001
#define MODE_BASE 0
#define NONCE_LEN 12

_Static_assert(crypto_aead_chacha20poly1305_ietf_NPUBBYTES == NONCE_LEN, "RFC 8439 nonce");
_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == PROTO_HPKE_TAG_LEN, "RFC 8439 tag");

/* "KEM" | kem, or "HPKE" | kem | kdf | aead. */
struct suite {
    uint8_t id[10];
    size_t len;
};

static struct suite kem_suite(void)
{
    struct suite s = { "KEM\x00\x20", 5 };

    return s;
}

static struct suite hpke_suite(uint16_t aead)
{
    struct suite s;
    struct wr w;

    wr_init(&w, s.id, sizeof s.id);
    wr_copy(&w, (const uint8_t *)"HPKE", 4);
    wr_u16(&w, KEM_ID);
    wr_u16(&w, KDF_ID);
    wr_u16(&w, aead);
    s.len = w.len;
    return s;
}

/* LabeledExtract of RFC 9180 section 4. */
static void labeled_extract(const struct suite *s, const uint8_t *salt, size_t salt_len, const char *label,
    struct proto_hpke_bytes ikm, uint8_t out[HASH_LEN])
{
    const struct proto_hkdf_piece labeled[] = { { (const uint8_t *)"HPKE-v1", 7 }, { s->id, s->len },
        { (const uint8_t *)label, strlen(label) }, { ikm.data, ikm.len } };

    proto_hkdf_extract(salt, salt_len, labeled, sizeof labeled / sizeof *labeled, out);
}

/* LabeledExpand. info is a KEM context, a key schedule context or an exporter context. */
static enum err labeled_expand(const struct suite *s, const uint8_t prk[HASH_LEN], const char *label,
    struct proto_hpke_bytes info, uint8_t *out, size_t out_len)
{
    uint8_t labeled[2 + 7 + 10 + 16 + PROTO_HPKE_EXPORT_CONTEXT_MAX];
    struct wr w;
    enum err e;

    if (out_len > PROTO_HKDF_EXPAND_MAX || info.len > PROTO_HPKE_EXPORT_CONTEXT_MAX)
        return ERR_RANGE;
    wr_init(&w, labeled, sizeof labeled);
    wr_u16(&w, (uint16_t)out_len);
    wr_copy(&w, (const uint8_t *)"HPKE-v1", 7);
    wr_copy(&w, s->id, s->len);
    wr_copy(&w, (const uint8_t *)label, strlen(label));
    wr_copy(&w, info.data, info.len);
    e = wr_end(&w);
    if (e == OK)
        e = proto_hkdf_expand(prk, labeled, w.len, out, out_len);
    return e;
}

enum err proto_hpke_derive_key_pair(struct proto_hpke_bytes seed, uint8_t secret_key[PROTO_HPKE_KEY_LEN],
    uint8_t public_key[PROTO_HPKE_KEY_LEN])
{
    const struct suite s = kem_suite();
    const struct proto_hpke_bytes empty = { NULL, 0 };
    uint8_t prk[HASH_LEN];
    enum err e;

    labeled_extract(&s, NULL, 0, "dkp_prk", seed, prk);
    e = labeled_expand(&s, prk, "sk", empty, secret_key, PROTO_HPKE_KEY_LEN);
    if (e == OK && crypto_scalarmult_base(public_key, secret_key) != 0)
        e = ERR_KEY;
    sodium_memzero(prk, sizeof prk);
    return e;
}

/*
 * The shared secret of the KEM (section 4.1). crypto_scalarmult fails on an all-zero result, which is what a
 * public key of small order gives: without the check such a key would make a secret that everybody knows.
 */
static enum err kem_secret(const uint8_t secret_key[32], const uint8_t other[32], const uint8_t enc[32],
    const uint8_t recipient[32], uint8_t out[HASH_LEN])
{
    const struct suite s = kem_suite();
    uint8_t dh[32], prk[HASH_LEN], context[64];
    const struct proto_hpke_bytes dh_bytes = { dh, sizeof dh }, context_bytes = { context, sizeof context };
    enum err e = OK;

    if (crypto_scalarmult(dh, secret_key, other) != 0 || sodium_is_zero(dh, sizeof dh)) {
        e = ERR_KEY;
        goto out;
    }
    memcpy(context, enc, 32);
    memcpy(context + 32, recipient, 32);
    labeled_extract(&s, NULL, 0, "eae_prk", dh_bytes, prk);
    e = labeled_expand(&s, prk, "shared_secret", context_bytes, out, HASH_LEN);
out:
    sodium_memzero(dh, sizeof dh);
    sodium_memzero(prk, sizeof prk);
    return e;
}

/* KeyScheduleS and R of section 5.1 for mode base: no psk, no psk_id. */
static enum err key_schedule(enum proto_hpke_aead aead, const uint8_t shared[HASH_LEN], struct proto_hpke_bytes info,
    struct proto_hpke *ctx)
{
    const struct suite s = hpke_suite((uint16_t)aead);
    const struct proto_hpke_bytes empty = { NULL, 0 };
    uint8_t context[1 + 2 * HASH_LEN] = { MODE_BASE }, secret[HASH_LEN];
    const struct proto_hpke_bytes context_bytes = { context, sizeof context };
    struct proto_hpke made;
    enum err e;

    memset(&made, 0, sizeof made);
    made.aead = (uint16_t)aead;
    labeled_extract(&s, NULL, 0, "psk_id_hash", empty, context + 1);
    labeled_extract(&s, NULL, 0, "info_hash", info, context + 1 + HASH_LEN);
    labeled_extract(&s, shared, HASH_LEN, "secret", empty, secret);
    e = labeled_expand(&s, secret, "exp", context_bytes, made.exporter_secret, sizeof made.exporter_secret);
    if (e == OK && aead == PROTO_HPKE_CHACHA20_POLY1305)
        e = labeled_expand(&s, secret, "key", context_bytes, made.key, sizeof made.key);
    if (e == OK && aead == PROTO_HPKE_CHACHA20_POLY1305)
        e = labeled_expand(&s, secret, "base_nonce", context_bytes, made.base_nonce, sizeof made.base_nonce);
    if (e == OK)
        *ctx = made;
    sodium_memzero(secret, sizeof secret);
    sodium_memzero(&made, sizeof made);
    return e;
}

enum err proto_hpke_setup_sender_from(enum proto_hpke_aead aead, const uint8_t recipient[PROTO_HPKE_KEY_LEN],
    struct proto_hpke_bytes info, const uint8_t seed[PROTO_HPKE_SEED_LEN], uint8_t enc[PROTO_HPKE_ENC_LEN],
    struct proto_hpke *ctx)
{
    const struct proto_hpke_bytes seed_bytes = { seed, PROTO_HPKE_SEED_LEN };
    uint8_t secret_key[32], public_key[32], shared[HASH_LEN];
    enum err e = proto_hpke_derive_key_pair(seed_bytes, secret_key, public_key);

    if (e == OK)
        e = kem_secret(secret_key, recipient, public_key, recipient, shared);
    if (e == OK)
        e = key_schedule(aead, shared, info, ctx);
    if (e == OK)
        memcpy(enc, public_key, sizeof public_key);
    sodium_memzero(secret_key, sizeof secret_key);
    sodium_memzero(shared, sizeof shared);
    return e;
}

enum err proto_hpke_setup_sender(enum proto_hpke_aead aead, const uint8_t recipient[PROTO_HPKE_KEY_LEN],
    struct proto_hpke_bytes info, uint8_t enc[PROTO_HPKE_ENC_LEN], struct proto_hpke *ctx)
{
    uint8_t seed[PROTO_HPKE_SEED_LEN];
    enum err e;

    randombytes_buf(seed, sizeof seed);
    e = proto_hpke_setup_sender_from(aead, recipient, info, seed, enc, ctx);
    sodium_memzero(seed, sizeof seed);
    return e;
}

enum err proto_hpke_setup_receiver(enum proto_hpke_aead aead, const uint8_t secret_key[PROTO_HPKE_KEY_LEN],
    struct proto_hpke_bytes info, const uint8_t enc[PROTO_HPKE_ENC_LEN], struct proto_hpke *ctx)
{
    uint8_t public_key[32], shared[HASH_LEN];
    enum err e;

    if (crypto_scalarmult_base(public_key, secret_key) != 0)
        return ERR_KEY;
    e = kem_secret(secret_key, enc, enc, public_key, shared);
    if (e == OK)
        e = key_schedule(aead, shared, info, ctx);
    sodium_memzero(shared, sizeof shared);
    return e;
}

/* ComputeNonce of section 5.2, and that there is a nonce left. */
static enum err next_nonce(const struct proto_hpke *ctx, uint8_t nonce[NONCE_LEN])
{
    if (ctx->aead != PROTO_HPKE_CHACHA20_POLY1305)
        return ERR_STATE;
    if (ctx->seq == UINT64_MAX)
        return ERR_RANGE;
    memcpy(nonce, ctx->base_nonce, NONCE_LEN);
    for (size_t i = 0; i < 8; i++)
        nonce[NONCE_LEN - 1 - i] ^= (uint8_t)(ctx->seq >> (8 * i));
    return OK;
}

enum err proto_hpke_seal(struct proto_hpke *ctx, struct proto_hpke_bytes aad, struct proto_hpke_bytes plaintext,
    uint8_t *ct)
{
    uint8_t nonce[NONCE_LEN];
    enum err e = next_nonce(ctx, nonce);

    if (e != OK)
        return e;
    (void)crypto_aead_chacha20poly1305_ietf_encrypt(ct, NULL, plaintext.data, plaintext.len, aad.data, aad.len, NULL,
        nonce, ctx->key);
    ctx->seq++;
    return OK;
}

enum err proto_hpke_open(struct proto_hpke *ctx, struct proto_hpke_bytes aad, struct proto_hpke_bytes ct,
    uint8_t *plaintext)
{
    uint8_t nonce[NONCE_LEN];
    enum err e = next_nonce(ctx, nonce);

    if (e != OK)
        return e;
    if (ct.len < PROTO_HPKE_TAG_LEN)
        return ERR_SHORT;
    if (crypto_aead_chacha20poly1305_ietf_decrypt(plaintext, NULL, NULL, ct.data, ct.len, aad.data, aad.len, nonce,
            ctx->key) != 0)
        return ERR_SIGNATURE;
    ctx->seq++;
    return OK;
}

enum err proto_hpke_export(const struct proto_hpke *ctx, struct proto_hpke_bytes exporter_context,
    uint8_t *out, size_t out_len)
{
    const struct suite s = hpke_suite(ctx->aead);

    return labeled_expand(&s, ctx->exporter_secret, "sec", exporter_context, out, out_len);
}

void proto_hpke_fini(struct proto_hpke *ctx)
{
    sodium_memzero(ctx, sizeof *ctx);
}
