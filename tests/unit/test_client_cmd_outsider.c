/* client/cmd_outsider: the signing key of a public witness as its program keeps it, and what who runs it signs with it, and does not. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"

#include "base/file.h"
#include "client/cmd_outsider.h"
#include "proto/registry_say.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The pair of keys in the documentation of golang.org/x/mod/sumdb/note. */
static const char documented[] = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char documented_public[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

static enum err read_text(const char *text, struct proto_note_key *out, uint8_t secret[64])
{
    uint8_t *exact = check_exact(text, strlen(text));
    enum err e = client_cmd_outsider_key(exact, strlen(text), out, secret);

    free(exact);
    return e;
}

static void a_documented_key_is_read(void **state)
{
    struct proto_note_key key, as_said;
    uint8_t secret[64];

    (void)state;
    assert_err(read_text(documented, &key, secret), OK);
    assert_err(proto_note_key_decode(documented_public, &as_said), OK);
    assert_string_equal(key.name, "PeterNeumann");
    assert_int_equal(key.type, PROTO_NOTE_COSIGNATURE);
    assert_memory_equal(key.key, as_said.key, sizeof key.key);
    assert_memory_equal(secret + 32, as_said.key, sizeof as_said.key);
}

static const struct row { const char *name, *text; enum err expected; } rows[] = {
    {"an empty file", "", ERR_SYNTAX},
    {"a verifier key", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", ERR_SYNTAX},
    {"no key behind the id", "PRIVATE+KEY+PeterNeumann+c74f20a3", ERR_SYNTAX},
    {"an empty key", "PRIVATE+KEY+PeterNeumann+c74f20a3+", ERR_SYNTAX},
    {"a key that is too short", "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyN", ERR_SYNTAX},
    {"a key that is too long", "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFzAYEK", ERR_SYNTAX},
    {"no base64", "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDF!", ERR_SYNTAX},
    {"an id that is no hex", "PRIVATE+KEY+PeterNeumann+c74f20ag+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", ERR_SYNTAX},
    {"the id of another key", "PRIVATE+KEY+PeterNeumann+c74f20a4+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", ERR_KEY},
    {"the name of another", "PRIVATE+KEY+PeterNeumanm+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", ERR_KEY},
    {"no name", "PRIVATE+KEY++c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", ERR_SYNTAX},
    {"another type", "PRIVATE+KEY+PeterNeumann+c74f20a3+BoEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz", ERR_VERSION},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct proto_note_key key;
    uint8_t secret[64], zero[sizeof key];

    memset(&key, 0xa5, sizeof key);
    memset(secret, 0xa5, sizeof secret);
    memset(zero, 0xa5, sizeof zero);
    assert_err(read_text(row->text, &key, secret), row->expected);
    assert_memory_equal(&key, zero, sizeof key);
    assert_memory_equal(secret, zero, sizeof secret);
}

/* ---- what is signed ---- */

static const struct home_folder *f;
static uint8_t before[64], after[64];
static struct proto_note_key before_key, after_key;

static void write_key_file(const char *name, const uint8_t secret[64])
{
    uint8_t material[33] = {PROTO_NOTE_ED25519};
    struct proto_note_key key;
    char base64[48], hex[9], line[256];

    memcpy(material + 1, secret, 32);
    sodium_bin2base64(base64, sizeof base64, material, sizeof material, sodium_base64_VARIANT_ORIGINAL);
    assert_err(proto_note_key_make(name, PROTO_NOTE_ED25519, secret + 32, &key), OK);
    (void)sodium_bin2hex(hex, sizeof hex, key.id, sizeof key.id);
    (void)snprintf(line, sizeof line, "PRIVATE+KEY+%s+%s+%s\n", name, hex, base64);
    assert_err(file_write(home_folder_path(f, "key"), line, strlen(line), 0600, NULL), OK);
}

static void begin(void **state)
{
    uint8_t public[32];

    assert_int_equal(home_folder_setup(state), 0);
    f = *state;
    assert_int_equal(crypto_sign_keypair(public, before), 0);
    assert_err(proto_note_key_make("witness.example", PROTO_NOTE_COSIGNATURE, public, &before_key), OK);
    assert_int_equal(crypto_sign_keypair(public, after), 0);
    assert_err(proto_note_key_make("witness.example", PROTO_NOTE_COSIGNATURE, public, &after_key), OK);
    write_key_file("witness.example", before);
}

static struct proto_registry_say change(void)
{
    struct proto_registry_say s = {.act = PROTO_REG_WITNESS, .made_s = 1800000000, .before_s = 1800086400, .from_s = 1800000000, .seen = 5, .statements = 2};

    memset(s.region, 1, sizeof s.region);
    memset(s.id, 2, sizeof s.id);
    memset(s.digest, 3, sizeof s.digest);
    memset(s.root, 4, sizeof s.root);
    memcpy(s.key, before_key.key, sizeof s.key);
    proto_note_key_encode(&after_key, s.witness);
    return s;
}

static void write_say(const struct proto_registry_say *s)
{
    char text[PROTO_REGISTRY_NOTE_MAX];
    size_t len = 0;

    assert_err(proto_registry_say_format(s, text, sizeof text, &len), OK);
    assert_err(file_write(home_folder_path(f, "say"), text, len, 0644, NULL), OK);
}

static enum err sign(cJSON **reply)
{
    struct client_run r = {.args = cJSON_CreateObject()};
    enum err e;

    json_add_text(r.args, "file", home_folder_path(f, "say"));
    json_add_text(r.args, "key", home_folder_path(f, "key"));
    e = client_cmd_outsider_sign(&r);
    cJSON_Delete(r.args);
    if (reply != NULL)
        *reply = r.reply;
    else
        cJSON_Delete(r.reply);
    return e;
}

/* How many lines it has, and that this key signed it. */
static size_t lines(const struct proto_note_key *key, enum err expected)
{
    struct proto_note *n = calloc(1, sizeof *n);
    uint8_t *data = NULL;
    size_t len = 0, count;

    assert_non_null(n);
    assert_err(file_read(home_folder_path(f, "say"), PROTO_REGISTRY_NOTE_MAX, &data, &len, NULL), OK);
    count = proto_note_parse(data, len, n) == OK ? n->count : 0;
    if (count != 0)
        assert_err(proto_note_check(n, key, NULL), expected);
    free(data);
    free(n);
    return count;
}

static void the_key_of_before_signs_and_says_what(void **state)
{
    struct proto_registry_say s;
    cJSON *reply = NULL;
    const char *text = NULL;
    uint64_t seen = 0;

    begin(state);
    s = change();
    write_say(&s);
    assert_err(sign(&reply), OK);
    assert_int_equal(lines(&before_key, OK), 1);
    assert_err(json_text(reply, "witness", &text), OK);
    assert_string_equal(text, s.witness);
    assert_err(json_u64(reply, "seen", &seen), OK);
    assert_int_equal(seen, 5);
    cJSON_Delete(reply);
    assert_err(sign(NULL), ERR_EXISTS);
    assert_int_equal(lines(&before_key, OK), 1);
    assert_int_equal(home_folder_teardown(state), 0);
}

static void refused(void **state, const struct proto_registry_say *s, enum err expected)
{
    write_say(s);
    assert_err(sign(NULL), expected);
    assert_int_equal(lines(&before_key, OK), 0);
    assert_int_equal(home_folder_teardown(state), 0);
}

static void another_witness_is_not_signed_for(void **state)
{
    struct proto_registry_say s;
    struct proto_note_key other;

    begin(state);
    s = change();
    assert_err(proto_note_key_make("another.example", PROTO_NOTE_COSIGNATURE, after_key.key, &other), OK);
    proto_note_key_encode(&other, s.witness);
    refused(state, &s, ERR_KEY);
}

/* With the next key, or with one that was changed before: the key that is to go signs. */
static void another_key_does_not_sign(void **state)
{
    struct proto_registry_say s;

    begin(state);
    s = change();
    write_key_file("witness.example", after);
    refused(state, &s, ERR_KEY);
}

static void a_partners_witness_is_not_signed_for(void **state)
{
    struct proto_registry_say s;

    begin(state);
    s = change();
    memset(s.partner, 9, sizeof s.partner);
    refused(state, &s, ERR_KEY);
}

static void nothing_else_is_signed(void **state)
{
    struct proto_registry_say s = {.act = PROTO_REG_REVOKE, .made_s = 1800000000, .before_s = 1800086400, .from_s = 1800000000, .reason = "ended"};

    begin(state);
    memset(s.region, 1, sizeof s.region);
    memset(s.id, 2, sizeof s.id);
    memset(s.partner, 9, sizeof s.partner);
    refused(state, &s, ERR_KEY);
}

int main(void)
{
    struct check_list list = {.count = 0};

    if (sodium_init() < 0)
        return 1;
    check_add(&list, "a documented key is read", a_documented_key_is_read, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    check_add(&list, "the_key_of_before_signs_and_says_what", the_key_of_before_signs_and_says_what, NULL);
    check_add(&list, "another_witness_is_not_signed_for", another_witness_is_not_signed_for, NULL);
    check_add(&list, "another_key_does_not_sign", another_key_does_not_sign, NULL);
    check_add(&list, "a_partners_witness_is_not_signed_for", a_partners_witness_is_not_signed_for, NULL);
    check_add(&list, "nothing_else_is_signed", nothing_else_is_signed, NULL);
    return check_run(&list, "client/cmd_outsider");
}
