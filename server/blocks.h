/*
 * server/blocks: which organisations are blocked here: a file HANDLE.blocked in a folder, empty. Put there by a command, looked for by
 * running roles at each question. Any thread.
 */
#ifndef SERVER_BLOCKS_H
#define SERVER_BLOCKS_H

#include "base/err.h"

#include <stdbool.h>

/* ERR_LONG, ERR_IO: not known, so let nobody in. */
MUST_USE enum err server_blocks_has(const char *folder, const char *handle, bool *blocked);
/* Block, or end the block; both may be so already. ERR_LONG, ERR_IO with trouble. */
MUST_USE enum err server_blocks_set(const char *folder, const char *handle, bool blocked, struct trouble *t);

#endif
