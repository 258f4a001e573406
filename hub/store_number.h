/*
 * hub/store_number: the running numbers of each partner, without gaps, and the leaf that its last number has. All in memory; what a
 * round changed is written at its end, in its transaction. Writer thread only.
 */
#ifndef HUB_STORE_NUMBER_H
#define HUB_STORE_NUMBER_H

#include "base/kv.h"
#include "proto/region.h"

#include <stdint.h>

struct hub_store_number;

struct hub_number { uint64_t number, previous; };  /* previous: PROTO_NO_LEAF before the first */

MUST_USE enum err hub_store_number_open(struct kv *kv, struct hub_store_number **out);
void hub_store_number_close(struct hub_store_number *s);  /* takes NULL */

/* The next number of this partner, whose leaf is index. ERR_RANGE for more than PROTO_PARTNERS_MAX partners. */
MUST_USE enum err hub_store_number_take(struct hub_store_number *s, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t index,
    struct hub_number *out);
/* Numbers up to so many further on are not given: a store that was put back does not know which of them were. ERR_RANGE, also past
 * PROTO_MERKLE_SIZE_MAX: nothing is changed then. */
MUST_USE enum err hub_store_number_skip(struct hub_store_number *s, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t count);
/* The last number given, 0 before the first. */
uint64_t hub_store_number_last(const struct hub_store_number *s, const uint8_t partner[PROTO_PARTNER_LEN]);
/* Write what was taken since the last save or load. */
MUST_USE enum err hub_store_number_save(struct hub_store_number *s, struct kv_txn *x);
/* Read all again: at open, and when a round was given up. */
MUST_USE enum err hub_store_number_load(struct hub_store_number *s);

#endif
