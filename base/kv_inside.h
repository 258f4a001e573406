/*
 * base/kv_inside: what the two halves of base/kv share: transactions and rows (kv.c), and the files of the store (kv_file.c). Nobody else
 * includes it.
 */
#ifndef BASE_KV_INSIDE_H
#define BASE_KV_INSIDE_H

#include "base/kv.h"

#include <lmdb.h>

struct kv {
    MDB_env *env;
    int lock_fd;      /* held as long as the store is open for writing */
    char *path;
    bool read_only;
    unsigned open;    /* transactions */
};

/* ERR_FULL, ERR_IO and so on for what LMDB or the system said. */
MUST_USE enum err kv_from_lmdb(int rc);

#endif
