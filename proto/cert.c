/* Certificates: what a key may be used for, said by a root key, and for staff by a node's key. */
#include "proto/region.h"

#include "base/rd.h"
#include "base/wr.h"
#include "proto/fields.h"
#include "proto/sign.h"

#include <sodium.h>
#include <string.h>

#define CERT_NAME "cert"

enum { BODY_LEN = PROTO_HASH_LEN + PROTO_PARTNER_LEN + 2 + PROTO_KEY_LEN + 8 + 8 };

static uint64_t longest_s(uint8_t use)
{
    return UINT64_C(86400) * (use == PROTO_USE_STAFF ? PROTO_CERT_STAFF_DAYS_MAX
        : use == PROTO_USE_TLS ? PROTO_CERT_TLS_DAYS_MAX : PROTO_CERT_DAYS_MAX);
}

/* What no certificate may say, whoever signed it. */
static enum err check_claims(const struct proto_cert *c)
{
    bool is_staff = c->use == PROTO_USE_STAFF;

    if (c->use == 0 || c->use >= PROTO_USE_END)
        return ERR_RANGE;
    if (is_staff ? c->role == PROTO_ROLE_NONE || c->role >= PROTO_ROLE_END : c->role != PROTO_ROLE_NONE)
        return ERR_RANGE;
    if (c->from_s >= c->until_s || c->until_s > PROTO_TIME_MAX || sodium_is_zero(c->key, sizeof c->key))
        return ERR_RANGE;
    return c->until_s - c->from_s > longest_s(c->use) ? ERR_RANGE : OK;
}

static enum err encode(const struct proto_cert *c, uint8_t body[BODY_LEN])
{
    struct wr w;

    wr_init(&w, body, BODY_LEN);
    wr_copy(&w, c->region, sizeof c->region);
    wr_copy(&w, c->partner, sizeof c->partner);
    wr_u8(&w, c->use);
    wr_u8(&w, c->role);
    wr_copy(&w, c->key, sizeof c->key);
    wr_u64(&w, c->from_s);
    wr_u64(&w, c->until_s);
    return wr_end(&w);
}

static enum err decode(const uint8_t *body, size_t len, struct proto_cert *c)
{
    struct rd r;
    enum err e;

    rd_init(&r, body, len);
    rd_copy(&r, c->region, sizeof c->region);
    rd_copy(&r, c->partner, sizeof c->partner);
    c->use = rd_u8(&r);
    c->role = rd_u8(&r);
    rd_copy(&r, c->key, sizeof c->key);
    c->from_s = rd_u64(&r);
    c->until_s = rd_u64(&r);
    e = rd_end(&r);
    return e == OK ? check_claims(c) : e;
}

enum err proto_cert_make(
    const struct proto_cert *c, const uint8_t signer_secret[64], uint8_t *out, size_t cap, size_t *len)
{
    struct proto_signed s = { .body_len = BODY_LEN, .count = 1 };
    uint8_t body[BODY_LEN], sig[PROTO_SIG_LEN];
    enum err e;

    if ((e = check_claims(c)) != OK || (e = encode(c, body)) != OK ||
        (e = proto_sign_type(CERT_NAME, s.type)) != OK)
        return e;
    s.body = body;
    s.by[0].key = signer_secret + 32;  /* libsodium keeps the public key behind the seed */
    s.by[0].sig = sig;
    if (proto_sign_encoded_len(&s) > cap)
        return ERR_LONG;
    if ((e = proto_sign_make(s.type, body, sizeof body, signer_secret, sig)) != OK)
        return e;
    return proto_sign_encode(&s, out, cap, len);
}

/* An envelope with one signature of the right type. Verified only when asked. */
static enum err open_envelope(const uint8_t *data, size_t len, bool verify, struct proto_signed *s)
{
    enum err e = len > PROTO_CERT_MAX ? ERR_LONG : proto_sign_decode(data, len, s);

    if (e != OK)
        return e;
    if (!proto_sign_is(s, CERT_NAME))
        return ERR_SYNTAX;
    if (s->count != 1)
        return ERR_RANGE;
    return verify ? proto_sign_check_all(s) : OK;
}

static void narrow(struct proto_cert *c, uint64_t from_s, uint64_t until_s)
{
    if (c->from_s < from_s)
        c->from_s = from_s;
    if (c->until_s > until_s)
        c->until_s = until_s;
}

/* A root key of the partner: the present one, or one of before, which counts up to its moment. */
static enum err check_root(const struct proto_partner *p, const uint8_t signer[PROTO_KEY_LEN], struct proto_cert *c)
{
    if (sodium_memcmp(signer, p->root_key, PROTO_KEY_LEN) == 0)
        return OK;
    for (uint8_t i = 0; i < p->former_count; i++)
        if (sodium_memcmp(signer, p->former[i].key, PROTO_KEY_LEN) == 0) {
            narrow(c, 0, p->former[i].until_s);
            return OK;
        }
    return ERR_KEY;
}

/* Whether this key may say this: the root key of the partner, for staff its node's certified key. */
static enum err check_signer(const struct proto_partner *p, struct proto_cert *c, const uint8_t signer[PROTO_KEY_LEN],
    const struct proto_cert *node)
{
    if (c->use != PROTO_USE_STAFF)
        return check_root(p, signer, c);
    if (node == NULL || node->use != PROTO_USE_NODE || memcmp(node->partner, c->partner, sizeof c->partner) != 0
        || memcmp(node->region, c->region, sizeof c->region) != 0)
        return ERR_KEY;
    return sodium_memcmp(signer, node->key, PROTO_KEY_LEN) == 0 ? OK : ERR_KEY;
}

enum err proto_cert_narrow(const struct proto_region *r, struct proto_cert *c)
{
    const struct proto_partner *p = proto_region_partner(r, c->partner);

    if (p == NULL)
        return ERR_KEY;
    narrow(c, p->from_s, proto_partner_until(p));
    narrow(c, 0, proto_region_revoked_from(r, p, c->key));
    return c->from_s < c->until_s ? OK : ERR_DENIED;
}

enum err proto_cert_check(const struct proto_region *r, const uint8_t *signed_cert, size_t len,
    const struct proto_cert *node, struct proto_cert *out)
{
    const struct proto_partner *p;
    struct proto_signed s;
    struct proto_cert c = { .use = 0 };
    enum err e;

    if ((e = open_envelope(signed_cert, len, true, &s)) != OK || (e = decode(s.body, s.body_len, &c)) != OK)
        return e;
    if (sodium_memcmp(c.region, r->hash, sizeof c.region) != 0)
        return ERR_KEY;
    p = proto_region_partner(r, c.partner);
    if (p == NULL)
        return ERR_KEY;
    if ((e = check_signer(p, &c, s.by[0].key, node)) != OK)
        return e;
    if ((e = proto_cert_narrow(r, &c)) != OK)
        return e;
    *out = c;
    return OK;
}

enum err proto_cert_peek(
    const uint8_t *signed_cert, size_t len, struct proto_cert *out, uint8_t signer[PROTO_KEY_LEN])
{
    struct proto_signed s;
    struct proto_cert c = { .use = 0 };
    enum err e;

    if ((e = open_envelope(signed_cert, len, false, &s)) != OK || (e = decode(s.body, s.body_len, &c)) != OK)
        return e;
    *out = c;
    memcpy(signer, s.by[0].key, PROTO_KEY_LEN);
    return OK;
}

bool proto_cert_valid_at(const struct proto_cert *c, uint64_t at_s)
{
    return c->from_s <= at_s && at_s < c->until_s;
}
