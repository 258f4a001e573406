/*
 * proto/tlog: the texts by which a log, its witnesses and those who check it talk, as C2SP writes them: the
 * checkpoint, the proof file (our receipts for other programs) and the request to a witness. All of them
 * carry a signed note (proto/note) and Merkle proofs (proto/merkle). No state; any thread. Sources:
 * c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof, c2sp.org/tlog-witness.
 */
#ifndef PROTO_TLOG_H
#define PROTO_TLOG_H

#include "base/err.h"
#include "proto/merkle.h"
#include "proto/note.h"

#include <stddef.h>
#include <stdint.h>

#define PROTO_TLOG_ORIGIN_MAX PROTO_NOTE_NAME_MAX
#define PROTO_TLOG_EXTRA_MAX 4096
/* The text above a checkpoint's signatures, without extension lines: origin, 19 digits, 44 characters. */
#define PROTO_TLOG_CHECKPOINT_ROOM (PROTO_TLOG_ORIGIN_MAX + 1 + 20 + 1 + 44 + 1)
#define PROTO_TLOG_REQUEST_PROOF_MAX 63  /* what a witness accepts */

/* extension (borrowed): whole lines with their newlines; empty for ours. */
struct proto_tlog_checkpoint {
    char origin[PROTO_TLOG_ORIGIN_MAX + 1];
    struct proto_merkle_head head;
    const uint8_t *extension;
    size_t extension_len;
};

/*
 * A proof file. checkpoint (borrowed) is a signed note, verbatim. extra is for the application and proves
 * nothing; there is none when extra_len is 0. Some 6 KiB.
 */
struct proto_tlog_proof {
    uint64_t index;
    struct proto_merkle_proof path;
    const uint8_t *checkpoint;
    size_t checkpoint_len;
    size_t extra_len;
    uint8_t extra[PROTO_TLOG_EXTRA_MAX];
};

/* What a log asks a witness: to cosign checkpoint, which extends the tree of size old. */
struct proto_tlog_request {
    uint64_t old;
    struct proto_merkle_proof path;
    const uint8_t *checkpoint;
    size_t checkpoint_len;
};

/*
 * The text of a checkpoint, to be signed as a note. ERR_SYNTAX (origin, extension), ERR_RANGE (size),
 * ERR_LONG.
 */
MUST_USE enum err proto_tlog_checkpoint_encode(const struct proto_tlog_checkpoint *c, uint8_t *out, size_t cap,
    size_t *len);

/* *out borrows text (its extension). ERR_SHORT, ERR_SYNTAX, ERR_RANGE (size), ERR_LONG (origin). */
MUST_USE enum err proto_tlog_checkpoint_decode(const uint8_t *text, size_t len, struct proto_tlog_checkpoint *out);

/*
 * A whole checkpoint: parse the note, verify the log's signature, decode, and the origin must be the key's
 * name. *note and *out borrow data. ERR_NOTFOUND when the log did not sign, ERR_SIGNATURE, ERR_KEY (origin),
 * and the above.
 */
MUST_USE enum err proto_tlog_checkpoint_open(const uint8_t *data, size_t len, const struct proto_note_key *log,
    struct proto_note *note, struct proto_tlog_checkpoint *out);

/* ERR_LONG (cap, extra), ERR_RANGE (number of hashes), ERR_SYNTAX (no checkpoint). */
MUST_USE enum err proto_tlog_proof_encode(const struct proto_tlog_proof *p, uint8_t *out, size_t cap, size_t *len);

/* Form only; *out borrows data. ERR_VERSION (first line), ERR_SHORT, ERR_SYNTAX, ERR_RANGE, ERR_LONG. */
MUST_USE enum err proto_tlog_proof_decode(const uint8_t *data, size_t len, struct proto_tlog_proof *out);

/*
 * Is this leaf (its hash) where the proof says, under a checkpoint that the log signed?  *out (may be NULL)
 * is the checkpoint, borrowed from *p. ERR_SIGNATURE, ERR_RANGE, and those of proto_tlog_checkpoint_open.
 */
MUST_USE enum err proto_tlog_proof_check(const struct proto_tlog_proof *p, const uint8_t leaf[PROTO_MERKLE_HASH_LEN],
    const struct proto_note_key *log, struct proto_tlog_checkpoint *out);

/* The body of an add-checkpoint request. Errors as for the proof file. */
MUST_USE enum err proto_tlog_request_encode(const struct proto_tlog_request *q, uint8_t *out, size_t cap, size_t *len);
MUST_USE enum err proto_tlog_request_decode(const uint8_t *data, size_t len, struct proto_tlog_request *out);

#endif
