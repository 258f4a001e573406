/* Duties of every rule and section of the pack, the end of access, and the questions of a weighing. */
#include "tests/support/check.h"

#include "policy/duty.h"
#include "tests/support/policy.h"

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;

static uint8_t section(const char *name)
{
    return policy_pack_find(pack, POLICY_SET_SECTIONS, name);
}

static uint32_t duties_of(const char *rule)
{
    return pack->rule[policy_pack_rule(pack, rule)].duties;
}

static void test_rules(void **state)
{
    (void)state;
    assert_int_equal(duties_of("R01"), POLICY_DUTY_INFORM_BEFORE);
    assert_int_equal(duties_of("R03"), POLICY_DUTY_INFORM_BEFORE | POLICY_DUTY_WEIGH_ASKER);
    assert_int_equal(duties_of("R57"), 0);
    assert_int_equal(duties_of("R62"), 0);
    assert_int_equal(duties_of("R61"), POLICY_DUTY_EYES_HOLDER);
    assert_int_equal(duties_of("R51"),
        POLICY_DUTY_INFORM_DEFER | POLICY_DUTY_WEIGH_HOLDER | POLICY_DUTY_EYES_HOLDER | POLICY_DUTY_OFFICER);
    assert_int_equal(
        duties_of("R54"), POLICY_DUTY_INFORM_DEFER | POLICY_DUTY_WEIGH_ASKER | POLICY_DUTY_OFFICER);
    assert_int_equal(duties_of("R56"),
        POLICY_DUTY_INFORM_AFTER | POLICY_DUTY_WEIGH_POST | POLICY_DUTY_EYES_POST | POLICY_DUTY_OFFICER);
}

static void test_sections(void **state)
{
    uint32_t person = POLICY_DUTY_LOG | POLICY_DUTY_LOCK | POLICY_DUTY_NO_ONWARD | POLICY_DUTY_MINIMAL;

    (void)state;
    assert_int_equal(pack->section[section("count")].duties, POLICY_DUTY_LOG | POLICY_DUTY_SMALL_CELLS);
    assert_int_equal(pack->section[section("anon")].duties, POLICY_DUTY_LOG | POLICY_DUTY_MINIMAL);
    assert_int_equal(pack->section[section("ident")].duties, person);
    assert_int_equal(pack->section[section("tlv")].duties, person);
    assert_int_equal(pack->section[section("justice")].duties, person);
    assert_int_equal(pack->section[section("safety")].duties, person | POLICY_DUTY_VIEW_ONLY);
    assert_int_equal(pack->section[section("care")].duties, person | POLICY_DUTY_VIEW_ONLY);
    assert_int_equal(pack->section[section("health_med")].duties, person | POLICY_DUTY_VIEW_ONLY);
    assert_int_equal(pack->section[section("smw_note")].duties, person | POLICY_DUTY_VIEW_ONLY);
}

static void test_grounds(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < pack->set[POLICY_SET_GROUNDS].count; i++) {
        const char *name = policy_pack_name(pack, POLICY_SET_GROUNDS, i);
        bool report = strcmp(name, "MELDRECHT") == 0, vital = strcmp(name, "VITAL") == 0;

        assert_int_equal(pack->ground[i].officer, report || vital);
        assert_int_equal(pack->ground[i].weigh_all, report || vital || strcmp(name, "COURT_ORDER") == 0);
        assert_int_equal(pack->ground[i].reserved, name[0] == 'W');
    }
}

static void test_feedback(void **state)
{
    size_t filled = 0;

    (void)state;
    for (size_t k = 0; k < POLICY_KINDS_MAX; k++)
        for (size_t p = 0; p < POLICY_PURPOSES_MAX; p++)
            filled += pack->feedback[k][p] != 0;
    assert_int_equal(filled, 6);
    assert_int_equal(pack->feedback[policy_pack_find(pack, POLICY_SET_KINDS, "jgz")]
                                   [policy_pack_find(pack, POLICY_SET_PURPOSES, "sick_advice")], 1);
}

/* A region's own pack may have the kind and not the purpose, or neither. */
static void test_feedback_of_other_packs(void **state)
{
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *p = NULL;

    (void)state;
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
    for (size_t k = 0; k < POLICY_KINDS_MAX; k++)
        for (size_t i = 0; i < POLICY_PURPOSES_MAX; i++)
            assert_int_equal(p->feedback[k][i], 0);
    policy_pack_free(p);
}

static void test_days(void **state)
{
    const struct policy_rule *r14 = &pack->rule[policy_pack_rule(pack, "R14")];
    const struct policy_rule *r32 = &pack->rule[policy_pack_rule(pack, "R32")];
    const struct policy_rule *r57 = &pack->rule[policy_pack_rule(pack, "R57")];

    (void)state;
    assert_int_equal(policy_duty_days(pack, r14, section("need")), 180);
    assert_int_equal(policy_duty_days(pack, r14, section("tlv")), 180);
    assert_int_equal(policy_duty_days(pack, r32, section("care_fact")), 90);
    assert_int_equal(policy_duty_days(pack, r32, section("fitness")), 60);
    assert_int_equal(policy_duty_days(pack, r57, section("anon")), 14);
}

struct end {
    const char *name;
    uint64_t granted_s;
    uint16_t days;
    uint64_t end_s;
};

/* Moments by hand: the Netherlands are an hour ahead of UTC in winter and two in summer. */
static const struct end ends[] = {
    { "a winter's day", 1767268800, 1, 1767308400 },                /* 2026-01-01 13:00 -> 2026-01-02 00:00 */
    { "just before midnight", 1767308399, 1, 1767308400 },
    { "just after midnight", 1767308400, 1, 1767394800 },
    { "over the start of summer time", 1774688400, 3, 1774908000 }, /* 2026-03-28 10:00 -> 2026-03-31 00:00 */
    { "over the end of summer time", 1792828800, 3, 1793055600 },   /* 2026-10-24 10:00 -> 2026-10-27 00:00 */
};

static void test_end(void **state)
{
    const struct end *e = *state;

    assert_int_equal(policy_duty_access_end(e->granted_s, e->days), e->end_s);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    check_add(&list, "duties of rules", test_rules, NULL);
    check_add(&list, "duties of sections", test_sections, NULL);
    check_add(&list, "grave grounds", test_grounds, NULL);
    check_add(&list, "who answers a report", test_feedback, NULL);
    check_add(&list, "who answers a report in another pack", test_feedback_of_other_packs, NULL);
    check_add(&list, "days of access", test_days, NULL);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        check_add(&list, ends[i].name, test_end, &ends[i]);
    failed = check_run(&list, "policy/duty");
    policy_pack_free(pack);
    return failed;
}
