/*
 * hub/seeds: what the salts of a leaf are made from. One random key a day, in a small file of its own that is written anew when a key is
 * added or dropped, because freed pages of the store keep old bytes: when a day's key is gone, what its leaves commit to
 * cannot be guessed any more by whoever finds the disk. The seed of a leaf follows from its day's key, its index and its
 * message id, so nothing secret is stored per leaf. Writer thread only.
 */
#ifndef HUB_SEEDS_H
#define HUB_SEEDS_H

#include "base/err.h"
#include "proto/limits.h"

#include <stdint.h>

enum { HUB_SEEDS_DAYS_MAX = 512 };

struct hub_seeds;

/* seed is opened to both sides, each side's salt to that side alone. */
struct hub_seed { uint8_t seed[32], from_salt[32], to_salt[32]; };

/* path need not exist yet. Gives *out. ERR_SYNTAX when the file is damaged, ERR_IO, ERR_NOMEM. */
MUST_USE enum err hub_seeds_open(const char *path, struct hub_seeds **out, struct trouble *t);
void hub_seeds_close(struct hub_seeds *s);  /* takes NULL, wipes */

/* See to it that the day of at_s has a key, on disk, before a leaf of that day is made. ERR_IO, ERR_FULL. */
MUST_USE enum err hub_seeds_prepare(struct hub_seeds *s, uint64_t at_s);
/* ERR_NOTFOUND when that day's key is gone. */
MUST_USE enum err hub_seeds_get(const struct hub_seeds *s, uint64_t at_s, uint64_t index, const uint8_t id[PROTO_ID_LEN],
    struct hub_seed *out);
/* Erase the keys of all days before the day of at_s. */
MUST_USE enum err hub_seeds_forget(struct hub_seeds *s, uint64_t at_s);

#endif
