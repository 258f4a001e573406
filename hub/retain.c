#include "hub/core.h"

#include "hub/store_grant.h"
#include "hub/store_request.h"

#include <sodium.h>
#include <string.h>

/*
 * The working rows of requests and offers go when they have ended and their mail is fetched (DESIGN, section 12): a blind hub keeps who
 * asked about whom no longer than it must. The index of due ones says when to look; what cannot go yet gets a later place in it.
 */

enum { DROPS_A_ROUND = 8, LOOK_AGAIN_S = 86400 };

/* Does the mail that this message became still wait? No, when its row is gone: core drops no row before its mail. */
static enum err message_waits(struct hub_core *c, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN], bool *waits)
{
    struct hub_act_row row;
    struct hub_mail_row mail;
    enum err e;

    if (*waits || sodium_is_zero(id, PROTO_ID_LEN))
        return OK;
    e = hub_store_act_find(c->acts, x, id, &row);
    if (e == OK && row.to_number != 0) {
        e = hub_store_mail_next(c->mail, x, row.to, row.to_number - 1, &mail);
        *waits = e == OK && mail.number == row.to_number;
    }
    return e == ERR_NOTFOUND ? OK : e;
}

/* What was released may be reported on after its end, by a node that was away: as long as an id is known. */
static bool is_over(const struct hub_core *c, const struct hub_request *q, const struct hub_grant *g)
{
    bool ended = q->state == HUB_REQUEST_ENDED || q->state == HUB_REQUEST_REFUSED || q->state == HUB_REQUEST_CANCELLED
        || q->state == HUB_REQUEST_NOT_FOR_US;

    return ended || sodium_is_zero(g->release, sizeof g->release) || g->until_s + PROTO_ID_KEEP_S <= c->now_s;
}

static enum err drop(struct hub_core *c, struct kv_txn *x, const struct hub_request *q, const struct hub_grant *g)
{
    enum err e = OK;

    if (!sodium_is_zero(g->id, sizeof g->id))
        e = hub_store_grant_drop(c->state.tables, x, g->id);
    return e == OK ? hub_store_request_drop(c->state.tables, x, q->id) : e;
}

static enum err look_at(struct hub_core *c, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct hub_grant g = { .until_s = 0 };
    struct hub_request q;
    bool waits = false;
    enum err e = hub_store_request_get(c->state.tables, x, id, &q);

    if (e != OK)
        return e;
    e = hub_store_grant_get(c->state.tables, x, q.is_offer ? q.id : q.grant, &g);
    if (e == OK || e == ERR_NOTFOUND)
        e = message_waits(c, x, q.id, &waits);
    if (e == OK)
        e = message_waits(c, x, g.id, &waits);
    if (e == OK)
        e = message_waits(c, x, g.release, &waits);
    if (e != OK)
        return e;
    if (!waits && is_over(c, &q, &g))
        return drop(c, x, &q, &g);
    q.due_s = c->now_s + LOOK_AGAIN_S;
    return hub_store_request_save(c->state.tables, x, &q);
}

enum err hub_retain_drop(struct hub_core *c, struct kv_txn *x)
{
    uint8_t id[PROTO_ID_LEN];
    enum err e = OK;

    for (size_t i = 0; e == OK && i < DROPS_A_ROUND; i++) {
        e = hub_store_request_first_due(c->state.tables, x, c->now_s, id);
        if (e == OK)
            e = look_at(c, x, id);
    }
    return e == ERR_NOTFOUND ? OK : e;
}
