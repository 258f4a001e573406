/*
 * Differences between packs that lie in their names and in which statements count; and the rest of
 * policy/diff.
 */
#include "tests/support/check.h"

#include "policy/diff.h"
#include "tests/support/policy.h"
#include "tests/support/policy_edit.h"
#include "tests/support/policy_told.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static struct support_policy_told told;

/* ---- statements that count in one pack only ---- */

struct counted {
    const char *name;
    struct support_policy_edit edit;
    size_t groups[POLICY_DIFF_KINDS];
    const char *why[2];  /* in the rows, in English and in Dutch */
};

static const struct counted counted[] = {
    { "a day more",
        { POLICY_TABLE_EVENTS, "report,veilig_thuis,no,child,365", "report,veilig_thuis,no,child,366" },
        { 1, 0, 0, 0 },
        { "REPORTED: set by another (veilig_thuis), 366 days old",
            "REPORTED: gezet door een ander (veilig_thuis), 366 dagen oud" } },
    { "a term where there was none",
        { POLICY_TABLE_EVENTS, "enrolled anywhere,leerplicht,ref,child,",
            "enrolled anywhere,leerplicht,ref,child,90" },
        { 1, 9, 1, 20 },
        { "ABS: set by another (leerplicht), 91 days old",
            "ABS: gezet door een ander (leerplicht), 91 dagen oud" } },
    { "the holder itself",
        { POLICY_TABLE_EVENTS, "report,veilig_thuis,no,child,365", "report,veilig_thuis,no,pair,365" },
        { 0, 1, 0, 0 },
        { "REPORTED: set by another (veilig_thuis), not of this pair",
            "REPORTED: gezet door een ander (veilig_thuis), niet van dit paar" } },
    { "for this purpose only",
        { POLICY_TABLE_EVENTS, "report,veilig_thuis,no,child,365", "report,veilig_thuis,no,purpose,365" },
        { 0, 1, 0, 0 },
        { "REPORTED: set by another (veilig_thuis), for another purpose",
            "REPORTED: gezet door een ander (veilig_thuis), voor een ander doel" } },
    { "a reference is not enough any more",
        { POLICY_TABLE_EVENTS, "asked for information,rvdk,ref", "asked for information,rvdk,no" },
        { 0, 1, 0, 2 },
        { "RVDK_REQUEST: set by the asker (rvdk), with a ticked reference",
            "RVDK_REQUEST: gezet door de vrager (rvdk), met aangevinkte verwijzing" } },
    { "another partner sets it",
        { POLICY_TABLE_EVENTS, "report,veilig_thuis,no,child", "report,huisarts,no,child" }, { 1, 1, 0, 0 },
        { "REPORTED: set by another (huisarts)", "REPORTED: gezet door een ander (huisarts)" } },
};

static void test_counted(void **state)
{
    const struct counted *c = *state;
    struct policy_pack *after = support_policy_edited(PACK, &c->edit, 1);

    for (size_t nl = 0; nl < 2; nl++) {
        struct policy_diffed diffed = support_policy_tell(&told, pack, after, nl == 1 ? LANG_NL : LANG_EN);

        support_policy_groups(&told, &diffed, c->groups);
        if (strstr(told.rows[0], c->why[nl]) == NULL || strstr(told.rows[1], c->why[nl]) == NULL)
            fail_msg("not said why:\n%s%s", told.rows[0], told.rows[1]);
    }
    policy_pack_free(after);
}

/* The system's event becomes one that people set: the membership counts no longer, and their word does. */
static void test_system(void **state)
{
    static const struct support_policy_edit edit = { POLICY_TABLE_EVENTS, "never set\",system,,purpose",
        "never set\",vo,no,purpose" };
    static const char *const why[2][2] = { { "CASE: membership of the case", "CASE: set by another (vo)" },
        { "CASE: lidmaatschap van de casus", "CASE: gezet door een ander (vo)" } };
    struct policy_pack *after = support_policy_edited(PACK, &edit, 1);

    (void)state;
    for (size_t nl = 0; nl < 2; nl++) {
        struct policy_diffed diffed = support_policy_tell(&told, pack, after, nl == 1 ? LANG_NL : LANG_EN);

        assert_non_null(strstr(told.rows[0], why[nl][0]));
        assert_non_null(strstr(told.rows[0], why[nl][1]));
        assert_true(diffed.groups[POLICY_DIFF_GAIN] > 5);
        assert_int_equal(diffed.groups[POLICY_DIFF_GAIN], diffed.groups[POLICY_DIFF_LOSS]);
    }
    policy_pack_free(after);
}

/* The same, and those people are new, so that nobody can have said so before. */
static void test_system_to_new(void **state)
{
    static const struct support_policy_edit edit[] = {
        { POLICY_TABLE_EVENTS, "never set\",system,,purpose", "never set\",tolk,no,purpose" },
        { POLICY_TABLE_KINDS, "rekenkamer,,", "tolk,,interpreter\nrekenkamer,," },
    };
    struct policy_pack *after = support_policy_edited(PACK, edit, 2);
    struct policy_diffed diffed = support_policy_tell(&told, pack, after, LANG_EN);

    (void)state;
    assert_true(diffed.groups[POLICY_DIFF_LOSS] > 5);
    assert_non_null(strstr(told.rows[0], "CASE: membership of the case"));
    assert_null(strstr(told.text, "gain >R45"));
    policy_pack_free(after);
}

/* ---- other names ---- */

/* An event, a kind and a section that only one of the packs has. A new kind is one of ANY, so five other
 * rules give too. */
static void test_new_names(void **state)
{
    static const struct support_policy_edit edit[] = {
        { POLICY_TABLE_KINDS, "rekenkamer,,", "tolk,,interpreter\nrekenkamer,," },
        { POLICY_TABLE_EVENTS, "MOVED,the", "SPOKEN,a talk,SCHOOL,no,child,30\nMOVED,the" },
        { POLICY_TABLE_SECTIONS, "pgn,SX", "language,S2,the language that is spoken\npgn,SX" },
        { POLICY_TABLE_RULES, "R80,SCHOOL",
            "R81,tolk,case_support,vo,language,A,LAW_DUTY,,SPOKEN,,no,no,none,5\nR80,SCHOOL" },
    };
    struct policy_pack *after = support_policy_edited(PACK, edit, 4);
    struct policy_diffed diffed = support_policy_tell(&told, pack, after, LANG_EN);

    (void)state;
    assert_int_equal(diffed.groups[POLICY_DIFF_GAIN], 6);
    assert_int_equal(diffed.groups[POLICY_DIFF_LOSS], 0);
    assert_non_null(strstr(told.text, "gain >R81: tolk | case_support | vo | language | -1 0 12 16 18 23\n"));
    assert_non_null(strstr(told.rows[0],
        "before,tolk,case_support,vo,language,0,,,,,DENY,NOT_IN_MATRIX,SPOKEN: set by another (po)"));
    assert_non_null(strstr(told.rows[1],
        "after,tolk,case_support,vo,language,0,,SPOKEN,,,PERMIT,R81,SPOKEN: set by another (po)"));
    diffed = support_policy_tell(&told, after, pack, LANG_EN);
    assert_int_equal(diffed.groups[POLICY_DIFF_GAIN], 0);
    assert_int_equal(diffed.groups[POLICY_DIFF_LOSS], 6);
    policy_pack_free(after);
}

/* An event that a new kind alone may set: it counts where that kind holds, and nowhere else. */
static void test_new_setter(void **state)
{
    static const struct support_policy_edit edit[] = {
        { POLICY_TABLE_KINDS, "rekenkamer,,", "tolk,,interpreter\nrekenkamer,," },
        { POLICY_TABLE_PURPOSES, "research,pseudo",
            "language,to speak with one another,no\nresearch,pseudo" },
        { POLICY_TABLE_EVENTS, "MOVED,the",
            "SPOKEN,a talk,tolk inspectie,no,child,30\nHEARD,a talk,tolk,no,child,30\nMOVED,the" },
        { POLICY_TABLE_RULES, "R80,SCHOOL",
            "R81,vo,language,tolk,plan,A,LAW_DUTY,,HEARD,,no,no,none,5\n"
            "R82,vo,language,swv,plan,A,LAW_DUTY,,HEARD,,no,no,none,5\n"
            "R83,vo,language,jgz,plan,A,LAW_DUTY,,SPOKEN,,no,no,none,5\nR80,SCHOOL" },
    };
    struct policy_pack *after = support_policy_edited(PACK, edit, 4);

    (void)state;
    (void)support_policy_tell(&told, pack, after, LANG_EN);
    assert_non_null(strstr(told.text, "gain >R81: vo | language | tolk | plan | -1 0 12 16 18 23\n"));
    assert_null(strstr(told.text, ">R82"));
    assert_non_null(strstr(told.rows[1], "HEARD: set by the holder (tolk)"));
    assert_non_null(strstr(told.rows[1], "SPOKEN: set by another (inspectie)"));
    (void)support_policy_tell(&told, after, pack, LANG_EN);
    assert_non_null(strstr(told.text, "loss R83>: vo | language | jgz | plan | -1 0 12 16 18 23\n"));
    assert_non_null(strstr(told.rows[0], "SPOKEN: set by another (inspectie)"));
    policy_pack_free(after);
}

/* A rule needs both, and both count in the first pack only. */
static void test_two_reasons(void **state)
{
    static const struct support_policy_edit edit[] = {
        { POLICY_TABLE_EVENTS, "below the threshold)\",SCHOOL leerplicht,ref,child,90",
            "below the threshold)\",SCHOOL leerplicht,ref,child,9" },
        { POLICY_TABLE_EVENTS, "unauthorised absence suspected\",SCHOOL,no,child,60",
            "unauthorised absence suspected\",SCHOOL,no,child,6" },
    };
    struct policy_pack *after = support_policy_edited(PACK, edit, 2);

    (void)state;
    (void)support_policy_tell(&told, pack, after, LANG_EN);
    assert_non_null(strstr(told.rows[0],
        "\"OVERIG: set by another (po), 90 days old; SICK_CHECKED: set by another (po), 60 days old\""));
    policy_pack_free(after);
}

/* Two events that were told apart by nothing count in other packs; together they count in both. */
static void test_two_events(void **state)
{
    static const struct support_policy_edit edit[] = {
        { POLICY_TABLE_EVENTS, "VT_REQUEST,Veilig Thuis asked for information,veilig_thuis,ref,child,30",
            "VT_REQUEST,Veilig Thuis asked for information,veilig_thuis,ref,child,3" },
        { POLICY_TABLE_EVENTS, "reporting code recorded,ANY,no,pair,30",
            "reporting code recorded,ANY,no,pair,60" },
    };
    struct policy_pack *after = support_policy_edited(PACK, edit, 2);
    struct policy_diffed diffed = support_policy_tell(&told, pack, after, LANG_EN);

    (void)state;
    assert_int_equal(diffed.groups[POLICY_DIFF_GAIN], 2);
    assert_int_equal(diffed.groups[POLICY_DIFF_LOSS], 2);
    assert_non_null(strstr(told.rows[0], "VT_REQUEST: set by another (veilig_thuis), 30 days old"));
    assert_non_null(strstr(told.rows[0], "MELDCODE: set by another (po), 31 days old"));
    policy_pack_free(after);
}

/* ---- the rest ---- */

static void step(void *arg, size_t done, size_t all)
{
    assert_true(done < all);
    ++*(size_t *)arg;
}

static void test_progress(void **state)
{
    size_t steps = 0;
    struct policy_diff diff = { .pack = { pack, pack }, .progress = step, .arg = &steps };
    struct policy_diffed diffed = { .changed = 7 };

    (void)state;
    assert_err(policy_diff_run(&diff, &diffed), OK);
    assert_int_equal(diffed.changed, 0);
    assert_int_equal(diffed.places, 26 * 23 * 26 * 34);
    assert_true(diffed.points > 50000);
    assert_true(steps > 100);
}

/* Packs that cannot be walked through together: too many names of a set, and too many events apart from each
 * other. */
static void test_too_much(void **state)
{
    char sections[2][2048],
        events[2048] = "event,meaning,set_by,by_requester,scope,valid_days\n",
        rules[2048] =
            "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,eyes,inform,days\n";
    struct policy_diffed diffed = { .changed = 7 };
    struct policy_pack *p[3] = { NULL, NULL, NULL };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct support_policy_texts texts = support_policy_small();

        (void)snprintf(
            sections[i], sizeof sections[i], "section,class,content\nident,S1,x\natt,S2,x\npgn,SX,x\n");
        for (unsigned n = 0; n < 32; n++)
            (void)snprintf(sections[i] + strlen(sections[i]), sizeof sections[i] - strlen(sections[i]),
                "%c%u,S2,x\n", i == 0 ? 'a' : 'b', n);
        texts.text[POLICY_TABLE_SECTIONS] = sections[i];
        assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p[i]), OK);
    }
    struct support_policy_texts texts = support_policy_small();
    struct policy_diff names = { .pack = { p[0], p[1] } }, many;

    for (unsigned n = 1; n <= 13; n++) {
        (void)snprintf(events + strlen(events), sizeof events - strlen(events), "E%u,x,po,no,child,\n", n);
        (void)snprintf(rules + strlen(rules), sizeof rules - strlen(rules),
            "R%u,leerplicht,help,po,att,A,LAW,,E%u,,no,no,none,1\n", n, n);
    }
    texts.text[POLICY_TABLE_EVENTS] = events;
    texts.text[POLICY_TABLE_RULES] = rules;
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p[2]), OK);
    many = (struct policy_diff){ .pack = { p[2], p[2] } };
    assert_err(policy_diff_run(&names, &diffed), ERR_LONG);
    assert_err(policy_diff_run(&many, &diffed), ERR_LONG);
    assert_int_equal(diffed.changed, 7);
    for (size_t i = 0; i < 3; i++)
        policy_pack_free(p[i]);
}

static void parameter(
    void *arg, const char *name, struct date from, const uint64_t *before, const uint64_t *after)
{
    char line[128], day[11], a[24] = "-", b[24] = "-";

    date_format(from, day);
    if (before != NULL)
        (void)snprintf(a, sizeof a, "%u", (unsigned)*before);
    if (after != NULL)
        (void)snprintf(b, sizeof b, "%u", (unsigned)*after);
    (void)snprintf(line, sizeof line, "%s %s %s %s\n", name, day, a, b);
    support_policy_add(arg, line);
}

static void test_parameters(void **state)
{
    static const struct support_policy_edit edit[] = {
        { POLICY_TABLE_PARAMETERS, "vzm_hours,16,", "vzm_hours,12," },
        { POLICY_TABLE_PARAMETERS, "rmc_max_age,23,2001-12-01,WEB\n", "rmc_max_age,27,2027-01-01,WEB\n" },
    };
    struct policy_pack *after = support_policy_edited(PACK, edit, 2);
    static char text[SUPPORT_TOLD_MAX];

    (void)state;
    policy_diff_parameters(pack, after, parameter, text);
    assert_string_equal(text,
        "vzm_hours 2015-08-01 16 12\nrmc_max_age 2001-12-01 23 -\nrmc_max_age 2027-01-01 - 27\n");
    policy_pack_free(after);
}

static void test_words(void **state)
{
    struct policy_decision d = { .verdict = POLICY_PERMIT };
    const char *reason;

    (void)state;
    assert_int_equal(policy_diff_answer(&d), 0);
    for (enum policy_reason r = POLICY_NOT_IN_CASE; r < POLICY_REASONS; r++) {
        d = (struct policy_decision){ .reason = r };
        assert_string_equal(
            policy_diff_answer_words((unsigned)__builtin_ctz(policy_diff_answer(&d)), &reason), "DENY");
        assert_int_not_equal(strlen(reason), 0);
    }
    d = (struct policy_decision){ .verdict = POLICY_NEED_WEIGH };
    assert_string_equal(
        policy_diff_answer_words((unsigned)__builtin_ctz(policy_diff_answer(&d)), &reason), "NEED_WEIGH");
    assert_string_equal(reason, "");
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        check_add(&list, counted[i].name, test_counted, &counted[i]);
    check_add(&list, "the system's event becomes another", test_system, NULL);
    check_add(&list, "the system's event becomes a new kind's", test_system_to_new, NULL);
    check_add(&list, "an event that only a new kind sets", test_new_setter, NULL);
    check_add(&list, "two events at the same time", test_two_reasons, NULL);
    check_add(&list, "names that one pack has", test_new_names, NULL);
    check_add(&list, "two events that count in one pack each", test_two_events, NULL);
    check_add(&list, "progress goes on", test_progress, NULL);
    check_add(&list, "more than can be walked through", test_too_much, NULL);
    check_add(&list, "parameters", test_parameters, NULL);
    check_add(&list, "answers in words", test_words, NULL);
    failed = check_run(&list, "policy/diff, events");
    policy_pack_free(pack);
    return failed;
}
