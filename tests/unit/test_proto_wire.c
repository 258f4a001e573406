/* proto/wire: many calls at once, answers in any order, limits. */
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

enum { CALLS = 64, WAIT_MS = WIRE_ASK_WAIT_MS, CALLS_MAX = 256, LATE_MS = 300, LATE_MOST_MS = 10000, LATE_ROUNDS = 20, LATE_TRIES = 200 };

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
        wire_ask_serves(other);
    wire_ask_serves(c);  /* over the connection of those that wait, too */
    assert_int_equal(wire_ask_flush(other), CALLS);
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
    wire_ask_serves(c);
    wire_ask_start(c, 41, 'H', 0, 300);
    assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), ERR_PEER);
    assert_int_equal(tag, 41);
    assert_in_range(clock_mono_ms() - start, 300, WAIT_MS);
    wire_close(c);
    c = dial();
    assert_int_equal(wire_ask_flush(c), 1);
    wire_close(c);
}

/*
 * Until the held question's time is over, with echoes all the while: a connection that was silent for half of that time would be cut, and the late
 * answer with it. False when it may have been, because the machine did something else.
 */
static bool ends_over_a_live_connection(struct wire_client *c, uint32_t late_ms)
{
    uint64_t heard = clock_mono_ms(), before = heard, tag = 0;
    bool ended = false, cut = false;
    size_t len = 0;

    while (!ended) {
        wire_ask_start(c, 3, 'E', 0, WAIT_MS);
        do {
            enum err e = wire_ask_next(c, &tag, NULL, 0, &len);

            if (tag == 1) {
                assert_int_equal(e, ERR_PEER);
                ended = true;
            } else
                cut = cut || e != OK;
        } while (tag != 3);
        before = heard;
        heard = clock_mono_ms();
        (void)usleep(5000);
    }
    return !cut && heard - before < late_ms / 4;
}

static void a_late_answer_never_reaches_a_newer_call(void **state)
{
    struct wire_client *c = dial(), *other = dial();
    uint64_t tag = 0;
    uint8_t reply[8];
    size_t len = 0;
    uint32_t late_ms = LATE_MS;
    int late = 0;

    (void)state;
    for (int i = 0; i < LATE_TRIES && late < LATE_ROUNDS; i++) {
        bool is_live;

        wire_ask_serves(c);  /* connected, so that the question is under way before its time ends */
        wire_ask_start(c, 1, 'H', 0, late_ms);
        is_live = ends_over_a_live_connection(c, late_ms);
        late += is_live;
        if (!is_live && 2 * late_ms <= LATE_MOST_MS)
            late_ms *= 2;  /* as much time as this machine needs for echoes */
        wire_ask_start(c, 2, 'E', 0xabcd, WAIT_MS);  /* the same place in the table */
        assert_int_equal(wire_ask_flush(other), 1);
        assert_int_equal(wire_ask_next(c, &tag, reply, sizeof reply, &len), OK);
        assert_int_equal(tag, 2);
        assert_int_equal(reply[0], 'E');
    }
    assert_int_equal(late, LATE_ROUNDS);
    wire_close(c);
    wire_close(other);
}

static void more_than_256_calls_are_refused_until_some_are_collected(void **state)
{
    struct wire_client *c = dial(), *other = dial();
    uint32_t answered = 0;
    uint64_t tag;
    size_t len;

    (void)state;
    for (uint32_t i = 0; i < CALLS_MAX; i++)
        wire_ask_start(c, i, 'H', i, WAIT_MS);
    assert_int_equal(wire_call_start(c, 0, (const uint8_t *)"E", 1, WAIT_MS), ERR_BUSY);
    /* They come over another connection, so some may come after this. */
    for (uint32_t i = 0; i < 1000 && answered < CALLS_MAX; i++) {
        wire_ask_serves(other);
        answered += wire_ask_flush(other);
    }
    assert_int_equal(answered, CALLS_MAX);
    for (uint32_t i = 0; i < CALLS_MAX; i++)
        assert_int_equal(wire_ask_next(c, &tag, NULL, 0, &len), OK);
    wire_ask_serves(c);
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
    };

    wire_peer_main(argc, argv);
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
