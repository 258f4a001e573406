/*
 * tests/support/witness_sample: the witnesses of a region with their secret keys, requests to cosign a log_sample, and their cosignatures.
 */
#ifndef TESTS_SUPPORT_WITNESS_SAMPLE_H
#define TESTS_SUPPORT_WITNESS_SAMPLE_H

#include "proto/cosigned.h"
#include "proto/witness.h"
#include "tests/support/log_sample.h"

enum { WITNESS_SAMPLE_MAX = 8 };

struct witness_sample {
    size_t count;
    struct proto_note_key key[WITNESS_SAMPLE_MAX];
    uint8_t secret[WITNESS_SAMPLE_MAX][64];
};

/* Add partners witnesses and outsiders behind them to the region, which has that many partners where it had none. */
void witness_sample_into(struct witness_sample *s, struct proto_region *r, size_t partners, size_t outsiders);

/* The key of a log_sample, and its head at a size. */
struct proto_note_key witness_sample_log_key(const struct log_sample *l);
struct proto_merkle_head witness_sample_head(struct log_sample *l, uint64_t size);

/* The body of a request to cosign l as it is now, from old: out holds PROTO_NOTE_MAX. */
size_t witness_sample_request(struct log_sample *l, uint64_t old, uint8_t *out);

/* Add the line of witness i at time_s to note, which has room for PROTO_NOTE_MAX. */
void witness_sample_cosign(const struct witness_sample *s, size_t i, uint64_t time_s, uint8_t *note, size_t *len);

#endif
