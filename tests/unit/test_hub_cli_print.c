/* hub/cli_print: answers for people: the verdict first, lists with heads and in columns, and nothing of others moves the cursor. */
#include "tests/support/check.h"

#include "hub/cli_print.h"

#include <stdlib.h>
#include <string.h>

static const struct row { const char *name; enum lang lang; const char *reply, *expected; } rows[] = {
    {"values", LANG_NL, "{\"ok\":true,\"running\":true,\"address\":\"a:1\"}", "draait: ja\nadres: a:1\n"},
    {"the verdict first and without a label", LANG_EN, "{\"running\":true,\"verdict\":\"All is well.\"}", "All is well.\nrunning: yes\n"},
    {"a list with heads, in columns", LANG_EN,
        "{\"partners\":[{\"handle\":\"cjg\",\"name\":\"Caf\xc3\xa9\",\"blocked\":false},"
        "{\"handle\":\"leerplicht\",\"name\":\"L\",\"blocked\":true,\"revoked\":true}]}",
        "partners:\n"
        "  handle      name  blocked  revoked\n"
        "  cjg         Caf\xc3\xa9  no       \n"
        "  leerplicht  L     yes      yes\n"},
    {"an empty list", LANG_EN, "{\"partners\":[]}", "partners:\n"},
    {"a sentence in a row: a line for each value", LANG_EN,
        "{\"outside\":[{\"witness\":\"w\",\"state\":\"it does not answer, and whoever runs it has to be asked why, because without it the "
        "log is anchored by nobody outside\"}]}",
        "public witnesses:\n"
        "  witness: w\n"
        "    state: it does not answer, and whoever runs it has to be asked why, because without it the log is anchored by nobody outside\n"},
    {"what would move the cursor is a blank", LANG_EN, "{\"address\":\"a\\u001b[2Jb\\u009b1m\"}", "address: a [2Jb 1m\n"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    cJSON *reply = cJSON_Parse(r->reply);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(reply);
    assert_non_null(out);
    hub_cli_print(out, reply, r->lang);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, r->expected);
    free(text);
    cJSON_Delete(reply);
}

int main(void)
{
    struct check_list list = {.count = 0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    return check_run(&list, "hub/cli_print");
}
