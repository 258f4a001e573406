/* server/cosigner_key: the key of a witness from outside is changed by the registry, and what the new one begins with (P-200). */
#include "tests/support/cosigner_world.h"

#include "proto/region_witness.h"

static uint8_t next_secret[64];

/* The name is that of the place. */
static struct proto_note_key next_key(const struct world *w)
{
    struct proto_note_key k;

    assert_err(proto_note_key_make(w->s.key[PARTNERS].name, PROTO_NOTE_COSIGNATURE, next_secret + 32, &k), OK);
    return k;
}

static int with_next(void **state)
{
    struct world *w;
    uint8_t public[32];

    assert_int_equal(setup(state), 0);
    w = *state;
    region_sample_key(77, public, next_secret);
    w->next = next_secret;
    assert_err(reopen(w, PARTNERS), OK);
    return 0;
}

/* The registry puts the key that waits in the place, with heads that it must hold to. */
static void name_next(struct world *w, uint64_t from_s, const struct proto_merkle_head *seen)
{
    struct proto_region_witness_change c = { .at_s = from_s };
    struct proto_note_key k = next_key(w);
    char vkey[PROTO_NOTE_VKEY_ROOM];

    proto_note_key_encode(&k, vkey);
    c.vkey = vkey;
    if (seen != NULL)
        c.seen = *seen;
    proto_region_witness_put(w->c.region, PARTNERS, &c);
}

/* Whose line the answer has; *time_s: when it was made. */
static bool is_line_of(struct world *w, const struct proto_note_key *k, uint64_t *time_s)
{
    struct proto_note *n = malloc(sizeof *n);
    struct proto_note_sig sig = { .time_s = 0 };
    uint8_t note[PROTO_NOTE_MAX];
    size_t len = 0;
    bool is;

    assert_non_null(n);
    assert_err(proto_cosigned_append(w->log.note, w->log.note_len, w->a.lines, w->a.lines_len, note, sizeof note, &len), OK);
    assert_err(proto_note_parse(note, len, n), OK);
    is = proto_note_check(n, k, &sig) == OK;
    free(n);
    *time_s = sig.time_s;
    return is;
}

static void the_next_key_waits_for_the_registry(void **state)
{
    struct world *w = *state;
    struct proto_note_key next = next_key(w);
    uint64_t time_s;

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    assert_true(is_line_of(w, &w->s.key[PARTNERS], &time_s));
    name_next(w, NOW - 1, NULL);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_COSIGNED);
    assert_true(is_line_of(w, &next, &time_s));
    assert_int_equal(time_s, NOW);
    assert_null(w->c.next);
}

/* What was cosigned under the old key binds the new one. */
static void its_memory_goes_over(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    name_next(w, NOW - 1, NULL);
    w->log.leaf[3][0] ^= 1;
    log_sample_fill(&w->log, 1);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_NOT_PROVEN);
}

static void a_memory_of_an_old_copy_is_brought_up(void **state)
{
    struct world *w = *state;
    struct proto_merkle_head seen = witness_sample_head(&w->log, 6);

    name_next(w, NOW - 1, &seen);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(w->a.size, 6);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_COSIGNED);
    /* A history that does not extend what the statement names is not cosigned. */
    w->log.leaf[2][0] ^= 1;
    log_sample_fill(&w->log, 1);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_NOT_PROVEN);
}

static void it_signs_nothing_for_before_it_counted(void **state)
{
    struct world *w = *state;
    struct proto_note_key next = next_key(w);
    uint64_t time_s;

    name_next(w, NOW + 60, NULL);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    assert_true(is_line_of(w, &next, &time_s));
    assert_int_equal(time_s, NOW + 60);
}

static void a_third_key_leaves_it_without_a_place(void **state)
{
    struct world *w = *state;

    memset(next_secret + 32, 0x31, 32);
    name_next(w, NOW - 1, NULL);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    assert_false(w->c.counts);
    assert_non_null(w->c.next);
}

static void what_it_remembers_can_be_asked(void **state)
{
    struct world *w = *state;
    struct proto_merkle_head log, registry, expected = witness_sample_head(&w->log, 6);

    assert_err(server_cosigner_held(w->state, &w->region, &log, &registry, NULL), OK);
    assert_int_equal(log.size, 0);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_COSIGNED);
    assert_err(server_cosigner_held(w->state, &w->region, &log, &registry, NULL), OK);
    assert_int_equal(log.size, 6);
    assert_memory_equal(log.root, expected.root, sizeof log.root);
    assert_int_equal(registry.size, 0);
}

/* Also when the statement named that very head: the next statement, and a new origin, go on from what the file says. */
static void what_was_cosigned_is_on_disk_whoever_saw_it_first(void **state)
{
    struct world *w = *state;
    struct proto_merkle_head log, registry, seen = witness_sample_head(&w->log, 6);

    name_next(w, NOW - 1, &seen);
    assert_int_equal(ask(w, 0), PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(ask(w, 6), PROTO_WITNESS_COSIGNED);
    assert_err(server_cosigner_held(w->state, &w->region, &log, &registry, NULL), OK);
    assert_int_equal(log.size, 6);
    assert_memory_equal(log.root, seen.root, sizeof log.root);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, with_next, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_next_key_waits_for_the_registry), TEST(its_memory_goes_over), TEST(a_memory_of_an_old_copy_is_brought_up),
        TEST(it_signs_nothing_for_before_it_counted), TEST(a_third_key_leaves_it_without_a_place), TEST(what_it_remembers_can_be_asked),
        TEST(what_was_cosigned_is_on_disk_whoever_saw_it_first),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("the cosigner's key", tests, NULL, NULL);
}
