/* Where in the law each rule stands: every rule has its row, and every mistake its place. */
#include "tests/support/check.h"

#include "base/file.h"
#include "policy/files.h"
#include "policy/sources.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static uint8_t *text;
static size_t text_len;

static void tell(void *arg, const struct trouble *t)
{
    char *told = arg, line[1024];

    trouble_line(t, line, sizeof line);
    (void)snprintf(told + strlen(told), 4096 - strlen(told), "%s\n", line);
}

static void test_sources(void **state)
{
    size_t checked[POLICY_SURE_ALL] = { 0 };
    struct policy_sources *s = NULL;
    char told[4096] = "";
    int rule = policy_pack_rule(pack, "R62");

    (void)state;
    assert_err(policy_files_sources(PACK, pack, LANG_EN, tell, told, &s), OK);
    assert_string_equal(told, "");
    for (size_t i = 0; i < pack->rules; i++) {
        assert_true(strlen(policy_sources_text(s, LANG_NL, i)) > 5);
        assert_true(strlen(policy_sources_text(s, LANG_EN, i)) > 5);
        checked[policy_sources_sure(s, i)]++;
    }
    assert_string_equal(policy_sources_text(s, LANG_EN, (size_t)rule), "UAVG art. 46: the citizen number only where a law says so");
    assert_string_equal(policy_sources_text(s, LANG_NL, (size_t)rule),
        "UAVG art. 46: het burgerservicenummer alleen waar een wet dat zegt");
    assert_int_equal(policy_sources_sure(s, (size_t)rule), POLICY_SURE_YES);
    for (size_t i = 0; i < POLICY_SURE_ALL; i++)
        assert_true(checked[i] > 5);
    policy_sources_free(s);
    policy_sources_free(NULL);
}

static const struct mistake {
    const char *name, *from, *to;
    enum err err;
    const char *told;
} mistakes[] = {
    { "a column is missing", "rule,checked,", "rule,sure,", ERR_SYNTAX,
        "sources.csv:1:1: column \"checked\" is missing\nsources.csv:1:6: column \"sure\" is not one of this table\n" },
    { "no such rule", "R10,no,", "R999,no,", ERR_NOTFOUND,
        "sources.csv:11:1: rule \"R999\": expected a rule of rules.csv\nsources.csv: there is no row for rule R10\n" },
    { "a rule twice", "R10,no,", "R09,no,", ERR_EXISTS,
        "sources.csv:11:1: rule \"R09\": expected a rule that has no row yet\nsources.csv: there is no row for rule R10\n" },
    { "no source", "R80,no,AVG 6 lid 1 a,", "R80,no,,", ERR_SHORT,
        "sources.csv:80:8: nl \"\": expected where in the law it stands\n" },
    { "no source in English", "R80,no,AVG 6 lid 1 a,GDPR 6(1)(a)", "R80,no,AVG 6 lid 1 a,", ERR_SHORT,
        "sources.csv:80:22: en \"\": expected where in the law it stands\n" },
    { "how sure", "R80,no,", "R80,maybe,", ERR_RANGE, "sources.csv:80:5: checked \"maybe\": expected one of: no, part, yes\n" },
    { "one row less", "R80,no,AVG 6 lid 1 a,GDPR 6(1)(a)\n", "", ERR_NOTFOUND, "sources.csv: there is no row for rule R80\n" },
};

static void test_mistake(void **state)
{
    const struct mistake *m = *state;
    const char *at = strstr((const char *)text, m->from);
    struct policy_sources *s = NULL;
    char told[4096] = "", *copy;

    assert_non_null(at);
    assert_true(asprintf(&copy, "%.*s%s%s", (int)(at - (const char *)text), (const char *)text, m->to,
                    at + strlen(m->from)) > 0);
    assert_err(policy_sources_load(pack, (const uint8_t *)copy, strlen(copy), LANG_EN, tell, told, &s), m->err);
    assert_string_equal(told, m->told);
    assert_err(policy_sources_load(pack, (const uint8_t *)copy, strlen(copy), LANG_NL, NULL, NULL, &s), m->err);
    assert_null(s);
    free(copy);
}

static void test_files(void **state)
{
    struct policy_sources *s = NULL;
    char told[4096] = "", name[5000];

    (void)state;
    assert_err(policy_files_sources(SOURCE_DIR "/policy", pack, LANG_EN, tell, told, &s), ERR_NOTFOUND);
    assert_string_not_equal(told, "");
    assert_err(policy_files_sources(SOURCE_DIR "/policy", pack, LANG_EN, NULL, NULL, &s), ERR_NOTFOUND);
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_err(policy_files_sources(name, pack, LANG_EN, NULL, NULL, &s), ERR_LONG);
    assert_null(s);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    if (file_read(PACK "/sources.csv", 1 << 20, &text, &text_len, NULL) != OK)
        return 1;
    check_add(&list, "every rule of the Dutch pack has a source", test_sources, NULL);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        check_add(&list, mistakes[i].name, test_mistake, &mistakes[i]);
    check_add(&list, "a folder without the table", test_files, NULL);
    failed = check_run(&list, "policy/sources");
    policy_pack_free(pack);
    free(text);
    return failed;
}
