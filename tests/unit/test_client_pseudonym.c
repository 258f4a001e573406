/* client/pseudonym, derive and keylink: the node's questions to both holders, and what it makes of their answers. */
#include "tests/support/check.h"
#include "tests/support/holders_played.h"

#include "client/pseudonym.h"
#include "proto/pseudonym.h"
#include "proto/sign.h"

#include <sodium.h>

static const uint8_t other_share[32] = {9};

/* Plain RFC 9497 under the holders_joint key. */
static void expected(const struct holders *w, unsigned child, uint8_t out[32])
{
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], blind[32], element[32], evaluated[32];
    char number[10];

    client_fixture_number(child, number);
    assert_err(proto_pseudonym_input(w->n->region.hash, PROTO_PSEUDONYM_CITIZEN, number, input), OK);
    assert_err(proto_pseudonym_blind(input, blind, element), OK);
    assert_err(proto_oprf_evaluate(holders_joint, element, evaluated), OK);
    assert_err(proto_pseudonym_finish(input, blind, evaluated, out), OK);
}

/* ---- both shares ---- */

/* P-141, P-142 */
static void a_number_gets_the_pseudonym_of_the_joint_key(void **state)
{
    struct holders *w = *state;
    uint8_t plain[32];

    assert_err(holders_want_until(w, 1), OK);
    expected(w, 1, plain);
    assert_int_equal(w->got.type, PROTO_SUBJECT_CITIZEN);
    assert_memory_equal(w->got.value, plain, sizeof plain);
    assert_int_equal(holders_waiting(w), 0);
}

/* P-143, P-147 */
static void both_get_the_same_envelope_and_nothing_that_is_not_needed(void **state)
{
    struct holders *w = *state;
    static const uint8_t zero[PROTO_HASH_LEN];
    const struct proto_msg *m = &w->asked[CLIENT_KEYHOLDER];
    size_t before[2];

    /* The first question finds out who answers; one that found nobody is signed anew. */
    assert_err(holders_want_until(w, 2), OK);
    before[0] = w->questions[0];
    before[1] = w->questions[1];
    assert_err(holders_want_until(w, 1), OK);
    assert_int_equal(w->len[0], w->len[1]);
    assert_memory_equal(w->envelope[0], w->envelope[1], w->len[0]);
    assert_int_equal(w->questions[0], before[0] + 1);
    assert_int_equal(w->questions[1], before[1] + 1);
    assert_int_equal(m->payload.len, 32);
    assert_int_equal(m->original.len, 99);
    assert_memory_equal(m->head.to, zero, PROTO_PARTNER_LEN);
    assert_memory_equal(m->head.actor, zero, PROTO_KEY_LEN);
    assert_memory_equal(m->head.seen_root, zero, PROTO_HASH_LEN);
    assert_true(m->head.seen_size == 0 && m->head.running == 0 && m->head.subject.type == 0);
}

static void many_numbers_go_together(void **state)
{
    struct holders *w = *state;

    for (unsigned i = 0; i < 100; i++)
        assert_err(holders_want(w, i), ERR_BUSY);
    for (unsigned i = 0; i < 100; i++)
        assert_err(holders_want_until(w, i), OK);
    assert_int_equal(w->questions[CLIENT_HUB], 2);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 2);
}

static void a_known_number_is_not_asked_for(void **state)
{
    struct holders *w = *state;

    assert_err(holders_want_until(w, 1), OK);
    assert_err(holders_want(w, 1), OK);
    holders_turn_for(w, 100);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 1);
}

static void what_is_no_number_is_refused(void **state)
{
    struct holders *w = *state;
    struct vault_txn *x = NULL;

    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    assert_err(client_pseudonym(&w->call, x, "999900068", &w->got), ERR_RANGE);
    client_vault_abort(x);
}

static void a_region_without_keyholder_asks_the_hub_alone(void **state)
{
    struct holders *w = *state;

    w->n->region.has_keyholder = false;
    memcpy(w->n->region.pseudonym_key, w->n->region.pseudonym_hub, 32);
    assert_err(holders_want_until(w, 1), OK);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 0);
}

/* ---- answers that are not right: nothing is taken, and it is said whose they were ---- */

static void voids_the_batch(struct holders *w, const char *whose)
{
    assert_err(holders_want_until(w, 1), ERR_SIGNATURE);
    assert_non_null(strstr(w->call.trouble.text, "not proven"));
    assert_non_null(strstr(w->call.trouble.text, whose));
    assert_false(holders_is_known(w, 1));
    assert_int_equal(holders_waiting(w), 1);
}

static void a_keyholder_with_another_share(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.share = other_share;
    voids_the_batch(w, "the keyholder");
}

static void a_hub_with_another_share(void **state)
{
    struct holders *w = *state;

    w->does_hub.share = other_share;
    voids_the_batch(w, "the hub");
}

/* The sum would be right. */
static void shares_that_were_exchanged(void **state)
{
    struct holders *w = *state;

    w->does_hub.share = holders_keyholder_share;
    w->does_keyholder.share = holders_hub_share;
    voids_the_batch(w, "the hub");
}

static void an_element_that_was_changed(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.flip = 1;
    voids_the_batch(w, "the keyholder");
}

static void a_proof_that_was_changed(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.flip = 32 + 64;
    voids_the_batch(w, "the keyholder");
}

static void an_answer_cut_short(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.cut = 1;
    voids_the_batch(w, "the keyholder");
}

static void one_that_is_not_proven_voids_all_of_the_batch(void **state)
{
    struct holders *w = *state;

    w->does_hub.flip = 5 * 32;
    for (unsigned i = 0; i < 10; i++)
        assert_err(holders_want(w, i), ERR_BUSY);
    assert_err(holders_want_until(w, 0), ERR_SIGNATURE);
    for (unsigned i = 0; i < 10; i++)
        assert_false(holders_is_known(w, i));
    assert_int_equal(holders_waiting(w), 10);
}

/* Afterwards, an honest answer is taken again. */
static void a_lie_is_forgotten_when_the_truth_is_told(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.share = other_share;
    voids_the_batch(w, "the keyholder");
    w->does_keyholder.share = holders_keyholder_share;
    holders_turn_for(w, 600);
    assert_err(holders_want_until(w, 1), OK);
    assert_int_equal(holders_waiting(w), 0);
    holders_turn(w);
    assert_err(client_pseudonyms_why(w->n, 0, &w->call.trouble), OK);
}

/* ---- a holder that is away ---- */

static void a_keyholder_that_says_nothing(void **state)
{
    struct holders *w = *state;
    uint8_t id[PROTO_ID_LEN];

    w->does_keyholder.share = NULL;
    assert_err(holders_want(w, 1), ERR_BUSY);
    assert_err(holders_want_until(w, 2), ERR_PEER);
    assert_string_equal(w->call.trouble.text, "the keyholder cannot be reached; 2 children wait for a pseudonym, made when it answers. Of "
        "this command nothing was done: give it again then");
    /* The next hears it at once, and waits too. */
    assert_err(holders_want(w, 3), ERR_PEER);
    assert_string_equal(w->call.trouble.text, "the keyholder cannot be reached; 3 children wait for a pseudonym, made when it answers. Of "
        "this command nothing was done: give it again then");
    memcpy(id, w->asked[CLIENT_KEYHOLDER].head.id, sizeof id);
    w->does_keyholder.share = holders_keyholder_share;
    holders_until_none_waits(w);
    for (unsigned i = 1; i <= 3; i++)
        assert_true(holders_is_known(w, i));
    /* 1 and 2 were one batch: the hub's answer to it was kept, the keyholder was asked again under its id. 3 came after. */
    assert_int_equal(w->questions[CLIENT_HUB], 2);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 3);
    assert_memory_not_equal(w->asked[CLIENT_KEYHOLDER].head.id, id, sizeof id);
}

static void who_is_asked_again_gets_the_same_question(void **state)
{
    struct holders *w = *state;
    struct proto_msg first;
    uint8_t element[32], first_digest[32], digest[32];
    struct proto_signed s;

    w->does_keyholder.share = NULL;
    assert_err(holders_want_until(w, 1), ERR_PEER);
    first = w->asked[CLIENT_KEYHOLDER];
    assert_err(proto_sign_decode(w->envelope[CLIENT_HUB], w->len[CLIENT_HUB], &s), OK);
    assert_err(proto_msg_repeat_digest(PROTO_DERIVE, s.body, s.body_len, first_digest), OK);
    memcpy(element, s.body + (s.body_len - 99 - 2 - 32), sizeof element);
    w->does_keyholder.share = holders_keyholder_share;
    holders_until_none_waits(w);
    assert_memory_equal(w->asked[CLIENT_KEYHOLDER].head.id, first.head.id, PROTO_ID_LEN);
    assert_err(proto_sign_decode(w->envelope[CLIENT_KEYHOLDER], w->len[CLIENT_KEYHOLDER], &s), OK);
    assert_err(proto_msg_repeat_digest(PROTO_DERIVE, s.body, s.body_len, digest), OK);
    assert_memory_equal(digest, first_digest, sizeof digest);
    assert_memory_equal(element, s.body + (s.body_len - 99 - 2 - 32), sizeof element);
    assert_true(w->asked[CLIENT_KEYHOLDER].head.issued_s >= first.head.issued_s);
    assert_int_equal(w->questions[CLIENT_HUB], 1);
}

static void known_ones_go_on_while_it_is_away(void **state)
{
    struct holders *w = *state;

    assert_err(holders_want_until(w, 1), OK);
    w->does_keyholder.share = NULL;
    assert_err(holders_want_until(w, 2), ERR_PEER);
    assert_err(holders_want(w, 1), OK);
    w->does_keyholder.share = holders_keyholder_share;
    holders_until_none_waits(w);
}

static void who_waits_is_there_after_a_restart(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.refuses = PROTO_TROUBLE;
    assert_err(holders_want_until(w, 1), proto_refusal_err(PROTO_TROUBLE));
    assert_int_equal(holders_waiting(w), 1);
    holders_restart(w);
    assert_int_equal(holders_waiting(w), 1);
    w->does_keyholder.refuses = PROTO_ACCEPTED;
    holders_until_none_waits(w);
    assert_true(holders_is_known(w, 1));
}

/* ---- refusals ---- */

static void a_quota_that_is_used_up_is_said_and_the_child_waits(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.refuses = PROTO_QUOTA;
    assert_err(holders_want_until(w, 1), ERR_QUOTA);
    assert_non_null(strstr(w->call.trouble.text, "the keyholder has given out"));
    assert_int_equal(holders_waiting(w), 1);
    /* By itself it is not asked again today, and whoever asks again is. */
    holders_turn_for(w, 700);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 1);
    w->does_keyholder.refuses = PROTO_ACCEPTED;
    assert_err(holders_want_until(w, 1), OK);
    assert_int_equal(holders_waiting(w), 0);
}

/* By its clock, or its lie, what is asked is not of now: the hub, which counts, is not asked anew for it. */
static void a_keyholder_of_another_time_costs_nothing(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.refuses = PROTO_STALE;
    assert_err(holders_want_until(w, 1), ERR_PEER);
    assert_non_null(strstr(w->call.trouble.text, "the clock of the keyholder"));
    assert_int_equal(holders_waiting(w), 1);
    holders_turn_for(w, 1000);
    assert_int_equal(w->questions[CLIENT_HUB], 1);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 1);
    w->does_keyholder.refuses = PROTO_ACCEPTED;
    holders_until_none_waits(w);
    assert_true(holders_is_known(w, 1));
    assert_int_equal(w->questions[CLIENT_HUB], 1);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 2);
}

/* Any other refusal that will not pass soon: a pause, and not one question after the other. */
static void a_refusal_of_the_class_expired_is_not_asked_again_at_once(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.refuses = PROTO_NO_OFFICER;
    assert_err(holders_want_until(w, 1), proto_refusal_err(PROTO_NO_OFFICER));
    holders_turn_for(w, 1000);
    /* The hub may not have been asked yet when the refusal came. */
    assert_in_range(w->questions[CLIENT_HUB], 0, 1);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 1);
    assert_int_equal(holders_waiting(w), 1);
}

static void a_refusal_is_told_in_its_own_words(void **state)
{
    struct holders *w = *state;

    w->does_hub.refuses = PROTO_BLOCKED;
    assert_err(holders_want_until(w, 1), proto_refusal_err(PROTO_BLOCKED));
    assert_string_equal(w->call.trouble.where, "BLOCKED");
    assert_non_null(strstr(w->call.trouble.text, "the hub: "));
    assert_int_equal(holders_waiting(w), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, holders_setup, holders_teardown)
    const struct CMUnitTest tests[] = {
        T(a_number_gets_the_pseudonym_of_the_joint_key), T(both_get_the_same_envelope_and_nothing_that_is_not_needed),
        T(many_numbers_go_together), T(a_known_number_is_not_asked_for), T(what_is_no_number_is_refused),
        T(a_region_without_keyholder_asks_the_hub_alone), T(a_keyholder_with_another_share), T(a_hub_with_another_share),
        T(shares_that_were_exchanged), T(an_element_that_was_changed), T(a_proof_that_was_changed), T(an_answer_cut_short),
        T(one_that_is_not_proven_voids_all_of_the_batch), T(a_lie_is_forgotten_when_the_truth_is_told),
        T(a_keyholder_that_says_nothing), T(who_is_asked_again_gets_the_same_question), T(known_ones_go_on_while_it_is_away),
        T(a_keyholder_of_another_time_costs_nothing), T(a_refusal_of_the_class_expired_is_not_asked_again_at_once),
        T(who_waits_is_there_after_a_restart), T(a_quota_that_is_used_up_is_said_and_the_child_waits),
        T(a_refusal_is_told_in_its_own_words),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
