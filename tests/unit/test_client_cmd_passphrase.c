/* client/cmd_passphrase: the same key under another passphrase; what is refused leaves the file as it was. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/file.h"
#include "client/cmd_passphrase.h"
#include "client/keyfile.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t bytes[64] = {9, 8, 7}, public_bytes[32] = {5, 5};
static const char old[] = "correct horse", new[] = "battery staple";
static const struct home_folder *f;

static int setup(void **state)
{
    struct client_unlock by = {.passphrase = old};
    static const char *const names[] = {"root", "vault", "keyholder"};

    if (home_folder_setup(state) != 0 || setenv("SCHAKEL_TEST_CHEAP_PASSPHRASES", "1", 1) != 0)
        return 1;
    f = *state;
    assert_err(file_mkdirs(home_folder_path(f, "keys"), NULL), OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_err(client_keyfile_make(f->path, &(struct client_plain_key){names[i], bytes, sizeof bytes, i == 0 ? public_bytes : NULL}, &by, NULL), OK);
    return 0;
}

static bool opens(const char *name, const char *passphrase)
{
    struct client_unlock by = {.passphrase = passphrase};
    struct secret *key = NULL;
    uint8_t public[32] = {0};
    enum err e = client_keyfile_open(f->path, name, &by, &key, public, NULL);

    if (e == OK) {
        assert_int_equal(secret_len(key), sizeof bytes);
        assert_memory_equal(secret_wake(key), bytes, sizeof bytes);
        secret_sleep(key);
        if (strcmp(name, "root") == 0)
            assert_memory_equal(public, public_bytes, sizeof public);
    }
    secret_free(key);
    return e == OK;
}

static enum err change(enum err (*command)(struct client_run *), const char *name, const char *from, const char *to)
{
    struct client_run r = {.home = f->path, .args = cJSON_CreateObject()};
    enum err e;

    if (name != NULL)
        json_add_text(r.args, "key", name);
    json_add_text(r.args, "passphrase", from);
    json_add_text(r.args, "new_passphrase", to);
    e = command(&r);
    assert_int_equal(r.reply != NULL, e == OK);
    cJSON_Delete(r.reply);
    cJSON_Delete(r.args);
    return e;
}

static void the_new_one_opens_the_same_key(void **state)
{
    (void)state;
    assert_err(change(client_cmd_org_passphrase, "root", old, new), OK);
    assert_true(opens("root", new));
    assert_false(opens("root", old));
    assert_true(opens("vault", old));
    assert_err(change(client_cmd_org_passphrase, "vault", old, new), OK);
    assert_true(opens("vault", new));
    assert_false(opens("vault", old));
}

static void a_keyholders_too(void **state)
{
    (void)state;
    assert_err(change(client_cmd_keyholder_passphrase, NULL, old, new), OK);
    assert_true(opens("keyholder", new));
    assert_false(opens("keyholder", old));
}

static void who_does_not_know_the_present_one_changes_nothing(void **state)
{
    (void)state;
    assert_err(change(client_cmd_org_passphrase, "root", "correct horsf", new), ERR_KEY);
    assert_err(change(client_cmd_keyholder_passphrase, NULL, "correct horsf", new), ERR_KEY);
    assert_true(opens("root", old) && opens("keyholder", old));
}

static void one_that_is_too_short_changes_nothing(void **state)
{
    (void)state;
    assert_err(change(client_cmd_org_passphrase, "vault", old, "short"), ERR_RANGE);
    assert_true(opens("vault", old));
}

static void other_keys_have_none(void **state)
{
    (void)state;
    assert_err(change(client_cmd_org_passphrase, "node", old, new), ERR_USAGE);
    assert_err(change(client_cmd_org_passphrase, "keyholder", old, new), ERR_USAGE);
    assert_true(opens("keyholder", old));
}

#define ROW(t) cmocka_unit_test_setup_teardown(t, setup, home_folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(the_new_one_opens_the_same_key), ROW(a_keyholders_too), ROW(who_does_not_know_the_present_one_changes_nothing),
        ROW(one_that_is_too_short_changes_nothing), ROW(other_keys_have_none),
    };

    return cmocka_run_group_tests_name("client/cmd_passphrase", tests, NULL, NULL);
}
