/* proto/wire: many calls at once, answers in any order, limits, clients and servers that go away, and TLS. */
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
#include "tests/support/wire_peer.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CALLS = 64, WAIT_MS = 10000, CALLS_MAX = 256 };

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

/* kind, then four bytes of number. */
static void start_call(struct wire_client *c, uint64_t tag, char kind, uint32_t number, uint32_t timeout_ms)
{
    uint8_t frame[5];
    struct wr w;

    wr_init(&w, frame, sizeof frame);
    wr_u8(&w, (uint8_t)kind);
    wr_u32(&w, number);
    assert_int_equal(wire_call_start(c, tag, frame, sizeof frame, timeout_ms), OK);
}

/* The next call to end. Fails when none does in time. */
static enum err next_done(struct wire_client *c, uint64_t *tag, uint8_t *out, size_t cap, size_t *len)
{
    struct pollfd p = { .fd = wire_client_fd(c), .events = POLLIN };
    enum err result = ERR_STATE;
    const uint8_t *frame = NULL;
    void *handle = NULL;

    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
    assert_int_equal(wire_call_done(c, tag, &result, &handle, &frame, len), OK);
    if (result == OK && cap != 0) {
        assert_true(*len <= cap);
        memcpy(out, frame, *len);
    }
    wire_free(handle);
    return result;
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
            start_call(c, i, 'E', round << 16 | i, WAIT_MS);
        for (uint32_t i = 0; i < CALLS; i++) {
            uint8_t reply[5];
            size_t len = 0;
            uint64_t tag = CALLS;
            struct rd r;

            assert_int_equal(next_done(c, &tag, reply, sizeof reply, &len), OK);
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
        start_call(c, i, 'H', i, WAIT_MS);
    for (int i = 0; i < 50; i++)
        assert_serves(other);
    assert_serves(c);  /* over the connection of those that wait, too */
    assert_int_equal(flush(other), CALLS);
    for (uint32_t i = 0; i < CALLS; i++) {
        uint8_t reply[8];
        size_t len = 0;
        uint64_t tag = CALLS;

        assert_int_equal(next_done(c, &tag, reply, sizeof reply, &len), OK);
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
    start_call(c, 41, 'H', 0, 300);
    assert_int_equal(next_done(c, &tag, NULL, 0, &len), ERR_PEER);
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
        start_call(c, 1, 'H', 0, 100);
        assert_int_equal(next_done(c, &tag, NULL, 0, &len), ERR_PEER);
        start_call(c, 2, 'E', 0xabcd, WAIT_MS);  /* the same context again */
        assert_int_equal(flush(other), 1);
        assert_int_equal(next_done(c, &tag, reply, sizeof reply, &len), OK);
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
        start_call(c, i, 'H', i, WAIT_MS);
    assert_int_equal(wire_call_start(c, 0, (const uint8_t *)"E", 1, WAIT_MS), ERR_BUSY);
    for (uint32_t i = 0; i < 50; i++)
        assert_serves(other);
    assert_int_equal(flush(other), CALLS_MAX);
    for (uint32_t i = 0; i < CALLS_MAX; i++)
        assert_int_equal(next_done(c, &tag, NULL, 0, &len), OK);
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
    start_call(c, 5, 'H', 0, 8000);
    assert_serves(c);
    start = clock_mono_ms();
    wire_peer_stop(server);
    assert_int_equal(next_done(c, &tag, NULL, 0, &len), ERR_PEER);
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
    start_call(c, 9, 'E', 0, WAIT_MS);
    (void)usleep(300000);
    server = wire_peer_start(port, NULL);
    assert_int_equal(next_done(c, &tag, NULL, 0, &len), OK);
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
            start_call(c, i, 'E', i, 50 + i);
        for (uint32_t i = 0; i < CALLS; i++)
            assert_int_equal(next_done(c, &tag, NULL, 0, &len), ERR_PEER);
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

/* ---- routes: a server in this process ---- */

struct question { uint8_t route[WIRE_ROUTE_MAX]; size_t len; };

static struct wire_server *own_server;
static char own_address[32];

static struct question next_question(void)
{
    struct pollfd p = { .fd = wire_server_fd(own_server), .events = POLLIN };
    struct question q;
    const uint8_t *frame;
    size_t len;
    void *handle;

    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
    assert_int_equal(wire_server_recv(own_server, q.route, &q.len, &handle, &frame, &len), OK);
    wire_free(handle);
    return q;
}

static int start_own_server(void **state)
{
    (void)state;
    if (own_server != NULL)
        return 0;  /* a listening server lives as long as its process */
    wire_peer_address(wire_peer_port(), own_address);
    return wire_listen(own_address, NULL, &own_server, NULL) == OK ? 0 : -1;
}

static struct wire_client *dial_own(void)
{
    struct wire_client *c = NULL;

    assert_int_equal(wire_dial(own_address, NULL, &c, NULL), OK);
    return c;
}

static void a_route_begins_with_its_connection(void **state)
{
    struct wire_client *c[2] = { dial_own(), dial_own() };
    struct question q[4];
    uint64_t tag;
    size_t len;

    (void)state;
    for (int i = 0; i < 4; i++) {
        start_call(c[i / 2], 0, 'E', 0, WAIT_MS);
        q[i] = next_question();
    }
    assert_memory_equal(q[0].route, q[1].route, WIRE_CONNECTION_LEN);
    assert_memory_equal(q[2].route, q[3].route, WIRE_CONNECTION_LEN);
    assert_memory_not_equal(q[0].route, q[2].route, WIRE_CONNECTION_LEN);
    for (int i = 0; i < 4; i++)
        assert_int_equal(wire_server_send(own_server, q[i].route, q[i].len, (const uint8_t *)"x", 1), OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(next_done(c[i / 2], &tag, NULL, 0, &len), OK);
    wire_close(c[0]);
    wire_close(c[1]);
}

static void a_second_answer_goes_nowhere(void **state)
{
    struct wire_client *c = dial_own();
    struct question first, second;
    uint64_t tag;
    uint8_t reply[8];
    size_t len;

    (void)state;
    start_call(c, 1, 'E', 0, WAIT_MS);
    first = next_question();
    assert_int_equal(wire_server_send(own_server, first.route, first.len, (const uint8_t *)"one", 3), OK);
    assert_int_equal(next_done(c, &tag, reply, sizeof reply, &len), OK);
    for (int i = 0; i < 100; i++) {  /* until every context was used again */
        start_call(c, 2, 'E', 0, WAIT_MS);
        second = next_question();
        assert_int_equal(wire_server_send(own_server, first.route, first.len, (const uint8_t *)"one again", 9), OK);
        assert_int_equal(wire_server_send(own_server, second.route, second.len, (const uint8_t *)"two", 3), OK);
        assert_int_equal(next_done(c, &tag, reply, sizeof reply, &len), OK);
        assert_int_equal(tag, 2);
        assert_int_equal(len, 3);
        assert_memory_equal(reply, "two", 3);
    }
    wire_close(c);
}

static void a_route_with_any_bit_flipped_goes_nowhere(void **state)
{
    struct wire_client *c = dial_own();
    struct question q;
    uint64_t tag;
    uint8_t reply[8];
    size_t len;

    (void)state;
    start_call(c, 1, 'E', 0, WAIT_MS);
    q = next_question();
    for (size_t i = 0; i < 8 * q.len; i++) {
        struct question bent = q;

        bent.route[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_int_equal(wire_server_send(own_server, bent.route, bent.len, (const uint8_t *)"bad", 3), OK);
    }
    assert_int_equal(wire_server_send(own_server, q.route, q.len, (const uint8_t *)"good", 4), OK);
    assert_int_equal(next_done(c, &tag, reply, sizeof reply, &len), OK);
    assert_memory_equal(reply, "good", 4);
    wire_close(c);
}

static void a_route_of_another_length_is_refused(void **state)
{
    struct wire_client *c = dial_own();
    struct question q;
    uint64_t tag;
    size_t len;

    (void)state;
    start_call(c, 1, 'E', 0, WAIT_MS);
    q = next_question();
    for (size_t i = 0; i < q.len; i++)
        assert_int_equal(wire_server_send(own_server, q.route, i, (const uint8_t *)"x", 1), ERR_SHORT);
    q.route[q.len] = 0;
    assert_int_equal(wire_server_send(own_server, q.route, q.len + 1, (const uint8_t *)"x", 1), ERR_LONG);
    assert_int_equal(wire_server_send(own_server, q.route, q.len, (const uint8_t *)"x", 1), OK);
    assert_int_equal(next_done(c, &tag, NULL, 0, &len), OK);
    wire_close(c);
}

/* ---- addresses ---- */

static void refuses_address(const char *text, const char *why_en)
{
    struct wire_client *c = NULL;
    struct wire_server *s = NULL;
    struct trouble t = { .lang = LANG_EN };

    assert_int_equal(wire_dial(text, NULL, &c, &t), ERR_CONFIG);
    assert_null(c);
    assert_non_null(strstr(t.text, why_en));
    assert_int_equal(wire_listen(text, NULL, &s, NULL), ERR_CONFIG);
    assert_null(s);
}

#define REFUSED(name, text, why) static void name(void **state) { (void)state; refuses_address(text, why); }
REFUSED(plain_to_another_machine_is_refused, "192.0.2.1:7610", "loopback")
REFUSED(plain_to_a_name_is_refused, "hub.example.org:7610", "loopback")
REFUSED(plain_to_a_name_that_looks_like_loopback_is_refused, "127.0.0.1.example.org:7610", "loopback")
REFUSED(plain_to_localhost_in_a_domain_is_refused, "localhost.example.org:7610", "loopback")
REFUSED(plain_on_every_interface_is_refused, "0.0.0.0:7610", "loopback")
REFUSED(plain_on_every_ipv6_interface_is_refused, "[::]:7610", "loopback")
REFUSED(plain_to_mapped_ipv4_is_refused, "[::ffff:192.0.2.1]:7610", "loopback")
REFUSED(plain_to_128_is_refused, "128.0.0.1:7610", "loopback")
REFUSED(an_address_without_port_is_refused, "127.0.0.1", "host:port")
REFUSED(an_address_without_host_is_refused, ":7610", "host:port")
REFUSED(an_empty_address_is_refused, "", "host:port")
REFUSED(port_zero_is_refused, "127.0.0.1:0", "host:port")
REFUSED(port_65536_is_refused, "127.0.0.1:65536", "host:port")
REFUSED(a_port_with_a_zero_in_front_is_refused, "127.0.0.1:07610", "host:port")
REFUSED(a_port_with_a_space_is_refused, "127.0.0.1:7610 ", "host:port")
REFUSED(ipv6_without_brackets_is_refused, "::1:7610", "host:port")
REFUSED(a_url_is_refused, "tcp://127.0.0.1:7610", "host:port")
REFUSED(a_user_in_the_host_is_refused, "127.0.0.1@192.0.2.1:7610", "host:port")

static void accepts_address(const char *text)
{
    struct wire_client *c = NULL;

    assert_int_equal(wire_dial(text, NULL, &c, NULL), OK);
    wire_close(c);
}

static void every_form_of_loopback_is_accepted(void **state)
{
    (void)state;
    accepts_address("127.0.0.1:7610");
    accepts_address("127.8.9.10:7610");
    accepts_address("localhost:7610");
    accepts_address("LocalHost:7610");
    accepts_address("[::1]:7610");
}

static void an_address_in_use_is_busy(void **state)
{
    struct wire_server *s = NULL;
    struct trouble t = { .lang = LANG_NL };

    (void)state;
    assert_int_equal(wire_listen(own_address, NULL, &s, &t), ERR_BUSY);
    assert_null(s);
    assert_string_equal(t.where, own_address);
}

#define WITH_SERVER(f) cmocka_unit_test_setup_teardown(f, start_server, stop_server)
#define WITH_OWN(f) cmocka_unit_test_setup(f, start_own_server)

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
        WITH_SERVER(a_client_that_does_not_read_holds_up_nobody),
        WITH_SERVER(too_many_questions_over_one_connection_cut_it),
        WITH_SERVER(a_call_that_waits_ends_when_the_server_dies),
        WITH_SERVER(a_call_waits_for_a_server_that_comes_up),
        cmocka_unit_test(calls_to_nobody_end_in_time_and_can_be_repeated),
        WITH_SERVER(the_last_answer_leaves_before_the_server_ends),
        WITH_OWN(a_route_begins_with_its_connection),
        WITH_OWN(a_second_answer_goes_nowhere),
        WITH_OWN(a_route_with_any_bit_flipped_goes_nowhere),
        WITH_OWN(a_route_of_another_length_is_refused),
        WITH_OWN(an_address_in_use_is_busy),
        cmocka_unit_test(plain_to_another_machine_is_refused),
        cmocka_unit_test(plain_to_a_name_is_refused),
        cmocka_unit_test(plain_to_a_name_that_looks_like_loopback_is_refused),
        cmocka_unit_test(plain_to_localhost_in_a_domain_is_refused),
        cmocka_unit_test(plain_on_every_interface_is_refused),
        cmocka_unit_test(plain_on_every_ipv6_interface_is_refused),
        cmocka_unit_test(plain_to_mapped_ipv4_is_refused),
        cmocka_unit_test(plain_to_128_is_refused),
        cmocka_unit_test(an_address_without_port_is_refused),
        cmocka_unit_test(an_address_without_host_is_refused),
        cmocka_unit_test(an_empty_address_is_refused),
        cmocka_unit_test(port_zero_is_refused),
        cmocka_unit_test(port_65536_is_refused),
        cmocka_unit_test(a_port_with_a_zero_in_front_is_refused),
        cmocka_unit_test(a_port_with_a_space_is_refused),
        cmocka_unit_test(ipv6_without_brackets_is_refused),
        cmocka_unit_test(a_url_is_refused),
        cmocka_unit_test(a_user_in_the_host_is_refused),
        cmocka_unit_test(every_form_of_loopback_is_accepted),
    };

    wire_peer_main(argc, argv);
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
