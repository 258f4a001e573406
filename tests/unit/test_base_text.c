/* base/text: hex, base64 (RFC 4648), UTF-8 (RFC 3629), numbers, handles, and the eleven-test. */
#include "support/check.h"

#include "base/text.h"

static void test_hex(void **state)
{
    static const uint8_t data[] = { 0x00, 0x7f, 0x80, 0xff };
    uint8_t back[4];
    char out[9];

    (void)state;
    text_hex(data, sizeof data, out, sizeof out);
    assert_string_equal(out, "007f80ff");
    assert_err(text_unhex(out, back, sizeof back), OK);
    assert_memory_equal(back, data, sizeof data);
    text_hex(data, 0, out, 1);
    assert_string_equal(out, "");
}

static void test_unhex_refuses(void **state)
{
    uint8_t out[2] = { 0xaa, 0xbb };

    assert_err(text_unhex(*state, out, sizeof out), ERR_SYNTAX);
    assert_memory_equal(out, "\xaa\xbb", 2);
}

struct base64_row {
    const char *name, *text;
    size_t cap;
    enum err expected;
    const char *bytes;
};

static const struct base64_row base64_rows[] = {
    { "base64: nothing (RFC 4648)", "", 8, OK, "" },
    { "base64: f (RFC 4648)", "Zg==", 8, OK, "f" },
    { "base64: fo (RFC 4648)", "Zm8=", 8, OK, "fo" },
    { "base64: foo (RFC 4648)", "Zm9v", 8, OK, "foo" },
    { "base64: foob (RFC 4648)", "Zm9vYg==", 8, OK, "foob" },
    { "base64: fooba (RFC 4648)", "Zm9vYmE=", 8, OK, "fooba" },
    { "base64: foobar (RFC 4648)", "Zm9vYmFy", 8, OK, "foobar" },
    { "base64: exactly fits", "Zm9v", 3, OK, "foo" },
    { "base64: one byte too many", "Zm9v", 2, ERR_LONG, NULL },
    { "base64: no padding", "Zg", 8, ERR_SYNTAX, NULL },
    { "base64: half the padding", "Zg=", 8, ERR_SYNTAX, NULL },
    { "base64: too much padding", "Z===", 8, ERR_SYNTAX, NULL },
    { "base64: nothing but padding", "====", 8, ERR_SYNTAX, NULL },
    { "base64: padding in the middle", "Zg==Zg==", 8, ERR_SYNTAX, NULL },
    { "base64: bits behind the last byte, two signs", "Zh==", 8, ERR_SYNTAX, NULL },
    { "base64: bits behind the last byte, one sign", "Zm9=", 8, ERR_SYNTAX, NULL },
    { "base64: a line break", "Zm9v\n", 8, ERR_SYNTAX, NULL },
    { "base64: a space", "Zm v", 8, ERR_SYNTAX, NULL },
    { "base64: the alphabet of URLs", "Zm-_", 8, ERR_SYNTAX, NULL },
};

static void test_base64(void **state)
{
    const struct base64_row *row = *state;
    uint8_t *text = check_exact(row->text, strlen(row->text)), *out = check_exact("XXXXXXXX", row->cap);
    char back[16];
    size_t len = 99;

    assert_err(text_unbase64((const char *)text, strlen(row->text), out, row->cap, &len), row->expected);
    if (row->expected == OK) {
        assert_int_equal(len, strlen(row->bytes));
        assert_memory_equal(out, row->bytes, len);
        assert_in_range(text_base64_room(len), 1, sizeof back);
        text_base64(out, len, back, text_base64_room(len));
        assert_string_equal(back, row->text);
    } else {
        assert_int_equal(len, 99);
        assert_memory_equal(out, "XXXXXXXX", row->cap);
    }
    free(text);
    free(out);
}

/* Every byte that is no digit is refused at every place; every digit is taken somewhere. */
static void test_base64_alphabet(void **state)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t out[3];
    size_t len;

    (void)state;
    for (int c = 1; c < 256; c++)
        for (size_t at = 0; at < 4; at++) {
            char text[5] = "AAAA";
            bool good = strchr(digits, c) != NULL || (c == '=' && at == 3);

            text[at] = (char)c;
            assert_err(text_unbase64(text, 4, out, sizeof out, &len), good ? OK : ERR_SYNTAX);
        }
}

struct utf8_row {
    const char *name, *bytes;
    bool good;
};

static const struct utf8_row utf8_rows[] = {
    { "utf8: nothing", "", true },
    { "utf8: letters", "Jeugd", true },
    { "utf8: two bytes", "caf\xc3\xa9", true },
    { "utf8: three bytes", "\xe2\x82\xac", true },
    { "utf8: four bytes", "\xf0\x9f\x99\x82", true },
    { "utf8: the highest", "\xf4\x8f\xbf\xbf", true },
    { "utf8: just below the surrogates", "\xed\x9f\xbf", true },
    { "utf8: a surrogate", "\xed\xa0\x80", false },
    { "utf8: above the highest", "\xf4\x90\x80\x80", false },
    { "utf8: a lead byte that does not exist", "\xf8\x88\x80\x80\x80", false },
    { "utf8: two bytes for a slash", "\xc0\xaf", false },
    { "utf8: two bytes for DEL", "\xc1\xbf", false },
    { "utf8: three bytes too long", "\xe0\x9f\xbf", false },
    { "utf8: four bytes too long", "\xf0\x8f\xbf\xbf", false },
    { "utf8: cut after one of two", "a\xc3", false },
    { "utf8: cut after two of three", "a\xe2\x82", false },
    { "utf8: cut after three of four", "a\xf0\x9f\x99", false },
    { "utf8: a byte that continues nothing", "a\x80", false },
    { "utf8: a letter inside", "\xe2\x28\xa1", false },
    { "utf8: Latin-1", "caf\xe9 ", false },
};

static void test_utf8(void **state)
{
    const struct utf8_row *row = *state;
    uint8_t *data = check_exact(row->bytes, strlen(row->bytes));

    assert_int_equal(text_is_utf8(data, strlen(row->bytes)), row->good);
    free(data);
}

static void test_utf8_zero(void **state)
{
    (void)state;
    assert_false(text_is_utf8((const uint8_t *)"a\0b", 3));
    assert_true(text_is_utf8((const uint8_t *)"a", 1));
}

struct number_row {
    const char *name, *text;
    uint64_t max;
    enum err expected;
    uint64_t value;
};

static const struct number_row number_rows[] = {
    { "number: zero", "0", 10, OK, 0 },
    { "number: at most", "10", 10, OK, 10 },
    { "number: one over", "11", 10, ERR_RANGE, 0 },
    { "number: zero is the most", "0", 0, OK, 0 },
    { "number: one, with zero the most", "1", 0, ERR_RANGE, 0 },
    { "number: a digit over a small limit", "9", 5, ERR_RANGE, 0 },
    { "number: the largest", "18446744073709551615", UINT64_MAX, OK, UINT64_MAX },
    { "number: one over the largest", "18446744073709551616", UINT64_MAX, ERR_RANGE, 0 },
    { "number: far over the largest", "99999999999999999999999", UINT64_MAX, ERR_RANGE, 0 },
    { "number: nothing", "", 10, ERR_SYNTAX, 0 },
    { "number: a zero in front", "07", 10, ERR_SYNTAX, 0 },
    { "number: two zeros", "00", 10, ERR_SYNTAX, 0 },
    { "number: plus", "+7", 10, ERR_SYNTAX, 0 },
    { "number: minus", "-7", 10, ERR_SYNTAX, 0 },
    { "number: a space in front", " 7", 10, ERR_SYNTAX, 0 },
    { "number: a space behind", "7 ", 10, ERR_SYNTAX, 0 },
    { "number: hexadecimal", "0x7", 10, ERR_SYNTAX, 0 },
    { "number: letters after too large a number", "99999999999999999999x", 10, ERR_SYNTAX, 0 },
};

static void test_number(void **state)
{
    const struct number_row *row = *state;
    uint64_t v = 4711;

    assert_err(text_u64(row->text, row->max, &v), row->expected);
    assert_true(v == (row->expected == OK ? row->value : 4711));
}

static void test_handle(void **state)
{
    (void)state;
    assert_true(text_is_handle("vo"));
    assert_true(text_is_handle("wijkteam-2"));
    assert_true(text_is_handle("a2345678901234567890123456789012"));
    assert_false(text_is_handle("a23456789012345678901234567890123"));
    assert_false(text_is_handle("a"));
    assert_false(text_is_handle(""));
    assert_false(text_is_handle("2vo"));
    assert_false(text_is_handle("-vo"));
    assert_false(text_is_handle("VO"));
    assert_false(text_is_handle("v o"));
    assert_false(text_is_handle("v_o"));
    assert_false(text_is_handle("../vo"));
}

/* Of ten neighbours in the range for examples exactly those pass whose weighted sum divides by eleven. */
static void test_bsn(void **state)
{
    (void)state;
    assert_true(text_is_bsn("999900006"));
    assert_true(text_is_bsn("999900018"));
    assert_false(text_is_bsn("999900007"));
    assert_false(text_is_bsn("999900008"));
    assert_false(text_is_bsn("999900060"));
    assert_false(text_is_bsn("99990000"));
    assert_false(text_is_bsn("9999000066"));
    assert_false(text_is_bsn("99990000x"));
    assert_false(text_is_bsn(" 99990000"));
    assert_false(text_is_bsn("000000000"));
    assert_false(text_is_bsn(""));
}

/* How many bytes of the beginning a terminal would obey, and the columns of the whole with blanks in their place. */
static const struct control_row { const char *name, *text; size_t control, columns; } control_rows[] = {
    { "control: nothing", "", 0, 0 }, { "control: letters", "abc", 0, 3 }, { "control: two bytes, one column", "\xc3\xa9", 0, 1 },
    { "control: a new line", "\nb", 1, 2 }, { "control: escape", "\x1b[2J", 1, 4 }, { "control: delete", "\x7f", 1, 1 },
    { "control: the first of C1", "\xc2\x80", 2, 1 }, { "control: the last of C1", "\xc2\x9f", 2, 1 }, { "control: behind C1", "\xc2\xa0", 0, 1 },
    { "control: left to right", "\xe2\x80\x8e", 3, 1 }, { "control: right to left", "\xe2\x80\x8f", 3, 1 },
    { "control: an embedding", "\xe2\x80\xaa", 3, 1 }, { "control: an override", "\xe2\x80\xae", 3, 1 }, { "control: a thin blank", "\xe2\x80\xaf", 0, 1 },
    { "control: an isolate", "\xe2\x81\xa6", 3, 1 }, { "control: its end", "\xe2\x81\xa9", 3, 1 }, { "control: behind it", "\xe2\x81\xaa", 0, 1 },
    { "control: half of C1", "\xc2", 0, 1 }, { "control: half of a mark", "\xe2\x80", 0, 1 },
};

static void test_control(void **state)
{
    const struct control_row *row = *state;

    assert_int_equal(text_control(row->text), row->control);
    assert_int_equal(text_columns(row->text, SIZE_MAX), row->columns);
    assert_int_equal(text_columns(row->text, 0), 0);
}

int main(void)
{
    static const char *const bad_hex[] = { "", "aabb0", "aab", "aabbcc", "aabg", "AABB", " abb", "0xab" };
    struct check_list list = { 0 };

    check_add(&list, "hex there and back", test_hex, NULL);
    for (size_t i = 0; i < sizeof bad_hex / sizeof *bad_hex; i++)
        check_add(&list, bad_hex[i][0] ? bad_hex[i] : "(no hex at all)", test_unhex_refuses, bad_hex[i]);
    for (size_t i = 0; i < sizeof base64_rows / sizeof *base64_rows; i++)
        check_add(&list, base64_rows[i].name, test_base64, &base64_rows[i]);
    check_add(&list, "base64: every byte at every place", test_base64_alphabet, NULL);
    for (size_t i = 0; i < sizeof utf8_rows / sizeof *utf8_rows; i++)
        check_add(&list, utf8_rows[i].name, test_utf8, &utf8_rows[i]);
    check_add(&list, "utf8: a zero", test_utf8_zero, NULL);
    for (size_t i = 0; i < sizeof number_rows / sizeof *number_rows; i++)
        check_add(&list, number_rows[i].name, test_number, &number_rows[i]);
    for (size_t i = 0; i < sizeof control_rows / sizeof *control_rows; i++)
        check_add(&list, control_rows[i].name, test_control, &control_rows[i]);
    check_add(&list, "handles of partners", test_handle, NULL);
    check_add(&list, "the eleven-test", test_bsn, NULL);
    return check_run(&list, "base/text");
}
