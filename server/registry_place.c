#include "server/registry.h"

#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static const char of_before[] = "registry";

/* Where it lies, and where it lay. */
static enum err name_both(const char *home, char path[PATH_MAX], char old[PATH_MAX])
{
    enum err e = file_join(path, PATH_MAX, home, SERVER_REGISTRY_FILE);

    return e == OK ? file_join(old, PATH_MAX, home, of_before) : e;
}

enum err server_registry_place(const char *home, char *out, size_t room)
{
    char path[PATH_MAX], old[PATH_MAX];
    enum err e = name_both(home, path, old);

    if (e != OK)
        return e;
    return file_join(out, room, home, access(path, F_OK) != 0 && access(old, F_OK) == 0 ? of_before : SERVER_REGISTRY_FILE);
}

enum err server_registry_settle(const char *home, struct trouble *t)
{
    char folder[PATH_MAX], path[PATH_MAX], old[PATH_MAX];
    enum err e = name_both(home, path, old);

    if (e == OK)
        e = file_join(folder, sizeof folder, home, SERVER_REGISTRY_FOLDER);
    if (e == OK)
        e = file_mkdirs(folder, t);
    if (e != OK || access(path, F_OK) == 0)
        return e;
    if (rename(old, path) != 0 && errno != ENOENT)
        return trouble_at(t, ERR_IO, old, 0, 0, "cannot be moved to %s", "kan niet worden verplaatst naar %s", path);
    return OK;
}
