#include "hub/registry.h"

#include "base/file.h"
#include "base/log.h"
#include "base/wr.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { COPY_FILE_MODE = 0644 };

/* ---- loading ---- */

static enum err remember_hash(struct hub_registry *r, const uint8_t *leaf, size_t len)
{
    uint64_t at = proto_registry_size(r->fold);
    void *p = realloc(r->hash, (size_t)(at + 1) * sizeof *r->hash);

    if (p == NULL)
        return ERR_NOMEM;
    r->hash = p;
    proto_merkle_leaf(leaf, len, r->hash[at]);
    return OK;
}

static enum err count_share(struct hub_registry *r, const uint8_t *leaf, size_t len)
{
    const uint8_t *note;
    size_t note_len;
    uint64_t at_s;
    enum err e = proto_registry_leaf_open(leaf, len, &at_s, &note, &note_len);

    return e == OK ? hub_registry_cap_count(&r->cap, r->region, note, note_len) : e;
}

static enum err append(struct hub_registry *r, const uint8_t *leaf, size_t len)
{
    enum proto_registry_why why;
    enum err e = remember_hash(r, leaf, len);

    if (e == OK)
        e = proto_registry_append(r->fold, leaf, len, &why);
    if (e == OK && why == PROTO_REG_COUNTS)
        e = count_share(r, leaf, len);
    else if (e == OK)
        log_event(LOG_ERROR, "statement of the registry does not count", "reason", proto_registry_why_name(why), NULL);
    return e;
}

static enum err load(struct hub_registry *r)
{
    struct kv_txn *x = NULL;
    enum err e = kv_begin(r->kv, false, &x);

    while (e == OK) {
        const uint8_t *leaf;
        size_t len;

        e = hub_store_registry_get(r->store, x, proto_registry_size(r->fold), &leaf, &len);
        if (e == OK)
            e = append(r, leaf, len);
    }
    kv_abort(x);
    return e == ERR_NOTFOUND ? OK : e;
}

enum err hub_registry_open(struct kv *kv, struct proto_region *region, const char *copy, struct hub_registry **out)
{
    struct hub_registry *r = calloc(1, sizeof *r);
    enum err e = OK;

    if (r == NULL)
        return ERR_NOMEM;
    if (pthread_rwlock_init(&r->lock, NULL) != 0) {
        free(r);
        return ERR_NOMEM;
    }
    r->region = region;
    r->kv = kv;
    if (copy != NULL && (r->copy = strdup(copy)) == NULL)
        e = ERR_NOMEM;
    if (e == OK)
        e = proto_registry_new(region, &r->fold);
    if (e == OK)
        e = hub_store_registry_open(kv, &r->store);
    if (e == OK)
        e = load(r);
    if (e == OK)
        *out = r;
    else
        hub_registry_close(r);
    return e;
}

void hub_registry_close(struct hub_registry *r)
{
    if (r == NULL)
        return;
    proto_registry_free(r->fold);
    hub_store_registry_close(r->store);
    (void)pthread_rwlock_destroy(&r->lock);
    free(r->hash);
    free(r->copy);
    free(r);
}

/* ---- a statement ---- */

enum err hub_registry_take(struct hub_registry *r, struct kv_txn *x, const uint8_t *note, size_t len, uint64_t at_s,
    enum proto_registry_why *why, bool *busy)
{
    struct proto_registry_say say;
    uint64_t time_s = at_s > proto_registry_time(r->fold) ? at_s : proto_registry_time(r->fold);
    enum err e;

    *busy = r->pending_len != 0;
    *why = PROTO_REG_COUNTS;
    if (*busy)
        return OK;
    *why = proto_registry_judge(r->fold, note, len, time_s, &say);
    if (*why == PROTO_REG_COUNTS && say.act == PROTO_REG_ORIGIN)
        *why = PROTO_REG_BY_OPERATOR;
    if (*why != PROTO_REG_COUNTS)
        return OK;
    e = hub_registry_cap_judge(&r->cap, r->region, r->fold, note, len, why);
    if (e != OK || *why != PROTO_REG_COUNTS)
        return e;
    e = proto_registry_leaf(time_s, note, len, r->pending, sizeof r->pending, &r->pending_len);
    if (e == OK)
        e = hub_store_registry_put(r->store, x, proto_registry_size(r->fold), r->pending, r->pending_len);
    memset(r->rotated, 0, sizeof r->rotated);
    if (say.act == PROTO_REG_ROOT)
        memcpy(r->rotated, say.partner, sizeof r->rotated);
    return e;
}

void hub_registry_rewind(struct hub_registry *r)
{
    r->pending_len = 0;
}

enum err hub_registry_commit(struct hub_registry *r, bool *changed)
{
    enum err e;

    *changed = r->pending_len != 0;
    if (!*changed)
        return OK;
    (void)pthread_rwlock_wrlock(&r->lock);
    e = append(r, r->pending, r->pending_len);
    r->generation++;
    if (e == OK && proto_registry_narrowed(r->fold) && r->certs != NULL)
        hub_certs_narrow(r->certs, r->region, r->rotated);
    (void)pthread_rwlock_unlock(&r->lock);
    r->pending_len = 0;
    return e;
}

/* ---- its checkpoint ---- */

/* Subtrees are hashed anew: there are few leaves, and few of them are new. */
static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[PROTO_MERKLE_HASH_LEN])
{
    const struct hub_registry *r = context;
    uint8_t left[PROTO_MERKLE_HASH_LEN], right[PROTO_MERKLE_HASH_LEN];
    enum err e;

    if (level == 0) {
        if (index >= proto_registry_size(r->fold))
            return ERR_RANGE;
        memcpy(out, r->hash[index], PROTO_MERKLE_HASH_LEN);
        return OK;
    }
    e = get_node(context, (uint8_t)(level - 1), 2 * index, left);
    if (e == OK)
        e = get_node(context, (uint8_t)(level - 1), 2 * index + 1, right);
    if (e == OK)
        proto_merkle_node(left, right, out);
    return e;
}

/* For the other roles and for commands: they verify and fold it themselves. */
static enum err write_copy(struct hub_registry *r)
{
    struct kv_txn *x = NULL;
    size_t cap = 2 + r->checkpoint.note_len + 2 + proto_registry_bytes(r->fold);
    uint8_t *room;
    struct wr w;
    enum err e;

    if (r->copy == NULL)
        return OK;
    room = malloc(cap);
    if (room == NULL)
        return ERR_NOMEM;
    wr_init(&w, room, cap);
    e = kv_begin(r->kv, false, &x);
    if (e == OK)
        e = hub_registry_write(r, x, 0, &w);
    kv_abort(x);
    if (e == OK)
        e = w.len < cap ? ERR_STATE : wr_end(&w);
    if (e == OK)
        e = file_write(r->copy, room, w.len, COPY_FILE_MODE, NULL);
    r->copied = e == OK;
    free(room);
    return e;
}

enum err hub_registry_prove(struct hub_registry *r, uint64_t old, uint64_t size, struct proto_merkle_proof *out)
{
    const struct proto_merkle_store nodes = { get_node, r };

    return proto_merkle_prove_consistency(&nodes, old, size, out);
}

enum err hub_registry_leaf_time(struct hub_registry *r, struct kv_txn *x, uint64_t index, uint64_t *out)
{
    const uint8_t *leaf, *note;
    size_t len, note_len;
    enum err e = hub_store_registry_get(r->store, x, index, &leaf, &len);

    return e == OK ? proto_registry_leaf_open(leaf, len, out, &note, &note_len) : e;
}

enum err hub_registry_checkpoint(struct hub_registry *r, hub_registry_sign *sign, void *arg)
{
    struct proto_merkle_proof proof;
    struct proto_merkle_head head;
    enum err e;

    proto_registry_head(r->fold, &head);
    if (head.size == r->checkpoint.head.size && r->checkpoint.note_len != 0)
        return r->copied ? OK : write_copy(r);
    e = hub_registry_prove(r, r->checkpoint.head.size, head.size, &proof);
    if (e == OK)
        e = sign(arg, &head, &proof, &r->checkpoint);
    return e == OK ? write_copy(r) : e;
}

enum err hub_registry_write(struct hub_registry *r, struct kv_txn *x, uint64_t first, struct wr *w)
{
    uint64_t size = proto_registry_size(r->fold);
    uint8_t *count;
    uint16_t n = 0;
    enum err e = OK;

    wr_bytes16(w, r->checkpoint.note, r->checkpoint.note_len);
    count = wr_gap(w, 2);
    for (uint64_t i = first; e == OK && i < size && n < PROTO_REGISTRY_MAX; i++) {
        const uint8_t *leaf;
        size_t len;

        e = hub_store_registry_get(r->store, x, i, &leaf, &len);
        if (e != OK || w->cap - w->len < 2 + len)
            break;
        wr_bytes16(w, leaf, len);
        n++;
    }
    if (count != NULL) {
        count[0] = (uint8_t)(n >> 8);
        count[1] = (uint8_t)n;
    }
    return e;
}
