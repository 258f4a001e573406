/* proto/cert: what a key may be used for, and who may say so (P-156, P-157). */
#include "tests/support/check.h"
#include "tests/support/region_sample.h"

#include "proto/region.h"
#include "proto/sign.h"

#include <sodium.h>

enum { NODE_SEED = 41, STAFF_SEED = 42 };

static struct region_sample sample;

/* A certificate of the first partner. */
static struct proto_cert claims(uint8_t use)
{
    struct proto_cert c = { .use = use, .from_s = 1000, .until_s = 2000 };
    uint8_t secret_key[64];

    memcpy(c.region, sample.r.hash, sizeof c.region);
    memcpy(c.partner, sample.id[0], sizeof c.partner);
    c.role = use == PROTO_USE_STAFF ? PROTO_ROLE_CASEWORKER : PROTO_ROLE_NONE;
    region_sample_key(use == PROTO_USE_STAFF ? STAFF_SEED : NODE_SEED, c.key, secret_key);
    return c;
}

static size_t make(const struct proto_cert *c, const uint8_t secret_key[64], uint8_t out[PROTO_CERT_MAX])
{
    size_t len = 0;

    assert_err(proto_cert_make(c, secret_key, out, PROTO_CERT_MAX, &len), OK);
    return len;
}

/* Check a copy of exactly this size; on failure nothing may have been written. */
static enum err check(const uint8_t *data, size_t len, const struct proto_cert *node, struct proto_cert *out)
{
    uint8_t *exact = check_exact(data, len);
    struct proto_cert before;
    enum err e;

    memset(out, 0x5a, sizeof *out);
    before = *out;
    e = proto_cert_check(&sample.r, exact, len, node, out);
    if (e != OK)
        assert_memory_equal(out, &before, sizeof before);
    free(exact);
    return e;
}

static void assert_same(const struct proto_cert *a, const struct proto_cert *b)
{
    assert_memory_equal(a->region, b->region, sizeof a->region);
    assert_memory_equal(a->partner, b->partner, sizeof a->partner);
    assert_memory_equal(a->key, b->key, sizeof a->key);
    assert_int_equal(a->use, b->use);
    assert_int_equal(a->role, b->role);
    assert_int_equal(a->from_s, b->from_s);
    assert_int_equal(a->until_s, b->until_s);
}

static void a_root_key_certifies_every_use_but_staff(void **state)
{
    uint8_t buf[PROTO_CERT_MAX];
    struct proto_cert out;

    (void)state;
    for (uint8_t use = PROTO_USE_NODE; use < PROTO_USE_STAFF; use++) {
        struct proto_cert c = claims(use);
        size_t len = make(&c, sample.root_secret[0], buf);

        assert_err(check(buf, len, NULL, &out), OK);
        assert_same(&out, &c);
    }
}

/* The first partner's node certificate and its secret key. */
static struct proto_cert node_of(uint8_t secret_key[64])
{
    struct proto_cert c = claims(PROTO_USE_NODE);
    uint8_t public_key[32];

    region_sample_key(NODE_SEED, public_key, secret_key);
    return c;
}

static void a_node_key_certifies_staff(void **state)
{
    uint8_t buf[PROTO_CERT_MAX], node_secret[64];
    struct proto_cert node = node_of(node_secret), c = claims(PROTO_USE_STAFF), out;
    size_t len;

    (void)state;
    for (uint8_t role = PROTO_ROLE_NONE + 1; role < PROTO_ROLE_END; role++) {
        c.role = role;
        len = make(&c, node_secret, buf);
        assert_err(check(buf, len, &node, &out), OK);
        assert_same(&out, &c);
    }
}

static void staff_without_a_node_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX], node_secret[64];
    struct proto_cert c = claims(PROTO_USE_STAFF), out;
    size_t len;

    (void)state;
    (void)node_of(node_secret);
    len = make(&c, node_secret, buf);
    assert_err(check(buf, len, NULL, &out), ERR_KEY);
}

static void staff_signed_by_the_root_key_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX], node_secret[64];
    struct proto_cert node = node_of(node_secret), c = claims(PROTO_USE_STAFF), out;
    size_t len = make(&c, sample.root_secret[0], buf);

    (void)state;
    assert_err(check(buf, len, &node, &out), ERR_KEY);
    assert_err(check(buf, len, NULL, &out), ERR_KEY);
}

static void staff_under_the_node_of_another_partner_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX], node_secret[64];
    struct proto_cert node = node_of(node_secret), c = claims(PROTO_USE_STAFF), out;
    size_t len;

    (void)state;
    memcpy(node.partner, sample.id[1], sizeof node.partner);
    len = make(&c, node_secret, buf);
    assert_err(check(buf, len, &node, &out), ERR_KEY);
}

static void staff_under_a_key_for_another_use_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX], node_secret[64];
    struct proto_cert node = node_of(node_secret), c = claims(PROTO_USE_STAFF), out;
    size_t len = make(&c, node_secret, buf);

    (void)state;
    for (uint8_t use = PROTO_USE_NODE + 1; use < PROTO_USE_END; use++) {
        node.use = use;
        assert_err(check(buf, len, &node, &out), ERR_KEY);
    }
}

static void staff_under_a_node_of_another_region_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX], node_secret[64];
    struct proto_cert node = node_of(node_secret), c = claims(PROTO_USE_STAFF), out;
    size_t len = make(&c, node_secret, buf);

    (void)state;
    node.region[0] ^= 1;
    assert_err(check(buf, len, &node, &out), ERR_KEY);
}

static void the_root_key_of_another_partner_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX];
    struct proto_cert c = claims(PROTO_USE_NODE), out;
    size_t len = make(&c, sample.root_secret[1], buf);

    (void)state;
    assert_err(check(buf, len, NULL, &out), ERR_KEY);
}

static void a_partner_who_is_not_in_the_region_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX];
    struct proto_cert c = claims(PROTO_USE_NODE), out;
    size_t len;

    (void)state;
    memset(c.partner, 0x77, sizeof c.partner);
    len = make(&c, sample.root_secret[0], buf);
    assert_err(check(buf, len, NULL, &out), ERR_KEY);
}

static void another_region_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX];
    struct proto_cert c = claims(PROTO_USE_NODE), out;
    size_t len;

    (void)state;
    c.region[31] ^= 1;
    len = make(&c, sample.root_secret[0], buf);
    assert_err(check(buf, len, NULL, &out), ERR_KEY);
}

static void every_strict_prefix_and_one_byte_more_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX];
    struct proto_cert c = claims(PROTO_USE_NODE), out;
    size_t len = make(&c, sample.root_secret[0], buf);

    (void)state;
    for (size_t i = 0; i < len; i++)
        assert_int_not_equal(check(buf, i, NULL, &out), OK);
    buf[len] = 0;
    assert_err(check(buf, len + 1, NULL, &out), ERR_LONG);
}

static void every_flipped_bit_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX];
    struct proto_cert c = claims(PROTO_USE_NODE), out;
    size_t len = make(&c, sample.root_secret[0], buf);

    (void)state;
    for (size_t i = 0; i < 8 * len; i++) {
        buf[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_int_not_equal(check(buf, len, NULL, &out), OK);
        buf[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_err(check(buf, len, NULL, &out), OK);
}

/* The same body under this type and by these keys. */
static size_t envelope(const char *name, const uint8_t *body, size_t body_len, uint8_t count, uint8_t *out)
{
    struct proto_signed s = { .body = body, .body_len = body_len, .count = count };
    uint8_t sig[2][64];
    size_t len = 0;

    assert_err(proto_sign_type(name, s.type), OK);
    for (uint8_t i = 0; i < count; i++) {
        assert_err(proto_sign_make(s.type, body, body_len, sample.root_secret[i], sig[i]), OK);
        s.by[i].key = sample.root_secret[i] + 32;
        s.by[i].sig = sig[i];
    }
    assert_err(proto_sign_encode(&s, out, PROTO_CERT_MAX, &len), OK);
    return len;
}

static void another_type_of_envelope_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX], other[PROTO_CERT_MAX];
    struct proto_cert c = claims(PROTO_USE_NODE), out;
    struct proto_signed s;

    (void)state;
    assert_err(proto_sign_decode(buf, make(&c, sample.root_secret[0], buf), &s), OK);
    assert_err(check(other, envelope("welcome", s.body, s.body_len, 1, other), NULL, &out), ERR_SYNTAX);
    assert_err(check(other, envelope("cert", s.body, s.body_len, 1, other), NULL, &out), OK);
}

static void a_second_signature_is_refused(void **state)
{
    uint8_t buf[PROTO_CERT_MAX], other[PROTO_CERT_MAX];
    struct proto_cert c = claims(PROTO_USE_NODE), out;
    struct proto_signed s;

    (void)state;
    assert_err(proto_sign_decode(buf, make(&c, sample.root_secret[0], buf), &s), OK);
    assert_err(check(other, envelope("cert", s.body, s.body_len, 2, other), NULL, &out), ERR_RANGE);
}

/* ---- claims that nobody may make: refused when making, and when signed all the same ---- */

enum { AT_USE = 48, AT_ROLE = 49, AT_KEY = 50, AT_FROM = 82, AT_UNTIL = 90, BODY_LEN = 98 };

static void refuses_claim(const struct proto_cert *c, size_t at, const void *bytes, size_t len)
{
    uint8_t buf[PROTO_CERT_MAX], body[BODY_LEN];
    struct proto_cert good = claims(PROTO_USE_NODE), out;
    struct proto_signed s;
    size_t made = 7;

    assert_err(proto_cert_make(c, sample.root_secret[0], buf, sizeof buf, &made), ERR_RANGE);
    assert_int_equal(made, 7);
    assert_err(proto_sign_decode(buf, make(&good, sample.root_secret[0], buf), &s), OK);
    assert_int_equal(s.body_len, BODY_LEN);
    memcpy(body, s.body, sizeof body);
    memcpy(body + at, bytes, len);
    assert_err(check(buf, envelope("cert", body, sizeof body, 1, buf), NULL, &out), ERR_RANGE);
}

static void use_zero_is_refused(void **state)
{
    struct proto_cert c = claims(PROTO_USE_NODE);

    (void)state;
    c.use = 0;
    refuses_claim(&c, AT_USE, "\0", 1);
}

static void a_use_past_the_end_is_refused(void **state)
{
    struct proto_cert c = claims(PROTO_USE_NODE);

    (void)state;
    c.use = PROTO_USE_END;
    refuses_claim(&c, AT_USE, "\x06", 1);
}

static void a_role_for_a_node_is_refused(void **state)
{
    struct proto_cert c = claims(PROTO_USE_NODE);

    (void)state;
    c.role = PROTO_ROLE_CASEWORKER;
    refuses_claim(&c, AT_ROLE, "\x01", 1);
}

static void staff_without_a_role_is_refused(void **state)
{
    struct proto_cert c = claims(PROTO_USE_STAFF);

    (void)state;
    c.role = PROTO_ROLE_NONE;
    refuses_claim(&c, AT_USE, "\x05\x00", 2);
}

static void staff_with_a_role_past_the_end_is_refused(void **state)
{
    struct proto_cert c = claims(PROTO_USE_STAFF);

    (void)state;
    c.role = PROTO_ROLE_END;
    refuses_claim(&c, AT_USE, "\x05\x0c", 2);
}

static void a_key_of_zeros_is_refused(void **state)
{
    struct proto_cert c = claims(PROTO_USE_NODE);

    (void)state;
    memset(c.key, 0, sizeof c.key);
    refuses_claim(&c, AT_KEY, c.key, sizeof c.key);
}

static void an_end_before_the_start_is_refused(void **state)
{
    struct proto_cert c = claims(PROTO_USE_NODE);

    (void)state;
    c.until_s = c.from_s;
    refuses_claim(&c, AT_UNTIL, "\0\0\0\0\0\0\x03\xe8", 8);
    c.from_s = UINT64_MAX;
    c.until_s = 2000;
    refuses_claim(&c, AT_FROM, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}

/* A partner makes its own: everybody must ask for the same limit, who takes them in and who lets act on them. */
static const struct life { const char *name; uint8_t use; uint64_t days; } lives[] = {
    { "P-156 the life of a node's", PROTO_USE_NODE, 100 }, { "P-156 the life of an HPKE key's", PROTO_USE_HPKE, 100 },
    { "P-156 the life of an officer's", PROTO_USE_OFFICER, 100 }, { "P-156 the life of a TLS key's", PROTO_USE_TLS, 3700 },
    { "P-156 the life of a person's", PROTO_USE_STAFF, 8 },
};

static void life(void **state)
{
    const struct life *row = *state;
    bool is_staff = row->use == PROTO_USE_STAFF;
    struct proto_cert c = claims(row->use), node = claims(PROTO_USE_NODE), out;
    uint8_t buf[PROTO_CERT_MAX], body[BODY_LEN], node_secret[64];
    const uint8_t *secret_key = is_staff ? node_secret : sample.root_secret[0];
    struct proto_signed s;
    size_t len;

    region_sample_key(NODE_SEED, node.key, node_secret);
    c.until_s = c.from_s + row->days * 86400;
    len = make(&c, secret_key, buf);
    assert_err(check(buf, len, is_staff ? &node : NULL, &out), OK);
    assert_err(proto_sign_decode(buf, len, &s), OK);
    memcpy(body, s.body, sizeof body);
    c.until_s++;
    assert_err(proto_cert_make(&c, secret_key, buf, sizeof buf, &len), ERR_RANGE);
    for (size_t i = 0; i < 8; i++)
        body[AT_UNTIL + i] = (uint8_t)(c.until_s >> (56 - 8 * i));
    assert_err(check(buf, envelope("cert", body, sizeof body, 1, buf), is_staff ? &node : NULL, &out), ERR_RANGE);
}

static void validity_includes_its_start_and_not_its_end(void **state)
{
    struct proto_cert c = claims(PROTO_USE_NODE);

    (void)state;
    assert_false(proto_cert_valid_at(&c, 0));
    assert_false(proto_cert_valid_at(&c, 999));
    assert_true(proto_cert_valid_at(&c, 1000));
    assert_true(proto_cert_valid_at(&c, 1999));
    assert_false(proto_cert_valid_at(&c, 2000));
    assert_false(proto_cert_valid_at(&c, UINT64_MAX));
}

static void peeking_says_what_is_claimed_and_by_whom(void **state)
{
    uint8_t buf[PROTO_CERT_MAX], signer[PROTO_KEY_LEN] = { 0 };
    struct proto_cert c = claims(PROTO_USE_NODE), out = { .use = 0 };
    size_t len = make(&c, sample.root_secret[2], buf);

    (void)state;
    buf[len - 1] ^= 1;  /* a peek does not verify */
    assert_err(proto_cert_peek(buf, len, &out, signer), OK);
    assert_same(&out, &c);
    assert_memory_equal(signer, sample.root_secret[2] + 32, sizeof signer);
    memset(signer, 0, sizeof signer);
    for (size_t i = 0; i < len; i++) {
        uint8_t *exact = check_exact(buf, i);

        assert_int_not_equal(proto_cert_peek(exact, i, &out, signer), OK);
        free(exact);
    }
    assert_true(sodium_is_zero(signer, sizeof signer));
    assert_same(&out, &c);
}

static void a_buffer_too_small_is_refused(void **state)
{
    struct proto_cert c = claims(PROTO_USE_NODE);
    uint8_t buf[PROTO_CERT_MAX];
    size_t len = make(&c, sample.root_secret[0], buf), made = 7;

    (void)state;
    for (size_t cap = 0; cap < len; cap++) {
        uint8_t *exact = malloc(cap + 1);

        assert_non_null(exact);
        assert_err(proto_cert_make(&c, sample.root_secret[0], exact, cap, &made), ERR_LONG);
        free(exact);
    }
    assert_int_equal(made, 7);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (sodium_init() < 0)
        return 1;
    region_sample_init(&sample, true);
#define TEST(f) check_add(&list, #f, f, NULL)
    TEST(a_root_key_certifies_every_use_but_staff);
    TEST(a_node_key_certifies_staff);
    TEST(staff_without_a_node_is_refused);
    TEST(staff_signed_by_the_root_key_is_refused);
    TEST(staff_under_the_node_of_another_partner_is_refused);
    TEST(staff_under_a_key_for_another_use_is_refused);
    TEST(staff_under_a_node_of_another_region_is_refused);
    TEST(the_root_key_of_another_partner_is_refused);
    TEST(a_partner_who_is_not_in_the_region_is_refused);
    TEST(another_region_is_refused);
    TEST(every_strict_prefix_and_one_byte_more_is_refused);
    TEST(every_flipped_bit_is_refused);
    TEST(another_type_of_envelope_is_refused);
    TEST(a_second_signature_is_refused);
    TEST(use_zero_is_refused);
    TEST(a_use_past_the_end_is_refused);
    TEST(a_role_for_a_node_is_refused);
    TEST(staff_without_a_role_is_refused);
    TEST(staff_with_a_role_past_the_end_is_refused);
    TEST(a_key_of_zeros_is_refused);
    TEST(an_end_before_the_start_is_refused);
    TEST(validity_includes_its_start_and_not_its_end);
    TEST(peeking_says_what_is_claimed_and_by_whom);
    TEST(a_buffer_too_small_is_refused);
    for (size_t i = 0; i < sizeof lives / sizeof *lives; i++)
        check_add(&list, lives[i].name, life, &lives[i]);
    failed = check_run(&list, "cert");
    region_sample_fini(&sample);
    return failed;
}
