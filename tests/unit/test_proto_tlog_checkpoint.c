/* proto/tlog: the text of a checkpoint (P-121), read and written, and every form of it that is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/tlog.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ROOT "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="

static uint8_t *exact(const void *data, size_t len)
{
    uint8_t *copy = malloc(len);

    assert_non_null(copy);
    memcpy(copy, data, len);
    return copy;
}

static enum err decode_checkpoint(const char *text)
{
    struct proto_tlog_checkpoint c, before;
    uint8_t *in = exact(text, strlen(text));
    enum err e;

    memset(&c, 0xee, sizeof c);
    before = c;
    e = proto_tlog_checkpoint_decode(in, strlen(text), &c);
    if (e != OK)
        assert_memory_equal(&c, &before, sizeof c);
    free(in);
    return e;
}

static void a_checkpoint_reads_as_it_should(void **state)
{
    static const char text[] = "example.com/log\n20852163\n" ROOT "\nsome extension\nand another\n";
    struct proto_tlog_checkpoint c;
    uint8_t out[256];
    size_t len = 0;

    (void)state;
    assert_int_equal(proto_tlog_checkpoint_decode((const uint8_t *)text, sizeof text - 1, &c), OK);
    assert_string_equal(c.origin, "example.com/log");
    assert_int_equal(c.head.size, 20852163);
    assert_int_equal(c.head.root[0], 0xac);
    assert_int_equal(c.extension_len, 27);
    assert_int_equal(proto_tlog_checkpoint_encode(&c, out, sizeof out, &len), OK);
    assert_int_equal(len, sizeof text - 1);
    assert_memory_equal(out, text, len);
    assert_int_equal(proto_tlog_checkpoint_encode(&c, out, len - 1, &len), ERR_LONG);
}

static void the_largest_checkpoint_fits_its_room(void **state)
{
    struct proto_tlog_checkpoint c = { .head = { .size = PROTO_MERKLE_SIZE_MAX } };
    uint8_t out[PROTO_TLOG_CHECKPOINT_ROOM];
    size_t len = 0;

    (void)state;
    memset(c.origin, 'o', PROTO_TLOG_ORIGIN_MAX);
    assert_int_equal(proto_tlog_checkpoint_encode(&c, out, sizeof out, &len), OK);
    c.head.size++;
    assert_int_equal(proto_tlog_checkpoint_encode(&c, out, sizeof out, &len), ERR_RANGE);
}

static void a_checkpoint_that_cannot_be_written_is_refused(void **state)
{
    static const char *const bad[] = { "\nx\n", "x", "x\n\ny\n", "x\n\n" };
    struct proto_tlog_checkpoint c = { .origin = "" };
    uint8_t out[256];
    size_t len = 3;

    (void)state;
    assert_int_equal(proto_tlog_checkpoint_encode(&c, out, sizeof out, &len), ERR_SYNTAX);
    memcpy(c.origin, "a b", 4);
    assert_int_equal(proto_tlog_checkpoint_encode(&c, out, sizeof out, &len), ERR_SYNTAX);
    memcpy(c.origin, "ab", 3);
    for (size_t i = 0; i < 4; i++) {
        c.extension = (const uint8_t *)bad[i];
        c.extension_len = strlen(bad[i]);
        assert_int_equal(proto_tlog_checkpoint_encode(&c, out, sizeof out, &len), ERR_SYNTAX);
    }
    assert_int_equal(len, 3);
}

#define CHECKPOINT(name, text, expected) \
    static void name(void **state) \
    { \
        (void)state; \
        assert_int_equal(decode_checkpoint(text), expected); \
    }

CHECKPOINT(size_zero_is_read, "o\n0\n" ROOT "\n", OK)
CHECKPOINT(the_largest_size_is_read, "o\n4611686018427387903\n" ROOT "\n", OK)
CHECKPOINT(a_size_over_the_limit_is_refused, "o\n4611686018427387904\n" ROOT "\n", ERR_RANGE)
CHECKPOINT(a_size_over_64_bits_is_refused, "o\n18446744073709551616\n" ROOT "\n", ERR_RANGE)
CHECKPOINT(a_size_of_forty_digits_is_refused, "o\n1844674407370955161618446744073709551616\n" ROOT "\n", ERR_SYNTAX)
CHECKPOINT(a_leading_zero_is_refused, "o\n01\n" ROOT "\n", ERR_SYNTAX)
CHECKPOINT(a_sign_is_refused, "o\n+1\n" ROOT "\n", ERR_SYNTAX)
CHECKPOINT(an_empty_size_is_refused, "o\n\n" ROOT "\n", ERR_SYNTAX)
CHECKPOINT(a_space_before_the_size_is_refused, "o\n 1\n" ROOT "\n", ERR_SYNTAX)
CHECKPOINT(an_empty_origin_is_refused, "\n1\n" ROOT "\n", ERR_SYNTAX)
CHECKPOINT(a_root_too_short_is_refused, "o\n1\nAAAA\n", ERR_SYNTAX)
CHECKPOINT(a_root_of_33_bytes_is_refused, "o\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", ERR_SYNTAX)
CHECKPOINT(a_root_that_is_not_canonical_is_refused, "o\n1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383ct=\n", ERR_SYNTAX)
CHECKPOINT(a_missing_root_is_refused, "o\n1\n", ERR_SHORT)
CHECKPOINT(a_missing_size_is_refused, "o\n", ERR_SHORT)
CHECKPOINT(nothing_is_refused, "", ERR_SHORT)
CHECKPOINT(a_last_line_without_newline_is_refused, "o\n1\n" ROOT, ERR_SHORT)
CHECKPOINT(an_empty_extension_line_is_refused, "o\n1\n" ROOT "\n\n", ERR_SYNTAX)
CHECKPOINT(an_extension_without_newline_is_refused, "o\n1\n" ROOT "\nx", ERR_SYNTAX)

static void an_origin_over_the_limit_is_refused(void **state)
{
    char text[PROTO_TLOG_ORIGIN_MAX + 64];

    (void)state;
    memset(text, 'o', sizeof text);
    memcpy(text + PROTO_TLOG_ORIGIN_MAX + 1, "\n1\n" ROOT "\n", 49);
    assert_int_equal(decode_checkpoint(text), ERR_LONG);
    memcpy(text + PROTO_TLOG_ORIGIN_MAX, "\n1\n" ROOT "\n", 49);
    assert_int_equal(decode_checkpoint(text), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_reads_as_it_should),
        cmocka_unit_test(the_largest_checkpoint_fits_its_room),
        cmocka_unit_test(a_checkpoint_that_cannot_be_written_is_refused),
        cmocka_unit_test(size_zero_is_read),
        cmocka_unit_test(the_largest_size_is_read),
        cmocka_unit_test(a_size_over_the_limit_is_refused),
        cmocka_unit_test(a_size_over_64_bits_is_refused),
        cmocka_unit_test(a_size_of_forty_digits_is_refused),
        cmocka_unit_test(a_leading_zero_is_refused),
        cmocka_unit_test(a_sign_is_refused),
        cmocka_unit_test(an_empty_size_is_refused),
        cmocka_unit_test(a_space_before_the_size_is_refused),
        cmocka_unit_test(an_empty_origin_is_refused),
        cmocka_unit_test(a_root_too_short_is_refused),
        cmocka_unit_test(a_root_of_33_bytes_is_refused),
        cmocka_unit_test(a_root_that_is_not_canonical_is_refused),
        cmocka_unit_test(a_missing_root_is_refused),
        cmocka_unit_test(a_missing_size_is_refused),
        cmocka_unit_test(nothing_is_refused),
        cmocka_unit_test(a_last_line_without_newline_is_refused),
        cmocka_unit_test(an_empty_extension_line_is_refused),
        cmocka_unit_test(an_extension_without_newline_is_refused),
        cmocka_unit_test(an_origin_over_the_limit_is_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
