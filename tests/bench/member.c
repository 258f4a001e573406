#include "tests/bench/region.h"

#include "base/clock.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, BEFORE_S = 3600, CERTS = 4 };

static const struct {
    const char *handle, *kind, *event;
    size_t to;
} members[BENCH_PARTNERS] = {
    { "school-a", "vo", "VZM", 2 },
    { "school-b", "vo", "LRV", 2 },
    { "attendance", "leerplicht", "OVERIG", 0 },
    { "access", "cjg", "HELP_REQ", 2 },
};

void bench_member_init(struct bench_region *r)
{
    for (size_t i = 0; i < BENCH_PARTNERS; i++) {
        struct bench_member *m = &r->member[i];
        uint8_t public[PROTO_KEY_LEN];

        m->handle = members[i].handle;
        m->kind = members[i].kind;
        m->event = members[i].event;
        m->to = members[i].to;
        (void)crypto_sign_keypair(public, m->root);
        (void)crypto_sign_keypair(public, m->node);
        (void)crypto_sign_keypair(public, m->staff);
    }
}

static struct proto_cert cert_of(
    const struct bench_region *r, const struct bench_member *m, enum proto_use use, const uint8_t *key)
{
    struct proto_cert c = {
        .use = (uint8_t)use, .from_s = clock_now_s() - BEFORE_S, .until_s = clock_now_s() + 7 * DAY_S
    };

    memcpy(c.region, r->region.hash, sizeof c.region);
    memcpy(c.partner, m->as->id, sizeof c.partner);
    memcpy(c.key, key, sizeof c.key);
    return c;
}

enum err bench_member_staff(
    const struct bench_region *r, const struct bench_member *m, uint8_t *out, size_t cap, size_t *len)
{
    struct proto_cert c = cert_of(r, m, PROTO_USE_STAFF, m->staff + 32);

    c.role = PROTO_ROLE_COORDINATOR;
    return proto_cert_make(&c, m->node, out, cap, len);
}

enum err bench_member_node(
    const struct bench_region *r, const struct bench_member *m, uint8_t *out, size_t cap, size_t *len)
{
    struct proto_cert c = cert_of(r, m, PROTO_USE_NODE, m->node + 32);

    return proto_cert_make(&c, m->root, out, cap, len);
}

/* The two X25519 keys are of nobody: nothing is sealed to them here. */
enum err bench_member_join(
    struct bench_region *r, struct bench_member *m, uint8_t *out, size_t cap, size_t *len)
{
    static const enum proto_use use[CERTS] = { PROTO_USE_NODE, PROTO_USE_HPKE, PROTO_USE_OFFICER,
        PROTO_USE_TLS };
    uint8_t key[CERTS][PROTO_KEY_LEN], ignored[32], cert[CERTS][PROTO_CERT_MAX], *csr = NULL;
    struct proto_join j = { .cert_count = CERTS };
    size_t csr_len = 0;
    enum err e = proto_tls_make_key(&m->tls_key);

    if (e == OK)
        e = proto_tls_make_request(m->tls_key.text, m->handle, &csr, &csr_len);
    if (e == OK)
        e = proto_tls_request_key(csr, csr_len, key[3]);
    memcpy(key[0], m->node + 32, sizeof key[0]);
    (void)crypto_box_keypair(key[1], ignored);
    (void)crypto_box_keypair(key[2], ignored);
    for (size_t i = 0; e == OK && i < CERTS; i++) {
        struct proto_cert c = cert_of(r, m, use[i], key[i]);

        e = proto_cert_make(&c, m->root, cert[i], sizeof cert[i], &j.cert[i].len);
        j.cert[i].data = cert[i];
    }
    memcpy(j.partner, m->as->id, sizeof j.partner);
    j.csr = (struct proto_blob){ csr, csr_len };
    if (e == OK)
        e = proto_join_make(&r->region, &j, m->root, out, cap, len);
    free(csr);
    return e;
}

struct wire_tls bench_member_tls(const struct bench_region *r, const struct bench_member *m)
{
    return (struct wire_tls){ m->tls_cert.text, m->tls_key.text, r->ca.text };
}
