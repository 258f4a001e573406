/*
 * hub/backup_origin: when nobody has the leaves that are missing, two partners let the log go on without them, under its next origin
 * (P-193): their statement into the registry, and the leaf that names it behind those that were kept.
 */
#ifndef HUB_BACKUP_ORIGIN_H
#define HUB_BACKUP_ORIGIN_H

#include "hub/backup.h"
#include "hub/ledger.h"
#include "hub/registry.h"

/*
 * Within x, and folded into r. shown: the longest log that is known here to have been signed. *lost: how many leaves nobody has. ERR_DENIED: the
 * statement does not count, and t says why; ERR_STATE: it is about another loss than this one.
 */
MUST_USE enum err hub_backup_origin_append(struct hub_registry *r, struct hub_ledger *l, struct kv_txn *x,
    const struct hub_backup_sources *from, const struct proto_merkle_head *shown, uint64_t *lost, struct trouble *t);

#endif
