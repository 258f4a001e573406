/*
 * tests/blind/search: many patterns at once, in one pass over bytes. Used by blind-scan only.
 *
 * Texts are long enough that chance does not write them. A number as four bytes is not: among a hundred megabytes of ciphertext some
 * stand by chance. So everything between 999900000 and 999999999 is counted: nine in ten of those values fail the eleven-test, are
 * nobody's number and nowhere planted, and say how many planted ones chance accounts for.
 */
#ifndef BLIND_SEARCH_H
#define BLIND_SEARCH_H

#include "tests/blind/planted.h"

#include <stdbool.h>

enum { SEARCH_OVERLAP = PLANTED_FORM_MAX };

struct search_key; /* a raw pattern, such as a key */

/* What was found. Distinct: each text in each form once. */
struct search_found {
    uint64_t bytes;                       /* looked at */
    size_t texts;                         /* distinct texts in some form of text */
    size_t missing[PLANTED_FORMS_ALL];    /* planted texts (numbers) that were not found in this form */
    size_t forms[PLANTED_FORMS_ALL];      /* and that were */
    size_t ints, control_ints;            /* distinct values as four bytes, in either order; of planted numbers, of nobody's */
    uint64_t keys, guarded_keys;          /* of the raw pattern; in memory that its process cannot read */
    char first[256];                      /* where the first text was: form and place */
};

struct search;

/* Gives *out. p is borrowed. ERR_NOMEM. */
MUST_USE enum err search_new(const struct planted *p, struct search **out);
/* The same for one raw pattern of 8 to PLANTED_FORM_MAX bytes, which is copied. */
MUST_USE enum err search_new_key(const uint8_t *key, size_t len, struct search **out);
void search_free(struct search *s);

/* What follows is in this place, for people; kept until the next call. guarded: its process cannot read it. */
void search_place(struct search *s, const char *place, bool guarded);
/*
 * Look at len bytes: everything that begins before limit. at is the offset within the place. A caller with more than one block gives
 * SEARCH_OVERLAP bytes of the next one behind limit.
 */
void search_bytes(struct search *s, uint64_t at, const uint8_t *data, size_t len, size_t limit);
void search_count(const struct search *s, struct search_found *out);

/* What chance writes of the planted numbers, from what it wrote of numbers that do not exist. */
double search_chance(const struct search *s, const struct search_found *f);

/* ---- where to look ---- */

/* blind/files: a file, or every file below a folder. ERR_IO. */
MUST_USE enum err search_path(struct search *s, const char *path, struct trouble *t);
/*
 * blind/memory: a process and all that it started: every page that is there, guarded ones too. ERR_DENIED when the system does not let
 * us (only root may look into a process that is protected), ERR_NOTFOUND, ERR_IO when a page could not be read.
 */
MUST_USE enum err search_memory(struct search *s, int pid, struct trouble *t);

#endif
