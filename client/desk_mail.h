/*
 * client/desk_mail: what comes in for the desk, kind by kind, after the node verified sender, receipt and statement. Rows change only here
 * and on receipts (client/desk_sent); a message about a row that does not fit is dropped with a line in the log, never half applied.
 */
#ifndef CLIENT_DESK_MAIL_H
#define CLIENT_DESK_MAIL_H

#include "client/desk.h"

client_on_mail client_mail_request, client_mail_offer, client_mail_grant, client_mail_refuse, client_mail_release, client_mail_answer,
    client_mail_cancel, client_mail_report, client_mail_statement;

/* Is this statement one of the row's, so that its end stops what was not fetched yet? Used for own statements too. */
MUST_USE enum err client_desk_stop(struct vault_txn *x, const uint8_t statement[PROTO_ID_LEN]);
/* What a membership statement says about a case, own or received. */
MUST_USE enum err client_membership_apply(struct client_node *n, struct vault_txn *x, const struct proto_statement *s);

#endif
