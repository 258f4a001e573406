/* client/officer: which files of keys/ are the officer's, and what keeps a node from starting with less than all of them. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/file.h"
#include "client/keyfile.h"
#include "client/officer.h"

#include <sodium.h>

struct keys { void *folder; struct secret *vault_key; };

static struct secret *wrapping(uint8_t byte)
{
    struct secret *key = NULL;
    uint8_t bytes[32] = {byte};

    assert_err(secret_take(bytes, sizeof bytes, &key), OK);
    return key;
}

static int setup(void **state)
{
    struct keys *k = calloc(1, sizeof *k);

    if (k == NULL || sodium_init() < 0 || home_folder_setup(&k->folder) != 0)
        return -1;
    k->vault_key = wrapping(1);
    *state = k;
    return file_mkdirs(home_folder_path(k->folder, "keys"), NULL) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct keys *k = *state;
    int gone = home_folder_teardown(&k->folder);

    secret_free(k->vault_key);
    free(k);
    return gone;
}

static void make(struct keys *k, const char *name, struct secret *by, size_t len)
{
    uint8_t public[32], secret[64];

    (void)crypto_box_keypair(public, secret);
    assert_err(client_keyfile_make(home_folder_path(k->folder, "."), &(struct client_plain_key){name, secret, len, public},
        &(struct client_unlock){.key = by}, NULL), OK);
}

/* On failure nothing is given. */
static enum err officer_open(struct keys *k)
{
    struct client_officer *o = NULL;
    enum err e = client_officer_open(home_folder_path(k->folder, "."), k->vault_key, &o, NULL);

    assert_int_equal(o != NULL, e == OK);
    client_officer_close(o);
    return e;
}

static void without_a_key_there_is_no_officer(void **state)
{
    struct keys *k = *state;

    assert_err(officer_open(k), ERR_NOTFOUND);
    make(k, "officers", k->vault_key, 32);
    make(k, "office", k->vault_key, 32);
    assert_err(officer_open(k), ERR_NOTFOUND);
    make(k, "officer-1", k->vault_key, 32);
    assert_err(officer_open(k), OK);
}

/* What is not the officer's may lie beside it, under whatever it is wrapped. */
static void keys_of_others_are_left_alone(void **state)
{
    struct keys *k = *state;
    struct secret *other = wrapping(2);

    make(k, "officer", k->vault_key, 32);
    make(k, "officers", other, 32);
    make(k, "node", other, 64);
    assert_err(officer_open(k), OK);
    secret_free(other);
}

/* With less than all of them, old leaves could not be opened, and that would show late. */
static void one_that_does_not_open_is_told(void **state)
{
    struct keys *k = *state;
    struct secret *other = wrapping(2);

    make(k, "officer", k->vault_key, 32);
    make(k, "officer-1", other, 32);
    assert_err(officer_open(k), ERR_KEY);
    secret_free(other);
}

static void a_key_of_another_size_is_none(void **state)
{
    struct keys *k = *state;

    make(k, "officer", k->vault_key, 64);
    assert_err(officer_open(k), ERR_KEY);
}

/* One a quarter, and never thrown away: a node must start with the keys of twenty years. */
static void the_keys_of_twenty_years_are_opened(void **state)
{
    struct keys *k = *state;
    char name[24];

    make(k, "officer", k->vault_key, 32);
    for (int i = 0; i < 80; i++) {
        (void)snprintf(name, sizeof name, "officer-%llu", 1700000000ULL + (unsigned)i * 92ULL * 86400);
        make(k, name, k->vault_key, 32);
    }
    assert_err(officer_open(k), OK);
}

#define on_keys(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_keys(without_a_key_there_is_no_officer),
        on_keys(keys_of_others_are_left_alone),
        on_keys(one_that_does_not_open_is_told),
        on_keys(a_key_of_another_size_is_none),
        on_keys(the_keys_of_twenty_years_are_opened),
    };

    return cmocka_run_group_tests_name("client/officer", tests, NULL, NULL);
}
