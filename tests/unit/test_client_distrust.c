/* client/distrust: what a node holds against the hub or a partner: what it stops, what people read, and that a restart does not forgive it. */
#include "tests/support/check.h"
#include "tests/support/hub_played.h"

#include "client/distrust.h"
#include "client/hublink_parts.h"

static int setup(void **state)
{
    return hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}

static const struct proto_partner *partner(struct hub_played *h, size_t i)
{
    return &h->n->region.partner[i];
}

static void doubt(struct hub_played *h, size_t i)
{
    client_distrust_partner(h->n, partner(h, i), "test");
}

static const char *said(struct hub_played *h, enum lang lang)
{
    static char buf[640];

    return client_distrust_text(h->n, lang, buf, sizeof buf);
}

/* What would ask for or give something; and what goes on, whatever the hub did. */
static void stops_giving(struct hub_played *h, bool stops)
{
    static const char *const giving[] = {"request.new", "grant", "send"};
    static const char *const others[] = {"consent.withdraw", "objection.add", "request.show", "refuse", "access.end", "audit", "status", "open", "gran"};

    for (size_t i = 0; i < sizeof giving / sizeof *giving; i++) {
        struct trouble t = {.lang = LANG_NL};

        assert_err(client_distrust_check(h->n, giving[i], &t), stops ? ERR_STATE : OK);
        assert_string_equal(t.text, stops ? said(h, LANG_NL) : "");
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_err(client_distrust_check(h->n, others[i], NULL), OK);
}

static void nothing_is_held_against_a_hub_that_did_nothing(void **state)
{
    struct hub_played *h = *state;

    assert_null(said(h, LANG_EN));
    stops_giving(h, false);
}

/* One of the two lies: nothing goes to that partner, and people are told which. */
static void one_partner_is_named(void **state)
{
    struct hub_played *h = *state;
    char text[160];

    doubt(h, 1);
    doubt(h, 1);
    assert_true(client_distrust_has(h->n, partner(h, 1)->id));
    assert_false(client_distrust_has(h->n, partner(h, 2)->id));
    assert_false(client_distrust_is_general(h->n));
    (void)snprintf(text, sizeof text, "%s says it saw another log", partner(h, 1)->handle);
    assert_non_null(strstr(said(h, LANG_EN), text));
    (void)snprintf(text, sizeof text, "%s zegt een ander logboek", partner(h, 1)->handle);
    assert_non_null(strstr(said(h, LANG_NL), text));
    stops_giving(h, false);
}

static void two_partners_stop_everything(void **state)
{
    struct hub_played *h = *state;

    doubt(h, 1);
    doubt(h, 2);
    assert_true(client_distrust_is_general(h->n));
    assert_non_null(strstr(said(h, LANG_EN), "SEVERAL PARTNERS"));
    assert_non_null(strstr(said(h, LANG_NL), "VERSCHILLENDE PARTNERS"));
    stops_giving(h, true);
}

static void a_log_that_contradicts_itself_stops_everything(void **state)
{
    struct hub_played *h = *state;

    h->n->link->forked = true;
    assert_non_null(strstr(said(h, LANG_EN), "NO LONGER SHOWS"));
    assert_non_null(strstr(said(h, LANG_NL), "TOONT NIET MEER"));
    stops_giving(h, true);
    h->n->link->for_ever = true;
    assert_non_null(strstr(said(h, LANG_EN), "CONTRADICTS ITSELF"));
    assert_non_null(strstr(said(h, LANG_NL), "SPREEKT ZICHZELF TEGEN"));
    h->n->link->by_word = true;
    assert_non_null(strstr(said(h, LANG_EN), "TWO PARTNERS NAMED"));
    assert_non_null(strstr(said(h, LANG_NL), "TWEE PARTNERS NOEMDEN"));
    stops_giving(h, true);
}

static void starts_again(struct hub_played *h)
{
    h->n->link->apart_count = h->n->link->apart_kept = 0;
    assert_err(client_distrust_load(h->n), OK);
}

/* What was noticed is on disk when it was kept, the first and what comes after; and is gone when people have looked into it. */
static void a_restart_forgives_nothing(void **state)
{
    struct hub_played *h = *state;
    struct vault_txn *x;

    starts_again(h);
    assert_int_equal(h->n->link->apart_count, 0);
    doubt(h, 1);
    client_distrust_keep(h->n);
    doubt(h, 2);
    client_distrust_keep(h->n);
    assert_int_equal(h->n->link->apart_kept, 2);
    starts_again(h);
    assert_int_equal(h->n->link->apart_count, 2);
    assert_int_equal(h->n->link->apart_kept, 2);
    assert_true(client_distrust_has(h->n, partner(h, 1)->id));
    assert_true(client_distrust_has(h->n, partner(h, 2)->id));
    assert_false(client_distrust_has(h->n, partner(h, 0)->id));
    stops_giving(h, true);
    x = client_fixture_begin(h->f, VO);
    assert_err(client_distrust_forget(h->n, x), OK);
    client_fixture_commit(x);
    starts_again(h);
    assert_int_equal(h->n->link->apart_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_played_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_held_against_a_hub_that_did_nothing), TEST(one_partner_is_named), TEST(two_partners_stop_everything),
        TEST(a_log_that_contradicts_itself_stops_everything), TEST(a_restart_forgives_nothing),
    };

    return cmocka_run_group_tests_name("client/distrust", tests, NULL, NULL);
}
