/*
 * client/witness: the node as a witness of the region's two logs. It asks the hub what to cosign, checks that it extends what it cosigned
 * last, stores that with a sync, and only then signs; it brings checkpoints to the keyholder, which is asked by nodes and dials nobody; and
 * it keeps what is anchored, and how fresh a word of others there is. A hub that shows this node another history than itself or others,
 * less than it had, or nothing new is found here. Of the registry it cosigns only what it holds all leaves of, so that none can be kept
 * back. Part of the vault process's one thread; nothing here waits.
 * Exchange: witness.c; rows: witness_rows.c; what is known: witness_fresh.c; its key: witness_key.c.
 */
#ifndef CLIENT_WITNESS_H
#define CLIENT_WITNESS_H

#include "client/node.h"
#include "proto/merkle.h"

#include <stdbool.h>
#include <stdint.h>

enum { CLIENT_WITNESS_FRESH_S = 600 };

struct client_witness;

/*
 * Load what was cosigned; sets n->witness. key (64 bytes, taken, also on failure) is this node's witness key and public its public half; NULL:
 * this home has none, and the node checks and counts without cosigning.
 */
MUST_USE enum err client_witness_open(struct client_node *n, struct secret *key, const uint8_t *public);
void client_witness_close(struct client_witness *w);  /* takes NULL */
/* A key (taken) that takes the place of the present one as soon as the registry names it. n->witness is there. */
void client_witness_next(struct client_node *n, struct secret *key, const uint8_t *public);
/* That the key does not count, or that another waits; NULL: nothing to say. Static. */
const char *client_witness_key_text(const struct client_node *n, enum lang lang);
/* What was cosigned last of log and registry (size 0: nothing yet). False: the log contradicts itself, or there is no witness. */
bool client_witness_held(const struct client_node *n, struct proto_merkle_head *log, struct proto_merkle_head *registry);

/* Ask, cosign, bring on: what is due. No transaction is open. */
void client_witness_step(struct client_node *n);
uint64_t client_witness_due(const struct client_node *n, uint64_t max);

/*
 * Has another witness of the region cosigned what this node was shown of the log, and of the registry no more than this node holds, less
 * than 10 minutes ago? While not, no offer, grant or release goes out: a hub could hold back a revocation. In a region without other
 * witnesses there is nobody to ask: then the hub must have shown its registry itself.
 */
bool client_witness_is_fresh(const struct client_node *n);
/* The registry alone. */
bool client_witness_is_registry_fresh(const struct client_node *n);
/* It started seconds ago: that nobody confirmed anything yet means nothing. */
bool client_witness_is_starting(const struct client_node *n);
/*
 * Why nothing is given now, what goes on, and what to do; NULL when there is nothing to say. In buf.
 */
const char *client_witness_text(const struct client_node *n, enum lang lang, char *buf, size_t len);
/* For those who see the registry contradict itself (client/registry): this node cosigns it no more once a person goes on. */
void client_witness_registry_contradicts(struct client_node *n);

/*
 * A person went on after two histories: within x, this node cosigns that log no more (a witness that cosigned one history never cosigns
 * another), and checks from what the receipts show now.
 */
MUST_USE enum err client_witness_retire(struct client_node *n, struct vault_txn *x);

struct client_witness_status {
    bool cosigns, can_anchor, fresh, retired;   /* of the main log; fresh: of both */
    bool alarm;                      /* something in the log was not anchored for a day (client/unanchored) */
    uint64_t cosigned_size, anchored_size, anchored_s;
    uint64_t other_s;                /* newest cosignature of another; 0: none yet */
    bool registry_fresh;
    uint64_t registry_cosigned_size, registry_anchored_size, registry_anchored_s, registry_other_s;
};
void client_witness_status(const struct client_node *n, struct client_witness_status *out);

/* The main log has another origin (client/origin): what was cosigned of the one before is no base for it. ERR_IO, ERR_NOMEM. */
MUST_USE enum err client_witness_begin_again(struct client_node *n);

/*
 * What this node's own witness has seen of the log under its number-th origin: the newest head, and the largest that lies within kept leaves (size
 * 0: none). Each was proven to extend the one before. No transaction is open. ERR_IO, ERR_NOMEM.
 */
struct client_witness_before {
    struct proto_merkle_head newest, within;
};
MUST_USE enum err client_witness_before(const struct client_node *n, unsigned number, uint64_t kept, struct client_witness_before *out);

/* The newest anchored checkpoint of the main log with its cosignatures. Gives *out (free()). ERR_NOTFOUND. */
MUST_USE enum err client_witness_anchored(struct vault_txn *x, const struct client_node *n, uint8_t **out, size_t *len);

#endif
