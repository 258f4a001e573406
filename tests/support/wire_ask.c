/* tests/support/wire_ask: see the header. */
#include "tests/support/wire_ask.h"

#include "base/rd.h"
#include "base/wr.h"
#include "proto/wire.h"
#include "tests/support/check.h"

#include <poll.h>

void wire_ask_start(struct wire_client *c, uint64_t tag, char kind, uint32_t number, uint32_t timeout_ms)
{
    uint8_t frame[5];
    struct wr w;

    wr_init(&w, frame, sizeof frame);
    wr_u8(&w, (uint8_t)kind);
    wr_u32(&w, number);
    assert_int_equal(wire_call_start(c, tag, frame, sizeof frame, timeout_ms), OK);
}

enum err wire_ask_next(struct wire_client *c, uint64_t *tag, uint8_t *out, size_t cap, size_t *len)
{
    struct pollfd p = { .fd = wire_client_fd(c), .events = POLLIN };
    enum err result = ERR_STATE;
    const uint8_t *frame = NULL;
    void *handle = NULL;

    assert_int_equal(poll(&p, 1, WIRE_ASK_WAIT_MS), 1);
    assert_int_equal(wire_call_done(c, tag, &result, &handle, &frame, len), OK);
    if (result == OK && cap != 0) {
        assert_true(*len <= cap);
        memcpy(out, frame, *len);
    }
    wire_free(handle);
    return result;
}

void wire_ask_serves(struct wire_client *c)
{
    static const uint8_t frame[] = "Echo of somebody else";
    const uint8_t *reply = NULL;
    size_t len = 0;
    void *handle = NULL;

    assert_int_equal(wire_call(c, frame, sizeof frame, WIRE_ASK_WAIT_MS, &handle, &reply, &len), OK);
    assert_int_equal(len, sizeof frame);
    assert_memory_equal(reply, frame, sizeof frame);
    wire_free(handle);
}

uint32_t wire_ask_flush(struct wire_client *c)
{
    const uint8_t *reply = NULL;
    size_t len = 0;
    void *handle = NULL;
    struct rd r;
    uint32_t count;

    assert_int_equal(wire_call(c, (const uint8_t *)"F", 1, WIRE_ASK_WAIT_MS, &handle, &reply, &len), OK);
    rd_init(&r, reply, len);
    count = rd_u32(&r);
    assert_int_equal(rd_end(&r), OK);
    wire_free(handle);
    return count;
}
