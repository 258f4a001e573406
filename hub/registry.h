/*
 * hub/registry: the registry as the hub holds it: its leaves in the store, the fold over core's region, its newest checkpoint. A
 * statement that counts is written in the round's transaction (hub/on_registry) and folded after the commit, so that what is believed
 * is always on disk. The verifying threads read the region under the lock; the fold holds it alone. At most one statement per round:
 * the next is judged by what this one changed.
 */
#ifndef HUB_REGISTRY_H
#define HUB_REGISTRY_H

#include "hub/certs.h"
#include "hub/registry_cap.h"
#include "hub/signer.h"
#include "hub/store_registry.h"
#include "proto/registry.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct hub_registry {
    struct proto_region *region;          /* core's; the fold is written into it */
    struct proto_registry *fold;
    struct hub_registry_cap cap;          /* of what is folded */
    struct hub_store_registry *store;
    struct kv *kv;
    struct hub_certs *certs;              /* narrowed by a revocation; NULL while loading */
    pthread_rwlock_t lock;                /* of region */
    uint64_t generation;                  /* rises with each fold; read by verifying threads under the lock */
    struct hub_signed checkpoint;         /* the newest */
    char *copy;                           /* file for the other roles and commands; NULL: none */
    bool copied;                          /* it was written since the start */

    uint8_t (*hash)[PROTO_MERKLE_HASH_LEN];  /* of every leaf, for proofs to the signer */
    uint8_t pending[PROTO_REGISTRY_LEAF_MAX];
    size_t pending_len;                   /* of this round's statement; 0: none */
    uint8_t rotated[PROTO_PARTNER_LEN];   /* whose root key it changes; zero: nobody's */
};

/* Loads and folds what is stored. copy may be NULL. ERR_STATE when a stored leaf is missing, ERR_NOMEM, ERR_IO. */
MUST_USE enum err hub_registry_open(struct kv *kv, struct proto_region *region, const char *copy, struct hub_registry **out);
void hub_registry_close(struct hub_registry *r);  /* takes NULL */

/* In the round's transaction: judge, and keep as the next leaf when it counts. *busy: one of this round waits for its fold. */
MUST_USE enum err hub_registry_take(struct hub_registry *r, struct kv_txn *x, const uint8_t *note, size_t len, uint64_t at_s,
    enum proto_registry_why *why, bool *busy);
/* The transaction was given up. */
void hub_registry_rewind(struct hub_registry *r);
/* It was committed: fold what was taken. *changed says whether anything was. */
MUST_USE enum err hub_registry_commit(struct hub_registry *r, bool *changed);
/* The checkpoint of what is there, by the signer (as hub_core_config.sign), when it is newer than the last; then the copy. */
typedef enum err hub_registry_sign(void *arg, const struct proto_merkle_head *head, const struct proto_merkle_proof *proof,
    struct hub_signed *out);
MUST_USE enum err hub_registry_checkpoint(struct hub_registry *r, hub_registry_sign *sign, void *arg);
/* That the checkpoint of size extends that of old (hub/collect). */
MUST_USE enum err hub_registry_prove(struct hub_registry *r, uint64_t old, uint64_t size, struct proto_merkle_proof *out);
/* When the leaf came. ERR_NOTFOUND. */
MUST_USE enum err hub_registry_leaf_time(struct hub_registry *r, struct kv_txn *x, uint64_t index, uint64_t *out);

/* P-097, code 10: the checkpoint and leaves from index first, as many as fit; what is wrong sticks in w. */
MUST_USE enum err hub_registry_write(struct hub_registry *r, struct kv_txn *x, uint64_t first, struct wr *w);

#endif
