#include "proto/registry_say.h"

#include "base/text.h"
#include "base/wr.h"
#include "proto/fields.h"
#include "proto/lines.h"
#include "proto/note.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE "registry statement"
#define FORMAT_LINE "schakel-registry/v1"

enum { NUMBER_ROOM = 21 };

/* Lines behind "act", in their order. An act has some of them. */
enum { HAS_PARTNER = 1, HAS_HANDLE = 2, HAS_NAME = 4, HAS_VERSION = 8, HAS_KEY = 16, HAS_DIGEST = 32, HAS_ELEMENTS = 64, HAS_UNTIL = 128,
    HAS_REASON = 256, HAS_ORIGIN = 512, HAS_HELD = 1024 };

static const struct { const char *word; unsigned has; } acts[PROTO_REG_ACT_END] = {
    [PROTO_REG_ADMIT] = {"admit", HAS_PARTNER | HAS_HANDLE | HAS_NAME | HAS_KEY | HAS_UNTIL},
    [PROTO_REG_REVOKE] = {"revoke", HAS_PARTNER | HAS_KEY | HAS_REASON},
    [PROTO_REG_ROOT] = {"root", HAS_PARTNER | HAS_KEY},
    [PROTO_REG_PACK] = {"pack", HAS_NAME | HAS_VERSION | HAS_DIGEST},
    [PROTO_REG_QUOTA] = {"quota", HAS_PARTNER | HAS_ELEMENTS | HAS_UNTIL},
    [PROTO_REG_ORIGIN] = {"origin", HAS_DIGEST | HAS_ORIGIN},
    [PROTO_REG_WITNESS] = {"witness", HAS_PARTNER | HAS_KEY | HAS_DIGEST | HAS_HELD},
};

const char *proto_registry_say_act(enum proto_registry_act a)
{
    return a > PROTO_REG_NONE && a < PROTO_REG_ACT_END ? acts[a].word : "?";
}

/* ---- writing ---- */

static void put_number(struct wr *w, const char *word, uint64_t value)
{
    char text[NUMBER_ROOM];

    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    proto_lines_put_value(w, word, text);
}

static void write_said(struct wr *w, const struct proto_registry_say *s)
{
    unsigned has = acts[s->act].has;

    if ((has & HAS_PARTNER) != 0)
        proto_lines_put_hex(w, "partner", s->partner, sizeof s->partner);
    if ((has & HAS_HANDLE) != 0) {
        proto_lines_put_value(w, "handle", s->handle);
        proto_lines_put_value(w, "kind", s->kind);
    }
    if ((has & HAS_NAME) != 0)
        proto_lines_put_value(w, "name", s->name);
    if ((has & HAS_VERSION) != 0)
        proto_lines_put_value(w, "version", s->version);
    if ((has & HAS_KEY) != 0)
        proto_lines_put_hex(w, "key", s->key, sizeof s->key);
    if ((s->act == PROTO_REG_ADMIT && s->witness[0] != '\0') || s->act == PROTO_REG_WITNESS)
        proto_lines_put_value(w, "witness", s->witness);
    if ((has & HAS_DIGEST) != 0)
        proto_lines_put_hex(w, "digest", s->digest, sizeof s->digest);
    if ((has & HAS_ELEMENTS) != 0)
        put_number(w, "elements", s->elements);
    if ((has & HAS_ORIGIN) != 0) {
        put_number(w, "origin", s->origin);
        put_number(w, "seen", s->seen);
        put_number(w, "kept", s->kept);
        proto_lines_put_hex(w, "root", s->root, sizeof s->root);
    }
    if ((has & HAS_HELD) != 0) {
        put_number(w, "seen", s->seen);
        put_number(w, "statements", s->statements);
        proto_lines_put_hex(w, "root", s->root, sizeof s->root);
    }
    put_number(w, "from", s->from_s);
    if ((has & HAS_UNTIL) != 0)
        put_number(w, "until", s->until_s);
    if ((has & HAS_REASON) != 0)
        proto_lines_put_value(w, "reason", s->reason);
}

enum err proto_registry_say_format(const struct proto_registry_say *s, char *out, size_t cap, size_t *len)
{
    struct proto_registry_say *again = malloc(sizeof *again);
    struct wr w;
    enum err e;

    if (again == NULL)
        return ERR_NOMEM;
    wr_init(&w, (uint8_t *)out, cap);
    if (s->act <= PROTO_REG_NONE || s->act >= PROTO_REG_ACT_END || s->node_cert_len > PROTO_CERT_MAX || s->staff_cert_len > PROTO_CERT_MAX) {
        free(again);
        return ERR_RANGE;
    }
    proto_lines_put(&w, FORMAT_LINE "\n");
    proto_lines_put_hex(&w, "region", s->region, sizeof s->region);
    proto_lines_put_hex(&w, "id", s->id, sizeof s->id);
    put_number(&w, "made", s->made_s);
    put_number(&w, "before", s->before_s);
    proto_lines_put_value(&w, "act", acts[s->act].word);
    write_said(&w, s);
    if (s->node_cert_len != 0)
        proto_lines_put_base64(&w, "node", s->node_cert, s->node_cert_len);
    if (s->staff_cert_len != 0)
        proto_lines_put_base64(&w, "staff", s->staff_cert, s->staff_cert_len);
    e = wr_end(&w);
    /* Nothing leaves here that would not be read again: the reader's checks are the only ones. */
    if (e == OK)
        e = proto_registry_say_parse((const uint8_t *)out, w.len, again, NULL);
    if (e == OK)
        *len = w.len;
    free(again);
    return e;
}

/* ---- reading ---- */

static uint64_t read_number(struct proto_lines *l, const char *word, uint64_t min, uint64_t max)
{
    char value[NUMBER_ROOM];
    uint64_t n = 0;

    proto_lines_value(l, word, value, sizeof value);
    if (l->err == OK && (text_u64(value, max, &n) != OK || n < min))
        proto_lines_fail(l, ERR_RANGE, "this number is not allowed here", "dit getal mag hier niet");
    return n;
}

static void read_text(struct proto_lines *l, const char *word, char *out, size_t out_len)
{
    proto_lines_value(l, word, out, out_len);
    if (l->err == OK && !proto_lines_is_name(out, out_len - 1))
        proto_lines_fail(l, ERR_SYNTAX, "this is not a name that can be shown", "dit is geen naam die getoond kan worden");
}

static void read_handle(struct proto_lines *l, struct proto_registry_say *s)
{
    proto_lines_value(l, "handle", s->handle, sizeof s->handle);
    if (l->err == OK && !text_is_handle(s->handle))
        proto_lines_fail(l, ERR_SYNTAX, "a short name has 2 to 32 lower-case letters, digits and hyphens",
            "een korte naam heeft 2 tot 32 kleine letters, cijfers en streepjes");
    proto_lines_value(l, "kind", s->kind, sizeof s->kind);
    if (l->err == OK && !proto_lines_is_word(s->kind, PROTO_NAME_WIDTH))
        proto_lines_fail(l, ERR_SYNTAX, "this is not a kind of organisation", "dit is geen soort organisatie");
}

/* Under the partner's own name, as in its public file. Optional: a partner need not cosign. */
static void read_witness(struct proto_lines *l, struct proto_registry_say *s)
{
    struct proto_note_key key;

    if (s->act != PROTO_REG_WITNESS && (s->act != PROTO_REG_ADMIT || !proto_lines_has(l, "witness")))
        return;
    proto_lines_vkey(l, "witness", PROTO_NOTE_COSIGNATURE, s->witness, sizeof s->witness, &key);
    /* Of a change that is judged by the place that it is about. */
    if (l->err == OK && s->act == PROTO_REG_ADMIT && strcmp(key.name, s->handle) != 0)
        proto_lines_fail(l, ERR_KEY, "a witness key has the name of its partner", "een getuigesleutel draagt de naam van zijn partner");
}

static void read_act(struct proto_lines *l, struct proto_registry_say *s)
{
    char word[PROTO_NAME_WIDTH + 1];

    proto_lines_value(l, "act", word, sizeof word);
    for (int a = PROTO_REG_ADMIT; l->err == OK && a < PROTO_REG_ACT_END; a++)
        if (strcmp(acts[a].word, word) == 0)
            s->act = (enum proto_registry_act)a;
    if (l->err == OK && s->act == PROTO_REG_NONE)
        proto_lines_fail(l, ERR_VERSION, "this program does not know this act", "dit programma kent deze handeling niet");
}

static void read_said(struct proto_lines *l, struct proto_registry_say *s)
{
    unsigned has = acts[s->act].has;

    if ((has & HAS_PARTNER) != 0)
        proto_lines_hex(l, "partner", s->partner, sizeof s->partner);
    if ((has & HAS_HANDLE) != 0)
        read_handle(l, s);
    if ((has & HAS_NAME) != 0)
        read_text(l, "name", s->name, sizeof s->name);
    if ((has & HAS_VERSION) != 0)
        read_text(l, "version", s->version, sizeof s->version);
    if ((has & HAS_KEY) != 0)
        proto_lines_hex(l, "key", s->key, sizeof s->key);
    read_witness(l, s);
    if ((has & HAS_DIGEST) != 0)
        proto_lines_hex(l, "digest", s->digest, sizeof s->digest);
    if ((has & HAS_ELEMENTS) != 0)
        s->elements = read_number(l, "elements", 1, PROTO_REGISTRY_ELEMENTS_MAX);
    if ((has & HAS_ORIGIN) != 0) {
        s->origin = read_number(l, "origin", 2, PROTO_ORIGINS_MAX);
        s->seen = read_number(l, "seen", 0, PROTO_MERKLE_SIZE_MAX);
        s->kept = read_number(l, "kept", s->seen > PROTO_ORIGIN_LOST_MAX ? s->seen - PROTO_ORIGIN_LOST_MAX : 0, s->seen);
        proto_lines_hex(l, "root", s->root, sizeof s->root);
    }
    if ((has & HAS_HELD) != 0) {
        s->seen = read_number(l, "seen", 0, PROTO_MERKLE_SIZE_MAX);
        s->statements = read_number(l, "statements", 0, UINT16_MAX);
        proto_lines_hex(l, "root", s->root, sizeof s->root);
    }
    s->from_s = read_number(l, "from", 0, PROTO_TIME_MAX);
    if ((has & HAS_UNTIL) != 0)
        s->until_s = read_number(l, "until", 0, PROTO_TIME_MAX);
    if ((has & HAS_REASON) != 0)
        read_text(l, "reason", s->reason, sizeof s->reason);
}

/*
 * Which fields must be there. Two have a key that may be zero: a revocation that is about the organisation, and the first key of a witness; and
 * only an outsider is no partner.
 */
static bool is_whole(const struct proto_registry_say *s)
{
    unsigned has = acts[s->act].has;
    bool key_may_be_zero = s->act == PROTO_REG_REVOKE || s->act == PROTO_REG_WITNESS;

    if (sodium_is_zero(s->id, sizeof s->id) || s->before_s <= s->made_s)
        return false;
    if ((has & HAS_PARTNER) != 0 && s->act != PROTO_REG_WITNESS && sodium_is_zero(s->partner, sizeof s->partner))
        return false;
    if ((has & HAS_KEY) != 0 && !key_may_be_zero && sodium_is_zero(s->key, sizeof s->key))
        return false;
    if ((has & HAS_DIGEST) != 0 && sodium_is_zero(s->digest, sizeof s->digest))
        return false;
    return true;
}

/*
 * What is signed, as proto_note_parse sees it: up to the last empty line. Read up to the first, a statement could have text behind it that
 * its signers sign and nobody reads to them.
 */
static size_t text_len(const uint8_t *note, size_t len)
{
    for (size_t i = len; i >= 2; i--)
        if (note[i - 1] == '\n' && note[i - 2] == '\n')
            return i - 1;
    return len;
}

enum err proto_registry_say_parse(const uint8_t *note, size_t len, struct proto_registry_say *out, struct trouble *t)
{
    struct proto_registry_say *s = calloc(1, sizeof *s);
    struct proto_lines l;
    enum err e;

    if (s == NULL)
        return ERR_NOMEM;
    if (len > PROTO_REGISTRY_NOTE_MAX) {
        free(s);
        return trouble_at(t, ERR_LONG, WHERE, 0, 0, "is too long", "is te lang");
    }
    proto_lines_init(&l, WHERE, note, text_len(note, len), t);
    proto_lines_exact(&l, FORMAT_LINE);
    proto_lines_hex(&l, "region", s->region, sizeof s->region);
    proto_lines_hex(&l, "id", s->id, sizeof s->id);
    s->made_s = read_number(&l, "made", 0, PROTO_TIME_MAX);
    s->before_s = read_number(&l, "before", 0, PROTO_TIME_MAX);
    read_act(&l, s);
    if (l.err == OK)
        read_said(&l, s);
    if (proto_lines_has(&l, "node"))
        proto_lines_base64(&l, "node", s->node_cert, sizeof s->node_cert, &s->node_cert_len);
    if (s->node_cert_len != 0 && proto_lines_has(&l, "staff"))
        proto_lines_base64(&l, "staff", s->staff_cert, sizeof s->staff_cert, &s->staff_cert_len);
    e = proto_lines_end(&l);
    if (e == OK && !is_whole(s))
        e = trouble_at(t, ERR_RANGE, WHERE, 0, 0, "a field is zero, or it would be too late when made",
            "een veld is nul, of zij zou bij het maken al te laat zijn");
    if (e == OK)
        *out = *s;
    free(s);
    return e;
}

/* ---- signing ---- */

static void keep_line(struct wr *w, const struct proto_note_line *line)
{
    proto_lines_put(w, "\xe2\x80\x94 ");  /* em dash, as a signature line begins */
    wr_copy(w, (const uint8_t *)line->name, line->name_len);
    proto_lines_put(w, " ");
    wr_copy(w, (const uint8_t *)line->sig, line->sig_len);
    proto_lines_put(w, "\n");
}

static bool is_line_of(const struct proto_note_line *line, const struct proto_note_key *key)
{
    return line->name_len == strlen(key->name) && memcmp(line->name, key->name, line->name_len) == 0
        && memcmp(line->id, key->id, sizeof key->id) == 0;
}

/* One more line. secret_key is key's. */
static enum err add_line(const uint8_t *note, size_t note_len, const struct proto_note_key *key, const uint8_t secret_key[64], uint64_t time_s,
    struct wr *w)
{
    bool is_note = note_len >= 2 && memmem(note, note_len, "\n\n", 2) != NULL;
    struct proto_note *n = calloc(1, sizeof *n);
    struct proto_note_sig sig = { .time_s = time_s };
    enum err e = n == NULL ? ERR_NOMEM : OK;

    if (e == OK && is_note)
        e = proto_note_parse(note, note_len, n);
    if (e == OK && !is_note) {
        n->text = note;
        n->text_len = note_len;
    }
    if (e == OK)
        e = proto_note_sign(key, secret_key, n->text, n->text_len, &sig);
    for (size_t i = 0; e == OK && i < n->count; i++)
        if (is_line_of(&n->line[i], key))
            e = ERR_EXISTS;
    if (e == OK) {
        proto_note_write_text(w, n->text, n->text_len);
        for (size_t i = 0; i < n->count; i++)
            keep_line(w, &n->line[i]);
        proto_note_write_line(w, key, &sig);
        e = wr_end(w);
    }
    free(n);
    return e == OK && w->len > PROTO_REGISTRY_NOTE_MAX ? ERR_LONG : e;
}

enum err proto_registry_say_cosign(const uint8_t *note, size_t note_len, const struct proto_note_key *key, const uint8_t secret_key[64],
    uint64_t time_s, char *out, size_t cap, size_t *len)
{
    struct wr w;
    enum err e;

    wr_init(&w, (uint8_t *)out, cap);
    e = add_line(note, note_len, key, secret_key, time_s, &w);
    if (e == OK)
        *len = w.len;
    return e;
}

enum err proto_registry_say_sign(const uint8_t *note, size_t note_len, const char *handle, const uint8_t secret_key[64],
    char *out, size_t cap, size_t *len)
{
    struct proto_note_key key;
    enum err e = proto_note_key_make(handle, PROTO_NOTE_ED25519, secret_key + 32, &key);

    return e == OK ? proto_registry_say_cosign(note, note_len, &key, secret_key, 0, out, cap, len) : e;
}
