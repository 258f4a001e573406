/* proto/cosigned: when a checkpoint is anchored, and lines of witnesses put together (PROTOCOL P-125). */
#include "tests/support/cosigned_world.h"

enum { PARTNERS = 4, OUTSIDER = 4 };

static int setup(void **state)
{
    *state = world_new(PARTNERS, 1);
    return 0;
}

static void half_of_the_partners_is_not_enough(void **state)
{
    struct world *w = *state;

    cosign(w, 0, NOW);
    cosign(w, 1, NOW);
    cosign(w, OUTSIDER, NOW);
    assert_int_equal(count(w, NULL).partners, 2);
    assert_false(count(w, NULL).anchored);
    cosign(w, 2, NOW);
    assert_true(count(w, NULL).anchored);
}

static void without_an_outsider_it_is_not_enough(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < PARTNERS; i++)
        cosign(w, i, NOW);
    assert_false(count(w, NULL).anchored);
    cosign(w, OUTSIDER, NOW);
    assert_true(count(w, NULL).anchored);
}

/* A hub that shows half of the partners one history and half another, with an outsider that cosigns both: neither is anchored. */
static void two_half_quorum_forks_are_both_not_anchored(void **state)
{
    struct world *w = *state, *other = malloc(sizeof *other);

    assert_non_null(other);
    *other = *w;
    other->log.leaf[3][0] ^= 1;
    log_sample_checkpoint(&other->log);
    memcpy(other->note, other->log.note, other->log.note_len);
    other->len = other->log.note_len;
    cosign(w, 0, NOW);
    cosign(w, 1, NOW);
    cosign(w, OUTSIDER, NOW);
    cosign(other, 2, NOW);
    cosign(other, 3, NOW);
    cosign(other, OUTSIDER, NOW);
    assert_memory_not_equal(count(w, NULL).head.root, count(other, NULL).head.root, 32);
    assert_false(count(w, NULL).anchored);
    assert_false(count(other, NULL).anchored);
    free(other);
}

/* Fewer witnesses in the file than partners is no way to need fewer. */
static void partners_without_a_witness_count_against(void **state)
{
    struct world *w = *state;

    w->region.partner_count = 6;
    for (size_t i = 0; i < 3; i++)
        cosign(w, i, NOW);
    cosign(w, OUTSIDER, NOW);
    assert_false(count(w, NULL).anchored);
    assert_true(proto_cosigned_is_possible(&w->region, NOW));
    cosign(w, 3, NOW);
    assert_true(count(w, NULL).anchored);
    w->region.partner_count = 8;
    assert_false(proto_cosigned_is_possible(&w->region, NOW));
}

/* ---- partners come and go: the registry says who is in force ---- */

/* The witnesses' partners, by the name of their key. */
static void name_partners(struct world *w)
{
    for (size_t i = 0; i < PARTNERS; i++) {
        struct proto_partner *p = &w->region.partner[i];

        assert_true(strlen(w->s.key[i].name) < sizeof p->handle);
        memcpy(p->handle, w->s.key[i].name, strlen(w->s.key[i].name) + 1);
    }
}

static void who_is_out_counts_for_nothing(void **state)
{
    struct world *w = *state;

    name_partners(w);
    for (size_t i = 0; i < 3; i++)
        cosign(w, i, NOW);
    cosign(w, OUTSIDER, NOW);
    assert_int_equal(count(w, NULL).needed, 3);
    assert_true(count(w, NULL).anchored);
    w->region.partner[2].revoked = true;
    w->region.partner[2].until_s = NOW - 10;
    assert_int_equal(count(w, NULL).partners, 2);
    assert_int_equal(count(w, NULL).needed, 2);
    assert_true(count(w, NULL).anchored);
    assert_true(proto_cosigned_is_possible(&w->region, NOW));
    w->region.partner[1].until_s = NOW - 10;
    assert_false(count(w, NULL).anchored);
}

/* Who takes part from some moment on is one more of whom half must cosign from then on; what was anchored before stays so. */
static void who_comes_later_counts_from_then_on(void **state)
{
    struct world *w = *state;

    name_partners(w);
    w->region.partner_count += 2;
    w->region.partner[PARTNERS].from_s = w->region.partner[PARTNERS + 1].from_s = NOW - 100;
    for (size_t i = 0; i < 3; i++)
        cosign(w, i, NOW - 200);
    cosign(w, OUTSIDER, NOW - 200);
    assert_true(count(w, NULL).anchored);
    cosign(w, 0, NOW);
    assert_int_equal(count(w, NULL).needed, 4);
    assert_false(count(w, NULL).anchored);
    cosign(w, 3, NOW);
    assert_true(count(w, NULL).anchored);
}

static void the_same_witness_twice_counts_once(void **state)
{
    struct world *w = *state;

    for (uint64_t i = 0; i < 5; i++)
        cosign(w, 0, NOW - i);
    cosign(w, OUTSIDER, NOW);
    assert_int_equal(count(w, NULL).partners, 1);
    assert_false(count(w, NULL).anchored);
}

static void a_stranger_does_not_count(void **state)
{
    struct world *w = *state;

    w->region.witness_count = PARTNERS;
    cosign(w, OUTSIDER, NOW);
    assert_int_equal(count(w, NULL).outsiders, 0);
}

/* A line that was changed spoils that witness and nobody else. */
static void a_changed_line_counts_as_none(void **state)
{
    struct world *w = *state;
    size_t at;

    cosign(w, 0, NOW);
    at = w->len - 20;
    cosign(w, 1, NOW);
    w->note[at] = w->note[at] == 'A' ? 'B' : 'A';
    assert_int_equal(count(w, NULL).partners, 1);
    assert_int_equal(count(w, w->s.key[1].key).self_s, NOW);
}

static void times_are_of_others_and_not_to_come(void **state)
{
    struct world *w = *state;

    cosign(w, 0, NOW - 5);
    cosign(w, 1, NOW - 700);
    cosign(w, 2, NOW + 3600);
    assert_int_equal(count(w, w->s.key[0].key).other_s, NOW - 700);
    assert_int_equal(count(w, w->s.key[0].key).self_s, NOW - 5);
    assert_int_equal(count(w, NULL).other_s, NOW - 5);
    assert_int_equal(count(w, NULL).outsider_s, 0);
    cosign(w, OUTSIDER, NOW + PROTO_COSIGNED_AHEAD_S);
    assert_int_equal(count(w, NULL).outsider_s, NOW + PROTO_COSIGNED_AHEAD_S);
}

static void another_logs_checkpoint_is_refused(void **state)
{
    struct world *w = *state;
    struct log_sample other;
    struct proto_note_key key;
    struct proto_cosigned c = { .partners = 99 };

    log_sample_init(&other);
    key = witness_sample_log_key(&other);
    assert_int_not_equal(proto_cosigned_count(&w->region, &key, w->note, w->len, NULL, NOW, &c), OK);
    assert_int_equal(c.partners, 99);
}

/* ---- merging ---- */

static void merging_keeps_the_newest_of_each(void **state)
{
    struct world *w = *state, *more = malloc(sizeof *more);
    uint8_t out[PROTO_NOTE_MAX];
    size_t len = 0;
    bool changed = false;

    assert_non_null(more);
    *more = *w;
    cosign(w, 0, NOW - 10);
    cosign(w, 1, NOW);
    cosign(more, 0, NOW);
    cosign(more, 1, NOW - 10);
    cosign(more, OUTSIDER, NOW);
    assert_err(proto_cosigned_merge(&w->region, &w->key, w->note, w->len, more->note, more->len, out, sizeof out, &len, &changed), OK);
    assert_true(changed);
    memcpy(w->note, out, len);
    w->len = len;
    assert_int_equal(count(w, NULL).partners, 2);
    assert_int_equal(count(w, w->s.key[0].key).self_s, NOW);
    assert_int_equal(count(w, w->s.key[1].key).self_s, NOW);
    assert_err(proto_cosigned_merge(&w->region, &w->key, w->note, w->len, more->note, more->len, out, sizeof out, &len, &changed), OK);
    assert_false(changed);
    assert_int_equal(len, w->len);
    assert_memory_equal(out, w->note, len);
    free(more);
}

static void merging_drops_lines_of_strangers(void **state)
{
    struct world *w = *state;
    struct witness_sample strangers;
    struct proto_region *r = calloc(1, sizeof *r);
    uint8_t out[PROTO_NOTE_MAX];
    size_t len = 0;

    assert_non_null(r);
    witness_sample_into(&strangers, r, 2, 0);
    witness_sample_cosign(&strangers, 0, NOW, w->note, &w->len);
    assert_err(proto_cosigned_merge(&w->region, &w->key, w->log.note, w->log.note_len, w->note, w->len, out, sizeof out, &len, NULL), OK);
    assert_int_equal(len, w->log.note_len);
    assert_memory_equal(out, w->log.note, len);
    free(r);
}

static void another_text_is_not_merged(void **state)
{
    struct world *w = *state;
    uint8_t out[PROTO_NOTE_MAX];
    size_t len = 5;

    log_sample_fill(&w->log, 1);
    log_sample_checkpoint(&w->log);
    assert_err(proto_cosigned_merge(&w->region, &w->key, w->note, w->len, w->log.note, w->log.note_len, out, sizeof out, &len, NULL),
        ERR_STATE);
    assert_int_equal(len, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Behind a note, in another place or its own: what fits, whole, and else nothing. */
static void lines_are_put_behind_a_note(void **state)
{
    struct world *w = *state;
    uint8_t out[PROTO_NOTE_MAX], *whole;
    size_t before = w->len, whole_len, len = 77;

    cosign(w, 0, NOW);
    whole_len = w->len;
    whole = check_exact(w->note, whole_len);
    assert_err(proto_cosigned_append(whole, before, whole + before, whole_len - before, out, whole_len, &len), OK);
    assert_int_equal(len, whole_len);
    assert_memory_equal(out, whole, len);
    memset(w->note + before, 0, whole_len - before);
    assert_err(proto_cosigned_append(w->note, before, whole + before, whole_len - before, w->note, whole_len, &len), OK);
    assert_int_equal(len, whole_len);
    assert_memory_equal(w->note, whole, len);
    len = 77;
    assert_err(proto_cosigned_append(whole, before, whole + before, whole_len - before, out, whole_len - 1, &len), ERR_LONG);
    assert_err(proto_cosigned_append(w->note, before, whole + before, whole_len - before, w->note, whole_len - 1, &len), ERR_LONG);
    assert_err(proto_cosigned_append(w->note, before, whole + before, whole_len - before, w->note, before - 1, &len), ERR_LONG);
    assert_int_equal(len, 77);
    free(whole);
}

/* Clocks differ: a line as far ahead as others take counts, and says which moment it is. */
static void a_line_just_ahead_counts(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < 3; i++)
        cosign(w, i, NOW + PROTO_COSIGNED_AHEAD_S);
    w->region.witness[0].from_s = NOW + PROTO_COSIGNED_AHEAD_S;
    assert_int_equal(count(w, NULL).partners, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(half_of_the_partners_is_not_enough),
        TEST(without_an_outsider_it_is_not_enough),
        TEST(two_half_quorum_forks_are_both_not_anchored),
        TEST(partners_without_a_witness_count_against),
        TEST(who_is_out_counts_for_nothing),
        TEST(who_comes_later_counts_from_then_on),
        TEST(the_same_witness_twice_counts_once),
        TEST(a_stranger_does_not_count),
        TEST(a_changed_line_counts_as_none),
        TEST(times_are_of_others_and_not_to_come),
        TEST(another_logs_checkpoint_is_refused),
        TEST(merging_keeps_the_newest_of_each),
        TEST(merging_drops_lines_of_strangers),
        TEST(another_text_is_not_merged),
        TEST(lines_are_put_behind_a_note),
        TEST(a_line_just_ahead_counts),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("proto/cosigned", tests, NULL, NULL);
}
