/*
 * client/registry_own: this partner's own statements for the registry: what became of them, and why the hub refused one. Part of the vault process's
 * one thread.
 */
#ifndef CLIENT_REGISTRY_OWN_H
#define CLIENT_REGISTRY_OWN_H

#include "client/node.h"
#include "proto/registry.h"

enum { CLIENT_REGISTRY_REFUSED = 8 };

/* The last that were refused; not kept: who sent them has been told. */
struct client_registry_own {
    struct { uint8_t id[PROTO_ID_LEN], why; } refused[CLIENT_REGISTRY_REFUSED];
    size_t next;
};

/*
 * Is this a statement that takes something from somebody (a revocation, another root or witness key) and would count, by all that is here? Then a
 * hub that says no without a leaf may be keeping it back. *ends is left as it is when it is not; ERR_NOMEM.
 */
MUST_USE enum err client_registry_ends(struct client_node *n, const struct proto_msg *m, bool *ends);
/* Why the hub refused this statement: enum proto_registry_why; PROTO_REG_COUNTS: it did not say. */
enum proto_registry_why client_registry_refused(const struct client_node *n, const uint8_t id[PROTO_ID_LEN]);
/* client_kinds: the receipt and the refusal of a statement. */
MUST_USE enum err client_registry_on_receipt(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e);
MUST_USE enum err client_registry_on_refused(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e);

#endif
