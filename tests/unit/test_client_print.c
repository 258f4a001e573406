/* client/print, desk_print: a reply for people as a list and a table: names of our own in words, in both languages, and what people wrote as it is. */
#include "tests/support/captured.h"

#include "base/json.h"
#include "client/cmd.h"
#include "client/cmds.h"
#include "client/desk_print.h"

typedef void printer(const struct client_run *, const cJSON *);

static void expect_by(printer *print, const char *command, enum lang lang, const char *reply, const char *expected)
{
    const struct client_cmd cmd = {.name = command};
    struct client_run r = {.lang = lang, .cmd = &cmd};
    struct captured c;
    cJSON *obj = NULL;
    char *text;

    assert_err(json_parse((const uint8_t *)reply, strlen(reply), &obj, NULL), OK);
    c = captured_begin(stdout);
    print(&r, obj);
    text = captured_end(&c);
    assert_string_equal(text, expected);
    free(text);
    cJSON_Delete(obj);
}

static void expect(enum lang lang, const char *reply, const char *expected)
{
    expect_by(client_print_reply, "staff list", lang, reply, expected);
}

#define PEOPLE "{\"staff\":[{\"login\":\"second\",\"name\":\"Tess\",\"role\":\"second\"},{\"login\":\"fg\",\"name\":\"officer\",\"role\":\"fg\"}]}"

static void roles_in_words(void **state)
{
    (void)state;
    expect(LANG_EN, PEOPLE, "staff:\n"
        "  login   name     role\n"
        "  second  Tess     second person\n"
        "  fg      officer  data protection officer\n");
}

/* What others wrote moves no cursor and turns no line. */
static void no_cursor_is_moved(void **state)
{
    (void)state;
    expect(LANG_EN, "{\"staff\":[{\"login\":\"a\",\"name\":\"<\\u001b[2J\\u007f\\u009b2J\\u202e\\u00e9>\",\"role\":\"fg\"}]}", "staff:\n"
        "  login  name             role\n"
        "  a      < [2J   2J   \xc3\xa9>  data protection officer\n");
}

/* Nor in what stands alone: there a line of its own is a line. */
static void no_cursor_is_moved_by_a_text_alone(void **state)
{
    (void)state;
    expect(LANG_EN, "{\"note\":\"<\\u001b[2J\\u007f\\u009b2J\\u202e\\u00e9\\n>\"}", "note: < [2J  2J \xc3\xa9\n>\n");
    expect(LANG_EN, "{\"no\302\233te\":\"x\"}", "no  te: x\n");
    expect(LANG_EN, "{\"staff\":[{\"lo\177gin\":\"a\"}]}", "staff:\n  lo gin\n  a\n");
}

static void nor_by_a_line_of_the_program(void **state)
{
    struct captured c = captured_begin(stderr);
    char *text;

    (void)state;
    client_print_line(stderr, "a\033[2J\177\302\233b\342\200\256\303\251");
    text = captured_end(&c);
    assert_string_equal(text, "schakel: a [2J  b \303\251\n");
    free(text);
}

/* A version that answers in another form. */
static void rows_that_are_none(void **state)
{
    (void)state;
    expect(LANG_EN, "{\"staff\":[{\"login\":\"a\"},[\"x\"],7]}", "staff:\n  login\n  a\n  \n  \n");
}

static void roles_in_dutch(void **state)
{
    (void)state;
    expect(LANG_NL, "{\"role\":\"admin\",\"name\":\"admin\"}", "rol: beheerder\nnaam: admin\n");
}

static void a_role_without_words(void **state)
{
    (void)state;
    expect(LANG_EN, "{\"role\":\"young\",\"sessions\":2}", "role: young\nopen sessions: 2\n");
}

#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A key fills most of a line: beside five other columns nobody could read it at a terminal. */
static void a_table_that_is_too_wide(void **state)
{
    (void)state;
    expect(LANG_EN, "{\"partners\":[{\"handle\":\"vo\",\"name\":\"Voorbeeld College\",\"witness_key\":\"" KEY "\"},{\"handle\":\"cjg\"}]}",
        "partners:\n"
        "  handle: vo\n"
        "    name: Voorbeeld College\n"
        "    witness key: " KEY "\n"
        "  handle: cjg\n");
}

#define ID "00112233445566778899aabbccddeeff"

/* The node answers with the word of what was given. */
static void an_ended_access_by_its_number(void **state)
{
    (void)state;
    expect_by(client_desk_print, "access end", LANG_EN, "{\"request\":\"" ID "\"}",
        "Access ended: 00112233; the copy at the other side is destroyed as soon as its node hears\nof it, which its report says.\n");
    expect_by(client_desk_print, "access end", LANG_NL, "{\"offer\":\"" ID "\"}",
        "Toegang beëindigd: 00112233; de kopie bij de ander wordt vernietigd zodra dat knooppunt\nhet hoort; een bericht zegt wanneer.\n");
}

static void a_revoked_person_and_what_is_next(void **state)
{
    (void)state;
    expect_by(client_desk_print, "staff revoke", LANG_EN, "{\"login\":\"tess\"}",
        "The key counts no more here, and nowhere once the registry has it: tess. A new one for the\nsame person: schakel staff add\n");
    expect_by(client_desk_print, "partner send", LANG_NL, "{}",
        "Het telt zodra het register het heeft, en elk knooppunt zegt dat binnen enkele minuten:\nschakel partner list\n");
}

static void a_person_who_left_already(void **state)
{
    (void)state;
    expect_by(client_desk_print, "staff revoke", LANG_EN, "{\"login\":\"tess\",\"already\":true,\"already_on\":\"2026-11-20 09:00\",\"next\":\"Look.\"}",
        "This key counts for nothing any more, since 2026-11-20 09:00. Nothing was sent again.\nLook.\n");
    expect_by(client_desk_print, "staff end", LANG_NL, "{\"login\":\"tess\",\"already\":true}",
        "Deze persoon is al vertrokken. Er is niets opnieuw verstuurd.\n");
}

#define RECEIPTS "\"receipts\":{\"hold\":5}"
#define LOG "\"log\":{\"leaves\":18,\"receipts_compared\":4}"

/* The verdict is the first line: that is what somebody reads who verifies once a year. */
static void a_verdict_comes_first(void **state)
{
    (void)state;
    expect_by(client_verify_print, "verify", LANG_EN, "{" LOG "}",
        "It holds: 18 leaves give the root that the hub signed.\nlog:\n  leaves: 18\n  receipts compared: 4\n");
    expect_by(client_verify_print, "verify", LANG_NL, "{" RECEIPTS "}",
        "Het klopt: 5 ontvangstbewijzen zijn zoals de hub ze ondertekende. Of het logboek ze heeft:\nvoeg --log MAP toe.\nontvangstbewijzen:\n  kloppen: 5\n");
    expect_by(client_verify_print, "verify", LANG_EN, "{" RECEIPTS "," LOG ",\"problems\":0}",
        "It holds: 18 leaves give the root that the hub signed, and 4 of 5 receipts were found in\nthem.\nreceipts:\n  hold: 5\nlog:\n"
        "  leaves: 18\n  receipts compared: 4\nproblems: 0\n");
}

static void a_verdict_that_names_the_first_problem(void **state)
{
    (void)state;
    expect_by(client_verify_print, "verify", LANG_EN,
        "{\"problems\":2,\"problem\":[{\"file\":\"tile/entries/000\",\"leaf\":7,\"text\":\"this leaf was changed\"},{\"text\":\"other\"}]}",
        "DOES NOT HOLD. Problems: 2. The first: tile/entries/000: leaf 7: this leaf was changed.\n"
        "Keep these files as they are, they are the evidence. First copy or export them once more\n"
        "and verify again; does it stay: show it to the hub's operator and to another partner.\n"
        "problems: 2\nwhat is wrong:\n"
        "  file              leaf  text\n"
        "  tile/entries/000  7     this leaf was changed\n"
        "                          other\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_in_words), cmocka_unit_test(no_cursor_is_moved), cmocka_unit_test(no_cursor_is_moved_by_a_text_alone),
        cmocka_unit_test(nor_by_a_line_of_the_program),
        cmocka_unit_test(rows_that_are_none), cmocka_unit_test(roles_in_dutch), cmocka_unit_test(a_role_without_words),
        cmocka_unit_test(a_table_that_is_too_wide), cmocka_unit_test(an_ended_access_by_its_number), cmocka_unit_test(a_revoked_person_and_what_is_next),
        cmocka_unit_test(a_person_who_left_already), cmocka_unit_test(a_verdict_comes_first), cmocka_unit_test(a_verdict_that_names_the_first_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
