#include "client/vault.h"

#include "base/kv.h"
#include "client/meta.h"
#include "client/vault_crypto.h"
#include "client/vault_slots.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names in the store; a table keeps its name for ever. own_key: each value has a key of its own, so that it can be erased alone. */
static const struct { const char *name; bool own_key; } tables[CLIENT_T_COUNT] = {
    [CLIENT_T_META] = {"meta", false}, [CLIENT_T_PERSON] = {"person", false}, [CLIENT_T_SUBJECT] = {"subject", false},
    [CLIENT_T_RECORD] = {"record", true}, [CLIENT_T_CASE] = {"case", false}, [CLIENT_T_STATEMENT] = {"statement", false},
    [CLIENT_T_REQUEST] = {"request", false}, [CLIENT_T_SHARE] = {"share", true}, [CLIENT_T_OUTBOX] = {"outbox", false},
    [CLIENT_T_ARCHIVE] = {"archive", false}, [CLIENT_T_CERT] = {"cert", false}, [CLIENT_T_STAFF] = {"staff", false},
    [CLIENT_T_DRAFT] = {"draft", false}, [CLIENT_T_WAITING] = {"waiting", false},
    [CLIENT_T_OPENING] = {"opening", false}, [CLIENT_T_REGISTRY] = {"registry", false},
};

static const char format_text[] = "schakel vault 1";
static const uint64_t map_bytes = UINT64_C(64) << 20;

struct vault {
    struct kv *kv;
    kv_table table[CLIENT_T_COUNT];
    struct client_vault_keys *keys;
    struct client_slots *slots;
    bool broken;
    bool little, full;   /* room on the disk, as the last write found it */
};

struct vault_txn {
    struct vault *v;
    struct kv_txn *kv;
    bool write;
};

/* ---- values with a key of their own: sealed under it, the number of its slot before it ---- */

static enum err put_own(struct vault_txn *x, enum client_table t, const void *key, size_t key_len, const void *value, size_t len,
    uint8_t **out, size_t *out_len)
{
    uint8_t own[CLIENT_VAULT_KEY_LEN], *boxed = NULL, *whole = NULL;
    size_t boxed_len = 0;
    uint32_t slot = 0;
    enum err e;

    e = client_slots_take(x->v->slots, own, &slot);
    if (e == OK)
        e = client_vault_seal_with(own, t, key, key_len, value, len, &boxed, &boxed_len);
    sodium_memzero(own, sizeof own);
    if (e == OK && (whole = malloc(4 + boxed_len)) == NULL)
        e = ERR_NOMEM;
    if (e == OK) {
        for (unsigned i = 0; i < 4; i++)
            whole[i] = (uint8_t)(slot >> (24 - 8 * i));
        memcpy(whole + 4, boxed, boxed_len);
        *out = whole;
        *out_len = 4 + boxed_len;
    }
    free(boxed);
    return e;
}

static enum err slot_of(const uint8_t *value, size_t len, uint32_t *slot)
{
    if (len < 4)
        return ERR_SIGNATURE;
    *slot = (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
    return OK;
}

static enum err get_own(struct vault *v, enum client_table t, const void *key, size_t key_len, const uint8_t *value, size_t len,
    uint8_t **out, size_t *out_len)
{
    uint8_t own[CLIENT_VAULT_KEY_LEN];
    uint32_t slot = 0;
    enum err e = slot_of(value, len, &slot);

    if (e == OK)
        e = client_slots_get(v->slots, slot, own);
    if (e == OK)
        e = client_vault_unseal_with(own, t, key, key_len, value + 4, len - 4, out, out_len);
    sodium_memzero(own, sizeof own);
    return e;
}

/* The key of what is stored now goes when this transaction is durable. */
static enum err drop_own(struct vault_txn *x, enum client_table t, const void *key, size_t key_len)
{
    const uint8_t *value = NULL;
    size_t len = 0;
    uint32_t slot = 0;
    enum err e = kv_view(x->kv, x->v->table[t], key, key_len, &value, &len);

    if (e == ERR_NOTFOUND)
        return OK;
    if (e == OK)
        e = slot_of(value, len, &slot);
    return e == OK ? client_slots_drop(x->v->slots, slot) : e;
}

/* ---- open and close ---- */

static enum err mark_used_slots(struct vault *v)
{
    struct kv_txn *x = NULL;
    enum err e = kv_begin(v->kv, false, &x);

    for (unsigned t = 0; e == OK && t < CLIENT_T_COUNT; t++) {
        struct kv_walk w = {0};

        if (!tables[t].own_key)
            continue;
        for (e = kv_walk_from(x, v->table[t], NULL, 0, &w); e == OK; e = kv_walk_next(&w)) {
            uint32_t slot = 0;

            if (slot_of(w.value, w.value_len, &slot) == OK)
                client_slots_mark(v->slots, slot);
        }
        kv_walk_end(&w);
        if (e == ERR_NOTFOUND)
            e = OK;
    }
    kv_abort(x);
    return e == OK ? client_slots_ready(v->slots) : e;
}

/* A new store gets the format; an old one shows with it that the key is right. */
static enum err check_format(struct vault *v, struct trouble *t)
{
    uint8_t *text = NULL;
    size_t len = 0;
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(v, true, &x);

    if (e != OK)
        return trouble_set(t, e, "the store cannot be written", "de opslag kan niet worden beschreven");
    e = client_vault_get(x, CLIENT_T_META, CLIENT_META_FORMAT, sizeof CLIENT_META_FORMAT - 1, &text, &len);
    if (e == ERR_NOTFOUND) {
        e = client_vault_put(x, CLIENT_T_META, CLIENT_META_FORMAT, sizeof CLIENT_META_FORMAT - 1, format_text, sizeof format_text);
        if (e == OK) {
            e = client_vault_commit(x);
            x = NULL;
        }
    } else if (e == ERR_SIGNATURE) {
        e = trouble_set(t, ERR_KEY, "this key does not open this store", "deze sleutel opent deze opslag niet");
    } else if (e == OK && (len != sizeof format_text || memcmp(text, format_text, len) != 0)) {
        e = trouble_set(t, ERR_VERSION, "the store was made by a newer schakel: use that version",
            "de opslag is van een nieuwere schakel: gebruik die versie");
    }
    client_vault_abort(x);
    free(text);
    return e;
}

enum err client_vault_open(const char *path, const uint8_t key[32], struct vault **out, struct trouble *t)
{
    struct vault *v = calloc(1, sizeof *v);
    enum err e = v == NULL ? ERR_NOMEM : OK;

    if (e == OK)
        e = client_vault_keys_new(key, &v->keys);
    if (e == OK)
        e = kv_open(path, map_bytes, &v->kv, t);
    for (unsigned i = 0; e == OK && i < CLIENT_T_COUNT; i++)
        e = kv_table_open(v->kv, tables[i].name, &v->table[i]);
    if (e == OK)
        e = client_slots_open(path, key, &v->slots, t);
    if (e == OK)
        e = check_format(v, t);
    if (e == OK)
        e = mark_used_slots(v);
    if (e != OK) {
        client_vault_close(v);
        return trouble_set(t, e, "the store cannot be opened", "de opslag kan niet worden geopend");
    }
    *out = v;
    return OK;
}

void client_vault_close(struct vault *v)
{
    if (v == NULL)
        return;
    client_slots_close(v->slots);
    kv_close(v->kv);
    client_vault_keys_free(v->keys);
    free(v);
}

/* ---- transactions ---- */

enum err client_vault_begin(struct vault *v, bool write, struct vault_txn **out)
{
    struct vault_txn *x;
    enum err e = write ? kv_make_room(v->kv) : OK;

    if (write)
        v->little = e == ERR_FULL;
    if (write && e == OK)
        v->full = false;
    if (e != OK && e != ERR_FULL)
        return e;
    x = calloc(1, sizeof *x);
    if (x == NULL)
        return ERR_NOMEM;
    *x = (struct vault_txn){.v = v, .write = write};
    e = kv_begin(v->kv, write, &x->kv);
    if (e != OK) {
        v->broken = v->broken || e == ERR_IO;
        free(x);
        return e;
    }
    *out = x;
    return OK;
}

bool client_vault_is_broken(const struct vault *v)
{
    return v->broken;
}

enum client_space client_vault_space(const struct vault *v)
{
    return v->full ? CLIENT_SPACE_NONE : v->little ? CLIENT_SPACE_LITTLE : CLIENT_SPACE_ENOUGH;
}

/* Whatever wrote last says whether there is room. */
static void note_space(struct vault *v, enum err e)
{
    if (e == OK || e == ERR_FULL)
        v->full = e == ERR_FULL;
}

/* New keys are durable before what needs them, old keys go after what needed them. */
enum err client_vault_commit(struct vault_txn *x)
{
    struct client_slots *slots = x->v->slots;
    enum err e = x->write ? client_slots_sync(slots) : OK;

    if (e == OK) {
        e = kv_commit(x->kv);
        x->v->broken = x->v->broken || e == ERR_IO;
    } else {
        kv_abort(x->kv);
    }
    /* What a broken store has on its disk nobody knows: neither the new keys nor the old may go. The next start sees which are needed. */
    if (x->write && !x->v->broken)
        client_slots_settle(slots, e == OK);
    if (x->write)
        note_space(x->v, e);
    free(x);
    return e;
}

void client_vault_abort(struct vault_txn *x)
{
    if (x == NULL)
        return;
    kv_abort(x->kv);
    if (x->write)
        client_slots_settle(x->v->slots, false);
    free(x);
}

enum err client_vault_end(struct vault_txn *x, enum err e)
{
    if (e == OK)
        return client_vault_commit(x);
    client_vault_abort(x);
    return e;
}

static enum err open_value(struct vault *v, enum client_table t, const void *key, size_t key_len, const uint8_t *value, size_t len,
    uint8_t **out, size_t *out_len)
{
    return tables[t].own_key ? get_own(v, t, key, key_len, value, len, out, out_len)
                             : client_vault_unseal(v->keys, t, key, key_len, value, len, out, out_len);
}

enum err client_vault_get(struct vault_txn *x, enum client_table t, const void *key, size_t key_len, uint8_t **out, size_t *len)
{
    const uint8_t *value = NULL;
    size_t value_len = 0;
    enum err e;

    if (key_len == 0 || key_len > CLIENT_VAULT_KEY_MAX)
        return ERR_RANGE;
    e = kv_view(x->kv, x->v->table[t], key, key_len, &value, &value_len);
    return e == OK ? open_value(x->v, t, key, key_len, value, value_len, out, len) : e;
}

enum err client_vault_put(struct vault_txn *x, enum client_table t, const void *key, size_t key_len, const void *value, size_t len)
{
    uint8_t *boxed = NULL;
    size_t boxed_len = 0;
    enum err e;

    if (key_len == 0 || key_len > CLIENT_VAULT_KEY_MAX)
        return ERR_RANGE;
    if (tables[t].own_key) {
        e = drop_own(x, t, key, key_len);
        if (e == OK)
            e = put_own(x, t, key, key_len, value, len, &boxed, &boxed_len);
    } else {
        e = client_vault_seal(x->v->keys, t, key, key_len, value, len, &boxed, &boxed_len);
    }
    if (e == OK)
        e = kv_put(x->kv, x->v->table[t], key, key_len, boxed, boxed_len);
    free(boxed);
    x->v->full = x->v->full || e == ERR_FULL;
    return e;
}

enum err client_vault_delete(struct vault_txn *x, enum client_table t, const void *key, size_t key_len)
{
    enum err e = tables[t].own_key ? drop_own(x, t, key, key_len) : OK;

    return e == OK ? kv_delete(x->kv, x->v->table[t], key, key_len) : e;
}

static bool has_prefix(const struct kv_walk *w, const void *prefix, size_t len)
{
    return w->key_len >= len && (len == 0 || memcmp(w->key, prefix, len) == 0);
}

enum err client_vault_walk(struct vault_txn *x, enum client_table t, const void *prefix, size_t prefix_len, client_vault_each *each,
    void *arg)
{
    struct kv_walk w = {0};
    bool go_on = true;
    enum err e = kv_walk_from(x->kv, x->v->table[t], prefix, prefix_len, &w);

    while (e == OK && go_on && has_prefix(&w, prefix, prefix_len)) {
        uint8_t *plain = NULL;
        size_t len = 0;

        e = open_value(x->v, t, w.key, w.key_len, w.value, w.value_len, &plain, &len);
        if (e != OK)
            break;
        go_on = each(arg, w.key, w.key_len, plain, len);
        sodium_memzero(plain, len);
        free(plain);
        if (go_on)
            e = kv_walk_next(&w);
    }
    kv_walk_end(&w);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_vault_has(struct vault_txn *x, enum client_table t, const void *key, size_t key_len, bool *has)
{
    const uint8_t *value = NULL;
    size_t len = 0;
    enum err e = kv_view(x->kv, x->v->table[t], key, key_len, &value, &len);

    if (e != OK && e != ERR_NOTFOUND)
        return e;
    *has = e == OK;
    return OK;
}

enum err client_vault_last(struct vault_txn *x, enum client_table t, uint8_t *key, size_t cap, size_t *key_len)
{
    struct kv_walk w = {0};
    enum err e = kv_walk_last(x->kv, x->v->table[t], &w);

    if (e == OK && w.key_len > cap)
        e = ERR_LONG;
    if (e == OK) {
        memcpy(key, w.key, w.key_len);
        *key_len = w.key_len;
    }
    kv_walk_end(&w);
    return e;
}

enum err client_vault_count(struct vault_txn *x, enum client_table t, uint64_t *out)
{
    return kv_count(x->kv, x->v->table[t], out);
}

struct vault *client_vault_of(const struct vault_txn *x)
{
    return x->v;
}

void client_vault_name_key(struct vault *v, const char *domain, const void *data, size_t len, uint8_t out[32])
{
    client_vault_keys_name(v->keys, domain, data, len, out);
}
