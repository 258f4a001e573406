/* proto/leaf: commitments against a second computation, openings, and that nothing bent opens a leaf. */
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

static struct proto_leaf make(void)
{
    uint8_t bytes[PROTO_LEAF_SIZE];
    struct proto_leaf leaf;

    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    assert_int_equal(proto_leaf_decode(bytes, sizeof bytes, &leaf), OK);
    return leaf;
}

/* HMAC with a whole message and whole key, as the header's text says it. */
static void hmac(const uint8_t key[32], const char *message, size_t len, uint8_t out[32])
{
    (void)crypto_auth_hmacsha256(out, (const uint8_t *)message, len, key);
}

static void salts_are_those_of_the_text(void **state)
{
    uint8_t got[32], expected[32];

    (void)state;
    hmac(seed, "schakel leaf salt\x00", 18, expected);
    proto_leaf_salt(seed, PROTO_LEAF_ROUTING, got);
    assert_memory_equal(got, expected, 32);
    hmac(seed, "schakel leaf salt\x05", 18, expected);
    proto_leaf_salt(seed, PROTO_LEAF_EVIDENCE, got);
    assert_memory_equal(got, expected, 32);
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
    struct proto_leaf leaf = make();

    (void)state;
    for (unsigned i = 0; i < PROTO_LEAF_GROUPS; i++) {
        uint8_t salt[32], expected[32];
        proto_leaf_salt(seed, (enum proto_leaf_group_no)i, salt);
        hmac(salt, text[i].message, text[i].len, expected);
        assert_memory_equal(leaf.commitment[i], expected, 32);
    }
}

static void leaf_is_226_bytes_and_goes_round(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE], again[PROTO_LEAF_SIZE], zero[16] = { 0 };
    struct proto_leaf leaf;

    (void)state;
    assert_int_equal(PROTO_LEAF_SIZE, 226);
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    assert_int_equal(bytes[0], 1);
    assert_int_equal(bytes[1], 0);
    assert_memory_equal(bytes + 2, id, 16);
    assert_memory_equal(bytes + 210, zero, 16);
    assert_int_equal(proto_leaf_decode(bytes, sizeof bytes, &leaf), OK);
    assert_memory_equal(leaf.id, id, 16);
    proto_leaf_encode(&leaf, again);
    assert_memory_equal(again, bytes, sizeof bytes);
}

static void every_prefix_of_a_leaf_is_refused(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE];

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    for (size_t cut = 0; cut < sizeof bytes; cut++) {
        uint8_t *in = exact(bytes, cut);
        struct proto_leaf leaf, before;
        memset(&leaf, 0xee, sizeof leaf);
        before = leaf;
        assert_int_equal(proto_leaf_decode(in, cut, &leaf), ERR_SHORT);
        assert_memory_equal(&leaf, &before, sizeof leaf);
        free(in);
    }
}

static void a_leaf_with_a_byte_more_is_refused(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE + 1] = { 0 };
    struct proto_leaf leaf;

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    assert_int_equal(proto_leaf_decode(bytes, sizeof bytes, &leaf), ERR_LONG);
}

static void another_version_is_refused(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE];
    struct proto_leaf leaf;

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    bytes[0] = 2;
    assert_int_equal(proto_leaf_decode(bytes, sizeof bytes, &leaf), ERR_VERSION);
}

static void reserved_bytes_must_be_zero(void **state)
{
    uint8_t bytes[PROTO_LEAF_SIZE];
    struct proto_leaf leaf;

    (void)state;
    assert_int_equal(proto_leaf_make(id, seed, groups, bytes), OK);
    for (size_t i = 1; i < sizeof bytes; i = i == 1 ? 210 : i + 1) {
        bytes[i] = 1;
        assert_int_equal(proto_leaf_decode(bytes, sizeof bytes, &leaf), ERR_RANGE);
        bytes[i] = 0;
    }
}

static void each_group_opens_alone(void **state)
{
    struct proto_leaf leaf = make();

    (void)state;
    for (unsigned i = 0; i < PROTO_LEAF_GROUPS; i++) {
        uint8_t salt[32];
        proto_leaf_salt(seed, (enum proto_leaf_group_no)i, salt);
        assert_int_equal(proto_leaf_check_group(&leaf, (enum proto_leaf_group_no)i, salt, &groups[i]), OK);
    }
}

static void a_group_does_not_open_as_another(void **state)
{
    struct proto_leaf leaf = make();
    uint8_t salt[32];

    (void)state;
    /* evidence and subject hold the same fields in this leaf */
    proto_leaf_salt(seed, PROTO_LEAF_SUBJECT, salt);
    assert_int_equal(proto_leaf_check_group(&leaf, PROTO_LEAF_EVIDENCE, salt, &groups[PROTO_LEAF_SUBJECT]),
        ERR_SIGNATURE);
    memcpy(leaf.commitment[PROTO_LEAF_EVIDENCE], leaf.commitment[PROTO_LEAF_SUBJECT], 32);
    assert_int_equal(proto_leaf_check_group(&leaf, PROTO_LEAF_EVIDENCE, salt, &groups[PROTO_LEAF_SUBJECT]),
        ERR_SIGNATURE);
}

static void moving_bytes_between_fields_does_not_open(void **state)
{
    static const struct proto_leaf_field moved[] = { { (const uint8_t *)"schoolt", 7 }, { (const uint8_t *)"eam", 3 } };
    static const struct proto_leaf_field split[] = { { (const uint8_t *)"school", 6 }, { (const uint8_t *)"team", 4 },
        { NULL, 0 } };
    struct proto_leaf_group bent = { moved, 2 }, more = { split, 3 };
    struct proto_leaf leaf = make();
    uint8_t salt[32];

    (void)state;
    proto_leaf_salt(seed, PROTO_LEAF_ROUTING, salt);
    assert_int_equal(proto_leaf_check_group(&leaf, PROTO_LEAF_ROUTING, salt, &bent), ERR_SIGNATURE);
    assert_int_equal(proto_leaf_check_group(&leaf, PROTO_LEAF_ROUTING, salt, &more), ERR_SIGNATURE);
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
        assert_int_equal(proto_leaf_commit(PROTO_LEAF_ROUTING, seed, &bad[i], out), ERR_RANGE);
    }
}

static void every_flipped_bit_of_the_commitments_is_refused(void **state)
{
    struct proto_leaf leaf = make();

    (void)state;
    for (size_t i = 0; i < sizeof leaf.commitment * 8; i++) {
        enum proto_leaf_group_no group = (enum proto_leaf_group_no)(i / 256);
        uint8_t salt[32];

        proto_leaf_salt(seed, group, salt);
        leaf.commitment[group][i / 8 % 32] ^= (uint8_t)(1u << (i % 8));
        assert_int_equal(proto_leaf_check_group(&leaf, group, salt, &groups[group]), ERR_SIGNATURE);
        leaf.commitment[group][i / 8 % 32] ^= (uint8_t)(1u << (i % 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(salts_are_those_of_the_text),
        cmocka_unit_test(commitments_are_those_of_the_text),
        cmocka_unit_test(leaf_is_226_bytes_and_goes_round),
        cmocka_unit_test(every_prefix_of_a_leaf_is_refused),
        cmocka_unit_test(a_leaf_with_a_byte_more_is_refused),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(reserved_bytes_must_be_zero),
        cmocka_unit_test(each_group_opens_alone),
        cmocka_unit_test(a_group_does_not_open_as_another),
        cmocka_unit_test(moving_bytes_between_fields_does_not_open),
        cmocka_unit_test(too_many_or_too_long_fields_are_refused),
        cmocka_unit_test(every_flipped_bit_of_the_commitments_is_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
