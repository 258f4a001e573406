#include "hub/act.h"
#include "hub/decide.h"
#include "hub/follow.h"
#include "hub/person.h"

#include <string.h>

/* What is refused before the policy is asked. */
static enum err check(struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    struct hub_weighing *weighing, enum proto_refusal *r)
{
    enum err e = hub_follow_new(s, x, a, r);

    if (e != OK)
        return e;
    if (*r == PROTO_ACCEPTED)
        *r = hub_follow_disclosure(s, a);
    if (*r == PROTO_ACCEPTED)
        *r = hub_follow_validity(s, a);
    if (*r == PROTO_ACCEPTED)
        *r = hub_person_weighing(a, weighing);
    return *r == PROTO_ACCEPTED ? hub_follow_statements(s, x, a, &a->msg.statements, r) : OK;
}

static struct hub_request row_of(const struct hub_act *a, const struct hub_weighing *weighing,
    const struct proto_sections *left)
{
    const struct proto_header *h = &a->msg.head;
    struct hub_request q = {.state = HUB_REQUEST_OPEN, .subject = h->subject, .sections = *left,
        .statements = a->msg.statements,
        .weighed = weighing->done, .weighed_for = weighing->sections, .began_s = a->now_s,
        .valid_until_s = h->valid_until_s, .due_s = h->valid_until_s};

    memcpy(q.id, h->id, sizeof q.id);
    memcpy(q.asker, a->from->id, sizeof q.asker);
    memcpy(q.holder, a->to->id, sizeof q.holder);
    memcpy(q.case_id, h->case_id, sizeof q.case_id);
    memcpy(q.purpose, h->purpose, sizeof q.purpose);
    return q;
}

/*
 * Every answer has the size of a decision, also one that was refused before: its size must not tell how far
 * it came. What is denied is logged too; it leaves no row.
 */
enum err hub_on_request(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    struct hub_outcome fresh = {.decision = true};
    struct hub_question q = {.asker = a->from, .holder = a->to, .child = {.subject = a->msg.head.subject},
        .purpose = a->msg.head.purpose, .now_s = a->now_s, .before_grant = true};
    struct hub_request row;
    struct hub_decision d;
    enum err e = check(s, x, a, &q.by_asker, &fresh.result);

    if (e != OK || fresh.result != PROTO_ACCEPTED)
        goto out;
    memcpy(q.child.case_id, a->msg.head.case_id, sizeof q.child.case_id);
    e = hub_decide(s, x, &q, &a->msg.sections, &d);
    if (e != OK)
        goto out;
    fresh.logged = true;
    fresh.rows = d.rows;
    if (d.permitted.count == 0) {
        fresh.result = PROTO_DENIED;
        goto out;
    }
    row = row_of(a, &q.by_asker, &d.permitted);
    e = hub_store_request_add(s->tables, x, &row);
    fresh.mailed = true;
    fresh.attached = a->msg.statements;
out:
    if (e == OK)
        *o = fresh;
    return e;
}
