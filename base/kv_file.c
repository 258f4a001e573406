#include "base/kv_inside.h"

#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Never MDB_NOMEMINIT: it lets old heap bytes, perhaps of a key, reach the disk. */
enum { ENV_FLAGS = MDB_NOTLS, FILE_MODE = S_IRUSR | S_IWUSR, DISK_FREE_PERCENT_MIN = 5 };
enum { AHEAD_PIECE = 4096, AHEAD_BYTES = 1 << 20, AHEAD_STEP = 1 << 19 };

/* ---- opening ---- */

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
        e = kv_from_lmdb(mdb_env_create(&k->env));
    if (e != OK)
        goto out;
    rc = open_env(k->env, path, map_bytes);
    e = kv_from_lmdb(rc);
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
    e = k->path == NULL ? ERR_NOMEM : kv_from_lmdb(mdb_env_create(&k->env));
    if (e == OK)
        e = kv_from_lmdb(mdb_env_set_maxdbs(k->env, KV_TABLES_MAX));
    if (e == OK) {
        rc = mdb_env_open(k->env, path, MDB_NOTLS | MDB_RDONLY | (use == KV_ALONE ? MDB_NOLOCK : 0U), FILE_MODE);
        e = rc == ENOENT ? ERR_NOTFOUND : kv_from_lmdb(rc);
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

/* ---- room ---- */

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
    int rc;

    /* A map that grows is another one, and what an open transaction reads is gone. Which path has one open the tests of today need not take. */
    assert(k->open == 0);
    rc = grow_map(k->env);

    if (rc != MDB_SUCCESS)
        return kv_from_lmdb(rc);
    if (statvfs(k->path, &disk) != 0)
        return ERR_IO;
    if (disk.f_bavail < disk.f_blocks / 100 * DISK_FREE_PERCENT_MIN)
        return ERR_FULL;
    lengthen(k->env);
    return OK;
}

/* ---- copies ---- */

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
        return kv_from_lmdb(rc);
    return sync_copy(path);
}
