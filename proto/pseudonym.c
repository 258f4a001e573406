#include "proto/pseudonym.h"

#include "base/text.h"
#include "base/wr.h"

#include <sodium.h>
#include <string.h>

#define LEN PROTO_OPRF_LEN
#define TAG "schakel pseudonym v1"
#define POSSESSION_TAG "schakel share v1"

static bool is_number(enum proto_pseudonym_type type, const char *number)
{
    size_t len = 0;

    while (len <= PROTO_PSEUDONYM_NUMBER_LEN && number[len] >= '0' && number[len] <= '9')
        len++;
    if (len != PROTO_PSEUDONYM_NUMBER_LEN || number[len] != 0)
        return false;
    return type != PROTO_PSEUDONYM_CITIZEN || text_is_bsn(number);
}

enum err proto_pseudonym_input(const uint8_t region[PROTO_PSEUDONYM_REGION_LEN], enum proto_pseudonym_type type,
    const char *number, uint8_t out[PROTO_PSEUDONYM_INPUT_LEN])
{
    const uint8_t type_byte = (uint8_t)type;
    struct wr w;

    if (type != PROTO_PSEUDONYM_CITIZEN && type != PROTO_PSEUDONYM_EDUCATION)
        return ERR_RANGE;
    if (!is_number(type, number))
        return ERR_SYNTAX;
    wr_init(&w, out, PROTO_PSEUDONYM_INPUT_LEN);
    wr_bytes16(&w, (const uint8_t *)TAG, sizeof TAG - 1);
    wr_bytes16(&w, region, PROTO_PSEUDONYM_REGION_LEN);
    wr_bytes16(&w, &type_byte, 1);
    wr_bytes16(&w, (const uint8_t *)number, PROTO_PSEUDONYM_NUMBER_LEN);
    return wr_end(&w);
}

enum err proto_pseudonym_blind(const uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], uint8_t blind[LEN], uint8_t element[LEN])
{
    uint8_t fresh[LEN];
    enum err e;

    proto_oprf_random_blind(fresh);
    e = proto_oprf_blind(PROTO_OPRF_VERIFIABLE, input, PROTO_PSEUDONYM_INPUT_LEN, fresh, element);
    if (e == OK)
        memcpy(blind, fresh, sizeof fresh);
    sodium_memzero(fresh, sizeof fresh);
    return e;
}

enum err proto_pseudonym_evaluate(const uint8_t share[LEN], struct proto_oprf_elements blinded,
    uint8_t (*evaluated)[LEN], uint8_t proof[PROTO_OPRF_PROOF_LEN])
{
    uint8_t made[PROTO_OPRF_BATCH_MAX][LEN];
    struct proto_oprf_elements d = { (const uint8_t (*)[LEN])made, blinded.count };
    enum err e;

    if (blinded.count == 0 || blinded.count > PROTO_OPRF_BATCH_MAX)
        return ERR_RANGE;
    for (size_t i = 0; i < blinded.count; i++) {
        e = proto_oprf_evaluate(share, blinded.at[i], made[i]);
        if (e != OK)
            return e;
    }
    e = proto_oprf_prove(share, blinded, d, NULL, proof);
    if (e == OK)
        memcpy(evaluated, made, blinded.count * LEN);
    return e;
}

enum err proto_pseudonym_join(const uint8_t (*share_keys)[LEN], size_t count, uint8_t joint[LEN])
{
    uint8_t sum[LEN] = { 0 };  /* the identity */

    if (count == 0 || count > PROTO_PSEUDONYM_SHARES_MAX)
        return ERR_RANGE;
    for (size_t i = 0; i < count; i++) {
        if (proto_oprf_check_element(share_keys[i]) != OK ||
            crypto_core_ristretto255_add(sum, sum, share_keys[i]) != 0)
            return ERR_KEY;
    }
    if (sodium_is_zero(sum, sizeof sum))
        return ERR_RANGE;
    memcpy(joint, sum, sizeof sum);
    return OK;
}

static enum err check_answers(const uint8_t joint[LEN], struct proto_oprf_elements blinded,
    const struct proto_pseudonym_answer *answers, size_t count)
{
    uint8_t share_keys[PROTO_PSEUDONYM_SHARES_MAX][LEN], sum[LEN];
    enum err e;

    if (count == 0 || count > PROTO_PSEUDONYM_SHARES_MAX)
        return ERR_RANGE;
    for (size_t i = 0; i < count; i++)
        memcpy(share_keys[i], answers[i].share_key, LEN);
    e = proto_pseudonym_join((const uint8_t (*)[LEN])share_keys, count, sum);
    if (e != OK || sodium_memcmp(sum, joint, LEN) != 0)
        return ERR_KEY;
    for (size_t i = 0; i < count && e == OK; i++)
        e = proto_oprf_check(answers[i].share_key, blinded, answers[i].evaluated, answers[i].proof);
    return e;
}

enum err proto_pseudonym_combine(const uint8_t joint[LEN], struct proto_oprf_elements blinded,
    const struct proto_pseudonym_answer *answers, size_t count, uint8_t (*out)[LEN])
{
    uint8_t sum[PROTO_OPRF_BATCH_MAX][LEN];
    enum err e = check_answers(joint, blinded, answers, count);

    if (e != OK)
        return e;
    memset(sum, 0, sizeof sum);
    for (size_t i = 0; i < blinded.count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (crypto_core_ristretto255_add(sum[i], sum[i], answers[j].evaluated.at[i]) != 0)
                return ERR_RANGE;
        }
        if (sodium_is_zero(sum[i], LEN))
            return ERR_RANGE;
    }
    memcpy(out, sum, blinded.count * LEN);
    return OK;
}

enum err proto_pseudonym_finish(const uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], const uint8_t blind[LEN],
    const uint8_t combined[LEN], uint8_t out[PROTO_PSEUDONYM_LEN])
{
    uint8_t whole[PROTO_OPRF_OUTPUT_LEN];
    enum err e = proto_oprf_finalize(input, PROTO_PSEUDONYM_INPUT_LEN, blind, combined, whole);

    if (e == OK)
        memcpy(out, whole, PROTO_PSEUDONYM_LEN);
    sodium_memzero(whole, sizeof whole);
    return e;
}

/* A point that depends on the key shown, so that a proof cannot be carried over to another key. */
static enum err possession_element(const uint8_t share_key[LEN], uint8_t element[LEN])
{
    static const uint8_t one[LEN] = { 1 };
    uint8_t input[sizeof POSSESSION_TAG - 1 + LEN];

    memcpy(input, POSSESSION_TAG, sizeof POSSESSION_TAG - 1);
    memcpy(input + sizeof POSSESSION_TAG - 1, share_key, LEN);
    return proto_oprf_blind(PROTO_OPRF_VERIFIABLE, input, sizeof input, one, element);
}

enum err proto_pseudonym_possession_make(const uint8_t share[LEN], uint8_t out[PROTO_PSEUDONYM_POSSESSION_LEN])
{
    uint8_t share_key[LEN], element[1][LEN], evaluated[1][LEN], proof[PROTO_OPRF_PROOF_LEN];
    struct proto_oprf_elements c = { (const uint8_t (*)[LEN])element, 1 };
    enum err e = proto_oprf_public_key(share, share_key);

    if (e == OK)
        e = possession_element(share_key, element[0]);
    if (e == OK)
        e = proto_pseudonym_evaluate(share, c, evaluated, proof);
    if (e != OK)
        return e;
    memcpy(out, evaluated, LEN);
    memcpy(out + LEN, proof, sizeof proof);
    return OK;
}

enum err proto_pseudonym_possession_check(const uint8_t share_key[LEN],
    const uint8_t possession[PROTO_PSEUDONYM_POSSESSION_LEN])
{
    uint8_t element[1][LEN], evaluated[1][LEN];
    struct proto_oprf_elements c = { (const uint8_t (*)[LEN])element, 1 };
    struct proto_oprf_elements d = { (const uint8_t (*)[LEN])evaluated, 1 };
    enum err e;

    if (proto_oprf_check_element(share_key) != OK)
        return ERR_KEY;
    e = possession_element(share_key, element[0]);
    if (e != OK)
        return e;
    memcpy(evaluated, possession, LEN);
    return proto_oprf_check(share_key, c, d, possession + LEN) == OK ? OK : ERR_SIGNATURE;
}
