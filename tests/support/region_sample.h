/*
 * tests/support/region_sample: a small region with keys from fixed seeds: three partners, a hub, and on
 * request a keyholder.
 */
#ifndef SUPPORT_REGION_SAMPLE_H
#define SUPPORT_REGION_SAMPLE_H

#include "proto/region.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAMPLE_PARTNERS = 3 };

struct region_sample {
    struct proto_region r;                      /* as parsed from file */
    const char *handle[SAMPLE_PARTNERS];        /* in the order of the secrets, not of the file */
    uint8_t id[SAMPLE_PARTNERS][PROTO_PARTNER_LEN];
    uint8_t root_secret[SAMPLE_PARTNERS][64];
    uint8_t log_secret[64];
    char *text; size_t text_len;                /* without signatures */
    char *file; size_t file_len;                /* signed by all */
};

/* The fields alone; nothing in it is computed but the keys. */
void region_sample_fields(struct proto_region *r, bool keyholder);
/* All of it. The caller calls region_sample_fini. */
void region_sample_init(struct region_sample *s, bool keyholder);
void region_sample_fini(struct region_sample *s);

/* Parse a copy of exactly this size; a failing test when a failure wrote anything. */
enum err region_sample_parse(
    const char *text, size_t len, bool complete, struct proto_region *out, struct trouble *t);
/* text with the first old replaced by new; the caller frees it. */
char *region_sample_replaced(const char *text, const char *old, const char *new);

/* The key pair of a seed of 32 times this byte. */
void region_sample_key(uint8_t seed, uint8_t public_key[32], uint8_t secret_key[64]);

#endif
