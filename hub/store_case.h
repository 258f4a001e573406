/*
 * hub/store_case: cases by purpose, and who stands how in each. A case is an id that its members know; it
 * exists for a purpose from the moment somebody opened it for that purpose. Used by the core process only,
 * from its writer thread.
 */
#ifndef HUB_STORE_CASE_H
#define HUB_STORE_CASE_H

#include "hub/tables.h"
#include "proto/msg.h"

#include <stdbool.h>

/* Numbers are stored. The zero value has no part in the case. */
enum hub_standing { HUB_STANDING_NONE = 0, HUB_STANDING_OPENED, HUB_STANDING_INVITED, HUB_STANDING_ACCEPTED,
    HUB_STANDING_DECLINED, HUB_STANDING_LEFT };

/* A case for one purpose. */
struct hub_case {
    uint8_t id[PROTO_ID_LEN];
    char purpose[PROTO_PURPOSE_WIDTH + 1];
};

/* The case of a message or statement. */
struct hub_case hub_case_of(const uint8_t id[PROTO_ID_LEN], const char *purpose);

/* Does this standing make a member? */
bool hub_standing_is_member(enum hub_standing standing);

/* *exists: has it been opened; if so *opener (may be NULL). */
MUST_USE enum err hub_store_case_find(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c,
    bool *exists, uint8_t opener[PROTO_PARTNER_LEN]);
/* Open it, with the opener as its first member. ERR_EXISTS. */
MUST_USE enum err hub_store_case_open(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c,
    const uint8_t opener[PROTO_PARTNER_LEN], uint64_t now_s);

/* HUB_STANDING_NONE for a partner that was never named in it, and for a case that is not there. */
MUST_USE enum err hub_store_case_standing(const struct hub_tables *t, struct kv_txn *x,
    const struct hub_case *c, const uint8_t partner[PROTO_PARTNER_LEN], enum hub_standing *out);
MUST_USE enum err hub_store_case_set_standing(const struct hub_tables *t, struct kv_txn *x,
    const struct hub_case *c,
    const uint8_t partner[PROTO_PARTNER_LEN], enum hub_standing standing, uint64_t now_s);

/* *c becomes the next case in the order of its key (zero: the first); ERR_NOTFOUND at the end, ERR_IO when one cannot be read. */
MUST_USE enum err hub_store_case_next(const struct hub_tables *t, struct kv_txn *x, struct hub_case *c);
/* How each partner that was ever named in it stands, since when; partner is valid during the call only. */
typedef void hub_store_case_each(void *arg, const uint8_t partner[PROTO_PARTNER_LEN], enum hub_standing standing, uint64_t since_s);
MUST_USE enum err hub_store_case_walk(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c,
    hub_store_case_each *each, void *arg);
/* Remove it and everybody's standing in it. ERR_NOTFOUND. */
MUST_USE enum err hub_store_case_drop(const struct hub_tables *t, struct kv_txn *x, const struct hub_case *c);

#endif
