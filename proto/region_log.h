/*
 * proto/region_log: the origins of a region's log. When leaves are lost for ever, two partners put into the registry that the log goes on under
 * its next origin (P-193): the same key, the name of the region file with "/2" and so on behind it. The leaves that were kept stay where they
 * are, so what they prove is proven still; what was signed of the lost ones stays proof under the old origin. Pure; any thread.
 */
#ifndef PROTO_REGION_LOG_H
#define PROTO_REGION_LOG_H

#include "proto/note.h"
#include "proto/region.h"

/* The key under the n-th origin (1: the region file's). ERR_RANGE past PROTO_ORIGINS_MAX, ERR_LONG. */
MUST_USE enum err proto_region_log_key(const struct proto_region *r, unsigned n, struct proto_note_key *out);
/* Which origin it is now: 1 until the registry has changed it. */
unsigned proto_region_log_number(const struct proto_region *r);
/* The key of the origin in the first line of a checkpoint, and which it is. ERR_KEY: none of this log. */
MUST_USE enum err proto_region_log_of(const struct proto_region *r, const uint8_t *note, size_t len, struct proto_note_key *out, unsigned *n);
/* Has it another origin to go on under? */
bool proto_region_log_can_change(const struct proto_region *r);
/* The log goes on under its next origin, which there is: also log_vkey and log_origin become those. */
void proto_region_log_change(struct proto_region *r, const struct proto_origin *o);
/* How many leaves were lost in all: so many more numbers were given than there are leaves. */
uint64_t proto_region_log_lost(const struct proto_region *r);

#endif
