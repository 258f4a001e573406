/*
 * proto/hkdf: HKDF-SHA-256 (RFC 5869); libsodium 1.0.18 has none.  No state; any thread.
 */
#ifndef PROTO_HKDF_H
#define PROTO_HKDF_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define PROTO_HKDF_LEN 32
#define PROTO_HKDF_EXPAND_MAX ((size_t)255 * PROTO_HKDF_LEN)

/* Borrowed. data may be NULL when len is 0. */
struct proto_hkdf_piece {
    const uint8_t *data;
    size_t len;
};

/*
 * Extract. salt may be NULL when salt_len is 0. ikm is given in pieces, one behind the other, so that a label before it (RFC 9180 section 4)
 * needs no room.
 */
void proto_hkdf_extract(const uint8_t *salt, size_t salt_len, const struct proto_hkdf_piece *ikm, size_t pieces,
    uint8_t prk[PROTO_HKDF_LEN]);

/* Expand. ERR_RANGE for more than PROTO_HKDF_EXPAND_MAX. */
MUST_USE enum err proto_hkdf_expand(const uint8_t prk[PROTO_HKDF_LEN], const uint8_t *info, size_t info_len,
    uint8_t *out, size_t out_len);

#endif
