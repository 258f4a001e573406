/*
 * client/logcopy: a copy of the main log in a folder, as `schakel-hub export` writes it: tile/entries, checkpoint and checkpoint.anchored (what
 * the node knows to be cosigned by enough others), and the registry beside it. It only ever grows, by leaves that give the root the hub signed:
 * the leaves are written first, then the checkpoint that makes them count, so who is ended between the two goes on from the checkpoint of
 * before. From it a hub is restored that lost its newest leaves. It holds no personal data and needs no key; leaves come through a running node
 * (client/control). One user of a folder at a time.
 */
#ifndef CLIENT_LOGCOPY_H
#define CLIENT_LOGCOPY_H

#include "client/cmd.h"

struct client_logcopy;

/* Borrows r and folder; reads the region of r's home. Gives *out. Errors with r's trouble. */
MUST_USE enum err client_logcopy_open(struct client_run *r, const char *folder, struct client_logcopy **out);
void client_logcopy_close(struct client_logcopy *c);  /* takes NULL */
/*
 * Read what is in the folder, all of it, up to the checkpoint that was written last: everything behind it was not shown to be whole. Do so
 * before the first client_logcopy_more, and after one that failed. ERR_SIGNATURE, ERR_SYNTAX, ERR_NOTFOUND: it is no whole copy of this log.
 */
MUST_USE enum err client_logcopy_read(struct client_logcopy *c);
/*
 * What there is now. *statements: in the registry. ERR_SIGNATURE: the checkpoint is not one of this log, or the hub's leaves do not give the root
 * that it signed; checkpoint and registry in the folder stay as they were. Whole tiles of such leaves may stand behind what the checkpoint covers:
 * they count for nothing, and the next leaves are written over them. ERR_PEER, ERR_BUSY, ERR_EXPIRED: node or hub is away. ERR_FULL.
 */
MUST_USE enum err client_logcopy_more(struct client_logcopy *c, uint64_t *statements);
/* Leaves under the checkpoint in the folder. */
uint64_t client_logcopy_size(const struct client_logcopy *c);

#endif
