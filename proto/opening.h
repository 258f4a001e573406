/*
 * proto/opening: a leaf laid open to the privacy officer of one side: the fields of all six groups, what their salts are made from, and
 * this side's running number and previous leaf. It stands outside the tree, sealed to the officer's key; what it says is proven by the
 * leaf, not by who sealed it. One HPKE encapsulation serves many leaves; each leaf has a key derived from it and a ciphertext
 * of its own, so that each can be erased alone. No state; any thread. Layout: PROTOCOL.md P-170 to P-178.
 */
#ifndef PROTO_OPENING_H
#define PROTO_OPENING_H

#include "proto/hpke.h"
#include "proto/reply.h"

enum {
    PROTO_OPENING_MAX = 2560,          /* 40 rows, 32 statements and four digests: 2,073 bytes */
    PROTO_OPENING_SEALED_MAX = PROTO_OPENING_MAX + 256,
    PROTO_OPENING_KEYS_MAX = 4,        /* officers' keys that one opening is sealed to */
    PROTO_OPENINGS_MAX = 512,          /* in one answer */
    PROTO_DIGESTS_MAX = 4
};

struct proto_opening {
    uint8_t side;                      /* whose: 0 the sender's, 1 the addressee's */
    uint64_t index, time_s, number, previous;
    uint8_t side_salt[32], seed[32];
    uint8_t from[PROTO_PARTNER_LEN], to[PROTO_PARTNER_LEN], id[PROTO_ID_LEN], kind;
    uint8_t from_side[32], to_side[32];
    struct proto_subject_id subject;
    uint8_t case_id[PROTO_ID_LEN];
    uint8_t actor[PROTO_KEY_LEN], role;
    char purpose[PROTO_PURPOSE_WIDTH + 1];
    struct proto_ids statements;
    uint8_t pack[PROTO_HASH_LEN];
    uint8_t result;
    struct proto_rows rows;
    uint8_t digest_count, digest[PROTO_DIGESTS_MAX][PROTO_HASH_LEN];  /* the envelope's, then those of what it carries */
};

/*
 * What the leaf of this message says, to the side of the receipt (of which are read: index, time, seed, both commitments, side, number,
 * previous, salt, result and rows).
 */
void proto_opening_of(const struct proto_msg *m, const uint8_t *envelope, size_t envelope_len, const struct proto_receipt *r,
    struct proto_opening *out);
/* The leaf that it opens. ERR_RANGE. */
MUST_USE enum err proto_opening_leaf(const struct proto_opening *o, uint8_t out[PROTO_LEAF_LEN]);
/* P-175: does the salt open this side's commitment to number and previous leaf, and is that leaf an earlier one? ERR_SIGNATURE. */
MUST_USE enum err proto_opening_check_side(const struct proto_opening *o);

/* ERR_RANGE, ERR_LONG; decode: ERR_SHORT, ERR_LONG, ERR_VERSION, ERR_RANGE, ERR_SYNTAX, *out untouched. */
MUST_USE enum err proto_opening_encode(const struct proto_opening *o, uint8_t *out, size_t cap, size_t *len);
MUST_USE enum err proto_opening_decode(const uint8_t *data, size_t len, struct proto_opening *out);

/* What seals or opens for one key of one partner's officer. Holds secrets: proto_opening_seal_fini wipes it. */
struct proto_opening_seal {
    uint8_t partner[PROTO_PARTNER_LEN], key[PROTO_KEY_LEN], enc[PROTO_HPKE_ENC_LEN];
    struct proto_hpke ctx;
};
/* A fresh encapsulation. ERR_KEY: of small order. */
MUST_USE enum err proto_opening_seal_init(struct proto_opening_seal *s, const uint8_t region[PROTO_HASH_LEN],
    const uint8_t partner[PROTO_PARTNER_LEN], const uint8_t officer_key[PROTO_KEY_LEN]);
/* The officer's: from the encapsulation that came along. ERR_KEY. */
MUST_USE enum err proto_opening_seal_receive(struct proto_opening_seal *s, const uint8_t region[PROTO_HASH_LEN],
    const uint8_t partner[PROTO_PARTNER_LEN], const uint8_t secret_key[PROTO_KEY_LEN], const uint8_t enc[PROTO_HPKE_ENC_LEN]);
void proto_opening_seal_fini(struct proto_opening_seal *s);

/* Where an opening belongs: its key and its additional data. */
struct proto_opening_place { uint64_t index, number; uint8_t side; };

/* The ciphertext alone. ERR_LONG, ERR_RANGE, ERR_NOMEM. */
MUST_USE enum err proto_opening_seal_put(const struct proto_opening_seal *s, const struct proto_opening *o, uint8_t *out, size_t cap,
    size_t *len);
/* ERR_SIGNATURE: it does not open here, or says that it belongs elsewhere; and what decode says. *out untouched on error. */
MUST_USE enum err proto_opening_seal_get(const struct proto_opening_seal *s, const struct proto_opening_place *at, struct proto_blob sealed,
    struct proto_opening *out);

/* ---- as they travel: one leaf, sealed to each key of the officers of one side ---- */
struct proto_opening_box { uint8_t key[PROTO_KEY_LEN], enc[PROTO_HPKE_ENC_LEN]; struct proto_blob sealed; };
struct proto_opening_item { struct proto_opening_place at; uint8_t count; struct proto_opening_box box[PROTO_OPENING_KEYS_MAX]; };
MUST_USE enum err proto_opening_item_encode(const struct proto_opening_item *item, uint8_t *out, size_t cap, size_t *len);
/* Decode the item at *at within data and move *at behind it. *item borrows data. Untouched on error: ERR_SHORT, ERR_RANGE. */
MUST_USE enum err proto_opening_item_decode(const uint8_t *data, size_t len, size_t *at, struct proto_opening_item *item);

/* ---- receipts whose seed the hub has erased (P-178) ---- */
bool proto_opening_is_erased(const struct proto_receipt *r);
/* Make it whole again. ERR_SIGNATURE when this is the opening of another leaf or side; *r is untouched then. */
MUST_USE enum err proto_opening_restore(const struct proto_opening *o, struct proto_receipt *r);

#endif
