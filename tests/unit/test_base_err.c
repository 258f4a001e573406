/* base/err: words, exit codes, and what a person reads. */
#include "support/check.h"

#include <sysexits.h>

static void test_words_differ(void **state)
{
    (void)state;
    for (enum err a = OK; a < ERR_CLASSES; a++) {
        assert_non_null(err_word(a));
        assert_true(strlen(err_word(a)) > 0);
        for (enum err b = OK; b < a; b++)
            assert_string_not_equal(err_word(a), err_word(b));
    }
}

static void test_only_ok_exits_with_zero(void **state)
{
    (void)state;
    assert_int_equal(err_exit(OK), 0);
    for (enum err e = ERR_SHORT; e < ERR_CLASSES; e++)
        assert_in_range(err_exit(e), EX__BASE, EX__MAX);
}

static void test_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(err_exit(ERR_USAGE), EX_USAGE);
    assert_int_equal(err_exit(ERR_CONFIG), EX_CONFIG);
    assert_int_equal(err_exit(ERR_DENIED), EX_NOPERM);
    assert_int_equal(err_exit(ERR_QUOTA), EX_TEMPFAIL);
    assert_int_equal(err_exit(ERR_SYNTAX), EX_DATAERR);
}

static void test_trouble_in_both_languages(void **state)
{
    struct trouble en = { .lang = LANG_EN }, nl = { .lang = LANG_NL };

    (void)state;
    assert_err(trouble_set(&en, ERR_RANGE, "%d days", "%d dagen", 3), ERR_RANGE);
    assert_err(trouble_set(&nl, ERR_RANGE, "%d days", "%d dagen", 3), ERR_RANGE);
    assert_string_equal(en.text, "3 days");
    assert_string_equal(nl.text, "3 dagen");
    assert_err(nl.err, ERR_RANGE);
    assert_int_equal(nl.lang, LANG_NL);
}

static void test_first_trouble_wins(void **state)
{
    struct trouble t = { .lang = LANG_EN };

    (void)state;
    assert_err(trouble_at(&t, ERR_SYNTAX, "a.csv", 4, 2, "first", "eerste"), ERR_SYNTAX);
    assert_err(trouble_at(&t, ERR_IO, "b.csv", 9, 9, "second", "tweede"), ERR_IO);
    assert_err(trouble_set(&t, ERR_IO, "third", "derde"), ERR_IO);
    assert_string_equal(t.text, "first");
    assert_string_equal(t.where, "a.csv");
    assert_int_equal(t.line, 4);
    assert_err(t.err, ERR_SYNTAX);
}

static void test_nobody_to_tell(void **state)
{
    struct trouble t = { .lang = LANG_EN };

    (void)state;
    assert_err(trouble_set(NULL, ERR_IO, "x %s", "y %s", "z"), ERR_IO);
    assert_err(trouble_at(NULL, ERR_IO, "w", 1, 1, "x", "y"), ERR_IO);
    assert_err(trouble_set(&t, OK, "not a trouble", "geen probleem"), OK);
    assert_string_equal(t.text, "");
}

static void test_long_texts_are_cut(void **state)
{
    struct trouble t = { .lang = LANG_EN };
    char text[1000];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)trouble_at(&t, ERR_IO, text, 0, 0, "%s", "%s", text);
    assert_int_equal(strlen(t.where), sizeof t.where - 1);
    assert_int_equal(strlen(t.text), sizeof t.text - 1);
}

struct line_row {
    const char *name, *where;
    uint32_t line, column;
    const char *expected;
};

static const struct line_row line_rows[] = {
    { "line: all parts", "a.csv", 3, 7, "a.csv:3:7: wrong" },
    { "line: no column", "a.csv", 3, 0, "a.csv:3: wrong" },
    { "line: only where", "a.csv", 0, 0, "a.csv: wrong" },
    { "line: only the text", "", 0, 0, "wrong" },
    { "line: place without a file", "", 3, 7, "3:7: wrong" },
    { "line: a column alone says nothing", "a.csv", 0, 7, "a.csv: wrong" },
};

static void test_line(void **state)
{
    const struct line_row *row = *state;
    struct trouble t = { .lang = LANG_EN };
    char out[64], small[6];

    (void)trouble_at(&t, ERR_SYNTAX, row->where, row->line, row->column, "wrong", "fout");
    trouble_line(&t, out, sizeof out);
    assert_string_equal(out, row->expected);
    trouble_line(&t, small, sizeof small);
    assert_int_equal(strlen(small), 5);
    assert_memory_equal(small, row->expected, 5);
    trouble_line(&t, small, 0);
}

int main(void)
{
    struct check_list list = { 0 };

    check_add(&list, "every class has a word of its own", test_words_differ, NULL);
    check_add(&list, "only OK exits with 0", test_only_ok_exits_with_zero, NULL);
    check_add(&list, "exit codes are those of sysexits", test_exit_codes, NULL);
    check_add(&list, "trouble in English and Dutch", test_trouble_in_both_languages, NULL);
    check_add(&list, "the first trouble wins", test_first_trouble_wins, NULL);
    check_add(&list, "nobody to tell, and nothing to tell", test_nobody_to_tell, NULL);
    check_add(&list, "long texts are cut", test_long_texts_are_cut, NULL);
    for (size_t i = 0; i < sizeof line_rows / sizeof *line_rows; i++)
        check_add(&list, line_rows[i].name, test_line, &line_rows[i]);
    return check_run(&list, "base/err");
}
