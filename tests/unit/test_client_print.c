/* client/print: a reply for people as a list and a table: names of our own in words, in both languages, and what people wrote as it is. */
#include "tests/support/check.h"

#include "base/file.h"
#include "base/json.h"
#include "client/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void expect(enum lang lang, const char *reply, const char *expected)
{
    char path[] = "/tmp/client-print-XXXXXX";
    struct client_run r = {.lang = lang};
    uint8_t *text = NULL;
    cJSON *obj = NULL;
    size_t len = 0;
    int fd = mkstemp(path), kept = dup(STDOUT_FILENO);

    assert_true(fd >= 0 && kept >= 0);
    assert_err(json_parse((const uint8_t *)reply, strlen(reply), &obj, NULL), OK);
    (void)fflush(stdout);
    assert_true(dup2(fd, STDOUT_FILENO) >= 0);
    client_print_reply(&r, obj);
    (void)fflush(stdout);
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    assert_err(file_read(path, 4096, &text, &len, NULL), OK);
    (void)close(fd);
    (void)close(kept);
    (void)unlink(path);
    assert_string_equal((char *)text, expected);
    free(text);
    cJSON_Delete(obj);
}

#define PEOPLE "{\"staff\":[{\"login\":\"second\",\"name\":\"Tess\",\"role\":\"second\"},{\"login\":\"fg\",\"name\":\"officer\",\"role\":\"fg\"}]}"

static void roles_in_words(void **state)
{
    (void)state;
    expect(LANG_EN, PEOPLE, "staff:\n"
        "  login   name     role\n"
        "  second  Tess     second person\n"
        "  fg      officer  data protection officer\n");
}

static void roles_in_dutch(void **state)
{
    (void)state;
    expect(LANG_NL, "{\"role\":\"admin\",\"name\":\"admin\"}", "rol: beheerder\nnaam: admin\n");
}

static void a_role_without_words(void **state)
{
    (void)state;
    expect(LANG_EN, "{\"role\":\"young\",\"sessions\":2}", "role: young\nopen sessions: 2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_in_words), cmocka_unit_test(roles_in_dutch), cmocka_unit_test(a_role_without_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
