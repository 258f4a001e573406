/*
 * base/hash: the published values, and libsodium's second opinion for every length over several blocks, in one piece and in two.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/text.h"

#include <sodium.h>
#include <string.h>

enum { LENGTHS = 300 };

static void assert_hex(const uint8_t hash[HASH_LEN], const char *hex)
{
    char text[2 * HASH_LEN + 1];

    text_hex(hash, HASH_LEN, text, sizeof text);
    assert_string_equal(text, hex);
}

static void assert_hash(const char *text, const char *hex)
{
    uint8_t out[HASH_LEN];

    hash_once((const uint8_t *)text, strlen(text), out);
    assert_hex(out, hex);
}

static void assert_mac(const uint8_t *key, size_t key_len, const char *text, const char *hex)
{
    uint8_t out[HASH_LEN];
    struct hash_mac m;

    hash_mac_init(&m, key, key_len);
    hash_mac_update(&m, (const uint8_t *)text, strlen(text));
    hash_mac_final(&m, out);
    assert_hex(out, hex);
}

static void fill(uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(i * 31 + 7);
}

/* ---- FIPS 180-4 ---- */

static void nothing_has_the_published_hash(void **state)
{
    (void)state;
    assert_hash("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void three_letters_have_the_published_hash(void **state)
{
    (void)state;
    assert_hash("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void two_blocks_have_the_published_hash(void **state)
{
    (void)state;
    assert_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* ---- RFC 4231 ---- */

static void the_first_case_has_the_published_mac(void **state)
{
    uint8_t key[20];

    (void)state;
    memset(key, 0x0b, sizeof key);
    assert_mac(key, sizeof key, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

static void a_short_key_has_the_published_mac(void **state)
{
    (void)state;
    assert_mac((const uint8_t *)"Jefe", 4, "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void a_key_longer_than_a_block_has_the_published_mac(void **state)
{
    uint8_t key[131];

    (void)state;
    memset(key, 0xaa, sizeof key);
    assert_mac(key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* ---- against libsodium ---- */

static void every_length_hashes_as_libsodium_does(void **state)
{
    uint8_t data[LENGTHS], ours[HASH_LEN], theirs[HASH_LEN];
    struct hash h;

    (void)state;
    fill(data, sizeof data);
    hash_init(&h);
    for (size_t len = 0; len <= sizeof data; len++) {
        (void)crypto_hash_sha256(theirs, data, len);
        hash_once(data, len, ours);
        assert_memory_equal(ours, theirs, HASH_LEN);
        /* In two pieces, with a state that was used before. */
        hash_update(&h, data, len / 3);
        hash_update(&h, data + len / 3, len - len / 3);
        hash_final(&h, ours);
        assert_memory_equal(ours, theirs, HASH_LEN);
    }
}

static void every_length_has_libsodiums_mac(void **state)
{
    uint8_t data[LENGTHS], key[32], ours[HASH_LEN], theirs[HASH_LEN];
    struct hash_mac m;

    (void)state;
    fill(data, sizeof data);
    fill(key, sizeof key);
    hash_mac_init(&m, key, sizeof key);
    for (size_t len = 0; len <= sizeof data; len++) {
        (void)crypto_auth_hmacsha256(theirs, data, len, key);
        hash_mac_update(&m, data, len / 2);
        hash_mac_update(&m, data + len / 2, len - len / 2);
        hash_mac_final(&m, ours);
        assert_memory_equal(ours, theirs, HASH_LEN);
    }
}

static void a_state_may_be_copied(void **state)
{
    uint8_t data[100], one[HASH_LEN], other[HASH_LEN];
    struct hash h, copy;

    (void)state;
    fill(data, sizeof data);
    hash_init(&h);
    hash_update(&h, data, 70);
    copy = h;
    hash_update(&h, data + 70, 30);
    hash_final(&h, one);
    hash_update(&copy, data + 70, 30);
    hash_final(&copy, other);
    assert_memory_equal(one, other, HASH_LEN);
}

static void nothing_may_be_added(void **state)
{
    uint8_t one[HASH_LEN], other[HASH_LEN];
    struct hash h;

    (void)state;
    hash_once(NULL, 0, one);
    hash_init(&h);
    hash_update(&h, NULL, 0);
    hash_final(&h, other);
    assert_memory_equal(one, other, HASH_LEN);
}

static void what_is_hashed_may_be_written_over(void **state)
{
    uint8_t data[64], expected[HASH_LEN];

    (void)state;
    fill(data, sizeof data);
    (void)crypto_hash_sha256(expected, data, sizeof data);
    hash_once(data, sizeof data, data + 16);
    assert_memory_equal(data + 16, expected, HASH_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_the_published_hash),
        cmocka_unit_test(three_letters_have_the_published_hash),
        cmocka_unit_test(two_blocks_have_the_published_hash),
        cmocka_unit_test(the_first_case_has_the_published_mac),
        cmocka_unit_test(a_short_key_has_the_published_mac),
        cmocka_unit_test(a_key_longer_than_a_block_has_the_published_mac),
        cmocka_unit_test(every_length_hashes_as_libsodium_does),
        cmocka_unit_test(every_length_has_libsodiums_mac),
        cmocka_unit_test(a_state_may_be_copied),
        cmocka_unit_test(nothing_may_be_added),
        cmocka_unit_test(what_is_hashed_may_be_written_over),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
