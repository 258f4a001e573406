/*
 * proto/wire_conn: the first bytes that a stranger sends: greeting and messages, as they come from the network in pieces. The file is taken in here
 * whole, for its reading of a buffer is its own; nng is not called. The first byte says which side we are, the second how large the
 * pieces are. What must hold:
 *  - nothing is handed on before the greeting, nor anything longer than a frame, nor more than may be owed;
 *  - the buffer is never larger than one message, and small again when nothing is left in it; pieces make no difference.
 */
#include "proto/wire_conn.c"

#include "tests/fuzz/fuzz.h"

enum { SEEN_MAX = 1024 };

struct seen { size_t count, bytes, greeted; uint32_t request[SEEN_MAX]; size_t len[SEEN_MAX]; enum err end; };

static void ready(void *self, struct wire_conn *c)
{
    struct seen *s = self;

    FUZZ_HOLDS(c->is_greeted && s->greeted++ == 0 && s->count == 0);
}

static enum err message(void *self, struct wire_conn *c, uint32_t request, const uint8_t *body, size_t len)
{
    struct seen *s = self;

    FUZZ_HOLDS(c->is_greeted && s->greeted == 1 && len <= PROTO_FRAME_MAX);
    FUZZ_HOLDS(body >= c->in && body + len <= c->in + c->in_len);
    FUZZ_HOLDS(c->owner->is_client || ((request & 0x80000000) != 0 && c->owed <= OWED_MAX));
    if (s->count < SEEN_MAX) {
        s->request[s->count] = request;
        s->len[s->count] = len;
    }
    s->count++;
    s->bytes += len;
    return OK;
}

/* As nng fills the buffer: never more than there is room for. */
static void feed(const uint8_t *data, size_t len, size_t piece, bool is_client, struct seen *s)
{
    const struct wire_conn_owner owner = { .self = s, .is_client = is_client, .ready = ready, .message = message };
    struct wire_conn c = { .owner = &owner, .in = malloc(IN_START), .in_cap = IN_START };

    FUZZ_HOLDS(c.in != NULL);
    for (size_t at = 0, n; at < len && s->end == OK; at += n) {
        n = len - at < piece ? len - at : piece;
        n = n < c.in_cap - c.in_len ? n : c.in_cap - c.in_len;
        FUZZ_HOLDS(n != 0);
        memcpy(c.in + c.in_len, data + at, n);
        s->end = take_input(&c, n);
        FUZZ_HOLDS(c.in_cap <= MESSAGE_MAX && c.in_len <= c.in_cap && (c.in_len != 0 || s->end != OK || c.in_cap == IN_START));
    }
    FUZZ_HOLDS(s->bytes <= len && (s->count == 0 || s->greeted == 1));
    free(c.in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct seen whole, pieces;

    if (len < 2)
        return 0;
    memset(&whole, 0, sizeof whole);
    memset(&pieces, 0, sizeof pieces);
    feed(data + 2, len - 2, len, (data[0] & 1) != 0, &whole);
    feed(data + 2, len - 2, 1 + (size_t)data[1] * 7, (data[0] & 1) != 0, &pieces);
    FUZZ_HOLDS(whole.end == pieces.end && whole.count == pieces.count && whole.bytes == pieces.bytes);
    FUZZ_HOLDS(memcmp(whole.request, pieces.request, sizeof whole.request) == 0 && memcmp(whole.len, pieces.len, sizeof whole.len) == 0);
    return 0;
}
