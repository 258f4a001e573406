/* proto/hkdf: the cases of RFC 5869 appendix A for SHA-256, and its limit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/hkdf.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct row { const char *ikm, *salt, *info, *prk, *okm; };

static size_t unhex(const char *hex, uint8_t *out, size_t cap)
{
    size_t len = 0;

    assert_int_equal(sodium_hex2bin(out, cap, hex, strlen(hex), NULL, &len, NULL), 0);
    return len;
}

static void check(const struct row *row)
{
    uint8_t ikm[128], salt[128], info[128], prk[32], expected[128], okm[128];
    size_t ikm_len = unhex(row->ikm, ikm, sizeof ikm), salt_len = unhex(row->salt, salt, sizeof salt);
    size_t info_len = unhex(row->info, info, sizeof info), okm_len;
    struct proto_hkdf_piece whole = { ikm, ikm_len };

    (void)unhex(row->prk, expected, sizeof expected);
    proto_hkdf_extract(salt_len != 0 ? salt : NULL, salt_len, &whole, 1, prk);
    assert_memory_equal(prk, expected, 32);
    /* Wherever it is cut, into pieces that may be empty, the key is the same. */
    for (size_t cut = 0; cut <= ikm_len; cut++) {
        struct proto_hkdf_piece piece[3] = { { ikm, cut }, { NULL, 0 }, { ikm + cut, ikm_len - cut } };

        memset(prk, 0, sizeof prk);
        proto_hkdf_extract(salt_len != 0 ? salt : NULL, salt_len, piece, 3, prk);
        assert_memory_equal(prk, expected, 32);
    }
    okm_len = unhex(row->okm, expected, sizeof expected);
    assert_int_equal(proto_hkdf_expand(prk, info_len != 0 ? info : NULL, info_len, okm, okm_len), OK);
    assert_memory_equal(okm, expected, okm_len);
}

static void rfc_5869_case_1(void **state)
{
    static const struct row row = { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9", "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" };

    (void)state;
    check(&row);
}

static void rfc_5869_case_2_with_long_inputs(void **state)
{
    static const struct row row = {
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
        "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
        "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
        "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
        "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87" };

    (void)state;
    check(&row);
}

static void rfc_5869_case_3_without_salt_and_info(void **state)
{
    static const struct row row = { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
        "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" };

    (void)state;
    check(&row);
}

static void expanding_stops_at_255_blocks(void **state)
{
    static uint8_t out[PROTO_HKDF_EXPAND_MAX + 1], before[PROTO_HKDF_EXPAND_MAX + 1];
    uint8_t prk[32] = { 1 };

    (void)state;
    assert_int_equal(proto_hkdf_expand(prk, NULL, 0, out, sizeof out), ERR_RANGE);
    assert_memory_equal(out, before, sizeof out);
    assert_int_equal(proto_hkdf_expand(prk, NULL, 0, out, PROTO_HKDF_EXPAND_MAX), OK);
    assert_int_equal(out[PROTO_HKDF_EXPAND_MAX], 0);
}

/* A longer output starts as a shorter one, wherever the block ends. */
static void every_length_is_a_prefix(void **state)
{
    uint8_t prk[32] = { 1 }, whole[100];

    (void)state;
    assert_int_equal(proto_hkdf_expand(prk, (const uint8_t *)"i", 1, whole, sizeof whole), OK);
    for (size_t n = 0; n <= sizeof whole; n++) {
        uint8_t *part = malloc(n);
        assert_non_null(part);
        assert_int_equal(proto_hkdf_expand(prk, (const uint8_t *)"i", 1, part, n), OK);
        assert_memory_equal(part, whole, n);
        free(part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_5869_case_1),
        cmocka_unit_test(rfc_5869_case_2_with_long_inputs),
        cmocka_unit_test(rfc_5869_case_3_without_salt_and_info),
        cmocka_unit_test(expanding_stops_at_255_blocks),
        cmocka_unit_test(every_length_is_a_prefix),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
