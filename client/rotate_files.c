#include "client/rotate_files.h"

#include "base/file.h"
#include "client/home.h"
#include "client/keyfile.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* HOME/keys/NAME and what stands behind it. */
static enum err path_of(const char *home, const char *name, const char *tail, char out[CLIENT_PATH_MAX])
{
    char file[CLIENT_KEY_NAME_MAX + 16];

    if (snprintf(file, sizeof file, "keys/%s%s", name, tail) >= (int)sizeof file)
        return ERR_LONG;
    return client_home_path(home, file, out, NULL);
}

static enum err copy(const char *from, const char *to)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(from, CLIENT_KEY_WRAPPED_MAX, &data, &len, NULL);

    if (e != OK)
        return e;
    e = file_write(to, data, len, 0600, NULL);
    sodium_memzero(data, len);
    free(data);
    return e;
}

/*
 * A second name for the key of before, so that keys/NAME is never away; where the file system knows no second names (FAT, some shares), a copy. A
 * home may have had none.
 */
static enum err keep_old(const char *present, const char *old)
{
    if (unlink(old) != 0 && errno != ENOENT)
        return ERR_IO;
    if (link(present, old) == 0 || errno == ENOENT)
        return OK;
    return errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK ? copy(present, old) : ERR_IO;
}

enum err client_rotate_files_take(const char *home, const char *name)
{
    char present[CLIENT_PATH_MAX], old[CLIENT_PATH_MAX], next[CLIENT_PATH_MAX];
    enum err e = path_of(home, name, "", present);

    if (e == OK)
        e = path_of(home, name, ".old", old);
    if (e == OK)
        e = path_of(home, name, ".next", next);
    if (e == OK && access(next, F_OK) != 0)
        e = ERR_NOTFOUND;
    if (e == OK)
        e = keep_old(present, old);
    return e == OK && rename(next, present) != 0 ? ERR_IO : e;
}

enum err client_rotate_files_move(const char *home)
{
    enum err e = client_rotate_files_take(home, "node");

    return e == OK ? client_home_move(home, "certs/node.next", "certs/node") : e;
}

/* org rotate writes the key first, so a certificate that waits alone is that of the key which is in its place. */
enum err client_rotate_files_mend(const char *home)
{
    enum err e = client_home_has(home, "keys/node.next") ? OK : client_home_move(home, "certs/node.next", "certs/node");

    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_rotate_files_root(const char *home)
{
    enum err e = client_home_has(home, "org.next.pub") ? client_rotate_files_take(home, "root") : ERR_NOTFOUND;

    /* The key is made first here, too. */
    if (e == OK || e == ERR_NOTFOUND)
        e = client_home_move(home, "org.next.pub", "org.pub");
    return e;
}
