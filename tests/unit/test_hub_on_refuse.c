/* hub/on_refuse with code 7: what was granted or sent is taken back by its holder, and by nobody else; what was not yet given out stays here. */
#include "tests/support/check.h"

#include "tests/support/hub_fixture.h"

#include "hub/store_grant.h"
#include "hub/store_request.h"

#include <string.h>

enum { DAY_S = 86400 };

struct given { uint8_t request[PROTO_ID_LEN], grant[PROTO_ID_LEN]; };

static struct given grant(struct hub_fixture *f)
{
    struct given g;
    struct hub_act a;

    f->purpose = "known_check";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, JGZ, NOBODY);
    (void)hub_fixture_consent(f, CJG, CJG, JGZ, "known", f->now_s + 100 * DAY_S);
    assert_refusal(hub_fixture_request(f, JGZ, CJG, "known"), PROTO_ACCEPTED);
    memcpy(g.request, f->last, sizeof g.request);
    a = hub_fixture_grant(f, CJG, JGZ, g.request, "known", f->now_s + 10 * DAY_S);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    memcpy(g.grant, a.msg.head.id, sizeof g.grant);
    return g;
}

static struct hub_act follow(struct hub_fixture *f, enum proto_kind kind, enum hub_fixture_who from, enum hub_fixture_who to,
    const uint8_t refers[PROTO_ID_LEN], uint8_t code)
{
    struct hub_act a = hub_fixture_act(f, kind, from, to);

    memcpy(a.msg.refers, refers, PROTO_ID_LEN);
    a.msg.code = code;
    return a;
}

static struct hub_act release(struct hub_fixture *f, const struct given *g)
{
    struct hub_act a = follow(f, PROTO_RELEASE, CJG, JGZ, g->grant, 0);

    a.msg.payload = hub_fixture_release(1, a.msg.digest);
    a.msg.head.role = PROTO_ROLE_NONE;
    return a;
}

static void before_it_was_released(void **state)
{
    struct hub_fixture *f = *state;
    struct given g = grant(f);
    struct hub_act a, r = release(f, &g);
    struct hub_request q;

    assert_true(hub_fixture_still(f, PROTO_GRANT, g.grant));
    a = follow(f, PROTO_REFUSE, CJG, JGZ, g.request, PROTO_REFUSE_TAKEN_BACK);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_true(f->out.logged && f->out.mailed);
    assert_false(hub_fixture_still(f, PROTO_GRANT, g.grant));
    assert_true(hub_fixture_still(f, PROTO_REFUSE, a.msg.head.id));
    assert_refusal(hub_fixture_run(f, &r), PROTO_WRONG_STATE);
    assert_err(hub_store_request_get(f->state.tables, f->x, g.request, &q), OK);
    assert_int_equal(q.state, HUB_REQUEST_TAKEN_BACK);
    assert_int_equal(q.due_s, f->now_s);
}

/* Its mail stops, and who has it says that its copy is gone. */
static void after_it_was_released(void **state)
{
    struct hub_fixture *f = *state;
    struct given g = grant(f);
    struct hub_act a, r = release(f, &g), report;

    assert_refusal(hub_fixture_run(f, &r), PROTO_ACCEPTED);
    assert_true(hub_fixture_still(f, PROTO_RELEASE, r.msg.head.id));
    a = follow(f, PROTO_REFUSE, CJG, JGZ, g.request, PROTO_REFUSE_TAKEN_BACK);
    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    assert_false(hub_fixture_still(f, PROTO_RELEASE, r.msg.head.id));
    report = follow(f, PROTO_REPORT, JGZ, CJG, g.grant, PROTO_REPORT_EXPIRED);
    report.msg.head.role = PROTO_ROLE_NONE;
    assert_refusal(hub_fixture_run(f, &report), PROTO_ACCEPTED);
    a = follow(f, PROTO_REFUSE, CJG, JGZ, g.request, PROTO_REFUSE_TAKEN_BACK);
    assert_refusal(hub_fixture_run(f, &a), PROTO_WRONG_STATE);
}

static void only_once(void **state)
{
    struct hub_fixture *f = *state;
    struct given g = grant(f);
    struct hub_act a = follow(f, PROTO_REFUSE, CJG, JGZ, g.request, PROTO_REFUSE_TAKEN_BACK);

    assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
    a = follow(f, PROTO_REFUSE, CJG, JGZ, g.request, PROTO_REFUSE_TAKEN_BACK);
    assert_refusal(hub_fixture_run(f, &a), PROTO_WRONG_STATE);
}

static void not_for_another_reason(void **state)
{
    struct hub_fixture *f = *state;
    struct given g = grant(f);

    for (uint8_t code = PROTO_REFUSE_NOT_NEEDED; code < PROTO_REFUSE_TAKEN_BACK; code++) {
        struct hub_act a = follow(f, PROTO_REFUSE, CJG, JGZ, g.request, code);

        assert_refusal(hub_fixture_run(f, &a), PROTO_WRONG_STATE);
    }
    assert_true(hub_fixture_still(f, PROTO_GRANT, g.grant));
}

static void not_by_the_receiver_or_a_third(void **state)
{
    struct hub_fixture *f = *state;
    struct given g = grant(f);
    struct hub_act a = follow(f, PROTO_REFUSE, JGZ, CJG, g.request, PROTO_REFUSE_TAKEN_BACK);

    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_YOURS);
    a = follow(f, PROTO_REFUSE, VO, JGZ, g.request, PROTO_REFUSE_TAKEN_BACK);
    assert_refusal(hub_fixture_run(f, &a), PROTO_NOT_FOUND);
    a = follow(f, PROTO_REFUSE, CJG, JGZ, g.request, PROTO_REFUSE_TAKEN_BACK);
    a.msg.head.role = PROTO_ROLE_OFFICER;
    assert_refusal(hub_fixture_run(f, &a), PROTO_ROLE_NOT_ALLOWED);
    assert_true(hub_fixture_still(f, PROTO_GRANT, g.grant));
}

/* Sent without being asked, also when it was accepted; not when it was sent back. */
static void what_was_sent(void **state)
{
    static const uint8_t answers[] = {0, PROTO_ANSWER_ACCEPT, PROTO_ANSWER_NOT_FOR_US};
    struct hub_fixture *f = *state;

    f->purpose = "youth_help_access";
    hub_fixture_case(f, 1);
    hub_fixture_open_case(f, VO, NOBODY);
    (void)hub_fixture_event(f, "REFERRED", VO, CJG, NOBODY);
    (void)hub_fixture_consent(f, VO, VO, CJG, "ident need", f->now_s + 100 * DAY_S);
    for (size_t i = 0; i < sizeof answers; i++) {
        struct hub_act a = hub_fixture_grant(f, VO, CJG, NULL, "ident need", f->now_s + 30 * DAY_S), b;

        hub_fixture_weigh(f, &a, VO);
        assert_refusal(hub_fixture_run(f, &a), PROTO_ACCEPTED);
        b = follow(f, PROTO_ANSWER, CJG, VO, a.msg.head.id, answers[i]);
        if (answers[i] != 0)
            assert_refusal(hub_fixture_run(f, &b), PROTO_ACCEPTED);
        b = follow(f, PROTO_REFUSE, VO, CJG, a.msg.head.id, PROTO_REFUSE_TAKEN_BACK);
        assert_refusal(hub_fixture_run(f, &b), answers[i] == PROTO_ANSWER_NOT_FOR_US ? PROTO_WRONG_STATE : PROTO_ACCEPTED);
        assert_false(hub_fixture_still(f, PROTO_OFFER, a.msg.head.id));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        hub_fixture_test(before_it_was_released), hub_fixture_test(after_it_was_released), hub_fixture_test(only_once),
        hub_fixture_test(not_for_another_reason), hub_fixture_test(not_by_the_receiver_or_a_third), hub_fixture_test(what_was_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
