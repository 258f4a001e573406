/* proto/leaf and proto/opening: leaves and what lays them open. What is accepted has this one encoding. */
#include "tests/fuzz/fuzz.h"

#include "proto/leaf.h"
#include "proto/opening.h"

#include <string.h>

static uint8_t again[1 << 20];
static size_t again_len;

static void opening(const uint8_t *data, size_t len)
{
    static struct proto_opening o;
    uint8_t leaf[PROTO_LEAF_LEN];

    if (proto_opening_decode(data, len, &o) != OK)
        return;
    FUZZ_HOLDS(proto_opening_encode(&o, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
    (void)!proto_opening_leaf(&o, leaf);
}

static void items(const uint8_t *data, size_t len)
{
    static struct proto_opening_item item;
    size_t at = 0, from = 0;

    while (at < len && proto_opening_item_decode(data, len, &at, &item) == OK) {
        FUZZ_HOLDS(at > from && at <= len);
        FUZZ_HOLDS(proto_opening_item_encode(&item, again, sizeof again, &again_len) == OK);
        FUZZ_HOLDS(again_len == at - from && memcmp(again, data + from, again_len) == 0);
        from = at;
    }
    FUZZ_HOLDS(at == from);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (proto_leaf_check(data, len) == OK)
        FUZZ_HOLDS(len == PROTO_LEAF_LEN);
    opening(data, len);
    items(data, len);
    return 0;
}
