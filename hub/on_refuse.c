#include "hub/act.h"
#include "hub/follow.h"

/* Granted, or sent without being asked: the other side has it or will get it. */
static bool is_given(const struct hub_request *q)
{
    if (q->is_offer)
        return q->state == HUB_REQUEST_OPEN || q->state == HUB_REQUEST_ACCEPTED;
    return q->state == HUB_REQUEST_GRANTED;
}

static enum hub_request_state next(const struct hub_request *q, const struct hub_act *a, enum proto_refusal *refusal)
{
    bool takes_back = a->msg.code == PROTO_REFUSE_TAKEN_BACK;

    if (takes_back && is_given(q))
        return HUB_REQUEST_TAKEN_BACK;
    if (!q->is_offer && q->state == HUB_REQUEST_OPEN)
        return HUB_REQUEST_REFUSED;
    *refusal = q->is_offer && !takes_back ? PROTO_NOT_FOUND : PROTO_WRONG_STATE;
    return HUB_REQUEST_NONE;
}

/*
 * Not to be granted; the asker reads the reason's code. Or (P-045, code 7) the end of what was granted or sent: grant and release are not given
 * out any more, and a receiver that has them destroys them, which its report says.
 */
enum err hub_on_refuse(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    return hub_follow_ending(s, x, a, HUB_SIDE_HOLDER, next, o);
}
