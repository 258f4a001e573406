#include "hub/act.h"
#include "hub/store_act.h"
#include "hub/store_statement.h"

#include <string.h>

static enum proto_refusal check(const struct hub_act *a, const struct hub_statement *s)
{
    if (memcmp(a->msg.digest, s->digest, sizeof s->digest) != 0)
        return PROTO_DIGEST_DIFFERS;
    if (a->to == NULL || memcmp(a->to->id, s->setter, sizeof s->setter) != 0)
        return PROTO_MALFORMED;
    /* The leaf of an acknowledgement must stand under the same child. */
    if (!proto_msg_speaks_of(&a->msg.head, s->case_id, &s->subject, s->purpose))
        return PROTO_MALFORMED;
    return PROTO_ACCEPTED;
}

/* The statement that this message carried to that partner: the row of its leaf says so, or what was kept when that went. */
static enum err find_carried(struct hub_state *s, struct kv_txn *x, const uint8_t message[PROTO_ID_LEN],
    const uint8_t to[PROTO_PARTNER_LEN], struct hub_statement *out)
{
    struct hub_act_row row;
    enum err e = hub_store_act_find(s->acts, x, message, &row);

    if (e == ERR_NOTFOUND)
        return hub_store_statement_carried(s->tables, x, message, to, out);
    if (e != OK)
        return e;
    if (!row.carries || memcmp(row.to, to, sizeof row.to) != 0)
        return ERR_NOTFOUND;
    return hub_store_statement_get(s->tables, x, row.carried, out);   /* ERR_NOTFOUND: dropped since (hub/forget) */
}

/*
 * The addressee has it, and its sender's node may stop repeating. It may be said again: the sender may have
 * missed it.
 */
enum err hub_on_ack(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o)
{
    struct hub_outcome fresh = {.result = PROTO_ACCEPTED};
    struct hub_statement k;
    struct hub_delivery *delivery;
    enum err e = find_carried(s, x, a->msg.refers, a->from->id, &k);

    if (e == ERR_NOTFOUND) {
        *o = (struct hub_outcome){.result = PROTO_NOT_FOUND};
        return OK;
    }
    if (e != OK)
        return e;
    fresh.result = check(a, &k);
    delivery = hub_statement_delivery(&k, a->from->id);
    if (fresh.result == PROTO_ACCEPTED && delivery != NULL) {
        delivery->acked = true;
        e = hub_store_statement_save(s->tables, x, &k);
        fresh.logged = fresh.mailed = true;
    }
    if (e == OK)
        *o = fresh;
    return e;
}
