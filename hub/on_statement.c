#include "hub/follow.h"
#include "hub/person.h"
#include "hub/say.h"
#include "hub/store_gone.h"

#include <string.h>

static bool is_addressee(const struct proto_statement *w, const uint8_t id[PROTO_PARTNER_LEN])
{
    for (size_t i = 0; i < w->addressees.count; i++)
        if (memcmp(w->addressees.id[i], id, PROTO_PARTNER_LEN) == 0)
            return true;
    return false;
}

/* To one of those it names; to the hub alone only where a case begins, which nobody else knows yet. */
static enum proto_refusal check_addressee(const struct hub_state *s, const struct hub_act *a)
{
    const struct proto_statement *w = &a->said.what;

    for (size_t i = 0; i < w->addressees.count; i++)
        if (proto_region_partner(s->region, w->addressees.id[i]) == NULL)
            return PROTO_UNKNOWN_PARTNER;
    if (is_addressee(w, a->from->id))
        return PROTO_MALFORMED;
    if (a->to != NULL)
        return is_addressee(w, a->to->id) ? PROTO_ACCEPTED : PROTO_NOT_ADDRESSED;
    return w->kind == PROTO_SAY_MEMBERSHIP && w->code == PROTO_MEMBER_OPEN
        ? PROTO_ACCEPTED : PROTO_NOT_ADDRESSED;
}

static enum proto_refusal check_names(const struct policy_pack *pack, const struct proto_statement *w)
{
    if (w->purpose[0] != '\0' && policy_pack_find(pack, POLICY_SET_PURPOSES, w->purpose) == POLICY_UNKNOWN)
        return PROTO_UNKNOWN_NAME;
    for (size_t i = 0; i < w->sections.count; i++)
        if (policy_pack_find(pack, POLICY_SET_SECTIONS, w->sections.name[i]) == POLICY_UNKNOWN)
            return PROTO_UNKNOWN_NAME;
    return PROTO_ACCEPTED;
}

/* What is the same for every kind. */
static enum proto_refusal check_common(const struct hub_state *s, const struct hub_act *a,
    const struct hub_say_kind *kind)
{
    enum proto_refusal r;

    if (kind == NULL)
        return PROTO_MALFORMED;
    r = hub_person_check(a, &a->said, a->said.what.kind);
    if (r == PROTO_ACCEPTED)
        r = check_addressee(s, a);
    return r == PROTO_ACCEPTED ? check_names(s->pack, &a->said.what) : r;
}

/*
 * Is it here already? Then *is_new is false and y->row is what is kept; other bytes under its id are
 * REPLAYED. One that was dropped was over, and so it stays.
 */
static enum err look(struct hub_say *y, bool *is_new, enum proto_refusal *refusal)
{
    struct hub_statement kept;
    enum err e = hub_store_statement_get(y->s->tables, y->x, y->what->id, &kept);
    bool gone = false;

    *is_new = e == ERR_NOTFOUND;
    if (*is_new) {
        e = hub_store_gone_has(y->s->tables, y->x, y->what->id, &gone);
        if (gone)
            *refusal = PROTO_WRONG_STATE;
        return e;
    }
    if (e != OK)
        return e;
    if (memcmp(kept.digest, y->row.digest, sizeof kept.digest) != 0)
        *refusal = PROTO_REPLAYED;
    y->row = kept;
    return OK;
}

/* Everything is checked: write. It is not mailed to an addressee who said that it has it. */
static enum err keep(struct hub_say *y, const struct hub_say_kind *kind, bool is_new, struct hub_outcome *o)
{
    const struct proto_partner *to = y->a->to;
    const struct hub_delivery *delivery = to == NULL ? NULL : hub_statement_delivery(&y->row, to->id);
    enum err e = OK;

    o->mailed = to != NULL && (delivery == NULL || !delivery->acked);
    if (is_new && kind->apply != NULL)
        e = kind->apply(y);
    if (e == OK && is_new)
        e = hub_store_statement_add(y->s->tables, y->x, &y->row, &y->a->said.original, to == NULL ? NULL : to->id);
    else if (e == OK && to != NULL && delivery == NULL)
        e = hub_store_statement_deliver(y->s->tables, y->x, &y->row, to->id);
    if (e != OK || to == NULL)
        return e;
    o->carries = true;
    memcpy(o->carried, y->row.id, sizeof o->carried);
    return kind->arrive != NULL ? kind->arrive(y) : OK;
}

/*
 * A statement arrives once for each addressee, in a message of its own, and again until the addressee
 * acknowledged it. What it means is done the first time; it counts for whom it was sent to.
 */
enum err hub_on_statement(struct hub_state *s, struct kv_txn *x, const struct hub_act *a,
    struct hub_outcome *o)
{
    const struct hub_say_kind *kind = hub_say_kind(a->said.what.kind);
    struct hub_say y = {.s = s, .x = x, .a = a, .what = &a->said.what};
    struct hub_outcome fresh = {.result = check_common(s, a, kind)};
    bool is_new = false;
    enum err e = OK;

    if (fresh.result != PROTO_ACCEPTED)
        goto out;
    hub_statement_from(y.what, &a->said.original, a->said.role, a->now_s, &y.row);
    e = hub_follow_new(s, x, a, &fresh.result);
    if (e == OK && fresh.result == PROTO_ACCEPTED)
        e = look(&y, &is_new, &fresh.result);
    if (e == OK && fresh.result == PROTO_ACCEPTED && is_new && kind->check != NULL)
        e = kind->check(&y, &fresh.result);
    if (e != OK || fresh.result != PROTO_ACCEPTED)
        goto out;
    e = keep(&y, kind, is_new, &fresh);
    fresh.logged = true;
out:
    if (e == OK)
        *o = fresh;
    return e;
}

enum err hub_statement_original(struct hub_state *s, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN],
    uint8_t **out, size_t *len)
{
    return hub_store_statement_original(s->tables, x, id, out, len);
}
