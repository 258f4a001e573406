/*
 * proto/pseudonym: a subject's number to a pseudonym, with a key in two shares held by two organisations.
 *
 * RFC 9497 VOPRF under k = k_hub + k_keyholder (proto/oprf). The node blinds; each holder evaluates the whole
 * batch with its share and proves it under its own public share key; the node checks every proof, that the
 * share keys sum to the pinned joint key, adds, unblinds, hashes. The output is that of plain RFC 9497 under
 * k: its first 32 bytes are the pseudonym. Neither holder learns input or output, and neither can compute one
 * alone. A failed proof voids the batch.
 *
 *     input = each with a u16 length: "schakel pseudonym v1" | 32 region | u8 subject type | 9 digits
 *
 * Number, input, blind and output are personal or secret: the caller wipes them.  No state; any thread.
 */
#ifndef PROTO_PSEUDONYM_H
#define PROTO_PSEUDONYM_H

#include "base/err.h"
#include "proto/oprf.h"

#include <stddef.h>
#include <stdint.h>

#define PROTO_PSEUDONYM_LEN 32
#define PROTO_PSEUDONYM_REGION_LEN 32
#define PROTO_PSEUDONYM_NUMBER_LEN 9
#define PROTO_PSEUDONYM_INPUT_LEN (2 + 20 + 2 + PROTO_PSEUDONYM_REGION_LEN + 2 + 1 + 2 + PROTO_PSEUDONYM_NUMBER_LEN)
#define PROTO_PSEUDONYM_SHARES_MAX 2
#define PROTO_PSEUDONYM_POSSESSION_LEN (PROTO_OPRF_LEN + PROTO_OPRF_PROOF_LEN)

/* A third subject type, the case handle, is no number and never comes here. */
enum proto_pseudonym_type {
    PROTO_PSEUDONYM_CITIZEN = 1,   /* passes the eleven-test */
    PROTO_PSEUDONYM_EDUCATION = 2
};

/* One holder's answer to a batch; borrowed. */
struct proto_pseudonym_answer {
    const uint8_t *share_key;                 /* public, PROTO_OPRF_LEN */
    struct proto_oprf_elements evaluated;
    const uint8_t *proof;                     /* PROTO_OPRF_PROOF_LEN */
};

/* The input for a number of exactly 9 digits. ERR_SYNTAX (number), ERR_RANGE (type). */
MUST_USE enum err proto_pseudonym_input(const uint8_t region[PROTO_PSEUDONYM_REGION_LEN],
    enum proto_pseudonym_type type, const char *number, uint8_t out[PROTO_PSEUDONYM_INPUT_LEN]);

/* At the node: a fresh blind and the element that both holders get. */
MUST_USE enum err proto_pseudonym_blind(const uint8_t input[PROTO_PSEUDONYM_INPUT_LEN],
    uint8_t blind[PROTO_OPRF_LEN], uint8_t element[PROTO_OPRF_LEN]);

/*
 * At a holder: evaluate a batch with share and prove it.  evaluated has room for blinded.count elements.
 * ERR_RANGE (count, an element), ERR_KEY (share). Outputs untouched then.
 */
MUST_USE enum err proto_pseudonym_evaluate(const uint8_t share[PROTO_OPRF_LEN], struct proto_oprf_elements blinded,
    uint8_t (*evaluated)[PROTO_OPRF_LEN], uint8_t proof[PROTO_OPRF_PROOF_LEN]);

/*
 * At the node: check one answer (a region without keyholder) or two against the joint key and add them up.
 * out has room for blinded.count elements. ERR_KEY when the share keys do not sum to joint, ERR_SIGNATURE
 * when a proof fails, ERR_RANGE (counts, elements, a sum that is the identity). Nothing of the batch is given
 * then.
 */
MUST_USE enum err proto_pseudonym_combine(const uint8_t joint[PROTO_OPRF_LEN], struct proto_oprf_elements blinded,
    const struct proto_pseudonym_answer *answers, size_t count, uint8_t (*out)[PROTO_OPRF_LEN]);

/* At the node: the pseudonym from a combined element. ERR_RANGE. */
MUST_USE enum err proto_pseudonym_finish(const uint8_t input[PROTO_PSEUDONYM_INPUT_LEN],
    const uint8_t blind[PROTO_OPRF_LEN], const uint8_t combined[PROTO_OPRF_LEN], uint8_t out[PROTO_PSEUDONYM_LEN]);

/* The joint key of one or two public share keys. ERR_RANGE (count, identity), ERR_KEY (a key). */
MUST_USE enum err proto_pseudonym_join(const uint8_t (*share_keys)[PROTO_OPRF_LEN], size_t count,
    uint8_t joint[PROTO_OPRF_LEN]);

/*
 * Proof that who shows a public share key holds the share: without it the second holder could choose its key
 * as "the joint key I want minus yours". ERR_KEY; ERR_SIGNATURE.
 */
MUST_USE enum err proto_pseudonym_possession_make(const uint8_t share[PROTO_OPRF_LEN],
    uint8_t out[PROTO_PSEUDONYM_POSSESSION_LEN]);
MUST_USE enum err proto_pseudonym_possession_check(const uint8_t share_key[PROTO_OPRF_LEN],
    const uint8_t possession[PROTO_PSEUDONYM_POSSESSION_LEN]);

#endif
