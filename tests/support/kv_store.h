/* A store of its own for each test of base/kv, in a folder that goes with it. */
#ifndef SUPPORT_KV_STORE_H
#define SUPPORT_KV_STORE_H

#include "support/check.h"

#include "base/kv.h"

#include <stdio.h>
#include <unistd.h>

enum { SMALL_MAP = 1 << 20 };

static char folder[64], path[80];
static struct kv *store;
static kv_table table;

static inline int make_store(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/schakel-kv-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/store", folder);
    if (kv_open(path, SMALL_MAP, &store, NULL) != OK)
        return -1;
    return kv_table_open(store, "t", &table) == OK ? 0 : -1;
}

static inline int remove_store(void **state)
{
    char command[96];

    (void)state;
    kv_close(store);
    store = NULL;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static inline struct kv_txn *begin(bool write)
{
    struct kv_txn *x = NULL;

    assert_err(kv_begin(store, write, &x), OK);
    assert_non_null(x);
    return x;
}

static inline void put_text(struct kv_txn *x, const char *key, const char *value)
{
    assert_err(kv_put(x, table, key, strlen(key), value, strlen(value)), OK);
}

static inline void check_text(struct kv_txn *x, const char *key, const char *expected)
{
    const uint8_t *v;
    size_t len;

    assert_err(kv_view(x, table, key, strlen(key), &v, &len), OK);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(v, expected, len);
}

#define in_a_store(test) cmocka_unit_test_setup_teardown(test, make_store, remove_store)

#endif
