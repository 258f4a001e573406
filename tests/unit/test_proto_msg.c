/*
 * proto/msg: every kind of message, its fields in their order, and nothing but its one encoding.
 * PROTOCOL.md P-009, P-011, P-035, P-041 to P-058.
 */
#include "tests/support/check.h"

#include "proto/msg.h"
#include "tests/support/msg_sample.h"

static void same_blob(const struct proto_blob *a, const struct proto_blob *b)
{
    assert_int_equal(a->len, b->len);
    if (a->len != 0)
        assert_memory_equal(a->data, b->data, a->len);
}

static void same(const struct proto_msg *a, const struct proto_msg *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_memory_equal(a->head.region, b->head.region, PROTO_HASH_LEN);
    assert_memory_equal(a->head.id, b->head.id, PROTO_ID_LEN);
    assert_memory_equal(a->head.from, b->head.from, PROTO_PARTNER_LEN);
    assert_memory_equal(a->head.to, b->head.to, PROTO_PARTNER_LEN);
    assert_int_equal(a->head.issued_s, b->head.issued_s);
    assert_int_equal(a->head.valid_until_s, b->head.valid_until_s);
    assert_memory_equal(a->head.case_id, b->head.case_id, PROTO_ID_LEN);
    assert_memory_equal(&a->head.subject, &b->head.subject, sizeof a->head.subject);
    assert_string_equal(a->head.purpose, b->head.purpose);
    assert_memory_equal(a->head.pack, b->head.pack, PROTO_HASH_LEN);
    assert_int_equal(a->head.seen_size, b->head.seen_size);
    assert_memory_equal(a->head.seen_root, b->head.seen_root, PROTO_HASH_LEN);
    assert_int_equal(a->head.running, b->head.running);
    assert_memory_equal(a->head.actor, b->head.actor, PROTO_KEY_LEN);
    assert_int_equal(a->head.role, b->head.role);
    assert_memory_equal(a->refers, b->refers, PROTO_ID_LEN);
    assert_int_equal(a->code, b->code);
    assert_memory_equal(&a->sections, &b->sections, sizeof a->sections);
    assert_memory_equal(&a->statements, &b->statements, sizeof a->statements);
    assert_int_equal(a->until_s, b->until_s);
    assert_memory_equal(a->digest, b->digest, PROTO_HASH_LEN);
    same_blob(&a->original, &b->original);
    same_blob(&a->weighing, &b->weighing);
    same_blob(&a->approval, &b->approval);
    same_blob(&a->sealed, &b->sealed);
    same_blob(&a->payload, &b->payload);
    assert_memory_equal(a->key, b->key, PROTO_KEY_LEN);
    assert_memory_equal(a->partner, b->partner, PROTO_PARTNER_LEN);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->number2, b->number2);
}

/* P-009, P-011, P-035, and P-041 to P-058 by the lengths of the table. */
static void test_kind(void **state)
{
    const struct msg_sample *s = *state;
    struct proto_msg m, back;
    uint8_t body[MSG_SAMPLE_ROOM], again[MSG_SAMPLE_ROOM], *block = NULL;
    size_t len, again_len = 0;

    msg_sample_make(s, &m);
    len = msg_sample_encode(&m, body);
    assert_int_equal(len, MSG_SAMPLE_HEADER + s->body_len);
    assert_int_equal(msg_sample_decode(s->kind, body, len, &back, &block), OK);
    same(&m, &back);
    assert_int_equal(proto_msg_encode(&back, again, sizeof again, &again_len), OK);
    assert_int_equal(again_len, len);
    assert_memory_equal(again, body, len);
    free(block);
    for (size_t n = 0; n < len; n++)
        assert_int_not_equal(msg_sample_judge(s->kind, body, n), OK);
    body[len] = 0;
    assert_int_equal(msg_sample_judge(s->kind, body, len + 1), ERR_LONG);
}

static void put_bytes(uint8_t *out, size_t *at, const void *bytes, size_t len)
{
    memcpy(out + *at, bytes, len);
    *at += len;
}

static void put_number(uint8_t *out, size_t *at, uint64_t v, size_t width)
{
    for (size_t i = width; i-- > 0;)
        out[(*at)++] = (uint8_t)(v >> 8 * i);
}

static void put_fill(uint8_t *out, size_t *at, uint8_t fill, size_t len)
{
    memset(out + *at, fill, len);
    *at += len;
}

static void put_blob(uint8_t *out, size_t *at, size_t width, size_t len)
{
    put_number(out, at, len, width);
    put_bytes(out, at, msg_sample_bytes, len);
}

/* The bytes of one field as msg_sample_make() fills it, written down apart from the program's table. */
static void put_field(uint8_t *out, size_t *at, char letter, const struct msg_sample *s)
{
    static const char sections[] = "\2att_detail\0\0\0\0\0\0ident\0\0\0\0\0\0\0\0\0\0";

    if (letter == 's') put_bytes(out, at, sections, 33);
    else if (letter == 'i') { put_number(out, at, 2, 1); put_fill(out, at, 0xb2, 16); put_fill(out, at, 0xb1, 16); }
    else if (letter == 'r') put_fill(out, at, 0xa1, 16);
    else if (letter == 'd') put_fill(out, at, 0xd1, 32);
    else if (letter == 'k') put_fill(out, at, 0xe1, 32);
    else if (letter == 'q') put_fill(out, at, 0xe2, 16);
    else if (letter == 'u') put_number(out, at, 1800000000, 8);
    else if (letter == 'n') put_number(out, at, s->number, 8);
    else if (letter == 'm') put_number(out, at, s->number2, 8);
    else if (letter == 'C') put_number(out, at, s->code, 1);
    else if (letter == 'o') put_blob(out, at, 4, 40);
    else if (letter == 'c') put_blob(out, at, 2, 40);
    else if (letter == 'w') put_blob(out, at, 4, 30);
    else if (letter == 'a') put_blob(out, at, 4, 20);
    else if (letter == 'x') put_blob(out, at, 2, 10);
    else if (letter == 'p') put_blob(out, at, 4, s->payload);
    else fail();
}

/* P-041 to P-058: the fields of a kind in their order. */
static void test_kind_layout(void **state)
{
    const struct msg_sample *s = *state;
    struct proto_msg m;
    uint8_t body[MSG_SAMPLE_ROOM], expected[MSG_SAMPLE_ROOM];
    size_t len, at = 0;

    msg_sample_make(s, &m);
    len = msg_sample_encode(&m, body);
    for (const char *l = s->layout; *l != '\0'; l++)
        put_field(expected, &at, *l, s);
    assert_int_equal(len, MSG_SAMPLE_HEADER + at);
    assert_memory_equal(body + MSG_SAMPLE_HEADER, expected, at);
}

/* Encoding into every buffer that is too small fails and writes no length; P-011. */
static void test_kind_room(void **state)
{
    const struct msg_sample *s = *state;
    struct proto_msg m;
    uint8_t body[MSG_SAMPLE_ROOM];
    size_t len, untouched = 12345;

    msg_sample_make(s, &m);
    len = msg_sample_encode(&m, body);
    for (size_t cap = 0; cap < len; cap++) {
        uint8_t *block = malloc(cap);

        assert_int_equal(proto_msg_encode(&m, block, cap, &untouched), ERR_LONG);
        assert_int_equal(untouched, 12345);
        free(block);
    }
}

/* Whatever byte is changed: either it is refused, or it encodes to just those bytes again; P-011. */
static void test_kind_flips(void **state)
{
    const struct msg_sample *s = *state;
    struct proto_msg m, back;
    uint8_t body[MSG_SAMPLE_ROOM], again[MSG_SAMPLE_ROOM], *block = NULL;
    size_t len;

    msg_sample_make(s, &m);
    len = msg_sample_encode(&m, body);
    for (size_t i = 0; i < len * 8; i++) {
        body[i / 8] ^= (uint8_t)(1 << i % 8);
        if (msg_sample_decode(s->kind, body, len, &back, &block) == OK) {
            assert_int_equal(msg_sample_encode(&back, again), len);
            assert_memory_equal(again, body, len);
        }
        free(block);
        body[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

/* P-035: a field that the kind does not have must be zero. */
static void test_kind_foreign(void **state)
{
    const struct msg_sample *s = *state;
    uint8_t body[MSG_SAMPLE_ROOM];
    size_t len = 0;

    for (int i = 0; i < 14; i++) {
        struct proto_msg m, plain;

        msg_sample_make(s, &plain);
        m = plain;
        switch (i) {
        case 0: m.refers[15] ^= 1; if (s->has & HAS_REFERS) continue; break;
        case 1: m.code = 1; if (s->code != 0) continue; break;
        case 2: msg_sample_sections(&m.sections); if (s->has & (HAS_SECTIONS | HAS_GRANT)) continue; break;
        case 3: msg_sample_ids(&m.statements); if (s->has & (HAS_IDS | HAS_GRANT)) continue; break;
        case 4: m.until_s = 1; if (s->has & HAS_GRANT) continue; break;
        case 5: m.digest[31] = 1; if (s->has & (HAS_GRANT | HAS_DIGEST)) continue; break;
        case 6: m.original = msg_sample_blob(1); if (s->has & (HAS_GRANT | HAS_ORIGINAL)) continue; break;
        case 7: m.weighing = msg_sample_blob(1); if (s->has & (HAS_GRANT | HAS_WEIGHING)) continue; break;
        case 8: m.approval = msg_sample_blob(1); if (s->has & HAS_GRANT) continue; break;
        case 9: m.sealed = msg_sample_blob(1); if (s->has & HAS_SEALED) continue; break;
        case 10: m.payload = msg_sample_blob(32); if (s->payload != 0) continue; break;
        case 11: m.key[0] = 1; if (s->kind == PROTO_QUERY) continue; break;
        case 12: m.partner[0] = 1; if (s->kind == PROTO_QUERY) continue; break;
        default: m.number2 = 1; if (s->kind == PROTO_QUERY) continue; break;
        }
        assert_int_equal(proto_msg_encode(&m, body, sizeof body, &len), ERR_RANGE);
    }
    assert_int_equal(len, 0);
}

static struct check_list tests;

/* P-080 and P-082: issued at most 600 s before now and 120 s after; valid at the leaf, and not ended before it was issued. */
static void test_timely(void **state)
{
    static const struct { uint64_t issued_s, valid_until_s, now_s, leaf_s; bool expected; } rows_of_time[] = {
        {10000, 20000, 10000, 10000, true},
        {10000, 20000, 10600, 10600, true},
        {10000, 20000, 10601, 10601, false},
        {10120, 20000, 10000, 10000, true},
        {10121, 20000, 10000, 10000, false},
        {10000, 10300, 10300, 10300, true},
        {10000, 10300, 10301, 10301, false},
        {10000, 10300, 10300, 10301, false},
        {10100, 10099, 10000, 10000, false},
        {10100, 10100, 10000, 10000, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows_of_time / sizeof *rows_of_time; i++) {
        const struct proto_header h = {.issued_s = rows_of_time[i].issued_s, .valid_until_s = rows_of_time[i].valid_until_s};

        if (proto_msg_is_timely(&h, rows_of_time[i].now_s, rows_of_time[i].leaf_s) != rows_of_time[i].expected)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    for (size_t i = 0; i < MSG_SAMPLES; i++) {
        check_add(&tests, proto_kind_name(msg_samples[i].kind), test_kind, &msg_samples[i]);
        check_add(&tests, "its layout", test_kind_layout, &msg_samples[i]);
        check_add(&tests, "too little room", test_kind_room, &msg_samples[i]);
        check_add(&tests, "every bit", test_kind_flips, &msg_samples[i]);
        check_add(&tests, "foreign fields", test_kind_foreign, &msg_samples[i]);
    }
    check_add(&tests, "times", test_timely, NULL);
    return check_run(&tests, "proto/msg");
}
