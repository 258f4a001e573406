/* proto/wire: many who come and say nothing, and many who say half of much or read nothing: who behaves is served. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/wr.h"
#include "proto/limits.h"
#include "proto/wire.h"
#include "tests/support/wire_ask.h"
#include "tests/support/wire_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than a server has places, so that no place is left when nobody is put out. */
enum { SILENT = 4200, NEEDS_DESCRIPTORS = 5000, HOG_MS = 20000, TRIES = 5, TURN_MS = 100, HALF = 200, HALF_LEN = 1000000, HOGS = 4,
    ANSWERS = 56, ANSWER_LEN = 1000000 };

/* Twice as many as there are places, and more, in turns that the listener's queue holds. */
enum { COMERS = 10240, AT_ONCE = 64, GREETING_LEN = 8 };

/* Each drip has 512 KiB kept for it: the first of them are not too much, all are. A large message needs 1 MiB. */
enum { DRIPS = 290, DRIPS_FIRST = 250, DRIP_LEN = 300000, LARGE = 700000, LARGE_FIRST = 600000 };

/* A server judges who holds too much every second. */
enum { JUDGED_MS = 1500, ANSWER_HEAD_LEN = 12, ON_MS = 5000, READ_LEN = 1 << 18 };

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

/* ---- who says nothing ---- */

static int connect_only(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    (void)connect(fd, (const struct sockaddr *)&at, sizeof at);
    return fd;
}

static bool may_open(rlim_t count)
{
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_max < count)
        return false;
    l.rlim_cur = l.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &l) == 0;
}

/* Whether who dials now is served while the last of those who say nothing are there: their end, after ten seconds, made no room. */
static bool is_served_beside(const int *fd)
{
    struct wire_client *comes = NULL;
    bool is_there;

    assert_int_equal(wire_dial(address, NULL, &comes, NULL), OK);
    wire_ask_serves(comes);
    is_there = !wire_peer_is_cut(fd[SILENT - 1], 0);
    wire_close(comes);
    return is_there;
}

static void connect_silent(int *fd)
{
    uint8_t greeting[GREETING_LEN];

    for (size_t i = 0; i < SILENT; i++) {
        fd[i] = connect_only();
        if (i % AT_ONCE == AT_ONCE - 1)
            (void)recv(fd[i], greeting, sizeof greeting, 0);  /* now they have all been taken from the listener's queue */
    }
}

/* They have ten seconds to greet: who dials meanwhile is served at once, and who is there already stays. */
static void who_says_nothing_keeps_nobody_out(void **state)
{
    struct wire_client *here = NULL;
    int *fd = calloc(SILENT, sizeof *fd);
    bool shown = false;
    int own = -1;

    (void)state;
    assert_non_null(fd);
    assert_int_equal(wire_dial(address, NULL, &here, NULL), OK);
    wire_ask_serves(here);
    own = wire_peer_connect(port);
    for (int i = 0; i < TRIES && !shown; i++) {  /* again where the machine stood still for those ten seconds */
        connect_silent(fd);
        shown = is_served_beside(fd);
        wire_ask_serves(here);
        assert_false(wire_peer_is_cut(own, 0));
        for (size_t k = 0; k < SILENT; k++)
            (void)close(fd[k]);
    }
    assert_true(shown);
    (void)close(own);
    wire_close(here);
    free(fd);
}

/* They come and go faster than once a second is enough to make room: each finds a place, and is greeted. */
static void who_has_gone_takes_no_place(void **state)
{
    static const struct linger at_once = { .l_onoff = 1 };
    uint8_t greeting[GREETING_LEN];
    int fd[AT_ONCE];

    (void)state;
    for (size_t come = 0; come < COMERS; come += AT_ONCE) {
        for (size_t i = 0; i < AT_ONCE; i++)
            fd[i] = connect_only();
        for (size_t i = 0; i < AT_ONCE; i++) {
            assert_int_equal(recv(fd[i], greeting, sizeof greeting, MSG_WAITALL), sizeof greeting);
            assert_int_equal(setsockopt(fd[i], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
            (void)close(fd[i]);
        }
    }
}

static int with_descriptors(void **state)
{
    if (!may_open(NEEDS_DESCRIPTORS)) {
        print_message("so many descriptors may not be opened here\n");
        skip();
    }
    return start_server(state);
}

/* ---- who takes memory ---- */

static size_t cut_of(const int *fd, size_t count)
{
    size_t cut = 0;

    for (size_t i = 0; i < count; i++)
        cut += wire_peer_is_cut(fd[i], 0);
    return cut;
}

/* Until the other side closes, at most. */
static void send_some(int fd, size_t len)
{
    static const uint8_t zeros[HALF_LEN];

    while (len != 0) {
        ssize_t n = send(fd, zeros, len < sizeof zeros ? len : sizeof zeros, MSG_NOSIGNAL);

        if (n <= 0)
            return;
        len -= (size_t)n;
    }
}

/* Each sends nearly a whole message, and holds back its end. */
static void halves_of_messages_are_not_kept_without_an_end(void **state)
{
    struct wire_client *c = NULL;
    int fd[HALF], small = wire_peer_connect(port);
    size_t cut = 0;

    (void)state;
    assert_int_equal(wire_dial(address, NULL, &c, NULL), OK);
    wire_peer_announce(small, 1000);
    for (size_t i = 0; i < HALF; i++) {
        fd[i] = wire_peer_connect(port);
        wire_peer_announce(fd[i], PROTO_FRAME_MAX);
        send_some(fd[i], HALF_LEN);
        send_some(small, 1);  /* it gets on, however long this takes: who does not for half a minute is cut */
    }
    for (int t = 0; t < HOG_MS / TURN_MS && (cut = cut_of(fd, HALF)) == 0; t++) {
        send_some(small, 1);
        (void)usleep(1000 * TURN_MS);
    }
    assert_in_range(cut, 1, HALF - 1);
    wire_ask_serves(c);
    /* Whoever holds little is not the one that goes. */
    assert_false(wire_peer_is_cut(small, 0));
    for (size_t i = 0; i < HALF; i++)
        (void)close(fd[i]);
    (void)close(small);
    wire_close(c);
}

static int drip(void)
{
    int fd = wire_peer_connect(port);

    wire_peer_announce(fd, PROTO_FRAME_MAX);
    send_some(fd, DRIP_LEN);
    return fd;
}

/* A large message that is whole leaves no large buffer to the bytes that came behind it, or small ones would keep it for ever. */
static void a_whole_message_keeps_no_memory(void **state)
{
    uint64_t on_ms = clock_mono_ms() + ON_MS;
    int fd[HALF];

    (void)state;
    for (size_t i = 0; i < HALF; i++) {
        fd[i] = wire_peer_connect(port);
        wire_peer_send(fd[i], 1, 'B', HALF_LEN);
        wire_peer_announce(fd[i], 1000);
        wire_peer_take(fd[i], ANSWER_HEAD_LEN);  /* one at a time is never too much by itself */
        for (; clock_mono_ms() >= on_ms; on_ms += ON_MS)
            for (size_t k = 0; k <= i; k++)
                send_some(fd[k], 1);  /* who does not get on for half a minute is cut for that */
    }
    (void)usleep(1000 * JUDGED_MS);
    assert_int_equal(cut_of(fd, HALF), 0);
    for (size_t i = 0; i < HALF; i++)
        (void)close(fd[i]);
}

/* Many who drip have a little kept for each, and together too much; one who sends a large message has more than any of them. */
static void who_drips_puts_out_nobody_who_gets_on(void **state)
{
    static const uint8_t head[4] = { 0x80, 0, 0, 1 };
    int fd[DRIPS], large;
    size_t cut = 0, left = LARGE - LARGE_FIRST;

    (void)state;
    for (size_t i = 0; i < DRIPS_FIRST; i++)
        fd[i] = drip();
    large = wire_peer_connect(port);
    wire_peer_announce(large, sizeof head + LARGE);
    assert_int_equal(send(large, head, sizeof head, MSG_NOSIGNAL), sizeof head);
    assert_int_equal(send(large, "E", 1, MSG_NOSIGNAL), 1);
    send_some(large, LARGE_FIRST - 1);
    for (size_t i = DRIPS_FIRST; i < DRIPS; i++, left--) {
        fd[i] = drip();
        send_some(large, 1);
    }
    for (int t = 0; t < HOG_MS / TURN_MS && (cut = cut_of(fd, DRIPS)) == 0; t++, left--) {
        send_some(large, 1);
        (void)usleep(1000 * TURN_MS);
    }
    assert_in_range(cut, 1, DRIPS - 1);
    assert_false(wire_peer_is_cut(large, 0));
    send_some(large, left);
    wire_peer_take(large, ANSWER_HEAD_LEN + LARGE);
    for (size_t i = 0; i < DRIPS; i++)
        (void)close(fd[i]);
    (void)close(large);
}

static void ask_for(int fd, uint32_t id, uint32_t len)
{
    uint8_t message[12 + 5];
    struct wr w;

    wr_init(&w, message, sizeof message);
    wr_u64(&w, 4 + 5);
    wr_u32(&w, id | 0x80000000);
    wr_u8(&w, 'B');
    wr_u32(&w, len);
    assert_int_equal(wr_end(&w), OK);
    assert_int_equal(send(fd, message, sizeof message, MSG_NOSIGNAL), sizeof message);
}

/*
 * Is one of them closed by the other side? A byte to who has closed is answered so. Each second a little is read, or each would be cut for taking
 * nothing for ten: of what waits that is hardly anything.
 */
static bool is_any_over(const int *fd, size_t count)
{
    static uint8_t some[READ_LEN];

    for (int t = 0; t < HOG_MS / TURN_MS; t++) {
        for (size_t i = 0; i < count; i++) {
            if (send(fd[i], "", 1, MSG_NOSIGNAL) < 0)
                return true;
            if (t % (1000 / TURN_MS) == 0)
                (void)recv(fd[i], some, sizeof some, MSG_DONTWAIT);
        }
        (void)usleep(1000 * TURN_MS);
    }
    return false;
}

/* Each has less than cuts it by itself waiting; together it is too much. */
static void answers_that_nobody_reads_are_not_kept_without_an_end(void **state)
{
    struct wire_client *c = NULL;
    int fd[HOGS];

    (void)state;
    assert_int_equal(wire_dial(address, NULL, &c, NULL), OK);
    for (size_t i = 0; i < HOGS; i++) {
        fd[i] = wire_peer_connect(port);
        for (uint32_t k = 0; k < ANSWERS; k++)
            ask_for(fd[i], k, ANSWER_LEN);
        wire_peer_announce(fd[i], 1000);   /* of what is_any_over sends */
    }
    assert_true(is_any_over(fd, HOGS));
    wire_ask_serves(c);
    for (size_t i = 0; i < HOGS; i++)
        (void)close(fd[i]);
    wire_close(c);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_says_nothing_keeps_nobody_out, with_descriptors, stop_server),
        cmocka_unit_test_setup_teardown(who_has_gone_takes_no_place, start_server, stop_server),
        cmocka_unit_test_setup_teardown(halves_of_messages_are_not_kept_without_an_end, start_server, stop_server),
        cmocka_unit_test_setup_teardown(a_whole_message_keeps_no_memory, start_server, stop_server),
        cmocka_unit_test_setup_teardown(who_drips_puts_out_nobody_who_gets_on, start_server, stop_server),
        cmocka_unit_test_setup_teardown(answers_that_nobody_reads_are_not_kept_without_an_end, start_server, stop_server),
    };

    wire_peer_main(argc, argv);
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
