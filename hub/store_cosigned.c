#include "hub/store_cosigned.h"

#include "base/rd.h"
#include "base/wr.h"

#include <stdlib.h>
#include <string.h>

/* key = 32 origin id | u64 hour, the newest under the last hour there is; value = u64 size | 32 root | note */
enum { KEY_LEN = PROTO_HASH_LEN + 8, VALUE_HEAD = 8 + PROTO_HASH_LEN, HOUR_S = 3600 };

struct hub_store_cosigned { kv_table table; };

enum err hub_store_cosigned_open(struct kv *kv, struct hub_store_cosigned **out)
{
    struct hub_store_cosigned *s = calloc(1, sizeof *s);
    enum err e = s == NULL ? ERR_NOMEM : kv_table_open(kv, "cosigned", &s->table);

    if (e == OK)
        *out = s;
    else
        free(s);
    return e;
}

void hub_store_cosigned_close(struct hub_store_cosigned *s)
{
    free(s);
}

static enum err make_key(const uint8_t origin_id[PROTO_HASH_LEN], uint64_t hour, uint8_t key[KEY_LEN])
{
    struct wr w;

    wr_init(&w, key, KEY_LEN);
    wr_copy(&w, origin_id, PROTO_HASH_LEN);
    wr_u64(&w, hour);
    return wr_end(&w);
}

static enum err read_value(const uint8_t *value, size_t len, struct hub_cosigned *out)
{
    struct hub_cosigned c = { .note_len = 0 };
    struct rd r;

    rd_init(&r, value, len);
    c.head.size = rd_u64(&r);
    rd_copy(&r, c.head.root, sizeof c.head.root);
    c.note_len = rd_left(&r);
    if (c.note_len == 0 || c.note_len > sizeof c.note)
        return ERR_IO;
    rd_copy(&r, c.note, c.note_len);
    if (rd_end(&r) != OK)
        return ERR_IO;
    *out = c;
    return OK;
}

enum err hub_store_cosigned_get(struct hub_store_cosigned *s, struct kv_txn *x, const uint8_t origin_id[PROTO_HASH_LEN],
    struct hub_cosigned *out)
{
    uint8_t key[KEY_LEN], last[KEY_LEN];
    const uint8_t *value = NULL;
    size_t len = 0;
    struct kv_walk w;
    enum err e = make_key(origin_id, 0, key), step;
    bool found = false;

    if (e != OK)
        return e;
    /* Some 24 rows a day: the last hour of this log is behind the others. */
    for (step = kv_walk_from(x, s->table, key, sizeof key, &w); step == OK; step = kv_walk_next(&w)) {
        if (w.key_len != KEY_LEN || memcmp(w.key, origin_id, PROTO_HASH_LEN) != 0)
            break;
        memcpy(last, w.key, sizeof last);
        found = true;
    }
    kv_walk_end(&w);
    if (step != OK && step != ERR_NOTFOUND)
        return step;
    if (!found)
        return ERR_NOTFOUND;
    e = kv_view(x, s->table, last, sizeof last, &value, &len);
    return e == OK ? read_value(value, len, out) : e;
}

enum err hub_store_cosigned_put(struct hub_store_cosigned *s, struct kv_txn *x, const uint8_t origin_id[PROTO_HASH_LEN],
    const struct hub_cosigned *c, uint64_t now_s)
{
    uint8_t key[KEY_LEN], value[VALUE_HEAD + PROTO_NOTE_MAX];
    struct wr w;
    enum err e = make_key(origin_id, now_s / HOUR_S, key);

    wr_init(&w, value, sizeof value);
    wr_u64(&w, c->head.size);
    wr_copy(&w, c->head.root, sizeof c->head.root);
    wr_copy(&w, c->note, c->note_len);
    if (e == OK)
        e = wr_end(&w);
    return e == OK ? kv_put(x, s->table, key, sizeof key, value, w.len) : e;
}
