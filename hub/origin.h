/*
 * hub/origin: under which of its origins this hub's log goes on (proto/region_log). The parent needs it before any store is open: the
 * file HOME/origin has the number, written by restore, and core does not start when its registry says another.
 */
#ifndef HUB_ORIGIN_H
#define HUB_ORIGIN_H

#include "hub/home.h"
#include "hub/signer.h"
#include "proto/reply.h"

/* 1 when there is no file. ERR_SYNTAX, ERR_RANGE, ERR_IO with trouble. */
MUST_USE enum err hub_origin_read(const char *home, unsigned *n, struct trouble *t);
MUST_USE enum err hub_origin_write(const char *home, unsigned n, struct trouble *t);
/* The signer's memory of the log under that origin: each has its own, so that no origin is ever signed backwards. */
MUST_USE enum err hub_origin_memory_of(const char *home, unsigned n, char out[HUB_PATH_MAX], struct trouble *t);
MUST_USE enum err hub_origin_memory(const char *home, char out[HUB_PATH_MAX], struct trouble *t);
/*
 * What the hub signed last of its log. An origin that signed nothing yet may be one that a restore was killed before: then what was signed under
 * the one before it counts. Errors of hub_signer_read.
 */
MUST_USE enum err hub_origin_last(const char *home, struct hub_signed *out, struct trouble *t);

/*
 * The first leaf under a new origin (P-193): its id is the statement's, its seed is zeros, all its groups are empty but the evidence, which is
 * the digest of the note. ERR_SYNTAX: that is no statement.
 */
MUST_USE enum err hub_origin_leaf(const uint8_t *note, size_t len, uint8_t out[PROTO_LEAF_LEN]);
/*
 * The least leaf time from now on, last_s being that of the last leaf: nor below that of the origin it is logged under (P-081), whatever the
 * clock of the new machine says; by the time nodes tell what was said before the loss from what was said after it.
 */
uint64_t hub_origin_floor(const struct proto_region *r, uint64_t last_s);

#endif
