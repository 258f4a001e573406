/*
 * proto/sign: the one way anything of ours is signed: Ed25519 (RFC 8032) over the DSSE pre-authentication
 * encoding of (type, body), and the envelope that carries a body with up to four signatures:
 *
 *     signed = u16 length, type | u32 length, body | u8 n | n * (32 key id | 64 Ed25519)
 *
 * The key id is the public key itself: whether that key may say this is for the caller to decide, after
 * verifying and before decoding the body. Order of signatures has meaning to callers (first and second pair
 * of eyes), so it is kept and not sorted; a key signs once. No state; any thread. The program has called
 * sodium_init. Source: DSSE protocol (secure-systems-lab), RFC 8032.
 */
#ifndef PROTO_SIGN_H
#define PROTO_SIGN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTO_SIGN_PUBLIC_LEN 32
#define PROTO_SIGN_SECRET_LEN 64  /* as libsodium keeps it: seed, then public key */
#define PROTO_SIGN_SIG_LEN 64
#define PROTO_SIGN_BY_MAX 4
#define PROTO_SIGN_NAME_MAX 37  /* of the <name> in application/vnd.schakel.<name>.v1; a type is 64 at most */
#define PROTO_SIGN_TYPE_MAX (24 + PROTO_SIGN_NAME_MAX + 3)
#define PROTO_SIGN_BODY_MAX ((size_t)1 << 20)  /* one frame */

struct proto_signed_by {
    const uint8_t *key;  /* PROTO_SIGN_PUBLIC_LEN */
    const uint8_t *sig;  /* PROTO_SIGN_SIG_LEN */
};

/* An envelope taken apart. Borrows everything but the type. */
struct proto_signed {
    char type[PROTO_SIGN_TYPE_MAX + 1];
    const uint8_t *body;
    size_t body_len;
    uint8_t count;
    struct proto_signed_by by[PROTO_SIGN_BY_MAX];
};

/*
 * The full type of a name: "consent" gives "application/vnd.schakel.consent.v1".  A name is
 * [a-z][a-z0-9_-]*, at most PROTO_SIGN_NAME_MAX.  ERR_SYNTAX, ERR_LONG.
 */
MUST_USE enum err proto_sign_type(const char *name, char out[PROTO_SIGN_TYPE_MAX + 1]);

/* ERR_SYNTAX for another prefix or a bad name, ERR_VERSION for another version than v1. */
MUST_USE enum err proto_sign_type_check(const char *type);

/* Whether the envelope's type is that of this name. */
bool proto_sign_is(const struct proto_signed *s, const char *name);

/* The bytes that are signed, for any type and body, into out.  ERR_LONG when cap is too small. */
MUST_USE enum err proto_sign_pae(const char *type, const uint8_t *body, size_t body_len,
    uint8_t *out, size_t cap, size_t *len);

/*
 * Sign body as type.  No allocation for bodies up to about 4 KiB.
 * ERR_SYNTAX, ERR_VERSION (type), ERR_LONG (body), ERR_NOMEM, ERR_KEY (libsodium refused the key).
 */
MUST_USE enum err proto_sign_make(const char *type, const uint8_t *body, size_t body_len,
    const uint8_t secret_key[PROTO_SIGN_SECRET_LEN], uint8_t sig[PROTO_SIGN_SIG_LEN]);

/* ERR_SIGNATURE when it does not verify; also ERR_SYNTAX, ERR_VERSION, ERR_LONG, ERR_NOMEM as above. */
MUST_USE enum err proto_sign_check(const char *type, const uint8_t *body, size_t body_len,
    const uint8_t public_key[PROTO_SIGN_PUBLIC_LEN], const uint8_t sig[PROTO_SIGN_SIG_LEN]);

/* The encoded length of an envelope. */
size_t proto_sign_encoded_len(const struct proto_signed *s);

/*
 * ERR_RANGE for no or too many signatures or the same key twice, ERR_LONG when out is too small or the
 * body too long, ERR_SYNTAX or ERR_VERSION for the type.
 */
MUST_USE enum err proto_sign_encode(const struct proto_signed *s, uint8_t *out, size_t cap, size_t *len);

/*
 * Take an envelope apart; nothing is verified. *out borrows data. ERR_SHORT, ERR_LONG (bytes after the end),
 * ERR_RANGE (counts, lengths, the same key twice), ERR_SYNTAX and ERR_VERSION (type).
 */
MUST_USE enum err proto_sign_decode(const uint8_t *data, size_t len, struct proto_signed *out);

/*
 * Every signature in the envelope must verify; ERR_SIGNATURE when one does not, ERR_RANGE when there is none.
 */
MUST_USE enum err proto_sign_check_all(const struct proto_signed *s);

#endif
