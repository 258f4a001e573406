#include "hub/store_act.h"

#include "base/rd.h"
#include "base/wr.h"

#include <stdlib.h>
#include <string.h>

/* Rows by index only grow at the end. Ids are random: a row there is kept as small as it can be. */
struct hub_store_act { kv_table rows, ids; };

enum { INDEX_LEN = 8, ROW_MAX = 2048, IS_DECISION = 1, CARRIES = 2 };

enum err hub_store_act_open(struct kv *kv, struct hub_store_act **out)
{
    struct hub_store_act *s = calloc(1, sizeof *s);
    enum err e;

    if (s == NULL)
        return ERR_NOMEM;
    e = kv_table_open(kv, "act", &s->rows);
    if (e == OK)
        e = kv_table_open(kv, "act_id", &s->ids);
    if (e != OK) {
        free(s);
        return e;
    }
    *out = s;
    return OK;
}

void hub_store_act_close(struct hub_store_act *s)
{
    free(s);
}

static void key_of(uint64_t index, uint8_t out[INDEX_LEN])
{
    struct wr w;

    wr_init(&w, out, INDEX_LEN);
    wr_u64(&w, index);
}

/* A fetch is logged when it stops a mail; it may be repeated at will, and no answer is kept for it. */
static bool has_id(const struct hub_act_row *row)
{
    return row->kind != PROTO_FETCH;
}

static enum err encode(const struct hub_act_row *a, uint8_t out[ROW_MAX], size_t *len)
{
    struct wr w;
    size_t rows_len;
    enum err e;

    wr_init(&w, out, ROW_MAX);
    wr_u64(&w, a->time_s);
    wr_u8(&w, a->kind);
    wr_u8(&w, a->result);
    wr_u8(&w, (uint8_t)((a->decision ? IS_DECISION : 0) | (a->carries ? CARRIES : 0)));
    wr_copy(&w, a->from, sizeof a->from);
    wr_copy(&w, a->to, sizeof a->to);
    wr_copy(&w, a->id, sizeof a->id);
    wr_copy(&w, a->digest, sizeof a->digest);
    wr_u64(&w, a->from_number);
    wr_u64(&w, a->from_previous);
    wr_u64(&w, a->to_number);
    wr_u64(&w, a->to_previous);
    if (a->carries)
        wr_copy(&w, a->carried, sizeof a->carried);
    e = wr_end(&w);
    if (e == OK)
        e = proto_rows_encode(&a->rows, out + w.len, ROW_MAX - w.len, &rows_len);
    if (e == OK)
        *len = w.len + rows_len;
    return e;
}

/* Our own rows, but read as carefully as anything: a damaged page must not become a receipt. */
static enum err decode(uint64_t index, const uint8_t *data, size_t len, struct hub_act_row *out)
{
    struct hub_act_row a = { .index = index };
    struct rd r;
    uint8_t flags;

    rd_init(&r, data, len);
    a.time_s = rd_u64(&r);
    a.kind = rd_u8(&r);
    a.result = rd_u8(&r);
    flags = rd_u8(&r);
    rd_copy(&r, a.from, sizeof a.from);
    rd_copy(&r, a.to, sizeof a.to);
    rd_copy(&r, a.id, sizeof a.id);
    rd_copy(&r, a.digest, sizeof a.digest);
    a.from_number = rd_u64(&r);
    a.from_previous = rd_u64(&r);
    a.to_number = rd_u64(&r);
    a.to_previous = rd_u64(&r);
    a.decision = (flags & IS_DECISION) != 0;
    a.carries = (flags & CARRIES) != 0;
    if (a.carries)
        rd_copy(&r, a.carried, sizeof a.carried);
    if (r.err != OK || flags > (IS_DECISION | CARRIES) || a.kind == PROTO_NONE || a.kind >= PROTO_KIND_END || a.result >= PROTO_REFUSAL_END
        || proto_rows_decode(r.at, rd_left(&r), &a.rows) != OK)
        return ERR_IO;
    *out = a;
    return OK;
}

enum err hub_store_act_put(struct hub_store_act *s, struct kv_txn *x, const struct hub_act_row *row)
{
    uint8_t key[INDEX_LEN], data[ROW_MAX];
    size_t len;
    enum err e = encode(row, data, &len);

    if (e != OK)
        return e;
    key_of(row->index, key);
    if (has_id(row))
        e = kv_add(x, s->ids, row->id, sizeof row->id, key, sizeof key);
    if (e != OK)
        return e;
    return kv_append(x, s->rows, key, sizeof key, data, len);
}

enum err hub_store_act_get(struct hub_store_act *s, struct kv_txn *x, uint64_t index, struct hub_act_row *out)
{
    uint8_t key[INDEX_LEN];
    const uint8_t *data;
    size_t len;
    enum err e;

    key_of(index, key);
    e = kv_view(x, s->rows, key, sizeof key, &data, &len);
    return e != OK ? e : decode(index, data, len, out);
}

enum err hub_store_act_find(struct hub_store_act *s, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN], struct hub_act_row *out)
{
    const uint8_t *value;
    struct rd r;
    size_t len;
    uint64_t index;
    enum err e = kv_view(x, s->ids, id, PROTO_ID_LEN, &value, &len);

    if (e != OK)
        return e;
    rd_init(&r, value, len);
    index = rd_u64(&r);
    if (rd_end(&r) != OK)
        return ERR_IO;
    e = hub_store_act_get(s, x, index, out);
    return e == ERR_NOTFOUND ? ERR_IO : e;
}

enum err hub_store_act_oldest(struct hub_store_act *s, struct kv_txn *x, struct hub_act_row *out)
{
    struct kv_walk w;
    struct rd r;
    uint64_t index;
    enum err e = kv_walk_from(x, s->rows, NULL, 0, &w);

    if (e == OK) {
        rd_init(&r, w.key, w.key_len);
        index = rd_u64(&r);
        e = rd_end(&r) != OK ? ERR_IO : decode(index, w.value, w.value_len, out);
    }
    kv_walk_end(&w);
    return e;
}

enum err hub_store_act_drop(struct hub_store_act *s, struct kv_txn *x, const struct hub_act_row *row)
{
    uint8_t key[INDEX_LEN];
    enum err e;

    key_of(row->index, key);
    e = kv_delete(x, s->rows, key, sizeof key);
    if (e == OK && has_id(row))
        e = kv_delete(x, s->ids, row->id, sizeof row->id);
    return e;
}
