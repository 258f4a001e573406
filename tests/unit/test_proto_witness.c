/* proto/witness: what a witness says to a request, and its answer on the way (PROTOCOL P-124, P-126, P-127). */
#include "tests/support/check.h"
#include "tests/support/witness_sample.h"

#include <sodium.h>

enum { LEAVES = 11, SEEN = 5 };

struct world {
    struct log_sample log;
    struct proto_witness_log known;
    uint8_t body[PROTO_NOTE_MAX];
    size_t len;
    struct proto_witness_verdict v;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    log_sample_init(&w->log);
    log_sample_fill(&w->log, LEAVES);
    w->known.key = witness_sample_log_key(&w->log);
    w->known.seen = witness_sample_head(&w->log, SEEN);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static void judge(struct world *w)
{
    uint8_t *exact = check_exact(w->body, w->len);

    memset(&w->v, 0x5a, sizeof w->v);
    assert_err(proto_witness_judge(&w->known, 1, exact, w->len, &w->v), OK);
    w->v.text = NULL;
    free(exact);
}

static void expect(struct world *w, enum proto_witness_status status, bool contradicts)
{
    judge(w);
    assert_int_equal(w->v.status, status);
    assert_int_equal(w->v.contradicts, contradicts);
}

static void what_extends_is_cosigned(void **state)
{
    struct world *w = *state;

    w->len = witness_sample_request(&w->log, SEEN, w->body);
    expect(w, PROTO_WITNESS_COSIGNED, false);
    assert_int_equal(w->v.head.size, LEAVES);
    assert_int_equal(w->v.log, 0);
}

static void the_first_of_all_is_cosigned(void **state)
{
    struct world *w = *state;

    w->known.seen = (struct proto_merkle_head){ .size = 0 };
    w->len = witness_sample_request(&w->log, 0, w->body);
    expect(w, PROTO_WITNESS_COSIGNED, false);
}

static void the_same_again_is_cosigned_again(void **state)
{
    struct world *w = *state;

    w->known.seen = witness_sample_head(&w->log, LEAVES);
    w->len = witness_sample_request(&w->log, LEAVES, w->body);
    expect(w, PROTO_WITNESS_COSIGNED, false);
}

static void another_old_size_is_told_ours(void **state)
{
    struct world *w = *state;
    struct proto_witness_answer a;
    uint8_t answer[PROTO_WITNESS_ANSWER_MAX];
    size_t len = 0;

    for (uint64_t old = 0; old <= LEAVES; old++) {
        if (old == SEEN)
            continue;
        w->len = witness_sample_request(&w->log, old, w->body);
        expect(w, PROTO_WITNESS_OTHER_SIZE, false);
    }
    assert_err(proto_witness_answer_encode(&w->v, SEEN, NULL, NULL, answer, sizeof answer, &len), OK);
    assert_int_equal(len, 4);
    assert_memory_equal(answer, "\x01\x99" "5\n", 4);
    assert_err(proto_witness_answer_decode(answer, len, &a), OK);
    assert_int_equal(a.status, PROTO_WITNESS_OTHER_SIZE);
    assert_int_equal(a.size, SEEN);
}

static void two_roots_of_one_size_contradict(void **state)
{
    struct world *w = *state;

    w->known.seen = witness_sample_head(&w->log, LEAVES);
    w->known.seen.root[3] ^= 1;
    w->len = witness_sample_request(&w->log, LEAVES, w->body);
    expect(w, PROTO_WITNESS_OTHER_SIZE, true);
}

static void a_history_that_does_not_extend_contradicts(void **state)
{
    struct world *w = *state;

    w->known.seen.root[31] ^= 1;
    w->len = witness_sample_request(&w->log, SEEN, w->body);
    expect(w, PROTO_WITNESS_NOT_PROVEN, true);
}

static void a_rewritten_leaf_contradicts(void **state)
{
    struct world *w = *state;

    w->log.leaf[2][0] ^= 1;
    w->len = witness_sample_request(&w->log, SEEN, w->body);
    expect(w, PROTO_WITNESS_NOT_PROVEN, true);
}

static void a_cut_tail_has_no_answer(void **state)
{
    struct world *w = *state;

    w->known.seen = witness_sample_head(&w->log, LEAVES);
    w->log.size = SEEN;
    w->len = witness_sample_request(&w->log, SEEN, w->body);
    expect(w, PROTO_WITNESS_OTHER_SIZE, false);
    w->len = witness_sample_request(&w->log, LEAVES, w->body);
    expect(w, PROTO_WITNESS_MALFORMED, false);
}

static void another_logs_origin_is_unknown(void **state)
{
    struct world *w = *state;

    check_name(w->known.key.name, "example.org/other");
    w->len = witness_sample_request(&w->log, SEEN, w->body);
    expect(w, PROTO_WITNESS_UNKNOWN, false);
}

static void another_logs_signature_is_refused(void **state)
{
    struct world *w = *state;
    struct log_sample other;

    log_sample_init(&other);
    w->known.key = witness_sample_log_key(&other);
    w->len = witness_sample_request(&w->log, SEEN, w->body);
    expect(w, PROTO_WITNESS_NOT_SIGNED, false);
}

/* Cut anywhere, a request is never cosigned. */
static void every_prefix_is_refused(void **state)
{
    struct world *w = *state;
    size_t len = w->len = witness_sample_request(&w->log, SEEN, w->body);

    for (w->len = 0; w->len < len; w->len++) {
        judge(w);
        if (w->v.status == PROTO_WITNESS_COSIGNED)
            fail_msg("%zu of %zu bytes were cosigned", w->len, len);
    }
}

static void every_changed_byte_is_refused(void **state)
{
    struct world *w = *state;

    w->len = witness_sample_request(&w->log, SEEN, w->body);
    for (size_t i = 0; i < w->len; i++) {
        w->body[i] ^= 1;
        judge(w);
        if (w->v.status == PROTO_WITNESS_COSIGNED)
            fail_msg("byte %zu changed, and it was cosigned", i);
        w->body[i] ^= 1;
    }
}

/* ---- answers ---- */

static void a_cosignature_goes_round(void **state)
{
    struct world *w = *state;
    struct proto_region *r = calloc(1, sizeof *r);
    struct witness_sample s;
    struct proto_note_sig sig = { .time_s = 1700000000 };
    struct proto_witness_answer a;
    struct proto_cosigned c;
    struct proto_note *note = malloc(sizeof *note);
    uint8_t answer[PROTO_WITNESS_ANSWER_MAX], whole[PROTO_NOTE_MAX];
    size_t len = 0, whole_len = 0;

    assert_non_null(r);
    assert_non_null(note);
    witness_sample_into(&s, r, 1, 1);
    w->len = witness_sample_request(&w->log, SEEN, w->body);
    expect(w, PROTO_WITNESS_COSIGNED, false);
    assert_err(proto_note_parse(w->log.note, w->log.note_len, note), OK);
    assert_err(proto_note_sign(&s.key[0], s.secret[0], note->text, note->text_len, &sig), OK);
    assert_err(proto_witness_answer_encode(&w->v, SEEN, &s.key[0], &sig, answer, sizeof answer, &len), OK);
    assert_err(proto_witness_answer_decode(answer, len, &a), OK);
    assert_int_equal(a.status, PROTO_WITNESS_COSIGNED);
    assert_err(proto_cosigned_append(w->log.note, w->log.note_len, a.lines, a.lines_len, whole, sizeof whole, &whole_len), OK);
    assert_err(proto_cosigned_count(r, &w->known.key, whole, whole_len, NULL, 1700000000, &c), OK);
    assert_int_equal(c.partners, 1);
    assert_int_equal(c.other_s, 1700000000);
    free(note);
    free(r);
}

static const struct { const char *name, *data; size_t len; enum err err; } bad_answers[] = {
    { "nothing at all", "", 0, ERR_SHORT },
    { "half a status", "\0", 1, ERR_SHORT },
    { "a status of our own", "\0\1", 2, ERR_RANGE },
    { "a success without a line", "\0\xc8", 2, ERR_SYNTAX },
    { "a line without its end", "\0\xc8x", 3, ERR_SYNTAX },
};

static void bad_answers_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_answers / sizeof *bad_answers; i++) {
        uint8_t *exact = check_exact(bad_answers[i].data, bad_answers[i].len);
        struct proto_witness_answer a = { .size = 77 };
        enum err e = proto_witness_answer_decode(exact, bad_answers[i].len, &a);

        if (e != bad_answers[i].err || a.size != 77)
            fail_msg("%s: %s", bad_answers[i].name, err_word(e));
        free(exact);
    }
}

static void a_conflict_that_says_no_size_says_none(void **state)
{
    static const char *const bodies[] = { "", "7", "07\n", "x\n", "-1\n", "7\n\n", "99999999999999999999999\n" };
    struct proto_witness_answer a;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        uint8_t *exact = check_exact(bodies[i], strlen(bodies[i]));

        assert_err(proto_witness_answer_read(409, exact, strlen(bodies[i]), &a), OK);
        if (a.size != PROTO_WITNESS_NO_SIZE)
            fail_msg("body %zu gave a size", i);
        free(exact);
    }
    assert_err(proto_witness_answer_read(409, (const uint8_t *)"70\n", 3, &a), OK);
    assert_int_equal(a.size, 70);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_extends_is_cosigned),
        TEST(the_first_of_all_is_cosigned),
        TEST(the_same_again_is_cosigned_again),
        TEST(another_old_size_is_told_ours),
        TEST(two_roots_of_one_size_contradict),
        TEST(a_history_that_does_not_extend_contradicts),
        TEST(a_rewritten_leaf_contradicts),
        TEST(a_cut_tail_has_no_answer),
        TEST(another_logs_origin_is_unknown),
        TEST(another_logs_signature_is_refused),
        TEST(every_prefix_is_refused),
        TEST(every_changed_byte_is_refused),
        TEST(a_cosignature_goes_round),
        TEST(bad_answers_are_refused),
        TEST(a_conflict_that_says_no_size_says_none),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("proto/witness", tests, NULL, NULL);
}
