/* hub/say_member: cases, and who comes and goes. */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_case.h"

static struct proto_statement member(struct hub_fixture *f, enum hub_fixture_who who,
    enum proto_membership code, enum hub_fixture_who to, enum hub_fixture_who invited)
{
    struct proto_statement s = hub_fixture_say(f, who, PROTO_SAY_MEMBERSHIP, to, NOBODY);

    s.code = (uint8_t)code;
    if (invited != NOBODY)
        memcpy(s.receiver, f->who[invited]->id, sizeof s.receiver);
    return s;
}

static enum hub_standing standing(struct hub_fixture *f, enum hub_fixture_who who)
{
    struct hub_case c = hub_case_of(f->case_id, f->purpose);
    enum hub_standing s = HUB_STANDING_NONE;

    assert_err(hub_store_case_standing(f->state.tables, f->x, &c, f->who[who]->id, &s), OK);
    return s;
}

static enum proto_refusal say_member(struct hub_fixture *f, enum hub_fixture_who who,
    enum proto_membership code, enum hub_fixture_who to, enum hub_fixture_who invited)
{
    struct proto_statement s = member(f, who, code, to, invited);

    return hub_fixture_tell(f, &s, to);
}

static void begin_case(struct hub_fixture *f, const char *purpose)
{
    f->purpose = purpose;
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, VO, NOBODY);
}

static void a_case_opens_at_the_hub_alone(void **state)
{
    struct hub_fixture *f = *state;

    begin_case(f, "case_support");
    assert_false(f->out.mailed);
    assert_int_equal(standing(f, VO), HUB_STANDING_OPENED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_NONE);
}

static void a_case_is_not_opened_twice(void **state)
{
    struct hub_fixture *f = *state;

    begin_case(f, "case_support");
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_OPEN, NOBODY, NOBODY), PROTO_WRONG_STATE);
    assert_refusal(say_member(f, VO, PROTO_MEMBER_OPEN, NOBODY, NOBODY), PROTO_ACCEPTED);
    assert_int_equal(standing(f, VO), HUB_STANDING_OPENED);
    f->purpose = "return_plan";
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_OPEN, NOBODY, NOBODY), PROTO_ACCEPTED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_OPENED);
    assert_int_equal(standing(f, VO), HUB_STANDING_NONE);
}

static void who_left_does_not_open_it_again(void **state)
{
    struct hub_fixture *f = *state;

    begin_case(f, "case_support");
    assert_refusal(say_member(f, VO, PROTO_MEMBER_LEAVE, CJG, NOBODY), PROTO_ACCEPTED);
    assert_int_equal(standing(f, VO), HUB_STANDING_LEFT);
    assert_refusal(say_member(f, VO, PROTO_MEMBER_OPEN, NOBODY, NOBODY), PROTO_WRONG_STATE);
}

static void a_case_needs_an_id_and_a_purpose(void **state)
{
    struct hub_fixture *f = *state;

    f->purpose = "case_support";
    assert_refusal(say_member(f, VO, PROTO_MEMBER_OPEN, NOBODY, NOBODY), PROTO_MALFORMED);
    f->purpose = "";
    hub_fixture_case(f, 1);
    assert_refusal(say_member(f, VO, PROTO_MEMBER_OPEN, NOBODY, NOBODY), PROTO_MALFORMED);
}

static void invite_and_accept(void **state)
{
    struct hub_fixture *f = *state;

    begin_case(f, "case_support");
    assert_refusal(say_member(f, VO, PROTO_MEMBER_INVITE, CJG, CJG), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    assert_int_equal(standing(f, CJG), HUB_STANDING_INVITED);
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_ACCEPT, VO, NOBODY), PROTO_ACCEPTED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_ACCEPTED);
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_ACCEPT, VO, NOBODY), PROTO_WRONG_STATE);
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_INVITE, JGZ, JGZ), PROTO_ACCEPTED);
    assert_refusal(say_member(f, VO, PROTO_MEMBER_INVITE, CJG, CJG), PROTO_WRONG_STATE);
}

static void decline_and_be_invited_again(void **state)
{
    struct hub_fixture *f = *state;

    begin_case(f, "case_support");
    assert_refusal(say_member(f, VO, PROTO_MEMBER_INVITE, CJG, CJG), PROTO_ACCEPTED);
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_DECLINE, VO, NOBODY), PROTO_ACCEPTED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_DECLINED);
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_ACCEPT, VO, NOBODY), PROTO_WRONG_STATE);
    assert_refusal(say_member(f, VO, PROTO_MEMBER_INVITE, CJG, CJG), PROTO_ACCEPTED);
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_ACCEPT, VO, NOBODY), PROTO_ACCEPTED);
}

/* Who is no member is told the same as where there is no case. */
static void for_strangers_there_is_no_case(void **state)
{
    struct hub_fixture *f = *state;

    begin_case(f, "case_support");
    assert_refusal(say_member(f, JGZ, PROTO_MEMBER_INVITE, CJG, CJG), PROTO_NOT_FOUND);
    assert_refusal(say_member(f, JGZ, PROTO_MEMBER_ACCEPT, VO, NOBODY), PROTO_NOT_FOUND);
    assert_refusal(say_member(f, JGZ, PROTO_MEMBER_DECLINE, VO, NOBODY), PROTO_NOT_FOUND);
    assert_refusal(say_member(f, JGZ, PROTO_MEMBER_LEAVE, VO, NOBODY), PROTO_NOT_FOUND);
    hub_fixture_case(f, 2);
    assert_refusal(say_member(f, JGZ, PROTO_MEMBER_INVITE, CJG, CJG), PROTO_NOT_FOUND);
    assert_refusal(say_member(f, JGZ, PROTO_MEMBER_ACCEPT, VO, NOBODY), PROTO_NOT_FOUND);
}

static void an_invited_partner_is_no_member_yet(void **state)
{
    struct hub_fixture *f = *state;

    begin_case(f, "case_support");
    assert_refusal(say_member(f, VO, PROTO_MEMBER_INVITE, CJG, CJG), PROTO_ACCEPTED);
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_INVITE, JGZ, JGZ), PROTO_NOT_FOUND);
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_LEAVE, VO, NOBODY), PROTO_WRONG_STATE);
}

/* P-078. */
static void who_is_invited_must_hear_of_it(void **state)
{
    struct hub_fixture *f = *state;

    begin_case(f, "case_support");
    assert_refusal(say_member(f, VO, PROTO_MEMBER_INVITE, JGZ, CJG), PROTO_NOT_ADDRESSED);
}

/* What it is told of who else is there its node believes. */
static void an_invitation_names_nobody_from_outside(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    begin_case(f, "case_support");
    s = hub_fixture_say(f, VO, PROTO_SAY_MEMBERSHIP, JGZ, CJG, NOBODY);
    s.code = PROTO_MEMBER_INVITE;
    memcpy(s.receiver, f->who[CJG]->id, sizeof s.receiver);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_NOT_ADDRESSED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_NONE);
    assert_refusal(say_member(f, VO, PROTO_MEMBER_INVITE, JGZ, JGZ), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_tell(f, &s, JGZ), PROTO_ACCEPTED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_INVITED);
    assert_int_equal(standing(f, JGZ), HUB_STANDING_INVITED);
}

static void who_is_invited_must_exist(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    begin_case(f, "case_support");
    s = member(f, VO, PROTO_MEMBER_INVITE, JGZ, CJG);
    memset(s.receiver, 0x77, sizeof s.receiver);
    assert_refusal(hub_fixture_tell(f, &s, JGZ), PROTO_UNKNOWN_PARTNER);
}

static void an_invitation_repeated_undoes_nothing(void **state)
{
    struct hub_fixture *f = *state;
    struct proto_statement s;

    begin_case(f, "case_support");
    s = member(f, VO, PROTO_MEMBER_INVITE, CJG, CJG);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
    assert_refusal(say_member(f, CJG, PROTO_MEMBER_ACCEPT, VO, NOBODY), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_ACCEPTED);
    assert_int_equal(standing(f, CJG), HUB_STANDING_ACCEPTED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(a_case_opens_at_the_hub_alone),
        hub_fixture_test(a_case_is_not_opened_twice),
        hub_fixture_test(who_left_does_not_open_it_again),
        hub_fixture_test(a_case_needs_an_id_and_a_purpose),
        hub_fixture_test(invite_and_accept),
        hub_fixture_test(decline_and_be_invited_again),
        hub_fixture_test(for_strangers_there_is_no_case),
        hub_fixture_test(an_invited_partner_is_no_member_yet),
        hub_fixture_test(who_is_invited_must_hear_of_it),
        hub_fixture_test(an_invitation_names_nobody_from_outside),
        hub_fixture_test(who_is_invited_must_exist),
        hub_fixture_test(an_invitation_repeated_undoes_nothing),
    };

    return cmocka_run_group_tests_name("hub_say_member", tests, NULL, NULL);
}
