/*
 * client/retention_clock: may what is past its term go by this machine's clock? What goes never comes back, and a clock can be years ahead: by an
 * empty battery, or by somebody who answers for a time server. So the hub must have named the same day, in one of its replies, less than 40 days
 * before: two clocks that nobody sets both. An answer of over ten minutes ago is no word about today: a node runs for months, and its clock may be set
 * meanwhile. A hub that names another day, or none, so keeps what should go, and `status` says it; for one that is gone for good there is a setting.
 */
#ifndef CLIENT_RETENTION_CLOCK_H
#define CLIENT_RETENTION_CLOCK_H

#include "client/node.h"

enum { CLIENT_RETENTION_CLOCK_S = 40 * 86400 };

/* *may: by this time it may. Keeps in x when the hub agreed. ERR_IO, ERR_FULL, ERR_NOMEM, and what the store says of a damaged row. */
MUST_USE enum err client_retention_clock_check(struct client_node *n, struct vault_txn *x, uint64_t now_s, bool *may);

/* For `status`: what is to be done while it may not; NULL: it may. Static. */
const char *client_retention_clock_text(const struct client_node *n, enum lang lang);

#endif
