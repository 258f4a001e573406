#include "tests/blind/planted.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { LINE_ROOM = 128, NAME_MIN = 8, NUMBER_LEN = 9 };

static const char *const names[PLANTED_FORMS_ALL] = { "utf-8", "utf-16le", "hex", "HEX", "base64", "base64+1", "base64+2", "int32be",
    "int32le" };

const char *planted_form_name(enum planted_form form)
{
    return names[form];
}

enum err planted_read(const char *path, struct planted *p, struct trouble *t)
{
    char line[LINE_ROOM];
    enum err e = OK;
    uint32_t n = 0;
    FILE *in = fopen(path, "re");

    if (in == NULL)
        return trouble_at(t, ERR_IO, path, 0, 0, "cannot be read", "kan niet worden gelezen");
    p->count = 0;
    while (e == OK && fgets(line, sizeof line, in) != NULL) {
        char (*text)[PLANTED_TEXT_MAX] = p->text[p->count];

        n++;
        if (p->count == PLANTED_MAX)
            e = ERR_LONG;
        else if (sscanf(line, "%31s %31s %31s", text[0], text[1], text[2]) != PLANTED_TEXTS || !text_is_bsn(text[0])
            || strlen(text[1]) < NAME_MIN || strlen(text[2]) < NAME_MIN)
            e = ERR_SYNTAX;
        else
            p->count++;
    }
    (void)fclose(in);
    if (e == OK && p->count == 0)
        e = ERR_SHORT;
    return e == OK ? OK
                   : trouble_at(t, e, path, n, 0, "a line is: NUMBER GIVEN FAMILY, at most %d of them",
                       "een regel is: NUMMER VOORNAAM ACHTERNAAM, hoogstens %d", PLANTED_MAX);
}

uint32_t planted_value(const char *number)
{
    uint32_t v = 0;

    for (size_t i = 0; i < NUMBER_LEN; i++)
        v = v * 10 + (uint32_t)(number[i] - '0');
    return v;
}

static size_t write_hex(const char *text, const char *digits, uint8_t *out)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = (uint8_t)digits[(uint8_t)text[i] >> 4];
        out[2 * i + 1] = (uint8_t)digits[text[i] & 15];
    }
    return 2 * len;
}

static size_t write_wide(const char *text, uint8_t *out)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = (uint8_t)text[i];
        out[2 * i + 1] = 0;
    }
    return 2 * len;
}

/* With `before` bytes of something else in front. */
static size_t write_base64(const char *text, size_t before, uint8_t *out)
{
    uint8_t data[PLANTED_TEXT_MAX + 2] = { '"', '=' };
    char coded[PLANTED_FORM_MAX];
    size_t len = strlen(text);

    memcpy(data + before, text, len);
    text_base64(data, before + len, coded, sizeof coded);
    len = strlen(coded);
    memcpy(out, coded, len);
    return len;
}

static size_t write_int(const char *text, int big, uint8_t *out)
{
    uint32_t v = planted_value(text);

    for (int i = 0; i < 4; i++)
        out[big ? 3 - i : i] = (uint8_t)(v >> (8 * i));
    return 4;
}

size_t planted_written(const char *text, enum planted_form form, uint8_t *out)
{
    switch (form) {
    case PLANTED_UTF16LE: return write_wide(text, out);
    case PLANTED_HEX_LOWER: return write_hex(text, "0123456789abcdef", out);
    case PLANTED_HEX_UPPER: return write_hex(text, "0123456789ABCDEF", out);
    case PLANTED_BASE64_0: return write_base64(text, 0, out);
    case PLANTED_BASE64_1: return write_base64(text, 1, out);
    case PLANTED_BASE64_2: return write_base64(text, 2, out);
    case PLANTED_INT_BE: return write_int(text, 1, out);
    case PLANTED_INT_LE: return write_int(text, 0, out);
    default: memcpy(out, text, strlen(text)); return strlen(text);
    }
}

/* Six bits a character: those that lie wholly within the text. */
size_t planted_pattern(const char *text, enum planted_form form, uint8_t *out)
{
    size_t before, first, end;

    if (form < PLANTED_BASE64_0 || form > PLANTED_BASE64_2)
        return planted_written(text, form, out);
    before = (size_t)(form - PLANTED_BASE64_0);
    (void)planted_written(text, form, out);
    first = (8 * before + 5) / 6;
    end = 8 * (before + strlen(text)) / 6;
    memmove(out, out + first, end - first);
    return end - first;
}
