/*
 * client/replaced: consents of which nothing counts any more because a newer one was recorded: the newest in
 * the log that covers a section decides (client/facts). For the list that people read.
 */
#ifndef CLIENT_REPLACED_H
#define CLIENT_REPLACED_H

#include "client/ends.h"
#include "proto/region.h"

struct client_replaced;

/* Gives *out (client_replaced_free), which borrows the region and ends. ERR_NOMEM, ERR_IO. */
MUST_USE enum err client_replaced_read(
    const struct proto_region *region, struct vault_txn *x, const struct client_ends *ends, uint64_t now_s, struct client_replaced **out);
void client_replaced_free(struct client_replaced *r);
/* Did a newer one take the place of this consent, for every section of it? */
bool client_replaced_is(const struct client_replaced *r, const struct proto_statement *consent);

#endif
