/*
 * Project Wycheproof's edge cases against what we rely on: of libsodium Ed25519, X25519, the two AEADs and
 * HMAC; of our own HKDF-SHA-256 and the refusal of small-order keys in proto/hpke. HKDF-SHA-512 is not in the
 * product: its file is run over the library's HMAC-SHA-512 with an HKDF written out here.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/hkdf.h"
#include "proto/hpke.h"
#include "vectors.h"

#include <stdbool.h>

/* One test of a file: true when it was accepted and every value came out. */
typedef bool accept_fn(const cJSON *group, const cJSON *test);

struct count {
    size_t valid, invalid, acceptable;
};

/* Runs a whole file; "acceptable" is for the function to judge and only counted. */
static struct count run(const char *name, accept_fn *accept)
{
    cJSON *json = vectors_json(name);
    const cJSON *group, *test;
    struct count n = { 0, 0, 0 };

    cJSON_ArrayForEach(group, cJSON_GetObjectItem(json, "testGroups")) {
        cJSON_ArrayForEach(test, cJSON_GetObjectItem(group, "tests")) {
            const char *result = vector_text(test, "result");
            bool accepted = accept(group, test);
            if (strcmp(result, "acceptable") == 0) {
                n.acceptable++;
                continue;
            }
            if (accepted != (strcmp(result, "valid") == 0))
                fail_msg("%s test %d (%s): %s, but it was %s", name, (int)vector_number(test, "tcId"),
                    vector_text(test, "comment"), result, accepted ? "accepted" : "refused");
            n.valid += accepted ? 1 : 0;
            n.invalid += accepted ? 0 : 1;
        }
    }
    assert_int_equal(n.valid + n.invalid + n.acceptable, vector_number(json, "numberOfTests"));
    cJSON_Delete(json);
    return n;
}

static bool accept_ed25519(const cJSON *group, const cJSON *test)
{
    struct vector key = vector_hex(cJSON_GetObjectItem(group, "publicKey"), "pk");
    struct vector message = vector_hex(test, "msg"), sig = vector_hex(test, "sig");
    bool ok = key.len == 32 && sig.len == 64 &&
        crypto_sign_verify_detached(sig.data, message.data, message.len, key.data) == 0;

    vector_free(&key);
    vector_free(&message);
    vector_free(&sig);
    return ok;
}

static void ed25519(void **state)
{
    struct count n = run("wycheproof/ed25519_test.json", accept_ed25519);

    (void)state;
    assert_int_equal(n.valid, 88);
    assert_int_equal(n.invalid, 63);
}

static size_t x25519_zero, x25519_same;

/*
 * A shared secret of zeros must be refused, by the library and by the KEM built on it; any other must match.
 */
static bool accept_x25519(const cJSON *group, const cJSON *test)
{
    struct vector public_key = vector_hex(test, "public"), secret = vector_hex(test, "private");
    struct vector shared = vector_hex(test, "shared");
    const struct proto_hpke_bytes none = { NULL, 0 };
    struct proto_hpke ctx;
    uint8_t out[32], enc[32];
    bool ok;

    (void)group;
    assert_int_equal(public_key.len, 32);
    assert_int_equal(secret.len, 32);
    ok = crypto_scalarmult(out, secret.data, public_key.data) == 0 && memcmp(out, shared.data, 32) == 0;
    if (sodium_is_zero(shared.data, shared.len)) {
        assert_false(ok);
        assert_int_equal(proto_hpke_setup_sender(PROTO_HPKE_CHACHA20_POLY1305, public_key.data, none, enc, &ctx), ERR_KEY);
        assert_int_equal(proto_hpke_setup_receiver(PROTO_HPKE_CHACHA20_POLY1305, secret.data, none, public_key.data, &ctx),
            ERR_KEY);
        x25519_zero++;
    } else {
        assert_true(ok);
        x25519_same++;
    }
    vector_free(&public_key);
    vector_free(&secret);
    vector_free(&shared);
    return ok;
}

static void x25519(void **state)
{
    struct count n = run("wycheproof/x25519_test.json", accept_x25519);

    (void)state;
    assert_int_equal(n.valid, 264);
    assert_int_equal(n.invalid, 0);
    assert_int_equal(x25519_same, 487);
    assert_int_equal(x25519_zero, 31);
}

typedef int encrypt_fn(unsigned char *, unsigned long long *, const unsigned char *, unsigned long long,
    const unsigned char *, unsigned long long, const unsigned char *, const unsigned char *, const unsigned char *);
typedef int decrypt_fn(unsigned char *, unsigned long long *, unsigned char *, const unsigned char *, unsigned long long,
    const unsigned char *, unsigned long long, const unsigned char *, const unsigned char *);

/* Decrypts; what opens must be the message, and encrypting that must give the ciphertext. */
static bool accept_aead(const cJSON *test, size_t nonce_len, encrypt_fn *encrypt, decrypt_fn *decrypt)
{
    struct vector key = vector_hex(test, "key"), nonce = vector_hex(test, "iv"), aad = vector_hex(test, "aad");
    struct vector message = vector_hex(test, "msg"), ct = vector_hex(test, "ct"), tag = vector_hex(test, "tag");
    size_t len = ct.len + tag.len;
    uint8_t *whole = malloc(len), *out = malloc(len);
    bool ok;

    assert_non_null(whole);
    assert_non_null(out);
    memcpy(whole, ct.data, ct.len);
    memcpy(whole + ct.len, tag.data, tag.len);
    ok = key.len == 32 && tag.len == 16 && nonce.len == nonce_len &&
        decrypt(out, NULL, NULL, whole, len, aad.data, aad.len, nonce.data, key.data) == 0;
    if (ok) {
        assert_int_equal(message.len, ct.len);
        assert_memory_equal(out, message.data, message.len);
        assert_int_equal(encrypt(out, NULL, message.data, message.len, aad.data, aad.len, NULL, nonce.data, key.data), 0);
        assert_memory_equal(out, whole, len);
    }
    free(whole);
    free(out);
    vector_free(&key);
    vector_free(&nonce);
    vector_free(&aad);
    vector_free(&message);
    vector_free(&ct);
    vector_free(&tag);
    return ok;
}

static bool accept_chacha(const cJSON *group, const cJSON *test)
{
    (void)group;
    return accept_aead(test, crypto_aead_chacha20poly1305_ietf_NPUBBYTES, crypto_aead_chacha20poly1305_ietf_encrypt,
        crypto_aead_chacha20poly1305_ietf_decrypt);
}

static bool accept_xchacha(const cJSON *group, const cJSON *test)
{
    (void)group;
    return accept_aead(test, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, crypto_aead_xchacha20poly1305_ietf_encrypt,
        crypto_aead_xchacha20poly1305_ietf_decrypt);
}

static void chacha20_poly1305(void **state)
{
    struct count n = run("wycheproof/chacha20_poly1305_test.json", accept_chacha);

    (void)state;
    assert_int_equal(n.valid + n.invalid, 325);
}

static void xchacha20_poly1305(void **state)
{
    struct count n = run("wycheproof/xchacha20_poly1305_test.json", accept_xchacha);

    (void)state;
    assert_int_equal(n.valid + n.invalid, 315);
}

/* Truncated tags are in the set: the first tagSize bits count. */
static bool is_tag(const cJSON *group, const cJSON *test, const uint8_t *mac, size_t mac_len)
{
    struct vector tag = vector_hex(test, "tag");
    bool same = tag.len == vector_number(group, "tagSize") / 8 && tag.len <= mac_len &&
        memcmp(tag.data, mac, tag.len) == 0;

    vector_free(&tag);
    return same;
}

static bool accept_hmac_sha256(const cJSON *group, const cJSON *test)
{
    struct vector key = vector_hex(test, "key"), message = vector_hex(test, "msg");
    crypto_auth_hmacsha256_state state;
    uint8_t mac[32];

    (void)crypto_auth_hmacsha256_init(&state, key.data, key.len);
    (void)crypto_auth_hmacsha256_update(&state, message.data, message.len);
    (void)crypto_auth_hmacsha256_final(&state, mac);
    vector_free(&key);
    vector_free(&message);
    return is_tag(group, test, mac, sizeof mac);
}

static void hmac512(const uint8_t *key, size_t key_len, const struct vector *part, size_t parts, uint8_t mac[64])
{
    crypto_auth_hmacsha512_state state;

    (void)crypto_auth_hmacsha512_init(&state, key, key_len);
    for (size_t i = 0; i < parts; i++)
        (void)crypto_auth_hmacsha512_update(&state, part[i].data, part[i].len);
    (void)crypto_auth_hmacsha512_final(&state, mac);
}

static bool accept_hmac_sha512(const cJSON *group, const cJSON *test)
{
    struct vector key = vector_hex(test, "key"), message = vector_hex(test, "msg");
    uint8_t mac[64];

    hmac512(key.data, key.len, &message, 1, mac);
    vector_free(&key);
    vector_free(&message);
    return is_tag(group, test, mac, sizeof mac);
}

static void hmac_sha256(void **state)
{
    struct count n = run("wycheproof/hmac_sha256_test.json", accept_hmac_sha256);

    (void)state;
    assert_int_equal(n.valid + n.invalid, 174);
}

static void hmac_sha512(void **state)
{
    struct count n = run("wycheproof/hmac_sha512_test.json", accept_hmac_sha512);

    (void)state;
    assert_int_equal(n.valid + n.invalid, 174);
}

static bool accept_hkdf_sha256(const cJSON *group, const cJSON *test)
{
    struct vector ikm = vector_hex(test, "ikm"), salt = vector_hex(test, "salt"), info = vector_hex(test, "info");
    struct vector okm = vector_hex(test, "okm");
    size_t size = (size_t)vector_number(test, "size");
    struct proto_hkdf_piece whole = { ikm.data, ikm.len };
    uint8_t *out = malloc(size), prk[32];
    bool ok;

    (void)group;
    assert_non_null(out);
    proto_hkdf_extract(salt.data, salt.len, &whole, 1, prk);
    ok = proto_hkdf_expand(prk, info.data, info.len, out, size) == OK;
    if (ok) {
        assert_int_equal(okm.len, size);
        assert_memory_equal(out, okm.data, size);
    }
    free(out);
    vector_free(&ikm);
    vector_free(&salt);
    vector_free(&info);
    vector_free(&okm);
    return ok;
}

static bool accept_hkdf_sha512(const cJSON *group, const cJSON *test)
{
    struct vector ikm = vector_hex(test, "ikm"), salt = vector_hex(test, "salt"), info = vector_hex(test, "info");
    struct vector okm = vector_hex(test, "okm");
    size_t size = (size_t)vector_number(test, "size");
    uint8_t prk[64], block[64], number = 0, none[64] = { 0 };
    bool ok = size <= (size_t)255 * 64;

    (void)group;
    hmac512(salt.len != 0 ? salt.data : none, salt.len != 0 ? salt.len : sizeof none, &ikm, 1, prk);
    for (size_t done = 0; ok && done < size; done += 64) {
        const struct vector part[3] = { { block, number == 0 ? 0 : 64 }, info, { &number, 1 } };
        number++;
        hmac512(prk, sizeof prk, part, 3, block);
        assert_memory_equal(block, okm.data + done, size - done < 64 ? size - done : 64);
    }
    vector_free(&ikm);
    vector_free(&salt);
    vector_free(&info);
    vector_free(&okm);
    return ok;
}

static void hkdf_sha256(void **state)
{
    struct count n = run("wycheproof/hkdf_sha256_test.json", accept_hkdf_sha256);

    (void)state;
    assert_int_equal(n.valid + n.invalid, 86);
    assert_in_range(n.invalid, 1, 86);
}

static void hkdf_sha512(void **state)
{
    struct count n = run("wycheproof/hkdf_sha512_test.json", accept_hkdf_sha512);

    (void)state;
    assert_int_equal(n.valid + n.invalid, 83);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ed25519),
        cmocka_unit_test(x25519),
        cmocka_unit_test(chacha20_poly1305),
        cmocka_unit_test(xchacha20_poly1305),
        cmocka_unit_test(hmac_sha256),
        cmocka_unit_test(hmac_sha512),
        cmocka_unit_test(hkdf_sha256),
        cmocka_unit_test(hkdf_sha512),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
