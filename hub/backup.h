/*
 * hub/backup: a copy of a hub's home from which it can be put back, and putting it back. What the salts of leaves are made from is in no
 * backup: it must go after a week, and nodes have what they need of it in their openings (P-178).
 */
#ifndef HUB_BACKUP_H
#define HUB_BACKUP_H

#include "hub/cli.h"
#include "hub/signer.h"

#include <stdint.h>

/*
 * Append to the store in folder store the leaves that it misses up to last, from the tiles in folder mirror (as export makes them), when
 * they give exactly last's root; running numbers go on behind any that can have been given in them. *added: how many. ERR_STATE: leaves are
 * missing and mirror is NULL; ERR_NOTFOUND: not in the mirror; ERR_SIGNATURE: they give another root. Nothing is written then.
 */
MUST_USE enum err hub_backup_complete(const char *home, const char *store, const struct hub_signed *last, const char *mirror,
    uint64_t *added, struct trouble *t);

#endif
