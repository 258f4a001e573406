/* base/csv: tables that people edit, and the place of every mistake in them. */
#include "support/check.h"

#include "base/csv.h"

#include <stdio.h>

/* Every mistake, one line each. */
struct told {
    char text[4096];
    size_t count;
};

static void on_trouble(void *arg, const struct trouble *t)
{
    struct told *told = arg;
    char line[800];
    size_t used = strlen(told->text);

    trouble_line(t, line, sizeof line);
    (void)snprintf(told->text + used, sizeof told->text - used, "%s\n", line);
    told->count++;
}

static enum err read_bytes(const char *text, size_t len, struct csv **out, struct told *told)
{
    uint8_t *data = check_exact(text, len);
    enum err e = csv_read("t.csv", LANG_EN, data, len, told != NULL ? on_trouble : NULL, told, out);

    free(data);
    return e;
}

/* A table as "a|b", one line per row with its line number, header first. */
static void flatten(const struct csv *c, char *out, size_t out_len)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t row = 0; row <= csv_rows(c); row++) {
        if (row != 0)
            used += (size_t)snprintf(out + used, out_len - used, "%u:", csv_line(c, row - 1));
        for (size_t i = 0; i < csv_columns(c); i++)
            used += (size_t)snprintf(out + used, out_len - used, "%s%s", i == 0 ? "" : "|",
                row == 0 ? csv_header(c, i) : csv_cell(c, row - 1, i));
        used += (size_t)snprintf(out + used, out_len - used, "\n");
    }
}

struct table_row {
    const char *name, *text, *expected;
};

static const struct table_row good_rows[] = {
    { "table: plain", "a,b\n1,2\n", "a|b\n2:1|2\n" },
    { "table: only the header", "a,b\n", "a|b\n" },
    { "table: no line end at the end", "a,b\n1,2", "a|b\n2:1|2\n" },
    { "table: CRLF", "a,b\r\n1,2\r\n3,4\r\n", "a|b\n2:1|2\n3:3|4\n" },
    { "table: byte order mark", "\xef\xbb\xbf" "a,b\n1,2\n", "a|b\n2:1|2\n" },
    { "table: semicolons", "a;b\n1,5;2\n", "a|b\n2:1,5|2\n" },
    { "table: the line that Excel writes for itself", "sep=;\r\na;b\r\n1,5;2\r\n", "a|b\n3:1,5|2\n" },
    { "table: that line names commas", "\xef\xbb\xbfsep=,\nx;y,b\n1,2\n", "x;y|b\n3:1|2\n" },
    { "table: that line and blank lines", "sep=;\n\n\na;b\n1;2\n", "a|b\n5:1|2\n" },
    { "table: a column with that name", "sep=;b\n1;2\n", "sep=|b\n2:1|2\n" },
    { "table: commas win when they are more", "\"x;y\",b,c\n1,2,3\n", "x;y|b|c\n2:1|2|3\n" },
    { "table: one column", "a\n1\n2\n", "a\n2:1\n3:2\n" },
    { "table: blank lines count as lines", "\n\na,b\n\n1,2\n   \n\n3,4\n", "a|b\n5:1|2\n8:3|4\n" },
    { "table: empty cells", "a,b,c\n,2,\n1,,3\n", "a|b|c\n2:|2|\n3:1||3\n" },
    { "table: rows of empty cells are blank lines", ",,\na,b,c\n,,\n1,,3\n , \t,\n,,,,\n2,3,4\n\"\",,\n",
        "a|b|c\n4:1||3\n7:2|3|4\n" },
    { "table: quoted separators and quotes", "a,b\n\"1,5\",\"say \"\"x\"\"\"\n", "a|b\n2:1,5|say \"x\"\n" },
    { "table: a line end in a cell", "a,b\n\"x\ny\",2\n3,4\n", "a|b\n2:x\ny|2\n4:3|4\n" },
    { "table: white space around cells", "a , b\n 1 ,\t2\n\" 3 \",4\n", "a|b\n2:1|2\n3:3|4\n" },
    { "table: characters over 127", "na\xc3\xafm,b\n\xe2\x82\xac,2\n", "na\xc3\xafm|b\n2:\xe2\x82\xac|2\n" },
    { "table: last cell empty and no line end", "a,b\n1,", "a|b\n2:1|\n" },
};

static void test_good(void **state)
{
    const struct table_row *row = *state;
    struct csv *c = NULL;
    char out[256];

    assert_err(read_bytes(row->text, strlen(row->text), &c, NULL), OK);
    flatten(c, out, sizeof out);
    assert_string_equal(out, row->expected);
    csv_drop(c);
}

static const struct table_row bad_rows[] = {
    { "mistake: nothing at all", "", "t.csv:1: this table is empty; the first row names the columns\n" },
    { "mistake: only blank lines", "\n \r\n", "t.csv:1: this table is empty; the first row names the columns\n" },
    { "mistake: only the line that Excel writes", "sep=;\n", "t.csv:1: this table is empty; the first row names the columns\n" },
    { "mistake: a mistake behind that line", "sep=;\na;b\n1\n", "t.csv:3: this row has 1 cells, the first row has 2\n" },
    { "mistake: another word there", "sep=|\na|b\n1,2\n", "t.csv:3: this row has 2 cells, the first row has 1\n" },
    { "mistake: UTF-16, as Excel's Unicode text", "\xff\xfe" "ab", "t.csv: this file is UTF-16; save it as CSV UTF-8\n" },
    { "mistake: UTF-16, the other way round", "\xfe\xff" "ab", "t.csv: this file is UTF-16; save it as CSV UTF-8\n" },
    { "mistake: too few cells", "a,b\n1,2\n\n3\n", "t.csv:4: this row has 1 cells, the first row has 2\n" },
    { "mistake: too many cells", "a,b\n1,2,3\n", "t.csv:2: this row has 3 cells, the first row has 2\n" },
    { "mistake: two rows, both told", "a,b\n1\n2,3\n4\n",
        "t.csv:2: this row has 1 cells, the first row has 2\nt.csv:4: this row has 1 cells, the first row has 2\n" },
    { "mistake: line counted from the row's start", "a,b\n\"x\ny\"\n3,4\n",
        "t.csv:2: this row has 1 cells, the first row has 2\n" },
    { "mistake: column without a name", "a,,c\n1,2,3\n", "t.csv:1: column 2 has no name\n" },
    { "mistake: separator at the end of the header", "a,b,\n1,2,\n", "t.csv:1: column 3 has no name\n" },
    { "mistake: two columns of one name", "a,b,a\n1,2,3\n", "t.csv:1: columns 1 and 3 have the same name\n" },
    { "mistake: a quote inside a cell", "a,b\n1,x\"y\n",
        "t.csv:2:4: a quote in the wrong place; a cell with a quote is written \"a \"\"b\"\" c\"\n" },
    { "mistake: text after a quoted cell", "a,b\n\"x\"y,2\n",
        "t.csv:2:4: a quote in the wrong place; a cell with a quote is written \"a \"\"b\"\" c\"\n" },
    { "mistake: columns are characters", "a,b\n\xe2\x82\xac\xc3\xa9,x\"y\n",
        "t.csv:2:5: a quote in the wrong place; a cell with a quote is written \"a \"\"b\"\" c\"\n" },
    { "mistake: a quote never closed", "a,b\n1,\"x\n3,4\n",
        "t.csv:2:3: this cell begins with a quote that is never closed\n" },
    { "mistake: carriage return alone", "a,b\n1\r2,3\n",
        "t.csv:2:2: a carriage return alone; lines end with LF or CRLF\n" },
    { "mistake: carriage return as the last byte", "a,b\n1,2\r",
        "t.csv:2:4: a carriage return alone; lines end with LF or CRLF\n" },
    { "mistake: not UTF-8", "a,b\ncaf\xe9,2\n", "t.csv: this file is not UTF-8; save it as CSV UTF-8\n" },
};

static void test_bad(void **state)
{
    const struct table_row *row = *state;
    struct csv *c = NULL;
    struct told told = { 0 };

    assert_err(read_bytes(row->text, strlen(row->text), &c, &told), ERR_SYNTAX);
    assert_string_equal(told.text, row->expected);
    assert_null(c);
    assert_err(read_bytes(row->text, strlen(row->text), &c, NULL), ERR_SYNTAX);
    assert_null(c);
}

static void test_zero_byte(void **state)
{
    struct csv *c = NULL;
    struct told told = { 0 };

    (void)state;
    assert_err(read_bytes("a,b\n1,\0\n", 8, &c, &told), ERR_SYNTAX);
    assert_string_equal(told.text, "t.csv:2:3: a zero byte: this is no text\n");
}

static void test_too_many_columns(void **state)
{
    char text[3 * (CSV_COLUMNS_MAX + 1) + 2] = "";
    struct csv *c = NULL;

    (void)state;
    for (int i = 0; i < CSV_COLUMNS_MAX; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%02d", i == 0 ? "" : ",", i);
    assert_err(read_bytes(text, strlen(text), &c, NULL), OK);
    assert_int_equal(csv_columns(c), CSV_COLUMNS_MAX);
    assert_int_equal(csv_column(c, "31"), 31);
    assert_int_equal(csv_column(c, "32"), -1);
    csv_drop(c);
    c = NULL;
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",xx");
    assert_err(read_bytes(text, strlen(text), &c, NULL), ERR_LONG);
    assert_null(c);
}

static void test_long_cell(void **state)
{
    size_t len = CSV_CELL_MAX + 4;
    char *text = malloc(len);
    struct csv *c = NULL;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', len);
    text[1] = text[len - 1] = '\n';
    assert_err(read_bytes(text, len, &c, NULL), ERR_LONG);
    assert_null(c);
    text[len - 2] = '\n';
    assert_err(read_bytes(text, len, &c, NULL), OK);
    assert_int_equal(strlen(csv_cell(c, 0, 0)), CSV_CELL_MAX);
    csv_drop(c);
    free(text);
}

static void test_many_rows(void **state)
{
    size_t cap = 200000, len;
    char *text = malloc(cap);
    struct csv *c = NULL;

    (void)state;
    assert_non_null(text);
    len = (size_t)snprintf(text, cap, "n,twice\n");
    for (int i = 0; i < 5000; i++)
        len += (size_t)snprintf(text + len, cap - len, "%d,%d\n", i, 2 * i);
    assert_err(read_bytes(text, len, &c, NULL), OK);
    assert_int_equal(csv_rows(c), 5000);
    assert_string_equal(csv_cell(c, 4999, 1), "9998");
    assert_int_equal(csv_line(c, 4999), 5001);
    csv_drop(c);
    free(text);
}

static void test_at_most_a_hundred_are_told(void **state)
{
    char text[1000] = "a,b\n";
    struct told told = { 0 };
    struct csv *c = NULL;

    (void)state;
    for (int i = 0; i < 200; i++)
        memcpy(text + 4 + 2 * i, "x\n", 2);
    assert_err(read_bytes(text, 404, &c, &told), ERR_SYNTAX);
    assert_int_equal(told.count, 100);
}

static void test_in_dutch(void **state)
{
    struct told told = { 0 };
    struct csv *c = NULL;

    (void)state;
    assert_err(csv_read("t.csv", LANG_NL, (const uint8_t *)"a,a\n", 4, on_trouble, &told, &c), ERR_SYNTAX);
    assert_string_equal(told.text, "t.csv:1: kolom 1 en 2 hebben dezelfde naam\n");
    csv_drop(NULL);
}

struct quote_row {
    const char *name, *cell, *expected;
};

static const struct quote_row quote_rows[] = {
    { "quote: plain", "abc", "abc" },
    { "quote: empty", "", "" },
    { "quote: comma", "a,b", "\"a,b\"" },
    { "quote: semicolon", "a;b", "\"a;b\"" },
    { "quote: quote", "a\"b", "\"a\"\"b\"" },
    { "quote: line end", "a\nb", "\"a\nb\"" },
    { "quote: white space at the end", "a ", "\"a \"" },
    { "quote: equals sign", "=1+1", "'=1+1" },
    { "quote: plus", "+31", "'+31" },
    { "quote: minus", "-1", "'-1" },
    { "quote: at", "@SUM", "'@SUM" },
    { "quote: tab", "\tx", "\"'\tx\"" },
    { "quote: carriage return", "\rx", "\"'\rx\"" },
    { "quote: a formula with a comma", "=A(1,2)", "\"'=A(1,2)\"" },
    { "quote: minus inside", "a-1", "a-1" },
};

static void test_quote(void **state)
{
    const struct quote_row *row = *state;
    char expected[64], out[64] = "x,";
    size_t len;

    (void)snprintf(expected, sizeof expected, "x,%s", row->expected);
    len = strlen(expected);
    for (size_t room = 3; room <= len; room++) {
        char *small = (char *)check_exact(out, room);

        assert_err(csv_quote(row->cell, small, room), ERR_LONG);
        assert_string_equal(small, "x,");
        free(small);
    }
    assert_err(csv_quote(row->cell, out, len + 1), OK);
    assert_string_equal(out, expected);
}

int main(void)
{
    struct check_list list = { 0 };

    for (size_t i = 0; i < sizeof good_rows / sizeof *good_rows; i++)
        check_add(&list, good_rows[i].name, test_good, &good_rows[i]);
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++)
        check_add(&list, bad_rows[i].name, test_bad, &bad_rows[i]);
    check_add(&list, "mistake: a zero byte", test_zero_byte, NULL);
    check_add(&list, "too many columns", test_too_many_columns, NULL);
    check_add(&list, "a cell that is too long", test_long_cell, NULL);
    check_add(&list, "many rows", test_many_rows, NULL);
    check_add(&list, "at most a hundred mistakes are told", test_at_most_a_hundred_are_told, NULL);
    check_add(&list, "in Dutch", test_in_dutch, NULL);
    for (size_t i = 0; i < sizeof quote_rows / sizeof *quote_rows; i++)
        check_add(&list, quote_rows[i].name, test_quote, &quote_rows[i]);
    return check_run(&list, "base/csv");
}
