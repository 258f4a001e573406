/* What the evaluator answers and what a decision carries, case by case. */
#include "tests/support/check.h"

#include "policy/eval.h"
#include "tests/support/policy.h"

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;

static struct policy_facts facts_of(const char *asker, const char *purpose, const char *holder, int age)
{
    struct policy_facts f = { .member = true, .age_years = age };

    f.asker_kind = policy_pack_find(pack, POLICY_SET_KINDS, asker);
    f.purpose = policy_pack_find(pack, POLICY_SET_PURPOSES, purpose);
    f.holder_kind = policy_pack_find(pack, POLICY_SET_KINDS, holder);
    return f;
}

static uint64_t event(const char *name)
{
    return UINT64_C(1) << policy_pack_find(pack, POLICY_SET_EVENTS, name);
}

static struct policy_decision decide(const struct policy_facts *f, const char *section)
{
    struct policy_decision d;

    memset(&d, 0xff, sizeof d);
    policy_eval_section(pack, f, policy_pack_find(pack, POLICY_SET_SECTIONS, section), &d);
    return d;
}

static void test_unknown_denied(void **state)
{
    struct policy_facts f = facts_of("leerplicht", "att_enforce", "vo", 14);
    struct policy_decision d;

    (void)state;
    f.events = ~UINT64_C(0);
    assert_int_equal(decide(&f, "att").verdict, POLICY_PERMIT);
    for (unsigned i = 26; i < 256; i++) {
        struct policy_facts g = f;

        g.asker_kind = (uint8_t)i;
        assert_int_equal(decide(&g, "att").reason, POLICY_NOT_IN_MATRIX);
        g = f;
        g.holder_kind = (uint8_t)i;
        assert_int_equal(decide(&g, "att").reason, POLICY_NOT_IN_MATRIX);
        g = f;
        g.purpose = (uint8_t)i;
        assert_int_equal(decide(&g, "att").reason, POLICY_NOT_IN_MATRIX);
        g.member = false;
        assert_int_equal(decide(&g, "att").reason, POLICY_NOT_IN_CASE);
        if (i >= 34) {
            policy_eval_section(pack, &f, (uint8_t)i, &d);
            assert_int_equal(d.verdict, POLICY_DENY);
            assert_int_equal(d.reason, POLICY_NOT_IN_MATRIX);
        }
    }
}

static void test_zero_denies(void **state)
{
    struct policy_decision d = { 0 };
    struct policy_facts f = { 0 };

    (void)state;
    assert_int_equal(d.verdict, POLICY_DENY);
    assert_int_equal(decide(&f, "ident").verdict, POLICY_DENY);
}

static void test_ages_beyond(void **state)
{
    struct policy_facts f = facts_of("rmc", "vsv_prevent", "mbo", 22);

    (void)state;
    f.given = POLICY_WHO_Y;
    assert_int_equal(decide(&f, "ident").verdict, POLICY_PERMIT);
    f.age_years = 10000;
    assert_int_equal(decide(&f, "ident").reason, POLICY_NOT_IN_MATRIX);
    f = facts_of("jeugdhulp", "youth_help_delivery", "vo", 10000);
    f.events = event("CASE");
    f.given = POLICY_WHO_Y;
    assert_int_equal(decide(&f, "att").verdict, POLICY_PERMIT);
}

static void test_permit_carries(void **state)
{
    struct policy_facts f = facts_of("veilig_thuis", "child_safety", "jgz", 8);
    struct policy_decision d;

    (void)state;
    f.events = event("MELDCODE");
    f.weighed = f.second = true;
    d = decide(&f, "health_med");
    assert_int_equal(d.verdict, POLICY_PERMIT);
    assert_string_equal(pack->rule[d.rule].id, "R79");
    assert_string_equal(policy_pack_name(pack, POLICY_SET_GROUNDS, d.ground), "MELDRECHT");
    assert_int_equal(d.ground9, 'g');
    assert_int_equal(d.access_days, 30);
    assert_int_equal(d.feedback_days, 5);
    assert_int_equal(d.weigh, POLICY_WEIGH_HOLDER);
    assert_int_equal(d.eyes, POLICY_EYES_HOLDER);
    assert_int_equal(d.inform, POLICY_INFORM_DEFER);
    assert_int_equal(d.duties,
        POLICY_DUTY_INFORM_DEFER | POLICY_DUTY_WEIGH_HOLDER | POLICY_DUTY_EYES_HOLDER | POLICY_DUTY_OFFICER
            | POLICY_DUTY_LOCK | POLICY_DUTY_NO_ONWARD | POLICY_DUTY_FEEDBACK | POLICY_DUTY_MINIMAL
            | POLICY_DUTY_LOG | POLICY_DUTY_VIEW_ONLY);
    assert_false(d.at_holder);
}

static void test_deny_carries(void **state)
{
    struct policy_facts f = facts_of("mbo", "case_support", "smw", 18);
    struct policy_decision d = decide(&f, "smw_note");

    (void)state;
    assert_int_equal(d.reason, POLICY_NEVER);
    assert_string_equal(pack->rule[d.rule].id, "R13");
    assert_int_equal(d.ground, POLICY_UNKNOWN);
    assert_int_equal(d.duties, 0);
    assert_int_equal(d.access_days, 0);
}

static void test_need_event_names_all(void **state)
{
    struct policy_facts f = facts_of("swv", "return_plan", "vo", 14);
    struct policy_decision d;

    (void)state;
    f.events = event("INFORMED");
    d = decide(&f, "need");
    assert_int_equal(d.verdict, POLICY_NEED_EVENT);
    assert_int_equal(d.need_events, event("LRV") | event("ABS") | event("INFORMED") | event("HOME"));
    assert_int_equal(d.rule, -1);
}

static void test_need_consent_names_missing(void **state)
{
    struct policy_facts f = facts_of("vo", "transfer_warm", "po", 12);
    struct policy_decision d;

    (void)state;
    f.events = event("ENROL_NEW") | event("AGENDA_SHOWN");
    f.custody = POLICY_WHO_G1 | POLICY_WHO_G2;
    f.given = POLICY_WHO_G1;
    d = decide(&f, "need");
    assert_int_equal(d.verdict, POLICY_NEED_CONSENT);
    assert_int_equal(d.missing, POLICY_WHO_Y | POLICY_WHO_G2);
}

static void test_holder_steps(void **state)
{
    struct policy_facts f = facts_of("veilig_thuis", "child_safety", "po", 8);
    struct policy_decision d;

    (void)state;
    f.events = event("MELDCODE");
    d = decide(&f, "safety");
    assert_int_equal(d.verdict, POLICY_NEED_WEIGH);
    assert_true(d.at_holder);
    f.weighed = true;
    d = decide(&f, "safety");
    assert_int_equal(d.verdict, POLICY_NEED_APPROVAL);
    assert_true(d.at_holder);
    f.weighed = false;
    f.before_grant = true;
    assert_int_equal(decide(&f, "safety").verdict, POLICY_PERMIT);
}

static void test_asker_steps_are_not_the_holders(void **state)
{
    struct policy_facts f = facts_of("gi", "protection_order", "vo", 12);

    (void)state;
    f.before_grant = f.hub_view = true;
    assert_int_equal(decide(&f, "att").verdict, POLICY_NEED_EVENT);
    f.unticked = event("OTS");
    assert_int_equal(decide(&f, "att").verdict, POLICY_NEED_WEIGH);
    assert_false(decide(&f, "att").at_holder);
    f.events = event("OTS");
    assert_int_equal(decide(&f, "att").verdict, POLICY_NEED_WEIGH);
    f.events = 0;
    f.weighed = true;
    assert_int_equal(decide(&f, "att").verdict, POLICY_PERMIT);
    f.before_grant = false;
    assert_int_equal(decide(&f, "att").verdict, POLICY_NEED_EVENT);
}

/* The hub has a signed end of the consent, or nothing: never a refusal, never a name. */
static void test_hub_consent(void **state)
{
    struct policy_facts f = facts_of("rmc", "vsv_prevent", "mbo", -1);
    struct policy_decision d;

    (void)state;
    f.hub_view = true;
    f.refused = POLICY_WHO_PEOPLE;
    d = decide(&f, "ident");
    assert_int_equal(d.verdict, POLICY_NEED_CONSENT);
    assert_int_equal(d.missing, 0);
    f.consent_complete = true;
    assert_int_equal(decide(&f, "ident").verdict, POLICY_PERMIT);
    f.restricted = true;
    assert_int_equal(decide(&f, "ident").reason, POLICY_RESTRICTED);
    f.consent_after = true;
    assert_int_equal(decide(&f, "ident").verdict, POLICY_PERMIT);
}

/* An asker cannot tell a no from a silence. */
static void test_for_asker(void **state)
{
    struct policy_facts f = facts_of("vo", "transfer_warm", "po", 12);
    struct policy_decision refused, silent, asked;

    (void)state;
    f.events = event("ENROL_NEW") | event("AGENDA_SHOWN");
    f.custody = POLICY_WHO_G1;
    silent = decide(&f, "need");
    f.refused = POLICY_WHO_G1;
    refused = decide(&f, "need");
    assert_int_equal(refused.reason, POLICY_REFUSED);
    policy_eval_for_asker(&silent, &silent);
    policy_eval_for_asker(&refused, &asked);
    assert_int_equal(silent.verdict, POLICY_NEED_CONSENT);
    assert_int_equal(silent.missing, 0);
    assert_int_equal(asked.verdict, silent.verdict);
    assert_int_equal(asked.reason, silent.reason);
    assert_int_equal(asked.rule, silent.rule);
    assert_int_equal(asked.ground, silent.ground);
    assert_int_equal(asked.ground9, silent.ground9);
    assert_int_equal(asked.missing, silent.missing);
    assert_int_equal(asked.duties, silent.duties);
    assert_int_equal(asked.access_days, silent.access_days);
    assert_int_equal(asked.weigh, silent.weigh);
    assert_int_equal(asked.inform, silent.inform);
    f.restricted = true;
    f.refused = 0;
    f.given = POLICY_WHO_Y | POLICY_WHO_G1;
    asked = decide(&f, "need");
    policy_eval_for_asker(&asked, &asked);
    assert_int_equal(asked.reason, POLICY_RESTRICTED);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    check_add(&list, "what is not in the pack is denied", test_unknown_denied, NULL);
    check_add(&list, "zero denies", test_zero_denies, NULL);
    check_add(&list, "ages beyond the table", test_ages_beyond, NULL);
    check_add(&list, "what a permission carries", test_permit_carries, NULL);
    check_add(&list, "what a denial carries", test_deny_carries, NULL);
    check_add(&list, "NEED_EVENT names all events", test_need_event_names_all, NULL);
    check_add(&list, "NEED_CONSENT names who is missing", test_need_consent_names_missing, NULL);
    check_add(&list, "steps of the holder wait for the grant", test_holder_steps, NULL);
    check_add(&list, "steps of the asker do not", test_asker_steps_are_not_the_holders, NULL);
    check_add(&list, "consent as the hub sees it", test_hub_consent, NULL);
    check_add(&list, "what the asker reads", test_for_asker, NULL);
    failed = check_run(&list, "policy/eval");
    policy_pack_free(pack);
    return failed;
}
