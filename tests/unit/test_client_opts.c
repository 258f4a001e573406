/* client/cmd: options from a row to JSON, and what is said when they are wrong. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/file.h"
#include "client/cmd.h"

#include <sodium.h>
#include <stdio.h>

static const struct client_opt opts[] = {
    {"to", CLIENT_OPT_TEXT, true, {"the partner", "de partner"}, "PARTNER", NULL},
    {"valid-until", CLIENT_OPT_TEXT, false, {"", ""}, "DATE", NULL},
    {"count", CLIENT_OPT_NUMBER, false, {"", ""}, NULL, NULL},
    {"urgent", CLIENT_OPT_FLAG, false, {"", ""}, NULL, NULL},
    {"tag", CLIENT_OPT_MANY, false, {"", ""}, NULL, NULL},
    {"content", CLIENT_OPT_FILE, false, {"", ""}, "FILE", NULL},
    {"first", CLIENT_OPT_ARG, false, {"", ""}, "FIRST", NULL},
    {"rest", CLIENT_OPT_ARGS, false, {"", ""}, "REST", NULL},
    {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL},
};
static const struct client_cmd cmd = {"try it", {"", ""}, opts, "try.it", NULL, NULL};

struct outcome { enum err err; char json[512], where[192]; enum lang lang; bool as_json, help; int fd; };

/* Words separated by spaces. */
static struct outcome parse(const char *line)
{
    struct outcome o = {.err = OK};
    struct trouble t = {.lang = LANG_EN};
    struct client_run r = {.cmd = &cmd, .passphrase_fd = -1, .t = &t, .args = cJSON_CreateObject()};
    char *copy = strdup(line), *argv[24] = {NULL}, *save = NULL, *text = NULL, name[] = "it";
    int argc = 1;

    assert_non_null(copy);
    argv[0] = name;
    for (char *p = strtok_r(copy, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save))
        argv[argc++] = p;
    o.err = client_opts_parse(&r, argc, argv, &o.help);
    if (o.err == OK)
        o.err = client_opts_check(&r, r.args, &t);
    assert_err(json_print(r.args, &text), OK);
    (void)snprintf(o.json, sizeof o.json, "%s", text);
    (void)snprintf(o.where, sizeof o.where, "%s", t.where);
    o.lang = r.lang;
    o.as_json = r.json;
    o.fd = r.passphrase_fd;
    free(text);
    free(copy);
    cJSON_Delete(r.args);
    return o;
}

static const struct good { const char *name, *line, *json; } goods[] = {
    {"one option", "--to la", "{\"to\":\"la\"}"},
    {"with an equals sign", "--to=la", "{\"to\":\"la\"}"},
    {"a value that begins with dashes", "--to=--count", "{\"to\":\"--count\"}"},
    {"a dash becomes an underscore", "--to la --valid-until 2026-01-01", "{\"to\":\"la\",\"valid_until\":\"2026-01-01\"}"},
    {"a number", "--to la --count 12", "{\"to\":\"la\",\"count\":12}"},
    {"a flag", "--to la --urgent", "{\"to\":\"la\",\"urgent\":true}"},
    {"many of one", "--to la --tag a --tag b", "{\"to\":\"la\",\"tag\":[\"a\",\"b\"]}"},
    {"bare arguments", "one --to la two three", "{\"to\":\"la\",\"first\":\"one\",\"rest\":[\"two\",\"three\"]}"},
    {"a bare argument after two dashes", "--to la -- --odd", "{\"to\":\"la\",\"first\":\"--odd\"}"},
    {"a short form that is unique", "--to la --val 2026-01-01", "{\"to\":\"la\",\"valid_until\":\"2026-01-01\"}"},
};

static void test_good(void **state)
{
    const struct good *g = *state;
    struct outcome o = parse(g->line);

    assert_err(o.err, OK);
    assert_string_equal(o.json, g->json);
}

static const struct bad { const char *name, *line, *where; } bads[] = {
    {"a needed option is missing", "--urgent", "--to"},
    {"an unknown option", "--to la --nosuch", "--nosuch"},
    {"an unknown option with a value", "--to la --nosuch=3", "--nosuch=3"},
    {"an unknown letter", "--to la -x", "-x"},
    {"no value at the end", "--urgent --to", "--to"},
    {"twice", "--to la --to team", "--to"},
    {"a number that is none", "--to la --count many", "--count"},
    {"a negative number", "--to la --count -1", "--count"},
    {"another language", "--to la --lang fr", "--lang"},
    {"a descriptor that is no number", "--to la --passphrase-fd x", "--passphrase-fd"},
    {"a flag with a value", "--to la --urgent=yes", "--urgent=yes"},
    {"a flag with a value before others", "--urgent=yes --to la", "--urgent=yes"},
    {"an option in the place of a value", "--to --home /tmp/none", "--to"},
    {"a common option's value is another option", "--to la --as --json", "--as"},
};

static void test_bad(void **state)
{
    const struct bad *b = *state;
    struct outcome o = parse(b->line);

    assert_int_not_equal(o.err, OK);
    assert_string_equal(o.where, b->where);
}

static void common_options_are_not_arguments(void **state)
{
    struct outcome o = parse("--to la --json --lang nl --passphrase-fd 7 --as anna --home /tmp/none");

    (void)state;
    assert_err(o.err, OK);
    assert_string_equal(o.json, "{\"to\":\"la\"}");
    assert_true(o.as_json);
    assert_int_equal(o.lang, LANG_NL);
    assert_int_equal(o.fd, 7);
}

static void help_is_asked_for(void **state)
{
    (void)state;
    assert_true(parse("--help").help);
    assert_false(parse("--to la").help);
}

static void a_file_goes_along_as_text(void **state)
{
    struct home_folder *f = NULL;
    void *folder = NULL;
    char line[300];
    struct outcome o;

    (void)state;
    assert_int_equal(home_folder_setup(&folder), 0);
    f = folder;
    assert_err(file_write(home_folder_path(f, "text"), "two\nlines", 9, 0600, NULL), OK);
    assert_err(file_write(home_folder_path(f, "binary"), "\xff\xfe", 2, 0600, NULL), OK);
    (void)snprintf(line, sizeof line, "--to la --content %s", home_folder_path(f, "text"));
    o = parse(line);
    assert_err(o.err, OK);
    assert_string_equal(o.json, "{\"to\":\"la\",\"content\":\"two\\nlines\"}");
    (void)snprintf(line, sizeof line, "--to la --content %s", home_folder_path(f, "binary"));
    assert_err(parse(line).err, ERR_SYNTAX);
    (void)snprintf(line, sizeof line, "--to la --content %s", home_folder_path(f, "missing"));
    assert_err(parse(line).err, ERR_NOTFOUND);
    assert_int_equal(home_folder_teardown(&folder), 0);
}

/* Every row of both tables: names that JSON and CSV can have, texts in both languages, and something to do. */
static void rows_are_whole(void **state)
{
    const struct client_cmd *const tables[] = {client_base_cmds, client_casework_cmds};

    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (const struct client_cmd *c = tables[t]; c->name != NULL; c++) {
            assert_true(c->help.en[0] != '\0' && c->help.nl[0] != '\0');
            assert_true(c->call != NULL || c->local != NULL);
            for (const struct client_opt *o = c->opts; o != NULL && o->name != NULL; o++) {
                assert_true(o->name[0] != '\0' && strspn(o->name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(o->name));
                assert_non_null(o->help.nl);
                if (o->type == CLIENT_OPT_SECRET || o->type == CLIENT_OPT_NEW_SECRET)
                    assert_true(o->value != NULL && o->value_nl != NULL);
            }
        }
}

static void an_error_as_json(void **state)
{
    struct trouble t = {.lang = LANG_EN};
    cJSON *obj;
    char *text = NULL;

    (void)state;
    (void)trouble_at(&t, ERR_RANGE, "a.csv", 3, 4, "must be \"so\"", "moet zo");
    obj = client_print_error(&t);
    assert_err(json_print(obj, &text), OK);
    assert_string_equal(text,
        "{\"ok\":false,\"error\":{\"class\":\"range\",\"text\":\"must be \\\"so\\\"\",\"where\":\"a.csv\",\"line\":3,\"column\":4}}");
    free(text);
    cJSON_Delete(obj);
}

/* Every command stands in the list, once, in lines that a terminal has. */
static void the_list_of_commands(void **state)
{
    static const struct client_cmd *const tables[] = {client_base_cmds, client_casework_cmds};

    (void)state;
    for (int lang = 0; lang < 2; lang++) {
        char *text = NULL, row[64];
        size_t len = 0;
        FILE *out = open_memstream(&text, &len);

        assert_non_null(out);
        client_usage_print(out, lang == 0 ? LANG_EN : LANG_NL, NULL);
        assert_int_equal(fclose(out), 0);
        for (size_t i = 0; i < 2; i++)
            for (const struct client_cmd *c = tables[i]; c->name != NULL; c++) {
                const char *at;

                (void)snprintf(row, sizeof row, "\n  %-20s", c->name);
                at = strstr(text, row);
                if (at == NULL || strstr(at + 1, row) != NULL)
                    fail_msg("not once: %s", c->name);
            }
        /* A group of its own for what somebody forgot to put into one. */
        assert_null(strstr(text, lang == 0 ? "\nOther\n" : "\nOverig\n"));
        for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
            assert_true(strcspn(line, "\n") <= 110);   /* bytes; at most 100 columns */
        free(text);
    }
}

static void one_word_of_them(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_non_null(out);
    client_usage_print(out, LANG_EN, "consent");
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "\n  consent record "));
    assert_null(strstr(text, "inbox"));
    free(text);
}

static const struct client_cmd *row_of(const char *name)
{
    for (const struct client_cmd *c = client_base_cmds; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    for (const struct client_cmd *c = client_casework_cmds; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

/* --from is offered where a row can say something: not where there is nothing to say, nor where it all happens here. */
static void rows_of_a_file_need_options(void **state)
{
    (void)state;
    assert_true(client_opts_takes_rows(row_of("event add")));
    assert_false(client_opts_takes_rows(row_of("status")));
    assert_false(client_opts_takes_rows(row_of("partner list")));
    assert_false(client_opts_takes_rows(row_of("verify")));
    assert_true(client_opts_is_cell(&opts[0]));
    assert_false(client_opts_is_cell(&opts[5]));
}

int main(void)
{
    struct check_list list = {.count = 0};

    if (sodium_init() < 0)
        return 1;
    for (size_t i = 0; i < sizeof goods / sizeof *goods; i++)
        check_add(&list, goods[i].name, test_good, &goods[i]);
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
        check_add(&list, bads[i].name, test_bad, &bads[i]);
    check_add(&list, "common options are not arguments", common_options_are_not_arguments, NULL);
    check_add(&list, "help is asked for", help_is_asked_for, NULL);
    check_add(&list, "the list of commands", the_list_of_commands, NULL);
    check_add(&list, "one word of them", one_word_of_them, NULL);
    check_add(&list, "a file goes along as text", a_file_goes_along_as_text, NULL);
    check_add(&list, "rows are whole", rows_are_whole, NULL);
    check_add(&list, "rows of a file need options", rows_of_a_file_need_options, NULL);
    check_add(&list, "an error as JSON", an_error_as_json, NULL);
    return check_run(&list, "client/opts");
}
