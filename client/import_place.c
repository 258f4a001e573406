/*
 * client/record: where something stands in a file of JSON: the parser keeps no places. Only for text that the strict parser took, so what is
 * read here has its form; the bounded reader ends it all the same.
 */
#include "client/import_place.h"

#include "base/rd.h"

#include <string.h>

struct scan {
    struct rd r;
    uint32_t line, column;   /* of the next byte */
    uint8_t next;            /* 0: the end */
};

static void look(struct scan *s)
{
    s->next = rd_left(&s->r) > 0 ? rd_u8(&s->r) : 0;
}

/* Columns count characters. */
static void step(struct scan *s)
{
    s->line += s->next == '\n';
    if (s->next == '\n')
        s->column = 0;
    look(s);
    s->column += (s->next & 0xc0) != 0x80;
}

static void skip_blanks(struct scan *s)
{
    while (s->next != 0 && strchr(" \t\r\n", s->next) != NULL)
        step(s);
}

/* A text, without its quotes, up to cap - 1 bytes and as it is written; a key of ours needs no escapes. */
static void read_text(struct scan *s, char *out, size_t cap)
{
    size_t n = 0;

    for (step(s); s->next != 0 && s->next != '"'; step(s)) {
        if (s->next == '\\')
            step(s);
        if (n + 1 < cap)
            out[n++] = (char)s->next;
    }
    out[n] = '\0';
    step(s);
}

/* Any value: to behind it. */
static void skip_value(struct scan *s)
{
    unsigned depth = 0;
    char text[2];

    do {
        skip_blanks(s);
        if (s->next == '"') {
            read_text(s, text, sizeof text);
        } else {
            depth += s->next == '{' || s->next == '[';
            depth -= (s->next == '}' || s->next == ']') && depth > 0;
            step(s);
        }
        skip_blanks(s);
    } while (s->next != 0 && (depth > 0 || (s->next != ',' && s->next != '}' && s->next != ']')));
}

/* In an object: to the value of this key. The key's place goes out, when it is there. */
static bool enter(struct scan *s, const char *key, uint32_t *line, uint32_t *column)
{
    char text[80];

    skip_blanks(s);
    if (key == NULL || s->next != '{')
        return false;
    while (s->next == '{' || s->next == ',') {
        uint32_t at_line, at_column;

        step(s);
        skip_blanks(s);
        at_line = s->line;
        at_column = s->column;
        if (s->next != '"')
            return false;
        read_text(s, text, sizeof text);
        skip_blanks(s);
        step(s);   /* the colon */
        if (strcmp(text, key) == 0) {
            *line = at_line;
            *column = at_column;
            return true;
        }
        skip_value(s);
    }
    return false;
}

void client_import_place(const uint8_t *data, size_t len, size_t item, const char *section, const char *field, uint32_t *line, uint32_t *column)
{
    struct scan s = {.line = 1, .column = 1};

    rd_init(&s.r, data, len);
    look(&s);
    skip_blanks(&s);
    step(&s);   /* the list's bracket */
    for (size_t i = 0; i < item && s.next != 0; i++) {
        skip_value(&s);
        step(&s);   /* the comma */
    }
    skip_blanks(&s);
    *line = s.line;
    *column = s.column;
    if (enter(&s, section, line, column))
        (void)enter(&s, field, line, column);
}
