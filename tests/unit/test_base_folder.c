/* base/folder: a folder's files copied into another. */
#include "support/check.h"

#include "base/file.h"
#include "base/folder.h"
#include "base/hash.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct world { char path[64], from[96], to[96]; };

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void put(const char *folder, const char *name, const char *text, mode_t mode)
{
    char path[256];

    assert_err(file_join(path, sizeof path, folder, name), OK);
    assert_err(file_write(path, text, strlen(text), mode, NULL), OK);
}

static bool has(const char *folder, const char *name, const char *text)
{
    uint8_t *data = NULL;
    char path[256];
    size_t len = 0;
    bool same;

    assert_err(file_join(path, sizeof path, folder, name), OK);
    same = file_read(path, 4096, &data, &len, NULL) == OK && strcmp((const char *)data, text) == 0;
    free(data);
    return same;
}

static void folder(const char *base, const char *name)
{
    char path[256];

    assert_err(file_join(path, sizeof path, base, name), OK);
    assert_err(file_mkdirs(path, NULL), OK);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    (void)snprintf(w->path, sizeof w->path, "/tmp/folder-test-XXXXXX");
    assert_non_null(mkdtemp(w->path));
    (void)snprintf(w->from, sizeof w->from, "%s/from", w->path);
    (void)snprintf(w->to, sizeof w->to, "%s/to", w->path);
    folder(w->from, "keys");
    folder(w->from, "store");
    put(w->from, "conf", "a", 0644);
    put(w->from, "keys/log", "secret", 0600);
    put(w->from, "store/data", "much", 0600);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    (void)nftw(w->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(w);
    return 0;
}

static const char *const apart[] = {"store", NULL};

static void files_come_with_their_modes(void **state)
{
    struct world *w = *state;
    const struct folder_rules rules = {.without = apart};
    char path[160];
    struct stat st;

    assert_err(folder_copy(w->from, w->to, &rules, NULL), OK);
    assert_true(has(w->to, "conf", "a"));
    assert_true(has(w->to, "keys/log", "secret"));
    assert_false(has(w->to, "store/data", "much"));
    (void)snprintf(path, sizeof path, "%s/keys/log", w->to);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

/* Left out at the top only: a key that has the name of a folder is a key. */
static void names_are_left_out_at_the_top_only(void **state)
{
    struct world *w = *state;
    const struct folder_rules rules = {.without = apart};

    put(w->from, "keys/store", "a key", 0600);
    assert_err(folder_copy(w->from, w->to, &rules, NULL), OK);
    assert_true(has(w->to, "keys/store", "a key"));
}

static void what_is_there_is_not_written_over(void **state)
{
    struct world *w = *state;
    const struct folder_rules strict = {.without = apart}, keep = {.without = apart, .keep_newer = 1};

    folder(w->to, "keys");
    put(w->to, "keys/log", "newer", 0600);
    assert_err(folder_copy(w->from, w->to, &strict, NULL), ERR_EXISTS);
    assert_true(has(w->to, "keys/log", "newer"));
    assert_err(folder_copy(w->from, w->to, &keep, NULL), OK);
    assert_true(has(w->to, "keys/log", "newer"));
    assert_true(has(w->to, "conf", "a"));
}

/* A link could lead out of the folder: neither followed nor copied. */
static void links_are_not_followed(void **state)
{
    struct world *w = *state;
    const struct folder_rules rules = {.without = NULL};
    char path[160];

    (void)snprintf(path, sizeof path, "%s/link", w->from);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_err(folder_copy(w->from, w->to, &rules, NULL), OK);
    (void)snprintf(path, sizeof path, "%s/link", w->to);
    assert_int_equal(access(path, F_OK), -1);
}

/* Pieces are joined as they were, and the digest is that of all. */
static void a_long_file_comes_whole(void **state)
{
    struct world *w = *state;
    size_t len = (3 << 16) + 17;
    uint8_t *data = malloc(len), *again = NULL, digest[FILE_DIGEST_LEN], other[FILE_DIGEST_LEN], expected[FILE_DIGEST_LEN];
    char from[160], to[160];
    size_t again_len = 0;

    assert_non_null(data);
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    (void)snprintf(from, sizeof from, "%s/long", w->path);
    (void)snprintf(to, sizeof to, "%s/copy", w->path);
    assert_err(file_write(from, data, len, 0600, NULL), OK);
    assert_err(file_copy_new(from, to, 0640, digest, NULL), OK);
    assert_err(file_read(to, len, &again, &again_len, NULL), OK);
    assert_int_equal(again_len, len);
    assert_memory_equal(again, data, len);
    hash_once(data, len, expected);
    assert_memory_equal(digest, expected, sizeof digest);
    assert_err(file_digest(from, other, NULL), OK);
    assert_memory_equal(other, expected, sizeof other);
    memset(digest, 7, sizeof digest);
    assert_err(file_copy_new(from, to, 0640, digest, NULL), ERR_EXISTS);
    assert_err(file_copy_new(w->to, from, 0640, digest, NULL), ERR_NOTFOUND);
    assert_err(file_digest(w->to, digest, NULL), ERR_NOTFOUND);
    assert_int_equal(digest[0], 7);
    free(again);
    free(data);
}

static void a_folder_of_files_goes(void **state)
{
    struct world *w = *state;
    struct trouble t = {.lang = LANG_EN};
    char path[160];

    (void)snprintf(path, sizeof path, "%s/store", w->from);
    put(path, "lock", "", 0600);
    assert_err(folder_drop(path, &t), OK);
    assert_int_equal(access(path, F_OK), -1);
    assert_err(folder_drop(path, &t), OK);
    /* What has folders in it is not one of ours. */
    assert_err(folder_drop(w->from, &t), ERR_EXISTS);
    assert_true(has(w->from, "keys/log", "secret"));
}

static void too_deep_is_refused(void **state)
{
    struct world *w = *state;
    const struct folder_rules rules = {.without = NULL};

    folder(w->from, "a/b/c/d/e/f");
    assert_err(folder_copy(w->from, w->to, &rules, NULL), ERR_LONG);
}

static void a_folder_that_is_not_there(void **state)
{
    struct world *w = *state;
    const struct folder_rules rules = {.without = NULL};
    struct trouble t = {.lang = LANG_EN};
    char path[160];

    (void)snprintf(path, sizeof path, "%s/none", w->path);
    assert_err(folder_copy(path, w->to, &rules, &t), ERR_NOTFOUND);
    assert_string_equal(t.where, path);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        T(files_come_with_their_modes), T(names_are_left_out_at_the_top_only), T(what_is_there_is_not_written_over), T(links_are_not_followed),
        T(too_deep_is_refused), T(a_long_file_comes_whole), T(a_folder_of_files_goes), T(a_folder_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
