/* hub/outside: the setting that names public witnesses. */
#include "tests/support/check.h"
#include "tests/support/witness_sample.h"

#include "hub/outside.h"

#include <sodium.h>
#include <stdio.h>

static const struct { const char *name, *text; enum err err; size_t count; } rows[] = {
    { "nothing", "", OK, 0 },
    { "one", "witness.example https://witness.example/prefix", OK, 1 },
    { "two, with spaces", " a http://127.0.0.1:1 ,  b https://b.example/ ", OK, 2 },
    { "an empty place between two", "a http://a, ,b http://b", OK, 2 },
    { "no address", "witness.example", ERR_CONFIG, 0 },
    { "another protocol", "a file:///etc/passwd", ERR_CONFIG, 0 },
    { "a protocol alone", "a https://", ERR_CONFIG, 0 },
    { "three words", "a https://a b", ERR_CONFIG, 0 },
    { "nine", "a http://a,a http://a,a http://a,a http://a,a http://a,a http://a,a http://a,a http://a,a http://a", ERR_CONFIG, 0 },
};

static void the_setting_is_read(void **state)
{
    struct hub_outside_list *list = malloc(sizeof *list);

    (void)state;
    assert_non_null(list);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct trouble t = { .lang = LANG_EN };
        enum err e;

        list->count = 77;
        e = hub_outside_parse(rows[i].text, list, &t);
        if (e != rows[i].err || list->count != (e == OK ? rows[i].count : 77) || (e != OK && t.text[0] == '\0'))
            fail_msg("%s: %s, %zu", rows[i].name, err_word(e), list->count);
    }
    free(list);
}

/* Its lines would count nowhere, and nobody would know why. */
static void who_is_no_outsider_of_the_region_is_refused(void **state)
{
    struct hub_outside_list *list = malloc(sizeof *list);
    struct proto_region *r = calloc(1, sizeof *r);
    struct witness_sample s;

    (void)state;
    assert_true(list != NULL && r != NULL);
    witness_sample_into(&s, r, 1, 1);
    assert_err(hub_outside_parse("outsider1.example http://127.0.0.1:1", list, NULL), OK);
    assert_err(hub_outside_check(list, r, NULL), OK);
    assert_err(hub_outside_parse("partner0.example http://127.0.0.1:1", list, NULL), OK);
    assert_err(hub_outside_check(list, r, NULL), ERR_CONFIG);
    assert_err(hub_outside_parse("nobody.example http://127.0.0.1:1", list, NULL), OK);
    assert_err(hub_outside_check(list, r, NULL), ERR_CONFIG);
    free(list);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_setting_is_read),
        cmocka_unit_test(who_is_no_outsider_of_the_region_is_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("hub/outside", tests, NULL, NULL);
}
