/* client/openings: what was judged is not laid open again, under no number that the hub gives it. */
#include "tests/support/openings_played.h"

#include "client/openings_parts.h"

#include <sodium.h>

/* Two that are right, fetched and judged. */
static void two_are_judged(struct openings_played *p)
{
    openings_played_act(p);
    openings_played_act(p);
    client_openings_now(p->h->n);
    openings_played_lay_right(p);
    (void)hub_played_wait(p->h, PROTO_OPENED_LEAF);
}

static void lay_as(struct openings_played *p, uint64_t number)
{
    struct openings_played_item item = {.what = &p->opening[0], .at = openings_played_place(&p->opening[0])};

    item.at.number = number;
    p->h->n->openings->next_ms = 0;
    assert_int_equal(openings_played_question(p, PROTO_QUERY_OPENINGS)->msg.number, 2);
    openings_played_lay(p, &item, 1);
    while (p->h->n->openings->asking)
        hub_played_turn(p->h, 10);
}

static void expect_two(struct openings_played *p)
{
    struct client_openings_status s;

    openings_played_status(p, &s);
    assert_int_equal(s.fetched, 2);
    assert_int_equal(s.checked, 2);
    assert_int_equal(s.bad, 0);
}

static void a_number_of_before_is_not_taken(void **state)
{
    static const uint64_t numbers[] = {1, 2};
    struct openings_played *p = *state;
    struct client_node *n = p->h->n;

    two_are_judged(p);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        lay_as(p, numbers[i]);
        expect_two(p);
        /* Nor is there anything to ask for again at once. */
        assert_true(client_openings_due(n, 60000) > 5000);
    }
    client_openings_close(n->openings);
    n->openings = NULL;
    assert_err(client_openings_open(n, NULL), OK);
    expect_two(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_number_of_before_is_not_taken, openings_played_setup, openings_played_close),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client_openings_again", tests, NULL, NULL);
}
