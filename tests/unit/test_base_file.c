/* base/file: whole files, old or new and never half. */
#include "support/check.h"

#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/schakel-file-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static size_t count_names(void)
{
    DIR *d = opendir(folder);
    size_t n = 0;

    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static int remove_folder(void **state)
{
    char command[96];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char path[128];

    assert_err(file_join(path, sizeof path, folder, name), OK);
    return path;
}

static void check_content(const char *name, const char *expected)
{
    uint8_t *data = NULL;
    size_t len = 0;

    assert_err(file_read(in_folder(name), 100, &data, &len, NULL), OK);
    assert_int_equal(len, strlen(expected));
    assert_string_equal((const char *)data, expected);
    free(data);
}

static void test_write_and_read(void **state)
{
    struct stat st;

    (void)state;
    assert_err(file_write(in_folder("a"), "one", 3, 0640, NULL), OK);
    check_content("a", "one");
    assert_int_equal(stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_err(file_write(in_folder("a"), "three", 5, 0600, NULL), OK);
    check_content("a", "three");
    assert_int_equal(stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(count_names(), 1);
}

static void test_empty_file(void **state)
{
    (void)state;
    assert_err(file_write(in_folder("a"), "", 0, 0600, NULL), OK);
    check_content("a", "");
}

static void test_write_new_keeps_the_old(void **state)
{
    struct trouble t = { .lang = LANG_NL };

    (void)state;
    assert_err(file_write_new(in_folder("a"), "one", 3, 0600, NULL), OK);
    assert_err(file_write_new(in_folder("a"), "two", 3, 0600, &t), ERR_EXISTS);
    assert_string_equal(t.text, "schrijven lukt niet: de naam bestaat al");
    check_content("a", "one");
    assert_int_equal(count_names(), 1);
}

static void test_one_of_many(void **state)
{
    struct stat st;

    (void)state;
    assert_err(file_write_unsynced(in_folder("a"), "one", 3, 0640, NULL), OK);
    assert_err(file_write_unsynced(in_folder("a"), "two", 3, 0600, NULL), OK);
    check_content("a", "two");
    assert_int_equal(stat(in_folder("a"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(count_names(), 1);
    assert_err(file_sync_all(folder, NULL), OK);
    assert_err(file_write_unsynced(in_folder("no/a"), "x", 1, 0600, NULL), ERR_NOTFOUND);
    assert_err(file_sync_all(in_folder("no"), NULL), ERR_NOTFOUND);
    assert_err(file_sync_all(in_folder("a"), NULL), ERR_NOTFOUND);
}

static void test_limits_of_reading(void **state)
{
    struct trouble t = { .lang = LANG_EN };
    uint8_t *data = (uint8_t *)folder;
    size_t len = 99;

    (void)state;
    assert_err(file_write(in_folder("a"), "12345", 5, 0600, NULL), OK);
    assert_err(file_read(in_folder("a"), 4, &data, &len, &t), ERR_LONG);
    assert_string_equal(t.text, "this file is longer than 4 bytes");
    assert_ptr_equal(data, folder);
    assert_int_equal(len, 99);
    assert_err(file_read(in_folder("a"), 5, &data, &len, NULL), OK);
    assert_int_equal(len, 5);
    free(data);
}

static void test_large_file(void **state)
{
    static uint8_t big[300000];
    uint8_t *data = NULL;
    size_t len = 0;

    (void)state;
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (uint8_t)(i * 7 + i / 256);
    assert_err(file_write(in_folder("a"), big, sizeof big, 0600, NULL), OK);
    assert_err(file_read(in_folder("a"), sizeof big, &data, &len, NULL), OK);
    assert_int_equal(len, sizeof big);
    assert_memory_equal(data, big, sizeof big);
    free(data);
}

/* What the system gives no length for is read to its end as well. */
static void test_file_without_a_length(void **state)
{
    uint8_t *data = NULL;
    size_t len = 0;

    (void)state;
    assert_err(file_read("/proc/self/status", 1 << 20, &data, &len, NULL), OK);
    assert_true(len > 100);
    assert_int_equal(data[len], 0);
    free(data);
    data = NULL;
    assert_err(file_read("/dev/zero", 100000, &data, &len, NULL), ERR_LONG);
    assert_null(data);
}

static void test_not_there(void **state)
{
    struct trouble t = { .lang = LANG_EN };
    uint8_t *data = NULL;
    size_t len;

    (void)state;
    assert_err(file_read(in_folder("no"), 10, &data, &len, &t), ERR_NOTFOUND);
    assert_string_equal(t.text, "cannot read this: it is not there");
    assert_string_equal(t.where, in_folder("no"));
    assert_err(file_read(folder, 10, &data, &len, NULL), ERR_IO);
    assert_err(file_write(in_folder("no/a"), "x", 1, 0600, NULL), ERR_NOTFOUND);
    assert_int_equal(count_names(), 0);
}

static void test_nothing_is_left_when_renaming_fails(void **state)
{
    (void)state;
    assert_err(file_mkdirs(in_folder("a/b"), NULL), OK);
    assert_err(file_write(in_folder("a"), "x", 1, 0600, NULL), ERR_IO);
    assert_int_equal(count_names(), 1);
}

static void test_mkdirs(void **state)
{
    struct stat st;

    (void)state;
    assert_err(file_mkdirs(in_folder("a/b//c/"), NULL), OK);
    assert_err(file_mkdirs(in_folder("a/b/c"), NULL), OK);
    assert_int_equal(stat(in_folder("a/b/c"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_err(file_write(in_folder("f"), "x", 1, 0600, NULL), OK);
    assert_err(file_mkdirs(in_folder("f"), NULL), ERR_EXISTS);
    assert_err(file_mkdirs(in_folder("f/g"), NULL), ERR_EXISTS);
    assert_err(file_mkdirs("", NULL), ERR_NOTFOUND);
}

static void test_join(void **state)
{
    char out[4] = "old";

    (void)state;
    assert_err(file_join(out, sizeof out, "ab", "c"), ERR_LONG);
    assert_string_equal(out, "old");
    assert_err(file_join(out, sizeof out, "a", "c"), OK);
    assert_string_equal(out, "a/c");
    assert_err(file_join(out, sizeof out, "a/", "c"), OK);
    assert_string_equal(out, "a/c");
    assert_err(file_join(out, sizeof out, "/", "c"), OK);
    assert_string_equal(out, "/c");
}

/* The same bytes are not written again: the file is the same one. */
static void test_only_what_changed(void **state)
{
    struct stat before, after;
    const char *path = in_folder("word");

    (void)state;
    assert_err(file_write_changed(path, "abc", 3, 0600, NULL), OK);
    assert_int_equal(stat(path, &before), 0);
    assert_err(file_write_changed(path, "abc", 3, 0600, NULL), OK);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_err(file_write_changed(path, "abcd", 4, 0600, NULL), OK);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(after.st_size, 4);
    assert_err(file_write_changed(path, "abd", 3, 0600, NULL), OK);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(after.st_size, 3);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(test_write_and_read),
        in_a_folder(test_empty_file),
        in_a_folder(test_write_new_keeps_the_old),
        in_a_folder(test_only_what_changed),
        in_a_folder(test_one_of_many),
        in_a_folder(test_limits_of_reading),
        in_a_folder(test_large_file),
        in_a_folder(test_file_without_a_length),
        in_a_folder(test_not_there),
        in_a_folder(test_nothing_is_left_when_renaming_fails),
        in_a_folder(test_mkdirs),
        cmocka_unit_test(test_join),
    };

    return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
