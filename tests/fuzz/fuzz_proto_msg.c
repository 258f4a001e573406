/* proto/msg: a kind and a body. What is accepted has this one encoding (P-011), and its repeat digest does not depend on what a repeat changes. */
#include "tests/fuzz/fuzz.h"

#include "proto/msg.h"

#include <string.h>

enum { ISSUED_AT = 80 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct proto_msg m;
    static uint8_t again[PROTO_FRAME_MAX];
    uint8_t digest[PROTO_HASH_LEN], other[PROTO_HASH_LEN];
    size_t again_len = 0;

    if (len == 0 || proto_msg_decode((enum proto_kind)data[0], data + 1, len - 1, &m) != OK)
        return 0;
    FUZZ_HOLDS(m.kind == (enum proto_kind)data[0]);
    FUZZ_HOLDS(proto_msg_encode(&m, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len - 1 && memcmp(again, data + 1, again_len) == 0);
    FUZZ_HOLDS(proto_msg_repeat_digest(m.kind, again, again_len, digest) == OK);
    again[ISSUED_AT + 7] ^= 1;
    FUZZ_HOLDS(proto_msg_repeat_digest(m.kind, again, again_len, other) == OK && memcmp(digest, other, sizeof digest) == 0);
    return 0;
}
