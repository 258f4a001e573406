#include "base/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const char *const valued[] = {"--home", "--as", NULL};

static void check(const char *before, const char *after)
{
    char text[200], got[200] = "";
    char *argv[20], *save = NULL;
    int argc = 0;

    (void)snprintf(text, sizeof text, "%s", before);
    for (char *p = strtok_r(text, " ", &save); p != NULL; p = strtok_r(NULL, " ", &save))
        argv[argc++] = p;
    args_command_first(argc, argv, valued);
    for (int i = 0; i < argc; i++) {
        if (i > 0)
            (void)strncat(got, " ", sizeof got - strlen(got) - 1);
        (void)strncat(got, argv[i], sizeof got - strlen(got) - 1);
    }
    assert_string_equal(got, after);
}

static void nothing_to_move(void **state) { (void)state; check("p case open --json", "p case open --json"); }
static void value_moves_along(void **state) { (void)state; check("p --home D case open", "p case open --home D"); }
static void several_keep_their_order(void **state) { (void)state; check("p --home D --json --as me run -x", "p run -x --home D --json --as me"); }
static void joined_value(void **state) { (void)state; check("p --home=D run", "p run --home=D"); }
static void options_only(void **state) { (void)state; check("p --help", "p --help"); }
static void value_missing(void **state) { (void)state; check("p --home", "p --home"); }
static void no_words(void **state) { (void)state; check("p", "p"); }
static void value_looks_like_a_command(void **state) { (void)state; check("p --as run run", "p run --as run"); }

static void a_word_anywhere_is_found(void **state)
{
    char program[] = "--help", home[] = "--home", folder[] = "D", help[] = "--help";
    char *with[] = { program, home, folder, help }, *without[] = { program, home, folder };

    (void)state;
    assert_true(args_has(4, with, "--help"));
    assert_false(args_has(3, without, "--help"));
    assert_false(args_has(4, with, "--hel"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_move), cmocka_unit_test(value_moves_along), cmocka_unit_test(several_keep_their_order),
        cmocka_unit_test(joined_value), cmocka_unit_test(options_only), cmocka_unit_test(value_missing), cmocka_unit_test(no_words),
        cmocka_unit_test(value_looks_like_a_command), cmocka_unit_test(a_word_anywhere_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
