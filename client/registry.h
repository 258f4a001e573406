/*
 * client/registry: the region's registry as this node holds it: every leaf in CLIENT_T_REGISTRY, the root rebuilt, the statements folded
 * into n->region. The hub is asked every few seconds for what is new; what it answers is taken only when it fits all that is here
 * (P-191). A hub that shows another history, or less than it showed, is not trusted with disclosures any more (client/heads).
 */
#ifndef CLIENT_REGISTRY_H
#define CLIENT_REGISTRY_H

#include "client/node.h"
#include "client/registry_own.h"
#include "client/registry_promise.h"
#include "client/registry_tell.h"
#include "proto/registry.h"

struct client_registry;

/*
 * Load and fold what is in the vault; what the copy that came with the welcome (HOME/registry) has more is taken into it.
 * Sets n->registry. ERR_SIGNATURE: the copy is not one of this region's hub.
 */
MUST_USE enum err client_registry_open(struct client_node *n, struct trouble *t);
void client_registry_close(struct client_registry *r);  /* takes NULL */

/* Ask when it is due. Does nothing without a registry (tests). */
void client_registry_step(struct client_node *n);
/* Ask at the next step: something was said that is new. */
void client_registry_hurry(struct client_node *n);
uint64_t client_registry_due(const struct client_node *n, uint64_t max);

/* The fold; NULL when there is none. And what is known of the hub's newest checkpoint of it, for those who judge how fresh it is. */
struct proto_registry *client_registry_fold(const struct client_node *n);
/* Whether this partner takes part now. True for the hub and for who is not known: what is not known is refused elsewhere. */
bool client_registry_takes_part(const struct client_node *n, const uint8_t partner[PROTO_PARTNER_LEN]);
/* A request or a disclosure to a partner that takes no part: it does not go out. */
bool client_registry_stops(const struct client_node *n, enum proto_kind k, const uint8_t to[PROTO_PARTNER_LEN]);
/* When the hub last showed that nothing is missing here, by its newest checkpoint; 0: not since the start. */
uint64_t client_registry_seen_s(const struct client_node *n);

/*
 * Is this a head of what is here? ERR_SHORT: it covers more leaves than are here (yet); ERR_SIGNATURE: our leaves give another root, so the
 * hub signed two registries.
 */
MUST_USE enum err client_registry_has(const struct client_node *n, const struct proto_merkle_head *head);

/* That the registry of size extends that of old, both of what is here. */
MUST_USE enum err client_registry_prove(const struct client_node *n, uint64_t old, uint64_t size, struct proto_merkle_proof *out);

/* The hub's last answer had a statement that is dated ahead of this clock (P-191): it is not taken, and what others confirm grows stale. */
bool client_registry_is_ahead(const struct client_node *n);

/* The newest checkpoint that covers exactly what is here, borrowed; NULL: none since the start. */
const uint8_t *client_registry_checkpoint(const struct client_node *n, size_t *len);
/* For client/registry_tell, client/registry_promise and client/registry_own. */
struct client_registry_tell *client_registry_told(const struct client_node *n);
struct client_registry_promises *client_registry_promises_of(const struct client_node *n);
struct client_registry_own *client_registry_own_of(const struct client_node *n);

/* For tests and the above: take the payload of an answer. What proto_registry_check says; ERR_SHORT: more must be asked for; ERR_EXPIRED: it is ahead. */
MUST_USE enum err client_registry_take(struct client_node *n, const uint8_t *payload, size_t len);

#endif
