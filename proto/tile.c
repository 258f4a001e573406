#include "proto/tile.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The largest N has seven groups: six of "x000/" and the last. */
enum { GROUPS_ROOM = 6 * 5 + 3 + 1 };

/* N in groups, from the last one back; the text begins at the offset that is given back. */
static size_t write_groups(uint64_t n, char out[GROUPS_ROOM])
{
    size_t at = GROUPS_ROOM - 1;

    out[at] = '\0';
    for (bool is_last = true; is_last || n != 0; is_last = false, n /= 1000) {
        char group[8];
        size_t len;

        (void)snprintf(group, sizeof group, is_last ? "%03u" : "x%03u/", (unsigned)(n % 1000));
        len = strlen(group);
        at -= len;
        memcpy(out + at, group, len);
    }
    return at;
}

enum err proto_tile_path(const char *folder, const struct proto_tile *tile, char *out, size_t cap)
{
    char groups[GROUPS_ROOM], kind[8] = "entries", partial[8] = "";
    size_t at = write_groups(tile->n, groups);
    int len;

    if ((tile->level > PROTO_TILE_LEVEL_MAX && tile->level != PROTO_TILE_ENTRIES) || tile->width == 0 || tile->width > PROTO_TILE_WIDTH)
        return ERR_RANGE;
    if (tile->level != PROTO_TILE_ENTRIES)
        (void)snprintf(kind, sizeof kind, "%u", (unsigned)tile->level);
    if (tile->width < PROTO_TILE_WIDTH)
        (void)snprintf(partial, sizeof partial, ".p/%u", (unsigned)tile->width);
    len = snprintf(NULL, 0, "%s/tile/%s/%s%s", folder, kind, groups + at, partial);
    if (len < 0 || (size_t)len >= cap)
        return ERR_LONG;
    (void)snprintf(out, cap, "%s/tile/%s/%s%s", folder, kind, groups + at, partial);
    return OK;
}
