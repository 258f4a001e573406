/* client/unanchored: a leaf that was not anchored for a day is an alarm at each node (DESIGN section 8), also in a log that never was. */
#include "tests/support/check.h"
#include "tests/support/hub_played.h"

#include "client/hublink_parts.h"
#include "client/unanchored.h"

enum { DAY = CLIENT_UNANCHORED_LATE_S, NOW = 1000000 };

/* What was seen, one after the other, and whether that is late a day after the first; in ascending time. */
struct seen { uint64_t size, anchored, at_s; };
struct row { const char *name; struct seen seen[4]; size_t count; bool late; };

static const struct row rows[] = {
    {"an empty log", {{0, 0, NOW}, {0, 0, NOW + DAY}}, 2, false},
    {"all is anchored", {{9, 9, NOW}, {9, 9, NOW + DAY}}, 2, false},
    {"nothing was anchored ever", {{9, 0, NOW}, {9, 0, NOW + DAY}}, 2, true},
    {"a second before the day is over", {{9, 0, NOW}, {9, 0, NOW + DAY - 1}}, 2, false},
    {"it stands still while the log grows", {{9, 5, NOW}, {20, 5, NOW + DAY / 2}, {30, 8, NOW + DAY}}, 3, true},
    {"it follows, a little behind", {{9, 5, NOW}, {20, 9, NOW + DAY / 2}, {30, 20, NOW + DAY}}, 3, false},
    {"a leaf after days of rest", {{9, 9, NOW}, {9, 9, NOW + 3 * DAY}, {10, 9, NOW + 4 * DAY}}, 3, false},
    {"that leaf a day later", {{9, 9, NOW}, {10, 9, NOW + 3 * DAY}, {10, 9, NOW + 4 * DAY}}, 3, true},
    {"the log is shorter than it was", {{90, 50, NOW}, {60, 55, NOW + DAY}}, 2, false},
    {"and that is not anchored either", {{90, 50, NOW}, {60, 55, NOW + DAY}, {61, 55, NOW + 2 * DAY}}, 3, true},
};

static void is_late(void **state)
{
    const struct row *r = *state;
    struct client_unanchored u = {.looked = true};

    for (size_t i = 0; i < r->count; i++) {
        /* Not before: who looks each minute sees it when it comes. */
        assert_true(i == r->count - 1 || !client_unanchored_is_late(&u, r->seen[i].at_s) || r->late);
        client_unanchored_saw(&u, r->seen[i].size, r->seen[i].anchored, r->seen[i].at_s);
    }
    assert_int_equal(client_unanchored_is_late(&u, r->seen[r->count - 1].at_s), r->late);
    u.looked = false;
    assert_false(client_unanchored_is_late(&u, r->seen[r->count - 1].at_s));
}

/* ---- in a node ---- */

static int setup(void **state)
{
    return hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}

static void up(struct hub_played *h)
{
    for (uint64_t until = clock_mono_ms() + HUB_PLAYED_MS; !client_link_is_up(h->n) && clock_mono_ms() < until;)
        hub_played_turn(h, 10);
    assert_true(client_link_is_up(h->n));
}

static void minute(struct hub_played *h)
{
    client_unanchored_step(h->n);
    h->n->unanchored.due_ms = 0;
    client_unanchored_step(h->n);
}

/* As if the program had been ended and started: what is in the vault is all there is. */
static void restart(struct hub_played *h)
{
    h->n->unanchored = (struct client_unanchored){.size = 0};
}

static void it_is_remembered_after_a_restart(void **state)
{
    struct hub_played *h = *state;
    uint64_t since_s;

    up(h);
    h->n->link->newest.size = 12;
    minute(h);
    assert_int_equal(h->n->unanchored.size, 12);
    since_s = h->n->unanchored.since_s;
    assert_false(client_unanchored_is_late(&h->n->unanchored, since_s + DAY - 1));
    assert_true(client_unanchored_is_late(&h->n->unanchored, since_s + DAY));
    restart(h);
    client_unanchored_step(h->n);
    /* Read, and not looked at yet: what others cosigned while it was off has not come. */
    assert_int_equal(h->n->unanchored.size, 12);
    assert_int_equal(h->n->unanchored.since_s, since_s);
    assert_false(client_unanchored_is_late(&h->n->unanchored, since_s + DAY));
    client_unanchored_step(h->n);
    assert_false(h->n->unanchored.looked);
    minute(h);
    assert_int_equal(h->n->unanchored.since_s, since_s);
    assert_true(client_unanchored_is_late(&h->n->unanchored, since_s + DAY));
}

static void without_the_hub_nothing_is_said(void **state)
{
    struct hub_played *h = *state;

    up(h);
    h->n->link->newest.size = 12;
    minute(h);
    assert_true(h->n->unanchored.looked);
    h->n->link->up = false;
    minute(h);
    assert_false(h->n->unanchored.looked);
    assert_false(client_unanchored_is_late(&h->n->unanchored, UINT64_MAX));
}

int main(void)
{
    static const struct CMUnitTest in_a_node[] = {
        cmocka_unit_test_setup_teardown(it_is_remembered_after_a_restart, setup, hub_played_teardown),
        cmocka_unit_test_setup_teardown(without_the_hub_nothing_is_said, setup, hub_played_teardown),
    };
    static struct check_list list;
    int failed;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, is_late, &rows[i]);
    failed = check_run(&list, "client_unanchored");
    return failed + cmocka_run_group_tests_name("client/unanchored in a node", in_a_node, NULL, NULL);
}
