#include "base/kv_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

enum { NO_SPACE_BYTES = 1 << 20 };

struct kv_txn {
    struct kv *kv;
    MDB_txn *txn;
    uint64_t writes;
};

enum err kv_from_lmdb(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return OK;
    case MDB_NOTFOUND:
        return ERR_NOTFOUND;
    case MDB_KEYEXIST:
        return ERR_EXISTS;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
        return ERR_FULL;
    case MDB_BAD_VALSIZE:
        return ERR_RANGE;
    case MDB_VERSION_MISMATCH:
        return ERR_VERSION;
    case ENOMEM:
        return ERR_NOMEM;
    default:
        return ERR_IO;
    }
}

static MDB_val val(const void *data, size_t len)
{
    union { const void *in; void *out; } unconst = { .in = data };

    return (MDB_val){ .mv_size = len, .mv_data = unconst.out };  /* LMDB does not write through it */
}

enum err kv_table_open(struct kv *k, const char *name, kv_table *out)
{
    MDB_txn *txn = NULL;
    MDB_dbi dbi;
    int rc = mdb_txn_begin(k->env, NULL, k->read_only ? MDB_RDONLY : 0, &txn);

    if (rc != MDB_SUCCESS)
        return kv_from_lmdb(rc);
    rc = mdb_dbi_open(txn, name, k->read_only ? 0 : MDB_CREATE, &dbi);
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return rc == MDB_DBS_FULL ? ERR_RANGE : kv_from_lmdb(rc);
    }
    rc = mdb_txn_commit(txn);
    if (rc != MDB_SUCCESS)
        return kv_from_lmdb(rc);
    *out = dbi;
    return OK;
}

enum err kv_begin(struct kv *k, bool write, struct kv_txn **out)
{
    struct kv_txn *x = calloc(1, sizeof *x);
    int rc;

    if (x == NULL)
        return ERR_NOMEM;
    x->kv = k;
    rc = mdb_txn_begin(k->env, NULL, write ? 0 : MDB_RDONLY, &x->txn);
    /* The writer made the map larger since we opened it. */
    if (rc == MDB_MAP_RESIZED && k->read_only && mdb_env_set_mapsize(k->env, 0) == MDB_SUCCESS)
        rc = mdb_txn_begin(k->env, NULL, MDB_RDONLY, &x->txn);
    if (rc != MDB_SUCCESS) {
        free(x);
        return rc == MDB_READERS_FULL ? ERR_BUSY : kv_from_lmdb(rc);
    }
    k->open++;
    *out = x;
    return OK;
}

/* LMDB calls a write that was cut short EIO, and adds: "filesystem full?". */
static bool has_no_space(const struct kv *k)
{
    struct statvfs disk;

    return statvfs(k->path, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < NO_SPACE_BYTES;
}

/* When the page that says what counts could not be written, nobody knows which is on disk: LMDB then refuses every later transaction. */
static bool is_usable(const struct kv *k)
{
    MDB_txn *probe = NULL;

    if (mdb_txn_begin(k->env, NULL, MDB_RDONLY, &probe) != MDB_SUCCESS)
        return false;
    mdb_txn_abort(probe);
    return true;
}

enum err kv_commit(struct kv_txn *x)
{
    struct kv *k = x->kv;
    int rc = mdb_txn_commit(x->txn);
    bool full = kv_from_lmdb(rc) == ERR_FULL || (rc == EIO && has_no_space(k));

    free(x);
    k->open--;
    if (rc == MDB_SUCCESS)
        return OK;
    return full && is_usable(k) ? ERR_FULL : ERR_IO;
}

void kv_abort(struct kv_txn *x)
{
    if (x == NULL)
        return;
    mdb_txn_abort(x->txn);
    x->kv->open--;
    free(x);
}

uint64_t kv_writes(const struct kv_txn *x)
{
    return x->writes;
}

enum err kv_view(struct kv_txn *x, kv_table t, const void *key, size_t key_len, const uint8_t **value,
    size_t *value_len)
{
    MDB_val k = val(key, key_len), v;
    int rc = mdb_get(x->txn, t, &k, &v);

    if (rc != MDB_SUCCESS)
        return kv_from_lmdb(rc);
    *value = v.mv_data;
    *value_len = v.mv_size;
    return OK;
}

enum err kv_get(struct kv_txn *x, kv_table t, const void *key, size_t key_len, uint8_t *out, size_t out_len)
{
    const uint8_t *value;
    size_t value_len;
    enum err e = kv_view(x, t, key, key_len, &value, &value_len);

    if (e != OK)
        return e;
    if (value_len != out_len)
        return ERR_RANGE;
    if (out_len != 0)
        memcpy(out, value, out_len);
    return OK;
}

enum err kv_get_alloc(struct kv_txn *x, kv_table t, const void *key, size_t key_len, uint8_t **out, size_t *out_len)
{
    const uint8_t *value;
    uint8_t *copy;
    size_t len;
    enum err e = kv_view(x, t, key, key_len, &value, &len);

    if (e != OK)
        return e;
    copy = malloc(len + 1);
    if (copy == NULL)
        return ERR_NOMEM;
    if (len != 0)
        memcpy(copy, value, len);
    *out = copy;
    *out_len = len;
    return OK;
}

static enum err put(struct kv_txn *x, kv_table t, const void *key, size_t key_len, const void *value,
    size_t value_len, unsigned flags)
{
    MDB_val k = val(key, key_len), v = val(value, value_len);

    if (key_len == 0 || key_len > KV_KEY_MAX)
        return ERR_RANGE;
    x->writes++;
    return kv_from_lmdb(mdb_put(x->txn, t, &k, &v, flags));
}

enum err kv_put(struct kv_txn *x, kv_table t, const void *key, size_t key_len, const void *value, size_t value_len)
{
    return put(x, t, key, key_len, value, value_len, 0);
}

enum err kv_add(struct kv_txn *x, kv_table t, const void *key, size_t key_len, const void *value, size_t value_len)
{
    return put(x, t, key, key_len, value, value_len, MDB_NOOVERWRITE);
}

enum err kv_append(struct kv_txn *x, kv_table t, const void *key, size_t key_len, const void *value,
    size_t value_len)
{
    return put(x, t, key, key_len, value, value_len, MDB_APPEND);
}

enum err kv_delete(struct kv_txn *x, kv_table t, const void *key, size_t key_len)
{
    MDB_val k = val(key, key_len);

    x->writes++;
    return kv_from_lmdb(mdb_del(x->txn, t, &k, NULL));
}

enum err kv_count(struct kv_txn *x, kv_table t, uint64_t *out)
{
    MDB_stat stat;
    int rc = mdb_stat(x->txn, t, &stat);

    if (rc != MDB_SUCCESS)
        return kv_from_lmdb(rc);
    *out = stat.ms_entries;
    return OK;
}

static enum err stand(struct kv_walk *w, const void *from, size_t from_len, MDB_cursor_op op)
{
    MDB_val k = val(from, from_len), v;
    int rc = mdb_cursor_get(w->cursor, &k, &v, op);

    if (rc != MDB_SUCCESS)
        return kv_from_lmdb(rc);
    w->key = k.mv_data;
    w->key_len = k.mv_size;
    w->value = v.mv_data;
    w->value_len = v.mv_size;
    return OK;
}

static enum err walk_open(struct kv_txn *x, kv_table t, struct kv_walk *w)
{
    MDB_cursor *cursor;
    int rc;

    *w = (struct kv_walk){ 0 };
    rc = mdb_cursor_open(x->txn, t, &cursor);
    if (rc == MDB_SUCCESS)
        w->cursor = cursor;
    return kv_from_lmdb(rc);
}

enum err kv_walk_from(struct kv_txn *x, kv_table t, const void *from, size_t from_len, struct kv_walk *w)
{
    enum err e = walk_open(x, t, w);

    if (e != OK)
        return e;
    return stand(w, from, from_len, from_len == 0 ? MDB_FIRST : MDB_SET_RANGE);
}

enum err kv_walk_next(struct kv_walk *w)
{
    return w->cursor == NULL ? ERR_NOTFOUND : stand(w, NULL, 0, MDB_NEXT);
}

enum err kv_walk_last(struct kv_txn *x, kv_table t, struct kv_walk *w)
{
    enum err e = walk_open(x, t, w);

    return e != OK ? e : stand(w, NULL, 0, MDB_LAST);
}

void kv_walk_end(struct kv_walk *w)
{
    if (w->cursor != NULL)
        mdb_cursor_close(w->cursor);
    *w = (struct kv_walk){ 0 };
}
