#include "proto/region.h"

#include "base/text.h"
#include "proto/lines.h"
#include "proto/note.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE "region file"
#define FORMAT_LINE "schakel-region/v1"

enum {
    NUMBER_ROOM = 21,
    /* id, handle, kind, key, name, with their spaces */
    PARTNER_ROOM = 2 * PROTO_PARTNER_LEN + 33 + PROTO_NAME_WIDTH + 2 * PROTO_KEY_LEN + PROTO_NAME_TEXT_MAX + 8,
    FINGERPRINT_GROUPS = 8
};

void proto_partner_id(const uint8_t root_key[PROTO_KEY_LEN], uint8_t out[PROTO_PARTNER_LEN])
{
    static const char tag[] = "schakel partner v1";
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;

    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, (const uint8_t *)tag, sizeof tag - 1);
    (void)crypto_hash_sha256_update(&state, root_key, PROTO_KEY_LEN);
    (void)crypto_hash_sha256_final(&state, hash);
    memcpy(out, hash, PROTO_PARTNER_LEN);
}

/* ---- reading: one function per line, called in the order of the file ---- */

static void read_name(struct proto_lines *l, struct proto_region *r)
{
    proto_lines_value(l, "name", r->name, sizeof r->name);
    if (l->err == OK && !text_is_handle(r->name))
        proto_lines_fail(l, ERR_SYNTAX, "a region's name has 2 to 32 lower-case letters, digits and hyphens",
            "de naam van een regio heeft 2 tot 32 kleine letters, cijfers en streepjes");
}

static void read_log(struct proto_lines *l, struct proto_region *r)
{
    struct proto_note_key key;

    proto_lines_vkey(l, "log", PROTO_NOTE_ED25519, r->log_vkey, sizeof r->log_vkey, &key);
    if (l->err != OK)
        return;
    memcpy(r->log_key, key.key, sizeof r->log_key);
    (void)snprintf(r->log_origin, sizeof r->log_origin, "%s", key.name);
}

static void read_pseudonym_keys(struct proto_lines *l, struct proto_region *r)
{
    uint8_t sum[32];

    proto_lines_point(l, "pseudonym-key", r->pseudonym_key);
    proto_lines_point(l, "pseudonym-hub", r->pseudonym_hub);
    memcpy(sum, r->pseudonym_hub, sizeof sum);
    r->has_keyholder = proto_lines_has(l, "pseudonym-keyholder");
    if (r->has_keyholder) {
        proto_lines_point(l, "pseudonym-keyholder", r->pseudonym_keyholder);
        /* The same share twice has one holder. */
        if (l->err == OK && (sodium_memcmp(r->pseudonym_hub, r->pseudonym_keyholder, sizeof sum) == 0
            || crypto_core_ristretto255_add(sum, r->pseudonym_hub, r->pseudonym_keyholder) != 0))
            proto_lines_fail(l, ERR_KEY, "these are not two shares", "dit zijn niet twee delen");
    }
    if (l->err == OK && sodium_memcmp(sum, r->pseudonym_key, sizeof sum) != 0)
        proto_lines_fail(l, ERR_KEY, "the shares do not add up to the joint pseudonym key",
            "de delen zijn samen niet de gezamenlijke pseudoniemsleutel");
}

static void read_keyholder(struct proto_lines *l, struct proto_region *r)
{
    if (!r->has_keyholder)
        return;
    proto_lines_address(l, "keyholder", r->keyholder_address, sizeof r->keyholder_address);
    proto_lines_base64(l, "keyholder-tls", r->keyholder_tls, sizeof r->keyholder_tls, &r->keyholder_tls_len);
    if (l->err == OK && r->keyholder_tls_len == r->tls_der_len && memcmp(r->keyholder_tls, r->tls_der, r->tls_der_len) == 0)
        proto_lines_fail(l, ERR_KEY, "this is the hub's own authority", "dit is de autoriteit van de hub zelf");
}

static void read_witness(struct proto_lines *l, struct proto_region *r)
{
    bool outsider = proto_lines_has(l, "witness outsider");
    char vkey[PROTO_VKEY_MAX];
    struct proto_note_key key, other;

    proto_lines_vkey(l, outsider ? "witness outsider" : "witness partner", PROTO_NOTE_COSIGNATURE, vkey, sizeof vkey, &key);
    if (l->err == OK && r->witness_count == PROTO_WITNESSES_MAX)
        proto_lines_fail(l, ERR_LONG, "there are too many witnesses", "er zijn te veel getuigen");
    for (uint8_t i = 0; l->err == OK && i < r->witness_count; i++)
        if (proto_note_key_decode(r->witness[i].vkey, &other) != OK || memcmp(other.key, key.key, sizeof key.key) == 0)
            proto_lines_fail(l, ERR_EXISTS, "this key stands in the file already", "deze sleutel staat al in het bestand");
    /* A hub that could witness its own log would need nobody else. */
    if (l->err == OK && memcmp(key.key, r->log_key, sizeof key.key) == 0)
        proto_lines_fail(l, ERR_KEY, "the hub's own key cannot be a witness", "de sleutel van de hub zelf kan geen getuige zijn");
    if (l->err != OK)
        return;
    r->witness[r->witness_count].outsider = outsider;
    memcpy(r->witness[r->witness_count++].vkey, vkey, sizeof vkey);
}

static void read_adoption(struct proto_lines *l, struct proto_region *r)
{
    char value[NUMBER_ROOM];
    uint64_t count = 0;

    proto_lines_value(l, "adoption", value, sizeof value);
    if (l->err == OK && (text_u64(value, UINT8_MAX, &count) != OK || count == 0))
        proto_lines_fail(l, ERR_RANGE, "this must be a number from 1 to 255", "dit moet een getal van 1 tot 255 zijn");
    r->adoption = (uint8_t)count;
}

/* The next word of a line's value, cut off at its space; "" when there is none. */
static char *cut_word(char **rest)
{
    char *word = *rest, *space = strchr(word, ' ');

    if (space == NULL) {
        *rest = word + strlen(word);
        return *rest;
    }
    *space = '\0';
    *rest = space + 1;
    return word;
}

/* Copy text of checked length; the destinations have the sizes of the checks. */
static void copy_text(char *out, size_t out_len, const char *text)
{
    (void)snprintf(out, out_len, "%s", text);
}

static bool parse_partner(char *value, struct proto_partner *p)
{
    char *rest = value;
    const char *id = cut_word(&rest), *handle = cut_word(&rest), *kind = cut_word(&rest), *key = cut_word(&rest);

    if (text_unhex(id, p->id, sizeof p->id) != OK || !text_is_handle(handle) ||
        !proto_lines_is_word(kind, PROTO_NAME_WIDTH) || text_unhex(key, p->root_key, sizeof p->root_key) != OK ||
        !proto_lines_is_name(rest, PROTO_NAME_TEXT_MAX))
        return false;
    copy_text(p->handle, sizeof p->handle, handle);
    copy_text(p->kind, sizeof p->kind, kind);
    copy_text(p->name, sizeof p->name, rest);
    return true;
}

/* An outsider is neither hub nor partner: a partner's own key must not stand for one. */
static bool is_outsider(const struct proto_region *r, const uint8_t key[PROTO_KEY_LEN])
{
    struct proto_note_key witness;

    for (uint8_t i = 0; i < r->witness_count; i++)
        if (r->witness[i].outsider && proto_note_key_decode(r->witness[i].vkey, &witness) == OK &&
            memcmp(witness.key, key, PROTO_KEY_LEN) == 0)
            return true;
    return false;
}

static void read_partner(struct proto_lines *l, struct proto_region *r)
{
    char value[PARTNER_ROOM];
    struct proto_partner p = { .handle = "" };
    uint8_t id[PROTO_PARTNER_LEN];

    proto_lines_value(l, "partner", value, sizeof value);
    if (l->err != OK)
        return;
    if (!parse_partner(value, &p)) {
        proto_lines_fail(l, ERR_SYNTAX, "a partner is: id, handle, kind, root key and name",
            "een partner is: id, korte naam, soort, hoofdsleutel en naam");
        return;
    }
    proto_partner_id(p.root_key, id);
    if (r->partner_count == PROTO_PARTNERS_MAX)
        proto_lines_fail(l, ERR_LONG, "there are too many partners", "er zijn te veel partners");
    else if (sodium_memcmp(id, p.id, sizeof id) != 0)
        proto_lines_fail(l, ERR_KEY, "the id does not belong to this root key", "het id hoort niet bij deze hoofdsleutel");
    else if (r->partner_count != 0 && memcmp(p.id, r->partner[r->partner_count - 1].id, sizeof p.id) <= 0)
        proto_lines_fail(l, ERR_EXISTS, "partners stand once, in the order of their ids",
            "partners staan er een keer, op volgorde van hun id");
    else if (is_outsider(r, p.root_key))
        proto_lines_fail(l, ERR_KEY, "this key stands in the file as a witness from outside",
            "deze sleutel staat in het bestand als getuige van buiten");
    else if (proto_region_handle(r, p.handle) != NULL)
        proto_lines_fail(l, ERR_EXISTS, "another partner has this handle", "een andere partner heeft deze korte naam");
    if (l->err == OK)
        r->partner[r->partner_count++] = p;
    r->founder_count = r->partner_count;
}

static enum err read_text(const uint8_t *text, size_t len, struct proto_region *r, struct trouble *t)
{
    struct proto_lines l;

    proto_lines_init(&l, WHERE, text, len, t);
    proto_lines_exact(&l, FORMAT_LINE);
    read_name(&l, r);
    read_log(&l, r);
    proto_lines_base64(&l, "tls", r->tls_der, sizeof r->tls_der, &r->tls_der_len);
    read_pseudonym_keys(&l, r);
    read_keyholder(&l, r);
    while (proto_lines_has(&l, "witness"))
        read_witness(&l, r);
    read_adoption(&l, r);
    proto_lines_hex(&l, "pack", r->pack, sizeof r->pack);
    do
        read_partner(&l, r);
    while (proto_lines_has(&l, "partner"));
    if (l.err == OK && rd_left(&l.rd) == 0 && r->adoption > r->partner_count)
        proto_lines_fail(&l, ERR_RANGE, "adoption asks for more partners than there are",
            "adoption vraagt meer partners dan er zijn");
    return proto_lines_end(&l);
}

/* ---- signatures ---- */

/* A region file without any signature is its text alone; no line of it is empty. */
static bool has_signatures(const uint8_t *text, size_t len)
{
    return len >= 2 && memmem(text, len, "\n\n", 2) != NULL;
}

static enum err count_signatures(const struct proto_note *n, bool complete, struct proto_region *r, struct trouble *t)
{
    for (uint16_t i = 0; i < r->partner_count; i++) {
        const struct proto_partner *p = &r->partner[i];
        struct proto_note_key key;
        enum err e = proto_note_key_make(p->handle, PROTO_NOTE_ED25519, p->root_key, &key);

        if (e == OK)
            e = n != NULL ? proto_note_check(n, &key, NULL) : ERR_NOTFOUND;
        if (e == OK)
            r->signed_count++;
        else if (e != ERR_NOTFOUND)
            return trouble_at(t, e, WHERE, 0, 0, "the signature of %s does not verify", "de handtekening van %s klopt niet",
                p->handle);
        else if (complete)
            return trouble_at(t, ERR_SIGNATURE, WHERE, 0, 0, "%s has not signed; have it sign with `schakel region sign`",
                "%s heeft niet getekend; laat dat doen met `schakel region sign`", p->handle);
    }
    return OK;
}

static enum err parse(const uint8_t *data, size_t len, bool complete, struct proto_region *r, struct proto_note *note,
    struct trouble *t)
{
    bool has_note = has_signatures(data, len);
    const uint8_t *text = data;
    size_t text_len = len;
    enum err e;

    if (len > PROTO_REGION_FILE_MAX)
        return trouble_at(t, ERR_LONG, WHERE, 0, 0, "the file is too long", "het bestand is te lang");
    if (has_note) {
        if ((e = proto_note_parse(data, len, note)) != OK)
            return trouble_at(t, e, WHERE, 0, 0, "the signatures cannot be read", "de handtekeningen zijn niet te lezen");
        text = note->text;
        text_len = note->text_len;
    }
    if ((e = read_text(text, text_len, r, t)) != OK)
        return e;
    (void)crypto_hash_sha256(r->hash, text, text_len);
    return count_signatures(has_note ? note : NULL, complete, r, t);
}

enum err proto_region_parse(const uint8_t *text, size_t len, bool complete, struct proto_region *out, struct trouble *t)
{
    struct proto_region *r = calloc(1, sizeof *r);
    struct proto_note *note = calloc(1, sizeof *note);
    enum err e = ERR_NOMEM;

    if (r != NULL && note != NULL)
        e = parse(text, len, complete, r, note, t);
    if (e == OK)
        *out = *r;
    free(note);
    free(r);
    return e == ERR_NOMEM ? trouble_set(t, e, "no memory", "geen geheugen") : e;
}

void proto_region_fingerprint(const struct proto_region *r, char out[40])
{
    size_t at = 0;

    for (size_t i = 0; i < FINGERPRINT_GROUPS; i++) {
        text_hex(r->hash + 2 * i, 2, out + at, 5);
        at += 4;
        out[at++] = i + 1 < FINGERPRINT_GROUPS ? ' ' : '\0';
    }
}

const struct proto_partner *proto_region_partner(const struct proto_region *r, const uint8_t id[PROTO_PARTNER_LEN])
{
    size_t low = 0, high = r->founder_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = memcmp(id, r->partner[mid].id, PROTO_PARTNER_LEN);

        if (order == 0)
            return &r->partner[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    for (size_t i = r->founder_count; i < r->partner_count; i++)
        if (memcmp(id, r->partner[i].id, PROTO_PARTNER_LEN) == 0)
            return &r->partner[i];
    return NULL;
}

const struct proto_partner *proto_region_handle(const struct proto_region *r, const char *handle)
{
    for (uint16_t i = 0; i < r->partner_count; i++)
        if (strcmp(r->partner[i].handle, handle) == 0)
            return &r->partner[i];
    return NULL;
}

const struct proto_partner *proto_region_root(const struct proto_region *r, const uint8_t root_key[PROTO_KEY_LEN])
{
    for (uint16_t i = 0; i < r->partner_count; i++) {
        const struct proto_partner *p = &r->partner[i];

        if (memcmp(p->root_key, root_key, PROTO_KEY_LEN) == 0)
            return p;
        for (uint8_t k = 0; k < p->former_count; k++)
            if (memcmp(p->former[k].key, root_key, PROTO_KEY_LEN) == 0)
                return p;
    }
    return NULL;
}

bool proto_partner_exists_at(const struct proto_partner *p, uint64_t at_s)
{
    return p->from_s <= at_s && at_s < proto_partner_until(p);
}

uint64_t proto_partner_until(const struct proto_partner *p)
{
    return p->until_s == 0 && !p->revoked ? PROTO_NEVER_S : p->until_s;
}

uint64_t proto_region_revoked_from(const struct proto_region *r, const struct proto_partner *p, const uint8_t key[PROTO_KEY_LEN])
{
    uint64_t from_s = p->revoked ? p->until_s : PROTO_NEVER_S;

    for (size_t i = 0; i < r->revoked_count; i++)
        if (r->revoked[i].from_s < from_s && memcmp(r->revoked[i].partner, p->id, sizeof p->id) == 0
            && memcmp(r->revoked[i].key, key, PROTO_KEY_LEN) == 0)
            from_s = r->revoked[i].from_s;
    return from_s;
}
