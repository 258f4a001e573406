/*
 * proto/cosigned: a checkpoint with the cosignatures of a region's witnesses: who has cosigned, whether that is enough, and putting lines
 * together. Enough is more than half of the partners in force and one outsider (PROTOCOL P-125): of two histories at most one can have that
 * as long as no partner cosigns both. Who is in force the registry says, folded into the region, at the moment of the newest line; and which key of
 * each witness (proto/region_witness): a witness whose key was changed counts once, under the key of that moment. No state; any thread.
 */
#ifndef PROTO_COSIGNED_H
#define PROTO_COSIGNED_H

#include "proto/region.h"
#include "proto/tlog.h"

#include <stdbool.h>

/* How far ahead of our clock the time of a cosignature may lie. */
enum { PROTO_COSIGNED_AHEAD_S = PROTO_ISSUED_AHEAD_S };
/* Whose key was changed cosigns under the old one until it hears of it: so long after the change nobody honest does. */
enum { PROTO_COSIGNED_STALE_S = 60 };
/* What is still the newest is cosigned anew when the last line on it is this old (P-127). */
enum { PROTO_COSIGNED_ANEW_S = 180 };

struct proto_cosigned {
    struct proto_merkle_head head;
    unsigned partners, outsiders;    /* witnesses in force whose line verifies */
    unsigned needed;                 /* partners: more than half */
    bool anchored;
    uint64_t other_s;                /* the newest time of a witness other than self that is not ahead of the clock; 0: there is none */
    uint64_t self_s;                 /* of self's own line; 0: none */
    uint64_t outsider_s;             /* the newest of an outsider, self or not; 0: none */
    uint64_t stale_s;                /* the newest line of a key of before, well after it was changed, or of one that was revoked; 0: none */
    uint8_t stale;                   /* whose place: somebody has that key and goes on with it */
};

/* The time of a cosignature made now by a key that counts from since_s on: not before that, by a clock that may be some seconds behind. */
uint64_t proto_cosigned_time(uint64_t since_s, uint64_t now_s);

/* Has the region at this moment enough witnesses for anything to be anchored? */
bool proto_cosigned_is_possible(const struct proto_region *r, uint64_t at_s);

/*
 * log is the key of the log (the region's, or that of its registry). self, a witness's public key (of now or of before), may be NULL. now_s bounds the times.
 * A partner's line counts while that partner is in force (another name than that of a partner: as the region file says).
 * A line that does not verify counts as none. ERR_NOTFOUND, ERR_SIGNATURE, ERR_KEY, ERR_SYNTAX...: not a checkpoint of this log; ERR_NOMEM.
 */
MUST_USE enum err proto_cosigned_count(const struct proto_region *r, const struct proto_note_key *log, const uint8_t *note, size_t len,
    const uint8_t *self, uint64_t now_s, struct proto_cosigned *out);

/*
 * The checkpoint base with the cosignatures that base and more (another note over the same text) have of the region's witnesses: of each
 * the newest, in the order of the region file; other lines but the log's are left out. changed (may be NULL): something is there that
 * base had not. ERR_STATE: another text. Errors of both notes as above; ERR_LONG.
 */
MUST_USE enum err proto_cosigned_merge(const struct proto_region *r, const struct proto_note_key *log, const uint8_t *base, size_t base_len,
    const uint8_t *more, size_t more_len, uint8_t *out, size_t cap, size_t *len, bool *changed);

/* The checkpoint with the log's line alone. Errors as above. */
MUST_USE enum err proto_cosigned_bare(const struct proto_note_key *log, const uint8_t *note, size_t len, uint8_t *out, size_t cap, size_t *out_len);

/* The checkpoint note and these lines (whole ones) behind it; nothing is verified. out may be note. ERR_LONG. */
MUST_USE enum err proto_cosigned_append(const uint8_t *note, size_t note_len, const uint8_t *lines, size_t lines_len, uint8_t *out, size_t cap,
    size_t *len);

#endif
