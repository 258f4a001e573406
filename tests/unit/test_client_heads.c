/* client/heads: an answer that comes when the question has lost its sense. */
#include "tests/support/heads_played.h"

/* It has checked 4 leaves, was shown 7, and asks how they fit. */
static struct hub_played_msg *asks(struct hub_played *h)
{
    log_sample_fill(&h->log, 3);
    h->n->link->checked = witness_sample_head(&h->log, 4);
    h->n->link->newest = witness_sample_head(&h->log, 7);
    return asked_to_prove(h, 4, 7);
}

static void accept_it(struct hub_played *h)
{
    struct vault_txn *x;

    client_heads_stop(h->n, true, "two-roots-of-one-size");
    x = client_fixture_begin(h->f, VO);
    assert_err(client_heads_accept(h->n, x), OK);
    client_fixture_commit(x);
}

static void what_is_proven_is_checked(void **state)
{
    struct hub_played *h = *state;

    prove(h, asks(h));
    assert_int_equal(h->n->link->checked.size, 7);
    assert_true(client_link_is_trusted(h->n));
}

/* A person went on meanwhile: the proof is of what was checked before, and fits nothing now. */
static void a_proof_that_was_asked_for_before_a_person_went_on_is_not_judged(void **state)
{
    struct hub_played *h = *state;
    struct hub_played_msg *m = asks(h);

    accept_it(h);
    prove(h, m);
    assert_true(client_link_is_trusted(h->n));
    assert_int_equal(h->n->link->checked.size, 7);
}

static void nor_is_a_refusal(void **state)
{
    struct hub_played *h = *state;
    struct hub_played_msg *m = asks(h);

    accept_it(h);
    hub_played_refuse(h, m, PROTO_NOT_FOUND);
    hub_played_turn(h, 100);
    assert_true(client_link_is_trusted(h->n));
}

/* What comes after it is held against what was accepted, as ever, and soon. */
static void what_is_asked_after_is_judged(void **state)
{
    struct hub_played *h = *state;
    struct hub_played_msg *m = asks(h);
    struct proto_merkle_head more;

    accept_it(h);
    prove(h, m);
    log_sample_fill(&h->log, 2);
    more = witness_sample_head(&h->log, 9);
    client_heads_saw(h->n, more.size, more.root, clock_now_s());
    hub_played_refuse(h, asked_to_prove(h, 7, 9), PROTO_NOT_FOUND);
    hub_played_turn(h, 100);
    assert_false(client_link_is_trusted(h->n));
}

/* Does not show what it signed, and is asked again: after so many milliseconds, and as many more as this machine takes for it. */
static void asked_again_after(struct hub_played *h, struct hub_played_msg **m, uint64_t pause_ms)
{
    uint64_t from_ms = clock_mono_ms();

    hub_played_refuse(h, *m, PROTO_NOT_FOUND);
    *m = asked_to_prove(h, 4, 7);
    assert_true(clock_mono_ms() - from_ms >= pause_ms);
    assert_int_equal(h->n->link->check_wait_ms, pause_ms);
}

/* Soon, for until it is shown nothing is given; and not so often that it is a burden. What is shown begins anew. */
static void what_is_not_shown_is_asked_for_after_1_2_and_4_seconds(void **state)
{
    struct hub_played *h = *state;
    struct hub_played_msg *m = asks(h);

    asked_again_after(h, &m, 1000);
    assert_false(client_link_is_trusted(h->n));
    asked_again_after(h, &m, 2000);
    asked_again_after(h, &m, 4000);
    assert_false(client_link_is_trusted(h->n));
    prove(h, m);
    assert_true(client_link_is_trusted(h->n));
    assert_int_equal(h->n->link->check_wait_ms, 0);
}

/* ---- what another partner was shown, brought by people ---- */

static bool is_known(struct hub_played *h, struct proto_merkle_head other)
{
    bool known = !h->n->link->for_ever;

    assert_err(client_heads_brought(h->n, &other, &known), OK);
    return known;
}

static void what_was_seen_here_is_the_same(void **state)
{
    struct hub_played *h = *state;

    h->n->link->checked = head(50, 1);
    h->n->link->newest = head(60, 2);
    assert_true(is_known(h, head(50, 1)));
    assert_true(is_known(h, head(60, 2)));
    assert_true(client_link_is_trusted(h->n));
    assert_int_equal(h->n->link->other_count, 0);
}

static void another_root_of_one_size_is_proof(void **state)
{
    struct hub_played *h = *state;

    h->n->link->checked = h->n->link->newest = head(50, 1);
    assert_false(is_known(h, head(50, 2)));
    assert_true(h->n->link->for_ever);
    assert_false(client_link_is_trusted(h->n));
}

/* Smaller or larger than what was seen: the hub must prove it. */
static void what_is_of_another_size_is_asked_about(void **state)
{
    struct hub_played *h = *state;

    log_sample_fill(&h->log, 3);
    h->n->link->checked = h->n->link->newest = witness_sample_head(&h->log, 7);
    assert_false(is_known(h, head(5, 9)));
    prove(h, asked_to_prove(h, 5, 7));
    assert_true(h->n->link->for_ever);
}

static void what_is_larger_is_asked_about_too(void **state)
{
    struct hub_played *h = *state;

    h->n->link->checked = h->n->link->newest = witness_sample_head(&h->log, 4);
    assert_false(is_known(h, head(6, 9)));
    hub_played_refuse(h, asked_to_prove(h, 4, 6), PROTO_NOT_FOUND);
    hub_played_turn(h, 100);
    assert_false(client_link_is_trusted(h->n));
}

static void without_room_it_is_said(void **state)
{
    struct hub_played *h = *state;
    const struct proto_merkle_head more = head(30, 9);
    bool known = true;

    h->n->link->checked = h->n->link->newest = head(50, 1);
    for (uint64_t i = 0; i < LINK_HEADS / 2; i++)
        assert_false(is_known(h, head(10 + i, 3)));
    assert_err(client_heads_brought(h->n, &more, &known), ERR_BUSY);
    assert_true(known);
}

/* One of the places after the other would be a rule by which a hub shows a history of its own unseen, behind so many others. */
static void without_room_any_of_them_goes(void **state)
{
    struct hub_played *h = *state;
    struct client_hublink *l = h->n->link;
    bool last_stays = false, last_goes = false;

    for (int i = 0; i < 400 && !(last_stays && last_goes); i++) {
        const struct proto_merkle_head one = head(20, 9), next = head(21, 9);
        bool stays = false;

        l->other_count = 0;
        l->checked = l->newest = head(50, 1);
        for (uint64_t k = 0; k < LINK_HEADS / 2; k++)
            client_heads_saw(h->n, 10 + k, head(10 + k, 3).root, 0);
        client_heads_saw(h->n, one.size, one.root, 0);
        client_heads_saw(h->n, next.size, next.root, 0);
        assert_int_equal(l->other_count, LINK_HEADS / 2);
        for (size_t k = 0; k < l->other_count; k++)
            stays = stays || l->other[k].head.size == one.size;
        last_stays = last_stays || stays;
        last_goes = last_goes || !stays;
    }
    assert_true(last_stays && last_goes);
}

/* Every receipt under one head brings it: that puts no other out. */
static void one_that_is_here_puts_none_out(void **state)
{
    struct hub_played *h = *state;
    struct client_hublink *l = h->n->link;

    /* Many times: one that goes by chance might be the one that comes. */
    l->checked = l->newest = head(50, 1);
    for (int i = 0; i < 100; i++)
        for (uint64_t k = 0; k < LINK_HEADS / 2; k++)
            client_heads_saw(h->n, 10 + k, head(10 + k, 3).root, 0);
    assert_int_equal(l->other_count, LINK_HEADS / 2);
    for (size_t k = 0; k < l->other_count; k++)
        assert_int_equal(l->other[k].head.size, 10 + k);
}

/* Nothing is asked any more: a node that waited for nothing would go round without an end. */
static void who_stopped_for_ever_is_not_due(void **state)
{
    struct hub_played *h = *state;
    struct client_hublink *l = h->n->link;

    l->checked = head(4, 1);
    l->newest = head(9, 1);
    l->check_at_ms = 0;
    l->up = l->fetching = true;
    assert_int_equal(client_hublink_due(h->n, 5000), 0);
    client_heads_stop(h->n, true, "consistency-not-proven");
    assert_int_equal(client_hublink_due(h->n, 5000), 5000);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, hub_played_teardown)
    static const struct CMUnitTest tests[] = {
        T(what_is_proven_is_checked), T(a_proof_that_was_asked_for_before_a_person_went_on_is_not_judged), T(nor_is_a_refusal),
        T(what_is_asked_after_is_judged), T(what_is_not_shown_is_asked_for_after_1_2_and_4_seconds), T(what_was_seen_here_is_the_same),
        T(another_root_of_one_size_is_proof),
        T(what_is_of_another_size_is_asked_about), T(what_is_larger_is_asked_about_too), T(without_room_it_is_said), T(without_room_any_of_them_goes),
        T(one_that_is_here_puts_none_out),
        T(who_stopped_for_ever_is_not_due),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/heads", tests, NULL, NULL);
}
