#include "base/wr.h"

#include <stdlib.h>
#include <string.h>

void wr_init(struct wr *w, uint8_t *buf, size_t cap)
{
    if (buf == NULL && cap != 0)
        abort();
    w->buf = buf;
    w->cap = cap;
    w->len = 0;
    w->err = OK;
}

void wr_fail(struct wr *w, enum err e)
{
    if (w->err == OK)
        w->err = e;
}

uint8_t *wr_gap(struct wr *w, size_t n)
{
    uint8_t *at;

    if (w->err != OK)
        return NULL;
    if (w->buf == NULL || w->cap - w->len < n) {
        /* Nothing at all always fits, but has no place to point at without a buffer. */
        if (n != 0)
            wr_fail(w, ERR_LONG);
        return NULL;
    }
    at = w->buf + w->len;
    w->len += n;
    return at;
}

static void write_number(struct wr *w, uint64_t v, size_t width)
{
    uint8_t *p = wr_gap(w, width);

    for (size_t i = width; p != NULL && i-- > 0; v >>= 8)
        p[i] = (uint8_t)(v & 0xff);
}

void wr_u8(struct wr *w, uint8_t v)
{
    write_number(w, v, 1);
}

void wr_u16(struct wr *w, uint16_t v)
{
    write_number(w, v, 2);
}

void wr_u32(struct wr *w, uint32_t v)
{
    write_number(w, v, 4);
}

void wr_u64(struct wr *w, uint64_t v)
{
    write_number(w, v, 8);
}

void wr_copy(struct wr *w, const uint8_t *data, size_t len)
{
    uint8_t *p = wr_gap(w, len);

    if (p != NULL && len != 0)
        memcpy(p, data, len);
}

void wr_zero(struct wr *w, size_t len)
{
    uint8_t *p = wr_gap(w, len);

    if (p != NULL && len != 0)
        memset(p, 0, len);
}

void wr_bytes16(struct wr *w, const uint8_t *data, size_t len)
{
    if (len > UINT16_MAX) {
        wr_fail(w, ERR_RANGE);
        return;
    }
    wr_u16(w, (uint16_t)len);
    wr_copy(w, data, len);
}

void wr_bytes32(struct wr *w, const uint8_t *data, size_t len)
{
    if (len > UINT32_MAX) {
        wr_fail(w, ERR_RANGE);
        return;
    }
    wr_u32(w, (uint32_t)len);
    wr_copy(w, data, len);
}

void wr_name(struct wr *w, const char *name, size_t width)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";
    size_t len = strlen(name);

    if (len > width || strspn(name, allowed) != len) {
        wr_fail(w, ERR_RANGE);
        return;
    }
    wr_copy(w, (const uint8_t *)name, len);
    wr_zero(w, width - len);
}

enum err wr_end(const struct wr *w)
{
    return w->err;
}
