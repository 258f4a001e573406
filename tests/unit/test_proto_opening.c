/* proto/opening: a leaf laid open, its bytes, and the seal. PROTOCOL.md P-170 to P-175, P-178. */
#include "tests/support/check.h"

#include "tests/support/msg_sample.h"

#include "proto/opening.h"

#include <sodium.h>

enum { ROOM = PROTO_OPENING_MAX };

static const uint8_t envelope[] = "the signed bytes of the message, as its sender sent them";
static const uint8_t region[PROTO_HASH_LEN] = {7}, partner[PROTO_PARTNER_LEN] = {9};

static void fill_receipt(struct proto_receipt *r, uint8_t side)
{
    memset(r, 0, sizeof *r);
    r->index = 1000;
    r->time_s = 1790000000;
    memset(r->seed, 0x21, sizeof r->seed);
    r->side = side;
    r->number = 7;
    r->previous = 990;
    memset(r->side_salt, 0x24, sizeof r->side_salt);
    memset(r->from_side, 0x31, sizeof r->from_side);
    memset(r->to_side, 0x32, sizeof r->to_side);
    proto_side_commit(r->side_salt, r->number, r->previous, side == 0 ? r->from_side : r->to_side);
    r->result = PROTO_DENIED;
    r->rows.count = 2;
    r->rows.row[0] = (struct proto_row){.section = "att_detail", .verdict = 4, .reason = 3, .at_holder = 1, .rule = "R06"};
    r->rows.row[1] = (struct proto_row){.section = "ident", .verdict = 0, .reason = 2};
}

static void fill(struct proto_opening *o, enum proto_kind kind, uint8_t side)
{
    struct proto_receipt r;
    struct proto_msg m;

    msg_sample_make(msg_sample_of(kind), &m);
    fill_receipt(&r, side);
    memset(o, 0, sizeof *o);
    proto_opening_of(&m, envelope, sizeof envelope, &r, o);
}

/* Two descriptions of one leaf: the message's, and that of what is laid open. P-112 to P-117. */
static void it_opens_the_leaf_of_each_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < MSG_SAMPLES; i++) {
        uint8_t expected[PROTO_LEAF_LEN], leaf[PROTO_LEAF_LEN];
        struct proto_opening o;
        struct proto_receipt r;
        struct proto_msg m;

        if (msg_samples[i].kind == PROTO_REPLY)
            continue;
        msg_sample_make(&msg_samples[i], &m);
        fill_receipt(&r, 1);
        proto_opening_of(&m, envelope, sizeof envelope, &r, &o);
        assert_err(proto_act_leaf(&m, envelope, sizeof envelope, &r, expected), OK);
        assert_err(proto_opening_leaf(&o, leaf), OK);
        assert_memory_equal(leaf, expected, sizeof leaf);
        o.role ^= 1;
        assert_err(proto_opening_leaf(&o, leaf), OK);
        assert_memory_not_equal(leaf, expected, sizeof leaf);
    }
}

static void encode_and_decode_are_one(void **state)
{
    uint8_t bytes[ROOM], again[ROOM], *block;
    size_t len = 0, again_len = 0;
    struct proto_opening o, back;

    (void)state;
    fill(&o, PROTO_GRANT, 1);
    assert_err(proto_opening_encode(&o, bytes, sizeof bytes, &len), OK);
    /* P-170: version, side, 3 * 8, salt, seed, 3 * 16, time, kind, two sides, subject, case, actor, role, purpose, ids, pack, result,
     * digests, rows. */
    assert_int_equal(len, 2 + 24 + 64 + 48 + 9 + 64 + 33 + 16 + 33 + 24 + (1 + 2 * 16) + 32 + 1 + (1 + 4 * 32) + (1 + 2 * 27));
    block = check_exact(bytes, len);
    assert_err(proto_opening_decode(block, len, &back), OK);
    assert_err(proto_opening_encode(&back, again, sizeof again, &again_len), OK);
    assert_int_equal(again_len, len);
    assert_memory_equal(again, bytes, len);
    free(block);
}

static void every_prefix_is_refused(void **state)
{
    uint8_t bytes[ROOM];
    size_t len = 0;
    struct proto_opening o, out, before;

    (void)state;
    fill(&o, PROTO_GRANT, 0);
    assert_err(proto_opening_encode(&o, bytes, sizeof bytes, &len), OK);
    memset(&before, 0x5a, sizeof before);
    for (size_t n = 0; n < len; n++) {
        uint8_t *block = check_exact(bytes, n);

        memcpy(&out, &before, sizeof out);
        assert_int_not_equal(proto_opening_decode(block, n, &out), OK);
        assert_memory_equal(&out, &before, sizeof out);
        free(block);
    }
    bytes[len] = 0;
    assert_int_not_equal(proto_opening_decode(bytes, len + 1, &out), OK);
}

static void the_largest_fits(void **state)
{
    uint8_t bytes[ROOM], sealed[PROTO_OPENING_SEALED_MAX], secret[32], public[32];
    struct proto_opening_seal s;
    struct proto_opening o;
    size_t len = 0;

    (void)state;
    fill(&o, PROTO_GRANT, 0);
    o.statements.count = PROTO_STATEMENTS_MAX;
    o.rows.count = PROTO_SECTIONS_MAX;
    for (size_t i = 0; i < PROTO_SECTIONS_MAX; i++) {
        o.rows.row[i] = o.rows.row[0];
        (void)snprintf(o.rows.row[i].section, sizeof o.rows.row[i].section, "s%02u", (unsigned)i);
    }
    assert_err(proto_opening_encode(&o, bytes, sizeof bytes, &len), OK);
    (void)crypto_box_keypair(public, secret);
    assert_err(proto_opening_seal_init(&s, region, partner, public), OK);
    assert_err(proto_opening_seal_put(&s, &o, sealed, sizeof sealed, &len), OK);
}

struct side_row { const char *name; uint64_t number, previous; uint8_t flip; enum err expected; };
static const struct side_row side_rows[] = {
    {"as it is", 7, 990, 0, OK},
    {"another number", 8, 990, 0, ERR_SIGNATURE},
    {"number 0", 0, 990, 0, ERR_SIGNATURE},
    {"another previous leaf", 7, 991, 0, ERR_SIGNATURE},
    {"a previous leaf that comes later", 7, 1001, 0, ERR_SIGNATURE},
    {"another salt", 7, 990, 1, ERR_SIGNATURE},
};

static void a_side(void **state)
{
    const struct side_row *row = *state;
    struct proto_opening o;

    fill(&o, PROTO_REQUEST, 1);
    o.number = row->number;
    o.previous = row->previous;
    o.side_salt[0] ^= row->flip;
    assert_err(proto_opening_check_side(&o), row->expected);
}

/* ---- sealed ---- */

struct sealed_opening { uint8_t secret[32], public[32], bytes[PROTO_OPENING_SEALED_MAX]; size_t len; struct proto_opening_seal s; struct proto_opening o; };

static void seal(struct sealed_opening *x)
{
    (void)crypto_box_keypair(x->public, x->secret);
    fill(&x->o, PROTO_REQUEST, 1);
    assert_err(proto_opening_seal_init(&x->s, region, partner, x->public), OK);
    assert_err(proto_opening_seal_put(&x->s, &x->o, x->bytes, sizeof x->bytes, &x->len), OK);
}

static enum err open_at(const struct sealed_opening *x, const uint8_t for_region[32], const uint8_t for_partner[16],
    const struct proto_opening_place *at, struct proto_opening *out)
{
    uint8_t *block = check_exact(x->bytes, x->len);
    struct proto_opening_seal r;
    enum err e = proto_opening_seal_receive(&r, for_region, for_partner, x->secret, x->s.enc);

    if (e == OK)
        e = proto_opening_seal_get(&r, at, (struct proto_blob){block, x->len}, out);
    free(block);
    return e;
}

static void the_officer_opens_what_was_sealed(void **state)
{
    const struct proto_opening_place at = {1000, 7, 1};
    struct sealed_opening x;
    struct proto_opening out;

    (void)state;
    seal(&x);
    assert_err(open_at(&x, region, partner, &at, &out), OK);
    assert_memory_equal(out.seed, x.o.seed, 32);
    assert_string_equal(out.purpose, "att_enforce");
    assert_int_equal(x.len % 16, 0);
}

static void it_opens_nowhere_else(void **state)
{
    static const struct proto_opening_place places[] = {{1001, 7, 1}, {1000, 8, 1}, {1000, 7, 0}};
    const struct proto_opening_place at = {1000, 7, 1};
    static const uint8_t other[32] = {8};
    struct sealed_opening x;
    struct proto_opening out;

    (void)state;
    seal(&x);
    for (size_t i = 0; i < 3; i++)
        assert_err(open_at(&x, region, partner, &places[i], &out), ERR_SIGNATURE);
    assert_err(open_at(&x, other, partner, &at, &out), ERR_SIGNATURE);
    assert_err(open_at(&x, region, other, &at, &out), ERR_SIGNATURE);
    x.secret[5] ^= 4;
    assert_err(open_at(&x, region, partner, &at, &out), ERR_SIGNATURE);
}

static void every_flipped_byte_is_refused(void **state)
{
    const struct proto_opening_place at = {1000, 7, 1};
    struct sealed_opening x;
    struct proto_opening out, before;

    (void)state;
    seal(&x);
    memset(&before, 0x5a, sizeof before);
    for (size_t i = 0; i < x.len; i++) {
        memcpy(&out, &before, sizeof out);
        x.bytes[i] ^= 1;
        assert_int_not_equal(open_at(&x, region, partner, &at, &out), OK);
        x.bytes[i] ^= 1;
        assert_memory_equal(&out, &before, sizeof out);
    }
}

/* P-172: each leaf has a key of its own under one encapsulation. */
static void one_encapsulation_many_keys(void **state)
{
    uint8_t second[PROTO_OPENING_SEALED_MAX];
    struct sealed_opening x;
    size_t len = 0;

    (void)state;
    seal(&x);
    x.o.index++;
    assert_err(proto_opening_seal_put(&x.s, &x.o, second, sizeof second, &len), OK);
    assert_int_equal(len, x.len);
    assert_memory_not_equal(second, x.bytes, 64);
}

static void items_travel(void **state)
{
    uint8_t bytes[8192];
    struct proto_opening_item item = {.at = {1000, 7, 1}, .count = 2}, back, before;
    size_t len = 0, at = 0;
    struct sealed_opening x;

    (void)state;
    seal(&x);
    for (size_t i = 0; i < 2; i++) {
        memset(item.box[i].key, (int)i + 1, 32);
        item.box[i].sealed = (struct proto_blob){x.bytes, x.len};
    }
    assert_err(proto_opening_item_encode(&item, bytes, sizeof bytes, &len), OK);
    memset(&before, 0x5a, sizeof before);
    for (size_t n = 0; n < len; n++) {
        uint8_t *block = check_exact(bytes, n);

        at = 0;
        memcpy(&back, &before, sizeof back);
        assert_int_not_equal(proto_opening_item_decode(block, n, &at, &back), OK);
        assert_int_equal(at, 0);
        assert_memory_equal(&back, &before, sizeof back);
        free(block);
    }
    assert_err(proto_opening_item_decode(bytes, len, &at, &back), OK);
    assert_int_equal(at, len);
    assert_int_equal(back.at.number, 7);
    assert_int_equal(back.count, 2);
    assert_memory_equal(back.box[1].sealed.data, x.bytes, x.len);
    bytes[17] = PROTO_OPENING_KEYS_MAX + 1;
    at = 0;
    assert_err(proto_opening_item_decode(bytes, len, &at, &back), ERR_RANGE);
}

/* ---- P-178 ---- */

static void an_erased_receipt_is_made_whole(void **state)
{
    struct proto_receipt whole, erased;
    struct proto_opening o;

    (void)state;
    fill(&o, PROTO_REQUEST, 1);
    fill_receipt(&whole, 1);
    erased = whole;
    assert_false(proto_opening_is_erased(&whole));
    memset(erased.seed, 0, 32);
    memset(erased.from_side, 0, 32);
    memset(erased.to_side, 0, 32);
    memset(erased.side_salt, 0, 32);
    assert_true(proto_opening_is_erased(&erased));
    assert_err(proto_opening_restore(&o, &erased), OK);
    assert_memory_equal(&erased, &whole, sizeof whole);
    erased.index++;
    assert_err(proto_opening_restore(&o, &erased), ERR_SIGNATURE);
}

int main(void)
{
    static struct check_list list;

    if (sodium_init() < 0)
        return 1;
    check_add(&list, "it opens the leaf of each kind", it_opens_the_leaf_of_each_kind, NULL);
    check_add(&list, "encode and decode are one", encode_and_decode_are_one, NULL);
    check_add(&list, "every prefix is refused", every_prefix_is_refused, NULL);
    check_add(&list, "the largest fits", the_largest_fits, NULL);
    for (size_t i = 0; i < sizeof side_rows / sizeof *side_rows; i++)
        check_add(&list, side_rows[i].name, a_side, &side_rows[i]);
    check_add(&list, "the officer opens what was sealed", the_officer_opens_what_was_sealed, NULL);
    check_add(&list, "it opens nowhere else", it_opens_nowhere_else, NULL);
    check_add(&list, "every flipped byte is refused", every_flipped_byte_is_refused, NULL);
    check_add(&list, "one encapsulation, many keys", one_encapsulation_many_keys, NULL);
    check_add(&list, "items travel", items_travel, NULL);
    check_add(&list, "an erased receipt is made whole", an_erased_receipt_is_made_whole, NULL);
    return check_run(&list, "proto_opening");
}
