/*
 * client/desk_sent: what the hub's receipt of an own act changes, and its refusal; each only in the state that it belongs to. And the end of
 * access: the copy goes, and the holder hears of it.
 */
#include "tests/support/client_fixture.h"

#include "client/casebook.h"
#include "client/desk_sent.h"
#include "tests/support/check.h"

#include <stdio.h>

static struct proto_subject_id child;
static const uint8_t payload[] = "sealed bytes";

/* A row at leerplicht with vo and something sealed. */
static struct client_desk row(struct client_fixture *f, bool mine, bool offer, enum client_desk_state state)
{
    struct client_desk d = {.mine = mine, .offer = offer, .state = (uint8_t) state, .child = child, .child_there = child,
        .sections = client_fixture_sections("att effort"), .granted = client_fixture_sections("att")};
    struct vault_txn *x;

    memset(d.id, 0x11, sizeof d.id);
    memset(d.grant_id, offer ? 0x11 : 0x22, sizeof d.grant_id);
    memcpy(d.other, f->partner[VO].id, sizeof d.other);
    memcpy(d.purpose, "att_followup", 13);
    d.access_until_s = f->now_s + DAY_S;
    x = client_fixture_begin(f, LEERPLICHT);
    assert_err(client_desk_put(x, &d), OK);
    assert_err(client_share_put(x, d.id, payload, sizeof payload), OK);
    client_fixture_commit(x);
    return d;
}

static struct proto_msg act(struct client_fixture *f, enum proto_kind kind, const struct client_desk *d)
{
    struct proto_msg m = client_fixture_msg(f, kind, LEERPLICHT, VO);

    m.head.subject = d->child_there;
    memcpy(m.head.purpose, d->purpose, sizeof m.head.purpose);
    m.sections = d->sections;
    if (kind == PROTO_REQUEST || kind == PROTO_OFFER)
        memcpy(m.head.id, d->id, sizeof m.head.id);
    else
        memcpy(m.refers, kind == PROTO_RELEASE || kind == PROTO_REPORT ? d->grant_id : d->id, sizeof m.refers);
    if (kind == PROTO_GRANT)
        memcpy(m.head.id, d->grant_id, sizeof m.head.id);
    return m;
}

struct step {
    const char *name;
    enum proto_kind kind;
    uint8_t code;
    bool mine, offer, refused;
    enum client_desk_state before, after;
    bool share;        /* is the ciphertext still there? */
    size_t releases;   /* what goes out */
};

static const struct step steps[] = {
    {"a request is at the holder", PROTO_REQUEST, 0, true, false, false, CLIENT_DESK_SENT, CLIENT_DESK_WAITING, true, 0},
    {"a request that was granted before its receipt", PROTO_REQUEST, 0, true, false, false, CLIENT_DESK_GRANTED, CLIENT_DESK_GRANTED, true, 0},
    {"a request is denied", PROTO_REQUEST, 0, true, false, true, CLIENT_DESK_SENT, CLIENT_DESK_DENIED, false, 0},
    {"an offer goes out", PROTO_OFFER, 0, true, true, false, CLIENT_DESK_SENT, CLIENT_DESK_GRANTED, false, 1},
    {"an offer is denied", PROTO_OFFER, 0, true, true, true, CLIENT_DESK_SENT, CLIENT_DESK_DENIED, false, 0},
    {"an offer that was stopped", PROTO_OFFER, 0, true, true, false, CLIENT_DESK_WITHDRAWN, CLIENT_DESK_WITHDRAWN, true, 0},
    {"a grant goes out", PROTO_GRANT, 0, false, false, false, CLIENT_DESK_WAITING, CLIENT_DESK_GRANTED, false, 1},
    {"a grant of what was cancelled", PROTO_GRANT, 0, false, false, false, CLIENT_DESK_CANCELLED, CLIENT_DESK_CANCELLED, true, 0},
    {"a grant of what was withdrawn", PROTO_GRANT, 0, false, false, false, CLIENT_DESK_WITHDRAWN, CLIENT_DESK_WITHDRAWN, true, 0},
    {"a grant is refused", PROTO_GRANT, 0, false, false, true, CLIENT_DESK_WAITING, CLIENT_DESK_WAITING, false, 0},
    {"a release is there", PROTO_RELEASE, 0, false, false, false, CLIENT_DESK_GRANTED, CLIENT_DESK_RELEASED, true, 0},
    {"a release that was read before its receipt", PROTO_RELEASE, 0, false, false, false, CLIENT_DESK_OPENED, CLIENT_DESK_OPENED, true, 0},
    {"a release of what was withdrawn", PROTO_RELEASE, 0, false, false, false, CLIENT_DESK_WITHDRAWN, CLIENT_DESK_WITHDRAWN, true, 0},
    {"a release is refused", PROTO_RELEASE, 0, false, false, true, CLIENT_DESK_GRANTED, CLIENT_DESK_WITHDRAWN, true, 0},
    {"a refusal is there", PROTO_REFUSE, 0, false, false, false, CLIENT_DESK_WAITING, CLIENT_DESK_REFUSED, false, 0},
    {"a refusal of what was cancelled", PROTO_REFUSE, 0, false, false, false, CLIENT_DESK_CANCELLED, CLIENT_DESK_CANCELLED, true, 0},
    {"a cancellation is there", PROTO_CANCEL, 0, true, false, false, CLIENT_DESK_WAITING, CLIENT_DESK_CANCELLED, false, 0},
    {"a cancellation of what was granted", PROTO_CANCEL, 0, true, false, false, CLIENT_DESK_GRANTED, CLIENT_DESK_GRANTED, true, 0},
    {"a cancellation of what was read", PROTO_CANCEL, 0, true, false, false, CLIENT_DESK_OPENED, CLIENT_DESK_OPENED, true, 0},
    {"not for us", PROTO_ANSWER, PROTO_ANSWER_NOT_FOR_US, false, true, false, CLIENT_DESK_ARRIVED, CLIENT_DESK_NOT_FOR_US, false, 0},
    {"accepted", PROTO_ANSWER, PROTO_ANSWER_ACCEPT, false, true, false, CLIENT_DESK_ARRIVED, CLIENT_DESK_ARRIVED, true, 0},
};

static void one_step(void **state)
{
    const struct step *s = *state;
    struct client_fixture *f;
    struct client_desk d, after;
    struct proto_msg m;
    void *fixture = NULL;

    assert_int_equal(client_fixture_setup(&fixture), 0);
    f = fixture;
    d = row(f, s->mine, s->offer, s->before);
    m = act(f, s->kind, &d);
    m.code = s->code;
    f->result = s->refused ? PROTO_DENIED : PROTO_ACCEPTED;
    assert_err(client_fixture_receipt(f, LEERPLICHT, &m), OK);
    after = client_fixture_desk(f, LEERPLICHT, d.id);
    assert_state(after, s->after);
    assert_int_equal(client_fixture_has_share(f, LEERPLICHT, d.id), s->share);
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_RELEASE, NULL), s->releases);
    if (s->code == PROTO_ANSWER_ACCEPT)
        assert_true(after.accepted);
    assert_int_equal(client_fixture_close(&fixture), 0);
}

/* The hub's word on each section is kept, of a yes and of a no. */
static void the_answer_is_kept(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = row(f, true, false, CLIENT_DESK_SENT);
    struct proto_msg m = act(f, PROTO_REQUEST, &d);

    client_fixture_row(f, "att", POLICY_PERMIT, 0, true);
    client_fixture_row(f, "effort", POLICY_DENY, POLICY_NOT_IN_MATRIX, false);
    assert_err(client_fixture_receipt(f, LEERPLICHT, &m), OK);
    d = client_fixture_desk(f, LEERPLICHT, d.id);
    assert_int_equal(d.rows.count, 2);
    assert_int_equal(d.rows.row[1].reason, POLICY_NOT_IN_MATRIX);
    assert_int_equal(d.until_s, m.head.valid_until_s);
}

static void revoke(struct client_fixture *f, enum client_fixture_who who, enum client_fixture_who gone)
{
    struct proto_region *r = &client_fixture_node(f, who)->region;

    for (size_t i = 0; i < r->partner_count; i++)
        if (memcmp(r->partner[i].id, f->partner[gone].id, PROTO_PARTNER_LEN) == 0) {
            r->partner[i].revoked = true;
            r->partner[i].until_s = 1;
        }
}

/* Between the grant and its receipt: it stands in the log, nothing leaves, and the receipt is not asked for again. */
static void a_receiver_that_was_revoked_gets_nothing(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = row(f, false, false, CLIENT_DESK_WAITING), after;
    struct proto_msg m = act(f, PROTO_GRANT, &d);

    revoke(f, LEERPLICHT, VO);
    assert_err(client_fixture_receipt(f, LEERPLICHT, &m), OK);
    after = client_fixture_desk(f, LEERPLICHT, d.id);
    assert_state(after, CLIENT_DESK_WITHDRAWN);
    assert_false(client_fixture_has_share(f, LEERPLICHT, d.id));
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_RELEASE, NULL), 0);
}

/* The receipt of a grant that the row does not have (any more). */
static void another_grant(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = row(f, false, false, CLIENT_DESK_WAITING), after;
    struct proto_msg m = act(f, PROTO_GRANT, &d);

    m.head.id[0] ^= 1;
    assert_err(client_fixture_receipt(f, LEERPLICHT, &m), OK);
    after = client_fixture_desk(f, LEERPLICHT, d.id);
    assert_memory_equal(&after, &d, sizeof d);
    f->result = PROTO_DENIED;
    assert_err(client_fixture_receipt(f, LEERPLICHT, &m), OK);
    after = client_fixture_desk(f, LEERPLICHT, d.id);
    assert_memory_equal(&after, &d, sizeof d);
    assert_true(client_fixture_has_share(f, LEERPLICHT, d.id));
}

static void of_rows_that_are_gone(void **state)
{
    struct client_fixture *f = *state;
    static const enum proto_kind kinds[] = {PROTO_REQUEST, PROTO_OFFER, PROTO_GRANT, PROTO_RELEASE, PROTO_REFUSE, PROTO_CANCEL, PROTO_ANSWER, PROTO_REPORT};
    struct client_desk d = {.child_there = child};

    memset(d.id, 0x55, sizeof d.id);
    memset(d.grant_id, 0x66, sizeof d.grant_id);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (int refused = 0; refused < 2; refused++) {
            struct proto_msg m = act(f, kinds[i], &d);

            f->result = refused ? PROTO_DENIED : PROTO_ACCEPTED;
            assert_err(client_fixture_receipt(f, LEERPLICHT, &m), OK);
        }
}

/* ---- the end of access ---- */

static void tick(struct client_fixture *f, uint64_t now_s)
{
    struct vault_txn *x = client_fixture_begin(f, LEERPLICHT);

    assert_err(client_desk_tick(client_fixture_node(f, LEERPLICHT), x, now_s), OK);
    client_fixture_commit(x);
}

static void access_ends(void **state)
{
    struct client_fixture *f = *state;
    static const enum client_desk_state states[] = {CLIENT_DESK_ARRIVED, CLIENT_DESK_OPENED};

    for (size_t i = 0; i < 2; i++)
        for (int offer = 0; offer < 2; offer++) {
            struct client_desk d = row(f, !offer, offer, states[i]);
            size_t before = client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL);
            struct proto_msg m;

            tick(f, d.access_until_s - 1);
            assert_true(client_fixture_has_share(f, LEERPLICHT, d.id));
            assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), before);
            tick(f, d.access_until_s);
            assert_false(client_fixture_has_share(f, LEERPLICHT, d.id));
            assert_state(client_fixture_desk(f, LEERPLICHT, d.id), CLIENT_DESK_ENDED);
            assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, &m), before + 1);
            assert_int_equal(m.code, PROTO_REPORT_EXPIRED);
            assert_memory_equal(m.refers, d.grant_id, PROTO_ID_LEN);
            assert_int_equal(m.sections.count, 1);
            assert_memory_equal(m.head.to, f->partner[VO].id, PROTO_PARTNER_LEN);
            tick(f, d.access_until_s + DAY_S);
            assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), before + 1);
        }
}

static bool is_given(uint8_t s)
{
    return s == CLIENT_DESK_GRANTED || s == CLIENT_DESK_RELEASED || s == CLIENT_DESK_ARRIVED || s == CLIENT_DESK_OPENED;
}

/* The holder's rows, and what never came, end too, and are not reported on; what is over or was never granted stays as it is. */
static void access_of_others_and_of_nothing(void **state)
{
    struct client_fixture *f = *state;

    for (uint8_t s = 0; s < CLIENT_DESK_STATE_END; s++)
        for (int mine = 0; mine < 2; mine++)
            for (int offer = 0; offer < 2; offer++) {
                struct client_desk d, after;

                if (mine != offer && (s == CLIENT_DESK_ARRIVED || s == CLIENT_DESK_OPENED))
                    continue;
                d = row(f, mine, offer, (enum client_desk_state) s);
                tick(f, d.access_until_s + DAY_S);
                after = client_fixture_desk(f, LEERPLICHT, d.id);
                assert_int_equal(client_fixture_has_share(f, LEERPLICHT, d.id), !is_given(s));
                if (is_given(s)) {
                    assert_state(after, CLIENT_DESK_ENDED);
                    d.state = CLIENT_DESK_ENDED;
                }
                assert_memory_equal(&after, &d, sizeof d);
            }
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), 0);
}

/* ---- the last day of a question ---- */

static struct client_desk question(struct client_fixture *f, bool mine, bool offer, enum client_desk_state state)
{
    struct client_desk d = row(f, mine, offer, state);

    memset(d.grant_id, 0, sizeof d.grant_id);
    d.until_s = f->now_s + DAY_S;
    client_fixture_desk_put(f, LEERPLICHT, &d);
    return d;
}

/* Approved and never granted, or prepared and never sent: the ciphertext goes with the last day. */
static void nobody_answered(void **state)
{
    struct client_fixture *f = *state;
    static const struct { bool mine, offer; enum client_desk_state state; uint64_t grace_s; } rows[] = {
        {false, false, CLIENT_DESK_WAITING, 0}, {true, true, CLIENT_DESK_PREPARED, 0}, {true, false, CLIENT_DESK_WAITING, DAY_S}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct client_desk d = question(f, rows[i].mine, rows[i].offer, rows[i].state), after;
        uint64_t end_s = d.until_s + rows[i].grace_s;

        tick(f, end_s - 1);
        assert_state(client_fixture_desk(f, LEERPLICHT, d.id), rows[i].state);
        assert_true(client_fixture_has_share(f, LEERPLICHT, d.id));
        tick(f, end_s);
        after = client_fixture_desk(f, LEERPLICHT, d.id);
        assert_state(after, CLIENT_DESK_ENDED);
        assert_int_equal(after.granted.count, 0);
        assert_false(client_fixture_has_share(f, LEERPLICHT, d.id));
        assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), 0);
        assert_err(client_fixture_call(f, LEERPLICHT, "inbox", "{}"), OK);
        assert_int_equal(strstr(client_fixture_reply(f), "\"kind\":\"unanswered\"") != NULL, !rows[i].offer);
    }
}

/* The hub may take a grant yet that was sent in time. */
static void not_while_a_grant_is_under_way(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = question(f, false, false, CLIENT_DESK_WAITING);

    memset(d.grant_id, 7, sizeof d.grant_id);
    client_fixture_desk_put(f, LEERPLICHT, &d);
    tick(f, d.until_s + 90 * (uint64_t) DAY_S);
    assert_state(client_fixture_desk(f, LEERPLICHT, d.id), CLIENT_DESK_WAITING);
    assert_true(client_fixture_has_share(f, LEERPLICHT, d.id));
}

static void many_end_at_once(void **state)
{
    struct client_fixture *f = *state;
    struct client_desk d = row(f, true, false, CLIENT_DESK_OPENED);

    /* One of them is the row itself. */
    for (uint8_t i = 0; i < PROTO_STATEMENTS_MAX + 4; i++) {
        d.id[1] = i;
        client_fixture_desk_put(f, LEERPLICHT, &d);
    }
    tick(f, d.access_until_s);
    tick(f, d.access_until_s + 60);
    assert_int_equal(client_fixture_waiting(f, LEERPLICHT, PROTO_REPORT, NULL), PROTO_STATEMENTS_MAX + 4);
}

int main(void)
{
    struct check_list list = {.count = 0};
    const struct CMUnitTest tests[] = {
        client_fixture_test(the_answer_is_kept), client_fixture_test(a_receiver_that_was_revoked_gets_nothing),
        client_fixture_test(another_grant), client_fixture_test(of_rows_that_are_gone),
        client_fixture_test(access_ends), client_fixture_test(access_of_others_and_of_nothing), client_fixture_test(nobody_answered),
        client_fixture_test(not_while_a_grant_is_under_way), client_fixture_test(many_end_at_once),
    };

    child = client_fixture_child(1);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        check_add(&list, steps[i].name, one_step, &steps[i]);
    return cmocka_run_group_tests_name("client/desk_sent", tests, NULL, NULL) + check_run(&list, "client/desk_sent: receipts and refusals");
}
