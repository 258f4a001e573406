/*
 * hub/on_request: what is refused before the policy is asked, what is kept of a request, and taking it back
 * or refusing it.
 */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_request.h"

#include <stdio.h>

enum { DAY_S = 86400 };

/* A request that would be accepted: the attendance officer asks the school after its report. */
static struct hub_act good(struct hub_fixture *f, const char *sections)
{
    struct hub_act a;

    f->purpose = "att_followup";
    if (f->case_id[0] == 0) {
        hub_fixture_case(f, 1);
        hub_fixture_open_case(f, LEERPLICHT, NOBODY);
        (void)hub_fixture_event(f, "VZM", VO, LEERPLICHT, NOBODY);
    }
    a = hub_fixture_act(f, PROTO_REQUEST, LEERPLICHT, VO);
    a.msg.sections = hub_fixture_sections(sections);
    return a;
}

static struct hub_request kept(struct hub_fixture *f, const uint8_t id[PROTO_ID_LEN])
{
    struct hub_request q;

    assert_err(hub_store_request_get(f->state.tables, f->x, id, &q), OK);
    return q;
}

static void what_is_left_is_kept(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att ident learn");
    struct hub_request q;

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(f->out.mailed && f->out.decision);
    assert_int_equal(f->out.rows.count, 3);
    q = kept(f, a.msg.head.id);
    assert_int_equal(q.state, HUB_REQUEST_OPEN);
    assert_false(q.is_offer);
    assert_memory_equal(q.asker, f->who[LEERPLICHT]->id, sizeof q.asker);
    assert_memory_equal(q.holder, f->who[VO]->id, sizeof q.holder);
    assert_int_equal(q.sections.count, 2);
    assert_string_equal(q.sections.name[0], "att");
    assert_string_equal(q.sections.name[1], "ident");
    assert_int_equal(q.valid_until_s, a.msg.head.valid_until_s);
    assert_int_equal(q.due_s, q.valid_until_s);
}

static void a_denied_one_is_logged_and_not_kept(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "learn need");
    struct hub_request q;

    assert_refusal(hub_fixture_run(f, &a), PROTO_DENIED);
    assert_true(f->out.logged && f->out.decision);
    assert_int_equal(f->out.rows.count, 2);
    assert_err(hub_store_request_get(f->state.tables, f->x, a.msg.head.id, &q), ERR_NOTFOUND);
}

/* Refused before any decision: the answer still has the size of one. */
static void refused(struct hub_fixture *f, struct hub_act *a, enum proto_refusal expected)
{
    assert_refusal(hub_fixture_run(f, a), expected);
    assert_true(f->out.decision);
    assert_false(f->out.logged);
    assert_int_equal(f->out.rows.count, 0);
}

/* Long after core forgot the message. */
static void under_an_id_that_has_a_row(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    a.msg.sections = hub_fixture_sections("ident");
    refused(f, &a, PROTO_REPLAYED);
}

static void by_a_role_that_does_not_ask(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    const enum proto_role roles[] = {PROTO_ROLE_NONE, PROTO_ROLE_SECOND, PROTO_ROLE_OFFICER, PROTO_ROLE_FG,
        PROTO_ROLE_ADOPTER,
        PROTO_ROLE_ANALYST, PROTO_ROLE_ADMIN, PROTO_ROLE_YOUNG, PROTO_ROLE_REPRESENTATIVE, PROTO_ROLE_PARENT};

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        a.msg.head.role = (uint8_t)roles[i];
        refused(f, &a, PROTO_ROLE_NOT_ALLOWED);
    }
    a.msg.head.role = PROTO_ROLE_COORDINATOR;
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

static void to_nobody(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    a.to = NULL;
    refused(f, &a, PROTO_UNKNOWN_PARTNER);
}

static void to_itself(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    a.to = a.from;
    refused(f, &a, PROTO_MALFORMED);
}

static void by_another_pack(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    a.msg.head.pack[0] ^= 1;
    refused(f, &a, PROTO_OTHER_PACK);
}

static void for_an_unknown_purpose(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    (void)snprintf(a.msg.head.purpose, sizeof a.msg.head.purpose, "curiosity");
    refused(f, &a, PROTO_UNKNOWN_NAME);
    a.msg.head.purpose[0] = '\0';
    refused(f, &a, PROTO_UNKNOWN_NAME);
}

static void of_an_unknown_section(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att shoe_size");

    refused(f, &a, PROTO_UNKNOWN_NAME);
}

static void valid_for_too_long_or_not_at_all(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");

    a.msg.head.valid_until_s = a.msg.head.issued_s + 60 * DAY_S + 1;
    refused(f, &a, PROTO_STALE);
    a.msg.head.valid_until_s = f->now_s;
    refused(f, &a, PROTO_STALE);
    a.msg.head.valid_until_s = 0;
    refused(f, &a, PROTO_STALE);
    a.msg.head.valid_until_s = a.msg.head.issued_s + 60 * DAY_S;
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
}

/* ---- what it relies on ---- */

static void what_it_relies_on_goes_along(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    struct proto_statement s = hub_fixture_event(f, "OVERIG", VO, LEERPLICHT, NOBODY);

    a.msg.statements = hub_fixture_ids(1, s.id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_int_equal(f->out.attached.count, 1);
    assert_memory_equal(f->out.attached.id[0], s.id, PROTO_ID_LEN);
    assert_int_equal(kept(f, a.msg.head.id).statements.count, 1);
}

static void relying_on_what_is_not_there(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    uint8_t id[PROTO_ID_LEN];

    memset(id, 0x66, sizeof id);
    a.msg.statements = hub_fixture_ids(1, id);
    refused(f, &a, PROTO_NOT_ADDRESSED);
}

static void relying_on_what_the_holder_was_not_told(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    struct proto_statement s = hub_fixture_event(f, "LRV", VO2, LEERPLICHT, NOBODY);

    a.msg.statements = hub_fixture_ids(1, s.id);
    refused(f, &a, PROTO_NOT_ADDRESSED);
}

static void relying_on_what_the_asker_was_not_told(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    struct proto_statement s = hub_fixture_event(f, "LRV", VO, CJG, NOBODY);

    a.msg.statements = hub_fixture_ids(1, s.id);
    refused(f, &a, PROTO_NOT_ADDRESSED);
}

static void relying_on_what_was_said_of_another_child(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    struct proto_statement s;

    hub_fixture_child(f, 2);
    s = hub_fixture_event(f, "LRV", VO, LEERPLICHT, NOBODY);
    a.msg.statements = hub_fixture_ids(1, s.id);
    refused(f, &a, PROTO_NOT_ADDRESSED);
}

static void one_of_two_does_not_count(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    struct proto_statement s = hub_fixture_event(f, "LRV", VO, LEERPLICHT, NOBODY),
        other = hub_fixture_event(f, "LRV", VO, CJG, NOBODY);

    a.msg.statements = hub_fixture_ids(2, s.id, other.id);
    refused(f, &a, PROTO_NOT_ADDRESSED);
    a.msg.statements = hub_fixture_ids(2, other.id, s.id);
    refused(f, &a, PROTO_NOT_ADDRESSED);
}

/* ---- the weighing inside ---- */

static struct hub_act weighed(struct hub_fixture *f)
{
    struct hub_act a = good(f, "att");

    hub_fixture_weigh(f, &a, LEERPLICHT);
    return a;
}

static void a_good_weighing_is_kept(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = weighed(f);

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(kept(f, a.msg.head.id).weighed);
    a = good(f, "att");
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_false(kept(f, a.msg.head.id).weighed);
}

static void a_weighing_by_another_partner(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = weighed(f);

    a.weighing.what.setter[0] ^= 1;
    refused(f, &a, PROTO_NOT_YOURS);
    a = weighed(f);
    a.weighing.signer_partner[0] ^= 1;
    refused(f, &a, PROTO_NOT_YOURS);
}

static void a_weighing_by_a_role_that_may_not(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = weighed(f);

    a.weighing.role = PROTO_ROLE_SECOND;
    refused(f, &a, PROTO_ROLE_NOT_ALLOWED);
}

static void a_weighing_of_something_else(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = weighed(f);

    a.weighing.what.refers[0] ^= 1;
    refused(f, &a, PROTO_MALFORMED);
    a = weighed(f);
    a.weighing.what.subject.value[0] ^= 1;
    refused(f, &a, PROTO_MALFORMED);
    a = weighed(f);
    a.weighing.what.case_id[0] ^= 1;
    refused(f, &a, PROTO_MALFORMED);
    a = weighed(f);
    (void)snprintf(a.weighing.what.purpose, sizeof a.weighing.what.purpose, "att_enforce");
    refused(f, &a, PROTO_MALFORMED);
    a = weighed(f);
    a.weighing.what.kind = PROTO_SAY_APPROVAL;
    refused(f, &a, PROTO_MALFORMED);
}

/* ---- taking it back, refusing it ---- */

static struct hub_act follow(struct hub_fixture *f, enum proto_kind kind, enum hub_fixture_who from,
    enum hub_fixture_who to, const uint8_t refers[PROTO_ID_LEN])
{
    struct hub_act a = hub_fixture_act(f, kind, from, to);

    memcpy(a.msg.refers, refers, PROTO_ID_LEN);
    a.msg.code = kind == PROTO_REFUSE ? PROTO_REFUSE_NOT_NEEDED : 0;
    return a;
}

struct follow_row {
    enum proto_kind kind;
    enum hub_fixture_who mine, other;
    enum hub_request_state after;
};

static const struct follow_row cancels = {PROTO_CANCEL, LEERPLICHT, VO, HUB_REQUEST_CANCELLED};
static const struct follow_row refuses = {PROTO_REFUSE, VO, LEERPLICHT, HUB_REQUEST_REFUSED};

static void check_follow(struct hub_fixture *f, const struct follow_row *row)
{
    struct hub_act a = good(f, "att"), b;
    uint8_t id[PROTO_ID_LEN], unknown[PROTO_ID_LEN];

    memset(unknown, 0x66, sizeof unknown);
    memcpy(id, a.msg.head.id, sizeof id);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    b = follow(f, row->kind, row->mine, row->other, unknown);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
    b = follow(f, row->kind, row->other, row->mine, id);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_YOURS);
    b = follow(f, row->kind, CJG, row->other, id);
    assert_refusal(hub_fixture_run(f, &b), PROTO_NOT_FOUND);
    b = follow(f, row->kind, row->mine, CJG, id);
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b = follow(f, row->kind, row->mine, row->other, id);
    b.msg.head.subject.value[0] ^= 1;
    assert_refusal(hub_fixture_run(f, &b), PROTO_MALFORMED);
    b = follow(f, row->kind, row->mine, row->other, id);
    b.msg.head.role = PROTO_ROLE_OFFICER;
    assert_refusal(hub_fixture_run(f, &b), PROTO_ROLE_NOT_ALLOWED);
    f->now_s += 60;
    b = follow(f, row->kind, row->mine, row->other, id);
    assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
    assert_true(f->out.mailed);
    assert_int_equal(kept(f, id).state, row->after);
    assert_int_equal(kept(f, id).due_s, f->now_s);
    b = follow(f, row->kind, row->mine, row->other, id);
    assert_refusal(hub_fixture_run(f, &b), PROTO_WRONG_STATE);
}

static void the_asker_takes_it_back(void **state)
{
    check_follow(*state, &cancels);
}

static void the_holder_refuses_it(void **state)
{
    check_follow(*state, &refuses);
}

static void a_request_that_ran_out_is_not_mailed(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = good(f, "att");
    uint8_t unknown[PROTO_ID_LEN] = {1};

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(hub_fixture_still(f, PROTO_REQUEST, a.msg.head.id));
    hub_fixture_days(f, 30);
    assert_false(hub_fixture_still(f, PROTO_REQUEST, a.msg.head.id));
    assert_false(hub_fixture_still(f, PROTO_REQUEST, unknown));
    assert_true(hub_fixture_still(f, PROTO_REFUSE, unknown));
    assert_true(hub_fixture_still(f, PROTO_STATEMENT, unknown));
}

static void a_kind_whose_handling_comes_later(void **state)
{
    struct hub_fixture *f = *state;
    struct hub_act a = hub_fixture_act(f, PROTO_OPENED_LEAF, VO, NOBODY);

    a.msg.code = 1;
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_YET);
    assert_true(f->out.logged);
    assert_false(f->out.mailed);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(what_is_left_is_kept),
        hub_fixture_test(a_denied_one_is_logged_and_not_kept),
        hub_fixture_test(under_an_id_that_has_a_row),
        hub_fixture_test(by_a_role_that_does_not_ask),
        hub_fixture_test(to_nobody),
        hub_fixture_test(to_itself),
        hub_fixture_test(by_another_pack),
        hub_fixture_test(for_an_unknown_purpose),
        hub_fixture_test(of_an_unknown_section),
        hub_fixture_test(valid_for_too_long_or_not_at_all),
        hub_fixture_test(what_it_relies_on_goes_along),
        hub_fixture_test(relying_on_what_is_not_there),
        hub_fixture_test(relying_on_what_the_holder_was_not_told),
        hub_fixture_test(relying_on_what_the_asker_was_not_told),
        hub_fixture_test(relying_on_what_was_said_of_another_child),
        hub_fixture_test(one_of_two_does_not_count),
        hub_fixture_test(a_good_weighing_is_kept),
        hub_fixture_test(a_weighing_by_another_partner),
        hub_fixture_test(a_weighing_by_a_role_that_may_not),
        hub_fixture_test(a_weighing_of_something_else),
        hub_fixture_test(the_asker_takes_it_back),
        hub_fixture_test(the_holder_refuses_it),
        hub_fixture_test(a_request_that_ran_out_is_not_mailed),
        hub_fixture_test(a_kind_whose_handling_comes_later),
    };

    return cmocka_run_group_tests_name("hub_on_request", tests, NULL, NULL);
}
