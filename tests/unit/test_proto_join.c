/* proto/join: the two files that people carry when a partner joins (P-158). */
#include "tests/support/check.h"
#include "tests/support/region_sample.h"

#include "base/wr.h"
#include "proto/region.h"
#include "proto/sign.h"
#include "proto/tls.h"

#include <sodium.h>
#include <stdio.h>

enum { FILE_MAX = 16384, CERTS = 5 };

static struct region_sample sample;
static uint8_t *csr, cert_data[CERTS][PROTO_CERT_MAX], tls_key[32];
static size_t csr_len, cert_len[CERTS];
static const uint8_t uses[CERTS] = {
    PROTO_USE_NODE, PROTO_USE_HPKE, PROTO_USE_OFFICER, PROTO_USE_OFFICER, PROTO_USE_TLS};

/* A certificate of this partner; TLS certifies the request's key. */
static size_t make_cert(uint8_t use, uint8_t seed, size_t partner, uint8_t out[PROTO_CERT_MAX])
{
    struct proto_cert c = { .use = use, .from_s = 1000, .until_s = 2000 };
    size_t len = 0;

    memcpy(c.region, sample.r.hash, sizeof c.region);
    memcpy(c.partner, sample.id[partner], sizeof c.partner);
    memset(c.key, seed, sizeof c.key);
    if (use == PROTO_USE_TLS)
        memcpy(c.key, tls_key, sizeof c.key);
    if (proto_cert_make(&c, sample.root_secret[partner], out, PROTO_CERT_MAX, &len) != OK)
        abort();
    return len;
}

static void make_parts(void)
{
    struct proto_pem key = { NULL, 0 };

    if (proto_tls_make_key(&key) != OK ||
        proto_tls_make_request(key.text, "school-de-linde", &csr, &csr_len) != OK ||
        proto_tls_request_key(csr, csr_len, tls_key) != OK)
        abort();
    free(key.text);
    for (uint8_t i = 0; i < CERTS; i++)
        cert_len[i] = make_cert(uses[i], (uint8_t)(60 + i), 0, cert_data[i]);
}

static struct proto_join parts(void)
{
    struct proto_join j = { .cert_count = CERTS, .csr = { csr, csr_len } };

    memcpy(j.partner, sample.id[0], sizeof j.partner);
    for (size_t i = 0; i < CERTS; i++)
        j.cert[i] = (struct proto_blob){ cert_data[i], cert_len[i] };
    return j;
}

static size_t make_join(uint8_t out[FILE_MAX])
{
    struct proto_join j = parts();
    size_t len = 0;

    assert_err(proto_join_make(&sample.r, &j, sample.root_secret[0], out, FILE_MAX, &len), OK);
    return len;
}

/* On failure nothing may have been written, and somebody is told. */
static enum err check_join(const uint8_t *data, size_t len)
{
    uint8_t *exact = check_exact(data, len);
    struct proto_join out, before;
    struct trouble t = { .lang = LANG_NL };
    enum err e;

    memset(&out, 0x5a, sizeof out);
    before = out;
    e = proto_join_check(&sample.r, exact, len, &out, &t);
    if (e != OK) {
        assert_memory_equal(&out, &before, sizeof out);
        assert_err(t.err, e);
        assert_true(t.text[0] != '\0');
    }
    free(exact);
    return e;
}

static void a_join_file_is_read_as_it_was_made(void **state)
{
    uint8_t buf[FILE_MAX];
    struct proto_join out = { .cert_count = 0 };
    size_t len = make_join(buf);

    (void)state;
    assert_err(proto_join_check(&sample.r, buf, len, &out, NULL), OK);
    assert_memory_equal(out.partner, sample.id[0], sizeof out.partner);
    assert_int_equal(out.cert_count, CERTS);
    for (size_t i = 0; i < CERTS; i++) {
        assert_int_equal(out.cert[i].len, cert_len[i]);
        assert_memory_equal(out.cert[i].data, cert_data[i], cert_len[i]);
    }
    assert_int_equal(out.csr.len, csr_len);
    assert_memory_equal(out.csr.data, csr, csr_len);
}

static void prefixes_of_a_join_file_are_refused(void **state)
{
    uint8_t buf[FILE_MAX];
    size_t len = make_join(buf);

    (void)state;
    for (size_t i = 0; i < len; i++)
        assert_int_not_equal(check_join(buf, i), OK);
    buf[len] = 0;
    assert_err(check_join(buf, len + 1), ERR_LONG);
}

static void flipped_bytes_of_a_join_file_are_refused(void **state)
{
    uint8_t buf[FILE_MAX];
    size_t len = make_join(buf);

    (void)state;
    for (size_t i = 0; i < len; i++) {
        buf[i] ^= 0x10;
        assert_int_not_equal(check_join(buf, len), OK);
        buf[i] ^= 0x10;
    }
    assert_err(check_join(buf, len), OK);
}

static void a_join_file_for_another_region_is_refused(void **state)
{
    struct region_sample other;
    uint8_t buf[FILE_MAX];
    struct proto_join out = { .cert_count = 0 };
    struct trouble t = { .lang = LANG_EN };
    size_t len = make_join(buf);

    (void)state;
    region_sample_init(&other, false);
    assert_err(proto_join_check(&other.r, buf, len, &out, &t), ERR_KEY);
    assert_non_null(strstr(t.text, "another region"));
    region_sample_fini(&other);
}

/* A join file whose parts no maker would sign, signed all the same by this root key. */
static size_t force(const struct proto_join *j, size_t signer, const char *name, uint8_t out[FILE_MAX])
{
    uint8_t body[FILE_MAX], sig[64];
    struct proto_signed s = { .count = 1 };
    struct wr w;
    size_t len = 0;

    wr_init(&w, body, sizeof body);
    wr_copy(&w, sample.r.hash, sizeof sample.r.hash);
    wr_copy(&w, j->partner, sizeof j->partner);
    wr_u8(&w, j->cert_count);
    for (uint8_t i = 0; i < j->cert_count && i < 8; i++)
        wr_bytes16(&w, j->cert[i].data, j->cert[i].len);
    wr_bytes16(&w, j->csr.data, j->csr.len);
    assert_err(wr_end(&w), OK);
    assert_err(proto_sign_type(name, s.type), OK);
    s.body = body;
    s.body_len = w.len;
    s.by[0].key = sample.root_secret[signer] + 32;
    s.by[0].sig = sig;
    assert_err(proto_sign_make(s.type, body, w.len, sample.root_secret[signer], sig), OK);
    assert_err(proto_sign_encode(&s, out, FILE_MAX, &len), OK);
    return len;
}

/* Neither made nor taken. */
static void refuses(const struct proto_join *j, enum err e)
{
    uint8_t buf[FILE_MAX];
    size_t len = 7;

    assert_err(proto_join_make(&sample.r, j, sample.root_secret[0], buf, sizeof buf, &len), e);
    assert_int_equal(len, 7);
    assert_err(check_join(buf, force(j, 0, "join", buf)), e);
}

static void what_is_forced_is_otherwise_a_join_file(void **state)
{
    struct proto_join j = parts();
    uint8_t buf[FILE_MAX];

    (void)state;
    assert_err(check_join(buf, force(&j, 0, "join", buf)), OK);
    assert_err(check_join(buf, force(&j, 0, "welcome", buf)), ERR_SYNTAX);
    assert_err(check_join(buf, force(&j, 1, "join", buf)), ERR_KEY);
}

/* Without the certificate at this place. */
static struct proto_join without(size_t at)
{
    struct proto_join j = parts();

    memmove(&j.cert[at], &j.cert[at + 1], (CERTS - at - 1) * sizeof j.cert[0]);
    j.cert_count--;
    return j;
}

static void a_join_file_without_one_of_its_certificates_is_refused(void **state)
{
    struct proto_join j;

    (void)state;
    for (size_t i = 0; i < CERTS; i++) {
        if (uses[i] == PROTO_USE_OFFICER)
            continue;  /* there are two: one is enough */
        j = without(i);
        refuses(&j, ERR_RANGE);
    }
    j = without(3);
    memmove(&j.cert[2], &j.cert[3], sizeof j.cert[0]);
    j.cert_count--;
    refuses(&j, ERR_RANGE);
}

static void one_officer_is_enough(void **state)
{
    struct proto_join j = without(2);
    uint8_t buf[FILE_MAX];
    size_t len = 0;

    (void)state;
    assert_err(proto_join_make(&sample.r, &j, sample.root_secret[0], buf, sizeof buf, &len), OK);
    assert_err(check_join(buf, len), OK);
}

static void certificates_in_another_order_are_refused(void **state)
{
    struct proto_join j = parts();
    struct proto_blob first = j.cert[0];

    (void)state;
    j.cert[0] = j.cert[1];
    j.cert[1] = first;
    refuses(&j, ERR_RANGE);
}

static void two_node_certificates_are_refused(void **state)
{
    struct proto_join j = parts();

    (void)state;
    memmove(&j.cert[1], &j.cert[0], CERTS * sizeof j.cert[0]);
    j.cert_count++;
    refuses(&j, ERR_RANGE);
}

static void nine_certificates_are_refused(void **state)
{
    struct proto_join j = parts();
    uint8_t buf[FILE_MAX];
    size_t len = 7;

    (void)state;
    j.cert_count = 9;
    assert_err(proto_join_make(&sample.r, &j, sample.root_secret[0], buf, sizeof buf, &len), ERR_RANGE);
    for (size_t i = 2; i < 8; i++)
        j.cert[i] = j.cert[2];
    assert_err(check_join(buf, force(&j, 0, "join", buf)), ERR_RANGE);
}

static void a_certificate_of_another_partner_is_refused(void **state)
{
    uint8_t foreign[PROTO_CERT_MAX];
    struct proto_join j = parts();

    (void)state;
    j.cert[1] = (struct proto_blob){ foreign, make_cert(PROTO_USE_HPKE, 70, 1, foreign) };
    refuses(&j, ERR_KEY);
}

static void a_bent_certificate_is_refused(void **state)
{
    uint8_t bent[PROTO_CERT_MAX];
    struct proto_join j = parts();

    (void)state;
    memcpy(bent, cert_data[1], cert_len[1]);
    bent[cert_len[1] - 1] ^= 1;
    j.cert[1].data = bent;
    refuses(&j, ERR_SIGNATURE);
}

static void a_request_for_another_key_is_refused(void **state)
{
    struct proto_pem key = { NULL, 0 };
    uint8_t *other = NULL;
    size_t other_len = 0;
    struct proto_join j = parts();

    (void)state;
    assert_err(proto_tls_make_key(&key), OK);
    assert_err(proto_tls_make_request(key.text, "school-de-linde", &other, &other_len), OK);
    j.csr = (struct proto_blob){ other, other_len };
    refuses(&j, ERR_RANGE);
    free(other);
    free(key.text);
}

static void a_bent_request_is_refused(void **state)
{
    uint8_t *bent = check_exact(csr, csr_len);
    struct proto_join j = parts();

    (void)state;
    bent[csr_len - 1] ^= 1;
    j.csr.data = bent;
    refuses(&j, ERR_SIGNATURE);
    free(bent);
}

static void a_join_file_of_a_stranger_is_refused(void **state)
{
    struct proto_join j = parts();
    uint8_t buf[FILE_MAX];
    size_t len = 7;

    (void)state;
    memset(j.partner, 0x77, sizeof j.partner);
    assert_err(proto_join_make(&sample.r, &j, sample.root_secret[0], buf, sizeof buf, &len), ERR_KEY);
    assert_err(check_join(buf, force(&j, 0, "join", buf)), ERR_NOTFOUND);
}

static void a_join_file_signed_by_another_partner_is_not_made(void **state)
{
    struct proto_join j = parts();
    uint8_t buf[FILE_MAX];
    size_t len = 7;

    (void)state;
    assert_err(proto_join_make(&sample.r, &j, sample.root_secret[1], buf, sizeof buf, &len), ERR_KEY);
    assert_int_equal(len, 7);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (sodium_init() < 0)
        return 1;
    region_sample_init(&sample, true);
    make_parts();
#define TEST(f) check_add(&list, #f, f, NULL)
    TEST(a_join_file_is_read_as_it_was_made);
    TEST(prefixes_of_a_join_file_are_refused);
    TEST(flipped_bytes_of_a_join_file_are_refused);
    TEST(a_join_file_for_another_region_is_refused);
    TEST(what_is_forced_is_otherwise_a_join_file);
    TEST(a_join_file_without_one_of_its_certificates_is_refused);
    TEST(one_officer_is_enough);
    TEST(certificates_in_another_order_are_refused);
    TEST(two_node_certificates_are_refused);
    TEST(nine_certificates_are_refused);
    TEST(a_certificate_of_another_partner_is_refused);
    TEST(a_bent_certificate_is_refused);
    TEST(a_request_for_another_key_is_refused);
    TEST(a_bent_request_is_refused);
    TEST(a_join_file_of_a_stranger_is_refused);
    TEST(a_join_file_signed_by_another_partner_is_not_made);
    failed = check_run(&list, "join");
    free(csr);
    region_sample_fini(&sample);
    return failed;
}
