/* client/keylink: a node's questions to the keyholder, of three kinds, and what their answers say of whether it is up. */
#include "tests/support/check.h"
#include "tests/support/holders_played.h"

#include "client/hublink_parts.h"
#include "client/keylink.h"

#include <poll.h>
#include <sodium.h>

enum { SHORT_MS = 200, LONG_MS = 60000, KINDS = 3 };

static const enum proto_kind kinds[KINDS] = {PROTO_DERIVE, PROTO_WITNESS, PROTO_REGISTRY_COPY};

static struct { bool answers; size_t asked; size_t ended; enum err result; } seen;

/* What was asked, by kind: the answer says it again, so that it shows whose question got it. */
static uint8_t asked[PROTO_KIND_END];

static bool answer(void *arg, const struct keyholder_question *q, struct proto_reply *r)
{
    (void)arg;
    r->payload = (struct proto_blob){&asked[q->kind], 1};
    seen.asked++;
    return seen.answers;
}

static void done(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    (void)n;
    assert_int_equal(reply != NULL, result == OK);
    if (reply != NULL)
        assert_int_equal(reply->payload.data[0], *(const uint8_t *)arg);
    assert_in_range(*(const uint8_t *)arg, 1, PROTO_KIND_END - 1);
    seen.ended++;
    seen.result = result;
}

static int setup(void **state)
{
    int failed = holders_setup(state);

    memset(&seen, 0, sizeof seen);
    if (failed == 0)
        ((struct holders *)*state)->keyholder.answers = answer;
    return failed;
}

static enum err ask(struct holders *w, enum proto_kind kind, uint32_t timeout_ms)
{
    static const uint8_t payload[PROTO_OPRF_LEN] = {1};
    struct proto_msg m = {.kind = kind, .payload = {payload, sizeof payload}};
    uint8_t body[PROTO_NOTE_MAX], envelope[PROTO_NOTE_MAX];
    size_t body_len = 0, len = 0;

    asked[kind] = (uint8_t)kind;
    client_link_header(w->n, &m.head);
    m.head.valid_until_s = m.head.issued_s + LINK_ASK_VALID_S;
    if (kind == PROTO_DERIVE)
        m.original = (struct proto_blob){w->n->node_cert, w->n->node_cert_len};
    assert_err(proto_msg_encode(&m, body, sizeof body, &body_len), OK);
    assert_err(client_link_sign(w->n, kind, body, body_len, envelope, sizeof envelope, &len), OK);
    return client_keylink_send(w->n, kind, envelope, len, timeout_ms, done, &asked[kind]);
}

static void until_ended(struct holders *w, size_t count)
{
    for (uint64_t until = clock_mono_ms() + LONG_MS; seen.ended < count && clock_mono_ms() < until; )
        holders_turn(w);
    assert_int_equal(seen.ended, count);
}

/* One of the kind, with an answer or without. */
static void asked_once(struct holders *w, enum proto_kind kind, bool answers)
{
    size_t ended = seen.ended;

    seen.answers = answers;
    assert_err(ask(w, kind, answers ? LONG_MS : SHORT_MS), OK);
    until_ended(w, ended + 1);
    assert_err(seen.result, answers ? OK : ERR_PEER);
}

static void expect_said(struct holders *w, bool up, bool down)
{
    assert_int_equal(client_keylink_is_up(w->n), up);
    assert_int_equal(client_keylink_is_down(w->n), down);
}

static void one_of_each_kind_is_under_way_beside_the_others(void **state)
{
    struct holders *w = *state;

    for (size_t i = 0; i < KINDS; i++)
        assert_err(ask(w, kinds[i], LONG_MS), OK);
    for (size_t i = 0; i < KINDS; i++)
        assert_err(ask(w, kinds[i], LONG_MS), ERR_BUSY);
    seen.answers = true;
    until_ended(w, KINDS);
    assert_int_equal(seen.asked, KINDS);
    /* The other way round: whichever is answered first, it is the answer to that one. */
    for (size_t i = KINDS; i > 0; i--)
        assert_err(ask(w, kinds[i - 1], LONG_MS), OK);
    until_ended(w, 2 * KINDS);
}

static void a_kind_that_is_no_question_to_a_keyholder_does_not_leave(void **state)
{
    static const uint8_t byte;

    assert_err(client_keylink_send(((struct holders *)*state)->n, PROTO_QUERY, &byte, sizeof byte, LONG_MS, done, NULL), ERR_RANGE);
    assert_int_equal(seen.ended, 0);
}

static void nothing_is_said_before_anything_was_asked(void **state)
{
    expect_said(*state, false, false);
}

/* The question for pseudonyms is asked again until there is an answer, and the others are not: what they say would stay. */
static void only_an_unanswered_question_for_pseudonyms_says_that_it_is_down(void **state)
{
    asked_once(*state, PROTO_WITNESS, false);
    asked_once(*state, PROTO_REGISTRY_COPY, false);
    expect_said(*state, false, false);
    asked_once(*state, PROTO_DERIVE, true);
    asked_once(*state, PROTO_WITNESS, false);
    asked_once(*state, PROTO_REGISTRY_COPY, false);
    expect_said(*state, true, false);
    asked_once(*state, PROTO_DERIVE, false);
    expect_said(*state, false, true);
}

static void an_answer_to_anything_says_that_it_is_up(void **state)
{
    for (size_t i = 0; i < KINDS; i++) {
        asked_once(*state, PROTO_DERIVE, false);
        expect_said(*state, false, true);
        asked_once(*state, kinds[i], true);
        expect_said(*state, true, false);
    }
}

/* It is there, and what it says is nothing that a node can use. */
static void what_is_no_reply_is_an_error(void **state)
{
    struct holders *w = *state;
    struct wire_server *server = w->keyholder.server;
    uint8_t route[WIRE_ROUTE_MAX];
    const uint8_t *frame;
    void *handle = NULL;
    size_t route_len, len;

    assert_err(ask(w, PROTO_DERIVE, LONG_MS), OK);
    for (uint64_t until = clock_mono_ms() + LONG_MS; seen.ended == 0 && clock_mono_ms() < until; ) {
        struct pollfd there[] = {{.fd = wire_server_fd(server), .events = POLLIN}, {.fd = client_keylink_fd(w->n), .events = POLLIN}};

        (void)poll(there, 2, 50);
        if (wire_server_recv(server, route, &route_len, &handle, &frame, &len) == OK) {
            wire_free(handle);
            assert_err(wire_server_send(server, route, route_len, (const uint8_t *)"no reply", 8), OK);
        }
        client_keylink_ready(w->n);
    }
    assert_int_equal(seen.ended, 1);
    assert_err(seen.result, ERR_SYNTAX);
    expect_said(w, true, false);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, holders_teardown)
    const struct CMUnitTest tests[] = {
        T(one_of_each_kind_is_under_way_beside_the_others), T(a_kind_that_is_no_question_to_a_keyholder_does_not_leave),
        T(nothing_is_said_before_anything_was_asked), T(only_an_unanswered_question_for_pseudonyms_says_that_it_is_down),
        T(an_answer_to_anything_says_that_it_is_up), T(what_is_no_reply_is_an_error),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
