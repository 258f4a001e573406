#include "hub/act.h"
#include "hub/follow.h"
#include "hub/store_case.h"

#include <sodium.h>

/*
 * An offer is the invitation to its case, and accept its acceptance (MODEL section 3). Only a member can
 * invite, so an offer by somebody else makes nobody a member; who is one stays what it is.
 */
static enum err join(struct hub_state *s, struct kv_txn *x, const struct hub_request *q, uint64_t now_s)
{
    struct hub_case c = hub_case_of(q->case_id, q->purpose);
    enum hub_standing holder, receiver;
    enum err e;

    if (sodium_is_zero(c.id, sizeof c.id))
        return OK;
    e = hub_store_case_standing(s->tables, x, &c, q->holder, &holder);
    if (e == OK)
        e = hub_store_case_standing(s->tables, x, &c, q->asker, &receiver);
    if (e != OK || !hub_standing_is_member(holder) || hub_standing_is_member(receiver))
        return e;
    return hub_store_case_set_standing(s->tables, x, &c, q->asker, HUB_STANDING_ACCEPTED, now_s);
}

enum err hub_on_answer(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    struct hub_outcome fresh = {.result = PROTO_ACCEPTED};
    bool accept = a->msg.code == PROTO_ANSWER_ACCEPT;
    struct hub_request q;
    enum err e = hub_follow_request(s, x, a, HUB_SIDE_ASKER, &q, &fresh.result);

    if (e != OK || fresh.result != PROTO_ACCEPTED)
        goto out;
    if (!q.is_offer)
        fresh.result = PROTO_NOT_FOUND;
    else if (q.state != HUB_REQUEST_OPEN)
        fresh.result = PROTO_WRONG_STATE;
    else if (!accept && a->msg.code != PROTO_ANSWER_NOT_FOR_US)
        fresh.result = PROTO_MALFORMED;
    if (fresh.result != PROTO_ACCEPTED)
        goto out;
    if (accept) {
        q.state = HUB_REQUEST_ACCEPTED;
        e = hub_store_request_save(s->tables, x, &q);
        if (e == OK)
            e = join(s, x, &q, a->now_s);
    } else {
        e = hub_follow_close(s, x, a, &q, HUB_REQUEST_NOT_FOR_US);
    }
    fresh.logged = fresh.mailed = true;
out:
    if (e == OK)
        *o = fresh;
    return e;
}
