/*
 * client/rotate: the node goes over to keys that `org rotate` made: new certificates are published, a new node key is used from its
 * receipt on (until then the hub would not know it), and old HPKE keys open what was sealed to them.
 */
#ifndef CLIENT_ROTATE_H
#define CLIENT_ROTATE_H

#include "client/node.h"

struct client_rotate;

/* At the start, with the vault's key; the outbox must be there. Sets n->rotate. */
MUST_USE enum err client_rotate_open(struct client_node *n, struct secret *vault_key, struct trouble *t);
/* In the node's loop, between transactions: the files of a key that was gone over to take their places. */
void client_rotate_step(struct client_node *n);
void client_rotate_close(struct client_rotate *r);  /* takes NULL */

/* The i-th key that opens what is sealed to this node, the present one first; NULL: no more. *public is borrowed. */
struct secret *client_rotate_hpke(const struct client_node *n, size_t i, const uint8_t **public);

/*
 * Until when the certificate that this message publishes counts: of staff's, not longer than the node key that signed it. 0: it publishes
 * none, or one that never counts; UINT64_MAX: it cannot be read. *is_node: it is of a node key.
 */
uint64_t client_rotate_counts_until(const struct client_node *n, const struct proto_msg *m, bool *is_node);

/* client_kinds: a certificate has its receipt. */
MUST_USE enum err client_rotate_on_receipt(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e);

#endif
