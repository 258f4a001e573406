/*
 * proto/originfile: what a hub's operator gives to two partners when leaves of the log are lost for ever: what is known to have been signed, and
 * what is kept. They make a statement of the registry from it (P-193). It is nobody's word yet: not signed.
 *
 *   schakel-origin/v1
 *   region <hex of 32>
 *   origin <number of the next origin>
 *   seen <leaves>
 *   digest <hex, the root at seen>
 *   kept <leaves>
 *   root <hex, the root at kept>
 */
#ifndef PROTO_ORIGINFILE_H
#define PROTO_ORIGINFILE_H

#include "proto/region.h"

enum { PROTO_ORIGINFILE_MAX = 1024 };

struct proto_originfile { uint8_t region[PROTO_HASH_LEN]; uint64_t number; struct proto_origin what; };

/* Gives *out (free()). ERR_NOMEM. */
MUST_USE enum err proto_originfile_format(const struct proto_originfile *f, char **out, size_t *len);
/* t says line. ERR_SYNTAX, ERR_RANGE. */
MUST_USE enum err proto_originfile_parse(const uint8_t *text, size_t len, struct proto_originfile *out, struct trouble *t);

#endif
