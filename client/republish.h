/*
 * client/republish: a hub that was put back from a backup does not know the keys that were made known to it since. What is signed with them it
 * refuses as of an unknown key, for as long as nobody logs in anew; so the node makes its own keys known again.
 */
#ifndef CLIENT_REPUBLISH_H
#define CLIENT_REPUBLISH_H

#include "client/node.h"

/*
 * Put what makes known every own certificate that is valid now, the node's first, into the outbox; not again within ten minutes, whoever says
 * that a key is unknown. ERR_NOMEM, ERR_IO, ERR_FULL.
 */
MUST_USE enum err client_republish(struct client_node *n, struct vault_txn *x);
/* The hub said of an own act that it does not know a key. No transaction is open. */
void client_republish_asked(struct client_node *n);

#endif
