/*
 * hub/store_gone: ids of statements and cases that were dropped (hub/forget), so that none comes back as if it were new: a consent that was
 * withdrawn above all, and a case that who declined would open as its own. A random id and a moment, nothing about anybody. Used by the core
 * process only, from its writer thread.
 */
#ifndef HUB_STORE_GONE_H
#define HUB_STORE_GONE_H

#include "hub/store_case.h"
#include "proto/msg.h"

/* until_s: from when the id itself may be forgotten. */
MUST_USE enum err hub_store_gone_put(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN], uint64_t until_s);
MUST_USE enum err hub_store_gone_has(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN], bool *has);
/* What stands here for a case of one purpose that was dropped: no id of a case or statement, and it leads to neither. ERR_RANGE: no purpose is that long. */
MUST_USE enum err hub_store_gone_case(const struct hub_case *c, uint8_t id[PROTO_ID_LEN]);
/* Forget it if its moment has come; ERR_NOTFOUND when it is not there. */
MUST_USE enum err hub_store_gone_forget(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN], uint64_t now_s);

#endif
