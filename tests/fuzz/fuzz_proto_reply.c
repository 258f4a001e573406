/* proto/reply: a reply, and what fills its payload. What is accepted has this one encoding, padding aside. */
#include "tests/fuzz/fuzz.h"

#include "proto/reply.h"

#include <string.h>

static uint8_t again[PROTO_FRAME_MAX];

/* The side of its receipt is judged later, mail by mail: one that is wrong must not hold up the others. */
static void mails(const uint8_t *payload, size_t len)
{
    static struct proto_mail m;
    size_t at = 2, from, again_len;

    while (at < len) {
        from = at;
        if (proto_mail_decode(payload, len, &at, &m) != OK) {
            FUZZ_HOLDS(at == from);
            return;
        }
        FUZZ_HOLDS(at > from && at <= len);
        FUZZ_HOLDS(proto_mail_encode(&m, again, sizeof again, &again_len) == OK);
        FUZZ_HOLDS(again_len == at - from && memcmp(again, payload + from, again_len) == 0);
    }
}

static void receipt(const uint8_t *data, size_t len)
{
    static struct proto_receipt r;
    size_t again_len = 0;

    if (proto_receipt_decode(data, len, &r) != OK)
        return;
    FUZZ_HOLDS(proto_receipt_encode(&r, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct proto_reply r;
    size_t again_len = 0;

    receipt(data, len);
    if (proto_reply_decode(data, len, &r) != OK)
        return 0;
    FUZZ_HOLDS(proto_reply_encode(&r, len, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
    mails(r.payload.data, r.payload.len);
    return 0;
}
