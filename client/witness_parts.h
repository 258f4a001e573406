/*
 * client/witness_parts: what the files of client/witness share. Nobody else includes this.
 */
#ifndef CLIENT_WITNESS_PARTS_H
#define CLIENT_WITNESS_PARTS_H

#include "base/secret.h"
#include "client/hublink_parts.h"
#include "client/witness.h"
#include "proto/cosigned.h"
#include "proto/witness.h"

enum { WITNESS_QUICK_MS = 1000, WITNESS_SLOW_MS = 10000, WITNESS_AGAIN_S = PROTO_COSIGNED_ANEW_S, WITNESS_ASK_MS = 10000, WITNESS_RECENT = 8 };
enum { WITNESS_MAIN, WITNESS_REGISTRY, WITNESS_LOGS };

/* One log, and the exchange about it. seen is what was cosigned last (or would have been, by a node without a key). */
struct witness_log {
    bool is_registry;
    struct proto_witness_log known;
    uint8_t origin_id[PROTO_HASH_LEN];
    uint64_t self_s, other_s;        /* our last cosignature; the newest of another witness on what this node holds */
    struct proto_merkle_head anchored;
    uint64_t anchored_s;             /* when we learned it */
    bool retired;                    /* two histories were cosigned or accepted: no more */
    bool contradicts;                /* it was this log that signed two histories */

    struct proto_merkle_head recent[WITNESS_RECENT]; /* cosigned last: what is known to be of our history (main log) */
    size_t recent_at;
    bool busy;                       /* a question is under way */
    uint32_t era;                    /* of the link when it was asked: an answer of another one is judged by nobody */
    bool cut;                        /* the hub had less than it has signed */
    bool lacks;                      /* the hub has leaves of the registry cosigned that it does not give us */
    uint64_t at_ms, wait_ms;         /* when to ask next; how long the last wait was */

    uint8_t note[PROTO_NOTE_MAX];    /* the candidate, with our line when there is one */
    size_t note_len;
    struct proto_merkle_head head;   /* of it */

    /* witness_courier.c */
    uint64_t outsider_s;             /* newest cosignature of an outsider on the candidate */
    uint64_t courier_at_ms;
    uint64_t holder_size;            /* what the keyholder says it cosigned last; NO_SIZE: not known */
    unsigned holder_tries;           /* how often it named another size for this candidate */
    bool apart;                      /* it says it cosigned another history than this */
};

struct client_witness {
    struct witness_log log[WITNESS_LOGS];
    struct secret *key;              /* NULL: none */
    struct proto_note_key vkey;
    size_t others, counted;          /* witnesses of the region that are not this node; of how many there were */

    /* witness_key.c */
    struct secret *next;             /* waits until the registry names it; NULL: none does */
    struct proto_note_key next_vkey;
    uint64_t since_s;                /* from when on the present one counts */
    uint32_t changes;                /* what of the region was looked at */
    size_t revocations;
    uint64_t stale_said_s;           /* when it was last said that a key of before is used */
    bool waits;                      /* an answer is under way that was asked for before we were bound to more: nothing is signed until it is judged */
    bool replaced;                   /* the region counts another key in our place, or this one was revoked */
    uint64_t opened_ms;
};

/* witness.c: the next question at this time; quick: soon; else each wait is twice the one before. */
void client_witness_rest(struct witness_log *l, bool quick);
/* Was the exchange under way begun before the log had another origin, or a person went on? Then its answer ends it, and nothing else. */
bool client_witness_is_of_before(const struct client_node *n, const struct witness_log *l);
/* Send the candidate's note, which has more lines than the hub's. */
void client_witness_bring(struct client_node *n, struct witness_log *l);
/* witness_courier.c: bring the candidate to the keyholder when the outsiders' lines are missing or old. True: something is under way. */
bool client_witness_courier(struct client_node *n, struct witness_log *l);
/* witness_key.c: which of our keys counts, and what it is bound to, by the region as it is now. At the start, and in step when it changed. */
void client_witness_settle(struct client_node *n);
void client_witness_key_step(struct client_node *n);
bool client_witness_may_sign(const struct client_node *n, const struct witness_log *l);
/* Lines of a key of before: said once in ten minutes. */
void client_witness_heed_stale(struct client_node *n, const struct proto_cosigned *c);
/* Of a cosignature made now. */
uint64_t client_witness_time(const struct client_node *n);
/* witness_fresh.c: of this log alone. */
bool client_witness_log_is_fresh(const struct client_node *n, const struct witness_log *l);

/* witness_rows.c: two rows for each log, what was cosigned and the anchored checkpoint. Synced when it returns; note NULL: that one stays. */
MUST_USE enum err client_witness_store(struct client_node *n, const struct witness_log *l, const uint8_t *note, size_t len);
MUST_USE enum err client_witness_load(const struct client_node *n, struct witness_log *l);
/* Sets origin_id from the key. */
void client_witness_name(struct witness_log *l);
/* The first row alone, within x. */
MUST_USE enum err client_witness_put(struct vault_txn *x, const struct witness_log *l);

#endif
