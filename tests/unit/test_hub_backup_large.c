/*
 * hub/backup and export with more tiles than one group of three digits names: a store of a few leaves becomes whole with a copy of 256,257,
 * whose files are named here by hand, and what is exported from it lies under the same names.
 */
#include "support/check.h"
#include "support/hub_acts.h"

#include "base/file.h"
#include "base/wr.h"
#include "hub/backup.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* 1000 tiles 000 to 999, then x001/000, and one leaf in x001/001. */
enum { TILE = 256, SIZE = 1001 * TILE + 1, ENTRY = 2 + PROTO_LEAF_LEN };

struct world {
    struct hub_acts *f;
    char mirror[160], copy[160], store[160];
    uint64_t real;                             /* leaves that were logged; the others are all the same */
    uint8_t tile[2][TILE * ENTRY];             /* the first, and each of the others */
    uint8_t hash[TILE][32], other[32];         /* of the first tile's leaves, and of each other leaf */
};

static void fill_tiles(struct world *w)
{
    struct kv_txn *x = NULL;

    assert_err(kv_begin(w->f->w.core->kv, false, &x), OK);
    w->real = hub_ledger_size(w->f->w.core->ledger);
    assert_in_range(w->real, 1, TILE);
    for (size_t t = 0; t < 2; t++) {
        struct wr out;

        wr_init(&out, w->tile[t], sizeof w->tile[t]);
        for (size_t i = 0; i < TILE; i++) {
            uint8_t leaf[PROTO_LEAF_LEN] = { 0 };

            if (t == 0 && i < w->real)
                assert_err(hub_ledger_leaf(w->f->w.core->ledger, x, i, leaf), OK);
            wr_bytes16(&out, leaf, sizeof leaf);
            proto_merkle_leaf(leaf, sizeof leaf, t == 0 ? w->hash[i] : w->other);
        }
        assert_err(wr_end(&out), OK);
    }
    kv_abort(x);
}

/* Behind the first tile every node of a level is the same, so that the tree costs its height. */
static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[PROTO_HASH_LEN])
{
    struct world *w = context;
    uint8_t left[32], right[32];

    if (level == 0) {
        memcpy(out, index < TILE ? w->hash[index] : w->other, 32);
        return OK;
    }
    assert_err(get_node(w, (uint8_t)(level - 1), 2 * index, left), OK);
    if (index << level >= TILE)
        memcpy(right, left, sizeof right);
    else
        assert_err(get_node(w, (uint8_t)(level - 1), 2 * index + 1, right), OK);
    proto_merkle_node(left, right, out);
    return OK;
}

/* Signed by the log's own key, so that the signer's memory knows it too. */
static void sign(struct world *w, struct hub_signed *last)
{
    const struct proto_merkle_store store = { get_node, w };
    struct proto_merkle_head head = { .size = SIZE };
    struct proto_merkle_proof proof;
    struct proto_merkle_tree tree;
    const struct hub_signed *done = NULL;

    assert_err(proto_merkle_load(&store, SIZE, &tree), OK);
    proto_merkle_root(&tree, head.root);
    assert_err(proto_merkle_prove_consistency(&store, w->real, SIZE, &proof), OK);
    assert_err(hub_signer_sign(w->f->w.signer, &head, &proof, &done), OK);
    *last = *done;
}

static void put(const struct world *w, const char *name, size_t tile, size_t width)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s/tile/entries/%s", w->mirror, name);
    assert_err(file_write(path, w->tile[tile], width * ENTRY, 0644, NULL), OK);
}

/* The tiles 002 to 999 are 001 under other names: a thousand files are not written. */
static void make_mirror(const struct world *w, const struct hub_signed *last)
{
    char path[256], other[256];

    (void)snprintf(path, sizeof path, "%s/tile/entries/x001/001.p", w->mirror);
    assert_err(file_mkdirs(path, NULL), OK);
    put(w, "000", 0, TILE);
    put(w, "001", 1, TILE);
    (void)snprintf(path, sizeof path, "%s/tile/entries/001", w->mirror);
    for (unsigned n = 2; n < 1000; n++) {
        (void)snprintf(other, sizeof other, "%s/tile/entries/%03u", w->mirror, n);
        assert_int_equal(link(path, other), 0);
    }
    put(w, "x001/000", 1, TILE);
    put(w, "x001/001.p/1", 1, 1);
    (void)snprintf(path, sizeof path, "%s/checkpoint", w->mirror);
    assert_err(file_write(path, last->note, last->note_len, 0644, NULL), OK);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *acts = NULL;
    uint8_t original[2048];
    struct proto_msg m;

    assert_non_null(w);
    assert_int_equal(hub_acts_setup(&acts), 0);
    w->f = acts;
    (void)snprintf(w->mirror, sizeof w->mirror, "%s/mirror", w->f->w.home);
    (void)snprintf(w->copy, sizeof w->copy, "%s/copy", w->f->w.home);
    (void)snprintf(w->store, sizeof w->store, "%s/store", w->f->w.home);
    hub_acts_facts(w->f, A, B, original, &m);
    hub_acts_expect(w->f, &m, A, PROTO_ACCEPTED);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *acts = w->f;

    free(w);
    return hub_acts_close(&acts);
}

static void complete(struct world *w, const struct hub_signed *last)
{
    struct hub_backup_sources from = { .home = w->f->w.home, .mirror = w->mirror, .last = *last };
    struct hub_backup_done done;
    struct trouble t = { 0 };

    assert_err(hub_signer_read(w->f->w.paths[5], &from.last_registry, NULL), OK);
    assert_err(hub_backup_complete(&from, w->store, &done, &t), OK);
    assert_int_equal(done.leaves, SIZE);
    assert_int_equal(done.leaves_added, SIZE - w->real);
}

static void export(struct world *w)
{
    struct trouble t = { 0 };
    struct hub_cli cli = { .home = w->f->w.home, .argument = w->copy, .t = &t };

    cli.reply = cJSON_CreateObject();
    assert_err(hub_cmd_export(&cli), OK);
    cJSON_Delete(cli.reply);
}

/* This file of the copy, and nothing more of it. */
static void has(const struct world *w, const char *name, const uint8_t *expected, size_t expected_len)
{
    char path[256];
    uint8_t *data = NULL;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/tile/%s", w->copy, name);
    assert_err(file_read(path, 1 << 20, &data, &len, NULL), OK);
    assert_int_equal(len, expected_len);
    assert_memory_equal(data, expected, len);
    free(data);
}

/* The levels above: hashes of blocks of 256 leaves, and of 65,536. */
static void has_levels(struct world *w)
{
    uint8_t blocks[233][32], large[3][32];

    for (uint64_t i = 0; i < 233; i++)
        assert_err(get_node(w, 8, 3 * TILE + i, blocks[i]), OK);
    has(w, "1/003.p/233", blocks[0], sizeof blocks);
    for (uint64_t i = 0; i < 3; i++)
        assert_err(get_node(w, 16, i, large[i]), OK);
    has(w, "2/000.p/3", large[0], sizeof large);
}

static void a_log_of_more_than_a_thousand_tiles_comes_back_and_goes_out(void **state)
{
    struct world *w = *state;
    struct hub_signed last;

    fill_tiles(w);
    sign(w, &last);
    hub_world_core_close(&w->f->w);
    make_mirror(w, &last);
    complete(w, &last);
    export(w);
    has(w, "entries/000", w->tile[0], TILE * ENTRY);
    has(w, "entries/999", w->tile[1], TILE * ENTRY);
    has(w, "entries/x001/000", w->tile[1], TILE * ENTRY);
    has(w, "entries/x001/001.p/1", w->tile[1], ENTRY);
    has(w, "0/x001/001.p/1", w->other, 32);
    has_levels(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(a_log_of_more_than_a_thousand_tiles_comes_back_and_goes_out, setup, teardown) };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("hub/backup, large", tests, NULL, NULL);
}
