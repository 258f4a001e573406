/* client/meta: no two rows of CLIENT_T_META have one key, and rows are found again by name and by what they are about. */
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"

#include "base/file.h"
#include "client/meta.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 64 };

/* The lists, as they stand in client/meta.h. */
struct lists {
    char name[ROWS_MAX][48], letter[ROWS_MAX];
    size_t names, letters;
};

static void read_lists(struct lists *l)
{
    uint8_t *text = NULL;
    size_t len = 0;

    *l = (struct lists){.names = 0};
    assert_err(file_read(SOURCE_DIR "/client/meta.h", 65536, &text, &len, NULL), OK);
    for (const char *line = (char *)text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        assert_true(l->names < ROWS_MAX && l->letters < ROWS_MAX);
        if (sscanf(line, "#define CLIENT_META_%*[A-Z_] \"%47[^\"]\"", l->name[l->names]) == 1)
            l->names++;
        else if (sscanf(line, " CLIENT_META_%*[A-Z_] = '%c'", &l->letter[l->letters]) == 1)
            l->letters++;
    }
    free(text);
    assert_true(l->names >= 17 && l->letters >= 15);
}

/* A name that begins another one is a prefix of its own: those that end with a space are walked, and behind the others stands a number. */
static void no_name_is_another_ones(void **state)
{
    struct lists l;

    (void)state;
    read_lists(&l);
    for (size_t i = 0; i < l.names; i++)
        for (size_t k = 0; k < l.names; k++) {
            size_t len = strlen(l.name[i]);

            if (i == k)
                continue;
            assert_string_not_equal(l.name[i], l.name[k]);
            assert_false(l.name[i][len - 1] == ' ' && strncmp(l.name[i], l.name[k], len) == 0);
        }
}

/* The one letter of two sorts is that whose keys have two lengths, neither that of an id. */
static void no_letter_is_another_ones(void **state)
{
    struct lists l;

    (void)state;
    read_lists(&l);
    for (size_t i = 0; i < l.letters; i++)
        for (size_t k = i + 1; k < l.letters; k++)
            assert_false(l.letter[i] == l.letter[k] && l.letter[i] != CLIENT_META_WEIGHED);
}

/* Keys with a letter have 9, 17, 25, 33 or 34 bytes. */
static void no_name_is_as_long_as_a_key_with_its_letter(void **state)
{
    static const size_t lengths[] = {9, CLIENT_META_KEY, 25, 33, 34};
    struct lists l;

    (void)state;
    read_lists(&l);
    for (size_t i = 0; i < l.names; i++)
        for (size_t k = 0; k < l.letters; k++)
            for (size_t n = 0; l.name[i][0] == l.letter[k] && n < sizeof lengths / sizeof *lengths; n++)
                assert_int_not_equal(strlen(l.name[i]), lengths[n]);
}

static void expect(struct vault_txn *x, const char *name, const char *value)
{
    uint8_t *row = NULL;
    size_t len = 0;

    assert_err(client_meta_get(x, name, &row, &len), value == NULL ? ERR_NOTFOUND : OK);
    if (value != NULL) {
        assert_int_equal(len, strlen(value));
        assert_memory_equal(row, value, len);
    }
    free(row);
}

static void a_named_row_is_kept_until_it_is_dropped(void **state)
{
    struct client_fixture *f = *state;
    struct vault *v = client_fixture_node(f, VO)->vault;
    struct vault_txn *x;
    uint8_t *row = NULL;
    size_t len = 0;
    bool has = false;

    assert_err(client_meta_load(v, CLIENT_META_RESEND, &row, &len), ERR_NOTFOUND);
    assert_err(client_meta_store(v, CLIENT_META_RESEND, "one", 3), OK);
    assert_err(client_meta_load(v, CLIENT_META_RESEND, &row, &len), OK);
    assert_int_equal(len, 3);
    free(row);
    x = client_fixture_begin(f, VO);
    assert_err(client_meta_put(x, CLIENT_META_RESEND, "other", 5), OK);
    expect(x, CLIENT_META_RESEND, "other");
    assert_err(client_meta_has(x, CLIENT_META_RESEND, &has), OK);
    assert_true(has);
    assert_err(client_meta_drop(x, CLIENT_META_RESEND), OK);
    expect(x, CLIENT_META_RESEND, NULL);
    assert_err(client_meta_drop(x, CLIENT_META_RESEND), OK);
    client_vault_abort(x);
}

struct found { size_t count; uint8_t id[PROTO_ID_LEN]; };

static bool find_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct found *f = arg;

    (void)value;
    (void)len;
    assert_int_equal(key_len, CLIENT_META_KEY);
    memcpy(f->id, key + 1, PROTO_ID_LEN);
    f->count++;
    return true;
}

static void a_row_of_an_id_is_of_its_letter_alone(void **state)
{
    struct client_fixture *f = *state;
    const uint8_t id[PROTO_ID_LEN] = {7};
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct found found = {.count = 0};
    uint8_t *row = NULL;
    size_t len = 0;
    bool has = true;

    assert_err(client_meta_put_of(x, CLIENT_META_PROMISE, id, "x", 1), OK);
    assert_err(client_meta_has_of(x, CLIENT_META_FETCHED, id, &has), OK);
    assert_false(has);
    assert_err(client_meta_get_of(x, CLIENT_META_FETCHED, id, &row, &len), ERR_NOTFOUND);
    assert_err(client_meta_get_of(x, CLIENT_META_PROMISE, id, &row, &len), OK);
    free(row);
    assert_err(client_meta_walk_of(x, CLIENT_META_PROMISE, find_each, &found), OK);
    assert_int_equal(found.count, 1);
    assert_memory_equal(found.id, id, sizeof id);
    assert_err(client_meta_drop_of(x, CLIENT_META_FETCHED, id), OK);
    assert_err(client_meta_drop_of(x, CLIENT_META_PROMISE, id), OK);
    assert_err(client_meta_get_of(x, CLIENT_META_PROMISE, id, &row, &len), ERR_NOTFOUND);
    client_vault_abort(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_name_is_another_ones), cmocka_unit_test(no_letter_is_another_ones),
        cmocka_unit_test(no_name_is_as_long_as_a_key_with_its_letter),
        client_fixture_test(a_named_row_is_kept_until_it_is_dropped), client_fixture_test(a_row_of_an_id_is_of_its_letter_alone),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/meta", tests, NULL, NULL);
}
