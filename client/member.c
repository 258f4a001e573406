#include "client/member.h"

#include "base/log.h"

#include <sodium.h>
#include <string.h>

static bool same_partner(const uint8_t a[PROTO_PARTNER_LEN], const uint8_t b[PROTO_PARTNER_LEN])
{
    return sodium_memcmp(a, b, PROTO_PARTNER_LEN) == 0;
}

static enum err ignored(const char *why)
{
    log_event(LOG_WARN, "membership-ignored", "reason", why, NULL);
    return OK;
}

/* Nobody opens what another opened, also when that one has left since: for a purpose that anybody took part in there is a case, or was one. */
static bool may_open(const struct client_case *c, const struct proto_statement *s)
{
    for (uint16_t i = 0; i < c->count; i++)
        if (strcmp(c->member[i].purpose, s->purpose) == 0
            && (c->member[i].state != CLIENT_MEMBER_OPENED || !same_partner(c->member[i].partner, s->setter)))
            return false;
    return true;
}

/* By a member; whom we do not know as one yet, we believe when it invites us: the hub asked the same of it. */
static bool may_invite(const struct client_node *n, struct client_case *c, const struct proto_statement *s)
{
    bool believed = client_case_member(c, s->setter, s->purpose) == NULL && same_partner(s->receiver, n->me->id);

    return (believed || client_case_takes_part(c, s->setter, s->purpose)) && !client_case_takes_part(c, s->receiver, s->purpose);
}

static bool may_move(const struct client_node *n, struct client_case *c, const struct proto_statement *s)
{
    const struct client_member *m = client_case_member(c, s->setter, s->purpose);

    switch (s->code) {
    case PROTO_MEMBER_OPEN:
        return may_open(c, s);
    case PROTO_MEMBER_INVITE:
        return may_invite(n, c, s);
    case PROTO_MEMBER_ACCEPT:
        return m != NULL && m->state == CLIENT_MEMBER_INVITED;
    case PROTO_MEMBER_DECLINE:
        /* Who stood here by its inviter's word may have been invited only. */
        return m != NULL && (m->state == CLIENT_MEMBER_INVITED || m->state == CLIENT_MEMBER_ACCEPTED);
    case PROTO_MEMBER_LEAVE:
        return client_case_takes_part(c, s->setter, s->purpose);
    default:
        return false;
    }
}

/*
 * Who else is addressed by our own invitation is in the case: its member says so, and could have invited them itself; the hub looked
 * whether they have a part in it (P-078). Without this two that were invited by a third would refuse each other.
 */
static enum err meet_others(const struct client_node *n, struct client_case *c, const struct proto_statement *s)
{
    enum err e = OK;

    if (!same_partner(s->receiver, n->me->id))
        return OK;
    for (uint8_t i = 0; e == OK && i < s->addressees.count; i++)
        if (client_case_member(c, s->addressees.id[i], s->purpose) == NULL)
            e = client_case_set(c, s->addressees.id[i], s->purpose, CLIENT_MEMBER_ACCEPTED, false);
    return e;
}

static enum err move(const struct client_node *n, struct client_case *c, const struct proto_statement *s)
{
    static const enum client_member_state after[] = {[PROTO_MEMBER_OPEN] = CLIENT_MEMBER_OPENED, [PROTO_MEMBER_INVITE] = CLIENT_MEMBER_INVITED,
        [PROTO_MEMBER_ACCEPT] = CLIENT_MEMBER_ACCEPTED, [PROTO_MEMBER_DECLINE] = CLIENT_MEMBER_DECLINED, [PROTO_MEMBER_LEAVE] = CLIENT_MEMBER_LEFT};
    enum err e = OK;

    if (s->code != PROTO_MEMBER_INVITE)
        return client_case_set(c, s->setter, s->purpose, after[s->code], false);
    if (client_case_member(c, s->setter, s->purpose) == NULL && !same_partner(s->setter, n->me->id))
        e = client_case_set(c, s->setter, s->purpose, CLIENT_MEMBER_OPENED, false);
    if (e == OK)
        e = client_case_set(c, s->receiver, s->purpose, CLIENT_MEMBER_INVITED, false);
    return e == OK ? meet_others(n, c, s) : e;
}

enum err client_member_apply(struct client_node *n, struct vault_txn *x, const struct proto_statement *s)
{
    struct client_case c = {0};
    enum err e = client_case_get(x, s->case_id, &c);

    if (e == ERR_NOTFOUND) {
        if (s->code != PROTO_MEMBER_INVITE || !same_partner(s->receiver, n->me->id))
            return ignored("a case that is not known here");
        memcpy(c.id, s->case_id, sizeof c.id);
        c.child = s->subject;
    } else if (e != OK) {
        return e;
    }
    if (!client_case_is_about(&c, &s->subject))
        return ignored("the case is about another child");
    if (!may_move(n, &c, s))
        return ignored("not in this state");
    e = move(n, &c, s);
    /* Whoever fills a case must not keep this node from its other mail. */
    if (e == ERR_RANGE)
        return ignored("no room in the case");
    return e != OK ? e : client_case_put(x, &c);
}

enum err client_member_join(struct client_node *n, struct vault_txn *x, const struct client_joining *j)
{
    struct client_case c = {0};
    enum err e;

    if (sodium_is_zero(j->case_id, PROTO_ID_LEN))
        return OK;
    e = client_case_get(x, j->case_id, &c);
    if (e == ERR_NOTFOUND && same_partner(j->receiver, n->me->id)) {
        memcpy(c.id, j->case_id, sizeof c.id);
        c.child = *j->child;
        e = OK;
    }
    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;
    /* An offer by somebody who takes no part makes nobody a member. */
    if (!client_case_is_about(&c, j->child) || client_case_takes_part(&c, j->receiver, j->purpose)
        || (same_partner(j->holder, n->me->id) && !client_case_takes_part(&c, j->holder, j->purpose)))
        return OK;
    e = client_case_set(&c, j->receiver, j->purpose, CLIENT_MEMBER_ACCEPTED, false);
    if (e == ERR_RANGE)
        return ignored("no room in the case");
    return e != OK ? e : client_case_put(x, &c);
}
