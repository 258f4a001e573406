/* client/home: the settings of a node: what without a file counts, and what is refused. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/file.h"
#include "client/home.h"

#include <string.h>

static enum err read_conf(void *folder, const char *text, struct client_conf *conf, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    const char *home = home_folder_path(folder, "");

    assert_err(file_join(path, sizeof path, home, "schakel.conf"), OK);
    assert_err(file_write(path, text, strlen(text), 0600, NULL), OK);
    return client_conf_read(home, conf, t);
}

static void without_a_file(void **state)
{
    struct client_conf conf;

    assert_err(client_conf_read(home_folder_path(*state, ""), &conf, NULL), OK);
    assert_true(conf.citizen_number);
    assert_false(conf.legal_hold || conf.mirror || conf.plain);
    assert_int_equal(conf.archive_years, 0);
    assert_string_equal(conf.mirror_folder, "");
}

static void a_copy_of_the_log(void **state)
{
    struct client_conf conf;

    assert_err(read_conf(*state, "mirror = yes\nmirror_folder = /srv/log\n", &conf, NULL), OK);
    assert_true(conf.mirror);
    assert_string_equal(conf.mirror_folder, "/srv/log");
}

/* Longer than the law, never shorter than what may be disputed. */
static void years_of_the_archive(void **state)
{
    static const struct { const char *text; enum err err; uint64_t years; } rows[] = {{"archive_years = 5\n", OK, 5},
        {"archive_years = 48\n", OK, 48}, {"archive_years = 4\n", ERR_CONFIG, 0}, {"archive_years = 0\n", ERR_CONFIG, 0},
        {"archive_years = 49\n", ERR_CONFIG, 0}, {"archive_years = ever\n", ERR_CONFIG, 0}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_conf conf = {.archive_years = 77};
        struct trouble t = {.lang = LANG_EN};

        assert_err(read_conf(*state, rows[i].text, &conf, &t), rows[i].err);
        assert_int_equal(conf.archive_years, rows[i].err == OK ? rows[i].years : 77);
        if (rows[i].err != OK)
            assert_int_equal(t.line, 1);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, home_folder_setup, home_folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {T(without_a_file), T(a_copy_of_the_log), T(years_of_the_archive)};

    return cmocka_run_group_tests_name("client/home", tests, NULL, NULL);
}
