/*
 * client/import: a good file as it is, and every kind of wrong one: where the mistake is, and nothing of it. No mistake repeats what stood in
 * a cell: that may be a name or a number.
 */
#include "tests/support/client_fixture.h"

#include "client/record.h"
#include "tests/support/check.h"
#include "tests/support/policy.h"

#include <stdio.h>

/* Citizen numbers of the example range; see client_fixture_number. */
#define ONE "999900067"
#define TWO "999900079"

static struct policy_pack *pack;

static enum err read_as(const char *name, const void *data, size_t len, enum lang lang, cJSON **mistakes, struct client_import *out, struct trouble *t)
{
    uint8_t *copy = check_exact(data, len);
    enum err e;

    *mistakes = cJSON_CreateArray();
    *t = (struct trouble) {.lang = lang};
    e = client_import_read(pack, lang, name, copy, len, *mistakes, out, t);
    free(copy);
    return e;
}

static const char *value(const struct client_import *im, size_t row, const char *section, const char *field)
{
    const cJSON *obj = cJSON_GetObjectItemCaseSensitive(im->row[row].sections, section);
    const char *text = NULL;

    return json_text(obj, field, &text) == OK ? text : "(none)";
}

static void a_good_table(void **state)
{
    static const char text[] = "number,ident.name,ident.birth_date,att.days\n" ONE ",Lisa,2012-03-31,3\n\n" TWO ",Sam,,\n";
    struct client_import im = {0};
    struct trouble t;
    cJSON *mistakes;

    (void) state;
    assert_err(read_as("a.csv", text, sizeof text - 1, LANG_EN, &mistakes, &im, &t), OK);
    assert_int_equal(cJSON_GetArraySize(mistakes), 0);
    assert_int_equal(im.count, 2);
    assert_string_equal(im.row[0].number, ONE);
    assert_int_equal(im.row[0].at, 2);
    assert_string_equal(value(&im, 0, "ident", "name"), "Lisa");
    assert_string_equal(value(&im, 0, "ident", "birth_date"), "2012-03-31");
    assert_string_equal(value(&im, 0, "att", "days"), "3");
    assert_string_equal(im.row[1].number, TWO);
    assert_int_equal(im.row[1].at, 4);
    assert_string_equal(value(&im, 1, "ident", "name"), "Sam");
    assert_string_equal(value(&im, 1, "ident", "birth_date"), "(none)");
    assert_null(cJSON_GetObjectItemCaseSensitive(im.row[1].sections, "att"));
    client_import_fini(&im);
    cJSON_Delete(mistakes);
}

static void good_json(void **state)
{
    static const char text[] = "[{\"number\":\"" ONE "\",\"ident\":{\"name\":\"Lisa\"},\"att\":{\"days\":\"3\"}},{\"number\":\"" TWO "\"}]";
    struct client_import im = {0};
    struct trouble t;
    cJSON *mistakes;

    (void) state;
    assert_err(read_as("a.json", text, sizeof text - 1, LANG_EN, &mistakes, &im, &t), OK);
    assert_int_equal(im.count, 2);
    assert_string_equal(im.row[0].number, ONE);
    assert_string_equal(value(&im, 0, "ident", "name"), "Lisa");
    assert_string_equal(value(&im, 0, "att", "days"), "3");
    assert_string_equal(im.row[1].number, TWO);
    assert_int_equal(cJSON_GetArraySize(im.row[1].sections), 0);
    client_import_fini(&im);
    cJSON_Delete(mistakes);
}

static void a_table_without_rows(void **state)
{
    static const char text[] = "number,ident.name\n";
    struct client_import im = {0};
    struct trouble t;
    cJSON *mistakes;

    (void) state;
    assert_err(read_as("a.csv", text, sizeof text - 1, LANG_EN, &mistakes, &im, &t), OK);
    assert_int_equal(im.count, 0);
    client_import_fini(&im);
    cJSON_Delete(mistakes);
}

/* where: of the first mistake, as told; said: part of its text; count: how many there are. */
struct wrong { const char *name, *file, *text; size_t len; enum err expected; const char *where, *said; int count; };
#define TEXT(t) t, sizeof t - 1

static const struct wrong wrongs[] = {
    {"csv: a number too short", "a.csv", TEXT("number,att.days\n12345678,3\n"), ERR_RANGE, "a.csv:2:1: ", "citizen number", 1},
    {"csv: a number that fails the test", "a.csv", TEXT("att.days,number\n3,999900068\n"), ERR_RANGE, "a.csv:2:2: ", "citizen number", 1},
    {"csv: no number in a row", "a.csv", TEXT("number,att.days\n" ONE ",1\n,3\n"), ERR_RANGE, "a.csv:3:1: ", "citizen number", 1},
    {"csv: a number with letters", "a.csv", TEXT("number\n99990006x\n"), ERR_RANGE, "a.csv:2:1: ", "citizen number", 1},
    {"csv: a date that is none", "a.csv", TEXT("number,ident.birth_date\n" ONE ",2012-02-30\n"), ERR_SYNTAX, "a.csv:2:2: ", "birth_date: this must be a date", 1},
    {"csv: a date in another order", "a.csv", TEXT("number,ident.birth_date\n" ONE ",31-03-2012\n"), ERR_SYNTAX, "a.csv:2:2: ", "date", 1},
    {"csv: custody in other words", "a.csv", TEXT("number,guard.custody\n" ONE ",moeder\n"), ERR_SYNTAX, "a.csv:2:2: ", "custody", 1},
    {"csv: able in other words", "a.csv", TEXT("number,guard.incapable\n" ONE ",ja\n"), ERR_SYNTAX, "a.csv:2:2: ", "yes or no", 1},
    {"csv: an unknown section", "a.csv", TEXT("number,gossip.text\n" ONE ",x\n"), ERR_SYNTAX, "a.csv:1:2: ", "column", 1},
    {"csv: a column without a section", "a.csv", TEXT("number,name\n" ONE ",x\n"), ERR_SYNTAX, "a.csv:1:2: ", "column", 1},
    {"csv: a column without a field", "a.csv", TEXT("number,att.\n" ONE ",x\n"), ERR_SYNTAX, "a.csv:1:2: ", "column", 1},
    {"csv: a column that is a dot", "a.csv", TEXT("number,.\n" ONE ",x\n"), ERR_SYNTAX, "a.csv:1:2: ", "column", 1},
    {"csv: a section with a long name", "a.csv", TEXT("number,attattattattattattatt.a\n" ONE ",x\n"), ERR_SYNTAX, "a.csv:1:2: ", "column", 1},
    {"csv: the number as a section", "a.csv", TEXT("number,pgn.number\n" ONE ",x\n"), ERR_SYNTAX, "a.csv:1:2: ", "column", 1},
    {"csv: no column with numbers", "a.csv", TEXT("ident.name\nLisa\n"), ERR_SYNTAX, "a.csv:1: ", "no column \"number\"", 1},
    {"csv: the same column twice", "a.csv", TEXT("number,att.days,att.days\n" ONE ",1,2\n"), ERR_SYNTAX, "a.csv:1: ", "same name", 1},
    {"csv: two number columns", "a.csv", TEXT("number,number\n" ONE "," TWO "\n"), ERR_SYNTAX, "a.csv:1: ", "same name", 1},
    {"csv: a column without a name", "a.csv", TEXT("number,\n" ONE ",x\n"), ERR_SYNTAX, "a.csv:1: ", "no name", 1},
    {"csv: a field's name with a quote", "a.csv", TEXT("number,\"att.a\"\"b\"\n" ONE ",x\n"), ERR_SYNTAX, "a.csv:2:2: ", "name of a field", 1},
    {"csv: a row too wide", "a.csv", TEXT("number,att.days\n" ONE ",1,2\n"), ERR_SYNTAX, "a.csv:2: ", "3 cells", 1},
    {"csv: a row too narrow", "a.csv", TEXT("number,att.days\n" ONE ",1\n" TWO "\n"), ERR_SYNTAX, "a.csv:3: ", "1 cells", 1},
    {"csv: a NUL", "a.csv", TEXT("number,att.days\n" ONE ",a\0b\n"), ERR_SYNTAX, "a.csv:2:12: ", "no text", 1},
    {"csv: no UTF-8", "a.csv", TEXT("number,att.days\n" ONE ",\xc3\xa9\xff\n"), ERR_SYNTAX, "a.csv:2:12: ", "UTF-8", 1},
    {"csv: a character cut in two", "a.csv", TEXT("number,att.days\n" ONE ",\xe2\x82"), ERR_SYNTAX, "a.csv:2:11: ", "UTF-8", 1},
    {"csv: a quote that does not end", "a.csv", TEXT("number,att.days\n" ONE ",\"a\n"), ERR_SYNTAX, "a.csv:2:", "", 1},
    {"csv: nothing", "a.csv", TEXT(""), ERR_SYNTAX, "a.csv", "", 1},
    {"csv: a child twice", "a.csv", TEXT("number,att.days\n" ONE ",1\n" TWO ",2\n" ONE ",3\n"), ERR_EXISTS, "a.csv:4: ", "already", 1},
    {"csv: every mistake is told", "a.csv", TEXT("number,att.days,ident.birth_date\n1,2,x\n" ONE ",1,y\n"), ERR_RANGE, "a.csv:2:1: ", "citizen", 3},
    {"json: a number that fails the test", "a.json", TEXT("[{\"number\":\"" ONE "\"},{\"number\":\"123456789\"}]"), ERR_RANGE,
        "a.json:1:26: item 2: ", "citizen number", 1},
    {"json: a number that is no text", "a.json", TEXT("[{\"number\":999900067}]"), ERR_SYNTAX, "a.json:1:2: item 1: ", "text \"number\"", 1},
    {"json: no number", "a.json", TEXT("[{\"att\":{\"days\":\"1\"}}]"), ERR_SYNTAX, "a.json:1:2: item 1: ", "text \"number\"", 1},
    {"json: an item that is a list", "a.json", TEXT("[[]]"), ERR_SYNTAX, "a.json:1:2: item 1: ", "object", 1},
    {"json: an object for the list", "a.json", TEXT("{\"number\":\"" ONE "\"}"), ERR_SYNTAX, "a.json:1:1: ", "array", 1},
    {"json: a text for the list", "a.json", TEXT("\"" ONE "\""), ERR_SYNTAX, "a.json:1:1: ", "array", 1},
    {"json: a section that is a text", "a.json", TEXT("[{\"number\":\"" ONE "\",\"att\":\"3\"}]"), ERR_SYNTAX, "a.json:1:24: item 1: ", "only sections", 1},
    {"json: a field that is a number", "a.json", TEXT("[{\"number\":\"" ONE "\",\"att\":{\"days\":3}}]"), ERR_SYNTAX, "a.json:1:31: item 1: ", "text", 1},
    {"json: an unknown section", "a.json", TEXT("[{\"number\":\"" ONE "\",\"gossip\":{\"days\":\"3\"}}]"), ERR_SYNTAX,
        "a.json:1:24: item 1: ", "not in the pack", 1},
    {"json: an unknown section without fields", "a.json", TEXT("[{\"number\":\"" ONE "\",\"gossip\":{}}]"), ERR_SYNTAX,
        "a.json:1:24: item 1: ", "not in the pack", 1},
    {"json: a date that is none", "a.json", TEXT("[{\"number\":\"" ONE "\",\"ident\":{\"birth_date\":\"soon\"}}]"), ERR_SYNTAX,
        "a.json:1:33: item 1: ", "birth_date: this must be a date", 1},
    {"json: a field without a name", "a.json", TEXT("[{\"number\":\"" ONE "\",\"att\":{\"\":\"x\"}}]"), ERR_SYNTAX, "a.json:1:31: item 1: ", "name of a field", 1},
    {"json: a key twice", "a.json", TEXT("[{\"number\":\"" ONE "\",\n \"att\":{},\"att\":{}}]"), ERR_SYNTAX, "a.json:2:", "", 1},
    {"json: cut short", "a.json", TEXT("[\n{\"number\":"), ERR_SYNTAX, "a.json:2:11: ", "too early", 1},
    {"json: something after the end", "a.json", TEXT("[]\n[]"), ERR_SYNTAX, "a.json:2:1: ", "", 1},
    {"json: a NUL", "a.json", TEXT("[{\"number\":\"a\0b\"}]"), ERR_SYNTAX, "a.json:1:14: ", "no text", 1},
    {"json: no UTF-8", "a.json", TEXT("[\n{\"number\":\"\xff\"}]"), ERR_SYNTAX, "a.json:2:12: ", "UTF-8", 1},
    {"json: nothing", "a.json", TEXT(""), ERR_SYNTAX, "a.json:1:1: ", "", 1},
    {"json: a child twice", "a.json", TEXT("[{\"number\":\"" ONE "\"},{\"number\":\"" TWO "\"},{\"number\":\"" ONE "\"}]"), ERR_EXISTS,
        "a.json:1:49: item 3: ", "already", 1},
    {"json: places over lines, and a name with a quote before them", "a.json",
        TEXT("[\n  {\"number\":\"" ONE "\", \"ident\": {\"name\": \"Zo\xc3\xab \\\"x\\\" [{\"},\n   \"att\": {\"a\": \"1\",\n\t\"days\": "
            "3}}\n]"), ERR_SYNTAX, "a.json:4:2: item 1: ",
        "text", 1},
    {"json: a table with another name", "a.json", TEXT("number,att.days\n" ONE ",1\n"), ERR_SYNTAX, "a.json:1:", "JSON", 1},
};

/* As a program reads it: file, line, column and what was expected. */
static void check_first(const cJSON *mistakes, const struct wrong *row, enum lang lang)
{
    struct trouble t = {.lang = lang};
    const char *file = "", *said = "";
    char *text = NULL, line[800];
    uint64_t at_line = 0, at_column = 0;
    cJSON *first = NULL;

    assert_err(json_print(cJSON_GetArrayItem(mistakes, 0), &text), OK);
    assert_err(json_parse((const uint8_t *) text, strlen(text), &first, NULL), OK);
    assert_err(json_text(first, "file", &file), OK);
    assert_err(json_text(first, "text", &said), OK);
    assert_err(json_u64(first, "line", &at_line), OK);
    assert_err(json_u64(first, "column", &at_column), OK);
    (void) trouble_at(&t, ERR_SYNTAX, file, (uint32_t) at_line, (uint32_t) at_column, "%s", "%s", said);
    trouble_line(&t, line, sizeof line);
    assert_int_equal(strncmp(line, row->where, strlen(row->where)), 0);
    assert_true(strlen(said) > 10);
    free(text);
    cJSON_Delete(first);
}

static void check_wrong(const struct wrong *row, enum lang lang)
{
    struct client_import im = {.count = 77};
    struct trouble t;
    char line[800];
    cJSON *mistakes;

    assert_err(read_as(row->file, row->text, row->len, lang, &mistakes, &im, &t), row->expected);
    assert_int_equal(im.count, 77);
    assert_null(im.row);
    assert_int_equal(cJSON_GetArraySize(mistakes), row->count);
    trouble_line(&t, line, sizeof line);
    check_first(mistakes, row, lang);
    assert_int_equal(strncmp(line, row->where, strlen(row->where)), 0);
    if (lang == LANG_EN)
        assert_non_null(strstr(line, row->said));
    (void) snprintf(line, sizeof line, "%d;", row->count);
    assert_non_null(strstr(t.text, line));
    /* Nobody's number or name in what is told. */
    assert_null(strstr(t.text, "9999"));
    cJSON_Delete(mistakes);
}

static void wrong(void **state)
{
    check_wrong(*state, LANG_EN);
    check_wrong(*state, LANG_NL);
}

static void too_many_rows(void **state)
{
    size_t room = 16 + (CLIENT_IMPORT_ROWS_MAX + 1) * 11, len = 0;
    char *text = malloc(room), number[10];
    struct client_import im = {0};
    struct trouble t;
    cJSON *mistakes;

    (void) state;
    assert_non_null(text);
    len = (size_t) snprintf(text, room, "number\n");
    client_fixture_number(0, number);
    for (int i = 0; i <= CLIENT_IMPORT_ROWS_MAX; i++)
        len += (size_t) snprintf(text + len, room - len, "%s\n", number);
    assert_err(read_as("a.csv", text, len, LANG_EN, &mistakes, &im, &t), ERR_LONG);
    assert_int_equal(t.line, CLIENT_IMPORT_ROWS_MAX + 2);
    assert_non_null(strstr(t.text, "split the file"));
    assert_null(im.row);
    cJSON_Delete(mistakes);
    free(text);
}

static size_t long_field(char *text, size_t bytes)
{
    static const char start[] = "number,att.days\n" ONE ",";

    memcpy(text, start, sizeof start - 1);
    memset(text + sizeof start - 1, 'a', bytes);
    text[sizeof start - 1 + bytes] = '\n';
    return sizeof start + bytes;
}

static void too_long_a_field(void **state)
{
    char *text = malloc(CLIENT_FIELD_MAX + 64);
    struct client_import im = {0};
    struct trouble t;
    cJSON *mistakes;
    size_t len;

    (void) state;
    assert_non_null(text);
    len = long_field(text, CLIENT_FIELD_MAX + 1);
    assert_err(read_as("a.csv", text, len, LANG_EN, &mistakes, &im, &t), ERR_LONG);
    assert_int_equal(t.line, 2);
    assert_int_equal(t.column, 2);
    cJSON_Delete(mistakes);
    len = long_field(text, CLIENT_FIELD_MAX);
    assert_err(read_as("a.csv", text, len, LANG_EN, &mistakes, &im, &t), OK);
    client_import_fini(&im);
    cJSON_Delete(mistakes);
    free(text);
}

/* At most a hundred are listed, all are counted. */
static void many_mistakes(void **state)
{
    char text[4096] = "number\n";
    struct client_import im = {0};
    struct trouble t;
    cJSON *mistakes;

    (void) state;
    for (int i = 0; i < 150; i++)
        strncat(text, "x\n", sizeof text - strlen(text) - 1);
    assert_err(read_as("a.csv", text, strlen(text), LANG_EN, &mistakes, &im, &t), ERR_RANGE);
    assert_int_equal(cJSON_GetArraySize(mistakes), 100);
    assert_non_null(strstr(t.text, "150;"));
    cJSON_Delete(mistakes);
}

/* ---- as a command ---- */

static size_t children(struct client_fixture *f)
{
    const cJSON *list = NULL;

    assert_err(client_fixture_call(f, VO, "record.list", "{}"), OK);
    assert_err(json_array(f->reply, "children", &list), OK);
    return (size_t) cJSON_GetArraySize(list);
}

static void all_or_nothing(void **state)
{
    struct client_fixture *f = *state;
    char one[10], two[10];

    client_fixture_number(1, one);
    client_fixture_number(2, two);
    client_fixture_know(f, VO, 1);
    client_fixture_know(f, VO, 2);
    assert_err(client_fixture_call(f, VO, "record.import",
        "{'name':'a.csv','content':'number,ident.birth_date\\n%s,2012-01-01\\n%s,soon\\n'}", one, two), ERR_SYNTAX);
    assert_string_equal(f->trouble.where, "a.csv");
    assert_int_equal(f->trouble.line, 3);
    assert_int_equal(children(f), 0);
    assert_err(client_fixture_call(f, VO, "record.import", "{'name':'a.csv','content':'number,ident.birth_date\\n%s,later\\n%s,soon\\n'}", one, two), ERR_SYNTAX);
    assert_int_equal(f->trouble.line, 2);
    assert_non_null(strstr(f->trouble.text, "(mistakes: 2; nothing was imported)"));
    assert_non_null(strstr(client_fixture_reply(f), "\"mistakes\":[{\"file\":\"a.csv\",\"line\":2,\"column\":2,"));
    assert_non_null(strstr(client_fixture_reply(f), "{\"file\":\"a.csv\",\"line\":3,\"column\":2,"));
    assert_err(client_fixture_call(f, VO, "record.import", "{'name':'a.csv','content':'number,ident.name,att.days\\n%s,Lisa,3\\n%s,Sam,\\n'}", one, two), OK);
    assert_non_null(strstr(client_fixture_reply(f), "\"imported\":2,\"sections\":3"));
    assert_int_equal(children(f), 2);
}

int main(void)
{
    struct check_list list = {.count = 0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_table), cmocka_unit_test(good_json), cmocka_unit_test(a_table_without_rows), cmocka_unit_test(too_many_rows),
        cmocka_unit_test(too_long_a_field), cmocka_unit_test(many_mistakes), client_fixture_test(all_or_nothing),
    };
    int failed;

    pack = support_policy_pack(SOURCE_DIR "/policy/packs/nl-jeugd");
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++)
        check_add(&list, wrongs[i].name, wrong, &wrongs[i]);
    failed = cmocka_run_group_tests_name("client/import", tests, NULL, NULL) + check_run(&list, "client/import: wrong files");
    policy_pack_free(pack);
    return failed;
}
