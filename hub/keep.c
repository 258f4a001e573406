#include "hub/openings.h"

#include "hub/store_statement.h"

#include <string.h>

enum { DROPS_A_ROUND = 64, HOUR_S = 3600 };

/* Does this leaf's mail still wait for its addressee? */
static enum err mail_waits(struct hub_core *c, struct kv_txn *x, const struct hub_act_row *row, bool *waits)
{
    struct hub_mail_row mail;
    enum err e;

    *waits = false;
    if (row->to_number == 0)
        return OK;
    e = hub_store_mail_next(c->mail, x, row->to, row->to_number - 1, &mail);
    if (e == OK)
        *waits = mail.number == row->to_number;
    return e == ERR_NOTFOUND ? OK : e;
}

/* What this leaf carried and nobody has acknowledged may be acknowledged yet: that is kept elsewhere then. */
static enum err keep_carried(struct hub_core *c, struct kv_txn *x, const struct hub_act_row *row)
{
    const struct hub_delivery *delivery;
    struct hub_statement s;
    enum err e;

    if (!row->carries)
        return OK;
    e = hub_store_statement_get(c->state.tables, x, row->carried, &s);
    if (e != OK)
        return e == ERR_NOTFOUND ? OK : e;   /* dropped since (hub/forget) */
    delivery = hub_statement_delivery(&s, row->to);
    if (delivery == NULL || delivery->acked)
        return OK;
    return hub_store_statement_carry(c->state.tables, x, row->id, &s, row->to);
}

/* In small portions, so that no round waits for it: rows whose ids may be used again. Mail that waits holds them, but not for ever. */
enum err hub_keep_drop(struct hub_core *c, struct kv_txn *x)
{
    for (size_t i = 0; i < DROPS_A_ROUND; i++) {
        struct hub_act_row row;
        bool waits;
        enum err e = hub_store_act_oldest(c->acts, x, &row);

        if (e == ERR_NOTFOUND || (e == OK && row.time_s + PROTO_ID_KEEP_S >= c->now_s))
            return OK;
        if (e == OK)
            e = mail_waits(c, x, &row, &waits);
        if (e != OK)
            return e;
        if (waits && row.time_s + HUB_MAIL_KEEP_S >= c->now_s)
            return OK;
        if (waits)
            e = hub_store_mail_delete(c->mail, x, row.to, row.to_number);
        if (e == OK)
            e = keep_carried(c, x, &row);
        if (e == OK)
            e = hub_store_act_drop(c->acts, x, &row);
        if (e != OK)
            return e;
    }
    return OK;
}

/*
 * Once an hour: what the salts of leaves are made from goes as soon as both sides' officers opened them, and in any case after seven days;
 * and keys that can matter to no known id are forgotten. A repeat, or mail that waits longer, gets its receipt without (P-178).
 */
enum err hub_keep_hourly(struct hub_core *c)
{
    uint64_t from_s = 0;
    struct kv_txn *x = NULL;
    enum err e;

    if (c->hour == c->now_s / HOUR_S)
        return OK;
    c->hour = c->now_s / HOUR_S;
    if (c->now_s > PROTO_ID_KEEP_S)
        hub_certs_drop_ended(c->certs, c->now_s - PROTO_ID_KEEP_S);
    e = kv_begin(c->kv, false, &x);
    if (e != OK)
        return e;
    e = hub_openings_seeds_from(c, x, c->now_s, &from_s);
    kv_abort(x);
    return e == OK ? hub_seeds_forget(c->seeds, from_s) : e;
}
