/* proto/hpke: values of RFC 9180 appendix A.2 (base mode), the sequence, small-order keys, and tampering. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/hpke.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CHACHA PROTO_HPKE_CHACHA20_POLY1305
#define EXPORT PROTO_HPKE_EXPORT_ONLY

static const struct proto_hpke_bytes none = { NULL, 0 };

static size_t unhex(const char *hex, uint8_t *out, size_t cap)
{
    size_t len = 0;

    assert_int_equal(sodium_hex2bin(out, cap, hex, strlen(hex), NULL, &len, NULL), 0);
    return len;
}

static struct proto_hpke_bytes bytes(const char *text)
{
    struct proto_hpke_bytes b = { (const uint8_t *)text, strlen(text) };

    return b;
}

static void key_pair_from(const char *seed_hex, uint8_t secret[32], uint8_t public_key[32])
{
    uint8_t seed[32];
    struct proto_hpke_bytes b = { seed, unhex(seed_hex, seed, sizeof seed) };

    assert_int_equal(proto_hpke_derive_key_pair(b, secret, public_key), OK);
}

/* A sender's and a receiver's context over the same keys. */
static void both(enum proto_hpke_aead aead, struct proto_hpke *s, struct proto_hpke *r)
{
    uint8_t secret[32], public_key[32], enc[32];

    assert_int_equal(crypto_box_keypair(public_key, secret), 0);
    assert_int_equal(proto_hpke_setup_sender(aead, public_key, bytes("info"), enc, s), OK);
    assert_int_equal(proto_hpke_setup_receiver(aead, secret, bytes("info"), enc, r), OK);
}

#define PT "4265617574792069732074727574682c20747275746820626561757479"
#define INFO "Ode on a Grecian Urn"

static void values_of_rfc_9180_appendix_a_2(void **state)
{
    uint8_t secret[32], public_key[32], enc[32], seed[32], expected[64], pt[29], ct[45], back[29], out[32];
    struct proto_hpke s, r;
    struct proto_hpke_bytes plain = { pt, unhex(PT, pt, sizeof pt) }, sealed = { ct, sizeof ct };

    (void)state;
    key_pair_from("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df", secret, public_key);
    (void)unhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb", expected, 32);
    assert_memory_equal(secret, expected, 32);
    (void)unhex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a", expected, 32);
    assert_memory_equal(public_key, expected, 32);
    (void)unhex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b", seed, 32);
    assert_int_equal(proto_hpke_setup_sender_from(CHACHA, public_key, bytes(INFO), seed, enc, &s), OK);
    (void)unhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a", expected, 32);
    assert_memory_equal(enc, expected, 32);
    assert_int_equal(proto_hpke_setup_receiver(CHACHA, secret, bytes(INFO), enc, &r), OK);
    assert_memory_equal(&s, &r, sizeof s);
    assert_int_equal(proto_hpke_seal(&s, bytes("Count-0"), plain, ct), OK);
    (void)unhex("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28", expected,
        45);
    assert_memory_equal(ct, expected, 45);
    assert_int_equal(proto_hpke_open(&r, bytes("Count-0"), sealed, back), OK);
    assert_memory_equal(back, pt, sizeof pt);
    s.seq = r.seq = 256;
    assert_int_equal(proto_hpke_seal(&s, bytes("Count-256"), plain, ct), OK);
    (void)unhex("7a4a13e9ef23978e2c520fd4d2e757514ae160cd0cd05e556ef692370ca53076214c0c40d4c728d6ed9e727a5b", expected,
        45);
    assert_memory_equal(ct, expected, 45);
    assert_int_equal(proto_hpke_export(&r, bytes("TestContext"), out, 32), OK);
    (void)unhex("5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53", expected, 32);
    assert_memory_equal(out, expected, 32);
}

static void values_of_rfc_9180_export_only(void **state)
{
    uint8_t secret[32], public_key[32], enc[32], seed[32], expected[32], out[32];
    struct proto_hpke s;

    (void)state;
    key_pair_from("683ae0da1d22181e74ed2e503ebf82840deb1d5e872cade20f4b458d99783e31", secret, public_key);
    (void)unhex("55bc245ee4efda25d38f2d54d5bb6665291b99f8108a8c4b686c2b14893ea5d9", seed, 32);
    assert_int_equal(proto_hpke_setup_sender_from(EXPORT, public_key, bytes(INFO), seed, enc, &s), OK);
    assert_int_equal(proto_hpke_export(&s, none, out, 32), OK);
    (void)unhex("7a36221bd56d50fb51ee65edfd98d06a23c4dc87085aa5866cb7087244bd2a36", expected, 32);
    assert_memory_equal(out, expected, 32);
}

static void messages_open_in_their_order_only(void **state)
{
    struct proto_hpke s, r;
    uint8_t ct[2][19], back[3];
    struct proto_hpke_bytes first = { ct[0], 19 }, second = { ct[1], 19 };

    (void)state;
    both(CHACHA, &s, &r);
    assert_int_equal(proto_hpke_seal(&s, none, bytes("one"), ct[0]), OK);
    assert_int_equal(proto_hpke_seal(&s, none, bytes("two"), ct[1]), OK);
    assert_int_equal(proto_hpke_open(&r, none, second, back), ERR_SIGNATURE);
    assert_int_equal(proto_hpke_open(&r, none, first, back), OK);
    assert_memory_equal(back, "one", 3);
    assert_int_equal(proto_hpke_open(&r, none, first, back), ERR_SIGNATURE);
    assert_int_equal(proto_hpke_open(&r, none, second, back), OK);
    assert_memory_equal(back, "two", 3);
}

static void every_flipped_bit_is_refused(void **state)
{
    struct proto_hpke s, r;
    uint8_t ct[24], back[8];
    struct proto_hpke_bytes sealed = { ct, sizeof ct };

    (void)state;
    both(CHACHA, &s, &r);
    assert_int_equal(proto_hpke_seal(&s, bytes("aad"), bytes("8 bytes."), ct), OK);
    for (size_t i = 0; i < sizeof ct * 8; i++) {
        ct[i / 8] ^= (uint8_t)(1u << (i % 8));
        assert_int_equal(proto_hpke_open(&r, bytes("aad"), sealed, back), ERR_SIGNATURE);
        ct[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    assert_int_equal(proto_hpke_open(&r, bytes("abd"), sealed, back), ERR_SIGNATURE);
    assert_int_equal(proto_hpke_open(&r, none, sealed, back), ERR_SIGNATURE);
    assert_int_equal(proto_hpke_open(&r, bytes("aad"), sealed, back), OK);
}

static void every_prefix_is_refused(void **state)
{
    struct proto_hpke s, r;
    uint8_t ct[24], back[8];

    (void)state;
    both(CHACHA, &s, &r);
    assert_int_equal(proto_hpke_seal(&s, none, bytes("8 bytes."), ct), OK);
    for (size_t cut = 0; cut < sizeof ct; cut++) {
        uint8_t *in = malloc(cut);
        struct proto_hpke_bytes sealed = { in, cut };
        assert_non_null(in);
        memcpy(in, ct, cut);
        assert_int_equal(proto_hpke_open(&r, none, sealed, back), cut < 16 ? ERR_SHORT : ERR_SIGNATURE);
        free(in);
    }
}

static void another_info_or_key_or_enc_does_not_open(void **state)
{
    uint8_t secret[32], public_key[32], other[32], other_public[32], enc[32], ct[19], back[3];
    struct proto_hpke s, r;
    struct proto_hpke_bytes sealed = { ct, sizeof ct };

    (void)state;
    assert_int_equal(crypto_box_keypair(public_key, secret), 0);
    assert_int_equal(crypto_box_keypair(other_public, other), 0);
    assert_int_equal(proto_hpke_setup_sender(CHACHA, public_key, bytes("info"), enc, &s), OK);
    assert_int_equal(proto_hpke_seal(&s, none, bytes("abc"), ct), OK);
    assert_int_equal(proto_hpke_setup_receiver(CHACHA, secret, bytes("inf0"), enc, &r), OK);
    assert_int_equal(proto_hpke_open(&r, none, sealed, back), ERR_SIGNATURE);
    assert_int_equal(proto_hpke_setup_receiver(CHACHA, other, bytes("info"), enc, &r), OK);
    assert_int_equal(proto_hpke_open(&r, none, sealed, back), ERR_SIGNATURE);
    enc[3] ^= 1;
    assert_int_equal(proto_hpke_setup_receiver(CHACHA, secret, bytes("info"), enc, &r), OK);
    assert_int_equal(proto_hpke_open(&r, none, sealed, back), ERR_SIGNATURE);
}

/* RFC 7748 section 6.1: points whose shared secret is all zero whatever the secret key. */
static void keys_of_small_order_are_refused(void **state)
{
    static const char *const small[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    uint8_t secret[32], public_key[32], point[32], enc[32] = { 7 }, before[32] = { 7 };

    (void)state;
    assert_int_equal(crypto_box_keypair(public_key, secret), 0);
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        struct proto_hpke ctx, same;
        memset(&ctx, 0xee, sizeof ctx);
        same = ctx;
        (void)unhex(small[i], point, sizeof point);
        assert_int_equal(proto_hpke_setup_sender(CHACHA, point, none, enc, &ctx), ERR_KEY);
        assert_int_equal(proto_hpke_setup_receiver(CHACHA, secret, none, point, &ctx), ERR_KEY);
        assert_memory_equal(&ctx, &same, sizeof ctx);
        assert_memory_equal(enc, before, sizeof enc);
    }
}

static void export_only_neither_seals_nor_opens(void **state)
{
    struct proto_hpke s, r;
    uint8_t ct[32], a[32], b[32];
    struct proto_hpke_bytes sealed = { ct, sizeof ct };

    (void)state;
    both(EXPORT, &s, &r);
    assert_int_equal(proto_hpke_seal(&s, none, bytes("abc"), ct), ERR_STATE);
    memset(ct, 0, sizeof ct);
    assert_int_equal(proto_hpke_open(&r, none, sealed, a), ERR_STATE);
    assert_int_equal(proto_hpke_export(&s, bytes("leaf 1"), a, 32), OK);
    assert_int_equal(proto_hpke_export(&r, bytes("leaf 1"), b, 32), OK);
    assert_memory_equal(a, b, 32);
    assert_int_equal(proto_hpke_export(&r, bytes("leaf 2"), b, 32), OK);
    assert_memory_not_equal(a, b, 32);
}

static void a_used_up_sequence_is_refused(void **state)
{
    struct proto_hpke s, r;
    uint8_t ct[19], back[3];
    struct proto_hpke_bytes sealed = { ct, sizeof ct };

    (void)state;
    both(CHACHA, &s, &r);
    s.seq = r.seq = UINT64_MAX - 1;
    assert_int_equal(proto_hpke_seal(&s, none, bytes("abc"), ct), OK);
    assert_int_equal(proto_hpke_seal(&s, none, bytes("abc"), ct), ERR_RANGE);
    assert_int_equal(proto_hpke_open(&r, none, sealed, back), OK);
    assert_int_equal(proto_hpke_open(&r, none, sealed, back), ERR_RANGE);
}

static void exports_over_their_limits_are_refused(void **state)
{
    static uint8_t out[255 * 32 + 1];
    struct proto_hpke s, r;
    uint8_t context[PROTO_HPKE_EXPORT_CONTEXT_MAX + 1] = { 0 };
    struct proto_hpke_bytes longest = { context, sizeof context - 1 }, longer = { context, sizeof context };

    (void)state;
    both(CHACHA, &s, &r);
    assert_int_equal(proto_hpke_export(&s, none, out, sizeof out), ERR_RANGE);
    assert_int_equal(proto_hpke_export(&s, none, out, sizeof out - 1), OK);
    assert_int_equal(proto_hpke_export(&s, longer, out, 32), ERR_RANGE);
    assert_int_equal(proto_hpke_export(&s, longest, out, 32), OK);
}

static void a_finished_context_holds_nothing(void **state)
{
    struct proto_hpke s, r;

    (void)state;
    both(CHACHA, &s, &r);
    proto_hpke_fini(&s);
    assert_true(sodium_is_zero((const uint8_t *)&s, sizeof s));
}

static void two_seals_of_the_same_differ(void **state)
{
    uint8_t secret[32], public_key[32], enc[2][32];
    struct proto_hpke s;

    (void)state;
    assert_int_equal(crypto_box_keypair(public_key, secret), 0);
    assert_int_equal(proto_hpke_setup_sender(CHACHA, public_key, none, enc[0], &s), OK);
    assert_int_equal(proto_hpke_setup_sender(CHACHA, public_key, none, enc[1], &s), OK);
    assert_memory_not_equal(enc[0], enc[1], 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_rfc_9180_appendix_a_2),
        cmocka_unit_test(values_of_rfc_9180_export_only),
        cmocka_unit_test(messages_open_in_their_order_only),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(another_info_or_key_or_enc_does_not_open),
        cmocka_unit_test(keys_of_small_order_are_refused),
        cmocka_unit_test(export_only_neither_seals_nor_opens),
        cmocka_unit_test(a_used_up_sequence_is_refused),
        cmocka_unit_test(exports_over_their_limits_are_refused),
        cmocka_unit_test(a_finished_context_holds_nothing),
        cmocka_unit_test(two_seals_of_the_same_differ),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
