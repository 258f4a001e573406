/* client/cmd_pack: the pack comes into the home folder whole, and only when it is the region's. */
#include "tests/support/check.h"

#include "base/file.h"
#include "client/cmd_pack.h"
#include "policy/files.h"
#include "tests/support/home_folder.h"

#include <unistd.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct proto_region region;

static enum err take(
    const struct home_folder *f, const struct proto_region *of, const char *from, struct trouble *t)
{
    struct client_run r = {.home = f->path, .lang = LANG_EN, .t = t};

    return client_cmd_pack_take(&r, of, from);
}

static void it_is_copied_and_can_be_used(void **state)
{
    const struct home_folder *f = *state;
    struct policy_pack *pack = NULL;
    struct policy_texts *texts = NULL;
    struct trouble t = {.lang = LANG_EN};

    assert_err(take(f, &region, PACK, &t), OK);
    assert_err(policy_files_load(home_folder_path(f, "pack"), LANG_EN, NULL, NULL, &pack), OK);
    assert_memory_equal(pack->digest, region.pack, sizeof region.pack);
    assert_err(policy_files_texts(home_folder_path(f, "pack"), pack, LANG_EN, NULL, NULL, &texts), OK);
    policy_texts_free(texts);
    policy_pack_free(pack);
    assert_err(take(f, &region, PACK, &t), OK);
}

static void another_pack_is_refused(void **state)
{
    const struct home_folder *f = *state;
    struct proto_region other = region;
    struct trouble t = {.lang = LANG_EN};

    other.pack[31] ^= 1;
    assert_err(take(f, &other, PACK, &t), ERR_CONFIG);
    assert_string_equal(t.where, PACK);
    assert_int_not_equal(access(home_folder_path(f, "pack"), F_OK), 0);
}

static void no_pack_at_all(void **state)
{
    const struct home_folder *f = *state;
    struct trouble t = {.lang = LANG_NL};

    assert_err(take(f, &region, f->path, &t), ERR_NOTFOUND);
    assert_true(t.text[0] != '\0');
    assert_int_not_equal(access(home_folder_path(f, "pack"), F_OK), 0);
}

/* The tables are the region's, but a text is missing: nothing is written. */
static void without_texts(void **state)
{
    const struct home_folder *f = *state;
    struct policy_files files = {.data = {NULL}};
    struct trouble t = {.lang = LANG_EN};

    assert_err(policy_files_read(PACK, &files, &t), OK);
    assert_err(file_mkdirs(home_folder_path(f, "from"), &t), OK);
    for (enum policy_table_id id = 0; id < POLICY_TABLES; id++) {
        char path[256];

        assert_err(file_join(path, sizeof path, home_folder_path(f, "from"), policy_pack_file(id)), OK);
        assert_err(file_write(path, files.data[id], files.len[id], 0600, &t), OK);
    }
    policy_files_free(&files);
    assert_err(take(f, &region, home_folder_path(f, "from"), &t), ERR_NOTFOUND);
    assert_err(file_write(home_folder_path(f, "from/texts.csv"), "key,nl,en\n", 10, 0600, &t), OK);
    t = (struct trouble){.lang = LANG_EN};
    assert_err(take(f, &region, home_folder_path(f, "from"), &t), ERR_NOTFOUND);
    assert_int_not_equal(access(home_folder_path(f, "pack"), F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            it_is_copied_and_can_be_used, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(another_pack_is_refused, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(no_pack_at_all, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(without_texts, home_folder_setup, home_folder_teardown),
    };
    struct policy_pack *pack = NULL;

    if (policy_files_load(PACK, LANG_EN, NULL, NULL, &pack) != OK)
        return 1;
    memcpy(region.pack, pack->digest, sizeof region.pack);
    policy_pack_free(pack);
    return cmocka_run_group_tests_name("client/cmd_pack", tests, NULL, NULL);
}
