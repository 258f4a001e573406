/*
 * Differences between the Dutch pack and copies with one change: who gains and who loses, and that nothing is
 * left out and nothing told that does not change, against the evaluator itself.
 */
#include "tests/support/check.h"

#include "policy/cases.h"
#include "policy/diff.h"
#include "tests/support/policy.h"
#include "tests/support/policy_edit.h"
#include "tests/support/policy_told.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

enum { EDITS_MAX = 2 };

static struct policy_pack *pack;

/* Numbers that are the same in every run. */
static uint32_t seed = 1;

static uint32_t pick(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % n;
}

/* Each example is answered by each pack as it says. */
static void assert_real(const struct support_policy_told *t)
{
    for (size_t side = 0; side < 2; side++) {
        struct policy_cases_run cases = { .pack = t->pack[side], .name = "diff.csv",
            .data = (const uint8_t *)t->rows[side], .len = strlen(t->rows[side]) };
        size_t passed = 0, failed = 0;

        assert_err(policy_cases_check(&cases, &passed, &failed), OK);
        if (failed != 0)
            fail_msg("no real example:\n%s", t->rows[side]);
        assert_int_equal(passed, t->groups);
    }
}

/* ---- against the evaluator ---- */

static bool is_in(const struct policy_diff_box *b, const struct policy_facts *f, uint8_t section, size_t age)
{
    return (b->askers >> f->asker_kind & 1) != 0 && (b->purposes >> f->purpose & 1) != 0
        && (b->holders >> f->holder_kind & 1) != 0 && (b->sections >> section & 1) != 0
        && (b->ages.word[age / 64] >> (age % 64) & 1) != 0;
}

/* Both packs have the same names in the same places here. False when the decision is the same. */
static bool changes(const struct support_policy_told *t, const struct policy_facts *f, uint8_t section,
    enum policy_diff_kind *kind)
{
    struct policy_decision a, b;
    bool same;

    policy_eval_section(t->pack[0], f, section, &a);
    policy_eval_section(t->pack[1], f, section, &b);
    same = a.verdict == b.verdict && a.reason == b.reason && a.need_events == b.need_events;
    if (same && a.verdict == POLICY_PERMIT)
        same = strcmp(t->pack[0]->rule[a.rule].id, t->pack[1]->rule[b.rule].id) == 0 && a.ground == b.ground
            && a.ground9 == b.ground9 && a.duties == b.duties && a.access_days == b.access_days;
    *kind = a.verdict == POLICY_PERMIT ? (b.verdict == POLICY_PERMIT ? POLICY_DIFF_TERMS : POLICY_DIFF_LOSS)
        : b.verdict == POLICY_PERMIT   ? POLICY_DIFF_GAIN
                                       : POLICY_DIFF_ANSWER;
    return !same;
}

static void random_rest(const struct support_policy_told *t, struct policy_facts *f)
{
    const struct policy_rule *r =
        &t->pack[pick(2)]->rule[pick((uint32_t)t->pack[1]->rules) % t->pack[0]->rules];

    f->member = pick(8) != 0;
    f->weighed = pick(3) != 0;
    f->second = pick(3) != 0;
    f->restricted = pick(3) == 0;
    f->consent_after = pick(2) != 0;
    f->identifiable = pick(6) == 0;
    f->events =
        ((uint64_t)pick(UINT32_MAX) << 32 | pick(UINT32_MAX)) & (pick(2) == 0 ? r->events : ~UINT64_C(0));
    f->incapable = pick(20) == 0;
    f->custody = (uint8_t)(pick(8) * POLICY_WHO_G1);
    f->given = pick(2) == 0 ? POLICY_WHO_PEOPLE : (uint8_t)pick(POLICY_WHO_PEOPLE + 1);
    f->refused = (uint8_t)(pick(3) == 0 ? pick(POLICY_WHO_PEOPLE + 1) : 0);
}

static size_t interval(const struct support_policy_told *t, int age)
{
    size_t at = 0;

    for (size_t i = 1; i < t->ages; i++)
        if (age >= t->age[i])
            at = i;
    return at;
}

static uint8_t one_of(uint64_t mask)
{
    uint8_t i = (uint8_t)pick(64);

    while ((mask >> i & 1) == 0)
        i = (uint8_t)((i + 1) % 64);
    return i;
}

/* Facts near a rule of either pack: none that change is outside the boxes. */
static void assert_none_left_out(const struct support_policy_told *t, size_t tries)
{
    enum policy_diff_kind kind;
    size_t changed = 0;

    for (size_t n = 0; n < tries; n++) {
        const struct policy_pack *p = t->pack[pick(2)];
        const struct policy_rule *r = &p->rule[pick((uint32_t)p->rules)];
        struct policy_facts f = { .asker_kind = one_of(r->requesters), .purpose = one_of(r->purposes),
            .holder_kind = one_of(r->holders), .age_years = (int)pick(28) - 1 };
        uint8_t section = one_of(r->sections);
        bool found = false;

        random_rest(t, &f);
        if (!changes(t, &f, section, &kind))
            continue;
        changed++;
        for (size_t i = 0; i < t->boxes && !found; i++)
            found = t->kind[i] == kind && is_in(&t->box[i], &f, section, interval(t, f.age_years));
        assert_true(found);
    }
    assert_true(changed > 0 || t->boxes == 0 || tries == 0);
}

/* Of each box every corner changes, with some facts. */
static void assert_none_too_many(const struct support_policy_told *t)
{
    enum policy_diff_kind kind;

    for (size_t i = 0; i < t->boxes; i++)
        for (size_t age = 0; age < t->ages; age++) {
            const struct policy_diff_box *b = &t->box[i];
            struct policy_facts f = { .asker_kind = one_of(b->askers), .purpose = one_of(b->purposes),
                .holder_kind = one_of(b->holders), .age_years = t->age[age] };
            uint8_t section = one_of(b->sections);
            bool found = false;

            if ((b->ages.word[age / 64] >> (age % 64) & 1) == 0)
                continue;
            for (size_t n = 0; n < 100000 && !found; n++) {
                random_rest(t, &f);
                found = changes(t, &f, section, &kind) && kind == t->kind[i];
            }
            assert_true(found);
        }
}

/* ---- the changes ---- */

struct change {
    const char *name;
    struct support_policy_edit edit[EDITS_MAX];
    size_t groups[POLICY_DIFF_KINDS];
    const char *told;       /* a line that must be there; NULL: none */
    bool events_changed;    /* facts alone do not show it: an event counts in one pack only */
};

#define RULE(from, to) { POLICY_TABLE_RULES, from, to }

static const struct change changes_made[] = {
    { "one more section",
        { RULE("SCHOOL,ident guard enrol att effort,A", "SCHOOL,ident guard enrol att effort plan,A") },
        { 1, 0, 0, 1 }, "gain >R01: leerplicht | att_enforce | po vo so_vso mbo | plan | 0 12 16\n", false },
    { "one section less", { RULE("SCHOOL,ident guard enrol att effort,A", "SCHOOL,ident guard enrol att,A") },
        { 0, 1, 0, 1 }, "loss R01>: leerplicht | att_enforce | po vo so_vso mbo | effort | 0 12 16\n",
        false },
    { "one year less", { RULE("VZM/LRV/ABS/LUXE,..17", "VZM/LRV/ABS/LUXE,-16") }, { 0, 1, 0, 1 },
        "loss R01>: leerplicht | att_enforce | po vo so_vso mbo | ident guard enrol att effort | 17\n",
        false },
    { "one more who asks", { RULE("R17,swv,", "R17,swv cjg,") }, { 1, 0, 0, 4 },
        "gain >R17: cjg | return_plan | leerplicht | ident enrol att status | 0 12 16 18 23\n", false },
    { "consent no longer",
        { RULE("leerplicht,ident enrol att status,C,CONSENT,",
            "leerplicht,ident enrol att status,A,PUBLIC_TASK,") },
        { 1, 1, 1, 2 },
        "terms R17>R17: swv | return_plan | leerplicht | ident enrol att status | 0 12 16 18 23\n", false },
    { "other days", { RULE("VZM/LRV/ABS/LUXE,..17,no,no,before,90", "VZM/LRV/ABS/LUXE,..17,no,no,before,60") },
        { 0, 0, 1, 0 },
        "terms R01>R01: leerplicht | att_enforce | po vo so_vso mbo | ident guard enrol att effort | 0 12 "
        "16\n",
        false },
    { "another name of a rule", { RULE("R01,leerplicht", "R101,leerplicht") }, { 0, 0, 1, 0 },
        "terms R01>R101: leerplicht | att_enforce | po vo so_vso mbo | ident guard enrol att effort | 0 12 "
        "16\n",
        false },
    { "another order of rules that do not meet",
        { RULE("R01,leerplicht", "R81,mbo,research,mbo,log,N,,,,,no,no,none,0\nR01,leerplicht") },
        { 0, 0, 0, 1 }, "answer >: mbo | research | mbo | log | -1 0 12 16 18 23\n", false },
    { "a never more",
        { RULE("R01,leerplicht", "R81,leerplicht,ANY,vo,att,N,,,,,no,no,none,0\nR01,leerplicht") },
        { 0, 2, 0, 3 }, "loss R01>: leerplicht | att_enforce | vo | att | 0 12 16\n", false },
    { "a never less", { RULE("R62,ANY,ANY,ANY,pgn,N,,,,,no,no,none,0\n", "") }, { 0, 0, 0, 1 }, NULL, false },
    { "the second pair of eyes", { RULE("RVDK_REQUEST,,holder,holder,", "RVDK_REQUEST,,holder,no,") },
        { 1, 0, 1, 0 },
        "terms R53>R53: rvdk | child_safety | po vo so_vso mbo swv leerplicht rmc cjg wijkteam jeugdhulp ggz "
        "jgz smw "
        "jongerenwerk gi | ident guard att effort plan need family safety care | -1 0 12 16 18 23\n",
        false },
    { "a ground that survives", { { POLICY_TABLE_GROUNDS, "public task\",no", "public task\",yes" } },
        { 15, 0, 0, 1 }, NULL, false },
    { "a purpose that needs no case",
        { { POLICY_TABLE_PURPOSES, "a work placement,yes", "a work placement,no" } }, { 1, 0, 0, 5 }, NULL,
        false },
    { "an event more is needed",
        { RULE("C,CONSENT_X,9.2.a,MAZL_CONSULT,..17", "C,CONSENT_X,9.2.a,MAZL_CONSULT INFORMED,-17") },
        { 0, 1, 0, 5 }, "loss R04>: leerplicht | att_followup | jgz | fitness | 0 12 16\n", false },
    { "one may be set by others",
        { { POLICY_TABLE_EVENTS, "REPORTED,this partner made the report,veilig_thuis",
            "REPORTED,this partner made the report,veilig_thuis rvdk" } },
        { 1, 0, 0, 0 }, NULL, true },
    { "one counts for fewer days",
        { { POLICY_TABLE_EVENTS, "report,veilig_thuis,no,child,365", "report,veilig_thuis,no,child,36" } },
        { 0, 1, 0, 0 }, NULL, true },
    { "one that only the asker set is no longer taken",
        { { POLICY_TABLE_EVENTS, "immediate danger: reason in text and an attempt to phone,ANY,yes",
            "immediate danger: reason in text and an attempt to phone,ANY,no" } },
        { 0, 1, 0, 0 }, NULL, true },
    { "nothing but a meaning", { { POLICY_TABLE_KINDS, "primary school", "basisschool" } }, { 0, 0, 0, 0 },
        NULL, false },
};

static struct support_policy_told told;

static void test_change(void **state)
{
    const struct change *c = *state;
    struct policy_pack *after;
    struct policy_diffed diffed;
    size_t edits = 0;

    while (edits < EDITS_MAX && c->edit[edits].from != NULL)
        edits++;
    after = support_policy_edited(PACK, c->edit, edits);
    diffed = support_policy_tell(&told, pack, after, LANG_EN);
    support_policy_groups(&told, &diffed, c->groups);
    if (c->told != NULL && strstr(told.text, c->told) == NULL)
        fail_msg("not told:\n%s", told.text);
    assert_int_equal(diffed.changed == 0, told.groups == 0);
    assert_real(&told);
    if (!c->events_changed) {
        assert_none_left_out(&told, 200000);
        assert_none_too_many(&told);
    }
    policy_pack_free(after);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    for (size_t i = 0; i < sizeof changes_made / sizeof *changes_made; i++)
        check_add(&list, changes_made[i].name, test_change, &changes_made[i]);
    failed = check_run(&list, "policy/diff");
    policy_pack_free(pack);
    return failed;
}
