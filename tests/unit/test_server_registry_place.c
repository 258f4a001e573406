/* server/registry: where the copy lies in a home, and how that of a home of before gets there. */
#include "support/check.h"

#include "base/file.h"
#include "server/registry.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

struct home { char path[64], old[96], folder[96], file[112]; };

static int make_home(void **state)
{
    struct home *h = calloc(1, sizeof *h);

    (void)snprintf(h->path, sizeof h->path, "/tmp/schakel-place.XXXXXX");
    assert_non_null(mkdtemp(h->path));
    (void)snprintf(h->old, sizeof h->old, "%s/registry", h->path);
    (void)snprintf(h->folder, sizeof h->folder, "%s/public", h->path);
    (void)snprintf(h->file, sizeof h->file, "%s/public/registry", h->path);
    *state = h;
    return 0;
}

static int drop_home(void **state)
{
    struct home *h = *state;

    (void)unlink(h->old);
    (void)unlink(h->file);
    (void)rmdir(h->folder);
    assert_int_equal(rmdir(h->path), 0);
    free(h);
    return 0;
}

static void put(const char *path, const char *text)
{
    assert_err(file_write(path, text, strlen(text), 0644, NULL), OK);
}

static void holds(const char *path, const char *text)
{
    uint8_t *data = NULL;
    size_t len = 0;

    assert_err(file_read(path, 100, &data, &len, NULL), OK);
    assert_int_equal(len, strlen(text));
    assert_memory_equal(data, text, len);
    free(data);
}

static void counts(const struct home *h, const char *path)
{
    char out[PATH_MAX];

    assert_err(server_registry_place(h->path, out, sizeof out), OK);
    assert_string_equal(out, path);
}

static void a_new_home_has_it_in_its_folder(void **state)
{
    struct home *h = *state;

    counts(h, h->file);
    assert_err(server_registry_settle(h->path, NULL), OK);
    assert_int_equal(access(h->folder, F_OK), 0);
    counts(h, h->file);
}

static void what_a_home_of_before_has_counts_and_is_moved(void **state)
{
    struct home *h = *state;

    put(h->old, "revoked");
    counts(h, h->old);
    assert_err(server_registry_settle(h->path, NULL), OK);
    counts(h, h->file);
    holds(h->file, "revoked");
    assert_int_not_equal(access(h->old, F_OK), 0);
    assert_err(server_registry_settle(h->path, NULL), OK);
    holds(h->file, "revoked");
}

static void an_old_one_never_takes_the_place_of_a_newer(void **state)
{
    struct home *h = *state;

    assert_err(server_registry_settle(h->path, NULL), OK);
    put(h->file, "newer");
    put(h->old, "older");
    counts(h, h->file);
    assert_err(server_registry_settle(h->path, NULL), OK);
    holds(h->file, "newer");
}

static void a_path_without_room_is_not_written(void **state)
{
    struct home *h = *state;
    char out[] = "as it is";

    assert_err(server_registry_place(h->path, out, sizeof out), ERR_LONG);
    assert_string_equal(out, "as it is");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make_home, drop_home)
    const struct CMUnitTest tests[] = {
        T(a_new_home_has_it_in_its_folder), T(what_a_home_of_before_has_counts_and_is_moved), T(an_old_one_never_takes_the_place_of_a_newer),
        T(a_path_without_room_is_not_written),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
