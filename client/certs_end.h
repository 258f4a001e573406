/*
 * client/certs_end: certificates that nothing refers to any more. One that has ended is needed as long as something is kept that was signed under
 * it: a statement of its person (or a status of its node), an act in the archive, a person's certificate below a node's. So it goes when it ended
 * before the oldest act that the archive still has whole, and no statement here has its key.
 */
#ifndef CLIENT_CERTS_END_H
#define CLIENT_CERTS_END_H

#include "client/node.h"

enum { CLIENT_CERTS_END_AT_ONCE = 256 };

/*
 * Drop from the store, at most CLIENT_CERTS_END_AT_ONCE. *dropped: how many; then, after the commit, client_certs_reload. Nothing under a legal
 * hold.
 */
MUST_USE enum err client_certs_end_run(const struct client_node *n, struct vault_txn *x, size_t *dropped);

#endif
