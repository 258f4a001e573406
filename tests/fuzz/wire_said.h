/*
 * tests/fuzz/wire_said: a hub and a keyholder in place of proto/wire's sockets: what a node sends is kept, and it hears what the target lets it. Link
 * options wrap the calls (tests/fuzz/CMakeLists.txt). Included once.
 */
#ifndef FUZZ_WIRE_SAID_H
#define FUZZ_WIRE_SAID_H

#include "tests/fuzz/fuzz.h"

#include "proto/msg.h"
#include "proto/reply.h"
#include "proto/sign.h"
#include "proto/wire.h"

#include <string.h>

enum { SAID_CALLS = 64, SAID_SIDES = 2, SAID_HUB = 0, SAID_KEYHOLDER = 1 };

struct wire_client { int side; };

/* One message under way. */
struct said {
    int side;
    uint64_t tag;
    enum proto_kind kind;
    uint8_t *envelope;
    size_t len;
    struct proto_msg msg;   /* borrows envelope */
};

static struct {
    struct wire_client side[SAID_SIDES];
    int dialled;
    struct said call[SAID_CALLS];
    size_t calls;
    /* The answer that is heard next, of one side. */
    bool is_there;
    int to;
    uint64_t tag;
    enum err result;
    uint8_t *frame;
    size_t len;
} wire;

enum err __wrap_wire_dial(const char *address, const struct wire_tls *tls, struct wire_client **out, struct trouble *t);
int __wrap_wire_client_fd(const struct wire_client *c);
enum err __wrap_wire_call_start(struct wire_client *c, uint64_t tag, const uint8_t *frame, size_t len, uint32_t timeout_ms);
enum err __wrap_wire_call_done(struct wire_client *c, uint64_t *tag, enum err *result, void **handle, const uint8_t **frame, size_t *len);
void __wrap_wire_free(void *handle);
void __wrap_wire_close(struct wire_client *c);

/* The hub is dialled first. */
enum err __wrap_wire_dial(const char *address, const struct wire_tls *tls, struct wire_client **out, struct trouble *t)
{
    (void)address;
    (void)tls;
    (void)t;
    FUZZ_HOLDS(wire.dialled < SAID_SIDES);
    wire.side[wire.dialled].side = wire.dialled;
    *out = &wire.side[wire.dialled++];
    return OK;
}

int __wrap_wire_client_fd(const struct wire_client *c) { return c == NULL ? -2 : -1; }

/* What a node sends is a message of that kind, signed once. */
enum err __wrap_wire_call_start(struct wire_client *c, uint64_t tag, const uint8_t *frame, size_t len, uint32_t timeout_ms)
{
    struct said *s = &wire.call[wire.calls];
    const uint8_t *envelope = NULL;
    struct proto_signed signed_by;

    (void)timeout_ms;
    if (wire.calls == SAID_CALLS)
        return ERR_BUSY;
    *s = (struct said){ .side = c->side, .tag = tag };
    FUZZ_HOLDS(proto_frame_decode(frame, len, &s->kind, &envelope, &s->len) == OK);
    s->envelope = malloc(s->len);
    FUZZ_HOLDS(s->envelope != NULL);
    memcpy(s->envelope, envelope, s->len);
    FUZZ_HOLDS(proto_sign_decode(s->envelope, s->len, &signed_by) == OK);
    FUZZ_HOLDS(proto_msg_decode(s->kind, signed_by.body, signed_by.body_len, &s->msg) == OK);
    wire.calls++;
    return OK;
}

enum err __wrap_wire_call_done(struct wire_client *c, uint64_t *tag, enum err *result, void **handle, const uint8_t **frame, size_t *len)
{
    if (!wire.is_there || c->side != wire.to)
        return ERR_BUSY;
    wire.is_there = false;
    *tag = wire.tag;
    *result = wire.result;
    *handle = wire.frame;
    *frame = wire.frame;
    *len = wire.len;
    wire.frame = NULL;
    return OK;
}

void __wrap_wire_free(void *handle) { free(handle); }

void __wrap_wire_close(struct wire_client *c) { (void)c; }

/* The message is done with. */
static void said_drop(size_t i)
{
    free(wire.call[i].envelope);
    wire.call[i] = wire.call[--wire.calls];
}

/* It is answered with this frame (copied), or with none. */
static void said_answer(size_t i, enum err result, const uint8_t *frame, size_t len)
{
    FUZZ_HOLDS(!wire.is_there);
    wire.to = wire.call[i].side;
    wire.tag = wire.call[i].tag;
    wire.result = result;
    wire.frame = NULL;
    wire.len = 0;
    if (result == OK) {
        wire.frame = malloc(len != 0 ? len : 1);
        FUZZ_HOLDS(wire.frame != NULL);
        if (len != 0)
            memcpy(wire.frame, frame, len);
        wire.len = len;
    }
    wire.is_there = true;
    said_drop(i);
}

static void said_forget(void)
{
    while (wire.calls != 0)
        said_drop(0);
    free(wire.frame);
    memset(&wire, 0, sizeof wire);
}

#endif
