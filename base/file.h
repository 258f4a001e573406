/*
 * base/file: whole files, read with a limit and written so that a reader sees the old or the new, never half.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FILE_DIGEST_LEN = 32 };

/* Gives *out with a terminating zero beyond len (the caller frees it). ERR_NOTFOUND, ERR_LONG over max, ERR_IO. */
MUST_USE enum err file_read(const char *path, size_t max, uint8_t **out, size_t *len, struct trouble *t);
/* All of it to an open descriptor, also when a signal comes between. ERR_IO, with errno as write left it. */
MUST_USE enum err file_put(int fd, const void *data, size_t len);
/* Write to a temporary name in the same folder, sync, rename, sync the folder. */
MUST_USE enum err file_write(const char *path, const void *data, size_t len, mode_t mode, struct trouble *t);
/* Like file_write, and nothing when these bytes are there already: what is looked at every few seconds must not be synced as often. */
MUST_USE enum err file_write_changed(const char *path, const void *data, size_t len, mode_t mode, struct trouble *t);
/* Like file_write, but ERR_EXISTS when the name is taken. */
MUST_USE enum err file_write_new(const char *path, const void *data, size_t len, mode_t mode, struct trouble *t);
/* One of thousands: old or new, but not yet on disk. The last word is file_sync_all of their folder. */
MUST_USE enum err file_write_unsynced(const char *path, const void *data, size_t len, mode_t mode, struct trouble *t);
/*
 * A file of any length under a new name, synced; *digest (may be NULL) becomes its SHA-256. ERR_EXISTS, ERR_NOTFOUND, ERR_FULL, ERR_IO.
 */
MUST_USE enum err file_copy_new(const char *from, const char *to, mode_t mode, uint8_t digest[FILE_DIGEST_LEN], struct trouble *t);
/* SHA-256 of a file of any length. ERR_NOTFOUND, ERR_IO. */
MUST_USE enum err file_digest(const char *path, uint8_t out[FILE_DIGEST_LEN], struct trouble *t);
/* Everything in the file system of this folder onto the disk. */
MUST_USE enum err file_sync_all(const char *folder, struct trouble *t);
/* Make a folder and its parents, mode 0700. OK when it is there. */
MUST_USE enum err file_mkdirs(const char *path, struct trouble *t);
/* The folder that a file lies in; "." where its path names none. ERR_LONG. */
MUST_USE enum err file_folder(const char *path, char out[PATH_MAX]);
/* "a/b" into out. ERR_LONG. */
MUST_USE enum err file_join(char *out, size_t out_len, const char *a, const char *b);

#endif
