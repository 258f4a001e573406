/* hub/witness: which checkpoint is offered, what is taken, and when it is anchored. */
#include "tests/support/check.h"
#include "tests/support/witness_sample.h"

#include "hub/witness.h"

#include <sodium.h>

enum { PARTNERS = 3, OUTSIDER = 3 };
#define NOW UINT64_C(1800000000)

struct world {
    struct proto_region region;
    struct log_sample log;
    struct witness_sample s;
    struct hub_witness w;
    struct hub_signed newest;
    uint64_t now_ms;
    uint8_t note[PROTO_NOTE_MAX];   /* of the last request */
    size_t len;
    struct proto_witness_verdict v; /* by a witness that has seen the size asked with */
};

static void grow(struct world *w, size_t count)
{
    log_sample_fill(&w->log, count);
    log_sample_checkpoint(&w->log);
    w->newest.head = witness_sample_head(&w->log, w->log.size);
    memcpy(w->newest.note, w->log.note, w->log.note_len);
    w->newest.note_len = w->log.note_len;
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    w->now_ms = 1000;
    log_sample_init(&w->log);
    witness_sample_into(&w->s, &w->region, PARTNERS, 1);
    assert_err(hub_witness_init(&w->w, &w->region, w->log.vkey), OK);
    grow(w, 5);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static enum err prove(void *arg, uint64_t old, uint64_t size, struct proto_merkle_proof *out)
{
    log_sample_consistency(arg, old, size, out);
    return OK;
}

/* Ask as a witness that cosigned old last; its size. */
static uint64_t ask(struct world *w, uint64_t old)
{
    const struct hub_witness_source source = { .newest = &w->newest, .prove = prove, .arg = &w->log };
    struct proto_witness_log known = { .key = witness_sample_log_key(&w->log), .seen = witness_sample_head(&w->log, old) };
    enum proto_refusal result = PROTO_ACCEPTED;
    struct proto_tlog_request q;
    uint8_t body[PROTO_NOTE_MAX];
    struct wr wr;

    wr_init(&wr, body, sizeof body);
    assert_err(hub_witness_request(&w->w, &source, old, w->now_ms, &wr, &result), OK);
    if (result != PROTO_ACCEPTED) {
        /* Only a size that the log does not have is said not to be there. */
        assert_int_equal(result, old > w->newest.head.size ? PROTO_NOT_FOUND : PROTO_WRONG_STATE);
        assert_int_equal(wr.len, 0);
        return 0;
    }
    assert_err(wr_end(&wr), OK);
    assert_err(proto_witness_judge(&known, 1, body, wr.len, &w->v), OK);
    assert_int_equal(w->v.status, PROTO_WITNESS_COSIGNED);
    assert_err(proto_tlog_request_decode(body, wr.len, &q), OK);
    memcpy(w->note, q.checkpoint, q.checkpoint_len);
    w->len = q.checkpoint_len;
    return w->v.head.size;
}

static enum proto_refusal bring(struct world *w, size_t i)
{
    uint8_t note[PROTO_NOTE_MAX];
    size_t len = w->len;

    memcpy(note, w->note, len);
    witness_sample_cosign(&w->s, i, NOW, note, &len);
    return hub_witness_take(&w->w, note, len, NOW);
}

static void a_witness_of_any_size_gets_a_proof(void **state)
{
    struct world *w = *state;

    for (uint64_t old = 0; old <= 5; old++)
        assert_int_equal(ask(w, old), 5);
    assert_int_equal(ask(w, 6), 0);
}

static void lines_come_together_on_one_checkpoint(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, 0), 5);
    assert_int_equal(bring(w, 0), PROTO_ACCEPTED);
    grow(w, 3);
    assert_int_equal(ask(w, 2), 5);
    assert_int_equal(bring(w, OUTSIDER), PROTO_ACCEPTED);
    assert_int_equal(w->w.anchored.note_len, 0);
    assert_int_equal(ask(w, 5), 5);
    assert_int_equal(bring(w, 1), PROTO_ACCEPTED);
    assert_int_equal(w->w.anchored.head.size, 5);
    assert_true(w->w.is_unsaved);
    assert_int_equal(ask(w, 5), 8);
}

/* What hangs is given up after a minute, so that a witness that never comes does not stop the others. */
static void a_candidate_that_hangs_is_given_up(void **state)
{
    struct world *w = *state;
    uint8_t late[PROTO_NOTE_MAX];
    size_t late_len;

    assert_int_equal(ask(w, 0), 5);
    memcpy(late, w->note, w->len);
    late_len = w->len;
    witness_sample_cosign(&w->s, 0, NOW, late, &late_len);
    grow(w, 1);
    w->now_ms += HUB_WITNESS_HOLD_MS - 1;
    assert_int_equal(ask(w, 0), 5);
    w->now_ms += 1;
    assert_int_equal(ask(w, 0), 6);
    assert_int_equal(hub_witness_take(&w->w, late, late_len, NOW), PROTO_NOT_FOUND);
}

static void a_witness_beyond_the_candidate_gets_a_newer(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, 0), 5);
    grow(w, 4);
    assert_int_equal(ask(w, 7), 9);
    grow(w, 4);
    w->now_ms += HUB_WITNESS_AHEAD_MS - 1;
    assert_int_equal(ask(w, 11), 0);
    w->now_ms += 1;
    assert_int_equal(ask(w, 11), 13);
}

/* One that says each second that it is beyond all that was offered does not keep the others from one checkpoint. */
static void nobody_ends_every_candidate(void **state)
{
    struct world *w = *state;

    assert_int_equal(ask(w, 0), 5);
    grow(w, 1);
    assert_int_equal(ask(w, 6), 6);
    assert_int_equal(bring(w, 0), PROTO_ACCEPTED);
    for (size_t i = 1; i < 10; i++) {
        w->now_ms += 1000;
        grow(w, 1);
        assert_int_equal(ask(w, w->log.size), 0);
    }
    assert_int_equal(ask(w, 2), 6);
    assert_int_equal(bring(w, OUTSIDER), PROTO_ACCEPTED);
    assert_int_equal(ask(w, 2), 6);
    assert_int_equal(bring(w, 1), PROTO_ACCEPTED);
    assert_int_equal(w->w.anchored.head.size, 6);
}

static void lines_that_do_not_verify_are_not_kept(void **state)
{
    struct world *w = *state;
    uint8_t note[PROTO_NOTE_MAX];
    size_t len;

    assert_int_equal(ask(w, 0), 5);
    len = w->len;
    memcpy(note, w->note, len);
    witness_sample_cosign(&w->s, 0, NOW, note, &len);
    note[len - 10] = note[len - 10] == 'A' ? 'B' : 'A';
    (void)hub_witness_take(&w->w, note, len, NOW);
    assert_int_equal(w->w.candidate.note_len, w->len);
    for (size_t cut = 0; cut < len; cut++)
        (void)hub_witness_take(&w->w, note, cut, NOW);
    assert_int_equal(w->w.candidate.note_len, w->len);
    assert_int_equal(hub_witness_take(&w->w, (const uint8_t *)"x\n", 2, NOW), PROTO_MALFORMED);
}

/* The same again, later: the newer time counts, and what is anchored stays so. */
static void an_anchored_checkpoint_is_refreshed(void **state)
{
    struct world *w = *state;
    struct proto_cosigned c;
    uint8_t note[PROTO_NOTE_MAX];
    size_t len;

    assert_int_equal(ask(w, 0), 5);
    for (size_t i = 0; i <= OUTSIDER; i++)
        assert_int_equal(bring(w, i), PROTO_ACCEPTED);
    len = w->len;
    memcpy(note, w->note, len);
    witness_sample_cosign(&w->s, 1, NOW + 300, note, &len);
    assert_int_equal(hub_witness_take(&w->w, note, len, NOW + 300), PROTO_ACCEPTED);
    assert_err(proto_cosigned_count(&w->region, &w->w.log, w->w.anchored.note, w->w.anchored.note_len, NULL, NOW + 300, &c), OK);
    assert_true(c.anchored);
    assert_int_equal(c.other_s, NOW + 300);
    assert_int_equal(c.partners, PARTNERS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_witness_of_any_size_gets_a_proof),
        TEST(lines_come_together_on_one_checkpoint),
        TEST(a_candidate_that_hangs_is_given_up),
        TEST(a_witness_beyond_the_candidate_gets_a_newer), TEST(nobody_ends_every_candidate),
        TEST(lines_that_do_not_verify_are_not_kept),
        TEST(an_anchored_checkpoint_is_refreshed),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("hub/witness", tests, NULL, NULL);
}
