/* client/witness: the vault's rows. */
#include "client/witness_parts.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/meta.h"
#include "proto/region_log.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_LEN = 8 + PROTO_HASH_LEN + 8 + 8 + 8 + PROTO_HASH_LEN + 8 + 1, KEY_LEN = 2 + PROTO_HASH_LEN, RETIRED = 1, CONTRADICTS = 2 };

/* ---- two rows for each log, what was cosigned ("c") and the anchored checkpoint ("a") ---- */

static void row_key(const struct witness_log *l, char what, uint8_t key[KEY_LEN])
{
    key[0] = CLIENT_META_WITNESS;
    key[1] = (uint8_t)what;
    memcpy(key + 2, l->origin_id, PROTO_HASH_LEN);
}

static enum err encode_row(const struct witness_log *l, uint8_t row[ROW_LEN])
{
    struct wr w;

    wr_init(&w, row, ROW_LEN);
    wr_u64(&w, l->known.seen.size);
    wr_copy(&w, l->known.seen.root, sizeof l->known.seen.root);
    wr_u64(&w, l->self_s);
    wr_u64(&w, l->other_s);
    wr_u64(&w, l->anchored.size);
    wr_copy(&w, l->anchored.root, sizeof l->anchored.root);
    wr_u64(&w, l->anchored_s);
    wr_u8(&w, (uint8_t)((l->retired ? RETIRED : 0) | (l->contradicts ? CONTRADICTS : 0)));
    return wr_end(&w);
}

static enum err decode_row(const uint8_t *data, size_t len, struct witness_log *l)
{
    struct rd r;
    uint8_t flags;

    rd_init(&r, data, len);
    l->known.seen.size = rd_u64(&r);
    rd_copy(&r, l->known.seen.root, sizeof l->known.seen.root);
    l->self_s = rd_u64(&r);
    l->other_s = rd_u64(&r);
    l->anchored.size = rd_u64(&r);
    rd_copy(&r, l->anchored.root, sizeof l->anchored.root);
    l->anchored_s = rd_u64(&r);
    flags = rd_u8(&r);
    l->retired = (flags & RETIRED) != 0;
    l->contradicts = (flags & CONTRADICTS) != 0;
    return rd_end(&r);
}

enum err client_witness_put(struct vault_txn *x, const struct witness_log *l)
{
    uint8_t key[KEY_LEN], row[ROW_LEN];
    enum err e = encode_row(l, row);

    row_key(l, 'c', key);
    return e == OK ? client_vault_put(x, CLIENT_T_META, key, sizeof key, row, sizeof row) : e;
}

enum err client_witness_store(struct client_node *n, const struct witness_log *l, const uint8_t *note, size_t len)
{
    uint8_t key[KEY_LEN];
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    if (e == OK)
        e = client_witness_put(x, l);
    row_key(l, 'a', key);
    if (e == OK && note != NULL)
        e = client_vault_put(x, CLIENT_T_META, key, sizeof key, note, len);
    return client_vault_end(x, e);
}

void client_witness_name(struct witness_log *l)
{
    (void)crypto_hash_sha256(l->origin_id, (const uint8_t *)l->known.key.name, strlen(l->known.key.name));
}

enum err client_witness_load(const struct client_node *n, struct witness_log *l)
{
    uint8_t key[KEY_LEN], *row = NULL;
    struct vault_txn *x = NULL;
    size_t len = 0;
    enum err e = client_vault_begin(n->vault, false, &x);

    row_key(l, 'c', key);
    if (e == OK)
        e = client_vault_get(x, CLIENT_T_META, key, sizeof key, &row, &len);
    if (e == OK)
        e = decode_row(row, len, l);
    client_vault_abort(x);
    free(row);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_witness_anchored(struct vault_txn *x, const struct client_node *n, uint8_t **out, size_t *len)
{
    uint8_t key[KEY_LEN];

    if (n->witness == NULL)
        return ERR_NOTFOUND;
    row_key(&n->witness->log[WITNESS_MAIN], 'a', key);
    return client_vault_get(x, CLIENT_T_META, key, sizeof key, out, len);
}

/* ---- under an origin of before ---- */

static void take_head(const struct proto_merkle_head *head, uint64_t kept, struct client_witness_before *out)
{
    if (head->size > out->newest.size)
        out->newest = *head;
    if (head->size <= kept && head->size > out->within.size)
        out->within = *head;
}

/* The rows are there whatever was opened since; what was cosigned in between is in memory while the node goes on under that origin. */
enum err client_witness_before(const struct client_node *n, unsigned number, uint64_t kept, struct client_witness_before *out)
{
    const struct witness_log *now = n->witness != NULL ? &n->witness->log[WITNESS_MAIN] : NULL;
    struct witness_log *old = calloc(1, sizeof *old);
    enum err e = old == NULL ? ERR_NOMEM : proto_region_log_key(&n->region, number, &old->known.key);

    if (e == OK) {
        client_witness_name(old);
        e = client_witness_load(n, old);
    }
    if (e == OK) {
        *out = (struct client_witness_before){.newest = {.size = 0}};
        take_head(&old->known.seen, kept, out);
        take_head(&old->anchored, kept, out);
        for (size_t i = 0; now != NULL && strcmp(now->known.key.name, old->known.key.name) == 0 && i < WITNESS_RECENT; i++)
            take_head(&now->recent[i], kept, out);
    }
    free(old);
    return e;
}
