/* proto/join: the welcome that a hub gives back (P-159). */
#include "tests/support/check.h"
#include "tests/support/region_sample.h"

#include "base/wr.h"
#include "proto/region.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdio.h>

enum { FILE_MAX = 16384 };

static struct region_sample sample;

static struct proto_welcome greeting(void)
{
    static const uint8_t cert[] = { 0x30, 0x03, 0x02, 0x01, 0x05 };
    struct proto_welcome w = { .client_cert = { cert, sizeof cert } };

    memcpy(w.partner, sample.id[0], sizeof w.partner);
    (void)snprintf(w.address, sizeof w.address, "hub.example.org:7610");
    return w;
}

static size_t make_welcome(uint8_t out[FILE_MAX])
{
    struct proto_welcome w = greeting();
    size_t len = 0;

    assert_err(proto_welcome_make(&sample.r, &w, sample.log_secret, out, FILE_MAX, &len), OK);
    return len;
}

static enum err check_welcome(const uint8_t *data, size_t len)
{
    uint8_t *exact = check_exact(data, len);
    struct proto_welcome out, before;
    struct trouble t = { .lang = LANG_EN };
    enum err e;

    memset(&out, 0x5a, sizeof out);
    before = out;
    e = proto_welcome_check(&sample.r, exact, len, &out, &t);
    if (e != OK) {
        assert_memory_equal(&out, &before, sizeof out);
        assert_err(t.err, e);
    }
    free(exact);
    return e;
}

static void a_welcome_is_read_as_it_was_made(void **state)
{
    uint8_t buf[FILE_MAX];
    struct proto_welcome w = greeting(), out = { .address = "" };
    size_t len = make_welcome(buf);

    (void)state;
    assert_err(proto_welcome_check(&sample.r, buf, len, &out, NULL), OK);
    assert_memory_equal(out.partner, w.partner, sizeof out.partner);
    assert_string_equal(out.address, w.address);
    assert_int_equal(out.client_cert.len, w.client_cert.len);
    assert_memory_equal(out.client_cert.data, w.client_cert.data, w.client_cert.len);
}

static void prefixes_of_a_welcome_are_refused(void **state)
{
    uint8_t buf[FILE_MAX];
    size_t len = make_welcome(buf);

    (void)state;
    for (size_t i = 0; i < len; i++)
        assert_int_not_equal(check_welcome(buf, i), OK);
    buf[len] = 0;
    assert_err(check_welcome(buf, len + 1), ERR_LONG);
}

static void flipped_bits_of_a_welcome_are_refused(void **state)
{
    uint8_t buf[FILE_MAX];
    size_t len = make_welcome(buf);

    (void)state;
    for (size_t i = 0; i < 8 * len; i++) {
        buf[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_int_not_equal(check_welcome(buf, len), OK);
        buf[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_err(check_welcome(buf, len), OK);
}

/* The same body, signed by this key. */
static size_t force_welcome(
    const char *address, size_t address_len, size_t cert_len_, const uint8_t secret[64], uint8_t *out)
{
    uint8_t body[FILE_MAX] = { 0 }, sig[64];
    struct proto_signed s = { .count = 1 };
    struct wr w;
    size_t len = 0;

    wr_init(&w, body, sizeof body);
    wr_copy(&w, sample.r.hash, sizeof sample.r.hash);
    wr_copy(&w, sample.id[0], PROTO_PARTNER_LEN);
    wr_bytes16(&w, (const uint8_t *)address, address_len);
    wr_u16(&w, (uint16_t)cert_len_);
    wr_zero(&w, cert_len_);
    assert_err(proto_sign_type("welcome", s.type), OK);
    s.body = body;
    s.body_len = w.len;
    s.by[0].key = secret + 32;
    s.by[0].sig = sig;
    assert_err(proto_sign_make(s.type, body, w.len, secret, sig), OK);
    assert_err(proto_sign_encode(&s, out, FILE_MAX, &len), OK);
    return len;
}

static void a_welcome_not_signed_by_the_log_is_refused(void **state)
{
    struct proto_welcome w = greeting();
    uint8_t buf[FILE_MAX];
    size_t len = 7;

    (void)state;
    assert_err(proto_welcome_make(&sample.r, &w, sample.root_secret[0], buf, sizeof buf, &len), ERR_KEY);
    assert_int_equal(len, 7);
    assert_err(check_welcome(buf, force_welcome("h:1", 3, 5, sample.log_secret, buf)), OK);
    assert_err(check_welcome(buf, force_welcome("h:1", 3, 5, sample.root_secret[0], buf)), ERR_KEY);
}

struct row { const char *name, *address; size_t len, cert_len; enum err e; };

static const struct row rows[] = {
    { "an empty address is refused", "", 0, 5, ERR_SYNTAX },
    { "an address without a port is refused", "host", 4, 5, ERR_SYNTAX },
    { "an address with a space is refused", "ho st:1", 7, 5, ERR_SYNTAX },
    { "an address with a newline is refused", "host:1\n", 7, 5, ERR_SYNTAX },
    { "an address with a zero byte is refused", "host:1\0x", 8, 5, ERR_SYNTAX },
    { "an address beyond ASCII is refused", "h\xc3\xb4te:1", 7, 5, ERR_SYNTAX },
    { "no certificate is refused", "host:1", 6, 0, ERR_RANGE },
    { "a certificate too long is refused", "host:1", 6, PROTO_TLS_DER_MAX + 1, ERR_RANGE },
};

static void wrong_welcome_is_refused(void **state)
{
    const struct row *row = *state;
    uint8_t buf[FILE_MAX];

    assert_err(
        check_welcome(buf, force_welcome(row->address, row->len, row->cert_len, sample.log_secret, buf)),
        row->e);
}

static void an_address_of_128_bytes_is_refused(void **state)
{
    struct proto_welcome w = greeting();
    char address[128];
    uint8_t buf[FILE_MAX];
    size_t len = 7;

    (void)state;
    memset(address, '9', sizeof address);
    address[1] = ':';
    assert_err(check_welcome(buf, force_welcome(address, 128, 5, sample.log_secret, buf)), ERR_RANGE);
    assert_err(check_welcome(buf, force_welcome(address, 127, 5, sample.log_secret, buf)), OK);
    memcpy(w.address, address, sizeof w.address);  /* no terminator */
    assert_err(proto_welcome_make(&sample.r, &w, sample.log_secret, buf, sizeof buf, &len), ERR_RANGE);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (sodium_init() < 0)
        return 1;
    region_sample_init(&sample, true);
#define TEST(f) check_add(&list, #f, f, NULL)
    TEST(a_welcome_is_read_as_it_was_made);
    TEST(prefixes_of_a_welcome_are_refused);
    TEST(flipped_bits_of_a_welcome_are_refused);
    TEST(a_welcome_not_signed_by_the_log_is_refused);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_add(&list, rows[i].name, wrong_welcome_is_refused, &rows[i]);
    TEST(an_address_of_128_bytes_is_refused);
    failed = check_run(&list, "welcome");
    region_sample_fini(&sample);
    return failed;
}
