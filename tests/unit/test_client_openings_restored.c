/* client/openings after a restore from a backup: what was answered since is the hub's knowledge only, and what it may say of it is bounded. */
#include "tests/support/openings_played.h"

#include "client/hublink_parts.h"
#include "client/openings_parts.h"

#include <sodium.h>

static void restored(struct openings_played *p)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);

    assert_err(client_vault_put(x, CLIENT_T_META, "restored", 8, "1", 2), OK);
    client_fixture_commit(x);
}

/* The second act's opening comes first, under this number and place; whether it was taken. */
static bool takes(struct openings_played *p, uint64_t number, uint64_t index)
{
    struct proto_opening o = p->opening[1];
    struct openings_played_item item = {.what = &o};
    struct client_openings_status s;

    o.number = number;
    o.index = index;
    proto_side_commit(o.side_salt, o.number, o.previous, o.from_side);
    item.at = openings_played_place(&o);
    p->h->n->openings->next_ms = 0;
    openings_played_lay(p, &item, 1);
    hub_played_turn(p->h, 700);
    openings_played_status(p, &s);
    assert_true(s.fetched == 0 || s.fetched == number);
    return s.fetched != 0;
}

static void after_a_restore_one_gap_is_stepped_over(void **state)
{
    struct openings_played *p = *state;

    openings_played_act(p);
    openings_played_act(p);
    assert_false(takes(p, 2, p->opening[1].index));
    restored(p);
    assert_true(takes(p, 2, p->opening[1].index));
}

/* A number that no leaf allows, or a leaf that nobody was shown: it would have all between pass for answered. The mark is kept for the truth. */
static void after_a_restore_no_gap_is_wider_than_the_log(void **state)
{
    struct openings_played *p = *state;
    uint64_t index, size;

    openings_played_act(p);
    openings_played_act(p);
    index = p->opening[1].index;
    size = p->h->n->link->newest.size;
    restored(p);
    assert_false(takes(p, index + 2, index));
    assert_false(takes(p, PROTO_NO_LEAF - 1, index));
    assert_false(takes(p, size + 1, size));
    assert_false(takes(p, size + 1000, size + 1000));
    assert_true(p->h->n->openings->behind);
    assert_true(p->h->n->openings->next_ms < clock_mono_ms() + 10000);
    assert_true(takes(p, 2, index));
    /* Once. */
    assert_false(p->h->n->openings->behind);
}

/* One that does not open proves nothing. */
static void after_a_restore_garbage_steps_over_nothing(void **state)
{
    struct openings_played *p = *state;
    struct openings_played_item item = {.what = NULL, .flip = 100};
    struct client_openings_status s;

    openings_played_act(p);
    openings_played_act(p);
    restored(p);
    item.what = &p->opening[1];
    item.at = openings_played_place(&p->opening[1]);
    openings_played_lay(p, &item, 1);
    hub_played_turn(p->h, 700);
    openings_played_status(p, &s);
    assert_int_equal(s.fetched, 0);
    assert_true(takes(p, 2, p->opening[1].index));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, openings_played_setup, openings_played_close)
    static const struct CMUnitTest tests[] = {
        T(after_a_restore_one_gap_is_stepped_over), T(after_a_restore_no_gap_is_wider_than_the_log),
        T(after_a_restore_garbage_steps_over_nothing),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
