/*
 * hub/core: decide, apply, commit, answer. The writer's whole state, and its rounds: take what the pool has judged, apply it in one
 * transaction, commit, have one checkpoint signed, answer. One thread; the verifying threads touch only region and certs.
 * Nothing here knows the network; answers go to the gate as frames.
 */
#ifndef HUB_CORE_H
#define HUB_CORE_H

#include "base/jail.h"
#include "hub/act.h"
#include "hub/certs.h"
#include "hub/envelope.h"
#include "hub/forget.h"
#include "hub/job.h"
#include "hub/ledger.h"
#include "hub/registry.h"
#include "hub/roster.h"
#include "hub/seeds.h"
#include "hub/signer.h"
#include "hub/store_act.h"
#include "hub/store_cert.h"
#include "hub/store_mail.h"
#include "hub/store_number.h"
#include "hub/verify.h"
#include "server/ipc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HUB_ROUND_MAX = 512,                       /* jobs; a round of this size takes some 20 ms */
    HUB_FETCH_BYTES_MAX = 900 * 1024,          /* of mail in one answer, unless a single one is larger */
    HUB_ENVELOPE_MAX = PROTO_RELEASE_MAX + 65536,  /* so that the largest mail fits a frame with its receipt */
    HUB_MAIL_KEEP_S = 400 * 86400              /* unfetched */
};

/* Where things are, and who signs. Everything is borrowed as long as the core lives. */
struct hub_core_config {
    const char *store, *partners, *seeds, *status, *pack, *home;   /* home: where taken packs are kept */
    const char *region;                        /* the file's text */
    size_t region_len;
    uint64_t map_bytes, forget_s;              /* hub/forget */
    /* As hub_signer_sign and hub_signer_last, through a socket or not. */
    enum err (*sign)(void *arg, const struct proto_merkle_head *head, const struct proto_merkle_proof *proof, struct hub_signed *out);
    enum err (*last)(void *arg, struct hub_signed *out);
    void *sign_arg;
    void *sign_registry_arg;                   /* the same for the registry */
    const char *registry;                      /* file for a copy of it; NULL: none */
    const char *log_vkey;                      /* what the signer signs the log under; NULL: not compared (tests) */
    const char *witnesses;                     /* public ones, as in the settings (hub/outside); NULL or empty: none */
    int witness_fd;                            /* their role, when there are some */
    int gate_fd;                               /* answers go there; -1: they stay in core->answers (tests) */
};

/* What core is told at its start, in this order (server/start). */
enum hub_start_core { HUB_CORE_STORE, HUB_CORE_PARTNERS, HUB_CORE_SEEDS, HUB_CORE_STATUS, HUB_CORE_PACK, HUB_CORE_HOME, HUB_CORE_REGION,
    HUB_CORE_THREADS, HUB_CORE_FORGET, HUB_CORE_REGISTRY, HUB_CORE_WITNESSES, HUB_CORE_VKEY, HUB_CORE_STARTS };

struct hub_core {
    struct kv *kv;
    kv_table meta;
    struct proto_region *region;
    struct server_packs *packs;
    struct hub_state state;                    /* for the handlers */
    struct hub_ledger *ledger;
    struct hub_seeds *seeds;
    struct hub_store_act *acts;
    struct hub_store_mail *mail;
    struct hub_store_number *numbers;
    struct hub_store_cert *cert_store;
    struct hub_openings *openings;             /* hub/openings */
    struct hub_certs *certs;
    struct hub_roster *roster;
    struct hub_registry *registry;
    struct hub_envelope_context judge;
    struct hub_verify *pool;                   /* NULL in tests: jobs are then freed */
    struct hub_collect *collect;               /* cosignatures */
    struct hub_outside *outside;               /* public witnesses; NULL: none */
    struct hub_forget forget;
    struct hub_core_config config;

    struct hub_signed checkpoint;              /* the newest */
    struct server_ipc_out answers;

    uint64_t leaf_s;                           /* time of the last leaf */
    uint64_t now_s, now_ms;                    /* of this round */
    uint64_t seeds_from;                       /* leaves below this have no seed: the store was put back (hub/backup) */
    bool full;                                 /* the disk: disclosures stop */
    struct hub_job *waiting[PROTO_PARTNERS_MAX];  /* by place in the region; fetches */
    bool look[PROTO_PARTNERS_MAX];             /* whose fetch this round looks at */
    bool has_mail[PROTO_PARTNERS_MAX];
    uint64_t seen_s[PROTO_PARTNERS_MAX];       /* when each was last heard */
    uint64_t roster_ms, status_ms, hour;
    uint64_t acts_taken, acts_refused, rounds;
    struct proto_receipt receipt;              /* scratch: some 4 KiB that no act need clear */
    uint8_t *reply, *payload;                  /* scratch of a frame's size each */
};

/* Gives *out. t says what is wrong and what to do. ERR_SIGNATURE (region, log), ERR_CONFIG (pack), ERR_STATE, ERR_BUSY, ERR_IO... */
MUST_USE enum err hub_core_open(const struct hub_core_config *config, struct hub_core **out, struct trouble *t);
void hub_core_close(struct hub_core *c);  /* takes NULL */

/* Log what failed and why, when e is not OK: the process ends with the class alone. what is static. Returns e. */
MUST_USE enum err hub_core_failed(const char *what, enum err e);

/*
 * One round over jobs (may be NULL: only waiting fetches are looked at). Takes the jobs. Answers are in c->answers, flushed when there is
 * a gate. Anything but OK means the process must end: nothing that was not committed and signed has been answered.
 */
MUST_USE enum err hub_round_run(struct hub_core *c, struct hub_job *jobs);

/* The loop until the gate stops or is lost. ERR_PEER when it was lost. */
MUST_USE enum err hub_core_loop(struct hub_core *c);
/* Answer what waits, so that every fetch ends with an answer. */
MUST_USE enum err hub_round_end(struct hub_core *c);

enum { HUB_CORE_CALLS = JAIL_THINK | JAIL_TALK | JAIL_KEEP | JAIL_OPEN | JAIL_THREADS };
/* The role: start block on 3, gate on 4, signer on 5. Returns an exit code. */
int hub_core_run(const char *program);

/* ---- the parts of a round, in files of their own ---- */

/* hub/apply: decide one act and, when it is taken or logged, put leaf, numbers, mail and row into x. */
MUST_USE enum err hub_apply_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j);
/* A leaf for a job whose outcome is decided. */
MUST_USE enum err hub_apply_leaf(struct hub_core *c, struct kv_txn *x, struct hub_job *j);

/* hub/fetch: in the round's transaction delete what was stored and stop what no longer may go; after the commit answer. */
void hub_fetch_take(struct hub_core *c, struct hub_job *j);
MUST_USE enum err hub_fetch_prepare(struct hub_core *c, struct kv_txn *x);
MUST_USE enum err hub_fetch_answer(struct hub_core *c, struct kv_txn *x);
/* Milliseconds until the next waiting fetch must be answered, at most max_ms. */
uint64_t hub_fetch_next_ms(const struct hub_core *c, uint64_t max_ms);

/* hub/query: answer from committed state; a witness message is answered so too, and changes nothing but what is collected (hub/collect). */
MUST_USE enum err hub_query_answer(struct hub_core *c, struct kv_txn *x, struct hub_job *j);

/* hub/answer: frames to the gate. */
MUST_USE enum err hub_answer_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j);
MUST_USE enum err hub_answer_payload(struct hub_core *c, struct kv_txn *x, struct hub_job *j, enum proto_refusal result,
    const uint8_t *payload, size_t len);
/*
 * The receipt of a leaf for one side, under the newest checkpoint; *out borrows c->checkpoint. sides NULL: they are computed.
 * When its seed is erased, seed, commitments and salt in it are zero (P-178).
 */
MUST_USE enum err hub_answer_receipt(struct hub_core *c, struct kv_txn *x, const struct hub_act_row *row,
    const struct hub_leaf_sides *sides, uint8_t side, struct proto_receipt *out);
/* ERR_NOTFOUND: its seed is erased. */
MUST_USE enum err hub_answer_sides(struct hub_core *c, const struct hub_act_row *row, struct hub_leaf_sides *out);
/* The size to which an answer is padded; 0: not at all. */
size_t hub_answer_size(enum proto_kind kind, bool decision);

/* hub/publish: a certificate for everybody: into the store, and after the commit among the keys that are believed. */
MUST_USE enum err hub_publish_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j);
MUST_USE enum err hub_publish_committed(struct hub_core *c, const struct hub_job *j);
/* The folder of partners, when it changed: into memory and, in a transaction of its own, into the store. */
MUST_USE enum err hub_publish_roster(struct hub_core *c, bool *changed);
/* At start: the stored certificates that may still matter into memory. */
MUST_USE enum err hub_publish_load(struct hub_core *c);

/* hub/retain: working rows of requests and offers that ended and whose mail is fetched; a few in each round. */
MUST_USE enum err hub_retain_drop(struct hub_core *c, struct kv_txn *x);

/* hub/keep: what ends by itself: rows, ids and seeds after their time. */
MUST_USE enum err hub_keep_drop(struct hub_core *c, struct kv_txn *x);
MUST_USE enum err hub_keep_hourly(struct hub_core *c);

/* hub/status: the file that `schakel-hub status` reads. Errors are not worth ending for. */
void hub_status_write(struct hub_core *c, const char *state);

#endif
