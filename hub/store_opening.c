#include "hub/store_opening.h"

#include "base/rd.h"
#include "base/wr.h"

#include <stdlib.h>
#include <string.h>

struct hub_store_opening { kv_table table; };

enum { KEY_LEN = PROTO_PARTNER_LEN + 8, HEAD_LEN = 8 + 1, ROW_MAX = HEAD_LEN + 18 + PROTO_OPENING_KEYS_MAX * (66 + PROTO_OPENING_SEALED_MAX) };

enum err hub_store_opening_open(struct kv *kv, struct hub_store_opening **out)
{
    struct hub_store_opening *s = calloc(1, sizeof *s);
    enum err e = s == NULL ? ERR_NOMEM : kv_table_open(kv, "opening", &s->table);

    if (e != OK) {
        free(s);
        return e;
    }
    *out = s;
    return OK;
}

void hub_store_opening_close(struct hub_store_opening *s)
{
    free(s);
}

static void key_of(const uint8_t partner[PROTO_PARTNER_LEN], uint64_t number, uint8_t out[KEY_LEN])
{
    struct wr w;

    wr_init(&w, out, KEY_LEN);
    wr_copy(&w, partner, PROTO_PARTNER_LEN);
    wr_u64(&w, number);
}

enum err hub_store_opening_put(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    const struct hub_opening_row *row)
{
    uint8_t key[KEY_LEN], data[ROW_MAX];
    struct wr w;

    key_of(partner, row->number, key);
    wr_init(&w, data, sizeof data);
    wr_u64(&w, row->time_s);
    wr_u8(&w, row->kind);
    wr_copy(&w, row->item.data, row->item.len);
    return wr_end(&w) == OK ? kv_add(x, s->table, key, sizeof key, data, w.len) : w.err;
}

/* The row that the walk stands on, when it is this partner's. */
static enum err read(const struct kv_walk *w, const uint8_t partner[PROTO_PARTNER_LEN], struct hub_opening_row *out)
{
    struct hub_opening_row row;
    struct rd key, r;

    if (w->key_len != KEY_LEN)
        return ERR_IO;
    if (memcmp(w->key, partner, PROTO_PARTNER_LEN) != 0)
        return ERR_NOTFOUND;
    rd_init(&key, w->key + PROTO_PARTNER_LEN, 8);
    row.number = rd_u64(&key);
    rd_init(&r, w->value, w->value_len);
    row.time_s = rd_u64(&r);
    row.kind = rd_u8(&r);
    row.item.len = rd_left(&r);
    row.item.data = rd_view(&r, row.item.len);
    if (rd_end(&r) != OK)
        return ERR_IO;
    *out = row;
    return OK;
}

enum err hub_store_opening_next(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint64_t after,
    struct hub_opening_row *out)
{
    struct kv_walk w = { 0 };
    uint8_t key[KEY_LEN];
    enum err e;

    if (after == UINT64_MAX)
        return ERR_NOTFOUND;
    key_of(partner, after + 1, key);
    e = kv_walk_from(x, s->table, key, sizeof key, &w);
    if (e == OK)
        e = read(&w, partner, out);
    kv_walk_end(&w);
    return e;
}

enum err hub_store_opening_delete_upto(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    uint64_t number)
{
    for (size_t i = 0; i < HUB_OPENINGS_DELETED; i++) {
        struct hub_opening_row row;
        uint8_t key[KEY_LEN];
        enum err e = hub_store_opening_next(s, x, partner, 0, &row);

        if (e == ERR_NOTFOUND || (e == OK && row.number > number))
            return OK;
        if (e != OK)
            return e;
        key_of(partner, row.number, key);
        e = kv_delete(x, s->table, key, sizeof key);
        if (e != OK)
            return e;
    }
    return OK;
}

enum err hub_store_opening_oldest(struct hub_store_opening *s, struct kv_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    uint64_t *time_s)
{
    struct hub_opening_row row;
    uint64_t after = 0;
    enum err e;

    while ((e = hub_store_opening_next(s, x, partner, after, &row)) == OK && row.kind == PROTO_OPENED_LEAF)
        after = row.number;
    if (e == OK)
        *time_s = row.time_s;
    return e;
}
