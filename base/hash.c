#include "base/hash.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <stdalign.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct hash), "nettle's state fits");
_Static_assert(alignof(struct sha256_ctx) <= alignof(struct hash), "and stands right");
_Static_assert(sizeof(struct hmac_sha256_ctx) <= sizeof(struct hash_mac), "nettle's state fits");
_Static_assert(alignof(struct hmac_sha256_ctx) <= alignof(struct hash_mac), "and stands right");

static struct sha256_ctx *of_hash(struct hash *h)
{
    return (struct sha256_ctx *)(void *)h->room;
}

static struct hmac_sha256_ctx *of_mac(struct hash_mac *m)
{
    return (struct hmac_sha256_ctx *)(void *)m->room;
}

void hash_init(struct hash *h)
{
    sha256_init(of_hash(h));
}

void hash_update(struct hash *h, const uint8_t *data, size_t len)
{
    if (len != 0)
        sha256_update(of_hash(h), len, data);
}

void hash_final(struct hash *h, uint8_t out[HASH_LEN])
{
    sha256_digest(of_hash(h), HASH_LEN, out);
}

void hash_once(const uint8_t *data, size_t len, uint8_t out[HASH_LEN])
{
    struct hash h;

    hash_init(&h);
    hash_update(&h, data, len);
    hash_final(&h, out);
}

void hash_mac_init(struct hash_mac *m, const uint8_t *key, size_t len)
{
    hmac_sha256_set_key(of_mac(m), len, key);
}

void hash_mac_update(struct hash_mac *m, const uint8_t *data, size_t len)
{
    if (len != 0)
        hmac_sha256_update(of_mac(m), len, data);
}

void hash_mac_final(struct hash_mac *m, uint8_t out[HASH_LEN])
{
    hmac_sha256_digest(of_mac(m), HASH_LEN, out);
}
