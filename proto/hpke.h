/*
 * proto/hpke: HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305 or
 * export only. Nothing else of it: who sent something is said by a signature over it, never by HPKE's auth
 * modes.
 *
 * A context holds secrets: proto_hpke_fini wipes it.  A context belongs to one thread at a time.  The program
 * has called sodium_init.
 */
#ifndef PROTO_HPKE_H
#define PROTO_HPKE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define PROTO_HPKE_KEY_LEN 32
#define PROTO_HPKE_ENC_LEN 32
#define PROTO_HPKE_TAG_LEN 16
#define PROTO_HPKE_SEED_LEN 32
#define PROTO_HPKE_EXPORT_CONTEXT_MAX 80  /* our limit, so that no allocation is needed */

enum proto_hpke_aead {
    PROTO_HPKE_CHACHA20_POLY1305 = 0x0003,
    PROTO_HPKE_EXPORT_ONLY = 0xffff
};

/* Embedded by callers; touched only through the functions below. */
struct proto_hpke {
    uint16_t aead;
    uint64_t seq;
    uint8_t key[32], base_nonce[12], exporter_secret[32];
};

/* Bytes that are borrowed; data may be NULL when len is 0. */
struct proto_hpke_bytes {
    const uint8_t *data;
    size_t len;
};

/*
 * DeriveKeyPair (RFC 9180 section 7.1.3). seed must be as random as a key; it may have any length of 32 or
 * more.
 */
MUST_USE enum err proto_hpke_derive_key_pair(struct proto_hpke_bytes seed, uint8_t secret_key[PROTO_HPKE_KEY_LEN],
    uint8_t public_key[PROTO_HPKE_KEY_LEN]);

/*
 * SetupBaseS: a context for the owner of recipient, and enc, which goes along.
 * ERR_KEY when recipient is a point of small order; *ctx and enc are untouched then.
 */
MUST_USE enum err proto_hpke_setup_sender(enum proto_hpke_aead aead, const uint8_t recipient[PROTO_HPKE_KEY_LEN],
    struct proto_hpke_bytes info, uint8_t enc[PROTO_HPKE_ENC_LEN], struct proto_hpke *ctx);

/*
 * The same from a given seed of the ephemeral key; for published vectors. Using a seed twice gives everything
 * away.
 */
MUST_USE enum err proto_hpke_setup_sender_from(enum proto_hpke_aead aead,
    const uint8_t recipient[PROTO_HPKE_KEY_LEN], struct proto_hpke_bytes info, const uint8_t seed[PROTO_HPKE_SEED_LEN],
    uint8_t enc[PROTO_HPKE_ENC_LEN], struct proto_hpke *ctx);

/* SetupBaseR. ERR_KEY when enc is a point of small order. */
MUST_USE enum err proto_hpke_setup_receiver(enum proto_hpke_aead aead, const uint8_t secret_key[PROTO_HPKE_KEY_LEN],
    struct proto_hpke_bytes info, const uint8_t enc[PROTO_HPKE_ENC_LEN], struct proto_hpke *ctx);

/*
 * Seal the next message: ct gets plaintext.len + PROTO_HPKE_TAG_LEN bytes and may start where the plaintext
 * does. ERR_STATE for a context of export only, ERR_RANGE when the sequence is used up.
 */
MUST_USE enum err proto_hpke_seal(struct proto_hpke *ctx, struct proto_hpke_bytes aad,
    struct proto_hpke_bytes plaintext, uint8_t *ct);

/*
 * Open the next message: plaintext gets ct.len - PROTO_HPKE_TAG_LEN bytes. ERR_SIGNATURE when it does not
 * open (the sequence then stands still and plaintext is zeroed or untouched), ERR_SHORT, ERR_STATE,
 * ERR_RANGE.
 */
MUST_USE enum err proto_hpke_open(struct proto_hpke *ctx, struct proto_hpke_bytes aad,
    struct proto_hpke_bytes ct, uint8_t *plaintext);

/*
 * Export a secret bound to the context and to exporter_context. ERR_RANGE for more than 255 * 32 bytes or a
 * longer exporter context than the limit.
 */
MUST_USE enum err proto_hpke_export(const struct proto_hpke *ctx, struct proto_hpke_bytes exporter_context,
    uint8_t *out, size_t out_len);

void proto_hpke_fini(struct proto_hpke *ctx);

#endif
