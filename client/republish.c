#include "client/republish.h"

#include "base/log.h"
#include "client/certs.h"
#include "client/hublink_parts.h"
#include "client/outbox.h"
#include "client/rows.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 10 * 60 * 1000 };

/* One key, with the certificate of it that counts longest. */
struct own { struct proto_cert c; uint8_t data[PROTO_CERT_MAX]; size_t len; };
struct all { const struct client_node *n; struct own *at; size_t count, cap; enum err err; };

static struct own *place(struct all *a, const struct proto_cert *c)
{
    struct own *at;

    for (size_t i = 0; i < a->count; i++)
        if (a->at[i].c.use == c->use && sodium_memcmp(a->at[i].c.key, c->key, sizeof c->key) == 0)
            return &a->at[i];
    at = client_rows_more(a->at, a->count, &a->cap, sizeof *at);
    if (at == NULL)
        return NULL;
    a->at = at;
    a->at[a->count] = (struct own){.len = 0};
    return &a->at[a->count++];
}

static bool take(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct all *a = arg;
    uint8_t signer[PROTO_KEY_LEN];
    struct proto_cert c, counts;
    struct own *o;

    (void)key;
    (void)key_len;
    /* Not what was revoked, nor what stands under what ended. */
    if (len > PROTO_CERT_MAX || proto_cert_peek(value, len, &c, signer) != OK
        || sodium_memcmp(c.partner, a->n->me->id, sizeof c.partner) != 0 || !proto_cert_valid_at(&c, clock_now_s())
        || client_certs_of_key(a->n, c.key, (enum proto_use)c.use, clock_now_s(), &counts) != OK)
        return true;
    o = place(a, &c);
    if (o == NULL) {
        a->err = ERR_NOMEM;
        return false;
    }
    if (o->len != 0 && o->c.until_s >= c.until_s)
        return true;
    o->c = c;
    memcpy(o->data, value, len);
    o->len = len;
    return true;
}

/* Staff stand under the node's key, so that goes before. */
static int rank(const struct own *o)
{
    return o->c.use == PROTO_USE_NODE ? 0 : o->c.use == PROTO_USE_STAFF ? 2 : 1;
}

static enum err put(struct client_node *n, struct vault_txn *x, const struct own *o)
{
    struct proto_msg *m = calloc(1, sizeof *m);
    enum err e = m == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        m->kind = PROTO_PUBLISH;
        m->original = (struct proto_blob){o->data, o->len};
        e = client_outbox_put(n, x, m, NULL, NULL);
    }
    free(m);
    return e;
}

enum err client_republish(struct client_node *n, struct vault_txn *x)
{
    struct client_hublink *l = n->link;
    struct all a = {.n = n, .err = OK};
    enum err e;

    if (n->certs == NULL || (l->republished_ms != 0 && clock_mono_ms() - l->republished_ms < AGAIN_MS))
        return OK;
    e = client_vault_walk(x, CLIENT_T_CERT, NULL, 0, take, &a);
    if (e == OK)
        e = a.err;
    for (int r = 0; r < 3; r++)
        for (size_t i = 0; e == OK && i < a.count; i++)
            if (rank(&a.at[i]) == r)
                e = put(n, x, &a.at[i]);
    free(a.at);
    if (e == OK && a.count != 0) {
        l->republished_ms = clock_mono_ms();
        log_event(LOG_INFO, "keys-made-known-again", NULL);
    }
    return e;
}

void client_republish_asked(struct client_node *n)
{
    struct vault_txn *x = NULL;
    uint64_t before_ms = n->link->republished_ms;
    enum err e = client_vault_begin(n->vault, true, &x);

    if (e == OK)
        e = client_republish(n, x);
    e = client_vault_end(x, e);
    if (e == OK)
        return;
    /* Nothing was put: the next time that the hub says so it is tried again. */
    n->link->republished_ms = before_ms;
    log_event(LOG_WARN, "keys-not-made-known", "err", err_word(e), NULL);
}
