#include "client/cmd_outsider.h"

#include "base/file.h"
#include "base/text.h"
#include "client/cmd_witness.h"
#include "client/says.h"
#include "proto/note.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FILE_MAX = 512, SEED_LEN = crypto_sign_SEEDBYTES };

const struct client_opt client_cmd_outsider_opts[] = {
    {"file", CLIENT_OPT_ARG, true, {"the statement that a partner proposed; the signature is added to it",
        "de verklaring die een partner voorstelde; de handtekening komt erbij"},
        "FILE", NULL},
    {"key", CLIENT_OPT_TEXT, true, {"file with the witness's signing key of before, a line PRIVATE+KEY+...",
        "bestand met de sleutel waarmee de getuige tot nu toe tekende, een regel PRIVATE+KEY+..."},
        "FILE", NULL},
    {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL}};

/* ---- proposed by a partner ---- */

/* The key that the region counts for the outsider of this name now. */
static enum err find_place(struct client_run *r, const char *name, uint8_t key[PROTO_KEY_LEN])
{
    const cJSON *row;
    cJSON *reply = NULL;
    enum err e = client_cmd_witness_call(r, "partner.list", &reply);

    if (e == OK)
        e = ERR_NOTFOUND;
    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(reply, "outsiders")) {
        const char *text = NULL, *hex = NULL;

        if (json_text(row, "name", &text) == OK && strcmp(text, name) == 0 && json_text(row, "witness_key", &hex) == OK)
            e = text_unhex(hex, key, PROTO_KEY_LEN);
    }
    cJSON_Delete(reply);
    return e == ERR_NOTFOUND ? trouble_at(r->t, e, "--outsider", 0, 0,
        "'%s' is no witness from outside of this region; a witness keeps its name; see: schakel partner list",
        "'%s' is geen getuige van buiten in deze regio; een getuige houdt zijn naam; zie: schakel partner list", name) : e;
}

enum err client_cmd_outsider_fill(struct client_run *r, struct proto_registry_say *s)
{
    const char *vkey = client_run_text(r, "outsider");
    struct proto_note_key next;
    enum err e;

    if (strlen(vkey) >= sizeof s->witness || proto_note_key_decode(vkey, &next) != OK || next.type != PROTO_NOTE_COSIGNATURE)
        return trouble_at(r->t, ERR_USAGE, "--outsider", 0, 0, "is not the verifier key of a witness: NAME+HEX+BASE64, as its program prints it",
            "is niet de controlesleutel van een getuige: NAAM+HEX+BASE64, zoals zijn programma die geeft");
    e = find_place(r, next.name, s->key);
    if (e == OK && sodium_memcmp(s->key, next.key, sizeof next.key) == 0)
        e = trouble_at(r->t, ERR_EXISTS, "--outsider", 0, 0, "is the key that this witness has now", "is de sleutel die deze getuige nu heeft");
    if (e == OK)
        memcpy(s->witness, vkey, strlen(vkey) + 1);
    return e == OK ? client_cmd_witness_held(r, s) : e;
}

/* ---- signed by who runs the witness ---- */

static enum err read_seed(const char *key, size_t len, uint8_t *type, uint8_t seed[SEED_LEN])
{
    uint8_t material[1 + SEED_LEN];
    size_t material_len = 0;
    enum err e = text_unbase64(key, len, material, sizeof material, &material_len);

    if (e == OK && material_len != sizeof material)
        e = ERR_SYNTAX;
    if (e == OK && material[0] != PROTO_NOTE_ED25519 && material[0] != PROTO_NOTE_COSIGNATURE)
        e = ERR_VERSION;
    if (e == OK) {
        *type = material[0];
        memcpy(seed, material + 1, SEED_LEN);
    }
    sodium_memzero(material, sizeof material);
    return e == ERR_LONG ? ERR_SYNTAX : e;
}

/* The id is that of the verifier key of the same type; what cosigns has type 0x04 whatever the file says. */
static enum err make_keys(const char *name, const char *hex, uint8_t type, const uint8_t seed[SEED_LEN], struct proto_note_key *out, uint8_t secret[64])
{
    uint8_t id[4], public[PROTO_NOTE_KEY_LEN], pair[crypto_sign_SECRETKEYBYTES];
    struct proto_note_key as_said;
    enum err e = text_unhex(hex, id, sizeof id) == OK ? OK : ERR_SYNTAX;

    if (e != OK)
        return e;
    if (crypto_sign_seed_keypair(public, pair, seed) != 0)
        abort();
    e = proto_note_key_make(name, type, public, &as_said);
    if (e == OK && sodium_memcmp(id, as_said.id, sizeof id) != 0)
        e = ERR_KEY;
    if (e == OK)
        e = proto_note_key_make(name, PROTO_NOTE_COSIGNATURE, public, out);
    if (e == OK)
        memcpy(secret, pair, sizeof pair);
    sodium_memzero(pair, sizeof pair);
    return e;
}

enum err client_cmd_outsider_key(const uint8_t *text, size_t len, struct proto_note_key *out, uint8_t secret[64])
{
    static const char begin[] = "PRIVATE+KEY+";
    char line[KEY_FILE_MAX + 1] = "", *name = line + sizeof begin - 1, *hex, *key;
    uint8_t seed[SEED_LEN], type = 0;
    enum err e = len <= KEY_FILE_MAX && memchr(text, '\0', len) == NULL ? OK : ERR_SYNTAX;

    if (e == OK) {
        memcpy(line, text, len);
        line[strcspn(line, "\n")] = '\0';
    }
    if (e != OK || strncmp(line, begin, sizeof begin - 1) != 0 || (hex = strchr(name, '+')) == NULL || (key = strchr(hex + 1, '+')) == NULL) {
        e = ERR_SYNTAX;
    } else {
        *hex++ = '\0';
        *key++ = '\0';
        e = read_seed(key, strlen(key), &type, seed);
        if (e == OK)
            e = make_keys(name, hex, type, seed, out, secret);
    }
    sodium_memzero(line, sizeof line);
    sodium_memzero(seed, sizeof seed);
    return e;
}

static enum err read_key(struct client_run *r, struct proto_note_key *out, uint8_t secret[64])
{
    const char *path = client_run_text(r, "key");
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, KEY_FILE_MAX, &data, &len, r->t);

    if (e != OK)
        return e;
    e = client_cmd_outsider_key(data, len, out, secret);
    sodium_memzero(data, len);
    free(data);
    return e == OK ? OK : trouble_at(r->t, e, path, 0, 0, "is not the signing key of a witness: a line PRIVATE+KEY+NAME+HEX+BASE64",
        "is niet de ondertekensleutel van een getuige: een regel PRIVATE+KEY+NAAM+HEX+BASE64");
}

/* A witness signs about itself alone, and with the key that is to go. */
static enum err check(struct client_run *r, const char *path, const struct proto_registry_say *s, const struct proto_note_key *key)
{
    struct proto_note_key next;

    if (s->act != PROTO_REG_WITNESS || !sodium_is_zero(s->partner, sizeof s->partner) || proto_note_key_decode(s->witness, &next) != OK)
        return trouble_at(r->t, ERR_KEY, path, 0, 0, "is not about a witness from outside", "gaat niet over een getuige van buiten");
    if (strcmp(next.name, key->name) != 0 || sodium_memcmp(s->key, key->key, sizeof key->key) != 0)
        return trouble_at(r->t, ERR_KEY, path, 0, 0, "is about another witness, or replaces another key than this one",
            "gaat over een andere getuige, of vervangt een andere sleutel dan deze");
    return OK;
}

static void describe(struct client_run *r, const struct proto_registry_say *s, const struct proto_note_key *key, const char *path)
{
    char says[CLIENT_SAYS_MAX], hex[2 * PROTO_KEY_LEN + 1];

    client_says(s, key->name, r->lang, says);
    text_hex(s->key, sizeof s->key, hex, sizeof hex);
    r->reply = cJSON_CreateObject();
    json_add_text(r->reply, "says", says);
    json_add_text(r->reply, "key", hex);
    client_cmd_witness_describe(r, s);
    json_add_text(r->reply, "file", path);
    json_add_text(r->reply, "next", r->lang == LANG_NL
        ? "geef het terug: twee partners tekenen en sturen het; ga over op de nieuwe sleutel, met wat de getuige onthoudt, als het register hem noemt"
        : "give it back: two partners sign and send it; go over to the new key, with what the witness remembers, when the registry names it");
}

/* The file with the line of the key of before, at the time when it was proposed. */
static enum err add_line(const char *path, const uint8_t *note, size_t len, const struct proto_registry_say *s, const struct proto_note_key *key,
    const uint8_t secret[64], struct trouble *t)
{
    char *out = malloc(PROTO_REGISTRY_NOTE_MAX);
    size_t out_len = 0;
    enum err e = out == NULL ? ERR_NOMEM : proto_registry_say_cosign(note, len, key, secret, s->made_s, out, PROTO_REGISTRY_NOTE_MAX, &out_len);

    if (e == ERR_EXISTS)
        e = trouble_at(t, e, path, 0, 0, "this witness has signed already", "deze getuige heeft al getekend");
    if (e == OK)
        e = file_write(path, out, out_len, 0644, t);
    free(out);
    return e;
}

enum err client_cmd_outsider_sign(struct client_run *r)
{
    const char *path = client_run_text(r, "file");
    struct proto_registry_say s;
    struct proto_note_key key;
    uint8_t secret[64], *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, PROTO_REGISTRY_NOTE_MAX, &data, &len, r->t);

    if (e == OK)
        e = proto_registry_say_parse(data, len, &s, r->t);
    if (e == OK)
        e = read_key(r, &key, secret);
    if (e == OK)
        e = check(r, path, &s, &key);
    if (e == OK)
        e = add_line(path, data, len, &s, &key, secret, r->t);
    if (e == OK)
        describe(r, &s, &key, path);
    sodium_memzero(secret, sizeof secret);
    free(data);
    return e == OK ? OK : trouble_set(r->t, e, "the statement could not be signed (%s)", "de verklaring kon niet worden getekend (%s)", err_word(e));
}
