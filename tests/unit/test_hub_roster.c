/* hub/roster: what lies in the folder of partners beside good join files ends nothing. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"
#include "tests/support/region_sample.h"

#include "base/file.h"
#include "hub/roster.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct world {
    struct home_folder *folder;
    struct region_sample region;
    struct hub_certs *certs;
    struct hub_roster *roster;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *folder = NULL;

    assert_non_null(w);
    assert_int_equal(home_folder_setup(&folder), 0);
    w->folder = folder;
    region_sample_init(&w->region, false);
    assert_err(hub_certs_new(&w->certs), OK);
    assert_err(hub_roster_new(w->folder->path, &w->region.r, w->certs, &w->roster), OK);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *folder = w->folder;

    hub_roster_free(w->roster);
    hub_certs_free(w->certs);
    region_sample_fini(&w->region);
    free(w);
    return home_folder_teardown(&folder);
}

/* A file of this name and size of nothing. */
static void lay(const struct world *w, const char *handle, const char *suffix, size_t len)
{
    char name[64];
    uint8_t *data = calloc(1, len + 1);

    assert_non_null(data);
    (void)snprintf(name, sizeof name, "%s%s", handle, suffix);
    assert_err(file_write(home_folder_path(w->folder, name), data, len, 0600, NULL), OK);
    free(data);
}

static void look(struct world *w)
{
    bool changed = false;

    hub_roster_forget(w->roster);
    assert_err(hub_roster_refresh(w->roster, NULL, NULL, &changed), OK);
    assert_true(changed);
    assert_int_equal(hub_certs_count(w->certs), 0);
}

static void a_join_file_that_is_none_is_passed_over(void **state)
{
    struct world *w = *state;

    lay(w, w->region.handle[0], ".join", 100);
    look(w);
}

static void a_join_file_that_is_too_long_is_passed_over(void **state)
{
    struct world *w = *state;

    lay(w, w->region.handle[0], ".join", (1 << 16) + 1);
    look(w);
}

static void files_of_nobody_are_left_alone(void **state)
{
    struct world *w = *state;

    lay(w, "nobody", ".join", (1 << 16) + 1);
    lay(w, "nobody", ".blocked", 0);
    lay(w, "", ".join", 10);
    look(w);
}

static void a_block_is_seen_and_its_end(void **state)
{
    struct world *w = *state;
    const struct proto_partner *p = proto_region_handle(&w->region.r, w->region.handle[0]);
    const struct proto_partner *other = proto_region_handle(&w->region.r, w->region.handle[1]);
    char name[64];

    lay(w, w->region.handle[0], ".blocked", 0);
    look(w);
    assert_true(hub_roster_is_blocked(w->roster, p));
    assert_false(hub_roster_is_blocked(w->roster, other));
    (void)snprintf(name, sizeof name, "%s.blocked", w->region.handle[0]);
    assert_int_equal(remove(home_folder_path(w->folder, name)), 0);
    look(w);
    assert_false(hub_roster_is_blocked(w->roster, p));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_join_file_that_is_none_is_passed_over), T(a_join_file_that_is_too_long_is_passed_over), T(files_of_nobody_are_left_alone),
        T(a_block_is_seen_and_its_end),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
