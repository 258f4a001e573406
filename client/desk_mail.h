/*
 * client/desk_mail: what comes in for the desk, kind by kind, after the node verified sender, receipt and
 * statement. Rows change only here and on receipts (client/desk_sent); a message about a row that does not
 * fit is dropped with a line in the log, never half applied.
 */
#ifndef CLIENT_DESK_MAIL_H
#define CLIENT_DESK_MAIL_H

#include "client/desk.h"

client_on_mail client_mail_request, client_mail_offer, client_mail_grant, client_mail_refuse,
    client_mail_release, client_mail_answer, client_mail_cancel, client_mail_report, client_mail_statement;

/*
 * A consent was withdrawn, here or elsewhere: what rests on it and was not fetched yet stops, on both sides.
 * What rests on another ground goes on. The caller knows that it may be withdrawn by whom it was.
 */
MUST_USE enum err client_desk_stop(
    struct client_node *n, struct vault_txn *x, const struct proto_statement *consent);

/* For the parts of desk_mail. Nothing is done with this mail: a line in the log with why (static), and OK. */
MUST_USE enum err client_mail_dropped(const struct client_mail_event *e, const char *why);
/*
 * The same when its row is not there (ERR_NOTFOUND), or not theirs (ERR_DENIED), for that is their mistake. Anything else is this node's
 * trouble: err as it was, and the mail comes again.
 */
MUST_USE enum err client_mail_missed(const struct client_mail_event *e, enum err err, const char *why);

#endif
