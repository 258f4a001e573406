#include "client/register_day.h"

#include "base/clock.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/meta.h"

#include <stdlib.h>

enum { DAY_S = 86400 };

enum err client_register_day_read(struct vault_txn *x, struct client_register_day *out)
{
    struct client_register_day today = {.day = clock_now_s() / DAY_S}, kept;
    uint8_t *row = NULL;
    size_t len = 0;
    struct rd r;
    enum err e = client_meta_get(x, CLIENT_META_REGISTER_DAY, &row, &len);

    if (e == OK) {
        rd_init(&r, row, len);
        kept = (struct client_register_day){.day = rd_u64(&r)};
        kept.count = rd_u32(&r);
        e = rd_end(&r);
        today = e == OK && kept.day == today.day ? kept : today;
    }
    free(row);
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    *out = today;
    return OK;
}

static enum err put(struct vault_txn *x, const struct client_register_day *d)
{
    uint8_t row[12];
    struct wr w;

    wr_init(&w, row, sizeof row);
    wr_u64(&w, d->day);
    wr_u32(&w, d->count);
    return wr_end(&w) == OK ? client_meta_put(x, CLIENT_META_REGISTER_DAY, row, sizeof row) : w.err;
}

enum err client_register_day_add(struct client_node *n, uint32_t count)
{
    struct client_register_day today;
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    if (e == OK)
        e = client_register_day_read(x, &today);
    /* A row that nobody can read says nothing, now or later. */
    if (e == ERR_SHORT || e == ERR_LONG) {
        today = (struct client_register_day){.day = clock_now_s() / DAY_S};
        e = OK;
    }
    if (e == OK) {
        today.count += count;
        e = put(x, &today);
    }
    return client_vault_end(x, e);
}
