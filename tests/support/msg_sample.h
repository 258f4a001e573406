/*
 * tests/support/msg_sample: one message of each kind with every field of it filled, for the tests of proto/msg.
 * The table stands apart from the program's own, as PROTOCOL.md lists the fields.
 */
#ifndef SUPPORT_MSG_SAMPLE_H
#define SUPPORT_MSG_SAMPLE_H

#include "proto/msg.h"

enum { MSG_SAMPLE_ROOM = 4096, MSG_SAMPLE_HEADER = 282, MSG_SAMPLES = 19 };

/* Which of the fields a kind has; what is the same in many is filled by a flag. */
enum {
    HAS_REFERS = 1, HAS_SECTIONS = 2, HAS_IDS = 4, HAS_SEALED = 8, HAS_ORIGINAL = 16, HAS_WEIGHING = 32, HAS_GRANT = 64,
    HAS_DIGEST = 128
};

struct msg_sample {
    enum proto_kind kind;
    unsigned has;
    uint8_t code;
    size_t payload;
    uint64_t number, number2;
    size_t body_len;      /* behind the header, as PROTOCOL.md adds it up */
    const char *layout;   /* its fields in order, one letter each: see put_field */
};

extern const struct msg_sample msg_samples[MSG_SAMPLES];
/* What every blob of a sample begins with. */
extern const uint8_t msg_sample_bytes[64];

/* Blobs are borrowed from msg_sample_bytes. */
void msg_sample_make(const struct msg_sample *s, struct proto_msg *m);
const struct msg_sample *msg_sample_of(enum proto_kind k);
void msg_sample_sections(struct proto_sections *s);
void msg_sample_ids(struct proto_ids *s);
struct proto_blob msg_sample_blob(size_t len);

/* Must succeed; gives the length. */
size_t msg_sample_encode(const struct proto_msg *m, uint8_t out[MSG_SAMPLE_ROOM]);
/* Decode from a block of exactly len bytes, which the caller frees; on failure *m must be what it was. */
enum err msg_sample_decode(enum proto_kind kind, const uint8_t *body, size_t len, struct proto_msg *m, uint8_t **block);
/* The same when only the answer matters. */
enum err msg_sample_judge(enum proto_kind kind, const uint8_t *body, size_t len);

#endif
