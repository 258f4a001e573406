/* client/register: what a table of a whole register may say, and what is taken of it. */
#include "tests/support/check.h"
#include "tests/support/holders_played.h"

#include "client/pseudonym.h"
#include "client/register.h"

#include <sodium.h>
#include <stdio.h>

/* The call as the table of commands would make it; a write transaction that is kept when it went well. */
static enum err derive(struct holders *w, const char *content)
{
    struct vault_txn *x = client_fixture_begin(w->hub->f, VO);
    cJSON *args = cJSON_CreateObject();
    enum err e;

    json_add_text(args, "name", "register.csv");
    json_add_text(args, "content", content);
    cJSON_Delete(w->hub->f->reply);
    w->hub->f->reply = cJSON_CreateObject();
    w->call.args = args;
    w->call.reply = w->hub->f->reply;
    w->call.trouble = (struct trouble){.lang = LANG_EN};
    e = client_do_register_derive(&w->call, x);
    if (e == OK)
        client_fixture_commit(x);
    else
        client_vault_abort(x);
    cJSON_Delete(args);
    return e;
}

static void says(struct holders *w, const char *key, unsigned long long value)
{
    char expected[64];

    (void)snprintf(expected, sizeof expected, "\"%s\":%llu", key, value);
    if (strstr(client_fixture_reply(w->hub->f), expected) == NULL)
        fail_msg("%s is not in %s", expected, client_fixture_reply(w->hub->f));
}

static void numbers_wait_with_open_cases_first(void **state)
{
    struct holders *w = *state;
    struct client_waiting got[4];
    struct vault_txn *x = NULL;
    size_t count = 0;

    assert_err(derive(w, "number,open_case\n999900006,no\n999900018,yes\n999900031,\n999900043,ja\n"), OK);
    says(w, "children", 4);
    says(w, "known", 0);
    says(w, "added", 4);
    says(w, "waiting", 4);
    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    assert_err(client_waiting_first(x, CLIENT_WAITING_REGISTER, got, 4, &count), OK);
    client_vault_abort(x);
    assert_int_equal(count, 4);
    assert_string_equal(got[0].number, "999900018");
    assert_string_equal(got[1].number, "999900043");
    assert_string_equal(got[2].number, "999900006");
    assert_string_equal(got[3].number, "999900031");
    holders_until_none_waits(w);
}

/* Given again, and in part: only what is new is added. */
static void what_is_known_or_waits_is_not_added(void **state)
{
    struct holders *w = *state;

    assert_err(derive(w, "number\n999900006\n999900018\n"), OK);
    holders_until_none_waits(w);
    assert_err(derive(w, "number\n999900006\n999900031\n999900031\n"), OK);
    says(w, "children", 3);
    says(w, "known", 1);
    says(w, "added", 1);
    says(w, "waiting", 1);
}

static void a_partner_without_numbers_may_not(void **state)
{
    struct holders *w = *state;

    w->n->may_hold_number = false;
    assert_err(derive(w, "number\n999900006\n"), ERR_DENIED);
    assert_int_equal(holders_waiting(w), 0);
}

static void the_status_says_why_it_stops(void **state)
{
    struct holders *w = *state;
    struct vault_txn *x = NULL;

    w->does_keyholder.refuses = PROTO_QUOTA;
    assert_err(derive(w, "number\n999900006\n"), OK);
    holders_until_quota(w);
    w->call.reply = w->hub->f->reply = (cJSON_Delete(w->hub->f->reply), cJSON_CreateObject());
    assert_err(client_vault_begin(w->n->vault, false, &x), OK);
    assert_err(client_do_register_status(&w->call, x), OK);
    client_vault_abort(x);
    says(w, "waiting", 1);
    assert_string_equal(client_fixture_text(w->hub->f, "class"), "quota");
    assert_non_null(strstr(client_fixture_text(w->hub->f, "note"), "1 wait and are done by themselves soon after"));
}

/* Whoever gives it again may know that there is room by now: nobody waits for tomorrow for that. */
static void given_again_it_is_asked_for_again(void **state)
{
    struct holders *w = *state;

    w->does_keyholder.refuses = PROTO_QUOTA;
    assert_err(derive(w, "number\n999900006\n"), OK);
    holders_until_quota(w);
    w->does_keyholder.refuses = PROTO_ACCEPTED;
    holders_turn_for(w, 400);
    assert_int_equal(holders_waiting(w), 1);
    assert_err(derive(w, "number\n999900006\n"), OK);
    assert_err(client_pseudonyms_why(w->n, 1, &w->call.trouble), OK);
    holders_until_none_waits(w);
}

/* ---- tables that are wrong: told with line and column, and nothing is taken ---- */

struct row { const char *name, *content; enum err e; uint32_t line, column; };

static const struct row rows[] = {
    {"no column number", "name\nx\n", ERR_SYNTAX, 1, 0},
    {"more than is needed", "number,name\n999900006,x\n", ERR_SYNTAX, 1, 2},
    {"a number that fails the eleven-test", "number\n999900006\n999900007\n", ERR_RANGE, 3, 1},
    {"a number of eight digits", "open_case,number\nyes,99990006\n", ERR_RANGE, 2, 2},
    {"an empty number", "number,open_case\n,yes\n", ERR_RANGE, 2, 1},
    {"a case that is neither yes nor no", "number,open_case\n999900006,no\n999900018,maybe\n", ERR_SYNTAX, 3, 2},
    {"a row of another width", "number,open_case\n999900006\n", ERR_SYNTAX, 0, 0},
};

static const struct row *current;

static void a_wrong_table(void **state)
{
    struct holders *w = *state;

    assert_err(derive(w, current->content), current->e);
    assert_string_equal(w->call.trouble.where, "register.csv");
    assert_int_equal(w->call.trouble.line, current->line);
    assert_int_equal(w->call.trouble.column, current->column);
    assert_int_equal(holders_waiting(w), 0);
}

static int setup_row(void **state)
{
    current = *state;
    return holders_setup(state);
}

int main(void)
{
#define T(f) {.name = #f, .test_func = f, .setup_func = holders_setup, .teardown_func = holders_teardown}
    struct CMUnitTest tests[5 + sizeof rows / sizeof *rows] = {
        T(numbers_wait_with_open_cases_first), T(what_is_known_or_waits_is_not_added), T(a_partner_without_numbers_may_not),
        T(the_status_says_why_it_stops), T(given_again_it_is_asked_for_again),
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        union { const void *in; void *out; } row = {.in = &rows[i]};

        tests[5 + i] = (struct CMUnitTest){.name = rows[i].name, .test_func = a_wrong_table, .setup_func = setup_row,
            .teardown_func = holders_teardown, .initial_state = row.out};
    }
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
