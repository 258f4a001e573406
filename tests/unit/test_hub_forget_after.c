/* hub/forget: what is left of what went, that it does not come back, and what can still be said about it (P-198); cases. */
#include "tests/support/check.h"

#include "tests/support/hub_forgotten.h"

#include "hub/store_statement.h"

#include <sodium.h>

enum { DAY = 86400, LONG = 3000 };

static struct proto_statement an_event_ended_on_day_10(struct hub_fixture *f)
{
    struct proto_statement s = hub_forgotten_event(f, "ABS", 0);

    hub_fixture_days(f, 10);
    hub_forgotten_end(f, PROTO_SAY_EVENT_END, &s, LEERPLICHT);
    hub_fixture_days(f, -10);
    return s;
}

static struct proto_statement a_consent_withdrawn_on_day_5(struct hub_fixture *f)
{
    struct proto_statement s = hub_forgotten_consent(f, 300);

    hub_fixture_days(f, 5);
    hub_forgotten_end(f, PROTO_SAY_WITHDRAWAL, &s, VO);
    hub_fixture_days(f, -5);
    return s;
}

static struct proto_statement say_objection(struct hub_fixture *f)
{
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_OBJECTION, LEERPLICHT, CJG, NOBODY);

    hub_fixture_tell_all(f, &s);
    hub_forgotten_acked(f, &s);
    return s;
}

static struct proto_statement an_objection_ended_for_all(struct hub_fixture *f)
{
    struct proto_statement s = say_objection(f);
    struct proto_statement end = hub_fixture_say(f, VO, PROTO_SAY_OBJECTION_END, LEERPLICHT, CJG, NOBODY);

    memcpy(end.refers, s.id, sizeof end.refers);
    hub_fixture_tell_all(f, &end);
    return s;
}

static struct proto_statement facts(struct hub_fixture *f)
{
    struct proto_statement s = hub_fixture_say(f, VO, PROTO_SAY_FACTS, LEERPLICHT, CJG, NOBODY);

    hub_fixture_tell_all(f, &s);
    return s;
}

static struct proto_statement what_did_all_it_does(struct hub_fixture *f)
{
    struct proto_statement s = facts(f);

    hub_forgotten_acked(f, &s);
    return s;
}

static struct proto_statement what_one_did_not_acknowledge(struct hub_fixture *f)
{
    struct proto_statement s = facts(f);

    hub_forgotten_acked_by(f, &s, CJG);
    return s;
}

static void open_fixture(void **out)
{
    struct hub_fixture *f;

    assert_int_equal(hub_fixture_setup(out), 0);
    f = *out;
    f->purpose = "youth_help_access";
}

static void with_fixture(void (*test)(struct hub_fixture *))
{
    void *fixture = NULL;

    open_fixture(&fixture);
    test(fixture);
    assert_int_equal(hub_fixture_close(&fixture), 0);
}

#define TEST(name) \
    static void name##_in(struct hub_fixture *f); \
    static void name(void **state) { (void)state; with_fixture(name##_in); } \
    static void name##_in(struct hub_fixture *f)

/* ---- what is left ---- */

static uint64_t rows_of(struct hub_fixture *f, kv_table table)
{
    uint64_t count = 0;

    assert_err(kv_count(f->x, table, &count), OK);
    return count;
}

TEST(nothing_is_left_but_the_id)
{
    const struct hub_tables *t = f->state.tables;
    struct proto_statement s;

    hub_fixture_case(f, 1);
    s = hub_forgotten_consent(f, 30);
    assert_true(rows_of(f, t->by_subject) >= 2 && rows_of(f, t->by_case) >= 2 && rows_of(f, t->original) == 1);
    hub_fixture_days(f, 121);
    hub_forgotten_sweep(f);
    assert_int_equal(rows_of(f, t->statement), 0);
    assert_int_equal(rows_of(f, t->original), 0);
    assert_int_equal(rows_of(f, t->by_subject), 0);
    assert_int_equal(rows_of(f, t->by_case), 0);
    assert_int_equal(rows_of(f, t->gone), 1);
    assert_true(hub_forgotten_is_known(f, s.id));
}

TEST(the_way_from_its_message_goes_after_it)
{
    struct proto_statement s = what_one_did_not_acknowledge(f);
    struct hub_statement row;
    const uint8_t message[PROTO_ID_LEN] = { 77 };

    assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &row), OK);
    assert_err(hub_store_statement_carry(f->state.tables, f->x, message, &row, f->who[LEERPLICHT]->id), OK);
    hub_fixture_days(f, 399);
    hub_forgotten_sweep(f);
    assert_int_equal(rows_of(f, f->state.tables->carried), 1);
    hub_fixture_days(f, 1);
    hub_forgotten_sweep(f);
    assert_int_equal(rows_of(f, f->state.tables->carried), 0);
}

/* The other one has the newer original behind it: what is there keeps its own bytes. */
TEST(another_original_stays_what_it_is)
{
    struct proto_statement first = hub_forgotten_consent(f, 30), second = hub_forgotten_event(f, "ABS", 0), third;
    uint8_t *before = NULL, *after = NULL;
    size_t before_len = 0, after_len = 0;

    assert_err(hub_store_statement_original(f->state.tables, f->x, second.id, &before, &before_len), OK);
    hub_fixture_days(f, 121);
    hub_forgotten_sweep(f);
    assert_false(hub_forgotten_is_there(f, first.id));
    third = hub_forgotten_event(f, "VZM", 0);
    assert_true(hub_forgotten_is_there(f, third.id));
    assert_err(hub_store_statement_original(f->state.tables, f->x, second.id, &after, &after_len), OK);
    assert_int_equal(before_len, after_len);
    assert_memory_equal(before, after, before_len);
    free(before);
    free(after);
}

/* ---- nothing comes back ---- */

TEST(a_withdrawn_consent_does_not_come_back)
{
    struct proto_statement s = a_consent_withdrawn_on_day_5(f);

    hub_fixture_days(f, 95);
    hub_forgotten_sweep(f);
    assert_false(hub_forgotten_is_there(f, s.id));
    /* Its own end is far away: but for the withdrawal it would count. */
    assert_true(s.until_s > f->now_s);
    assert_refusal(hub_fixture_tell(f, &s, VO), PROTO_WRONG_STATE);
    hub_fixture_days(f, 150);
    hub_forgotten_sweep(f);
    assert_true(s.until_s > f->now_s);
    assert_refusal(hub_fixture_tell(f, &s, VO), PROTO_WRONG_STATE);
    s.until_s += 300 * DAY;   /* nor under other bytes */
    assert_refusal(hub_fixture_tell(f, &s, VO), PROTO_WRONG_STATE);
}

TEST(its_id_is_known_until_it_could_not_count)
{
    struct proto_statement s = hub_fixture_consent(f, CJG, VO, CJG, "effort", f->now_s + (uint64_t)3000 * DAY);

    hub_forgotten_acked(f, &s);
    hub_forgotten_end(f, PROTO_SAY_WITHDRAWAL, &s, VO);
    hub_fixture_days(f, 90);
    hub_forgotten_sweep(f);
    assert_false(hub_forgotten_is_there(f, s.id));
    hub_fixture_days(f, 3000 - 90 + 5 * 365);
    hub_forgotten_sweep(f);
    assert_true(hub_forgotten_is_known(f, s.id));
    assert_refusal(hub_fixture_tell(f, &s, VO), PROTO_WRONG_STATE);
    hub_fixture_days(f, 10);
    hub_forgotten_sweep(f);
    assert_false(hub_forgotten_is_known(f, s.id));
    assert_true(s.until_s + (uint64_t)4 * 366 * DAY < f->now_s);
}

TEST(an_ended_event_does_not_come_back)
{
    struct proto_statement s = an_event_ended_on_day_10(f);

    hub_fixture_days(f, 100);
    hub_forgotten_sweep(f);
    assert_refusal(hub_fixture_tell(f, &s, LEERPLICHT), PROTO_WRONG_STATE);
    assert_refusal(hub_fixture_tell(f, &s, CJG), PROTO_WRONG_STATE);
}

/* ---- who says that it is over can still do so, and stop saying it ---- */

TEST(a_late_withdrawal_is_taken_and_mailed)
{
    struct proto_statement s = hub_forgotten_consent(f, 30), end;

    hub_fixture_days(f, 121);
    hub_forgotten_sweep(f);
    end = hub_fixture_about(f, VO, PROTO_SAY_WITHDRAWAL, &s, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    assert_true(hub_forgotten_is_there(f, end.id));
    assert_false(hub_forgotten_is_there(f, s.id));
    /* Of one that never was it is not. */
    s.id[0] ^= 0x55;
    end = hub_fixture_about(f, VO, PROTO_SAY_WITHDRAWAL, &s, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_NOT_FOUND);
}

TEST(a_late_status_and_a_late_end_are_taken)
{
    struct proto_statement s = a_consent_withdrawn_on_day_5(f), e = hub_forgotten_event(f, "ABS", f->now_s + 20 * DAY), o = an_objection_ended_for_all(f), end;

    hub_fixture_days(f, 121);
    hub_forgotten_sweep(f);
    assert_false(hub_forgotten_is_there(f, s.id) || hub_forgotten_is_there(f, e.id) || hub_forgotten_is_there(f, o.id));
    end = hub_fixture_about(f, CJG, PROTO_SAY_STATUS, &s, VO);
    assert_refusal(hub_fixture_tell(f, &end, VO), PROTO_ACCEPTED);
    end = hub_fixture_about(f, VO, PROTO_SAY_EVENT_END, &e, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_ACCEPTED);
    end = hub_fixture_about(f, VO, PROTO_SAY_OBJECTION_END, &o, CJG);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_ACCEPTED);
    assert_refusal(hub_fixture_tell(f, &end, CJG), PROTO_ACCEPTED);
}

/* The acknowledgement of a repeat that was carried on its last day. */
TEST(a_late_acknowledgement_finds_nothing)
{
    struct proto_statement s = hub_forgotten_consent(f, 30);
    struct hub_statement row;
    struct hub_act a;
    uint8_t message[PROTO_ID_LEN];

    hub_fixture_days(f, 119);
    assert_err(hub_store_statement_get(f->state.tables, f->x, s.id, &row), OK);
    assert_refusal(hub_fixture_tell(f, &s, VO), PROTO_ACCEPTED);
    memcpy(message, f->last, sizeof message);
    hub_fixture_days(f, 1);
    hub_forgotten_sweep(f);
    assert_false(hub_forgotten_is_there(f, s.id));
    a = hub_fixture_act(f, PROTO_ACK, VO, CJG);
    memcpy(a.msg.refers, message, sizeof message);
    memcpy(a.msg.digest, row.digest, sizeof row.digest);
    a.msg.code = PROTO_ACK_STORED;
    a.msg.head.role = PROTO_ROLE_NONE;
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_FOUND);
}

/* ---- decisions ---- */

/* A request that was made on the last day of what it names, as long as one may wait: the holder can still grant, or be told why not. */
TEST(what_a_request_can_name_is_there)
{
    struct proto_statement s;
    uint64_t days = 0;
    struct hub_act a;

    s = hub_forgotten_event(f, "VZM", f->now_s + 20 * DAY);
    hub_fixture_case(f, 1);
    f->purpose = "att_followup";
    hub_fixture_days(f, 20);
    assert_err(policy_pack_parameter(f->pack, "request_max_days", clock_date_nl(f->now_s), &days), OK);
    a = hub_fixture_act(f, PROTO_REQUEST, LEERPLICHT, VO);
    a.msg.head.valid_until_s = f->now_s + days * DAY;
    a.msg.sections = hub_fixture_sections("att");
    a.msg.statements = hub_fixture_ids(1, s.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);  /* not in the case: but what it names was found */
    hub_fixture_days(f, (int)days);
    hub_forgotten_sweep(f);
    assert_true(hub_forgotten_is_there(f, s.id));
}

/* ---- cases ---- */

static bool has_case(struct hub_fixture *f, uint8_t n)
{
    struct hub_case c;
    bool exists = false;

    hub_fixture_case(f, n);
    c = hub_case_of(f->case_id, f->purpose);
    assert_err(hub_store_case_find(f->state.tables, f->x, &c, &exists, NULL), OK);
    return exists;
}

static void stands(struct hub_fixture *f, uint8_t n, enum hub_fixture_who who, enum hub_standing standing)
{
    struct hub_case c;

    hub_fixture_case(f, n);
    c = hub_case_of(f->case_id, f->purpose);
    if (standing == HUB_STANDING_OPENED)
        assert_err(hub_store_case_open(f->state.tables, f->x, &c, f->who[who]->id, f->now_s), OK);
    else
        assert_err(hub_store_case_set_standing(f->state.tables, f->x, &c, f->who[who]->id, standing, f->now_s), OK);
}

TEST(a_case_that_all_left_goes)
{
    stands(f, 1, VO, HUB_STANDING_OPENED);
    stands(f, 1, CJG, HUB_STANDING_ACCEPTED);
    stands(f, 1, JGZ, HUB_STANDING_DECLINED);
    hub_fixture_days(f, 10);
    stands(f, 1, VO, HUB_STANDING_LEFT);
    hub_fixture_days(f, 10);
    stands(f, 1, CJG, HUB_STANDING_LEFT);
    hub_fixture_days(f, 89);
    hub_forgotten_sweep(f);
    assert_true(has_case(f, 1));
    hub_fixture_days(f, 1);
    hub_forgotten_sweep(f);
    assert_false(has_case(f, 1));
    assert_int_equal(rows_of(f, f->state.tables->member), 0);
}

static enum proto_refusal opens(struct hub_fixture *f, uint8_t n, const char *purpose, enum hub_fixture_who who)
{
    struct proto_statement s;

    f->purpose = purpose;
    hub_fixture_case(f, n);
    s = hub_fixture_say(f, who, PROTO_SAY_MEMBERSHIP, NOBODY, NOBODY);
    s.code = PROTO_MEMBER_OPEN;
    return hub_fixture_tell(f, &s, NOBODY);
}

/* Who declined it, or left, would be its opener in the eyes of those who know it still. */
TEST(a_case_that_went_is_not_opened_again)
{
    const char *purpose = f->purpose;

    stands(f, 1, VO, HUB_STANDING_OPENED);
    stands(f, 1, VO, HUB_STANDING_LEFT);
    stands(f, 1, CJG, HUB_STANDING_DECLINED);
    hub_fixture_days(f, LONG);
    hub_forgotten_sweep(f);
    assert_false(has_case(f, 1));
    assert_refusal(opens(f, 1, purpose, CJG), PROTO_WRONG_STATE);
    assert_refusal(opens(f, 1, purpose, VO), PROTO_WRONG_STATE);
    assert_false(has_case(f, 1));
    assert_refusal(opens(f, 2, purpose, CJG), PROTO_ACCEPTED);
    assert_refusal(opens(f, 1, "return_plan", CJG), PROTO_ACCEPTED);
    f->purpose = purpose;
    hub_fixture_days(f, 5 * 366 - 1);
    hub_forgotten_sweep(f);
    assert_refusal(opens(f, 1, purpose, CJG), PROTO_WRONG_STATE);
    hub_fixture_days(f, 1);
    hub_forgotten_sweep(f);
    assert_int_equal(rows_of(f, f->state.tables->gone), 0);
}

TEST(a_case_with_somebody_in_it_stays)
{
    stands(f, 1, VO, HUB_STANDING_OPENED);
    stands(f, 2, VO, HUB_STANDING_OPENED);
    stands(f, 2, VO, HUB_STANDING_LEFT);
    stands(f, 2, CJG, HUB_STANDING_INVITED);
    stands(f, 3, VO, HUB_STANDING_OPENED);
    stands(f, 3, VO, HUB_STANDING_LEFT);
    stands(f, 3, CJG, HUB_STANDING_LEFT);
    hub_fixture_days(f, LONG);
    hub_forgotten_sweep(f);
    assert_true(has_case(f, 1));
    assert_true(has_case(f, 2));
    assert_false(has_case(f, 3));
    assert_int_equal(rows_of(f, f->state.tables->member), 3);
}

TEST(who_left_the_region_left_its_cases)
{
    stands(f, 1, VO, HUB_STANDING_OPENED);
    f->region.partner[f->who[VO] - f->region.partner].until_s = f->now_s + DAY;
    hub_fixture_days(f, 91);
    hub_forgotten_sweep(f);
    assert_false(has_case(f, 1));
}

/* ---- a few in each round ---- */

TEST(many_go_in_small_portions)
{
    enum { MANY = 200 };
    struct hub_forget forget;
    uint64_t before = 0, after = MANY;
    size_t rounds = 0;

    for (size_t i = 0; i < MANY; i++) {
        f->arena_len = 0;
        (void)what_did_all_it_does(f);
    }
    hub_fixture_days(f, 91);
    hub_forget_init(&forget, 0);
    for (; after != 0 && rounds < MANY; rounds++) {
        before = after;
        assert_err(hub_forget_some(&forget, &f->state, f->x, f->now_s), OK);
        after = rows_of(f, f->state.tables->statement);
        assert_true(before - after <= 16);
    }
    assert_int_equal(after, 0);
    assert_true(rounds >= MANY / 16);
}

TEST(a_longer_time_may_be_set)
{
    struct proto_statement s = hub_forgotten_consent(f, 30);
    struct hub_forget forget;

    hub_fixture_days(f, 30 + 199);
    hub_forget_init(&forget, (uint64_t)200 * DAY);
    assert_err(hub_forget_some(&forget, &f->state, f->x, f->now_s), OK);
    assert_err(hub_forget_some(&forget, &f->state, f->x, f->now_s), OK);
    assert_true(hub_forgotten_is_there(f, s.id));
    hub_fixture_days(f, 1);
    assert_err(hub_forget_some(&forget, &f->state, f->x, f->now_s), OK);
    assert_err(hub_forget_some(&forget, &f->state, f->x, f->now_s), OK);
    assert_false(hub_forgotten_is_there(f, s.id));
}

int main(void)
{
    static struct check_list list;

    if (sodium_init() < 0)
        return 1;
#define ADD(name) check_add(&list, #name, name, NULL)
    ADD(nothing_is_left_but_the_id);
    ADD(the_way_from_its_message_goes_after_it);
    ADD(another_original_stays_what_it_is);
    ADD(a_withdrawn_consent_does_not_come_back);
    ADD(its_id_is_known_until_it_could_not_count);
    ADD(an_ended_event_does_not_come_back);
    ADD(a_late_withdrawal_is_taken_and_mailed);
    ADD(a_late_status_and_a_late_end_are_taken);
    ADD(a_late_acknowledgement_finds_nothing);
    ADD(what_a_request_can_name_is_there);
    ADD(a_case_that_all_left_goes);
    ADD(a_case_that_went_is_not_opened_again);
    ADD(a_case_with_somebody_in_it_stays);
    ADD(who_left_the_region_left_its_cases);
    ADD(many_go_in_small_portions);
    ADD(a_longer_time_may_be_set);
    return check_run(&list, "hub_forget_after");
}
