/* proto/region: who signed, and finding partners. PROTOCOL.md P-151 to P-153. */
#include "tests/support/check.h"
#include "tests/support/region_sample.h"

#include "base/text.h"
#include "proto/note.h"
#include "proto/region.h"

#include <sodium.h>
#include <stdio.h>

#define EM_DASH "\xe2\x80\x94"

static struct region_sample sample;

static void who_has_not_signed_is_named(void **state)
{
    struct proto_region *r = malloc(sizeof *r);
    struct trouble t = { .lang = LANG_EN };
    char *one = NULL;
    size_t len = 0;

    (void)state;
    assert_non_null(r);
    assert_err(proto_region_sign((uint8_t *)sample.text, sample.text_len, sample.handle[1],
                   sample.root_secret[1], &one, &len, NULL),
        OK);
    assert_err(region_sample_parse(one, len, false, r, NULL), OK);
    assert_int_equal(r->signed_count, 1);
    assert_err(region_sample_parse(one, len, true, r, &t), ERR_SIGNATURE);
    assert_true(strstr(t.text, sample.handle[0]) != NULL || strstr(t.text, sample.handle[2]) != NULL);
    assert_null(strstr(t.text, sample.handle[1]));
    free(one);
    free(r);
}

static void a_false_signature_is_refused_even_when_others_are_missing(void **state)
{
    struct proto_region *r = malloc(sizeof *r);
    char *one = NULL, *bent;
    size_t len = 0;

    (void)state;
    assert_non_null(r);
    assert_err(proto_region_sign((uint8_t *)sample.text, sample.text_len, sample.handle[1],
                   sample.root_secret[1], &one, &len, NULL),
        OK);
    bent = region_sample_replaced(one, "Wijkteam Noord", "Wijkteam Zuid");
    assert_err(region_sample_parse(bent, strlen(bent), false, r, NULL), ERR_SIGNATURE);
    free(bent);
    free(one);
    free(r);
}

static void a_signature_of_a_stranger_counts_for_nothing(void **state)
{
    struct proto_region *r = malloc(sizeof *r);
    uint8_t public_key[32], secret_key[64], buf[1024];
    struct proto_note_key key;
    struct proto_note_sig sig = { .time_s = 0 };
    struct wr w;
    char *more;

    (void)state;
    assert_non_null(r);
    region_sample_key(99, public_key, secret_key);
    assert_err(proto_note_key_make("stranger", PROTO_NOTE_ED25519, public_key, &key), OK);
    assert_err(proto_note_sign(&key, secret_key, (uint8_t *)sample.text, sample.text_len, &sig), OK);
    wr_init(&w, buf, sizeof buf);
    proto_note_write_line(&w, &key, &sig);
    assert_err(wr_end(&w), OK);
    more = malloc(sample.file_len + w.len + 1);
    assert_non_null(more);
    (void)snprintf(more, sample.file_len + w.len + 1, "%s%.*s", sample.file, (int)w.len, (char *)buf);
    assert_err(region_sample_parse(more, strlen(more), true, r, NULL), OK);
    assert_int_equal(r->signed_count, SAMPLE_PARTNERS);
    free(more);
    more = malloc(sample.text_len + w.len + 2);
    assert_non_null(more);
    (void)snprintf(more, sample.text_len + w.len + 2, "%s\n%.*s", sample.text, (int)w.len, (char *)buf);
    assert_err(region_sample_parse(more, strlen(more), false, r, NULL), OK);
    assert_int_equal(r->signed_count, 0);
    free(more);
    free(r);
}

static void signing_twice_leaves_one_signature(void **state)
{
    char *again = NULL;
    size_t len = 0, count = 0;

    (void)state;
    assert_err(proto_region_sign((uint8_t *)sample.file, sample.file_len, sample.handle[0],
                   sample.root_secret[0], &again, &len, NULL),
        OK);
    assert_int_equal(len, sample.file_len);
    for (const char *p = again; (p = strstr(p, EM_DASH)) != NULL; p++)
        count++;
    assert_int_equal(count, SAMPLE_PARTNERS);
    free(again);
}

static void another_root_key_cannot_sign(void **state)
{
    struct trouble t = { .lang = LANG_EN };
    char *out = NULL;
    size_t len = 7;

    (void)state;
    assert_err(proto_region_sign((uint8_t *)sample.text, sample.text_len, sample.handle[0],
                   sample.root_secret[1], &out, &len, &t),
        ERR_KEY);
    assert_non_null(strstr(t.text, sample.handle[0]));
    assert_err(proto_region_sign((uint8_t *)sample.text, sample.text_len, "nobody", sample.root_secret[1],
                   &out, &len, NULL),
        ERR_NOTFOUND);
    assert_err(proto_region_sign(
                   (uint8_t *)sample.text, 40, sample.handle[0], sample.root_secret[0], &out, &len, NULL),
        ERR_SHORT);
    assert_null(out);
    assert_int_equal(len, 7);
}

/* ---- looking up ---- */

static void the_partner_id_is_the_start_of_a_tagged_hash(void **state)
{
    uint8_t key[PROTO_KEY_LEN], id[PROTO_PARTNER_LEN];
    char hex[2 * PROTO_PARTNER_LEN + 1];

    (void)state;
    memset(key, 1, sizeof key);
    proto_partner_id(key, id);
    text_hex(id, sizeof id, hex, sizeof hex);
    assert_string_equal(hex, "147927c32dcbfcde7d80fed18550dab7");  /* by another implementation of SHA-256 */
}

static void partners_are_found_by_id_and_handle(void **state)
{
    uint8_t nobody[PROTO_PARTNER_LEN] = { 0 };

    (void)state;
    for (size_t i = 0; i < SAMPLE_PARTNERS; i++) {
        const struct proto_partner *p = proto_region_partner(&sample.r, sample.id[i]);

        assert_non_null(p);
        assert_string_equal(p->handle, sample.handle[i]);
        assert_ptr_equal(proto_region_handle(&sample.r, sample.handle[i]), p);
    }
    assert_null(proto_region_partner(&sample.r, nobody));
    memset(nobody, 0xff, sizeof nobody);
    assert_null(proto_region_partner(&sample.r, nobody));
    assert_null(proto_region_handle(&sample.r, "nobody"));
    assert_null(proto_region_handle(&sample.r, ""));
}

static void the_fingerprint_is_eight_groups_of_four(void **state)
{
    char out[40], hex[65], expected[40];

    (void)state;
    proto_region_fingerprint(&sample.r, out);
    text_hex(sample.r.hash, 32, hex, sizeof hex);
    (void)snprintf(expected, sizeof expected, "%.4s %.4s %.4s %.4s %.4s %.4s %.4s %.4s", hex, hex + 4,
        hex + 8, hex + 12, hex + 16, hex + 20, hex + 24, hex + 28);
    assert_string_equal(out, expected);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (sodium_init() < 0)
        return 1;
    region_sample_init(&sample, true);
#define TEST(f) check_add(&list, #f, f, NULL)
    TEST(who_has_not_signed_is_named);
    TEST(a_false_signature_is_refused_even_when_others_are_missing);
    TEST(a_signature_of_a_stranger_counts_for_nothing);
    TEST(signing_twice_leaves_one_signature);
    TEST(another_root_key_cannot_sign);
    TEST(the_partner_id_is_the_start_of_a_tagged_hash);
    TEST(partners_are_found_by_id_and_handle);
    TEST(the_fingerprint_is_eight_groups_of_four);
    failed = check_run(&list, "region_sign");
    region_sample_fini(&sample);
    return failed;
}
