/*
 * client/silent: consents about our own records that another organisation recorded, and has said nothing about for over a day though its node
 * does so daily (client/upkeep): it is off, or somebody keeps back what it says, a withdrawal perhaps. After seven days they count no more
 * (client/facts); a person hears of it before.
 */
#ifndef CLIENT_SILENT_H
#define CLIENT_SILENT_H

#include "client/node.h"

enum { CLIENT_SILENT_S = 30 * 3600 };

/* How many there are now. ERR_NOMEM, ERR_IO... */
MUST_USE enum err client_silent_consents(const struct client_node *n, struct vault_txn *x, uint64_t now_s, uint64_t *count);

#endif
