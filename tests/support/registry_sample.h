/*
 * tests/support/registry_sample: a registry over region_sample, statements as its officers make them, and a checkpoint as its log signs
 * it. Time is 1,000,000 unless a test says otherwise.
 */
#ifndef SUPPORT_REGISTRY_SAMPLE_H
#define SUPPORT_REGISTRY_SAMPLE_H

#include "tests/support/region_sample.h"

#include "proto/registry.h"

enum { REGISTRY_NOW = 1000000, NEW_SEED = 41 };

struct registry_sample {
    struct region_sample region;
    struct proto_registry *r;
    uint8_t new_public[32], new_secret[64], new_id[PROTO_PARTNER_LEN];  /* of an organisation that is not a partner yet */
    uint8_t ids;                                                        /* statements made */
};

struct registry_note { uint8_t data[PROTO_REGISTRY_NOTE_MAX]; size_t len; };

void registry_sample_init(struct registry_sample *s);
void registry_sample_fini(struct registry_sample *s);

/* The fields of a statement of this act with a fresh id: admit is of the new organisation, a pack and an origin about nobody, every other about partner. */
struct proto_registry_say registry_say(struct registry_sample *s, enum proto_registry_act act, size_t partner);
/* Signed by these partners, in this order: "01" is the first and the second. */
struct registry_note registry_signed(const struct registry_sample *s, const struct proto_registry_say *say, const char *by);
/* One more signature. */
void registry_add(struct registry_note *n, const char *handle, const uint8_t secret[64]);
/* Append as a leaf of this time; what it says. */
enum proto_registry_why registry_put(struct proto_registry *r, const struct registry_note *n, uint64_t at_s);
/* The checkpoint of a registry, signed by the sample's log. */
struct registry_note registry_checkpoint(const struct registry_sample *s, const struct proto_registry *r);
/* The same of any head. */
struct registry_note registry_checkpoint_of(const struct registry_sample *s, const struct proto_merkle_head *head);

#endif
