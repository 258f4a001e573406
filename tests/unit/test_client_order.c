/*
 * client/order: the later of two leaves, by origin and then by index; and that what goes by it does so: which consent decides (client/facts),
 * which one the list shows (client/replaced). Vo holds, cjg asks. The log lost its leaves from 850 on.
 */
#include "tests/support/client_asked.h"

#include "client/order.h"
#include "client/replaced.h"

#include <stdlib.h>

enum { LOST = 850 };

struct row { const char *name; struct client_leaf a, b; bool later; };

/* Origins named at 1000 and 2000. */
static const struct row rows[] = {
    {"a higher index under the first origin", {7, 500, 0}, {6, 500, 0}, true},
    {"a lower index under the first origin", {6, 500, 0}, {7, 500, 0}, false},
    {"within one origin the time is the hub's word only", {6, 900, 0}, {7, 100, 0}, false},
    {"a lower index under the next origin", {852, 1010, 0}, {900, 990, 0}, true},
    {"a higher index of before the loss", {900, 990, 0}, {852, 1010, 0}, false},
    {"the very second of the next origin", {852, 1000, 0}, {900, 999, 0}, true},
    {"under the third origin", {3, 2000, 0}, {852, 1999, 0}, true},
    {"under the third origin against the first", {3, 2000, 0}, {900, 10, 0}, true},
    {"two under the second origin", {853, 1010, 0}, {852, 1900, 0}, true},
    {"the same leaf", {852, 1010, 0}, {852, 1010, 0}, false},
    /* Where the origin that proves it is known, no time is looked at. 850 leaves were kept by the first change, 840 by the second. */
    {"dated ahead of the loss", {900, 1500, 1}, {852, 1010, 2}, false},
    {"after the loss, against what was dated ahead", {852, 1010, 2}, {900, 1500, 1}, true},
    {"dated ahead of two losses", {900, 2500, 1}, {841, 2001, 3}, false},
    {"kept, and proven under the next origin", {849, 990, 2}, {900, 995, 1}, false},
    {"the first that the next origin has of its own", {850, 1010, 2}, {900, 995, 1}, true},
    {"lost, against what was kept and is proven later", {900, 995, 1}, {849, 990, 2}, true},
    {"kept by one change, and by the second not", {845, 990, 1}, {841, 2010, 3}, false},
    {"kept by both, and proven under the third", {839, 990, 3}, {845, 980, 1}, false},
    {"dated back after the loss", {852, 10, 2}, {900, 995, 1}, true},
    {"within one origin, dated ahead", {900, 5000, 1}, {901, 10, 1}, false},
    {"one whose origin is not known, by its time", {852, 1010, 0}, {900, 5000, 1}, true},
};

static void is_later(void **state)
{
    const struct row *row = *state;
    struct proto_region r = {.origin_count = 2, .origin = {{.kept.size = 850, .at_s = 1000}, {.kept.size = 840, .at_s = 2000}}};

    assert_int_equal(client_order_is_later(&r, &row->a, &row->b), row->later);
}

static void without_a_change_there_is_one_origin(void **state)
{
    const struct proto_region r = {.origin_count = 0};

    (void) state;
    assert_int_equal(client_order_origin(&r, &(struct client_leaf){.at_s = 0}), 1);
    assert_int_equal(client_order_origin(&r, &(struct client_leaf){.at_s = UINT64_MAX}), 1);
    assert_int_equal(client_order_origin(&r, &(struct client_leaf){.at_s = UINT64_MAX, .origin = 1}), 1);
}

static unsigned proven_by(const struct proto_region *r, const char *checkpoint)
{
    const struct proto_receipt receipt = {.index = 7, .time_s = 9, .checkpoint = {(const uint8_t *) checkpoint, strlen(checkpoint)}};
    struct client_leaf leaf = client_order_leaf(r, &receipt);

    assert_int_equal(leaf.index, 7);
    assert_int_equal(leaf.at_s, 9);
    return leaf.origin;
}

static void the_checkpoint_says_which_origin_proves_it(void **state)
{
    const struct proto_region r = {.origin_count = 1, .log_origin = "x.log/2"};

    (void) state;
    assert_int_equal(proven_by(&r, "x.log\n8\n"), 1);
    assert_int_equal(proven_by(&r, "x.log/2\n8\n"), 2);
    assert_int_equal(proven_by(&r, "x.log/3\n8\n"), 3);
    assert_int_equal(proven_by(&r, "y.log\n8\n"), 0);
    assert_int_equal(proven_by(&r, ""), 0);
}

/* ---- consents ---- */

/* At leaf index, so many seconds before now. */
static struct proto_statement said(struct client_fixture *f, const char *who, uint64_t index, uint64_t ago_s)
{
    struct proto_statement s = consent(f, VO, NULL);

    note(f, &s, who);
    f->leaf = index;
    client_fixture_keep_at(f, VO, &s, f->now_s - ago_s);
    return s;
}

static const char no[] = "{\"yes\":\"y,g1\",\"no\":\"g2\"}";

/* The leaves from LOST on were given up a minute ago. */
static struct asked *after_the_loss(struct client_fixture *f)
{
    struct asked *a = question(f);
    struct proto_region *r = &client_fixture_node(f, VO)->region;

    fourteen(f);
    r->origin[r->origin_count++] = (struct proto_origin) {.seen.size = 901, .kept.size = LOST, .at_s = f->now_s - 60};
    return a;
}

static bool is_refused(struct client_fixture *f, struct asked *a)
{
    struct policy_facts one;

    collect(f, a);
    client_facts_for(&client_fixture_node(f, VO)->region, &a->f, "need", &one);
    assert_true(one.given != 0);
    return one.refused != 0;
}

static void a_no_after_the_loss_wins(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = after_the_loss(f);

    (void) said(f, ALL, 900, 3600);
    assert_false(is_refused(f, a));
    (void) said(f, no, 852, 30);
    assert_true(is_refused(f, a));
    (void) said(f, ALL, 853, 20);
    assert_false(is_refused(f, a));
}

/* A hub that knows of the loss beforehand, as two partners plan it with it, dates the yes past it. */
static void a_yes_that_is_dated_ahead_does_not_outlive_a_no(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = after_the_loss(f);

    f->leaf_origin = 1;
    (void) said(f, ALL, 900, 0);
    assert_false(is_refused(f, a));
    f->leaf_origin = 2;
    (void) said(f, no, 852, 30);
    assert_true(is_refused(f, a));
    (void) said(f, ALL, 853, 20);
    assert_false(is_refused(f, a));
}

static void a_no_after_the_loss_keeps_its_place(void **state)
{
    struct client_fixture *f = *state;
    struct asked *a = after_the_loss(f);

    for (unsigned i = 0; i < CLIENT_CONSENTS_MAX; i++) {
        (void) said(f, ALL, 900 + i, 3600);
        while (f->blocks > 1)
            free(f->block[--f->blocks]);
    }
    (void) said(f, no, 852, 30);
    assert_true(is_refused(f, a));
}

static bool is_replaced(struct client_fixture *f, const struct proto_statement *s)
{
    struct vault_txn *x = client_fixture_begin(f, VO);
    struct client_replaced *r = NULL;
    struct client_ends ends = {0};
    bool replaced;

    assert_err(client_ends_read(x, &ends), OK);
    assert_err(client_replaced_read(&client_fixture_node(f, VO)->region, x, &ends, f->now_s, &r), OK);
    replaced = client_replaced_is(r, s);
    client_replaced_free(r);
    client_ends_fini(&ends);
    client_vault_abort(x);
    return replaced;
}

static void the_list_hides_the_older_one(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement before, after;

    (void) after_the_loss(f);
    before = said(f, ALL, 900, 3600);
    after = said(f, no, 852, 30);
    assert_true(is_replaced(f, &before));
    assert_false(is_replaced(f, &after));
}

int main(void)
{
    struct check_list list = {.count = 0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_change_there_is_one_origin), cmocka_unit_test(the_checkpoint_says_which_origin_proves_it),
        client_fixture_test(a_no_after_the_loss_wins),
        client_fixture_test(a_yes_that_is_dated_ahead_does_not_outlive_a_no),
        client_fixture_test(a_no_after_the_loss_keeps_its_place),
        client_fixture_test(the_list_hides_the_older_one),
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_add(&list, rows[i].name, is_later, &rows[i]);
    return cmocka_run_group_tests_name("client/order: consents", tests, NULL, NULL) + check_run(&list, "client/order");
}
