/* proto/leaf: commitments against a second computation, what makes another leaf, and which bytes are none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/leaf.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t id[16] = "0123456789abcdef";
static const uint8_t seed[32] = "a seed for this test, 32 bytes.";

static const struct proto_leaf_field routing[] = { { (const uint8_t *)"school", 6 }, { (const uint8_t *)"team", 4 } };
static const struct proto_leaf_field subject[] = { { (const uint8_t *)"pseudonym", 9 } };
static const struct proto_leaf_field actor[] = { { (const uint8_t *)"key", 3 }, { NULL, 0 } };
static const struct proto_leaf_field outcome[] = { { (const uint8_t *)"\x01", 1 } };

static const struct proto_leaf_group groups[PROTO_LEAF_GROUPS] = {
    { routing, 2 }, { subject, 1 }, { actor, 2 }, { NULL, 0 }, { outcome, 1 }, { subject, 1 },
};

static uint8_t *exact(const void *data, size_t len)
{
    uint8_t *copy = malloc(len);

    assert_non_null(copy);
    memcpy(copy, data, len);
    return copy;
}

/* HMAC with a whole message and whole key, as the header's text says it. */
static void hmac(const uint8_t key[32], const char *message, size_t len, uint8_t out[32])
{
    (void)crypto_auth_hmacsha256(out, (const uint8_t *)message, len, key);
}

static void commitments_are_those_of_the_text(void **state)
{
    static const struct { const char *message; size_t len; } text[PROTO_LEAF_GROUPS] = {
        { "schakel routing\0\0\6school\0\4team", 16 + 8 + 6 },
        { "schakel subject\0\0\11pseudonym", 16 + 11 },
        { "schakel actor\0\0\0\0\3key\0\0", 16 + 5 + 2 },
        { "schakel purpose", 16 },
        { "schakel outcome\0\0\1\1", 16 + 3 },
        { "schakel evidence\0\11pseudonym", 16 + 11 },
    };
    char label[] = "schakel leaf salt?";
    uint8_t bytes[PROTO_LEAF_SIZE];

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    for (unsigned i = 0; i < PROTO_LEAF_GROUPS; i++) {
        uint8_t salt[32], expected[32];

        label[17] = (char)i;
        hmac(seed, label, 18, salt);
        hmac(salt, text[i].message, text[i].len, expected);
        assert_memory_equal(bytes + 18 + 32 * i, expected, 32);
    }
}

static void leaf_is_226_bytes_and_has_its_form(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE], zero[16] = { 0 };

    (void)state;
    assert_int_equal(PROTO_LEAF_SIZE, 226);
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    assert_int_equal(bytes[0], 1);
    assert_int_equal(bytes[1], 0);
    assert_memory_equal(bytes + 2, id, 16);
    assert_memory_equal(bytes + 210, zero, 16);
    assert_int_equal(proto_leaf_check(bytes, sizeof bytes), OK);
}

static void every_prefix_of_a_leaf_is_refused(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE];

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    for (size_t cut = 0; cut < sizeof bytes; cut++) {
        uint8_t *in = exact(bytes, cut);

        assert_int_equal(proto_leaf_check(in, cut), ERR_SHORT);
        free(in);
    }
}

static void a_leaf_with_a_byte_more_is_refused(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE + 1] = { 0 };

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    assert_int_equal(proto_leaf_check(bytes, sizeof bytes), ERR_LONG);
}

static void another_version_is_refused(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE];

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    bytes[0] = 2;
    assert_int_equal(proto_leaf_check(bytes, sizeof bytes), ERR_VERSION);
}

static void reserved_bytes_must_be_zero(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE];

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    for (size_t i = 1; i < sizeof bytes; i = i == 1 ? 210 : i + 1) {
        bytes[i] = 1;
        assert_int_equal(proto_leaf_check(bytes, sizeof bytes), ERR_RANGE);
        bytes[i] = 0;
    }
    assert_int_equal(proto_leaf_check(bytes, sizeof bytes), OK);
}

/* The leaf of these fields in that group, all else as above. */
static void make_with(enum proto_leaf_group_no group, const struct proto_leaf_field *fields, size_t count, uint8_t out[PROTO_LEAF_SIZE])
{
    struct proto_leaf_group some[PROTO_LEAF_GROUPS];

    memcpy(some, groups, sizeof some);
    some[group] = (struct proto_leaf_group){ fields, count };
    assert_int_equal(proto_leaf_make(id, seed, some, out), OK);
}

/* What opens a leaf is that it comes out the same (proto/opening, proto/receipt). */
static void moving_bytes_between_fields_makes_another_leaf(void **state)
{
    static const struct proto_leaf_field moved[] = { { (const uint8_t *)"schoolt", 7 }, { (const uint8_t *)"eam", 3 } };
    static const struct proto_leaf_field split[] = { { (const uint8_t *)"school", 6 }, { (const uint8_t *)"team", 4 },
        { NULL, 0 } };
    uint8_t leaf[PROTO_LEAF_SIZE], other[PROTO_LEAF_SIZE];

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, leaf), OK);
    make_with(PROTO_LEAF_ROUTING, routing, 2, other);
    assert_memory_equal(other, leaf, sizeof leaf);
    make_with(PROTO_LEAF_ROUTING, moved, 2, other);
    assert_memory_not_equal(other + 18, leaf + 18, 32);
    make_with(PROTO_LEAF_ROUTING, split, 3, other);
    assert_memory_not_equal(other + 18, leaf + 18, 32);
}

static void too_many_or_too_long_fields_are_refused(void **state)
{
    static struct proto_leaf_field many[PROTO_LEAF_FIELDS_MAX + 1];
    static uint8_t big[PROTO_LEAF_FIELD_MAX + 1];
    struct proto_leaf_field one = { big, sizeof big };
    struct proto_leaf_group bad[2] = { { many, PROTO_LEAF_FIELDS_MAX + 1 }, { &one, 1 } };
    uint8_t out[PROTO_LEAF_SIZE] = { 0 }, before[PROTO_LEAF_SIZE] = { 0 };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct proto_leaf_group some[PROTO_LEAF_GROUPS];
        memcpy(some, groups, sizeof some);
        some[PROTO_LEAF_EVIDENCE] = bad[i];
        assert_int_equal(proto_leaf_make(id, seed, some, out), ERR_RANGE);
        assert_memory_equal(out, before, sizeof out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commitments_are_those_of_the_text),
        cmocka_unit_test(leaf_is_226_bytes_and_has_its_form),
        cmocka_unit_test(every_prefix_of_a_leaf_is_refused),
        cmocka_unit_test(a_leaf_with_a_byte_more_is_refused),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(reserved_bytes_must_be_zero),
        cmocka_unit_test(moving_bytes_between_fields_makes_another_leaf),
        cmocka_unit_test(too_many_or_too_long_fields_are_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
