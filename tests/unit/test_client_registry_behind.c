/*
 * client/registry_tell and client/witness against a hub in league with one partner: the registry that it shows this node ends before a revocation,
 * and that partner confirms it over and over. The keyholder, which the test plays, has the revocation from others.
 */
#include "tests/support/keyholder_played.h"
#include "tests/support/registry_world.h"

#include "client/registry_tell.h"

enum { STEP_MS = 5 };

/* What it answers: how many leaves it has; and to a checkpoint, 409 with that number. */
static struct { struct keyholder_played played; uint64_t has; size_t asked_copy, asked_line, leaves; bool silent, alternates; } keyholder;

static keyholder_answers answer;

static int setup_keyholder(void **state)
{
    assert_int_equal(setup(state), 0);
    memset(&keyholder, 0, sizeof keyholder);
    keyholder_played_open(&keyholder.played, w.n, answer, NULL);
    return 0;
}

static int teardown_keyholder(void **state)
{
    keyholder_played_close(w.n);
    return teardown(state);
}

static size_t say_other_size(uint8_t *out, size_t cap)
{
    const struct proto_witness_verdict other = {.status = PROTO_WITNESS_OTHER_SIZE};
    size_t len = 0;

    keyholder.asked_line++;
    keyholder.has ^= keyholder.alternates;
    assert_err(proto_witness_answer_encode(&other, keyholder.has, NULL, NULL, out, cap, &len), OK);
    return len;
}

static size_t say_size(const struct proto_msg *m, uint8_t *out, size_t cap)
{
    struct proto_registry_more more;
    struct proto_merkle_proof proof;
    const uint8_t *checkpoint;
    size_t len = 0;
    struct wr wr;

    assert_err(proto_registry_part_read(m->payload.data, m->payload.len, &checkpoint, &len, &more, &proof), OK);
    keyholder.asked_copy++;
    keyholder.leaves += (size_t)more.count;
    wr_init(&wr, out, cap);
    wr_u64(&wr, keyholder.has);
    assert_err(wr_end(&wr), OK);
    return wr.len;
}

static bool answer(void *arg, const struct keyholder_question *q, struct proto_reply *r)
{
    static uint8_t out[256];

    (void)arg;
    assert_true(q->kind == PROTO_WITNESS || q->kind == PROTO_REGISTRY_COPY);
    r->payload.data = out;
    r->payload.len = q->kind == PROTO_WITNESS ? say_other_size(out, sizeof out) : say_size(&q->msg, out, sizeof out);
    return !keyholder.silent;
}

static void go(uint64_t ms)
{
    for (uint64_t until = clock_mono_ms() + ms; clock_mono_ms() < until;) {
        client_registry_tell_step(w.n);
        turn(STEP_MS);
        keyholder_played_turn(&keyholder.played, w.n);
    }
}

/* One question of the node to the keyholder, now. */
static void ask_copy(void)
{
    size_t before = keyholder.asked_copy;

    client_registry_told(w.n)->due_ms = client_registry_told(w.n)->ask_ms = 0;
    for (uint64_t until = clock_mono_ms() + WAIT_MS; keyholder.asked_copy == before && clock_mono_ms() < until;)
        go(STEP_MS);
    assert_int_equal(keyholder.asked_copy, before + 1);
    for (uint64_t until = clock_mono_ms() + WAIT_MS; client_registry_told(w.n)->telling && clock_mono_ms() < until;)
        go(STEP_MS);
    assert_false(client_registry_told(w.n)->telling);
}

static void a_minute_goes_by(void)
{
    client_registry_told(w.n)->more_ms -= CLIENT_REGISTRY_BEHIND_MS;
}

/* One leaf here and one more at the keyholder; the partner confirms what is here, and will for as long as it likes. */
static void freeze(void)
{
    say(PROTO_REG_ADMIT, 0);
    give_leaves();
    keyholder.has = 1;
    (void)offer(w.now_s, w.now_s);
    take_line(false);
    goes_on();
}

static void the_keyholder_is_asked_though_nothing_is_new(void **state)
{
    (void)state;
    freeze();
    ask_copy();
    ask_copy();
    assert_int_equal(keyholder.leaves, 1);
    assert_false(stops(PROTO_GRANT));
    /* Not each time that the node turns. */
    go(100);
    assert_int_equal(keyholder.asked_copy, 2);
}

/* Also before there is anything, and without a checkpoint to show. */
static void an_empty_registry_is_asked_about_too(void **state)
{
    (void)state;
    keyholder.has = 2;
    ask_copy();
    assert_int_equal(keyholder.leaves, 0);
    a_minute_goes_by();
    assert_true(client_registry_tell_is_behind(w.n));
}

static void what_the_keyholder_has_more_is_ordinary_for_a_minute(void **state)
{
    (void)state;
    freeze();
    keyholder.has = 2;
    ask_copy();
    assert_false(stops(PROTO_GRANT));
    /* The hub is asked for it at once. */
    client_registry_step(w.n);
    (void)await(PROTO_QUERY, PROTO_QUERY_REGISTRY);
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    a_minute_goes_by();
    assert_false(stops(PROTO_GRANT));
    ask_copy();
    assert_false(stops(PROTO_GRANT));
}

static void a_revocation_that_only_the_keyholder_has_stops_what_is_given(void **state)
{
    (void)state;
    freeze();
    keyholder.has = 2;
    ask_copy();
    a_minute_goes_by();
    assert_true(stops(PROTO_GRANT));
    assert_true(stops(PROTO_OFFER));
    assert_true(stops(PROTO_RELEASE));
    assert_false(stops(PROTO_REQUEST));
    assert_false(stops(PROTO_STATEMENT));
    assert_false(stops(PROTO_REGISTRY));
    assert_true(client_link_is_trusted(w.n));
    assert_non_null(strstr(said(), "the keyholder has had more of the registry"));
    /* Said again it does not begin anew, nor by another number. */
    keyholder.has = 3;
    ask_copy();
    assert_true(stops(PROTO_GRANT));
    say(PROTO_REG_REVOKE, 2);
    give_leaves();
    assert_false(stops(PROTO_GRANT));
    /* What is missing now is missing since now. */
    ask_copy();
    assert_false(stops(PROTO_GRANT));
    a_minute_goes_by();
    assert_true(stops(PROTO_GRANT));
}

/* A keyholder put back from an older copy, or silent: what it said is over, or stays. */
static void what_it_says_last_counts(void **state)
{
    (void)state;
    freeze();
    keyholder.has = 2;
    ask_copy();
    a_minute_goes_by();
    assert_true(stops(PROTO_GRANT));
    keyholder.silent = true;
    go(50);
    assert_true(stops(PROTO_GRANT));
    keyholder.silent = false;
    keyholder.has = 1;
    ask_copy();
    assert_false(stops(PROTO_GRANT));
}

static void no_registry_has_so_many_leaves(void **state)
{
    (void)state;
    freeze();
    keyholder.has = (uint64_t)PROTO_REGISTRY_MAX + 1;
    ask_copy();
    a_minute_goes_by();
    assert_false(stops(PROTO_GRANT));
}

/* The checkpoint as it is, with our line and that of a partner, and none of the keyholder. */
static struct registry_note with_our_line(void)
{
    struct registry_note n = lined(clock_now_s(), 0);
    uint8_t note[PROTO_NOTE_MAX];

    memcpy(note, n.data, n.len);
    witness_sample_cosign(&w.s, US, clock_now_s(), note, &n.len);
    memcpy(n.data, note, n.len);
    return n;
}

/* Only by what it says of a checkpoint is more heard from it. Gives what the hub offers to cosign, which is brought to it. */
static struct registry_note asked_by_lines_alone(void)
{
    freeze();
    client_registry_told(w.n)->have = 1;
    client_registry_told(w.n)->ask_ms = UINT64_MAX;
    return with_our_line();
}

/* 409 with more leaves than are here. */
static void a_409_with_more_leaves_is_the_same_word(void **state)
{
    struct registry_note n = asked_by_lines_alone();

    (void)state;
    keyholder.has = 2;
    (void)offer_note(&n);
    for (uint64_t until = clock_mono_ms() + WAIT_MS; client_registry_told(w.n)->more == 0 && clock_mono_ms() < until;)
        go(STEP_MS);
    go(50);
    assert_int_equal(keyholder.asked_line, 1);
    assert_int_equal(keyholder.asked_copy, 0);
    assert_false(stops(PROTO_GRANT));
    a_minute_goes_by();
    assert_true(stops(PROTO_GRANT));
}

/* One that names another size each time would keep node and hub at work, question upon question. */
static void sizes_that_alternate_are_asked_about_a_few_times(void **state)
{
    struct registry_note n = asked_by_lines_alone();
    uint64_t until = clock_mono_ms() + WAIT_MS;

    (void)state;
    keyholder.alternates = true;
    /* It is asked from another size each time; and when it was a few times, for seconds not again. */
    for (bool asked = false; clock_mono_ms() < until; go(STEP_MS)) {
        if (find(PROTO_QUERY, PROTO_QUERY_COSIGN) != NULL)
            (void)offer_note(&n);
        if (!asked && keyholder.asked_line >= 2) {
            asked = true;
            until = clock_mono_ms() + 1000;
        }
    }
    assert_in_range(keyholder.asked_line, 2, 4);
    assert_false(stops(PROTO_GRANT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_keyholder, teardown_keyholder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_keyholder_is_asked_though_nothing_is_new),
        TEST(an_empty_registry_is_asked_about_too),
        TEST(what_the_keyholder_has_more_is_ordinary_for_a_minute),
        TEST(a_revocation_that_only_the_keyholder_has_stops_what_is_given),
        TEST(what_it_says_last_counts),
        TEST(no_registry_has_so_many_leaves),
        TEST(a_409_with_more_leaves_is_the_same_word),
        TEST(sizes_that_alternate_are_asked_about_a_few_times),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/registry behind", tests, NULL, NULL);
}
