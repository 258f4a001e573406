/* client/hublink over a real socket, with a hub that the test plays: what is sent when, what is sent again, and what a reply changes. */
#include "tests/support/check.h"
#include "tests/support/hub_played.h"

#include "base/wr.h"
#include "client/archive.h"
#include "client/hublink_parts.h"
#include "client/outbox.h"
#include "proto/sign.h"

#include <sodium.h>

static int setup(void **state)
{
    return hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}

/* ---- acts to send ---- */

static struct proto_msg act(struct hub_played *h, enum proto_kind kind, uint8_t case_byte)
{
    struct proto_msg m = client_fixture_msg(h->f, kind, VO, LEERPLICHT);

    memset(m.head.id, 0, sizeof m.head.id);
    memset(m.head.case_id, case_byte, sizeof m.head.case_id);
    if (kind == PROTO_CANCEL)
        m.refers[0] = 1;
    if (kind == PROTO_RELEASE) {
        m.refers[0] = 2;
        m.payload = (struct proto_blob){(const uint8_t *)"sealed", 6};
    }
    return m;
}

static void put(struct hub_played *h, struct proto_msg *m)
{
    struct vault_txn *x = client_fixture_begin(h->f, VO);

    assert_err(client_outbox_put(h->n, x, m, NULL, NULL), OK);
    client_fixture_commit(x);
}

static size_t waiting(struct hub_played *h)
{
    struct client_link_status s;

    client_hublink_status(h->n, &s);
    return s.outbox;
}

static bool archived(struct hub_played *h, uint64_t number)
{
    struct vault_txn *x = client_fixture_begin(h->f, VO);
    struct client_archived a;
    uint8_t *memory = NULL;
    enum err e = client_archive_get(x, number, &a, &memory);

    client_vault_abort(x);
    free(memory);
    return e == OK;
}

/* ---- the tests ---- */

static void the_link_comes_up_and_waits_for_mail(void **state)
{
    struct hub_played *h = *state;
    struct hub_played_msg *fetch;

    assert_false(client_link_is_up(h->n));
    assert_false(client_link_is_down(h->n));
    fetch = hub_played_wait(h, PROTO_FETCH);
    assert_true(client_link_is_up(h->n));
    assert_int_equal(fetch->msg.number, PROTO_WAIT_MAX_S);
    assert_int_equal(fetch->msg.head.running, 0);
    hub_played_turn(h, 200);
    assert_int_equal(hub_played_open(h, PROTO_FETCH), 1);
}

static void an_act_is_sent_and_ends_with_its_receipt(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg m = act(h, PROTO_CANCEL, 1);

    put(h, &m);
    hub_played_log(h, hub_played_wait(h, PROTO_CANCEL), PROTO_ACCEPTED);
    hub_played_turn(h, 100);
    assert_int_equal(waiting(h), 0);
    assert_true(archived(h, 1));
    assert_int_equal(h->n->running, 1);
}

static void what_was_not_committed_is_not_sent(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg m = act(h, PROTO_CANCEL, 1);
    struct vault_txn *x = client_fixture_begin(h->f, VO);

    assert_err(client_outbox_put(h->n, x, &m, NULL, NULL), OK);
    client_vault_abort(x);
    hub_played_turn(h, 200);
    assert_int_equal(hub_played_open(h, PROTO_CANCEL), 0);
    assert_int_equal(waiting(h), 0);
}

static void acts_of_one_case_go_one_after_the_other(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg a = act(h, PROTO_CANCEL, 1), b = act(h, PROTO_CANCEL, 1);
    struct hub_played_msg *first;

    put(h, &a);
    put(h, &b);
    first = hub_played_wait(h, PROTO_CANCEL);
    hub_played_turn(h, 200);
    assert_int_equal(hub_played_open(h, PROTO_CANCEL), 1);
    assert_memory_equal(first->msg.head.id, a.head.id, PROTO_ID_LEN);
    hub_played_log(h, first, PROTO_ACCEPTED);
    assert_memory_equal(hub_played_wait(h, PROTO_CANCEL)->msg.head.id, b.head.id, PROTO_ID_LEN);
}

static void acts_of_different_cases_go_together(void **state)
{
    struct hub_played *h = *state;

    for (uint8_t i = 1; i <= 20; i++) {
        struct proto_msg m = act(h, PROTO_CANCEL, i);

        put(h, &m);
    }
    (void)hub_played_wait(h, PROTO_CANCEL);
    hub_played_turn(h, 200);
    assert_int_equal(hub_played_open(h, PROTO_CANCEL), LINK_FLIGHT);
    assert_int_equal(waiting(h), 20);
}

static void a_group_goes_together(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg a = act(h, PROTO_CANCEL, 1), b = act(h, PROTO_CANCEL, 1), later = act(h, PROTO_CANCEL, 1);

    client_outbox_group(h->n, true);
    put(h, &a);
    put(h, &b);
    client_outbox_group(h->n, false);
    put(h, &later);
    (void)hub_played_wait(h, PROTO_CANCEL);
    hub_played_turn(h, 200);
    assert_int_equal(hub_played_open(h, PROTO_CANCEL), 2);
}

static void what_refers_to_a_waiting_act_waits_for_it(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg a = act(h, PROTO_CANCEL, 1), b = act(h, PROTO_RELEASE, 2);
    struct hub_played_msg *first;

    put(h, &a);
    memcpy(b.refers, a.head.id, sizeof b.refers);
    put(h, &b);
    first = hub_played_wait(h, PROTO_CANCEL);
    hub_played_turn(h, 200);
    assert_int_equal(hub_played_open(h, PROTO_RELEASE), 0);
    hub_played_log(h, first, PROTO_ACCEPTED);
    (void)hub_played_wait(h, PROTO_RELEASE);
}

static void a_certificate_goes_before_everything_after_it(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg cert = act(h, PROTO_PUBLISH, 0), a = act(h, PROTO_CANCEL, 1);
    struct hub_played_msg *first;

    cert.original = (struct proto_blob){(const uint8_t *)"certificate", 11};
    put(h, &cert);
    put(h, &a);
    first = hub_played_wait(h, PROTO_PUBLISH);
    hub_played_turn(h, 200);
    assert_int_equal(hub_played_open(h, PROTO_CANCEL), 0);
    hub_played_log(h, first, PROTO_ACCEPTED);
    (void)hub_played_wait(h, PROTO_CANCEL);
}

/* The same id and, while it is fresh, the same bytes: the hub answers what it knows already. */
static void what_may_be_tried_again_is(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg m = act(h, PROTO_CANCEL, 1);
    struct hub_played_msg *first, *second;

    put(h, &m);
    first = hub_played_wait(h, PROTO_CANCEL);
    hub_played_refuse(h, first, PROTO_TROUBLE);
    second = hub_played_wait(h, PROTO_CANCEL);
    assert_int_equal(second->len, first->len);
    assert_memory_equal(second->envelope, first->envelope, first->len);
    assert_int_equal(waiting(h), 1);
    hub_played_log(h, second, PROTO_ACCEPTED);
    hub_played_turn(h, 100);
    assert_int_equal(waiting(h), 0);
}

static void a_final_refusal_ends_it(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg m = act(h, PROTO_CANCEL, 1);

    put(h, &m);
    hub_played_refuse(h, hub_played_wait(h, PROTO_CANCEL), PROTO_NOT_FOUND);
    hub_played_turn(h, 100);
    assert_int_equal(waiting(h), 0);
    assert_false(archived(h, 1));
}

/* Nothing may be given now; what is taken back about the same child goes at once; what relies on the release goes after it. */
static void what_may_not_be_given_now_holds_no_withdrawal_back(void **state)
{
    struct hub_played *h = *state;
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(h->f, PROTO_SAY_WITHDRAWAL, VO, &child, LEERPLICHT, NOBODY);
    struct proto_msg given = act(h, PROTO_RELEASE, 1), back = act(h, PROTO_STATEMENT, 1), after = act(h, PROTO_CANCEL, 1);

    s.refers[0] = 1;
    given.head.subject = back.head.subject = after.head.subject = child;
    back.original = client_fixture_sign(h->f, &s, WORKER);
    h->n->link->forked = true;
    put(h, &given);
    memcpy(after.refers, given.head.id, sizeof after.refers);
    put(h, &after);
    put(h, &back);
    hub_played_log(h, hub_played_wait(h, PROTO_STATEMENT), PROTO_ACCEPTED);
    hub_played_turn(h, 200);
    assert_int_equal(hub_played_open(h, PROTO_RELEASE) + hub_played_open(h, PROTO_CANCEL), 0);
    h->n->link->forked = false;
    hub_played_log(h, hub_played_wait(h, PROTO_RELEASE), PROTO_ACCEPTED);
    hub_played_log(h, hub_played_wait(h, PROTO_CANCEL), PROTO_ACCEPTED);
}

/* A hub whose disk is full takes no grant, and takes the withdrawal that comes after it. */
static void what_the_hub_has_no_room_for_holds_no_withdrawal_back(void **state)
{
    struct hub_played *h = *state;
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(h->f, PROTO_SAY_WITHDRAWAL, VO, &child, LEERPLICHT, NOBODY);
    struct proto_msg given = act(h, PROTO_RELEASE, 1), back = act(h, PROTO_STATEMENT, 1), after = act(h, PROTO_CANCEL, 1);

    s.refers[0] = 1;
    given.head.subject = back.head.subject = after.head.subject = child;
    back.original = client_fixture_sign(h->f, &s, WORKER);
    put(h, &given);
    memcpy(after.refers, given.head.id, sizeof after.refers);
    put(h, &after);
    hub_played_refuse(h, hub_played_wait(h, PROTO_RELEASE), PROTO_FULL);
    put(h, &back);
    hub_played_log(h, hub_played_wait(h, PROTO_STATEMENT), PROTO_ACCEPTED);
    assert_int_equal(hub_played_open(h, PROTO_CANCEL), 0);
    hub_played_log(h, hub_played_wait(h, PROTO_RELEASE), PROTO_ACCEPTED);
    hub_played_log(h, hub_played_wait(h, PROTO_CANCEL), PROTO_ACCEPTED);
}

/* It stays, and what comes after it about the same child goes on. */
static void a_refused_withdrawal_waits_and_holds_nothing_back(void **state)
{
    struct hub_played *h = *state;
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(h->f, PROTO_SAY_WITHDRAWAL, VO, &child, LEERPLICHT, NOBODY);
    struct proto_msg m = act(h, PROTO_STATEMENT, 1), later = act(h, PROTO_CANCEL, 1);

    s.refers[0] = 1;
    m.head.subject = child;
    m.original = client_fixture_sign(h->f, &s, WORKER);
    put(h, &m);
    put(h, &later);
    hub_played_refuse(h, hub_played_wait(h, PROTO_STATEMENT), PROTO_NOT_FOUND);
    hub_played_log(h, hub_played_wait(h, PROTO_CANCEL), PROTO_ACCEPTED);
    hub_played_turn(h, 100);
    assert_int_equal(waiting(h), 1);
    assert_int_equal(client_outbox_sent(h->n->link), 0);
    client_outbox_wake(h->n);
    (void)hub_played_wait(h, PROTO_STATEMENT);
}

static void no_release_leaves_while_the_log_is_doubted(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg release = act(h, PROTO_RELEASE, 1), other = act(h, PROTO_CANCEL, 2);

    (void)hub_played_wait(h, PROTO_FETCH);
    h->n->link->forked = true;
    put(h, &release);
    put(h, &other);
    (void)hub_played_wait(h, PROTO_CANCEL);
    hub_played_turn(h, 200);
    assert_int_equal(hub_played_open(h, PROTO_RELEASE), 0);
    assert_int_equal(waiting(h), 2);
}

static void what_waits_is_there_after_a_restart(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg m = act(h, PROTO_CANCEL, 1);
    struct hub_played_msg *first, *second;
    struct trouble t = {.lang = LANG_EN};

    put(h, &m);
    first = hub_played_wait(h, PROTO_CANCEL);
    first->answered = true;                 /* the node goes away before the answer */
    client_hublink_close(h->n->link);
    assert_err(client_hublink_open(h->n, h->address, NULL, &t), OK);
    assert_int_equal(waiting(h), 1);
    second = hub_played_wait(h, PROTO_CANCEL);
    assert_memory_equal(second->msg.head.id, m.head.id, PROTO_ID_LEN);
    hub_played_log(h, second, PROTO_ACCEPTED);
    hub_played_turn(h, 100);
    assert_int_equal(waiting(h), 0);
}

static void a_silent_hub_is_noticed_by_the_question(void **state)
{
    struct hub_played *h = *state;

    hub_played_away(h);
    for (uint64_t until = clock_mono_ms() + HUB_PLAYED_MS; !client_link_is_down(h->n) && clock_mono_ms() < until;)
        hub_played_turn(h, 10);
    assert_true(client_link_is_down(h->n));
    h->answers_probe = true;
    (void)hub_played_wait(h, PROTO_FETCH);
    assert_true(client_link_is_up(h->n));
}

#define hub_test(f) cmocka_unit_test_setup_teardown(f, setup, hub_played_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        hub_test(the_link_comes_up_and_waits_for_mail),
        hub_test(an_act_is_sent_and_ends_with_its_receipt),
        hub_test(what_was_not_committed_is_not_sent),
        hub_test(acts_of_one_case_go_one_after_the_other),
        hub_test(acts_of_different_cases_go_together),
        hub_test(a_group_goes_together),
        hub_test(what_refers_to_a_waiting_act_waits_for_it),
        hub_test(a_certificate_goes_before_everything_after_it),
        hub_test(what_may_be_tried_again_is),
        hub_test(a_final_refusal_ends_it),
        hub_test(what_may_not_be_given_now_holds_no_withdrawal_back),
        hub_test(what_the_hub_has_no_room_for_holds_no_withdrawal_back),
        hub_test(a_refused_withdrawal_waits_and_holds_nothing_back),
        hub_test(no_release_leaves_while_the_log_is_doubted),
        hub_test(what_waits_is_there_after_a_restart),
        hub_test(a_silent_hub_is_noticed_by_the_question),
    };

    return cmocka_run_group_tests_name("client/hublink", tests, NULL, NULL);
}
