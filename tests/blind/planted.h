/*
 * tests/blind/planted: the numbers and names that are looked for, and what each looks like in every encoding by which it could be
 * written down. Used by blind-scan only.
 *
 * The list is a file of lines "NUMBER GIVEN FAMILY": nine digits, and two names of at least 8 letters that are no words.
 */
#ifndef BLIND_PLANTED_H
#define BLIND_PLANTED_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { PLANTED_TEXTS = 3, PLANTED_TEXT_MAX = 32, PLANTED_MAX = 4096, PLANTED_FORM_MAX = 96 };

/* base64 thrice: a text that begins 0, 1 or 2 bytes behind a multiple of three reads differently. */
enum planted_form {
    PLANTED_UTF8, PLANTED_UTF16LE, PLANTED_HEX_LOWER, PLANTED_HEX_UPPER, PLANTED_BASE64_0, PLANTED_BASE64_1, PLANTED_BASE64_2,
    PLANTED_FORMS,
    /* Of the number alone, as four bytes. */
    PLANTED_INT_BE = PLANTED_FORMS, PLANTED_INT_LE, PLANTED_FORMS_ALL
};

struct planted {
    size_t count;
    /* Number, given name, family name. */
    char text[PLANTED_MAX][PLANTED_TEXTS][PLANTED_TEXT_MAX];
};

/* Fills *p. ERR_SYNTAX and the line, ERR_LONG, ERR_IO. */
MUST_USE enum err planted_read(const char *path, struct planted *p, struct trouble *t);
/* "utf-16le"; static. */
const char *planted_form_name(enum planted_form form);

/*
 * The bytes by which a text is recognised: of base64 only the characters that do not depend on its neighbours.
 * out has room for PLANTED_FORM_MAX; returns the length.
 */
size_t planted_pattern(const char *text, enum planted_form form, uint8_t *out);
/* The text written down in this form as somebody would, with neighbours where the form needs them. Same room. */
size_t planted_written(const char *text, enum planted_form form, uint8_t *out);
/* The number as a value. */
uint32_t planted_value(const char *number);

#endif
