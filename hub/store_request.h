/*
 * hub/store_request: requests and offers as the hub works on them. A row says when it may go (due): the end
 * of a request that nobody answered, the end of access of one that was granted, at once when it was refused
 * or cancelled; a retention run walks that index and drops what is due and fetched. Used by the core process
 * only, from its writer thread.
 */
#ifndef HUB_STORE_REQUEST_H
#define HUB_STORE_REQUEST_H

#include "hub/tables.h"
#include "proto/msg.h"

#include <stdbool.h>

/* Numbers are stored. */
enum hub_request_state { HUB_REQUEST_NONE = 0, HUB_REQUEST_OPEN, HUB_REQUEST_GRANTED, HUB_REQUEST_REFUSED,
    HUB_REQUEST_CANCELLED, HUB_REQUEST_ACCEPTED, HUB_REQUEST_NOT_FOR_US, HUB_REQUEST_ENDED,
    HUB_REQUEST_TAKEN_BACK };   /* by the holder, after it was granted or sent */

struct hub_request {
    uint8_t id[PROTO_ID_LEN];            /* of the message that began it */
    bool is_offer;
    enum hub_request_state state;
    uint8_t asker[PROTO_PARTNER_LEN];    /* who would receive, whoever began */
    uint8_t holder[PROTO_PARTNER_LEN];
    uint8_t case_id[PROTO_ID_LEN];
    struct proto_subject_id subject;
    char purpose[PROTO_PURPOSE_WIDTH + 1];
    struct proto_sections sections;      /* that are left: those the decision let through */
    struct proto_ids statements;         /* that it points at */
    bool weighed;                        /* by the asker */
    struct proto_sections weighed_for;   /* the sections of that weighing; none: all */
    uint64_t began_s, valid_until_s;
    uint64_t due_s;                      /* from when it may go */
    uint8_t grant[PROTO_ID_LEN];         /* zero: none yet */
};

/* A new one. ERR_EXISTS. */
MUST_USE enum err hub_store_request_add(const struct hub_tables *t, struct kv_txn *x,
    const struct hub_request *q);
/* ERR_NOTFOUND; ERR_IO when the row cannot be read. */
MUST_USE enum err hub_store_request_get(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t id[PROTO_ID_LEN], struct hub_request *out);
/* Store a changed one; its place in the index of due ones moves along. ERR_NOTFOUND. */
MUST_USE enum err hub_store_request_save(const struct hub_tables *t, struct kv_txn *x,
    const struct hub_request *q);
/* Remove the row and its index entry. ERR_NOTFOUND. */
MUST_USE enum err hub_store_request_drop(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t id[PROTO_ID_LEN]);

/* The one that has been due longest, if it is due at now_s. ERR_NOTFOUND when none is. */
MUST_USE enum err hub_store_request_first_due(const struct hub_tables *t, struct kv_txn *x, uint64_t now_s,
    uint8_t id[PROTO_ID_LEN]);

#endif
