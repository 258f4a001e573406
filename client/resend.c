#include "client/resend.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/order.h"
#include "client/statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The row: the break that was seen last, and from which leaf on its statements are still to be said again: index, and origin (0, and not there
 * in rows of before there were several: from the first).
 */
enum { ROW_LEN = 4 * 8, DAY_S = 86400 };
#define DONE UINT64_MAX

struct broken { uint64_t number, at_s, next, origin; };

static const char row_key[] = "said again after";

static enum err read_row(struct vault_txn *x, struct broken *out)
{
    uint8_t *row = NULL;
    size_t len = 0;
    struct rd r;
    enum err e = client_vault_get(x, CLIENT_T_META, row_key, sizeof row_key - 1, &row, &len);

    if (e != OK)
        return e;
    rd_init(&r, row, len);
    out->number = rd_u64(&r);
    out->at_s = rd_u64(&r);
    out->next = rd_u64(&r);
    out->origin = len == ROW_LEN ? rd_u64(&r) : 0;
    free(row);
    return rd_end(&r);
}

static enum err write_row(struct vault_txn *x, const struct broken *b)
{
    uint8_t row[ROW_LEN];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_u64(&w, b->number);
    wr_u64(&w, b->at_s);
    wr_u64(&w, b->next);
    wr_u64(&w, b->origin);
    e = wr_end(&w);
    return e == OK ? client_vault_put(x, CLIENT_T_META, row_key, sizeof row_key - 1, row, sizeof row) : e;
}

enum err client_resend_look(struct client_node *n, struct vault_txn *x, const struct proto_receipt *r)
{
    struct broken b = {.number = 0};
    char number[24];
    enum err e;

    if (r->number <= 1 || r->previous != PROTO_NO_LEAF)
        return OK;
    e = read_row(x, &b);
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    if (e == OK && b.number >= r->number)
        return OK;
    (void)snprintf(number, sizeof number, "%" PRIu64, r->number);
    log_event(LOG_WARN, "hub-was-put-back", "index", number, NULL);
    n->upkeep_s = 0;
    b = (struct broken){.number = r->number, .at_s = r->time_s};
    return write_row(x, &b);
}

/* The next ones in the order of their leaves: a consent comes before its withdrawal. */
struct next {
    const struct proto_region *region;
    const struct broken *b;
    size_t count;
    struct { struct client_leaf leaf; uint8_t id[PROTO_ID_LEN]; } at[CLIENT_RESEND_AT_ONCE];
};

static bool is_said(const struct proto_region *r, const struct broken *b, const struct client_kept *k)
{
    unsigned origin = client_order_origin(r, k->leaf_s);

    return origin < b->origin || ((b->origin == 0 || origin == b->origin) && k->leaf_index < b->next);
}

static bool is_due(const struct proto_region *r, const struct broken *b, const struct client_kept *k)
{
    return k->mine && !k->dropped && k->leaf_s != 0 && k->leaf_s < b->at_s && k->leaf_s + (uint64_t)CLIENT_RESEND_DAYS * DAY_S >= b->at_s
        && !is_said(r, b, k) && k->what.kind != PROTO_SAY_STATUS && k->what.addressees.count != 0;
}

static bool take(void *arg, const struct client_kept *k)
{
    struct next *l = arg;
    const struct client_leaf leaf = {k->leaf_index, k->leaf_s};
    size_t at = l->count;

    if (!is_due(l->region, l->b, k))
        return true;
    while (at > 0 && client_order_is_later(l->region, &l->at[at - 1].leaf, &leaf))
        at--;
    if (at == CLIENT_RESEND_AT_ONCE)
        return true;
    l->count += l->count < CLIENT_RESEND_AT_ONCE;
    memmove(&l->at[at + 1], &l->at[at], (l->count - at - 1) * sizeof l->at[0]);
    l->at[at].leaf = leaf;
    memcpy(l->at[at].id, k->what.id, PROTO_ID_LEN);
    return true;
}

static enum err say_again(struct client_node *n, struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct client_kept *k = malloc(sizeof *k);
    uint8_t *memory = NULL;
    enum err e = k == NULL ? ERR_NOMEM : client_kept_get(x, id, k, &memory);

    /* To those too who acknowledged it: not they forgot it, but the hub. */
    if (e == OK) {
        k->acked = 0;
        e = client_statement_repeat(n, x, k);
    }
    free(memory);
    free(k);
    return e;
}

enum err client_resend_run(struct client_node *n, struct vault_txn *x)
{
    struct broken b;
    struct next *l = NULL;
    enum err e = read_row(x, &b);

    if (e != OK || b.next == DONE)
        return e == ERR_NOTFOUND ? OK : e;
    l = calloc(1, sizeof *l);
    if (l == NULL)
        return ERR_NOMEM;
    l->region = &n->region;
    l->b = &b;
    e = client_kept_walk(x, take, l);
    for (size_t i = 0; e == OK && i < l->count; i++)
        e = say_again(n, x, l->at[i].id);
    if (e == OK) {
        bool more = l->count == CLIENT_RESEND_AT_ONCE;
        const struct client_leaf *last = &l->at[CLIENT_RESEND_AT_ONCE - 1].leaf;

        b.next = more ? last->index + 1 : DONE;
        b.origin = more ? client_order_origin(&n->region, last->at_s) : 0;
        e = write_row(x, &b);
    }
    free(l);
    return e;
}
