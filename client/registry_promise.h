/*
 * client/registry_promise: a receipt for a statement is the hub's promise to show it in the registry. What this node brought and has a receipt
 * for, and is not among the leaves ten minutes later, is kept back from everybody: witnesses cannot see that, for the registry they
 * confirm never grew. Who brought it can, gives nothing any more and says so, until the statement is there. Part of the vault process's one thread.
 */
#ifndef CLIENT_REGISTRY_PROMISE_H
#define CLIENT_REGISTRY_PROMISE_H

#include "client/node.h"

enum { CLIENT_REGISTRY_PROMISE_S = 600, CLIENT_REGISTRY_PROMISES = 16 };

/* Those that are not kept yet; more at a time than these are not watched. */
struct client_registry_promises {
    size_t count;
    struct { uint8_t id[PROTO_ID_LEN]; uint64_t at_s; } at[CLIENT_REGISTRY_PROMISES];
};

/* What is in the vault. */
MUST_USE enum err client_registry_promise_load(struct client_node *n);
/* Within x: this note has its receipt. */
MUST_USE enum err client_registry_promise_add(struct client_node *n, struct vault_txn *x, const uint8_t *note, size_t len);
/* Forget those that the registry shows by now. No transaction is open. */
void client_registry_promise_step(struct client_node *n);
/* Is one broken? Then its statement's id, borrowed; else NULL. */
const uint8_t *client_registry_promise_broken(const struct client_node *n);

#endif
