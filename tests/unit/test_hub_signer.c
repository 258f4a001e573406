#include "support/check.h"
#include "support/hub_folder.h"

#include "base/file.h"
#include "hub/signer.h"
#include "proto/tlog.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

/* A small tree in memory whose heads and proofs the signer is asked about. */
enum { LEAVES = 64, PLACE = 1024 };

struct fixture {
    struct hub_folder folder;
    uint8_t secret[64];
    char vkey[PROTO_NOTE_VKEY_ROOM];
    struct proto_note_key key;
    struct hub_signer *s;
    uint8_t node[7][LEAVES][32];
};

static enum err get_node(void *context, uint8_t level, uint64_t index, uint8_t out[32])
{
    struct fixture *f = context;

    memcpy(out, f->node[level][index], 32);
    return OK;
}

static void make_tree(struct fixture *f, uint8_t flavour)
{
    for (size_t i = 0; i < LEAVES; i++) {
        uint8_t data[2] = { (uint8_t)i, flavour };

        proto_merkle_leaf(data, i < 8 ? 1 : 2, f->node[0][i]);
    }
    for (size_t level = 1; level < 7; level++)
        for (size_t i = 0; i < (size_t)LEAVES >> level; i++)
            proto_merkle_node(f->node[level - 1][2 * i], f->node[level - 1][2 * i + 1], f->node[level][i]);
}

static void ask(struct fixture *f, uint64_t old, uint64_t size, struct proto_merkle_head *head, struct proto_merkle_proof *proof)
{
    struct proto_merkle_store store = { get_node, f };
    struct proto_merkle_tree tree;

    assert_err(proto_merkle_load(&store, size, &tree), OK);
    head->size = size;
    proto_merkle_root(&tree, head->root);
    assert_err(proto_merkle_prove_consistency(&store, old, size, proof), OK);
}

static enum err sign(struct fixture *f, uint64_t old, uint64_t size, const struct hub_signed **out)
{
    struct proto_merkle_head head;
    struct proto_merkle_proof proof;

    ask(f, old, size, &head, &proof);
    return hub_signer_sign(f->s, &head, &proof, out);
}

static void reopen(struct fixture *f)
{
    hub_signer_close(f->s);
    f->s = NULL;
    assert_err(hub_signer_open(f->folder.file, f->vkey, f->secret, &f->s, NULL), OK);
}

static int open_signer(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    uint8_t public_key[32];

    hub_folder_open(&f->folder);
    (void)crypto_sign_keypair(public_key, f->secret);
    assert_err(proto_note_key_make("test.log", PROTO_NOTE_ED25519, public_key, &f->key), OK);
    proto_note_key_encode(&f->key, f->vkey);
    make_tree(f, 1);
    assert_err(hub_signer_init(f->folder.file, NULL), OK);
    reopen(f);
    *state = f;
    return 0;
}

static int close_signer(void **state)
{
    struct fixture *f = *state;

    hub_signer_close(f->s);
    hub_folder_close(&f->folder);
    free(f);
    return 0;
}

static void check_note(const struct fixture *f, const struct hub_signed *s, uint64_t size)
{
    struct proto_tlog_checkpoint c;
    struct proto_note note;
    uint8_t *exact = check_exact(s->note, s->note_len);

    assert_err(proto_tlog_checkpoint_open(exact, s->note_len, &f->key, &note, &c), OK);
    assert_int_equal(c.head.size, size);
    assert_memory_equal(c.head.root, s->head.root, 32);
    free(exact);
}

static void the_empty_log_is_signed(void **state)
{
    struct fixture *f = *state;
    const struct hub_signed *s;

    assert_err(sign(f, 0, 0, &s), OK);
    check_note(f, s, 0);
}

static void each_step_that_extends_the_last_is_signed(void **state)
{
    static const uint64_t sizes[] = { 1, 2, 3, 7, 8, 8, 20, 63, 64 };
    struct fixture *f = *state;
    const struct hub_signed *s;
    uint64_t old = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_err(sign(f, old, sizes[i], &s), OK);
        check_note(f, s, sizes[i]);
        old = sizes[i];
    }
}

static void another_history_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct hub_signed *s;

    assert_err(sign(f, 0, 20, &s), OK);
    make_tree(f, 2);
    assert_err(sign(f, 20, 30, &s), ERR_SIGNATURE);
    assert_err(sign(f, 20, 20, &s), ERR_SIGNATURE);
    assert_int_equal(hub_signer_last(f->s)->head.size, 20);
    /* Where both are the same still, it is no other history. */
    make_tree(f, 1);
    assert_err(sign(f, 20, 30, &s), OK);
}

static void a_smaller_tree_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct hub_signed *s;

    assert_err(sign(f, 0, 20, &s), OK);
    assert_err(sign(f, 0, 19, &s), ERR_RANGE);
    assert_err(sign(f, 0, 0, &s), ERR_RANGE);
}

static void it_remembers_over_a_restart(void **state)
{
    struct fixture *f = *state;
    const struct hub_signed *s;

    for (uint64_t size = 1; size <= 9; size++) {
        assert_err(sign(f, size - 1, size, &s), OK);
        reopen(f);
        assert_int_equal(hub_signer_last(f->s)->head.size, size);
        check_note(f, hub_signer_last(f->s), size);
    }
    make_tree(f, 2);
    assert_err(sign(f, 9, 10, &s), ERR_SIGNATURE);
}

static void flip(const struct fixture *f, off_t at)
{
    int fd = open(f->folder.file, O_RDWR);
    uint8_t b;

    assert_int_equal(pread(fd, &b, 1, at), 1);
    b ^= 0x10;
    assert_int_equal(pwrite(fd, &b, 1, at), 1);
    (void)close(fd);
}

static void a_write_torn_by_a_crash_leaves_the_one_before(void **state)
{
    struct fixture *f = *state;
    const struct hub_signed *s;

    assert_err(sign(f, 0, 5, &s), OK);
    assert_err(sign(f, 5, 6, &s), OK);
    /* 6 is in the second place: turn 4. */
    flip(f, PLACE + 20);
    reopen(f);
    assert_int_equal(hub_signer_last(f->s)->head.size, 5);
}

static void a_file_damaged_in_both_places_is_refused(void **state)
{
    struct fixture *f = *state;
    struct hub_signer *s = NULL;
    struct trouble t = { 0 };

    flip(f, 100);
    flip(f, PLACE + 100);
    assert_err(hub_signer_open(f->folder.file, f->vkey, f->secret, &s, &t), ERR_SYNTAX);
    assert_null(s);
    assert_true(t.text[0] != '\0');
}

static void a_missing_file_is_refused(void **state)
{
    struct fixture *f = *state;
    struct hub_signer *s = NULL;

    assert_int_equal(unlink(f->folder.file), 0);
    assert_err(hub_signer_open(f->folder.file, f->vkey, f->secret, &s, NULL), ERR_NOTFOUND);
    assert_null(s);
}

static void init_never_writes_over_a_memory(void **state)
{
    struct fixture *f = *state;
    const struct hub_signed *s;

    assert_err(sign(f, 0, 5, &s), OK);
    assert_err(hub_signer_init(f->folder.file, NULL), ERR_EXISTS);
    reopen(f);
    assert_int_equal(hub_signer_last(f->s)->head.size, 5);
}

static void another_key_than_the_regions_is_refused(void **state)
{
    struct fixture *f = *state;
    struct hub_signer *s = NULL;
    uint8_t secret[64], public_key[32];

    (void)crypto_sign_keypair(public_key, secret);
    assert_err(hub_signer_open(f->folder.file, f->vkey, secret, &s, NULL), ERR_KEY);
    assert_null(s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_signer, close_signer)
    const struct CMUnitTest tests[] = {
        T(the_empty_log_is_signed), T(each_step_that_extends_the_last_is_signed), T(another_history_is_refused),
        T(a_smaller_tree_is_refused), T(it_remembers_over_a_restart), T(a_write_torn_by_a_crash_leaves_the_one_before),
        T(a_file_damaged_in_both_places_is_refused), T(a_missing_file_is_refused), T(init_never_writes_over_a_memory),
        T(another_key_than_the_regions_is_refused),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
