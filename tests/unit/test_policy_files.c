/* A pack from a folder. */
#include "tests/support/check.h"

#include "base/file.h"
#include "policy/files.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static char folder[] = "/tmp/schakel-files-XXXXXX";

static void note(void *arg, const struct trouble *t)
{
    struct trouble *out = arg;

    if (out->err == OK)
        *out = *t;
}

static void test_load(void **state)
{
    struct policy_files files;
    struct policy_tables tables;
    struct policy_pack *pack = NULL;
    uint8_t digest[POLICY_DIGEST_LEN];

    (void)state;
    assert_err(policy_files_read(PACK, &files, NULL), OK);
    tables = policy_files_tables(&files);
    policy_pack_digest(&tables, digest);
    policy_files_free(&files);
    policy_files_free(&files);
    assert_err(policy_files_load(PACK, LANG_EN, NULL, NULL, &pack), OK);
    assert_memory_equal(pack->digest, digest, sizeof digest);
    policy_pack_free(pack);
}

static void test_empty_folder(void **state)
{
    struct trouble t = { .lang = LANG_EN };
    struct policy_pack *pack = NULL;
    struct policy_files files;

    (void)state;
    assert_err(policy_files_load(folder, LANG_EN, note, &t, &pack), ERR_NOTFOUND);
    assert_string_equal(t.where, "kinds.csv");
    assert_string_equal(t.text, "this table is missing");
    assert_null(pack);
    assert_err(policy_files_read(folder, &files, NULL), OK);
    assert_null(files.data[POLICY_TABLE_RULES]);
    policy_files_free(&files);
}

static void test_too_long(void **state)
{
    struct trouble t = { .lang = LANG_NL }, told = { .lang = LANG_NL };
    uint8_t *large = calloc(1, POLICY_TABLE_BYTES_MAX + 1);
    struct policy_pack *pack = NULL;
    struct policy_files files;
    char path[128];

    (void)state;
    assert_non_null(large);
    (void)snprintf(path, sizeof path, "%s/events.csv", folder);
    assert_err(file_write(path, large, POLICY_TABLE_BYTES_MAX + 1, 0600, NULL), OK);
    memset(&files, 0x55, sizeof files);
    assert_err(policy_files_read(folder, &files, &t), ERR_LONG);
    assert_int_equal(files.len[0], 0x5555555555555555);
    assert_string_equal(t.where, path);
    assert_err(policy_files_read(folder, &files, NULL), ERR_LONG);
    assert_err(policy_files_load(folder, LANG_NL, note, &told, &pack), ERR_LONG);
    assert_string_equal(told.text, t.text);
    assert_err(policy_files_load(folder, LANG_NL, NULL, NULL, &pack), ERR_LONG);
    assert_int_equal(unlink(path), 0);
    free(large);
}

static void test_long_name(void **state)
{
    static char name[8000];
    struct trouble t = { .lang = LANG_EN };
    struct policy_files files;

    (void)state;
    memset(name, 'a', sizeof name - 1);
    assert_err(policy_files_read(name, &files, &t), ERR_LONG);
    assert_string_equal(t.text, "the name of this folder is too long");
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    check_add(&list, "the Dutch pack", test_load, NULL);
    check_add(&list, "an empty folder", test_empty_folder, NULL);
    check_add(&list, "a table that is too long", test_too_long, NULL);
    check_add(&list, "a folder with a long name", test_long_name, NULL);
    failed = check_run(&list, "policy/files");
    return rmdir(folder) != 0 || failed != 0;
}
