/*
 * client/lastword: what each member of a case said last of its membership, so that what comes in late does not undo it. Rows of
 * CLIENT_T_META (client/meta). An invitation says something of the invited one and is held against its word, but is no word of it.
 */
#ifndef CLIENT_LASTWORD_H
#define CLIENT_LASTWORD_H

#include "client/order.h"
#include "client/statement.h"

/* Is a membership statement with this leaf newer than all that its member said? */
MUST_USE enum err client_lastword_is_newer(
    const struct client_node *n, struct vault_txn *x, const struct proto_statement *s, const struct client_leaf *leaf, bool *newer);
/* It is the member's last word now. */
MUST_USE enum err client_lastword_put(struct vault_txn *x, const struct proto_statement *s, const struct client_leaf *leaf);

#endif
