/*
 * client/registry_tell: the keyholder has no link to the hub, so every node brings it what is new in the registry (P-195). Nothing is
 * brought while there is nothing in it. Part of the vault process's one thread.
 */
#ifndef CLIENT_REGISTRY_TELL_H
#define CLIENT_REGISTRY_TELL_H

#include "client/node.h"

/* What is known of the keyholder's copy. */
struct client_registry_tell { bool telling; uint64_t due_ms, have; };

void client_registry_tell_step(struct client_node *n);

/* The leaves from first on under our newest checkpoint, as many as a message holds; with a proof when that is not all. ERR_LONG... */
struct wr;
MUST_USE enum err client_registry_tell_write(struct client_node *n, uint64_t first, struct wr *w);

#endif
