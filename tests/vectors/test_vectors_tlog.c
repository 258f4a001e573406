/*
 * The tlog vectors: proofs of transparency-dev/merkle, a whole tile log with its checkpoints, notes and
 * cosignatures that others signed, and an exchange with a witness. Of the proofs over ranges
 * (merkle_subtree*.json) those that are proofs of a tree of their own; the product has no others.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rd.h"
#include "base/text.h"
#include "proto/witness.h"
#include "vectors.h"

#include <stdbool.h>

/*
 * Some roots and hashes in the files are no hashes at all; those cannot even be handed over and count as
 * refused. One of each kind is meant to be accepted: two equal roots of 12 bytes, which to us are no roots.
 */
#define NO_ROOTS "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"

static bool read_hash(const char *base64, uint8_t out[32])
{
    size_t len = 0;

    return text_unbase64(base64, strlen(base64), out, 32, &len) == OK && len == 32;
}

static bool read_proof(const cJSON *row, struct proto_merkle_proof *p)
{
    const cJSON *hash;

    p->count = 0;
    cJSON_ArrayForEach(hash, cJSON_GetObjectItem(row, "proof")) {
        if (p->count == PROTO_MERKLE_PROOF_MAX || !read_hash(hash->valuestring, p->hash[p->count]))
            return false;
        p->count++;
    }
    return true;
}

static bool accept_inclusion(const cJSON *row)
{
    struct proto_merkle_head head = { .size = vector_number(row, "treeSize") };
    struct proto_merkle_proof p;
    uint8_t leaf[32];

    return read_hash(vector_text(row, "root"), head.root) && read_hash(vector_text(row, "leafHash"), leaf) &&
        read_proof(row, &p) && proto_merkle_check_inclusion(&head, vector_number(row, "leafIdx"), leaf, &p) == OK;
}

static bool accept_consistency(const cJSON *row)
{
    struct proto_merkle_head older = { .size = vector_number(row, "size1") };
    struct proto_merkle_head newer = { .size = vector_number(row, "size2") };
    struct proto_merkle_proof p;

    return read_hash(vector_text(row, "root1"), older.root) && read_hash(vector_text(row, "root2"), newer.root) &&
        read_proof(row, &p) && proto_merkle_check_consistency(&older, &newer, &p) == OK;
}

/* Returns how many were valid. */
static size_t run_proofs(const char *name, bool (*accept)(const cJSON *), size_t rows_expected)
{
    cJSON *json = vectors_json(name);
    const cJSON *row;
    size_t rows = 0, valid = 0;

    cJSON_ArrayForEach(row, json) {
        bool refuse = cJSON_IsTrue(cJSON_GetObjectItem(row, "wantErr")), accepted = accept(row);
        if (strstr(vector_text(row, "file"), NO_ROOTS) != NULL)
            refuse = true;
        if (accepted == refuse)
            fail_msg("%s: %s", vector_text(row, "file"), accepted ? "accepted" : "refused");
        valid += accepted ? 1 : 0;
        rows++;
    }
    assert_int_equal(rows, rows_expected);
    cJSON_Delete(json);
    return valid;
}

static void inclusion_proofs(void **state)
{
    (void)state;
    assert_int_equal(run_proofs("tlog/merkle_inclusion.json", accept_inclusion, 98), 6);
}

static void consistency_proofs(void **state)
{
    (void)state;
    assert_int_equal(run_proofs("tlog/merkle_consistency.json", accept_consistency, 98), 5);
}

/* A range that stands in a tree as a whole begins at a multiple of the power of two that is not less than it is long. */
static bool is_range(const cJSON *row, uint64_t *start, uint64_t *len)
{
    uint64_t end = vector_number(row, "end"), power = 1;

    *start = vector_number(row, "start");
    *len = end > *start ? end - *start : 0;
    while (power < *len && power < UINT64_C(1) << 62)
        power *= 2;
    return *len != 0 && *start % power == 0;
}

/* The proof of a leaf in it is that of a tree of as many leaves. */
static bool accept_in_range(const cJSON *row)
{
    struct proto_merkle_head head;
    struct proto_merkle_proof p;
    uint64_t start, index = vector_number(row, "leafIdx");
    uint8_t leaf[32];

    return is_range(row, &start, &head.size) && index >= start && read_hash(vector_text(row, "root"), head.root)
        && read_hash(vector_text(row, "leafHash"), leaf) && read_proof(row, &p)
        && proto_merkle_check_inclusion(&head, index - start, leaf, &p) == OK;
}

/* One from leaf 0 on is an older tree. Rows about others, and about a range of nothing (which theirs takes in any tree), are counted only. */
static size_t set_aside;

static bool accept_range_in_tree(const cJSON *row)
{
    struct proto_merkle_head older = { .size = vector_number(row, "end") }, newer = { .size = vector_number(row, "size") };
    struct proto_merkle_proof p;

    if (vector_number(row, "start") != 0 || older.size == 0) {
        set_aside++;
        return !cJSON_IsTrue(cJSON_GetObjectItem(row, "wantErr"));
    }
    return read_hash(vector_text(row, "root1"), older.root) && read_hash(vector_text(row, "root2"), newer.root)
        && read_proof(row, &p) && proto_merkle_check_consistency(&older, &newer, &p) == OK;
}

static void inclusion_proofs_in_ranges(void **state)
{
    (void)state;
    assert_int_equal(run_proofs("tlog/merkle_subtreeinclusion.json", accept_in_range, 204), 12);
}

static void consistency_proofs_of_ranges(void **state)
{
    (void)state;
    assert_int_equal(run_proofs("tlog/merkle_subtreeconsistency.json", accept_range_in_tree, 118), 11);
    assert_int_equal(set_aside, 27);
    print_message("skipped: 27 rows about ranges that do not begin at leaf 0, or hold nothing\n");
}

static void assert_root(const struct proto_merkle_tree *t, const cJSON *roots, int size)
{
    const char *hex = cJSON_GetArrayItem(roots, size)->valuestring;
    struct vector expected = vector_from_hex(hex, strlen(hex));
    uint8_t root[32];

    proto_merkle_root(t, root);
    assert_memory_equal(root, expected.data, 32);
    vector_free(&expected);
}

static void roots_by_size(void **state)
{
    cJSON *json = vectors_json("tlog/merkle_roots.json");
    const cJSON *leaves = cJSON_GetObjectItem(json, "leaf_inputs_hex"), *roots = cJSON_GetObjectItem(json, "root_hex_by_size");
    const cJSON *leaf;
    struct proto_merkle_tree t;
    int size = 0;

    (void)state;
    proto_merkle_init(&t);
    assert_root(&t, roots, size);
    cJSON_ArrayForEach(leaf, leaves) {
        struct vector data = vector_from_hex(leaf->valuestring, strlen(leaf->valuestring));
        uint8_t hash[32];
        proto_merkle_leaf(data.data, data.len, hash);
        assert_int_equal(proto_merkle_append(&t, hash, NULL, NULL), OK);
        assert_root(&t, roots, ++size);
        vector_free(&data);
    }
    assert_int_equal(size, 8);
    cJSON_Delete(json);
}

/* The key in a file of one line. */
static struct proto_note_key read_key(const char *name)
{
    struct proto_note_key key;
    char *text = vectors_text(name);

    text[strcspn(text, "\n")] = 0;
    assert_int_equal(proto_note_key_decode(text, &key), OK);
    free(text);
    return key;
}

#define LOG_SIZE 15
static uint8_t log_node[4][LOG_SIZE][32];
static struct proto_merkle_head log_head[LOG_SIZE + 1];

static enum err get_log_node(void *context, uint8_t level, uint64_t index, uint8_t out[32])
{
    (void)context;
    memcpy(out, log_node[level][index], 32);
    return OK;
}

/*
 * Tile of size n: its hashes must be those of the entry bundle, and its root that of the signed checkpoint.
 */
static void check_log_of_size(const struct proto_note_key *key, size_t n)
{
    static struct proto_note note;
    struct proto_tlog_checkpoint c;
    struct proto_merkle_made made[PROTO_MERKLE_LEVELS];
    struct proto_merkle_tree t;
    char name[64];
    size_t checkpoint_len = 0, tile_len = 0, bundle_len = 0, count = 0;
    uint8_t *checkpoint, *tile = NULL, *bundle = NULL;
    struct rd r;

    (void)snprintf(name, sizeof name, "tlog/tessera-log/checkpoint.%zu", n);
    checkpoint = vectors_read(name, &checkpoint_len);
    assert_int_equal(proto_tlog_checkpoint_open(checkpoint, checkpoint_len, key, &note, &c), OK);
    assert_int_equal(c.head.size, n);
    if (n != 0) {
        (void)snprintf(name, sizeof name, "tlog/tessera-log/tile/0/000.p/%zu", n);
        tile = vectors_read(name, &tile_len);
        (void)snprintf(name, sizeof name, "tlog/tessera-log/tile/entries/000.p/%zu", n);
        bundle = vectors_read(name, &bundle_len);
    }
    assert_int_equal(tile_len, 32 * n);
    rd_init(&r, bundle, bundle_len);
    proto_merkle_init(&t);
    for (size_t i = 0; i < n; i++) {
        size_t len = 0;
        const uint8_t *entry = rd_bytes16(&r, 65535, &len);
        uint8_t hash[32];
        assert_non_null(entry);
        proto_merkle_leaf(entry, len, hash);
        assert_memory_equal(hash, tile + 32 * i, 32);
        assert_int_equal(proto_merkle_append(&t, hash, made, &count), OK);
        for (size_t j = 0; j < count; j++)
            memcpy(log_node[made[j].level][made[j].index], made[j].hash, 32);
    }
    assert_int_equal(rd_end(&r), OK);
    log_head[n].size = t.size;
    proto_merkle_root(&t, log_head[n].root);
    assert_memory_equal(log_head[n].root, c.head.root, 32);
    free(checkpoint);
    free(tile);
    free(bundle);
}

static void a_whole_log_verifies_and_its_sizes_are_consistent(void **state)
{
    const struct proto_merkle_store store = { get_log_node, NULL };
    struct proto_note_key key = read_key("tlog/tessera-log/vkey.txt");

    (void)state;
    for (size_t n = 0; n <= LOG_SIZE; n++)
        check_log_of_size(&key, n);
    for (size_t n = 0; n <= LOG_SIZE; n++) {
        for (size_t m = 0; m <= n; m++) {
            struct proto_merkle_proof p;
            assert_int_equal(proto_merkle_prove_consistency(&store, m, n, &p), OK);
            assert_int_equal(proto_merkle_check_consistency(&log_head[m], &log_head[n], &p), OK);
            if (m == n)
                continue;
            assert_int_equal(proto_merkle_prove_inclusion(&store, m, n, &p), OK);
            assert_int_equal(proto_merkle_check_inclusion(&log_head[n], m, log_node[0][m], &p), OK);
        }
    }
}

static void a_mirror_of_300_leaves_has_the_cosigned_root(void **state)
{
    static struct proto_note note;
    struct proto_note_key key = read_key("tlog/sunlight-300/mirror.vkey");
    struct proto_tlog_checkpoint c;
    struct proto_note_sig sig;
    struct proto_merkle_tree t;
    struct proto_merkle_made made[PROTO_MERKLE_LEVELS];
    size_t full_len = 0, part_len = 0, above_len = 0, checkpoint_len = 0, count = 0;
    uint8_t *full = vectors_read("tlog/sunlight-300/tile/0/000", &full_len);
    uint8_t *part = vectors_read("tlog/sunlight-300/tile/0/001.p/44", &part_len);
    uint8_t *above = vectors_read("tlog/sunlight-300/tile/1/000.p/1", &above_len);
    uint8_t *checkpoint = vectors_read("tlog/sunlight-300/checkpoint", &checkpoint_len);
    uint8_t root[32];

    (void)state;
    assert_int_equal(full_len + part_len, 300 * 32);
    assert_int_equal(above_len, 32);
    proto_merkle_init(&t);
    for (size_t i = 0; i < 300; i++) {
        const uint8_t *hash = i < 256 ? full + 32 * i : part + 32 * (i - 256);
        assert_int_equal(proto_merkle_append(&t, hash, made, &count), OK);
        if (i == 255) {  /* the tile above holds what this leaf completes */
            assert_int_equal(count, 9);
            assert_memory_equal(made[8].hash, above, 32);
        }
    }
    assert_int_equal(proto_note_parse(checkpoint, checkpoint_len, &note), OK);
    assert_int_equal(proto_note_check(&note, &key, &sig), OK);
    assert_in_range(sig.time_s, 1700000000, 1900000000);
    assert_int_equal(proto_tlog_checkpoint_decode(note.text, note.text_len, &c), OK);
    assert_int_equal(c.head.size, 300);
    proto_merkle_root(&t, root);
    assert_memory_equal(root, c.head.root, 32);
    free(full);
    free(part);
    free(above);
    free(checkpoint);
}

static void check_note(const char *name, const char *key_name, bool cosigned)
{
    static struct proto_note note;
    struct proto_note_key key = read_key(key_name);
    struct proto_note_sig sig;
    size_t len = 0;
    uint8_t *data = vectors_read(name, &len);

    assert_int_equal(proto_note_parse(data, len, &note), OK);
    assert_int_equal(proto_note_check(&note, &key, &sig), OK);
    assert_int_equal(sig.time_s != 0, cosigned);
    key.key[0] ^= 1;
    assert_int_equal(proto_note_check(&note, &key, NULL), ERR_SIGNATURE);
    free(data);
}

static void notes_that_others_signed(void **state)
{
    (void)state;
    check_note("tlog/cosigned/witness.checkpoint", "tlog/cosigned/witness.vkey", true);
    check_note("tlog/cosigned/witness2.checkpoint", "tlog/cosigned/witness2.vkey", true);
    check_note("tlog/signed-note/c2sp-example.note", "tlog/signed-note/c2sp-example.vkey", false);
}

#define TREE "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e"

/* What our witness answers; what it would cosign it remembers. */
static int witness(struct proto_witness_log *logs, size_t count, const char *body)
{
    struct proto_witness_verdict v;

    assert_int_equal(proto_witness_judge(logs, count, (const uint8_t *)body, strlen(body), &v), OK);
    if (v.status == PROTO_WITNESS_COSIGNED)
        logs[v.log].seen = v.head;
    return (int)v.status;
}

static void an_exchange_with_a_witness_goes_as_recorded(void **state)
{
    cJSON *json = vectors_json("tlog/witness_add_checkpoint_exchange.json");
    struct vector log_key = vector_hex(json, "log_ed25519_public_key_hex");
    struct proto_witness_log logs[2];
    const cJSON *row;
    size_t rows = 0;

    (void)state;
    memset(logs, 0, sizeof logs);
    assert_int_equal(proto_note_key_make(TREE "562", PROTO_NOTE_ED25519, log_key.data, &logs[0].key), OK);
    /* The third request names a log that its key does not belong to. Recorded is 403; where nobody knows that log it is 404 today. */
    assert_int_equal(proto_note_key_make(TREE "563", PROTO_NOTE_ED25519, (const uint8_t[32]){ 9 }, &logs[1].key), OK);
    assert_int_equal(witness(logs, 1, vector_text(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "exchange_in_order"), 2), "request_body")),
        404);
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(json, "exchange_in_order")) {
        assert_int_equal(witness(logs, 2, vector_text(row, "request_body")), vector_number(row, "status"));
        rows++;
    }
    assert_int_equal(rows, 9);
    assert_int_equal(logs[0].seen.size, 5);
    vector_free(&log_key);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inclusion_proofs),
        cmocka_unit_test(consistency_proofs),
        cmocka_unit_test(inclusion_proofs_in_ranges),
        cmocka_unit_test(consistency_proofs_of_ranges),
        cmocka_unit_test(roots_by_size),
        cmocka_unit_test(a_whole_log_verifies_and_its_sizes_are_consistent),
        cmocka_unit_test(a_mirror_of_300_leaves_has_the_cosigned_root),
        cmocka_unit_test(notes_that_others_signed),
        cmocka_unit_test(an_exchange_with_a_witness_goes_as_recorded),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
