/* client/retention_clock: nothing goes by a clock that nobody else has. */
#include "tests/support/client_fixture.h"

#include "client/clocks.h"
#include "client/hublink_parts.h"
#include "client/retention.h"
#include "client/retention_clock.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

enum { DAY = 86400 };

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

/* The step itself: an old statement stays until the hub agrees. */
static void what_is_old_stays_until_then(void **state)
{
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(w.f, PROTO_SAY_CONSENT, VO, &child, CJG, NOBODY);
    struct vault_txn *x;
    bool has = false;

    (void)state;
    s.made_s = w.f->now_s - 2 * (uint64_t)CLIENT_RETENTION_S;
    s.until_s = s.made_s + 30 * DAY;
    s.code = PROTO_CONSENT_PROCESSING;
    s.sections = client_fixture_sections("effort");
    memcpy(s.holder, w.f->partner[VO].id, PROTO_PARTNER_LEN);
    memcpy(s.receiver, w.f->partner[CJG].id, PROTO_PARTNER_LEN);
    (void)snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    client_fixture_keep_at(w.f, VO, &s, s.made_s);
    for (int heard = 0; heard <= 1; heard++) {
        if (heard)
            hub_says(0);
        w.n->retention_s = 0;
        client_retention_step(w.n);
        x = client_fixture_begin(w.f, VO);
        assert_err(client_vault_has(x, CLIENT_T_STATEMENT, s.id, PROTO_ID_LEN, &has), OK);
        client_vault_abort(x);
        assert_int_equal(has, !heard);
    }
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
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/retention clock", tests, NULL, NULL);
}
