/*
 * Faults planted in copies of the Dutch pack, each caught by the invariant that it breaks; and the
 * counter-examples are real: as rows of cases.csv the faulty pack answers them so. Faults in the evaluator
 * are in test_policy_proofs.c.
 */
#include "tests/support/check.h"

#include "policy/cases.h"
#include "policy/check.h"
#include "policy/row.h"
#include "tests/support/policy.h"
#include "tests/support/policy_edit.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

enum { EDITS_MAX = 3, FOUND_MAX = 64 };

struct fault {
    const char *caught_by, *subject, *what;  /* subject: what the finding is about, NULL for "" */
    struct support_policy_edit edit[EDITS_MAX];
};

#define RULE(from, to) { POLICY_TABLE_RULES, from, to }
#define EVENT(from, to) { POLICY_TABLE_EVENTS, from, to }

static const struct fault faults[] = {
    { "citizen_number", NULL, "the number goes with the transfer file",
        { { POLICY_TABLE_SECTIONS, "pgn,SX", "pgn,S3" },
            RULE("R62,ANY,ANY,ANY,pgn,N,,,,,no,no,none,0",
                "R62,SCHOOL,transfer_statutory,SCHOOL,pgn,A,LAW_DUTY,9.2.g,ENROL_NEW,,no,no,before,30") } },
    { "talk_content", NULL, "a school gets care content at a placement",
        { RULE("SCHOOL,ident guard enrol need learn,C,", "SCHOOL,ident guard enrol need learn care,C,") } },
    { "talk_content", NULL, "attendance reads notes of social work",
        { RULE("R04,leerplicht,att_followup,jgz,fitness,C", "R04,leerplicht,sick_advice,smw,smw_note,C") } },
    { "support_is_no_enforcement", NULL, "a plan made for support serves enforcement",
        { RULE("R01,leerplicht,att_enforce,SCHOOL,ident guard enrol att effort,",
            "R01,leerplicht,att_enforce,SCHOOL,ident guard enrol att effort plan,") } },
    { "enforcement_from_schools", NULL, "the municipality's access to help gives for enforcement",
        { RULE("R01,leerplicht,att_enforce,SCHOOL,", "R01,leerplicht,att_enforce,SCHOOL cjg,") } },
    { "enforcement_reported", NULL, "four weeks at home are enough to enforce",
        { RULE("VZM/LRV/ABS/LUXE,..17", "VZM/LRV/ABS/LUXE/HOME,-17") } },
    { "no_enforcement_from_18", NULL, "enforcement at every age",
        { RULE("VZM/LRV/ABS/LUXE,..17", "VZM/LRV/ABS/LUXE,") } },
    { "no_enforcement_from_18", NULL, "enforcement up to and with 18",
        { RULE("VZM/LRV/ABS/LUXE,..17", "VZM/LRV/ABS/LUXE,-18") } },
    { "statistics_counts", NULL, "statistics get access logs",
        { RULE("ANY,count,A,STAT", "ANY,count log,A,STAT") } },
    { "research_pseudonyms", NULL, "research gets names", { RULE("ANY,pseudo,C,", "ANY,pseudo ident,C,") } },
    { "research_consent", NULL, "research asks nobody",
        { RULE("ANY,pseudo,C,CONSENT_X,9.2.a", "ANY,pseudo,A,PUBLIC_TASK,9.2.j") } },
    { "no_name_to_think_along", NULL, "thinking along with a name",
        { RULE("R57,ANY,anon_consult,ANY,anon,", "R57,ANY,anon_consult,ANY,anon ident,") } },
    { "break_glass_days", NULL, "a week after acute danger",
        { RULE("post,post,after,3\n", "post,post,after,7\n") } },
    { "break_glass_sections", NULL, "acute danger opens care content",
        { RULE("ident guard safety fitness care_fact plan,A,VITAL",
            "ident guard safety fitness care_fact plan care,A,VITAL") } },
    { "break_glass_askers", NULL, "an employer breaks the glass",
        { RULE("veilig_thuis huisarts,acute_danger", "veilig_thuis huisarts werkgever,acute_danger") } },
    { "break_glass_holders", NULL, "acute danger opens what debt counselling has",
        { RULE("veilig_thuis huisarts,ident guard safety",
            "veilig_thuis huisarts schuldhulp,ident guard safety") } },
    { "break_glass_afterwards", NULL, "nobody looks after acute danger",
        { RULE("post,post,after,3\n", "post,no,after,3\n") } },
    { "nobody_opens_alone", NULL, "the officer enters an absence itself",
        { EVENT("enrolled anywhere,leerplicht,ref", "enrolled anywhere,leerplicht,yes") } },
    { "nobody_opens_alone", NULL, "Veilig Thuis enters its own request",
        { EVENT("asked for information,veilig_thuis,ref", "asked for information,veilig_thuis,yes") } },
    { "nobody_opens_alone", NULL, "a rule without consent needs no event any more",
        { RULE("status,A,PUBLIC_TASK,,LRV/ABS/HOME,", "status,A,PUBLIC_TASK,,,") } },
    { "objection_public_task", NULL, "the public task survives an objection",
        { { POLICY_TABLE_GROUNDS, "public task\",no", "public task\",yes" } } },
    { "objection_consent", NULL, "an earlier consent survives an objection",
        { { POLICY_TABLE_GROUNDS, "9(2)(a)\",no", "9(2)(a)\",yes" } } },
    { "case_first", NULL, "working one case together without a case",
        { { POLICY_TABLE_PURPOSES, "working one case together,yes", "working one case together,no" } } },
    { "secrets_weighed", NULL, "care content between helpers is not weighed",
        { RULE("care plan safety,A,LAW_EXC,9.2.h,CO_TREAT,,asker",
            "care plan safety,A,LAW_EXC,9.2.h,CO_TREAT,,no") } },
    { "right_to_report", NULL, "a report is not weighed by the holder",
        { RULE("RVDK_REQUEST,,holder,holder,", "RVDK_REQUEST,,asker,holder,") } },
    { "report_second_person", NULL, "a report without a second person",
        { RULE("RVDK_REQUEST,,holder,holder,", "RVDK_REQUEST,,holder,no,") } },
    { "order_of_court", NULL, "the institution asks without a court order",
        { RULE("9.2.g,OTS,,asker,no,defer", "9.2.g,OTS/MELDCODE,,asker,no,defer") } },
    { "known_consent", NULL, "whether somebody has a helper is asked silently",
        { RULE(
            "cjg wijkteam,known,C,CONSENT_X,9.2.a,,,", "cjg wijkteam,known,A,PUBLIC_TASK,9.2.g,HOME,,") } },
    { "helpers_consent", NULL, "helpers tell a school the plan without consent",
        { RULE("jongerenwerk,plan care_fact,C,CONSENT_X,9.2.a",
            "jongerenwerk,plan care_fact,A,PUBLIC_TASK,9.2.g") } },
    { "able_to_consent", NULL, "the school doctor tells what a pupil is able to do without consent",
        { RULE("jgz,fitness,C,CONSENT_X,9.2.a,MAZL_CONSULT,,no",
            "jgz,fitness,A,PUBLIC_TASK,9.2.h,MAZL_CONSULT,,no") } },
    { "names_to_partnership", NULL, "the municipality hands names to the partnership",
        { RULE("leerplicht,ident enrol att status,C,CONSENT,",
            "leerplicht,ident enrol att status,A,PUBLIC_TASK,") } },
    { "warm_transfer_consent", NULL, "a personal handover without consent",
        { RULE(
            "plan own_words,C,CONSENT_X,9.2.a,ENROL_NEW", "plan own_words,A,PUBLIC_TASK,9.2.g,ENROL_NEW") } },
    { "statutory_transfer", NULL, "results go with the statutory transfer",
        { RULE("ident guard enrol okr,A", "ident guard enrol okr learn,A") } },
    { "transfer_copy", NULL, "the report goes before the parents have a copy",
        { RULE("ENROL_NEW COPY_GIVEN,", "ENROL_NEW,") } },
    { "truancy_opens_no_needs", NULL, "sixteen hours of truancy open support needs",
        { RULE("9.2.g,LRV/ABS INFORMED,", "9.2.g,VZM/LRV/ABS INFORMED,") } },
    { "never_shared", NULL, "debts go with a personal handover",
        { RULE("SCHOOL,family fin safety justice health_med", "SCHOOL,family safety justice health_med"),
            RULE("effort learn training plan own_words,C", "effort learn training plan own_words fin,C") } },
    { "narrow_partners", NULL, "an employer reads what a pupil can do",
        { RULE("mbo vo so_vso,adjust,C", "mbo vo so_vso,adjust fitness,C") } },
    { "no_people_for_policy", NULL, "policy makers follow a pupil",
        { RULE("R09,SCHOOL,att_followup", "R09,SCHOOL gemeente_beleid,att_followup") } },
    { "half_a_year", NULL, "two hundred days",
        { RULE("VZM/LRV/ABS/LUXE,..17,no,no,before,90", "VZM/LRV/ABS/LUXE,..17,no,no,before,200") } },
    { "purpose_bound", NULL, "a name is no longer about a person",
        { { POLICY_TABLE_SECTIONS, "ident,S1", "ident,S0" } } },
    { "second_ground", NULL, "explicit consent is the ground where nobody is asked",
        { RULE("A,PUBLIC_TASK,9.2.g,TLV_REQ/ARR_REQ INFORMED",
            "A,PUBLIC_TASK,9.2.a,TLV_REQ/ARR_REQ INFORMED") } },
    { "second_ground", NULL, "consent is asked and something else is the ground",
        { RULE("need,C,CONSENT_X,9.2.a,TLV_REQ/ARR_REQ", "need,C,CONSENT_X,9.2.h,TLV_REQ/ARR_REQ") } },
    { "rule_reachable", "R81", "a rule after one that says the same",
        { RULE("R68,SCHOOL,",
            "R81,SCHOOL,support_alloc,swv,tlv,A,PUBLIC_TASK,9.2.g,TLV_REQ,,no,no,before,180\nR68,"
            "SCHOOL,") } },
    { "rule_reachable", "R81", "a never after one that says the same",
        { RULE("R68,SCHOOL,", "R81,mbo,statistics,ANY,ident,N,,,,,no,no,none,0\nR68,SCHOOL,") } },
    { "rule_reachable", "R72", "an event between two partners that a third would have to set",
        { EVENT("another municipality,leerplicht rmc,ref,pair", "another municipality,huisarts,ref,pair") } },
    { "event_setter", "MOVED", "the same, seen from the event",
        { EVENT("another municipality,leerplicht rmc,ref,pair", "another municipality,huisarts,ref,pair") } },
    { "event_setter", "PLACE_OFFER", "only who asks could set it, and may not",
        { EVENT("offered a place,SCHOOL,ref,pair", "offered a place,rekenkamer,no,pair") } },
    { "permit_hidden", NULL, "a never takes what another rule gives",
        { RULE("leerplicht,exempt justice,N", "leerplicht,exempt justice status,N") } },
    { "permit_hidden", NULL, "a rule gives what a never takes",
        { RULE("jgz smw,care_fact fitness,C", "jgz smw,care_fact fitness smw_note,C") } },
    { "added_fact", NULL, "a report of absence more, and it must suddenly be weighed",
        { RULE("effort need plan,C,CONSENT_X,9.2.a,HOME,,asker",
            "effort need plan,C,CONSENT_X,9.2.a,HOME,,no") } },
};

/* What a check told. */
struct found {
    size_t count;
    struct {
        char name[32], subject[32];
        uint64_t places;
    } finding[FOUND_MAX];
    char *table;  /* all rows, as cases.csv */
};

static void note(void *arg, const struct policy_finding *f)
{
    struct found *found = arg;
    char *longer = NULL;

    assert_true(found->count < FOUND_MAX);
    (void)snprintf(found->finding[found->count].name, 32, "%s", f->name);
    (void)snprintf(found->finding[found->count].subject, 32, "%s", f->subject);
    found->finding[found->count++].places = f->places;
    assert_true(f->places > 0);
    assert_true(f->text[0] != '\0');
    assert_true(asprintf(&longer, "%s%s\n", found->table, f->row) > 0);
    free(found->table);
    found->table = longer;
}

static void no_mistake(void *arg, const struct trouble *t)
{
    (void)arg;
    print_error("%u:%u %s\n", t->line, t->column, t->text);
}

static struct policy_checked run(const struct policy_pack *pack, struct found *found)
{
    struct policy_invariants *rows = support_policy_invariants(PACK, pack);
    struct policy_check check = { .pack = pack, .invariants = rows, .report = note, .arg = found };
    struct policy_checked checked = { .broken = 999 };

    assert_true(asprintf(&found->table, "%s\n", policy_row_header) > 0);
    assert_err(policy_check_run(&check, &checked), OK);
    assert_int_equal(checked.broken, found->count);
    policy_invariants_free(rows);
    return checked;
}

/* Each counter-example is a row that the pack answers as it says. */
static void assert_real(const struct policy_pack *pack, const struct found *found)
{
    struct policy_cases_run cases = { .pack = pack,
        .name = "found.csv",
        .data = (const uint8_t *)found->table,
        .len = strlen(found->table),
        .mistake = no_mistake };
    size_t passed = 0, failed = 0;

    assert_err(policy_cases_check(&cases, &passed, &failed), OK);
    if (failed != 0)
        fail_msg("no real counter-example:\n%s", found->table);
    assert_int_equal(passed, found->count);
}

static bool is_found(const struct found *found, const struct fault *f)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->finding[i].name, f->caught_by) == 0
            && strcmp(found->finding[i].subject, f->subject == NULL ? "" : f->subject) == 0)
            return true;
    return false;
}

static void test_fault(void **state)
{
    const struct fault *f = *state;
    struct found found = { .count = 0 };
    struct policy_pack *pack;
    size_t edits = 0;

    while (edits < EDITS_MAX && f->edit[edits].from != NULL)
        edits++;
    pack = support_policy_edited(PACK, f->edit, edits);
    (void)run(pack, &found);
    if (!is_found(&found, f))
        fail_msg("not caught by %s; found:\n%s", f->caught_by, found.table);
    assert_real(pack, &found);
    free(found.table);
    policy_pack_free(pack);
}

static void test_whole(void **state)
{
    struct policy_pack *pack = support_policy_pack(PACK);
    struct found found = { .count = 0 };
    struct policy_checked checked = run(pack, &found);

    (void)state;
    if (checked.broken != 0)
        fail_msg("the pack of the repository is broken:\n%s", found.table);
    assert_int_equal(checked.places, 26 * 23 * 26 * 34);
    assert_int_equal(checked.invariants, 48);
    assert_true(checked.classes > 100);
    assert_true(checked.points > 100000);
    free(found.table);
    policy_pack_free(pack);
}

/* The exception of a row is needed, and named: without it the row is broken. */
static void test_exceptions(void **state)
{
    static const char *const needed[] = { "nobody_opens_alone R56", "nobody_opens_alone R57",
        "nobody_opens_alone R58", "no_enforcement_from_18 R09" };
    struct policy_pack *pack = support_policy_pack(PACK);
    char name[64], *rule;

    (void)state;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        struct policy_invariants *rows = support_policy_invariants(PACK, pack);
        struct found found = { .count = 0, .table = strdup("") };
        struct policy_check check = { .pack = pack, .invariants = rows, .report = note, .arg = &found };
        struct policy_checked checked;
        int index;

        (void)snprintf(name, sizeof name, "%s", needed[i]);
        rule = strchr(name, ' ');
        *rule++ = '\0';
        index = policy_pack_rule(pack, rule);
        for (size_t j = 0; j < rows->count; j++)
            if (strcmp(rows->row[j].name, name) == 0) {
                assert_true((rows->row[j].unless[index / 64] >> (index % 64) & 1) != 0);
                rows->row[j].unless[index / 64] &= ~(UINT64_C(1) << (index % 64));
            }
        assert_err(policy_check_run(&check, &checked), OK);
        assert_int_equal(found.count, 1);
        assert_string_equal(found.finding[0].name, name);
        assert_non_null(strstr(found.table, rule));
        free(found.table);
        policy_invariants_free(rows);
    }
    policy_pack_free(pack);
}

/* The smallest: with the fewest facts, in the first place. What alone sets is written so. */
static void test_smallest(void **state)
{
    static const struct support_policy_edit edit[] = {
        EVENT("enrolled anywhere,leerplicht,ref", "enrolled anywhere,leerplicht,yes")
    };
    struct policy_pack *pack = support_policy_edited(PACK, edit, 1);
    struct found found = { .count = 0 };

    (void)state;
    (void)run(pack, &found);
    assert_int_equal(found.count, 1);
    assert_non_null(strstr(found.table,
        "\nnobody_opens_alone,leerplicht,att_followup,po,ident,0,,ABS:req,,,PERMIT,R02,"));
    free(found.table);
    policy_pack_free(pack);
}

static void test_in_dutch(void **state)
{
    static const struct support_policy_edit edit[] = { RULE("post,post,after,3\n", "post,post,after,7\n") };
    struct policy_pack *pack = support_policy_edited(PACK, edit, 1);
    struct policy_invariants *rows = support_policy_invariants(PACK, pack);
    struct found found = { .count = 0, .table = strdup("") };
    struct policy_check check = {
        .pack = pack, .invariants = rows, .lang = LANG_NL, .report = note, .arg = &found
    };
    struct policy_checked checked;

    (void)state;
    assert_err(policy_check_run(&check, &checked), OK);
    assert_int_equal(found.count, 1);
    assert_non_null(strstr(found.table, "Bij acuut gevaar is er hooguit 3 dagen toegang."));
    free(found.table);
    policy_invariants_free(rows);
    policy_pack_free(pack);
}

struct steps {
    size_t calls, done, all;
};

static void step(void *arg, size_t done, size_t all)
{
    struct steps *s = arg;

    assert_true(done < all);
    assert_true(s->calls == 0 || done > s->done);
    s->calls++;
    s->done = done;
    s->all = all;
}

static void test_progress(void **state)
{
    struct policy_pack *pack = support_policy_pack(PACK);
    struct policy_invariants *rows = support_policy_invariants(PACK, pack);
    struct steps steps = { .calls = 0 };
    struct policy_check check = { .pack = pack, .invariants = rows, .progress = step, .arg = &steps };
    struct policy_checked checked;

    (void)state;
    assert_err(policy_check_run(&check, &checked), OK);
    assert_int_equal(steps.calls, checked.classes);
    assert_int_equal(steps.all, checked.classes);
    policy_invariants_free(rows);
    policy_pack_free(pack);
}

int main(void)
{
    static struct check_list list;
    static char name[sizeof faults / sizeof *faults][128];

    check_add(&list, "the Dutch pack keeps every invariant", test_whole, NULL);
    check_add(&list, "each exception is needed", test_exceptions, NULL);
    check_add(&list, "the smallest counter-example", test_smallest, NULL);
    check_add(&list, "in Dutch", test_in_dutch, NULL);
    check_add(&list, "progress goes on", test_progress, NULL);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        (void)snprintf(name[i], sizeof name[i], "%s: %s", faults[i].caught_by, faults[i].what);
        check_add(&list, name[i], test_fault, &faults[i]);
    }
    return check_run(&list, "policy/check");
}
