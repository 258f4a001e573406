/*
 * hub/job: one frame on its way through core: read and judged by a verifying thread, decided by the writer, answered. It owns its
 * frame; everything in act borrows it. At any moment one thread has it.
 */
#ifndef HUB_JOB_H
#define HUB_JOB_H

#include "hub/act.h"
#include "hub/seeds.h"
#include "hub/store_act.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a leaf's sides are opened with; follows from its row and its day's seed. */
struct hub_leaf_sides {
    struct hub_seed seed;
    uint8_t from_side[32], to_side[32];
};

struct hub_job {
    struct hub_job *next;
    uint64_t tag;                  /* the gate's, for the answer */
    uint64_t arrival;              /* rises by one with each frame */
    uint8_t *frame;
    size_t frame_len, frame_cap;

    /* Judged by the pool. */
    enum proto_kind kind;
    enum proto_refusal refusal;    /* not PROTO_ACCEPTED: the answer, whatever the store says */
    uint64_t valid_from_s, valid_until_s;  /* within these all certificates that this act rests on are valid */
    uint64_t generation;           /* of the registry that it was judged by */
    bool missed;                   /* a key was not known: worth a look into the folder of partners */
    uint8_t digest[PROTO_HASH_LEN];
    struct hub_act act;
    struct proto_cert cert;        /* of PUBLISH, verified */
    uint8_t cert_signer[PROTO_KEY_LEN];

    /* Decided by the writer. */
    struct hub_outcome outcome;
    bool has_row;                  /* row is of a leaf: the answer has a receipt */
    struct hub_act_row row;
    bool has_sides;                /* sides are those of row: a leaf of this round, whose answer need not compute them again */
    struct hub_leaf_sides sides;
    uint64_t wait_until_ms;        /* a fetch that waits */
};

/* Jobs are used again; NULL when memory is out. */
struct hub_job *hub_job_new(void);
void hub_job_free(struct hub_job *j);  /* takes NULL */
/* Room for len bytes of frame, and everything judged or decided back to nothing. ERR_NOMEM. */
MUST_USE enum err hub_job_reset(struct hub_job *j, size_t len);

#endif
