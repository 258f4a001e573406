/* Allocation 1, 2, 3 ... fails until all succeeds: no crash, no leak, outputs untouched, and the error says so. */
#include "support/check.h"

#include "base/conf.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "base/kv.h"
#include "base/proc.h"
#include "base/secret.h"
#include "fault/fault.h"

#include <stdio.h>
#include <unistd.h>

/* One attempt; gives what it got and frees it. */
typedef enum err attempt(void);

/* Gives how many allocations there were. */
static size_t until_it_works(attempt *try)
{
    for (size_t nth = 1; nth < 10000; nth++) {
        enum err e;

        fault_set(nth);
        e = try();
        if (!fault_came()) {
            assert_err(e, OK);
            return nth - 1;
        }
        assert_err(e, ERR_NOMEM);
    }
    fail();
    return 0;
}

static char folder[64], path[96];

static enum err read_a_file(void)
{
    uint8_t *data = NULL;
    size_t len = 99;
    struct trouble t = { .lang = LANG_EN };
    enum err e = file_read("/proc/self/maps", 1 << 20, &data, &len, &t);

    assert_int_equal(data != NULL, e == OK);
    assert_err(t.err, e);
    free(data);
    return e;
}

static enum err read_a_table(void)
{
    static char text[4000];
    struct csv *c = NULL;
    size_t len = 0;
    enum err e;

    for (int i = 0; i < 200; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%d,\"x\"\n", i);
    e = csv_read("t", LANG_EN, (const uint8_t *)text, len, NULL, NULL, &c);
    assert_int_equal(c != NULL, e == OK);
    csv_drop(c);
    return e;
}

static enum err read_settings(void)
{
    uint64_t port = 7;
    const struct conf_key key = { "port", CONF_U64, 0, sizeof port, 0, 9 };
    enum err e = conf_parse("c", (const uint8_t *)"port = 8\n", 9, &key, 1, &port, sizeof port, NULL);

    assert_int_equal(port, e == OK ? 8 : 7);
    return e;
}

static enum err take_a_secret(void)
{
    uint8_t key[4] = { 1, 2, 3, 4 };
    struct secret *s = NULL;
    enum err e = secret_take(key, sizeof key, &s);

    assert_int_equal(s != NULL, e == OK);
    assert_int_equal(key[0], e == OK ? 0 : 1);  /* wiped only when it was taken */
    secret_free(s);
    return e;
}

static enum err receive_a_message(void)
{
    int fds[2];
    uint8_t *data = NULL;
    size_t len;
    enum err e;

    assert_err(proc_pair(fds), OK);
    assert_err(proc_send(fds[0], (const uint8_t *)"abc", 3), OK);
    e = proc_recv(fds[1], 10, &data, &len);
    assert_int_equal(data != NULL, e == OK);
    free(data);
    assert_int_equal(close(fds[0]), 0);
    assert_int_equal(close(fds[1]), 0);
    return e;
}

static enum err use_a_store(void)
{
    struct kv *k = NULL;
    struct kv_txn *x = NULL;
    uint8_t *value = NULL;
    size_t len;
    kv_table table;
    enum err e = kv_open(path, 1 << 20, &k, NULL);

    assert_int_equal(k != NULL, e == OK);
    if (e == OK)
        e = kv_table_open(k, "t", &table);
    if (e == OK)
        e = kv_begin(k, true, &x);
    if (e == OK)
        e = kv_put(x, table, "a", 1, "42", 2);
    if (e == OK)
        e = kv_get_alloc(x, table, "a", 1, &value, &len);
    assert_int_equal(value != NULL, e == OK);
    free(value);
    kv_abort(x);
    kv_close(k);
    return e;
}

static void test_attempts(void **state)
{
    (void)state;
    assert_in_range(until_it_works(read_a_file), 2, 9);
    assert_in_range(until_it_works(read_a_table), 6, 20);
    assert_int_equal(until_it_works(read_settings), 1);
    assert_int_equal(until_it_works(take_a_secret), 1);
    assert_int_equal(until_it_works(receive_a_message), 1);
}

static void test_store(void **state)
{
    char command[96];

    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/schakel-fault-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/store", folder);
    assert_int_equal(until_it_works(use_a_store), 4);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_store),
    };

    return cmocka_run_group_tests_name("faults in base", tests, NULL, NULL);
}
