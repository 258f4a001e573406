/* server/registry: when the file is read again. A change that is missed lets somebody ask whose key was revoked. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"
#include "tests/support/registry_sample.h"

#include "base/file.h"
#include "base/wr.h"
#include "server/registry.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
    void *folder;
    struct registry_sample hub;
    struct proto_region *region;
    struct server_registry *r;
    uint8_t leaf[2][PROTO_REGISTRY_LEAF_MAX];
    size_t len[2], count;
    const char *path;
    struct timespec at;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    if (w == NULL || home_folder_setup(&w->folder) != 0)
        return -1;
    registry_sample_init(&w->hub);
    w->region = malloc(sizeof *w->region);
    assert_non_null(w->region);
    *w->region = w->hub.region.r;
    w->path = strdup(home_folder_path(w->folder, "registry"));
    assert_non_null(w->path);
    assert_err(server_registry_new(w->path, w->region, &w->r), OK);
    w->at = (struct timespec){ .tv_sec = 1800000000, .tv_nsec = 5 };
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    int gone = home_folder_teardown(&w->folder);

    server_registry_free(w->r);
    registry_sample_fini(&w->hub);
    free(w->region);
    free((void *)(uintptr_t)w->path);
    free(w);
    return gone;
}

/* The file was last changed then, whatever the clock says. */
static void dated(const struct world *w)
{
    const struct timespec times[2] = { w->at, w->at };

    assert_int_equal(utimensat(AT_FDCWD, w->path, times, 0), 0);
}

/* The hub's registry has one statement more, and the file all of them. */
static void one_more(struct world *w)
{
    struct proto_registry_say s = registry_say(&w->hub, PROTO_REG_QUOTA, w->count);
    struct registry_note n = registry_signed(&w->hub, &s, w->count == 0 ? "12" : "02"), checkpoint;
    uint8_t copy[16384];
    struct wr wr;

    assert_err(proto_registry_leaf(REGISTRY_NOW, n.data, n.len, w->leaf[w->count], sizeof w->leaf[0], &w->len[w->count]), OK);
    assert_int_equal(registry_put(w->hub.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    w->count++;
    checkpoint = registry_checkpoint(&w->hub, w->hub.r);
    wr_init(&wr, copy, sizeof copy);
    wr_bytes16(&wr, checkpoint.data, checkpoint.len);
    wr_u16(&wr, (uint16_t)w->count);
    for (size_t i = 0; i < w->count; i++)
        wr_bytes16(&wr, w->leaf[i], w->len[i]);
    assert_err(wr_end(&wr), OK);
    assert_err(file_write(w->path, copy, wr.len, 0644, NULL), OK);
    dated(w);
}

static void is_read(struct world *w, uint64_t size)
{
    assert_err(server_registry_refresh(w->r), OK);
    assert_false(server_registry_is_stale(w->r));
    assert_int_equal(proto_registry_size(server_registry_fold(w->r)), size);
}

static void without_a_file_nothing_is_stale(void **state)
{
    struct world *w = *state;

    assert_false(server_registry_is_stale(w->r));
    is_read(w, 0);
    one_more(w);
    assert_true(server_registry_is_stale(w->r));
    is_read(w, 1);
    /* What is held stands. */
    assert_int_equal(unlink(w->path), 0);
    is_read(w, 1);
}

/* By its size, or by its moment, which may differ in either part. */
static void every_change_shows(void **state)
{
    struct world *w = *state;

    one_more(w);
    is_read(w, 1);
    one_more(w);
    assert_true(server_registry_is_stale(w->r));
    is_read(w, 2);
    w->at.tv_sec++;
    dated(w);
    assert_true(server_registry_is_stale(w->r));
    is_read(w, 2);
    w->at.tv_nsec++;
    dated(w);
    assert_true(server_registry_is_stale(w->r));
    is_read(w, 2);
    w->at.tv_sec--;
    dated(w);
    assert_true(server_registry_is_stale(w->r));
}

/* It is passed over, once: each question would read it anew. The next file counts. */
static void what_cannot_be_read_is_passed_over(void **state)
{
    struct world *w = *state;

    one_more(w);
    is_read(w, 1);
    assert_err(file_write(w->path, "no registry", 11, 0644, NULL), OK);
    assert_true(server_registry_is_stale(w->r));
    is_read(w, 1);
    one_more(w);
    assert_true(server_registry_is_stale(w->r));
    is_read(w, 2);
}

static bool is_stamped_anew(const struct world *w, uint8_t stamp[SERVER_REGISTRY_STAMP])
{
    uint8_t before[SERVER_REGISTRY_STAMP];

    memcpy(before, stamp, sizeof before);
    server_registry_stamp(w->path, stamp);
    return memcmp(stamp, before, sizeof before) != 0;
}

static void a_stamp_is_of_one_file_at_one_moment(void **state)
{
    struct world *w = *state;
    uint8_t stamp[SERVER_REGISTRY_STAMP] = { 0 };
    char kept[128];

    assert_false(is_stamped_anew(w, stamp));  /* there is none */
    assert_err(file_write(w->path, "the same", 8, 0644, NULL), OK);
    dated(w);
    assert_true(is_stamped_anew(w, stamp));
    assert_false(is_stamped_anew(w, stamp));
    w->at.tv_sec++;
    dated(w);
    assert_true(is_stamped_anew(w, stamp));
    w->at.tv_nsec++;
    dated(w);
    assert_true(is_stamped_anew(w, stamp));
    /* Another file of the same bytes and the same moment: the one of before is kept, so that its number is not given again. */
    (void)snprintf(kept, sizeof kept, "%s.kept", w->path);
    assert_int_equal(link(w->path, kept), 0);
    assert_err(file_write(w->path, "the same", 8, 0644, NULL), OK);
    dated(w);
    assert_true(is_stamped_anew(w, stamp));
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    struct world *w = *state;
    struct server_registry *r = NULL;
    char path[8192];

    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_err(server_registry_new(path, w->region, &r), ERR_LONG);
    assert_null(r);
    server_registry_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_file_nothing_is_stale), TEST(every_change_shows), TEST(what_cannot_be_read_is_passed_over),
        TEST(a_stamp_is_of_one_file_at_one_moment), TEST(a_path_that_is_too_long_is_refused),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("server/registry, read again", tests, NULL, NULL);
}
