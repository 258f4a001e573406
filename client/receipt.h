/*
 * client/receipt: the hub's answer to an act: is it believed, and what follows. All of it in one transaction: archive, what the kind does,
 * and the end of its place in the outbox.
 */
#ifndef CLIENT_RECEIPT_H
#define CLIENT_RECEIPT_H

#include "client/outbox.h"

enum client_receipt_verdict { CLIENT_RECEIPT_AGAIN = 0, CLIENT_RECEIPT_DONE, CLIENT_RECEIPT_REFUSED };

/* order is the act's key in the outbox. *verdict AGAIN: nothing changed; send it again later. REFUSED: the
 * same, but the hub says that it never will; a statement that stops something is not dropped on its bare word. */
MUST_USE enum err client_receipt_apply(struct client_node *n, uint64_t order, const struct client_outbox_row *row,
    const struct proto_reply *reply, enum client_receipt_verdict *verdict);

#endif
