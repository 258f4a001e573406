/* proto/opening: what is accepted encodes to the same bytes, and what it borrows lies within them. The first byte chooses the decoder. */
#include "tests/fuzz/fuzz.h"

#include "proto/opening.h"

#include <string.h>

static void opening(const uint8_t *data, size_t len)
{
    static struct proto_opening o;
    uint8_t again[PROTO_OPENING_MAX], leaf[PROTO_LEAF_LEN];
    size_t again_len = 0;

    memset(&o, 0x5a, sizeof o);
    if (proto_opening_decode(data, len, &o) != OK) {
        FUZZ_HOLDS(o.side == 0x5a && o.digest_count == 0x5a);
        return;
    }
    FUZZ_HOLDS(o.side <= 1 && o.digest_count >= 1 && o.digest_count <= PROTO_DIGESTS_MAX);
    FUZZ_HOLDS(o.statements.count <= PROTO_STATEMENTS_MAX && o.rows.count <= PROTO_SECTIONS_MAX);
    FUZZ_HOLDS(proto_opening_encode(&o, again, sizeof again, &again_len) == OK);
    FUZZ_HOLDS(again_len == len && memcmp(again, data, len) == 0);
    FUZZ_HOLDS(proto_opening_leaf(&o, leaf) == OK);
    /* Made-up bytes do not commit to their own number. */
    (void)!proto_opening_check_side(&o);
}

static void items(const uint8_t *data, size_t len)
{
    struct proto_opening_item item;
    static uint8_t again[PROTO_OPENING_KEYS_MAX * (PROTO_OPENING_SEALED_MAX + 66) + 18];
    size_t at = 0, before = 0, again_len = 0;

    while (proto_opening_item_decode(data, len, &at, &item) == OK) {
        FUZZ_HOLDS(at > before && at <= len && item.count <= PROTO_OPENING_KEYS_MAX && item.at.number != 0 && item.at.side <= 1);
        for (size_t i = 0; i < item.count; i++)
            FUZZ_HOLDS(item.box[i].sealed.data >= data && item.box[i].sealed.data + item.box[i].sealed.len <= data + len);
        FUZZ_HOLDS(proto_opening_item_encode(&item, again, sizeof again, &again_len) == OK);
        FUZZ_HOLDS(again_len == at - before && memcmp(again, data + before, again_len) == 0);
        before = at;
    }
    FUZZ_HOLDS(at == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0)
        return 0;
    if ((data[0] & 1) == 0)
        opening(data + 1, len - 1);
    else
        items(data + 1, len - 1);
    return 0;
}
