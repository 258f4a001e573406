/*
 * tests/support/pack_folder: folders with the Dutch pack, changed in one place, and with a pack.json.
 */
#ifndef SUPPORT_PACK_FOLDER_H
#define SUPPORT_PACK_FOLDER_H

#include "proto/region.h"
#include "server/manifest.h"

/* All files of the Dutch pack into a folder that is there; in one of them (NULL: none) the first from becomes to. */
void pack_folder_make(const char *folder, const char *file, const char *from, const char *to);
/* The same in HOME/name, which is made. Static, until the next call. */
const char *pack_folder_in(const char *home, const char *name, const char *file, const char *from, const char *to);

/* pack.json of this version and day beside the tables, adopted by nobody. */
void pack_folder_manifest(const char *folder, const char *version, struct date valid_from);

/* A partner adopts it with its root key, made at that moment: its note is added to pack.json. region must be as it was parsed. */
void pack_folder_adopt(
    const char *folder, const struct proto_region *region, const char *handle, const uint8_t root_secret[64], uint64_t made_s);

#endif
