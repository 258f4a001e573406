#include "hub/store_gone.h"

#include "base/rd.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_LEN = 8 };

enum err hub_store_gone_put(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN], uint64_t until_s)
{
    uint8_t row[ROW_LEN];
    struct wr w;

    wr_init(&w, row, sizeof row);
    wr_u64(&w, until_s);
    return kv_put(x, t->gone, id, PROTO_ID_LEN, row, sizeof row);
}

enum err hub_store_gone_case(const struct hub_case *c, uint8_t id[PROTO_ID_LEN])
{
    static const char what[] = "case";
    uint8_t name[sizeof what + PROTO_ID_LEN + PROTO_PURPOSE_WIDTH], hash[crypto_hash_sha256_BYTES];
    struct wr w;
    enum err e;

    wr_init(&w, name, sizeof name);
    wr_copy(&w, (const uint8_t *)what, sizeof what);
    wr_copy(&w, c->id, sizeof c->id);
    wr_name(&w, c->purpose, PROTO_PURPOSE_WIDTH);
    e = wr_end(&w);
    if (e != OK)
        return e;
    if (crypto_hash_sha256(hash, name, w.len) != 0)
        abort();
    memcpy(id, hash, PROTO_ID_LEN);
    return OK;
}

enum err hub_store_gone_has(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN], bool *has)
{
    const uint8_t *row;
    size_t len;
    enum err e = kv_view(x, t->gone, id, PROTO_ID_LEN, &row, &len);

    if (e != OK && e != ERR_NOTFOUND)
        return e;
    *has = e == OK;
    return OK;
}

enum err hub_store_gone_forget(const struct hub_tables *t, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN], uint64_t now_s)
{
    uint8_t row[ROW_LEN];
    struct rd r;
    enum err e = kv_get(x, t->gone, id, PROTO_ID_LEN, row, sizeof row);

    if (e != OK)
        return e == ERR_RANGE ? ERR_IO : e;
    rd_init(&r, row, sizeof row);
    return rd_u64(&r) > now_s ? OK : kv_delete(x, t->gone, id, PROTO_ID_LEN);
}
