#include "proto/oprf.h"

#include "base/wr.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define LEN PROTO_OPRF_LEN
#define HASH_LEN 64
#define BLOCK_LEN 128
#define SUITE "-ristretto255-SHA512"

/* What a domain separation tag is made of: label, "OPRFV1-", mode, suite. */
struct tag {
    uint8_t data[64];
    size_t len;
};

static struct tag make_tag(const char *label, enum proto_oprf_mode mode)
{
    struct tag t;
    struct wr w;

    wr_init(&w, t.data, sizeof t.data);
    wr_copy(&w, (const uint8_t *)label, strlen(label));
    wr_copy(&w, (const uint8_t *)"OPRFV1-", 7);
    wr_u8(&w, (uint8_t)mode);
    wr_copy(&w, (const uint8_t *)SUITE, sizeof SUITE - 1);
    t.len = w.len;
    return t;
}

static void update(crypto_hash_sha512_state *state, const void *data, size_t len)
{
    if (len != 0)
        (void)crypto_hash_sha512_update(state, data, len);
}

static void update_u16(crypto_hash_sha512_state *state, size_t v)
{
    const uint8_t bytes[2] = { (uint8_t)(v >> 8), (uint8_t)v };

    update(state, bytes, sizeof bytes);
}

/* DST_prime: the tag and its length in one byte. */
static void update_dst(crypto_hash_sha512_state *state, const uint8_t *dst, size_t dst_len)
{
    const uint8_t length = (uint8_t)dst_len;

    update(state, dst, dst_len);
    update(state, &length, 1);
}

enum err proto_oprf_expand(const uint8_t *message, size_t len, const uint8_t *dst, size_t dst_len,
    uint8_t *out, size_t out_len)
{
    static const uint8_t zero_block[BLOCK_LEN];
    uint8_t first[HASH_LEN], block[HASH_LEN] = { 0 };
    crypto_hash_sha512_state state;
    uint8_t number = 0;

    if (out_len > (size_t)255 * HASH_LEN || dst_len == 0 || dst_len > 255)
        return ERR_RANGE;
    (void)crypto_hash_sha512_init(&state);
    update(&state, zero_block, sizeof zero_block);
    update(&state, message, len);
    update_u16(&state, out_len);
    update(&state, &number, 1);
    update_dst(&state, dst, dst_len);
    (void)crypto_hash_sha512_final(&state, first);
    for (size_t done = 0; done < out_len;) {
        size_t take = out_len - done < HASH_LEN ? out_len - done : HASH_LEN;
        number++;
        for (size_t i = 0; i < HASH_LEN; i++)
            block[i] ^= first[i];
        (void)crypto_hash_sha512_init(&state);
        update(&state, block, HASH_LEN);
        update(&state, &number, 1);
        update_dst(&state, dst, dst_len);
        (void)crypto_hash_sha512_final(&state, block);
        memcpy(out + done, block, take);
        done += take;
    }
    sodium_memzero(first, sizeof first);
    sodium_memzero(block, sizeof block);
    sodium_memzero(&state, sizeof state);
    return OK;
}

/* HashToScalar: 64 uniform bytes, little-endian, modulo the order (RFC 9497 section 4.1). */
static enum err hash_to_scalar(const uint8_t *message, size_t len, uint8_t out[LEN])
{
    const struct tag dst = make_tag("HashToScalar-", PROTO_OPRF_VERIFIABLE);
    uint8_t wide[64];
    enum err e = proto_oprf_expand(message, len, dst.data, dst.len, wide, sizeof wide);

    if (e == OK)
        crypto_core_ristretto255_scalar_reduce(out, wide);
    return e;
}

static bool is_scalar(const uint8_t s[LEN])
{
    uint8_t wide[64] = { 0 }, reduced[LEN];
    bool same;

    memcpy(wide, s, LEN);
    crypto_core_ristretto255_scalar_reduce(reduced, wide);
    same = sodium_memcmp(reduced, s, LEN) == 0;
    sodium_memzero(wide, sizeof wide);
    sodium_memzero(reduced, sizeof reduced);
    return same;
}

static bool is_secret(const uint8_t s[LEN])
{
    return is_scalar(s) && !sodium_is_zero(s, LEN);
}

void proto_oprf_random_blind(uint8_t blind[LEN])
{
    do {
        crypto_core_ristretto255_scalar_random(blind);
    } while (sodium_is_zero(blind, LEN));
}

enum err proto_oprf_public_key(const uint8_t secret_key[LEN], uint8_t public_key[LEN])
{
    uint8_t made[LEN];

    if (!is_secret(secret_key) || crypto_scalarmult_ristretto255_base(made, secret_key) != 0)
        return ERR_KEY;
    memcpy(public_key, made, LEN);
    return OK;
}

void proto_oprf_key_pair(uint8_t secret_key[LEN], uint8_t public_key[LEN])
{
    do {
        proto_oprf_random_blind(secret_key);
    } while (proto_oprf_public_key(secret_key, public_key) != OK);
}

enum err proto_oprf_check_element(const uint8_t element[LEN])
{
    if (sodium_is_zero(element, LEN) || crypto_core_ristretto255_is_valid_point(element) != 1)
        return ERR_RANGE;
    return OK;
}

enum err proto_oprf_blind(enum proto_oprf_mode mode, const uint8_t *input, size_t input_len,
    const uint8_t blind[LEN], uint8_t element[LEN])
{
    const struct tag dst = make_tag("HashToGroup-", mode);
    uint8_t wide[64], point[LEN], made[LEN];
    enum err e;

    if (input_len > PROTO_OPRF_INPUT_MAX || !is_secret(blind))
        return ERR_RANGE;
    e = proto_oprf_expand(input, input_len, dst.data, dst.len, wide, sizeof wide);
    /* scalarmult fails on the identity, which no honest input maps to */
    if (e == OK && (crypto_core_ristretto255_from_hash(point, wide) != 0 ||
            crypto_scalarmult_ristretto255(made, blind, point) != 0))
        e = ERR_RANGE;
    if (e == OK)
        memcpy(element, made, LEN);
    sodium_memzero(wide, sizeof wide);
    sodium_memzero(point, sizeof point);
    return e;
}

enum err proto_oprf_evaluate(const uint8_t secret_key[LEN], const uint8_t element[LEN], uint8_t out[LEN])
{
    uint8_t made[LEN];
    enum err e = proto_oprf_check_element(element);

    if (e != OK)
        return e;
    if (!is_secret(secret_key) || crypto_scalarmult_ristretto255(made, secret_key, element) != 0)
        return ERR_KEY;
    memcpy(out, made, LEN);
    return OK;
}

static enum err check_batch(struct proto_oprf_elements c, struct proto_oprf_elements d)
{
    if (c.count == 0 || c.count > PROTO_OPRF_BATCH_MAX || c.count != d.count)
        return ERR_RANGE;
    for (size_t i = 0; i < c.count; i++) {
        if (proto_oprf_check_element(c.at[i]) != OK || proto_oprf_check_element(d.at[i]) != OK)
            return ERR_RANGE;
    }
    return OK;
}

/* The weight of element i: HashToScalar of seed, i, C[i], D[i], "Composite". */
static enum err weight(const uint8_t seed[HASH_LEN], size_t i, const uint8_t c[LEN], const uint8_t d[LEN],
    uint8_t out[LEN])
{
    uint8_t transcript[2 + HASH_LEN + 2 + 2 + LEN + 2 + LEN + 9];
    struct wr w;
    enum err e;

    wr_init(&w, transcript, sizeof transcript);
    wr_bytes16(&w, seed, HASH_LEN);
    wr_u16(&w, (uint16_t)i);
    wr_bytes16(&w, c, LEN);
    wr_bytes16(&w, d, LEN);
    wr_copy(&w, (const uint8_t *)"Composite", 9);
    e = wr_end(&w);
    return e == OK ? hash_to_scalar(transcript, w.len, out) : e;
}

/*
 * sum += scalar * element. A sum starts as the identity, which is 32 zeros. ERR_SIGNATURE for a product that
 * is identity.
 */
static enum err add_multiple(uint8_t sum[LEN], const uint8_t scalar[LEN], const uint8_t element[LEN])
{
    uint8_t product[LEN];

    if (crypto_scalarmult_ristretto255(product, scalar, element) != 0 ||
        crypto_core_ristretto255_add(sum, sum, product) != 0)
        return ERR_SIGNATURE;
    return OK;
}

/* ComputeComposites: the batch as one pair (m, z). z may be NULL: who has the key multiplies m instead. */
static enum err composites(const uint8_t public_key[LEN], struct proto_oprf_elements c, struct proto_oprf_elements d,
    uint8_t m[LEN], uint8_t *z)
{
    const struct tag dst = make_tag("Seed-", PROTO_OPRF_VERIFIABLE);
    uint8_t seed[HASH_LEN];
    crypto_hash_sha512_state state;

    (void)crypto_hash_sha512_init(&state);
    update_u16(&state, LEN);
    update(&state, public_key, LEN);
    update_u16(&state, dst.len);
    update(&state, dst.data, dst.len);
    (void)crypto_hash_sha512_final(&state, seed);
    memset(m, 0, LEN);
    if (z != NULL)
        memset(z, 0, LEN);
    for (size_t i = 0; i < c.count; i++) {
        uint8_t d_i[LEN];
        enum err e = weight(seed, i, c.at[i], d.at[i], d_i);
        if (e == OK)
            e = add_multiple(m, d_i, c.at[i]);
        if (e == OK && z != NULL)
            e = add_multiple(z, d_i, d.at[i]);
        if (e != OK)
            return e;
    }
    return OK;
}

/* The challenge: HashToScalar of public key, m, z, t2, t3, "Challenge". */
static enum err challenge(const uint8_t *const part[5], uint8_t out[LEN])
{
    uint8_t transcript[5 * (2 + LEN) + 9];
    struct wr w;
    enum err e;

    wr_init(&w, transcript, sizeof transcript);
    for (size_t i = 0; i < 5; i++)
        wr_bytes16(&w, part[i], LEN);
    wr_copy(&w, (const uint8_t *)"Challenge", 9);
    e = wr_end(&w);
    return e == OK ? hash_to_scalar(transcript, w.len, out) : e;
}

/* The proof proper over (m, z), with r drawn already. */
static enum err prove_pair(const uint8_t secret_key[LEN], const uint8_t public_key[LEN], const uint8_t m[LEN],
    const uint8_t r[LEN], uint8_t proof[PROTO_OPRF_PROOF_LEN])
{
    uint8_t z[LEN], t2[LEN], t3[LEN], c[LEN], ck[LEN];
    const uint8_t *const part[5] = { public_key, m, z, t2, t3 };
    enum err e;

    if (crypto_scalarmult_ristretto255(z, secret_key, m) != 0 || crypto_scalarmult_ristretto255_base(t2, r) != 0 ||
        crypto_scalarmult_ristretto255(t3, r, m) != 0)
        return ERR_RANGE;
    e = challenge(part, c);
    if (e != OK)
        return e;
    crypto_core_ristretto255_scalar_mul(ck, c, secret_key);
    memcpy(proof, c, LEN);
    crypto_core_ristretto255_scalar_sub(proof + LEN, r, ck);
    sodium_memzero(ck, sizeof ck);
    return OK;
}

enum err proto_oprf_prove(const uint8_t secret_key[LEN], struct proto_oprf_elements blinded,
    struct proto_oprf_elements evaluated, const uint8_t *r, uint8_t proof[PROTO_OPRF_PROOF_LEN])
{
    uint8_t public_key[LEN], m[LEN], random[LEN], made[PROTO_OPRF_PROOF_LEN];
    enum err e = check_batch(blinded, evaluated);

    if (e != OK)
        return e;
    if (r != NULL && !is_secret(r))
        return ERR_RANGE;
    e = proto_oprf_public_key(secret_key, public_key);
    if (e != OK)
        return e;
    if (r != NULL)
        memcpy(random, r, LEN);
    else
        proto_oprf_random_blind(random);
    e = composites(public_key, blinded, evaluated, m, NULL);
    if (e == OK)
        e = prove_pair(secret_key, public_key, m, random, made);
    if (e == OK)
        memcpy(proof, made, sizeof made);
    sodium_memzero(random, sizeof random);
    return e;
}

enum err proto_oprf_check(const uint8_t public_key[LEN], struct proto_oprf_elements blinded,
    struct proto_oprf_elements evaluated, const uint8_t proof[PROTO_OPRF_PROOF_LEN])
{
    const uint8_t *c = proof, *s = proof + LEN;
    uint8_t m[LEN], z[LEN], t2[LEN], t3[LEN], expected[LEN];
    const uint8_t *const part[5] = { public_key, m, z, t2, t3 };
    enum err e;

    if (proto_oprf_check_element(public_key) != OK)
        return ERR_KEY;
    e = check_batch(blinded, evaluated);
    if (e != OK)
        return e;
    if (!is_scalar(c) || !is_scalar(s))
        return ERR_SIGNATURE;
    e = composites(public_key, blinded, evaluated, m, z);
    /* t2 = s * G + c * public key, t3 = s * m + c * z; an s or c of zero is no honest prover's */
    if (e == OK && crypto_scalarmult_ristretto255_base(t2, s) != 0)
        e = ERR_SIGNATURE;
    if (e == OK)
        e = add_multiple(t2, c, public_key);
    memset(t3, 0, LEN);
    if (e == OK)
        e = add_multiple(t3, s, m);
    if (e == OK)
        e = add_multiple(t3, c, z);
    if (e == OK)
        e = challenge(part, expected);
    if (e == OK && sodium_memcmp(expected, c, LEN) != 0)
        e = ERR_SIGNATURE;
    return e;
}

enum err proto_oprf_finalize(const uint8_t *input, size_t input_len, const uint8_t blind[LEN],
    const uint8_t evaluated[LEN], uint8_t out[PROTO_OPRF_OUTPUT_LEN])
{
    uint8_t inverse[LEN], element[LEN];
    crypto_hash_sha512_state state;
    enum err e = OK;

    if (input_len > PROTO_OPRF_INPUT_MAX || !is_secret(blind) || proto_oprf_check_element(evaluated) != OK)
        return ERR_RANGE;
    if (crypto_core_ristretto255_scalar_invert(inverse, blind) != 0 ||
        crypto_scalarmult_ristretto255(element, inverse, evaluated) != 0) {
        e = ERR_RANGE;
        goto out;
    }
    (void)crypto_hash_sha512_init(&state);
    update_u16(&state, input_len);
    update(&state, input, input_len);
    update_u16(&state, LEN);
    update(&state, element, LEN);
    update(&state, "Finalize", 8);
    (void)crypto_hash_sha512_final(&state, out);
    sodium_memzero(&state, sizeof state);
out:
    sodium_memzero(inverse, sizeof inverse);
    sodium_memzero(element, sizeof element);
    return e;
}
