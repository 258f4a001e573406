/*
 * proto/sealing: what exactly a sealed thing is bound to: the HPKE info and additional data of a sealed part (a note, a young person's own
 * words, subject facts) and of a release. Sealing itself is proto/seal. Nothing opens under another region, sender, purpose or request
 * than it was sealed for. No state; any thread. Layout: PROTOCOL.md P-130 to P-136.
 */
#ifndef PROTO_SEALING_H
#define PROTO_SEALING_H

#include "proto/msg.h"

/* A sealed part: of a message (its sender and id) or of a statement (its setter and id). */
struct proto_sealing_part {
    uint8_t region[PROTO_HASH_LEN];
    uint8_t from[PROTO_PARTNER_LEN], to[PROTO_PARTNER_LEN];
    uint8_t id[PROTO_ID_LEN];
};

/* A release: what holder and receiver both know before it is sent. */
struct proto_sealing_release {
    uint8_t region[PROTO_HASH_LEN];
    uint8_t from[PROTO_PARTNER_LEN], to[PROTO_PARTNER_LEN];
    uint8_t recipient_key[PROTO_KEY_LEN];  /* the receiver's HPKE key, as certified */
    uint8_t case_id[PROTO_ID_LEN];
    struct proto_subject_id subject;
    char purpose[PROTO_PURPOSE_WIDTH + 1];
    uint8_t about[PROTO_ID_LEN];           /* id of the request or offer */
    uint64_t until_s;                      /* end of access */
    uint8_t pack[PROTO_HASH_LEN];
};

/*
 * Seal for the addressee's HPKE key; open with its secret key (32 bytes).
 * Gives *out (proto_seal_free), untouched on error. A part is at most PROTO_SEALED_MAX when sealed, a release PROTO_RELEASE_MAX.
 * ERR_LONG, ERR_KEY, ERR_RANGE (a value without an encoding), ERR_SIGNATURE (it does not open), ERR_SHORT, ERR_SYNTAX, ERR_NOMEM.
 */
MUST_USE enum err proto_sealing_part_make(const struct proto_sealing_part *p, const uint8_t recipient_key[PROTO_KEY_LEN],
    struct proto_blob data, uint8_t **out, size_t *out_len);
MUST_USE enum err proto_sealing_part_open(const struct proto_sealing_part *p, const uint8_t secret_key[PROTO_KEY_LEN],
    struct proto_blob sealed, uint8_t **out, size_t *out_len);
MUST_USE enum err proto_sealing_release_make(const struct proto_sealing_release *p, struct proto_blob data, uint8_t **out, size_t *out_len);
MUST_USE enum err proto_sealing_release_open(const struct proto_sealing_release *p, const uint8_t secret_key[PROTO_KEY_LEN],
    struct proto_blob sealed, uint8_t **out, size_t *out_len);

/* What a grant names and the hub compares: SHA-256 over the sealed release, enc and ciphertext. */
void proto_sealing_digest(struct proto_blob sealed, uint8_t out[PROTO_HASH_LEN]);

#endif
