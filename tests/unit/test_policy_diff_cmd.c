/* "policy diff": what it prints, in both forms and languages, and of packs that cannot be read. */
#include "tests/support/check.h"

#include "base/file.h"
#include "base/text.h"
#include "client/cmd_policy_diff.h"
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

static enum err diff(const char *before, const char *after, enum lang lang, bool json, char **text)
{
    struct client_cmd_policy_diff run = { .pack_dir = { before, after }, .lang = lang, .json = json };
    size_t len = 0;
    enum err e;

    run.out = open_memstream(text, &len);
    assert_non_null(run.out);
    e = client_cmd_policy_diff(&run);
    assert_int_equal(fclose(run.out), 0);
    return e;
}

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void test_same(void **state)
{
    struct policy_pack *pack = support_policy_pack(PACK);
    char digest[65], *text = NULL, expected[1024];

    (void)state;
    text_hex(pack->digest, sizeof pack->digest, digest, sizeof digest);
    policy_pack_free(pack);
    assert_err(diff(PACK, PACK, LANG_EN, false, &text), OK);
    (void)snprintf(expected, sizeof expected,
        "before %s\nafter  %s\n528632 combinations of asker, purpose, holder and section, with all their "
        "facts: 0 "
        "gains, 0 losses, 0 otherwise, 0 still no\n",
        digest, digest);
    assert_string_equal(text, expected);
    free(text);
    assert_err(diff(PACK, PACK, LANG_EN, true, &text), OK);
    assert_ptr_equal(
        strstr(text, "{\"groups\":[],\"mistakes\":[],\"parameters\":[],\"questions\":[],\"packs\":{\"before\":\""), text);
    assert_holds(text, "\"places\":528632,");
    assert_holds(text, "\"changed\":0,\"ok\":true}\n");
    free(text);
}

struct printed {
    const char *name;
    enum policy_table_id table;
    const char *from, *to;
    enum lang lang;
    const char *text[3];
};

static const struct printed printed[] = {
    { "a gain", POLICY_TABLE_RULES, "SCHOOL,ident guard enrol att effort,A",
        "SCHOOL,ident guard enrol att effort plan,A", LANG_EN,
        { "GAINS: permitted now\n\nR01 (was: DENY NOT_IN_MATRIX)\n"
          "    leerplicht | att_enforce | from po vo so_vso mbo | plan | ages -17\n"
          "before,leerplicht,att_enforce,po,plan,0,,VZM,,,DENY,NOT_IN_MATRIX,\n"
          "after,leerplicht,att_enforce,po,plan,0,,VZM,,,PERMIT,R01,\n\n"
          "STILL NO: another answer\n\nDENY NOT_IN_MATRIX -> NEED_EVENT VZM LRV ABS LUXE\n",
            ": 1 gains, 0 losses, 0 otherwise, 1 still no\n", NULL } },
    { "a loss, in Dutch", POLICY_TABLE_RULES, "VZM/LRV/ABS/LUXE,..17", "VZM/LRV/ABS/LUXE,-16", LANG_NL,
        { "ERAF: mag niet meer\n\nR01 (nu: DENY NOT_IN_MATRIX)\n"
          "    leerplicht | att_enforce | van po vo so_vso mbo | ident guard enrol att effort | leeftijd "
          "17\n",
            "NOG STEEDS NEE: een ander antwoord\n\nNEED_EVENT VZM LRV ABS LUXE -> DENY NOT_IN_MATRIX\n",
            ": 0 erbij, 1 eraf, 0 anders, 1 nog steeds nee\n" } },
    { "other terms", POLICY_TABLE_RULES, "A,MELDRECHT,9.2.g,RVDK_REQUEST,,holder,holder,defer,30",
        "A,COURT_ORDER,9.2.h,RVDK_REQUEST,,holder,holder,before,20", LANG_EN,
        { "OTHERWISE: permitted in another way\n\nR53\n    ground: MELDRECHT -> COURT_ORDER\n    ground9: "
          "9.2.g -> 9.2.h\n"
          "    days: 30 -> 20\n    duties: inform_defer officer -> inform_before\n    rvdk | child_safety | "
          "from po ",
            ": 0 gains, 0 losses, 1 otherwise, 0 still no\n", NULL } },
    { "terms of an answer, and another name", POLICY_TABLE_RULES, "R11,jgz,", "R111,jgz,", LANG_EN,
        { "OTHERWISE: permitted in another way\n\nR11\n    rule: R11 -> R111\n    jgz | sick_advice | from "
          "po vo so_vso mbo | ident guard enrol att_sick effort\n",
            NULL, NULL } },
    { "ages apart", POLICY_TABLE_RULES, "MAZL_CONSULT,,no,no,before,60", "MAZL_CONSULT,12-15,no,no,before,60",
        LANG_EN,
        { "LOSSES: no longer permitted\n\nR12 (now: DENY NOT_IN_MATRIX)\n    po vo so_vso mbo | sick_advice "
          "| from jgz | fitness | ages -11 16-\n",
            NULL, NULL } },
    { "ages between", POLICY_TABLE_RULES, "ident enrol att effort need,C,CONSENT_X,9.2.a,,12..22",
        "ident enrol att effort need,C,CONSENT_X,9.2.a,,12-17", LANG_NL,
        { "R29 (nu: DENY NOT_IN_MATRIX)\n    rmc | vsv_prevent | van po vo so_vso mbo | ident enrol att "
          "effort need | leeftijd 18-22\n",
            NULL, NULL } },
    { "consent instead of nothing", POLICY_TABLE_RULES,
        "R17,swv,return_plan,leerplicht,ident enrol att status,C,CONSENT,,LRV/ABS,,",
        "R17,swv,return_plan,leerplicht,ident enrol att status,A,PUBLIC_TASK,,LRV/ABS,,", LANG_EN,
        { "R17 (was: DENY REFUSED, NEED_CONSENT)\n    swv | return_plan | from leerplicht | ident enrol att "
          "status\n",
            "\nR17\n    ground: CONSENT -> PUBLIC_TASK\n    swv | return_plan | from leerplicht | ident "
            "enrol att status | ages known\n",
            NULL } },
    { "everybody", POLICY_TABLE_RULES, "R57,ANY,anon_consult,ANY,anon,A,ANON,,,,",
        "R57,ANY,anon_consult,ANY,anon,A,ANON,,,-17,", LANG_EN,
        { "R57 (now: DENY NOT_IN_MATRIX)\n    ANY | anon_consult | from ANY | anon | ages 18- unknown\n",
            NULL, NULL } },
    { "parameters", POLICY_TABLE_PARAMETERS, "rmc_max_age,23,2001-12-01,WEB\n",
        "rmc_max_age,27,2027-01-01,WEB\n", LANG_NL,
        { "parameters.csv: rmc_max_age vanaf 2001-12-01: 23 -> -\nparameters.csv: rmc_max_age vanaf "
          "2027-01-01: - -> 27\neerst  ",
            NULL, NULL } },
};

static void test_printed(void **state)
{
    const struct printed *p = *state;
    char *text = NULL;

    copy(p->table, p->from, p->to);
    assert_err(diff(PACK, folder, p->lang, false, &text), OK);
    for (size_t i = 0; i < 3 && p->text[i] != NULL; i++)
        assert_holds(text, p->text[i]);
    free(text);
}

static void test_diff_json(void **state)
{
    char *text = NULL;

    (void)state;
    copy(POLICY_TABLE_RULES, "A,MELDRECHT,9.2.g,RVDK_REQUEST,,holder,holder,defer,30",
        "A,MELDRECHT,9.2.g,RVDK_REQUEST,-16,holder,holder,defer,20");
    assert_err(diff(PACK, folder, LANG_EN, true, &text), OK);
    assert_ptr_equal(strstr(text, "{\"groups\":[{\"kind\":\"loss\",\"places\":"), text);
    assert_holds(
        text, "\"where\":[{\"asker\":[\"rvdk\"],\"purpose\":[\"child_safety\"],\"holder\":[\"po\",\"vo\",");
    assert_holds(text,
        "\"ages\":\"17- "
        "unknown\"}],\"before\":{\"rule\":\"R53\",\"answers\":\"\",\"needs\":[],\"case\":\"before,rvdk,");
    assert_holds(text, "\"after\":{\"rule\":\"\",\"answers\":\"DENY NOT_IN_MATRIX\",");
    assert_holds(text, "{\"kind\":\"terms\",");
    assert_holds(text, ",\"ground\":\"MELDRECHT\",\"ground9\":\"9.2.g\",\"days\":\"20\",\"duties\":\"\"}");
    assert_holds(text, "{\"kind\":\"answer\",");
    assert_holds(text, "\"needs\":[\"RVDK_REQUEST\"]");
    assert_holds(text, "\"ok\":true}\n");
    free(text);
    copy(POLICY_TABLE_PARAMETERS, "vzm_hours,16,", "vzm_hours,12,");
    assert_err(diff(PACK, folder, LANG_EN, true, &text), OK);
    assert_holds(
        text, "\"parameters\":[{\"name\":\"vzm_hours\",\"from\":\"2015-08-01\",\"before\":16,\"after\":12}]");
    free(text);
    copy(POLICY_TABLE_WEIGHING, "\n17,consent grave", "\n17,grave");
    assert_err(diff(PACK, folder, LANG_EN, true, &text), OK);
    assert_holds(text, "\"questions\":[{\"when\":\"consent\",\"before\":\"1 7 17\",\"after\":\"1 7\"}]");
    free(text);
    assert_err(diff(PACK, folder, LANG_EN, false, &text), OK);
    assert_holds(text, "weighing.csv: consent: 1 7 17 -> 1 7\n");
    free(text);
}

/* The mistakes of both are told, with the folder they are in. */
static void test_diff_unreadable(void **state)
{
    static uint8_t large[POLICY_TABLE_BYTES_MAX + 1];
    char *text = NULL, expected[512];

    (void)state;
    copy(POLICY_TABLE_RULES, "R01,leerplicht", "R01,leerplichd");
    assert_err(diff("/nowhere", folder, LANG_EN, false, &text), ERR_NOTFOUND);
    assert_ptr_equal(strstr(text, "/nowhere/kinds.csv: this table is missing\n"), text);
    (void)snprintf(
        expected, sizeof expected, "\n%s/rules.csv:2:5: requester \"leerplichd\": expected a kind", folder);
    assert_holds(text, expected);
    free(text);
    put("kinds.csv", large, sizeof large);
    assert_err(diff(PACK, folder, LANG_EN, true, &text), ERR_LONG);
    (void)snprintf(expected, sizeof expected, "\"where\":\"%s/kinds.csv\"", folder);
    assert_holds(text, expected);
    assert_holds(text, "\"ok\":false}\n");
    free(text);
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
    char *text = NULL;

    (void)state;
    put_too_many();
    assert_err(diff(folder, folder, LANG_NL, false, &text), ERR_LONG);
    assert_ptr_equal(
        strstr(text, "deze pakketten hebben samen meer dan 64 namen van een soort, of te veel"), text);
    free(text);
}

/* As a row of the table of commands: the exit class, and nothing more is said than what was printed. */
static void test_row(void **state)
{
    struct trouble t = { .lang = LANG_EN };
    struct client_run r = { .t = &t };

    (void)state;
    copy(POLICY_TABLE_RULES, "post,post,after,3\n", "post,post,after,7\n");
    for (size_t i = 0; i < 2; i++) {
        r.args = cJSON_CreateObject();
        json_add_text(r.args, "old", PACK);
        json_add_text(r.args, "new", i == 0 ? folder : "/nowhere");
        assert_err(client_cmd_policy_diff_run(&r), i == 0 ? OK : ERR_NOTFOUND);
        cJSON_Delete(r.args);
    }
    assert_int_equal(t.err, OK);
    assert_non_null(r.from);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    check_add(&list, "nothing changes", test_same, NULL);
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++)
        check_add(&list, printed[i].name, test_printed, &printed[i]);
    check_add(&list, "as JSON", test_diff_json, NULL);
    check_add(&list, "packs that cannot be read", test_diff_unreadable, NULL);
    check_add(&list, "more than can be walked through", test_too_many, NULL);
    check_add(&list, "as a command", test_row, NULL);
    failed = check_run(&list, "client/cmd_policy_diff");
    return support_policy_remove(folder) != 0 || failed != 0;
}
