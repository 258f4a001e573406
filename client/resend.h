/*
 * client/resend: a hub that was put back from a backup has its leaves (from a mirror) and not what was in the messages: statements of the
 * time between count nowhere there, and who asks on them is refused. It shows in the first running number after it, which names no leaf
 * before it (hub/backup). Then this node says again what it said in the last 30 days, in the order in which it was logged: who has it keeps it
 * as it is. Bounded by the number of its own statements, and once for each such break. Part of the vault process's one thread.
 */
#ifndef CLIENT_RESEND_H
#define CLIENT_RESEND_H

#include "client/node.h"

enum { CLIENT_RESEND_DAYS = 30, CLIENT_RESEND_AT_ONCE = 32 };

/* Within x, which archives it: does this receipt, which was checked, show such a break? */
MUST_USE enum err client_resend_look(struct client_node *n, struct vault_txn *x, const struct proto_receipt *r);
/* Within x: put the next few into the outbox, when there is such a break (client/upkeep). */
MUST_USE enum err client_resend_run(struct client_node *n, struct vault_txn *x);

#endif
