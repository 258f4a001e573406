/* client/origin_base: what only this node's own witness saw of the old log is held against what two partners name (P-194). */
#include "tests/support/heads_played.h"

#include "client/witness_parts.h"

/* The row that the node's witness leaves, under the origin of now. 0 leaves: nothing. */
static void cosigned(struct hub_played *h, const struct proto_merkle_head *seen, const struct proto_merkle_head *anchored)
{
    struct witness_log *l = (void *)client_fixture_memory(h->f, sizeof *l);

    assert_err(proto_note_key_decode(h->n->region.log_vkey, &l->known.key), OK);
    client_witness_name(l);
    l->known.seen = *seen;
    l->anchored = *anchored;
    assert_err(client_witness_store(h->n, l, NULL, 0), OK);
}

static void what_only_the_own_witness_saw_is_compared(void **state)
{
    struct hub_played *h = *state;
    const struct proto_merkle_head seen = head(95, 7), anchored = head(92, 7);

    has_seen(h, 80, 9);
    cosigned(h, &seen, &anchored);
    change(h, 120, 1, 100, 2);
    assert_true(client_link_is_trusted(h->n));
    assert_int_equal(h->n->link->checked.size, 80);
    assert_int_equal(h->n->link->other_count, 1);
    assert_memory_equal(&h->n->link->other[0].head, &seen, sizeof seen);
}

/* Of the rest it has seen more than was kept: it goes on from there. */
static void what_it_saw_within_what_was_kept_is_the_base(void **state)
{
    struct hub_played *h = *state;
    const struct proto_merkle_head seen = head(112, 7), anchored = head(92, 7);

    has_seen(h, 110, 9);
    cosigned(h, &seen, &anchored);
    change(h, 120, 1, 100, 2);
    assert_memory_equal(&h->n->link->checked, &anchored, sizeof anchored);
    assert_int_equal(h->n->link->newest.size, 100);
}

static void another_root_than_it_cosigned_stops(void **state)
{
    struct hub_played *h = *state;
    const struct proto_merkle_head seen = head(110, 7), anchored = head(100, 7);

    has_seen(h, 80, 9);
    cosigned(h, &seen, &anchored);
    change(h, 120, 1, 100, 2);
    assert_true(h->n->link->for_ever);
    assert_false(h->n->link->by_word);
}

static void another_root_of_what_it_cosigned_last_is_a_word(void **state)
{
    struct hub_played *h = *state;
    const struct proto_merkle_head seen = head(120, 7), none = head(0, 0);

    has_seen(h, 80, 9);
    cosigned(h, &seen, &none);
    change(h, 120, 1, 100, 2);
    assert_true(h->n->link->by_word);
}

static void who_cosigned_more_than_was_named_says_so(void **state)
{
    struct hub_played *h = *state;
    const struct proto_merkle_head seen = head(125, 7), none = head(0, 0);

    has_seen(h, 80, 9);
    cosigned(h, &seen, &none);
    change(h, 120, 1, 100, 2);
    assert_int_equal(h->n->link->seen_more, 125);
}

/* Under an origin of before that one it saw less: what it cosigned there says nothing of what was lost since. */
static void what_it_cosigned_long_ago_is_of_that_origin(void **state)
{
    struct hub_played *h = *state;
    const struct proto_merkle_head seen = head(125, 7), none = head(0, 0);

    cosigned(h, &seen, &none);
    change(h, 125, 7, 100, 2);
    has_seen(h, 105, 3);
    change(h, 110, 1, 100, 2);
    assert_int_equal(h->n->link->seen_more, 0);
    assert_true(client_link_is_trusted(h->n));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, hub_played_teardown)
    static const struct CMUnitTest tests[] = {
        T(what_only_the_own_witness_saw_is_compared), T(what_it_saw_within_what_was_kept_is_the_base),
        T(another_root_than_it_cosigned_stops), T(another_root_of_what_it_cosigned_last_is_a_word),
        T(who_cosigned_more_than_was_named_says_so), T(what_it_cosigned_long_ago_is_of_that_origin),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/origin_base", tests, NULL, NULL);
}
