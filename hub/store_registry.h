/*
 * hub/store_registry: the leaves of the registry, by index; kept for ever. Writer thread only.
 */
#ifndef HUB_STORE_REGISTRY_H
#define HUB_STORE_REGISTRY_H

#include "base/kv.h"

#include <stddef.h>
#include <stdint.h>

struct hub_store_registry;

MUST_USE enum err hub_store_registry_open(struct kv *kv, struct hub_store_registry **out);
void hub_store_registry_close(struct hub_store_registry *s);  /* takes NULL */

MUST_USE enum err hub_store_registry_put(struct hub_store_registry *s, struct kv_txn *x, uint64_t index, const uint8_t *leaf, size_t len);
/* Borrows until x writes or ends. ERR_NOTFOUND. */
MUST_USE enum err hub_store_registry_get(struct hub_store_registry *s, struct kv_txn *x, uint64_t index, const uint8_t **leaf,
    size_t *len);

#endif
