/* proto: a frame and the signed envelope in it. What is accepted has this one encoding; nothing made up is signed. */
#include "tests/fuzz/fuzz.h"

#include "proto/msg.h"
#include "proto/sign.h"

#include <string.h>

static uint8_t again[PROTO_FRAME_MAX];

static void envelope(const uint8_t *data, size_t len)
{
    static struct proto_signed s;
    size_t again_len = 0;

    if (proto_sign_decode(data, len, &s) != OK)
        return;
    FUZZ_HOLDS(proto_sign_encoded_len(&s) == len && proto_sign_encode(&s, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
    FUZZ_HOLDS(s.count >= 1 && s.count <= PROTO_SIGNERS_MAX);
    for (unsigned k = 0; k < PROTO_KIND_END; k++)
        FUZZ_HOLDS(proto_msg_type((enum proto_kind)k) == NULL || strcmp(proto_msg_type((enum proto_kind)k), s.type) != 0
            || proto_statement_of_type(s.type) == PROTO_SAY_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    enum proto_kind kind = PROTO_NONE;
    const uint8_t *body = NULL;
    size_t body_len = 0, again_len = 0;

    envelope(data, len);
    if (proto_frame_decode(data, len, &kind, &body, &body_len) != OK)
        return 0;
    FUZZ_HOLDS(proto_frame_encode(kind, body, body_len, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
    envelope(body, body_len);
    return 0;
}
