/* proto/orgfile: the public files that `region make` takes (P-155). */
#include "tests/support/check.h"
#include "tests/support/region_sample.h"

#include "proto/note.h"
#include "proto/region.h"

#include <sodium.h>
#include <stdio.h>

static struct region_sample sample;
static struct proto_org_file org;
static struct proto_hub_file hub;
static struct proto_keyholder_file holder;
static char *org_text, *hub_text, *holder_text;
static size_t org_len, hub_len, holder_len;
static const uint8_t hub_share[32] = { 3 }, holder_share[32] = { 5 };  /* as the sample has them */
static uint8_t holder_secret[64];

static void make_files(void)
{
    const struct proto_partner *p = proto_region_handle(&sample.r, sample.handle[0]);

    (void)snprintf(org.handle, sizeof org.handle, "%s", p->handle);
    (void)snprintf(org.kind, sizeof org.kind, "%s", p->kind);
    (void)snprintf(org.name, sizeof org.name, "%s", p->name);
    memcpy(org.root_key, p->root_key, sizeof org.root_key);
    memcpy(hub.log_vkey, sample.r.log_vkey, sizeof hub.log_vkey);
    memcpy(hub.tls_der, sample.r.tls_der, sample.r.tls_der_len);
    hub.tls_der_len = sample.r.tls_der_len;
    memcpy(hub.pseudonym_hub, sample.r.pseudonym_hub, sizeof hub.pseudonym_hub);
    (void)snprintf(holder.name, sizeof holder.name, "sleutelhuis");
    (void)snprintf(holder.address, sizeof holder.address, "%s", sample.r.keyholder_address);
    region_sample_key(31, holder.key, holder_secret);
    memcpy(holder.tls_der, sample.r.keyholder_tls, sample.r.keyholder_tls_len);
    holder.tls_der_len = sample.r.keyholder_tls_len;
    memcpy(holder.share_key, sample.r.pseudonym_keyholder, sizeof holder.share_key);
    if (proto_pseudonym_possession_make(hub_share, hub.possession) != OK ||
        proto_pseudonym_possession_make(holder_share, holder.possession) != OK ||
        proto_org_file_format(&org, sample.root_secret[0], &org_text, &org_len) != OK ||
        proto_hub_file_format(&hub, sample.log_secret, &hub_text, &hub_len) != OK ||
        proto_keyholder_file_format(&holder, holder_secret, &holder_text, &holder_len) != OK)
        abort();
}

static enum err parse_org(const char *text, size_t len, struct trouble *t)
{
    uint8_t *exact = check_exact(text, len);
    struct proto_org_file out, before;
    enum err e;

    memset(&out, 0x5a, sizeof out);
    before = out;
    e = proto_org_file_parse(exact, len, &out, t);
    if (e != OK)
        assert_memory_equal(&out, &before, sizeof out);
    free(exact);
    return e;
}

static enum err parse_hub(const char *text, size_t len, struct trouble *t)
{
    uint8_t *exact = check_exact(text, len);
    struct proto_hub_file out, before;
    enum err e;

    memset(&out, 0x5a, sizeof out);
    before = out;
    e = proto_hub_file_parse(exact, len, &out, t);
    if (e != OK)
        assert_memory_equal(&out, &before, sizeof out);
    free(exact);
    return e;
}

static enum err parse_holder(const char *text, size_t len, struct trouble *t)
{
    uint8_t *exact = check_exact(text, len);
    struct proto_keyholder_file out, before;
    enum err e;

    memset(&out, 0x5a, sizeof out);
    before = out;
    e = proto_keyholder_file_parse(exact, len, &out, t);
    if (e != OK)
        assert_memory_equal(&out, &before, sizeof out);
    free(exact);
    return e;
}

static void all_are_read_as_they_were_written(void **state)
{
    struct proto_org_file o;
    struct proto_hub_file h;
    struct proto_keyholder_file k;

    (void)state;
    assert_err(proto_org_file_parse((uint8_t *)org_text, org_len, &o, NULL), OK);
    assert_string_equal(o.handle, org.handle);
    assert_string_equal(o.kind, org.kind);
    assert_string_equal(o.name, org.name);
    assert_memory_equal(o.root_key, org.root_key, sizeof o.root_key);
    assert_err(proto_hub_file_parse((uint8_t *)hub_text, hub_len, &h, NULL), OK);
    assert_string_equal(h.log_vkey, hub.log_vkey);
    assert_int_equal(h.tls_der_len, hub.tls_der_len);
    assert_memory_equal(h.tls_der, hub.tls_der, hub.tls_der_len);
    assert_memory_equal(h.pseudonym_hub, hub.pseudonym_hub, sizeof h.pseudonym_hub);
    assert_memory_equal(h.possession, hub.possession, sizeof h.possession);
    assert_err(proto_keyholder_file_parse((uint8_t *)holder_text, holder_len, &k, NULL), OK);
    assert_string_equal(k.name, holder.name);
    assert_string_equal(k.address, holder.address);
    assert_memory_equal(k.key, holder.key, sizeof k.key);
    assert_int_equal(k.tls_der_len, holder.tls_der_len);
    assert_memory_equal(k.tls_der, holder.tls_der, holder.tls_der_len);
    assert_memory_equal(k.share_key, holder.share_key, sizeof k.share_key);
    assert_memory_equal(k.possession, holder.possession, sizeof k.possession);
}

static void every_strict_prefix_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < org_len; i++)
        assert_int_not_equal(parse_org(org_text, i, NULL), OK);
    for (size_t i = 0; i < hub_len; i++)
        assert_int_not_equal(parse_hub(hub_text, i, NULL), OK);
    for (size_t i = 0; i < holder_len; i++)
        assert_int_not_equal(parse_holder(holder_text, i, NULL), OK);
}

static void flip_all(char *text, size_t len, enum err (*parse)(const char *, size_t, struct trouble *))
{
    static const uint8_t flips[] = { 0x01, 0x20, 0x80 };

    for (size_t k = 0; k < sizeof flips; k++)
        for (size_t i = 0; i < len; i++) {
            text[i] = (char)((uint8_t)text[i] ^ flips[k]);
            assert_int_not_equal(parse(text, len, NULL), OK);
            text[i] = (char)((uint8_t)text[i] ^ flips[k]);
        }
    assert_err(parse(text, len, NULL), OK);
}

static void every_flipped_byte_is_refused(void **state)
{
    (void)state;
    flip_all(org_text, org_len, parse_org);
    flip_all(hub_text, hub_len, parse_hub);
    flip_all(holder_text, holder_len, parse_holder);
}

static void one_is_not_the_other(void **state)
{
    (void)state;
    assert_err(parse_org(hub_text, hub_len, NULL), ERR_VERSION);
    assert_err(parse_hub(org_text, org_len, NULL), ERR_VERSION);
    assert_err(parse_org(sample.file, sample.file_len, NULL), ERR_VERSION);
    assert_err(parse_holder(hub_text, hub_len, NULL), ERR_VERSION);
    assert_err(parse_hub(holder_text, holder_len, NULL), ERR_VERSION);
}

static void another_key_cannot_sign(void **state)
{
    char *out = NULL;
    size_t len = 7;

    (void)state;
    assert_err(proto_org_file_format(&org, sample.root_secret[1], &out, &len), ERR_KEY);
    assert_err(proto_hub_file_format(&hub, sample.root_secret[1], &out, &len), ERR_KEY);
    assert_err(proto_keyholder_file_format(&holder, sample.root_secret[1], &out, &len), ERR_KEY);
    assert_null(out);
    assert_int_equal(len, 7);
}

static void a_file_signed_by_somebody_else_is_refused(void **state)
{
    const struct proto_partner *p = proto_region_handle(&sample.r, sample.handle[1]);
    struct proto_note_key key;
    struct proto_note_sig sig = { .time_s = 0 };
    uint8_t buf[4096];
    size_t text_len = (size_t)(strstr(org_text, "\n\n") + 1 - org_text);
    struct trouble t = { .lang = LANG_EN };
    struct wr w;

    (void)state;
    assert_err(proto_note_key_make(p->handle, PROTO_NOTE_ED25519, p->root_key, &key), OK);
    assert_err(proto_note_sign(&key, sample.root_secret[1], (uint8_t *)org_text, text_len, &sig), OK);
    wr_init(&w, buf, sizeof buf);
    proto_note_write_text(&w, (uint8_t *)org_text, text_len);
    proto_note_write_line(&w, &key, &sig);
    assert_err(wr_end(&w), OK);
    assert_err(parse_org((char *)buf, w.len, &t), ERR_SIGNATURE);
    assert_string_equal(t.where, "organisation file");
}

static void a_file_too_long_is_refused(void **state)
{
    char *more = malloc(20000);

    (void)state;
    assert_non_null(more);
    memset(more, 'x', 20000);
    assert_err(parse_org(more, 20000, NULL), ERR_LONG);
    assert_err(parse_hub(more, 20000, NULL), ERR_LONG);
    assert_err(parse_holder(more, 20000, NULL), ERR_LONG);
    free(more);
}

/* ---- what is not written ---- */

static void refuses_org(const struct proto_org_file *f)
{
    char *out = NULL;
    size_t len = 7;

    assert_int_not_equal(proto_org_file_format(f, sample.root_secret[0], &out, &len), OK);
    assert_null(out);
    assert_int_equal(len, 7);
}

static void a_handle_that_is_none_is_not_written(void **state)
{
    struct proto_org_file f = org;

    (void)state;
    (void)snprintf(f.handle, sizeof f.handle, "Linde");
    refuses_org(&f);
}

static void a_kind_that_is_none_is_not_written(void **state)
{
    struct proto_org_file f = org;

    (void)state;
    (void)snprintf(f.kind, sizeof f.kind, "a school");
    refuses_org(&f);
}

static void a_name_of_two_lines_is_not_written(void **state)
{
    struct proto_org_file f = org;

    (void)state;
    (void)snprintf(f.name, sizeof f.name, "De\nLinde");
    refuses_org(&f);
}

static void a_name_that_ends_in_a_space_is_not_written(void **state)
{
    struct proto_org_file f = org;

    (void)state;
    (void)snprintf(f.name, sizeof f.name, "De Linde ");
    refuses_org(&f);
}

static void a_hub_without_a_point_or_certificate_is_not_written(void **state)
{
    struct proto_hub_file f = hub;
    char *out = NULL;
    size_t len = 7;

    (void)state;
    memset(f.pseudonym_hub, 0, sizeof f.pseudonym_hub);
    assert_err(proto_hub_file_format(&f, sample.log_secret, &out, &len), ERR_KEY);
    f = hub;
    f.tls_der_len = 0;
    assert_int_not_equal(proto_hub_file_format(&f, sample.log_secret, &out, &len), OK);
    f.tls_der_len = sizeof f.tls_der + 1;
    assert_err(proto_hub_file_format(&f, sample.log_secret, &out, &len), ERR_RANGE);
    f = hub;
    (void)snprintf(f.log_vkey, sizeof f.log_vkey, "%s", sample.r.witness[0].vkey);
    assert_int_not_equal(proto_hub_file_format(&f, sample.log_secret, &out, &len), OK);
    assert_null(out);
}

/* P-146, P-155: a share chosen as "the joint key I want minus yours" has no proof, nor is somebody else's taken for it. */
static void a_share_without_its_proof_is_not_written(void **state)
{
    struct proto_keyholder_file k = holder;
    struct proto_hub_file f = hub;
    char *out = NULL;
    size_t len = 7;

    (void)state;
    memcpy(f.possession, holder.possession, sizeof f.possession);
    assert_err(proto_hub_file_format(&f, sample.log_secret, &out, &len), ERR_SIGNATURE);
    memcpy(k.possession, hub.possession, sizeof k.possession);
    assert_err(proto_keyholder_file_format(&k, holder_secret, &out, &len), ERR_SIGNATURE);
    k = holder;
    assert_int_equal(crypto_core_ristretto255_sub(k.share_key, hub.pseudonym_hub, holder.share_key), 0);
    assert_err(proto_keyholder_file_format(&k, holder_secret, &out, &len), ERR_SIGNATURE);
    assert_null(out);
}

static void a_keyholder_without_name_address_or_certificate_is_not_written(void **state)
{
    struct proto_keyholder_file k = holder;
    char *out = NULL;
    size_t len = 7;

    (void)state;
    (void)snprintf(k.name, sizeof k.name, "Sleutelhuis");
    assert_err(proto_keyholder_file_format(&k, holder_secret, &out, &len), ERR_SYNTAX);
    k = holder;
    (void)snprintf(k.address, sizeof k.address, "example.org");
    assert_err(proto_keyholder_file_format(&k, holder_secret, &out, &len), ERR_SYNTAX);
    k = holder;
    k.tls_der_len = 0;
    assert_int_not_equal(proto_keyholder_file_format(&k, holder_secret, &out, &len), OK);
    k.tls_der_len = sizeof k.tls_der + 1;
    assert_err(proto_keyholder_file_format(&k, holder_secret, &out, &len), ERR_RANGE);
    assert_null(out);
    assert_int_equal(len, 7);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (sodium_init() < 0)
        return 1;
    region_sample_init(&sample, true);
    make_files();
#define TEST(f) check_add(&list, #f, f, NULL)
    TEST(all_are_read_as_they_were_written);
    TEST(every_strict_prefix_is_refused);
    TEST(every_flipped_byte_is_refused);
    TEST(one_is_not_the_other);
    TEST(another_key_cannot_sign);
    TEST(a_file_signed_by_somebody_else_is_refused);
    TEST(a_file_too_long_is_refused);
    TEST(a_handle_that_is_none_is_not_written);
    TEST(a_kind_that_is_none_is_not_written);
    TEST(a_name_of_two_lines_is_not_written);
    TEST(a_name_that_ends_in_a_space_is_not_written);
    TEST(a_hub_without_a_point_or_certificate_is_not_written);
    TEST(a_share_without_its_proof_is_not_written);
    TEST(a_keyholder_without_name_address_or_certificate_is_not_written);
    failed = check_run(&list, "orgfile");
    free(org_text);
    free(hub_text);
    free(holder_text);
    region_sample_fini(&sample);
    return failed;
}
