#include "base/json_scan.h"

#include "base/rd.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 16, KEYS_MAX = 64, TOKENS_MAX = 4096 };
struct key {
    const uint8_t *at;
    size_t len;
};

/* The strict pre-scan: one byte ahead of the reader, and the keys of the objects that are open. */
struct scan {
    struct rd rd;
    const uint8_t *data;
    size_t len;
    int next;  /* the byte to come, -1 at the end */
    int depth;
    size_t tokens;
    struct key keys[DEPTH_MAX][KEYS_MAX];
    size_t at[DEPTH_MAX];       /* in each list that is open, the number of the member that is being read */
    bool is_object[DEPTH_MAX];
    struct trouble *t;
};

static enum err scan_value(struct scan *s);

static void step(struct scan *s)
{
    s->next = rd_left(&s->rd) != 0 ? rd_u8(&s->rd) : -1;
}

/* Where the byte to come stands. */
static size_t offset(const struct scan *s)
{
    return s->len - rd_left(&s->rd) - (s->next < 0 ? 0 : 1);
}

static enum err refuse(const struct scan *s, enum err e, const char *en, const char *nl)
{
    uint32_t line = 1, column = 1;
    size_t end = offset(s);

    for (size_t i = 0; i < end; i++) {
        if (s->data[i] == '\n') {
            line++;
            column = 1;
        } else if ((s->data[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    return trouble_at(s->t, e, "", line, column, "%s", "%s", s->t != NULL && s->t->lang == LANG_NL ? nl : en);
}

/* Of a name that is too long to be one of ours nothing is repeated. */
static void add_name(char *out, size_t room, const struct key *k)
{
    size_t used = strlen(out);

    if (k->len > 2 && k->len < 64)
        (void)snprintf(out + used, room - used, "%s%.*s", used == 0 ? "" : ".", (int)k->len - 2, (const char *)k->at + 1);
}

/* "events[1].by": where the innermost open object is, and the key k of it. */
static enum err refuse_twice(const struct scan *s, const struct key *k)
{
    char path[160] = "", en[200], nl[200];
    size_t used;

    for (int d = 0; d < s->depth - 1; d++) {
        used = strlen(path);
        if (s->is_object[d])
            add_name(path, sizeof path, &s->keys[d][s->at[d]]);
        else
            (void)snprintf(path + used, sizeof path - used, "[%zu]", s->at[d]);
    }
    add_name(path, sizeof path, k);
    if (!text_is_utf8((const uint8_t *)path, strlen(path)))
        path[0] = '\0';
    (void)snprintf(en, sizeof en, "the same key twice%s%s", path[0] == '\0' ? "" : ": ", path);
    (void)snprintf(nl, sizeof nl, "twee keer dezelfde naam%s%s", path[0] == '\0' ? "" : ": ", path);
    return refuse(s, ERR_SYNTAX, en, nl);
}

static enum err bad_syntax(const struct scan *s)
{
    if (s->next < 0)
        return refuse(s, ERR_SYNTAX, "the JSON ends too early", "de JSON eindigt te vroeg");
    return refuse(s, ERR_SYNTAX, "this is not JSON", "dit is geen JSON");
}

static void skip_space(struct scan *s)
{
    while (s->next == ' ' || s->next == '\t' || s->next == '\r' || s->next == '\n')
        step(s);
}

static enum err count_token(struct scan *s)
{
    if (++s->tokens > TOKENS_MAX)
        return refuse(s, ERR_LONG, "more than 4096 keys and values", "meer dan 4096 namen en waarden");
    return OK;
}

static enum err scan_hex4(struct scan *s, uint32_t *out)
{
    uint32_t v = 0;

    for (int i = 0; i < 4; i++) {
        int c = s->next;

        if (c >= '0' && c <= '9')
            c -= '0';
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            c = (c | 0x20) - 'a' + 10;
        else
            return bad_syntax(s);
        v = v << 4 | (uint32_t)c;
        step(s);
    }
    *out = v;
    return OK;
}

/* After \u: no zero (cJSON would cut the text there), and surrogates only in pairs. */
static enum err scan_unicode(struct scan *s)
{
    uint32_t first = 0, second = 0;
    enum err e = scan_hex4(s, &first);

    if (e != OK)
        return e;
    if (first == 0 || (first >= 0xdc00 && first <= 0xdfff))
        return refuse(s, ERR_SYNTAX, "a character that cannot be in text", "een teken dat niet in tekst kan");
    if (first < 0xd800 || first > 0xdbff)
        return OK;
    if (s->next != '\\')
        return bad_syntax(s);
    step(s);
    if (s->next != 'u')
        return bad_syntax(s);
    step(s);
    e = scan_hex4(s, &second);
    if (e == OK && (second < 0xdc00 || second > 0xdfff))
        e = refuse(s, ERR_SYNTAX, "half a character", "een half teken");
    return e;
}

static enum err scan_escape(struct scan *s)
{
    step(s);
    if (s->next == 'u') {
        step(s);
        return scan_unicode(s);
    }
    if (s->next < 0 || strchr("\"\\/bfnrt", s->next) == NULL)
        return bad_syntax(s);
    step(s);
    return OK;
}

static enum err scan_text(struct scan *s, bool escapes)
{
    enum err e = OK;

    step(s);
    while (e == OK && s->next != '"') {
        if (s->next < ' ')  /* a control character, or the end */
            e = bad_syntax(s);
        else if (s->next != '\\')
            step(s);
        else if (escapes)
            e = scan_escape(s);
        else
            e = refuse(s, ERR_SYNTAX, "a key with an escape", "een naam met een escape");
    }
    if (e == OK)
        step(s);
    return e;
}

static enum err scan_number(struct scan *s)
{
    uint64_t v = 0;
    bool negative = s->next == '-', zero;

    if (negative)
        step(s);
    zero = s->next == '0';
    if (s->next < '0' || s->next > '9' || (negative && zero))
        return bad_syntax(s);
    for (size_t i = 0; s->next >= '0' && s->next <= '9'; i++, step(s)) {
        if (zero && i != 0)
            return bad_syntax(s);
        v = v * 10 + (uint64_t)(s->next - '0');
        if (v > JSON_NUMBER_MAX)
            return refuse(s, ERR_RANGE, "this number is too large", "dit getal is te groot");
    }
    if (s->next == '.' || s->next == 'e' || s->next == 'E')
        return refuse(s, ERR_RANGE, "only whole numbers", "alleen hele getallen");
    return OK;
}

static enum err scan_word(struct scan *s, const char *word)
{
    for (; *word != '\0'; word++) {
        if (s->next != *word)
            return bad_syntax(s);
        step(s);
    }
    return OK;
}

/* A key in its quotes and the colon; keys holds those before it in the same object. */
static enum err scan_key(struct scan *s, struct key *keys, size_t count)
{
    struct key k = { .at = s->data + offset(s) };
    enum err e = s->next == '"' ? scan_text(s, false) : bad_syntax(s);

    if (e != OK)
        return e;
    k.len = offset(s) - (size_t)(k.at - s->data);
    for (size_t i = 0; i < count; i++)
        if (keys[i].len == k.len && strncmp((const char *)keys[i].at, (const char *)k.at, k.len) == 0)
            return refuse_twice(s, &k);
    if (count == KEYS_MAX)
        return refuse(s, ERR_LONG, "more than 64 keys in one object", "meer dan 64 namen in een object");
    keys[count] = k;
    skip_space(s);
    if (s->next != ':')
        return bad_syntax(s);
    step(s);
    return count_token(s);
}

/* An object or an array, from its opening to its closing sign. */
static enum err scan_list(struct scan *s, bool object)
{
    int close = object ? '}' : ']';
    enum err e = OK;

    if (s->depth == DEPTH_MAX)
        return refuse(s, ERR_LONG, "nested too deep", "te diep genest");
    s->is_object[s->depth++] = object;
    step(s);
    skip_space(s);
    for (size_t count = 0; e == OK && (s->next != close || count != 0); count++) {
        s->at[s->depth - 1] = count;
        if (object)
            e = scan_key(s, s->keys[s->depth - 1], count);
        if (e == OK)
            e = scan_value(s);
        if (e != OK || s->next == close)
            break;
        if (s->next != ',')
            return bad_syntax(s);
        step(s);
        skip_space(s);
    }
    s->depth--;
    if (e == OK)
        step(s);
    return e;
}

/* One value and the white space around it. */
static enum err scan_value(struct scan *s)
{
    enum err e = count_token(s);

    if (e != OK)
        return e;
    skip_space(s);
    if (s->next == '{' || s->next == '[')
        e = scan_list(s, s->next == '{');
    else if (s->next == '"')
        e = scan_text(s, true);
    else if (s->next == 't')
        e = scan_word(s, "true");
    else if (s->next == 'f')
        e = scan_word(s, "false");
    else if (s->next == 'n')
        e = scan_word(s, "null");
    else
        e = scan_number(s);
    skip_space(s);
    return e;
}

enum err json_scan(const uint8_t *data, size_t len, struct trouble *t)
{
    struct scan s = { .data = data, .len = len, .next = -1, .t = t };
    enum err e;

    if (!text_is_utf8(data, len))
        return trouble_set(t, ERR_SYNTAX, "the JSON is not UTF-8 text", "de JSON is geen UTF-8-tekst");
    rd_init(&s.rd, data, len);
    step(&s);
    e = scan_value(&s);
    if (e == OK && s.next >= 0)
        e = refuse(&s, ERR_SYNTAX, "something follows after the end", "er volgt iets na het einde");
    return e;
}
