/*
 * base/kv: the only module that knows LMDB. One environment per path and process, opened after exec, never
 * across fork; durable on commit (never NOSYNC and its kin); no DUPSORT. A commit error other than a full
 * map is returned as ERR_IO and the caller must end its process.
 */
#ifndef BASE_KV_H
#define BASE_KV_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kv;
struct kv_txn;

enum { KV_TABLES_MAX = 48, KV_KEY_MAX = 511 };

/* A table's handle: plain number, valid as long as the environment. */
typedef unsigned int kv_table;

/*
 * Open or create the store in folder path (made 0700) with a map of map_bytes at least. Only one process may have
 * it open for writing: ERR_BUSY otherwise (a lock file beside it). ERR_IO, ERR_NOMEM.
 */
MUST_USE enum err kv_open(const char *path, uint64_t map_bytes, struct kv **out, struct trouble *t);
/*
 * Open an existing store for reading only, also while another process writes it: keep transactions short, because pages that they
 * can see are not used again. Tables are opened as they are, not created. KV_ALONE: a copy (kv_backup) that nobody else has open; nothing
 * is written beside it. ERR_NOTFOUND, ERR_IO, ERR_NOMEM.
 */
enum kv_use { KV_SHARED, KV_ALONE };
MUST_USE enum err kv_open_as(const char *path, enum kv_use use, struct kv **out, struct trouble *t);
MUST_USE static inline enum err kv_open_read(const char *path, struct kv **out, struct trouble *t)
{
    return kv_open_as(path, KV_SHARED, out, t);
}
void kv_close(struct kv *k);  /* takes NULL */

/* Open or create a table; call before any transaction is open. ERR_NOTFOUND when it is not there and the store is for reading. */
MUST_USE enum err kv_table_open(struct kv *k, const char *name, kv_table *out);

/* One write transaction at a time per environment (ERR_BUSY never: it waits). */
MUST_USE enum err kv_begin(struct kv *k, bool write, struct kv_txn **out);
/* Ends txn in every case. ERR_FULL: map or disk are full, and the store is as it was before txn: it may be gone on with. After ERR_IO nobody
 * knows which of both is on disk. */
MUST_USE enum err kv_commit(struct kv_txn *x);
void kv_abort(struct kv_txn *x);  /* takes NULL */
/* How many puts and deletes were asked of this transaction, so that a caller can see that a step which should write nothing did not. */
uint64_t kv_writes(const struct kv_txn *x);

/* Borrow a value: valid until the transaction ends or writes. ERR_NOTFOUND. */
MUST_USE enum err kv_view(struct kv_txn *x, kv_table t, const void *key, size_t key_len,
    const uint8_t **value, size_t *value_len);
/* Copy a value of exactly out_len bytes: ERR_NOTFOUND, ERR_RANGE for another length. */
MUST_USE enum err kv_get(struct kv_txn *x, kv_table t, const void *key, size_t key_len, uint8_t *out, size_t out_len);
/* Gives *out (the caller frees it). */
MUST_USE enum err kv_get_alloc(struct kv_txn *x, kv_table t, const void *key, size_t key_len,
    uint8_t **out, size_t *out_len);
MUST_USE enum err kv_put(struct kv_txn *x, kv_table t, const void *key, size_t key_len, const void *value,
    size_t value_len);
/* ERR_EXISTS if the key is there. */
MUST_USE enum err kv_add(struct kv_txn *x, kv_table t, const void *key, size_t key_len, const void *value,
    size_t value_len);
/* Key greater than all before it: faster. ERR_EXISTS if it is not. */
MUST_USE enum err kv_append(struct kv_txn *x, kv_table t, const void *key, size_t key_len, const void *value,
    size_t value_len);
/* ERR_NOTFOUND if it was not there. */
MUST_USE enum err kv_delete(struct kv_txn *x, kv_table t, const void *key, size_t key_len);
MUST_USE enum err kv_count(struct kv_txn *x, kv_table t, uint64_t *out);

/*
 * A walk in key order. Views are valid until the next step, write or end. Deleting the key it stands on is allowed:
 * the next step goes to the one after it. End it before its transaction ends.
 */
struct kv_walk {
    void *cursor;
    const uint8_t *key, *value;
    size_t key_len, value_len;
};
/* Stand on the first key at or after from (from_len 0: the first of all). ERR_NOTFOUND at the end. End it all the same. */
MUST_USE enum err kv_walk_from(struct kv_txn *x, kv_table t, const void *from, size_t from_len, struct kv_walk *w);
MUST_USE enum err kv_walk_next(struct kv_walk *w);
/* Stand on the last key of the table. */
MUST_USE enum err kv_walk_last(struct kv_txn *x, kv_table t, struct kv_walk *w);
void kv_walk_end(struct kv_walk *w);  /* also after ERR_NOTFOUND; twice is harmless */

/*
 * Grow the map when less than a quarter is free, and the file some way ahead of what is used. Call with no transaction open, also for reading:
 * other builds than releases abort. ERR_FULL when the disk has under 5 % free: the map was grown all the same, so that what must still be written can be.
 */
MUST_USE enum err kv_make_room(struct kv *k);
/*
 * Copy a consistent image of the environment, without what was deleted, into folder path. ERR_EXISTS when there is
 * such a path already, ERR_FULL, ERR_IO.
 */
MUST_USE enum err kv_backup(struct kv *k, const char *path);

#endif
