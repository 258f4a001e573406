#include "server/registry.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static const char of_before[] = "registry";

enum err server_registry_place(const char *home, char *out, size_t room)
{
    char path[PATH_MAX], old[PATH_MAX];
    enum err e = file_join(path, sizeof path, home, SERVER_REGISTRY_FILE);

    if (e == OK)
        e = file_join(old, sizeof old, home, of_before);
    if (e != OK)
        return e;
    if (access(path, F_OK) != 0 && access(old, F_OK) == 0)
        return file_join(out, room, home, of_before);
    return file_join(out, room, home, SERVER_REGISTRY_FILE);
}

enum err server_registry_settle(const char *home, struct trouble *t)
{
    char folder[PATH_MAX], path[PATH_MAX], old[PATH_MAX];
    enum err e = file_join(folder, sizeof folder, home, SERVER_REGISTRY_FOLDER);

    if (e == OK)
        e = file_join(path, sizeof path, home, SERVER_REGISTRY_FILE);
    if (e == OK)
        e = file_join(old, sizeof old, home, of_before);
    if (e == OK)
        e = file_mkdirs(folder, t);
    if (e != OK || access(path, F_OK) == 0)
        return e;
    if (rename(old, path) != 0 && errno != ENOENT)
        return trouble_at(t, ERR_IO, old, 0, 0, "cannot be moved to %s", "kan niet worden verplaatst naar %s", path);
    return OK;
}
