#include "hub/store_mail.h"

#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct hub_store_mail {
    kv_table mail;
    uint8_t *buf;  /* a row being written: kept, so that no act costs an allocation of this size */
};

enum { KEY_LEN = PROTO_PARTNER_LEN + 8, HEAD_MAX = 8 + 1 + PROTO_ID_LEN + 1 + PROTO_STATEMENTS_MAX * PROTO_ID_LEN + 4,
    ROW_MAX = HEAD_MAX + PROTO_FRAME_MAX };

enum err hub_store_mail_open(struct kv *kv, struct hub_store_mail **out)
{
    struct hub_store_mail *s = calloc(1, sizeof *s);
    enum err e = ERR_NOMEM;

    if (s == NULL)
        return e;
    s->buf = malloc(ROW_MAX);
    if (s->buf != NULL)
        e = kv_table_open(kv, "mail", &s->mail);
    if (e != OK) {
        hub_store_mail_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void hub_store_mail_close(struct hub_store_mail *s)
{
    if (s == NULL)
        return;
    free(s->buf);
    free(s);
}

static void key_of(const uint8_t to[PROTO_PARTNER_LEN], uint64_t number, uint8_t out[KEY_LEN])
{
    struct wr w;

    wr_init(&w, out, KEY_LEN);
    wr_copy(&w, to, PROTO_PARTNER_LEN);
    wr_u64(&w, number);
}

enum err hub_store_mail_put(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN],
    const struct hub_mail_row *row)
{
    uint8_t key[KEY_LEN];
    struct wr w;
    enum err e;

    if (row->attached.count > PROTO_STATEMENTS_MAX)
        return ERR_RANGE;
    key_of(to, row->number, key);
    wr_init(&w, s->buf, ROW_MAX);
    wr_u64(&w, row->index);
    wr_u8(&w, row->kind);
    wr_copy(&w, row->id, sizeof row->id);
    wr_u8(&w, row->attached.count);
    for (size_t i = 0; i < row->attached.count; i++)
        wr_copy(&w, row->attached.id[i], PROTO_ID_LEN);
    wr_bytes32(&w, row->message.data, row->message.len);
    e = wr_end(&w);
    return e != OK ? e : kv_add(x, s->mail, key, sizeof key, s->buf, w.len);
}

static enum err decode(const struct kv_walk *k, struct hub_mail_row *out)
{
    struct hub_mail_row row;
    struct rd r;

    memset(&row, 0, sizeof row);
    rd_init(&r, k->key, k->key_len);
    (void)rd_view(&r, PROTO_PARTNER_LEN);
    row.number = rd_u64(&r);
    if (rd_end(&r) != OK)
        return ERR_IO;
    rd_init(&r, k->value, k->value_len);
    row.index = rd_u64(&r);
    row.kind = rd_u8(&r);
    rd_copy(&r, row.id, sizeof row.id);
    row.attached.count = rd_u8(&r);
    if (row.attached.count > PROTO_STATEMENTS_MAX)
        return ERR_IO;
    for (size_t i = 0; i < row.attached.count; i++)
        rd_copy(&r, row.attached.id[i], PROTO_ID_LEN);
    row.message.data = rd_bytes32(&r, PROTO_FRAME_MAX, &row.message.len);
    if (rd_end(&r) != OK)
        return ERR_IO;
    *out = row;
    return OK;
}

/* Stand on this partner's first mail with a number above after. */
static enum err stand_after(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN], uint64_t after,
    struct kv_walk *w)
{
    uint8_t key[KEY_LEN];
    enum err e;

    *w = (struct kv_walk){ 0 };
    if (after == UINT64_MAX)
        return ERR_NOTFOUND;
    key_of(to, after + 1, key);
    e = kv_walk_from(x, s->mail, key, sizeof key, w);
    if (e == OK && (w->key_len != KEY_LEN || sodium_memcmp(w->key, to, PROTO_PARTNER_LEN) != 0))
        e = ERR_NOTFOUND;
    return e;
}

enum err hub_store_mail_next(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN], uint64_t after,
    struct hub_mail_row *out)
{
    struct kv_walk w;
    enum err e = stand_after(s, x, to, after, &w);

    if (e == OK)
        e = decode(&w, out);
    kv_walk_end(&w);
    return e;
}

enum err hub_store_mail_delete(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN], uint64_t number)
{
    uint8_t key[KEY_LEN];

    key_of(to, number, key);
    return kv_delete(x, s->mail, key, sizeof key);
}

enum err hub_store_mail_delete_upto(struct hub_store_mail *s, struct kv_txn *x, const uint8_t to[PROTO_PARTNER_LEN],
    uint64_t number, size_t *deleted)
{
    struct hub_mail_row row;
    uint64_t after = 0;
    size_t n = 0;
    enum err e;

    /* Numbers begin at 1. */
    while ((e = hub_store_mail_next(s, x, to, after, &row)) == OK && row.number <= number) {
        e = hub_store_mail_delete(s, x, to, row.number);
        if (e != OK)
            return e;
        after = row.number;
        n++;
    }
    if (e != OK && e != ERR_NOTFOUND)
        return e;
    *deleted = n;
    return OK;
}
