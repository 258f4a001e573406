/* proto/region: one encoding, and strict lines. */
#include "tests/support/check.h"
#include "tests/support/region_sample.h"

#include "base/text.h"
#include "proto/region.h"

#include <sodium.h>
#include <stdio.h>

static struct region_sample sample;

/* The line number of the first line that starts with word. */
static uint32_t line_of(const char *text, const char *word)
{
    uint32_t line = 1;

    for (const char *p = text; p != NULL; p = strchr(p, '\n') != NULL ? strchr(p, '\n') + 1 : NULL, line++)
        if (strncmp(p, word, strlen(word)) == 0)
            return line;
    fail();
    return 0;
}

static void what_is_written_is_read(void **state)
{
    struct proto_region *fields = malloc(sizeof *fields), *r = malloc(sizeof *r);
    char *again = NULL;
    size_t len = 0;

    (void)state;
    assert_non_null(fields);
    assert_non_null(r);
    region_sample_fields(fields, true);
    assert_err(region_sample_parse(sample.file, sample.file_len, true, r, NULL), OK);
    assert_string_equal(r->name, "demo");
    assert_string_equal(r->log_vkey, fields->log_vkey);
    assert_string_equal(r->log_origin, "log.example.org/demo");
    assert_memory_equal(r->log_key, sample.log_secret + 32, 32);
    assert_int_equal(r->tls_der_len, fields->tls_der_len);
    assert_memory_equal(r->tls_der, fields->tls_der, fields->tls_der_len);
    assert_memory_equal(r->pseudonym_keyholder, fields->pseudonym_keyholder, 32);
    assert_string_equal(r->keyholder_address, fields->keyholder_address);
    assert_int_equal(r->keyholder_tls_len, fields->keyholder_tls_len);
    assert_memory_equal(r->keyholder_tls, fields->keyholder_tls, fields->keyholder_tls_len);
    assert_int_equal(r->witness_count, 2);
    assert_true(r->witness[0].outsider && !r->witness[1].outsider);
    assert_int_equal(r->adoption, 2);
    assert_int_equal(r->partner_count, SAMPLE_PARTNERS);
    assert_int_equal(r->signed_count, SAMPLE_PARTNERS);
    assert_err(proto_region_format(r, &again, &len), OK);
    assert_int_equal(len, sample.text_len);
    assert_string_equal(again, sample.text);
    free(again);
    free(r);
    free(fields);
}

static void a_region_without_keyholder_has_the_hubs_key_alone(void **state)
{
    struct region_sample s;

    (void)state;
    region_sample_init(&s, false);
    assert_false(s.r.has_keyholder);
    assert_memory_equal(s.r.pseudonym_key, s.r.pseudonym_hub, 32);
    assert_null(strstr(s.text, "keyholder"));
    assert_memory_not_equal(s.r.hash, sample.r.hash, sizeof s.r.hash);
    region_sample_fini(&s);
}

static void the_hash_is_that_of_the_text_without_signatures(void **state)
{
    uint8_t hash[32];
    struct proto_region *r = malloc(sizeof *r);

    (void)state;
    assert_non_null(r);
    crypto_hash_sha256(hash, (const uint8_t *)sample.text, sample.text_len);
    assert_memory_equal(sample.r.hash, hash, sizeof hash);
    assert_err(region_sample_parse(sample.text, sample.text_len, false, r, NULL), OK);
    assert_memory_equal(r->hash, hash, sizeof hash);
    assert_int_equal(r->signed_count, 0);
    free(r);
}

static void every_strict_prefix_is_refused(void **state)
{
    struct proto_region *r = malloc(sizeof *r);

    (void)state;
    assert_non_null(r);
    for (size_t len = 0; len < sample.file_len; len++)
        assert_int_not_equal(region_sample_parse(sample.file, len, true, r, NULL), OK);
    free(r);
}

static void every_flipped_byte_is_refused(void **state)
{
    static const uint8_t flips[] = { 0x01, 0x20, 0x80 };
    struct proto_region *r = malloc(sizeof *r);

    (void)state;
    assert_non_null(r);
    for (size_t i = 0; i < sample.file_len; i++)
        for (size_t k = 0; k < sizeof flips; k++) {
            sample.file[i] = (char)((uint8_t)sample.file[i] ^ flips[k]);
            assert_int_not_equal(region_sample_parse(sample.file, sample.file_len, true, r, NULL), OK);
            sample.file[i] = (char)((uint8_t)sample.file[i] ^ flips[k]);
        }
    assert_err(region_sample_parse(sample.file, sample.file_len, true, r, NULL), OK);
    free(r);
}

/* ---- lines that are wrong ---- */

struct row { const char *name, *old, *new, *at; enum err e; };

#define ZERO_KEY "0000000000000000000000000000000000000000000000000000000000000000"
#define HUB_SHARE "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259"  /* three times the base point */
#define BAD_POINT "0101010101010101010101010101010101010101010101010101010101010101"

static const struct row rows[] = {
    { "another format is refused", "schakel-region/v1", "schakel-region/v2", "schakel-region/v1", ERR_VERSION },
    { "a carriage return is refused", "name demo\n", "name demo\r\n", "", ERR_SYNTAX },
    { "a tab is refused", "name demo", "name\tdemo", "", ERR_SYNTAX },
    { "invalid UTF-8 is refused", "Wijkteam", "Wijk\xfft", "", ERR_SYNTAX },
    { "a missing name is refused", "name demo\n", "", "name", ERR_SYNTAX },
    { "a name twice is refused", "name demo\n", "name demo\nname demo\n", "log", ERR_SYNTAX },
    { "two spaces are refused", "name demo", "name  demo", "name", ERR_SYNTAX },
    { "a space at the end is refused", "name demo", "name demo ", "name", ERR_SYNTAX },
    { "a name in capitals is refused", "name demo", "name Demo", "name", ERR_SYNTAX },
    { "an empty name is refused", "name demo", "name ", "name", ERR_SHORT },
    { "a name without its space is refused", "name demo", "name", "name", ERR_SYNTAX },
    { "a name too long is refused", "name demo", "name d23456789012345678901234567890123", "name", ERR_LONG },
    { "lines in another order are refused", "adoption 2\npack ", "pack ", "adoption", ERR_SYNTAX },
    { "a log key with another id is refused", "log log.example.org/demo+", "log log.example.org/dem0+", "log", ERR_KEY },
    { "a witness key as log is refused", "log log.", "log getuige.", "log", ERR_KEY },
    { "no key at all is refused", "log log.example.org/demo+", "log log.example.org/demo", "log", ERR_SYNTAX },
    { "base64 without padding is refused", "==\n", "\n", "tls", ERR_SYNTAX },
    { "base64 with a space is refused", "tls AA", "tls A A", "tls", ERR_SYNTAX },
    { "a joint key of zero is refused", "pseudonym-key ", "pseudonym-key " ZERO_KEY "\nx ", "pseudonym-key", ERR_KEY },
    { "a joint key off the group is refused", "pseudonym-key ", "pseudonym-key " BAD_POINT "\nx ", "pseudonym-key", ERR_KEY },
    { "P-162 the share of the hub twice is refused", "pseudonym-keyholder ", "pseudonym-keyholder " HUB_SHARE "\nx ", "pseudonym-keyholder",
        ERR_KEY },
    { "P-150 a keyholder without an address is refused", "keyholder sleutel.example.org:7611\n", "", "keyholder ", ERR_SYNTAX },
    { "P-150 an address without a keyholder is refused", "\nadoption", "\nkeyholder sleutel.example.org:7611\nadoption", "adoption",
        ERR_SYNTAX },
    { "P-150 a keyholder after its address is refused", "pseudonym-keyholder ", "keyholder a:1\npseudonym-keyholder ", "pseudonym-hub",
        ERR_KEY },
    { "P-150 a keyholder without its authority is refused", "keyholder-tls ", "keyholder-tl ", "keyholder-tls", ERR_SYNTAX },
    { "P-162 an address without a port is refused", "example.org:7611", "example.org", "keyholder ", ERR_SYNTAX },
    { "P-162 an address with port 0 is refused", "example.org:7611", "example.org:0", "keyholder ", ERR_SYNTAX },
    { "P-162 an address with port 65536 is refused", "example.org:7611", "example.org:65536", "keyholder ", ERR_SYNTAX },
    { "P-162 a port with a zero in front is refused", "example.org:7611", "example.org:07611", "keyholder ", ERR_SYNTAX },
    { "P-162 an address without a host is refused", "sleutel.example.org:7611", ":7611", "keyholder ", ERR_SYNTAX },
    { "P-162 an address in capitals is refused", "sleutel.example.org:7611", "Sleutel.example.org:7611", "keyholder ", ERR_SYNTAX },
    { "P-162 an IPv6 address without brackets is refused", "sleutel.example.org:7611", "::1:7611", "keyholder ", ERR_SYNTAX },
    { "P-162 empty brackets are refused", "sleutel.example.org:7611", "[]:7611", "keyholder ", ERR_SYNTAX },
    { "P-162 a bracket that does not close is refused", "sleutel.example.org:7611", "[::1:7611", "keyholder ", ERR_SYNTAX },
    { "P-162 an IPv6 address in brackets is read", "sleutel.example.org:7611", "[2001:db8::1]:7611", "", OK },
    { "hex in capitals is refused", "pack abab", "pack ABab", "pack", ERR_SYNTAX },
    { "hex too short is refused", "pack abab", "pack ab", "pack", ERR_SYNTAX },
    { "hex too long is refused", "pack abab", "pack ababab", "pack", ERR_SYNTAX },
    { "adoption by nobody is refused", "adoption 2", "adoption 0", "adoption", ERR_RANGE },
    { "adoption by 256 is refused", "adoption 2", "adoption 256", "adoption", ERR_RANGE },
    { "a number with a zero in front is refused", "adoption 2", "adoption 02", "adoption", ERR_RANGE },
    { "a witness of a third sort is refused", "witness outsider", "witness stranger", "witness", ERR_SYNTAX },
    { "a partner with a longer id is refused", "\npartner ", "\npartner 00", "partner", ERR_SYNTAX },
    { "a handle in capitals is refused", "team-noord", "Team-noord", "", ERR_SYNTAX },
    { "a handle of 33 characters is refused", "team-noord", "team-noord-56789012345678901234567", "", ERR_SYNTAX },
    { "a handle of somebody else is refused", "team-noord", "zorg-aan-zee", "", ERR_EXISTS },
    { "a kind in capitals is refused", " local-team ", " Local-team ", "", ERR_SYNTAX },
    { "a kind too long is refused", " local-team ", " local-team-567890 ", "", ERR_SYNTAX },
    { "a name that turns its direction is refused", "Wijkteam", "Wijk\xe2\x80\xaeteam", "", ERR_SYNTAX },
    { "a name with an invisible space is refused", "Wijkteam", "Wijk\xe2\x80\x8bteam", "", ERR_SYNTAX },
    { "a name with a C1 control is refused", "Wijkteam", "Wijk\xc2\x85team", "", ERR_SYNTAX },
    { "a missing partner name is refused", " Wijkteam Noord", "", "", ERR_SYNTAX },
    { "a line at the end that does not belong is refused", "Wijkteam Noord\n", "Wijkteam Noord\nremark x\n", "", ERR_LONG },
};

static void wrong_line_is_refused(void **state)
{
    const struct row *row = *state;
    char *text = region_sample_replaced(sample.text, row->old, row->new);
    struct proto_region *r = malloc(sizeof *r);
    struct trouble t = { .lang = LANG_EN };

    assert_non_null(r);
    assert_err(region_sample_parse(text, strlen(text), false, r, &t), row->e);
    assert_err(t.err, row->e);
    assert_true((t.text[0] != '\0') == (row->e != OK));
    if (row->at[0] != '\0')
        assert_int_equal(t.line, line_of(sample.text, row->at));
    free(r);
    free(text);
}

static void the_line_is_counted_from_one(void **state)
{
    char *text = region_sample_replaced(sample.text, "adoption 2", "adoption x");
    struct proto_region *r = malloc(sizeof *r);
    struct trouble t = { .lang = LANG_NL };
    char line[700], expected[64];

    (void)state;
    assert_non_null(r);
    assert_err(region_sample_parse(text, strlen(text), false, r, &t), ERR_RANGE);
    trouble_line(&t, line, sizeof line);
    (void)snprintf(expected, sizeof expected, "region file:%u: ", line_of(sample.text, "adoption"));
    assert_memory_equal(line, expected, strlen(expected));
    assert_non_null(strstr(line, "getal"));
    free(r);
    free(text);
}

/* The first two lines that start with word (a newline before it), exchanged (which 0), or the first of them twice (which 1). */
static char *shuffle(const char *word, int which)
{
    const char *first = strstr(sample.text, word) + 1, *second = strstr(first, word) + 1, *end = strchr(second, '\n') + 1;
    char *out = malloc(2 * sample.text_len + 1);
    int a = (int)(second - first), b = (int)(end - second);

    assert_non_null(out);
    if (which == 0)
        (void)snprintf(out, 2 * sample.text_len + 1, "%.*s%.*s%.*s%s", (int)(first - sample.text), sample.text, b, second, a, first, end);
    else
        (void)snprintf(out, 2 * sample.text_len + 1, "%.*s%.*s%s", (int)(second - sample.text), sample.text, a, first, second);
    return out;
}

static void refuses_text(char *text, enum err e)
{
    struct proto_region *r = malloc(sizeof *r);

    assert_non_null(r);
    assert_err(region_sample_parse(text, strlen(text), false, r, NULL), e);
    free(r);
    free(text);
}

static void partners_out_of_order_are_refused(void **state)
{
    (void)state;
    refuses_text(shuffle("\npartner ", 0), ERR_EXISTS);
}

static void a_partner_twice_is_refused(void **state)
{
    (void)state;
    refuses_text(shuffle("\npartner ", 1), ERR_EXISTS);
}

static void a_partner_with_the_id_of_another_key_is_refused(void **state)
{
    const struct proto_partner *p = &sample.r.partner[SAMPLE_PARTNERS - 1];  /* so that the order stays right */
    char id[2 * PROTO_PARTNER_LEN + 1], other[2 * PROTO_PARTNER_LEN + 1];

    (void)state;
    text_hex(p->id, sizeof p->id, id, sizeof id);
    memset(other, 'f', sizeof other - 1);
    other[sizeof other - 1] = '\0';
    refuses_text(region_sample_replaced(sample.text, id, other), ERR_KEY);
}

static void a_witness_twice_is_refused(void **state)
{
    char line[PROTO_VKEY_MAX + 32];

    (void)state;
    (void)snprintf(line, sizeof line, "witness partner %s\nadoption", sample.r.witness[0].vkey);
    refuses_text(region_sample_replaced(sample.text, "adoption", line), ERR_EXISTS);
}

static void shares_that_do_not_add_up_are_refused(void **state)
{
    struct proto_region *r = malloc(sizeof *r);
    char *out = NULL;
    size_t len = 0;

    (void)state;
    assert_non_null(r);
    region_sample_fields(r, true);
    memcpy(r->pseudonym_key, r->pseudonym_hub, 32);
    assert_err(proto_region_format(r, &out, &len), ERR_KEY);
    region_sample_fields(r, false);
    memcpy(r->pseudonym_key, sample.r.pseudonym_key, 32);
    assert_err(proto_region_format(r, &out, &len), ERR_KEY);
    assert_null(out);
    free(r);
}

static void a_keyholder_under_the_hubs_authority_is_refused(void **state)
{
    struct proto_region *r = malloc(sizeof *r);
    char *out = NULL;
    size_t len = 0;

    (void)state;
    assert_non_null(r);
    region_sample_fields(r, true);
    memcpy(r->keyholder_tls, r->tls_der, r->tls_der_len);
    r->keyholder_tls_len = r->tls_der_len;
    assert_err(proto_region_format(r, &out, &len), ERR_KEY);
    r->keyholder_tls[0] ^= 1;
    assert_err(proto_region_format(r, &out, &len), OK);
    free(out);
    free(r);
}

static void what_would_not_be_read_is_not_written(void **state)
{
    struct proto_region *r = malloc(sizeof *r);
    char *out = NULL;
    size_t len = 0;

    (void)state;
    assert_non_null(r);
    region_sample_fields(r, true);
    (void)snprintf(r->partner[0].name, sizeof r->partner[0].name, "two\nlines");
    assert_int_not_equal(proto_region_format(r, &out, &len), OK);
    region_sample_fields(r, true);
    r->partner_count = 0;
    assert_int_not_equal(proto_region_format(r, &out, &len), OK);
    region_sample_fields(r, true);
    r->partner_count = PROTO_PARTNERS_MAX + 1;
    assert_err(proto_region_format(r, &out, &len), ERR_RANGE);
    region_sample_fields(r, true);
    r->adoption = 4;
    assert_err(proto_region_format(r, &out, &len), ERR_RANGE);
    region_sample_fields(r, true);
    r->partner[1] = r->partner[0];
    assert_err(proto_region_format(r, &out, &len), ERR_EXISTS);
    region_sample_fields(r, true);
    r->tls_der_len = 0;
    assert_int_not_equal(proto_region_format(r, &out, &len), OK);
    region_sample_fields(r, true);
    r->keyholder_tls_len = sizeof r->keyholder_tls + 1;
    assert_err(proto_region_format(r, &out, &len), ERR_RANGE);
    r->keyholder_tls_len = 0;
    assert_int_not_equal(proto_region_format(r, &out, &len), OK);
    assert_null(out);
    assert_int_equal(len, 0);
    free(r);
}

static void the_largest_region_is_written_and_signed(void **state)
{
    struct proto_region *r = malloc(sizeof *r);
    uint8_t secret[64];
    char *text = NULL, *file = NULL;
    size_t len = 0, file_len = 0;

    (void)state;
    assert_non_null(r);
    region_sample_fields(r, true);
    r->witness[0].outsider = false;  /* its key is one of the partners' here */
    r->partner_count = PROTO_PARTNERS_MAX;
    for (uint16_t i = 0; i < PROTO_PARTNERS_MAX; i++) {
        struct proto_partner *p = &r->partner[i];

        region_sample_key((uint8_t)i, p->root_key, secret);
        proto_partner_id(p->root_key, p->id);
        (void)snprintf(p->handle, sizeof p->handle, "organisation-with-a-long-name-%02x", i);
        (void)snprintf(p->kind, sizeof p->kind, "sixteen-letters-");
        memset(p->name, 'n', PROTO_NAME_TEXT_MAX);
        p->name[PROTO_NAME_TEXT_MAX] = '\0';
    }
    assert_err(proto_region_format(r, &text, &len), OK);
    for (uint16_t i = 0; i < PROTO_PARTNERS_MAX; i++) {
        char handle[33], *next = NULL;
        uint8_t public_key[32];

        region_sample_key((uint8_t)i, public_key, secret);
        (void)snprintf(handle, sizeof handle, "organisation-with-a-long-name-%02x", i);
        if (i % 64 != 0)
            continue;  /* four of them: each signing verifies all before it */
        assert_err(proto_region_sign((uint8_t *)(file != NULL ? file : text), file != NULL ? file_len : len, handle, secret,
            &next, &file_len, NULL), OK);
        free(file);
        file = next;
    }
    assert_err(proto_region_parse((uint8_t *)file, file_len, false, r, NULL), OK);
    assert_int_equal(r->partner_count, PROTO_PARTNERS_MAX);
    assert_int_equal(r->signed_count, 4);
    free(file);
    free(text);
    free(r);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (sodium_init() < 0)
        return 1;
    region_sample_init(&sample, true);
#define TEST(f) check_add(&list, #f, f, NULL)
    TEST(what_is_written_is_read);
    TEST(a_region_without_keyholder_has_the_hubs_key_alone);
    TEST(the_hash_is_that_of_the_text_without_signatures);
    TEST(every_strict_prefix_is_refused);
    TEST(every_flipped_byte_is_refused);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_add(&list, rows[i].name, wrong_line_is_refused, &rows[i]);
    TEST(the_line_is_counted_from_one);
    TEST(partners_out_of_order_are_refused);
    TEST(a_partner_twice_is_refused);
    TEST(a_partner_with_the_id_of_another_key_is_refused);
    TEST(a_witness_twice_is_refused);
    TEST(shares_that_do_not_add_up_are_refused);
    TEST(a_keyholder_under_the_hubs_authority_is_refused);
    TEST(what_would_not_be_read_is_not_written);
    TEST(the_largest_region_is_written_and_signed);
    failed = check_run(&list, "region");
    region_sample_fini(&sample);
    return failed;
}
