#include "base/kv.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Never MDB_NOMEMINIT: it lets old heap bytes, perhaps of a key, reach the disk. */
enum { ENV_FLAGS = MDB_NOTLS, FILE_MODE = S_IRUSR | S_IWUSR, DISK_FREE_PERCENT_MIN = 5 };
enum { NO_SPACE_BYTES = 1 << 20 };
enum { AHEAD_PIECE = 4096, AHEAD_BYTES = 1 << 20, AHEAD_STEP = 1 << 19 };

struct kv {
    MDB_env *env;
    int lock_fd;      /* held as long as the store is open for writing */
    char *path;
    bool read_only;
};

struct kv_txn {
    const struct kv *kv;
    MDB_txn *txn;
    uint64_t writes;
};

static enum err from_lmdb(int rc)
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

/* One writer: whoever holds the lock file. The system lets go of it however a process ends. */
static enum err take_lock(const char *path, int *out, struct trouble *t)
{
    char name[PATH_MAX];
    int fd;

    if (file_join(name, sizeof name, path, "writer.lock") != OK)
        return trouble_at(t, ERR_LONG, path, 0, 0, "this path is too long", "dit pad is te lang");
    fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return trouble_at(t, ERR_IO, name, 0, 0, "cannot open this file", "dit bestand gaat niet open");
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void)close(fd);
        return trouble_at(t, ERR_BUSY, path, 0, 0,
            "another program is using this store; stop that one first",
            "een ander programma gebruikt deze opslag; stop dat eerst");
    }
    *out = fd;
    return OK;
}

static int open_env(MDB_env *env, const char *path, uint64_t map_bytes)
{
    int dead, rc = mdb_env_set_mapsize(env, (size_t)map_bytes);

    if (rc == MDB_SUCCESS)
        rc = mdb_env_set_maxdbs(env, KV_TABLES_MAX);
    if (rc == MDB_SUCCESS)
        rc = mdb_env_open(env, path, ENV_FLAGS, FILE_MODE);
    /* Readers that died would keep old pages from being used again. */
    if (rc == MDB_SUCCESS)
        rc = mdb_reader_check(env, &dead);
    return rc;
}

enum err kv_open(const char *path, uint64_t map_bytes, struct kv **out, struct trouble *t)
{
    enum err e = ERR_NOMEM;
    struct kv *k = calloc(1, sizeof *k);
    int rc;

    if (k == NULL)
        goto out;
    k->lock_fd = -1;
    k->path = strdup(path);
    if (k->path == NULL)
        goto out;
    e = file_mkdirs(path, t);
    if (e == OK)
        e = take_lock(path, &k->lock_fd, t);
    if (e == OK)
        e = from_lmdb(mdb_env_create(&k->env));
    if (e != OK)
        goto out;
    rc = open_env(k->env, path, map_bytes);
    e = from_lmdb(rc);
    if (e != OK)
        (void)trouble_at(t, e, path, 0, 0, "cannot open this store: %s", "deze opslag gaat niet open: %s",
            mdb_strerror(rc));
out:
    if (e == OK)
        *out = k;
    else
        kv_close(k);
    if (e == ERR_NOMEM)
        return trouble_at(t, e, path, 0, 0, "not enough memory to open this store",
            "te weinig geheugen om deze opslag te openen");
    return e;
}

enum err kv_open_as(const char *path, enum kv_use use, struct kv **out, struct trouble *t)
{
    struct kv *k = calloc(1, sizeof *k);
    enum err e = ERR_NOMEM;
    int rc;

    if (k == NULL)
        return e;
    *k = (struct kv){ .lock_fd = -1, .read_only = true, .path = strdup(path) };
    e = k->path == NULL ? ERR_NOMEM : from_lmdb(mdb_env_create(&k->env));
    if (e == OK)
        e = from_lmdb(mdb_env_set_maxdbs(k->env, KV_TABLES_MAX));
    if (e == OK) {
        rc = mdb_env_open(k->env, path, MDB_NOTLS | MDB_RDONLY | (use == KV_ALONE ? MDB_NOLOCK : 0U), FILE_MODE);
        e = rc == ENOENT ? ERR_NOTFOUND : from_lmdb(rc);
        if (e != OK)
            (void)trouble_at(t, e, path, 0, 0, "cannot read this store: %s", "deze opslag is niet te lezen: %s", mdb_strerror(rc));
    }
    if (e == OK)
        *out = k;
    else
        kv_close(k);
    return e;
}

void kv_close(struct kv *k)
{
    if (k == NULL)
        return;
    if (k->env != NULL)
        mdb_env_close(k->env);
    if (k->lock_fd >= 0)
        (void)close(k->lock_fd);
    free(k->path);
    free(k);
}

enum err kv_table_open(struct kv *k, const char *name, kv_table *out)
{
    MDB_txn *txn = NULL;
    MDB_dbi dbi;
    int rc = mdb_txn_begin(k->env, NULL, k->read_only ? MDB_RDONLY : 0, &txn);

    if (rc != MDB_SUCCESS)
        return from_lmdb(rc);
    rc = mdb_dbi_open(txn, name, k->read_only ? 0 : MDB_CREATE, &dbi);
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return rc == MDB_DBS_FULL ? ERR_RANGE : from_lmdb(rc);
    }
    rc = mdb_txn_commit(txn);
    if (rc != MDB_SUCCESS)
        return from_lmdb(rc);
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
        return rc == MDB_READERS_FULL ? ERR_BUSY : from_lmdb(rc);
    }
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
    const struct kv *k = x->kv;
    int rc = mdb_txn_commit(x->txn);
    bool full = from_lmdb(rc) == ERR_FULL || (rc == EIO && has_no_space(k));

    free(x);
    if (rc == MDB_SUCCESS)
        return OK;
    return full && is_usable(k) ? ERR_FULL : ERR_IO;
}

void kv_abort(struct kv_txn *x)
{
    if (x == NULL)
        return;
    mdb_txn_abort(x->txn);
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
        return from_lmdb(rc);
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
    return from_lmdb(mdb_put(x->txn, t, &k, &v, flags));
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
    return from_lmdb(mdb_del(x->txn, t, &k, NULL));
}

enum err kv_count(struct kv_txn *x, kv_table t, uint64_t *out)
{
    MDB_stat stat;
    int rc = mdb_stat(x->txn, t, &stat);

    if (rc != MDB_SUCCESS)
        return from_lmdb(rc);
    *out = stat.ms_entries;
    return OK;
}

static enum err stand(struct kv_walk *w, const void *from, size_t from_len, MDB_cursor_op op)
{
    MDB_val k = val(from, from_len), v;
    int rc = mdb_cursor_get(w->cursor, &k, &v, op);

    if (rc != MDB_SUCCESS)
        return from_lmdb(rc);
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
    return from_lmdb(rc);
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

/* Twice the map while less than a quarter of it is free; growing before it is needed costs only addresses. */
static int grow_map(MDB_env *env)
{
    MDB_envinfo info;
    MDB_stat stat;
    size_t used;
    int rc = mdb_env_info(env, &info);

    if (rc == MDB_SUCCESS)
        rc = mdb_env_stat(env, &stat);
    if (rc != MDB_SUCCESS)
        return rc;
    used = (info.me_last_pgno + 1) * stat.ms_psize;
    if (used < info.me_mapsize / 4 * 3)
        return MDB_SUCCESS;
    return mdb_env_set_mapsize(env, info.me_mapsize * 2);
}

/*
 * The file a little longer than what is used of it. A commit then writes over what is there, and need not put a new length on disk
 * too. In single pages: the system keeps in one piece what was written in one, and changing one page of a large piece costs it much
 * more than one of a small. Best effort: what cannot be had here is for the commit to miss.
 */
static void lengthen(MDB_env *env)
{
    static const uint8_t zeros[AHEAD_PIECE];
    MDB_envinfo info;
    MDB_stat stat;
    struct stat st;
    off_t at, to;
    int fd;

    if (mdb_env_get_fd(env, &fd) != MDB_SUCCESS || fstat(fd, &st) != 0 || mdb_env_info(env, &info) != MDB_SUCCESS
        || mdb_env_stat(env, &stat) != MDB_SUCCESS)
        return;
    /* Only behind the end: what is in the file is LMDB's. */
    at = (st.st_size + AHEAD_PIECE - 1) / AHEAD_PIECE * AHEAD_PIECE;
    to = (off_t)((info.me_last_pgno + 1) * stat.ms_psize) + AHEAD_BYTES;
    if (to > at + AHEAD_STEP)
        to = at + AHEAD_STEP;
    for (; at < to; at += AHEAD_PIECE)
        if (pwrite(fd, zeros, sizeof zeros, at) != (ssize_t)sizeof zeros)
            return;
}

enum err kv_make_room(struct kv *k)
{
    struct statvfs disk;
    int rc = grow_map(k->env);

    if (rc != MDB_SUCCESS)
        return from_lmdb(rc);
    if (statvfs(k->path, &disk) != 0)
        return ERR_IO;
    if (disk.f_bavail < disk.f_blocks / 100 * DISK_FREE_PERCENT_MIN)
        return ERR_FULL;
    lengthen(k->env);
    return OK;
}

/* LMDB's copy writes the data file; that it is on disk, name and all, is ours to see to. */
static enum err sync_copy(const char *path)
{
    char name[PATH_MAX];
    enum err e = file_join(name, sizeof name, path, "data.mdb");
    int file = -1, folder = -1;

    if (e != OK)
        goto out;
    file = open(name, O_RDONLY | O_CLOEXEC);
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0 || folder < 0 || fsync(file) != 0 || fsync(folder) != 0)
        e = ERR_IO;
out:
    if (file >= 0)
        (void)close(file);
    if (folder >= 0)
        (void)close(folder);
    return e;
}

enum err kv_backup(struct kv *k, const char *path)
{
    int rc;

    if (mkdir(path, S_IRWXU) != 0)
        return errno == EEXIST ? ERR_EXISTS : ERR_IO;
    /* Compacted: free pages, which keep what was deleted, are not copied. */
    rc = mdb_env_copy2(k->env, path, MDB_CP_COMPACT);
    if (rc != MDB_SUCCESS)
        return from_lmdb(rc);
    return sync_copy(path);
}
