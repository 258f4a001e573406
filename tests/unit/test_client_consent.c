/*
 * client/do_consent and client/do_list: what the family said is recorded, told to holder and receiver, counted and withdrawn. Who said what is
 * for the recorder and the holder; the receiver reads whether it is complete, and until when, and that is the end asked for, never a birthday.
 */
#include "tests/support/client_fixture.h"

#include "client/casebook.h"
#include "client/facts.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id child;

static void prepare(struct client_fixture *f, char number[10], int years)
{
    char born[11];

    client_fixture_number(1, number);
    client_fixture_know(f, VO, 1);
    client_fixture_know(f, LEERPLICHT, 1);
    (void) client_fixture_node(f, CJG);
    client_fixture_born(f, years, 360, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
}

#define RECORD "{'number':'%s','holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'need'%s}"

static enum err record(struct client_fixture *f, enum client_fixture_who who, const char *number, const char *rest)
{
    return client_fixture_call(f, who, "consent.record", RECORD, number, rest);
}

static const char *bool_of(struct client_fixture *f, const char *key)
{
    bool value = false;

    return json_bool(f->reply, key, &value) != OK ? "?" : value ? "yes" : "no";
}

static void complete(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    char number[10];

    prepare(f, number, 14);
    assert_err(record(f, VO, number, ",'yes':'y,g1,g2','evidence':'at the table'"), OK);
    assert_string_equal(bool_of(f, "complete"), "yes");
    assert_non_null(strstr(client_fixture_reply(f), "\"missing\":[]"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, &m), 1);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, CJG, "consent.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"state\":\"complete\""));
    /* The receiver has no word of who it was, or where. */
    assert_null(strstr(client_fixture_reply(f), "missing"));
    for (size_t i = 0; i + 12 < m.original.len; i++)
        assert_memory_not_equal(m.original.data + i, "at the table", 12);
}

static void incomplete_and_refused_read_the_same_there(void **state)
{
    struct client_fixture *f = *state;
    const char *rows[2] = {"", ""};
    char number[10];

    prepare(f, number, 14);
    for (int i = 0; i < 2; i++) {
        assert_err(record(f, VO, number, i == 0 ? ",'yes':'y,g1'" : ",'yes':'y,g1','no':'g2'"), OK);
        assert_string_equal(bool_of(f, "complete"), "no");
        assert_string_equal(client_fixture_text(f, "complete_until"), "");
        assert_non_null(strstr(client_fixture_reply(f), "parent"));
        client_fixture_hub(f);
        assert_err(client_fixture_call(f, CJG, "consent.list", "{}"), OK);
        rows[i] = client_fixture_reply(f);
        assert_non_null(strstr(rows[i], "\"state\":\"incomplete\""));
        assert_null(strstr(rows[i], "parent"));
        assert_null(strstr(rows[i], "missing"));
    }
    assert_err(client_fixture_call(f, VO, "consent.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "parent"));
}

/* The holder reads who is missing also when another recorded it. */
static void recorded_elsewhere(void **state)
{
    struct client_fixture *f = *state;
    char number[10], born[11];

    prepare(f, number, 14);
    client_fixture_born(f, 14, 360, born);
    client_fixture_person(f, LEERPLICHT, &child, born, "g1 g2");
    assert_err(record(f, LEERPLICHT, number, ",'yes':'y,g1'"), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "consent.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "parent"));
    assert_err(client_fixture_call(f, LEERPLICHT, "consent.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "parent"));
    assert_err(client_fixture_call(f, CJG, "consent.list", "{}"), OK);
    assert_null(strstr(client_fixture_reply(f), "parent"));
}

/* Eleven years and 360 days: the birthday is days away, and does not show in the end that all can read. */
static void the_end_is_no_birthday(void **state)
{
    struct client_fixture *f = *state;
    char number[10], day[11];

    prepare(f, number, 15);
    date_format(date_add_days(clock_date_nl(f->now_s), 60), day);
    assert_err(client_fixture_call(f, VO, "consent.record",
        "{'number':'%s','holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'need','yes':'y,g1,g2','until':'%s'}",
        number, day), OK);
    assert_string_equal(client_fixture_text(f, "complete_until"), day);
}

struct wrong { const char *name, *args; enum err expected; };

static const struct wrong wrongs[] = {
    {"consent: nobody said anything", "'holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'need'", ERR_USAGE},
    {"consent: somebody said both", "'holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'need','yes':'y,g1','no':'g1'", ERR_RANGE},
    {"consent: somebody unknown", "'holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'need','yes':'oma'", ERR_SYNTAX},
    {"consent: to oneself", "'holder':'vo','receiver':'vo','purpose':'youth_help_access','sections':'need','yes':'y'", ERR_RANGE},
    {"consent: of a stranger", "'holder':'oma','receiver':'cjg','purpose':'youth_help_access','sections':'need','yes':'y'", ERR_NOTFOUND},
    {"consent: for no purpose", "'holder':'vo','receiver':'cjg','sections':'need','yes':'y'", ERR_USAGE},
    {"consent: for an unknown purpose", "'holder':'vo','receiver':'cjg','purpose':'all','sections':'need','yes':'y'", ERR_RANGE},
    {"consent: of no section", "'holder':'vo','receiver':'cjg','purpose':'youth_help_access','yes':'y'", ERR_USAGE},
    {"consent: of an unknown section", "'holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'all','yes':'y'", ERR_RANGE},
    {"consent: of an unknown kind", "'holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'need','yes':'y','kind':'all'", ERR_RANGE},
    {"consent: until yesterday", "'holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'need','yes':'y','until':'2020-01-01'", ERR_RANGE},
    {"consent: for ever", "'holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'need','yes':'y','until':'2190-01-01'", ERR_RANGE},
    {"consent: until some day", "'holder':'vo','receiver':'cjg','purpose':'youth_help_access','sections':'need','yes':'y','until':'soon'", ERR_RANGE},
};

static void wrong(void **state)
{
    const struct wrong *row = *state;
    struct client_fixture *f;
    char number[10];
    void *fixture = NULL;

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    prepare(f, number, 14);
    assert_err(client_fixture_call(f, VO, "consent.record", "{'number':'%s',%s}", number, row->args), row->expected);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_STATEMENT, NULL), 0);
    assert_int_equal(client_fixture_close(&fixture), 0);
}

/* One of the two may know the child by its handle only: then both hear the handle. */
static void under_the_handle_for_both(void **state)
{
    struct client_fixture *f = *state;
    static const char *const names[2][2] = {{"wijkteam", "cjg"}, {"cjg", "wijkteam"}};
    struct client_case c;
    struct proto_msg m;
    struct vault_txn *x;
    char number[10];
    uint8_t id[PROTO_ID_LEN];

    prepare(f, number, 14);
    client_fixture_case(f, VO, 1, &child, "case_support", VO, CJG, WIJKTEAM, NOBODY);
    client_fixture_case_id(1, id);
    x = client_fixture_begin(f, VO);
    assert_err(client_case_get(x, id, &c), OK);
    client_case_member(&c, f->partner[WIJKTEAM].id, "case_support")->by_handle = 1;
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
    for (size_t i = 0; i < 2; i++) {
        assert_err(client_fixture_call(f, VO, "consent.record",
            "{'number':'%s','holder':'%s','receiver':'%s','purpose':'case_support','sections':'plan','yes':'y,g1,g2'}",
            number, names[i][0], names[i][1]), OK);
        (void) client_fixture_waiting(f, VO, PROTO_STATEMENT, &m);
        assert_int_equal(m.head.subject.type, PROTO_SUBJECT_HANDLE);
    }
}

static void withdrawn_by_whom(void **state)
{
    struct client_fixture *f = *state;
    char number[10], id[40];

    prepare(f, number, 14);
    assert_err(record(f, VO, number, ",'yes':'y,g1,g2'"), OK);
    (void) snprintf(id, sizeof id, "%s", client_fixture_text(f, "statement"));
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, CJG, "event.end", "{'statement':'%s'}", id), ERR_NOTFOUND);
    assert_err(client_fixture_call(f, LEERPLICHT, "consent.withdraw", "{'statement':'%s'}", id), ERR_NOTFOUND);
    assert_err(client_fixture_call(f, CJG, "consent.withdraw", "{'statement':'%.8s'}", id), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, VO, "consent.show", "{'statement':'%s'}", id), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"state\":\"withdrawn\""));
    assert_err(client_fixture_call(f, CJG, "consent.show", "{'statement':'%s'}", id), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"state\":\"withdrawn\""));
    assert_err(client_fixture_call(f, VO, "inbox", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"kind\":\"withdrawal\""));
}

/* A stranger's word that it is withdrawn shows nowhere as withdrawn. */
static void withdrawn_by_a_stranger(void **state)
{
    struct client_fixture *f = *state;
    struct proto_statement end;
    char number[10], id[40];
    unsigned byte = 0;

    prepare(f, number, 14);
    assert_err(record(f, VO, number, ",'yes':'y,g1,g2'"), OK);
    (void) snprintf(id, sizeof id, "%s", client_fixture_text(f, "statement"));
    client_fixture_hub(f);
    end = client_fixture_say(f, PROTO_SAY_WITHDRAWAL, WIJKTEAM, &child, VO, NOBODY);
    for (size_t i = 0; i < PROTO_ID_LEN; i++) {
        assert_int_equal(sscanf(id + 2 * i, "%2x", &byte), 1);
        end.refers[i] = (uint8_t) byte;
    }
    assert_err(client_fixture_mail_said(f, &end, VO), OK);
    assert_err(client_fixture_call(f, VO, "consent.show", "{'statement':'%s'}", id), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"state\":\"complete\""));
}

int main(void)
{
    struct check_list list = {.count = 0};
    const struct CMUnitTest tests[] = {
        client_fixture_test(complete), client_fixture_test(incomplete_and_refused_read_the_same_there), client_fixture_test(recorded_elsewhere),
        client_fixture_test(the_end_is_no_birthday), client_fixture_test(under_the_handle_for_both), client_fixture_test(withdrawn_by_whom),
        client_fixture_test(withdrawn_by_a_stranger),
    };

    child = client_fixture_child(1);
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
        check_add(&list, wrongs[i].name, wrong, &wrongs[i]);
    return cmocka_run_group_tests_name("client/do_consent", tests, NULL, NULL) + check_run(&list, "client/do_consent: refused");
}
