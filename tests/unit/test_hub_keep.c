#include "support/check.h"
#include "support/hub_folder.h"

#include "hub/certs.h"
#include "hub/seeds.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

/* Seeds and the keys in memory: what lies beside the store. */

enum { DAY = 86400 };

#define NOON ((uint64_t)1790000000)

static int open_folder(void **state)
{
    struct hub_folder *f = calloc(1, sizeof *f);

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

static void flip(const char *path, off_t at)
{
    int fd = open(path, O_RDWR);
    uint8_t b;

    assert_int_equal(pread(fd, &b, 1, at), 1);
    b ^= 0x10;
    assert_int_equal(pwrite(fd, &b, 1, at), 1);
    (void)close(fd);
}

/* ---- seeds ---- */

static void a_seed_is_the_same_after_opening_again(void **state)
{
    struct hub_folder *f = *state;
    uint8_t id[PROTO_ID_LEN] = { 1 };
    struct hub_seeds *s = NULL;
    struct hub_seed a, b;

    assert_err(hub_seeds_open(f->file, &s, NULL), OK);
    assert_err(hub_seeds_get(s, NOON, 7, id, &a), ERR_NOTFOUND);
    assert_err(hub_seeds_prepare(s, NOON), OK);
    assert_err(hub_seeds_prepare(s, NOON + 60), OK);
    assert_err(hub_seeds_get(s, NOON, 7, id, &a), OK);
    hub_seeds_close(s);
    assert_err(hub_seeds_open(f->file, &s, NULL), OK);
    assert_err(hub_seeds_get(s, NOON + 60, 7, id, &b), OK);
    assert_memory_equal(&a, &b, sizeof a);
    hub_seeds_close(s);
}

static void seeds_differ_by_day_index_and_id(void **state)
{
    struct hub_folder *f = *state;
    uint8_t id[PROTO_ID_LEN] = { 1 }, other[PROTO_ID_LEN] = { 2 };
    struct hub_seeds *s = NULL;
    struct hub_seed a, b;

    assert_err(hub_seeds_open(f->file, &s, NULL), OK);
    assert_err(hub_seeds_prepare(s, NOON), OK);
    assert_err(hub_seeds_prepare(s, NOON + DAY), OK);
    assert_err(hub_seeds_get(s, NOON, 7, id, &a), OK);
    assert_memory_not_equal(a.seed, a.from_salt, 32);
    assert_memory_not_equal(a.from_salt, a.to_salt, 32);
    assert_err(hub_seeds_get(s, NOON, 8, id, &b), OK);
    assert_memory_not_equal(a.seed, b.seed, 32);
    assert_err(hub_seeds_get(s, NOON, 7, other, &b), OK);
    assert_memory_not_equal(a.seed, b.seed, 32);
    assert_err(hub_seeds_get(s, NOON + DAY, 7, id, &b), OK);
    assert_memory_not_equal(a.seed, b.seed, 32);
    hub_seeds_close(s);
}

static void a_day_before_the_newest_gets_its_seed_too(void **state)
{
    struct hub_folder *f = *state;
    uint8_t id[PROTO_ID_LEN] = { 1 };
    struct hub_seeds *s = NULL;
    struct hub_seed before[3], after[3];

    assert_err(hub_seeds_open(f->file, &s, NULL), OK);
    assert_err(hub_seeds_prepare(s, NOON + 90 * DAY), OK);
    assert_err(hub_seeds_prepare(s, NOON), OK);
    assert_err(hub_seeds_prepare(s, NOON + DAY), OK);
    for (uint64_t i = 0; i < 3; i++)
        assert_err(hub_seeds_get(s, NOON + (i == 2 ? 90 : i) * DAY, 7, id, &before[i]), OK);
    hub_seeds_close(s);
    assert_err(hub_seeds_open(f->file, &s, NULL), OK);
    for (uint64_t i = 0; i < 3; i++)
        assert_err(hub_seeds_get(s, NOON + (i == 2 ? 90 : i) * DAY, 7, id, &after[i]), OK);
    assert_memory_equal(before, after, sizeof before);
    hub_seeds_close(s);
}

static void forgotten_seeds_are_gone_from_the_file(void **state)
{
    struct hub_folder *f = *state;
    uint8_t id[PROTO_ID_LEN] = { 1 };
    struct hub_seeds *s = NULL;
    struct hub_seed a;

    assert_err(hub_seeds_open(f->file, &s, NULL), OK);
    for (uint64_t day = 0; day < 5; day++)
        assert_err(hub_seeds_prepare(s, NOON + day * DAY), OK);
    assert_err(hub_seeds_forget(s, NOON + 3 * DAY), OK);
    hub_seeds_close(s);
    assert_err(hub_seeds_open(f->file, &s, NULL), OK);
    for (uint64_t day = 0; day < 5; day++)
        assert_err(hub_seeds_get(s, NOON + day * DAY, 7, id, &a), day < 3 ? ERR_NOTFOUND : OK);
    hub_seeds_close(s);
}

/* Without a name it lies on the disk still: who has it open reads zeros. */
static void the_file_that_was_replaced_is_written_over(void **state)
{
    struct hub_folder *f = *state;
    struct hub_seeds *s = NULL;
    uint8_t old[80], after[80], nothing[80] = { 0 };
    int fd;

    assert_err(hub_seeds_open(f->file, &s, NULL), OK);
    assert_err(hub_seeds_prepare(s, NOON), OK);
    assert_err(hub_seeds_prepare(s, NOON + DAY), OK);
    fd = open(f->file, O_RDONLY);
    assert_int_equal(read(fd, old, sizeof old), 80);
    assert_memory_not_equal(old, nothing, sizeof old);
    assert_err(hub_seeds_forget(s, NOON + DAY), OK);
    assert_int_equal(pread(fd, after, sizeof after, 0), 80);
    assert_memory_equal(after, nothing, sizeof after);
    (void)close(fd);
    hub_seeds_close(s);
}

static void a_damaged_file_of_seeds_is_refused(void **state)
{
    struct hub_folder *f = *state;
    struct hub_seeds *s = NULL;
    struct trouble t = { 0 };

    assert_err(hub_seeds_open(f->file, &s, NULL), OK);
    assert_err(hub_seeds_prepare(s, NOON), OK);
    hub_seeds_close(s);
    s = NULL;
    flip(f->file, 0);
    assert_err(hub_seeds_open(f->file, &s, &t), ERR_SYNTAX);
    assert_null(s);
    flip(f->file, 0);
    assert_int_equal(truncate(f->file, 20), 0);
    assert_err(hub_seeds_open(f->file, &s, &t), ERR_SHORT);
    assert_null(s);
}

/* ---- keys in memory ---- */

static struct proto_cert cert_of(uint8_t use, uint8_t key, uint8_t partner, uint64_t from_s, uint64_t until_s)
{
    struct proto_cert c = { .use = use, .from_s = from_s, .until_s = until_s, .role = use == PROTO_USE_STAFF ? 1 : 0 };

    memset(c.key, key, sizeof c.key);
    memset(c.partner, partner, sizeof c.partner);
    return c;
}

static void staff_is_believed_as_long_as_its_node(void **state)
{
    struct proto_cert node = cert_of(PROTO_USE_NODE, 1, 9, 100, 200), staff = cert_of(PROTO_USE_STAFF, 2, 9, 50, 150);
    struct hub_certs *c = NULL;
    struct hub_cert got;

    (void)state;
    assert_err(hub_certs_new(&c), OK);
    assert_err(hub_certs_put(c, &staff, node.key), ERR_KEY);
    assert_err(hub_certs_put(c, &node, NULL), OK);
    assert_err(hub_certs_put(c, &staff, node.key), OK);
    assert_err(hub_certs_find(c, staff.key, &got), OK);
    assert_int_equal(got.from_s, 100);
    assert_int_equal(got.until_s, 150);
    assert_int_equal(got.role, 1);
    /* The node is renewed: its staff goes on. */
    node.from_s = 10;
    assert_err(hub_certs_put(c, &node, NULL), OK);
    assert_err(hub_certs_find(c, staff.key, &got), OK);
    assert_int_equal(got.from_s, 50);
    staff.until_s = 300;
    assert_err(hub_certs_put(c, &staff, node.key), OK);
    assert_err(hub_certs_find(c, staff.key, &got), OK);
    assert_int_equal(got.until_s, 200);
    hub_certs_free(c);
}

static void a_key_belongs_to_its_first_owner(void **state)
{
    struct proto_cert a = cert_of(PROTO_USE_NODE, 1, 9, 100, 200), b = cert_of(PROTO_USE_NODE, 1, 8, 100, 200);
    struct proto_cert c_staff = cert_of(PROTO_USE_STAFF, 1, 9, 100, 200);
    struct hub_certs *c = NULL;
    struct hub_cert got;

    (void)state;
    assert_err(hub_certs_new(&c), OK);
    assert_err(hub_certs_put(c, &a, NULL), OK);
    assert_err(hub_certs_put(c, &b, NULL), ERR_EXISTS);
    assert_err(hub_certs_put(c, &c_staff, a.key), ERR_EXISTS);
    assert_err(hub_certs_find(c, a.key, &got), OK);
    assert_int_equal(got.partner[0], 9);
    hub_certs_free(c);
}

static void many_keys_are_all_found_and_ended_ones_dropped(void **state)
{
    struct hub_certs *c = NULL;
    struct proto_cert cert;
    struct hub_cert got;

    (void)state;
    assert_err(hub_certs_new(&c), OK);
    for (unsigned i = 0; i < 5000; i++) {
        cert = cert_of(PROTO_USE_NODE, 0, 9, 0, 1000 + i);
        memcpy(cert.key, &i, sizeof i);
        assert_err(hub_certs_put(c, &cert, NULL), OK);
    }
    assert_int_equal(hub_certs_count(c), 5000);
    hub_certs_drop_ended(c, 3500);
    assert_int_equal(hub_certs_count(c), 2500);
    for (unsigned i = 0; i < 5000; i++) {
        memcpy(cert.key, &i, sizeof i);
        assert_err(hub_certs_find(c, cert.key, &got), i < 2500 ? ERR_KEY : OK);
    }
    hub_certs_free(c);
}

static void keys_that_sign_nothing_are_passed_over(void **state)
{
    struct proto_cert hpke = cert_of(PROTO_USE_HPKE, 1, 9, 100, 200);
    struct hub_certs *c = NULL;
    struct hub_cert got;

    (void)state;
    assert_err(hub_certs_new(&c), OK);
    assert_err(hub_certs_put(c, &hpke, NULL), OK);
    assert_err(hub_certs_find(c, hpke.key, &got), ERR_KEY);
    hub_certs_free(c);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_folder, close_folder)
    const struct CMUnitTest tests[] = {
        T(a_seed_is_the_same_after_opening_again), T(seeds_differ_by_day_index_and_id), T(a_day_before_the_newest_gets_its_seed_too),
        T(forgotten_seeds_are_gone_from_the_file),
        T(the_file_that_was_replaced_is_written_over),
        T(a_damaged_file_of_seeds_is_refused),
        cmocka_unit_test(staff_is_believed_as_long_as_its_node), cmocka_unit_test(a_key_belongs_to_its_first_owner),
        cmocka_unit_test(many_keys_are_all_found_and_ended_ones_dropped), cmocka_unit_test(keys_that_sign_nothing_are_passed_over),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
