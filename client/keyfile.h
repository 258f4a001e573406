/*
 * client/keyfile: a private key at rest: wrapped under a passphrase (Argon2id) or under another key (the vault's). Hides the format:
 *
 *     "SKEY" | u8 version 1 | u8 how (1 passphrase, 2 key) | u8 name length, name | 32 public key |
 *     u64 operations | u64 memory | 16 salt | 24 nonce | u16 length | ciphertext and tag (XChaCha20-Poly1305)
 *
 * Everything before the ciphertext is associated data: a key does not open under another name. The public half is readable without
 * opening, and believed only after. Any thread.
 */
#ifndef CLIENT_KEYFILE_H
#define CLIENT_KEYFILE_H

#include "base/err.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

enum { CLIENT_KEY_NAME_MAX = 32, CLIENT_KEY_SECRET_MAX = 4096, CLIENT_KEY_WRAPPED_MAX = CLIENT_KEY_SECRET_MAX + 256,
    CLIENT_PASSPHRASE_MIN = 8, CLIENT_PASSPHRASE_MAX = 1024 };

/* Exactly one of the two. Borrowed. */
struct client_unlock { const char *passphrase; struct secret *key; };

/* What is wrapped. secret is borrowed (not wiped); public may be NULL for a key without a public half. */
struct client_plain_key { const char *name; const uint8_t *secret; size_t len; const uint8_t *public; };

/*
 * In builds with SCHAKEL_TEST_CLOCK, and with SCHAKEL_TEST_CHEAP_PASSPHRASES in the environment, a passphrase costs next to nothing to guess.
 * Gives *out (free()). ERR_RANGE for a passphrase or secret too short or too long, ERR_NOMEM.
 */
MUST_USE enum err client_key_wrap(const struct client_plain_key *k, const struct client_unlock *u, uint8_t **out, size_t *len);
/* Gives *out; public (32, may be NULL) is filled. ERR_KEY: the passphrase (or key) does not open it. ERR_SYNTAX, ERR_VERSION, ERR_NOMEM. */
MUST_USE enum err client_key_unwrap(const uint8_t *data, size_t len, const char *name, const struct client_unlock *u, struct secret **out,
    uint8_t public[32]);
/* The public half, unproven. */
MUST_USE enum err client_key_public(const uint8_t *data, size_t len, const char *name, uint8_t public[32]);

/* The same with files HOME/keys/NAME, mode 0600. Writing a name that is there is ERR_EXISTS: a key is never overwritten by mistake. */
MUST_USE enum err client_keyfile_make(const char *home, const struct client_plain_key *k, const struct client_unlock *u, struct trouble *t);
MUST_USE enum err client_keyfile_open(const char *home, const char *name, const struct client_unlock *u, struct secret **out,
    uint8_t public[32], struct trouble *t);
MUST_USE enum err client_keyfile_public(const char *home, const char *name, uint8_t public[32], struct trouble *t);

/* In HOME/keys/NAME and tail (".next", or "" for the key's own place), over what is there. ERR_LONG, or as client_key_wrap and file_write say. */
MUST_USE enum err client_keyfile_write(const char *home, const struct client_plain_key *k, const char *tail, const struct client_unlock *u,
    struct trouble *t);
/* keys/NAME.next, a key that waits (client/rotate_files) and is wrapped as NAME: a new signing key; opened; its public half. ERR_NOTFOUND: none waits. */
MUST_USE enum err client_keyfile_make_next(const char *home, const char *name, const struct client_unlock *u, uint8_t public[32], struct trouble *t);
MUST_USE enum err client_keyfile_open_next(const char *home, const char *name, const struct client_unlock *u, struct secret **out,
    uint8_t public[32]);
MUST_USE enum err client_keyfile_public_next(const char *home, const char *name, uint8_t public[32]);

#endif
