/* proto/oprf: values of RFC 9497 appendix A.1 and RFC 9380 appendix K.3, proofs, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/oprf.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define BLIND "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"
#define BLIND_2 "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e"

/* The group's order, which is the least that is no scalar. */
#define ORDER "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"

static size_t unhex(const char *hex, uint8_t *out, size_t cap)
{
    size_t len = 0;

    assert_int_equal(sodium_hex2bin(out, cap, hex, strlen(hex), NULL, &len, NULL), 0);
    return len;
}

static void assert_hex(const uint8_t *data, const char *hex)
{
    uint8_t expected[128];

    assert_memory_equal(data, expected, unhex(hex, expected, sizeof expected));
}

struct row { const char *key, *input, *element, *evaluated, *output; };

static void check_row(enum proto_oprf_mode mode, const struct row *row)
{
    uint8_t key[32], input[32], blind[32], element[32], evaluated[32], output[64];
    size_t input_len = unhex(row->input, input, sizeof input);

    (void)unhex(row->key, key, 32);
    (void)unhex(BLIND, blind, 32);
    assert_int_equal(proto_oprf_blind(mode, input, input_len, blind, element), OK);
    assert_hex(element, row->element);
    assert_int_equal(proto_oprf_evaluate(key, element, evaluated), OK);
    assert_hex(evaluated, row->evaluated);
    assert_int_equal(proto_oprf_finalize(input, input_len, blind, evaluated, output), OK);
    assert_hex(output, row->output);
}

static void rfc_9497_a_1_1_mode_oprf(void **state)
{
    static const struct row row = { "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e", "00",
        "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
        "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
        "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3"
        "ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6" };

    (void)state;
    check_row(PROTO_OPRF_BASE, &row);
}

#define VOPRF_KEY "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909"
#define VOPRF_PUBLIC "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"

static void rfc_9497_a_1_2_mode_voprf(void **state)
{
    static const struct row row = { VOPRF_KEY, "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
        "cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c",
        "60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468",
        "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60"
        "356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6" };

    (void)state;
    check_row(PROTO_OPRF_VERIFIABLE, &row);
}

/* Test vector 3 of mode VOPRF: two elements under one proof. */
static void rfc_9497_a_1_2_batched_proof(void **state)
{
    uint8_t key[32], public_key[32], c[2][32], d[2][32], r[32], proof[64];
    struct proto_oprf_elements blinded = { (const uint8_t (*)[32])c, 2 }, evaluated = { (const uint8_t (*)[32])d, 2 };

    (void)state;
    (void)unhex(VOPRF_KEY, key, 32);
    (void)unhex("863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945", c[0], 32);
    (void)unhex("90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654", c[1], 32);
    (void)unhex("aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e", d[0], 32);
    (void)unhex("cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a", d[1], 32);
    (void)unhex("419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c", r, 32);
    assert_int_equal(proto_oprf_public_key(key, public_key), OK);
    assert_hex(public_key, VOPRF_PUBLIC);
    assert_int_equal(proto_oprf_prove(key, blinded, evaluated, r, proof), OK);
    assert_hex(proof, "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a"
        "5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08");
    assert_int_equal(proto_oprf_check(public_key, blinded, evaluated, proof), OK);
}

static void rfc_9380_expand_message_xmd_sha512(void **state)
{
    static const char dst[] = "QUUX-V01-CS02-with-expander-SHA512-256";
    uint8_t out[32];

    (void)state;
    assert_int_equal(proto_oprf_expand(NULL, 0, (const uint8_t *)dst, sizeof dst - 1, out, sizeof out), OK);
    assert_hex(out, "6b9a7312411d92f921c6f68ca0b6380730a1a4d982c507211a90964c394179ba");
}

static void expanding_outside_its_limits_is_refused(void **state)
{
    static uint8_t out[255 * 64 + 1];
    uint8_t dst[256] = { 0 };

    (void)state;
    assert_int_equal(proto_oprf_expand(NULL, 0, dst, 255, out, sizeof out), ERR_RANGE);
    assert_int_equal(proto_oprf_expand(NULL, 0, dst, 256, out, 1), ERR_RANGE);
    assert_int_equal(proto_oprf_expand(NULL, 0, dst, 0, out, 1), ERR_RANGE);
    assert_int_equal(proto_oprf_expand(NULL, 0, dst, 255, out, sizeof out - 1), OK);
}

/* A batch of n evaluated under a fresh key, with its proof. */
struct batch {
    uint8_t key[32], public_key[32], c[PROTO_OPRF_BATCH_MAX][32], d[PROTO_OPRF_BATCH_MAX][32], proof[64];
    struct proto_oprf_elements blinded, evaluated;
};

static void make_batch(struct batch *b, size_t n)
{
    proto_oprf_key_pair(b->key, b->public_key);
    for (size_t i = 0; i < n; i++) {
        uint8_t blind[32];
        proto_oprf_random_blind(blind);
        assert_int_equal(proto_oprf_blind(PROTO_OPRF_VERIFIABLE, (const uint8_t *)&i, sizeof i, blind, b->c[i]), OK);
        assert_int_equal(proto_oprf_evaluate(b->key, b->c[i], b->d[i]), OK);
    }
    b->blinded.at = (const uint8_t (*)[32])b->c;
    b->evaluated.at = (const uint8_t (*)[32])b->d;
    b->blinded.count = b->evaluated.count = n;
    assert_int_equal(proto_oprf_prove(b->key, b->blinded, b->evaluated, NULL, b->proof), OK);
    assert_int_equal(proto_oprf_check(b->public_key, b->blinded, b->evaluated, b->proof), OK);
}

static void the_largest_batch_proves(void **state)
{
    static struct batch b;

    (void)state;
    make_batch(&b, PROTO_OPRF_BATCH_MAX);
    b.d[63][0] ^= 2;
    assert_int_not_equal(proto_oprf_check(b.public_key, b.blinded, b.evaluated, b.proof), OK);
}

static void every_flipped_bit_of_a_proof_is_refused(void **state)
{
    static struct batch b;

    (void)state;
    make_batch(&b, 2);
    for (size_t i = 0; i < 64 * 8; i++) {
        b.proof[i / 8] ^= (uint8_t)(1u << (i % 8));
        assert_int_equal(proto_oprf_check(b.public_key, b.blinded, b.evaluated, b.proof), ERR_SIGNATURE);
        b.proof[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
}

static void every_flipped_bit_of_an_element_or_key_is_refused(void **state)
{
    static struct batch b;

    (void)state;
    make_batch(&b, 2);
    for (size_t i = 0; i < 32 * 8; i++) {
        uint8_t bit = (uint8_t)(1u << (i % 8));
        b.c[1][i / 8] ^= bit;
        assert_int_not_equal(proto_oprf_check(b.public_key, b.blinded, b.evaluated, b.proof), OK);
        b.c[1][i / 8] ^= bit;
        b.d[0][i / 8] ^= bit;
        assert_int_not_equal(proto_oprf_check(b.public_key, b.blinded, b.evaluated, b.proof), OK);
        b.d[0][i / 8] ^= bit;
        b.public_key[i / 8] ^= bit;
        assert_int_not_equal(proto_oprf_check(b.public_key, b.blinded, b.evaluated, b.proof), OK);
        b.public_key[i / 8] ^= bit;
    }
    assert_int_equal(proto_oprf_check(b.public_key, b.blinded, b.evaluated, b.proof), OK);
}

static void swapped_elements_of_a_batch_are_refused(void **state)
{
    static struct batch b;
    uint8_t keep[32];

    (void)state;
    make_batch(&b, 2);
    memcpy(keep, b.d[0], 32);
    memcpy(b.d[0], b.d[1], 32);
    memcpy(b.d[1], keep, 32);
    assert_int_equal(proto_oprf_check(b.public_key, b.blinded, b.evaluated, b.proof), ERR_SIGNATURE);
}

static void one_element_under_another_key_is_refused(void **state)
{
    static struct batch b;
    uint8_t other[32], other_public[32];

    (void)state;
    make_batch(&b, 3);
    proto_oprf_key_pair(other, other_public);
    assert_int_equal(proto_oprf_evaluate(other, b.c[1], b.d[1]), OK);
    assert_int_equal(proto_oprf_prove(b.key, b.blinded, b.evaluated, NULL, b.proof), OK);
    assert_int_equal(proto_oprf_check(b.public_key, b.blinded, b.evaluated, b.proof), ERR_SIGNATURE);
}

static void batches_of_wrong_counts_are_refused(void **state)
{
    static struct batch b;
    struct proto_oprf_elements none, one, many;
    uint8_t proof[64] = { 7 };

    (void)state;
    make_batch(&b, 2);
    none = one = many = b.blinded;
    none.count = 0;
    one.count = 1;
    many.count = PROTO_OPRF_BATCH_MAX + 1;
    assert_int_equal(proto_oprf_check(b.public_key, none, none, b.proof), ERR_RANGE);
    assert_int_equal(proto_oprf_check(b.public_key, one, b.evaluated, b.proof), ERR_RANGE);
    assert_int_equal(proto_oprf_check(b.public_key, many, many, b.proof), ERR_RANGE);
    assert_int_equal(proto_oprf_prove(b.key, none, none, NULL, proof), ERR_RANGE);
    assert_int_equal(proto_oprf_prove(b.key, one, b.evaluated, NULL, proof), ERR_RANGE);
    assert_int_equal(proto_oprf_prove(b.key, many, many, NULL, proof), ERR_RANGE);
    assert_int_equal(proof[0], 7);
}

static void bad_elements_are_refused(void **state)
{
    /*
     * RFC 9496 appendix A.3: not canonical, negative, not a square; and the identity, which RFC 9497 forbids.
     */
    static const char *const bad[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    static struct batch b;
    uint8_t element[32], out[64] = { 7 }, blind[32];

    (void)state;
    make_batch(&b, 1);
    (void)unhex(BLIND, blind, 32);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct proto_oprf_elements e = { (const uint8_t (*)[32])&element, 1 };
        (void)unhex(bad[i], element, 32);
        assert_int_equal(proto_oprf_check_element(element), ERR_RANGE);
        assert_int_equal(proto_oprf_evaluate(b.key, element, out), ERR_RANGE);
        assert_int_equal(proto_oprf_finalize((const uint8_t *)"x", 1, blind, element, out), ERR_RANGE);
        assert_int_equal(proto_oprf_check(element, b.blinded, b.evaluated, b.proof), ERR_KEY);
        assert_int_equal(proto_oprf_check(b.public_key, e, b.evaluated, b.proof), ERR_RANGE);
        assert_int_equal(proto_oprf_check(b.public_key, b.blinded, e, b.proof), ERR_RANGE);
    }
    assert_int_equal(out[0], 7);
}

static void bad_scalars_are_refused(void **state)
{
    static const char *const bad[] = { "0000000000000000000000000000000000000000000000000000000000000000", ORDER,
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
    static struct batch b;
    uint8_t scalar[32], out[64] = { 7 };

    (void)state;
    make_batch(&b, 1);
    for (size_t i = 0; i < 3; i++) {
        (void)unhex(bad[i], scalar, 32);
        assert_int_equal(proto_oprf_public_key(scalar, out), ERR_KEY);
        assert_int_equal(proto_oprf_evaluate(scalar, b.c[0], out), ERR_KEY);
        assert_int_equal(proto_oprf_blind(PROTO_OPRF_VERIFIABLE, (const uint8_t *)"x", 1, scalar, out), ERR_RANGE);
        assert_int_equal(proto_oprf_finalize((const uint8_t *)"x", 1, scalar, b.d[0], out), ERR_RANGE);
        assert_int_equal(proto_oprf_prove(scalar, b.blinded, b.evaluated, NULL, out), ERR_KEY);
        assert_int_equal(proto_oprf_prove(b.key, b.blinded, b.evaluated, scalar, out), ERR_RANGE);
    }
    assert_int_equal(out[0], 7);
}

/* A proof with the order added to a scalar would be a second encoding of the same proof. */
static void a_proof_with_a_scalar_above_the_order_is_refused(void **state)
{
    static struct batch b;
    uint8_t order[32];
    unsigned carry = 0;

    (void)state;
    make_batch(&b, 1);
    (void)unhex(ORDER, order, 32);
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)b.proof[32 + i] + order[i];
        b.proof[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_int_equal(proto_oprf_check(b.public_key, b.blinded, b.evaluated, b.proof), ERR_SIGNATURE);
}

static void input_over_the_limit_is_refused(void **state)
{
    static uint8_t input[PROTO_OPRF_INPUT_MAX + 1];
    uint8_t blind[32], element[32], out[64];

    (void)state;
    (void)unhex(BLIND_2, blind, 32);
    assert_int_equal(proto_oprf_blind(PROTO_OPRF_BASE, input, sizeof input, blind, element), ERR_RANGE);
    assert_int_equal(proto_oprf_blind(PROTO_OPRF_BASE, input, sizeof input - 1, blind, element), OK);
    assert_int_equal(proto_oprf_finalize(input, sizeof input, blind, element, out), ERR_RANGE);
}

static void the_output_does_not_depend_on_the_blind(void **state)
{
    uint8_t key[32], public_key[32], output[2][64];

    (void)state;
    proto_oprf_key_pair(key, public_key);
    for (size_t i = 0; i < 2; i++) {
        uint8_t blind[32], element[32], evaluated[32];
        proto_oprf_random_blind(blind);
        assert_int_equal(proto_oprf_blind(PROTO_OPRF_VERIFIABLE, (const uint8_t *)"x", 1, blind, element), OK);
        assert_int_equal(proto_oprf_evaluate(key, element, evaluated), OK);
        assert_int_equal(proto_oprf_finalize((const uint8_t *)"x", 1, blind, evaluated, output[i]), OK);
    }
    assert_memory_equal(output[0], output[1], 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_9497_a_1_1_mode_oprf),
        cmocka_unit_test(rfc_9497_a_1_2_mode_voprf),
        cmocka_unit_test(rfc_9497_a_1_2_batched_proof),
        cmocka_unit_test(rfc_9380_expand_message_xmd_sha512),
        cmocka_unit_test(expanding_outside_its_limits_is_refused),
        cmocka_unit_test(the_largest_batch_proves),
        cmocka_unit_test(every_flipped_bit_of_a_proof_is_refused),
        cmocka_unit_test(every_flipped_bit_of_an_element_or_key_is_refused),
        cmocka_unit_test(swapped_elements_of_a_batch_are_refused),
        cmocka_unit_test(one_element_under_another_key_is_refused),
        cmocka_unit_test(batches_of_wrong_counts_are_refused),
        cmocka_unit_test(bad_elements_are_refused),
        cmocka_unit_test(bad_scalars_are_refused),
        cmocka_unit_test(a_proof_with_a_scalar_above_the_order_is_refused),
        cmocka_unit_test(input_over_the_limit_is_refused),
        cmocka_unit_test(the_output_does_not_depend_on_the_blind),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
