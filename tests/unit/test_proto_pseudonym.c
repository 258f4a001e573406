/*
 * proto/pseudonym: two shares give the output of one key, the official VOPRF vectors come out of a split key,
 * and a holder or network that cheats voids the batch. All numbers are invented and from the range 9999xxxxx.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/pseudonym.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CITIZEN PROTO_PSEUDONYM_CITIZEN
#define EDUCATION PROTO_PSEUDONYM_EDUCATION

static const uint8_t region[32] = "a region file's hash, 32 bytes.";
static const char *const numbers[] = { "999900006", "999900018", "999900031", "999900043", "999900055" };
#define NUMBERS 5

/* Two holders and a node in the middle of a batch. */
struct round {
    uint8_t share[2][32], share_key[2][32], joint[32];
    uint8_t input[NUMBERS][PROTO_PSEUDONYM_INPUT_LEN], blind[NUMBERS][32], element[NUMBERS][32];
    uint8_t evaluated[2][NUMBERS][32], proof[2][64], combined[NUMBERS][32];
    struct proto_oprf_elements blinded;
    struct proto_pseudonym_answer answer[2];
};

static void answer(struct round *r)
{
    for (size_t j = 0; j < 2; j++) {
        assert_int_equal(proto_pseudonym_evaluate(r->share[j], r->blinded, r->evaluated[j], r->proof[j]), OK);
        r->answer[j].share_key = r->share_key[j];
        r->answer[j].evaluated.at = (const uint8_t (*)[32])r->evaluated[j];
        r->answer[j].evaluated.count = r->blinded.count;
        r->answer[j].proof = r->proof[j];
    }
}

static void begin(struct round *r)
{
    for (size_t j = 0; j < 2; j++)
        proto_oprf_key_pair(r->share[j], r->share_key[j]);
    assert_int_equal(proto_pseudonym_join((const uint8_t (*)[32])r->share_key, 2, r->joint), OK);
    for (size_t i = 0; i < NUMBERS; i++) {
        assert_int_equal(proto_pseudonym_input(region, CITIZEN, numbers[i], r->input[i]), OK);
        assert_int_equal(proto_pseudonym_blind(r->input[i], r->blind[i], r->element[i]), OK);
    }
    r->blinded.at = (const uint8_t (*)[32])r->element;
    r->blinded.count = NUMBERS;
    answer(r);
}

static enum err combine(struct round *r)
{
    uint8_t before[NUMBERS][32];
    enum err e;

    memset(r->combined, 0xee, sizeof r->combined);
    memcpy(before, r->combined, sizeof before);
    e = proto_pseudonym_combine(r->joint, r->blinded, r->answer, 2, r->combined);
    if (e != OK)
        assert_memory_equal(r->combined, before, sizeof before);
    return e;
}

/* P-140. */
static void input_is_as_documented(void **state)
{
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], expected[PROTO_PSEUDONYM_INPUT_LEN];

    (void)state;
    memcpy(expected, "\0\24schakel pseudonym v1\0\40", 24);
    memcpy(expected + 24, region, 32);
    memcpy(expected + 56, "\0\1\1\0\011999900006", 14);
    assert_int_equal(PROTO_PSEUDONYM_INPUT_LEN, 70);
    assert_int_equal(proto_pseudonym_input(region, CITIZEN, "999900006", input), OK);
    assert_memory_equal(input, expected, sizeof input);
}

static void numbers_that_are_none_are_refused(void **state)
{
    static const char *const bad[] = { "", "99990000", "9999000060", "99990000x", " 99990006", "999900007", "99990000\xd9\xa6" };
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN] = { 7 };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(proto_pseudonym_input(region, CITIZEN, bad[i], input), ERR_SYNTAX);
    assert_int_equal(input[0], 7);
    /* an education number does not follow the citizen number's eleven-test */
    assert_int_equal(proto_pseudonym_input(region, EDUCATION, "999900007", input), OK);
    assert_int_equal(proto_pseudonym_input(region, EDUCATION, "99990000", input), ERR_SYNTAX);
}

static void types_that_have_no_number_are_refused(void **state)
{
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN];

    (void)state;
    assert_int_equal(proto_pseudonym_input(region, (enum proto_pseudonym_type)0, "999900006", input), ERR_RANGE);
    assert_int_equal(proto_pseudonym_input(region, (enum proto_pseudonym_type)3, "999900006", input), ERR_RANGE);
}

static void two_shares_give_the_output_of_the_whole_key(void **state)
{
    static struct round r;
    uint8_t whole[32];

    (void)state;
    begin(&r);
    assert_int_equal(combine(&r), OK);
    crypto_core_ristretto255_scalar_add(whole, r.share[0], r.share[1]);
    for (size_t i = 0; i < NUMBERS; i++) {
        uint8_t blind[32], element[32], evaluated[32], plain[64], pseudonym[32];
        proto_oprf_random_blind(blind);
        assert_int_equal(proto_oprf_blind(PROTO_OPRF_VERIFIABLE, r.input[i], sizeof r.input[i], blind, element), OK);
        assert_int_equal(proto_oprf_evaluate(whole, element, evaluated), OK);
        assert_int_equal(proto_oprf_finalize(r.input[i], sizeof r.input[i], blind, evaluated, plain), OK);
        assert_int_equal(proto_pseudonym_finish(r.input[i], r.blind[i], r.combined[i], pseudonym), OK);
        assert_memory_equal(pseudonym, plain, 32);
    }
}

/* RFC 9497 appendix A.1.2, test vectors 1 and 2, with the key split at random. */
static void official_vectors_come_out_of_a_split_key(void **state)
{
    static const struct { const char *input, *element, *output; } row[] = {
        { "00", "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
            "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
            "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c" },
        { "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a", "cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c",
            "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60"
            "356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6" },
    };
    static struct round r;
    uint8_t key[32], blind[32];

    (void)state;
    (void)sodium_hex2bin(key, 32, "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909", 64, NULL, NULL, NULL);
    (void)sodium_hex2bin(blind, 32, "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706", 64, NULL, NULL, NULL);
    (void)sodium_hex2bin(r.joint, 32, "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e", 64, NULL, NULL,
        NULL);
    proto_oprf_key_pair(r.share[0], r.share_key[0]);
    crypto_core_ristretto255_scalar_sub(r.share[1], key, r.share[0]);
    assert_int_equal(proto_oprf_public_key(r.share[1], r.share_key[1]), OK);
    for (size_t i = 0; i < 2; i++) {
        uint8_t expected[32];
        (void)sodium_hex2bin(r.element[i], 32, row[i].element, 64, NULL, NULL, NULL);
        (void)sodium_hex2bin(r.input[i], sizeof r.input[i], row[i].input, strlen(row[i].input), NULL, NULL, NULL);
        assert_int_equal(proto_oprf_blind(PROTO_OPRF_VERIFIABLE, r.input[i], strlen(row[i].input) / 2, blind, expected), OK);
        assert_memory_equal(expected, r.element[i], 32);
    }
    r.blinded.at = (const uint8_t (*)[32])r.element;
    r.blinded.count = 2;
    answer(&r);
    assert_int_equal(combine(&r), OK);
    for (size_t i = 0; i < 2; i++) {
        uint8_t output[64], expected[64];
        (void)sodium_hex2bin(expected, 64, row[i].output, 128, NULL, NULL, NULL);
        assert_int_equal(proto_oprf_finalize(r.input[i], strlen(row[i].input) / 2, blind, r.combined[i], output), OK);
        assert_memory_equal(output, expected, 64);
    }
}

static void the_same_number_gives_the_same_pseudonym_and_another_another(void **state)
{
    static struct round r, other_region;
    uint8_t a[32], b[32], c[32], input[PROTO_PSEUDONYM_INPUT_LEN], elsewhere[32] = { 9 };

    (void)state;
    begin(&r);
    assert_int_equal(combine(&r), OK);
    assert_int_equal(proto_pseudonym_finish(r.input[0], r.blind[0], r.combined[0], a), OK);
    assert_int_equal(proto_pseudonym_finish(r.input[1], r.blind[1], r.combined[1], b), OK);
    assert_memory_not_equal(a, b, 32);
    /*
     * again, with fresh blinds under the same shares, and the fourth as another type, the fifth in another
     * region
     */
    other_region = r;
    for (size_t i = 0; i < NUMBERS; i++) {
        memcpy(other_region.input[i], r.input[0], sizeof input);
        if (i == 3)
            assert_int_equal(proto_pseudonym_input(region, EDUCATION, numbers[0], other_region.input[i]), OK);
        if (i == 4)
            assert_int_equal(proto_pseudonym_input(elsewhere, CITIZEN, numbers[0], other_region.input[i]), OK);
        assert_int_equal(proto_pseudonym_blind(other_region.input[i], other_region.blind[i], other_region.element[i]), OK);
    }
    other_region.blinded.at = (const uint8_t (*)[32])other_region.element;
    assert_memory_not_equal(other_region.element[0], r.element[0], 32);
    answer(&other_region);
    assert_int_equal(combine(&other_region), OK);
    for (size_t i = 0; i < NUMBERS; i++) {
        assert_int_equal(proto_pseudonym_finish(other_region.input[i], other_region.blind[i], other_region.combined[i], c),
            OK);
        assert_int_equal(memcmp(a, c, 32) == 0, i < 3);
    }
}

static void one_share_alone_serves_a_region_without_keyholder(void **state)
{
    static struct round r;
    uint8_t joint[32];

    (void)state;
    begin(&r);
    assert_int_equal(proto_pseudonym_join((const uint8_t (*)[32])r.share_key, 1, joint), OK);
    assert_memory_equal(joint, r.share_key[0], 32);
    assert_int_equal(proto_pseudonym_combine(joint, r.blinded, r.answer, 1, r.combined), OK);
    assert_memory_equal(r.combined, r.evaluated[0], sizeof r.combined);
    /* but not where the region has two */
    assert_int_equal(proto_pseudonym_combine(r.joint, r.blinded, r.answer, 1, r.combined), ERR_KEY);
    assert_int_equal(proto_pseudonym_combine(joint, r.blinded, r.answer, 2, r.combined), ERR_KEY);
}

static void another_joint_key_is_refused(void **state)
{
    static struct round r;

    (void)state;
    begin(&r);
    memcpy(r.joint, r.share_key[0], 32);
    assert_int_equal(combine(&r), ERR_KEY);
}

static void an_answer_with_another_share_is_refused(void **state)
{
    static struct round r;
    uint8_t other[32], other_key[32];

    (void)state;
    begin(&r);
    proto_oprf_key_pair(other, other_key);
    /* claims its pinned key, evaluates with another */
    assert_int_equal(proto_pseudonym_evaluate(other, r.blinded, r.evaluated[1], r.proof[1]), OK);
    assert_int_equal(combine(&r), ERR_SIGNATURE);
    /* shows the other key */
    r.answer[1].share_key = other_key;
    assert_int_equal(combine(&r), ERR_KEY);
}

static void two_answers_of_the_same_holder_are_refused(void **state)
{
    static struct round r;

    (void)state;
    begin(&r);
    r.answer[1] = r.answer[0];
    assert_int_equal(combine(&r), ERR_KEY);
}

static void answers_in_either_order_combine_the_same(void **state)
{
    static struct round r;
    uint8_t before[NUMBERS][32];
    struct proto_pseudonym_answer first;

    (void)state;
    begin(&r);
    assert_int_equal(combine(&r), OK);
    memcpy(before, r.combined, sizeof before);
    first = r.answer[0];
    r.answer[0] = r.answer[1];
    r.answer[1] = first;
    assert_int_equal(combine(&r), OK);
    assert_memory_equal(r.combined, before, sizeof before);
}

/*
 * Two holders that conspire to shift an element in opposite directions leave the sum right, but neither proof
 * holds.
 */
static void each_share_is_checked_not_only_the_sum(void **state)
{
    static struct round r;

    (void)state;
    begin(&r);
    assert_int_equal(crypto_core_ristretto255_add(r.evaluated[0][2], r.evaluated[0][2], r.element[0]), 0);
    assert_int_equal(crypto_core_ristretto255_sub(r.evaluated[1][2], r.evaluated[1][2], r.element[0]), 0);
    assert_int_equal(combine(&r), ERR_SIGNATURE);
}

static void every_flipped_byte_of_an_answer_voids_the_batch(void **state)
{
    static struct round r;

    (void)state;
    begin(&r);
    r.blinded.count = r.answer[0].evaluated.count = r.answer[1].evaluated.count = 2;
    for (size_t j = 0; j < 2; j++) {
        assert_int_equal(proto_pseudonym_evaluate(r.share[j], r.blinded, r.evaluated[j], r.proof[j]), OK);
        for (size_t i = 0; i < 64; i++) {
            r.proof[j][i] ^= 1;
            assert_int_not_equal(combine(&r), OK);
            r.proof[j][i] ^= 1;
            r.evaluated[j][i / 32][i % 32] ^= 2;
            assert_int_not_equal(combine(&r), OK);
            r.evaluated[j][i / 32][i % 32] ^= 2;
        }
    }
    for (size_t j = 0; j < 2; j++)
        assert_int_equal(proto_pseudonym_evaluate(r.share[j], r.blinded, r.evaluated[j], r.proof[j]), OK);
    assert_int_equal(proto_pseudonym_combine(r.joint, r.blinded, r.answer, 2, r.combined), OK);
}

/* k and minus k: each key is fine, the joint key is nobody's and maps every number to the same. */
static void shares_that_cancel_out_are_refused(void **state)
{
    static struct round r;
    uint8_t joint[32] = { 7 };

    (void)state;
    begin(&r);
    crypto_core_ristretto255_scalar_negate(r.share[1], r.share[0]);
    assert_int_equal(proto_oprf_public_key(r.share[1], r.share_key[1]), OK);
    assert_int_equal(proto_pseudonym_join((const uint8_t (*)[32])r.share_key, 2, joint), ERR_RANGE);
    assert_int_equal(joint[0], 7);
    answer(&r);
    memset(r.joint, 0, 32);
    assert_int_equal(combine(&r), ERR_KEY);
}

static void batches_of_wrong_size_are_refused(void **state)
{
    static struct round r;
    struct proto_oprf_elements none, many;
    uint8_t joint[32];

    (void)state;
    begin(&r);
    none = many = r.blinded;
    none.count = 0;
    many.count = PROTO_OPRF_BATCH_MAX + 1;
    assert_int_equal(proto_pseudonym_evaluate(r.share[0], none, r.evaluated[0], r.proof[0]), ERR_RANGE);
    assert_int_equal(proto_pseudonym_evaluate(r.share[0], many, r.evaluated[0], r.proof[0]), ERR_RANGE);
    assert_int_equal(proto_pseudonym_combine(r.joint, r.blinded, r.answer, 0, r.combined), ERR_RANGE);
    assert_int_equal(proto_pseudonym_combine(r.joint, r.blinded, r.answer, 3, r.combined), ERR_RANGE);
    assert_int_equal(proto_pseudonym_join((const uint8_t (*)[32])r.share_key, 0, joint), ERR_RANGE);
    assert_int_equal(proto_pseudonym_join((const uint8_t (*)[32])r.share_key, 3, joint), ERR_RANGE);
    r.answer[1].evaluated.count = NUMBERS - 1;
    assert_int_equal(combine(&r), ERR_RANGE);
}

static void a_batch_with_one_bad_element_is_not_evaluated(void **state)
{
    static struct round r;
    uint8_t before[NUMBERS][32], proof[64];

    (void)state;
    begin(&r);
    memcpy(before, r.evaluated[0], sizeof before);
    memcpy(proof, r.proof[0], sizeof proof);
    memset(r.element[4], 0, 32);
    assert_int_equal(proto_pseudonym_evaluate(r.share[0], r.blinded, r.evaluated[0], r.proof[0]), ERR_RANGE);
    assert_memory_equal(r.evaluated[0], before, sizeof before);
    assert_memory_equal(r.proof[0], proof, sizeof proof);
}

static void finishing_with_the_identity_is_refused(void **state)
{
    static struct round r;
    uint8_t zero[32] = { 0 }, out[32] = { 7 };

    (void)state;
    begin(&r);
    assert_int_equal(proto_pseudonym_finish(r.input[0], r.blind[0], zero, out), ERR_RANGE);
    assert_int_equal(proto_pseudonym_finish(r.input[0], zero, r.element[0], out), ERR_RANGE);
    assert_int_equal(out[0], 7);
}

static void possession_of_a_share_is_shown_and_not_borrowed(void **state)
{
    static struct round r;
    uint8_t proof[PROTO_PSEUDONYM_POSSESSION_LEN], rogue[32], zero[32] = { 0 };

    (void)state;
    begin(&r);
    assert_int_equal(proto_pseudonym_possession_make(r.share[0], proof), OK);
    assert_int_equal(proto_pseudonym_possession_check(r.share_key[0], proof), OK);
    assert_int_equal(proto_pseudonym_possession_check(r.share_key[1], proof), ERR_SIGNATURE);
    /* the key that would make the joint key the second holder's own */
    assert_int_equal(crypto_core_ristretto255_sub(rogue, r.share_key[1], r.share_key[0]), 0);
    assert_int_equal(proto_pseudonym_possession_check(rogue, proof), ERR_SIGNATURE);
    assert_int_equal(proto_pseudonym_possession_check(zero, proof), ERR_KEY);
    assert_int_equal(proto_pseudonym_possession_make(zero, proof), ERR_KEY);
    for (size_t i = 0; i < sizeof proof; i++) {
        proof[i] ^= 1;
        assert_int_equal(proto_pseudonym_possession_check(r.share_key[0], proof), ERR_SIGNATURE);
        proof[i] ^= 1;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(input_is_as_documented),
        cmocka_unit_test(numbers_that_are_none_are_refused),
        cmocka_unit_test(types_that_have_no_number_are_refused),
        cmocka_unit_test(two_shares_give_the_output_of_the_whole_key),
        cmocka_unit_test(official_vectors_come_out_of_a_split_key),
        cmocka_unit_test(the_same_number_gives_the_same_pseudonym_and_another_another),
        cmocka_unit_test(one_share_alone_serves_a_region_without_keyholder),
        cmocka_unit_test(another_joint_key_is_refused),
        cmocka_unit_test(an_answer_with_another_share_is_refused),
        cmocka_unit_test(two_answers_of_the_same_holder_are_refused),
        cmocka_unit_test(answers_in_either_order_combine_the_same),
        cmocka_unit_test(each_share_is_checked_not_only_the_sum),
        cmocka_unit_test(every_flipped_byte_of_an_answer_voids_the_batch),
        cmocka_unit_test(shares_that_cancel_out_are_refused),
        cmocka_unit_test(batches_of_wrong_size_are_refused),
        cmocka_unit_test(a_batch_with_one_bad_element_is_not_evaluated),
        cmocka_unit_test(finishing_with_the_identity_is_refused),
        cmocka_unit_test(possession_of_a_share_is_shown_and_not_borrowed),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
