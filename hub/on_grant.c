#include "hub/act.h"
#include "hub/decide.h"
#include "hub/follow.h"
#include "hub/person.h"

#include <string.h>

static bool is_part_of(const struct proto_sections *some, const struct proto_sections *all)
{
    for (size_t i = 0; i < some->count; i++)
        if (!proto_sections_has(all, some->name[i]))
            return false;
    return true;
}

/* The state of the request: only once, in time, and never more than was left of it. */
static enum proto_refusal check_request(const struct hub_act *a, const struct hub_request *q)
{
    if (q->is_offer)
        return PROTO_NOT_FOUND;
    if (q->state != HUB_REQUEST_OPEN || !is_part_of(&a->msg.sections, &q->sections))
        return PROTO_WRONG_STATE;
    return q->valid_until_s > a->now_s && a->msg.until_s > a->now_s ? PROTO_ACCEPTED : PROTO_STALE;
}

/* What is refused before the policy is asked. g gets the steps of the holder's people. */
static enum err check(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_request *q,
    struct hub_grant *g, enum proto_refusal *r)
{
    struct hub_weighing weighing = {.done = false};
    enum err e = hub_follow_new(s, x, a, r);

    if (e == OK && *r == PROTO_ACCEPTED)
        *r = hub_follow_disclosure(s, a);
    if (e != OK || *r != PROTO_ACCEPTED)
        return e;
    e = hub_follow_request(s, x, a, HUB_SIDE_HOLDER, q, r);
    if (e != OK || *r != PROTO_ACCEPTED)
        return e;
    *r = check_request(a, q);
    if (*r == PROTO_ACCEPTED)
        *r = hub_person_grant(a);
    if (*r == PROTO_ACCEPTED)
        *r = hub_person_weighing(a, &weighing);
    if (*r == PROTO_ACCEPTED)
        *r = hub_person_approval(a, &g->second);
    g->weighed = weighing.done;
    g->weighed_for = weighing.sections;
    return *r == PROTO_ACCEPTED ? hub_follow_statements(s, x, a, &a->msg.statements, r) : OK;
}

static void fill_grant(const struct hub_act *a, struct hub_grant *g)
{
    memcpy(g->id, a->msg.head.id, sizeof g->id);
    memcpy(g->request, a->msg.refers, sizeof g->request);
    memcpy(g->digest, a->msg.digest, sizeof g->digest);
    memcpy(g->pack, a->msg.head.pack, sizeof g->pack);
    g->sections = a->msg.sections;
    g->until_s = a->msg.until_s;
    g->ticked = a->msg.statements;
    g->granted_s = a->now_s;
}

static enum err keep(struct hub_state *s, struct kv_txn *x, struct hub_request *q, const struct hub_grant *g)
{
    enum err e;

    q->state = HUB_REQUEST_GRANTED;
    q->due_s = g->until_s;
    memcpy(q->grant, g->id, sizeof q->grant);
    e = hub_store_request_save(s->tables, x, q);
    return e != OK ? e : hub_store_grant_put(s->tables, x, g);
}

/* The same question as at the request, asked again here: now the holder's own steps must be there too. */
enum err hub_on_grant(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    struct hub_outcome fresh = {.decision = true};
    struct hub_request q = {.state = HUB_REQUEST_NONE};
    struct hub_grant g = {.until_s = 0};
    struct hub_decision d;
    enum err e = check(s, x, a, &q, &g, &fresh.result);

    if (e != OK || fresh.result != PROTO_ACCEPTED)
        goto out;
    fill_grant(a, &g);
    e = hub_decide_again(s, x, &q, &g, a->now_s, &d);
    if (e != OK)
        goto out;
    hub_decision_limit(&d, a->msg.until_s);
    fresh.logged = true;
    fresh.rows = d.rows;
    if (!hub_decision_is_whole(&d)) {
        fresh.result = PROTO_DENIED;
        goto out;
    }
    e = keep(s, x, &q, &g);
    fresh.mailed = true;
out:
    if (e == OK)
        *o = fresh;
    return e;
}
