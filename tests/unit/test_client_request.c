/*
 * client/do_request and client/sealed: what an asker sends along, and what it reads back. To the asker a missing and a refused yes read the same
 * and name nobody, in both languages; and a holder that may only know a handle learns no name and no birth date from a question.
 */
#include "tests/support/client_fixture.h"

#include "client/casebook.h"
#include "client/sealed.h"
#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

static struct proto_subject_id child;

struct asked { char number[10], hex[40]; uint8_t id[PROTO_ID_LEN]; };

static void prepare(struct client_fixture *f, struct asked *a)
{
    client_fixture_number(1, a->number);
    client_fixture_know(f, CJG, 1);
    (void) client_fixture_node(f, VO);
    client_fixture_case(f, CJG, 1, &child, "youth_help_access", CJG, NOBODY);
}

/* Ask and let the hub answer; the reply is there. */
static void ask(struct client_fixture *f, struct asked *a, const char *rest)
{
    assert_err(client_fixture_call(f, CJG, "request.new",
        "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'need,effort'%s}", a->number, rest), OK);
    memcpy(a->id, f->last.about, sizeof a->id);
    client_fixture_hub(f);
    assert_err(client_fixture_finish(f), OK);
    (void) snprintf(a->hex, sizeof a->hex, "%s", client_fixture_text(f, "request"));
}

static void what_the_holder_gets(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct asked a;

    prepare(f, &a);
    client_fixture_record(f, CJG, &child, "ident", "{\"name\":\"Zo\xc3\xab Voorbeeld\",\"birth_date\":\"2012-01-01\"}");
    ask(f, &a, ",'note':'please call'");
    d = client_fixture_desk(f, VO, a.id);
    assert_state(d, CLIENT_DESK_WAITING);
    assert_string_equal(d.birth_date, "2012-01-01");
    assert_string_equal(d.name_prefix, "Zo\xc3\xab");
    assert_string_equal(d.note, "please call");
    assert_int_equal(d.sections.count, 2);
    /* The asker keeps its own row, and the hub saw nothing of it in the open. */
    d = client_fixture_desk(f, CJG, a.id);
    assert_true(d.mine);
    assert_state(d, CLIENT_DESK_WAITING);
}

static void nothing_to_seal(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct proto_msg m;
    struct asked a;

    prepare(f, &a);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'need'}", a.number), OK);
    assert_int_equal(client_fixture_waiting(f, CJG, PROTO_REQUEST, &m), 1);
    assert_int_equal(m.sealed.len, 0);
    client_fixture_hub(f);
    d = client_fixture_desk(f, VO, m.head.id);
    assert_string_equal(d.note, "");
    assert_string_equal(d.birth_date, "");
}

/* Sealed to the holder, by this sender, for this message: a part that was moved is as if it were not there. */
static void a_sealed_part_of_another_message(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d;
    struct proto_msg m;
    struct asked a;

    prepare(f, &a);
    assert_err(client_fixture_call(f, CJG, "request.new",
        "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'need','note':'secret'}", a.number), OK);
    assert_int_equal(client_fixture_waiting(f, CJG, PROTO_REQUEST, &m), 1);
    assert_true(m.sealed.len > 0);
    m.head.id[0] ^= 1;
    assert_err(client_fixture_mail(f, &m), OK);
    d = client_fixture_desk(f, VO, m.head.id);
    assert_string_equal(d.note, "");
    for (size_t i = 0; i < m.sealed.len; i += 37) {
        uint8_t *changed = client_fixture_memory(f, m.sealed.len);
        struct proto_msg other = m;

        memcpy(changed, m.sealed.data, m.sealed.len);
        changed[i] ^= 1;
        other.sealed.data = changed;
        other.head.id[0] ^= 1;
        other.head.id[1] = (uint8_t) i;
        assert_err(client_fixture_mail(f, &other), OK);
        assert_string_equal(client_fixture_desk(f, VO, other.head.id).note, "");
    }
}

static void no_name_to_a_holder_that_knows_a_handle(void **state)
{
    struct client_fixture *f = *state;
    struct client_case c;
    struct client_desk d;
    struct vault_txn *x;
    struct asked a;
    uint8_t id[PROTO_ID_LEN];

    client_fixture_number(1, a.number);
    client_fixture_know(f, VO, 1);
    client_fixture_person(f, VO, &child, "2012-01-01", "g1");
    (void) client_fixture_node(f, WIJKTEAM);
    client_fixture_case(f, VO, 1, &child, "case_support", VO, WIJKTEAM, NOBODY);
    client_fixture_case_id(1, id);
    x = client_fixture_begin(f, VO);
    assert_err(client_case_get(x, id, &c), OK);
    client_case_member(&c, f->partner[WIJKTEAM].id, "case_support")->by_handle = 1;
    assert_err(client_case_put(x, &c), OK);
    client_fixture_commit(x);
    assert_err(client_fixture_call(f, VO, "request.new", "{'number':'%s','to':'wijkteam','purpose':'case_support','sections':'plan','note':'hello'}", a.number), OK);
    memcpy(id, f->last.about, sizeof id);
    client_fixture_hub(f);
    d = client_fixture_desk(f, WIJKTEAM, id);
    assert_int_equal(d.child_there.type, PROTO_SUBJECT_HANDLE);
    assert_string_equal(d.birth_date, "");
    assert_string_equal(d.name_prefix, "");
    assert_string_equal(d.note, "hello");
}

static void arguments(void **state)
{
    struct client_fixture *f = *state;
    char note[CLIENT_NOTE_MAX + 2];
    struct asked a;

    prepare(f, &a);
    memset(note, 'x', sizeof note - 1);
    note[sizeof note - 1] = '\0';
    assert_err(client_fixture_call(f, CJG, "request.new",
        "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'need','note':'%s'}", a.number, note), ERR_LONG);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'number':'%s','to':'cjg','purpose':'youth_help_access','sections':'need'}", a.number), ERR_RANGE);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'number':'%s','to':'oma','purpose':'youth_help_access','sections':'need'}", a.number), ERR_NOTFOUND);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'number':'%s','to':'vo','purpose':'gossip','sections':'need'}", a.number), ERR_RANGE);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'number':'%s','to':'vo','sections':'need'}", a.number), ERR_USAGE);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'number':'%s','to':'vo','purpose':'youth_help_access','sections':'gossip'}", a.number), ERR_RANGE);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'to':'vo','purpose':'youth_help_access','sections':'need'}"), ERR_USAGE);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'number':'123456789','to':'vo','purpose':'youth_help_access','sections':'need'}"), ERR_RANGE);
    assert_int_equal(client_fixture_waiting(f, CJG, PROTO_REQUEST, NULL), 0);
}

/* Beside a text without names no pseudonym of the child: it goes alone, under a handle that was made for it. */
static void text_without_names(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg m;
    struct asked a;
    char id[40];

    prepare(f, &a);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'number':'%s','to':'vo','purpose':'anon_consult','sections':'anon'}", a.number), ERR_STATE);
    assert_err(client_fixture_call(f, CJG, "send", "{'number':'%s','to':'vo','purpose':'anon_consult','sections':'anon'}", a.number), ERR_STATE);
    assert_err(client_fixture_call(f, CJG, "case.open", "{'new_handle':true,'purpose':'anon_consult'}"), OK);
    (void) snprintf(id, sizeof id, "%s", client_fixture_text(f, "case"));
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'case':'%s','to':'vo','purpose':'anon_consult','sections':'anon,need'}", id), ERR_STATE);
    assert_err(client_fixture_call(f, CJG, "request.new", "{'case':'%s','to':'vo','purpose':'anon_consult','sections':'anon'}", id), OK);
    assert_int_equal(client_fixture_waiting(f, CJG, PROTO_REQUEST, &m), 1);
    assert_int_equal(m.head.subject.type, PROTO_SUBJECT_HANDLE);
    assert_int_equal(m.sealed.len, 0);
}

/* ---- what the asker reads ---- */

static const char *const people[] = {"parent", " ouder", "young person", "jongere", "guardian", "voogd", "g1", "g2", "custody", "gezag"};

static void answer(struct client_fixture *f, struct asked *a, uint8_t verdict, uint8_t reason, enum lang lang)
{
    f->trouble.lang = lang;
    f->rows.count = 0;
    f->result = PROTO_DENIED;
    client_fixture_row(f, "effort", verdict, reason, false);
    client_fixture_row(f, "need", verdict, reason, false);
    ask(f, a, "");
    f->result = PROTO_ACCEPTED;
}

static void nobody_is_named(void **state)
{
    struct client_fixture *f = *state;
    const char *missing;
    struct asked a;

    prepare(f, &a);
    for (int lang = 0; lang < 2; lang++) {
        answer(f, &a, POLICY_NEED_CONSENT, 0, lang == 0 ? LANG_EN : LANG_NL);
        missing = client_fixture_reply(f);
        for (size_t i = 0; i < sizeof people / sizeof people[0]; i++)
            if (strstr(missing, people[i]) != NULL)
                fail_msg("the asker reads \"%s\": %s", people[i], missing);
        assert_non_null(strstr(missing, "\"verdict\":\"NEED_CONSENT\",\"reason\":\"\""));
        assert_string_equal(client_fixture_text(f, "result"), "denied");
        assert_state(client_fixture_desk(f, CJG, a.id), CLIENT_DESK_DENIED);
    }
}

/* But for the ids the two answers are the same to the last byte. */
static void a_no_reads_as_a_missing_yes(void **state)
{
    struct client_fixture *f = *state;
    const char *missing, *refused;
    struct asked a;

    prepare(f, &a);
    for (int lang = 0; lang < 2; lang++) {
        answer(f, &a, POLICY_NEED_CONSENT, 0, lang == 0 ? LANG_EN : LANG_NL);
        missing = strstr(client_fixture_reply(f), "\"child\"");
        answer(f, &a, POLICY_DENY, POLICY_REFUSED, lang == 0 ? LANG_EN : LANG_NL);
        refused = strstr(client_fixture_reply(f), "\"child\"");
        assert_string_equal(missing, refused);
    }
}

/* Whatever a hub says: which step of the holder is missing does not reach the asker, by any command. */
static void a_step_of_the_holder_is_at_the_holder(void **state)
{
    static const struct { uint8_t verdict; const char *rule; bool said; } rows[] = {{POLICY_NEED_WEIGH, "R51", true}, {POLICY_NEED_WEIGH, "R51", false},
        {POLICY_NEED_APPROVAL, "R51", true}, {POLICY_NEED_APPROVAL, "R60", false}, {POLICY_NEED_APPROVAL, "", false}};
    static const char *const commands[] = {"request.show", "request.list", "inbox"};
    struct client_fixture *f = *state;
    struct asked a;
    char hex[2 * PROTO_ID_LEN + 1];

    prepare(f, &a);
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        f->trouble.lang = i % 2 == 0 ? LANG_EN : LANG_NL;
        f->rows.count = 0;
        f->result = PROTO_DENIED;
        client_fixture_row(f, "effort", rows[i / 2].verdict, POLICY_NO_REASON, rows[i / 2].said);
        (void) snprintf(f->rows.row[0].rule, sizeof f->rows.row[0].rule, "%s", rows[i / 2].rule);
        ask(f, &a, "");
        f->result = PROTO_ACCEPTED;
        assert_non_null(strstr(client_fixture_reply(f), "\"verdict\":\"AT_HOLDER\",\"reason\":\"\""));
        (void) sodium_bin2hex(hex, sizeof hex, a.id, sizeof a.id);
        for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
            assert_err(client_fixture_call(f, CJG, commands[c], "{'request':'%s','all':true}", hex), OK);
            assert_null(strstr(client_fixture_reply(f), "NEED_WEIGH"));
            assert_null(strstr(client_fixture_reply(f), "NEED_APPROVAL"));
            assert_null(strstr(client_fixture_reply(f), "schakel approve"));
            assert_null(strstr(client_fixture_reply(f), "schakel weigh"));
        }
    }
}

static void a_missing_event_names_all_that_would_do(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;

    prepare(f, &a);
    answer(f, &a, POLICY_NEED_EVENT, 0, LANG_EN);
    assert_non_null(strstr(client_fixture_reply(f), "HELP_REQ"));
    assert_non_null(strstr(client_fixture_reply(f), "REFERRED"));
}

/* A hub that says what no pack says is not believed, and breaks nothing. */
static void an_answer_that_makes_no_sense(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;

    prepare(f, &a);
    answer(f, &a, 200, 200, LANG_EN);
    assert_non_null(strstr(client_fixture_reply(f), "\"verdict\":\"DENY\""));
}

/* ---- afterwards ---- */

static void shown_and_taken_back(void **state)
{
    struct client_fixture *f = *state;
    struct asked a;

    prepare(f, &a);
    ask(f, &a, "");
    assert_err(client_fixture_call(f, CJG, "request.list", "{}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), a.hex));
    assert_err(client_fixture_call(f, CJG, "request.show", "{'request':'%.8s'}", a.hex), OK);
    assert_string_equal(client_fixture_text(f, "state"), "waiting");
    assert_string_equal(client_fixture_text(f, "to"), "vo");
    assert_err(client_fixture_call(f, CJG, "request.show", "{'request':'00000000'}"), ERR_NOTFOUND);
    assert_err(client_fixture_call(f, VO, "request.cancel", "{'request':'%s'}", a.hex), ERR_STATE);
    assert_err(client_fixture_call(f, CJG, "request.cancel", "{'request':'%s'}", a.hex), OK);
    client_fixture_hub(f);
    assert_state(client_fixture_desk(f, CJG, a.id), CLIENT_DESK_CANCELLED);
    assert_state(client_fixture_desk(f, VO, a.id), CLIENT_DESK_CANCELLED);
}

/* Who asks twice is told of the first; of one that was taken back there is nothing to tell. */
static void asked_twice_is_told(void **state)
{
    struct client_fixture *f = *state;
    struct asked a, b;

    prepare(f, &a);
    prepare(f, &b);
    ask(f, &a, "");
    assert_string_equal(client_fixture_text(f, "same_waits"), "");
    assert_err(client_fixture_call(f, CJG, "inbox", "{'all':true}"), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"kind\":\"waiting\""));
    assert_null(strstr(client_fixture_reply(f), "\"kind\":\"done\""));
    ask(f, &b, ",'note':'again'");
    assert_string_equal(client_fixture_text(f, "same_waits"), a.hex);
    assert_err(client_fixture_call(f, CJG, "request.cancel", "{'request':'%s'}", a.hex), OK);
    client_fixture_hub(f);
    assert_err(client_fixture_call(f, CJG, "request.cancel", "{'request':'%s'}", b.hex), OK);
    client_fixture_hub(f);
    ask(f, &a, "");
    assert_string_equal(client_fixture_text(f, "same_waits"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(what_the_holder_gets), client_fixture_test(nothing_to_seal), client_fixture_test(a_sealed_part_of_another_message),
        client_fixture_test(no_name_to_a_holder_that_knows_a_handle), client_fixture_test(arguments),
        client_fixture_test(text_without_names), client_fixture_test(nobody_is_named),
        client_fixture_test(a_no_reads_as_a_missing_yes), client_fixture_test(a_step_of_the_holder_is_at_the_holder),
        client_fixture_test(a_missing_event_names_all_that_would_do),
        client_fixture_test(an_answer_that_makes_no_sense), client_fixture_test(shown_and_taken_back),
        client_fixture_test(asked_twice_is_told),
    };

    child = client_fixture_child(1);
    return cmocka_run_group_tests_name("client/do_request", tests, NULL, NULL);
}
