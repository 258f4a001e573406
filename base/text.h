/*
 * base/text: small checks and conversions of text. Hex is lower case; base64 is the standard alphabet with padding.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out holds 2 * len + 1. */
void text_hex(const uint8_t *data, size_t len, char *out, size_t out_len);
/* Exactly 2 * out_len lower-case digits, nothing else. ERR_SYNTAX. */
MUST_USE enum err text_unhex(const char *hex, uint8_t *out, size_t out_len);
/* Needed room for the base64 of len bytes, terminator included. */
size_t text_base64_room(size_t len);
void text_base64(const uint8_t *data, size_t len, char *out, size_t out_len);
/* Canonical base64 of text_len characters; *len at most cap. ERR_SYNTAX, ERR_LONG. */
MUST_USE enum err text_unbase64(const char *text, size_t text_len, uint8_t *out, size_t cap, size_t *len);
/* Valid UTF-8 (RFC 3629), no NUL. */
bool text_is_utf8(const uint8_t *data, size_t len);
/*
 * How many bytes at s, which ends with a zero, a terminal would obey: C0, delete, C1 (U+0080 to U+009F), marks of writing direction. 0: none.
 * What others wrote is printed with a blank in their place.
 */
size_t text_control(const char *s);
/* The columns of the first len bytes (SIZE_MAX: of all), where each such control is one. No character is taken to be wider than one. */
size_t text_columns(const char *text, size_t len);
/* Decimal digits only, no sign, no leading zero but "0" itself, at most max. ERR_SYNTAX, ERR_RANGE. */
MUST_USE enum err text_u64(const char *text, uint64_t max, uint64_t *out);
/* [a-z0-9-]{2,32}, starting with a letter: a partner's handle. */
bool text_is_handle(const char *text);
/* The eleven-test of a citizen number (9 digits). */
bool text_is_bsn(const char *text);

#endif
