/* client/registry_tell: a registry that is larger than a message reaches the keyholder in parts (P-195). */
#include "tests/support/hub_folder.h"
#include "tests/support/registry_world.h"

#include "client/registry_tell.h"
#include "server/registry.h"

#include <stdio.h>

enum { MANY = 300, LEAF_LEN = 6000, ROOM = 4 << 20 };

/* Leaves that count for nothing and are long: the tree is the same for all. */
static size_t fill(uint8_t *copy)
{
    uint8_t *leaf = malloc(LEAF_LEN);
    enum proto_registry_why why;
    struct registry_note checkpoint;
    struct wr wr;

    assert_non_null(leaf);
    for (size_t i = 0; i < MANY; i++) {
        memset(leaf, 'x', LEAF_LEN);
        (void)snprintf((char *)leaf, LEAF_LEN, "at %zu\n", i);
        assert_err(proto_registry_append(w.hub.r, leaf, LEAF_LEN, &why), OK);
    }
    checkpoint = registry_checkpoint(&w.hub, w.hub.r);
    wr_init(&wr, copy, ROOM);
    wr_bytes16(&wr, checkpoint.data, checkpoint.len);
    wr_u16(&wr, MANY);
    for (size_t i = 0; i < MANY; i++) {
        memset(leaf, 'x', LEAF_LEN);
        (void)snprintf((char *)leaf, LEAF_LEN, "at %zu\n", i);
        wr_bytes16(&wr, leaf, LEAF_LEN);
    }
    assert_err(wr_end(&wr), OK);
    free(leaf);
    return wr.len;
}

static void all_of_a_large_one_arrives(void **state)
{
    struct proto_region *region = malloc(sizeof *region);
    struct hub_folder folder;
    struct server_registry *keyholder = NULL;
    uint8_t *room = malloc(ROOM);
    uint64_t have = 0;
    size_t messages = 0, len;

    (void)state;
    assert_true(region != NULL && room != NULL);
    hub_folder_open(&folder);
    *region = w.hub.region.r;
    len = fill(room);
    assert_err(client_registry_take(w.n, room, len), OK);
    assert_int_equal(proto_registry_size(client_registry_fold(w.n)), MANY);
    assert_err(server_registry_new(folder.file, region, &keyholder), OK);
    while (have < MANY && messages < MANY) {
        struct wr wr;

        wr_init(&wr, room, ROOM);
        assert_err(client_registry_tell_write(w.n, have, &wr), OK);
        assert_true(wr.len <= 921600);
        assert_err(server_registry_take(keyholder, have, room, wr.len, &have), OK);
        messages++;
    }
    assert_int_equal(have, MANY);
    assert_int_equal(messages, 3);
    assert_int_equal(proto_registry_size(server_registry_fold(keyholder)), MANY);
    server_registry_free(keyholder);
    hub_folder_close(&folder);
    free(region);
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_a_large_one_arrives, setup, teardown),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/registry_tell", tests, NULL, NULL);
}
