/*
 * client/do_event, client/do_list, client/do_inbox: events, objections and facts go to those who are named, under the subject that each may know,
 * and show where somebody has to do something about them.
 */
#include "tests/support/client_fixture.h"

#include "client/casebook.h"
#include "client/facts.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

static struct proto_subject_id child;

static void prepare(struct client_fixture *f, char number[10])
{
    client_fixture_number(1, number);
    client_fixture_know(f, VO, 1);
    (void) client_fixture_node(f, LEERPLICHT);
}

/* vo knows the team by the case's handle. */
static void with_team(struct client_fixture *f)
{
    struct client_case c;
    struct vault_txn *x;
    uint8_t id[PROTO_ID_LEN];

    client_fixture_case(f, VO, 1, &child, "case_support", VO, WIJKTEAM, LEERPLICHT, NOBODY);
    client_fixture_case_id(1, id);
    x = client_fixture_begin(f, VO);
    assert_err(client_case_get(x, id, &c), OK);
    client_case_member(&c, f->partner[WIJKTEAM].id, "case_support")->by_handle = 1;
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
}

static void an_event_is_told_and_ended(void **state)
{
    struct client_fixture *f = *state;
    char number[10], id[40];

    prepare(f, number);
    assert_err(client_fixture_call(f, VO, "event.add", "{'number':'%s','event':'VZM','to':'leerplicht','occurred':'2026-01-05'}", number), OK);
    (void) snprintf(id, sizeof id, "%s", client_fixture_text(f, "statement"));
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"kind\":\"event\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"from\":\"vo\""));
    assert_err(client_fixture_call(f, LEERPLICHT, "event.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"event\":\"VZM\",\"setter\":\"vo\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"occurred\":\"2026-01-05\""));
    assert_non_null(strstr(client_fixture_reply(f), "\"ended\":false"));
    assert_err(client_fixture_call(f, LEERPLICHT, "event.end", "{'statement':'%s'}", id), ERR_DENIED);
    assert_non_null(strstr(f->trouble.text, "vo"));
    assert_err(client_fixture_call(f, VO, "event.end", "{'statement':'%s'}", id), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, LEERPLICHT, "event.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"ended\":true"));
    assert_err(client_fixture_call(f, VO, "statement.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"acknowledged\":[\"leerplicht\"]"));
}

/* Who may not hold the number hears it in a statement of its own, under the handle; nobody reads in one statement both. */
static void each_under_what_it_may_know(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement said[2];
    struct vault_txn *x;
    uint8_t *memory = NULL;
    struct client_kept k;
    char number[10];
    size_t n = 0;
    const cJSON *list = NULL, *item;

    prepare(f, number);
    with_team(f);
    assert_err(client_fixture_call(f, VO, "event.add", "{'number':'%s','event':'VZM','to':'leerplicht,wijkteam'}", number), OK);
    assert_err(client_fixture_call(f, VO, "statement.list", "{}"), OK);
    assert_err(json_array(f->reply, "statements", &list), OK);
    assert_int_equal(cJSON_GetArraySize(list), 2);
    x = client_fixture_begin(f, VO);
    cJSON_ArrayForEach(item, list) {
        const char *hex = "";
        uint8_t id[PROTO_ID_LEN];

        assert_err(json_text(item, "statement", &hex), OK);
        assert_int_equal(sodium_hex2bin(id, sizeof id, hex, strlen(hex), NULL, NULL, NULL), 0);
        assert_err(client_kept_get(x, id, &k, &memory), OK);
        said[n++] = k.what;
        free(memory);
    }
    client_vault_abort(x);
    for (size_t i = 0; i < 2; i++) {
        bool team = memcmp(said[i].addressees.id[0], f->partner[WIJKTEAM].id, PROTO_PARTNER_LEN) == 0;

        assert_int_equal(said[i].addressees.count, 1);
        assert_int_equal(said[i].subject.type, team ? PROTO_SUBJECT_HANDLE : PROTO_SUBJECT_CITIZEN);
    }
    assert_memory_not_equal(said[0].id, said[1].id, PROTO_ID_LEN);
}

static void a_reference_stays_sealed(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    char number[10];

    prepare(f, number);
    assert_err(client_fixture_call(f, VO, "event.add", "{'number':'%s','event':'VZM','to':'leerplicht','reference':'DUO-2026-77'}", number), ERR_USAGE);
    assert_err(client_fixture_call(f, VO, "event.add",
        "{'number':'%s','event':'VZM','to':'leerplicht','reference':'DUO-2026-77','reference_kind':'report'}", number), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, &m), 1);
    for (size_t i = 0; i + 11 < m.original.len; i++)
        assert_memory_not_equal(m.original.data + i, "DUO-2026-77", 11);
    client_fixture_hub(f);
}

struct wrong { const char *name, *command, *args; enum err expected; };

static const struct wrong wrongs[] = {
    {"event: unknown", "event.add", "'event':'GOSSIP','to':'leerplicht'", ERR_RANGE},
    {"event: computed, never set", "event.add", "'event':'CASE','to':'leerplicht'", ERR_RANGE},
    {"event: of a purpose, without one", "event.add", "'event':'INFORMED','to':'leerplicht'", ERR_USAGE},
    {"event: to nobody", "event.add", "'event':'VZM'", ERR_USAGE},
    {"event: to no name at all", "event.add", "'event':'VZM','to':' , '", ERR_USAGE},
    {"event: to a stranger", "event.add", "'event':'VZM','to':'leerplicht,oma'", ERR_NOTFOUND},
    {"event: to oneself", "event.add", "'event':'VZM','to':'vo'", ERR_RANGE},
    {"event: on no day", "event.add", "'event':'VZM','to':'leerplicht','occurred':'yesterday'", ERR_RANGE},
    {"objection: for no purpose", "objection.add", "'to':'leerplicht'", ERR_USAGE},
    {"facts: without a birth date", "facts.set", "'to':'leerplicht'", ERR_NOTFOUND},
};

static void wrong(void **state)
{
    const struct wrong *row = *state;
    struct client_fixture *f;
    char number[10];
    void *fixture = NULL;

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    prepare(f, number);
    assert_err(client_fixture_call(f, VO, row->command, "{'number':'%s',%s}", number, row->args), row->expected);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
    assert_int_equal(client_fixture_close(&fixture), 0);
}

static void an_objection(void **state)
{
    struct client_fixture *f = *state;
    char number[10], id[40];

    prepare(f, number);
    assert_err(client_fixture_call(f, VO, "objection.add", "{'number':'%s','purpose':'att_followup','to':'leerplicht'}", number), OK);
    (void) snprintf(id, sizeof id, "%s", client_fixture_text(f, "statement"));
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"kind\":\"objection\""));
    assert_err(client_fixture_call(f, LEERPLICHT, "objection.end", "{'statement':'%s'}", id), ERR_DENIED);
    assert_err(client_fixture_call(f, VO, "objection.end", "{'statement':'%s'}", id), OK);
}

/* Only the named holder reads birth date and custody, and only through its node's decisions. */
static void facts_for_the_named(void **state)
{
    struct client_fixture *f = *state;
    struct policy_facts p = {.age_years = 99};
    struct proto_msg m;
    struct vault_txn *x;
    char number[10], born[11], there[11];

    prepare(f, number);
    client_fixture_born(f, 13, 5, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
    assert_err(client_fixture_call(f, VO, "facts.set", "{'number':'%s','to':'leerplicht'}", number), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, &m), 1);
    for (size_t i = 0; i + 10 < m.original.len; i++)
        assert_memory_not_equal(m.original.data + i, born, 10);
    client_fixture_hub(f);
    x = client_fixture_begin(f, LEERPLICHT);
    assert_err(client_facts_person(client_fixture_node(f, LEERPLICHT), x, &child, f->now_s, &p, there), OK);
    client_vault_abort(x);
    assert_int_equal(p.age_years, 13);
    assert_int_equal(p.custody, POLICY_WHO_G1 | POLICY_WHO_G2);
    assert_string_equal(there, born);
}

/* A day later and no acknowledgement. */
static void not_confirmed(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, VO, &child, LEERPLICHT, CJG, NOBODY);
    struct client_kept k;
    struct vault_txn *x;
    uint8_t *memory = NULL;

    (void) snprintf(s.event, sizeof s.event, "VZM");
    client_fixture_keep_at(f, VO, &s, f->now_s - DAY_S - 60);
    x = client_fixture_begin(f, VO);
    assert_err(client_kept_get(x, s.id, &k, &memory), OK);
    k.acked = memcmp(s.addressees.id[0], f->partner[CJG].id, PROTO_PARTNER_LEN) == 0 ? 1 : 2;
    assert_err(client_kept_put(x, &k), OK);
    free(memory);
    client_fixture_commit(x);
    assert_err(client_fixture_call(f, VO, "statement.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"acknowledged\":[\"cjg\"],\"not_confirmed\":[\"leerplicht\"]"));
}

/* The name of one child does not stand beside what was said about another under the same case. */
static void the_label_is_of_the_child_that_is_meant(void **state)
{
    struct client_fixture *f = *state;
    struct proto_subject_id other = client_fixture_child(2);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, LEERPLICHT, &other, VO, NOBODY);

    client_fixture_person(f, VO, &child, "2012-01-01", "");
    client_fixture_case(f, VO, 1, &child, "case_support", VO, NOBODY);
    client_fixture_case_id(1, s.case_id);
    (void) snprintf(s.event, sizeof s.event, "VZM");
    assert_err(client_fixture_mail_said(f, &s, VO), OK);
    assert_err(client_fixture_call(f, VO, "inbox", "{'all':true}"), OK);
    assert_null(strstr(client_fixture_reply(f), "Lisa"));
    assert_err(client_fixture_call(f, VO, "event.list", "{}"), OK);
    assert_null(strstr(client_fixture_reply(f), "Lisa"));
}

int main(void)
{
    struct check_list list = {.count = 0};
    const struct CMUnitTest tests[] = {
        client_fixture_test(an_event_is_told_and_ended), client_fixture_test(each_under_what_it_may_know), client_fixture_test(a_reference_stays_sealed),
        client_fixture_test(an_objection), client_fixture_test(facts_for_the_named), client_fixture_test(not_confirmed),
        client_fixture_test(the_label_is_of_the_child_that_is_meant),
    };

    child = client_fixture_child(1);
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
        check_add(&list, wrongs[i].name, wrong, &wrongs[i]);
    return cmocka_run_group_tests_name("client/do_event", tests, NULL, NULL) + check_run(&list, "client/do_event: refused");
}
