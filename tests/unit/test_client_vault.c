/* client/vault: what goes in comes out, only under the right key and place; nothing readable is on disk; a dropped value's key is gone. */
#include "support/check.h"
#include "support/home_folder.h"

#include "base/file.h"
#include "client/vault.h"
#include "client/vault_crypto.h"

#include <sodium.h>
#include <unistd.h>

static const uint8_t key[32] = {1, 2, 3};
static const char secret_words[] = "the child's own words, which nobody may read on disk";

static struct vault *open_vault(const struct home_folder *f)
{
    struct vault *v = NULL;
    struct trouble t = {.lang = LANG_EN};

    assert_err(client_vault_open(home_folder_path(f, "store"), key, &v, &t), OK);
    return v;
}

static void put(struct vault *v, enum client_table t, const char *k, const char *value)
{
    struct vault_txn *x = NULL;

    assert_err(client_vault_begin(v, true, &x), OK);
    assert_err(client_vault_put(x, t, k, strlen(k), value, strlen(value)), OK);
    assert_err(client_vault_commit(x), OK);
}

/* The value as text; "" when it is not there. The caller frees it. */
static char *get(struct vault *v, enum client_table t, const char *k)
{
    struct vault_txn *x = NULL;
    uint8_t *value = NULL;
    size_t len = 0;
    enum err e;
    char *text;

    assert_err(client_vault_begin(v, false, &x), OK);
    e = client_vault_get(x, t, k, strlen(k), &value, &len);
    client_vault_abort(x);
    assert_true(e == OK || e == ERR_NOTFOUND);
    text = calloc(1, len + 1);
    assert_non_null(text);
    if (e == OK)
        memcpy(text, value, len);
    free(value);
    return text;
}

static void assert_value(struct vault *v, enum client_table t, const char *k, const char *expected)
{
    char *text = get(v, t, k);

    assert_string_equal(text, expected);
    free(text);
}

static void every_table_keeps_its_own(void **state)
{
    struct vault *v = open_vault(*state);
    char text[16];

    for (unsigned t = 0; t < CLIENT_T_COUNT; t++) {
        (void)snprintf(text, sizeof text, "value %u", t);
        put(v, (enum client_table)t, "same key", text);
    }
    for (unsigned t = 0; t < CLIENT_T_COUNT; t++) {
        (void)snprintf(text, sizeof text, "value %u", t);
        assert_value(v, (enum client_table)t, "same key", text);
    }
    client_vault_close(v);
}

static void it_is_there_after_opening_again(void **state)
{
    struct vault *v = open_vault(*state);

    put(v, CLIENT_T_RECORD, "record one", "first");
    put(v, CLIENT_T_RECORD, "record one", "second");
    put(v, CLIENT_T_CASE, "case one", "open");
    client_vault_close(v);
    v = open_vault(*state);
    assert_value(v, CLIENT_T_RECORD, "record one", "second");
    assert_value(v, CLIENT_T_CASE, "case one", "open");
    client_vault_close(v);
}

static void an_abort_leaves_nothing(void **state)
{
    struct vault *v = open_vault(*state);
    struct vault_txn *x = NULL;

    put(v, CLIENT_T_RECORD, "kept", "before");
    assert_err(client_vault_begin(v, true, &x), OK);
    assert_err(client_vault_put(x, CLIENT_T_RECORD, "kept", 4, "after", 5), OK);
    assert_err(client_vault_put(x, CLIENT_T_RECORD, "new", 3, "after", 5), OK);
    client_vault_abort(x);
    assert_value(v, CLIENT_T_RECORD, "kept", "before");
    assert_value(v, CLIENT_T_RECORD, "new", "");
    client_vault_close(v);
}

static void another_key_does_not_open_it(void **state)
{
    const uint8_t other[32] = {1, 2, 4};
    struct vault *v = open_vault(*state);
    struct trouble t = {.lang = LANG_EN};

    client_vault_close(v);
    v = NULL;
    assert_err(client_vault_open(home_folder_path(*state, "store"), other, &v, &t), ERR_KEY);
    assert_null(v);
    assert_int_not_equal(t.text[0], '\0');
}

static void two_cannot_have_it_open(void **state)
{
    struct vault *v = open_vault(*state), *second = NULL;

    assert_err(client_vault_open(home_folder_path(*state, "store"), key, &second, NULL), ERR_BUSY);
    client_vault_close(v);
}

static bool holds(const uint8_t *data, size_t len, const char *words)
{
    return memmem(data, len, words, strlen(words)) != NULL;
}

static void nothing_readable_is_on_disk(void **state)
{
    const char *names[] = {"store/data.mdb", "store/slots"};
    struct vault *v = open_vault(*state);

    put(v, CLIENT_T_RECORD, "row of a record", secret_words);
    put(v, CLIENT_T_STATEMENT, "row of a statement", secret_words);
    client_vault_close(v);
    for (size_t i = 0; i < 2; i++) {
        uint8_t *data = NULL;
        size_t len = 0;

        assert_err(file_read(home_folder_path(*state, names[i]), 1 << 26, &data, &len, NULL), OK);
        assert_false(holds(data, len, "own words"));
        free(data);
    }
}

/* The key of a dropped record is overwritten: who has the whole disk and the vault key cannot read what LMDB left behind. */
static void the_key_of_a_deleted_record_is_gone(void **state)
{
    struct vault *v = open_vault(*state);
    struct vault_txn *x = NULL;
    uint8_t *slots = NULL;
    size_t len = 0;

    put(v, CLIENT_T_RECORD, "to be erased", secret_words);
    assert_err(file_read(home_folder_path(*state, "store/slots"), 1 << 20, &slots, &len, NULL), OK);
    assert_int_equal(len, 72);
    assert_false(sodium_is_zero(slots, len));
    free(slots);
    assert_err(client_vault_begin(v, true, &x), OK);
    assert_err(client_vault_delete(x, CLIENT_T_RECORD, "to be erased", 12), OK);
    assert_err(client_vault_commit(x), OK);
    assert_err(file_read(home_folder_path(*state, "store/slots"), 1 << 20, &slots, &len, NULL), OK);
    assert_true(sodium_is_zero(slots, len));
    free(slots);
    client_vault_close(v);
}

static void a_replaced_record_uses_no_more_room(void **state)
{
    struct vault *v = open_vault(*state);
    uint8_t *slots = NULL;
    size_t len = 0;

    for (int i = 0; i < 50; i++)
        put(v, CLIENT_T_RECORD, "one row", "again");
    assert_err(file_read(home_folder_path(*state, "store/slots"), 1 << 20, &slots, &len, NULL), OK);
    assert_true(len <= 2 * 72);
    free(slots);
    assert_value(v, CLIENT_T_RECORD, "one row", "again");
    client_vault_close(v);
}

static void a_changed_slot_is_noticed(void **state)
{
    struct vault *v = open_vault(*state);
    struct vault_txn *x = NULL;
    uint8_t *value = NULL;
    size_t len = 0;

    put(v, CLIENT_T_RECORD, "one row", "text");
    client_vault_close(v);
    home_folder_flip(*state, "store/slots", 30);
    v = open_vault(*state);
    assert_err(client_vault_begin(v, false, &x), OK);
    assert_err(client_vault_get(x, CLIENT_T_RECORD, "one row", 7, &value, &len), ERR_SIGNATURE);
    assert_null(value);
    client_vault_abort(x);
    client_vault_close(v);
}

static void a_missing_row_is_not_found(void **state)
{
    struct vault *v = open_vault(*state);
    struct vault_txn *x = NULL;
    uint8_t *value = NULL;
    size_t len = 7;

    assert_err(client_vault_begin(v, true, &x), OK);
    assert_err(client_vault_get(x, CLIENT_T_CASE, "none", 4, &value, &len), ERR_NOTFOUND);
    assert_null(value);
    assert_int_equal(len, 7);
    assert_err(client_vault_delete(x, CLIENT_T_CASE, "none", 4), ERR_NOTFOUND);
    assert_err(client_vault_delete(x, CLIENT_T_RECORD, "none", 4), ERR_NOTFOUND);
    client_vault_abort(x);
    client_vault_close(v);
}

static void keys_have_limits(void **state)
{
    struct vault *v = open_vault(*state);
    struct vault_txn *x = NULL;
    uint8_t long_key[49] = {1};

    assert_err(client_vault_begin(v, true, &x), OK);
    assert_err(client_vault_put(x, CLIENT_T_CASE, long_key, sizeof long_key, "x", 1), ERR_RANGE);
    assert_err(client_vault_put(x, CLIENT_T_RECORD, long_key, 0, "x", 1), ERR_RANGE);
    assert_err(client_vault_put(x, CLIENT_T_CASE, long_key, sizeof long_key - 1, "x", 1), OK);
    client_vault_abort(x);
    client_vault_close(v);
}

struct seen { char text[64]; size_t stop_after, count; };

static bool see(void *arg, const uint8_t *k, size_t key_len, const uint8_t *value, size_t len)
{
    struct seen *s = arg;

    assert_true(key_len == 2 && len == 1);
    (void)strncat(s->text, (const char[]){(char)k[0], (char)k[1], (char)value[0], ' ', '\0'}, 5);
    return ++s->count != s->stop_after;
}

static void a_walk_goes_in_order_and_stops(void **state)
{
    struct vault *v = open_vault(*state);
    struct seen all = {.count = 0}, some = {.count = 0}, two = {.stop_after = 2};
    struct vault_txn *x = NULL;

    put(v, CLIENT_T_DRAFT, "b1", "B");
    put(v, CLIENT_T_DRAFT, "a2", "y");
    put(v, CLIENT_T_DRAFT, "a1", "x");
    assert_err(client_vault_begin(v, false, &x), OK);
    assert_err(client_vault_walk(x, CLIENT_T_DRAFT, NULL, 0, see, &all), OK);
    assert_err(client_vault_walk(x, CLIENT_T_DRAFT, "a", 1, see, &some), OK);
    assert_err(client_vault_walk(x, CLIENT_T_DRAFT, NULL, 0, see, &two), OK);
    assert_string_equal(all.text, "a1x a2y b1B ");
    assert_string_equal(some.text, "a1x a2y ");
    assert_string_equal(two.text, "a1x a2y ");
    client_vault_abort(x);
    client_vault_close(v);
}

static void last_and_count(void **state)
{
    struct vault *v = open_vault(*state);
    struct vault_txn *x = NULL;
    uint8_t k[4];
    size_t len = 0;
    uint64_t count = 9;
    bool has = true;

    assert_err(client_vault_begin(v, false, &x), OK);
    assert_err(client_vault_last(x, CLIENT_T_DRAFT, k, sizeof k, &len), ERR_NOTFOUND);
    assert_err(client_vault_has(x, CLIENT_T_DRAFT, "aa", 2, &has), OK);
    assert_false(has);
    client_vault_abort(x);
    put(v, CLIENT_T_DRAFT, "ab", "1");
    put(v, CLIENT_T_DRAFT, "aa", "2");
    assert_err(client_vault_begin(v, false, &x), OK);
    assert_err(client_vault_last(x, CLIENT_T_DRAFT, k, sizeof k, &len), OK);
    assert_int_equal(len, 2);
    assert_memory_equal(k, "ab", 2);
    assert_err(client_vault_last(x, CLIENT_T_DRAFT, k, 1, &len), ERR_LONG);
    assert_err(client_vault_count(x, CLIENT_T_DRAFT, &count), OK);
    assert_int_equal(count, 2);
    client_vault_abort(x);
    client_vault_close(v);
}

static void a_name_key_depends_on_vault_domain_and_data(void **state)
{
    struct vault *v = open_vault(*state);
    uint8_t a[32], b[32], c[32], again[32];

    client_vault_name_key(v, "citizen number", "999900006", 9, a);
    client_vault_name_key(v, "citizen number", "999900018", 9, b);
    client_vault_name_key(v, "record", "999900006", 9, c);
    client_vault_name_key(v, "citizen number", "999900006", 9, again);
    assert_memory_equal(a, again, 32);
    assert_memory_not_equal(a, b, 32);
    assert_memory_not_equal(a, c, 32);
    client_vault_close(v);
}

/* ---- one sealed value ---- */

static void a_sealed_value_refuses_every_change(void **state)
{
    struct client_vault_keys *k = NULL;
    uint8_t *sealed = NULL, *plain = NULL;
    size_t len = 0, plain_len = 0;

    (void)state;
    assert_err(client_vault_keys_new(key, &k), OK);
    assert_err(client_vault_seal(k, CLIENT_T_CASE, "k", 1, "value", 5, &sealed, &len), OK);
    assert_int_equal(len, 5 + CLIENT_SEAL_EXTRA);
    for (size_t i = 0; i < len; i++) {
        uint8_t *changed = check_exact(sealed, len);
        enum err e;

        changed[i] ^= 1;
        e = client_vault_unseal(k, CLIENT_T_CASE, "k", 1, changed, len, &plain, &plain_len);
        assert_err(e, i == 0 ? ERR_VERSION : ERR_SIGNATURE);
        assert_null(plain);
        free(changed);
    }
    for (size_t n = 0; n < len; n++) {
        uint8_t *part = check_exact(sealed, n);

        assert_err(client_vault_unseal(k, CLIENT_T_CASE, "k", 1, part, n, &plain, &plain_len), ERR_SIGNATURE);
        free(part);
    }
    assert_err(client_vault_unseal(k, CLIENT_T_CASE, "l", 1, sealed, len, &plain, &plain_len), ERR_SIGNATURE);
    assert_err(client_vault_unseal(k, CLIENT_T_DRAFT, "k", 1, sealed, len, &plain, &plain_len), ERR_SIGNATURE);
    assert_null(plain);
    assert_err(client_vault_unseal(k, CLIENT_T_CASE, "k", 1, sealed, len, &plain, &plain_len), OK);
    assert_int_equal(plain_len, 5);
    assert_memory_equal(plain, "value", 6);
    free(plain);
    free(sealed);
    client_vault_keys_free(k);
}

#define folder_test(f) cmocka_unit_test_setup_teardown(f, home_folder_setup, home_folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        folder_test(every_table_keeps_its_own),
        folder_test(it_is_there_after_opening_again),
        folder_test(an_abort_leaves_nothing),
        folder_test(another_key_does_not_open_it),
        folder_test(two_cannot_have_it_open),
        folder_test(nothing_readable_is_on_disk),
        folder_test(the_key_of_a_deleted_record_is_gone),
        folder_test(a_replaced_record_uses_no_more_room),
        folder_test(a_changed_slot_is_noticed),
        folder_test(a_missing_row_is_not_found),
        folder_test(keys_have_limits),
        folder_test(a_walk_goes_in_order_and_stops),
        folder_test(last_and_count),
        folder_test(a_name_key_depends_on_vault_domain_and_data),
        folder_test(a_sealed_value_refuses_every_change),
    };

    return cmocka_run_group_tests_name("client/vault", tests, NULL, NULL);
}
