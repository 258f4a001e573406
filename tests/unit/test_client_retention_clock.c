/* client/retention_clock: nothing goes by a clock that nobody else has. */
#include "tests/support/client_fixture.h"

#include "client/clocks.h"
#include "client/hublink_parts.h"
#include "client/meta.h"
#include "client/retention.h"
#include "client/retention_clock.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

enum { DAY = 86400, TEN_MINUTES_MS = 10 * 60 * 1000 };

static const uint64_t ten_years = UINT64_C(3653) * DAY;

struct world { struct client_fixture *f; struct client_node *n; struct client_hublink link; struct client_hublink *before; };

static struct world w;

static bool may_at(uint64_t now_s)
{
    struct vault_txn *x = client_fixture_begin(w.f, VO);
    bool may = false;

    assert_err(client_retention_clock_check(w.n, x, now_s, &may), OK);
    client_fixture_commit(x);
    return may;
}

/* The hub's reply says that it is so much later there. */
static void hub_says(int64_t ahead_s)
{
    client_clocks_saw(w.n, (uint64_t)((int64_t)clock_now_s() + ahead_s));
}

/* The moment in the row; 0: there is none. */
static uint64_t row(void)
{
    struct vault_txn *x = client_fixture_begin(w.f, VO);
    uint8_t *data = NULL;
    size_t len = 0;
    uint64_t at_s = 0;
    enum err e = client_meta_get(x, CLIENT_META_SAME_DAY, &data, &len);

    client_vault_abort(x);
    if (e == OK)
        assert_int_equal(len, 8);
    for (size_t i = 0; i < len; i++)
        at_s = at_s << 8 | data[i];
    free(data);
    return at_s;
}

/* As after a restart: nothing was heard yet. */
static void begin_again(void)
{
    memset(&w.link, 0, sizeof w.link);
    w.link.node = w.n;
    w.n->link = &w.link;
}

static void nothing_goes_before_the_hub_was_heard(void **state)
{
    (void)state;
    assert_false(may_at(clock_now_s()));
    assert_null(client_retention_clock_text(w.n, LANG_EN));
    hub_says(0);
    assert_true(may_at(clock_now_s()));
    assert_null(client_retention_clock_text(w.n, LANG_EN));
}

/* The battery was empty, or somebody answered for the time server: it starts in another year, and the hub is away, or says otherwise. */
static void a_clock_of_another_year_takes_nothing_away(void **state)
{
    uint64_t now_s = clock_now_s();

    (void)state;
    hub_says(0);
    assert_true(may_at(now_s));
    begin_again();
    assert_false(may_at(now_s + UINT64_C(6) * 366 * DAY));
    hub_says(-6 * 366 * DAY);
    assert_false(may_at(now_s + UINT64_C(6) * 366 * DAY));
    assert_non_null(strstr(client_retention_clock_text(w.n, LANG_EN), "erase_without_hub"));
    assert_non_null(client_retention_clock_text(w.n, LANG_NL));
}

static void nor_is_it_moved_on_in_steps(void **state)
{
    uint64_t now_s = clock_now_s();

    (void)state;
    hub_says(0);
    assert_true(may_at(now_s));
    begin_again();
    assert_true(may_at(now_s + 39 * DAY));
    assert_true(may_at(now_s + CLIENT_RETENTION_CLOCK_S));
    assert_false(may_at(now_s + CLIENT_RETENTION_CLOCK_S + 1));
    assert_false(may_at(now_s + 78 * DAY));
}

static void a_hub_of_another_day_does_not_count(void **state)
{
    (void)state;
    hub_says(DAY + 10);
    assert_false(may_at(clock_now_s()));
    hub_says(-DAY - 10);
    assert_false(may_at(clock_now_s()));
    hub_says(DAY - 100);
    assert_true(may_at(clock_now_s()));
}

static void a_hub_that_is_gone_keeps_nothing_for_ever(void **state)
{
    (void)state;
    w.n->erases_alone = true;
    assert_true(may_at(clock_now_s()));
    assert_null(client_retention_clock_text(w.n, LANG_EN));
    w.n->erases_alone = false;
    assert_false(may_at(clock_now_s()));
    w.n->legal_hold = true;
    assert_null(client_retention_clock_text(w.n, LANG_EN));
    w.n->legal_hold = false;
}

/* The clock is set while the node runs, and the step is sooner than the next reply. */
static void a_clock_that_jumps_takes_nothing_away(void **state)
{
    uint64_t now_s = clock_now_s();

    (void)state;
    hub_says(0);
    assert_true(may_at(now_s));
    assert_int_equal(row(), now_s);
    assert_false(may_at(now_s + ten_years));
    assert_int_equal(row(), now_s);
    assert_false(may_at(now_s + ten_years + DAY));
    assert_true(may_at(now_s + 1));
    assert_int_equal(row(), now_s + 1);
}

/* The hub was heard once, and the process lives on: the 40 days run all the same. */
static void an_old_answer_agrees_with_nothing(void **state)
{
    uint64_t now_s = clock_now_s();

    (void)state;
    hub_says(0);
    assert_true(may_at(now_s));
    w.link.hub_said_ms -= TEN_MINUTES_MS - 60000;
    assert_true(may_at(now_s + 1));
    assert_int_equal(row(), now_s + 1);
    w.link.hub_said_ms -= 61000;
    assert_true(may_at(now_s + 2));
    assert_int_equal(row(), now_s + 1);
    begin_again();
    hub_says(0);
    w.link.hub_said_ms -= UINT64_C(41) * DAY * 1000;
    assert_false(may_at(now_s + 41 * DAY));
    assert_int_equal(row(), now_s + 1);
}

/* The hub's time goes on while nothing is heard: what counts is where it would be now. */
static void the_hubs_time_goes_on(void **state)
{
    uint64_t now_s = clock_now_s();

    (void)state;
    hub_says(DAY - 100);
    assert_true(may_at(now_s));
    w.link.hub_said_ms -= 300 * 1000;
    assert_true(may_at(now_s + 2));
    assert_int_equal(row(), now_s);
}

/* Both clocks were ahead, or the row is of a node of before: it says nothing of the days until then. */
static void a_moment_that_is_still_to_come_does_not_count(void **state)
{
    uint64_t now_s = clock_now_s();

    (void)state;
    hub_says(0);
    assert_true(may_at(now_s));
    begin_again();
    assert_true(may_at(now_s - DAY + 10));
    assert_false(may_at(now_s - DAY - 10));
    assert_false(may_at(now_s - ten_years));
    assert_non_null(strstr(client_retention_clock_text(w.n, LANG_EN), "not yet"));
    assert_int_equal(row(), now_s);
}

/* A home that is new was not forty days without. */
static void the_text_says_what_is_so(void **state)
{
    uint64_t now_s = clock_now_s();

    (void)state;
    hub_says(-6 * 366 * DAY);
    assert_false(may_at(now_s));
    assert_null(strstr(client_retention_clock_text(w.n, LANG_EN), "40 days"));
    assert_non_null(strstr(client_retention_clock_text(w.n, LANG_EN), "erase_without_hub"));
    assert_null(strstr(client_retention_clock_text(w.n, LANG_NL), "40 dagen"));
    assert_non_null(strstr(client_retention_clock_text(w.n, LANG_NL), "erase_without_hub"));
    hub_says(0);
    assert_true(may_at(now_s));
    begin_again();
    assert_false(may_at(now_s + 41 * DAY));
    assert_non_null(strstr(client_retention_clock_text(w.n, LANG_EN), "40 days"));
    assert_non_null(strstr(client_retention_clock_text(w.n, LANG_NL), "40 dagen"));
}

/* A consent that was over long ago. */
static void keep_old(struct proto_statement *s)
{
    struct proto_subject_id child = client_fixture_child(1);

    *s = client_fixture_say(w.f, PROTO_SAY_CONSENT, VO, &child, CJG, NOBODY);
    s->made_s = w.f->now_s - 2 * (uint64_t)CLIENT_RETENTION_S;
    s->until_s = s->made_s + 30 * DAY;
    s->code = PROTO_CONSENT_PROCESSING;
    s->sections = client_fixture_sections("effort");
    memcpy(s->holder, w.f->partner[VO].id, PROTO_PARTNER_LEN);
    memcpy(s->receiver, w.f->partner[CJG].id, PROTO_PARTNER_LEN);
    (void)snprintf(s->purpose, sizeof s->purpose, "youth_help_access");
    client_fixture_keep_at(w.f, VO, s, s->made_s);
}

static bool is_here(const struct proto_statement *s)
{
    struct vault_txn *x = client_fixture_begin(w.f, VO);
    bool has = false;

    assert_err(client_vault_has(x, CLIENT_T_STATEMENT, s->id, PROTO_ID_LEN, &has), OK);
    client_vault_abort(x);
    return has;
}

/* The step itself: an old statement stays until the hub agrees. */
static void what_is_old_stays_until_then(void **state)
{
    struct proto_statement s;

    (void)state;
    keep_old(&s);
    for (int heard = 0; heard <= 1; heard++) {
        if (heard)
            hub_says(0);
        w.n->retention_s = 0;
        client_retention_step(w.n);
        assert_int_equal(is_here(&s), !heard);
    }
}

/* The step looked while the clock was years ahead, so its next moment is there; the clock is right again, and the node was not restarted. */
static void after_a_jump_it_goes_on(void **state)
{
    struct proto_statement s;

    (void)state;
    keep_old(&s);
    hub_says(0);
    w.n->retention_s = clock_now_s() + ten_years + 10;
    client_retention_step(w.n);
    assert_false(is_here(&s));
    assert_in_range(w.n->retention_s, clock_now_s(), clock_now_s() + DAY);
    /* And within the day it waits: it does not run at each step. */
    keep_old(&s);
    client_retention_step(w.n);
    assert_true(is_here(&s));
}

/* The whole of it, by the clock itself. */
static void a_clock_ten_years_on_and_back(void **state)
{
    struct proto_statement s;
    uint64_t now_s = clock_now_s();

    (void)state;
    hub_says(0);
    client_retention_step(w.n);
    assert_in_range(row(), now_s, clock_now_s());
    keep_old(&s);
    check_shift_clock((long long)ten_years);
    client_retention_step(w.n);
    check_shift_clock(0);
    assert_true(is_here(&s));
    assert_in_range(row(), now_s, clock_now_s());
    client_retention_step(w.n);
    assert_false(is_here(&s));
    assert_null(client_retention_clock_text(w.n, LANG_EN));
}

static int setup(void **state)
{
    int result = client_fixture_setup(state);

    w.f = *state;
    w.n = client_fixture_node(w.f, VO);
    w.before = w.n->link;
    begin_again();
    return result;
}

static int teardown(void **state)
{
    w.n->link = w.before;
    return client_fixture_close(state);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(nothing_goes_before_the_hub_was_heard), T(a_clock_of_another_year_takes_nothing_away), T(nor_is_it_moved_on_in_steps),
        T(a_hub_of_another_day_does_not_count), T(a_hub_that_is_gone_keeps_nothing_for_ever), T(what_is_old_stays_until_then),
        T(a_clock_that_jumps_takes_nothing_away), T(an_old_answer_agrees_with_nothing), T(the_hubs_time_goes_on),
        T(a_moment_that_is_still_to_come_does_not_count), T(the_text_says_what_is_so), T(after_a_jump_it_goes_on),
        T(a_clock_ten_years_on_and_back),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/retention clock", tests, NULL, NULL);
}
