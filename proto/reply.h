/*
 * proto/reply: what the hub answers: a result, for an accepted act its receipt, for a decision a row per section, for fetch and
 * query a payload. Act replies are padded to one size (PROTO_REPLY_PLAIN, PROTO_REPLY_DECISION).
 * A receipt opens the leaf to one side: with it and the message the node rebuilds the leaf and checks that it is in the tree.
 */
#ifndef PROTO_REPLY_H
#define PROTO_REPLY_H

#include "proto/msg.h"
#include "proto/refusal.h"

enum { PROTO_LEAF_LEN = 226 };

/* A reason of the hub's own, from 64 on: below it they are policy's (P-093). */
enum { PROTO_REASON_OUTLASTS = 64 };   /* access would go on longer than the rule or the consent allows */

/* One section's answer. verdict and reason are policy's numbers (policy/model.h); rule is empty when none. */
struct proto_row {
    char section[PROTO_NAME_WIDTH + 1];
    uint8_t verdict, reason;
    uint8_t at_holder;   /* 1: it waits only for steps of the holder, or the holder's decision */
    char rule[PROTO_RULE_WIDTH + 1];
};
struct proto_rows { uint8_t count; struct proto_row row[PROTO_SECTIONS_MAX]; };

#define PROTO_NO_LEAF UINT64_MAX

struct proto_receipt {
    uint64_t index, time_s;               /* of the leaf */
    uint8_t seed[32];                     /* of the six salts */
    uint8_t from_side[32], to_side[32];   /* the sides' commitments to running number and previous leaf */
    uint8_t side;                         /* 0: opened for the sender, 1: for the addressee */
    uint64_t number, previous;            /* of this side: running number, index of its previous leaf or PROTO_NO_LEAF */
    uint8_t side_salt[32];
    uint8_t result;                       /* enum proto_refusal: an act may be logged as refused */
    struct proto_rows rows;
    uint64_t tree_size;
    uint8_t proof_len;
    uint8_t proof[PROTO_PROOF_MAX][32];
    struct proto_blob checkpoint;         /* signed note, borrowed */
};

struct proto_reply {
    uint8_t result;                       /* enum proto_refusal */
    uint8_t id[PROTO_ID_LEN];             /* of the message answered; zero when it could not be read */
    uint64_t hub_time_s;
    bool has_receipt;
    struct proto_receipt receipt;
    struct proto_blob payload;            /* fetch, query, derive (n * 32 evaluated, then the 64 of the proof) */
};

/* One item of a fetch's payload: what happened to the addressee. payload = u16 count, then items. */
struct proto_mail {
    uint64_t number;
    uint8_t kind;                         /* enum proto_kind */
    struct proto_receipt receipt;         /* side 1 */
    struct proto_blob message;            /* the signed envelope as its sender sent it */
    uint8_t attached_count;               /* originals that a request relies on */
    struct proto_blob attached[PROTO_STATEMENTS_MAX];
};

/* Rows and receipts alone, as they stand in a reply: for the store of a node or the hub. Sections ascend strictly, as in a message.
 * ERR_RANGE, ERR_LONG; decode borrows data and leaves *r untouched on error. */
MUST_USE enum err proto_rows_encode(const struct proto_rows *rows, uint8_t *out, size_t cap, size_t *len);
MUST_USE enum err proto_rows_decode(const uint8_t *data, size_t len, struct proto_rows *rows);
MUST_USE enum err proto_receipt_encode(const struct proto_receipt *r, uint8_t *out, size_t cap, size_t *len);
MUST_USE enum err proto_receipt_decode(const uint8_t *data, size_t len, struct proto_receipt *r);

/* pad_to: 0, or the size the body is padded to with zeros (ERR_LONG when it does not fit). */
MUST_USE enum err proto_reply_encode(const struct proto_reply *r, size_t pad_to, uint8_t *out, size_t cap, size_t *len);
/* Borrows body. Padding must be zero. *r untouched on error. */
MUST_USE enum err proto_reply_decode(const uint8_t *body, size_t len, struct proto_reply *r);

MUST_USE enum err proto_mail_encode(const struct proto_mail *m, uint8_t *out, size_t cap, size_t *len);
/* Decode the item at *at within the payload and move *at behind it; the first is at 2, behind the count. ERR_SHORT, ERR_SYNTAX,
 * ERR_RANGE: *at and *m are untouched then. */
MUST_USE enum err proto_mail_decode(const uint8_t *payload, size_t len, size_t *at, struct proto_mail *m);

/* The commitment of one side: HMAC-SHA-256(salt, "schakel side v1" | u64 number | u64 previous). */
void proto_side_commit(const uint8_t salt[32], uint64_t number, uint64_t previous, uint8_t out[32]);

/*
 * The leaf of an act (DESIGN section 8): the one function by which the hub makes it and everybody else checks it.
 * message is the decoded body; envelope the signed bytes it was decoded from (its SHA-256 is the evidence). Of the receipt it reads
 * time, seed, both sides' commitments, result and rows. ERR_RANGE.
 */
MUST_USE enum err proto_act_leaf(const struct proto_msg *m, const uint8_t *envelope, size_t envelope_len,
    const struct proto_receipt *r, uint8_t out[PROTO_LEAF_LEN]);
/* The same for who kept only SHA-256 of the envelope, because what was sealed in it had to go; nothing is read of m's payload. */
MUST_USE enum err proto_act_leaf_bare(const struct proto_msg *m, const uint8_t envelope_digest[PROTO_HASH_LEN], const struct proto_receipt *r,
    uint8_t out[PROTO_LEAF_LEN]);

/*
 * Is the act in the tree that the checkpoint names, for this side and region? Rebuilds the leaf, checks side commitment, inclusion and the
 * checkpoint's signature under the log's key (vkey text of the region file). side is 0 for the sender, 1 for
 * the addressee.
 * ERR_SIGNATURE says no, whatever is wrong with the receipt; ERR_NOMEM; ERR_SYNTAX, ERR_VERSION or ERR_KEY for the region's own key.
 * Fills *root (may be NULL) for the caller's own consistency check; the size is then r->tree_size. A checkpoint that this thread found
 * good a moment ago is not verified again. Any thread.
 */
struct proto_region;
MUST_USE enum err proto_receipt_check(const struct proto_region *region, const struct proto_msg *m, const uint8_t *envelope,
    size_t envelope_len, const struct proto_receipt *r, uint8_t side, uint8_t root[32]);
MUST_USE enum err proto_receipt_check_bare(const struct proto_region *region, const struct proto_msg *m,
    const uint8_t envelope_digest[PROTO_HASH_LEN], const struct proto_receipt *r, uint8_t side, uint8_t root[32]);

/* The receipt as a C2SP tlog-proof file for other programs; out is not terminated. ERR_LONG, ERR_RANGE, ERR_SYNTAX (no checkpoint). */
MUST_USE enum err proto_receipt_tlog_proof(const struct proto_receipt *r, char *out, size_t cap, size_t *len);

#endif
