/* client/keyfile: a wrapped key opens under its passphrase and name only. */
#include "support/check.h"
#include "support/home_folder.h"

#include "base/file.h"
#include "client/keyfile.h"

#include <sodium.h>

static const uint8_t secret_bytes[64] = {9, 8, 7}, public_bytes[32] = {5, 5};
static const char words[] = "correct horse", cheap[] = "SCHAKEL_TEST_CHEAP_PASSPHRASES";

static struct client_plain_key plain(const char *name)
{
    return (struct client_plain_key){name, secret_bytes, sizeof secret_bytes, public_bytes};
}

static struct secret *other_key(uint8_t first)
{
    uint8_t data[32] = {first};
    struct secret *s = NULL;

    assert_err(secret_take(data, sizeof data, &s), OK);
    return s;
}

static void it_opens_under_its_passphrase(void **state)
{
    struct client_plain_key k = plain("root");
    struct client_unlock by = {.passphrase = words};
    struct secret *out = NULL;
    struct trouble t = {.lang = LANG_EN};
    uint8_t public[32] = {0};

    assert_err(file_mkdirs(home_folder_path(*state, "keys"), NULL), OK);
    assert_err(client_keyfile_make(((struct home_folder *)*state)->path, &k, &by, &t), OK);
    assert_err(client_keyfile_open(((struct home_folder *)*state)->path, "root", &by, &out, public, &t), OK);
    assert_int_equal(secret_len(out), sizeof secret_bytes);
    assert_memory_equal(secret_wake(out), secret_bytes, sizeof secret_bytes);
    secret_sleep(out);
    assert_memory_equal(public, public_bytes, 32);
    secret_free(out);
    by.passphrase = "correct horsf";
    out = NULL;
    assert_err(client_keyfile_open(((struct home_folder *)*state)->path, "root", &by, &out, public, &t), ERR_KEY);
    assert_null(out);
}

static void a_key_is_never_overwritten(void **state)
{
    struct client_plain_key k = plain("root");
    struct client_unlock by = {.passphrase = words};

    assert_err(file_mkdirs(home_folder_path(*state, "keys"), NULL), OK);
    assert_err(client_keyfile_make(((struct home_folder *)*state)->path, &k, &by, NULL), OK);
    assert_err(client_keyfile_make(((struct home_folder *)*state)->path, &k, &by, NULL), ERR_EXISTS);
}

static void a_missing_key_says_what_to_do(void **state)
{
    struct client_unlock by = {.passphrase = words};
    struct secret *out = NULL;
    struct trouble t = {.lang = LANG_EN};

    assert_err(client_keyfile_open(((struct home_folder *)*state)->path, "root", &by, &out, NULL, &t), ERR_NOTFOUND);
    assert_non_null(strstr(t.text, "org init"));
}

static const uint64_t mib = UINT64_C(1) << 20;

/* In the clear in front of the box: how much memory a guess takes. */
static void assert_costs(const char *name, uint64_t expected)
{
    struct client_plain_key k = plain(name);
    struct client_unlock by = {.passphrase = words};
    struct secret *out = NULL;
    uint8_t *wrapped = NULL;
    size_t len = 0, at = 4 + 3 + strlen(name) + 32 + 8;
    uint64_t memory = 0;

    assert_err(client_key_wrap(&k, &by, &wrapped, &len), OK);
    for (size_t b = 0; b < 8; b++)
        memory = memory << 8 | wrapped[at + b];
    assert_int_equal(memory, expected);
    assert_err(client_key_unwrap(wrapped, len, name, &by, &out, NULL), OK);
    secret_free(out);
    free(wrapped);
}

static void the_root_key_costs_more_to_guess(void **state)
{
    (void)state;
    assert_costs("root", 256 * mib);
    assert_costs("vault", 64 * mib);
}

/* What the flows ask for, so that they do not spend their time on passphrases that everybody knows. */
static void a_release_cannot_be_told_to_make_it_cheap(void **state)
{
    (void)state;
    assert_int_equal(setenv(cheap, "1", 1), 0);
#ifdef SCHAKEL_TEST_CLOCK
    assert_costs("root", crypto_pwhash_argon2id_MEMLIMIT_MIN);
    assert_costs("vault", crypto_pwhash_argon2id_MEMLIMIT_MIN);
#else
    assert_costs("root", 256 * mib);
    assert_costs("vault", 64 * mib);
#endif
    assert_int_equal(unsetenv(cheap), 0);
}

static void passphrases_have_limits(void **state)
{
    struct client_plain_key k = plain("staff");
    struct client_unlock by = {.passphrase = "seven77"};
    uint8_t *out = NULL;
    size_t len = 0;

    (void)state;
    assert_err(client_key_wrap(&k, &by, &out, &len), ERR_RANGE);
    assert_null(out);
}

/* Under a key, which costs no Argon2: every byte counts. */
static void every_change_is_refused(void **state)
{
    struct client_plain_key k = plain("node");
    struct secret *vault = other_key(1), *out = NULL;
    struct client_unlock by = {.key = vault};
    uint8_t *wrapped = NULL;
    size_t len = 0;

    (void)state;
    assert_err(client_key_wrap(&k, &by, &wrapped, &len), OK);
    for (size_t i = 0; i < len; i++) {
        uint8_t *changed = check_exact(wrapped, len);

        changed[i] ^= 0x20;
        assert_int_not_equal(client_key_unwrap(changed, len, "node", &by, &out, NULL), OK);
        assert_null(out);
        free(changed);
    }
    for (size_t n = 0; n < len; n++) {
        uint8_t *part = check_exact(wrapped, n);

        assert_int_not_equal(client_key_unwrap(part, n, "node", &by, &out, NULL), OK);
        free(part);
    }
    assert_err(client_key_unwrap(wrapped, len, "node", &by, &out, NULL), OK);
    secret_free(out);
    free(wrapped);
    secret_free(vault);
}

static void another_name_or_key_or_way_is_refused(void **state)
{
    struct client_plain_key k = plain("node");
    struct secret *vault = other_key(1), *other = other_key(2), *out = NULL;
    struct client_unlock by = {.key = vault}, wrong = {.key = other}, spoken = {.passphrase = words};
    uint8_t *wrapped = NULL, public[32];
    size_t len = 0;

    (void)state;
    assert_err(client_key_wrap(&k, &by, &wrapped, &len), OK);
    assert_err(client_key_unwrap(wrapped, len, "hpke", &by, &out, NULL), ERR_SYNTAX);
    assert_err(client_key_unwrap(wrapped, len, "node", &wrong, &out, NULL), ERR_KEY);
    assert_err(client_key_unwrap(wrapped, len, "node", &spoken, &out, NULL), ERR_KEY);
    assert_null(out);
    assert_err(client_key_public(wrapped, len, "node", public), OK);
    assert_memory_equal(public, public_bytes, 32);
    free(wrapped);
    secret_free(vault);
    secret_free(other);
}

/* A file that asks for a year of work is not a key file. */
static void a_greedy_file_is_refused(void **state)
{
    struct client_plain_key k = plain("node");
    struct secret *vault = other_key(1), *out = NULL;
    struct client_unlock spoken = {.passphrase = words}, by = {.key = vault};
    uint8_t *wrapped = NULL;
    size_t len = 0, ops = 4 + 3 + 4 + 32;

    (void)state;
    assert_err(client_key_wrap(&k, &by, &wrapped, &len), OK);
    wrapped[5] = 1;
    memset(wrapped + ops, 0xff, 16);
    assert_err(client_key_unwrap(wrapped, len, "node", &spoken, &out, NULL), ERR_SYNTAX);
    free(wrapped);
    secret_free(vault);
}

#define folder_test(f) cmocka_unit_test_setup_teardown(f, home_folder_setup, home_folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        folder_test(it_opens_under_its_passphrase),
        folder_test(a_key_is_never_overwritten),
        folder_test(a_missing_key_says_what_to_do),
        folder_test(the_root_key_costs_more_to_guess),
        folder_test(a_release_cannot_be_told_to_make_it_cheap),
        folder_test(passphrases_have_limits),
        folder_test(every_change_is_refused),
        folder_test(another_name_or_key_or_way_is_refused),
        folder_test(a_greedy_file_is_refused),
    };

    /* Here the real work is what is tested. */
    if (unsetenv(cheap) != 0)
        return 1;
    return cmocka_run_group_tests_name("client/keyfile", tests, NULL, NULL);
}
