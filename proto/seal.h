/*
 * proto/seal: every call that encrypts for somebody, and the padding that hides lengths.
 *
 *     plaintext = u32 length | data | zeros up to the bucket
 *     sealed    = 32 enc | HPKE ciphertext of the plaintext (proto/hpke, base mode)        for a key pair
 *     sealed    = ChaCha20-Poly1305 of the plaintext under a key used once, nonce zero     for a derived key
 *
 * Buckets: the first is 256 bytes; each next is 7 % more, rounded up to a multiple of 16. The plaintext takes
 * the smallest bucket it fits; opening refuses any other and any padding that is not zero, so that there is
 * one encoding. Nothing is told about a failure but that it failed. No state; any thread. The program has
 * called sodium_init.
 */
#ifndef PROTO_SEAL_H
#define PROTO_SEAL_H

#include "base/err.h"
#include "proto/hpke.h"

#include <stddef.h>
#include <stdint.h>

#define PROTO_SEAL_DATA_MAX ((size_t)768 * 1024)
#define PROTO_SEAL_BUCKET_MIN ((size_t)256)
#define PROTO_SEAL_OVERHEAD (PROTO_HPKE_ENC_LEN + PROTO_HPKE_TAG_LEN)
#define PROTO_SEAL_KEY_LEN 32

/* What a sealed thing is bound to; opening needs the same. Borrowed. */
struct proto_seal_bound {
    struct proto_hpke_bytes info, aad;
};

/* The bucket (bytes of plaintext) for this much data; 0 when it is over PROTO_SEAL_DATA_MAX. */
size_t proto_seal_bucket(size_t data_len);

/*
 * Seal data for the owner of the X25519 key recipient.  Gives *out (proto_seal_free), which is
 * proto_seal_bucket(data.len) + PROTO_SEAL_OVERHEAD bytes.  ERR_LONG, ERR_KEY (recipient), ERR_NOMEM.
 */
MUST_USE enum err proto_seal_make(const uint8_t recipient[PROTO_HPKE_KEY_LEN], const struct proto_seal_bound *bound,
    struct proto_hpke_bytes data, uint8_t **out, size_t *out_len);

/*
 * Open what was sealed for us. Gives *out (proto_seal_free; never NULL, also for no data). ERR_SIGNATURE when
 * it does not open, ERR_KEY (enc), ERR_SHORT, ERR_LONG and ERR_RANGE for a size that is no bucket's,
 * ERR_SYNTAX for wrong padding, ERR_NOMEM.
 */
MUST_USE enum err proto_seal_open(const uint8_t secret_key[PROTO_HPKE_KEY_LEN], const struct proto_seal_bound *bound,
    struct proto_hpke_bytes sealed, uint8_t **out, size_t *out_len);

/*
 * The same under a key that is used for this one plaintext and never again, such as one derived by
 * proto_hpke_export per leaf; the nonce is zero. bound->info is not used: the key is bound already. The
 * result is the bucket and a tag.
 */
MUST_USE enum err proto_seal_make_once(const uint8_t key[PROTO_SEAL_KEY_LEN], const struct proto_seal_bound *bound,
    struct proto_hpke_bytes data, uint8_t **out, size_t *out_len);
MUST_USE enum err proto_seal_open_once(const uint8_t key[PROTO_SEAL_KEY_LEN], const struct proto_seal_bound *bound,
    struct proto_hpke_bytes sealed, uint8_t **out, size_t *out_len);

/* Wipes and frees what these functions gave; takes NULL. */
void proto_seal_free(uint8_t *data, size_t len);

#endif
