#include "hub/say.h"

#include "hub/store_case.h"
#include "hub/store_gone.h"

#include <sodium.h>
#include <string.h>

/* How the case stands to the one who speaks, and to the one who is invited. */
struct view {
    struct hub_case c;
    bool exists, gone;   /* gone: dropped, when all had left it or declined */
    uint8_t opener[PROTO_PARTNER_LEN];
    enum hub_standing mine, invited;
};

static enum err look(const struct hub_say *y, struct view *v)
{
    const struct hub_tables *t = y->s->tables;
    uint8_t name[PROTO_ID_LEN];
    enum err e;

    *v = (struct view){.c = hub_case_of(y->what->case_id, y->what->purpose)};
    e = hub_store_gone_case(&v->c, name);
    if (e == OK)
        e = hub_store_gone_has(t, y->x, name, &v->gone);
    if (e == OK)
        e = hub_store_case_find(t, y->x, &v->c, &v->exists, v->opener);
    if (e == OK)
        e = hub_store_case_standing(t, y->x, &v->c, y->a->from->id, &v->mine);
    if (e == OK)
        e = hub_store_case_standing(t, y->x, &v->c, y->what->receiver, &v->invited);
    return e;
}

/* Whoever opened it may say so again; nobody opens what another opened, nor what is over: a new case has a new id. */
static enum proto_refusal check_open(const struct hub_say *y, const struct view *v)
{
    if (!v->exists)
        return v->gone ? PROTO_WRONG_STATE : PROTO_ACCEPTED;
    if (memcmp(v->opener, y->a->from->id, sizeof v->opener) != 0 || !hub_standing_is_member(v->mine))
        return PROTO_WRONG_STATE;
    return PROTO_ACCEPTED;
}

/*
 * It is told to whom it invites. Others that are addressed have a standing in the case: the invited one's node believes of each that it
 * takes part (P-078). One that left may be among them, for the inviter may not have heard of that yet; here it gets nothing any more.
 */
static enum err check_told(const struct hub_say *y, const struct view *v, enum proto_refusal *refusal)
{
    const struct proto_partners *told = &y->what->addressees;
    bool itself = false;

    *refusal = PROTO_NOT_ADDRESSED;
    for (size_t i = 0; i < told->count; i++) {
        enum hub_standing standing = HUB_STANDING_NONE;
        enum err e;

        if (memcmp(told->id[i], y->what->receiver, PROTO_PARTNER_LEN) == 0) {
            itself = true;
            continue;
        }
        e = hub_store_case_standing(y->s->tables, y->x, &v->c, told->id[i], &standing);
        if (e != OK || standing == HUB_STANDING_NONE)
            return e;
    }
    if (itself)
        *refusal = PROTO_ACCEPTED;
    return OK;
}

/* A member invites somebody who is no member. For others the case is not there. */
static enum err check_invite(const struct hub_say *y, const struct view *v, enum proto_refusal *refusal)
{
    if (!hub_standing_is_member(v->mine))
        *refusal = PROTO_NOT_FOUND;
    else if (proto_region_partner(y->s->region, y->what->receiver) == NULL)
        *refusal = PROTO_UNKNOWN_PARTNER;
    else if (hub_standing_is_member(v->invited))
        *refusal = PROTO_WRONG_STATE;
    else
        return check_told(y, v, refusal);
    return OK;
}

static enum proto_refusal check_answer(const struct view *v)
{
    if (v->mine == HUB_STANDING_NONE)
        return PROTO_NOT_FOUND;
    return v->mine == HUB_STANDING_INVITED ? PROTO_ACCEPTED : PROTO_WRONG_STATE;
}

static enum proto_refusal check_leave(const struct view *v)
{
    if (v->mine == HUB_STANDING_NONE)
        return PROTO_NOT_FOUND;
    return hub_standing_is_member(v->mine) ? PROTO_ACCEPTED : PROTO_WRONG_STATE;
}

enum err hub_say_member_check(struct hub_say *y, enum proto_refusal *refusal)
{
    struct view v;
    enum err e;

    *refusal = PROTO_MALFORMED;
    if (sodium_is_zero(y->what->case_id, sizeof y->what->case_id) || y->what->purpose[0] == '\0')
        return OK;
    e = look(y, &v);
    if (e != OK)
        return e;
    if (y->what->code == PROTO_MEMBER_OPEN)
        *refusal = check_open(y, &v);
    else if (y->what->code == PROTO_MEMBER_INVITE)
        return check_invite(y, &v, refusal);
    else if (y->what->code == PROTO_MEMBER_ACCEPT || y->what->code == PROTO_MEMBER_DECLINE)
        *refusal = check_answer(&v);
    else if (y->what->code == PROTO_MEMBER_LEAVE)
        *refusal = check_leave(&v);
    return OK;
}

enum err hub_say_member_apply(struct hub_say *y)
{
    static const enum hub_standing after[] = {[PROTO_MEMBER_INVITE] = HUB_STANDING_INVITED,
        [PROTO_MEMBER_ACCEPT] = HUB_STANDING_ACCEPTED, [PROTO_MEMBER_DECLINE] = HUB_STANDING_DECLINED,
        [PROTO_MEMBER_LEAVE] = HUB_STANDING_LEFT};
    const struct hub_case c = hub_case_of(y->what->case_id, y->what->purpose);
    const uint8_t *who = y->what->code == PROTO_MEMBER_INVITE ? y->what->receiver : y->a->from->id;
    enum err e;

    if (y->what->code == PROTO_MEMBER_OPEN) {
        e = hub_store_case_open(y->s->tables, y->x, &c, who, y->a->now_s);
        return e == ERR_EXISTS ? OK : e;
    }
    return hub_store_case_set_standing(y->s->tables, y->x, &c, who, after[y->what->code], y->a->now_s);
}
