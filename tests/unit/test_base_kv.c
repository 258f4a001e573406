/* base/kv: a store of its own per test, closed and opened again where it must last. */
#include "support/check.h"

#include "base/kv.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SMALL_MAP = 1 << 20 };

static char folder[64], path[80];
static struct kv *store;
static kv_table table;

static int make_store(void **state)
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

static int remove_store(void **state)
{
    char command[96];

    (void)state;
    kv_close(store);
    store = NULL;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct kv_txn *begin(bool write)
{
    struct kv_txn *x = NULL;

    assert_err(kv_begin(store, write, &x), OK);
    assert_non_null(x);
    return x;
}

static void put_text(struct kv_txn *x, const char *key, const char *value)
{
    assert_err(kv_put(x, table, key, strlen(key), value, strlen(value)), OK);
}

static void check_text(struct kv_txn *x, const char *key, const char *expected)
{
    const uint8_t *v;
    size_t len;

    assert_err(kv_view(x, table, key, strlen(key), &v, &len), OK);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(v, expected, len);
}

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

/* Fill until it is full; nothing of that transaction is there, and after making room it goes on. */
static void test_full_and_growing(void **state)
{
    static uint8_t big[10000];
    struct kv_txn *x;
    enum err e = OK;
    unsigned stored = 0;

    (void)state;
    x = begin(true);
    for (unsigned i = 0; e == OK; i++)
        e = kv_put(x, table, &i, sizeof i, big, sizeof big);
    assert_err(e, ERR_FULL);
    kv_abort(x);
    for (unsigned i = 0; i < 400; i++) {
        e = kv_make_room(store);
        if (e == ERR_FULL)
            break;  /* this disk has little left: the map was grown all the same */
        assert_err(e, OK);
        x = begin(true);
        assert_err(kv_put(x, table, &i, sizeof i, big, sizeof big), OK);
        assert_err(kv_commit(x), OK);
        stored++;
    }
    if (e == OK)
        assert_int_equal(stored, 400);  /* four times the first map */
}

static off_t file_size(const char *folder_path)
{
    char name[128];
    struct stat st;

    (void)snprintf(name, sizeof name, "%s/data.mdb", folder_path);
    assert_int_equal(stat(name, &st), 0);
    return st.st_size;
}

/* The zeros behind the end are never in the way of what is stored, now or after opening again. */
static void test_the_file_is_ahead(void **state)
{
    char copy[96];
    struct kv_txn *x;
    off_t before = file_size(path);

    (void)state;
    if (kv_make_room(store) == ERR_FULL)
        skip();  /* this disk has little left, and then nothing is written ahead */
    assert_true(file_size(path) > before);
    for (int i = 0; i < 3; i++) {
        x = begin(true);
        put_text(x, "a", i == 2 ? "last" : "first");
        assert_err(kv_commit(x), OK);
        assert_err(kv_make_room(store), OK);
    }
    before = file_size(path);
    assert_err(kv_make_room(store), OK);
    assert_int_equal(file_size(path), before);  /* and it does not grow for nothing */
    (void)snprintf(copy, sizeof copy, "%s/copy", folder);
    assert_err(kv_backup(store, copy), OK);
    assert_true(file_size(copy) < before);
    kv_close(store);
    store = NULL;
    assert_err(kv_open(path, SMALL_MAP, &store, NULL), OK);
    assert_err(kv_table_open(store, "t", &table), OK);
    x = begin(false);
    check_text(x, "a", "last");
    kv_abort(x);
}

/* Whether it ends by abort, in a process of its own: LMDB's must not be gone on with behind a fork. */
static bool making_room_aborts(void)
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = { 0, 0 };
        struct sigaction plain = { .sa_handler = SIG_DFL };

        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)sigaction(SIGABRT, &plain, NULL);
        _exit(kv_make_room(store) == OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* The map may move then: `log compare` once did it, and nothing told. */
static void test_no_room_is_made_in_a_transaction(void **state)
{
    struct kv_txn *x;

    (void)state;
#ifdef NDEBUG
    skip();  /* a release does not look */
#endif
    assert_false(making_room_aborts());
    for (int write = 0; write < 2; write++) {
        x = begin(write != 0);
        assert_true(making_room_aborts());
        kv_abort(x);
        assert_false(making_room_aborts());
    }
    x = begin(true);
    assert_err(kv_commit(x), OK);
    assert_false(making_room_aborts());
}

static void test_one_writer(void **state)
{
    struct trouble t = { .lang = LANG_EN };
    struct kv *second = NULL;
    int status;
    pid_t pid;

    (void)state;
    assert_err(kv_open(path, SMALL_MAP, &second, &t), ERR_BUSY);
    assert_null(second);
    assert_string_equal(t.text, "another program is using this store; stop that one first");
    kv_close(store);
    store = NULL;
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        /* Another process opens it and ends without closing: the lock goes with it. */
        _exit(kv_open(path, SMALL_MAP, &second, NULL) == OK ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_err(kv_open(path, SMALL_MAP, &store, NULL), OK);
}

static void test_permissions(void **state)
{
    char file[128];
    struct stat st;

    (void)state;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    (void)snprintf(file, sizeof file, "%s/data.mdb", path);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_cannot_open(void **state)
{
    struct trouble t = { .lang = LANG_NL };
    struct kv *other = NULL;
    char file[128];
    FILE *f;

    (void)state;
    (void)snprintf(file, sizeof file, "%s/writer.lock", path);
    assert_err(kv_open(file, SMALL_MAP, &other, NULL), ERR_EXISTS);  /* no folder */
    (void)snprintf(file, sizeof file, "%s/junk", folder);
    assert_int_equal(mkdir(file, 0700), 0);
    (void)snprintf(file, sizeof file, "%s/junk/data.mdb", folder);
    f = fopen(file, "w");
    assert_non_null(f);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(fputc('x', f), 'x');
    assert_int_equal(fclose(f), 0);
    (void)snprintf(file, sizeof file, "%s/junk", folder);
    assert_err(kv_open(file, SMALL_MAP, &other, &t), ERR_IO);
    assert_string_equal(t.where, file);
    assert_null(other);
}

static bool file_has(const char *name, const char *needle)
{
    char command[256];

    (void)snprintf(command, sizeof command, "grep -q '%s' '%s/data.mdb'", needle, name);
    return system(command) == 0;
}

static void test_backup(void **state)
{
    char copy[96];
    struct kv *other = NULL;
    struct kv_txn *x = begin(true);
    uint8_t value[2];
    kv_table t;

    (void)state;
    (void)snprintf(copy, sizeof copy, "%s/copy", folder);
    put_text(x, "a", "42");
    put_text(x, "gone", "this-was-deleted");
    assert_err(kv_commit(x), OK);
    x = begin(true);
    assert_err(kv_delete(x, table, "gone", 4), OK);
    assert_err(kv_commit(x), OK);
    assert_true(file_has(path, "this-was-deleted"));  /* the store keeps old pages; the copy must not */
    assert_err(kv_backup(store, copy), OK);
    assert_false(file_has(copy, "this-was-deleted"));
    assert_err(kv_backup(store, copy), ERR_EXISTS);
    assert_err(kv_open(copy, SMALL_MAP, &other, NULL), OK);
    assert_err(kv_table_open(other, "t", &t), OK);
    assert_err(kv_begin(other, false, &x), OK);
    assert_err(kv_get(x, t, "a", 1, value, sizeof value), OK);
    assert_memory_equal(value, "42", 2);
    kv_abort(x);
    kv_close(other);
}

#define in_a_store(test) cmocka_unit_test_setup_teardown(test, make_store, remove_store)

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
        in_a_store(test_full_and_growing),
        in_a_store(test_the_file_is_ahead), in_a_store(test_no_room_is_made_in_a_transaction), in_a_store(test_one_writer),
        in_a_store(test_permissions),
        in_a_store(test_cannot_open),
        in_a_store(test_backup),
    };

    return cmocka_run_group_tests_name("base/kv", tests, NULL, NULL);
}
