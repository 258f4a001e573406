/* policy/table: where a mistake is told to be. What each loader finds wrong is in test_policy_mistakes and with each loader. */
#include "tests/support/check.h"

#include "policy/table.h"

#include <stdio.h>

static char told[1024];

static void tell(void *arg, const struct trouble *t)
{
    size_t used = strlen(told);

    (void)arg;
    trouble_line(t, told + used, sizeof told - used);
    (void)strncat(told, "\n", sizeof told - strlen(told) - 1);
}

/* A table of two columns, a and b. */
static bool open_table(struct policy_table *t, struct policy_report *report, const char *text)
{
    static const char *const names[] = { "a", "b" };

    told[0] = '\0';
    *report = (struct policy_report){ .lang = LANG_EN, .report = tell };
    *t = (struct policy_table){ .report = report, .file = "t.csv", .data = (const uint8_t *)text, .len = strlen(text), .names = names, .count = 2 };
    return policy_table_open(t);
}

/* ---- mistakes in the row of names ---- */

static const struct header {
    const char *name, *text, *told;
} headers[] = {
    { "a column that is missing", "a\n1\n", "t.csv:1:1: column \"b\" is missing\n" },
    { "a column too many", "a,b,c\n1,2,3\n", "t.csv:1:5: column \"c\" is not one of this table\n" },
    { "behind blank lines", "\n\na,b,c\n1,2,3\n", "t.csv:3:5: column \"c\" is not one of this table\n" },
    { "behind Excel's own line", "sep=;\r\na;b;c\r\n1;2;3\r\n", "t.csv:2:5: column \"c\" is not one of this table\n" },
    { "behind both", "sep=,\n\na,b,c\n1,2,3\n", "t.csv:3:5: column \"c\" is not one of this table\n" },
};

static void test_header(void **state)
{
    const struct header *row = *state;
    struct policy_report report;
    struct policy_table t;

    (void)open_table(&t, &report, row->text);
    assert_int_not_equal(report.first, OK);
    assert_string_equal(told, row->told);
    csv_drop(t.csv);
}

/* ---- mistakes in a cell ---- */

static void mistake_in(const char *text, size_t row, size_t column, const char *word, size_t len)
{
    struct policy_report report;
    struct policy_table t;

    assert_true(open_table(&t, &report, text));
    t.row = row;
    t.len = len;
    policy_table_mistake(&t, column, word == NULL ? NULL : strstr(policy_table_cell(&t, column), word), ERR_RANGE, "x", "x");
    csv_drop(t.csv);
}

static void test_places(void **state)
{
    static const char text[] = "a,b\n1,2\n\"3\n4\",five six\n";

    (void)state;
    mistake_in(text, 0, 1, NULL, sizeof text - 1);
    assert_string_equal(told, "t.csv:2:3: b \"2\": expected x\n");
    mistake_in(text, 1, 1, "six", sizeof text - 1);
    assert_string_equal(told, "t.csv:4:9: b \"six\": expected x\n");
}

/* Never beyond the text, whatever the rows are believed to be. */
static void test_short_text(void **state)
{
    static const char text[] = "a,b\n1,2\n3,4 five\n";

    (void)state;
    mistake_in(text, 1, 1, NULL, 5);
    assert_string_equal(told, "t.csv:2:2: b \"4 five\": expected x\n");
    mistake_in(text, 1, 1, "five", 8);
    assert_string_equal(told, "t.csv:3:1: b \"five\": expected x\n");
    mistake_in(text, 1, 1, NULL, 9);
    assert_string_equal(told, "t.csv:3:2: b \"4 five\": expected x\n");
}

int main(void)
{
    static struct check_list list;

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        check_add(&list, headers[i].name, test_header, &headers[i]);
    check_add(&list, "in a cell", test_places, NULL);
    check_add(&list, "a text that ends before the rows do", test_short_text, NULL);
    return check_run(&list, "policy/table");
}
