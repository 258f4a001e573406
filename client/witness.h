/*
 * client/witness: the node as a witness of the region's logs. It asks the hub what to cosign, checks that it extends what it cosigned last,
 * stores that with a sync, and only then signs; it brings checkpoints to the keyholder, which is asked by nodes and dials nobody; and it
 * keeps what is anchored, and how fresh a word of others there is. A hub that shows this node another history than itself or others,
 * less than it had, or nothing new is found here. Part of the vault process's one thread; nothing here waits.
 */
#ifndef CLIENT_WITNESS_H
#define CLIENT_WITNESS_H

#include "client/node.h"
#include "proto/merkle.h"

#include <stdbool.h>
#include <stdint.h>

enum { CLIENT_WITNESS_FRESH_S = 600, CLIENT_WITNESS_ALARM_S = 86400 };

struct client_witness;

/*
 * Load what was cosigned; sets n->witness. key (64 bytes, taken, also on failure) is this node's witness key and public its public half; NULL:
 * this home has none, and the node checks and counts without cosigning.
 */
MUST_USE enum err client_witness_open(struct client_node *n, struct secret *key, const uint8_t *public);
void client_witness_close(struct client_witness *w);  /* takes NULL */

/* Ask, cosign, bring on: what is due. No transaction is open. */
void client_witness_step(struct client_node *n);
uint64_t client_witness_due(const struct client_node *n, uint64_t max);

/*
 * Has another witness of the region cosigned what this node was shown, less than 10 minutes ago? While not, no offer, grant or release goes
 * out: a hub could hold back a revocation. True in a region without other witnesses: there is nobody to ask.
 */
bool client_witness_is_fresh(const struct client_node *n);

/*
 * A person went on after two histories: within x, this node cosigns that log no more (a witness that cosigned one history never cosigns
 * another), and checks from what the receipts show now.
 */
MUST_USE enum err client_witness_retire(struct client_node *n, struct vault_txn *x);

struct client_witness_status {
    bool cosigns, can_anchor, fresh, retired;
    bool alarm;                      /* the log has grown beyond what was anchored, and no anchoring came for a day */
    uint64_t cosigned_size, anchored_size, anchored_s;
    uint64_t other_s;                /* newest cosignature of another; 0: none yet */
};
void client_witness_status(const struct client_node *n, struct client_witness_status *out);

/* The newest anchored checkpoint with its cosignatures. Gives *out (free()). ERR_NOTFOUND. */
MUST_USE enum err client_witness_anchored(struct vault_txn *x, const struct client_node *n, uint8_t **out, size_t *len);

#endif
