/* base/conf: settings by a table, and a struct that changes only when all of it is right. */
#include "support/check.h"

#include "base/conf.h"

struct settings {
    char listen[16];
    uint64_t port;
    bool console;
};

static const struct conf_key keys[] = {
    { "listen", CONF_TEXT, offsetof(struct settings, listen), sizeof ((struct settings *)0)->listen, 0, 0 },
    { "port", CONF_U64, offsetof(struct settings, port), sizeof(uint64_t), 1, 65535 },
    { "console", CONF_BOOL, offsetof(struct settings, console), sizeof(bool), 0, 0 },
};

static const struct settings defaults = { .listen = "127.0.0.1", .port = 7610, .console = false };

static enum err parse(const char *text, struct settings *s, struct trouble *t)
{
    uint8_t *data = check_exact(text, strlen(text));
    enum err e = conf_parse("schakel.conf", data, strlen(text), keys, sizeof keys / sizeof *keys, s, sizeof *s, t);

    free(data);
    return e;
}

struct good_row {
    const char *name, *text;
    struct settings expected;
};

static const struct good_row good_rows[] = {
    { "good: nothing keeps the defaults", "", { "127.0.0.1", 7610, false } },
    { "good: all three", "listen = ::1\nport = 1\nconsole = yes\n", { "::1", 1, true } },
    { "good: comments, blank lines, no spaces", "# a\n\n  # b\nport=65535\n", { "127.0.0.1", 65535, false } },
    { "good: CRLF and no line end at the end", "listen = a b \r\nconsole = no", { "a b", 7610, false } },
    { "good: an equals sign in a value", "listen = a=b#c\n", { "a=b#c", 7610, false } },
    { "good: an empty text", "listen =\n", { "", 7610, false } },
    { "good: a text that just fits", "listen = 123456789012345\n", { "123456789012345", 7610, false } },
};

static void test_good(void **state)
{
    const struct good_row *row = *state;
    struct settings s = defaults;

    assert_err(parse(row->text, &s, NULL), OK);
    assert_string_equal(s.listen, row->expected.listen);
    assert_int_equal(s.port, row->expected.port);
    assert_int_equal(s.console, row->expected.console);
}

struct bad_row {
    const char *name, *text, *expected;
};

static const struct bad_row bad_rows[] = {
    { "bad: unknown setting", "port = 1\nprot = 2\n", "schakel.conf:2: there is no setting of this name" },
    { "bad: capitals", "Port = 1\n", "schakel.conf:1: there is no setting of this name" },
    { "bad: twice", "port = 1\n\nport = 1\n", "schakel.conf:3: port: this setting is there twice" },
    { "bad: no equals sign", "port 1\n", "schakel.conf:1: a line is written: key = value" },
    { "bad: no name", "= 1\n", "schakel.conf:1: there is no setting of this name" },
    { "bad: below the least", "port = 0\n", "schakel.conf:1: port: a whole number from 1 to 65535 is needed" },
    { "bad: above the most", "port = 65536\n", "schakel.conf:1: port: a whole number from 1 to 65535 is needed" },
    { "bad: no number", "port = http\n", "schakel.conf:1: port: a whole number from 1 to 65535 is needed" },
    { "bad: no value", "port =\n", "schakel.conf:1: port: a whole number from 1 to 65535 is needed" },
    { "bad: neither yes nor no", "console = true\n", "schakel.conf:1: console: yes or no is needed" },
    { "bad: text too long", "listen = 1234567890123456\n", "schakel.conf:1: listen: this value is too long" },
    { "bad: control character", "listen = a\x01\n", "schakel.conf:1: listen: this value has a control character" },
    { "bad: three mistakes", "x = 1\ny = 2\nport = 0\n",
        "schakel.conf:1: there is no setting of this name (and 2 more)" },
    { "bad: not UTF-8", "listen = caf\xe9\n", "schakel.conf: this file is not UTF-8 text" },
};

static void test_bad(void **state)
{
    const struct bad_row *row = *state;
    struct settings s = defaults;
    struct trouble t = { .lang = LANG_EN };
    char line[800];

    assert_err(parse(row->text, &s, &t), ERR_CONFIG);
    trouble_line(&t, line, sizeof line);
    assert_string_equal(line, row->expected);
    assert_string_equal(s.listen, defaults.listen);
    assert_int_equal(s.port, defaults.port);
    assert_err(parse(row->text, &s, NULL), ERR_CONFIG);
}

/* A good line before a bad one changes nothing either. */
static void test_all_or_nothing(void **state)
{
    struct settings s = defaults;

    (void)state;
    assert_err(parse("port = 99\nconsole = maybe\n", &s, NULL), ERR_CONFIG);
    assert_int_equal(s.port, 7610);
}

static void test_long_line(void **state)
{
    char text[5000];
    struct settings s = defaults;
    struct trouble t = { .lang = LANG_NL };

    (void)state;
    memset(text, 'x', sizeof text);
    text[0] = '\n';
    text[sizeof text - 1] = '\0';
    assert_err(parse(text, &s, &t), ERR_CONFIG);
    assert_string_equal(t.text, "deze regel is te lang");
    assert_int_equal(t.line, 2);
}

int main(void)
{
    struct check_list list = { 0 };

    for (size_t i = 0; i < sizeof good_rows / sizeof *good_rows; i++)
        check_add(&list, good_rows[i].name, test_good, &good_rows[i]);
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++)
        check_add(&list, bad_rows[i].name, test_bad, &bad_rows[i]);
    check_add(&list, "all or nothing", test_all_or_nothing, NULL);
    check_add(&list, "a long line", test_long_line, NULL);
    return check_run(&list, "base/conf");
}
