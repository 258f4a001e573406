/*
 * hub/witness: collecting cosignatures for one log. Witnesses ask (nodes only dial out), or are asked by the role with HTTP; all are offered
 * the same checkpoint, the candidate, until it is anchored or a minute old, so that their lines come together on one. What comes back is
 * verified here under the region's keys and nothing else: who brought it does not matter. Used from core's writer thread only.
 */
#ifndef HUB_WITNESS_H
#define HUB_WITNESS_H

#include "base/kv.h"
#include "base/wr.h"
#include "hub/signer.h"
#include "proto/cosigned.h"
#include "proto/msg.h"
#include "proto/refusal.h"

#include <stdbool.h>
#include <stdint.h>

enum { HUB_WITNESS_HOLD_MS = 60000, HUB_WITNESS_AHEAD_MS = 15000, HUB_WITNESS_SEEN_HOLD_MS = 3000, HUB_WITNESS_ALARM_S = 86400 };

/* A checkpoint with the lines it has got so far. size 0 and no note: there is none. */
struct hub_cosigned {
    struct proto_merkle_head head;
    size_t note_len;
    uint8_t note[PROTO_NOTE_MAX];
};

struct hub_witness {
    const struct proto_region *region;  /* borrowed */
    struct proto_note_key log;
    uint8_t origin_id[PROTO_HASH_LEN];  /* SHA-256 of the origin: how a query names this log */
    uint64_t hold_ms;                   /* how long a candidate stays that is not anchored and not the newest */
    struct hub_cosigned candidate, anchored;
    bool candidate_anchored;
    uint64_t candidate_ms;              /* when it was taken */
    uint64_t ended_ms;                  /* when one was last given up for a witness that was beyond it; 0: never */
    uint64_t anchored_s;                /* when a candidate last became anchored, or was again */
    uint64_t oldest_s;                  /* time of the oldest leaf that is not anchored; 0: none is known */
    uint64_t alarm_s;                   /* when it was last said that nothing is anchored */
    bool is_unsaved;                    /* anchored is newer than what the store has */
};

/* vkey names the log. ERR_KEY and others for a vkey that is none. */
MUST_USE enum err hub_witness_init(struct hub_witness *w, const struct proto_region *region, const char *vkey);

/* The log as it is: its newest signed checkpoint, and proofs between any two sizes up to it. */
struct hub_witness_source {
    const struct hub_signed *newest;
    enum err (*prove)(void *arg, uint64_t old, uint64_t size, struct proto_merkle_proof *out);
    void *arg;
};

/*
 * The body of a request to cosign (P-124), for a witness that cosigned size old last, into wr. *result is NOT_FOUND when the log is smaller
 * than that, WRONG_STATE when the candidate is and one was given up for such a witness lately. Errors are prove's.
 */
MUST_USE enum err hub_witness_request(struct hub_witness *w, const struct hub_witness_source *s, uint64_t old, uint64_t now_ms, struct wr *wr,
    enum proto_refusal *result);

/*
 * Cosignatures that came: a checkpoint with lines. NOT_FOUND: of no checkpoint that is collected for (any more). MALFORMED: no checkpoint of
 * this log, or no line in it that was not there.
 */
enum proto_refusal hub_witness_take(struct hub_witness *w, const uint8_t *note, size_t len, uint64_t now_s);

#endif
