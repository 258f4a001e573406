/*
 * client/desk_sent: what the hub's receipt, or its final refusal, of an own act changes at the desk. Rows of
 * client_kinds (client/kinds.c).
 */
#ifndef CLIENT_DESK_SENT_H
#define CLIENT_DESK_SENT_H

#include "client/desk.h"

client_on_receipt client_sent_request, client_sent_grant, client_sent_release, client_sent_refuse,
    client_sent_cancel, client_sent_answer;
client_on_refused client_desk_refused, client_desk_refused_grant, client_desk_refused_release;

/*
 * It is over, in this state: the copy goes, or what was sealed for an approval; where there was a copy to read, the holder is told so (the
 * report is expired).
 */
MUST_USE enum err client_desk_end(struct client_node *n, struct vault_txn *x, struct client_desk *d, enum client_desk_state state);

/* Once a minute: destroy copies whose access is over and report it. A row that cannot be read is logged and passed over. */
MUST_USE enum err client_desk_tick(struct client_node *n, struct vault_txn *x, uint64_t now_s);

#endif
