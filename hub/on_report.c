#include "hub/act.h"
#include "hub/follow.h"

#include <sodium.h>

/*
 * Opened and exported may come again (each is an act of its own); after expired there is nothing left to
 * report.
 */
static enum proto_refusal check(const struct hub_act *a, const struct hub_request *q,
    const struct hub_grant *g)
{
    if (a->msg.code < PROTO_REPORT_OPENED || a->msg.code > PROTO_REPORT_EXPIRED)
        return PROTO_MALFORMED;
    if (q->state == HUB_REQUEST_ENDED || sodium_is_zero(g->release, sizeof g->release))
        return PROTO_WRONG_STATE;
    return PROTO_ACCEPTED;
}

enum err hub_on_report(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    struct hub_outcome fresh = {.result = PROTO_ACCEPTED};
    struct hub_request q;
    struct hub_grant g;
    enum err e = hub_follow_grant(s, x, a, HUB_SIDE_ASKER, &g, &q, &fresh.result);

    if (e != OK || fresh.result != PROTO_ACCEPTED)
        goto out;
    fresh.result = check(a, &q, &g);
    if (fresh.result != PROTO_ACCEPTED)
        goto out;
    g.reported |= (uint8_t)(1U << a->msg.code);
    e = hub_store_grant_put(s->tables, x, &g);
    if (e == OK && a->msg.code == PROTO_REPORT_EXPIRED)
        e = hub_follow_close(s, x, a, &q, HUB_REQUEST_ENDED);
    fresh.logged = fresh.mailed = true;
out:
    if (e == OK)
        *o = fresh;
    return e;
}
