/* base/kv: rows and transactions, in a store of its own per test, closed and opened again where it must last. */
#include "support/kv_store.h"

static void test_put_and_get(void **state)
{
    struct kv_txn *x = begin(true);
    uint8_t three[3] = { 9, 9, 9 }, *copy = NULL;
    size_t len = 99;

    (void)state;
    put_text(x, "a", "one");
    put_text(x, "b", "");
    check_text(x, "a", "one");
    assert_err(kv_get(x, table, "a", 1, three, 2), ERR_RANGE);
    assert_err(kv_get(x, table, "c", 1, three, 3), ERR_NOTFOUND);
    assert_int_equal(three[0], 9);
    assert_err(kv_get(x, table, "a", 1, three, 3), OK);
    assert_memory_equal(three, "one", 3);
    assert_err(kv_get(x, table, "b", 1, NULL, 0), OK);
    assert_err(kv_get_alloc(x, table, "c", 1, &copy, &len), ERR_NOTFOUND);
    assert_null(copy);
    assert_int_equal(len, 99);
    assert_err(kv_get_alloc(x, table, "a", 1, &copy, &len), OK);
    assert_int_equal(len, 3);
    assert_memory_equal(copy, "one", 3);
    free(copy);
    put_text(x, "a", "two and more");
    check_text(x, "a", "two and more");
    assert_err(kv_commit(x), OK);
}

static void test_add_append_delete_count(void **state)
{
    struct kv_txn *x = begin(true);
    uint64_t n = 0;

    (void)state;
    assert_err(kv_add(x, table, "b", 1, "1", 1), OK);
    assert_err(kv_add(x, table, "b", 1, "2", 1), ERR_EXISTS);
    check_text(x, "b", "1");
    assert_err(kv_append(x, table, "c", 1, "3", 1), OK);
    assert_err(kv_append(x, table, "c", 1, "4", 1), ERR_EXISTS);
    assert_err(kv_append(x, table, "a", 1, "5", 1), ERR_EXISTS);
    check_text(x, "c", "3");
    assert_err(kv_count(x, table, &n), OK);
    assert_int_equal(n, 2);
    assert_err(kv_delete(x, table, "b", 1), OK);
    assert_err(kv_delete(x, table, "b", 1), ERR_NOTFOUND);
    assert_err(kv_count(x, table, &n), OK);
    assert_int_equal(n, 1);
    kv_abort(x);
    kv_abort(NULL);
}

static void test_lengths_of_keys(void **state)
{
    struct kv_txn *x = begin(true);
    char key[KV_KEY_MAX + 1];
    const uint8_t *v;
    size_t len;

    (void)state;
    memset(key, 'k', sizeof key);
    assert_err(kv_put(x, table, key, 0, "x", 1), ERR_RANGE);
    assert_err(kv_put(x, table, key, KV_KEY_MAX + 1, "x", 1), ERR_RANGE);
    assert_err(kv_put(x, table, key, KV_KEY_MAX, "x", 1), OK);
    assert_err(kv_view(x, table, key, KV_KEY_MAX, &v, &len), OK);
    assert_err(kv_view(x, table, key, KV_KEY_MAX - 1, &v, &len), ERR_NOTFOUND);
    kv_abort(x);
}

/* What was committed is there after closing; what was not is not. */
static void test_committed_lasts(void **state)
{
    struct kv_txn *x = begin(true);

    (void)state;
    put_text(x, "kept", "1");
    assert_err(kv_commit(x), OK);
    x = begin(true);
    put_text(x, "kept", "2");
    put_text(x, "gone", "1");
    kv_abort(x);
    kv_close(store);
    store = NULL;
    assert_err(kv_open(path, SMALL_MAP, &store, NULL), OK);
    assert_err(kv_table_open(store, "t", &table), OK);
    x = begin(false);
    check_text(x, "kept", "1");
    assert_err(kv_get(x, table, "gone", 4, NULL, 0), ERR_NOTFOUND);
    kv_abort(x);
}

/* A reader sees what was there when it began, while the writer goes on. */
static void test_reader_beside_writer(void **state)
{
    struct kv_txn *w = begin(true), *r;

    (void)state;
    put_text(w, "a", "old");
    assert_err(kv_commit(w), OK);
    r = begin(false);
    w = begin(true);
    put_text(w, "a", "new");
    assert_err(kv_commit(w), OK);
    check_text(r, "a", "old");
    kv_abort(r);
    r = begin(false);
    check_text(r, "a", "new");
    assert_int_not_equal(kv_put(r, table, "a", 1, "x", 1), OK);
    kv_abort(r);
}

static void test_tables_are_apart(void **state)
{
    kv_table other;
    struct kv_txn *x;

    (void)state;
    assert_err(kv_table_open(store, "u", &other), OK);
    x = begin(true);
    put_text(x, "a", "1");
    assert_err(kv_get(x, other, "a", 1, NULL, 0), ERR_NOTFOUND);
    kv_abort(x);
    for (int i = 2; i < KV_TABLES_MAX; i++) {
        char name[8];

        (void)snprintf(name, sizeof name, "t%d", i);
        assert_err(kv_table_open(store, name, &other), OK);
    }
    assert_err(kv_table_open(store, "one too many", &other), ERR_RANGE);
}

/* Keys of a walk, joined. */
static void walk_from(struct kv_txn *x, const char *from, char *out, size_t out_len)
{
    struct kv_walk w;
    size_t used = 0;
    enum err e = kv_walk_from(x, table, from, strlen(from), &w);

    out[0] = '\0';
    for (; e == OK; e = kv_walk_next(&w))
        used += (size_t)snprintf(out + used, out_len - used, "%.*s=%.*s ", (int)w.key_len, (const char *)w.key,
            (int)w.value_len, (const char *)w.value);
    assert_err(e, ERR_NOTFOUND);
    assert_err(kv_walk_next(&w), ERR_NOTFOUND);
    kv_walk_end(&w);
    kv_walk_end(&w);
}

static void test_walk(void **state)
{
    struct kv_txn *x = begin(true);
    struct kv_walk w;
    char out[64];

    (void)state;
    walk_from(x, "", out, sizeof out);
    assert_string_equal(out, "");
    assert_err(kv_walk_last(x, table, &w), ERR_NOTFOUND);
    kv_walk_end(&w);
    put_text(x, "b", "2");
    put_text(x, "d", "4");
    put_text(x, "a", "1");
    put_text(x, "bb", "3");
    walk_from(x, "", out, sizeof out);
    assert_string_equal(out, "a=1 b=2 bb=3 d=4 ");
    walk_from(x, "b", out, sizeof out);
    assert_string_equal(out, "b=2 bb=3 d=4 ");
    walk_from(x, "c", out, sizeof out);
    assert_string_equal(out, "d=4 ");
    walk_from(x, "e", out, sizeof out);
    assert_string_equal(out, "");
    assert_err(kv_walk_last(x, table, &w), OK);
    assert_int_equal(w.key[0], 'd');
    kv_walk_end(&w);
    assert_err(kv_commit(x), OK);
    x = begin(false);
    walk_from(x, "b", out, sizeof out);
    assert_string_equal(out, "b=2 bb=3 d=4 ");
    kv_abort(x);
}

/* Numbers as big-endian keys, more than a page of them; every third is deleted on the way. */
static void test_delete_while_walking(void **state)
{
    struct kv_txn *x = begin(true);
    struct kv_walk w;
    uint64_t n = 0;
    unsigned seen = 0;
    enum err e;

    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        uint8_t key[2] = { (uint8_t)(i >> 8), (uint8_t)i };

        assert_err(kv_append(x, table, key, 2, "some value", 10), OK);
    }
    for (e = kv_walk_from(x, table, NULL, 0, &w); e == OK; e = kv_walk_next(&w)) {
        uint8_t key[2] = { w.key[0], w.key[1] };

        assert_int_equal(key[0] << 8 | key[1], seen);
        if (seen % 3 == 0)
            assert_err(kv_delete(x, table, key, 2), OK);
        seen++;
    }
    kv_walk_end(&w);
    assert_int_equal(seen, 2000);
    assert_err(kv_count(x, table, &n), OK);
    assert_int_equal(n, 1333);
    assert_err(kv_commit(x), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_store(test_put_and_get),
        in_a_store(test_add_append_delete_count),
        in_a_store(test_lengths_of_keys),
        in_a_store(test_committed_lasts),
        in_a_store(test_reader_beside_writer),
        in_a_store(test_tables_are_apart),
        in_a_store(test_walk),
        in_a_store(test_delete_while_walking),
    };

    return cmocka_run_group_tests_name("base/kv", tests, NULL, NULL);
}
