/* client/verify: a copy with more tiles than one group of three digits names. The files are named here by hand, row by row. */
#include "tests/support/verify_world.h"

#include "proto/tlog.h"

/* 1000 tiles 000 to 999, then x001/000, and one leaf in x001/001. */
enum { TILE = 256, TILES = 1001, SIZE = TILES * TILE + 1 };

/* Every leaf is the same, so that a node of a level is too, and the tree costs its height. */
static void node_of(unsigned level, uint8_t out[32])
{
    uint8_t leaf[PROTO_LEAF_LEN] = {1};

    proto_merkle_leaf(leaf, sizeof leaf, out);
    for (unsigned i = 0; i < level; i++)
        proto_merkle_node(out, out, out);
}

static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[PROTO_MERKLE_HASH_LEN])
{
    (void)context;
    (void)index;
    node_of(level, out);
    return OK;
}

static void sign_head(struct world *w)
{
    const struct proto_merkle_store store = {get_node, NULL};
    struct proto_tlog_checkpoint c = {.head.size = SIZE};
    struct proto_merkle_tree tree;
    struct proto_note_key key;
    struct proto_note_sig sig = {0};
    uint8_t text[PROTO_TLOG_CHECKPOINT_ROOM];
    size_t len = 0;
    struct wr note;

    assert_err(proto_note_key_make(w->log.origin, PROTO_NOTE_ED25519, w->log.key, &key), OK);
    memcpy(c.origin, w->log.origin, strlen(w->log.origin) + 1);
    assert_err(proto_merkle_load(&store, SIZE, &tree), OK);
    proto_merkle_root(&tree, c.head.root);
    assert_err(proto_tlog_checkpoint_encode(&c, text, sizeof text, &len), OK);
    assert_err(proto_note_sign(&key, w->log.secret, text, len, &sig), OK);
    wr_init(&note, w->log.note, sizeof w->log.note);
    proto_note_write_text(&note, text, len);
    proto_note_write_line(&note, &key, &sig);
    assert_err(wr_end(&note), OK);
    assert_err(file_write(path(w, "log/checkpoint"), w->log.note, note.len, 0644, NULL), OK);
}

/* What a tile of whole width holds; one of less its beginning. */
struct contents { uint8_t leaves[TILE * (2 + PROTO_LEAF_LEN)], hashes[TILE * 32]; };

static void fill(struct contents *c)
{
    struct wr leaves, hashes;
    uint8_t leaf[PROTO_LEAF_LEN] = {1}, hash[32];

    node_of(0, hash);
    wr_init(&leaves, c->leaves, sizeof c->leaves);
    wr_init(&hashes, c->hashes, sizeof c->hashes);
    for (size_t i = 0; i < TILE; i++) {
        wr_bytes16(&leaves, leaf, sizeof leaf);
        wr_copy(&hashes, hash, sizeof hash);
    }
    assert_err(wr_end(&leaves), OK);
    assert_err(wr_end(&hashes), OK);
}

static void write_both(struct world *w, const struct contents *c, const char *name, size_t width)
{
    char at[80];

    (void)snprintf(at, sizeof at, "log/tile/entries/%s", name);
    assert_err(file_write(path(w, at), c->leaves, width * (2 + PROTO_LEAF_LEN), 0644, NULL), OK);
    (void)snprintf(at, sizeof at, "log/tile/0/%s", name);
    assert_err(file_write(path(w, at), c->hashes, width * 32, 0644, NULL), OK);
}

/* The tiles 001 to 999 are the first one, under other names: a thousand files are not written twice. */
static void link_others(struct world *w, const char *kind)
{
    char first[80], other[80];

    (void)snprintf(first, sizeof first, "log/tile/%s/000", kind);
    for (unsigned n = 1; n < 1000; n++) {
        (void)snprintf(other, sizeof other, "log/tile/%s/%03u", kind, n);
        assert_int_equal(link(path(w, first), path(w, other)), 0);
    }
}

static void make_copy(struct world *w)
{
    struct contents *c = malloc(sizeof *c);

    assert_non_null(c);
    fill(c);
    assert_err(file_mkdirs(path(w, "log/tile/entries/x001/001.p"), NULL), OK);
    assert_err(file_mkdirs(path(w, "log/tile/0/x001/001.p"), NULL), OK);
    write_both(w, c, "000", TILE);
    link_others(w, "entries");
    link_others(w, "0");
    write_both(w, c, "x001/000", TILE);
    write_both(w, c, "x001/001.p/1", 1);
    free(c);
    sign_head(w);
}

static void a_copy_with_groups_of_digits_holds(void **state)
{
    struct world *w = *state;

    make_copy(w);
    assert_err(verify(w), OK);
    assert_string_equal(problems(w), "");
    assert_true(w->report.root_holds);
    assert_int_equal(w->report.head.size, SIZE);
}

/* Both that the tile behind the thousandth is read, and that it is read from there. */
static void a_changed_leaf_behind_the_thousandth_tile_is_named(void **state)
{
    struct world *w = *state;

    make_copy(w);
    home_folder_flip(w->folder, "log/tile/entries/x001/000", 7 * (2 + PROTO_LEAF_LEN) + 100);
    assert_err(verify(w), OK);
    assert_false(w->report.root_holds);
    assert_string_equal(problems(w), "256007 checkpoint ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {world_test(a_copy_with_groups_of_digits_holds), world_test(a_changed_leaf_behind_the_thousandth_tile_is_named)};

    return cmocka_run_group_tests_name("client/verify, large", tests, NULL, NULL);
}
