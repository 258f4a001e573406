/*
 * tests/support/say_sample: one statement of each kind with every field of it filled, for the tests of proto/statement.
 * The table stands apart from the program's own, as PROTOCOL.md lists the fields.
 */
#ifndef SUPPORT_SAY_SAMPLE_H
#define SUPPORT_SAY_SAMPLE_H

#include "proto/msg.h"

/* COMMON is the length of the common block with the addressees and parts of a sample. */
enum { SAY_SAMPLE_ROOM = 4096, SAY_SAMPLES = 13, SAY_SAMPLE_COMMON = 145 + 1 + 3 * 16 + 1 + (16 + 2 + 5) + (16 + 2 + 7) };

/* Which members a kind has: as PROTOCOL.md lists them, apart from the program's own table. */
enum {
    SAYS_REFERS = 1, SAYS_EVENT = 2, SAYS_OCCURRED = 4, SAYS_UNTIL = 8, SAYS_REFERENCE = 16, SAYS_HOLDER = 32, SAYS_RECEIVER = 64,
    SAYS_SECTIONS = 128, SAYS_DIGEST = 256
};

struct say_sample {
    enum proto_statement_kind kind;
    unsigned has;
    uint8_t code;
    size_t len;           /* behind the common block */
    const char *layout;   /* its fields in order, one letter each: see put_field */
};

extern const struct say_sample say_samples[SAY_SAMPLES];

/* Parts are borrowed and live for ever. */
void say_sample_make(const struct say_sample *sample, struct proto_statement *s);
/* Fill the members that these flags name. */
void say_sample_fill(struct proto_statement *s, unsigned has);
const struct say_sample *say_sample_of(enum proto_statement_kind k);

/* Must succeed; gives the length. */
size_t say_sample_encode(const struct proto_statement *s, uint8_t out[SAY_SAMPLE_ROOM]);
/* Decode from a block of exactly len bytes, which the caller frees; on failure *s must be what it was. */
enum err say_sample_decode(enum proto_statement_kind kind, const uint8_t *body, size_t len, struct proto_statement *s,
    uint8_t **block);
/* The same when only the answer matters. */
enum err say_sample_judge(enum proto_statement_kind kind, const uint8_t *body, size_t len);

#endif
