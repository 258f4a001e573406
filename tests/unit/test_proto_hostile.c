/*
 * proto: what somebody with a key of their own would try. Signed rightly, and refused all the same.
 * PROTOCOL.md P-010, P-156, P-161.
 */
#include "tests/support/check.h"

#include "base/wr.h"
#include "proto/lines.h"
#include "proto/note.h"
#include "proto/sign.h"
#include "tests/support/region_sample.h"

#include <sodium.h>

static struct region_sample sample;

static int make_sample(void **state)
{
    (void)state;
    region_sample_init(&sample, false);
    return 0;
}

static int drop_sample(void **state)
{
    (void)state;
    region_sample_fini(&sample);
    return 0;
}

/* ---- certificates that end when nobody lives any more ---- */

/* Spelled out here, as our own encoder would refuse it. */
static size_t sign_cert(uint64_t from_s, uint64_t until_s, uint8_t out[PROTO_CERT_MAX])
{
    struct proto_signed s = {.count = 1};
    uint8_t body[128], sig[PROTO_SIG_LEN];
    size_t len = 0;
    struct wr w;

    wr_init(&w, body, sizeof body);
    wr_copy(&w, sample.r.hash, sizeof sample.r.hash);
    wr_copy(&w, sample.id[0], PROTO_PARTNER_LEN);
    wr_u8(&w, PROTO_USE_NODE);
    wr_u8(&w, PROTO_ROLE_NONE);
    for (size_t i = 0; i < PROTO_KEY_LEN; i++)
        wr_u8(&w, 0x42);
    wr_u64(&w, from_s);
    wr_u64(&w, until_s);
    assert_err(proto_sign_type("cert", s.type), OK);
    s.body = body;
    s.body_len = w.len;
    s.by[0] = (struct proto_signed_by){sample.root_secret[0] + 32, sig};
    assert_err(proto_sign_make(s.type, body, w.len, sample.root_secret[0], sig), OK);
    assert_err(proto_sign_encode(&s, out, PROTO_CERT_MAX, &len), OK);
    return len;
}

static const struct cert_row { const char *name; uint64_t from_s, until_s; enum err expected; } cert_rows[] = {
    {"P-010 a certificate up to the last time there is", ((uint64_t)1 << 48) - 1000, ((uint64_t)1 << 48) - 1, OK},
    {"P-010 a certificate of 49 bits", 1000, (uint64_t)1 << 48, ERR_RANGE},
    {"P-010 a certificate for ever", 0, UINT64_MAX, ERR_RANGE},
    {"P-010 a certificate that begins past all time", UINT64_MAX - 1, UINT64_MAX, ERR_RANGE},
};

static void test_cert(void **state)
{
    const struct cert_row *row = *state;
    struct proto_cert out, before, c = {.use = PROTO_USE_NODE, .from_s = row->from_s, .until_s = row->until_s};
    uint8_t data[PROTO_CERT_MAX], *exact, signer[PROTO_KEY_LEN];
    size_t len = sign_cert(row->from_s, row->until_s, data), made = 0;

    exact = check_exact(data, len);
    memset(&out, 0x5a, sizeof out);
    before = out;
    assert_err(proto_cert_check(&sample.r, exact, len, NULL, &out), row->expected);
    if (row->expected != OK)
        assert_memory_equal(&out, &before, sizeof out);
    assert_err(proto_cert_peek(exact, len, &out, signer), row->expected);
    free(exact);
    memcpy(c.region, sample.r.hash, sizeof c.region);
    memcpy(c.partner, sample.id[0], sizeof c.partner);
    memset(c.key, 0x42, sizeof c.key);
    assert_err(proto_cert_make(&c, sample.root_secret[0], data, sizeof data, &made), row->expected);
}

/* ---- names that look like others ---- */

static const struct name_row { const char *name, *text; bool expected; } name_rows[] = {
    {"a name with accents", "\xc3\x89\xc3\xa9n school (zo\xc3\xabven)", true},
    {"a name in another script", "\xd8\xa8\xd9\x8a\xd8\xaa", true},
    {"a name with a dash of three bytes", "School \xe2\x80\x94 noord", true},
    {"a name with a character of four bytes", "School \xf0\x9f\x8f\xab", true},
    {"a name with a C1 control", "Sch\xc2\x85ool", false},
    {"a name with a soft hyphen", "Sch\xc2\xadool", false},
    {"a name with an Arabic letter mark", "Sch\xd8\x9cool", false},
    {"a name with a Mongolian separator", "Sch\xe1\xa0\x8eool", false},
    {"a name with a space of no width", "Sch\xe2\x80\x8bool", false},
    {"a name that turns its direction", "Sch\xe2\x80\xaeloo", false},
    {"a name with an isolate", "Sch\xe2\x81\xa6ool", false},
    {"a name with a byte order mark", "\xef\xbb\xbfSchool", false},
    {"a name with an annotation", "Sch\xef\xbf\xb9ool", false},
    {"a name with a tag", "School\xf3\xa0\x81\x81", false},
    {"a name that ends in half a character", "School\xe2\x80", false},
};

static void test_name(void **state)
{
    const struct name_row *row = *state;
    size_t len = strlen(row->text) + 1;
    uint8_t *exact = check_exact(row->text, len);

    assert_int_equal(proto_lines_is_name((const char *)exact, PROTO_NAME_TEXT_MAX), row->expected);
    free(exact);
}

/* ---- witnesses that are not others ---- */

static void set_witness(struct proto_region *r, bool outsider, const uint8_t key[PROTO_KEY_LEN])
{
    struct proto_note_key witness;

    assert_err(proto_note_key_make("witness.example.org", PROTO_NOTE_COSIGNATURE, key, &witness), OK);
    r->witness[0].outsider = outsider;
    proto_note_key_encode(&witness, r->witness[0].vkey);
}

/* What the file of these fields is answered with, and where. */
static enum err format(const struct proto_region *r)
{
    char *text = NULL;
    size_t len = 0;
    enum err e = proto_region_format(r, &text, &len);

    assert_int_equal(text != NULL, e == OK);
    free(text);
    return e;
}

static void test_witness_is_the_hub(void **state)
{
    struct proto_region *r = malloc(sizeof *r);

    (void)state;
    assert_non_null(r);
    region_sample_fields(r, false);
    assert_err(format(r), OK);
    set_witness(r, true, sample.log_secret + 32);
    assert_err(format(r), ERR_KEY);
    set_witness(r, false, sample.log_secret + 32);
    assert_err(format(r), ERR_KEY);
    free(r);
}

static void test_witness_is_a_partner(void **state)
{
    struct proto_region *r = malloc(sizeof *r);

    (void)state;
    assert_non_null(r);
    region_sample_fields(r, false);
    for (size_t i = 0; i < SAMPLE_PARTNERS; i++) {
        set_witness(r, true, sample.root_secret[i] + 32);
        assert_err(format(r), ERR_KEY);
        set_witness(r, false, sample.root_secret[i] + 32);
        assert_err(format(r), OK);
    }
    free(r);
}

/* ---- run ---- */

static struct check_list tests;

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    for (size_t i = 0; i < sizeof cert_rows / sizeof *cert_rows; i++)
        check_add(&tests, cert_rows[i].name, test_cert, &cert_rows[i]);
    for (size_t i = 0; i < sizeof name_rows / sizeof *name_rows; i++)
        check_add(&tests, name_rows[i].name, test_name, &name_rows[i]);
    check_add(&tests, "P-161 a witness that is the hub", test_witness_is_the_hub, NULL);
    check_add(&tests, "P-161 an outsider that is a partner", test_witness_is_a_partner, NULL);
    return _cmocka_run_group_tests("proto, hostile", tests.tests, tests.count, make_sample, drop_sample);
}
