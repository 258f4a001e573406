/* client/rotate_files: a node key takes the place of another; whenever the machine dies, there is a key, and the next start goes on. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/file.h"
#include "client/rotate_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* For link(), which a test makes fail. */
static int no_link;

int link(const char *from, const char *to)
{
    if (no_link != 0) {
        errno = no_link;
        return -1;
    }
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

static void put(const struct home_folder *f, const char *name, const char *text)
{
    assert_err(file_write(home_folder_path(f, name), text, strlen(text), 0600, NULL), OK);
}

static void expect(const struct home_folder *f, const char *name, const char *text)
{
    uint8_t *data = NULL;
    size_t len = 0;

    assert_err(file_read(home_folder_path(f, name), 100, &data, &len, NULL), text == NULL ? ERR_NOTFOUND : OK);
    if (text != NULL)
        assert_string_equal((char *)data, text);
    free(data);
}

/* As `org rotate node` leaves it. */
static void lay_out(const struct home_folder *f)
{
    assert_err(file_mkdirs(home_folder_path(f, "keys"), NULL), OK);
    assert_err(file_mkdirs(home_folder_path(f, "certs"), NULL), OK);
    put(f, "keys/node", "old key");
    put(f, "certs/node", "old certificate");
    put(f, "keys/node.next", "new key");
    put(f, "certs/node.next", "new certificate");
}

static void expect_new(const struct home_folder *f)
{
    expect(f, "keys/node", "new key");
    expect(f, "certs/node", "new certificate");
    expect(f, "keys/node.old", "old key");
    expect(f, "keys/node.next", NULL);
    expect(f, "certs/node.next", NULL);
}

static void the_next_takes_its_place(void **state)
{
    const struct home_folder *f = *state;

    lay_out(f);
    put(f, "keys/node.old", "the one before");
    assert_err(client_rotate_files_move(f->path), OK);
    expect_new(f);
    assert_err(client_rotate_files_mend(f->path), OK);
    expect_new(f);
}

static void a_home_without_a_next_key_stays_as_it_is(void **state)
{
    const struct home_folder *f = *state;

    lay_out(f);
    assert_int_equal(unlink(home_folder_path(f, "keys/node.next")) + unlink(home_folder_path(f, "certs/node.next")), 0);
    assert_err(client_rotate_files_move(f->path), ERR_NOTFOUND);
    assert_err(client_rotate_files_mend(f->path), OK);
    expect(f, "keys/node", "old key");
    expect(f, "certs/node", "old certificate");
    expect(f, "keys/node.old", NULL);
}

/* It died with a second name for the old key: the old one goes on, and then it is done again. */
static void died_before_the_key_moved(void **state)
{
    const struct home_folder *f = *state;

    lay_out(f);
    assert_int_equal(link(home_folder_path(f, "keys/node"), home_folder_path(f, "keys/node.old")), 0);
    assert_err(client_rotate_files_mend(f->path), OK);
    expect(f, "keys/node", "old key");
    expect(f, "certs/node", "old certificate");
    assert_err(client_rotate_files_move(f->path), OK);
    expect_new(f);
}

/* It died between the key and its certificate. */
static void died_before_the_certificate_moved(void **state)
{
    const struct home_folder *f = *state;

    lay_out(f);
    assert_int_equal(link(home_folder_path(f, "keys/node"), home_folder_path(f, "keys/node.old")), 0);
    assert_int_equal(rename(home_folder_path(f, "keys/node.next"), home_folder_path(f, "keys/node")), 0);
    assert_err(client_rotate_files_mend(f->path), OK);
    expect_new(f);
}

/* A home whose key is away, as after a hand that moved it: the next one is the key. */
static void the_next_takes_the_place_of_none(void **state)
{
    const struct home_folder *f = *state;

    lay_out(f);
    assert_int_equal(unlink(home_folder_path(f, "keys/node")), 0);
    assert_err(client_rotate_files_move(f->path), OK);
    expect(f, "keys/node", "new key");
    expect(f, "certs/node", "new certificate");
    expect(f, "keys/node.old", NULL);
}

/* ---- the root key ---- */

/* As `org rotate root` leaves it. */
static void lay_out_root(const struct home_folder *f)
{
    assert_err(file_mkdirs(home_folder_path(f, "keys"), NULL), OK);
    put(f, "keys/root", "old key");
    put(f, "org.pub", "names old");
    put(f, "keys/root.next", "new key");
    put(f, "org.next.pub", "names new");
}

static void expect_new_root(const struct home_folder *f)
{
    expect(f, "keys/root", "new key");
    expect(f, "keys/root.old", "old key");
    expect(f, "keys/root.next", NULL);
    expect(f, "org.pub", "names new");
    expect(f, "org.next.pub", NULL);
}

static void the_next_root_key_takes_its_place(void **state)
{
    const struct home_folder *f = *state;

    lay_out_root(f);
    assert_err(client_rotate_files_root(f->path), OK);
    expect_new_root(f);
    assert_err(client_rotate_files_root(f->path), ERR_NOTFOUND);
    expect_new_root(f);
}

/* It died when the key was in its place and the public file was not: given again it goes on. */
static void a_root_key_is_finished_where_that_stopped(void **state)
{
    const struct home_folder *f = *state;

    lay_out_root(f);
    assert_int_equal(link(home_folder_path(f, "keys/root"), home_folder_path(f, "keys/root.old")), 0);
    assert_int_equal(rename(home_folder_path(f, "keys/root.next"), home_folder_path(f, "keys/root")), 0);
    assert_err(client_rotate_files_root(f->path), OK);
    expect_new_root(f);
}

/* Nobody could have said that it counts, so the old one must stay. */
static void a_root_key_without_its_public_file_moves_nothing(void **state)
{
    const struct home_folder *f = *state;

    lay_out_root(f);
    assert_int_equal(unlink(home_folder_path(f, "org.next.pub")), 0);
    assert_err(client_rotate_files_root(f->path), ERR_NOTFOUND);
    expect(f, "keys/root", "old key");
    expect(f, "keys/root.next", "new key");
    expect(f, "org.pub", "names old");
}

/* ---- a file system without second names ---- */

static void without_second_names_the_old_key_is_copied(void **state)
{
    static const int why[] = {EPERM, EOPNOTSUPP, ENOSYS, EMLINK};
    const struct home_folder *f = *state;
    struct stat s;

    for (size_t i = 0; i < sizeof why / sizeof *why; i++) {
        enum err e;

        lay_out_root(f);
        no_link = why[i];
        e = client_rotate_files_root(f->path);
        no_link = 0;
        assert_err(e, OK);
        expect_new_root(f);
        assert_int_equal(stat(home_folder_path(f, "keys/root.old"), &s), 0);
        assert_int_equal(s.st_mode & 0777, 0600);
    }
}

/* The old one goes on, and it can be given again. */
static void what_cannot_be_kept_is_not_replaced(void **state)
{
    const struct home_folder *f = *state;
    enum err e;

    lay_out_root(f);
    no_link = EIO;
    e = client_rotate_files_root(f->path);
    no_link = 0;
    assert_err(e, ERR_IO);
    expect(f, "keys/root", "old key");
    expect(f, "keys/root.next", "new key");
    expect(f, "org.pub", "names old");
    assert_err(client_rotate_files_root(f->path), OK);
    expect_new_root(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_next_takes_its_place, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(a_home_without_a_next_key_stays_as_it_is, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(died_before_the_key_moved, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(died_before_the_certificate_moved, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(the_next_takes_the_place_of_none, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(the_next_root_key_takes_its_place, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(a_root_key_is_finished_where_that_stopped, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(a_root_key_without_its_public_file_moves_nothing, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(without_second_names_the_old_key_is_copied, home_folder_setup, home_folder_teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_kept_is_not_replaced, home_folder_setup, home_folder_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
