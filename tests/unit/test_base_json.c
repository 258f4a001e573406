/* base/json: what is let through, what is refused and where, and what is written. */
#include "support/check.h"

#include "base/json.h"

#include <stdio.h>

static enum err parse(const char *text, size_t len, cJSON **out, struct trouble *t)
{
    uint8_t *data = check_exact(text, len);
    enum err e = json_parse(data, len, out, t);

    free(data);
    return e;
}

static const char *const good[] = {
    "{}", "[]", "null", "true", "false", "0", "-1", "\"\"", " { } ", "9007199254740992",
    "-9007199254740992", "{\"a\":1,\"b\":[1,2,{\"a\":2}],\"A\":null}", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20ac\"]",
    "\"\\ud83d\\ude42\"", "\"caf\xc3\xa9\"", "[[],{},\"x\"]",
};

static void test_good(void **state)
{
    const char *text = *state;
    cJSON *json = NULL;

    assert_err(parse(text, strlen(text), &json, NULL), OK);
    assert_non_null(json);
    cJSON_Delete(json);
}

struct bad_row {
    const char *name, *text;
    enum err expected;
    uint32_t line, column;
};

static const struct bad_row bad_rows[] = {
    { "bad: nothing", "", ERR_SYNTAX, 1, 1 },
    { "bad: only white space", "  \n ", ERR_SYNTAX, 2, 2 },
    { "bad: something after the end", "{} x", ERR_SYNTAX, 1, 4 },
    { "bad: two values", "1 2", ERR_SYNTAX, 1, 3 },
    { "bad: comma at the end of an array", "[1,]", ERR_SYNTAX, 1, 4 },
    { "bad: comma at the end of an object", "{\"a\":1,}", ERR_SYNTAX, 1, 8 },
    { "bad: no comma", "[1 2]", ERR_SYNTAX, 1, 4 },
    { "bad: only a comma", "[,]", ERR_SYNTAX, 1, 2 },
    { "bad: a key that is no text", "{1:2}", ERR_SYNTAX, 1, 2 },
    { "bad: no colon", "{\"a\" 1}", ERR_SYNTAX, 1, 6 },
    { "bad: the wrong bracket", "[1}", ERR_SYNTAX, 1, 3 },
    { "bad: single quotes", "{'a':1}", ERR_SYNTAX, 1, 2 },
    { "bad: a comment", "{}/**/", ERR_SYNTAX, 1, 3 },
    { "bad: capital word", "True", ERR_SYNTAX, 1, 1 },
    { "bad: a longer word", "truest", ERR_SYNTAX, 1, 5 },
    { "bad: NaN", "NaN", ERR_SYNTAX, 1, 1 },
    { "bad: plus", "+1", ERR_SYNTAX, 1, 1 },
    { "bad: a zero in front", "01", ERR_SYNTAX, 1, 2 },
    { "bad: two zeros", "00", ERR_SYNTAX, 1, 2 },
    { "bad: minus alone", "-", ERR_SYNTAX, 1, 2 },
    { "bad: minus zero", "-0", ERR_SYNTAX, 1, 2 },
    { "bad: a fraction", "1.5", ERR_RANGE, 1, 2 },
    { "bad: an exponent", "1e3", ERR_RANGE, 1, 2 },
    { "bad: one over 2^53", "9007199254740993", ERR_RANGE, 1, 16 },
    { "bad: one under -2^53", "-9007199254740993", ERR_RANGE, 1, 17 },
    { "bad: a number of 40 digits", "[1111111111111111111111111111111111111111]", ERR_RANGE, 1, 18 },
    { "bad: the same key twice", "{\"a\":1,\"b\":2,\"a\":3}", ERR_SYNTAX, 1, 17 },
    { "bad: the same key twice, deeper", "{\"a\":{\"x\":1,\"x\":2}}", ERR_SYNTAX, 1, 16 },
    { "bad: an escape in a key", "{\"\\u0061\":1}", ERR_SYNTAX, 1, 3 },
    { "bad: a zero in text", "\"a\\u0000b\"", ERR_SYNTAX, 1, 9 },
    { "bad: a line end in text", "\"a\nb\"", ERR_SYNTAX, 1, 3 },
    { "bad: a tab in text", "[\n\"a\tb\"]", ERR_SYNTAX, 2, 3 },
    { "bad: an escape that does not exist", "\"\\x41\"", ERR_SYNTAX, 1, 3 },
    { "bad: three hex digits", "\"\\u12g4\"", ERR_SYNTAX, 1, 6 },
    { "bad: first half of a character", "\"\\ud83dx\"", ERR_SYNTAX, 1, 8 },
    { "bad: first half twice", "\"\\ud83d\\ud83d\"", ERR_SYNTAX, 1, 14 },
    { "bad: first half and another escape", "\"\\ud83d\\n\"", ERR_SYNTAX, 1, 9 },
    { "bad: second half alone", "\"\\ude42\"", ERR_SYNTAX, 1, 8 },
    { "bad: text without an end", "[\"abc", ERR_SYNTAX, 1, 6 },
    { "bad: byte order mark", "\xef\xbb\xbf{}", ERR_SYNTAX, 1, 1 },
    { "bad: not UTF-8", "\"caf\xe9\"", ERR_SYNTAX, 0, 0 },
    { "bad: columns are characters", "[\"\xe2\x82\xac\xe2\x82\xac\" x]", ERR_SYNTAX, 1, 7 },
};

static void test_bad(void **state)
{
    const struct bad_row *row = *state;
    struct trouble t = { .lang = LANG_NL };
    cJSON *json = NULL;

    assert_err(parse(row->text, strlen(row->text), &json, &t), row->expected);
    assert_null(json);
    assert_err(t.err, row->expected);
    assert_int_equal(t.line, row->line);
    assert_int_equal(t.column, row->column);
    assert_err(parse(row->text, strlen(row->text), &json, NULL), row->expected);
}

static void test_zero_byte(void **state)
{
    cJSON *json = NULL;

    (void)state;
    assert_err(parse("\"a\0b\"", 5, &json, NULL), ERR_SYNTAX);
    assert_err(parse("{}\0", 3, &json, NULL), ERR_SYNTAX);
    assert_null(json);
}

static void test_every_prefix(void **state)
{
    static const char text[] = "{\"a\":[1,-22,true,false,null,\"x\\n\\u20ac\\ud83d\\ude42\"],\"b\":{\"c\":{}}}";
    cJSON *json = NULL;

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++) {
        assert_err(parse(text, len, &json, NULL), ERR_SYNTAX);
        assert_null(json);
    }
    assert_err(parse(text, sizeof text - 1, &json, NULL), OK);
    cJSON_Delete(json);
}

static void test_depth(void **state)
{
    cJSON *json = NULL;

    (void)state;
    assert_err(parse("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", 32, &json, NULL), OK);
    cJSON_Delete(json);
    json = NULL;
    assert_err(parse("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", 34, &json, NULL), ERR_LONG);
    assert_null(json);
}

/* An object of this many keys, or an array of this many numbers. */
static char *repeat(size_t count, const char *format, char open, char close)
{
    size_t cap = count * 16 + 3, len = 1;
    char *text = malloc(cap);

    assert_non_null(text);
    text[0] = open;
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            text[len++] = ',';
        len += (size_t)snprintf(text + len, cap - len, open == '{' ? "\"k%zu\":%s" : "%zu%s", i, format);
    }
    text[len++] = close;
    text[len] = '\0';
    return text;
}

static void check_repeated(size_t count, bool object, enum err expected)
{
    char *text = repeat(count, object ? "1" : "", object ? '{' : '[', object ? '}' : ']');
    cJSON *json = NULL;

    assert_err(parse(text, strlen(text), &json, NULL), expected);
    cJSON_Delete(json);
    free(text);
}

static void test_counts(void **state)
{
    (void)state;
    check_repeated(64, true, OK);
    check_repeated(65, true, ERR_LONG);
    check_repeated(4095, false, OK);  /* and the array itself */
    check_repeated(4096, false, ERR_LONG);
}

static void test_getters(void **state)
{
    static const char text[] =
        "{\"t\":\"x\",\"n\":42,\"big\":9007199254740992,\"neg\":-1,\"yes\":true,\"no\":false,\"list\":[1],\"nil\":null}";
    cJSON *json = NULL;
    const cJSON *list = NULL;
    const char *t = NULL;
    uint64_t n = 7;
    bool b = false;

    (void)state;
    assert_err(parse(text, sizeof text - 1, &json, NULL), OK);
    assert_err(json_text(json, "t", &t), OK);
    assert_string_equal(t, "x");
    assert_err(json_u64(json, "neg", &n), ERR_SYNTAX);
    assert_err(json_u64(json, "t", &n), ERR_SYNTAX);
    assert_err(json_u64(json, "N", &n), ERR_NOTFOUND);
    assert_int_equal(n, 7);
    assert_err(json_u64(json, "n", &n), OK);
    assert_int_equal(n, 42);
    assert_err(json_u64(json, "big", &n), OK);
    assert_true(n == UINT64_C(1) << 53);
    assert_err(json_bool(json, "yes", &b), OK);
    assert_true(b);
    assert_err(json_bool(json, "no", &b), OK);
    assert_false(b);
    assert_err(json_bool(json, "n", &b), ERR_SYNTAX);
    assert_err(json_bool(json, "none", &b), ERR_NOTFOUND);
    assert_err(json_array(json, "list", &list), OK);
    assert_int_equal(cJSON_GetArraySize(list), 1);
    assert_err(json_array(json, "t", &list), ERR_SYNTAX);
    assert_err(json_array(json, "none", &list), ERR_NOTFOUND);
    assert_err(json_text(json, "nil", &t), ERR_SYNTAX);
    assert_err(json_text(json, "none", &t), ERR_NOTFOUND);
    assert_err(json_text(list, "x", &t), ERR_NOTFOUND);
    cJSON_Delete(json);
}

static void test_print(void **state)
{
    cJSON *json = cJSON_CreateObject(), *list, *inner;
    char *text = NULL;
    uint64_t n = 0;

    (void)state;
    json_add_text(json, "t", "caf\xc3\xa9 \"x\"\n");
    json_add_u64(json, "zero", 0);
    json_add_u64(json, "big", UINT64_C(1) << 53);
    json_add_u64(json, "odd", UINT64_C(9007199254740991));
    /* What a program put together it can read again, without writing and parsing it in between. */
    assert_err(json_u64(json, "odd", &n), OK);
    assert_int_equal(n, UINT64_C(9007199254740991));
    json_add_bool(json, "yes", true);
    list = json_add_array(json, "list");
    json_push_text(list, "a");
    inner = json_push_object(list);
    json_add_bool(inner, "no", false);
    inner = json_add_object(json, "o");
    json_add_text(inner, "x", "");
    json_add_hex(inner, "h", (const uint8_t *)"\x01\xab", 2);
    assert_err(json_print(json, &text), OK);
    assert_string_equal(text, "{\"t\":\"caf\xc3\xa9 \\\"x\\\"\\n\",\"zero\":0,\"big\":9007199254740992,"
        "\"odd\":9007199254740991,\"yes\":true,\"list\":[\"a\",{\"no\":false}],\"o\":{\"x\":\"\",\"h\":\"01ab\"}}");
    cJSON_Delete(json);
    json = NULL;
    assert_err(parse(text, strlen(text), &json, NULL), OK);
    cJSON_Delete(json);
    free(text);
}

static void test_number_too_large_to_print(void **state)
{
    cJSON *json = cJSON_CreateObject();
    char *text = NULL;

    (void)state;
    json_add_u64(json_add_object(json, "o"), "n", (UINT64_C(1) << 53) + 1);
    assert_err(json_print(json, &text), ERR_RANGE);
    assert_null(text);
    cJSON_Delete(json);
}

/* cJSON's allocator, failing at the nth call. */
static size_t calls, fail_at;

static void *failing_malloc(size_t n)
{
    return ++calls == fail_at ? NULL : malloc(n);
}

static enum err build_and_print(char **text)
{
    cJSON *json = cJSON_CreateObject(), *list;
    enum err e;

    json_add_text(json, "t", "x");
    json_add_u64(json, "n", 1);
    json_add_bool(json, "b", true);
    list = json_add_array(json, "list");
    json_push_text(list, "a");
    json_add_text(json_push_object(list), "k", "v");
    json_add_u64(json_add_object(json, "o"), "n", 2);
    e = json_print(json, text);
    cJSON_Delete(json);
    return e;
}

static void test_every_allocation_fails(void **state)
{
    static const char whole[] = "{\"t\":\"x\",\"n\":1,\"b\":true,\"list\":[\"a\",{\"k\":\"v\"}],\"o\":{\"n\":2}}";
    cJSON_Hooks hooks = { failing_malloc, free };
    enum err e = ERR_NOMEM;
    char *text = NULL;
    cJSON *json = NULL;

    (void)state;
    cJSON_InitHooks(&hooks);
    for (fail_at = 1; e != OK; fail_at++) {
        calls = 0;
        e = build_and_print(&text);
        assert_err(e, calls >= fail_at ? ERR_NOMEM : OK);
    }
    assert_true(fail_at > 15);
    assert_string_equal(text, whole);
    free(text);
    e = ERR_NOMEM;
    for (fail_at = 1; e != OK; fail_at++) {
        calls = 0;
        e = parse(whole, sizeof whole - 1, &json, NULL);
        assert_err(e, calls >= fail_at ? ERR_NOMEM : OK);
        assert_int_equal(json != NULL, e == OK);
    }
    assert_true(fail_at > 15);
    cJSON_Delete(json);
    cJSON_InitHooks(NULL);
}

int main(void)
{
    struct check_list list = { 0 };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        check_add(&list, good[i], test_good, good[i]);
    check_add(&list, "white space", test_good, "\t[\r\n1 ,\n2 ]\n");
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++)
        check_add(&list, bad_rows[i].name, test_bad, &bad_rows[i]);
    check_add(&list, "bad: a zero byte", test_zero_byte, NULL);
    check_add(&list, "every strict prefix is refused", test_every_prefix, NULL);
    check_add(&list, "depth 16 and no more", test_depth, NULL);
    check_add(&list, "64 keys and 4096 tokens and no more", test_counts, NULL);
    check_add(&list, "getters", test_getters, NULL);
    check_add(&list, "printing", test_print, NULL);
    check_add(&list, "a number too large to print", test_number_too_large_to_print, NULL);
    check_add(&list, "every allocation fails once", test_every_allocation_fails, NULL);
    return check_run(&list, "base/json");
}
