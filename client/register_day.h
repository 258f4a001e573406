/*
 * client/register_day: how many pseudonyms of whole registers were done today (days of UTC, as the holders count). Used by client/pseudonym only.
 */
#ifndef CLIENT_REGISTER_DAY_H
#define CLIENT_REGISTER_DAY_H

#include "client/node.h"
#include "client/vault.h"

/* Days since 1970, and how many were done on that one. */
struct client_register_day { uint64_t day; uint32_t count; };

/* Of today; nothing was done when there is no row, or one of another day. ERR_SHORT, ERR_LONG: the row cannot be read; ERR_IO, ERR_NOMEM. */
MUST_USE enum err client_register_day_read(struct vault_txn *x, struct client_register_day *out);
/* So many more, in a transaction of its own; in place of a row that cannot be read, these alone. ERR_FULL, ERR_IO, ERR_NOMEM: they are not counted. */
MUST_USE enum err client_register_day_add(struct client_node *n, uint32_t count);

#endif
