#include "hub/store_request.h"

#include "hub/row.h"

#include <string.h>

enum {
    ROW_VERSION = 1,
    ROW_MAX = 2304,  /* about 230 bytes, twice 640 of sections and 512 of ids at most */
    DUE_LEN = 8 + PROTO_ID_LEN
};

static void write_row(const struct hub_request *q, struct wr *w)
{
    wr_u8(w, ROW_VERSION);
    wr_u8(w, q->is_offer);
    wr_u8(w, (uint8_t)q->state);
    wr_copy(w, q->asker, sizeof q->asker);
    wr_copy(w, q->holder, sizeof q->holder);
    wr_copy(w, q->case_id, sizeof q->case_id);
    hub_row_write_subject(w, &q->subject);
    wr_name(w, q->purpose, PROTO_PURPOSE_WIDTH);
    hub_row_write_sections(w, &q->sections);
    hub_row_write_ids(w, &q->statements);
    wr_u8(w, q->weighed);
    hub_row_write_sections(w, &q->weighed_for);
    wr_u64(w, q->began_s);
    wr_u64(w, q->valid_until_s);
    wr_u64(w, q->due_s);
    wr_copy(w, q->grant, sizeof q->grant);
}

static void read_row(struct rd *r, struct hub_request *q)
{
    if (rd_u8(r) != ROW_VERSION)
        rd_fail(r, ERR_VERSION);
    q->is_offer = hub_row_read_bool(r);
    q->state = (enum hub_request_state)hub_row_read_code(r, HUB_REQUEST_OPEN, HUB_REQUEST_TAKEN_BACK);
    rd_copy(r, q->asker, sizeof q->asker);
    rd_copy(r, q->holder, sizeof q->holder);
    rd_copy(r, q->case_id, sizeof q->case_id);
    hub_row_read_subject(r, &q->subject);
    rd_name(r, PROTO_PURPOSE_WIDTH, q->purpose, sizeof q->purpose, false);
    hub_row_read_sections(r, &q->sections);
    hub_row_read_ids(r, &q->statements);
    q->weighed = hub_row_read_bool(r);
    hub_row_read_sections(r, &q->weighed_for);
    q->began_s = rd_u64(r);
    q->valid_until_s = rd_u64(r);
    q->due_s = rd_u64(r);
    rd_copy(r, q->grant, sizeof q->grant);
}

static void due_key(const struct hub_request *q, uint8_t key[DUE_LEN])
{
    struct wr w;

    wr_init(&w, key, DUE_LEN);
    wr_u64(&w, q->due_s);
    wr_copy(&w, q->id, sizeof q->id);
}

/* Row and index entry. */
static enum err put(const struct hub_tables *t, struct kv_txn *x, const struct hub_request *q)
{
    const uint8_t nothing = 0;
    uint8_t row[ROW_MAX], key[DUE_LEN];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    write_row(q, &w);
    e = wr_end(&w);
    if (e == OK)
        e = kv_put(x, t->request, q->id, sizeof q->id, row, w.len);
    due_key(q, key);
    return e != OK ? e : kv_put(x, t->due, key, sizeof key, &nothing, sizeof nothing);
}

enum err hub_store_request_add(const struct hub_tables *t, struct kv_txn *x, const struct hub_request *q)
{
    const uint8_t *row;
    size_t len;
    enum err e = kv_view(x, t->request, q->id, sizeof q->id, &row, &len);

    if (e == OK)
        return ERR_EXISTS;
    return e != ERR_NOTFOUND ? e : put(t, x, q);
}

enum err hub_store_request_get(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN],
    struct hub_request *out)
{
    struct hub_request q = {.state = HUB_REQUEST_NONE};
    const uint8_t *row;
    size_t len;
    struct rd r;
    enum err e = kv_view(x, t->request, id, PROTO_ID_LEN, &row, &len);

    if (e != OK)
        return e;
    rd_init(&r, row, len);
    read_row(&r, &q);
    if (rd_end(&r) != OK)
        return ERR_IO;
    memcpy(q.id, id, sizeof q.id);
    *out = q;
    return OK;
}

enum err hub_store_request_save(const struct hub_tables *t, struct kv_txn *x, const struct hub_request *q)
{
    struct hub_request before;
    uint8_t key[DUE_LEN];
    enum err e = hub_store_request_get(t, x, q->id, &before);

    if (e != OK)
        return e;
    due_key(&before, key);
    e = kv_delete(x, t->due, key, sizeof key);
    return e != OK && e != ERR_NOTFOUND ? e : put(t, x, q);
}

enum err hub_store_request_drop(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct hub_request q;
    uint8_t key[DUE_LEN];
    enum err e = hub_store_request_get(t, x, id, &q);

    if (e != OK)
        return e;
    due_key(&q, key);
    e = kv_delete(x, t->due, key, sizeof key);
    return e != OK && e != ERR_NOTFOUND ? e : kv_delete(x, t->request, id, PROTO_ID_LEN);
}

enum err hub_store_request_first_due(const struct hub_tables *t, struct kv_txn *x, uint64_t now_s,
    uint8_t id[PROTO_ID_LEN])
{
    struct kv_walk w = {0};
    struct rd r;
    uint64_t due_s;
    enum err e = kv_walk_from(x, t->due, NULL, 0, &w);

    if (e == OK) {
        rd_init(&r, w.key, w.key_len);
        due_s = rd_u64(&r);
        if (rd_left(&r) != PROTO_ID_LEN)
            e = ERR_IO;
        else if (due_s > now_s)
            e = ERR_NOTFOUND;
        else
            rd_copy(&r, id, PROTO_ID_LEN);
    }
    kv_walk_end(&w);
    return e;
}
