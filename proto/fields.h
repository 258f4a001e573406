/*
 * proto/fields: a body is a table of fields. One row says what a field looks like on the wire, where it lies in its struct and which
 * values it may have; a kind is a list of rows in wire order; one encoder and one decoder walk it. Both apply the same checks, so what
 * is encoded can be decoded, and what was decoded encodes to the same bytes. Used by proto only. No state; any thread.
 */
#ifndef PROTO_FIELDS_H
#define PROTO_FIELDS_H

#include "base/rd.h"
#include "base/wr.h"
#include "proto/msg.h"

/* Times fit 48 bits, so that adding a term to one cannot overflow. */
#define PROTO_TIME_MAX (((uint64_t)1 << 48) - 1)

enum proto_shape {
    SHAPE_U8,        /* u8, min to max */
    SHAPE_U64,       /* u64, min to max */
    SHAPE_BYTES,     /* max bytes; min 1: not all zero */
    SHAPE_NAME,      /* max bytes, zero padded; min 0: may be empty */
    SHAPE_SUBJECT,   /* u8 type, 32 bytes; no type, no value */
    SHAPE_SECTIONS,  /* u8 count, min to max; names of PROTO_NAME_WIDTH, ascending */
    SHAPE_IDS,       /* u8 count, min to max; ids of 16 bytes, none twice, none zero */
    SHAPE_PARTNERS,  /* the same, ascending */
    SHAPE_PARTS,     /* u8 count, then 16 bytes of addressee and u16 length and box; other: its addressees */
    SHAPE_BLOB16,    /* u16 length, min to max, a multiple of step; bytes */
    SHAPE_BLOB32,    /* the same with a u32 length */
    SHAPE_END
};

struct proto_field {
    enum proto_shape shape;
    size_t offset;       /* in the struct */
    uint64_t min, max;
    size_t step;         /* blobs: 0 as 1 */
    size_t other;        /* parts: offset of the addressees */
    int not_in_repeat;   /* changes when a message is sent again */
};

/* Rows are named by their index; FIELDS_END (255) ends a list. Rows may share an offset: the same member under another range. */
enum { FIELDS_END = 255 };

/* Check and append the fields of list from the struct at base. ERR_RANGE sticks in w for a value without an encoding. */
void proto_fields_write(const struct proto_field *rows, const uint8_t *list, const void *base, struct wr *w);

/* Read and check the fields of list into the zeroed struct at base; views borrow the input. What is wrong sticks in r. */
void proto_fields_read(const struct proto_field *rows, const uint8_t *list, void *base, struct rd *r);

/* Is any of the count rows set that shares no member with a row of list? */
bool proto_fields_has_foreign(const struct proto_field *rows, size_t count, const uint8_t *list, const void *base);

/* Bytes of a field on the wire; 0 when that depends on its value. */
size_t proto_fields_width(const struct proto_field *row);

#endif
