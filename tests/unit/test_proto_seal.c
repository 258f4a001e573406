/* proto/seal: buckets, padding, and that nothing bent opens. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/seal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static uint8_t secret[32], public_key[32];
static const uint8_t once_key[32] = { 1, 2, 3 };
static const struct proto_seal_bound bound = { { (const uint8_t *)"info", 4 }, { (const uint8_t *)"aad", 3 } };

static int make_keys(void **state)
{
    (void)state;
    return crypto_box_keypair(public_key, secret);
}

static struct proto_hpke_bytes bytes(const uint8_t *data, size_t len)
{
    struct proto_hpke_bytes b = { data, len };

    return b;
}

/* A sealed plaintext of our own making, right or wrong; the caller frees it. */
static uint8_t *seal_raw(const uint8_t *plain, size_t len)
{
    struct proto_hpke ctx;
    uint8_t *out = malloc(len + PROTO_SEAL_OVERHEAD);

    assert_non_null(out);
    assert_int_equal(proto_hpke_setup_sender(PROTO_HPKE_CHACHA20_POLY1305, public_key, bound.info, out, &ctx), OK);
    assert_int_equal(proto_hpke_seal(&ctx, bound.aad, bytes(plain, len), out + 32), OK);
    return out;
}

static enum err open_raw(const uint8_t *plain, size_t len)
{
    uint8_t *sealed = seal_raw(plain, len), *out = NULL;
    size_t out_len = 77;
    enum err e = proto_seal_open(secret, &bound, bytes(sealed, len + PROTO_SEAL_OVERHEAD), &out, &out_len);

    if (e == OK) {
        proto_seal_free(out, out_len);
    } else {
        assert_null(out);
        assert_int_equal(out_len, 77);
    }
    free(sealed);
    return e;
}

static void buckets_are_as_documented(void **state)
{
    (void)state;
    assert_int_equal(proto_seal_bucket(0), 256);
    assert_int_equal(proto_seal_bucket(252), 256);
    assert_int_equal(proto_seal_bucket(253), 288);
    assert_int_equal(proto_seal_bucket(284), 288);
    assert_int_equal(proto_seal_bucket(285), 320);
    assert_int_equal(proto_seal_bucket(PROTO_SEAL_DATA_MAX + 1), 0);
    assert_int_equal(proto_seal_bucket(SIZE_MAX), 0);
}

/*
 * 16-byte steps at the start, then never more than 7 % and a block over what is needed; each fits its data.
 */
static void buckets_grow_by_seven_percent(void **state)
{
    size_t last = 256, buckets = 1;

    (void)state;
    for (size_t n = 0; n <= PROTO_SEAL_DATA_MAX; n += 13) {
        size_t b = proto_seal_bucket(n);
        assert_in_range(b, n + 4, 1048576 - 4096);
        assert_int_equal(b % 16, 0);
        if (b != last) {
            assert_in_range(b * 100, last * 107, last * 107 + 1600);
            last = b;
            buckets++;
        }
    }
    assert_in_range(buckets, 100, 130);
}

static void data_goes_round_at_every_size_near_a_bucket(void **state)
{
    static const size_t sizes[] = { 0, 1, 251, 252, 253, 283, 284, 285, 4096, 65536, PROTO_SEAL_DATA_MAX };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *data = malloc(sizes[i]), *sealed = NULL, *out = NULL;
        size_t len = 0, out_len = 99;
        assert_non_null(data);
        randombytes_buf(data, sizes[i]);
        assert_int_equal(proto_seal_make(public_key, &bound, bytes(data, sizes[i]), &sealed, &len), OK);
        assert_int_equal(len, proto_seal_bucket(sizes[i]) + PROTO_SEAL_OVERHEAD);
        assert_int_equal(proto_seal_open(secret, &bound, bytes(sealed, len), &out, &out_len), OK);
        assert_int_equal(out_len, sizes[i]);
        assert_memory_equal(out, data, out_len);
        proto_seal_free(out, out_len);
        proto_seal_free(sealed, len);
        free(data);
    }
}

static void data_over_the_limit_is_refused(void **state)
{
    uint8_t *data = calloc(1, PROTO_SEAL_DATA_MAX + 1), *sealed = NULL;
    size_t len = 5;

    (void)state;
    assert_non_null(data);
    assert_int_equal(proto_seal_make(public_key, &bound, bytes(data, PROTO_SEAL_DATA_MAX + 1), &sealed, &len), ERR_LONG);
    assert_int_equal(proto_seal_make_once(once_key, &bound, bytes(data, PROTO_SEAL_DATA_MAX + 1), &sealed, &len),
        ERR_LONG);
    assert_null(sealed);
    assert_int_equal(len, 5);
    free(data);
}

static void every_flipped_bit_is_refused(void **state)
{
    uint8_t *sealed = NULL, *out = NULL;
    size_t len = 0, out_len = 0;

    (void)state;
    assert_int_equal(proto_seal_make(public_key, &bound, bytes((const uint8_t *)"data", 4), &sealed, &len), OK);
    for (size_t i = 0; i < len * 8; i++) {
        sealed[i / 8] ^= (uint8_t)(1u << (i % 8));
        /* X25519 does not read the top bit of a key, but HPKE binds enc as it came. */
        assert_int_equal(proto_seal_open(secret, &bound, bytes(sealed, len), &out, &out_len), ERR_SIGNATURE);
        assert_null(out);
        sealed[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    proto_seal_free(sealed, len);
}

static void every_prefix_is_refused(void **state)
{
    uint8_t *sealed = NULL, *out = NULL;
    uint8_t data[300] = { 0 };
    size_t len = 0, out_len = 0;

    (void)state;
    assert_int_equal(proto_seal_make(public_key, &bound, bytes(data, sizeof data), &sealed, &len), OK);
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *in = malloc(cut);
        assert_non_null(in);
        memcpy(in, sealed, cut);
        assert_int_not_equal(proto_seal_open(secret, &bound, bytes(in, cut), &out, &out_len), OK);
        assert_null(out);
        free(in);
    }
    proto_seal_free(sealed, len);
}

static void a_size_that_is_no_buckets_is_refused_before_decrypting(void **state)
{
    static uint8_t plain[1 << 20];

    (void)state;
    assert_int_equal(open_raw(plain, 240), ERR_SHORT);
    assert_int_equal(open_raw(plain, 256), OK);
    assert_int_equal(open_raw(plain, 272), ERR_RANGE);
    assert_int_equal(open_raw(plain, proto_seal_bucket(PROTO_SEAL_DATA_MAX) + 16), ERR_LONG);
}

static void another_bound_does_not_open(void **state)
{
    const struct proto_seal_bound other_info = { { (const uint8_t *)"inf0", 4 }, bound.aad };
    const struct proto_seal_bound other_aad = { bound.info, { (const uint8_t *)"abd", 3 } };
    const struct proto_seal_bound swapped = { bound.aad, bound.info };
    const struct proto_seal_bound *const others[] = { &other_info, &other_aad, &swapped };
    uint8_t *sealed = NULL, *out = NULL;
    size_t len = 0, out_len = 0;

    (void)state;
    assert_int_equal(proto_seal_make(public_key, &bound, bytes((const uint8_t *)"data", 4), &sealed, &len), OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(proto_seal_open(secret, others[i], bytes(sealed, len), &out, &out_len), ERR_SIGNATURE);
    assert_null(out);
    proto_seal_free(sealed, len);
}

static void another_key_does_not_open(void **state)
{
    uint8_t other[32], other_public[32], *sealed = NULL, *out = NULL;
    size_t len = 0, out_len = 0;

    (void)state;
    assert_int_equal(crypto_box_keypair(other_public, other), 0);
    assert_int_equal(proto_seal_make(public_key, &bound, bytes((const uint8_t *)"data", 4), &sealed, &len), OK);
    assert_int_equal(proto_seal_open(other, &bound, bytes(sealed, len), &out, &out_len), ERR_SIGNATURE);
    assert_null(out);
    proto_seal_free(sealed, len);
}

static void a_recipient_of_small_order_is_refused(void **state)
{
    uint8_t zero[32] = { 0 }, *sealed = NULL;
    size_t len = 3;

    (void)state;
    assert_int_equal(proto_seal_make(zero, &bound, bytes((const uint8_t *)"data", 4), &sealed, &len), ERR_KEY);
    assert_null(sealed);
    assert_int_equal(len, 3);
}

static void padding_that_is_not_zero_is_refused(void **state)
{
    uint8_t plain[256] = { 0, 0, 0, 2, 'h', 'i' };

    (void)state;
    assert_int_equal(open_raw(plain, sizeof plain), OK);
    for (size_t i = 6; i < sizeof plain; i++) {
        plain[i] = 1;
        assert_int_equal(open_raw(plain, sizeof plain), ERR_SYNTAX);
        plain[i] = 0;
    }
}

static void a_length_over_the_bucket_is_refused(void **state)
{
    uint8_t plain[256] = { 0, 0, 0, 253 };

    (void)state;
    assert_int_equal(open_raw(plain, sizeof plain), ERR_SYNTAX);
    plain[3] = 252;
    assert_int_equal(open_raw(plain, sizeof plain), OK);
    memset(plain, 0xff, 4);
    assert_int_equal(open_raw(plain, sizeof plain), ERR_SYNTAX);
}

static void a_bucket_larger_than_needed_is_refused(void **state)
{
    uint8_t plain[288] = { 0, 0, 0, 252 };

    (void)state;
    assert_int_equal(open_raw(plain, sizeof plain), ERR_SYNTAX);
    plain[3] = 253;
    assert_int_equal(open_raw(plain, sizeof plain), OK);
}

static void a_key_used_once_seals_and_opens(void **state)
{
    uint8_t *sealed = NULL, *out = NULL;
    size_t len = 0, out_len = 0;

    (void)state;
    assert_int_equal(proto_seal_make_once(once_key, &bound, bytes((const uint8_t *)"opening", 7), &sealed, &len), OK);
    assert_int_equal(len, 256 + 16);
    assert_int_equal(proto_seal_open_once(once_key, &bound, bytes(sealed, len), &out, &out_len), OK);
    assert_int_equal(out_len, 7);
    assert_memory_equal(out, "opening", 7);
    proto_seal_free(out, out_len);
    proto_seal_free(sealed, len);
}

static void every_flipped_bit_and_prefix_under_a_key_used_once_is_refused(void **state)
{
    const struct proto_seal_bound other = { bound.info, { NULL, 0 } };
    uint8_t *sealed = NULL, *out = NULL;
    size_t len = 0, out_len = 0;

    (void)state;
    assert_int_equal(proto_seal_make_once(once_key, &bound, bytes((const uint8_t *)"opening", 7), &sealed, &len), OK);
    for (size_t i = 0; i < len * 8; i++) {
        sealed[i / 8] ^= (uint8_t)(1u << (i % 8));
        assert_int_equal(proto_seal_open_once(once_key, &bound, bytes(sealed, len), &out, &out_len), ERR_SIGNATURE);
        sealed[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    for (size_t cut = 0; cut < len; cut++)
        assert_int_not_equal(proto_seal_open_once(once_key, &bound, bytes(sealed, cut), &out, &out_len), OK);
    assert_int_equal(proto_seal_open_once(once_key, &other, bytes(sealed, len), &out, &out_len), ERR_SIGNATURE);
    assert_null(out);
    proto_seal_free(sealed, len);
}

static void freeing_nothing_is_allowed(void **state)
{
    (void)state;
    proto_seal_free(NULL, 0);
    proto_seal_free(NULL, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_are_as_documented),
        cmocka_unit_test(buckets_grow_by_seven_percent),
        cmocka_unit_test(data_goes_round_at_every_size_near_a_bucket),
        cmocka_unit_test(data_over_the_limit_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(a_size_that_is_no_buckets_is_refused_before_decrypting),
        cmocka_unit_test(another_bound_does_not_open),
        cmocka_unit_test(another_key_does_not_open),
        cmocka_unit_test(a_recipient_of_small_order_is_refused),
        cmocka_unit_test(padding_that_is_not_zero_is_refused),
        cmocka_unit_test(a_length_over_the_bucket_is_refused),
        cmocka_unit_test(a_bucket_larger_than_needed_is_refused),
        cmocka_unit_test(a_key_used_once_seals_and_opens),
        cmocka_unit_test(every_flipped_bit_and_prefix_under_a_key_used_once_is_refused),
        cmocka_unit_test(freeing_nothing_is_allowed),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
