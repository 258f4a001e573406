/*
 * base/hash: SHA-256 (FIPS 180-4) and HMAC with it (RFC 2104), and the only file that knows nettle. libsodium's SHA-256 is
 * portable C; nettle's uses the processor's own instructions where there are any and is four times as fast, and GnuTLS brings it
 * anyway. For what the log and its receipts hash, again and again; what is hashed now and then may go on using libsodium.
 * Nothing here can fail. No state; any thread.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_LEN = 32 };

/* Storage is the caller's and holds nothing but bytes: it may be copied, and wiped with sodium_memzero. */
struct hash { uint64_t room[16]; };
struct hash_mac { uint64_t room[48]; };

void hash_init(struct hash *h);
/* data may be NULL when len is 0. */
void hash_update(struct hash *h, const uint8_t *data, size_t len);
/* h is as after hash_init then. */
void hash_final(struct hash *h, uint8_t out[HASH_LEN]);
/* All at once. out may lie within data. */
void hash_once(const uint8_t *data, size_t len, uint8_t out[HASH_LEN]);

/* A key of any length. A secret key stands in m: wipe it. */
void hash_mac_init(struct hash_mac *m, const uint8_t *key, size_t len);
void hash_mac_update(struct hash_mac *m, const uint8_t *data, size_t len);
/* m is ready for another text under the same key then. */
void hash_mac_final(struct hash_mac *m, uint8_t out[HASH_LEN]);

#endif
