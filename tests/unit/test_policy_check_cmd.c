/* "policy check": what it prints, in both forms and languages, and of packs that cannot be read. */
#include "tests/support/captured.h"
#include "tests/support/check.h"

#include "base/file.h"
#include "base/text.h"
#include "client/cmd_policy_check.h"
#include "client/policy_out.h"
#include "policy/files.h"
#include "tests/support/policy.h"
#include "tests/support/policy_edit.h"

#include <stdlib.h>
#include <unistd.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static char folder[] = "/tmp/schakel-check-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const void *data, size_t len)
{
    assert_err(file_write(in_folder(name), data, len, 0600, NULL), OK);
}

/* A copy of the pack in the folder, with one change of one table (from NULL: none). */
static void copy(enum policy_table_id table, const char *from, const char *to)
{
    struct support_policy_edit edit = { table, from, to };

    support_policy_copy(PACK, folder, from == NULL ? NULL : &edit);
}

static enum err check(const char *pack, enum lang lang, bool json, char **text, size_t *broken)
{
    struct client_cmd_policy_check run = { .pack_dir = pack, .lang = lang, .json = json };
    size_t len = 0;
    enum err e;

    run.out = open_memstream(text, &len);
    assert_non_null(run.out);
    e = client_cmd_policy_check(&run, broken);
    assert_int_equal(fclose(run.out), 0);
    return e;
}

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void test_whole(void **state)
{
    size_t broken = 7;
    char *text = NULL;

    (void)state;
    assert_err(check(PACK, LANG_EN, false, &text, &broken), OK);
    assert_int_equal(broken, 0);
    assert_ptr_equal(
        strstr(text, "This pack is a draft: no pack.json names these tables.\npack           "), text);
    assert_holds(text,
        "\n48 invariants over 528632 combinations of asker, purpose, holder and section, with all their "
        "facts: 0 "
        "broken\n");
    free(text);
    assert_err(check(PACK, LANG_NL, false, &text, &broken), OK);
    assert_ptr_equal(
        strstr(text, "Dit pakket is een concept: geen pack.json noemt deze tabellen.\npakket         "),
        text);
    assert_holds(text,
        "\n48 vaste eisen over 528632 combinaties van vrager, doel, houder en rubriek, met al hun feiten: 0 "
        "geschonden\n");
    free(text);
}

static void test_broken(void **state)
{
    size_t broken = 7;
    char *text = NULL;

    (void)state;
    copy(POLICY_TABLE_RULES, "post,post,after,3\n", "post,no,after,7\n");
    assert_err(check(folder, LANG_EN, false, &text, &broken), OK);
    assert_int_equal(broken, 2);
    assert_ptr_equal(
        strstr(text,
            "Broken. Under each the smallest example, as a row of cases.csv with the answer of now:\n"
            "id,requester,purpose,holder,section,age,custody,events,consent,flags,expected,rule_or_reason,"
            "why\n\n"
            "break_glass_days (invariants.csv:13): In acute danger access lasts at most 3 days. (1734 "
            "places)\n"
            "break_glass_days,po,acute_danger,po,ident,0,,ACUTE,,,PERMIT,R56,"),
        text);
    assert_holds(text, "\n\nbreak_glass_afterwards (invariants.csv:17): ");
    assert_holds(text, ": 2 broken\n");
    free(text);
    copy(POLICY_TABLE_RULES, "R68,SCHOOL,", "R81,mbo,statistics,mbo,ident,N,,,,,no,no,none,0\nR68,SCHOOL,");
    assert_err(check(folder, LANG_NL, false, &text, &broken), OK);
    assert_int_equal(broken, 1);
    assert_ptr_equal(strstr(text, "Geschonden. "), text);
    assert_holds(text,
        "\nrule_reachable R81: Elke regel beslist iets, met feiten die iemand echt kan ondertekenen. (1 "
        "plaats)\n"
        "rule_reachable,mbo,statistics,mbo,ident,0,,,,,DENY,NEVER,\"Elke regel");
    free(text);
}

static const char *word(const cJSON *obj, const char *key)
{
    const char *text = NULL;

    assert_err(json_text(obj, key, &text), OK);
    return text;
}

static uint64_t number(const cJSON *obj, const char *key)
{
    uint64_t n = 999;

    assert_err(json_u64(obj, key, &n), OK);
    return n;
}

static bool flag(const cJSON *obj, const char *key)
{
    bool b = false;

    assert_err(json_bool(obj, key, &b), OK);
    return b;
}

static cJSON *parse(char *text)
{
    cJSON *whole = NULL;

    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_err(json_parse((const uint8_t *)text, strlen(text) - 1, &whole, NULL), OK);
    free(text);
    return whole;
}

static void test_json(void **state)
{
    struct policy_pack *pack;
    const cJSON *list = NULL, *one;
    char digest[65], *text = NULL;
    size_t broken = 7;
    cJSON *whole;

    (void)state;
    copy(POLICY_TABLE_RULES, "post,post,after,3\n", "post,post,after,7\n");
    pack = support_policy_pack(folder);
    text_hex(pack->digest, sizeof pack->digest, digest, sizeof digest);
    assert_err(check(folder, LANG_EN, true, &text, &broken), OK);
    whole = parse(text);
    assert_false(flag(whole, "ok"));
    assert_true(flag(whole, "draft"));
    assert_string_equal(word(whole, "pack"), digest);
    assert_int_equal(strlen(word(whole, "invariants")), 64);
    assert_int_equal(number(whole, "checked"), 48);
    assert_int_equal(number(whole, "places"), 528632);
    assert_true(number(whole, "combinations") > 100000);
    assert_err(json_array(whole, "broken", &list), OK);
    assert_int_equal(cJSON_GetArraySize(list), 1);
    one = cJSON_GetArrayItem(list, 0);
    assert_string_equal(word(one, "name"), "break_glass_days");
    assert_string_equal(word(one, "subject"), "");
    assert_int_equal(number(one, "line"), 13);
    assert_int_equal(number(one, "places"), 1734);
    assert_ptr_equal(strstr(word(one, "case"), "break_glass_days,po,acute_danger,"), word(one, "case"));
    cJSON_Delete(whole);
    policy_pack_free(pack);
    copy(POLICY_TABLES, NULL, NULL);
    pack = support_policy_pack(folder);
    text_hex(pack->digest, sizeof pack->digest, digest, sizeof digest);
    policy_pack_free(pack);
    assert_true(asprintf(&text, "{\"digest\":\"%s\"}", digest) > 0);
    put("pack.json", text, strlen(text));
    free(text);
    assert_err(check(folder, LANG_EN, true, &text, &broken), OK);
    whole = parse(text);
    assert_true(flag(whole, "ok"));
    assert_false(flag(whole, "draft"));
    cJSON_Delete(whole);
    assert_int_equal(broken, 0);
    assert_err(check(folder, LANG_EN, false, &text, &broken), OK);
    assert_ptr_equal(strstr(text, "pack "), text);
    free(text);
}

static void test_unreadable(void **state)
{
    static uint8_t large[POLICY_TABLE_BYTES_MAX + 1];
    static char name[8000];
    size_t broken = 7;
    char *text = NULL;
    cJSON *whole;

    (void)state;
    assert_err(check(in_folder("nowhere"), LANG_EN, false, &text, &broken), ERR_NOTFOUND);
    assert_ptr_equal(strstr(text, "kinds.csv: this table is missing\n"), text);
    free(text);
    copy(POLICY_TABLES, NULL, NULL);
    assert_int_equal(unlink(in_folder("invariants.csv")), 0);
    assert_err(check(folder, LANG_EN, false, &text, &broken), ERR_NOTFOUND);
    assert_string_equal(text, "invariants.csv: this table is missing\n");
    free(text);
    put("invariants.csv", large, sizeof large);
    assert_err(check(folder, LANG_EN, true, &text, &broken), ERR_LONG);
    whole = parse(text);
    assert_false(flag(whole, "ok"));
    cJSON_Delete(whole);
    memset(name, 'a', sizeof name - 1);
    assert_err(check(name, LANG_EN, false, &text, &broken), ERR_LONG);
    free(text);
    assert_int_equal(broken, 7);
}

/* Tables that can be read and not be walked through: thirteen events apart from each other in one place. */
static void put_too_many(void)
{
    static const char *const others[POLICY_TABLES] = { [POLICY_TABLE_KINDS] =
                                                           "kind,group,meaning\npo,school,x\n",
        [POLICY_TABLE_PURPOSES] = "purpose,meaning,needs_case\nhelp,x,yes\n",
        [POLICY_TABLE_GROUNDS] = "ground,meaning,survives_objection\nLAW,x,yes\n",
        [POLICY_TABLE_SECTIONS] = "section,class,content\natt,S2,x\n",
        [POLICY_TABLE_PARAMETERS] = "parameter,value,valid_from,source\n" };
    char events[2048] = "event,meaning,set_by,by_requester,scope,valid_days\n",
         rules[2048] =
             "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,eyes,inform,days\n";

    for (unsigned n = 1; n <= 13; n++) {
        (void)snprintf(events + strlen(events), sizeof events - strlen(events), "E%u,x,po,no,child,\n", n);
        (void)snprintf(rules + strlen(rules), sizeof rules - strlen(rules),
            "R%u,po,help,po,att,A,LAW,,E%u,,no,no,none,1\n", n, n);
    }
    for (enum policy_table_id id = 0; id < POLICY_TABLES; id++)
        if (others[id] != NULL)
            put(policy_pack_file(id), others[id], strlen(others[id]));
    put("events.csv", events, strlen(events));
    put("rules.csv", rules, strlen(rules));
    put("invariants.csv",
        "name,statement,asker,purpose,holder,sections,grounds,ages,events,when,value,unless,nl,en\n", 88);
}

static void test_too_many(void **state)
{
    size_t broken = 7;
    char *text = NULL;

    (void)state;
    put_too_many();
    assert_err(check(folder, LANG_EN, false, &text, &broken), ERR_LONG);
    assert_ptr_equal(strstr(text, "rules.csv: rules that match together name more events"), text);
    free(text);
    assert_int_equal(broken, 7);
}

/* As a row of the table of commands: the exit class, and nothing more is said than what was printed. */
static void test_row(void **state)
{
    struct trouble t = { .lang = LANG_EN };
    struct client_run r = { .t = &t };

    (void)state;
    copy(POLICY_TABLE_RULES, "post,post,after,3\n", "post,post,after,7\n");
    r.args = cJSON_CreateObject();
    json_add_text(r.args, "pack", PACK);
    assert_err(client_cmd_policy_check_run(&r), OK);
    cJSON_Delete(r.args);
    r.args = cJSON_CreateObject();
    json_add_text(r.args, "pack", folder);
    assert_err(client_cmd_policy_check_run(&r), ERR_RANGE);
    cJSON_Delete(r.args);
    r.args = cJSON_CreateObject();
    json_add_text(r.args, "pack", "/nowhere");
    assert_err(client_cmd_policy_check_run(&r), ERR_NOTFOUND);
    cJSON_Delete(r.args);
    assert_int_equal(t.err, OK);
    assert_non_null(r.from);
}

/* How far it is, on a terminal only, and gone at the end. */
static void test_progress(void **state)
{
    struct client_policy_out quiet = { .percent = 0 }, shown = { .on_terminal = true, .percent = 0 };
    struct captured c;
    char *line;

    (void)state;
    c = captured_begin(stderr);
    client_policy_out_progress(&quiet, 1, 2);
    client_policy_out_progress(&shown, 1, 400);
    client_policy_out_progress(&shown, 2, 4);
    client_policy_out_progress(&shown, 51, 101);
    client_policy_out_progress(&shown, 1, 1);
    line = captured_end(&c);
    assert_string_equal(line, "\r 50 %\r     \r");
    free(line);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    check_add(&list, "the Dutch pack", test_whole, NULL);
    check_add(&list, "what is broken", test_broken, NULL);
    check_add(&list, "the same as JSON", test_json, NULL);
    check_add(&list, "packs that cannot be read", test_unreadable, NULL);
    check_add(&list, "more than can be walked through", test_too_many, NULL);
    check_add(&list, "as a command", test_row, NULL);
    check_add(&list, "how far it is", test_progress, NULL);
    failed = check_run(&list, "client/cmd_policy_check");
    return support_policy_remove(folder) != 0 || failed != 0;
}
