/*
 * hub/store_cosigned: checkpoints that became anchored: the newest, and one for each hour, so that it stays provable what was anchored when.
 * Used from core's writer thread (export reads it).
 */
#ifndef HUB_STORE_COSIGNED_H
#define HUB_STORE_COSIGNED_H

#include "base/kv.h"
#include "hub/witness.h"

struct hub_store_cosigned;

/* Gives *out. ERR_NOTFOUND: a store for reading that has none. */
MUST_USE enum err hub_store_cosigned_open(struct kv *kv, struct hub_store_cosigned **out);
void hub_store_cosigned_close(struct hub_store_cosigned *s);  /* takes NULL */

/* The newest of the log with this origin id. ERR_NOTFOUND. */
MUST_USE enum err hub_store_cosigned_get(struct hub_store_cosigned *s, struct kv_txn *x, const uint8_t origin_id[PROTO_HASH_LEN],
    struct hub_cosigned *out);
/* That of the hour in which now_s lies is replaced. */
MUST_USE enum err hub_store_cosigned_put(struct hub_store_cosigned *s, struct kv_txn *x, const uint8_t origin_id[PROTO_HASH_LEN],
    const struct hub_cosigned *c, uint64_t now_s);

#endif
