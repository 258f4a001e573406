#include "hub/store_cert.h"

#include "base/rd.h"
#include "base/wr.h"

#include <stdlib.h>
#include <string.h>

/* By key the signed certificate; by partner and end its key, so that the valid ones of a partner stand together at the end. */
struct hub_store_cert { kv_table by_key, by_end; };

enum { END_KEY_LEN = PROTO_PARTNER_LEN + 8 + PROTO_KEY_LEN, HEAD_LEN = 8 };

enum err hub_store_cert_open(struct kv *kv, struct hub_store_cert **out)
{
    struct hub_store_cert *s = calloc(1, sizeof *s);
    enum err e;

    if (s == NULL)
        return ERR_NOMEM;
    e = kv_table_open(kv, "cert", &s->by_key);
    if (e == OK)
        e = kv_table_open(kv, "cert_end", &s->by_end);
    if (e != OK) {
        free(s);
        return e;
    }
    *out = s;
    return OK;
}

void hub_store_cert_close(struct hub_store_cert *s)
{
    free(s);
}

static void end_key(const uint8_t partner[PROTO_PARTNER_LEN], uint64_t until_s, const uint8_t key[PROTO_KEY_LEN],
    uint8_t out[END_KEY_LEN])
{
    struct wr w;

    wr_init(&w, out, END_KEY_LEN);
    wr_copy(&w, partner, PROTO_PARTNER_LEN);
    wr_u64(&w, until_s);
    wr_copy(&w, key, PROTO_KEY_LEN);
}

/* Renewal: the key's older place in the order goes. */
static enum err drop_old_place(struct hub_store_cert *s, struct kv_txn *x, const struct proto_cert *cert)
{
    uint8_t place[END_KEY_LEN];
    const uint8_t *old;
    struct rd r;
    size_t len;
    enum err e = kv_view(x, s->by_key, cert->key, sizeof cert->key, &old, &len);

    if (e == ERR_NOTFOUND)
        return OK;
    if (e != OK)
        return e;
    rd_init(&r, old, len);
    end_key(cert->partner, rd_u64(&r), cert->key, place);
    if (r.err != OK)
        return ERR_IO;
    e = kv_delete(x, s->by_end, place, sizeof place);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err hub_store_cert_put(struct hub_store_cert *s, struct kv_txn *x, const struct proto_cert *cert, const uint8_t *signed_cert,
    size_t len)
{
    uint8_t row[HEAD_LEN + PROTO_CERT_MAX], place[END_KEY_LEN];
    struct wr w;
    enum err e;

    wr_init(&w, row, sizeof row);
    wr_u64(&w, cert->until_s);
    wr_copy(&w, signed_cert, len);
    e = wr_end(&w);
    if (e == OK)
        e = drop_old_place(s, x, cert);
    if (e == OK)
        e = kv_put(x, s->by_key, cert->key, sizeof cert->key, row, w.len);
    if (e != OK)
        return e;
    end_key(cert->partner, cert->until_s, cert->key, place);
    return kv_put(x, s->by_end, place, sizeof place, "", 0);
}

enum err hub_store_cert_get(struct hub_store_cert *s, struct kv_txn *x, const uint8_t key[PROTO_KEY_LEN],
    const uint8_t **signed_cert, size_t *len)
{
    const uint8_t *row;
    size_t row_len;
    enum err e = kv_view(x, s->by_key, key, PROTO_KEY_LEN, &row, &row_len);

    if (e != OK)
        return e;
    if (row_len < HEAD_LEN)
        return ERR_IO;
    *signed_cert = row + HEAD_LEN;
    *len = row_len - HEAD_LEN;
    return OK;
}

/* One step of the walk: the certificate at this place, when it ends late enough. */
static enum err visit(struct hub_store_cert *s, struct kv_txn *x, const struct kv_walk *w, uint64_t until_s,
    hub_store_cert_each *each, void *arg)
{
    const uint8_t *cert;
    struct rd r;
    size_t len;
    uint64_t end_s;
    enum err e;

    rd_init(&r, w->key, w->key_len);
    (void)rd_view(&r, PROTO_PARTNER_LEN);
    end_s = rd_u64(&r);
    if (rd_left(&r) != PROTO_KEY_LEN)
        return ERR_IO;
    if (end_s < until_s)
        return OK;
    e = hub_store_cert_get(s, x, rd_view(&r, PROTO_KEY_LEN), &cert, &len);
    /* A place without its certificate is damage, and no end of the walk. */
    if (e != OK)
        return e == ERR_NOTFOUND ? ERR_IO : e;
    return each(arg, cert, len);
}

enum err hub_store_cert_walk(struct hub_store_cert *s, struct kv_txn *x, const uint8_t *partner, uint64_t until_s,
    hub_store_cert_each *each, void *arg)
{
    static const uint8_t first[PROTO_KEY_LEN];
    uint8_t from[END_KEY_LEN];
    struct kv_walk w = { 0 };
    enum err e;

    if (partner != NULL)
        end_key(partner, until_s, first, from);
    for (e = kv_walk_from(x, s->by_end, from, partner != NULL ? sizeof from : 0, &w); e == OK; e = kv_walk_next(&w)) {
        if (partner != NULL && (w.key_len < PROTO_PARTNER_LEN || memcmp(w.key, partner, PROTO_PARTNER_LEN) != 0))
            break;
        e = visit(s, x, &w, until_s, each, arg);
        if (e != OK)
            break;
    }
    kv_walk_end(&w);
    return e == ERR_NOTFOUND ? OK : e;
}
