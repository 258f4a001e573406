/* hub/cmd_backup: what the last word of a backup says is in it. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/file.h"
#include "base/kv.h"
#include "hub/backup.h"
#include "hub/ledger.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAP = 1 << 24, LEAVES = 3 };

/* A home whose signer has signed nothing yet, and whose store has leaves: as when they come between the copies of the two. */
static int setup(void **state)
{
    struct trouble t = { .lang = LANG_EN };

    if (home_folder_setup(state) != 0)
        return -1;
    assert_err(file_mkdirs(home_folder_path(*state, "home/signer"), &t), OK);
    assert_err(hub_signer_init(home_folder_path(*state, "home/signer/last"), &t), OK);
    return 0;
}

static void fill_store(const struct home_folder *w, uint8_t leaves)
{
    uint8_t leaf[PROTO_LEAF_LEN] = { 1 };
    struct hub_ledger *l = NULL;
    struct kv_txn *x = NULL;
    struct kv *kv = NULL;

    assert_err(kv_open(home_folder_path(w, "home/store"), MAP, &kv, NULL), OK);
    assert_err(hub_ledger_open(kv, &l, NULL), OK);
    assert_err(kv_begin(kv, true, &x), OK);
    for (leaf[1] = 0; leaf[1] < leaves; leaf[1]++)
        assert_err(hub_ledger_append(l, x, leaf), OK);
    assert_err(kv_commit(x), OK);
    hub_ledger_close(l);
    kv_close(kv);
}

static uint64_t backed_up(const struct home_folder *w)
{
    struct trouble t = { .lang = LANG_EN };
    struct hub_cli c = { .lang = LANG_EN, .home = home_folder_path(w, "home"), .argument = home_folder_path(w, "backup"), .reply = cJSON_CreateObject(), .t = &t };
    uint64_t said = 99;

    assert_err(hub_cmd_backup(&c), OK);
    assert_err(json_u64(c.reply, "leaves", &said), OK);
    cJSON_Delete(c.reply);
    return said;
}

static void it_says_how_much_is_in_its_store(void **state)
{
    const struct home_folder *w = *state;
    uint8_t *text = NULL;
    size_t len = 0;

    fill_store(w, LEAVES);
    assert_int_equal(backed_up(w), LEAVES);
    assert_err(file_read(home_folder_path(w, "backup/whole"), 4096, &text, &len, NULL), OK);
    assert_non_null(strstr((const char *)text, "\nleaves 3\n"));
    free(text);
    /* Counting leaves nothing beside the copy. */
    assert_int_not_equal(access(home_folder_path(w, "backup/store/lock.mdb"), F_OK), 0);
}

static void an_empty_log_has_none(void **state)
{
    fill_store(*state, 0);
    assert_int_equal(backed_up(*state), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, home_folder_teardown)
    static const struct CMUnitTest tests[] = { T(it_says_how_much_is_in_its_store), T(an_empty_log_has_none) };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("hub/cmd_backup", tests, NULL, NULL);
}
