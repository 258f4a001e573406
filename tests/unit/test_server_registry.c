/* server/registry: the copy of the registry that a keyholder keeps of what nodes bring (P-195). */
#include "tests/support/check.h"
#include "tests/support/hub_folder.h"
#include "tests/support/registry_sample.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/wr.h"
#include "proto/fields.h"
#include "server/registry.h"

#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

struct world {
    struct hub_folder folder;
    struct registry_sample hub;         /* the hub's own */
    struct proto_region *region;        /* the keyholder's */
    struct server_registry *r;
    uint8_t leaf[4][PROTO_REGISTRY_LEAF_MAX];
    size_t len[4], count;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    hub_folder_open(&w->folder);
    registry_sample_init(&w->hub);
    w->region = malloc(sizeof *w->region);
    assert_non_null(w->region);
    *w->region = w->hub.region.r;
    assert_err(server_registry_new(w->folder.file, w->region, &w->r), OK);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    server_registry_free(w->r);
    free(w->region);
    registry_sample_fini(&w->hub);
    hub_folder_close(&w->folder);
    free(w);
    return 0;
}

/* The hub takes a statement. */
static void say(struct world *w, enum proto_registry_act act, size_t about, const char *by)
{
    struct proto_registry_say s = registry_say(&w->hub, act, about);
    struct registry_note n = registry_signed(&w->hub, &s, by);

    assert_err(proto_registry_leaf(REGISTRY_NOW, n.data, n.len, w->leaf[w->count], sizeof w->leaf[0], &w->len[w->count]), OK);
    assert_int_equal(registry_put(w->hub.r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    w->count++;
}

/* What a node brings: the leaves from first to last under the hub's checkpoint. */
static enum err get_hash(void *context, uint8_t level, uint64_t index, uint8_t out[PROTO_MERKLE_HASH_LEN])
{
    const struct world *w = context;
    uint8_t left[PROTO_MERKLE_HASH_LEN], right[PROTO_MERKLE_HASH_LEN];

    if (level == 0) {
        proto_merkle_leaf(w->leaf[index], w->len[index], out);
        return OK;
    }
    assert_err(get_hash(context, (uint8_t)(level - 1), 2 * index, left), OK);
    assert_err(get_hash(context, (uint8_t)(level - 1), 2 * index + 1, right), OK);
    proto_merkle_node(left, right, out);
    return OK;
}

/* A part: up to this leaf of all there are, with its proof; flip changes a bit of it. */
static enum err bring_part(struct world *w, size_t from, size_t to, bool flip, uint64_t *have)
{
    struct registry_note checkpoint = registry_checkpoint(&w->hub, w->hub.r);
    const struct proto_merkle_store nodes = { get_hash, w };
    struct proto_merkle_proof proof;
    uint8_t copy[32768], *exact;
    struct wr out;
    enum err e;

    wr_init(&out, copy, sizeof copy);
    wr_bytes16(&out, checkpoint.data, checkpoint.len);
    wr_u16(&out, (uint16_t)(to - from));
    for (size_t i = from; i < to; i++)
        wr_bytes16(&out, w->leaf[i], w->len[i]);
    assert_err(proto_merkle_prove_consistency(&nodes, to, w->count, &proof), OK);
    if (flip)
        proof.hash[0][7] ^= 1;
    wr_u8(&out, proof.count);
    wr_copy(&out, proof.hash[0], (size_t)proof.count * PROTO_MERKLE_HASH_LEN);
    assert_err(wr_end(&out), OK);
    exact = check_exact(copy, out.len);
    e = server_registry_take(w->r, from, exact, out.len, have);
    free(exact);
    return e;
}

static enum err bring(struct world *w, uint64_t first, size_t from, size_t to, uint64_t *have)
{
    struct registry_note checkpoint = registry_checkpoint(&w->hub, w->hub.r);
    uint8_t copy[32768], *exact;
    struct wr out;
    enum err e;

    wr_init(&out, copy, sizeof copy);
    wr_bytes16(&out, checkpoint.data, checkpoint.len);
    wr_u16(&out, (uint16_t)(to - from));
    for (size_t i = from; i < to; i++)
        wr_bytes16(&out, w->leaf[i], w->len[i]);
    assert_err(wr_end(&out), OK);
    exact = check_exact(copy, out.len);
    e = server_registry_take(w->r, first, exact, out.len, have);
    free(exact);
    return e;
}

/* As after a restart: nothing was folded yet. */
static enum err begin_again(struct world *w, struct trouble *t)
{
    server_registry_free(w->r);
    *w->region = w->hub.region.r;
    w->region->partner_count = SAMPLE_PARTNERS;
    for (size_t i = 0; i < SAMPLE_PARTNERS; i++) {
        w->region->partner[i].revoked = false;
        w->region->partner[i].until_s = 0;
    }
    assert_err(server_registry_new(w->folder.file, w->region, &w->r), OK);
    return server_registry_load(w->r, t);
}

/* A node in league with the hub and a partner brings it; behind it no revocation would count. */
static void a_leaf_of_the_future_is_not_taken(void **state)
{
    struct world *w = *state;
    uint64_t have = 7, at_s = clock_now_s() + 86400;
    struct proto_registry_say s = registry_say(&w->hub, PROTO_REG_PACK, 0);
    struct registry_note n;

    s.made_s = at_s;
    s.before_s = at_s + 86400;
    n = registry_signed(&w->hub, &s, "1");
    assert_err(proto_registry_leaf(at_s, n.data, n.len, w->leaf[0], sizeof w->leaf[0], &w->len[0]), OK);
    assert_int_equal(registry_put(w->hub.r, &n, at_s), PROTO_REG_COUNTS);
    w->count = 1;
    w->leaf[0][w->len[0] - 5] ^= 1;
    assert_err(bring(w, 0, 0, 1, &have), ERR_SIGNATURE);
    w->leaf[0][w->len[0] - 5] ^= 1;
    assert_err(bring(w, 0, 0, 1, &have), ERR_EXPIRED);
    assert_int_equal(have, 7);
    assert_int_equal(proto_registry_size(server_registry_fold(w->r)), 0);
    assert_int_not_equal(access(w->folder.file, F_OK), 0);
}

/* The hub appended it beside the rules: it moves no time, and keeps nothing back. */
static void a_void_leaf_of_the_future_is_taken(void **state)
{
    struct world *w = *state;
    struct registry_note junk = { .len = 5, .data = "junk\n" };
    uint64_t have = 7;

    assert_err(proto_registry_leaf(PROTO_TIME_MAX, junk.data, junk.len, w->leaf[0], sizeof w->leaf[0], &w->len[0]), OK);
    assert_int_equal(registry_put(w->hub.r, &junk, PROTO_TIME_MAX), PROTO_REG_MALFORMED);
    w->count = 1;
    say(w, PROTO_REG_REVOKE, 2, "01");
    assert_err(bring(w, 0, 0, 2, &have), OK);
    assert_int_equal(have, 2);
    assert_true(proto_region_partner(w->region, w->hub.region.id[2])->revoked);
}

static void what_nodes_bring_is_kept_and_folded(void **state)
{
    struct world *w = *state;
    uint64_t have = 77;

    say(w, PROTO_REG_ADMIT, 0, "01");
    assert_err(bring(w, 0, 0, 1, &have), OK);
    assert_int_equal(have, 1);
    assert_non_null(proto_region_partner(w->region, w->hub.new_id));
    assert_false(proto_region_partner(w->region, w->hub.region.id[2])->revoked);
    say(w, PROTO_REG_REVOKE, 2, "01");
    assert_err(bring(w, 1, 1, 2, &have), OK);
    assert_int_equal(have, 2);
    assert_true(proto_region_partner(w->region, w->hub.region.id[2])->revoked);
}

static void they_are_there_after_a_restart(void **state)
{
    struct world *w = *state;
    uint64_t have = 77;

    say(w, PROTO_REG_ADMIT, 0, "01");
    assert_err(bring(w, 0, 0, 1, &have), OK);
    say(w, PROTO_REG_REVOKE, 2, "01");
    assert_err(bring(w, 1, 1, 2, &have), OK);
    assert_int_equal(have, 2);
    server_registry_free(w->r);
    *w->region = w->hub.region.r;
    w->region->partner_count = SAMPLE_PARTNERS;
    for (size_t i = 0; i < SAMPLE_PARTNERS; i++) {
        w->region->partner[i].revoked = false;
        w->region->partner[i].until_s = 0;
    }
    assert_err(server_registry_new(w->folder.file, w->region, &w->r), OK);
    assert_err(server_registry_refresh(w->r), OK);
    assert_int_equal(proto_registry_size(server_registry_fold(w->r)), 2);
    assert_true(proto_region_partner(w->region, w->hub.region.id[2])->revoked);
    assert_non_null(proto_region_partner(w->region, w->hub.new_id));
}

static void leaves_that_do_not_begin_here_change_nothing(void **state)
{
    struct world *w = *state;
    uint64_t have = 77;

    say(w, PROTO_REG_ADMIT, 0, "01");
    say(w, PROTO_REG_REVOKE, 2, "01");
    assert_err(bring(w, 1, 1, 2, &have), OK);
    assert_int_equal(have, 0);
    assert_err(bring(w, 0, 0, 2, &have), OK);
    assert_int_equal(have, 2);
    assert_err(bring(w, 0, 0, 2, &have), OK);
    assert_int_equal(have, 2);
}

static void another_history_is_refused(void **state)
{
    struct world *w = *state;
    uint64_t have = 77;

    say(w, PROTO_REG_ADMIT, 0, "01");
    w->leaf[0][w->len[0] - 5] ^= 1;
    assert_err(bring(w, 0, 0, 1, &have), ERR_SIGNATURE);
    w->leaf[0][w->len[0] - 5] ^= 1;
    say(w, PROTO_REG_REVOKE, 2, "01");
    assert_err(bring(w, 0, 0, 1, &have), ERR_SHORT);
    assert_int_equal(have, 77);
    assert_int_equal(proto_registry_size(server_registry_fold(w->r)), 0);
    assert_int_equal(w->region->partner_count, SAMPLE_PARTNERS);
}

/* A registry that no message holds comes in parts; nothing of it counts before the last, and nothing that is not proven is kept. */
static void parts_are_put_together(void **state)
{
    struct world *w = *state;
    uint64_t have = 77;

    say(w, PROTO_REG_ADMIT, 0, "01");
    say(w, PROTO_REG_QUOTA, 1, "02");
    say(w, PROTO_REG_REVOKE, 2, "01");
    assert_err(bring_part(w, 0, 1, false, &have), OK);
    assert_int_equal(have, 1);
    assert_int_equal(proto_registry_size(server_registry_fold(w->r)), 0);
    assert_err(bring_part(w, 1, 2, false, &have), OK);
    assert_int_equal(have, 2);
    assert_err(bring(w, 0, 0, 1, &have), OK);
    assert_int_equal(have, 2);
    assert_err(bring(w, 2, 2, 3, &have), OK);
    assert_int_equal(have, 3);
    assert_int_equal(proto_registry_size(server_registry_fold(w->r)), 3);
    assert_true(proto_region_partner(w->region, w->hub.region.id[2])->revoked);
}

static void parts_go_on_behind_what_is_held(void **state)
{
    struct world *w = *state;
    uint64_t have = 77;

    say(w, PROTO_REG_ADMIT, 0, "01");
    assert_err(bring(w, 0, 0, 1, &have), OK);
    for (size_t i = 0; i < 3; i++)
        say(w, PROTO_REG_QUOTA, i, i == 0 ? "12" : i == 1 ? "02" : "01");
    for (size_t i = 1; i < 4; i++) {
        assert_err(i < 3 ? bring_part(w, i, i + 1, false, &have) : bring(w, i, i, i + 1, &have), OK);
        assert_int_equal(have, i + 1);
    }
    assert_int_equal(proto_registry_size(server_registry_fold(w->r)), 4);
}

static void a_part_that_is_not_proven_is_not_kept(void **state)
{
    struct world *w = *state;
    uint64_t have = 77;

    for (size_t i = 0; i < 3; i++)
        say(w, i == 0 ? PROTO_REG_ADMIT : PROTO_REG_QUOTA, i, i == 0 ? "01" : i == 1 ? "02" : "01");
    assert_err(bring_part(w, 0, 1, true, &have), ERR_SIGNATURE);
    assert_int_equal(have, 77);
    assert_err(bring_part(w, 0, 1, false, &have), OK);
    w->leaf[1][w->len[1] - 5] ^= 1;
    assert_err(bring_part(w, 1, 2, false, &have), ERR_SIGNATURE);
    w->leaf[1][w->len[1] - 5] ^= 1;
    /* What had come was proven and stays: else anybody could begin it anew for ever. */
    assert_err(bring_part(w, 1, 2, false, &have), OK);
    assert_int_equal(have, 2);
    w->leaf[2][w->len[2] - 5] ^= 1;
    assert_err(bring(w, 2, 2, 3, &have), ERR_SIGNATURE);
    w->leaf[2][w->len[2] - 5] ^= 1;
    assert_err(bring(w, 2, 2, 3, &have), OK);
    assert_int_equal(have, 3);
    assert_int_equal(proto_registry_size(server_registry_fold(w->r)), 3);
}

/* Somebody puts a longer copy in the file's place meanwhile: what waited began elsewhere. */
static void parts_of_before_another_file_are_forgotten(void **state)
{
    struct world *w = *state;
    uint8_t *one = NULL, *two = NULL;
    uint64_t have = 77;
    size_t one_len = 0, two_len = 0;
    struct trouble t = { 0 };

    say(w, PROTO_REG_ADMIT, 0, "01");
    assert_err(bring(w, 0, 0, 1, &have), OK);
    assert_err(file_read(w->folder.file, 65536, &one, &one_len, NULL), OK);
    say(w, PROTO_REG_QUOTA, 1, "02");
    assert_err(bring(w, 1, 1, 2, &have), OK);
    assert_err(file_read(w->folder.file, 65536, &two, &two_len, NULL), OK);
    assert_err(file_write(w->folder.file, one, one_len, 0644, NULL), OK);
    assert_err(begin_again(w, &t), OK);
    say(w, PROTO_REG_QUOTA, 2, "01");
    say(w, PROTO_REG_REVOKE, 2, "01");
    assert_err(bring_part(w, 1, 2, false, &have), OK);
    assert_int_equal(have, 2);
    assert_err(file_write(w->folder.file, two, two_len, 0644, NULL), OK);
    assert_err(bring(w, 2, 2, 4, &have), OK);
    assert_int_equal(have, 4);
    assert_true(proto_region_partner(w->region, w->hub.region.id[2])->revoked);
    free(one);
    free(two);
}

/* Else what it revoked would count again. */
static void a_file_that_cannot_be_read_is_no_beginning(void **state)
{
    struct world *w = *state;
    struct trouble t = { 0 };
    uint8_t *data = NULL;
    uint64_t have = 77;
    size_t len = 0;

    assert_err(begin_again(w, &t), OK);
    say(w, PROTO_REG_REVOKE, 2, "01");
    assert_err(bring(w, 0, 0, 1, &have), OK);
    assert_err(begin_again(w, &t), OK);
    assert_true(w->region->partner[2].revoked);
    assert_err(file_read(w->folder.file, 65536, &data, &len, NULL), OK);
    data[len - 5] ^= 1;
    assert_err(file_write(w->folder.file, data, len, 0644, NULL), OK);
    assert_err(begin_again(w, &t), ERR_SIGNATURE);
    assert_non_null(strstr(t.text, "schakel partner export"));
    data[len - 5] ^= 1;
    for (size_t n = 0; n < len; n += 97) {
        assert_err(file_write(w->folder.file, data, n, 0644, NULL), OK);
        assert_true(begin_again(w, &t) != OK);
    }
    assert_err(file_write(w->folder.file, data, len, 0644, NULL), OK);
    assert_int_equal(truncate(w->folder.file, PROTO_REGISTRY_COPY_MAX + 1), 0);
    assert_err(begin_again(w, &t), ERR_LONG);
    assert_err(file_write(w->folder.file, data, len, 0644, NULL), OK);
    assert_err(begin_again(w, &t), OK);
    /* Later a damaged file changes nothing: what is held stands. */
    assert_err(file_write(w->folder.file, data, len - 1, 0644, NULL), OK);
    assert_err(server_registry_refresh(w->r), OK);
    assert_true(w->region->partner[2].revoked);
    free(data);
}

/* So many leaves of this length, which count for nothing, as a copy. Gives *data. */
static void make_copy(struct world *w, size_t count, size_t leaf_len, uint8_t **data, size_t *len)
{
    size_t room = 2 + PROTO_NOTE_MAX + 2 + count * (2 + leaf_len);
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX] = "at 1\n", hash[PROTO_MERKLE_HASH_LEN];
    struct registry_note checkpoint;
    struct proto_merkle_tree tree;
    struct proto_merkle_head head;
    struct wr out;

    *data = malloc(room);
    assert_non_null(*data);
    proto_merkle_init(&tree);
    proto_merkle_leaf(leaf, leaf_len, hash);
    for (size_t i = 0; i < count; i++)
        assert_err(proto_merkle_append(&tree, hash, NULL, NULL), OK);
    head.size = tree.size;
    proto_merkle_root(&tree, head.root);
    checkpoint = registry_checkpoint_of(&w->hub, &head);
    wr_init(&out, *data, room);
    wr_bytes16(&out, checkpoint.data, checkpoint.len);
    wr_u16(&out, (uint16_t)count);
    for (size_t i = 0; i < count; i++)
        wr_bytes16(&out, leaf, leaf_len);
    assert_err(wr_end(&out), OK);
    *len = out.len;
}

/* Whoever takes it can read it again, up to the most that a registry can be; more is not taken. */
static void as_much_as_a_registry_can_be_is_there_after_a_restart(void **state)
{
    const size_t most = PROTO_REGISTRY_LEAVES_MAX / (2 + PROTO_REGISTRY_LEAF_MAX);
    struct world *w = *state;
    struct trouble t = { 0 };
    uint8_t *data = NULL;
    uint64_t have = 77;
    size_t len = 0;

    make_copy(w, most + 1, PROTO_REGISTRY_LEAF_MAX, &data, &len);
    assert_true(server_registry_take(w->r, 0, data, len, &have) != OK);
    free(data);
    make_copy(w, most, PROTO_REGISTRY_LEAF_MAX, &data, &len);
    assert_err(server_registry_take(w->r, 0, data, len, &have), OK);
    assert_int_equal(have, most);
    free(data);
    assert_err(begin_again(w, &t), OK);
    assert_int_equal(proto_registry_size(server_registry_fold(w->r)), most);
}

/* ---- a copy that another role writes anew ---- */

struct writing { const char *path; const char *text; };

static void *write_later(void *arg)
{
    const struct writing *w = arg;

    (void)poll(NULL, 0, 50);
    assert_err(file_write(w->path, w->text, strlen(w->text), 0644, NULL), OK);
    return NULL;
}

/* Also when it is the same, byte for byte. */
static void what_is_written_anew_is_waited_for(void **state)
{
    struct world *w = *state;
    struct writing as_before = { w->folder.file, "as before" };
    uint8_t before[SERVER_REGISTRY_STAMP], none[SERVER_REGISTRY_STAMP] = { 0 };
    pthread_t thread;
    int fd[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    /* A question that waits for its answer is no reason to begin. */
    assert_int_equal(write(fd[1], "q", 1), 1);
    server_registry_stamp(w->folder.file, before);
    assert_memory_equal(before, none, sizeof before);
    for (int i = 0; i < 2; i++) {
        uint64_t start = clock_mono_ms();

        server_registry_stamp(w->folder.file, before);
        assert_int_equal(pthread_create(&thread, NULL, write_later, &as_before), 0);
        assert_err(server_registry_await(w->folder.file, before, fd[0]), OK);
        assert_true(clock_mono_ms() - start >= 40);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
    /* It is there already. */
    assert_err(server_registry_await(w->folder.file, none, fd[0]), OK);
    (void)close(fd[0]);
    (void)close(fd[1]);
}

/* The hub stops: a role must not wait for a file for ever. */
static void nobody_is_waited_for_when_the_other_end_is_gone(void **state)
{
    struct world *w = *state;
    uint8_t before[SERVER_REGISTRY_STAMP];
    int fd[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    server_registry_stamp(w->folder.file, before);
    (void)close(fd[1]);
    assert_err(server_registry_await(w->folder.file, before, fd[0]), ERR_PEER);
    (void)close(fd[0]);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_nodes_bring_is_kept_and_folded), T(they_are_there_after_a_restart), T(leaves_that_do_not_begin_here_change_nothing),
        T(another_history_is_refused), T(a_leaf_of_the_future_is_not_taken), T(a_void_leaf_of_the_future_is_taken),
        T(parts_are_put_together), T(parts_go_on_behind_what_is_held), T(a_part_that_is_not_proven_is_not_kept),
        T(a_file_that_cannot_be_read_is_no_beginning), T(parts_of_before_another_file_are_forgotten), T(as_much_as_a_registry_can_be_is_there_after_a_restart),
        T(what_is_written_anew_is_waited_for), T(nobody_is_waited_for_when_the_other_end_is_gone),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
