/* proto/note: keys, plain and timestamped signatures (P-122, P-123, P-154), the form of a note, and that nothing bent verifies. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/note.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The example of the signed-note specification. */
#define EXAMPLE_TEXT "This is an example message.\n"
#define EXAMPLE_SIG "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
#define EXAMPLE_LINE "\xe2\x80\x94 example.com/foo " EXAMPLE_SIG "\n"
#define EXAMPLE_KEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

/* A checkpoint cosigned by a witness that is not ours (sunlight's test data). */
#define COSIGNED "milan2026h1.example.org\n300\nlCkHUpkmVBEms2r2T1K6Og69+wUuuN3MIEW1/ezu2v0=\n\n" \
    "\xe2\x80\x94 witness2.example.org LlW4lgAAAABpVGeAN/uFWqfjdU94rrKxFycCggM0Sa1L5tOJCJdYBwJ41CQsgKWA6B0+vywok3" \
    "cPI3JIzuPeR+VotuYe/eNy0+30Dw==\n"
#define COSIGNER "witness2.example.org+2e55b896+BIZ7fpceQWd60IfqQeS9IAnmNOCZjMDne8lZuguz/bi9"

#define TEXT ((const uint8_t *)"one\n\ntwo\n")
#define TEXT_LEN ((size_t)9)

static uint8_t *exact(const void *data, size_t len)
{
    uint8_t *copy = malloc(len);

    assert_non_null(copy);
    memcpy(copy, data, len);
    return copy;
}

static void make_key(const char *name, uint8_t type, uint8_t first, struct proto_note_key *key, uint8_t secret[64])
{
    uint8_t seed[32], public_key[32];

    memset(seed, first, sizeof seed);
    assert_int_equal(crypto_sign_seed_keypair(public_key, secret, seed), 0);
    assert_int_equal(proto_note_key_make(name, type, public_key, key), OK);
}

/* Parse what is in an exact-size block of its own. */
static enum err parse(const void *data, size_t len, struct proto_note *n, uint8_t **keep)
{
    *keep = exact(data, len);
    return proto_note_parse(*keep, len, n);
}

/* A note with a plain line, a cosignature and a line of a type nobody here knows. */
static size_t make_note(uint8_t *out, size_t cap)
{
    struct proto_note_key plain, witness;
    struct proto_note_sig sig = { .time_s = 1700000000 };
    uint8_t secret[64];
    struct wr w;

    wr_init(&w, out, cap);
    proto_note_write_text(&w, TEXT, TEXT_LEN);
    make_key("example.org/witness", PROTO_NOTE_COSIGNATURE, 2, &witness, secret);
    assert_int_equal(proto_note_sign(&witness, secret, TEXT, TEXT_LEN, &sig), OK);
    proto_note_write_line(&w, &witness, &sig);
    make_key("example.org/log", PROTO_NOTE_ED25519, 1, &plain, secret);
    assert_int_equal(proto_note_sign(&plain, secret, TEXT, TEXT_LEN, &sig), OK);
    proto_note_write_line(&w, &plain, &sig);
    wr_copy(&w, (const uint8_t *)"\xe2\x80\x94 other AQIDBAU=\n", 19);
    assert_int_equal(wr_end(&w), OK);
    return w.len;
}

static void example_of_the_specification_verifies(void **state)
{
    static struct proto_note n;
    struct proto_note_key key;
    struct proto_note_sig sig = { .time_s = 7 };
    uint8_t *keep = NULL;

    (void)state;
    assert_int_equal(proto_note_key_decode(EXAMPLE_KEY, &key), OK);
    assert_string_equal(key.name, "example.com/foo");
    assert_int_equal(parse(EXAMPLE_TEXT "\n" EXAMPLE_LINE, strlen(EXAMPLE_TEXT "\n" EXAMPLE_LINE), &n, &keep), OK);
    assert_int_equal(n.text_len, strlen(EXAMPLE_TEXT));
    assert_int_equal(n.count, 1);
    assert_int_equal(proto_note_check(&n, &key, &sig), OK);
    assert_int_equal(sig.time_s, 0);
    free(keep);
}

static void a_foreign_cosignature_verifies_with_its_time(void **state)
{
    static struct proto_note n;
    struct proto_note_key key;
    struct proto_note_sig sig;
    uint8_t *keep = NULL;

    (void)state;
    assert_int_equal(proto_note_key_decode(COSIGNER, &key), OK);
    assert_int_equal(key.type, PROTO_NOTE_COSIGNATURE);
    assert_int_equal(parse(COSIGNED, strlen(COSIGNED), &n, &keep), OK);
    assert_int_equal(proto_note_check(&n, &key, &sig), OK);
    assert_int_equal(sig.time_s, 0x69546780);
    free(keep);
}

static void keys_go_round_as_text(void **state)
{
    static const char *const texts[] = { EXAMPLE_KEY, COSIGNER };
    char out[PROTO_NOTE_VKEY_ROOM];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct proto_note_key key;
        assert_int_equal(proto_note_key_decode(texts[i], &key), OK);
        proto_note_key_encode(&key, out);
        assert_string_equal(out, texts[i]);
    }
}

static void the_longest_key_fits_its_room(void **state)
{
    struct proto_note_key key, back;
    char name[PROTO_NOTE_NAME_MAX + 2], out[PROTO_NOTE_VKEY_ROOM];
    uint8_t raw[32] = { 0xfb, 0xef, 0xbe };

    (void)state;
    memset(name, 'n', sizeof name);
    name[PROTO_NOTE_NAME_MAX + 1] = 0;
    assert_int_equal(proto_note_key_make(name, PROTO_NOTE_ED25519, raw, &key), ERR_SYNTAX);
    name[PROTO_NOTE_NAME_MAX] = 0;
    assert_int_equal(proto_note_key_make(name, PROTO_NOTE_ED25519, raw, &key), OK);
    proto_note_key_encode(&key, out);
    assert_int_equal(strlen(out), PROTO_NOTE_VKEY_ROOM - 1);
    assert_int_equal(proto_note_key_decode(out, &back), OK);
    assert_memory_equal(&back, &key, sizeof key);
}

static void every_changed_character_of_a_key_is_refused(void **state)
{
    struct proto_note_key key;
    char text[sizeof EXAMPLE_KEY];

    (void)state;
    for (size_t i = 0; i < strlen(EXAMPLE_KEY); i++) {
        memcpy(text, EXAMPLE_KEY, sizeof text);
        text[i] ^= 1;
        assert_int_not_equal(proto_note_key_decode(text, &key), OK);
        memcpy(text, EXAMPLE_KEY, sizeof text);
        text[i] = 0;
        assert_int_not_equal(proto_note_key_decode(text, &key), OK);
    }
}

static void keys_of_another_type_are_refused_as_such(void **state)
{
    /* A key of 0x02, and one of 0x06 that is longer than any of ours. */
    struct proto_note_key key;
    uint8_t raw[32] = { 0 };

    (void)state;
    assert_int_equal(proto_note_key_decode("a+00000000+AgAA", &key), ERR_VERSION);
    assert_int_equal(proto_note_key_decode("a+00000000+BgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &key),
        ERR_VERSION);
    assert_int_equal(proto_note_key_make("a", 2, raw, &key), ERR_VERSION);
    assert_int_equal(proto_note_key_decode("a+00000000+AQAA", &key), ERR_SYNTAX);
    assert_int_equal(proto_note_key_decode("a+00000000+", &key), ERR_SYNTAX);
}

static void a_key_id_that_is_not_the_keys_is_refused(void **state)
{
    struct proto_note_key key;

    (void)state;
    assert_int_equal(proto_note_key_decode("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", &key),
        ERR_KEY);
}

static void names_that_are_none_are_refused(void **state)
{
    static const char *const bad[] = { "", "a b", "a+b", "a\tb", "a\nb", "\x7f\x01", "a\xc2\xa0", "\xc2\x85", "a\xe2\x80\x80",
        "a\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xe1\x9a\x80",
        "\xff", "\xc0\xaf" };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(proto_note_is_name((const uint8_t *)bad[i], strlen(bad[i])));
    assert_true(proto_note_is_name((const uint8_t *)"\xc3\xa9\xe2\x80\x94x", 6));
    assert_true(proto_note_is_name((const uint8_t *)"a", 1));
}

static void a_note_of_ours_goes_round(void **state)
{
    static struct proto_note n;
    struct proto_note_key plain, witness;
    struct proto_note_sig sig;
    uint8_t buf[1024], secret[64], *keep = NULL;
    size_t len = make_note(buf, sizeof buf);

    (void)state;
    make_key("example.org/log", PROTO_NOTE_ED25519, 1, &plain, secret);
    make_key("example.org/witness", PROTO_NOTE_COSIGNATURE, 2, &witness, secret);
    assert_int_equal(parse(buf, len, &n, &keep), OK);
    assert_int_equal(n.text_len, TEXT_LEN);
    assert_memory_equal(n.text, TEXT, TEXT_LEN);
    assert_int_equal(n.count, 3);
    assert_int_equal(proto_note_check(&n, &plain, NULL), OK);
    assert_int_equal(proto_note_check(&n, &witness, &sig), OK);
    assert_int_equal(sig.time_s, 1700000000);
    free(keep);
}

static void a_key_that_did_not_sign_is_not_found(void **state)
{
    static struct proto_note n;
    struct proto_note_key other;
    struct proto_note_sig sig = { .time_s = 5 };
    uint8_t buf[1024], secret[64], *keep = NULL;
    size_t len = make_note(buf, sizeof buf);

    (void)state;
    assert_int_equal(parse(buf, len, &n, &keep), OK);
    make_key("example.org/log", PROTO_NOTE_ED25519, 9, &other, secret);
    assert_int_equal(proto_note_check(&n, &other, &sig), ERR_NOTFOUND);
    make_key("example.org/log2", PROTO_NOTE_ED25519, 1, &other, secret);
    assert_int_equal(proto_note_check(&n, &other, &sig), ERR_NOTFOUND);
    make_key("example.org/log", PROTO_NOTE_COSIGNATURE, 1, &other, secret);
    assert_int_equal(proto_note_check(&n, &other, &sig), ERR_NOTFOUND);
    assert_int_equal(sig.time_s, 5);
    free(keep);
}

static void every_flipped_bit_is_refused_by_one_of_its_keys(void **state)
{
    static struct proto_note n;
    struct proto_note_key plain, witness;
    uint8_t buf[1024], secret[64];
    size_t len = make_note(buf, sizeof buf) - 19;  /* without the line nobody verifies */

    (void)state;
    make_key("example.org/log", PROTO_NOTE_ED25519, 1, &plain, secret);
    make_key("example.org/witness", PROTO_NOTE_COSIGNATURE, 2, &witness, secret);
    for (size_t i = 0; i < len * 8; i++) {
        uint8_t *in = exact(buf, len);
        in[i / 8] ^= (uint8_t)(1u << (i % 8));
        if (proto_note_parse(in, len, &n) == OK)
            assert_false(proto_note_check(&n, &plain, NULL) == OK && proto_note_check(&n, &witness, NULL) == OK);
        free(in);
    }
}

static void every_prefix_is_refused(void **state)
{
    static struct proto_note n, before;
    struct proto_note_key plain;
    uint8_t buf[1024], secret[64];
    size_t len = make_note(buf, sizeof buf) - 19;

    (void)state;
    make_key("example.org/log", PROTO_NOTE_ED25519, 1, &plain, secret);
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *in = exact(buf, cut);
        memset(&n, 0xee, sizeof n);
        before = n;
        if (proto_note_parse(in, cut, &n) != OK)
            assert_memory_equal(&n, &before, sizeof n);
        else  /* a whole line less is a note, without that signature */
            assert_int_equal(proto_note_check(&n, &plain, NULL), ERR_NOTFOUND);
        free(in);
    }
}

static void of_two_cosignatures_the_newer_counts_in_either_order(void **state)
{
    static const uint64_t times[2][2] = { { 100, 200 }, { 200, 100 } };
    static struct proto_note n;
    struct proto_note_key witness;
    uint8_t buf[1024], secret[64], *keep = NULL;

    (void)state;
    make_key("w", PROTO_NOTE_COSIGNATURE, 2, &witness, secret);
    for (size_t i = 0; i < 2; i++) {
        struct proto_note_sig sig;
        struct wr w;
        wr_init(&w, buf, sizeof buf);
        proto_note_write_text(&w, TEXT, TEXT_LEN);
        for (size_t j = 0; j < 2; j++) {
            sig.time_s = times[i][j];
            assert_int_equal(proto_note_sign(&witness, secret, TEXT, TEXT_LEN, &sig), OK);
            proto_note_write_line(&w, &witness, &sig);
        }
        assert_int_equal(parse(buf, w.len, &n, &keep), OK);
        assert_int_equal(proto_note_check(&n, &witness, &sig), OK);
        assert_int_equal(sig.time_s, 200);
        free(keep);
    }
}

static void one_bad_line_of_a_known_key_spoils_the_note(void **state)
{
    static struct proto_note n;
    struct proto_note_key witness;
    struct proto_note_sig sig = { .time_s = 100 };
    uint8_t buf[1024], secret[64], *keep = NULL;
    struct wr w;

    (void)state;
    make_key("w", PROTO_NOTE_COSIGNATURE, 2, &witness, secret);
    assert_int_equal(proto_note_sign(&witness, secret, TEXT, TEXT_LEN, &sig), OK);
    wr_init(&w, buf, sizeof buf);
    proto_note_write_text(&w, TEXT, TEXT_LEN);
    proto_note_write_line(&w, &witness, &sig);
    sig.time_s = 101;
    proto_note_write_line(&w, &witness, &sig);
    assert_int_equal(parse(buf, w.len, &n, &keep), OK);
    assert_int_equal(proto_note_check(&n, &witness, NULL), ERR_SIGNATURE);
    free(keep);
}

static void a_plain_signature_is_no_cosignature(void **state)
{
    struct proto_note_key plain, witness;
    struct proto_note_sig sig = { .time_s = 9 };
    uint8_t secret[64];

    (void)state;
    make_key("k", PROTO_NOTE_ED25519, 1, &plain, secret);
    make_key("k", PROTO_NOTE_COSIGNATURE, 1, &witness, secret);
    assert_int_equal(proto_note_sign(&plain, secret, TEXT, TEXT_LEN, &sig), OK);
    assert_int_equal(sig.time_s, 0);
    assert_int_equal(proto_note_verify(&plain, TEXT, TEXT_LEN, &sig), OK);
    assert_int_equal(proto_note_verify(&witness, TEXT, TEXT_LEN, &sig), ERR_SIGNATURE);
}

static void a_line_of_the_wrong_length_for_its_key_fails(void **state)
{
    static struct proto_note n;
    struct proto_note_key key;
    char note[256], base64[16];
    uint8_t raw[6], secret[64], *keep = NULL;

    (void)state;
    make_key("k", PROTO_NOTE_ED25519, 1, &key, secret);
    memcpy(raw, key.id, 4);
    raw[4] = raw[5] = 0;
    (void)sodium_bin2base64(base64, sizeof base64, raw, sizeof raw, sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(note, sizeof note, "t\n\n\xe2\x80\x94 k %s\n", base64);
    assert_int_equal(parse(note, strlen(note), &n, &keep), OK);
    assert_int_equal(proto_note_check(&n, &key, NULL), ERR_SIGNATURE);
    free(keep);
}

static void signing_with_another_secret_is_refused(void **state)
{
    struct proto_note_key key, other;
    struct proto_note_sig sig = { .time_s = 4 };
    uint8_t secret[64];

    (void)state;
    make_key("k", PROTO_NOTE_ED25519, 1, &key, secret);
    make_key("k", PROTO_NOTE_ED25519, 2, &other, secret);
    assert_int_equal(proto_note_sign(&key, secret, TEXT, TEXT_LEN, &sig), ERR_KEY);
    assert_int_equal(sig.time_s, 4);
}

static void texts_that_are_none_are_not_signed_or_written(void **state)
{
    static const char *const bad[] = { "", "no newline", "tab\there\n", "\xff\n", "carriage\r\n" };
    struct proto_note_key key;
    struct proto_note_sig sig = { .time_s = 4 };
    uint8_t secret[64], buf[64];

    (void)state;
    make_key("k", PROTO_NOTE_ED25519, 1, &key, secret);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct wr w;
        assert_int_equal(proto_note_sign(&key, secret, (const uint8_t *)bad[i], strlen(bad[i]), &sig), ERR_SYNTAX);
        wr_init(&w, buf, sizeof buf);
        proto_note_write_text(&w, (const uint8_t *)bad[i], strlen(bad[i]));
        assert_int_equal(wr_end(&w), ERR_SYNTAX);
    }
}

static void a_time_beyond_63_bits_is_refused(void **state)
{
    static struct proto_note n;
    struct proto_note_key key;
    struct proto_note_sig sig = { .time_s = (uint64_t)1 << 63 };
    uint8_t secret[64], buf[512], *keep = NULL;
    struct wr w;

    (void)state;
    make_key("k", PROTO_NOTE_COSIGNATURE, 1, &key, secret);
    assert_int_equal(proto_note_sign(&key, secret, TEXT, TEXT_LEN, &sig), ERR_RANGE);
    assert_int_equal(proto_note_verify(&key, TEXT, TEXT_LEN, &sig), ERR_RANGE);
    wr_init(&w, buf, sizeof buf);
    proto_note_write_text(&w, TEXT, TEXT_LEN);
    proto_note_write_line(&w, &key, &sig);
    assert_int_equal(parse(buf, w.len, &n, &keep), OK);
    assert_int_equal(proto_note_check(&n, &key, NULL), ERR_SIGNATURE);
    sig.time_s--;
    assert_int_equal(proto_note_sign(&key, secret, TEXT, TEXT_LEN, &sig), OK);
    free(keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_specification_verifies),
        cmocka_unit_test(a_foreign_cosignature_verifies_with_its_time),
        cmocka_unit_test(keys_go_round_as_text),
        cmocka_unit_test(the_longest_key_fits_its_room),
        cmocka_unit_test(every_changed_character_of_a_key_is_refused),
        cmocka_unit_test(keys_of_another_type_are_refused_as_such),
        cmocka_unit_test(a_key_id_that_is_not_the_keys_is_refused),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(a_note_of_ours_goes_round),
        cmocka_unit_test(a_key_that_did_not_sign_is_not_found),
        cmocka_unit_test(every_flipped_bit_is_refused_by_one_of_its_keys),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(of_two_cosignatures_the_newer_counts_in_either_order),
        cmocka_unit_test(one_bad_line_of_a_known_key_spoils_the_note),
        cmocka_unit_test(a_plain_signature_is_no_cosignature),
        cmocka_unit_test(a_line_of_the_wrong_length_for_its_key_fails),
        cmocka_unit_test(signing_with_another_secret_is_refused),
        cmocka_unit_test(texts_that_are_none_are_not_signed_or_written),
        cmocka_unit_test(a_time_beyond_63_bits_is_refused),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
