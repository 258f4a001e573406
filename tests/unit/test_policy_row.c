/* Facts as a row of cases.csv, in room of every size. */
#include "tests/support/check.h"

#include "policy/row.h"
#include "tests/support/policy.h"

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static struct policy_space *space;

static struct policy_space_cell cell(
    const char *asker, const char *purpose, const char *holder, const char *section)
{
    return (struct policy_space_cell){ .asker = policy_space_find(space, POLICY_SET_KINDS, asker),
        .purpose = policy_space_find(space, POLICY_SET_PURPOSES, purpose),
        .holder = policy_space_find(space, POLICY_SET_KINDS, holder),
        .section = policy_space_find(space, POLICY_SET_SECTIONS, section) };
}

static uint64_t event(const char *name)
{
    return UINT64_C(1) << policy_space_find(space, POLICY_SET_EVENTS, name);
}

static const char everything[] =
    "id,swv,return_plan,vo,need,13,g1 g2,LRV:req HOME,y g1 g2 voogd rep,nomember weighed second restricted "
    "consent_after "
    "identifiable incapable refused:y refused:rep,DENY,NOT_IN_CASE,\"why, \"\"so\"\"\"";

static struct policy_row full(const struct policy_facts *f, const struct policy_decision *d)
{
    return (struct policy_row){ .id = "id", .why = "why, \"so\"", .space = space,
        .cell = cell("swv", "return_plan", "vo", "need"), .facts = f, .events = event("LRV") | event("HOME"),
        .own = event("LRV") | event("ABS"), .decision = d, .rule = "R1" };
}

static const struct policy_facts facts = { .weighed = true,
    .second = true,
    .restricted = true,
    .consent_after = true,
    .identifiable = true,
    .incapable = true,
    .age_years = 13,
    .custody = POLICY_WHO_G1 | POLICY_WHO_G2,
    .given = POLICY_WHO_PEOPLE,
    .refused = POLICY_WHO_Y | POLICY_WHO_REP };

static void test_everything(void **state)
{
    struct policy_decision d = { .reason = POLICY_NOT_IN_CASE };
    struct policy_row row = full(&facts, &d);
    char text[POLICY_ROW_MAX];

    (void)state;
    policy_row_write(&row, text, sizeof text);
    assert_string_equal(text, everything);
    assert_int_equal(policy_row_words(&row), 2 + 2 + 5 + 2 + 7);
}

static void test_nothing(void **state)
{
    struct policy_decision d = { .verdict = POLICY_PERMIT };
    struct policy_facts f = { .member = true, .age_years = -1 };
    struct policy_row row = full(&f, &d);
    char text[POLICY_ROW_MAX];

    (void)state;
    row.events = 0;
    row.why = "";
    policy_row_write(&row, text, sizeof text);
    assert_string_equal(text, "id,swv,return_plan,vo,need,,,,,,PERMIT,R1,");
    assert_int_equal(policy_row_words(&row), 1);
    f.age_years = 0;
    d.verdict = POLICY_NEED_WEIGH;
    policy_row_write(&row, text, sizeof text);
    assert_string_equal(text, "id,swv,return_plan,vo,need,0,,,,,NEED_WEIGH,,");
    assert_int_equal(policy_row_words(&row), 0);
}

/* In too little room the row ends early, and never beyond the room. */
static void test_room(void **state)
{
    struct policy_decision d = { .reason = POLICY_NOT_IN_CASE };
    struct policy_row row = full(&facts, &d);

    (void)state;
    for (size_t room = 1; room <= sizeof everything; room++) {
        char *text = malloc(room);

        assert_non_null(text);
        policy_row_write(&row, text, room);
        assert_true(strlen(text) < room);
        assert_int_equal(strcmp(text, everything) == 0, room == sizeof everything);
        free(text);
    }
}

int main(void)
{
    static struct check_list list;
    const struct policy_pack *one;
    int failed;

    one = pack = support_policy_pack(PACK);
    if (policy_space_new(&one, 1, &space) != OK)
        return 1;
    check_add(&list, "all facts", test_everything, NULL);
    check_add(&list, "no facts", test_nothing, NULL);
    check_add(&list, "too little room", test_room, NULL);
    failed = check_run(&list, "policy/row");
    policy_space_free(space);
    policy_pack_free(pack);
    return failed;
}
