/* The writing half of proto/region: the text from the fields, and signatures added to it. */
#include "proto/region.h"

#include "base/text.h"
#include "base/wr.h"
#include "proto/lines.h"
#include "proto/note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE "region file"
#define FORMAT_LINE "schakel-region/v1"

enum {
    NUMBER_ROOM = 21,
    PARTNER_ROOM = 2 * PROTO_PARTNER_LEN + 33 + PROTO_NAME_WIDTH + 2 * PROTO_KEY_LEN + PROTO_NAME_TEXT_MAX + 8
};

static int by_id(const void *a, const void *b)
{
    const struct proto_partner *x = a, *y = b;

    return memcmp(x->id, y->id, sizeof x->id);
}

static void write_partner(struct wr *w, const struct proto_partner *p)
{
    char id[2 * PROTO_PARTNER_LEN + 1], key[2 * PROTO_KEY_LEN + 1];
    char line[PARTNER_ROOM];

    text_hex(p->id, sizeof p->id, id, sizeof id);
    text_hex(p->root_key, sizeof p->root_key, key, sizeof key);
    (void)snprintf(line, sizeof line, "%s %.32s %.16s %s %.96s", id, p->handle, p->kind, key, p->name);
    proto_lines_put_value(w, "partner", line);
}

static void write_text(struct wr *w, const struct proto_region *r)
{
    char number[NUMBER_ROOM];

    proto_lines_put(w, FORMAT_LINE "\n");
    proto_lines_put_value(w, "name", r->name);
    proto_lines_put_value(w, "log", r->log_vkey);
    proto_lines_put_base64(w, "tls", r->tls_der, r->tls_der_len);
    proto_lines_put_hex(w, "pseudonym-key", r->pseudonym_key, sizeof r->pseudonym_key);
    proto_lines_put_hex(w, "pseudonym-hub", r->pseudonym_hub, sizeof r->pseudonym_hub);
    if (r->has_keyholder) {
        proto_lines_put_hex(w, "pseudonym-keyholder", r->pseudonym_keyholder, sizeof r->pseudonym_keyholder);
        proto_lines_put_value(w, "keyholder", r->keyholder_address);
        proto_lines_put_base64(w, "keyholder-tls", r->keyholder_tls, r->keyholder_tls_len);
    }
    for (uint8_t i = 0; i < r->witness_count; i++)
        proto_lines_put_value(w, r->witness[i].outsider ? "witness outsider" : "witness partner", r->witness[i].vkey);
    (void)snprintf(number, sizeof number, "%u", r->adoption);
    proto_lines_put_value(w, "adoption", number);
    proto_lines_put_hex(w, "pack", r->pack, sizeof r->pack);
    for (uint16_t i = 0; i < r->partner_count; i++)
        write_partner(w, &r->partner[i]);
}

enum err proto_region_format(const struct proto_region *r, char **out, size_t *len)
{
    struct proto_region *sorted = malloc(sizeof *sorted);
    struct wr w = { .buf = NULL };
    enum err e = ERR_NOMEM;

    if (sorted == NULL || proto_lines_open(&w, PROTO_REGION_FILE_MAX) != OK)
        goto out;
    *sorted = *r;
    e = ERR_RANGE;
    if (r->partner_count > PROTO_PARTNERS_MAX || r->witness_count > PROTO_WITNESSES_MAX || r->tls_der_len > sizeof r->tls_der ||
        r->keyholder_tls_len > sizeof r->keyholder_tls)
        goto out;
    qsort(sorted->partner, sorted->partner_count, sizeof sorted->partner[0], by_id);
    write_text(&w, sorted);
    if ((e = wr_end(&w)) != OK)
        goto out;
    /* Nothing leaves here that would not be read again: the reader's checks are the only ones. */
    if ((e = proto_region_parse(w.buf, w.len, false, sorted, NULL)) == OK)
        e = proto_lines_give(&w, out, len);
out:
    free(w.buf);
    free(sorted);
    return e;
}

/* The signed note again: every line but those of key, and key's new one. */
static enum err write_signed(struct wr *w, const uint8_t *text, size_t text_len, const struct proto_note *note,
    const struct proto_note_key *key, const uint8_t secret_key[64])
{
    struct proto_note_sig sig = { .time_s = 0 };
    enum err e = proto_note_sign(key, secret_key, text, text_len, &sig);

    if (e != OK)
        return e;
    proto_note_write_text(w, text, text_len);
    for (size_t i = 0; note != NULL && i < note->count; i++) {
        const struct proto_note_line *line = &note->line[i];

        if (line->name_len == strlen(key->name) && memcmp(line->name, key->name, line->name_len) == 0 &&
            memcmp(line->id, key->id, sizeof key->id) == 0)
            continue;
        proto_lines_put(w, "\xe2\x80\x94 ");  /* em dash, as a signature line begins */
        wr_copy(w, (const uint8_t *)line->name, line->name_len);
        proto_lines_put(w, " ");
        wr_copy(w, (const uint8_t *)line->sig, line->sig_len);
        proto_lines_put(w, "\n");
    }
    proto_note_write_line(w, key, &sig);
    return wr_end(w);
}

/* Sign text that was parsed; note is NULL when it has no signatures yet. */
static enum err sign(const struct proto_region *r, const uint8_t *text, size_t len, const struct proto_note *note,
    const char *handle, const uint8_t secret_key[64], struct wr *w, struct trouble *t)
{
    const struct proto_partner *p = proto_region_handle(r, handle);
    struct proto_note_key key;
    enum err e;

    if (p == NULL)
        return trouble_at(t, ERR_NOTFOUND, WHERE, 0, 0, "%.32s is not a partner in this file",
            "%.32s is geen partner in dit bestand", handle);
    if ((e = proto_note_key_make(handle, PROTO_NOTE_ED25519, p->root_key, &key)) != OK)
        return e;
    e = write_signed(w, note != NULL ? note->text : text, note != NULL ? note->text_len : len, note, &key, secret_key);
    if (e == ERR_KEY)
        return trouble_at(t, e, WHERE, 0, 0, "this is not the root key of %.32s", "dit is niet de hoofdsleutel van %.32s",
            handle);
    return e;
}

enum err proto_region_sign(const uint8_t *text, size_t len, const char *handle, const uint8_t secret_key[64],
    char **out, size_t *out_len, struct trouble *t)
{
    struct proto_region *r = calloc(1, sizeof *r);
    struct proto_note *note = calloc(1, sizeof *note);
    struct wr w = { .buf = NULL };
    bool has_note = memmem(text, len, "\n\n", 2) != NULL;
    enum err e = ERR_NOMEM;

    if (r == NULL || note == NULL || proto_lines_open(&w, PROTO_REGION_FILE_MAX) != OK)
        goto out;
    if ((e = proto_region_parse(text, len, false, r, t)) != OK)
        goto out;
    if (has_note && (e = proto_note_parse(text, len, note)) != OK)
        goto out;
    if ((e = sign(r, text, len, has_note ? note : NULL, handle, secret_key, &w, t)) == OK)
        e = proto_lines_give(&w, out, out_len);
out:
    free(w.buf);
    free(note);
    free(r);
    return trouble_set(t, e, "the file could not be signed", "het bestand kon niet worden getekend");
}
