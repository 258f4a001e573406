#include "proto/msg.h"

#include "base/rd.h"
#include "base/wr.h"

#include <string.h>

static const uint8_t magic[4] = {'S', 'C', 'H', '1'};

enum { SUITE = 1, BODY_MAX = PROTO_FRAME_MAX - PROTO_FRAME_HEAD };

static bool is_kind(unsigned k)
{
    return k == PROTO_REPLY || proto_msg_type((enum proto_kind)k) != NULL;
}

enum err proto_frame_encode(enum proto_kind kind, const uint8_t *body, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
    struct wr w;

    if (!is_kind(kind))
        return ERR_RANGE;
    if (len > BODY_MAX)
        return ERR_LONG;
    wr_init(&w, out, cap);
    wr_copy(&w, magic, sizeof magic);
    wr_u8(&w, SUITE);
    wr_u8(&w, (uint8_t)kind);
    wr_u16(&w, 0);
    wr_bytes32(&w, body, len);
    if (wr_end(&w) == OK)
        *out_len = w.len;
    return wr_end(&w);
}

enum err proto_frame_decode(const uint8_t *frame, size_t len, enum proto_kind *kind, const uint8_t **body, size_t *body_len)
{
    struct rd r;
    uint8_t head[sizeof magic];
    unsigned k;
    const uint8_t *b;
    size_t b_len = 0;

    rd_init(&r, frame, len);
    rd_copy(&r, head, sizeof head);
    if (r.err == OK && memcmp(head, magic, sizeof magic) != 0)
        rd_fail(&r, ERR_SYNTAX);
    /* Another suite may have another layout from here on: nothing after it is judged. */
    if (rd_u8(&r) != SUITE)
        rd_fail(&r, ERR_VERSION);
    k = rd_u8(&r);
    if (!is_kind(k))
        rd_fail(&r, ERR_RANGE);
    rd_zero(&r, 2);
    b = rd_bytes32(&r, BODY_MAX, &b_len);
    if (rd_end(&r) != OK)
        return r.err;
    *kind = (enum proto_kind)k;
    *body = b;
    *body_len = b_len;
    return OK;
}
