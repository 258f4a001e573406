/* proto/wire: clients that misbehave, and servers that go away. */
#include "tests/support/wire_served.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/limits.h"
#include "tests/support/wire_ask.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A machine may stand still for as long as the one that does not read has: then it is tried again. */
enum { CALLS = 64, WAIT_MS = WIRE_ASK_WAIT_MS, LONG_MS = 90000, CUT_MS = 60000, TRIES = 5 };

/* ---- clients that misbehave ---- */

static void who_announces_eight_megabytes_is_cut_off(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);

    (void)state;
    wire_peer_announce(fd, 8 << 20);
    assert_true(wire_peer_is_cut(fd, CUT_MS));
    wire_ask_serves(c);
    (void)close(fd);
    wire_close(c);
}

static void who_announces_2_to_the_63_is_cut_off(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);

    (void)state;
    wire_peer_announce(fd, UINT64_MAX / 2 + 1);
    assert_true(wire_peer_is_cut(fd, CUT_MS));
    wire_ask_serves(c);
    (void)close(fd);
    wire_close(c);
}

static void who_sends_one_byte_too_many_is_cut_off(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);

    (void)state;
    wire_peer_send(fd, 1, 'E', PROTO_FRAME_MAX + 1);
    assert_true(wire_peer_is_cut(fd, CUT_MS));
    wire_ask_serves(c);
    (void)close(fd);
    wire_close(c);
}

static void who_speaks_another_protocol_is_cut_off(void **state)
{
    struct wire_client *c = dial();
    int fd = wire_peer_connect(port);

    (void)state;
    (void)send(fd, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 36, MSG_NOSIGNAL);
    assert_true(wire_peer_is_cut(fd, CUT_MS));
    wire_ask_serves(c);
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
        wire_peer_take(fd, 8 + 4 + 64);  /* the echo: so all before it have arrived */
        (void)close(fd);
        assert_int_equal(wire_ask_flush(c), 50);
        wire_ask_serves(c);
    }
    wire_close(c);
}

static void clients_killed_with_answers_on_the_way_leave_nothing_behind(void **state)
{
    struct wire_client *c = dial();
    uint64_t until;
    int before;

    (void)state;
    wire_ask_serves(c);
    before = wire_peer_descriptors(server);
    for (int round = 0; round < 200; round++) {
        int fd = wire_peer_connect(port);

        for (uint32_t i = 0; i < 20; i++)
            wire_peer_send(fd, i, 'E', 2000);
        (void)close(fd);
    }
    wire_ask_serves(c);
    for (until = clock_mono_ms() + CUT_MS; wire_peer_descriptors(server) > before && clock_mono_ms() < until;)
        (void)usleep(50000);
    assert_in_range(wire_peer_descriptors(server), 0, before);
    wire_close(c);
}

/*
 * Others are served while it is there; who is held up by it would be served only when it is cut, after ten seconds. That is told without reading: who
 * sends a byte to one that has closed cannot send another.
 */
static bool others_are_served_beside_one_that_does_not_read(struct wire_client *c)
{
    int fd = wire_peer_connect(port);
    bool is_there;

    for (uint32_t i = 0; i < 200; i++)
        wire_peer_send(fd, i, 'E', 100000);
    for (int i = 0; i < 100; i++)
        wire_ask_serves(c);
    is_there = send(fd, "", 1, MSG_NOSIGNAL) == 1;
    wire_ask_serves(c);
    is_there = is_there && send(fd, "", 1, MSG_NOSIGNAL) == 1;
    (void)close(fd);
    return is_there;
}

static void a_client_that_does_not_read_holds_up_nobody(void **state)
{
    struct wire_client *c = dial();
    bool shown = false;

    (void)state;
    for (int i = 0; i < TRIES && !shown; i++)
        shown = others_are_served_beside_one_that_does_not_read(c);
    assert_true(shown);
    wire_ask_serves(c);
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
    assert_true(wire_peer_is_cut(fd, CUT_MS));
    wire_ask_serves(c);
    assert_int_equal(wire_ask_flush(c), 640);
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
    wire_ask_serves(c);
    wire_ask_start(c, 5, 'H', 0, LONG_MS);
    wire_ask_serves(c);
    start = clock_mono_ms();
    wire_peer_stop(server);
    assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), ERR_PEER);
    assert_int_equal(tag, 5);
    assert_in_range(clock_mono_ms() - start, 0, WAIT_MS);  /* at once, not at its time limit */
    server = wire_peer_start(port, NULL);
    wire_ask_serves(c);  /* the same client, connected again by itself */
    assert_int_equal(wire_ask_flush(c), 0);  /* and the question that was lost was not sent again */
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
