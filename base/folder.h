/*
 * base/folder: a folder's files copied into another, for backups: regular files and folders, nothing else is followed or copied.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include "base/err.h"

#include <stddef.h>

/* What a copy leaves out and does with what is there. */
struct folder_rules {
    const char *const *without;   /* names at the top that are left out; ends with NULL */
    int keep_newer;               /* what is at the target stays; else it is ERR_EXISTS */
};

enum { FOLDER_DEPTH = 4 };

/*
 * Copy from's files into to, which is made when it is not there; each with its mode, whole or not at all, synced. ERR_EXISTS, ERR_LONG (a
 * file, a path, or too deep), ERR_NOTFOUND (from), ERR_IO, ERR_FULL, with trouble naming the path.
 */
MUST_USE enum err folder_copy(const char *from, const char *to, const struct folder_rules *rules, struct trouble *t);

/* Remove a folder and the files in it; OK when there is none. ERR_EXISTS: something in it is no file. */
MUST_USE enum err folder_drop(const char *path, struct trouble *t);

#endif
