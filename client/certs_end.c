#include "client/certs_end.h"

#include "client/archive_end.h"
#include "client/rows.h"
#include "client/statement.h"
#include "proto/region.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_KEY = PROTO_KEY_LEN + 8 };

struct over { uint8_t row[ROW_KEY], key[PROTO_KEY_LEN]; bool is_node, needed; };

struct ending {
    const struct client_node *n;
    uint64_t floor_s;
    struct over *at;                      /* ascending by key once all are found; a key may have several */
    size_t count, cap;
    bool staff;
    enum err err;
};

static bool ours(const struct ending *d, const struct proto_cert *c)
{
    return sodium_memcmp(c->partner, d->n->me->id, PROTO_PARTNER_LEN) == 0;
}

static int by_key(const void *a, const void *b)
{
    const struct over *x = a, *y = b;

    return sodium_compare(x->key, y->key, PROTO_KEY_LEN);
}

static void need(struct ending *d, const uint8_t key[PROTO_KEY_LEN], bool as_node)
{
    size_t low = 0, high = d->count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (sodium_compare(d->at[mid].key, key, PROTO_KEY_LEN) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < d->count && sodium_memcmp(d->at[low].key, key, PROTO_KEY_LEN) == 0; low++)
        d->at[low].needed = d->at[low].needed || !as_node || d->at[low].is_node;
}

/* Our own of the keys stay: `status` tells by the last of them since when this organisation is mute. */
static bool over_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct ending *d = arg;
    struct over *more;
    struct proto_cert c;
    uint8_t signer[PROTO_KEY_LEN];

    if (key_len != ROW_KEY || proto_cert_peek(value, len, &c, signer) != OK || c.until_s >= d->floor_s
        || (c.use == PROTO_USE_STAFF) != d->staff || (!d->staff && ours(d, &c)))
        return true;
    more = client_rows_more(d->at, d->count, &d->cap, sizeof *more);
    if (more == NULL) {
        d->err = ERR_NOMEM;
        return false;
    }
    d->at = more;
    d->at[d->count] = (struct over){.is_node = c.use == PROTO_USE_NODE};
    memcpy(d->at[d->count].row, key, ROW_KEY);
    memcpy(d->at[d->count++].key, c.key, PROTO_KEY_LEN);
    return true;
}

/* A statement that is kept needs each certificate of its key: which of them counted at its time is asked when it is judged. */
static bool said_each(void *arg, const struct client_kept *k)
{
    need(arg, k->signer, false);
    return true;
}

/* A person's certificate stands under its node's. */
static bool below_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct proto_cert c;
    uint8_t signer[PROTO_KEY_LEN];

    (void)key;
    (void)key_len;
    if (proto_cert_peek(value, len, &c, signer) == OK && c.use == PROTO_USE_STAFF)
        need(arg, signer, true);
    return true;
}

static enum err run(struct ending *d, struct vault_txn *x, bool staff, size_t *dropped)
{
    enum err e;

    d->count = 0;
    d->staff = staff;
    e = client_vault_walk(x, CLIENT_T_CERT, NULL, 0, over_each, d);
    if (e == OK)
        e = d->err;
    if (e == OK && d->count > 1)
        qsort(d->at, d->count, sizeof *d->at, by_key);
    if (e == OK && d->count != 0)
        e = client_kept_walk(x, said_each, d);
    if (e == OK && d->count != 0)
        e = client_vault_walk(x, CLIENT_T_CERT, NULL, 0, below_each, d);
    for (size_t i = 0; e == OK && i < d->count && *dropped < CLIENT_CERTS_END_AT_ONCE; i++) {
        if (d->at[i].needed)
            continue;
        e = client_vault_delete(x, CLIENT_T_CERT, d->at[i].row, ROW_KEY);
        *dropped += e == OK;
    }
    return e;
}

enum err client_certs_end_run(const struct client_node *n, struct vault_txn *x, size_t *dropped)
{
    struct ending *d = calloc(1, sizeof *d);
    uint64_t number = 0;
    size_t count = 0;
    enum err e = d == NULL ? ERR_NOMEM : OK;

    if (e == OK && !n->legal_hold) {
        d->n = n;
        e = client_archive_end_floor(x, &number, &d->floor_s);
        /* Persons first: with them goes what their node's is needed for. */
        if (e == OK)
            e = run(d, x, true, &count);
        if (e == OK)
            e = run(d, x, false, &count);
    }
    if (d != NULL)
        free(d->at);
    free(d);
    if (e == OK)
        *dropped = count;
    return e;
}
