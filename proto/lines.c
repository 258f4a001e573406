#include "proto/lines.h"

#include "base/text.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void proto_lines_fail(struct proto_lines *l, enum err e, const char *en, const char *nl)
{
    if (l->err == OK)
        l->err = trouble_at(l->t, e, l->where, l->line, 0, "%s", "%s", l->t != NULL && l->t->lang == LANG_NL ? nl : en);
}

static bool has_control(const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f)
            return true;
    return false;
}

void proto_lines_init(struct proto_lines *l, const char *where, const uint8_t *text, size_t len, struct trouble *t)
{
    *l = (struct proto_lines){ .where = where, .t = t };
    rd_init(&l->rd, text, len);
    if (!text_is_utf8(text, len) || has_control(text, len))
        proto_lines_fail(l, ERR_SYNTAX, "this is not plain text in UTF-8", "dit is geen gewone tekst in UTF-8");
}

static const uint8_t *next_line(struct proto_lines *l, size_t *len)
{
    const uint8_t *line;

    *len = 0;
    if (l->err != OK)
        return NULL;
    l->line++;
    line = proto_note_read_line(&l->rd, len);
    if (line == NULL)
        proto_lines_fail(l, ERR_SHORT, "the file ends too early", "het bestand houdt te vroeg op");
    return line;
}

void proto_lines_exact(struct proto_lines *l, const char *text)
{
    size_t len;
    const uint8_t *line = next_line(l, &len);

    if (line != NULL && (len != strlen(text) || memcmp(line, text, len) != 0))
        proto_lines_fail(l, ERR_VERSION, "this is not a file of this kind, or of a version this program does not know",
            "dit is geen bestand van deze soort, of van een versie die dit programma niet kent");
}

static bool starts_with(const uint8_t *line, size_t len, const char *word)
{
    size_t word_len = strlen(word);

    return len > word_len && memcmp(line, word, word_len) == 0 && line[word_len] == ' ';
}

bool proto_lines_has(const struct proto_lines *l, const char *word)
{
    return l->err == OK && starts_with(l->rd.at, rd_left(&l->rd), word);
}

void proto_lines_value(struct proto_lines *l, const char *word, char *out, size_t out_len)
{
    size_t len, skip = strlen(word) + 1;
    const uint8_t *line = next_line(l, &len);

    out[0] = '\0';
    if (line == NULL)
        return;
    if (!starts_with(line, len, word)) {
        l->err = trouble_at(l->t, ERR_SYNTAX, l->where, l->line, 0, "a line \"%s ...\" was expected here",
            "hier hoort een regel \"%s ...\"", word);
    } else if (len == skip) {
        proto_lines_fail(l, ERR_SHORT, "the value is missing", "de waarde ontbreekt");
    } else if (len - skip >= out_len) {
        proto_lines_fail(l, ERR_LONG, "the value is too long", "de waarde is te lang");
    } else {
        memcpy(out, line + skip, len - skip);
        out[len - skip] = '\0';
    }
}

void proto_lines_hex(struct proto_lines *l, const char *word, uint8_t *out, size_t out_len)
{
    char value[PROTO_LINES_VALUE_MAX];

    memset(out, 0, out_len);
    proto_lines_value(l, word, value, sizeof value);
    if (l->err == OK && text_unhex(value, out, out_len) != OK)
        proto_lines_fail(l, ERR_SYNTAX, "this must be lower-case hexadecimal of the right length",
            "dit moet hexadecimaal in kleine letters zijn, van de juiste lengte");
}

void proto_lines_base64(struct proto_lines *l, const char *word, uint8_t *out, size_t cap, size_t *len)
{
    char value[PROTO_LINES_VALUE_MAX];

    *len = 0;
    proto_lines_value(l, word, value, sizeof value);
    if (l->err == OK && text_unbase64(value, strlen(value), out, cap, len) != OK)
        proto_lines_fail(l, ERR_SYNTAX, "this must be base64, and not too long", "dit moet base64 zijn, en niet te lang");
}

void proto_lines_vkey(struct proto_lines *l, const char *word, uint8_t type, char *out, size_t out_len,
    struct proto_note_key *key)
{
    char again[PROTO_NOTE_VKEY_ROOM];
    enum err e;

    proto_lines_value(l, word, out, out_len);
    if (l->err != OK)
        return;
    if ((e = proto_note_key_decode(out, key)) == OK) {
        proto_note_key_encode(key, again);
        if (key->type != type)
            e = ERR_KEY;
        else if (strcmp(again, out) != 0)
            e = ERR_SYNTAX;
    }
    if (e != OK)
        proto_lines_fail(l, e, "this is not a verifier key of the kind that belongs here",
            "dit is geen controlesleutel van de soort die hier hoort");
}

void proto_lines_point(struct proto_lines *l, const char *word, uint8_t out[32])
{
    proto_lines_hex(l, word, out, 32);
    if (l->err == OK && (sodium_is_zero(out, 32) || crypto_core_ristretto255_is_valid_point(out) != 1))
        proto_lines_fail(l, ERR_KEY, "this is not a public key for pseudonyms", "dit is geen publieke sleutel voor pseudoniemen");
}

bool proto_lines_is_address(const char *text)
{
    const char *colon = strrchr(text, ':');
    size_t host = colon != NULL ? (size_t)(colon - text) : 0;
    uint64_t port = 0;

    if (host == 0 || text_u64(colon + 1, UINT16_MAX, &port) != OK || port == 0)
        return false;
    if (text[0] == '[')
        return host > 2 && text[host - 1] == ']' && strspn(text + 1, "0123456789abcdef:.") == host - 2;
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") == host;
}

void proto_lines_address(struct proto_lines *l, const char *word, char *out, size_t out_len)
{
    proto_lines_value(l, word, out, out_len);
    if (l->err == OK && !proto_lines_is_address(out))
        proto_lines_fail(l, ERR_SYNTAX, "this must be an address as host:port", "dit moet een adres zijn: host:poort");
}

enum err proto_lines_end(struct proto_lines *l)
{
    if (l->err == OK && rd_left(&l->rd) != 0) {
        l->line++;
        proto_lines_fail(l, ERR_LONG, "this line does not belong in the file", "deze regel hoort niet in het bestand");
    }
    return l->err;
}

/*
 * Controls, line separators, characters without a width and those that turn the direction of writing: two names
 * that people compare must not look alike by them. The first bytes of a character, and the bounds of the next.
 */
static bool is_unshowable(const uint8_t *p)
{
    static const struct { uint8_t first[2], first_len, low, high; } rows[] = {
        { { 0xc2 }, 1, 0x80, 0x9f },        /* C1 controls */
        { { 0xc2 }, 1, 0xad, 0xad },        /* soft hyphen */
        { { 0xd8 }, 1, 0x9c, 0x9c },        /* Arabic letter mark */
        { { 0xe1, 0xa0 }, 2, 0x8e, 0x8e },  /* Mongolian vowel separator */
        { { 0xe2, 0x80 }, 2, 0x8b, 0x8f },  /* no width; left-to-right and right-to-left marks */
        { { 0xe2, 0x80 }, 2, 0xa8, 0xae },  /* separators, embeddings, overrides */
        { { 0xe2, 0x81 }, 2, 0xa0, 0xaf },  /* joiner, invisible signs, isolates */
        { { 0xef, 0xbb }, 2, 0xbf, 0xbf },  /* byte order mark */
        { { 0xef, 0xbf }, 2, 0xb9, 0xbb },  /* annotations */
        { { 0xf3 }, 1, 0xa0, 0xa0 },        /* tags and more variation selectors */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = rows[i].first_len;

        if (memcmp(p, rows[i].first, n) == 0 && p[n] >= rows[i].low && p[n] <= rows[i].high)
            return true;
    }
    return false;
}

bool proto_lines_is_name(const char *name, size_t max)
{
    const uint8_t *p = (const uint8_t *)name;
    size_t len = strnlen(name, max + 1);

    if (len == 0 || len > max || name[0] == ' ' || name[len - 1] == ' ' || !text_is_utf8(p, len))
        return false;
    /* Valid UTF-8 with its zero behind it: the bytes of a whole character may be looked at. */
    for (size_t i = 0; i < len; i++)
        if (p[i] < ' ' || p[i] == 0x7f || is_unshowable(p + i))
            return false;
    return true;
}

bool proto_lines_is_word(const char *word, size_t max)
{
    size_t len = strnlen(word, max + 1);

    return len != 0 && len <= max && word[0] >= 'a' && word[0] <= 'z' &&
        strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

void proto_lines_put(struct wr *w, const char *text)
{
    wr_copy(w, (const uint8_t *)text, strlen(text));
}

void proto_lines_put_value(struct wr *w, const char *word, const char *value)
{
    proto_lines_put(w, word);
    proto_lines_put(w, " ");
    proto_lines_put(w, value);
    proto_lines_put(w, "\n");
}

void proto_lines_put_hex(struct wr *w, const char *word, const uint8_t *data, size_t len)
{
    char hex[2 * 128 + 1];

    if (2 * len >= sizeof hex) {
        wr_fail(w, ERR_LONG);
        return;
    }
    text_hex(data, len, hex, sizeof hex);
    proto_lines_put_value(w, word, hex);
}

void proto_lines_put_base64(struct wr *w, const char *word, const uint8_t *data, size_t len)
{
    char text[PROTO_LINES_VALUE_MAX];

    if (text_base64_room(len) > sizeof text) {
        wr_fail(w, ERR_LONG);
        return;
    }
    text_base64(data, len, text, sizeof text);
    proto_lines_put_value(w, word, text);
}

enum err proto_lines_open(struct wr *w, size_t max)
{
    uint8_t *buf = malloc(max);

    if (buf == NULL)
        return ERR_NOMEM;
    wr_init(w, buf, max);
    return OK;
}

enum err proto_lines_give(const struct wr *w, char **out, size_t *len)
{
    enum err e = wr_end(w);
    char *copy;

    if (e != OK)
        return e;
    if ((copy = malloc(w->len + 1)) == NULL)
        return ERR_NOMEM;
    memcpy(copy, w->buf, w->len);
    copy[w->len] = '\0';
    *out = copy;
    *len = w->len;
    return OK;
}
