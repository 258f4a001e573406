/*
 * proto/statement: every kind of statement, its fields in their order, and nothing but its one encoding.
 * PROTOCOL.md P-060 to P-073.
 */
#include "tests/support/check.h"

#include "proto/msg.h"
#include "tests/support/say_sample.h"

static void same_parts(const struct proto_sealed *a, const struct proto_sealed *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_memory_equal(a->part[i].to, b->part[i].to, PROTO_PARTNER_LEN);
        assert_int_equal(a->part[i].box.len, b->part[i].box.len);
        assert_memory_equal(a->part[i].box.data, b->part[i].box.data, a->part[i].box.len);
    }
}

static void same(const struct proto_statement *a, const struct proto_statement *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_memory_equal(a->region, b->region, sizeof a->region);
    assert_memory_equal(a->id, b->id, sizeof a->id);
    assert_memory_equal(a->setter, b->setter, sizeof a->setter);
    assert_memory_equal(a->case_id, b->case_id, sizeof a->case_id);
    assert_memory_equal(&a->subject, &b->subject, sizeof a->subject);
    assert_string_equal(a->purpose, b->purpose);
    assert_int_equal(a->made_s, b->made_s);
    assert_memory_equal(&a->addressees, &b->addressees, sizeof a->addressees);
    same_parts(&a->sealed, &b->sealed);
    assert_memory_equal(a->refers, b->refers, sizeof a->refers);
    assert_string_equal(a->event, b->event);
    assert_int_equal(a->occurred_s, b->occurred_s);
    assert_int_equal(a->until_s, b->until_s);
    assert_string_equal(a->reference, b->reference);
    assert_int_equal(a->reference_s, b->reference_s);
    assert_memory_equal(a->reference_digest, b->reference_digest, sizeof a->reference_digest);
    assert_memory_equal(a->holder, b->holder, sizeof a->holder);
    assert_memory_equal(a->receiver, b->receiver, sizeof a->receiver);
    assert_memory_equal(&a->sections, &b->sections, sizeof a->sections);
    assert_int_equal(a->code, b->code);
    assert_memory_equal(a->digest, b->digest, sizeof a->digest);
}

/* P-009, P-011, P-061 to P-073 */
static void test_kind(void **state)
{
    const struct say_sample *sample = *state;
    struct proto_statement s, back;
    uint8_t body[SAY_SAMPLE_ROOM], again[SAY_SAMPLE_ROOM], *block = NULL;
    size_t len;

    say_sample_make(sample, &s);
    len = say_sample_encode(&s, body);
    assert_int_equal(len, SAY_SAMPLE_COMMON + sample->len);
    assert_err(say_sample_decode(sample->kind, body, len, &back, &block), OK);
    same(&s, &back);
    assert_int_equal(say_sample_encode(&back, again), len);
    assert_memory_equal(again, body, len);
    free(block);
    for (size_t n = 0; n < len; n++)
        assert_int_not_equal(say_sample_judge(sample->kind, body, n), OK);
    body[len] = 0;
    assert_err(say_sample_judge(sample->kind, body, len + 1), ERR_LONG);
}

/* The bytes of one field as say_sample_fill() fills it, written down apart from the program's table. */
static size_t put_field(uint8_t *out, char letter, uint8_t code)
{
    static const struct { char letter; uint8_t fill; size_t len; const char *bytes; } fields[] = {
        {'r', 0xb1, 16, NULL}, {'h', 0xb3, 16, NULL}, {'c', 0xb4, 16, NULL}, {'d', 0xb2, 32, NULL}, {'D', 0xb5, 32, NULL},
        {'e', 0, 16, "LEERPLICHT_DOC\0"}, {'k', 0, 16, "court\0\0\0\0\0\0\0\0\0\0"}, {'o', 0, 8, "\0\0\0\0\x65\x53\xf1\0"},
        {'u', 0, 8, "\0\0\0\0\x6b\x49\xd2\0"}, {'K', 0, 8, "\0\0\0\0\x64\xbb\x5a\x80"},
        {'s', 0, 33, "\2care\0\0\0\0\0\0\0\0\0\0\0\0ident\0\0\0\0\0\0\0\0\0\0"},
    };

    if (letter == 'C') {
        out[0] = code;
        return 1;
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].letter != letter)
            continue;
        if (fields[i].bytes != NULL)
            memcpy(out, fields[i].bytes, fields[i].len);
        else
            memset(out, fields[i].fill, fields[i].len);
        return fields[i].len;
    }
    fail();
    return 0;
}

/* P-061 to P-073: the fields of a kind in their order. */
static void test_kind_layout(void **state)
{
    const struct say_sample *sample = *state;
    struct proto_statement s;
    uint8_t body[SAY_SAMPLE_ROOM], expected[SAY_SAMPLE_ROOM];
    size_t len, at = 0;

    say_sample_make(sample, &s);
    len = say_sample_encode(&s, body);
    for (const char *l = sample->layout; *l != '\0'; l++)
        at += put_field(expected + at, *l, sample->code);
    assert_int_equal(len, SAY_SAMPLE_COMMON + at);
    assert_memory_equal(body + SAY_SAMPLE_COMMON, expected, at);
}

static void test_kind_room(void **state)
{
    const struct say_sample *sample = *state;
    struct proto_statement s;
    uint8_t body[SAY_SAMPLE_ROOM];
    size_t len, untouched = 12345;

    say_sample_make(sample, &s);
    len = say_sample_encode(&s, body);
    for (size_t cap = 0; cap < len; cap++) {
        uint8_t *block = malloc(cap);

        assert_err(proto_statement_encode(&s, block, cap, &untouched), ERR_LONG);
        assert_int_equal(untouched, 12345);
        free(block);
    }
}

/* P-011: whatever bit is changed, it is refused or encodes to just those bytes again. */
static void test_kind_flips(void **state)
{
    const struct say_sample *sample = *state;
    struct proto_statement s, back;
    uint8_t body[SAY_SAMPLE_ROOM], again[SAY_SAMPLE_ROOM], *block = NULL;
    size_t len;

    say_sample_make(sample, &s);
    len = say_sample_encode(&s, body);
    for (size_t i = 0; i < len * 8; i++) {
        body[i / 8] ^= (uint8_t)(1 << i % 8);
        if (say_sample_decode(sample->kind, body, len, &back, &block) == OK) {
            assert_int_equal(say_sample_encode(&back, again), len);
            assert_memory_equal(again, body, len);
        }
        free(block);
        body[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

/* P-035 */
static void test_kind_foreign(void **state)
{
    const struct say_sample *sample = *state;
    uint8_t body[SAY_SAMPLE_ROOM];
    size_t len = 777;

    for (unsigned bit = SAYS_REFERS; bit <= SAYS_DIGEST; bit <<= 1) {
        struct proto_statement s;

        say_sample_make(sample, &s);
        if (sample->has & bit)
            continue;
        say_sample_fill(&s, bit);
        assert_err(proto_statement_encode(&s, body, sizeof body, &len), ERR_RANGE);
    }
    if (sample->code == 0) {
        struct proto_statement s;

        say_sample_make(sample, &s);
        s.code = 1;
        assert_err(proto_statement_encode(&s, body, sizeof body, &len), ERR_RANGE);
    }
    assert_int_equal(len, 777);
}

static struct check_list tests;

int main(void)
{
    for (size_t i = 0; i < SAY_SAMPLES; i++) {
        check_add(&tests, proto_statement_name(say_samples[i].kind), test_kind, &say_samples[i]);
        check_add(&tests, "its layout", test_kind_layout, &say_samples[i]);
        check_add(&tests, "too little room", test_kind_room, &say_samples[i]);
        check_add(&tests, "every bit", test_kind_flips, &say_samples[i]);
        check_add(&tests, "foreign fields", test_kind_foreign, &say_samples[i]);
    }
    return check_run(&tests, "proto/statement");
}
