/*
 * The vectors of RFC 9180 for X25519, HKDF-SHA256 with ChaCha20-Poly1305 and with export only: mode base. The
 * psk, auth and auth-psk settings of the file are not run: proto/hpke has no such modes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/hpke.h"
#include "vectors.h"

#define FILE_NAME "hpke/rfc9180_x25519_hkdfsha256_chacha20poly1305.json"

static struct proto_hpke_bytes bytes(const struct vector *v)
{
    struct proto_hpke_bytes b = { v->data, v->len };

    return b;
}

static void assert_value(const cJSON *setting, const char *key, const uint8_t *data, size_t len)
{
    struct vector v = vector_hex(setting, key);

    assert_int_equal(v.len, len);
    assert_memory_equal(v.data, data, len);
    vector_free(&v);
}

/* Both sides from the seeds in the file; every derived value is compared. */
static void setup(const cJSON *setting, struct proto_hpke *s, struct proto_hpke *r)
{
    enum proto_hpke_aead aead = (enum proto_hpke_aead)vector_number(setting, "aead_id");
    struct vector info = vector_hex(setting, "info"), ikm_r = vector_hex(setting, "ikmR");
    struct vector ikm_e = vector_hex(setting, "ikmE");
    uint8_t secret[32], public_key[32], enc[32];

    assert_int_equal(ikm_e.len, PROTO_HPKE_SEED_LEN);
    assert_int_equal(proto_hpke_derive_key_pair(bytes(&ikm_r), secret, public_key), OK);
    assert_value(setting, "skRm", secret, 32);
    assert_value(setting, "pkRm", public_key, 32);
    assert_int_equal(proto_hpke_setup_sender_from(aead, public_key, bytes(&info), ikm_e.data, enc, s), OK);
    assert_value(setting, "enc", enc, 32);
    assert_int_equal(proto_hpke_setup_receiver(aead, secret, bytes(&info), enc, r), OK);
    assert_value(setting, "exporter_secret", s->exporter_secret, 32);
    assert_value(setting, "exporter_secret", r->exporter_secret, 32);
    if (aead == PROTO_HPKE_CHACHA20_POLY1305) {
        assert_value(setting, "key", s->key, 32);
        assert_value(setting, "base_nonce", s->base_nonce, 12);
    }
    vector_free(&info);
    vector_free(&ikm_r);
    vector_free(&ikm_e);
}

static void check_encryption(const cJSON *row, struct proto_hpke *s, struct proto_hpke *r)
{
    struct vector aad = vector_hex(row, "aad"), pt = vector_hex(row, "pt"), ct = vector_hex(row, "ct");
    uint8_t *made = malloc(pt.len + PROTO_HPKE_TAG_LEN), *back = malloc(pt.len);

    assert_non_null(made);
    assert_non_null(back);
    assert_int_equal(ct.len, pt.len + PROTO_HPKE_TAG_LEN);
    assert_int_equal(proto_hpke_seal(s, bytes(&aad), bytes(&pt), made), OK);
    assert_memory_equal(made, ct.data, ct.len);
    assert_int_equal(proto_hpke_open(r, bytes(&aad), bytes(&ct), back), OK);
    assert_memory_equal(back, pt.data, pt.len);
    free(made);
    free(back);
    vector_free(&aad);
    vector_free(&pt);
    vector_free(&ct);
}

static void check_export(const cJSON *row, const struct proto_hpke *s, const struct proto_hpke *r)
{
    struct vector context = vector_hex(row, "exporter_context"), value = vector_hex(row, "exported_value");
    uint8_t out[64];

    assert_int_equal(vector_number(row, "L"), value.len);
    assert_int_equal(proto_hpke_export(s, bytes(&context), out, value.len), OK);
    assert_memory_equal(out, value.data, value.len);
    assert_int_equal(proto_hpke_export(r, bytes(&context), out, value.len), OK);
    assert_memory_equal(out, value.data, value.len);
    vector_free(&context);
    vector_free(&value);
}

static void every_setting_of_mode_base_matches(void **state)
{
    cJSON *json = vectors_json(FILE_NAME);
    const cJSON *setting, *row;
    size_t settings = 0, encryptions = 0, exports = 0;

    (void)state;
    cJSON_ArrayForEach(setting, json) {
        struct proto_hpke s, r;
        if (vector_number(setting, "mode") != 0)
            continue;
        setup(setting, &s, &r);
        cJSON_ArrayForEach(row, cJSON_GetObjectItem(setting, "encryptions")) {
            check_encryption(row, &s, &r);
            encryptions++;
        }
        cJSON_ArrayForEach(row, cJSON_GetObjectItem(setting, "exports")) {
            check_export(row, &s, &r);
            exports++;
        }
        settings++;
    }
    assert_int_equal(settings, 2);
    assert_int_equal(encryptions, 257);
    assert_int_equal(exports, 6);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_of_mode_base_matches),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
