#include "hub/follow.h"

#include "hub/person.h"
#include "hub/store_statement.h"
#include "hub/tables.h"

#include <string.h>

enum { DAY_S = 86400 };

static enum proto_refusal check_side(const struct hub_act *a, enum hub_side side, const struct hub_request *q)
{
    const uint8_t *mine = side == HUB_SIDE_ASKER ? q->asker : q->holder;
    const uint8_t *other = side == HUB_SIDE_ASKER ? q->holder : q->asker;

    if (memcmp(a->from->id, other, PROTO_PARTNER_LEN) == 0)
        return PROTO_NOT_YOURS;
    if (memcmp(a->from->id, mine, PROTO_PARTNER_LEN) != 0)
        return PROTO_NOT_FOUND;
    if (!hub_person_may_send(a->msg.kind, (enum proto_role)a->msg.head.role))
        return PROTO_ROLE_NOT_ALLOWED;
    /* The message speaks of the request's case, child and purpose: its leaf must not stand under another child. */
    if (a->to == NULL || memcmp(a->to->id, other, PROTO_PARTNER_LEN) != 0
        || !proto_msg_speaks_of(&a->msg.head, q->case_id, &q->subject, q->purpose))
        return PROTO_MALFORMED;
    return PROTO_ACCEPTED;
}

enum err hub_follow_request(struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    enum hub_side side, struct hub_request *out, enum proto_refusal *refusal)
{
    struct hub_request q;
    enum err e = hub_store_request_get(s->tables, x, a->msg.refers, &q);

    if (e == ERR_NOTFOUND) {
        *refusal = PROTO_NOT_FOUND;
        return OK;
    }
    if (e != OK)
        return e;
    *refusal = check_side(a, side, &q);
    if (*refusal == PROTO_ACCEPTED)
        *out = q;
    return OK;
}

enum err hub_follow_close(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_request *q, enum hub_request_state to)
{
    q->state = to;
    q->due_s = a->now_s;
    return hub_store_request_save(s->tables, x, q);
}

enum err hub_follow_ending(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, enum hub_side side,
    hub_follow_next *next, struct hub_outcome *o)
{
    struct hub_outcome fresh = {.result = PROTO_ACCEPTED};
    enum hub_request_state state;
    struct hub_request q;
    enum err e = hub_follow_request(s, x, a, side, &q, &fresh.result);

    if (e != OK || fresh.result != PROTO_ACCEPTED)
        goto out;
    state = next(&q, a, &fresh.result);
    if (state == HUB_REQUEST_NONE)
        goto out;
    e = hub_follow_close(s, x, a, &q, state);
    fresh.logged = fresh.mailed = true;
out:
    if (e == OK)
        *o = fresh;
    return e;
}

enum err hub_follow_grant(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, enum hub_side side,
    struct hub_grant *grant, struct hub_request *request, enum proto_refusal *refusal)
{
    struct hub_grant g;
    struct hub_request q;
    enum err e = hub_store_grant_get(s->tables, x, a->msg.refers, &g);

    if (e == ERR_NOTFOUND)
        e = hub_store_grant_of_release(s->tables, x, a->msg.refers, &g);
    if (e == OK)
        e = hub_store_request_get(s->tables, x, g.request, &q);
    if (e == ERR_NOTFOUND) {
        *refusal = PROTO_NOT_FOUND;
        return OK;
    }
    if (e != OK)
        return e;
    *refusal = check_side(a, side, &q);
    if (*refusal == PROTO_ACCEPTED) {
        *grant = g;
        *request = q;
    }
    return OK;
}

enum err hub_follow_statements(struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    const struct proto_ids *ids, enum proto_refusal *refusal)
{
    struct hub_child child = {.subject = a->msg.head.subject};

    memcpy(child.case_id, a->msg.head.case_id, sizeof child.case_id);
    *refusal = PROTO_ACCEPTED;
    for (size_t i = 0; i < ids->count && *refusal == PROTO_ACCEPTED; i++) {
        struct hub_statement k;
        enum err e = hub_store_statement_get(s->tables, x, ids->id[i], &k);

        if (e != OK && e != ERR_NOTFOUND)
            return e;
        if (e == ERR_NOTFOUND || !hub_statement_is_known_to(&k, a->from->id)
            || !hub_statement_is_known_to(&k, a->to->id)
            || !hub_statement_is_about(&k, &child))
            *refusal = PROTO_NOT_ADDRESSED;
    }
    return OK;
}

enum err hub_follow_new(const struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    enum proto_refusal *refusal)
{
    bool known = false;
    enum err e = hub_tables_know(s->tables, x, a->msg.head.id, &known);

    if (e == OK)
        *refusal = known ? PROTO_REPLAYED : PROTO_ACCEPTED;
    return e;
}

enum proto_refusal hub_follow_disclosure(const struct hub_state *s, const struct hub_act *a)
{
    const struct proto_msg *m = &a->msg;

    if (!hub_person_may_send(m->kind, (enum proto_role)m->head.role))
        return PROTO_ROLE_NOT_ALLOWED;
    if (a->to == NULL)
        return PROTO_UNKNOWN_PARTNER;
    if (memcmp(a->to->id, a->from->id, sizeof a->to->id) == 0)
        return PROTO_MALFORMED;
    if (memcmp(m->head.pack, s->pack->digest, sizeof m->head.pack) != 0)
        return PROTO_OTHER_PACK;
    if (policy_pack_find(s->pack, POLICY_SET_PURPOSES, m->head.purpose) == POLICY_UNKNOWN)
        return PROTO_UNKNOWN_NAME;
    for (size_t i = 0; i < m->sections.count; i++)
        if (policy_pack_find(s->pack, POLICY_SET_SECTIONS, m->sections.name[i]) == POLICY_UNKNOWN)
            return PROTO_UNKNOWN_NAME;
    return m->sections.count != 0 ? PROTO_ACCEPTED : PROTO_MALFORMED;
}

enum proto_refusal hub_follow_validity(const struct hub_state *s, const struct hub_act *a)
{
    uint64_t days = 0;

    /* Without the parameter nothing may be valid for long. */
    if (policy_pack_parameter(s->pack, "request_max_days", clock_date_nl(a->now_s), &days) != OK)
        return PROTO_STALE;
    if (a->msg.head.valid_until_s <= a->now_s
        || a->msg.head.valid_until_s > a->msg.head.issued_s + days * DAY_S)
        return PROTO_STALE;
    return PROTO_ACCEPTED;
}
