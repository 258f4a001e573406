#include "proto/hkdf.h"

#include <sodium.h>
#include <string.h>

static void update(crypto_auth_hmacsha256_state *state, const uint8_t *data, size_t len)
{
    if (len != 0)
        (void)crypto_auth_hmacsha256_update(state, data, len);
}

void proto_hkdf_extract(const uint8_t *salt, size_t salt_len, const struct proto_hkdf_piece *ikm, size_t pieces,
    uint8_t prk[PROTO_HKDF_LEN])
{
    static const uint8_t none[PROTO_HKDF_LEN];
    crypto_auth_hmacsha256_state state;

    (void)crypto_auth_hmacsha256_init(&state, salt_len != 0 ? salt : none, salt_len != 0 ? salt_len : sizeof none);
    for (size_t i = 0; i < pieces; i++)
        update(&state, ikm[i].data, ikm[i].len);
    (void)crypto_auth_hmacsha256_final(&state, prk);
    sodium_memzero(&state, sizeof state);
}

enum err proto_hkdf_expand(const uint8_t prk[PROTO_HKDF_LEN], const uint8_t *info, size_t info_len,
    uint8_t *out, size_t out_len)
{
    crypto_auth_hmacsha256_state state;
    uint8_t block[PROTO_HKDF_LEN];
    size_t done = 0;

    if (out_len > PROTO_HKDF_EXPAND_MAX)
        return ERR_RANGE;
    for (uint8_t counter = 1; done < out_len; counter++) {
        size_t take = out_len - done < sizeof block ? out_len - done : sizeof block;
        (void)crypto_auth_hmacsha256_init(&state, prk, PROTO_HKDF_LEN);
        if (counter > 1)
            update(&state, block, sizeof block);
        update(&state, info, info_len);
        update(&state, &counter, 1);
        (void)crypto_auth_hmacsha256_final(&state, block);
        memcpy(out + done, block, take);
        done += take;
    }
    sodium_memzero(block, sizeof block);
    sodium_memzero(&state, sizeof state);
    return OK;
}
