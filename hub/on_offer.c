#include "hub/act.h"
#include "hub/decide.h"
#include "hub/follow.h"
#include "hub/person.h"

#include <string.h>

/* What is refused before the policy is asked. */
static enum err check(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_question *q,
    enum proto_refusal *r)
{
    enum err e = hub_follow_new(s, x, a, r);

    if (e != OK)
        return e;
    if (*r == PROTO_ACCEPTED)
        *r = hub_follow_disclosure(s, a);
    if (*r == PROTO_ACCEPTED)
        *r = hub_follow_validity(s, a);
    if (*r == PROTO_ACCEPTED)
        *r = hub_person_grant(a);
    if (*r == PROTO_ACCEPTED)
        *r = hub_person_weighing(a, &q->by_holder);
    if (*r == PROTO_ACCEPTED)
        *r = hub_person_approval(a, &q->second);
    if (*r == PROTO_ACCEPTED && a->msg.until_s <= a->now_s)
        *r = PROTO_STALE;
    return *r == PROTO_ACCEPTED ? hub_follow_statements(s, x, a, &a->msg.statements, r) : OK;
}

/* The sender weighs in the receiver's place, and what it relies on it has checked: it holds the record. */
static struct hub_grant grant_of(const struct hub_act *a, const struct hub_question *q)
{
    struct hub_grant g = {.sections = a->msg.sections, .until_s = a->msg.until_s, .ticked = a->msg.statements,
        .weighed = q->by_holder.done, .weighed_for = q->by_holder.sections, .second = q->second,
        .granted_s = a->now_s};

    memcpy(g.id, a->msg.head.id, sizeof g.id);
    memcpy(g.request, a->msg.head.id, sizeof g.request);
    memcpy(g.digest, a->msg.digest, sizeof g.digest);
    memcpy(g.pack, a->msg.head.pack, sizeof g.pack);
    return g;
}

static struct hub_request request_of(const struct hub_act *a, const struct hub_question *q)
{
    const struct proto_header *h = &a->msg.head;
    struct hub_request r = {.is_offer = true, .state = HUB_REQUEST_OPEN, .subject = h->subject,
        .sections = a->msg.sections,
        .statements = a->msg.statements, .weighed = q->by_asker.done, .weighed_for = q->by_asker.sections,
        .began_s = a->now_s, .valid_until_s = h->valid_until_s, .due_s = a->msg.until_s};

    memcpy(r.id, h->id, sizeof r.id);
    memcpy(r.asker, a->to->id, sizeof r.asker);
    memcpy(r.holder, a->from->id, sizeof r.holder);
    memcpy(r.case_id, h->case_id, sizeof r.case_id);
    memcpy(r.purpose, h->purpose, sizeof r.purpose);
    memcpy(r.grant, h->id, sizeof r.grant);
    return r;
}

static enum err keep(struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    const struct hub_question *q)
{
    struct hub_request r = request_of(a, q);
    struct hub_grant g = grant_of(a, q);
    enum err e = hub_store_request_add(s->tables, x, &r);

    return e != OK ? e : hub_store_grant_put(s->tables, x, &g);
}

/* All or nothing: the release is made already, so no section can be taken out of it here. */
enum err hub_on_offer(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    struct hub_outcome fresh = {.decision = true};
    struct hub_question q = {.asker = a->to, .holder = a->from, .child = {.subject = a->msg.head.subject},
        .purpose = a->msg.head.purpose, .now_s = a->now_s, .is_offer = true, .ticked = &a->msg.statements};
    struct hub_decision d;
    enum err e = check(s, x, a, &q, &fresh.result);

    if (e != OK || fresh.result != PROTO_ACCEPTED)
        goto out;
    q.by_asker = q.by_holder;
    memcpy(q.child.case_id, a->msg.head.case_id, sizeof q.child.case_id);
    e = hub_decide(s, x, &q, &a->msg.sections, &d);
    if (e != OK)
        goto out;
    hub_decision_limit(&d, a->msg.until_s);
    fresh.logged = true;
    fresh.rows = d.rows;
    if (!hub_decision_is_whole(&d)) {
        fresh.result = PROTO_DENIED;
        goto out;
    }
    e = keep(s, x, a, &q);
    fresh.mailed = true;
    fresh.attached = a->msg.statements;
out:
    if (e == OK)
        *o = fresh;
    return e;
}
