/*
 * client/unanchored: a leaf that was not anchored for a day. A hub may keep cosignatures back, from the first one on; how long ago something was
 * anchored says nothing of it in a log that rests. So it is remembered from when on the log had a size that was not anchored; a new
 * moment begins when that size is. Part of the vault process's one thread.
 */
#ifndef CLIENT_UNANCHORED_H
#define CLIENT_UNANCHORED_H

#include "client/node.h"

enum { CLIENT_UNANCHORED_LATE_S = 86400 };

/* The log has this size, and of it so much is anchored. A log that is shorter than it was begins anew. */
void client_unanchored_saw(struct client_unanchored *u, uint64_t size, uint64_t anchored, uint64_t now_s);
/* And it was looked at: a moment of before the start says nothing yet. */
bool client_unanchored_is_late(const struct client_unanchored *u, uint64_t now_s);

/* Look, once a minute and not in the first one after the start: what others cosigned meanwhile must be able to come. No transaction is open. */
void client_unanchored_step(struct client_node *n);

#endif
