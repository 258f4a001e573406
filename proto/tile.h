/*
 * proto/tile: where a piece of a log lies in a copy of it, so that whoever writes the copy and whoever reads it name the same file.
 * Names only, no file is touched. No state; any thread. Source: c2sp.org/tlog-tiles, "Merkle Tree" and "Log entries".
 */
#ifndef PROTO_TILE_H
#define PROTO_TILE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Hashes, or leaves, in a whole tile. */
enum { PROTO_TILE_WIDTH = 256 };

enum {
    PROTO_TILE_LEVEL_MAX = 7,     /* no tree of 2^63 leaves has a node of a level above 8 * 7 */
    PROTO_TILE_ENTRIES = 255      /* the leaves themselves instead of hashes: tile/entries */
};

/* A tile: width (1 to PROTO_TILE_WIDTH) of the hashes of tree level 8 * level, or of the leaves, from number n * PROTO_TILE_WIDTH on. */
struct proto_tile {
    uint8_t level;
    uint64_t n;
    size_t width;
};

/*
 * folder/tile/LEVEL/N, for less than a whole tile with .p/WIDTH behind it. N is in groups of three digits, all but the last with an x before
 * it: 1234067 is x001/x234/067. Writes at most cap bytes with the end of the text; out is untouched on error.
 * ERR_RANGE (level, width), ERR_LONG (cap).
 */
MUST_USE enum err proto_tile_path(const char *folder, const struct proto_tile *tile, char *out, size_t cap);

#endif
