#include "hub/say.h"

#include <string.h>

/*
 * An event of a kind that may not set it is kept but does not count: policy/events decides that, so that the
 * same original means the same to hub and nodes. Only what is computed cannot be said at all.
 */
enum err hub_say_event_check(struct hub_say *y, enum proto_refusal *refusal)
{
    uint8_t code = policy_pack_find(y->s->pack, POLICY_SET_EVENTS, y->what->event);

    *refusal = code == POLICY_UNKNOWN || y->s->pack->event[code].system ? PROTO_UNKNOWN_NAME : PROTO_ACCEPTED;
    return OK;
}

/* Only who said it can say that it is over. */
static enum err check_own(struct hub_say *y, enum proto_statement_kind kind, enum proto_refusal *refusal)
{
    enum err e = hub_say_find(y, kind, refusal);

    if (e == OK && *refusal == PROTO_ACCEPTED && !y->about_is_gone
        && memcmp(y->about.setter, y->a->from->id, sizeof y->about.setter) != 0)
        *refusal = PROTO_NOT_YOURS;
    return e;
}

enum err hub_say_event_end_check(struct hub_say *y, enum proto_refusal *refusal)
{
    return check_own(y, PROTO_SAY_EVENT, refusal);
}

enum err hub_say_objection_end_check(struct hub_say *y, enum proto_refusal *refusal)
{
    return check_own(y, PROTO_SAY_OBJECTION, refusal);
}

/*
 * An end or withdrawal counts for everybody at once, whoever it was sent to: it can only stop things. When
 * two say it, the earlier stands.
 */
enum err hub_say_end_apply(struct hub_say *y)
{
    uint64_t at_s = y->what->made_s != 0 ? y->what->made_s : y->a->now_s;

    if (y->about_is_gone)
        return OK;
    if (y->about.ended_s == 0 || at_s < y->about.ended_s)
        y->about.ended_s = at_s;
    return hub_store_statement_save(y->s->tables, y->x, &y->about);
}

/* The end of an objection opens something, so it counts only for those who were told: like any statement. */
enum err hub_say_objection_end_arrive(struct hub_say *y)
{
    struct hub_delivery *delivery;
    enum err e = hub_store_statement_get(y->s->tables, y->x, y->what->refers, &y->about);

    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;   /* dropped since */
    delivery = hub_statement_delivery(&y->about, y->a->to->id);
    if (delivery == NULL)
        return OK;
    delivery->told_end = true;
    return hub_store_statement_save(y->s->tables, y->x, &y->about);
}
