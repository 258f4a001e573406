/* client/kept: rows of statements. The statement itself is not stored twice: it is decoded from its signed
 * original. */
#include "client/statement.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/index.h"
#include "client/unread.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_LEN = PROTO_KEY_LEN + 1 + 1 + 4 * 8, OF_OTHERS = 0, MINE = 1, REFUSED = 2, DROPPED = 3,
    ORIGIN_SHIFT = 4 };

/* One byte has both: whose it is below, the origin above, which rows had none of at first. */
_Static_assert(PROTO_ORIGINS_MAX < 1 << ORIGIN_SHIFT, "four bits");

/* A row under another's id is not this one: who withdraws the one would withdraw the other. */
static enum err row_decode(const uint8_t *key, size_t key_len, const uint8_t *row, size_t len, struct client_kept *out)
{
    struct client_kept k = {0};
    struct proto_signed envelope;
    struct rd r;
    uint8_t mine;
    enum err e;

    rd_init(&r, row, len);
    rd_copy(&r, k.signer, sizeof k.signer);
    k.role = rd_u8(&r);
    mine = rd_u8(&r);
    k.leaf_origin = mine >> ORIGIN_SHIFT;
    mine &= (1 << ORIGIN_SHIFT) - 1;
    k.leaf_index = rd_u64(&r);
    k.leaf_s = rd_u64(&r);
    k.acked = rd_u64(&r);
    k.told = rd_u64(&r);
    k.original_len = rd_left(&r);
    k.original = rd_view(&r, k.original_len);
    if (mine > DROPPED || k.leaf_origin > PROTO_ORIGINS_MAX || k.role >= PROTO_ROLE_END)
        rd_fail(&r, ERR_RANGE);
    k.mine = mine != OF_OTHERS;
    k.refused = mine == REFUSED || mine == DROPPED;
    k.dropped = mine == DROPPED;
    e = rd_end(&r);
    if (e == OK)
        e = proto_sign_decode(k.original, k.original_len, &envelope);
    if (e == OK)
        e = proto_statement_decode(
            proto_statement_of_type(envelope.type), envelope.body, envelope.body_len, &k.what);
    if (e == OK && (key_len != PROTO_ID_LEN || sodium_memcmp(k.what.id, key, PROTO_ID_LEN) != 0))
        e = ERR_RANGE;
    if (e == OK)
        *out = k;
    return e;
}

struct client_leaf client_kept_leaf(const struct client_kept *k)
{
    return (struct client_leaf){.index = k->leaf_index, .at_s = k->leaf_s, .origin = k->leaf_origin};
}

uint64_t client_kept_said_s(const struct client_kept *k)
{
    return k->leaf_s != 0 ? k->leaf_s : k->what.made_s;
}

bool client_kept_is_under_way(const struct client_kept *k)
{
    return k->mine && k->leaf_s == 0 && !k->dropped;
}

bool client_kept_is_acked(const struct client_kept *k)
{
    uint64_t all = (UINT64_C(1) << k->what.addressees.count) - 1;

    return (k->acked & all) == all;
}

enum err client_kept_put(struct vault_txn *x, const struct client_kept *k)
{
    size_t cap = HEAD_LEN + k->original_len;
    uint8_t *row = malloc(cap);
    struct wr w;
    enum err e;

    if (row == NULL)
        return ERR_NOMEM;
    wr_init(&w, row, cap);
    wr_copy(&w, k->signer, sizeof k->signer);
    wr_u8(&w, k->role);
    wr_u8(&w, (uint8_t)(k->leaf_origin << ORIGIN_SHIFT | (k->dropped ? DROPPED : k->refused ? REFUSED : k->mine ? MINE : OF_OTHERS)));
    wr_u64(&w, k->leaf_index);
    wr_u64(&w, k->leaf_s);
    wr_u64(&w, k->acked);
    wr_u64(&w, k->told);
    wr_copy(&w, k->original, k->original_len);
    e = wr_end(&w);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_STATEMENT, k->what.id, PROTO_ID_LEN, row, w.len);
    if (e == OK)
        e = client_index_statement(x, k);
    free(row);
    return e;
}

enum err client_kept_get(
    struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], struct client_kept *out, uint8_t **memory)
{
    uint8_t *row = NULL;
    size_t len = 0;
    enum err e = client_vault_get(x, CLIENT_T_STATEMENT, id, PROTO_ID_LEN, &row, &len);

    if (e == OK)
        e = row_decode(id, PROTO_ID_LEN, row, len, out);
    if (e != OK) {
        free(row);
        return e;
    }
    *memory = row;
    return OK;
}

struct walk {
    client_kept_each *each;
    void *arg;
    bool *unread;   /* NULL: a row that cannot be read ends the walk */
    enum err err;
};

static bool walk_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct walk *w = arg;
    struct client_kept k;

    w->err = row_decode(key, key_len, value, len, &k);
    if (w->unread != NULL && client_unread_is(w->err)) {
        *w->unread = true;
        w->err = OK;
        return true;
    }
    return w->err == OK && w->each(w->arg, &k);
}

enum err client_kept_walk(struct vault_txn *x, client_kept_each *each, void *arg)
{
    return client_kept_walk_left(x, each, arg, NULL);
}

enum err client_kept_walk_left(struct vault_txn *x, client_kept_each *each, void *arg, bool *unread)
{
    struct walk w = {.each = each, .arg = arg, .unread = unread};
    enum err e = client_vault_walk(x, CLIENT_T_STATEMENT, NULL, 0, walk_each, &w);

    return e != OK ? e : w.err;
}
