/*
 * The vectors of RFC 9497 for ristretto255-SHA512, modes OPRF and VOPRF (POPRF is not used here), with the
 * whole key and with the key split in two as proto/pseudonym does; and expand_message_xmd with SHA-512 of RFC
 * 9380.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/pseudonym.h"
#include "vectors.h"

#define BATCH 2

/* The comma-separated values of a batch. */
static size_t split(const cJSON *row, const char *key, struct vector out[BATCH])
{
    const char *at = vector_text(row, key);
    size_t count = 0;

    for (;;) {
        size_t len = strcspn(at, ",");
        assert_in_range(count, 0, BATCH - 1);
        out[count++] = vector_from_hex(at, len);
        if (at[len] == 0)
            return count;
        at += len + 1;
    }
}

struct batch {
    struct vector input[BATCH], blind[BATCH], element[BATCH], evaluated[BATCH], output[BATCH];
    uint8_t c[BATCH][32], d[BATCH][32];
    struct proto_oprf_elements blinded, answers;
};

static void load(const cJSON *row, struct batch *b)
{
    size_t count = (size_t)vector_number(row, "Batch");

    assert_int_equal(split(row, "Input", b->input), count);
    assert_int_equal(split(row, "Blind", b->blind), count);
    assert_int_equal(split(row, "BlindedElement", b->element), count);
    assert_int_equal(split(row, "EvaluationElement", b->evaluated), count);
    assert_int_equal(split(row, "Output", b->output), count);
    b->blinded.at = (const uint8_t (*)[32])b->c;
    b->answers.at = (const uint8_t (*)[32])b->d;
    b->blinded.count = b->answers.count = count;
}

static void unload(struct batch *b)
{
    for (size_t i = 0; i < b->blinded.count; i++) {
        vector_free(&b->input[i]);
        vector_free(&b->blind[i]);
        vector_free(&b->element[i]);
        vector_free(&b->evaluated[i]);
        vector_free(&b->output[i]);
    }
}

static void check_evaluations(enum proto_oprf_mode mode, const uint8_t key[32], struct batch *b)
{
    for (size_t i = 0; i < b->blinded.count; i++) {
        uint8_t output[64];
        assert_int_equal(proto_oprf_blind(mode, b->input[i].data, b->input[i].len, b->blind[i].data, b->c[i]), OK);
        assert_memory_equal(b->c[i], b->element[i].data, 32);
        assert_int_equal(proto_oprf_evaluate(key, b->c[i], b->d[i]), OK);
        assert_memory_equal(b->d[i], b->evaluated[i].data, 32);
        assert_int_equal(proto_oprf_finalize(b->input[i].data, b->input[i].len, b->blind[i].data, b->d[i], output), OK);
        assert_int_equal(b->output[i].len, 64);
        assert_memory_equal(output, b->output[i].data, 64);
    }
}

static void check_proof(const cJSON *row, const uint8_t key[32], const uint8_t public_key[32], const struct batch *b)
{
    const cJSON *object = cJSON_GetObjectItem(row, "Proof");
    struct vector expected = vector_hex(object, "proof"), r = vector_hex(object, "r");
    uint8_t proof[64];

    assert_int_equal(proto_oprf_prove(key, b->blinded, b->answers, r.data, proof), OK);
    assert_int_equal(expected.len, 64);
    assert_memory_equal(proof, expected.data, 64);
    assert_int_equal(proto_oprf_check(public_key, b->blinded, b->answers, expected.data), OK);
    vector_free(&expected);
    vector_free(&r);
}

/* The same outputs from two holders who each know a share only. */
static void check_split(const uint8_t key[32], const uint8_t joint[32], const struct batch *b)
{
    uint8_t share[2][32], share_key[2][32], answers[2][BATCH][32], proof[2][64], combined[BATCH][32];
    struct proto_pseudonym_answer answer[2];

    proto_oprf_key_pair(share[0], share_key[0]);
    crypto_core_ristretto255_scalar_sub(share[1], key, share[0]);
    assert_int_equal(proto_oprf_public_key(share[1], share_key[1]), OK);
    for (size_t j = 0; j < 2; j++) {
        assert_int_equal(proto_pseudonym_evaluate(share[j], b->blinded, answers[j], proof[j]), OK);
        answer[j].share_key = share_key[j];
        answer[j].evaluated.at = (const uint8_t (*)[32])answers[j];
        answer[j].evaluated.count = b->blinded.count;
        answer[j].proof = proof[j];
    }
    assert_int_equal(proto_pseudonym_combine(joint, b->blinded, answer, 2, combined), OK);
    for (size_t i = 0; i < b->blinded.count; i++) {
        uint8_t output[64];
        assert_memory_equal(combined[i], b->evaluated[i].data, 32);
        assert_int_equal(proto_oprf_finalize(b->input[i].data, b->input[i].len, b->blind[i].data, combined[i], output), OK);
        assert_memory_equal(output, b->output[i].data, 64);
    }
}

/* DeriveKeyPair (RFC 9497 section 3.2.1), which only the vectors need: the key from their seed. */
static void check_key(const cJSON *mode, const struct vector *key)
{
    struct vector seed = vector_hex(mode, "seed"), info = vector_hex(mode, "keyInfo");
    uint8_t message[128], wide[64], derived[32];
    uint8_t dst[] = "DeriveKeyPairOPRFV1-?-ristretto255-SHA512";
    size_t len = 0;

    dst[20] = (uint8_t)vector_number(mode, "mode");
    memcpy(message, seed.data, seed.len);
    len += seed.len;
    message[len++] = (uint8_t)(info.len >> 8);
    message[len++] = (uint8_t)info.len;
    memcpy(message + len, info.data, info.len);
    len += info.len;
    message[len++] = 0;
    assert_int_equal(proto_oprf_expand(message, len, dst, sizeof dst - 1, wide, sizeof wide), OK);
    crypto_core_ristretto255_scalar_reduce(derived, wide);
    assert_memory_equal(derived, key->data, 32);
    vector_free(&seed);
    vector_free(&info);
}

static void rfc_9497_modes_oprf_and_voprf_match(void **state)
{
    cJSON *json = vectors_json("oprf/rfc9497_ristretto255_sha512.json");
    const cJSON *mode, *row;
    size_t evaluations = 0, proofs = 0;

    (void)state;
    cJSON_ArrayForEach(mode, json) {
        uint64_t number = vector_number(mode, "mode");
        struct vector key = vector_hex(mode, "skSm");
        uint8_t public_key[32];
        if (number <= PROTO_OPRF_VERIFIABLE) {
            check_key(mode, &key);
            assert_int_equal(proto_oprf_public_key(key.data, public_key), OK);
        }
        cJSON_ArrayForEach(row, cJSON_GetObjectItem(mode, "vectors")) {
            struct batch b;
            if (number > PROTO_OPRF_VERIFIABLE)
                continue;
            load(row, &b);
            check_evaluations((enum proto_oprf_mode)number, key.data, &b);
            check_split(key.data, public_key, &b);
            if (number == PROTO_OPRF_VERIFIABLE) {
                struct vector expected = vector_hex(mode, "pkSm");
                assert_memory_equal(public_key, expected.data, 32);
                vector_free(&expected);
                check_proof(row, key.data, public_key, &b);
                proofs++;
            }
            evaluations += b.blinded.count;
            unload(&b);
        }
        vector_free(&key);
    }
    assert_int_equal(evaluations, 6);
    assert_int_equal(proofs, 3);
    cJSON_Delete(json);
}

static void rfc_9380_expand_message_xmd_matches(void **state)
{
    cJSON *json = vectors_json("oprf/rfc9380_expand_message_xmd_sha512.json");
    const char *dst = vector_text(json, "DST");
    const cJSON *row;
    size_t rows = 0;

    (void)state;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(json, "tests")) {
        const char *message = vector_text(row, "msg");
        struct vector expected = vector_hex(row, "uniform_bytes");
        uint8_t *out = malloc(expected.len);
        assert_non_null(out);
        assert_int_equal(strtoul(vector_text(row, "len_in_bytes"), NULL, 16), expected.len);
        assert_int_equal(proto_oprf_expand((const uint8_t *)message, strlen(message), (const uint8_t *)dst, strlen(dst),
            out, expected.len), OK);
        assert_memory_equal(out, expected.data, expected.len);
        free(out);
        vector_free(&expected);
        rows++;
    }
    assert_int_equal(rows, 10);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_9497_modes_oprf_and_voprf_match),
        cmocka_unit_test(rfc_9380_expand_message_xmd_matches),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
