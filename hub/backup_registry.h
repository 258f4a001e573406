/*
 * hub/backup_registry: the statements of the registry that a store from a backup misses. Every node and the keyholder hold them all, the
 * home has a copy for its other roles, and export and mirror write one: the same form everywhere (P-190). A revocation made after the
 * backup is among them, so no hub starts without.
 */
#ifndef HUB_BACKUP_REGISTRY_H
#define HUB_BACKUP_REGISTRY_H

#include "hub/backup.h"
#include "hub/registry.h"

/*
 * Within x: what r misses, from the copies that from names. Also folded into r, so r is spent when x is given up. ERR_STATE: no copy has
 * enough; ERR_SIGNATURE: a root that was not signed; ERR_KEY, ERR_SYNTAX and the like: a copy that was given is not one of this registry.
 */
MUST_USE enum err hub_backup_registry_append(struct hub_registry *r, struct kv_txn *x, const struct hub_backup_sources *from,
    uint64_t *added, struct trouble *t);

#endif
