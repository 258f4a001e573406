/*
 * hub/store_opening: openings sealed to the officers of a partner, by its running numbers, until the officer's node has answered that
 * they are right. What lies here says nothing to the hub any more. Writer thread only.
 */
#ifndef HUB_STORE_OPENING_H
#define HUB_STORE_OPENING_H

#include "base/kv.h"
#include "proto/opening.h"

struct hub_store_opening;

/* item: as in proto/opening, borrowed until the transaction writes or ends. */
struct hub_opening_row { uint64_t number, time_s; uint8_t kind; struct proto_blob item; };

MUST_USE enum err hub_store_opening_open(struct kv *kv, struct hub_store_opening **out);
void hub_store_opening_close(struct hub_store_opening *s);  /* takes NULL */

MUST_USE enum err hub_store_opening_put(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    const struct hub_opening_row *row);
/* The first with a number above after. ERR_NOTFOUND. */
MUST_USE enum err hub_store_opening_next(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    uint64_t after, struct hub_opening_row *out);
/* Delete those up to number, at most HUB_OPENINGS_DELETED: the rest with the next answer. */
enum { HUB_OPENINGS_DELETED = 8192 };
MUST_USE enum err hub_store_opening_delete_upto(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    uint64_t number);
/* The leaf time of the oldest that waits for an answer: an answer's own opening waits for none. ERR_NOTFOUND. */
MUST_USE enum err hub_store_opening_oldest(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    uint64_t *time_s);

#endif
