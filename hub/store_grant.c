#include "hub/store_grant.h"

#include "hub/row.h"

#include <sodium.h>
#include <string.h>

enum { ROW_VERSION = 2, ROW_MAX = 2048 /* about 142 bytes, twice 640 of sections and 512 of ids at most */ };

static void write_row(const struct hub_grant *g, struct wr *w)
{
    wr_u8(w, ROW_VERSION);
    wr_copy(w, g->request, sizeof g->request);
    hub_row_write_sections(w, &g->sections);
    wr_u64(w, g->until_s);
    wr_copy(w, g->digest, sizeof g->digest);
    hub_row_write_ids(w, &g->ticked);
    wr_u8(w, g->weighed);
    hub_row_write_sections(w, &g->weighed_for);
    wr_u8(w, g->second);
    wr_u64(w, g->granted_s);
    wr_copy(w, g->pack, sizeof g->pack);
    wr_copy(w, g->release, sizeof g->release);
    wr_u8(w, g->reported);
}

static void read_row(struct rd *r, struct hub_grant *g)
{
    if (rd_u8(r) != ROW_VERSION)
        rd_fail(r, ERR_VERSION);
    rd_copy(r, g->request, sizeof g->request);
    hub_row_read_sections(r, &g->sections);
    g->until_s = rd_u64(r);
    rd_copy(r, g->digest, sizeof g->digest);
    hub_row_read_ids(r, &g->ticked);
    g->weighed = hub_row_read_bool(r);
    hub_row_read_sections(r, &g->weighed_for);
    g->second = hub_row_read_bool(r);
    g->granted_s = rd_u64(r);
    rd_copy(r, g->pack, sizeof g->pack);
    rd_copy(r, g->release, sizeof g->release);
    g->reported = rd_u8(r);
}

enum err hub_store_grant_put(const struct hub_tables *t, struct kv_txn *x, const struct hub_grant *g)
{
    uint8_t row[ROW_MAX];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    write_row(g, &w);
    e = wr_end(&w);
    return e != OK ? e : kv_put(x, t->grant, g->id, sizeof g->id, row, w.len);
}

enum err hub_store_grant_get(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN],
    struct hub_grant *out)
{
    struct hub_grant g = {.until_s = 0};
    const uint8_t *row;
    size_t len;
    struct rd r;
    enum err e = kv_view(x, t->grant, id, PROTO_ID_LEN, &row, &len);

    if (e != OK)
        return e;
    rd_init(&r, row, len);
    read_row(&r, &g);
    if (rd_end(&r) != OK)
        return ERR_IO;
    memcpy(g.id, id, sizeof g.id);
    *out = g;
    return OK;
}

enum err hub_store_grant_of_release(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t release[PROTO_ID_LEN], struct hub_grant *out)
{
    uint8_t id[PROTO_ID_LEN];
    enum err e = kv_get(x, t->release, release, PROTO_ID_LEN, id, sizeof id);

    return e != OK ? e : hub_store_grant_get(t, x, id, out);
}

enum err hub_store_grant_released(const struct hub_tables *t, struct kv_txn *x, struct hub_grant *g,
    const uint8_t release[PROTO_ID_LEN])
{
    enum err e;

    if (!sodium_is_zero(g->release, sizeof g->release))
        return ERR_EXISTS;
    e = kv_add(x, t->release, release, PROTO_ID_LEN, g->id, sizeof g->id);
    if (e != OK)
        return e;
    memcpy(g->release, release, sizeof g->release);
    return hub_store_grant_put(t, x, g);
}

enum err hub_store_grant_drop(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct hub_grant g;
    enum err e = hub_store_grant_get(t, x, id, &g);

    if (e == OK && !sodium_is_zero(g.release, sizeof g.release))
        e = kv_delete(x, t->release, g.release, sizeof g.release);
    return e != OK ? e : kv_delete(x, t->grant, id, PROTO_ID_LEN);
}
