/*
 * proto/region_witness: the keys with which a region's witnesses cosign, and when each of them counts. A witness has one place in the region: its
 * first key stands in the region file or in the statement that admits its partner, another takes its place by a statement of the registry (P-200).
 * At every moment one key of a place counts, so nobody counts twice; what a key cosigned before it was changed goes on to count for that time, and
 * a key that was revoked counts at no moment: the time in a line is its signer's word. Pure; any thread.
 */
#ifndef PROTO_REGION_WITNESS_H
#define PROTO_REGION_WITNESS_H

#include "proto/note.h"
#include "proto/region.h"

/* Keys of the place i: those of before and the one of now, which is number 0; before it the newest first. */
unsigned proto_region_witness_keys(const struct proto_region *r, uint8_t i);
/*
 * The k-th of them, and up to when it counts (PROTO_NEVER_S: without end; 0: it was revoked, and counts never). ERR_RANGE: there is no
 * such key; ERR_SYNTAX, ERR_VERSION, ERR_KEY: a region that was not parsed.
 */
MUST_USE enum err proto_region_witness_key(const struct proto_region *r, uint8_t i, unsigned k, struct proto_note_key *out, uint64_t *until_s);
/* Which of them counts at this moment, whether it was revoked or not. ERR_NOTFOUND: the place had none yet. */
MUST_USE enum err proto_region_witness_at(const struct proto_region *r, uint8_t i, uint64_t at_s, unsigned *k);

/* The name of the place, which all its keys have. "" when the region was not parsed. */
void proto_region_witness_name(const struct proto_region *r, uint8_t i, char out[PROTO_NOTE_NAME_MAX + 1]);
/* The partner whose place it is; NULL: of an outsider, or of nobody by that name. */
const struct proto_partner *proto_region_witness_partner(const struct proto_region *r, uint8_t i);

/* The place that has or had this key, and which of its keys it is. ERR_NOTFOUND. */
MUST_USE enum err proto_region_witness_find(const struct proto_region *r, const uint8_t key[PROTO_KEY_LEN], uint8_t *i, unsigned *k);
/* Is this the key of an outsider's place, under the place's name? now: it must be the one of now. *i only then. */
bool proto_region_witness_is_outsider(const struct proto_region *r, const struct proto_note_key *key, bool now, uint8_t *i);
/* The place of this partner. ERR_NOTFOUND. */
MUST_USE enum err proto_region_witness_of(const struct proto_region *r, const struct proto_partner *p, uint8_t *i);

/* Another key takes the place i; number witness_count is a new one, of a partner. What is full was judged before. at_s is the leaf's. */
struct proto_region_witness_change { const char *vkey; uint64_t from_s, at_s; struct proto_merkle_head seen, registry; };
void proto_region_witness_put(struct proto_region *r, uint8_t i, const struct proto_region_witness_change *c);

#endif
