/*
 * hub/store_grant: what was granted or offered: the sections, the digest of the one release that may follow,
 * the end of access, and the steps of the holder's people that it carried. An offer is its own grant, under
 * its own id. Used by the core process only, from its writer thread.
 */
#ifndef HUB_STORE_GRANT_H
#define HUB_STORE_GRANT_H

#include "hub/tables.h"
#include "proto/msg.h"

#include <stdbool.h>

struct hub_grant {
    uint8_t id[PROTO_ID_LEN];           /* of the grant or offer */
    uint8_t request[PROTO_ID_LEN];      /* of the request; the same id for an offer */
    struct proto_sections sections;
    uint64_t until_s;                   /* end of access */
    uint8_t digest[PROTO_HASH_LEN];     /* SHA-256 of the release */
    struct proto_ids ticked;            /* references and consents that a person of the holder checked */
    bool weighed;                       /* by the holder */
    struct proto_sections weighed_for;  /* none: all */
    bool second;                        /* somebody else of the holder approved */
    uint64_t granted_s;
    uint8_t pack[PROTO_HASH_LEN];       /* the holder's, with which it is decided up to the fetch */
    uint8_t release[PROTO_ID_LEN];      /* zero: not handed over yet */
    uint8_t reported;                   /* mask: 1 << enum proto_report */
};

/* A new one, or a changed one. */
MUST_USE enum err hub_store_grant_put(const struct hub_tables *t, struct kv_txn *x,
    const struct hub_grant *g);
/* ERR_NOTFOUND; ERR_IO when the row cannot be read. */
MUST_USE enum err hub_store_grant_get(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t id[PROTO_ID_LEN], struct hub_grant *out);
/* The grant that a release belongs to. ERR_NOTFOUND. */
MUST_USE enum err hub_store_grant_of_release(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t release[PROTO_ID_LEN], struct hub_grant *out);
/* Its release is handed over: stores that, and the way back. ERR_EXISTS when it was already. */
MUST_USE enum err hub_store_grant_released(const struct hub_tables *t, struct kv_txn *x, struct hub_grant *g,
    const uint8_t release[PROTO_ID_LEN]);
/* Remove the row and the way back from its release. ERR_NOTFOUND. */
MUST_USE enum err hub_store_grant_drop(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t id[PROTO_ID_LEN]);

#endif
