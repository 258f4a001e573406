/* proto/frame: the outer envelope, also of a reply (P-059). PROTOCOL.md P-015 to P-019. */
#include "tests/support/check.h"

#include "proto/msg.h"

static const uint8_t good[] = {'S', 'C', 'H', '1', 1, 2, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c'};

static enum err decode(const uint8_t *frame, size_t len)
{
    uint8_t *block = check_exact(frame, len);
    enum proto_kind kind = PROTO_WITNESS;
    const uint8_t *body = good;
    size_t body_len = 999;
    enum err e = proto_frame_decode(block, len, &kind, &body, &body_len);

    if (e != OK) {
        assert_int_equal(kind, PROTO_WITNESS);
        assert_ptr_equal(body, good);
        assert_int_equal(body_len, 999);
    }
    free(block);
    return e;
}

/* P-015 */
static void test_layout(void **state)
{
    uint8_t out[64];
    size_t len = 0, body_len = 0;
    enum proto_kind kind = PROTO_NONE;
    const uint8_t *body = NULL;

    (void)state;
    assert_err(proto_frame_encode(PROTO_REQUEST, (const uint8_t *)"abc", 3, out, sizeof out, &len), OK);
    assert_int_equal(len, sizeof good);
    assert_memory_equal(out, good, sizeof good);
    assert_err(proto_frame_decode(out, len, &kind, &body, &body_len), OK);
    assert_int_equal(kind, PROTO_REQUEST);
    assert_ptr_equal(body, out + PROTO_FRAME_HEAD);
    assert_int_equal(body_len, 3);
}

static void test_empty_body(void **state)
{
    uint8_t out[PROTO_FRAME_HEAD];
    size_t len = 0;

    (void)state;
    assert_err(proto_frame_encode(PROTO_REPLY, NULL, 0, out, sizeof out, &len), OK);
    assert_int_equal(len, PROTO_FRAME_HEAD);
    assert_err(decode(out, len), OK);
}

/* P-009 */
static void test_prefixes(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof good; n++)
        assert_err(decode(good, n), ERR_SHORT);
}

static void test_trailing(void **state)
{
    uint8_t longer[sizeof good + 1] = {0};

    (void)state;
    memcpy(longer, good, sizeof good);
    assert_err(decode(longer, sizeof longer), ERR_LONG);
}

static const struct row {
    const char *name;
    size_t at;
    uint8_t value;
    enum err expected;
} rows[] = {
    {"P-016 first letter", 0, 's', ERR_SYNTAX},
    {"P-016 version in the magic", 3, '2', ERR_SYNTAX},
    {"P-017 suite 0", 4, 0, ERR_VERSION},
    {"P-017 suite 2", 4, 2, ERR_VERSION},
    {"P-018 kind 0", 5, 0, ERR_RANGE},
    {"P-018 kind 15", 5, 15, ERR_RANGE},
    {"P-018 kind 31", 5, 31, ERR_RANGE},
    {"P-018 kind 37", 5, 37, ERR_RANGE},
    {"P-018 kind 127", 5, 127, ERR_RANGE},
    {"P-018 kind 129", 5, 129, ERR_RANGE},
    {"P-018 kind 255", 5, 255, ERR_RANGE},
    {"P-018 kind 1", 5, 1, OK},
    {"P-018 kind 14", 5, 14, OK},
    {"P-018 kind 32", 5, 32, OK},
    {"P-018 kind 35", 5, 35, OK},
    {"P-018 a reply", 5, 128, OK},
    {"P-003 first reserved byte", 6, 1, ERR_RANGE},
    {"P-003 second reserved byte", 7, 0x80, ERR_RANGE},
    {"P-019 length over the limit", 9, 0x10, ERR_RANGE},
    {"P-019 length in the high byte", 8, 1, ERR_RANGE},
    {"P-009 length one more", 11, 4, ERR_SHORT},
    {"P-009 length one less", 11, 2, ERR_LONG},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    uint8_t frame[sizeof good];

    memcpy(frame, good, sizeof good);
    frame[r->at] = r->value;
    assert_err(decode(frame, sizeof frame), r->expected);
}

/* P-018 */
static void test_encode_kinds(void **state)
{
    uint8_t out[64];
    size_t len = 7;

    (void)state;
    for (unsigned k = 0; k < 300; k++) {
        bool is = (k >= 1 && k <= 14) || (k >= 32 && k <= 36) || k == 128;

        assert_err(proto_frame_encode((enum proto_kind)k, good, 3, out, sizeof out, &len), is ? OK : ERR_RANGE);
    }
}

/* P-019 */
static void test_largest(void **state)
{
    size_t max = PROTO_FRAME_MAX - PROTO_FRAME_HEAD, len = 0;
    uint8_t *body = calloc(1, max + 1), *out = malloc(PROTO_FRAME_MAX + 1);

    (void)state;
    assert_non_null(body);
    assert_non_null(out);
    assert_err(proto_frame_encode(PROTO_RELEASE, body, max, out, PROTO_FRAME_MAX + 1, &len), OK);
    assert_int_equal(len, PROTO_FRAME_MAX);
    assert_err(decode(out, len), OK);
    len = 7;
    assert_err(proto_frame_encode(PROTO_RELEASE, body, max + 1, out, PROTO_FRAME_MAX + 1, &len), ERR_LONG);
    assert_int_equal(len, 7);
    free(body);
    free(out);
}

static void test_room(void **state)
{
    size_t len = 7;

    (void)state;
    for (size_t cap = 0; cap < sizeof good; cap++) {
        uint8_t *out = malloc(cap);

        assert_err(proto_frame_encode(PROTO_REQUEST, good, 3, out, cap, &len), ERR_LONG);
        assert_int_equal(len, 7);
        free(out);
    }
}

static struct check_list tests;

int main(void)
{
    check_add(&tests, "layout", test_layout, NULL);
    check_add(&tests, "empty body", test_empty_body, NULL);
    check_add(&tests, "every prefix", test_prefixes, NULL);
    check_add(&tests, "a byte too many", test_trailing, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&tests, rows[i].name, test_row, &rows[i]);
    check_add(&tests, "kinds that have a frame", test_encode_kinds, NULL);
    check_add(&tests, "the largest frame", test_largest, NULL);
    check_add(&tests, "too little room", test_room, NULL);
    return check_run(&tests, "proto/frame");
}
