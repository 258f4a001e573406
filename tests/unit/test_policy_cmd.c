/* "policy test": what it prints and counts, in both forms. */
#include "tests/support/check.h"

#include "base/file.h"
#include "base/text.h"
#include "client/cmd_policy.h"
#include "policy/files.h"
#include "tests/support/policy.h"

#include <stdlib.h>
#include <unistd.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"
#define HEADER \
    "id,requester,purpose,holder,section,age,custody,events,consent,flags,expected,rule_or_reason,why\n"

static char folder[] = "/tmp/schakel-policy-XXXXXX";

/* One run; *text is what was written (the caller frees it). */
static enum err run(
    const char *pack, const char *cases, enum lang lang, bool json, char **text, size_t *failed)
{
    struct client_cmd_policy test = { .pack_dir = pack, .cases_path = cases, .lang = lang, .json = json };
    size_t len = 0;
    enum err e;

    test.out = open_memstream(text, &len);
    assert_non_null(test.out);
    e = client_cmd_policy_test(&test, failed);
    assert_int_equal(fclose(test.out), 0);
    return e;
}

static const char *in_folder(const char *name)
{
    static char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *put(const char *name, const char *text)
{
    assert_err(file_write(in_folder(name), text, strlen(text), 0600, NULL), OK);
    return in_folder(name);
}

static void test_worked_cases(void **state)
{
    size_t failed = 7;
    char *text = NULL;

    (void)state;
    assert_err(run(PACK, NULL, LANG_EN, false, &text, &failed), OK);
    assert_int_equal(failed, 0);
    assert_string_equal(
        text, "This pack is a draft: no pack.json names these tables.\n64 passed, 0 failed\n");
    free(text);
}

static void test_borders(void **state)
{
    size_t failed = 7;
    char *text = NULL;

    (void)state;
    assert_err(run(PACK, SOURCE_DIR "/tests/data/policy-borders.csv", LANG_NL, false, &text, &failed), OK);
    assert_string_equal(
        text, "Dit pakket is een concept: geen pack.json noemt deze tabellen.\n98 geslaagd, 0 mislukt\n");
    free(text);
}

static const char wrong[] = HEADER
    "W1,leerplicht,att_enforce,vo,att,14,g1 g2,VZM,,,NEED_EVENT,,x\n"
    "W2,leerplicht,att_enforce,vo,att,14,g1 g2,VZM,,,PERMIT,R02,x\n"
    "W3,leerplicht,att_enforce,vo,att,14,g1 g2,VZM,,nomember,PERMIT,R01,x\n"
    "W4,vo,transfer_warm,po,need,15,g1 g2,ENROL_NEW AGENDA_SHOWN,y g1,,PERMIT,R25,x\n"
    "W5,leerplicht,att_enforce,vo,att,14,g1 g2,VZM,,,PERMIT,R01,right\n"
    "W6,leerplicht,att_enforce,vo,atx,14,g1 g2,VZM,,,PERMIT,R01,no such section\n";

static void test_mismatches(void **state)
{
    size_t failed = 7;
    char *text = NULL, expected[4096];
    const char *cases = put("wrong.csv", wrong);

    (void)state;
    assert_err(run(PACK, cases, LANG_EN, false, &text, &failed), OK);
    assert_int_equal(failed, 5);
    (void)snprintf(expected, sizeof expected,
        "%s:2: W1: expected NEED_EVENT, got PERMIT R01\n    This is allowed.\n", cases);
    assert_ptr_equal(strstr(text, expected), text);
    (void)snprintf(expected, sizeof expected, "%s:3: W2: expected PERMIT R02, got PERMIT R01\n", cases);
    assert_non_null(strstr(text, expected));
    (void)snprintf(expected, sizeof expected, "%s:4: W3: expected PERMIT R01, got DENY NOT_IN_CASE\n", cases);
    assert_non_null(strstr(text, expected));
    (void)snprintf(expected, sizeof expected, "%s:5: W4: expected PERMIT R25, got NEED_CONSENT R25\n", cases);
    assert_non_null(strstr(text, expected));
    assert_non_null(strstr(text, "the other parent with custody"));
    (void)snprintf(
        expected, sizeof expected, "%s:7:30: section \"atx\": expected a section of sections.csv\n", cases);
    assert_non_null(strstr(text, expected));
    assert_non_null(strstr(text, "\n1 passed, 5 failed\n"));
    free(text);
}

static uint64_t number(const cJSON *obj, const char *key)
{
    uint64_t n = 999;

    assert_err(json_u64(obj, key, &n), OK);
    return n;
}

static const char *word(const cJSON *obj, const char *key)
{
    const char *text = NULL;

    assert_err(json_text(obj, key, &text), OK);
    return text;
}

static void test_json(void **state)
{
    const cJSON *mismatches = NULL, *mistakes = NULL, *first;
    size_t failed = 7;
    cJSON *whole = NULL;
    char *text = NULL;
    bool flag = true;

    (void)state;
    assert_err(run(PACK, put("wrong.csv", wrong), LANG_EN, true, &text, &failed), OK);
    assert_int_equal(failed, 5);
    assert_err(json_parse((const uint8_t *)text, strlen(text) - 1, &whole, NULL), OK);
    assert_err(json_bool(whole, "ok", &flag), OK);
    assert_false(flag);
    assert_int_equal(number(whole, "passed"), 1);
    assert_int_equal(number(whole, "failed"), 5);
    assert_err(json_array(whole, "mismatches", &mismatches), OK);
    assert_int_equal(cJSON_GetArraySize(mismatches), 4);
    first = cJSON_GetArrayItem(mismatches, 3);
    assert_string_equal(word(first, "id"), "W4");
    assert_int_equal(number(first, "line"), 5);
    assert_string_equal(word(first, "expected"), "PERMIT");
    assert_string_equal(word(first, "expected_detail"), "R25");
    assert_string_equal(word(first, "got"), "NEED_CONSENT");
    assert_string_equal(word(first, "rule"), "R25");
    assert_string_equal(word(first, "reason"), "");
    assert_err(json_array(whole, "mistakes", &mistakes), OK);
    assert_int_equal(cJSON_GetArraySize(mistakes), 1);
    assert_int_equal(number(cJSON_GetArrayItem(mistakes, 0), "column"), 30);
    cJSON_Delete(whole);
    free(text);
}

static void test_json_ok(void **state)
{
    size_t failed = 7;
    char *text = NULL;

    (void)state;
    assert_err(run(PACK, NULL, LANG_EN, true, &text, &failed), OK);
    assert_string_equal(text,
        "{\"mismatches\":[],\"mistakes\":[],\"draft\":true,\"passed\":64,\"failed\":0,\"ok\":true}\n");
    free(text);
}

static void test_no_cases(void **state)
{
    size_t failed = 7;
    char *text = NULL;

    (void)state;
    assert_err(run(PACK, in_folder("none.csv"), LANG_EN, false, &text, &failed), ERR_NOTFOUND);
    assert_int_equal(failed, 7);
    assert_non_null(strstr(text, "none.csv: "));
    free(text);
    assert_err(run(PACK, put("bad.csv", "id,requester\n"), LANG_EN, false, &text, &failed), ERR_SYNTAX);
    assert_non_null(strstr(text, "bad.csv:1:1: column \"purpose\" is missing\n"));
    assert_int_equal(failed, 7);
    free(text);
}

static void test_no_pack(void **state)
{
    size_t failed = 7;
    char *text = NULL;

    (void)state;
    assert_err(run(in_folder("nowhere"), NULL, LANG_EN, false, &text, &failed), ERR_NOTFOUND);
    assert_ptr_equal(strstr(text, "kinds.csv: this table is missing\n"), text);
    assert_int_equal(failed, 7);
    free(text);
    assert_err(run(in_folder("nowhere"), NULL, LANG_EN, true, &text, &failed), ERR_NOTFOUND);
    assert_non_null(strstr(text, "\"text\":\"this table is missing\""));
    assert_non_null(strstr(text, "\"ok\":false"));
    free(text);
}

/* A copy of the pack in the folder, adopted by a pack.json with this digest. */
static void adopt(const char *digest)
{
    struct policy_files files;
    char json[256];

    assert_err(policy_files_read(PACK, &files, NULL), OK);
    for (enum policy_table_id id = 0; id < POLICY_TABLES; id++)
        assert_err(
            file_write(in_folder(policy_pack_file(id)), files.data[id], files.len[id], 0600, NULL), OK);
    policy_files_free(&files);
    (void)snprintf(json, sizeof json, "{\"digest\":\"%s\"}", digest);
    (void)put("pack.json", json);
}

/* The words lack something, and so do the cases: both are told. */
static void test_all_told(void **state)
{
    size_t failed = 7;
    char *text = NULL;

    (void)state;
    adopt("00");
    (void)put("texts.csv", "key,nl,en\nverdict.DENY,nee,no\n");
    (void)put("cases.csv", HEADER "X,leerplicht,att_enforce,vo,att,14,g1 g2,VZM,,,MAYBE,R01,x\n");
    assert_int_not_equal(run(folder, NULL, LANG_EN, false, &text, &failed), OK);
    assert_non_null(strstr(text, "texts.csv: there is no row verdict.PERMIT\n"));
    assert_non_null(strstr(text, "cases.csv:2:"));
    assert_non_null(strstr(text, "\"MAYBE\""));
    assert_int_equal(failed, 7);
    free(text);
    (void)unlink(in_folder("texts.csv"));
}

static void test_draft(void **state)
{
    struct policy_pack *pack = support_policy_pack(PACK);
    char digest[65], *text = NULL;
    size_t failed = 7;

    (void)state;
    text_hex(pack->digest, sizeof pack->digest, digest, sizeof digest);
    policy_pack_free(pack);
    (void)put("cases.csv", HEADER "X,leerplicht,att_enforce,vo,att,14,g1 g2,VZM,,,PERMIT,R01,x\n");
    adopt(digest);
    assert_err(run(folder, NULL, LANG_EN, false, &text, &failed), OK);
    assert_string_equal(text, "1 passed, 0 failed\n");
    free(text);
    digest[0] = digest[0] == '0' ? '1' : '0';
    adopt(digest);
    assert_err(run(folder, NULL, LANG_EN, false, &text, &failed), OK);
    assert_string_equal(text, "This pack is a draft: no pack.json names these tables.\n1 passed, 0 failed\n");
    free(text);
    (void)put("pack.json", "{\"digest\":1}");
    assert_err(run(folder, NULL, LANG_EN, false, &text, &failed), OK);
    assert_non_null(strstr(text, "draft"));
    free(text);
}

/* A large table; how long it takes is measured in tests/bench, as this runs under sanitizers too. */
static void test_many(void **state)
{
    enum { ROWS = 100000 };
    static const char
        header[] = HEADER,
        row[] = "X,swv,return_plan,vo,need,13,g1 g2,LRV INFORMED HOME,,weighed refused:g1,PERMIT,R16,why\n";
    size_t failed = 7, used = strlen(header);
    char *table = malloc(used + ROWS * strlen(row)), *text = NULL;

    (void)state;
    assert_non_null(table);
    memcpy(table, header, used);
    for (size_t i = 0; i < ROWS; i++, used += strlen(row))
        memcpy(table + used, row, strlen(row));
    assert_err(file_write(in_folder("many.csv"), table, used, 0600, NULL), OK);
    free(table);
    assert_err(run(PACK, in_folder("many.csv"), LANG_EN, false, &text, &failed), OK);
    assert_non_null(strstr(text, "100000 passed, 0 failed\n"));
    free(text);
}

int main(void)
{
    static const char *const made[] = { "wrong.csv", "bad.csv", "many.csv", "cases.csv", "pack.json" };
    static struct check_list list;
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    check_add(&list, "the worked cases", test_worked_cases, NULL);
    check_add(&list, "the borders, in Dutch", test_borders, NULL);
    check_add(&list, "cases that expect something else", test_mismatches, NULL);
    check_add(&list, "the same as JSON", test_json, NULL);
    check_add(&list, "all well as JSON", test_json_ok, NULL);
    check_add(&list, "cases that cannot be read", test_no_cases, NULL);
    check_add(&list, "a pack that cannot be read", test_no_pack, NULL);
    check_add(&list, "all that is wrong is told", test_all_told, NULL);
    check_add(&list, "draft or adopted", test_draft, NULL);
    check_add(&list, "a hundred thousand cases", test_many, NULL);
    failed = check_run(&list, "client/cmd_policy");
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        (void)unlink(in_folder(made[i]));
    for (enum policy_table_id id = 0; id < POLICY_TABLES; id++)
        (void)unlink(in_folder(policy_pack_file(id)));
    return rmdir(folder) != 0 || failed != 0;
}
