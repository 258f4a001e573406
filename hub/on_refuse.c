#include "hub/act.h"
#include "hub/follow.h"

/* Not to be granted any more; the asker reads the reason's code. */
enum err hub_on_refuse(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    struct hub_outcome fresh = {.result = PROTO_ACCEPTED};
    struct hub_request q;
    enum err e = hub_follow_request(s, x, a, HUB_SIDE_HOLDER, &q, &fresh.result);

    if (e != OK || fresh.result != PROTO_ACCEPTED)
        goto out;
    if (q.is_offer) {
        fresh.result = PROTO_NOT_FOUND;
    } else if (q.state != HUB_REQUEST_OPEN) {
        fresh.result = PROTO_WRONG_STATE;
    } else {
        q.state = HUB_REQUEST_REFUSED;
        q.due_s = a->now_s;
        e = hub_store_request_save(s->tables, x, &q);
        fresh.logged = fresh.mailed = true;
    }
out:
    if (e == OK)
        *o = fresh;
    return e;
}
