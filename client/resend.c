#include "client/resend.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/meta.h"
#include "client/order.h"
#include "client/republish.h"
#include "client/statement.h"
#include "client/unread.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The row: the break that was seen last, and from which leaf on its statements are still to be said again: index, and origin (0, and not there
 * in rows of before there were several: from the first); and the leaf that showed the break, which rows had none of at first.
 */
enum { OLDEST_LEN = 3 * 8, TIMED_LEN = 4 * 8, ROW_LEN = 6 * 8, DAY_S = 86400 };
#define DONE UINT64_MAX

struct broken { uint64_t number, at_s, next, origin; struct client_leaf leaf; };

static enum err read_row(struct vault_txn *x, struct broken *out)
{
    uint8_t *row = NULL;
    size_t len = 0;
    struct rd r;
    enum err e = client_meta_get(x, CLIENT_META_RESEND, &row, &len);

    if (e != OK)
        return e;
    rd_init(&r, row, len);
    out->number = rd_u64(&r);
    out->at_s = rd_u64(&r);
    out->next = rd_u64(&r);
    out->origin = len > OLDEST_LEN ? rd_u64(&r) : 0;
    out->leaf = (struct client_leaf){.at_s = out->at_s};
    if (len > TIMED_LEN) {
        out->leaf.index = rd_u64(&r);
        out->leaf.origin = (unsigned)rd_u64(&r);
    }
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
    wr_u64(&w, b->leaf.index);
    wr_u64(&w, b->leaf.origin);
    e = wr_end(&w);
    return e == OK ? client_meta_put(x, CLIENT_META_RESEND, row, sizeof row) : e;
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
    /* A leaf time ahead of our clock would put what is to be said again out of its 30 days. */
    b = (struct broken){.number = r->number, .at_s = r->time_s < clock_now_s() ? r->time_s : clock_now_s(), .leaf = client_order_leaf(&n->region, r)};
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
    const struct client_leaf leaf = client_kept_leaf(k);
    unsigned origin = client_order_origin(r, &leaf);

    return origin < b->origin || ((b->origin == 0 || origin == b->origin) && k->leaf_index < b->next);
}

/* By the order of the leaves where both are proven: whose time is ahead is of before the break all the same. */
static bool is_before(const struct proto_region *r, const struct broken *b, const struct client_kept *k)
{
    const struct client_leaf leaf = client_kept_leaf(k);

    return b->leaf.origin != 0 && leaf.origin != 0 ? client_order_is_later(r, &b->leaf, &leaf) : k->leaf_s < b->at_s;
}

static bool is_due(const struct proto_region *r, const struct broken *b, const struct client_kept *k)
{
    return k->mine && !k->dropped && k->leaf_s != 0 && is_before(r, b, k) && k->leaf_s + (uint64_t)CLIENT_RESEND_DAYS * DAY_S >= b->at_s
        && !is_said(r, b, k) && k->what.kind != PROTO_SAY_STATUS && k->what.addressees.count != 0;
}

static bool take(void *arg, const struct client_kept *k)
{
    struct next *l = arg;
    const struct client_leaf leaf = client_kept_leaf(k);
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
    bool unread = false;
    enum err e = read_row(x, &b);

    if (e != OK || b.next == DONE)
        return e == ERR_NOTFOUND ? OK : e;
    l = calloc(1, sizeof *l);
    if (l == NULL)
        return ERR_NOMEM;
    l->region = &n->region;
    l->b = &b;
    /* Whose words they are the hub may not know either. */
    e = b.next == 0 ? client_republish(n, x) : OK;
    if (e == OK)
        e = client_kept_walk_left(x, take, l, &unread);
    if (unread)
        client_unread_say(n, CLIENT_UNREAD_STATEMENT);
    for (size_t i = 0; e == OK && i < l->count; i++)
        e = say_again(n, x, l->at[i].id);
    if (e == OK) {
        bool more = l->count == CLIENT_RESEND_AT_ONCE;
        const struct client_leaf *last = &l->at[CLIENT_RESEND_AT_ONCE - 1].leaf;

        b.next = more ? last->index + 1 : DONE;
        b.origin = more ? client_order_origin(&n->region, last) : 0;
        e = write_row(x, &b);
    }
    free(l);
    return e;
}
