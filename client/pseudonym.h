/*
 * client/pseudonym: a citizen number to the subject id under which the hub and the partners know the child (proto/pseudonym). Known ones are
 * kept under a key that says nothing; the others wait a moment and are asked for together (client/derive), of the hub and, where the region
 * has one, of the keyholder. What cannot be done now waits in the vault (client/waiting) and is done by itself when it can be. The call for
 * commands is in client/node.h.
 */
#ifndef CLIENT_PSEUDONYM_H
#define CLIENT_PSEUDONYM_H

#include "client/node.h"

struct client_pseudonyms;
MUST_USE enum err client_pseudonyms_open(struct client_node *n);      /* sets n->pseudonyms */
void client_pseudonyms_close(struct client_pseudonyms *p);            /* takes NULL; wipes */
/* Send what waits, store what came. No transaction is open. */
void client_pseudonyms_step(struct client_node *n);
/* Before the vault closes: children that only memory knows go into it. No transaction is open. */
void client_pseudonyms_end(struct client_node *n);
uint64_t client_pseudonyms_due(const struct client_node *n, uint64_t max);
/* A person put something among those that wait: who refused for today is asked once more, for there may be room by now. */
void client_pseudonyms_wake(struct client_node *n);

/* Known already? ERR_NOTFOUND. */
MUST_USE enum err client_pseudonym_find(struct client_node *n, struct vault_txn *x, const char *number, struct proto_subject_id *out);
/* For client/derive: this number has this id, proven. */
MUST_USE enum err client_pseudonym_keep(struct client_node *n, struct vault_txn *x, const char *number, const struct proto_subject_id *id);
/* How many wait, in the vault and in memory. */
MUST_USE enum err client_pseudonyms_waiting(struct client_node *n, struct vault_txn *x, uint64_t *out);
/* Why those that wait are not being done, as trouble with its class; OK when nothing stands in the way. */
MUST_USE enum err client_pseudonyms_why(struct client_node *n, uint64_t waiting, struct trouble *t);

#endif
