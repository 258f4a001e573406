#include "server/blocks.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { OWN_FILE_MODE = 0600 };

static enum err path_of(const char *folder, const char *handle, char out[PATH_MAX])
{
    char name[64];

    if (snprintf(name, sizeof name, "%s.blocked", handle) >= (int)sizeof name)
        return ERR_LONG;
    return file_join(out, PATH_MAX, folder, name);
}

enum err server_blocks_has(const char *folder, const char *handle, bool *blocked)
{
    char path[PATH_MAX];
    enum err e = path_of(folder, handle, path);

    if (e != OK)
        return e;
    if (access(path, F_OK) == 0)
        *blocked = true;
    else if (errno == ENOENT)
        *blocked = false;
    else
        return ERR_IO;
    return OK;
}

enum err server_blocks_set(const char *folder, const char *handle, bool blocked, struct trouble *t)
{
    char path[PATH_MAX];
    enum err e = path_of(folder, handle, path);

    if (e == OK && blocked)
        e = file_write(path, "", 0, OWN_FILE_MODE, t);
    else if (e == OK && unlink(path) != 0 && errno != ENOENT)
        e = ERR_IO;
    return e == OK ? OK : trouble_at(t, e, folder, 0, 0, "the block could not be written there", "de blokkade is daar niet te schrijven");
}
