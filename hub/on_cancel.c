#include "hub/act.h"
#include "hub/follow.h"

static enum hub_request_state next(const struct hub_request *q, const struct hub_act *a, enum proto_refusal *refusal)
{
    (void)a;
    if (!q->is_offer && q->state == HUB_REQUEST_OPEN)
        return HUB_REQUEST_CANCELLED;
    *refusal = q->is_offer ? PROTO_NOT_FOUND : PROTO_WRONG_STATE;
    return HUB_REQUEST_NONE;
}

/* The asker takes its request back, as long as nobody answered it. */
enum err hub_on_cancel(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    return hub_follow_ending(s, x, a, HUB_SIDE_ASKER, next, o);
}
