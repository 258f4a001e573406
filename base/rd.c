#include "base/rd.h"

#include <stdlib.h>
#include <string.h>

void rd_init(struct rd *r, const uint8_t *data, size_t len)
{
    static const uint8_t nothing[1];

    if (data == NULL && len != 0)
        abort();
    /* Never NULL, so that the differences below are defined. */
    r->at = data != NULL ? data : nothing;
    r->end = r->at + len;
    r->err = OK;
}

void rd_fail(struct rd *r, enum err e)
{
    if (r->err == OK)
        r->err = e;
}

size_t rd_left(const struct rd *r)
{
    return r->err == OK ? (size_t)(r->end - r->at) : 0;
}

const uint8_t *rd_view(struct rd *r, size_t len)
{
    const uint8_t *at = r->at;

    if (r->err != OK)
        return NULL;
    if ((size_t)(r->end - r->at) < len) {
        rd_fail(r, ERR_SHORT);
        return NULL;
    }
    r->at += len;
    return at;
}

static uint64_t read_number(struct rd *r, size_t width)
{
    const uint8_t *p = rd_view(r, width);
    uint64_t v = 0;

    for (size_t i = 0; p != NULL && i < width; i++)
        v = v << 8 | p[i];
    return v;
}

uint8_t rd_u8(struct rd *r)
{
    return (uint8_t)read_number(r, 1);
}

uint16_t rd_u16(struct rd *r)
{
    return (uint16_t)read_number(r, 2);
}

uint32_t rd_u32(struct rd *r)
{
    return (uint32_t)read_number(r, 4);
}

uint64_t rd_u64(struct rd *r)
{
    return read_number(r, 8);
}

void rd_copy(struct rd *r, uint8_t *out, size_t out_len)
{
    const uint8_t *p = rd_view(r, out_len);

    if (out_len == 0)
        return;
    if (p != NULL)
        memcpy(out, p, out_len);
    else
        memset(out, 0, out_len);
}

void rd_zero(struct rd *r, size_t len)
{
    const uint8_t *p = rd_view(r, len);
    uint8_t any = 0;

    for (size_t i = 0; p != NULL && i < len; i++)
        any |= p[i];
    if (any != 0)
        rd_fail(r, ERR_RANGE);
}

/* The length is judged before the bytes: a length over max is refused whatever follows. */
static const uint8_t *read_counted(struct rd *r, size_t width, size_t max, size_t *len)
{
    uint64_t n = read_number(r, width);
    const uint8_t *p;

    if (n > max)
        rd_fail(r, ERR_RANGE);
    p = rd_view(r, (size_t)n);
    *len = p != NULL ? (size_t)n : 0;
    return p;
}

const uint8_t *rd_bytes16(struct rd *r, size_t max, size_t *len)
{
    return read_counted(r, 2, max, len);
}

const uint8_t *rd_bytes32(struct rd *r, size_t max, size_t *len)
{
    return read_counted(r, 4, max, len);
}

static bool is_name_char(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || c == '_' || c == '.' || c == ':' || c == '-';
}

void rd_name(struct rd *r, size_t width, char *out, size_t out_len, bool may_be_empty)
{
    const uint8_t *p;
    size_t n = 0;

    if (out_len <= width)
        abort();
    memset(out, 0, out_len);
    p = rd_view(r, width);
    if (p == NULL)
        return;
    while (n < width && is_name_char(p[n]))
        n++;
    for (size_t i = n; i < width; i++)
        if (p[i] != 0)
            rd_fail(r, ERR_SYNTAX);
    if (n == 0 && !may_be_empty)
        rd_fail(r, ERR_SYNTAX);
    if (r->err == OK)
        memcpy(out, p, n);
}

enum err rd_end(struct rd *r)
{
    if (r->err == OK && r->at != r->end)
        rd_fail(r, ERR_LONG);
    return r->err;
}
