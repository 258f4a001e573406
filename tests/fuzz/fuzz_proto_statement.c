/* proto/msg: a statement's kind and body. What is accepted has this one encoding (P-011). */
#include "tests/fuzz/fuzz.h"

#include "proto/msg.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct proto_statement s;
    static uint8_t again[PROTO_ORIGINAL_MAX];
    size_t again_len = 0;

    if (len == 0 || proto_statement_decode((enum proto_statement_kind)data[0], data + 1, len - 1, &s) != OK)
        return 0;
    FUZZ_HOLDS(s.kind == (enum proto_statement_kind)data[0]);
    FUZZ_HOLDS(proto_statement_encode(&s, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len - 1 && memcmp(again, data + 1, again_len) == 0);
    for (uint8_t i = 0; i < s.sealed.count; i++)
        FUZZ_HOLDS(s.sealed.part[i].box.len <= PROTO_SEALED_MAX);
    return 0;
}
