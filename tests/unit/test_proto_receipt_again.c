/* proto/receipt: a checkpoint that was found good is not verified again, and nothing else passes for it. PROTOCOL.md P-118. */
#include "tests/support/check.h"

#include "proto/region.h"
#include "proto/reply.h"
#include "proto/tlog.h"

#include <sodium.h>

/* A log of one leaf, so its root is that leaf's hash and there is no proof. */
struct log {
    struct proto_region region;
    struct proto_note_key key;
    struct proto_msg msg;
    struct proto_receipt receipt;
    uint8_t secret[64], root[PROTO_HASH_LEN], text[1024];
};

static const uint8_t envelope[] = "the signed bytes of a message";

static void sign_checkpoint(struct log *l, uint64_t size, const uint8_t root[PROTO_HASH_LEN])
{
    struct proto_tlog_checkpoint c = { .head.size = size };
    uint8_t text[PROTO_TLOG_CHECKPOINT_ROOM];
    struct proto_note_sig sig = { 0 };
    struct wr w;
    size_t len = 0;

    check_name(c.origin, l->key.name);
    memcpy(c.head.root, root, PROTO_HASH_LEN);
    assert_err(proto_tlog_checkpoint_encode(&c, text, sizeof text, &len), OK);
    assert_err(proto_note_sign(&l->key, l->secret, text, len, &sig), OK);
    wr_init(&w, l->text, sizeof l->text);
    proto_note_write_text(&w, text, len);
    proto_note_write_line(&w, &l->key, &sig);
    assert_err(wr_end(&w), OK);
    l->receipt.checkpoint = (struct proto_blob){ l->text, w.len };
}

static void fill(struct log *l)
{
    l->msg.kind = PROTO_CANCEL;
    memset(l->msg.head.id, 0x41, sizeof l->msg.head.id);
    l->msg.head.issued_s = 999;
    l->msg.head.valid_until_s = 1100;
    l->receipt.time_s = 1000;
    l->receipt.previous = PROTO_NO_LEAF;
    l->receipt.number = 1;
    l->receipt.tree_size = 1;
    proto_side_commit(l->receipt.side_salt, l->receipt.number, l->receipt.previous, l->receipt.from_side);
}

static int setup(void **state)
{
    struct log *l = calloc(1, sizeof *l);
    uint8_t seed[32] = { 7 }, leaf[PROTO_LEAF_LEN];

    assert_non_null(l);
    crypto_sign_seed_keypair(l->region.log_key, l->secret, seed);
    assert_err(proto_note_key_make("log.example/demo", PROTO_NOTE_ED25519, l->region.log_key, &l->key), OK);
    check_name(l->region.log_origin, l->key.name);
    fill(l);
    assert_err(proto_act_leaf(&l->msg, envelope, sizeof envelope, &l->receipt, leaf), OK);
    proto_merkle_leaf(leaf, sizeof leaf, l->root);
    sign_checkpoint(l, 1, l->root);
    *state = l;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static enum err judge(const struct log *l, uint8_t root[PROTO_HASH_LEN])
{
    return proto_receipt_check(&l->region, &l->msg, envelope, sizeof envelope, &l->receipt, 0, root);
}

/* The same answer, and the same root, the second time. */
static void test_again(void **state)
{
    const struct log *l = *state;
    uint8_t root[PROTO_HASH_LEN];

    for (size_t i = 0; i < 3; i++) {
        memset(root, 0, sizeof root);
        assert_err(judge(l, root), OK);
        assert_memory_equal(root, l->root, sizeof root);
    }
}

static void test_changed(void **state)
{
    struct log *l = *state;

    assert_err(judge(l, NULL), OK);
    for (size_t i = 0; i < l->receipt.checkpoint.len; i++) {
        l->text[i] ^= 1;
        assert_err(judge(l, NULL), ERR_SIGNATURE);
        l->text[i] ^= 1;
    }
    for (l->receipt.checkpoint.len--; l->receipt.checkpoint.len != 0; l->receipt.checkpoint.len--)
        assert_err(judge(l, NULL), ERR_SIGNATURE);
}

/* It is the leaf that is proven, not that the checkpoint is known. */
static void test_other_leaf(void **state)
{
    struct log *l = *state;

    assert_err(judge(l, NULL), OK);
    l->msg.head.id[0] ^= 1;
    assert_err(judge(l, NULL), ERR_SIGNATURE);
    l->msg.head.id[0] ^= 1;
    l->receipt.tree_size++;
    assert_err(judge(l, NULL), ERR_SIGNATURE);
}

static void test_other_key(void **state)
{
    struct log *l = *state;

    assert_err(judge(l, NULL), OK);
    l->region.log_key[0] ^= 1;
    assert_err(judge(l, NULL), ERR_SIGNATURE);
    l->region.log_key[0] ^= 1;
    l->region.log_origin[0] ^= 1;
    assert_err(judge(l, NULL), ERR_SIGNATURE);
    l->region.log_origin[0] ^= 1;
    assert_err(judge(l, NULL), OK);
}

/* More of them than are remembered: each stays what it is. */
static void test_in_turn(void **state)
{
    struct log *l = *state;
    uint8_t other[PROTO_HASH_LEN];

    memset(other, 0x35, sizeof other);
    for (size_t round = 0; round < 3; round++) {
        sign_checkpoint(l, 1, l->root);
        test_again(state);
        sign_checkpoint(l, 1, other);
        assert_err(judge(l, NULL), ERR_SIGNATURE);
        assert_err(judge(l, NULL), ERR_SIGNATURE);
        for (uint64_t size = 2; size < 8; size++) {
            sign_checkpoint(l, size, l->root);
            assert_err(judge(l, NULL), ERR_SIGNATURE);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_leaf, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_in_turn, setup, teardown),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("proto/receipt again", tests, NULL, NULL);
}
