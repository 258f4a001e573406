/*
 * base/wr: bounded writer, the only code that appends to output. The first failure sticks (ERR_LONG when
 * the buffer is too small, ERR_RANGE for a value with no encoding). Big-endian.
 */
#ifndef BASE_WR_H
#define BASE_WR_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Borrows buf; len counts what is written. */
struct wr {
    uint8_t *buf;
    size_t cap, len;
    enum err err;
};

void wr_init(struct wr *w, uint8_t *buf, size_t cap);

void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_copy(struct wr *w, const uint8_t *data, size_t len);
void wr_zero(struct wr *w, size_t len);

/* A u16 (u32) length, then the bytes. */
void wr_bytes16(struct wr *w, const uint8_t *data, size_t len);
void wr_bytes32(struct wr *w, const uint8_t *data, size_t len);

/* A name as rd_name reads it, padded with zeros to width. ERR_RANGE if longer or with other characters. */
void wr_name(struct wr *w, const char *name, size_t width);

/* Leave room for n bytes and return where; NULL after a failure. */
uint8_t *wr_gap(struct wr *w, size_t n);

void wr_fail(struct wr *w, enum err e);

/* What stuck, or OK. */
MUST_USE enum err wr_end(const struct wr *w);

#endif
