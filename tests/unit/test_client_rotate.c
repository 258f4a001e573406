/* client/rotate: the keys of before, which open what is still under way. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/file.h"
#include "client/keyfile.h"
#include "client/rotate.h"

#include <sodium.h>
#include <stdio.h>

enum { KEYS = 20, KEPT = 16, FIRST_S = 1800000000 };

/* hpke-TIME, whose public half begins with i. */
static void make_old(const struct home_folder *folder, struct secret *vault_key, unsigned i)
{
    struct client_unlock by = {.key = vault_key};
    uint8_t secret[32] = {1, 2, (uint8_t)i}, public[32] = {(uint8_t)i};
    char name[32];

    (void)snprintf(name, sizeof name, "hpke-%u", FIRST_S + i * 7776000u);
    assert_err(client_keyfile_make(folder->path, &(struct client_plain_key){name, secret, sizeof secret, public}, &by, NULL), OK);
}

/* In whatever order the folder gives them. */
static void of_many_keys_the_newest_open(void **state)
{
    const struct home_folder *folder = *state;
    struct client_node *n = calloc(1, sizeof *n);
    struct secret *vault_key = NULL;
    uint8_t data[32] = {9};
    const uint8_t *public = NULL;

    assert_non_null(n);
    assert_err(secret_take(data, sizeof data, &vault_key), OK);
    assert_err(file_mkdirs(home_folder_path(folder, "keys"), NULL), OK);
    for (unsigned i = 0; i < KEYS; i++)
        make_old(folder, vault_key, i * 7 % KEYS);
    n->home = folder->path;
    assert_err(client_rotate_open(n, vault_key, NULL), OK);
    for (unsigned i = 0; i < KEPT; i++) {
        assert_non_null(client_rotate_hpke(n, 1 + i, &public));
        assert_int_equal(public[0], KEYS - 1 - i);
    }
    assert_null(client_rotate_hpke(n, 1 + KEPT, &public));
    client_rotate_close(n->rotate);
    secret_free(vault_key);
    free(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_many_keys_the_newest_open, home_folder_setup, home_folder_teardown),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
