#include "proto/seal.h"

#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_LEN 4
#define TAG_LEN PROTO_HPKE_TAG_LEN

static const uint8_t zero_nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

static size_t next_bucket(size_t bucket)
{
    /* ceil(bucket * 1.07 / 16) * 16, in integers */
    return (bucket * 107 + 1599) / 1600 * 16;
}

size_t proto_seal_bucket(size_t data_len)
{
    size_t bucket = PROTO_SEAL_BUCKET_MIN;

    if (data_len > PROTO_SEAL_DATA_MAX)
        return 0;
    while (bucket < data_len + LENGTH_LEN)
        bucket = next_bucket(bucket);
    return bucket;
}

/* Whether a plaintext can have this size. */
static enum err check_bucket(size_t len)
{
    size_t bucket = PROTO_SEAL_BUCKET_MIN, largest = proto_seal_bucket(PROTO_SEAL_DATA_MAX);

    if (len < bucket)
        return ERR_SHORT;
    if (len > largest)
        return ERR_LONG;
    while (bucket < len)
        bucket = next_bucket(bucket);
    return bucket == len ? OK : ERR_RANGE;
}

/* The padded plaintext at the front of a block of bucket + extra bytes; the rest is zero. Gives *out. */
static enum err pad(struct proto_hpke_bytes data, size_t extra, uint8_t **out, size_t *bucket)
{
    size_t size = proto_seal_bucket(data.len);
    uint8_t *made;
    struct wr w;
    enum err e;

    if (size == 0)
        return ERR_LONG;
    made = malloc(size + extra);
    if (made == NULL)
        return ERR_NOMEM;
    memset(made, 0, size + extra);
    wr_init(&w, made, size);
    wr_bytes32(&w, data.data, data.len);
    e = wr_end(&w);
    if (e != OK) {
        free(made);
        return e;
    }
    *out = made;
    *bucket = size;
    return OK;
}

/* Check the padding and move the data to the front; what is behind it is wiped. */
static enum err unpad(uint8_t *plain, size_t bucket, size_t *data_len)
{
    const uint8_t *data, *rest;
    size_t len = 0, rest_len;
    struct rd r;
    enum err e;

    rd_init(&r, plain, bucket);
    data = rd_bytes32(&r, PROTO_SEAL_DATA_MAX, &len);
    rest_len = rd_left(&r);
    rest = rd_view(&r, rest_len);
    e = rd_end(&r);
    if (e != OK || !sodium_is_zero(rest, rest_len) || proto_seal_bucket(len) != bucket)
        return ERR_SYNTAX;
    memmove(plain, data, len);
    sodium_memzero(plain + len, bucket - len);
    *data_len = len;
    return OK;
}

enum err proto_seal_make(const uint8_t recipient[PROTO_HPKE_KEY_LEN], const struct proto_seal_bound *bound,
    struct proto_hpke_bytes data, uint8_t **out, size_t *out_len)
{
    struct proto_hpke_bytes plain = { NULL, 0 };
    struct proto_hpke ctx;
    uint8_t *made = NULL;
    size_t bucket = 0;
    enum err e;

    memset(&ctx, 0, sizeof ctx);
    e = pad(data, PROTO_SEAL_OVERHEAD, &made, &bucket);
    if (e != OK)
        goto out;
    /* Encrypted in place, behind the room for enc. */
    memmove(made + PROTO_HPKE_ENC_LEN, made, bucket);
    plain.data = made + PROTO_HPKE_ENC_LEN;
    plain.len = bucket;
    e = proto_hpke_setup_sender(PROTO_HPKE_CHACHA20_POLY1305, recipient, bound->info, made, &ctx);
    if (e == OK)
        e = proto_hpke_seal(&ctx, bound->aad, plain, made + PROTO_HPKE_ENC_LEN);
    if (e != OK)
        goto out;
    *out = made;
    *out_len = bucket + PROTO_SEAL_OVERHEAD;
    made = NULL;
out:
    proto_seal_free(made, bucket + PROTO_SEAL_OVERHEAD);
    proto_hpke_fini(&ctx);
    return e;
}

enum err proto_seal_open(const uint8_t secret_key[PROTO_HPKE_KEY_LEN], const struct proto_seal_bound *bound,
    struct proto_hpke_bytes sealed, uint8_t **out, size_t *out_len)
{
    struct proto_hpke_bytes ct;
    struct proto_hpke ctx;
    uint8_t *plain = NULL;
    size_t bucket = sealed.len - PROTO_SEAL_OVERHEAD, len = 0;
    enum err e;

    if (sealed.len < PROTO_SEAL_OVERHEAD)
        return ERR_SHORT;
    e = check_bucket(bucket);
    if (e != OK)
        return e;
    memset(&ctx, 0, sizeof ctx);
    plain = malloc(bucket);
    if (plain == NULL)
        return ERR_NOMEM;
    ct.data = sealed.data + PROTO_HPKE_ENC_LEN;
    ct.len = sealed.len - PROTO_HPKE_ENC_LEN;
    e = proto_hpke_setup_receiver(PROTO_HPKE_CHACHA20_POLY1305, secret_key, bound->info, sealed.data, &ctx);
    if (e == OK)
        e = proto_hpke_open(&ctx, bound->aad, ct, plain);
    if (e == OK)
        e = unpad(plain, bucket, &len);
    if (e == OK) {
        *out = plain;
        *out_len = len;
        plain = NULL;
    }
    proto_seal_free(plain, bucket);
    proto_hpke_fini(&ctx);
    return e;
}

enum err proto_seal_make_once(const uint8_t key[PROTO_SEAL_KEY_LEN], const struct proto_seal_bound *bound,
    struct proto_hpke_bytes data, uint8_t **out, size_t *out_len)
{
    uint8_t *made = NULL;
    size_t bucket = 0;
    enum err e = pad(data, TAG_LEN, &made, &bucket);

    if (e != OK)
        return e;
    (void)crypto_aead_chacha20poly1305_ietf_encrypt(made, NULL, made, bucket, bound->aad.data, bound->aad.len, NULL,
        zero_nonce, key);
    *out = made;
    *out_len = bucket + TAG_LEN;
    return OK;
}

enum err proto_seal_open_once(const uint8_t key[PROTO_SEAL_KEY_LEN], const struct proto_seal_bound *bound,
    struct proto_hpke_bytes sealed, uint8_t **out, size_t *out_len)
{
    uint8_t *plain = NULL;
    size_t bucket = sealed.len - TAG_LEN, len = 0;
    enum err e;

    if (sealed.len < TAG_LEN)
        return ERR_SHORT;
    e = check_bucket(bucket);
    if (e != OK)
        return e;
    plain = malloc(bucket);
    if (plain == NULL)
        return ERR_NOMEM;
    if (crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.data, sealed.len, bound->aad.data,
            bound->aad.len, zero_nonce, key) != 0)
        e = ERR_SIGNATURE;
    else
        e = unpad(plain, bucket, &len);
    if (e == OK) {
        *out = plain;
        *out_len = len;
        plain = NULL;
    }
    proto_seal_free(plain, bucket);
    return e;
}

void proto_seal_free(uint8_t *data, size_t len)
{
    if (data == NULL)
        return;
    sodium_memzero(data, len);
    free(data);
}
