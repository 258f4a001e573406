/*
 * client/vault_crypto: the keys of the vault's tables and the sealing of one value. Hides the cipher (XChaCha20-Poly1305 with a random
 * nonce of 24 bytes) and the derivation. Used by client/vault only.
 *
 *     value = u8 format (1) | 24 nonce | ciphertext, 16 tag      associated data = "schakel vault" | u8 format | u8 table | key
 */
#ifndef CLIENT_VAULT_CRYPTO_H
#define CLIENT_VAULT_CRYPTO_H

#include "client/vault.h"

enum { CLIENT_VAULT_KEY_LEN = 32, CLIENT_VAULT_KEY_MAX = 48, CLIENT_SEAL_EXTRA = 1 + 24 + 16 };

struct client_vault_keys;

/* Derive a key for each table and one for names. Gives *out. ERR_NOMEM. */
MUST_USE enum err client_vault_keys_new(const uint8_t key[CLIENT_VAULT_KEY_LEN], struct client_vault_keys **out);
void client_vault_keys_free(struct client_vault_keys *k);  /* takes NULL; wipes */

/* Gives *out (free()) of len + CLIENT_SEAL_EXTRA bytes. ERR_RANGE for a key of no or too many bytes, ERR_NOMEM. */
MUST_USE enum err client_vault_seal(struct client_vault_keys *k, enum client_table t, const void *key, size_t key_len,
    const void *value, size_t len, uint8_t **out, size_t *out_len);
/* Gives *out (free()), one zero byte longer than *out_len. ERR_SIGNATURE: not what was sealed under this key and place. ERR_VERSION. */
MUST_USE enum err client_vault_unseal(struct client_vault_keys *k, enum client_table t, const void *key, size_t key_len,
    const uint8_t *sealed, size_t len, uint8_t **out, size_t *out_len);

/* The same under a key of the caller's own instead of the table's. */
MUST_USE enum err client_vault_seal_with(const uint8_t own[CLIENT_VAULT_KEY_LEN], enum client_table t, const void *key, size_t key_len,
    const void *value, size_t len, uint8_t **out, size_t *out_len);
MUST_USE enum err client_vault_unseal_with(const uint8_t own[CLIENT_VAULT_KEY_LEN], enum client_table t, const void *key, size_t key_len,
    const uint8_t *sealed, size_t len, uint8_t **out, size_t *out_len);

void client_vault_keys_name(struct client_vault_keys *k, const char *domain, const void *data, size_t len, uint8_t out[32]);

#endif
