/*
 * proto/lines: our readable files: a first line that names the format, then lines "word value" in a fixed order. Strict: one space,
 * nothing missing, nothing else, nothing after the end. Used by region and orgfile. No state beyond the struct; any thread.
 */
#ifndef PROTO_LINES_H
#define PROTO_LINES_H

#include "base/err.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/note.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROTO_LINES_VALUE_MAX = 4096 };

/* Borrows the text, its name for people, and t (may be NULL). The first failure sticks and is described in t with its line. */
struct proto_lines {
    struct rd rd;
    uint32_t line;     /* of what was read last, from 1 */
    const char *where;
    struct trouble *t;
    enum err err;
};

/* The text must be UTF-8 without NUL, tab or other control characters but newlines. */
void proto_lines_init(struct proto_lines *l, const char *where, const uint8_t *text, size_t len, struct trouble *t);
/* The next line must be exactly this. */
void proto_lines_exact(struct proto_lines *l, const char *line);
/* The next line must be word, a space and a value of 1 to out_len - 1 bytes, copied to out with a zero; "" after a failure. */
void proto_lines_value(struct proto_lines *l, const char *word, char *out, size_t out_len);
/* Whether the next line begins with word and a space. */
bool proto_lines_has(const struct proto_lines *l, const char *word);
/* word and exactly out_len bytes in lower-case hex; zeros after a failure. */
void proto_lines_hex(struct proto_lines *l, const char *word, uint8_t *out, size_t out_len);
/* word and canonical base64 of 1 to cap bytes. */
void proto_lines_base64(struct proto_lines *l, const char *word, uint8_t *out, size_t cap, size_t *len);
/* word and a verifier key of this type (enum proto_note_type) in its one form; its text is copied, *key is what it says. */
void proto_lines_vkey(struct proto_lines *l, const char *word, uint8_t type, char *out, size_t out_len,
    struct proto_note_key *key);
/* word and the hex of a ristretto255 point, not the identity: under that every number would have one pseudonym. */
void proto_lines_point(struct proto_lines *l, const char *word, uint8_t out[32]);
/* word and an address. */
void proto_lines_address(struct proto_lines *l, const char *word, char *out, size_t out_len);
/* Make a failure stick, about the line read last. en and nl are sentences without formats. */
void proto_lines_fail(struct proto_lines *l, enum err e, const char *en, const char *nl);
/* What stuck, or ERR_LONG when lines are left. */
MUST_USE enum err proto_lines_end(struct proto_lines *l);

/* A name for people: 1 to max bytes of UTF-8 without control or direction characters, no space at either end. */
bool proto_lines_is_name(const char *name, size_t max);
/*
 * "host:port": letters in lower case, digits, dots and hyphens, or an IPv6 address in brackets; the port from 1 to 65535 without zeros in
 * front (P-162).
 */
bool proto_lines_is_address(const char *text);
/* [a-z0-9_-]{1,max}, starting with a letter: a kind. */
bool proto_lines_is_word(const char *word, size_t max);

/* A writer with room for max bytes on the heap; free w->buf. ERR_NOMEM. */
MUST_USE enum err proto_lines_open(struct wr *w, size_t max);
/* Gives a copy of what was written, with a zero behind it (free()). What stuck in w, ERR_NOMEM. */
MUST_USE enum err proto_lines_give(const struct wr *w, char **out, size_t *len);
/* Append text; a line "word value"; a line "word hex". */
void proto_lines_put(struct wr *w, const char *text);
void proto_lines_put_value(struct wr *w, const char *word, const char *value);
void proto_lines_put_hex(struct wr *w, const char *word, const uint8_t *data, size_t len);
void proto_lines_put_base64(struct wr *w, const char *word, const uint8_t *data, size_t len);

#endif
