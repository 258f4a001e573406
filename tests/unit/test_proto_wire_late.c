/* proto/wire: short answers to who reads late. They go at once as a rule; here they cannot. */
#include "tests/support/wire_served.h"

#include "base/rd.h"
#include "tests/support/wire_ask.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* 600 answers are more than the system keeps for a connection that nobody reads, and less than what cuts it. */
enum { ANSWERS = 600, BODY_LEN = 16000, HEAD_LEN = 12, MESSAGE_LEN = HEAD_LEN + BODY_LEN, PAUSE_US = 300000 };

/* Ask for more than fits, and read nothing for a while. */
static int ask_much(void)
{
    int fd = wire_peer_connect(port);

    for (uint32_t i = 0; i < ANSWERS; i++)
        wire_peer_send(fd, i, 'E', BODY_LEN);
    (void)usleep(PAUSE_US);
    return fd;
}

static void all_arrive_whole_and_in_order(void **state)
{
    uint8_t *in = malloc(MESSAGE_LEN);
    int fd = ask_much();

    (void)state;
    assert_non_null(in);
    for (uint32_t i = 0; i < ANSWERS; i++) {
        struct rd r;

        assert_int_equal(recv(fd, in, MESSAGE_LEN, MSG_WAITALL), MESSAGE_LEN);
        rd_init(&r, in, MESSAGE_LEN);
        assert_int_equal(rd_u64(&r), 4 + BODY_LEN);
        assert_int_equal(rd_u32(&r), i | 0x80000000);
        assert_int_equal(rd_u8(&r), 'E');
        rd_zero(&r, BODY_LEN - 1);
        assert_int_equal(rd_end(&r), OK);
    }
    (void)close(fd);
    free(in);
}

/* The server lets go of them, and has as many descriptors as before. */
static void who_goes_instead_costs_nothing(void **state)
{
    struct wire_client *c = dial();
    int before, left = 0;

    (void)state;
    wire_ask_serves(c);
    before = wire_peer_descriptors(server);
    for (size_t i = 0; i < 3; i++)
        (void)close(ask_much());
    for (size_t i = 0; i < 1000; i++) {
        wire_ask_serves(c);
        left = wire_peer_descriptors(server);
        if (left <= before)
            break;
        (void)usleep(PAUSE_US / 10);
    }
    assert_true(left <= before);
    wire_close(c);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_arrive_whole_and_in_order, start_server, stop_server),
        cmocka_unit_test_setup_teardown(who_goes_instead_costs_nothing, start_server, stop_server),
    };

    wire_peer_main(argc, argv);
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
