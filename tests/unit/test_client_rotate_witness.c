/* client/rotate_witness: the files of a witness key that takes the place of another, and what a machine that dies between two of them leaves. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/file.h"
#include "client/rotate_witness.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct home_folder *f;

static int setup(void **state)
{
    if (home_folder_setup(state) != 0)
        return 1;
    f = *state;
    return mkdir(home_folder_path(f, "keys"), 0700);
}

static void put(const char *name, const char *text)
{
    assert_err(file_write(home_folder_path(f, name), text, strlen(text), 0600, NULL), OK);
}

/* NULL: it is not there. */
static void has(const char *name, const char *text)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(home_folder_path(f, name), 100, &data, &len, NULL);

    assert_err(e, text == NULL ? ERR_NOTFOUND : OK);
    if (text != NULL) {
        assert_int_equal(len, strlen(text));
        assert_memory_equal(data, text, len);
    }
    free(data);
}

static void the_next_key_takes_the_place(void **state)
{
    (void)state;
    put("keys/witness", "old");
    put("keys/witness.next", "new");
    put("org.pub", "names old");
    put(CLIENT_WITNESS_ORG, "names new");
    assert_err(client_rotate_witness_move(f->path), OK);
    has("keys/witness", "new");
    has("keys/witness.old", "old");
    has("keys/witness.next", NULL);
    has("org.pub", "names new");
    has(CLIENT_WITNESS_ORG, NULL);
}

/* A home that never had one, or lost it. */
static void a_first_key_leaves_no_old_one(void **state)
{
    (void)state;
    put("keys/witness.next", "new");
    put(CLIENT_WITNESS_ORG, "names new");
    assert_err(client_rotate_witness_move(f->path), OK);
    has("keys/witness", "new");
    has("keys/witness.old", NULL);
}

static void the_key_before_the_last_goes(void **state)
{
    (void)state;
    put("keys/witness.old", "older");
    the_next_key_takes_the_place(state);
}

static void without_a_next_key_nothing_is_moved(void **state)
{
    (void)state;
    put("keys/witness", "old");
    put(CLIENT_WITNESS_ORG, "names new");
    assert_err(client_rotate_witness_move(f->path), ERR_NOTFOUND);
    has("keys/witness", "old");
    has("keys/witness.old", NULL);
    has(CLIENT_WITNESS_ORG, "names new");
}

/* It died with both names of the old key: the next start does it again. */
static void a_machine_that_died_between_loses_no_key(void **state)
{
    (void)state;
    put("keys/witness", "old");
    assert_int_equal(link(home_folder_path(f, "keys/witness"), home_folder_path(f, "keys/witness.old")), 0);
    put("keys/witness.next", "new");
    put("org.pub", "names old");
    put(CLIENT_WITNESS_ORG, "names new");
    assert_err(client_rotate_witness_move(f->path), OK);
    has("keys/witness", "new");
    has("keys/witness.old", "old");
}

/* It died when the key was in its place and the public file was not: a start without a key that waits mends that. */
static void the_public_file_follows_at_the_next_start(void **state)
{
    struct client_node n = {.home = f->path};

    (void)state;
    put("keys/witness", "new");
    put("org.pub", "names old");
    put(CLIENT_WITNESS_ORG, "names new");
    assert_err(client_rotate_witness_open(&n, NULL, NULL), OK);
    has("org.pub", "names new");
    has(CLIENT_WITNESS_ORG, NULL);
}

/* As nearly every home is. */
static void where_nothing_waits_nothing_is_done(void **state)
{
    struct client_node n = {.home = f->path};

    (void)state;
    put("keys/witness", "key");
    put("org.pub", "names key");
    assert_err(client_rotate_witness_open(&n, NULL, NULL), OK);
    has("keys/witness", "key");
    has("org.pub", "names key");
}

static void the_public_file_of_a_key_that_waits_stays(void **state)
{
    struct client_node n = {.home = f->path};

    (void)state;
    put("keys/witness.next", "new");
    put("org.pub", "names old");
    put(CLIENT_WITNESS_ORG, "names new");
    assert_err(client_rotate_witness_open(&n, NULL, NULL), OK);
    has("org.pub", "names old");
    has(CLIENT_WITNESS_ORG, "names new");
}

#define ROW(t) cmocka_unit_test_setup_teardown(t, setup, home_folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(the_next_key_takes_the_place), ROW(a_first_key_leaves_no_old_one), ROW(the_key_before_the_last_goes),
        ROW(without_a_next_key_nothing_is_moved), ROW(a_machine_that_died_between_loses_no_key),
        ROW(where_nothing_waits_nothing_is_done), ROW(the_public_file_follows_at_the_next_start), ROW(the_public_file_of_a_key_that_waits_stays),
    };

    return cmocka_run_group_tests_name("files of a witness key", tests, NULL, NULL);
}
