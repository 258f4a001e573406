#include "client/retention_clock.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/clocks.h"
#include "client/hublink_parts.h"
#include "client/meta.h"

#include <stdlib.h>

/* The row: u64, the moment here when the hub last named the same day. */
enum { ROW_LEN = 8, DAY_S = 86400 };

static enum err read_row(struct vault_txn *x, uint64_t *at_s)
{
    uint8_t *row = NULL;
    size_t len = 0;
    uint64_t at;
    struct rd r;
    enum err e = client_meta_get(x, CLIENT_META_SAME_DAY, &row, &len);

    if (e != OK)
        return e;
    rd_init(&r, row, len);
    at = rd_u64(&r);
    e = rd_end(&r);
    free(row);
    if (e == OK)
        *at_s = at;
    return e;
}

static enum err write_row(struct vault_txn *x, uint64_t at_s)
{
    uint8_t row[ROW_LEN];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_u64(&w, at_s);
    e = wr_end(&w);
    return e == OK ? client_meta_put(x, CLIENT_META_SAME_DAY, row, sizeof row) : e;
}

/* From the last moment that the hub agreed, not from the last time that something went: else a clock could be moved on in steps. */
enum err client_retention_clock_check(struct client_node *n, struct vault_txn *x, uint64_t now_s, bool *may)
{
    uint64_t agreed_s = 0;
    bool counts;
    enum err e = OK;

    if (client_clocks_same_day(n, now_s)) {
        e = write_row(x, now_s);
        agreed_s = now_s;
    } else {
        e = read_row(x, &agreed_s);
        e = e == ERR_NOTFOUND ? OK : e;
    }
    if (e != OK)
        return e;
    /* What is still to come says nothing of the days until then. */
    counts = agreed_s != 0 && agreed_s <= now_s + DAY_S;
    *may = n->erases_alone || (counts && now_s <= agreed_s + CLIENT_RETENTION_CLOCK_S);
    /* A home that is new has nothing to say yet. */
    n->erasing_waits = !*may && (agreed_s != 0 || (n->link != NULL && n->link->hub_named_time));
    n->hub_agreed = counts;
    return OK;
}

const char *client_retention_clock_text(const struct client_node *n, enum lang lang)
{
    if (!n->erasing_waits || n->legal_hold)
        return NULL;
    if (!n->hub_agreed)
        return lang == LANG_NL
            ? "wat zijn bewaartermijn voorbij is blijft: de hub noemde nog niet dezelfde dag als deze machine. Kijk op een andere klok; klopt deze en is de "
              "hub er niet meer: erase_without_hub = yes in schakel.conf"
            : "what is past its term stays: the hub has not yet named the same day as this machine. Look at another clock; if this one is right and the "
              "hub is gone: erase_without_hub = yes in schakel.conf";
    return lang == LANG_NL
        ? "wat zijn bewaartermijn voorbij is blijft: volgens de klok hier noemde de hub al 40 dagen niet dezelfde dag als deze machine. Kijk op een andere "
          "klok; klopt deze en is de hub er niet meer: erase_without_hub = yes in schakel.conf"
        : "what is past its term stays: by the clock here the hub has not named the same day as this machine for 40 days. Look at another clock; if this "
          "one is right and the hub is gone: erase_without_hub = yes in schakel.conf";
}
