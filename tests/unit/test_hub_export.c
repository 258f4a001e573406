#include "support/check.h"
#include "support/hub_running.h"

#include "base/file.h"
#include "base/text.h"
#include "proto/tlog.h"

#include <sodium.h>
#include <stdio.h>

/* P-201: the log of a running hub, copied for outsiders, rebuilds the root that its checkpoint names. */

enum { LEAVES = 301, TILE = 256, ENTRY = 2 + PROTO_LEAF_LEN };

static uint8_t *read_part(const char *folder, const char *name, size_t expected)
{
    char path[256];
    uint8_t *data = NULL;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_err(file_read(path, 1 << 20, &data, &len, NULL), OK);
    if (expected != 0)
        assert_int_equal(len, expected);
    return data;
}

static void make_leaves(struct hub_running *f)
{
    uint8_t original[2048];
    struct proto_msg m;

    hub_running_publish(f, A);
    for (int i = 1; i < LEAVES; i++) {
        struct hub_world_reply r;

        hub_running_facts(f, original, &m);
        r = hub_running_call(f, &m, A);
        hub_world_reply_free(&r);
    }
}

static void export(struct hub_running *f, char *folder, enum err expected)
{
    struct hub_cli cli = { .home = f->w.home, .argument = folder };
    struct trouble t = { 0 };
    uint64_t leaves;

    cli.t = &t;
    cli.reply = cJSON_CreateObject();
    assert_err(hub_cmd_export(&cli), expected);
    if (expected == OK) {
        assert_err(text_u64(cJSON_GetObjectItem(cli.reply, "leaves")->valuestring, UINT32_MAX, &leaves), OK);
        assert_int_equal(leaves, LEAVES);
    }
    cJSON_Delete(cli.reply);
}

/* One tile of leaves and the tile of their hashes, into the tree. */
static void add_tile(const char *folder, const char *name, size_t width, struct proto_merkle_tree *tree)
{
    char path[64];
    uint8_t *entries, *hashes;

    (void)snprintf(path, sizeof path, "tile/entries/%s", name);
    entries = read_part(folder, path, width * ENTRY);
    (void)snprintf(path, sizeof path, "tile/0/%s", name);
    hashes = read_part(folder, path, width * 32);
    for (size_t i = 0; i < width; i++) {
        uint8_t hash[32];
        size_t count;

        assert_int_equal(entries[i * ENTRY] << 8 | entries[i * ENTRY + 1], PROTO_LEAF_LEN);
        proto_merkle_leaf(entries + i * ENTRY + 2, PROTO_LEAF_LEN, hash);
        assert_memory_equal(hash, hashes + i * 32, 32);
        assert_err(proto_merkle_append(tree, hash, NULL, &count), OK);
    }
    free(entries);
    free(hashes);
}

static void the_copy_rebuilds_the_root_of_its_checkpoint(void **state)
{
    struct hub_running *f = *state;
    struct proto_tlog_checkpoint c;
    struct proto_merkle_tree tree;
    struct proto_note_key key;
    struct proto_note note;
    uint8_t *checkpoint, *hashes, root[32];
    char folder[96];

    make_leaves(f);
    (void)snprintf(folder, sizeof folder, "%s/copy", f->w.home);
    export(f, folder, OK);
    checkpoint = read_part(folder, "checkpoint", 0);
    assert_err(proto_note_key_decode(f->w.region->log_vkey, &key), OK);
    assert_err(proto_tlog_checkpoint_open(checkpoint, strlen((char *)checkpoint), &key, &note, &c), OK);
    assert_int_equal(c.head.size, LEAVES);
    proto_merkle_init(&tree);
    add_tile(folder, "000", TILE, &tree);
    hashes = read_part(folder, "tile/1/000.p/1", 32);
    proto_merkle_root(&tree, root);
    assert_memory_equal(hashes, root, 32);
    add_tile(folder, "001.p/45", LEAVES - TILE, &tree);
    proto_merkle_root(&tree, root);
    assert_memory_equal(root, c.head.root, 32);
    free(hashes);
    free(checkpoint);
}

static void a_folder_that_is_there_is_left_alone(void **state)
{
    struct hub_running *f = *state;
    char folder[96];

    (void)snprintf(folder, sizeof folder, "%s/partners", f->w.home);
    export(f, folder, ERR_EXISTS);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hub_running_setup, hub_running_close)
    const struct CMUnitTest tests[] = { T(the_copy_rebuilds_the_root_of_its_checkpoint), T(a_folder_that_is_there_is_left_alone) };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
