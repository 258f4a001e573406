/*
 * client/upkeep: what a node does by itself: copies whose access is over are destroyed and reported, statements that nobody acknowledged
 * are sent again, and of a consent that this partner recorded for another's records it says once a day how it stands (DESIGN section 5).
 */
#ifndef CLIENT_UPKEEP_H
#define CLIENT_UPKEEP_H

#include "client/node.h"

/* Does what is due, at most once a minute. Call with no transaction open. What fails is logged and tried again a minute later. */
void client_upkeep_step(struct client_node *n);

/* The same at a time of the caller's, in its transaction: for the step and for tests. */
MUST_USE enum err client_upkeep_run(struct client_node *n, struct vault_txn *x, uint64_t now_s);

#endif
