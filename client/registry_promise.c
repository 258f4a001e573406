#include "client/registry_promise.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"
#include "client/meta.h"
#include "client/registry.h"

#include <stdlib.h>
#include <string.h>

static void remember(struct client_registry_promises *p, const uint8_t id[PROTO_ID_LEN], uint64_t at_s)
{
    for (size_t i = 0; i < p->count; i++)
        if (memcmp(p->at[i].id, id, PROTO_ID_LEN) == 0)
            return;
    if (p->count == CLIENT_REGISTRY_PROMISES)
        return;
    memcpy(p->at[p->count].id, id, PROTO_ID_LEN);
    p->at[p->count++].at_s = at_s;
}

static bool load_one(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct rd r;
    uint64_t at_s;

    rd_init(&r, value, len);
    at_s = rd_u64(&r);
    if (key_len == CLIENT_META_KEY && rd_end(&r) == OK)
        remember(arg, key + 1, at_s);
    return true;
}

enum err client_registry_promise_load(struct client_node *n)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, false, &x);

    if (e == OK)
        e = client_meta_walk_of(x, CLIENT_META_PROMISE, load_one, client_registry_promises_of(n));
    client_vault_abort(x);
    return e;
}

enum err client_registry_promise_add(struct client_node *n, struct vault_txn *x, const uint8_t *note, size_t len)
{
    struct proto_registry_say *say = calloc(1, sizeof *say);
    uint8_t row[8];
    uint64_t now_s = clock_now_s();
    struct wr w;
    enum err e = say == NULL ? ERR_NOMEM : proto_registry_say_parse(note, len, say, NULL);

    wr_init(&w, row, sizeof row);
    wr_u64(&w, now_s);
    if (e == OK)
        e = client_meta_put_of(x, CLIENT_META_PROMISE, say->id, row, sizeof row);
    if (e == OK)
        remember(client_registry_promises_of(n), say->id, now_s);
    free(say);
    return e;
}

static enum err forget(struct client_node *n, const uint8_t id[PROTO_ID_LEN])
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    if (e == OK)
        e = client_meta_drop_of(x, CLIENT_META_PROMISE, id);
    return client_vault_end(x, e);
}

void client_registry_promise_step(struct client_node *n)
{
    struct client_registry_promises *p = n->registry != NULL ? client_registry_promises_of(n) : NULL;

    for (size_t i = 0; p != NULL && i < p->count;) {
        if (!proto_registry_has(client_registry_fold(n), p->at[i].id)) {
            i++;
            continue;
        }
        if (forget(n, p->at[i].id) != OK) {
            log_event(LOG_ERROR, "not-stored", "step", "registry-promise", NULL);
            return;
        }
        p->at[i] = p->at[--p->count];
    }
}

const uint8_t *client_registry_promise_broken(const struct client_node *n)
{
    const struct client_registry_promises *p = n->registry != NULL ? client_registry_promises_of(n) : NULL;

    for (size_t i = 0; p != NULL && i < p->count; i++)
        if (p->at[i].at_s + CLIENT_REGISTRY_PROMISE_S <= clock_now_s() && !proto_registry_has(client_registry_fold(n), p->at[i].id))
            return p->at[i].id;
    return NULL;
}
