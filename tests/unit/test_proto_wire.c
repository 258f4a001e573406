/* proto/wire: many calls at once, answers in any order, limits, clients and servers that misbehave and go
 * away. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/limits.h"
#include "proto/wire.h"
#include "tests/support/wire_ask.h"
#include "tests/support/wire_peer.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CALLS = 64, WAIT_MS = WIRE_ASK_WAIT_MS, CALLS_MAX = 256 };

static uint16_t port;
static char address[32];
static pid_t server;

static int start_server(void **state)
{
    (void)state;
    port = wire_peer_port();
    wire_peer_address(port, address);
    server = wire_peer_start(port, NULL);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    wire_peer_stop(server);
    return 0;
}

static struct wire_client *dial(void)
{
    struct wire_client *c = NULL;

    assert_int_equal(wire_dial(address, NULL, &c, NULL), OK);
    return c;
}

/* A whole echo: proves that the server still serves. */
static void assert_serves(struct wire_client *c)
{
    static const uint8_t frame[] = "Echo of somebody else";
    const uint8_t *reply = NULL;
    size_t len = 0;
    void *handle = NULL;

    assert_int_equal(wire_call(c, frame, sizeof frame, WAIT_MS, &handle, &reply, &len), OK);
    assert_int_equal(len, sizeof frame);
    assert_memory_equal(reply, frame, sizeof frame);
    wire_free(handle);
}

/* Answer all held calls; how many the server held. */
static uint32_t flush(struct wire_client *c)
{
    const uint8_t *reply = NULL;
    size_t len = 0;
    void *handle = NULL;
    struct rd r;
    uint32_t count;

    assert_int_equal(wire_call(c, (const uint8_t *)"F", 1, WAIT_MS, &handle, &reply, &len), OK);
    rd_init(&r, reply, len);
    count = rd_u32(&r);
    assert_int_equal(rd_end(&r), OK);
    wire_free(handle);
    return count;
}

static void sixty_four_calls_at_once_each_get_their_own_answer(void **state)
{
    struct wire_client *c = dial();
    bool seen[CALLS] = { false };

    (void)state;
    for (uint32_t round = 0; round < 20; round++) {
        memset(seen, 0, sizeof seen);
        for (uint32_t i = 0; i < CALLS; i++)
            wire_ask_start(c, i, 'E', round << 16 | i, WAIT_MS);
        for (uint32_t i = 0; i < CALLS; i++) {
            uint8_t reply[5];
            size_t len = 0;
            uint64_t tag = CALLS;
            struct rd r;

            assert_int_equal(wire_ask_next(c, &tag, reply, sizeof reply, &len), OK);
            assert_true(tag < CALLS && !seen[tag]);
            seen[tag] = true;
            rd_init(&r, reply, len);
            assert_int_equal(rd_u8(&r), 'E');
            assert_int_equal(rd_u32(&r), round << 16 | tag);
            assert_int_equal(rd_end(&r), OK);
        }
    }
    wire_close(c);
}

static void nothing_is_done_when_nothing_was_asked(void **state)
{
    struct wire_client *c = dial();
    struct pollfd p = { .fd = wire_client_fd(c), .events = POLLIN };
    uint64_t tag = 7;
    enum err result = ERR_STATE;
    const uint8_t *frame = NULL;
    void *handle = NULL;
    size_t len = 7;

    (void)state;
    assert_int_equal(poll(&p, 1, 0), 0);
    assert_int_equal(wire_call_done(c, &tag, &result, &handle, &frame, &len), ERR_BUSY);
    assert_int_equal(tag, 7);
    assert_int_equal(result, ERR_STATE);
    assert_int_equal(len, 7);
    wire_close(c);
}

static void held_answers_come_later_while_others_are_served(void **state)
{
    struct wire_client *c = dial(), *other = dial();
    bool seen[CALLS] = { false };

    (void)state;
    for (uint32_t i = 0; i < CALLS; i++)
        wire_ask_start(c, i, 'H', i, WAIT_MS);
    for (int i = 0; i < 50; i++)
        assert_serves(other);
    assert_serves(c);  /* over the connection of those that wait, too */
    assert_int_equal(flush(other), CALLS);
    for (uint32_t i = 0; i < CALLS; i++) {
        uint8_t reply[8];
        size_t len = 0;
        uint64_t tag = CALLS;

        assert_int_equal(wire_ask_next(c, &tag, reply, sizeof reply, &len), OK);
        assert_true(tag < CALLS && !seen[tag]);
        seen[tag] = true;
        assert_int_equal(len, 4);
        assert_memory_equal(reply, "late", 4);
    }
    wire_close(c);
    wire_close(other);
}

static void a_call_without_answer_ends_in_time(void **state)
{
    struct wire_client *c = dial();
    uint64_t start = clock_mono_ms(), tag = 0;
    size_t len = 0;

    (void)state;
    assert_serves(c);
    wire_ask_start(c, 41, 'H', 0, 300);
    assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), ERR_PEER);
    assert_int_equal(tag, 41);
    assert_in_range(clock_mono_ms() - start, 300, 3000);
    wire_close(c);
    c = dial();
    assert_int_equal(flush(c), 1);
    wire_close(c);
}

static void a_late_answer_never_reaches_a_newer_call(void **state)
{
    struct wire_client *c = dial(), *other = dial();
    uint64_t tag = 0;
    uint8_t reply[8];
    size_t len = 0;

    (void)state;
    assert_serves(c);  /* connected, so that the question is under way before its time ends */
    for (int i = 0; i < 20; i++) {
        wire_ask_start(c, 1, 'H', 0, 100);
        (void)usleep(60000);
        assert_serves(c);  /* else the silent connection would be cut, and the late answer with it */
        assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), ERR_PEER);
        wire_ask_start(c, 2, 'E', 0xabcd, WAIT_MS);  /* the same place in the table */
        assert_int_equal(flush(other), 1);
        assert_int_equal(wire_ask_next(c, &tag, reply, sizeof reply, &len), OK);
        assert_int_equal(tag, 2);
        assert_int_equal(reply[0], 'E');
    }
    wire_close(c);
    wire_close(other);
}

static void more_than_256_calls_are_refused_until_some_are_collected(void **state)
{
    struct wire_client *c = dial(), *other = dial();
    uint64_t tag;
    size_t len;

    (void)state;
    for (uint32_t i = 0; i < CALLS_MAX; i++)
        wire_ask_start(c, i, 'H', i, WAIT_MS);
    assert_int_equal(wire_call_start(c, 0, (const uint8_t *)"E", 1, WAIT_MS), ERR_BUSY);
    for (uint32_t i = 0; i < 50; i++)
        assert_serves(other);
    assert_int_equal(flush(other), CALLS_MAX);
    for (uint32_t i = 0; i < CALLS_MAX; i++)
        assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), OK);
    assert_serves(c);
    wire_close(c);
    wire_close(other);
}

static void the_longest_frame_passes_and_one_byte_more_does_not(void **state)
{
    struct wire_client *c = dial();
    uint8_t *frame = calloc(1, PROTO_FRAME_MAX + 1);
    const uint8_t *reply = NULL;
    size_t len = 0;
    void *handle = NULL;

    (void)state;
    assert_non_null(frame);
    frame[0] = 'E';
    frame[PROTO_FRAME_MAX - 1] = 0x5a;
    assert_int_equal(wire_call(c, frame, PROTO_FRAME_MAX, WAIT_MS, &handle, &reply, &len), OK);
    assert_int_equal(len, PROTO_FRAME_MAX);
    assert_memory_equal(reply, frame, PROTO_FRAME_MAX);
    wire_free(handle);
    assert_int_equal(wire_call(c, frame, PROTO_FRAME_MAX + 1, WAIT_MS, &handle, &reply, &len), ERR_LONG);
    assert_int_equal(wire_call_start(c, 0, frame, PROTO_FRAME_MAX + 1, WAIT_MS), ERR_LONG);
    assert_int_equal(wire_call(c, (const uint8_t *)"L", 1, WAIT_MS, &handle, &reply, &len), OK);
    assert_int_equal(len, 7);
    assert_memory_equal(reply, "refused", 7);
    wire_free(handle);
    free(frame);
    wire_close(c);
}

static void an_empty_frame_is_a_frame(void **state)
{
    struct wire_client *c = dial();
    const uint8_t *reply = NULL;
    size_t len = 1;
    void *handle = NULL;

    (void)state;
    assert_int_equal(wire_call(c, NULL, 0, WAIT_MS, &handle, &reply, &len), OK);
    assert_int_equal(len, 0);
    wire_free(handle);
    wire_close(c);
}

/* ---- clients that misbehave ---- */

static void who_announces_eight_megabytes_is_cut_off(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);

    (void)state;
    wire_peer_announce(fd, 8 << 20);
    assert_true(wire_peer_is_cut(fd, 3000));
    assert_serves(c);
    (void)close(fd);
    wire_close(c);
}

static void who_announces_2_to_the_63_is_cut_off(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);

    (void)state;
    wire_peer_announce(fd, UINT64_MAX / 2 + 1);
    assert_true(wire_peer_is_cut(fd, 3000));
    assert_serves(c);
    (void)close(fd);
    wire_close(c);
}

static void who_sends_one_byte_too_many_is_cut_off(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);

    (void)state;
    wire_peer_send(fd, 1, 'E', PROTO_FRAME_MAX + 1);
    assert_true(wire_peer_is_cut(fd, 3000));
    assert_serves(c);
    (void)close(fd);
    wire_close(c);
}

static void who_speaks_another_protocol_is_cut_off(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);

    (void)state;
    (void)send(fd, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 36, MSG_NOSIGNAL);
    assert_true(wire_peer_is_cut(fd, 3000));
    assert_serves(c);
    (void)close(fd);
    wire_close(c);
}

static void a_client_that_vanishes_costs_nothing(void **state)
{
    struct wire_client *c = dial();

    (void)state;
    for (int round = 0; round < 10; round++) {
        int fd = wire_peer_connect(port);

        for (uint32_t i = 0; i < 50; i++)
            wire_peer_send(fd, i, 'H', 64);
        wire_peer_send(fd, 50, 'E', 64);
        assert_false(wire_peer_is_cut(fd, 200));  /* so that all have arrived */
        (void)close(fd);
        assert_int_equal(flush(c), 50);
        assert_serves(c);
    }
    wire_close(c);
}

static void clients_killed_with_answers_on_the_way_leave_nothing_behind(void **state)
{
    struct wire_client *c = dial();
    uint64_t until;
    int before;

    (void)state;
    assert_serves(c);
    before = wire_peer_descriptors(server);
    for (int round = 0; round < 200; round++) {
        int fd = wire_peer_connect(port);

        for (uint32_t i = 0; i < 20; i++)
            wire_peer_send(fd, i, 'E', 2000);
        (void)close(fd);
    }
    assert_serves(c);
    for (until = clock_mono_ms() + 5000; wire_peer_descriptors(server) > before && clock_mono_ms() < until;)
        (void)usleep(50000);
    assert_in_range(wire_peer_descriptors(server), 0, before);
    wire_close(c);
}

static void a_client_that_does_not_read_holds_up_nobody(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);
    uint64_t start = clock_mono_ms();

    (void)state;
    for (uint32_t i = 0; i < 200; i++)
        wire_peer_send(fd, i, 'E', 100000);
    for (int i = 0; i < 100; i++)
        assert_serves(c);
    assert_in_range(clock_mono_ms() - start, 0, 8000);
    (void)close(fd);
    assert_serves(c);
    wire_close(c);
}

static void too_many_questions_over_one_connection_cut_it(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);

    (void)state;
    for (uint32_t i = 0; i < 640; i++)
        wire_peer_send(fd, i, 'H', 8);
    assert_false(wire_peer_is_cut(fd, 500));
    wire_peer_send(fd, 640, 'H', 8);
    assert_true(wire_peer_is_cut(fd, 3000));
    assert_serves(c);
    assert_int_equal(flush(c), 640);
    (void)close(fd);
    wire_close(c);
}

/* ---- servers that go away ---- */

static void a_call_that_waits_ends_when_the_server_dies(void **state)
{
    struct wire_client *c = dial();
    uint64_t tag = 0, start;
    size_t len = 0;

    (void)state;
    assert_serves(c);
    wire_ask_start(c, 5, 'H', 0, 8000);
    assert_serves(c);
    start = clock_mono_ms();
    wire_peer_stop(server);
    assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), ERR_PEER);
    assert_int_equal(tag, 5);
    assert_in_range(clock_mono_ms() - start, 0, 4000);  /* at once, not at its time limit */
    server = wire_peer_start(port, NULL);
    assert_serves(c);  /* the same client, connected again by itself */
    assert_int_equal(flush(c), 0);  /* and the question that was lost was not sent again */
    wire_close(c);
}

static void a_call_waits_for_a_server_that_comes_up(void **state)
{
    struct wire_client *c;
    uint64_t tag = 0;
    size_t len = 0;

    (void)state;
    wire_peer_stop(server);
    c = dial();
    wire_ask_start(c, 9, 'E', 0, WAIT_MS);
    (void)usleep(300000);
    server = wire_peer_start(port, NULL);
    assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), OK);
    assert_int_equal(tag, 9);
    wire_close(c);
}

static void calls_to_nobody_end_in_time_and_can_be_repeated(void **state)
{
    struct wire_client *c = NULL;
    char nobody[32];
    uint64_t tag;
    size_t len;

    (void)state;
    wire_peer_address(wire_peer_port(), nobody);
    assert_int_equal(wire_dial(nobody, NULL, &c, NULL), OK);
    for (int round = 0; round < 5; round++) {
        for (uint32_t i = 0; i < CALLS; i++)
            wire_ask_start(c, i, 'E', i, 50 + i);
        for (uint32_t i = 0; i < CALLS; i++)
            assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), ERR_PEER);
    }
    wire_close(c);
}

static void the_last_answer_leaves_before_the_server_ends(void **state)
{
    struct wire_client *c = dial();
    uint8_t frame[5];
    const uint8_t *reply = NULL;
    size_t len = 0;
    void *handle = NULL;
    struct wr w;

    (void)state;
    wr_init(&w, frame, sizeof frame);
    wr_u8(&w, 'X');
    wr_u32(&w, 200000);
    assert_int_equal(wire_call(c, frame, sizeof frame, WAIT_MS, &handle, &reply, &len), OK);
    assert_int_equal(len, 200000);
    wire_free(handle);
    assert_int_equal(wire_peer_wait(server), 0);
    server = wire_peer_start(port, NULL);
    wire_close(c);
}

#define WITH_SERVER(f) cmocka_unit_test_setup_teardown(f, start_server, stop_server)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(sixty_four_calls_at_once_each_get_their_own_answer),
        WITH_SERVER(nothing_is_done_when_nothing_was_asked),
        WITH_SERVER(held_answers_come_later_while_others_are_served),
        WITH_SERVER(a_call_without_answer_ends_in_time),
        WITH_SERVER(a_late_answer_never_reaches_a_newer_call),
        WITH_SERVER(more_than_256_calls_are_refused_until_some_are_collected),
        WITH_SERVER(the_longest_frame_passes_and_one_byte_more_does_not),
        WITH_SERVER(an_empty_frame_is_a_frame),
        WITH_SERVER(who_announces_eight_megabytes_is_cut_off),
        WITH_SERVER(who_announces_2_to_the_63_is_cut_off),
        WITH_SERVER(who_sends_one_byte_too_many_is_cut_off),
        WITH_SERVER(who_speaks_another_protocol_is_cut_off),
        WITH_SERVER(a_client_that_vanishes_costs_nothing),
        WITH_SERVER(clients_killed_with_answers_on_the_way_leave_nothing_behind),
        WITH_SERVER(a_client_that_does_not_read_holds_up_nobody),
        WITH_SERVER(too_many_questions_over_one_connection_cut_it),
        WITH_SERVER(a_call_that_waits_ends_when_the_server_dies),
        WITH_SERVER(a_call_waits_for_a_server_that_comes_up),
        cmocka_unit_test(calls_to_nobody_end_in_time_and_can_be_repeated),
        WITH_SERVER(the_last_answer_leaves_before_the_server_ends),
    };

    wire_peer_main(argc, argv);
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
