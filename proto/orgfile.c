/* The public files that founders, hub and keyholder hand to `region make`: notes signed with the key they introduce. */
#include "proto/region.h"

#include "base/text.h"
#include "base/wr.h"
#include "proto/lines.h"
#include "proto/note.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define ORG_LINE "schakel-org/v1"
#define HUB_LINE "schakel-hub/v1"
#define KEYHOLDER_LINE "schakel-keyholder/v1"

enum { PUBLIC_FILE_MAX = 16384 };

/* The whole file: the text in w, signed. The file is read again before it is given, as for a region file. */
static enum err finish(struct wr *text, const struct proto_note_key *key, const uint8_t secret_key[64], struct wr *file)
{
    struct proto_note_sig sig = { .time_s = 0 };
    enum err e = wr_end(text);

    if (e == OK)
        e = proto_note_sign(key, secret_key, text->buf, text->len, &sig);
    if (e != OK)
        return e;
    proto_note_write_text(file, text->buf, text->len);
    proto_note_write_line(file, key, &sig);
    return wr_end(file);
}

static enum err open_both(struct wr *text, struct wr *file)
{
    enum err e = proto_lines_open(text, PUBLIC_FILE_MAX);

    return e == OK ? proto_lines_open(file, PUBLIC_FILE_MAX) : e;
}

static enum err open_note(const char *where, const uint8_t *data, size_t len, struct proto_note *note, struct trouble *t)
{
    enum err e = len > PUBLIC_FILE_MAX ? ERR_LONG : proto_note_parse(data, len, note);

    return trouble_at(t, e, where, 0, 0, "this is not a signed file", "dit is geen getekend bestand");
}

static enum err check_note(const char *where, const struct proto_note *note, const struct proto_note_key *key,
    struct trouble *t)
{
    enum err e = proto_note_check(note, key, NULL);

    /* A file that nobody signed is as good as one with a false signature. */
    if (e == ERR_NOTFOUND)
        e = ERR_SIGNATURE;
    return trouble_at(t, e, where, 0, 0, "the signature does not verify; ask for the file again",
        "de handtekening klopt niet; vraag het bestand opnieuw");
}

enum err proto_org_file_format(const struct proto_org_file *f, const uint8_t secret_key[64], char **out, size_t *len)
{
    struct wr text = { .buf = NULL }, file = { .buf = NULL };
    struct proto_note_key key;
    struct proto_org_file again;
    enum err e = open_both(&text, &file);

    if (e != OK)
        goto out;
    proto_lines_put(&text, ORG_LINE "\n");
    proto_lines_put_value(&text, "handle", f->handle);
    proto_lines_put_value(&text, "kind", f->kind);
    proto_lines_put_hex(&text, "key", f->root_key, sizeof f->root_key);
    proto_lines_put_value(&text, "name", f->name);
    if (f->witness[0] != '\0')
        proto_lines_put_value(&text, "witness", f->witness);
    if ((e = proto_note_key_make(f->handle, PROTO_NOTE_ED25519, f->root_key, &key)) == OK &&
        (e = finish(&text, &key, secret_key, &file)) == OK &&
        (e = proto_org_file_parse(file.buf, file.len, &again, NULL)) == OK)
        e = proto_lines_give(&file, out, len);
out:
    free(file.buf);
    free(text.buf);
    return e;
}

static enum err read_org(const struct proto_note *note, struct proto_org_file *f, struct trouble *t)
{
    struct proto_lines l;
    struct proto_note_key witness;

    proto_lines_init(&l, "organisation file", note->text, note->text_len, t);
    proto_lines_exact(&l, ORG_LINE);
    proto_lines_value(&l, "handle", f->handle, sizeof f->handle);
    if (l.err == OK && !text_is_handle(f->handle))
        proto_lines_fail(&l, ERR_SYNTAX, "a handle has 2 to 32 lower-case letters, digits and hyphens",
            "een korte naam heeft 2 tot 32 kleine letters, cijfers en streepjes");
    proto_lines_value(&l, "kind", f->kind, sizeof f->kind);
    if (l.err == OK && !proto_lines_is_word(f->kind, PROTO_NAME_WIDTH))
        proto_lines_fail(&l, ERR_SYNTAX, "this is not a kind of organisation", "dit is geen soort organisatie");
    proto_lines_hex(&l, "key", f->root_key, sizeof f->root_key);
    proto_lines_value(&l, "name", f->name, sizeof f->name);
    if (l.err == OK && !proto_lines_is_name(f->name, PROTO_NAME_TEXT_MAX))
        proto_lines_fail(&l, ERR_SYNTAX, "this name has characters that cannot be shown",
            "deze naam heeft tekens die niet te tonen zijn");
    if (proto_lines_has(&l, "witness"))
        proto_lines_vkey(&l, "witness", PROTO_NOTE_COSIGNATURE, f->witness, sizeof f->witness, &witness);
    return proto_lines_end(&l);
}

enum err proto_org_file_parse(const uint8_t *text, size_t len, struct proto_org_file *out, struct trouble *t)
{
    struct proto_note *note = calloc(1, sizeof *note);
    struct proto_org_file f = { .handle = "" };
    struct proto_note_key key;
    enum err e = ERR_NOMEM;

    if (note == NULL || (e = open_note("organisation file", text, len, note, t)) != OK)
        goto out;
    if ((e = read_org(note, &f, t)) != OK)
        goto out;
    if ((e = proto_note_key_make(f.handle, PROTO_NOTE_ED25519, f.root_key, &key)) == OK)
        e = check_note("organisation file", note, &key, t);
    if (e == OK)
        *out = f;
out:
    free(note);
    return e;
}

enum err proto_hub_file_format(const struct proto_hub_file *f, const uint8_t log_secret_key[64], char **out, size_t *len)
{
    struct wr text = { .buf = NULL }, file = { .buf = NULL };
    struct proto_note_key key;
    struct proto_hub_file again;
    enum err e = open_both(&text, &file);

    if (e == OK && f->tls_der_len > sizeof f->tls_der)
        e = ERR_RANGE;
    if (e != OK)
        goto out;
    proto_lines_put(&text, HUB_LINE "\n");
    proto_lines_put_value(&text, "log", f->log_vkey);
    proto_lines_put_base64(&text, "tls", f->tls_der, f->tls_der_len);
    proto_lines_put_hex(&text, "pseudonym-hub", f->pseudonym_hub, sizeof f->pseudonym_hub);
    proto_lines_put_hex(&text, "possession", f->possession, sizeof f->possession);
    if ((e = proto_note_key_decode(f->log_vkey, &key)) == OK &&
        (e = finish(&text, &key, log_secret_key, &file)) == OK &&
        (e = proto_hub_file_parse(file.buf, file.len, &again, NULL)) == OK)
        e = proto_lines_give(&file, out, len);
out:
    free(file.buf);
    free(text.buf);
    return e;
}

static void read_possession(struct proto_lines *l, const uint8_t share_key[32], uint8_t possession[PROTO_PSEUDONYM_POSSESSION_LEN])
{
    proto_lines_hex(l, "possession", possession, PROTO_PSEUDONYM_POSSESSION_LEN);
    if (l->err == OK && proto_pseudonym_possession_check(share_key, possession) != OK)
        proto_lines_fail(l, ERR_SIGNATURE, "this does not prove that who made the file has the share",
            "dit bewijst niet dat de maker van het bestand het deel heeft");
}

static enum err read_hub(const struct proto_note *note, struct proto_hub_file *f, struct proto_note_key *key,
    struct trouble *t)
{
    struct proto_lines l;

    proto_lines_init(&l, "hub file", note->text, note->text_len, t);
    proto_lines_exact(&l, HUB_LINE);
    proto_lines_vkey(&l, "log", PROTO_NOTE_ED25519, f->log_vkey, sizeof f->log_vkey, key);
    proto_lines_base64(&l, "tls", f->tls_der, sizeof f->tls_der, &f->tls_der_len);
    proto_lines_point(&l, "pseudonym-hub", f->pseudonym_hub);
    read_possession(&l, f->pseudonym_hub, f->possession);
    return proto_lines_end(&l);
}

enum err proto_hub_file_parse(const uint8_t *text, size_t len, struct proto_hub_file *out, struct trouble *t)
{
    struct proto_note *note = calloc(1, sizeof *note);
    struct proto_hub_file f = { .log_vkey = "" };
    struct proto_note_key key;
    enum err e = ERR_NOMEM;

    if (note == NULL || (e = open_note("hub file", text, len, note, t)) != OK)
        goto out;
    if ((e = read_hub(note, &f, &key, t)) == OK)
        e = check_note("hub file", note, &key, t);
    if (e == OK)
        *out = f;
out:
    free(note);
    return e;
}

enum err proto_keyholder_file_format(const struct proto_keyholder_file *f, const uint8_t secret_key[64], char **out, size_t *len)
{
    struct wr text = { .buf = NULL }, file = { .buf = NULL };
    struct proto_note_key key;
    struct proto_keyholder_file again;
    enum err e = open_both(&text, &file);

    if (e == OK && f->tls_der_len > sizeof f->tls_der)
        e = ERR_RANGE;
    if (e != OK)
        goto out;
    proto_lines_put(&text, KEYHOLDER_LINE "\n");
    proto_lines_put_value(&text, "name", f->name);
    proto_lines_put_hex(&text, "key", f->key, sizeof f->key);
    proto_lines_put_value(&text, "address", f->address);
    proto_lines_put_base64(&text, "tls", f->tls_der, f->tls_der_len);
    proto_lines_put_hex(&text, "share", f->share_key, sizeof f->share_key);
    proto_lines_put_hex(&text, "possession", f->possession, sizeof f->possession);
    if ((e = proto_note_key_make(f->name, PROTO_NOTE_ED25519, f->key, &key)) == OK &&
        (e = finish(&text, &key, secret_key, &file)) == OK &&
        (e = proto_keyholder_file_parse(file.buf, file.len, &again, NULL)) == OK)
        e = proto_lines_give(&file, out, len);
out:
    free(file.buf);
    free(text.buf);
    return e;
}

static enum err read_keyholder(const struct proto_note *note, struct proto_keyholder_file *f, struct trouble *t)
{
    struct proto_lines l;

    proto_lines_init(&l, "keyholder file", note->text, note->text_len, t);
    proto_lines_exact(&l, KEYHOLDER_LINE);
    proto_lines_value(&l, "name", f->name, sizeof f->name);
    if (l.err == OK && !text_is_handle(f->name))
        proto_lines_fail(&l, ERR_SYNTAX, "a name has 2 to 32 lower-case letters, digits and hyphens",
            "een naam heeft 2 tot 32 kleine letters, cijfers en streepjes");
    proto_lines_hex(&l, "key", f->key, sizeof f->key);
    proto_lines_address(&l, "address", f->address, sizeof f->address);
    proto_lines_base64(&l, "tls", f->tls_der, sizeof f->tls_der, &f->tls_der_len);
    proto_lines_point(&l, "share", f->share_key);
    read_possession(&l, f->share_key, f->possession);
    return proto_lines_end(&l);
}

enum err proto_keyholder_file_parse(const uint8_t *text, size_t len, struct proto_keyholder_file *out, struct trouble *t)
{
    struct proto_note *note = calloc(1, sizeof *note);
    struct proto_keyholder_file f = { .name = "" };
    struct proto_note_key key;
    enum err e = ERR_NOMEM;

    if (note == NULL || (e = open_note("keyholder file", text, len, note, t)) != OK)
        goto out;
    if ((e = read_keyholder(note, &f, t)) != OK)
        goto out;
    if ((e = proto_note_key_make(f.name, PROTO_NOTE_ED25519, f.key, &key)) == OK)
        e = check_note("keyholder file", note, &key, t);
    if (e == OK)
        *out = f;
out:
    free(note);
    return e;
}
