/*
 * proto/witness: what a witness of a log does (c2sp.org/tlog-witness): judge a request to cosign, and the answers of it with the status codes
 * that HTTP has for them; over nng the same numbers and bodies travel in a reply. Judging reads and signs nothing: between judging and
 * cosigning the witness puts the head on its disk, for what it cosigned once it must never forget. No state; any thread.
 */
#ifndef PROTO_WITNESS_H
#define PROTO_WITNESS_H

#include "proto/tlog.h"

#include <stdbool.h>

#define PROTO_WITNESS_LINE_ROOM (3 + 1 + PROTO_NOTE_NAME_MAX + 1 + 104 + 1)  /* one cosignature line */
#define PROTO_WITNESS_ANSWER_MAX (2 + PROTO_WITNESS_LINE_ROOM + 64)

enum proto_witness_status {
    PROTO_WITNESS_NONE = 0,
    PROTO_WITNESS_COSIGNED = 200,    /* body: cosignature lines */
    PROTO_WITNESS_MALFORMED = 400,   /* form, or old above the checkpoint's size */
    PROTO_WITNESS_NOT_SIGNED = 403,  /* not by the log that its origin names */
    PROTO_WITNESS_UNKNOWN = 404,     /* no log of that origin here */
    PROTO_WITNESS_OTHER_SIZE = 409,  /* body: the size that was cosigned last; without one: two roots of one size */
    PROTO_WITNESS_NOT_PROVEN = 422,  /* the proof does not lead from what was cosigned to what is asked */
    PROTO_WITNESS_TROUBLE = 500
};

/* A log that is witnessed, and its head that was cosigned last: size 0 before the first (the root is then not looked at). */
struct proto_witness_log {
    struct proto_note_key key;
    struct proto_merkle_head seen;
};

struct proto_witness_verdict {
    enum proto_witness_status status;
    size_t log;                      /* index of the log, when the status is 200, 409 or 422 */
    struct proto_merkle_head head;   /* of the checkpoint: to be stored before it is cosigned */
    const uint8_t *text;             /* what a cosignature is over; borrows body */
    size_t text_len;
    bool contradicts;                /* the log signed something that does not fit what it signed before: two histories, or a false proof */
};

/* Every refusal is a status, not an error. ERR_NOMEM. */
MUST_USE enum err proto_witness_judge(const struct proto_witness_log *logs, size_t count, const uint8_t *body, size_t len,
    struct proto_witness_verdict *out);

/*
 * A witness's answer as it travels where there is no HTTP: u16 status | body. Encode makes the body: the line of sig for 200, the size for
 * 409 (none when verdict contradicts), nothing else. key and sig may be NULL unless the status is 200. ERR_LONG.
 */
MUST_USE enum err proto_witness_answer_encode(const struct proto_witness_verdict *v, uint64_t seen_size, const struct proto_note_key *key,
    const struct proto_note_sig *sig, uint8_t *out, size_t cap, size_t *len);

struct proto_witness_answer {
    enum proto_witness_status status;
    uint64_t size;                   /* of 409; PROTO_WITNESS_NO_SIZE: it says none */
    const uint8_t *lines;            /* of 200, borrowed; whole lines */
    size_t lines_len;
};
#define PROTO_WITNESS_NO_SIZE UINT64_MAX
/* The same from a status and a body, as HTTP brings them. ERR_SHORT, ERR_SYNTAX, ERR_RANGE (a status that is none of the above). */
MUST_USE enum err proto_witness_answer_read(unsigned status, const uint8_t *body, size_t len, struct proto_witness_answer *out);
MUST_USE enum err proto_witness_answer_decode(const uint8_t *data, size_t len, struct proto_witness_answer *out);

#endif
