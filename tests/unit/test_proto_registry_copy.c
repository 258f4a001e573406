/* proto/registry against a hub that lies: what a copy must be before it is taken (P-191). */
#include "tests/support/check.h"
#include "tests/support/registry_sample.h"

#include "base/wr.h"

#include <sodium.h>

static struct registry_sample s;
static struct proto_region *hub_region;
static struct proto_registry *hub;
static uint8_t leaves[8 * PROTO_REGISTRY_LEAF_MAX];
static struct proto_registry_more more;

/* The hub has three leaves; the reader has the first. */
static int setup(void **state)
{
    enum proto_registry_why why;
    struct wr w;

    (void)state;
    registry_sample_init(&s);
    hub_region = malloc(sizeof *hub_region);
    assert_non_null(hub_region);
    *hub_region = s.region.r;
    assert_err(proto_registry_new(hub_region, &hub), OK);
    wr_init(&w, leaves, sizeof leaves);
    for (size_t i = 0; i < 3; i++) {
        struct proto_registry_say say = registry_say(&s, PROTO_REG_QUOTA, i);
        struct registry_note n = registry_signed(&s, &say, i == 0 ? "12" : i == 1 ? "02" : "01");
        uint8_t leaf[PROTO_REGISTRY_LEAF_MAX];
        size_t len;

        assert_err(proto_registry_leaf(REGISTRY_NOW + i, n.data, n.len, leaf, sizeof leaf, &len), OK);
        assert_err(proto_registry_append(hub, leaf, len, &why), OK);
        assert_int_equal(why, PROTO_REG_COUNTS);
        if (i == 0)
            assert_err(proto_registry_append(s.r, leaf, len, &why), OK);
        else
            wr_bytes16(&w, leaf, len);
    }
    more = (struct proto_registry_more){ leaves, w.len, 2 };
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    proto_registry_free(hub);
    free(hub_region);
    registry_sample_fini(&s);
    return 0;
}

static enum err check(const struct registry_note *checkpoint)
{
    struct proto_merkle_head head = { .size = 77 };
    enum err e = proto_registry_check(s.r, checkpoint->data, checkpoint->len, &more, &head);

    assert_int_equal(head.size, e == OK ? 3 : 77);
    assert_int_equal(proto_registry_size(s.r), 1);
    return e;
}

static void an_honest_copy_fits(void **state)
{
    struct registry_note n = registry_checkpoint(&s, hub);

    (void)state;
    assert_err(check(&n), OK);
}

static void a_rewritten_leaf_is_found(void **state)
{
    struct registry_note n = registry_checkpoint(&s, hub);

    (void)state;
    for (size_t i = 10; i < more.len; i += 97) {
        leaves[i] ^= 1;
        assert_int_not_equal(check(&n), OK);
        leaves[i] ^= 1;
    }
    assert_err(check(&n), OK);
}

static void a_cut_tail_is_found(void **state)
{
    struct proto_region *other_region = malloc(sizeof *other_region);
    struct proto_registry *other = NULL;
    struct registry_note n;

    (void)state;
    assert_non_null(other_region);
    *other_region = s.region.r;
    assert_err(proto_registry_new(other_region, &other), OK);
    n = registry_checkpoint(&s, other);  /* of no leaf at all */
    assert_err(check(&n), ERR_STATE);
    proto_registry_free(other);
    free(other_region);
}

static void another_history_of_the_same_length_is_found(void **state)
{
    struct registry_note n = registry_checkpoint(&s, hub), same = registry_checkpoint(&s, s.r);
    struct proto_registry_say say = registry_say(&s, PROTO_REG_QUOTA, 0), next = registry_say(&s, PROTO_REG_QUOTA, 1);
    struct registry_note own = registry_signed(&s, &say, "12"), then = registry_signed(&s, &next, "02");
    struct proto_merkle_head head;

    (void)state;
    assert_err(check(&same), ERR_SIGNATURE);  /* leaves behind a checkpoint that does not cover them */
    more = (struct proto_registry_more){ leaves, 0, 0 };
    assert_err(check(&n), ERR_SHORT);
    assert_int_equal(registry_put(s.r, &own, REGISTRY_NOW + 1), PROTO_REG_COUNTS);
    assert_int_equal(registry_put(s.r, &then, REGISTRY_NOW + 2), PROTO_REG_COUNTS);
    assert_err(proto_registry_check(s.r, n.data, n.len, &more, &head), ERR_SIGNATURE);
}

static void a_checkpoint_of_another_log_or_key_is_refused(void **state)
{
    struct registry_note n = registry_checkpoint(&s, hub);
    char *origin = strstr((char *)n.data, "/registry");

    (void)state;
    assert_non_null(origin);
    n.data[n.len - 10] ^= 1;
    assert_int_not_equal(check(&n), OK);
    n.data[n.len - 10] ^= 1;
    origin[1] = 'R';
    assert_int_not_equal(check(&n), OK);
    memcpy(s.region.log_secret, s.new_secret, sizeof s.new_secret);
    memcpy(s.region.r.log_key, s.new_public, sizeof s.new_public);
    n = registry_checkpoint(&s, hub);
    memcpy(s.region.r.log_key, hub_region->log_key, sizeof s.new_public);
    assert_err(check(&n), ERR_NOTFOUND);
}

/* As many leaves as one likes say nothing and cost the hub nothing; a reader that kept them could not start again. */
static void more_than_a_registry_can_be_is_not_taken(void **state)
{
    static const uint8_t leaf[] = { 0, 5, 'a', 't', ' ', '1', '\n' };
    uint8_t *many = malloc((size_t)PROTO_REGISTRY_MAX * sizeof leaf), hash[PROTO_MERKLE_HASH_LEN];
    struct proto_merkle_tree tree;
    struct proto_merkle_head head;
    struct registry_note n;

    (void)state;
    assert_non_null(many);
    proto_merkle_init(&tree);
    for (size_t i = 0; i <= PROTO_REGISTRY_MAX; i++) {
        if (i < PROTO_REGISTRY_MAX)
            memcpy(many + i * sizeof leaf, leaf, sizeof leaf);
        proto_merkle_leaf(leaf + 2, sizeof leaf - 2, hash);
        assert_err(proto_merkle_append(&tree, hash, NULL, NULL), OK);
    }
    head.size = tree.size;
    proto_merkle_root(&tree, head.root);
    n = registry_checkpoint_of(&s, &head);
    more = (struct proto_registry_more){ many, PROTO_REGISTRY_MAX * sizeof leaf, PROTO_REGISTRY_MAX };
    assert_err(check(&n), ERR_RANGE);
    free(many);
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(an_honest_copy_fits), ROW(a_rewritten_leaf_is_found), ROW(a_cut_tail_is_found), ROW(another_history_of_the_same_length_is_found),
        ROW(a_checkpoint_of_another_log_or_key_is_refused), ROW(more_than_a_registry_can_be_is_not_taken),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
