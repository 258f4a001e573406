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
    {"a higher index under the first origin", {7, 500}, {6, 500}, true},
    {"a lower index under the first origin", {6, 500}, {7, 500}, false},
    {"within one origin the time is the hub's word only", {6, 900}, {7, 100}, false},
    {"a lower index under the next origin", {852, 1010}, {900, 990}, true},
    {"a higher index of before the loss", {900, 990}, {852, 1010}, false},
    {"the very second of the next origin", {852, 1000}, {900, 999}, true},
    {"under the third origin", {3, 2000}, {852, 1999}, true},
    {"under the third origin against the first", {3, 2000}, {900, 10}, true},
    {"two under the second origin", {853, 1010}, {852, 1900}, true},
    {"the same leaf", {852, 1010}, {852, 1010}, false},
};

static void is_later(void **state)
{
    const struct row *row = *state;
    struct proto_region r = {.origin_count = 2, .origin = {{.at_s = 1000}, {.at_s = 2000}}};

    assert_int_equal(client_order_is_later(&r, &row->a, &row->b), row->later);
}

static void without_a_change_there_is_one_origin(void **state)
{
    const struct proto_region r = {.origin_count = 0};

    (void) state;
    assert_int_equal(client_order_origin(&r, 0), 1);
    assert_int_equal(client_order_origin(&r, UINT64_MAX), 1);
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
        cmocka_unit_test(without_a_change_there_is_one_origin),
        client_fixture_test(a_no_after_the_loss_wins),
        client_fixture_test(a_no_after_the_loss_keeps_its_place),
        client_fixture_test(the_list_hides_the_older_one),
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_add(&list, rows[i].name, is_later, &rows[i]);
    return cmocka_run_group_tests_name("client/order: consents", tests, NULL, NULL) + check_run(&list, "client/order");
}
