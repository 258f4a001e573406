/*
 * hub/collect: core's side of the witnesses: its two logs as sources of requests, what comes with messages and over HTTP, the store, and the
 * alarm when nothing is anchored for a day. The registry is collected for like the main log, and apart from it: its checkpoint is cosigned
 * anew every few minutes also when nothing was added, for nodes give nothing on one that nobody cosigned lately. Used from core's writer
 * thread only.
 */
#ifndef HUB_COLLECT_H
#define HUB_COLLECT_H

#include "base/json.h"
#include "hub/core.h"
#include "hub/store_cosigned.h"
#include "hub/witness.h"

struct hub_collect {
    struct hub_witness main, registry; /* the main log, and that of readable statements */
    struct hub_store_cosigned *store;
    uint64_t look_ms;
};

/* Gives c->collect; the store, region and log are open. */
MUST_USE enum err hub_collect_open(struct hub_core *c);
void hub_collect_close(struct hub_collect *o);  /* takes NULL */

/* Query 8: the body of a request to cosign; query 9: the newest checkpoint that is anchored. */
MUST_USE enum err hub_collect_request(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result);
MUST_USE enum err hub_collect_newest(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result);
/* What is collected for one of the two. */
struct hub_witness *hub_collect_log(struct hub_core *c, enum hub_signer_which which);
/* The same body for a witness that is asked (hub/outside). */
MUST_USE enum err hub_collect_body(struct hub_core *c, struct kv_txn *x, enum hub_signer_which which, uint64_t old, struct wr *w,
    enum proto_refusal *result);
/* A witness message: cosignatures are taken, the answer is the newest anchored checkpoint. */
MUST_USE enum err hub_collect_take(struct hub_core *c, struct kv_txn *x, const struct hub_job *j, struct wr *w, enum proto_refusal *result);

/* In a round's transaction: what is not saved yet. Its commit makes it saved. */
MUST_USE enum err hub_collect_save(struct hub_core *c, struct kv_txn *x);
void hub_collect_saved(struct hub_core *c);
/* Once a minute, with a read transaction: how old the oldest leaf of each log is that is not anchored, and the alarm after a day. */
void hub_collect_look(struct hub_core *c, struct kv_txn *x);

/* For the status file. */
void hub_collect_status(const struct hub_core *c, cJSON *root);

#endif
