/* proto/wire: where an answer goes, and which addresses are taken. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/wire.h"
#include "tests/support/wire_ask.h"
#include "tests/support/wire_peer.h"

#include <poll.h>
#include <sodium.h>
#include <string.h>

enum { WAIT_MS = WIRE_ASK_WAIT_MS };

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
        wire_ask_start(c[i / 2], 0, 'E', 0, WAIT_MS);
        q[i] = next_question();
    }
    assert_memory_equal(q[0].route, q[1].route, WIRE_CONNECTION_LEN);
    assert_memory_equal(q[2].route, q[3].route, WIRE_CONNECTION_LEN);
    assert_memory_not_equal(q[0].route, q[2].route, WIRE_CONNECTION_LEN);
    for (int i = 0; i < 4; i++)
        assert_int_equal(wire_server_send(own_server, q[i].route, q[i].len, (const uint8_t *)"x", 1), OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(wire_ask_next(c[i / 2], &tag, NULL, 0, &len), OK);
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
    wire_ask_start(c, 1, 'E', 0, WAIT_MS);
    first = next_question();
    assert_int_equal(wire_server_send(own_server, first.route, first.len, (const uint8_t *)"one", 3), OK);
    assert_int_equal(wire_ask_next(c, &tag, reply, sizeof reply, &len), OK);
    for (int i = 0; i < 100; i++) {  /* until every context was used again */
        wire_ask_start(c, 2, 'E', 0, WAIT_MS);
        second = next_question();
        assert_int_equal(
            wire_server_send(own_server, first.route, first.len, (const uint8_t *)"one again", 9), OK);
        assert_int_equal(
            wire_server_send(own_server, second.route, second.len, (const uint8_t *)"two", 3), OK);
        assert_int_equal(wire_ask_next(c, &tag, reply, sizeof reply, &len), OK);
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
    wire_ask_start(c, 1, 'E', 0, WAIT_MS);
    q = next_question();
    for (size_t i = 0; i < 8 * q.len; i++) {
        struct question bent = q;

        bent.route[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_int_equal(wire_server_send(own_server, bent.route, bent.len, (const uint8_t *)"bad", 3), OK);
    }
    assert_int_equal(wire_server_send(own_server, q.route, q.len, (const uint8_t *)"good", 4), OK);
    assert_int_equal(wire_ask_next(c, &tag, reply, sizeof reply, &len), OK);
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
    wire_ask_start(c, 1, 'E', 0, WAIT_MS);
    q = next_question();
    for (size_t i = 0; i < q.len; i++)
        assert_int_equal(wire_server_send(own_server, q.route, i, (const uint8_t *)"x", 1), ERR_SHORT);
    q.route[q.len] = 0;
    assert_int_equal(wire_server_send(own_server, q.route, q.len + 1, (const uint8_t *)"x", 1), ERR_LONG);
    assert_int_equal(wire_server_send(own_server, q.route, q.len, (const uint8_t *)"x", 1), OK);
    assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), OK);
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

#define WITH_OWN(f) cmocka_unit_test_setup(f, start_own_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
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

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
