/* proto/receipt: the leaf of an act, and the proof that it is in the log. PROTOCOL.md P-110 to P-119. */
#include "tests/support/check.h"

#include "proto/leaf.h"
#include "proto/region.h"
#include "proto/reply.h"
#include "proto/tlog.h"
#include "proto/region_log.h"

#include <sodium.h>

enum { ROOM = 8192 };

static const uint8_t note[] = "not a checkpoint, but bytes in its place";
static const uint8_t some[64] = "bytes of a signed message that nobody takes apart in this test.";

static void fill_rows(struct proto_rows *rows)
{
    memset(rows, 0, sizeof *rows);
    rows->count = 2;
    rows->row[0] = (struct proto_row){.section = "att_detail", .verdict = 4, .reason = 3, .at_holder = 1, .rule = "R06"};
    rows->row[1] = (struct proto_row){.section = "ident", .verdict = 0, .reason = 2};
}

static void fill_receipt(struct proto_receipt *r)
{
    memset(r, 0, sizeof *r);
    r->index = 0x0102030405060708;
    r->time_s = 0x0000111213141516;
    memset(r->seed, 0x21, sizeof r->seed);
    memset(r->from_side, 0x22, sizeof r->from_side);
    memset(r->to_side, 0x23, sizeof r->to_side);
    r->side = 1;
    r->number = 7;
    r->previous = PROTO_NO_LEAF;
    memset(r->side_salt, 0x24, sizeof r->side_salt);
    r->result = PROTO_DENIED;
    fill_rows(&r->rows);
    r->tree_size = 0x0102030405060709;
    r->proof_len = 2;
    memset(r->proof[0], 0x25, 32);
    memset(r->proof[1], 0x26, 32);
    r->checkpoint = (struct proto_blob){note, sizeof note};
}

static const uint8_t envelope[] = "the signed bytes of the message below, as its sender sent them";

static void fill_msg(struct proto_msg *m)
{
    memset(m, 0, sizeof *m);
    m->kind = PROTO_OFFER;
    memset(m->head.id, 0x41, sizeof m->head.id);
    memset(m->head.from, 0x42, sizeof m->head.from);
    memset(m->head.to, 0x43, sizeof m->head.to);
    memset(m->head.case_id, 0x44, sizeof m->head.case_id);
    m->head.subject.type = PROTO_SUBJECT_CITIZEN;
    memset(m->head.subject.value, 0x45, sizeof m->head.subject.value);
    check_name(m->head.purpose, "att_enforce");
    memset(m->head.pack, 0x46, sizeof m->head.pack);
    memset(m->head.actor, 0x47, sizeof m->head.actor);
    m->head.role = PROTO_ROLE_COORDINATOR;
    m->statements.count = 2;
    memset(m->statements.id[0], 0x48, PROTO_ID_LEN);
    memset(m->statements.id[1], 0x49, PROTO_ID_LEN);
    m->original = (struct proto_blob){some, 20};
    m->approval = (struct proto_blob){some + 20, 10};
}

/* P-110: HMAC-SHA-256 over "schakel side v1", number, previous; RFC 2104 spelled out here. */
static void test_side(void **state)
{
    uint8_t salt[32], pad[64], text[64], inner[32], expected[32], out[32];

    (void)state;
    memset(salt, 0x24, sizeof salt);
    memcpy(text, "schakel side v1\0\0\0\0\0\0\0\7\xff\xff\xff\xff\xff\xff\xff\xff", 31);
    for (int pass = 0; pass < 2; pass++) {
        crypto_hash_sha256_state st;

        memset(pad, pass == 0 ? 0x36 : 0x5c, sizeof pad);
        for (size_t i = 0; i < sizeof salt; i++)
            pad[i] ^= salt[i];
        crypto_hash_sha256_init(&st);
        crypto_hash_sha256_update(&st, pad, sizeof pad);
        crypto_hash_sha256_update(&st, pass == 0 ? text : inner, pass == 0 ? 31 : 32);
        crypto_hash_sha256_final(&st, pass == 0 ? inner : expected);
    }
    proto_side_commit(salt, 7, PROTO_NO_LEAF, out);
    assert_memory_equal(out, expected, sizeof out);
    proto_side_commit(salt, 8, PROTO_NO_LEAF, out);
    assert_memory_not_equal(out, expected, sizeof out);
    proto_side_commit(salt, 7, 0, out);
    assert_memory_not_equal(out, expected, sizeof out);
}

static void expect_group(const uint8_t leaf[PROTO_LEAF_LEN], const uint8_t seed[32], size_t group, const char *tag, const uint8_t *fields,
    size_t len)
{
    uint8_t text[ROOM] = {0}, salt[32], no[17] = "schakel leaf salt", label[18], expected[32];

    memcpy(label, no, sizeof no);
    label[17] = (uint8_t)group;
    crypto_auth_hmacsha256(salt, label, sizeof label, seed);
    memcpy(text, tag, strlen(tag));
    memcpy(text + 16, fields, len);
    crypto_auth_hmacsha256(expected, text, 16 + len, salt);
    assert_memory_equal(leaf + 18 + 32 * group, expected, 32);
}

static size_t put(uint8_t *out, size_t at, const void *data, size_t len)
{
    out[at] = (uint8_t)(len >> 8);
    out[at + 1] = (uint8_t)len;
    if (len != 0)
        memcpy(out + at + 2, data, len);
    return at + 2 + len;
}

/* P-111 to P-117: the leaf, spelled out field by field beside the code that makes it. */
static void test_leaf(void **state)
{
    struct proto_msg m;
    struct proto_receipt r;
    uint8_t leaf[PROTO_LEAF_LEN], f[ROOM], rows[ROOM], digest[32];
    size_t n, rows_len = 0;

    (void)state;
    fill_msg(&m);
    fill_receipt(&r);
    assert_err(proto_act_leaf(&m, envelope, sizeof envelope, &r, leaf), OK);
    assert_memory_equal(leaf, "\1\0", 2);
    assert_memory_equal(leaf + 2, m.head.id, 16);
    assert_true(sodium_is_zero(leaf + 18 + 192, 16));
    n = put(f, 0, m.head.from, 16);
    n = put(f, n, m.head.to, 16);
    n = put(f, n, m.head.id, 16);
    n = put(f, n, "\0\0\x11\x12\x13\x14\x15\x16", 8);
    n = put(f, n, "\3", 1);
    n = put(f, n, r.from_side, 32);
    n = put(f, n, r.to_side, 32);
    expect_group(leaf, r.seed, 0, "schakel routing", f, n);
    n = put(f, 0, "\1", 1);
    n = put(f, n, m.head.subject.value, 32);
    n = put(f, n, m.head.case_id, 16);
    expect_group(leaf, r.seed, 1, "schakel subject", f, n);
    n = put(f, 0, m.head.actor, 32);
    n = put(f, n, "\2", 1);
    expect_group(leaf, r.seed, 2, "schakel actor", f, n);
    n = put(f, 0, "att_enforce", 11);
    n = put(f, n, m.statements.id, 32);
    n = put(f, n, m.head.pack, 32);
    expect_group(leaf, r.seed, 3, "schakel purpose", f, n);
    assert_err(proto_rows_encode(&r.rows, rows, sizeof rows, &rows_len), OK);
    n = put(f, 0, "\21", 1);
    n = put(f, n, rows, rows_len);
    expect_group(leaf, r.seed, 4, "schakel outcome", f, n);
    crypto_hash_sha256(digest, envelope, sizeof envelope);
    n = put(f, 0, digest, 32);
    crypto_hash_sha256(digest, some, 20);
    n = put(f, n, digest, 32);
    crypto_hash_sha256(digest, some + 20, 10);
    n = put(f, n, digest, 32);
    expect_group(leaf, r.seed, 5, "schakel evidence", f, n);
}

/* ---- receipts ---- */

/* A log of eleven leaves in which the act is the seventh, with its key and checkpoint. */
struct log {
    struct proto_region *region;
    uint8_t secret[64];
    struct proto_note_key key;
    struct proto_msg msg;
    struct proto_receipt receipt;
    uint8_t checkpoint[1024];
    uint8_t root[32];
};

enum { LEAVES = 11, ACT = 6 };

static uint8_t nodes[5][LEAVES][32];

static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[32])
{
    (void)context;
    assert_true(level < 5 && index < LEAVES);
    memcpy(out, nodes[level][index], 32);
    return OK;
}

static void grow(struct log *l, struct proto_merkle_tree *tree)
{
    for (uint64_t i = 0; i < LEAVES; i++) {
        struct proto_merkle_made made[PROTO_MERKLE_LEVELS];
        uint8_t leaf[PROTO_LEAF_LEN], hash[32];
        size_t count = 0;

        memset(leaf, (int)i, sizeof leaf);
        if (i == ACT)
            assert_err(proto_act_leaf(&l->msg, envelope, sizeof envelope, &l->receipt, leaf), OK);
        proto_merkle_leaf(leaf, sizeof leaf, hash);
        assert_err(proto_merkle_append(tree, hash, made, &count), OK);
        for (size_t k = 0; k < count; k++)
            memcpy(nodes[made[k].level][made[k].index], made[k].hash, 32);
    }
}

static void sign_checkpoint(struct log *l, const struct proto_note_key *key, const uint8_t secret[64], const char *origin, uint64_t size,
    const uint8_t root[32])
{
    struct proto_tlog_checkpoint c;
    struct proto_note_sig sig = {0};
    uint8_t text[PROTO_TLOG_CHECKPOINT_ROOM];
    struct wr w;
    size_t len = 0;

    memset(&c, 0, sizeof c);
    check_name(c.origin, origin);
    c.head.size = size;
    memcpy(c.head.root, root, 32);
    assert_err(proto_tlog_checkpoint_encode(&c, text, sizeof text, &len), OK);
    assert_err(proto_note_sign(key, secret, text, len, &sig), OK);
    wr_init(&w, l->checkpoint, sizeof l->checkpoint);
    proto_note_write_text(&w, text, len);
    proto_note_write_line(&w, key, &sig);
    assert_err(wr_end(&w), OK);
    l->receipt.checkpoint = (struct proto_blob){l->checkpoint, w.len};
}

/* A log whose operator says what it likes of the side's previous leaf. */
static void build(struct log *l, uint64_t previous)
{
    struct proto_merkle_tree *tree = calloc(1, sizeof *tree);
    const struct proto_merkle_store store = {get_node, NULL};
    struct proto_merkle_proof proof;

    assert_non_null(tree);
    fill_msg(&l->msg);
    fill_receipt(&l->receipt);
    l->msg.head.issued_s = l->receipt.time_s - 1;
    l->msg.head.valid_until_s = l->receipt.time_s + 60;
    l->receipt.index = ACT;
    l->receipt.previous = previous;
    memset(l->receipt.side_salt, 0x61, 32);
    proto_side_commit(l->receipt.side_salt, l->receipt.number, l->receipt.previous, l->receipt.to_side);
    proto_merkle_init(tree);
    grow(l, tree);
    proto_merkle_root(tree, l->root);
    assert_err(proto_merkle_prove_inclusion(&store, ACT, LEAVES, &proof), OK);
    l->receipt.tree_size = LEAVES;
    l->receipt.proof_len = proof.count;
    memcpy(l->receipt.proof, proof.hash, (size_t)proof.count * 32);
    sign_checkpoint(l, &l->key, l->secret, l->key.name, LEAVES, l->root);
    free(tree);
}

static int setup(void **state)
{
    struct log *l = calloc(1, sizeof *l);
    uint8_t public[32], seed[32] = {7};

    assert_non_null(l);
    l->region = calloc(1, sizeof *l->region);
    assert_non_null(l->region);
    crypto_sign_seed_keypair(public, l->secret, seed);
    assert_err(proto_note_key_make("log.example/demo", PROTO_NOTE_ED25519, public, &l->key), OK);
    proto_note_key_encode(&l->key, l->region->log_vkey);
    memcpy(l->region->log_key, public, sizeof l->region->log_key);
    check_name(l->region->log_origin, l->key.name);
    build(l, 3);
    *state = l;
    return 0;
}

static int teardown(void **state)
{
    struct log *l = *state;

    free(l->region);
    free(l);
    return 0;
}

static enum err judge(const struct log *l, uint8_t side, uint8_t root[32])
{
    return proto_receipt_check(l->region, &l->msg, envelope, sizeof envelope, &l->receipt, side, root);
}

/* P-118 */
static void test_receipt(void **state)
{
    struct log *l = *state;
    uint8_t root[32] = {0};

    assert_err(judge(l, 1, root), OK);
    assert_memory_equal(root, l->root, 32);
    assert_err(judge(l, 1, NULL), OK);
}

/* P-118: whatever in it is changed, the receipt no longer proves anything, and the root is not written. */
static void test_receipt_changed(void **state)
{
    const struct log *good = *state;
    struct log *l = malloc(sizeof *l);
    uint8_t root[32] = {0x5a};

    assert_non_null(l);
    for (int i = 0; i < 22; i++) {
        *l = *good;
        l->receipt.checkpoint.data = l->checkpoint;
        switch (i) {
        case 0: l->receipt.index ^= 1; break;
        case 1: l->receipt.time_s ^= 1; break;
        case 2: l->receipt.seed[31] ^= 1; break;
        case 3: l->receipt.from_side[0] ^= 1; break;
        case 4: l->receipt.to_side[0] ^= 1; break;
        case 5: l->receipt.number++; break;
        case 6: l->receipt.previous++; break;
        case 7: l->receipt.side_salt[0] ^= 1; break;
        case 8: l->receipt.result = PROTO_ACCEPTED; break;
        case 9: l->receipt.rows.row[0].verdict ^= 1; break;
        case 10: l->receipt.rows.count--; break;
        case 11: l->receipt.tree_size--; break;
        case 12: l->receipt.proof_len--; break;
        case 13: l->receipt.proof[1][5] ^= 1; break;
        case 14: l->receipt.side = 0; break;
        case 15: l->receipt.proof_len = PROTO_PROOF_MAX + 1; break;
        case 16: l->msg.head.from[0] ^= 1; break;
        case 17: l->msg.kind = PROTO_GRANT; break;
        case 18: l->msg.head.purpose[0] = 'b'; break;
        case 19: l->msg.approval.len--; break;
        case 20: l->receipt.rows.count = PROTO_SECTIONS_MAX + 1; break;
        default: l->receipt.checkpoint.len = 0; break;
        }
        assert_err(judge(l, 1, root), ERR_SIGNATURE);
        assert_int_equal(root[0], 0x5a);
    }
    free(l);
}

/* P-118: a leaf has a time that the rules of P-080 allow for its message: the message is the same, so only that decides here. */
static void test_receipt_of_a_day_before(void **state)
{
    struct log *l = *state;

    l->msg.head.issued_s = l->receipt.time_s + PROTO_ISSUED_AHEAD_S;
    assert_err(judge(l, 1, NULL), OK);
    l->msg.head.issued_s++;
    assert_err(judge(l, 1, NULL), ERR_SIGNATURE);
}

static void test_receipt_after_its_end(void **state)
{
    struct log *l = *state;

    l->msg.head.valid_until_s = l->receipt.time_s;
    assert_err(judge(l, 1, NULL), OK);
    l->msg.head.valid_until_s--;
    assert_err(judge(l, 1, NULL), ERR_SIGNATURE);
}

/* P-118: every byte of the checkpoint counts. */
static void test_receipt_checkpoint(void **state)
{
    struct log *l = *state;

    for (size_t i = 0; i < l->receipt.checkpoint.len; i++) {
        l->checkpoint[i] ^= 1;
        assert_err(judge(l, 1, NULL), ERR_SIGNATURE);
        l->checkpoint[i] ^= 1;
    }
    assert_err(judge(l, 1, NULL), OK);
}

/* P-118: the receipt opens one side only. */
static void test_receipt_other_side(void **state)
{
    struct log *l = *state;

    assert_err(judge(l, 0, NULL), ERR_SIGNATURE);
    assert_err(judge(l, 2, NULL), ERR_SIGNATURE);
    l->receipt.side = 0;
    assert_err(judge(l, 0, NULL), ERR_SIGNATURE);
}

/* P-118: the previous leaf of a side comes before this one, also when the hub commits to a later one. */
static void test_receipt_previous(void **state)
{
    struct log *l = *state;

    build(l, ACT - 1);
    assert_err(judge(l, 1, NULL), OK);
    build(l, PROTO_NO_LEAF);
    assert_err(judge(l, 1, NULL), OK);
    build(l, ACT);
    assert_err(judge(l, 1, NULL), ERR_SIGNATURE);
    build(l, PROTO_NO_LEAF - 1);
    assert_err(judge(l, 1, NULL), ERR_SIGNATURE);
}

/* P-118: another key than the region's, and another log under the region's name. */
static void test_receipt_other_log(void **state)
{
    struct log *l = *state;
    struct proto_note_key other;
    uint8_t public[32], secret[64], seed[32] = {9};

    crypto_sign_seed_keypair(public, secret, seed);
    assert_err(proto_note_key_make("log.example/demo", PROTO_NOTE_ED25519, public, &other), OK);
    sign_checkpoint(l, &other, secret, "log.example/demo", LEAVES, l->root);
    assert_err(judge(l, 1, NULL), ERR_SIGNATURE);
    sign_checkpoint(l, &l->key, l->secret, "log.example/other", LEAVES, l->root);
    assert_err(judge(l, 1, NULL), ERR_SIGNATURE);
    sign_checkpoint(l, &l->key, l->secret, "log.example/demo", LEAVES + 1, l->root);
    assert_err(judge(l, 1, NULL), ERR_SIGNATURE);
}

static void test_receipt_envelope(void **state)
{
    struct log *l = *state;

    assert_err(proto_receipt_check(l->region, &l->msg, envelope, sizeof envelope - 1, &l->receipt, 1, NULL), ERR_SIGNATURE);
}

static void test_receipt_region(void **state)
{
    struct log *l = *state;
    const struct proto_note_key key = l->key;

    for (size_t i = 0; i < PROTO_HASH_LEN; i++) {
        l->region->hash[i] ^= 1;
        assert_err(judge(l, 1, NULL), ERR_SIGNATURE);
        l->region->hash[i] ^= 1;
    }
    assert_err(judge(l, 1, NULL), OK);
    /* P-194: under a name that is no origin of this log nothing is signed; under another of its origins it is. */
    for (int is_one = 0; is_one < 2; is_one++) {
        assert_err(proto_note_key_make(is_one ? "log.example/demo/3" : "log.example/demo/1", PROTO_NOTE_ED25519, key.key, &l->key), OK);
        build(l, 3);
        assert_err(judge(l, 1, NULL), is_one ? OK : ERR_SIGNATURE);
    }
}

/* P-119: other programs can check it without ours: decoded and judged by the proof file's own rules. */
static void test_receipt_file(void **state)
{
    struct log *l = *state;
    struct proto_tlog_proof p;
    uint8_t leaf[PROTO_LEAF_LEN], hash[32];
    char file[ROOM];
    size_t len = 0;

    assert_err(proto_receipt_tlog_proof(&l->receipt, file, sizeof file, &len), OK);
    assert_err(proto_tlog_proof_decode((const uint8_t *)file, len, &p), OK);
    assert_int_equal(p.index, ACT);
    assert_int_equal(p.extra_len, 0);
    assert_err(proto_act_leaf(&l->msg, envelope, sizeof envelope, &l->receipt, leaf), OK);
    proto_merkle_leaf(leaf, sizeof leaf, hash);
    assert_err(proto_tlog_proof_check(&p, hash, &l->key, NULL), OK);
    hash[0] ^= 1;
    assert_err(proto_tlog_proof_check(&p, hash, &l->key, NULL), ERR_SIGNATURE);
    assert_err(proto_receipt_tlog_proof(&l->receipt, file, len - 1, &len), ERR_LONG);
    l->receipt.proof_len = PROTO_PROOF_MAX + 1;
    assert_err(proto_receipt_tlog_proof(&l->receipt, file, sizeof file, &len), ERR_RANGE);
}

static struct check_list tests;

static void add_on_log(const char *name, CMUnitTestFunction run)
{
    check_add(&tests, name, run, NULL);
    tests.tests[tests.count - 1].setup_func = setup;
    tests.tests[tests.count - 1].teardown_func = teardown;
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    check_add(&tests, "side commitment", test_side, NULL);
    check_add(&tests, "leaf of an act", test_leaf, NULL);
    add_on_log("receipt", test_receipt);
    add_on_log("receipt changed", test_receipt_changed);
    add_on_log("P-118 a leaf of before its message", test_receipt_of_a_day_before);
    add_on_log("P-118 a leaf of after its message's end", test_receipt_after_its_end);
    add_on_log("checkpoint changed", test_receipt_checkpoint);
    add_on_log("other side", test_receipt_other_side);
    add_on_log("previous leaf", test_receipt_previous);
    add_on_log("other log", test_receipt_other_log);
    add_on_log("other envelope", test_receipt_envelope);
    add_on_log("P-118 another region, and one without a log key", test_receipt_region);
    add_on_log("proof file", test_receipt_file);
    return check_run(&tests, "proto/receipt");
}
