/* join.req and welcome: the two files that people carry when a partner joins. */
#include "proto/region.h"

#include "base/rd.h"
#include "base/wr.h"
#include "proto/sign.h"
#include "proto/tls.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define JOIN_NAME "join"
#define WELCOME_NAME "welcome"

enum {
    CERTS_MAX = 8,
    CSR_MAX = 2048,
    BODY_MAX = PROTO_HASH_LEN + PROTO_PARTNER_LEN + 1 + CERTS_MAX * (2 + PROTO_CERT_MAX) + 2 + CSR_MAX,
    FILE_MAX = BODY_MAX + 256  /* type, lengths, one signature */
};

/* ---- the envelope, for both ---- */

/* body signed as name by one key, into out. */
static enum err seal(
    const char *name, const struct wr *body, const uint8_t secret[64], uint8_t *out, size_t cap, size_t *len)
{
    struct proto_signed s = { .count = 1 };
    uint8_t sig[PROTO_SIG_LEN];
    enum err e = wr_end(body);

    if (e != OK || (e = proto_sign_type(name, s.type)) != OK)
        return e;
    s.body = body->buf;
    s.body_len = body->len;
    s.by[0].key = secret + 32;  /* libsodium keeps the public key behind the seed */
    s.by[0].sig = sig;
    if (proto_sign_encoded_len(&s) > cap)
        return ERR_LONG;
    if ((e = proto_sign_make(s.type, s.body, s.body_len, secret, sig)) != OK)
        return e;
    return proto_sign_encode(&s, out, cap, len);
}

/* Verified, with one signature; whether its key may say this is not judged yet. */
static enum err unseal(
    const char *name, const uint8_t *data, size_t len, struct proto_signed *s, struct trouble *t)
{
    enum err e = len > FILE_MAX ? ERR_LONG : proto_sign_decode(data, len, s);

    if (e == OK && !proto_sign_is(s, name))
        e = ERR_SYNTAX;
    if (e == OK && s->count != 1)
        e = ERR_RANGE;
    if (e != OK)
        return trouble_set(t, e, "this is not a %s file", "dit is geen %s-bestand", name);
    e = proto_sign_check_all(s);
    return trouble_set(t, e, "the signature does not verify; ask for the file again",
        "de handtekening klopt niet; vraag het bestand opnieuw");
}

/* Region and partner, with which both bodies begin. *partner is NULL after a failure. */
static enum err read_head(
    struct rd *rd, const struct proto_region *r, const struct proto_partner **partner, struct trouble *t)
{
    uint8_t region[PROTO_HASH_LEN], id[PROTO_PARTNER_LEN];

    *partner = NULL;
    rd_copy(rd, region, sizeof region);
    rd_copy(rd, id, sizeof id);
    if (rd->err != OK)
        return rd->err;
    if (sodium_memcmp(region, r->hash, sizeof region) != 0)
        return trouble_set(t, ERR_KEY,
            "this file is for another region, or for another version of this region's file",
            "dit bestand is voor een andere regio, of voor een andere versie van het regiobestand");
    if ((*partner = proto_region_partner(r, id)) == NULL)
        return trouble_set(t, ERR_NOTFOUND, "this file is of somebody who is not in the region file",
            "dit bestand is van iemand die niet in het regiobestand staat");
    return OK;
}

/* ---- join.req ---- */

/* Node, HPKE, one or more officers, TLS: in this order, so that there is one encoding; TLS for the key of the
 * request. */
static enum err check_certs(
    const struct proto_region *r, const struct proto_join *j, const uint8_t tls_key[32])
{
    unsigned seen[PROTO_USE_END] = { 0 };
    uint8_t last = 0;

    for (uint8_t i = 0; i < j->cert_count; i++) {
        struct proto_cert c;
        enum err e = proto_cert_check(r, j->cert[i].data, j->cert[i].len, NULL, &c);

        if (e != OK)
            return e;
        if (memcmp(c.partner, j->partner, sizeof c.partner) != 0)
            return ERR_KEY;
        if (c.use < last || (c.use == PROTO_USE_TLS && sodium_memcmp(c.key, tls_key, sizeof c.key) != 0))
            return ERR_RANGE;
        last = c.use;
        seen[c.use]++;
    }
    return seen[PROTO_USE_NODE] == 1 && seen[PROTO_USE_HPKE] == 1 && seen[PROTO_USE_OFFICER] >= 1 &&
        seen[PROTO_USE_TLS] == 1 ? OK : ERR_RANGE;
}

static enum err check_join(const struct proto_region *r, const struct proto_join *j, struct trouble *t)
{
    uint8_t tls_key[32];
    enum err e = proto_tls_request_key(j->csr.data, j->csr.len, tls_key);

    if (e != OK)
        return trouble_set(t, e, "the TLS request in it is not valid", "de TLS-aanvraag erin is niet geldig");
    e = check_certs(r, j, tls_key);
    return trouble_set(t, e,
        "the certificates in it are not those of this partner: node, hpke, officers, tls",
        "de certificaten erin zijn niet die van deze partner: node, hpke, officers, tls");
}

enum err proto_join_make(const struct proto_region *r, const struct proto_join *j,
    const uint8_t root_secret[64], uint8_t *out, size_t cap, size_t *len)
{
    const struct proto_partner *p = proto_region_partner(r, j->partner);
    uint8_t *body = NULL;
    struct wr w;
    enum err e;

    if (p == NULL || sodium_memcmp(p->root_key, root_secret + 32, PROTO_KEY_LEN) != 0)
        return ERR_KEY;
    if (j->cert_count > CERTS_MAX || j->csr.len > CSR_MAX)
        return ERR_RANGE;
    if ((e = check_join(r, j, NULL)) != OK)
        return e;
    if ((body = malloc(BODY_MAX)) == NULL)
        return ERR_NOMEM;
    wr_init(&w, body, BODY_MAX);
    wr_copy(&w, r->hash, sizeof r->hash);
    wr_copy(&w, j->partner, sizeof j->partner);
    wr_u8(&w, j->cert_count);
    for (uint8_t i = 0; i < j->cert_count; i++)
        wr_bytes16(&w, j->cert[i].data, j->cert[i].len);
    wr_bytes16(&w, j->csr.data, j->csr.len);
    e = seal(JOIN_NAME, &w, root_secret, out, cap, len);
    free(body);
    return e;
}

static enum err read_join(struct rd *rd, struct proto_join *j)
{
    j->cert_count = rd_u8(rd);
    if (j->cert_count > CERTS_MAX)
        rd_fail(rd, ERR_RANGE);
    for (uint8_t i = 0; rd->err == OK && i < j->cert_count; i++)
        j->cert[i].data = rd_bytes16(rd, PROTO_CERT_MAX, &j->cert[i].len);
    j->csr.data = rd_bytes16(rd, CSR_MAX, &j->csr.len);
    return rd_end(rd);
}

enum err proto_join_check(
    const struct proto_region *r, const uint8_t *data, size_t len, struct proto_join *out, struct trouble *t)
{
    struct proto_join j = { .cert_count = 0 };
    const struct proto_partner *p;
    struct proto_signed s;
    struct rd rd;
    enum err e;

    if ((e = unseal(JOIN_NAME, data, len, &s, t)) != OK)
        return e;
    rd_init(&rd, s.body, s.body_len);
    if ((e = read_head(&rd, r, &p, t)) == OK)
        e = read_join(&rd, &j);
    if (e != OK)
        return trouble_set(t, e, "the file is damaged", "het bestand is beschadigd");
    if (sodium_memcmp(s.by[0].key, p->root_key, PROTO_KEY_LEN) != 0)
        return trouble_set(t, ERR_KEY, "the file is not signed with this partner's root key",
            "het bestand is niet met de hoofdsleutel van deze partner getekend");
    memcpy(j.partner, p->id, sizeof j.partner);
    if ((e = check_join(r, &j, t)) != OK)
        return e;
    *out = j;
    return OK;
}

/* ---- welcome ---- */

/* "host:port" by its looks; what it means is found out when dialling. */
static bool is_address(const char *text, size_t len)
{
    if (len < 3 || len >= sizeof ((struct proto_welcome *)NULL)->address || memchr(text, ':', len) == NULL)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return true;
}

enum err proto_welcome_make(const struct proto_region *r, const struct proto_welcome *w,
    const uint8_t log_secret[64], uint8_t *out, size_t cap, size_t *len)
{
    size_t address_len = strnlen(w->address, sizeof w->address);
    uint8_t body[PROTO_HASH_LEN + PROTO_PARTNER_LEN + 2 + sizeof w->address + 2 + PROTO_TLS_DER_MAX];
    struct wr b;

    if (proto_region_partner(r, w->partner) == NULL ||
        sodium_memcmp(r->log_key, log_secret + 32, PROTO_KEY_LEN) != 0)
        return ERR_KEY;
    if (!is_address(w->address, address_len) || w->client_cert.len == 0 ||
        w->client_cert.len > PROTO_TLS_DER_MAX)
        return ERR_RANGE;
    wr_init(&b, body, sizeof body);
    wr_copy(&b, r->hash, sizeof r->hash);
    wr_copy(&b, w->partner, sizeof w->partner);
    wr_bytes16(&b, (const uint8_t *)w->address, address_len);
    wr_bytes16(&b, w->client_cert.data, w->client_cert.len);
    return seal(WELCOME_NAME, &b, log_secret, out, cap, len);
}

static enum err read_welcome(struct rd *rd, struct proto_welcome *w)
{
    size_t address_len = 0;
    const uint8_t *address = rd_bytes16(rd, sizeof w->address - 1, &address_len);

    if (address != NULL && !is_address((const char *)address, address_len))
        rd_fail(rd, ERR_SYNTAX);
    w->client_cert.data = rd_bytes16(rd, PROTO_TLS_DER_MAX, &w->client_cert.len);
    if (rd->err == OK && w->client_cert.len == 0)
        rd_fail(rd, ERR_RANGE);
    if (rd->err == OK && address != NULL)
        memcpy(w->address, address, address_len);  /* the rest is zero already */
    return rd_end(rd);
}

enum err proto_welcome_check(const struct proto_region *r, const uint8_t *data, size_t len,
    struct proto_welcome *out, struct trouble *t)
{
    struct proto_welcome w = { .address = "" };
    const struct proto_partner *p;
    struct proto_signed s;
    struct rd rd;
    enum err e;

    if ((e = unseal(WELCOME_NAME, data, len, &s, t)) != OK)
        return e;
    rd_init(&rd, s.body, s.body_len);
    if ((e = read_head(&rd, r, &p, t)) == OK)
        e = read_welcome(&rd, &w);
    if (e != OK)
        return trouble_set(t, e, "the file is damaged", "het bestand is beschadigd");
    if (sodium_memcmp(s.by[0].key, r->log_key, PROTO_KEY_LEN) != 0)
        return trouble_set(t, ERR_KEY, "the file is not signed by this region's hub",
            "het bestand is niet door de hub van deze regio getekend");
    memcpy(w.partner, p->id, sizeof w.partner);
    *out = w;
    return OK;
}
