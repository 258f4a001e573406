/*
 * client/retention: what a node keeps no longer than it must (MODEL, section 6). Consents, events and objections, with what ended them, go five
 * years after they were over, a decision with its weighing and approval five years after its last day, the daily word that a consent stands
 * after 90 days. Not here: a case, with what is known of the child for it (client/case_end), copies of content, whose end is sooner
 * (client/desk_sent), and the archive, whose end is later (client/archive_end). A record is the partner's own file: it goes by its age only with a
 * case that ends so. Everything stays while `legal_hold = yes` stands in the settings, and by a clock that the hub does not have (client/retention_clock).
 */
#ifndef CLIENT_RETENTION_H
#define CLIENT_RETENTION_H

#include "client/node.h"
#include "client/terms.h"

enum { CLIENT_RETENTION_S = CLIENT_TERMS_LEAST_YEARS * CLIENT_TERMS_YEAR_S, CLIENT_RETENTION_STATUS_S = 90 * 86400, CLIENT_RETENTION_AT_ONCE = 64 };

/* Drop what is due in x, at most CLIENT_RETENTION_AT_ONCE of a sort. *more: there may be more. Nothing under a legal hold. */
MUST_USE enum err client_retention_run(struct client_node *n, struct vault_txn *x, uint64_t now_s, bool *more);
/* One statement with all that is kept for it (its draft, its marks). */
MUST_USE enum err client_retention_drop_statement(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN]);
/*
 * Once a day, and every ten seconds while there is more: the node has other work. Call with no transaction open. What fails is logged and tried
 * again.
 */
void client_retention_step(struct client_node *n);

#endif
