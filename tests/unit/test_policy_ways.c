/* policy/ways: the rules that wait for events are those, and only those, whose events a NEED_EVENT names. */
#include "tests/support/check.h"

#include "policy/eval.h"
#include "policy/ways.h"
#include "tests/support/policy.h"

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;

static uint8_t find(enum policy_set set, const char *name)
{
    uint8_t i = policy_pack_find(pack, set, name);

    assert_int_not_equal(i, POLICY_UNKNOWN);
    return i;
}

static struct policy_facts question(const char *asker, const char *purpose, const char *holder, int age)
{
    return (struct policy_facts){ .asker_kind = find(POLICY_SET_KINDS, asker), .purpose = find(POLICY_SET_PURPOSES, purpose),
        .holder_kind = find(POLICY_SET_KINDS, holder), .member = true, .age_years = age };
}

static const struct row {
    const char *name, *asker, *purpose, *holder, *section;
    int age;
    const char *rules;  /* their ids, a blank after each */
} rows[] = {
    { "one rule", "leerplicht", "att_enforce", "vo", "att", 14, "R01 " },
    { "its last age", "leerplicht", "att_enforce", "vo", "att", 17, "R01 " },
    { "past its ages", "leerplicht", "att_enforce", "vo", "att", 18, "" },
    { "an unknown age meets no rule of mode A", "leerplicht", "att_enforce", "vo", "att", -1, "" },
    { "an unknown age meets a rule of mode C", "leerplicht", "known_check", "cjg", "known", -1, "R08 " },
    { "one age of a rule of mode C too many", "leerplicht", "known_check", "cjg", "known", 18, "" },
    { "mode A before mode C", "swv", "return_plan", "vo", "ident", 14, "R16 R75 " },
    { "more than the greatest age", "leerplicht", "return_plan", "vo", "status", 4000, "R07 " },
    { "never is no way", "leerplicht", "att_enforce", "jgz", "care", 14, "" },
    { "nothing is there", "werkgever", "att_enforce", "vo", "care", 14, "" },
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct policy_facts f = question(r->asker, r->purpose, r->holder, r->age);
    struct policy_ways ways = { .count = 9 };
    char ids[256] = "";

    policy_ways_find(pack, &f, find(POLICY_SET_SECTIONS, r->section), &ways);
    for (size_t i = 0; i < ways.count; i++) {
        strncat(ids, pack->rule[ways.rule[i]].id, sizeof ids - strlen(ids) - 1);
        strncat(ids, " ", sizeof ids - strlen(ids) - 1);
    }
    assert_string_equal(ids, r->rules);
}

/* Every question without an event: what is needed is what the ways need. */
static void test_all(void **state)
{
    struct policy_facts f = { .member = true };
    struct policy_decision d;
    struct policy_ways ways;
    size_t needed = 0;

    (void)state;
    for (f.asker_kind = 0; f.asker_kind < pack->set[POLICY_SET_KINDS].count; f.asker_kind++)
        for (f.holder_kind = 0; f.holder_kind < pack->set[POLICY_SET_KINDS].count; f.holder_kind++)
            for (f.purpose = 0; f.purpose < pack->set[POLICY_SET_PURPOSES].count; f.purpose++)
                for (uint8_t s = 0; s < pack->set[POLICY_SET_SECTIONS].count; s++)
                    for (f.age_years = -1; f.age_years < 24; f.age_years += 8) {
                        uint64_t events = 0;

                        policy_eval_section(pack, &f, s, &d);
                        policy_ways_find(pack, &f, s, &ways);
                        for (size_t i = 0; i < ways.count; i++)
                            events |= pack->rule[ways.rule[i]].events;
                        if (d.reason == POLICY_NOT_IN_MATRIX && ways.count != 0)
                            fail_msg("a way where there is no rule");
                        if (d.verdict == POLICY_NEED_EVENT && (events != d.need_events || ways.count == 0))
                            fail_msg("other events are needed than the rules name");
                        needed += d.verdict == POLICY_NEED_EVENT;
                    }
    assert_true(needed > 1000);
}

static void test_hub(void **state)
{
    struct policy_facts f = question("leerplicht", "att_enforce", "vo", -1);
    struct policy_ways ways;

    (void)state;
    f.hub_view = true;
    policy_ways_find(pack, &f, find(POLICY_SET_SECTIONS, "att"), &ways);
    assert_int_equal(ways.count, 1);
    policy_ways_find(pack, &f, POLICY_UNKNOWN, &ways);
    assert_int_equal(ways.count, 0);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    check_add(&list, "every question: the events are those of the ways", test_all, NULL);
    check_add(&list, "the hub meets every age, and unknown names none", test_hub, NULL);
    failed = check_run(&list, "policy/ways");
    policy_pack_free(pack);
    return failed;
}
