/*
 * proto/oprf: RFC 9497, suite ristretto255-SHA512, modes OPRF (0) and VOPRF (1), for one key; proto/pseudonym
 * joins two. Also what it stands on: expand_message_xmd of RFC 9380 with SHA-512.
 *
 * Scalars and elements are 32 bytes as ristretto255 encodes them; every element that comes from outside is
 * checked to be canonical and not the identity, every scalar to be below the group's order. No state; any
 * thread. The program has called sodium_init.
 */
#ifndef PROTO_OPRF_H
#define PROTO_OPRF_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define PROTO_OPRF_LEN 32         /* a scalar or an element */
#define PROTO_OPRF_PROOF_LEN 64   /* challenge, response */
#define PROTO_OPRF_OUTPUT_LEN 64  /* SHA-512 */
#define PROTO_OPRF_BATCH_MAX 64   /* elements under one proof */
#define PROTO_OPRF_INPUT_MAX 1024

enum proto_oprf_mode {
    PROTO_OPRF_BASE = 0,
    PROTO_OPRF_VERIFIABLE = 1
};

/* Elements in a row; borrowed. */
struct proto_oprf_elements {
    const uint8_t (*at)[PROTO_OPRF_LEN];
    size_t count;
};

/*
 * expand_message_xmd (RFC 9380 section 5.3.1). ERR_RANGE for more than 255 * 64 bytes or a dst of 0 or over
 * 255 bytes.
 */
MUST_USE enum err proto_oprf_expand(const uint8_t *message, size_t len, const uint8_t *dst, size_t dst_len,
    uint8_t *out, size_t out_len);

/* A key pair: a random scalar that is not zero, and its element. */
void proto_oprf_key_pair(uint8_t secret_key[PROTO_OPRF_LEN], uint8_t public_key[PROTO_OPRF_LEN]);

/* The public key of a secret one. ERR_KEY when it is zero or not a scalar. */
MUST_USE enum err proto_oprf_public_key(const uint8_t secret_key[PROTO_OPRF_LEN], uint8_t public_key[PROTO_OPRF_LEN]);

/* ERR_RANGE when it is not canonical or the identity. */
MUST_USE enum err proto_oprf_check_element(const uint8_t element[PROTO_OPRF_LEN]);

/* A random blinding scalar, not zero. Secret until the output is made; the caller wipes it. */
void proto_oprf_random_blind(uint8_t blind[PROTO_OPRF_LEN]);

/*
 * Blind (section 3.3.1). ERR_RANGE (input over the limit, blind not a scalar, input that maps to the
 * identity).
 */
MUST_USE enum err proto_oprf_blind(enum proto_oprf_mode mode, const uint8_t *input, size_t input_len,
    const uint8_t blind[PROTO_OPRF_LEN], uint8_t element[PROTO_OPRF_LEN]);

/* BlindEvaluate of one element, without a proof. ERR_RANGE (element), ERR_KEY. */
MUST_USE enum err proto_oprf_evaluate(const uint8_t secret_key[PROTO_OPRF_LEN], const uint8_t element[PROTO_OPRF_LEN],
    uint8_t out[PROTO_OPRF_LEN]);

/*
 * GenerateProof (section 2.2.1) that evaluated = secret_key * blinded for the whole batch. r is the proof's
 * random scalar or NULL to draw one (what everybody but a published vector does). ERR_RANGE (count 0, over
 * the limit or unequal; an element; r), ERR_KEY.
 */
MUST_USE enum err proto_oprf_prove(const uint8_t secret_key[PROTO_OPRF_LEN], struct proto_oprf_elements blinded,
    struct proto_oprf_elements evaluated, const uint8_t *r, uint8_t proof[PROTO_OPRF_PROOF_LEN]);

/* VerifyProof (section 2.2.2). ERR_SIGNATURE; ERR_RANGE (counts, elements), ERR_KEY (public key). */
MUST_USE enum err proto_oprf_check(const uint8_t public_key[PROTO_OPRF_LEN], struct proto_oprf_elements blinded,
    struct proto_oprf_elements evaluated, const uint8_t proof[PROTO_OPRF_PROOF_LEN]);

/* Finalize, without the proof: unblind and hash. ERR_RANGE (input, blind, element). */
MUST_USE enum err proto_oprf_finalize(const uint8_t *input, size_t input_len, const uint8_t blind[PROTO_OPRF_LEN],
    const uint8_t evaluated[PROTO_OPRF_LEN], uint8_t out[PROTO_OPRF_OUTPUT_LEN]);

#endif
