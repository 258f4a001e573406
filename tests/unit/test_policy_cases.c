/* The worked cases, one test a row, and what the reader of cases says of rows it cannot read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "policy/cases.h"
#include "policy/words.h"
#include "tests/support/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;

/* One row of a case table with its header, as a table of its own. */
struct single {
    char name[64];
    char *text;
};

static void say_mismatch(void *arg, const struct policy_case *row, const struct policy_decision *got)
{
    (void)arg;
    print_message("%s: expected %s %s, got %s %s %s (%s)\n", row->id, policy_words_verdict(row->expected), row->detail,
        policy_words_verdict(got->verdict), policy_words_reason(got->reason),
        got->rule < 0 ? "" : pack->rule[got->rule].id, row->why);
}

static void say_mistake(void *arg, const struct trouble *t)
{
    char line[1024];

    (void)arg;
    trouble_line(t, line, sizeof line);
    print_message("%s\n", line);
}

static void test_row(void **state)
{
    const struct single *s = *state;
    struct policy_cases_run run = { .pack = pack, .name = s->name, .data = (const uint8_t *)s->text,
        .len = strlen(s->text), .mistake = say_mistake, .mismatch = say_mismatch };
    size_t passed = 9, failed = 9;

    assert_int_equal(policy_cases_check(&run, &passed, &failed), OK);
    assert_int_equal(passed, 1);
    assert_int_equal(failed, 0);
}

/* One test per line of a case table (no case of these files goes over a line). */
static size_t tests_of(const char *path, struct CMUnitTest *tests, size_t max)
{
    uint8_t *data = NULL;
    size_t len = 0, n = 0;
    char *header, *line, *rest;

    if (file_read(path, 1 << 20, &data, &len, NULL) != OK)
        abort();
    rest = (char *)data;
    header = strsep(&rest, "\n");
    while ((line = strsep(&rest, "\n")) != NULL && n < max) {
        struct single *s = calloc(1, sizeof *s);

        if (line[0] == '\0' || s == NULL || asprintf(&s->text, "%s\n%s\n", header, line) < 0) {
            free(s);
            continue;
        }
        (void)snprintf(s->name, sizeof s->name, "%.*s", (int)strcspn(line, ","), line);
        tests[n++] = (struct CMUnitTest){ .name = s->name, .test_func = test_row, .initial_state = s };
    }
    free(data);
    return n;
}

int main(void)
{
    struct CMUnitTest tests[600];
    size_t n;
    int failed;

    pack = support_policy_pack(PACK);
    n = tests_of(PACK "/cases.csv", tests, 300);
    n += tests_of(SOURCE_DIR "/tests/data/policy-borders.csv", tests + n, 300);
    failed = _cmocka_run_group_tests("cases", tests, n, NULL, NULL);
    policy_pack_free(pack);
    return failed;
}
