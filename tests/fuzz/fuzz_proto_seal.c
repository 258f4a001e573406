/*
 * proto/seal: what is inside when it opens, whose bytes the sender chose, and what does not open. The first byte says whether the rest is sealed by
 * a key of ours, as the padded plaintext itself, or stands there as it came. What is accepted is padded in the one way.
 */
#include "tests/fuzz/fuzz.h"

#include "proto/opening.h"
#include "proto/seal.h"
#include "proto/sealing.h"

#include <sodium.h>
#include <string.h>

enum { AS_IT_CAME, ONCE, BOX, WHICH, ROOM = 70000, TAG = PROTO_HPKE_TAG_LEN };

static const uint8_t once_key[PROTO_SEAL_KEY_LEN] = { 3 }, secret_key[PROTO_KEY_LEN] = { 5 };
static const struct proto_seal_bound bound = { { (const uint8_t *)"info", 4 }, { (const uint8_t *)"aad", 3 } };

/* Sealed again it is as long, and opens to the same. */
static void opened(const uint8_t *plain, size_t plain_len, const uint8_t *out, size_t len)
{
    size_t bucket = proto_seal_bucket(len);

    FUZZ_HOLDS(bucket == plain_len && len + 4 <= plain_len && memcmp(out, plain + 4, len) == 0);
    FUZZ_HOLDS(sodium_is_zero(plain + 4 + len, plain_len - 4 - len));
    FUZZ_HOLDS(((size_t)plain[0] << 24 | (size_t)plain[1] << 16 | (size_t)plain[2] << 8 | plain[3]) == len);
}

static void once(const uint8_t *plain, size_t len)
{
    static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    uint8_t *sealed = malloc(len + TAG), *out = NULL;
    size_t out_len = 0;

    FUZZ_HOLDS(sealed != NULL);
    FUZZ_HOLDS(crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, plain, len, bound.aad.data, bound.aad.len, NULL, nonce, once_key) == 0);
    if (proto_seal_open_once(once_key, &bound, (struct proto_hpke_bytes){ sealed, len + TAG }, &out, &out_len) == OK)
        opened(plain, len, out, out_len);
    else
        FUZZ_HOLDS(out == NULL);
    proto_seal_free(out, out_len);
    free(sealed);
}

static void box(const uint8_t *plain, size_t len)
{
    uint8_t public[PROTO_KEY_LEN], *sealed = malloc(PROTO_HPKE_ENC_LEN + len + TAG), *out = NULL;
    struct proto_hpke ctx = { 0 };
    size_t out_len = 0;

    FUZZ_HOLDS(sealed != NULL && crypto_scalarmult_base(public, secret_key) == 0);
    FUZZ_HOLDS(proto_hpke_setup_sender(PROTO_HPKE_CHACHA20_POLY1305, public, bound.info, sealed, &ctx) == OK);
    FUZZ_HOLDS(proto_hpke_seal(&ctx, bound.aad, (struct proto_hpke_bytes){ plain, len }, sealed + PROTO_HPKE_ENC_LEN) == OK);
    proto_hpke_fini(&ctx);
    if (proto_seal_open(secret_key, &bound, (struct proto_hpke_bytes){ sealed, PROTO_HPKE_ENC_LEN + len + TAG }, &out, &out_len) == OK)
        opened(plain, len, out, out_len);
    else
        FUZZ_HOLDS(out == NULL);
    proto_seal_free(out, out_len);
    free(sealed);
}

/* What nobody sealed for us opens nowhere. */
static void as_it_came(const uint8_t *data, size_t len)
{
    const struct proto_sealing_part part = { .id = { 1 } };
    const struct proto_sealing_release release = { .purpose = "att_followup", .subject = { .type = PROTO_SUBJECT_HANDLE } };
    const struct proto_opening_place place = { .index = 3, .number = 4 };
    struct proto_opening_seal *seal = calloc(1, sizeof *seal);
    struct proto_opening *opening = malloc(sizeof *opening);
    const struct proto_blob sealed = { data, len };
    uint8_t *out = NULL;
    size_t out_len = 0;

    FUZZ_HOLDS(seal != NULL && opening != NULL);
    FUZZ_HOLDS(proto_sealing_part_open(&part, secret_key, sealed, &out, &out_len) != OK && out == NULL);
    FUZZ_HOLDS(proto_sealing_release_open(&release, secret_key, sealed, &out, &out_len) != OK && out == NULL);
    if (len >= PROTO_HPKE_ENC_LEN && proto_opening_seal_receive(seal, part.region, part.to, secret_key, data) == OK) {
        const struct proto_blob rest = { data + PROTO_HPKE_ENC_LEN, len - PROTO_HPKE_ENC_LEN };

        FUZZ_HOLDS(proto_opening_seal_get(seal, &place, rest, opening) != OK);
        proto_opening_seal_fini(seal);
    }
    free(opening);
    free(seal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static void (*const take[WHICH])(const uint8_t *, size_t) = { as_it_came, once, box };

    if (sodium_init() < 0)
        abort();
    if (len != 0 && len < ROOM)
        take[data[0] % WHICH](data + 1, len - 1);
    return 0;
}
