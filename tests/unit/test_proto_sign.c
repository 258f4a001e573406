/* proto/sign: the signed bytes, the envelope, and that nothing bent gets through. PROTOCOL.md P-020 to P-023. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/sign.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE "application/vnd.schakel.consent.v1"

/* A copy in a heap block of exactly its size, so that the sanitizer sees one byte too far. */
static uint8_t *exact(const void *data, size_t len)
{
    uint8_t *copy = malloc(len);

    assert_non_null(copy);
    memcpy(copy, data, len);
    return copy;
}

static void make_key(uint8_t first, uint8_t public_key[32], uint8_t secret_key[64])
{
    uint8_t seed[32];

    memset(seed, first, sizeof seed);
    assert_int_equal(crypto_sign_seed_keypair(public_key, secret_key, seed), 0);
}

/* An envelope over body by n keys; returns its length. */
static size_t make_envelope(const char *type, const uint8_t *body, size_t body_len, uint8_t n, uint8_t *out, size_t cap)
{
    struct proto_signed s = { .body = body, .body_len = body_len, .count = n };
    uint8_t key[PROTO_SIGN_BY_MAX][32], secret[64], sig[PROTO_SIGN_BY_MAX][64];
    size_t len = 0;

    memcpy(s.type, type, strlen(type) + 1);
    for (uint8_t i = 0; i < n; i++) {
        make_key((uint8_t)(i + 1), key[i], secret);
        assert_int_equal(proto_sign_make(type, body, body_len, secret, sig[i]), OK);
        s.by[i].key = key[i];
        s.by[i].sig = sig[i];
    }
    assert_int_equal(proto_sign_encode(&s, out, cap, &len), OK);
    assert_int_equal(len, proto_sign_encoded_len(&s));
    return len;
}

static void pae_is_that_of_the_dsse_specification(void **state)
{
    static const char expected[] = "DSSEv1 29 http://example.com/HelloWorld 11 hello world";
    uint8_t out[sizeof expected];
    size_t len = 0;

    (void)state;
    assert_int_equal(proto_sign_pae("http://example.com/HelloWorld", (const uint8_t *)"hello world", 11,
        out, sizeof out, &len), OK);
    assert_int_equal(len, sizeof expected - 1);
    assert_memory_equal(out, expected, len);
}

static void pae_that_does_not_fit_is_refused(void **state)
{
    uint8_t out[18];
    size_t len = 99;

    (void)state;
    assert_int_equal(proto_sign_pae("t", (const uint8_t *)"hello", 5, out, sizeof out - 1, &len), ERR_LONG);
    assert_int_equal(len, 99);
    assert_int_equal(proto_sign_pae("t", (const uint8_t *)"hello", 5, out, sizeof out, &len), OK);
    assert_int_equal(len, 18);
}

static void signature_is_plain_ed25519_over_the_encoding(void **state)
{
    uint8_t public_key[32], secret_key[64], ours[64], plain[64];
    static const char pae[] = "DSSEv1 34 " TYPE " 3 a b";

    (void)state;
    make_key(7, public_key, secret_key);
    assert_int_equal(proto_sign_make(TYPE, (const uint8_t *)"a b", 3, secret_key, ours), OK);
    assert_int_equal(crypto_sign_detached(plain, NULL, (const uint8_t *)pae, sizeof pae - 1, secret_key), 0);
    assert_memory_equal(ours, plain, 64);
    assert_int_equal(proto_sign_check(TYPE, (const uint8_t *)"a b", 3, public_key, ours), OK);
}

/* RFC 8032 section 7.1, test 2: the signature scheme below the encoding is the published one. */
static void ed25519_is_that_of_rfc_8032(void **state)
{
    uint8_t seed[32], public_key[32], secret_key[64], sig[64], expected[64];

    (void)state;
    assert_int_equal(sodium_hex2bin(seed, 32, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        64, NULL, NULL, NULL), 0);
    assert_int_equal(sodium_hex2bin(expected, 64,
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00", 128, NULL, NULL, NULL), 0);
    assert_int_equal(crypto_sign_seed_keypair(public_key, secret_key, seed), 0);
    assert_int_equal(crypto_sign_detached(sig, NULL, (const uint8_t *)"\x72", 1, secret_key), 0);
    assert_memory_equal(sig, expected, 64);
}

static void same_body_as_another_type_does_not_verify(void **state)
{
    uint8_t public_key[32], secret_key[64], sig[64];

    (void)state;
    make_key(1, public_key, secret_key);
    assert_int_equal(proto_sign_make(TYPE, (const uint8_t *)"x", 1, secret_key, sig), OK);
    assert_int_equal(proto_sign_check("application/vnd.schakel.grant.v1", (const uint8_t *)"x", 1, public_key, sig),
        ERR_SIGNATURE);
}

static void another_key_does_not_verify(void **state)
{
    uint8_t public_key[32], other[32], secret_key[64], unused[64], sig[64];

    (void)state;
    make_key(1, public_key, secret_key);
    make_key(2, other, unused);
    assert_int_equal(proto_sign_make(TYPE, (const uint8_t *)"x", 1, secret_key, sig), OK);
    assert_int_equal(proto_sign_check(TYPE, (const uint8_t *)"x", 1, other, sig), ERR_SIGNATURE);
}

static void bodies_on_both_sides_of_the_stack_limit_verify(void **state)
{
    static const size_t sizes[] = { 0, 1, 4479, 4480, 4481, 4608, 65536, PROTO_SIGN_BODY_MAX };
    uint8_t public_key[32], secret_key[64], sig[64];

    (void)state;
    make_key(1, public_key, secret_key);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *body = malloc(sizes[i] + 1);
        assert_non_null(body);
        memset(body, 0x5a, sizes[i] + 1);
        assert_int_equal(proto_sign_make(TYPE, body, sizes[i], secret_key, sig), OK);
        assert_int_equal(proto_sign_check(TYPE, body, sizes[i], public_key, sig), OK);
        body[0] ^= 1;
        assert_int_equal(proto_sign_check(TYPE, body, sizes[i], public_key, sig), sizes[i] == 0 ? OK : ERR_SIGNATURE);
        free(body);
    }
}

static void body_over_the_limit_is_refused(void **state)
{
    uint8_t public_key[32], secret_key[64], sig[64] = { 9 }, before[64] = { 9 };
    uint8_t *body = calloc(1, PROTO_SIGN_BODY_MAX + 1);

    (void)state;
    assert_non_null(body);
    make_key(1, public_key, secret_key);
    assert_int_equal(proto_sign_make(TYPE, body, PROTO_SIGN_BODY_MAX + 1, secret_key, sig), ERR_LONG);
    assert_int_equal(proto_sign_check(TYPE, body, PROTO_SIGN_BODY_MAX + 1, public_key, sig), ERR_LONG);
    assert_memory_equal(sig, before, 64);
    free(body);
}

static void type_is_made_from_a_name(void **state)
{
    char type[PROTO_SIGN_TYPE_MAX + 1] = "untouched";

    (void)state;
    assert_int_equal(proto_sign_type("consent", type), OK);
    assert_string_equal(type, TYPE);
    assert_int_equal(proto_sign_type("abcdefghijklmnopqrstuvwxyz012345678-_", type), OK);
    assert_int_equal(strlen(type), PROTO_SIGN_TYPE_MAX);
}

static void names_that_are_none_are_refused(void **state)
{
    static const char *const bad[] = { "", "Consent", "1a", "a.b", "a b", "-a", "a/b", "\xc3\xa9" };
    char type[PROTO_SIGN_TYPE_MAX + 1] = "untouched";

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(proto_sign_type(bad[i], type), ERR_SYNTAX);
    assert_int_equal(proto_sign_type("abcdefghijklmnopqrstuvwxyz0123456789-_", type), ERR_LONG);
    assert_string_equal(type, "untouched");
}

static void types_that_are_not_ours_are_refused(void **state)
{
    (void)state;
    assert_int_equal(proto_sign_type_check(TYPE), OK);
    assert_int_equal(proto_sign_type_check(""), ERR_SYNTAX);
    assert_int_equal(proto_sign_type_check("text/plain"), ERR_SYNTAX);
    assert_int_equal(proto_sign_type_check("application/vnd.schakel.consent"), ERR_SYNTAX);
    assert_int_equal(proto_sign_type_check("application/vnd.schakel..v1"), ERR_SYNTAX);
    assert_int_equal(proto_sign_type_check("application/vnd.schakel.con sent.v1"), ERR_SYNTAX);
    assert_int_equal(proto_sign_type_check("application/vnd.schakel.consent.v2"), ERR_VERSION);
    assert_int_equal(proto_sign_type_check("application/vnd.schakel.consent.v11"), ERR_VERSION);
}

static void envelope_goes_round_with_one_to_four_signatures(void **state)
{
    uint8_t buf[1024];

    (void)state;
    for (uint8_t n = 1; n <= PROTO_SIGN_BY_MAX; n++) {
        size_t len = make_envelope(TYPE, (const uint8_t *)"the body", 8, n, buf, sizeof buf), again_len = 0;
        uint8_t *in = exact(buf, len), again[1024];
        struct proto_signed s;
        assert_int_equal(proto_sign_decode(in, len, &s), OK);
        assert_string_equal(s.type, TYPE);
        assert_true(proto_sign_is(&s, "consent"));
        assert_false(proto_sign_is(&s, "grant"));
        assert_false(proto_sign_is(&s, ""));
        assert_int_equal(s.body_len, 8);
        assert_memory_equal(s.body, "the body", 8);
        assert_int_equal(s.count, n);
        assert_int_equal(proto_sign_check_all(&s), OK);
        assert_int_equal(proto_sign_encode(&s, again, sizeof again, &again_len), OK);
        assert_int_equal(again_len, len);
        assert_memory_equal(again, buf, len);
        free(in);
    }
}

static void every_prefix_of_an_envelope_is_refused(void **state)
{
    uint8_t buf[1024];
    size_t len = make_envelope(TYPE, (const uint8_t *)"the body", 8, 2, buf, sizeof buf);

    (void)state;
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *in = exact(buf, cut);
        struct proto_signed s, before;
        memset(&s, 0xee, sizeof s);
        before = s;
        assert_int_equal(proto_sign_decode(in, cut, &s), ERR_SHORT);
        assert_memory_equal(&s, &before, sizeof s);
        free(in);
    }
}

static void a_byte_after_the_envelope_is_refused(void **state)
{
    uint8_t buf[1024];
    size_t len = make_envelope(TYPE, (const uint8_t *)"b", 1, 1, buf, sizeof buf);
    struct proto_signed s;

    (void)state;
    buf[len] = 0;
    assert_int_equal(proto_sign_decode(buf, len + 1, &s), ERR_LONG);
}

/* Whatever byte changes, either it is no envelope any more or a signature fails. */
static void every_flipped_byte_of_an_envelope_is_refused(void **state)
{
    uint8_t buf[1024];
    size_t len = make_envelope(TYPE, (const uint8_t *)"the body", 8, 2, buf, sizeof buf);

    (void)state;
    for (size_t i = 0; i < len * 8; i++) {
        uint8_t *in = exact(buf, len);
        struct proto_signed s;
        in[i / 8] ^= (uint8_t)(1u << (i % 8));
        if (proto_sign_decode(in, len, &s) == OK)
            assert_int_equal(proto_sign_check_all(&s), ERR_SIGNATURE);
        free(in);
    }
}

static void no_signature_is_refused(void **state)
{
    uint8_t buf[256], in[] = "\0\x22" TYPE "\0\0\0\1b\0";
    struct proto_signed s = { .body = in, .body_len = 1 };
    size_t len = 0;

    (void)state;
    memcpy(s.type, TYPE, sizeof TYPE);
    assert_int_equal(proto_sign_encode(&s, buf, sizeof buf, &len), ERR_RANGE);
    assert_int_equal(proto_sign_check_all(&s), ERR_RANGE);
    assert_int_equal(proto_sign_decode(in, sizeof in - 1, &s), ERR_RANGE);
}

static void five_signatures_are_refused(void **state)
{
    uint8_t in[2 + 34 + 4 + 1 + 5 * 96] = "\0\x22" TYPE "\0\0\0\0\5";
    struct proto_signed s;

    (void)state;
    for (uint8_t i = 0; i < 5; i++)
        in[41 + 96 * i] = i;
    assert_int_equal(proto_sign_decode(in, sizeof in, &s), ERR_RANGE);
    in[40] = 4;
    assert_int_equal(proto_sign_decode(in, sizeof in - 96, &s), OK);
}

static void the_same_key_twice_is_refused(void **state)
{
    uint8_t buf[1024], out[1024];
    size_t len = make_envelope(TYPE, (const uint8_t *)"b", 1, 3, buf, sizeof buf), out_len = 7;
    struct proto_signed s, t;

    (void)state;
    assert_int_equal(proto_sign_decode(buf, len, &s), OK);
    s.by[2] = s.by[0];
    assert_int_equal(proto_sign_encode(&s, out, sizeof out, &out_len), ERR_RANGE);
    assert_int_equal(out_len, 7);
    memmove(buf + len - 96, buf + len - 3 * 96, 96);
    assert_int_equal(proto_sign_decode(buf, len, &t), ERR_RANGE);
}

static void a_type_with_a_zero_inside_is_refused(void **state)
{
    uint8_t buf[1024];
    size_t len = make_envelope(TYPE, (const uint8_t *)"b", 1, 1, buf, sizeof buf);
    struct proto_signed s;

    (void)state;
    memmove(buf + 2 + 34 + 1, buf + 2 + 34, len - 36);
    buf[1]++;
    buf[36] = 0;
    assert_int_equal(proto_sign_decode(buf, len + 1, &s), ERR_SYNTAX);
}

static void a_foreign_type_is_refused(void **state)
{
    uint8_t in[2 + 10 + 4 + 1 + 96] = "\0\12text/plain\0\0\0\0\1";
    struct proto_signed s;

    (void)state;
    assert_int_equal(proto_sign_decode(in, sizeof in, &s), ERR_SYNTAX);
}

static void an_envelope_that_does_not_fit_is_refused(void **state)
{
    uint8_t buf[1024], out[1024];
    size_t len = make_envelope(TYPE, (const uint8_t *)"b", 1, 1, buf, sizeof buf), out_len = 7;
    struct proto_signed s;

    (void)state;
    assert_int_equal(proto_sign_decode(buf, len, &s), OK);
    assert_int_equal(proto_sign_encode(&s, out, len - 1, &out_len), ERR_LONG);
    assert_int_equal(out_len, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pae_is_that_of_the_dsse_specification),
        cmocka_unit_test(pae_that_does_not_fit_is_refused),
        cmocka_unit_test(signature_is_plain_ed25519_over_the_encoding),
        cmocka_unit_test(ed25519_is_that_of_rfc_8032),
        cmocka_unit_test(same_body_as_another_type_does_not_verify),
        cmocka_unit_test(another_key_does_not_verify),
        cmocka_unit_test(bodies_on_both_sides_of_the_stack_limit_verify),
        cmocka_unit_test(body_over_the_limit_is_refused),
        cmocka_unit_test(type_is_made_from_a_name),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(types_that_are_not_ours_are_refused),
        cmocka_unit_test(envelope_goes_round_with_one_to_four_signatures),
        cmocka_unit_test(every_prefix_of_an_envelope_is_refused),
        cmocka_unit_test(a_byte_after_the_envelope_is_refused),
        cmocka_unit_test(every_flipped_byte_of_an_envelope_is_refused),
        cmocka_unit_test(no_signature_is_refused),
        cmocka_unit_test(five_signatures_are_refused),
        cmocka_unit_test(the_same_key_twice_is_refused),
        cmocka_unit_test(a_type_with_a_zero_inside_is_refused),
        cmocka_unit_test(a_foreign_type_is_refused),
        cmocka_unit_test(an_envelope_that_does_not_fit_is_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
