#include "client/meta.h"

#include <string.h>

static enum err missing_is_fine(enum err e)
{
    return e == ERR_NOTFOUND ? OK : e;
}

/* ---- by name ---- */

enum err client_meta_get(struct vault_txn *x, const char *name, uint8_t **out, size_t *len)
{
    return client_vault_get(x, CLIENT_T_META, name, strlen(name), out, len);
}

enum err client_meta_put(struct vault_txn *x, const char *name, const void *row, size_t len)
{
    return client_vault_put(x, CLIENT_T_META, name, strlen(name), row, len);
}

enum err client_meta_has(struct vault_txn *x, const char *name, bool *has)
{
    return client_vault_has(x, CLIENT_T_META, name, strlen(name), has);
}

enum err client_meta_drop(struct vault_txn *x, const char *name)
{
    return missing_is_fine(client_vault_delete(x, CLIENT_T_META, name, strlen(name)));
}

enum err client_meta_load(struct vault *v, const char *name, uint8_t **out, size_t *len)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(v, false, &x);

    if (e == OK)
        e = client_meta_get(x, name, out, len);
    client_vault_abort(x);
    return e;
}

enum err client_meta_store(struct vault *v, const char *name, const void *row, size_t len)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(v, true, &x);

    if (e == OK)
        e = client_meta_put(x, name, row, len);
    return client_vault_end(x, e);
}

/* ---- by what it is about ---- */

void client_meta_key(enum client_meta what, const uint8_t id[PROTO_ID_LEN], uint8_t key[CLIENT_META_KEY])
{
    key[0] = (uint8_t)what;
    memcpy(key + 1, id, PROTO_ID_LEN);
}

enum err client_meta_get_of(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN], uint8_t **out, size_t *len)
{
    uint8_t key[CLIENT_META_KEY];

    client_meta_key(what, id, key);
    return client_vault_get(x, CLIENT_T_META, key, sizeof key, out, len);
}

enum err client_meta_put_of(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN], const void *row, size_t len)
{
    uint8_t key[CLIENT_META_KEY];

    client_meta_key(what, id, key);
    return client_vault_put(x, CLIENT_T_META, key, sizeof key, row, len);
}

enum err client_meta_has_of(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN], bool *has)
{
    uint8_t key[CLIENT_META_KEY];

    client_meta_key(what, id, key);
    return client_vault_has(x, CLIENT_T_META, key, sizeof key, has);
}

enum err client_meta_drop_of(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN])
{
    uint8_t key[CLIENT_META_KEY];

    client_meta_key(what, id, key);
    return missing_is_fine(client_vault_delete(x, CLIENT_T_META, key, sizeof key));
}

enum err client_meta_walk_of(struct vault_txn *x, enum client_meta what, client_vault_each *each, void *arg)
{
    const uint8_t letter = (uint8_t)what;

    return client_vault_walk(x, CLIENT_T_META, &letter, sizeof letter, each, arg);
}
