/*
 * client/overlay and client/loosen: a region's pack is the base with the rows that differ; tightening is taken, and every way of loosening is
 * found, unless the base marks it.
 */
#include "tests/support/check.h"

#include "base/file.h"
#include "client/cmd_overlay.h"
#include "client/overlay.h"
#include "tests/support/home_folder.h"
#include "tests/support/policy.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"
#define RULES "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,eyes,inform,days\n"
#define EVENTS "event,meaning,set_by,by_requester,scope,valid_days\n"
#define PARAMETERS "parameter,value,valid_from,source\n"

/* An overlay of one table, and what is looser in it: "" when nothing is. */
struct row {
    const char *name, *file, *text, *looser;
};

static const struct row rows[] = {
    { "fewer days", "rules.csv", RULES "R01,leerplicht,att_enforce,SCHOOL,ident guard enrol att effort,A,LAW_DUTY,,VZM/LRV/ABS/LUXE,..17,no,no,before,60\n", "" },
    { "more days", "rules.csv", RULES "R01,leerplicht,att_enforce,SCHOOL,ident guard enrol att effort,A,LAW_DUTY,,VZM/LRV/ABS/LUXE,..17,no,no,before,91\n",
        "R01: longer access" },
    { "an event more is needed", "rules.csv", RULES "R11,jgz,sick_advice,SCHOOL,ident guard enrol att_sick "
        "effort,A,PUBLIC_TASK,9.2.h,SICK_THR INFORMED SICK_CHECKED,,no,no,before,60\n",
        "" },
    { "an event less is needed", "rules.csv", RULES "R11,jgz,sick_advice,SCHOOL,ident guard enrol att_sick effort,A,PUBLIC_TASK,9.2.h,SICK_THR,,no,no,before,60\n",
        "R11: permitted where it was not" },
    { "a section less", "rules.csv", RULES "R42,smw,case_support,SCHOOL,ident att,C,CONSENT,,CASE,,no,no,before,90\n", "" },
    { "a section more", "rules.csv", RULES "R42,smw,case_support,SCHOOL,ident att effort learn plan,C,CONSENT,,CASE,,no,no,before,90\n",
        "R42: permitted where it was not" },
    { "older too", "rules.csv", RULES "R01,leerplicht,att_enforce,SCHOOL,ident guard enrol att effort,A,LAW_DUTY,,VZM/LRV/ABS/LUXE,..18,no,no,before,90\n",
        "R01: permitted where it was not" },
    { "weighing more", "rules.csv", RULES "R42,smw,case_support,SCHOOL,ident att effort learn,C,CONSENT,,CASE,,asker,no,before,90\n", "" },
    { "no weighing", "rules.csv", RULES "R40,jeugdhulp ggz,youth_help_delivery,jeugdhulp ggz,care plan safety,A,LAW_EXC,9.2.h,CO_TREAT,,no,no,before,180\n",
        "R40: permitted where it was not|R40: a duty less" },
    { "no second person", "rules.csv", RULES "R61,ANY,subject_rights,ANY,log,A,LAW_DUTY,,RIGHTS_REQ,,no,no,none,30\n",
        "R61: permitted where it was not|R61: a duty less" },
    { "informing later", "rules.csv", RULES "R42,smw,case_support,SCHOOL,ident att effort learn,C,CONSENT,,CASE,,no,no,after,90\n",
        "R42: informing later or not at all" },
    { "informing sooner", "rules.csv", RULES "R56,SCHOOL leerplicht rmc swv cjg wijkteam jeugdhulp ggz jgz smw jongerenwerk gi veilig_thuis "
        "huisarts,acute_danger,SCHOOL leerplicht rmc swv cjg wijkteam jeugdhulp ggz jgz smw jongerenwerk gi veilig_thuis huisarts,ident "
        "guard safety fitness care_fact plan,A,VITAL,9.2.c,ACUTE,,post,post,before,3\n",
        "" },
    { "consent instead of nothing", "rules.csv", RULES "R07,leerplicht,return_plan,swv SCHOOL,status,C,CONSENT,,LRV/ABS/HOME,,no,no,before,90\n",
        "R07: another ground" },
    { "a never more", "rules.csv", RULES "R90,SCHOOL,statistics,ANY,count,N,,,,,no,no,none,0\n", "" },
    { "a never that nobody marked is taken away", "rules.csv", RULES "R24,,,,,,,,,,,,,\n", "" },
    { "a rule taken away", "rules.csv", RULES "R35,,,,,,,,,,,,,\n", "" },
    { "a new rule", "rules.csv", RULES "R90,jgz,case_support,SCHOOL,plan,C,CONSENT,,CASE,,no,no,before,60\n", "R90: permitted where it was not" },
    { "a marked rule, longer", "rules.csv", RULES "R28,rmc,att_followup,mbo,ident enrol att effort,A,PUBLIC_TASK,,VZM18 REG_AGR "
        "INFORMED,18..22,no,no,before,120\n", "" },
    { "a marked rule, without an event", "rules.csv", RULES "R28,rmc,att_followup,mbo,ident enrol att effort,A,PUBLIC_TASK,,VZM18 "
        "INFORMED,18..22,no,no,before,90\n", "" },
    { "a marked rule, beyond what it covers", "rules.csv", RULES "R28,rmc,att_followup,mbo,ident enrol att effort plan,A,PUBLIC_TASK,,VZM18 "
        "REG_AGR INFORMED,18..22,no,no,before,90\n",
        "R28: permitted where it was not" },
    { "set by more", "events.csv", EVENTS "VSV,report of an early school leaver,SCHOOL rmc leerplicht,ref,child,\n", "permitted where it was not" },
    { "set by fewer", "events.csv", EVENTS "VSV,report of an early school leaver,rmc,ref,child,\n", "" },
    { "by the asker itself", "events.csv", EVENTS "ABS,of school age and not enrolled anywhere,leerplicht,yes,child,\n", "permitted where it was not" },
    { "counts longer", "events.csv", EVENTS "VZM,report of 16 hours of absence in 4 weeks,SCHOOL leerplicht,ref,child,120\n", "permitted where it was not" },
    { "counts shorter", "events.csv", EVENTS "VZM,report of 16 hours of absence in 4 weeks,SCHOOL leerplicht,ref,child,60\n", "" },
    { "no case needed", "purposes.csv", "purpose,meaning,needs_case\nplacement,finding a school for a pupil without one,no\n", "permitted where it was not" },
    { "a case needed", "purposes.csv", "purpose,meaning,needs_case\nanon_consult,thinking along without a name,yes\n", "" },
    { "an objection that does not stop", "grounds.csv", "ground,meaning,survives_objection\nCONSENT,\"GDPR 6(1)(a), consent\",yes\n", "permitted where it was not" },
    { "a marked parameter, the way it may", "parameters.csv", PARAMETERS "small_cell,10,2027-01-01,region\n", "" },
    { "a marked parameter, the other way", "parameters.csv", PARAMETERS "small_cell,3,2027-01-01,region\n", "parameter small_cell from 2027-01-01: 5 becomes 3" },
    { "a marked parameter, either way", "parameters.csv", PARAMETERS "sick_days,9,2027-01-01,region\n", "" },
    { "a parameter that is not marked", "parameters.csv", PARAMETERS "vzm_hours,20,2027-01-01,region\n", "parameter vzm_hours from 2027-01-01: 16 becomes 20" },
    { "a question more", "weighing.csv", "question,when,pick,nl,en\n2,consent grave,,,\n", "" },
    { "a question less", "weighing.csv", "question,when,pick,nl,en\n7,allowed grave,,,\n", "a weighing (consent) no longer asks: 7" },
    { "another answer to pick", "weighing.csv", "question,when,pick,nl,en\n2,,much,Veel,A lot\n", "" },
    { "a parameter taken away", "parameters.csv", PARAMETERS "vzm_hours,,2015-08-01,\n", "parameter vzm_hours from 2015-08-01: 16 becomes 0" },
};

struct told {
    char text[8192];
};

static void mistake(void *arg, const struct trouble *t)
{
    struct told *told = arg;
    size_t used = strlen(told->text);

    (void) snprintf(told->text + used, sizeof told->text - used, "%u: %s\n", t->line, t->text);
}

static void looser(void *arg, const struct client_loosened *l)
{
    struct told *told = arg;
    size_t used = strlen(told->text);

    assert_true(l->places > 0);
    assert_int_equal(l->row[0][0] == '\0', l->rule[0] == '\0');
    (void) snprintf(told->text + used, sizeof told->text - used, "%s: %s\n", l->rule, l->text);
}

static enum err make(const struct home_folder *f, const char *file, const char *text, struct told *told)
{
    char path[256];

    assert_int_equal(mkdir(home_folder_path(f, "overlay"), 0700), 0);
    (void) snprintf(path, sizeof path, "overlay/%s", file);
    assert_err(file_write(home_folder_path(f, path), text, strlen(text), 0600, NULL), OK);
    told->text[0] = '\0';
    return client_overlay_make(PACK, home_folder_path(f, "overlay"), home_folder_path(f, "out"), LANG_EN, mistake, told);
}

static void check_row(const struct home_folder *f, const struct row *r)
{
    struct policy_pack *pack;
    struct told told;
    size_t count = 0, wanted = 0;
    char looked[256], *word, *rest;

    if (make(f, r->file, r->text, &told) != OK)
        fail_msg("%s", told.text);
    pack = support_policy_pack(home_folder_path(f, "out"));
    assert_err(client_cmd_overlay_prove(PACK, pack, LANG_EN, mistake, looser, &told, &count), OK);
    (void) snprintf(looked, sizeof looked, "%s", r->looser);
    rest = looked;
    while (looked[0] != '\0' && (word = strsep(&rest, "|")) != NULL) {
        wanted++;
        if (strstr(told.text, word) == NULL)
            fail_msg("not found: %s; told: %s", word, told.text);
    }
    if ((wanted == 0) != (count == 0))
        fail_msg("told: %s", told.text);
    policy_pack_free(pack);
}

static const struct row *row_of_test;

static void test_row(void **state)
{
    check_row(*state, row_of_test);
}

/* The base itself is no looser than itself, comes out as it went in, and its marks go along. */
static void test_nothing(void **state)
{
    const struct home_folder *f = *state;
    struct policy_pack *pack, *base = support_policy_pack(PACK);
    struct told told;
    size_t count = 9;

    assert_err(make(f, "rules.csv", RULES, &told), OK);
    pack = support_policy_pack(home_folder_path(f, "out"));
    assert_int_equal(pack->rules, base->rules);
    assert_memory_equal(pack->digest, base->digest, sizeof pack->digest);
    assert_err(client_cmd_overlay_prove(PACK, pack, LANG_EN, mistake, looser, &told, &count), OK);
    assert_int_equal(count, 0);
    assert_int_equal(access(home_folder_path(f, "out/loosen.csv"), F_OK), 0);
    policy_pack_free(pack);
    policy_pack_free(base);
}

/* A parameter of 1 January counts from that day, not the day before; and the old value stays for the days before. */
static void test_parameter_day(void **state)
{
    const struct home_folder *f = *state;
    struct policy_pack *pack;
    struct told told;
    uint64_t value = 0;

    assert_err(make(f, "parameters.csv", PARAMETERS "consent_max_months,6,2027-01-01,region\n", &told), OK);
    pack = support_policy_pack(home_folder_path(f, "out"));
    /* 31 December 22:59:59 UTC is still the old year in the Netherlands; a second later it is not. */
    assert_err(policy_pack_parameter(pack, "consent_max_months", clock_date_nl(1798757999), &value), OK);
    assert_int_equal(value, 12);
    assert_err(policy_pack_parameter(pack, "consent_max_months", clock_date_nl(1798758000), &value), OK);
    assert_int_equal(value, 6);
    policy_pack_free(pack);
}

static const struct row bad[] = {
    { "another column", "rules.csv", "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,eyes,inform,dagen\n",
        "1: days is a column of the base, and is missing here\n1: dagen is no column of the base\n" },
    { "a row to take away that is not there", "rules.csv", RULES "R99,,,,,,,,,,,,,\n", "2: R99 is taken away, but the base does not have it\n" },
    { "a row of another width", "events.csv", EVENTS "VZM,x\n", "2: this row has 2 cells, the first row has 6\n" },
    { "two rows of one key", "events.csv", EVENTS "VZM,x,SCHOOL,ref,child,60\nVZM,x,SCHOOL,ref,child,30\n", "3: VZM stands here twice: keep one of the two\n" },
    { "two new rows of one key", "grounds.csv", "ground,meaning,survives_objection\nNEW,x,no\nNEW,x,yes\n", "3: NEW stands here twice: keep one of the two\n" },
    { "two values of one parameter and day", "parameters.csv", PARAMETERS "small_cell,10,2027-01-01,a\nsmall_cell,20,2027-01-01,b\n",
        "3: small_cell stands here twice: keep one of the two\n" },
    { "marks of its own", "loosen.csv", "what,name,may,nl,en\n", "0: loosen.csv says what a region may loosen, so it is the base's alone\n" },
};

static const struct row *bad_of_test;

static void test_bad(void **state)
{
    const struct home_folder *f = *state;
    struct told told;

    assert_true(make(f, bad_of_test->file, bad_of_test->text, &told) != OK);
    assert_string_equal(told.text, bad_of_test->looser);
    assert_int_not_equal(access(home_folder_path(f, "out"), F_OK), 0);
}

static void test_out_exists(void **state)
{
    const struct home_folder *f = *state;
    struct told told;

    assert_int_equal(mkdir(home_folder_path(f, "out"), 0700), 0);
    assert_err(make(f, "rules.csv", RULES, &told), ERR_EXISTS);
    assert_int_equal(access(home_folder_path(f, "out"), F_OK), 0);
    assert_int_not_equal(access(home_folder_path(f, "out/rules.csv"), F_OK), 0);
}

/* Every kind of mistake in loosen.csv. */
static void test_marks(void **state)
{
    static const struct {
        const char *text, *told;
    } marks[] = {
        { "what,name,may,nl,en\nrule,R99,loosen,a,b\n", "2: expected a rule of rules.csv and the word loosen\n" },
        { "what,name,may,nl,en\nrule,R01,higher,a,b\n", "2: expected a rule of rules.csv and the word loosen\n" },
        { "what,name,may,nl,en\nevent,VZM,loosen,a,b\n", "2: expected rule or parameter\n" },
        { "what,name,may,nl,en\nparameter,hours,any,a,b\n", "2: expected a parameter of parameters.csv and higher, lower or any\n" },
        { "what,name,may,nl,en\nparameter,vzm_hours,loosen,a,b\n", "2: expected a parameter of parameters.csv and higher, lower or any\n" },
        { "what,name,may,nl,en\nrule,R01,loosen,,b\nrule,R02,loosen,a,\n",
            "2: expected the reason in Dutch and in English\n3: expected the reason in Dutch and in English\n" },
        { "what,name,may,en\nrule,R01,loosen,b\n", "1: column \"nl\" is missing\n" },
        { "", "1: this table is empty; the first row names the columns\n" },
    };
    struct policy_pack *pack = support_policy_pack(PACK);

    (void) state;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct told told = {.text = ""};
        struct client_loosen check = {.base = pack, .region = pack, .marks = (const uint8_t *) marks[i].text,
            .marks_len = strlen(marks[i].text), .mistake = mistake, .report = looser, .arg = &told};
        size_t count = 7;

        assert_true(client_loosen_check(&check, &count) != OK);
        assert_string_equal(told.text, marks[i].told);
        assert_int_equal(count, 7);
    }
    policy_pack_free(pack);
}

static int set_row(void **state, const struct row *r, const struct row **slot)
{
    *slot = r;
    return home_folder_setup(state);
}

/* One test for each row: its setup finds the row by the count of tests that began. */
static int setup_row(void **state)
{
    static size_t next;

    return set_row(state, &rows[next++ % (sizeof rows / sizeof *rows)], &row_of_test);
}

static int setup_bad(void **state)
{
    static size_t next;

    return set_row(state, &bad[next++ % (sizeof bad / sizeof *bad)], &bad_of_test);
}

int main(void)
{
    static struct check_list list;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        list.tests[list.count++] = (struct CMUnitTest){ rows[i].name, test_row, setup_row, home_folder_teardown, NULL };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        list.tests[list.count++] = (struct CMUnitTest){ bad[i].name, test_bad, setup_bad, home_folder_teardown, NULL };
    list.tests[list.count++] = (struct CMUnitTest){ "nothing differs", test_nothing, home_folder_setup, home_folder_teardown, NULL };
    list.tests[list.count++] = (struct CMUnitTest){ "from which day", test_parameter_day, home_folder_setup, home_folder_teardown, NULL };
    list.tests[list.count++] = (struct CMUnitTest){ "the folder is there already", test_out_exists, home_folder_setup, home_folder_teardown, NULL };
    check_add(&list, "mistakes in loosen.csv", test_marks, NULL);
    return check_run(&list, "client/overlay");
}
