/*
 * hub/store_act: what core keeps of every leaf, besides the leaf: enough to answer a repeat of its message with the same receipt, and
 * to build the addressee's mail; and which statement it carried, so that no table of its own is needed for that. One row per leaf in
 * order, and its message id pointing to it. Writer thread only.
 */
#ifndef HUB_STORE_ACT_H
#define HUB_STORE_ACT_H

#include "base/kv.h"
#include "proto/reply.h"

#include <stdbool.h>
#include <stdint.h>

struct hub_store_act;

/* What a leaf's receipts are rebuilt from, together with its seed. number 0: that side got none. */
struct hub_act_row {
    uint64_t index, time_s;
    uint8_t kind, result;
    bool decision;                     /* the answer has the size of a decision */
    bool carries;                      /* a statement to to: its id */
    uint8_t carried[PROTO_ID_LEN];
    uint8_t from[PROTO_PARTNER_LEN], to[PROTO_PARTNER_LEN];
    uint8_t id[PROTO_ID_LEN];
    uint8_t digest[PROTO_HASH_LEN];    /* what a repeat must equal */
    uint64_t from_number, from_previous, to_number, to_previous;
    struct proto_rows rows;
};

MUST_USE enum err hub_store_act_open(struct kv *kv, struct hub_store_act **out);
void hub_store_act_close(struct hub_store_act *s);  /* takes NULL */

/* Row and id. ERR_EXISTS when the index is not the next or the id is known. */
MUST_USE enum err hub_store_act_put(struct hub_store_act *s, struct kv_txn *x, const struct hub_act_row *row);
/* ERR_NOTFOUND; another of what base/rd says when the row cannot be read (ERR_IO: its number), of the two below too. */
MUST_USE enum err hub_store_act_get(struct hub_store_act *s, struct kv_txn *x, uint64_t index, struct hub_act_row *out);
MUST_USE enum err hub_store_act_find(struct hub_store_act *s, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN],
    struct hub_act_row *out);
/* The oldest row. ERR_NOTFOUND. */
MUST_USE enum err hub_store_act_oldest(struct hub_store_act *s, struct kv_txn *x, struct hub_act_row *out);
/* Forget a row and its id. */
MUST_USE enum err hub_store_act_drop(struct hub_store_act *s, struct kv_txn *x, const struct hub_act_row *row);

#endif
