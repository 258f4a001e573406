/*
 * base/rd: bounded reader, the only code that advances over input. The first failure sticks; later reads
 * give zero, so a decoder is a list of reads in wire order and one rd_end. Borrows the input; big-endian.
 */
#ifndef BASE_RD_H
#define BASE_RD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd {
    const uint8_t *at, *end;
    enum err err;
};

void rd_init(struct rd *r, const uint8_t *data, size_t len);

uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);

/* Copy exactly len bytes to out (whose size is out_len, and must equal len); on failure out is zeroed. */
void rd_copy(struct rd *r, uint8_t *out, size_t out_len);

/* Borrow the next len bytes; NULL after a failure. Valid as long as the input. */
const uint8_t *rd_view(struct rd *r, size_t len);

/* The next byte must be 0; used for reserved fields. ERR_RANGE sticks otherwise. */
void rd_zero(struct rd *r, size_t len);

/* A u16 (u32) length, at most max, then that many bytes, borrowed. ERR_RANGE when over max. */
const uint8_t *rd_bytes16(struct rd *r, size_t max, size_t *len);
const uint8_t *rd_bytes32(struct rd *r, size_t max, size_t *len);

/*
 * A name in a fixed field of width bytes: [a-zA-Z0-9_.:-]+ then zeros; copied to out with its terminator
 * (out_len > width). An empty name (all zeros) is allowed only if may_be_empty. Otherwise ERR_SYNTAX sticks.
 */
void rd_name(struct rd *r, size_t width, char *out, size_t out_len, bool may_be_empty);

/* Make a failure stick (the first one wins). */
void rd_fail(struct rd *r, enum err e);

size_t rd_left(const struct rd *r);

/* ERR_LONG when bytes are left, else what stuck. */
MUST_USE enum err rd_end(struct rd *r);

#endif
