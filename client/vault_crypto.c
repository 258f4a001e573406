#include "client/vault_crypto.h"

#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1, NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    NAME_ID = 255, AD_MAX = 64 };

_Static_assert(CLIENT_SEAL_EXTRA == 1 + NONCE_LEN + TAG_LEN, "the cipher's sizes");

/* All in one guarded block: a key for each table, then the one for names. */
struct client_vault_keys { struct secret *block; };

enum err client_vault_keys_new(const uint8_t key[CLIENT_VAULT_KEY_LEN], struct client_vault_keys **out)
{
    uint8_t all[(CLIENT_T_COUNT + 1) * CLIENT_VAULT_KEY_LEN];
    struct client_vault_keys *k = calloc(1, sizeof *k);
    enum err e = k == NULL ? ERR_NOMEM : OK;

    for (unsigned i = 0; i <= CLIENT_T_COUNT; i++)
        if (crypto_kdf_derive_from_key(all + i * CLIENT_VAULT_KEY_LEN, CLIENT_VAULT_KEY_LEN, i < CLIENT_T_COUNT ? i : NAME_ID, "schvault",
                key) != 0)
            abort();
    if (e == OK)
        e = secret_take(all, sizeof all, &k->block);
    sodium_memzero(all, sizeof all);
    if (e != OK) {
        free(k);
        return e;
    }
    *out = k;
    return OK;
}

void client_vault_keys_free(struct client_vault_keys *k)
{
    if (k == NULL)
        return;
    secret_free(k->block);
    free(k);
}

static size_t associated(uint8_t out[AD_MAX + CLIENT_VAULT_KEY_MAX], enum client_table t, const void *key, size_t key_len)
{
    struct wr w;

    wr_init(&w, out, AD_MAX + CLIENT_VAULT_KEY_MAX);
    wr_copy(&w, (const uint8_t *)"schakel vault", 13);
    wr_u8(&w, FORMAT);
    wr_u8(&w, (uint8_t)t);
    wr_copy(&w, key, key_len);
    if (wr_end(&w) != OK)
        abort();
    return w.len;
}

enum err client_vault_seal_with(const uint8_t own[CLIENT_VAULT_KEY_LEN], enum client_table t, const void *key, size_t key_len,
    const void *value, size_t len, uint8_t **out, size_t *out_len)
{
    uint8_t ad[AD_MAX + CLIENT_VAULT_KEY_MAX], *data;

    if (key_len == 0 || key_len > CLIENT_VAULT_KEY_MAX)
        return ERR_RANGE;
    data = malloc(len + CLIENT_SEAL_EXTRA);
    if (data == NULL)
        return ERR_NOMEM;
    data[0] = FORMAT;
    randombytes_buf(data + 1, NONCE_LEN);
    if (crypto_aead_xchacha20poly1305_ietf_encrypt(data + 1 + NONCE_LEN, NULL, value, len, ad, associated(ad, t, key, key_len), NULL,
            data + 1, own) != 0)
        abort();
    *out = data;
    *out_len = len + CLIENT_SEAL_EXTRA;
    return OK;
}

enum err client_vault_unseal_with(const uint8_t own[CLIENT_VAULT_KEY_LEN], enum client_table t, const void *key, size_t key_len,
    const uint8_t *sealed, size_t len, uint8_t **out, size_t *out_len)
{
    uint8_t ad[AD_MAX + CLIENT_VAULT_KEY_MAX], *plain;
    const uint8_t *nonce, *box;
    size_t box_len;
    struct rd r;

    if (key_len == 0 || key_len > CLIENT_VAULT_KEY_MAX)
        return ERR_RANGE;
    rd_init(&r, sealed, len);
    if (rd_u8(&r) != FORMAT && r.err == OK)
        return ERR_VERSION;
    nonce = rd_view(&r, NONCE_LEN);
    box_len = rd_left(&r);
    box = rd_view(&r, box_len);
    if (rd_end(&r) != OK || box_len < TAG_LEN)
        return ERR_SIGNATURE;
    plain = malloc(box_len - TAG_LEN + 1);
    if (plain == NULL)
        return ERR_NOMEM;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, box, box_len, ad, associated(ad, t, key, key_len), nonce, own) != 0) {
        free(plain);
        return ERR_SIGNATURE;
    }
    plain[box_len - TAG_LEN] = 0;
    *out = plain;
    *out_len = box_len - TAG_LEN;
    return OK;
}

enum err client_vault_seal(struct client_vault_keys *k, enum client_table t, const void *key, size_t key_len, const void *value, size_t len,
    uint8_t **out, size_t *out_len)
{
    const uint8_t *keys = secret_wake(k->block);
    enum err e = client_vault_seal_with(keys + (size_t)t * CLIENT_VAULT_KEY_LEN, t, key, key_len, value, len, out, out_len);

    secret_sleep(k->block);
    return e;
}

enum err client_vault_unseal(struct client_vault_keys *k, enum client_table t, const void *key, size_t key_len, const uint8_t *sealed,
    size_t len, uint8_t **out, size_t *out_len)
{
    const uint8_t *keys = secret_wake(k->block);
    enum err e = client_vault_unseal_with(keys + (size_t)t * CLIENT_VAULT_KEY_LEN, t, key, key_len, sealed, len, out, out_len);

    secret_sleep(k->block);
    return e;
}

void client_vault_keys_name(struct client_vault_keys *k, const char *domain, const void *data, size_t len, uint8_t out[32])
{
    const uint8_t *keys = secret_wake(k->block);
    crypto_auth_hmacsha256_state st;

    crypto_auth_hmacsha256_init(&st, keys + CLIENT_T_COUNT * CLIENT_VAULT_KEY_LEN, CLIENT_VAULT_KEY_LEN);
    secret_sleep(k->block);
    crypto_auth_hmacsha256_update(&st, (const uint8_t *)domain, strlen(domain) + 1);
    crypto_auth_hmacsha256_update(&st, data, len);
    crypto_auth_hmacsha256_final(&st, out);
    sodium_memzero(&st, sizeof st);
}
