/*
 * client/anon: a text without names that gives somebody away is not sent: the flag "identifiable" of the policy. Vo has an anonymous talk with
 * cjg, in a case without a number.
 */
#include "tests/support/client_fixture.h"

#include "client/anon.h"
#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

struct row { const char *name, *text; enum client_anon_what what; };

static const struct row rows[] = {
    {"nothing", "A boy of fourteen stays at home since the autumn. What helps?", CLIENT_ANON_NOTHING},
    {"an empty text", "", CLIENT_ANON_NOTHING},
    {"a number", "it is 999900006, you know", CLIENT_ANON_NUMBER},
    {"a number at the end", "999900006", CLIENT_ANON_NUMBER},
    {"nine digits of something else", "invoice 999900007 is open", CLIENT_ANON_NOTHING},
    {"a number in a longer one", "code 9999000061", CLIENT_ANON_NOTHING},
    {"a date", "born on 2012-05-01", CLIENT_ANON_DATE},
    {"a Dutch date", "geboren 1-5-2012 te", CLIENT_ANON_DATE},
    {"a date with slashes", "seen 01/05/12", CLIENT_ANON_DATE},
    {"a date with points", "op 1.5.2012", CLIENT_ANON_DATE},
    {"a school year", "in 2025-2026", CLIENT_ANON_NOTHING},
    {"a range", "ages 12-15", CLIENT_ANON_NOTHING},
    {"a version", "1.2.3", CLIENT_ANON_NOTHING},
    {"two marks", "1-5/2012", CLIENT_ANON_NOTHING},
    {"a postal code", "lives at 1234 AB", CLIENT_ANON_POSTCODE},
    {"a postal code without a blank", "1234AB", CLIENT_ANON_POSTCODE},
    {"a year and a word", "in 2024 Anna", CLIENT_ANON_NOTHING},
    {"a year and capitals", "in 2024 VMBO", CLIENT_ANON_NOTHING},
    {"a telephone number", "bel 06-12345678", CLIENT_ANON_PHONE},
    {"one with blanks", "06 12 34 56 78", CLIENT_ANON_PHONE},
    {"one from abroad", "+31 6 12345678", CLIENT_ANON_PHONE},
    {"too short for one", "0612", CLIENT_ANON_NOTHING},
    {"an e-mail address", "mail a.b@example.org", CLIENT_ANON_MAIL},
    {"an at sign", "2 apples @ 1 euro", CLIENT_ANON_NOTHING},
};

static void test_row(void **state)
{
    const struct row *r = *state;

    assert_int_equal(client_anon_in_text(r->text), r->what);
}

static void everything_has_words(void **state)
{
    (void) state;
    for (int i = CLIENT_ANON_NOTHING + 1; i < CLIENT_ANON_END; i++) {
        assert_true(strlen(client_anon_name((enum client_anon_what) i, LANG_EN)) > 0);
        assert_string_not_equal(client_anon_name((enum client_anon_what) i, LANG_EN), client_anon_name((enum client_anon_what) i, LANG_NL));
    }
    assert_string_equal(client_anon_name(CLIENT_ANON_END, LANG_EN), "");
}

static enum err send(struct client_fixture *f, const struct proto_subject_id *child, const char *content)
{
    char id[40];
    uint8_t case_id[PROTO_ID_LEN];

    client_fixture_case_id(1, case_id);
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(id + 2 * i, 3, "%02x", case_id[i]);
    client_fixture_record(f, VO, child, "anon", content);
    return client_fixture_call(f, VO, "send", "{'case':'%s','to':'cjg','purpose':'anon_consult','sections':'anon'}", id);
}

static void what_gives_away_is_not_sent(void **state)
{
    struct client_fixture *f = *state;
    struct proto_subject_id nobody = client_fixture_handle(1), child = client_fixture_child(1);

    (void) client_fixture_node(f, VO);
    client_fixture_case(f, VO, 1, &nobody, "anon_consult", VO, NOBODY);
    client_fixture_person(f, VO, &child, "2012-05-01", "g1 g2");   /* Lisa Voorbeeld */
    assert_err(send(f, &nobody, "{\"text\":\"It began in May.\",\"more\":\"Phone 06-12345678\"}"), ERR_DENIED);
    assert_non_null(strstr(f->trouble.text, "a telephone number"));
    assert_err(send(f, &nobody, "{\"text\":\"What would help lisa voorbeeld?\"}"), ERR_DENIED);
    assert_non_null(strstr(f->trouble.text, "the name of a child"));
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, NULL), 0);
    assert_err(send(f, &nobody, "{\"text\":\"What would help a girl of fourteen?\"}"), OK);
    assert_int_equal(client_fixture_waiting(f, VO, PROTO_OFFER, NULL), 1);
}

int main(void)
{
    static struct check_list list;
    const struct CMUnitTest sent[] = {client_fixture_test(what_gives_away_is_not_sent)};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    check_add(&list, "everything has words", everything_has_words, NULL);
    return check_run(&list, "client/anon") + cmocka_run_group_tests_name("client/anon, sent", sent, NULL, NULL);
}
