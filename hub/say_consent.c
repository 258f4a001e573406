#include "hub/say.h"

#include <string.h>

static bool is_named(const uint8_t a[PROTO_PARTNER_LEN], const uint8_t b[PROTO_PARTNER_LEN])
{
    return memcmp(a, b, PROTO_PARTNER_LEN) == 0;
}

/*
 * That it is for a purpose and between two partners that exist. Whether it counts is asked when somebody
 * relies on it.
 */
enum err hub_say_consent_check(struct hub_say *y, enum proto_refusal *refusal)
{
    const struct proto_statement *w = y->what;

    *refusal = PROTO_ACCEPTED;
    if (w->purpose[0] == '\0' || is_named(w->holder, w->receiver))
        *refusal = PROTO_MALFORMED;
    else if (proto_region_partner(y->s->region, w->holder) == NULL
        || proto_region_partner(y->s->region, w->receiver) == NULL)
        *refusal = PROTO_UNKNOWN_PARTNER;
    return OK;
}

/* Its arrival is its recorder's word that it stands: the message is signed by that node, minutes ago. */
enum err hub_say_consent_apply(struct hub_say *y)
{
    y->row.status_s = y->a->now_s;
    y->row.status_until_s = y->row.until_s;
    return OK;
}

/* By any partner named in it: the family goes where it likes. */
enum err hub_say_withdrawal_check(struct hub_say *y, enum proto_refusal *refusal)
{
    const uint8_t *from = y->a->from->id;
    struct hub_statement about;
    enum err e = hub_store_statement_get(y->s->tables, y->x, y->what->refers, &about);

    if (e == ERR_NOTFOUND)
        return hub_say_find(y, PROTO_SAY_CONSENT, refusal);
    if (e != OK)
        return e;
    *refusal = PROTO_ACCEPTED;
    if (about.kind != PROTO_SAY_CONSENT) {
        *refusal = PROTO_NOT_FOUND;
        return OK;
    }
    if (!is_named(from, about.setter) && !is_named(from, about.holder) && !is_named(from, about.receiver))
        *refusal = hub_statement_is_known_to(&about, from) ? PROTO_NOT_YOURS : PROTO_NOT_FOUND;
    y->about = about;
    return OK;
}

/* Only its recorder's node knows how it stands. */
enum err hub_say_status_check(struct hub_say *y, enum proto_refusal *refusal)
{
    enum err e = hub_say_find(y, PROTO_SAY_CONSENT, refusal);

    if (e == OK && *refusal == PROTO_ACCEPTED && !y->about_is_gone && !is_named(y->about.setter, y->a->from->id))
        *refusal = PROTO_NOT_YOURS;
    return e;
}

/*
 * A status never reaches further than the consent itself, which a person signed. One that was signed before
 * what is known already says nothing new; one that says "withdrawn" always counts.
 */
enum err hub_say_status_apply(struct hub_say *y)
{
    uint64_t made_s = y->what->made_s < y->a->now_s ? y->what->made_s : y->a->now_s;

    if (y->about_is_gone)
        return OK;
    if (y->what->code == 1 && y->about.ended_s == 0)
        y->about.ended_s = made_s != 0 ? made_s : y->a->now_s;
    if (made_s >= y->about.status_s) {
        y->about.status_s = made_s;
        y->about.status_until_s = y->what->until_s;
    }
    return hub_store_statement_save(y->s->tables, y->x, &y->about);
}
