/*
 * hub/follow: messages that follow another one: from the id that a message refers to, to the rows it is
 * about, as far as its sender may know of them. For somebody who is no party to a request it is not there.
 */
#ifndef HUB_FOLLOW_H
#define HUB_FOLLOW_H

#include "hub/act.h"
#include "hub/store_grant.h"
#include "hub/store_request.h"

/* Which side sends such a message. */
enum hub_side { HUB_SIDE_ASKER, HUB_SIDE_HOLDER };

/*
 * The request or offer that the message refers to. *refusal: PROTO_ACCEPTED and then *out; NOT_FOUND,
 * NOT_YOURS (the other side's to send), MALFORMED (not sent to the other side, or about another case, child
 * or purpose than the request).
 */
MUST_USE enum err hub_follow_request(struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    enum hub_side side, struct hub_request *out, enum proto_refusal *refusal);

/* The question is over, by this act: to is its last state, and from now on the row may go. */
MUST_USE enum err hub_follow_close(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_request *q,
    enum hub_request_state to);

/* Which state a question goes on to; HUB_REQUEST_NONE: not to any, and *refusal says why. */
typedef enum hub_request_state hub_follow_next(const struct hub_request *q, const struct hub_act *a, enum proto_refusal *refusal);

/* A message of this side that ends the question it refers to: logged, mailed to the other side, and the row may go. */
MUST_USE enum err hub_follow_ending(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, enum hub_side side,
    hub_follow_next *next, struct hub_outcome *o);

/* The same for a message that refers to a grant or offer, or to the release of one. */
MUST_USE enum err hub_follow_grant(struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    enum hub_side side, struct hub_grant *grant, struct hub_request *request, enum proto_refusal *refusal);

/*
 * Does each of these statements count between the sender and the addressee about the message's child?
 * NOT_ADDRESSED if not, whether it is not there or not for them.
 */
MUST_USE enum err hub_follow_statements(struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    const struct proto_ids *ids, enum proto_refusal *refusal);

/* REPLAYED when a row stands under the message's own id: nothing may be written over it. */
MUST_USE enum err hub_follow_new(const struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    enum proto_refusal *refusal);

/* What a request, offer and grant have in common: sender's role, addressee, pack, names. */
enum proto_refusal hub_follow_disclosure(const struct hub_state *s, const struct hub_act *a);

/*
 * How far ahead a request or offer may be valid, counted from its issue: STALE past that, or when it has
 * ended.
 */
enum proto_refusal hub_follow_validity(const struct hub_state *s, const struct hub_act *a);

#endif
