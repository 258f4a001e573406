/*
 * proto/tlog: checkpoints, proof files and witness requests: round trips, forms that are refused, and a
 * receipt end to end.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/tlog.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ROOT "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="
#define LEAVES 11

static uint8_t *exact(const void *data, size_t len)
{
    uint8_t *copy = malloc(len);

    assert_non_null(copy);
    memcpy(copy, data, len);
    return copy;
}

/* A log of eleven leaves with its key, and its signed checkpoint. */
static struct proto_note_key log_key;
static uint8_t log_secret[64];
static uint8_t leaf_hash[LEAVES][32];
static uint8_t node[4][LEAVES][32];
static struct proto_merkle_head head;
static uint8_t checkpoint[512];
static size_t checkpoint_len;

static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[32])
{
    (void)context;
    memcpy(out, node[level][index], 32);
    return OK;
}

static const struct proto_merkle_store store = { get_node, NULL };

static int make_log(void **state)
{
    struct proto_tlog_checkpoint c = { .origin = "schakel.example/log" };
    struct proto_merkle_made made[PROTO_MERKLE_LEVELS];
    struct proto_note_sig sig = { .time_s = 0 };
    struct proto_merkle_tree t;
    uint8_t seed[32] = { 1 }, public_key[32], text[PROTO_TLOG_CHECKPOINT_ROOM];
    size_t count = 0, text_len = 0;
    struct wr w;

    (void)state;
    proto_merkle_init(&t);
    for (uint8_t i = 0; i < LEAVES; i++) {
        proto_merkle_leaf(&i, 1, leaf_hash[i]);
        if (proto_merkle_append(&t, leaf_hash[i], made, &count) != OK)
            return -1;
        for (size_t j = 0; j < count; j++)
            memcpy(node[made[j].level][made[j].index], made[j].hash, 32);
    }
    head.size = t.size;
    proto_merkle_root(&t, head.root);
    c.head = head;
    (void)crypto_sign_seed_keypair(public_key, log_secret, seed);
    wr_init(&w, checkpoint, sizeof checkpoint);
    if (proto_note_key_make("schakel.example/log", PROTO_NOTE_ED25519, public_key, &log_key) != OK ||
        proto_tlog_checkpoint_encode(&c, text, sizeof text, &text_len) != OK ||
        proto_note_sign(&log_key, log_secret, text, text_len, &sig) != OK)
        return -1;
    proto_note_write_text(&w, text, text_len);
    proto_note_write_line(&w, &log_key, &sig);
    checkpoint_len = w.len;
    return wr_end(&w) == OK ? 0 : -1;
}

static size_t make_proof(uint64_t index, const char *extra, uint8_t *out, size_t cap)
{
    static struct proto_tlog_proof p;
    size_t len = 0;

    memset(&p, 0, sizeof p);
    p.index = index;
    assert_int_equal(proto_merkle_prove_inclusion(&store, index, head.size, &p.path), OK);
    p.checkpoint = checkpoint;
    p.checkpoint_len = checkpoint_len;
    p.extra_len = strlen(extra);
    memcpy(p.extra, extra, p.extra_len);
    assert_int_equal(proto_tlog_proof_encode(&p, out, cap, &len), OK);
    return len;
}

static void a_signed_checkpoint_opens_under_the_logs_key(void **state)
{
    static struct proto_note n;
    struct proto_tlog_checkpoint c;

    (void)state;
    assert_int_equal(proto_tlog_checkpoint_open(checkpoint, checkpoint_len, &log_key, &n, &c), OK);
    assert_int_equal(c.head.size, LEAVES);
    assert_memory_equal(c.head.root, head.root, 32);
    assert_int_equal(n.count, 1);
}

static void a_checkpoint_of_another_origin_is_refused(void **state)
{
    static struct proto_note n;
    struct proto_tlog_checkpoint c = { .origin = "somebody.else/log", .head = head };
    struct proto_note_sig sig = { .time_s = 0 };
    uint8_t text[256], note[512];
    size_t len = 0;
    struct wr w;

    (void)state;
    assert_int_equal(proto_tlog_checkpoint_encode(&c, text, sizeof text, &len), OK);
    assert_int_equal(proto_note_sign(&log_key, log_secret, text, len, &sig), OK);
    wr_init(&w, note, sizeof note);
    proto_note_write_text(&w, text, len);
    proto_note_write_line(&w, &log_key, &sig);
    assert_int_equal(proto_tlog_checkpoint_open(note, w.len, &log_key, &n, &c), ERR_KEY);
}

static void a_checkpoint_the_log_did_not_sign_is_refused(void **state)
{
    static struct proto_note n;
    struct proto_tlog_checkpoint c;
    struct proto_note_key other;
    uint8_t key[32] = { 9 };

    (void)state;
    assert_int_equal(proto_note_key_make("schakel.example/log", PROTO_NOTE_ED25519, key, &other), OK);
    assert_int_equal(proto_tlog_checkpoint_open(checkpoint, checkpoint_len, &other, &n, &c), ERR_NOTFOUND);
}

static void a_proof_file_is_written_as_specified(void **state)
{
    static const char start[] = "c2sp.org/tlog-proof@v1\nextra aGVsbG8=\nindex 10\n";
    uint8_t out[2048];
    size_t len = make_proof(10, "hello", out, sizeof out);

    (void)state;
    assert_memory_equal(out, start, sizeof start - 1);
    /* Leaf 10 of 11: two subtrees to its left, then an empty line and the checkpoint. */
    assert_int_equal(len, sizeof start - 1 + 2 * 45 + 1 + checkpoint_len);
    assert_memory_equal(out + len - checkpoint_len, checkpoint, checkpoint_len);
}

static void every_leafs_proof_goes_round_and_checks(void **state)
{
    static struct proto_tlog_proof p;

    (void)state;
    for (uint64_t i = 0; i < LEAVES; i++) {
        uint8_t out[2048], again[2048], *in;
        struct proto_tlog_checkpoint c;
        size_t len = make_proof(i, i % 2 == 0 ? "extra" : "", out, sizeof out), again_len = 0;
        in = exact(out, len);
        assert_int_equal(proto_tlog_proof_decode(in, len, &p), OK);
        assert_int_equal(p.index, i);
        assert_int_equal(proto_tlog_proof_check(&p, leaf_hash[i], &log_key, &c), OK);
        assert_int_equal(c.head.size, LEAVES);
        assert_int_equal(proto_tlog_proof_check(&p, leaf_hash[(i + 1) % LEAVES], &log_key, NULL), ERR_SIGNATURE);
        assert_int_equal(proto_tlog_proof_encode(&p, again, sizeof again, &again_len), OK);
        assert_int_equal(again_len, len);
        assert_memory_equal(again, out, len);
        free(in);
    }
}

static void every_prefix_of_a_proof_file_is_refused(void **state)
{
    static struct proto_tlog_proof p, before;
    uint8_t out[2048];
    size_t len = make_proof(5, "extra", out, sizeof out);

    (void)state;
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *in = exact(out, cut);
        memset(&p, 0xee, sizeof p);
        before = p;
        if (proto_tlog_proof_decode(in, cut, &p) == OK)
            assert_int_not_equal(proto_tlog_proof_check(&p, leaf_hash[5], &log_key, NULL), OK);
        else
            assert_memory_equal(&p, &before, sizeof p);
        free(in);
    }
}

static void every_flipped_bit_of_a_proof_file_is_refused(void **state)
{
    static struct proto_tlog_proof p;
    uint8_t out[2048];
    size_t len = make_proof(5, "", out, sizeof out);

    (void)state;
    for (size_t i = 0; i < len * 8; i++) {
        uint8_t *in = exact(out, len);
        in[i / 8] ^= (uint8_t)(1u << (i % 8));
        if (proto_tlog_proof_decode(in, len, &p) == OK)
            assert_int_not_equal(proto_tlog_proof_check(&p, leaf_hash[5], &log_key, NULL), OK);
        free(in);
    }
}

static enum err decode_proof(const char *text)
{
    static struct proto_tlog_proof p;
    uint8_t *in = exact(text, strlen(text));
    enum err e = proto_tlog_proof_decode(in, strlen(text), &p);

    free(in);
    return e;
}

#define PROOF(name, text, expected) \
    static void name(void **state) \
    { \
        (void)state; \
        assert_int_equal(decode_proof(text), expected); \
    }

#define HEAD "c2sp.org/tlog-proof@v1\n"

PROOF(a_proof_without_hashes_is_read, HEAD "index 0\n\nx\n", OK)
PROOF(another_version_is_refused, "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n", ERR_VERSION)
PROOF(a_missing_index_is_refused, HEAD "\nx\n", ERR_SYNTAX)
PROOF(an_index_with_leading_zero_is_refused, HEAD "index 00\n\nx\n", ERR_SYNTAX)
PROOF(an_index_over_the_limit_is_refused, HEAD "index 4611686018427387904\n\nx\n", ERR_RANGE)
PROOF(extra_after_the_index_is_refused, HEAD "index 0\nextra AAAA\n\nx\n", ERR_SYNTAX)
PROOF(extra_twice_is_refused, HEAD "extra AAAA\nextra AAAA\nindex 0\n\nx\n", ERR_SYNTAX)
PROOF(empty_extra_is_refused, HEAD "extra \nindex 0\n\nx\n", ERR_SYNTAX)
PROOF(extra_that_is_not_base64_is_refused, HEAD "extra !\nindex 0\n\nx\n", ERR_SYNTAX)
PROOF(a_hash_too_short_is_refused, HEAD "index 0\nAAAA\n\nx\n", ERR_SYNTAX)
PROOF(a_missing_empty_line_is_refused, HEAD "index 0\n" ROOT "\n", ERR_SHORT)
PROOF(a_missing_checkpoint_is_refused, HEAD "index 0\n\n", ERR_SHORT)

/* before, n times middle, after. */
static void fill(char *out, size_t cap, const char *before, const char *middle, size_t n, const char *after)
{
    struct wr w;

    wr_init(&w, (uint8_t *)out, cap);
    wr_copy(&w, (const uint8_t *)before, strlen(before));
    for (size_t i = 0; i < n; i++)
        wr_copy(&w, (const uint8_t *)middle, strlen(middle));
    wr_copy(&w, (const uint8_t *)after, strlen(after) + 1);
    assert_int_equal(wr_end(&w), OK);
}

static void more_hashes_than_any_tree_has_are_refused(void **state)
{
    char text[8192];

    (void)state;
    fill(text, sizeof text, HEAD "index 0\n", ROOT "\n", PROTO_MERKLE_PROOF_MAX, "\nx\n");
    assert_int_equal(decode_proof(text), OK);
    fill(text, sizeof text, HEAD "index 0\n", ROOT "\n", PROTO_MERKLE_PROOF_MAX + 1, "\nx\n");
    assert_int_equal(decode_proof(text), ERR_RANGE);
}

static void too_much_extra_is_refused(void **state)
{
    static struct proto_tlog_proof p;
    char text[8192];
    uint8_t out[8192];
    size_t len = 1;

    (void)state;
    p.checkpoint = checkpoint;
    p.checkpoint_len = checkpoint_len;
    p.extra_len = PROTO_TLOG_EXTRA_MAX + 1;
    assert_int_equal(proto_tlog_proof_encode(&p, out, sizeof out, &len), ERR_LONG);
    p.extra_len = PROTO_TLOG_EXTRA_MAX;
    assert_int_equal(proto_tlog_proof_encode(&p, out, sizeof out, &len), OK);
    assert_int_equal(proto_tlog_proof_decode(out, len, &p), OK);
    assert_int_equal(p.extra_len, PROTO_TLOG_EXTRA_MAX);
    fill(text, sizeof text, HEAD "extra ", "AAAA", 5464 / 4, "\nindex 0\n\nx\n");
    assert_int_equal(decode_proof(text), ERR_LONG);
}

static void proofs_that_cannot_be_written_are_refused(void **state)
{
    static struct proto_tlog_proof p;
    struct proto_tlog_request q = { .old = 1 };
    uint8_t out[256];
    size_t len = 1;

    (void)state;
    assert_int_equal(proto_tlog_proof_encode(&p, out, sizeof out, &len), ERR_SYNTAX);
    assert_int_equal(proto_tlog_request_encode(&q, out, sizeof out, &len), ERR_SYNTAX);
    q.checkpoint = p.checkpoint = checkpoint;
    q.checkpoint_len = p.checkpoint_len = checkpoint_len;
    q.path.count = 64;
    p.path.count = 65;
    assert_int_equal(proto_tlog_proof_encode(&p, out, sizeof out, &len), ERR_RANGE);
    assert_int_equal(proto_tlog_request_encode(&q, out, sizeof out, &len), ERR_RANGE);
    q.path.count = p.path.count = 0;
    q.old = p.index = PROTO_MERKLE_SIZE_MAX + 1;
    assert_int_equal(proto_tlog_proof_encode(&p, out, sizeof out, &len), ERR_RANGE);
    assert_int_equal(proto_tlog_request_encode(&q, out, sizeof out, &len), ERR_RANGE);
    q.old = p.index = 0;
    assert_int_equal(proto_tlog_proof_encode(&p, out, 20, &len), ERR_LONG);
    assert_int_equal(proto_tlog_request_encode(&q, out, 20, &len), ERR_LONG);
    assert_int_equal(len, 1);
}

static void a_witness_request_goes_round(void **state)
{
    struct proto_tlog_request q = { .old = 7, .checkpoint = checkpoint, .checkpoint_len = checkpoint_len }, back;
    uint8_t out[2048], again[2048], *in;
    size_t len = 0, again_len = 0;

    (void)state;
    assert_int_equal(proto_merkle_prove_consistency(&store, 7, LEAVES, &q.path), OK);
    assert_int_equal(proto_tlog_request_encode(&q, out, sizeof out, &len), OK);
    assert_memory_equal(out, "old 7\n", 6);
    in = exact(out, len);
    assert_int_equal(proto_tlog_request_decode(in, len, &back), OK);
    assert_int_equal(back.old, 7);
    assert_int_equal(back.path.count, q.path.count);
    assert_int_equal(proto_tlog_request_encode(&back, again, sizeof again, &again_len), OK);
    assert_int_equal(again_len, len);
    assert_memory_equal(again, out, len);
    free(in);
}

static void bent_witness_requests_are_refused(void **state)
{
    static const struct { const char *text; enum err expected; } row[] = {
        { "", ERR_SHORT },
        { "old 1", ERR_SHORT },
        { "old 1\n", ERR_SHORT },
        { "old 1\n\n", ERR_SHORT },
        { "old 1\n\nx", OK },
        { "old\n\nx", ERR_SYNTAX },
        { "old 01\n\nx", ERR_SYNTAX },
        { "old -1\n\nx", ERR_SYNTAX },
        { "new 1\n\nx", ERR_SYNTAX },
        { "old 1\nAAAA\n\nx", ERR_SYNTAX },
        { "old 4611686018427387904\n\nx", ERR_RANGE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct proto_tlog_request q;
        uint8_t *in = exact(row[i].text, strlen(row[i].text));
        assert_int_equal(proto_tlog_request_decode(in, strlen(row[i].text), &q), row[i].expected);
        free(in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_checkpoint_opens_under_the_logs_key),
        cmocka_unit_test(a_checkpoint_of_another_origin_is_refused),
        cmocka_unit_test(a_checkpoint_the_log_did_not_sign_is_refused),
        cmocka_unit_test(a_proof_file_is_written_as_specified),
        cmocka_unit_test(every_leafs_proof_goes_round_and_checks),
        cmocka_unit_test(every_prefix_of_a_proof_file_is_refused),
        cmocka_unit_test(every_flipped_bit_of_a_proof_file_is_refused),
        cmocka_unit_test(a_proof_without_hashes_is_read),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(a_missing_index_is_refused),
        cmocka_unit_test(an_index_with_leading_zero_is_refused),
        cmocka_unit_test(an_index_over_the_limit_is_refused),
        cmocka_unit_test(extra_after_the_index_is_refused),
        cmocka_unit_test(extra_twice_is_refused),
        cmocka_unit_test(empty_extra_is_refused),
        cmocka_unit_test(extra_that_is_not_base64_is_refused),
        cmocka_unit_test(a_hash_too_short_is_refused),
        cmocka_unit_test(a_missing_empty_line_is_refused),
        cmocka_unit_test(a_missing_checkpoint_is_refused),
        cmocka_unit_test(more_hashes_than_any_tree_has_are_refused),
        cmocka_unit_test(too_much_extra_is_refused),
        cmocka_unit_test(proofs_that_cannot_be_written_are_refused),
        cmocka_unit_test(a_witness_request_goes_round),
        cmocka_unit_test(bent_witness_requests_are_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, make_log, NULL);
}
