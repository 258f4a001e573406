#include "base/text.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void text_hex(const uint8_t *data, size_t len, char *out, size_t out_len)
{
    (void)sodium_bin2hex(out, out_len, data, len);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

enum err text_unhex(const char *hex, uint8_t *out, size_t out_len)
{
    size_t len = strlen(hex);

    /* Judged whole before the first byte is written. */
    if (len % 2 != 0 || len / 2 != out_len)
        return ERR_SYNTAX;
    for (size_t i = 0; i < len; i++)
        if (hex_value(hex[i]) < 0)
            return ERR_SYNTAX;
    for (size_t i = 0; i < out_len; i++)
        out[i] = (uint8_t)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
    return OK;
}

size_t text_base64_room(size_t len)
{
    return sodium_base64_encoded_len(len, sodium_base64_VARIANT_ORIGINAL);
}

void text_base64(const uint8_t *data, size_t len, char *out, size_t out_len)
{
    (void)sodium_bin2base64(out, out_len, data, len, sodium_base64_VARIANT_ORIGINAL);
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

/* Whole groups, padding only at the end, and no bits behind the last byte: one text per value. */
static bool is_base64(const char *text, size_t text_len, size_t *bytes)
{
    size_t pad = 0, digits;
    int last;

    if (text_len % 4 != 0)
        return false;
    while (pad < 2 && pad < text_len && text[text_len - 1 - pad] == '=')
        pad++;
    digits = text_len - pad;
    for (size_t i = 0; i < digits; i++)
        if (base64_value(text[i]) < 0)
            return false;
    if (pad != 0) {
        last = base64_value(text[digits - 1]);
        if ((last & (pad == 1 ? 3 : 15)) != 0)
            return false;
    }
    *bytes = text_len / 4 * 3 - pad;
    return true;
}

enum err text_unbase64(const char *text, size_t text_len, uint8_t *out, size_t cap, size_t *len)
{
    size_t bytes, done;

    if (!is_base64(text, text_len, &bytes))
        return ERR_SYNTAX;
    if (bytes > cap)
        return ERR_LONG;
    if (bytes != 0 && sodium_base642bin(out, bytes, text, text_len, NULL, &done, NULL,
            sodium_base64_VARIANT_ORIGINAL) != 0)
        abort();
    *len = bytes;
    return OK;
}

/* How many bytes follow this first byte, and the bounds of the second (RFC 3629, section 4). */
static bool utf8_lead(uint8_t c, size_t *follow, uint8_t *low, uint8_t *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (c >= 0x01 && c <= 0x7f) {
        *follow = 0;
    } else if (c >= 0xc2 && c <= 0xdf) {
        *follow = 1;
    } else if (c >= 0xe0 && c <= 0xef) {
        *follow = 2;
        *low = c == 0xe0 ? 0xa0 : 0x80;   /* no longer form than needed */
        *high = c == 0xed ? 0x9f : 0xbf;  /* no surrogates */
    } else if (c >= 0xf0 && c <= 0xf4) {
        *follow = 3;
        *low = c == 0xf0 ? 0x90 : 0x80;
        *high = c == 0xf4 ? 0x8f : 0xbf;  /* nothing above U+10FFFF */
    } else {
        return false;
    }
    return true;
}

bool text_is_utf8(const uint8_t *data, size_t len)
{
    size_t follow;
    uint8_t low, high;

    for (size_t i = 0; i < len; i += follow + 1) {
        if (!utf8_lead(data[i], &follow, &low, &high) || follow > len - i - 1)
            return false;
        for (size_t k = 1; k <= follow; k++) {
            if (data[i + k] < low || data[i + k] > high)
                return false;
            low = 0x80;
            high = 0xbf;
        }
    }
    return true;
}

size_t text_control(const char *s)
{
    const uint8_t *at = (const uint8_t *)s;

    if (at[0] != '\0' && (at[0] < ' ' || at[0] == 0x7f))
        return 1;
    if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
        return 2;
    if (at[0] != 0xe2)
        return 0;
    if (at[1] == 0x80 && ((at[2] >= 0xaa && at[2] <= 0xae) || at[2] == 0x8e || at[2] == 0x8f))
        return 3;
    return at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9 ? 3 : 0;
}

size_t text_columns(const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len && text[i] != '\0';) {
        size_t bad = text_control(text + i);

        n += bad != 0 || ((uint8_t)text[i] & 0xc0) != 0x80;
        i += bad != 0 ? bad : 1;
    }
    return n;
}

enum err text_u64(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;

    if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
        return ERR_SYNTAX;
    for (const char *p = text; *p != '\0'; p++)
        if (*p < '0' || *p > '9')
            return ERR_SYNTAX;
    for (const char *p = text; *p != '\0'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');

        if (v > max / 10 || v * 10 > max - digit || digit > max)
            return ERR_RANGE;
        v = v * 10 + digit;
    }
    *out = v;
    return OK;
}

bool text_is_handle(const char *text)
{
    size_t len = strnlen(text, 33);

    return len >= 2 && len <= 32 && text[0] >= 'a' && text[0] <= 'z'
        && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

bool text_is_bsn(const char *text)
{
    int sum = 0;

    if (strnlen(text, 10) != 9 || strspn(text, "0123456789") != 9)
        return false;
    /* Weights 9 down to 2, and -1 for the last. Nine zeros would pass, but are nobody's number. */
    for (int i = 0; i < 8; i++)
        sum += (9 - i) * (text[i] - '0');
    sum -= text[8] - '0';
    return sum % 11 == 0 && strspn(text, "0") != 9;
}
