/* client/verify: a copy of the log that was changed is found, and the leaf is named. */
#include "tests/support/verify_world.h"

/* ---- the log alone ---- */

static void a_whole_copy_holds(void **state)
{
    const size_t sizes[] = {1, 2, 255, 256, 257, LEAVES};
    struct world *w = *state;
    char name[32];

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        log_sample_fill(&w->log, sizes[i] - w->log.size);
        (void)snprintf(name, sizeof name, "log%zu", sizes[i]);
        log_sample_export(&w->log, path(w, name));
        assert_err(client_verify_log(&w->region, path(w, name), NULL, &w->report, &w->problems, NULL), OK);
        assert_true(w->report.root_holds);
        assert_int_equal(w->report.head.size, sizes[i]);
        assert_int_equal(w->problems.count, 0);
        assert_false(w->report.anchored);
    }
}

static void a_changed_leaf_is_named(void **state)
{
    struct world *w = *state;

    log_sample_fill(&w->log, LEAVES);
    log_sample_export(&w->log, path(w, "log"));
    home_folder_flip(w->folder, "log/tile/entries/001", 44 * (2 + PROTO_LEAF_LEN) + 100);
    assert_err(verify(w), OK);
    assert_false(w->report.root_holds);
    assert_string_equal(problems(w), "300 checkpoint ");
}

/* Whoever changes a leaf and its stored hash is found one level up. */
static void a_changed_leaf_with_its_hash_is_found_in_its_block(void **state)
{
    struct world *w = *state;
    uint8_t entry[PROTO_LEAF_LEN];

    log_sample_fill(&w->log, LEAVES);
    log_sample_export(&w->log, path(w, "log"));
    memcpy(entry, w->log.entry[300], sizeof entry);
    entry[77] ^= 1;
    proto_merkle_leaf(entry, sizeof entry, w->log.leaf[300]);
    memcpy(w->log.entry[300], entry, sizeof entry);
    /* The tiles of the changed log, the level above and the checkpoint of the real one. */
    assert_int_equal(rename(path(w, "log/tile/1"), path(w, "level1")), 0);
    assert_int_equal(rename(path(w, "log/checkpoint"), path(w, "checkpoint")), 0);
    log_sample_export(&w->log, path(w, "log"));
    assert_int_equal(rename(path(w, "checkpoint"), path(w, "log/checkpoint")), 0);
    assert_int_equal(unlink(path(w, "log/tile/1/000.p/2")), 0);
    assert_int_equal(rmdir(path(w, "log/tile/1/000.p")), 0);
    assert_int_equal(rmdir(path(w, "log/tile/1")), 0);
    assert_int_equal(rename(path(w, "level1"), path(w, "log/tile/1")), 0);
    assert_err(verify(w), OK);
    assert_false(w->report.root_holds);
    assert_string_equal(problems(w), "256 checkpoint ");
}

/* P-201: what is in no commitment is fixed. A hub could say there whatever it likes to whoever has a copy, and its root would hold. */
static void bytes_that_are_no_leaf_are_named(void **state)
{
    static const size_t at[] = {0, 1, PROTO_LEAF_LEN - 16, PROTO_LEAF_LEN - 1};
    struct world *w = *state;
    char name[32];

    log_sample_fill(&w->log, 10);
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        w->log.entry[4][at[i]] ^= 0x40;
        proto_merkle_leaf(w->log.entry[4], PROTO_LEAF_LEN, w->log.leaf[4]);
        (void)snprintf(name, sizeof name, "log%zu", i);
        log_sample_export(&w->log, path(w, name));
        assert_err(client_verify_log(&w->region, path(w, name), NULL, &w->report, &w->problems, NULL), OK);
        assert_true(w->report.root_holds);
        assert_int_equal(w->problems.count, i + 1);
        w->log.entry[4][at[i]] ^= 0x40;
    }
    assert_string_equal(problems(w), "4 4 4 4 ");
}

static void a_missing_tile_is_told(void **state)
{
    struct world *w = *state;

    log_sample_fill(&w->log, LEAVES);
    log_sample_export(&w->log, path(w, "log"));
    assert_int_equal(unlink(path(w, "log/tile/entries/001")), 0);
    assert_err(verify(w), OK);
    assert_false(w->report.root_holds);
    assert_string_equal(problems(w), "256 checkpoint ");
}

/* A partner's mirror has the leaves and the checkpoint: nothing is wrong with it. */
static void a_copy_without_stored_hashes_holds(void **state)
{
    struct world *w = *state;

    log_sample_fill(&w->log, LEAVES);
    log_sample_export(&w->log, path(w, "log"));
    assert_int_equal(rename(path(w, "log/tile/0"), path(w, "level0")), 0);
    assert_err(verify(w), OK);
    assert_true(w->report.root_holds);
    assert_int_equal(w->problems.count, 0);
}

static void a_changed_leaf_without_stored_hashes_is_told(void **state)
{
    struct world *w = *state;

    log_sample_fill(&w->log, LEAVES);
    log_sample_export(&w->log, path(w, "log"));
    assert_int_equal(rename(path(w, "log/tile/0"), path(w, "level0")), 0);
    home_folder_flip(w->folder, "log/tile/entries/001", 44 * (2 + PROTO_LEAF_LEN) + 100);
    assert_err(verify(w), OK);
    assert_false(w->report.root_holds);
    assert_string_equal(problems(w), "0 checkpoint ");
}

static void a_cut_tile_is_told(void **state)
{
    struct world *w = *state;

    log_sample_fill(&w->log, 10);
    log_sample_export(&w->log, path(w, "log"));
    assert_int_equal(truncate(path(w, "log/tile/entries/000.p/10"), 4 * (2 + PROTO_LEAF_LEN) + 9), 0);
    assert_err(verify(w), OK);
    assert_false(w->report.root_holds);
    assert_string_equal(problems(w), "4 checkpoint ");
}

static void a_checkpoint_of_another_log_is_refused(void **state)
{
    struct world *w = *state;
    struct log_sample *other = calloc(1, sizeof *other);

    assert_non_null(other);
    log_sample_init(other);
    log_sample_fill(other, 3);
    log_sample_export(other, path(w, "log"));
    assert_int_not_equal(verify(w), OK);
    free(other);
}

static void a_changed_checkpoint_is_refused(void **state)
{
    struct world *w = *state;

    log_sample_fill(&w->log, 3);
    log_sample_export(&w->log, path(w, "log"));
    home_folder_flip(w->folder, "log/checkpoint", 20);
    assert_int_not_equal(verify(w), OK);
}

/* ---- anchored ---- */

static void add_witness(struct world *w, bool outsider, struct proto_note_key *key, uint8_t secret[64])
{
    uint8_t public[32];
    char name[40];

    (void)crypto_sign_keypair(public, secret);
    (void)snprintf(name, sizeof name, "witness%u.example", (unsigned)w->region.witness_count);
    assert_err(proto_note_key_make(name, PROTO_NOTE_COSIGNATURE, public, key), OK);
    w->region.witness[w->region.witness_count].outsider = outsider;
    proto_note_key_encode(key, w->region.witness[w->region.witness_count++].vkey);
}

static void cosign(struct world *w, const struct proto_note_key *key, const uint8_t secret[64])
{
    uint8_t *data = NULL, out[PROTO_NOTE_MAX];
    struct proto_note *note = malloc(sizeof *note);
    struct proto_note_sig sig = {.time_s = 1000};
    size_t len = 0;
    struct wr wr;

    assert_non_null(note);
    assert_err(file_read(path(w, "log/checkpoint"), PROTO_NOTE_MAX, &data, &len, NULL), OK);
    assert_err(proto_note_parse(data, len, note), OK);
    assert_err(proto_note_sign(key, secret, note->text, note->text_len, &sig), OK);
    wr_init(&wr, out, sizeof out);
    wr_copy(&wr, data, len);
    proto_note_write_line(&wr, key, &sig);
    assert_err(wr_end(&wr), OK);
    assert_err(file_write(path(w, "log/checkpoint"), out, wr.len, 0644, NULL), OK);
    free(data);
    free(note);
}

static void anchored_needs_most_partners_and_an_outsider(void **state)
{
    struct world *w = *state;
    struct proto_note_key key[4];
    uint8_t secret[4][64];

    for (size_t i = 0; i < 4; i++)
        add_witness(w, i == 3, &key[i], secret[i]);
    log_sample_fill(&w->log, 3);
    log_sample_export(&w->log, path(w, "log"));
    cosign(w, &key[0], secret[0]);
    cosign(w, &key[3], secret[3]);
    assert_err(verify(w), OK);
    assert_false(w->report.anchored);
    assert_int_equal(w->report.cosigned_partners, 1);
    assert_int_equal(w->report.cosigned_outsiders, 1);
    cosign(w, &key[1], secret[1]);
    assert_err(verify(w), OK);
    assert_true(w->report.anchored);
    assert_int_equal(w->report.anchored_size, 3);
    /* A copy in which a leaf was changed is not what they cosigned, though its stored hash is. */
    home_folder_flip(w->folder, "log/tile/entries/000.p/3", 9);
    assert_err(verify(w), OK);
    assert_false(w->report.root_holds);
    assert_false(w->report.anchored);
    assert_int_equal(w->report.anchored_size, 0);
}

static void all_partners_without_an_outsider_is_not_anchored(void **state)
{
    struct world *w = *state;
    struct proto_note_key key[3];
    uint8_t secret[3][64];

    for (size_t i = 0; i < 3; i++)
        add_witness(w, i == 2, &key[i], secret[i]);
    log_sample_fill(&w->log, 3);
    log_sample_export(&w->log, path(w, "log"));
    cosign(w, &key[0], secret[0]);
    cosign(w, &key[1], secret[1]);
    assert_err(verify(w), OK);
    assert_false(w->report.anchored);
}

/* Beside the newest checkpoint lies the newest with enough cosignatures, of a smaller tree. */
static void what_is_anchored_below_the_newest_is_told_apart(void **state)
{
    struct world *w = *state;
    struct proto_note_key key[4];
    uint8_t secret[4][64];

    for (size_t i = 0; i < 4; i++)
        add_witness(w, i == 3, &key[i], secret[i]);
    log_sample_fill(&w->log, 5);
    log_sample_export(&w->log, path(w, "log"));
    for (size_t i = 0; i < 4; i++)
        cosign(w, &key[i], secret[i]);
    assert_int_equal(rename(path(w, "log/checkpoint"), path(w, "anchored")), 0);
    log_sample_fill(&w->log, 4);
    log_sample_export(&w->log, path(w, "log"));
    assert_int_equal(rename(path(w, "anchored"), path(w, "log/checkpoint.anchored")), 0);
    assert_err(verify(w), OK);
    assert_int_equal(w->problems.count, 0);
    assert_false(w->report.anchored);
    assert_int_equal(w->report.anchored_size, 5);
    assert_int_equal(w->report.cosigned_outsiders, 1);
    /* The witnesses cosigned another history than these leaves. */
    w->log.entry[2][7] ^= 1;
    proto_merkle_leaf(w->log.entry[2], PROTO_LEAF_LEN, w->log.leaf[2]);
    log_sample_export(&w->log, path(w, "log"));
    assert_err(verify(w), OK);
    assert_int_equal(w->problems.count, 1);
    assert_int_equal(w->report.anchored_size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_whole_copy_holds),
        world_test(a_changed_leaf_is_named),
        world_test(a_changed_leaf_with_its_hash_is_found_in_its_block),
        world_test(a_copy_without_stored_hashes_holds),
        world_test(a_changed_leaf_without_stored_hashes_is_told),
        world_test(bytes_that_are_no_leaf_are_named),
        world_test(a_missing_tile_is_told),
        world_test(a_cut_tile_is_told),
        world_test(a_checkpoint_of_another_log_is_refused),
        world_test(a_changed_checkpoint_is_refused),
        world_test(anchored_needs_most_partners_and_an_outsider),
        world_test(all_partners_without_an_outsider_is_not_anchored),
        world_test(what_is_anchored_below_the_newest_is_told_apart),
    };

    return cmocka_run_group_tests_name("client/verify", tests, NULL, NULL);
}
