/* base/kv: the files of a store: who may open it, how it grows, what a copy has. */
#include "support/kv_store.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_store(test_full_and_growing),
        in_a_store(test_the_file_is_ahead),
        in_a_store(test_no_room_is_made_in_a_transaction),
        in_a_store(test_one_writer),
        in_a_store(test_permissions),
        in_a_store(test_cannot_open),
        in_a_store(test_backup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
