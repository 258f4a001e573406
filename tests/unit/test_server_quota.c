/* server/quota and server/blocks: what lies on a holder's own disk. */
#include "tests/support/check.h"
#include "tests/support/hub_folder.h"

#include "server/blocks.h"
#include "server/quota.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY = 86400 };

#define NOON ((uint64_t)1790000000)

static const uint8_t a[PROTO_PARTNER_LEN] = { 1 }, b[PROTO_PARTNER_LEN] = { 2 };

static int open_folder(void **state)
{
    struct hub_folder *f = calloc(1, sizeof *f);

    assert_non_null(f);
    hub_folder_open(f);
    *state = f;
    return 0;
}

static int close_folder(void **state)
{
    struct hub_folder *f = *state;

    hub_folder_close(f);
    free(f);
    return 0;
}

static struct server_quota *open_quota(const struct hub_folder *f, uint32_t per_partner, uint32_t total)
{
    struct server_quota *q = NULL;

    assert_err(server_quota_open(f->file, per_partner, total, &q, NULL), OK);
    return q;
}

static void a_partner_gets_its_quota_and_no_more(void **state)
{
    struct server_quota *q = open_quota(*state, 100, 150);

    assert_err(server_quota_take(q, a, 64, NOON, 0), OK);
    assert_err(server_quota_take(q, a, 37, NOON, 0), ERR_QUOTA);
    assert_err(server_quota_take(q, a, 36, NOON, 0), OK);
    assert_err(server_quota_take(q, a, 1, NOON, 0), ERR_QUOTA);
    /* The region's total ends the other before its own. */
    assert_err(server_quota_take(q, b, 51, NOON, 0), ERR_QUOTA);
    assert_err(server_quota_take(q, b, 50, NOON, 0), OK);
    assert_err(server_quota_take(q, a, 64, NOON + DAY, 0), OK);
    server_quota_close(q);
}

static void counts_survive_and_a_clock_that_goes_back_gives_nothing(void **state)
{
    struct server_quota *q = open_quota(*state, 100, 1000);

    assert_err(server_quota_take(q, a, 100, NOON, 0), OK);
    server_quota_close(q);
    q = open_quota(*state, 100, 1000);
    assert_err(server_quota_take(q, a, 1, NOON, 0), ERR_QUOTA);
    assert_err(server_quota_take(q, a, 1, NOON - DAY, 0), ERR_QUOTA);
    server_quota_close(q);
}

static void what_was_counted_can_be_asked(void **state)
{
    struct server_quota *q = open_quota(*state, 100, 1000);

    assert_int_equal(server_quota_used(q, a, NOON), 0);
    assert_err(server_quota_take(q, a, 7, NOON, 0), OK);
    assert_err(server_quota_take(q, b, 5, NOON, 0), OK);
    assert_err(server_quota_take(q, b, 500, NOON, 0), ERR_QUOTA);
    server_quota_close(q);
    q = open_quota(*state, 0, 0);
    assert_int_equal(server_quota_used(q, a, NOON), 7);
    assert_int_equal(server_quota_used(q, b, NOON), 5);
    assert_int_equal(server_quota_used(q, NULL, NOON), 12);
    assert_int_equal(server_quota_used(q, a, NOON + DAY), 0);
    assert_int_equal(server_quota_used(q, NULL, NOON + DAY), 0);
    server_quota_close(q);
}

static void flip(const char *path, off_t at)
{
    int fd = open(path, O_RDWR);
    uint8_t byte;

    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    (void)close(fd);
}

/* The first three rows: all together, and two partners. */
static void every_flipped_byte_is_damage(void **state)
{
    const struct hub_folder *f = *state;
    struct server_quota *q = open_quota(f, 100, 1000);

    assert_err(server_quota_take(q, a, 100, NOON, 0), OK);
    assert_err(server_quota_take(q, b, 1, NOON, 0), OK);
    server_quota_close(q);
    q = NULL;
    for (off_t i = 0; i < 3 * 32; i++) {
        flip(f->file, i);
        assert_err(server_quota_open(f->file, 100, 1000, &q, NULL), ERR_SYNTAX);
        assert_null(q);
        flip(f->file, i);
    }
    assert_err(server_quota_open(f->file, 100, 1000, &q, NULL), OK);
    server_quota_close(q);
}

static void a_file_cut_short_is_damage(void **state)
{
    const struct hub_folder *f = *state;
    struct server_quota *q = open_quota(f, 100, 1000);

    server_quota_close(q);
    q = NULL;
    assert_int_equal(truncate(f->file, 32), 0);
    assert_err(server_quota_open(f->file, 100, 1000, &q, NULL), ERR_SYNTAX);
    assert_null(q);
}

/* ---- blocks ---- */

static bool is_blocked(const struct hub_folder *f, const char *handle)
{
    bool blocked = false;

    assert_err(server_blocks_has(f->path, handle, &blocked), OK);
    return blocked;
}

static void a_block_holds_for_one_until_it_ends(void **state)
{
    struct hub_folder *f = *state;

    assert_false(is_blocked(f, "school"));
    assert_err(server_blocks_set(f->path, "school", true, NULL), OK);
    assert_err(server_blocks_set(f->path, "school", true, NULL), OK);
    assert_true(is_blocked(f, "school"));
    assert_false(is_blocked(f, "schools"));
    assert_err(server_blocks_set(f->path, "school", false, NULL), OK);
    assert_err(server_blocks_set(f->path, "school", false, NULL), OK);
    assert_false(is_blocked(f, "school"));
}

/* Not known is not "no": whoever asks lets nobody in. */
static void what_cannot_be_looked_at_is_an_error(void **state)
{
    struct hub_folder *f = *state;
    char inside[200];
    bool blocked = true;

    (void)snprintf(inside, sizeof inside, "%s/file", f->path);
    assert_int_equal(close(open(inside, O_WRONLY | O_CREAT, 0600)), 0);
    assert_err(server_blocks_has(inside, "school", &blocked), ERR_IO);
    assert_true(blocked);
    assert_int_not_equal(server_blocks_set(inside, "school", true, NULL), OK);
    assert_err(server_blocks_has(f->path, "a-handle-that-is-longer-than-any-handle-of-a-region-may-be-0123456789", &blocked), ERR_LONG);
    assert_true(blocked);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_folder, close_folder)
    const struct CMUnitTest tests[] = {
        T(a_partner_gets_its_quota_and_no_more), T(counts_survive_and_a_clock_that_goes_back_gives_nothing),
        T(what_was_counted_can_be_asked), T(every_flipped_byte_is_damage), T(a_file_cut_short_is_damage),
        T(a_block_holds_for_one_until_it_ends), T(what_cannot_be_looked_at_is_an_error),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
