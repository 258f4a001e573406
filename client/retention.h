/*
 * client/retention: what a node keeps no longer than it must (MODEL, section 6). Consents, events and objections, with what ended them, go five
 * years after they were over, a decision with its weighing and approval five years after its last day, the daily word that a consent stands
 * after 90 days. A case has an end of its own (client/case_end). Copies of content have their own, shorter end (client/desk_sent), the archive a longer one (client/archive_end). Stays:
 * records, which are the partner's own files, and everything while `legal_hold = yes` stands in the settings.
 */
#ifndef CLIENT_RETENTION_H
#define CLIENT_RETENTION_H

#include "client/node.h"

enum { CLIENT_RETENTION_S = 5 * 366 * 86400, CLIENT_RETENTION_STATUS_S = 90 * 86400, CLIENT_RETENTION_AT_ONCE = 64 };

/* Drop what is due in x, at most CLIENT_RETENTION_AT_ONCE of a sort. *more: there may be more. Nothing under a legal hold. */
MUST_USE enum err client_retention_run(struct client_node *n, struct vault_txn *x, uint64_t now_s, bool *more);
/* One statement with all that is kept for it (its draft, its marks). */
MUST_USE enum err client_retention_drop_statement(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN]);
/* Once a day, and every ten seconds while there is more: the node has other work. Call with no transaction open. What fails is logged and tried again. */
void client_retention_step(struct client_node *n);

#endif
