#include "client/rotate_files.h"

#include "client/home.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

static enum err take_place(const char *home, const char *from, const char *to)
{
    char a[CLIENT_PATH_MAX], b[CLIENT_PATH_MAX];
    enum err e = client_home_path(home, from, a, NULL);

    if (e == OK)
        e = client_home_path(home, to, b, NULL);
    if (e != OK || rename(a, b) == 0)
        return e;
    return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
}

static bool is_there(const char *home, const char *name)
{
    char path[CLIENT_PATH_MAX];

    return client_home_path(home, name, path, NULL) == OK && access(path, F_OK) == 0;
}

/* A second name for the key of before, so that keys/node is never away. */
static enum err keep_old(const char *home)
{
    char present[CLIENT_PATH_MAX], old[CLIENT_PATH_MAX];
    enum err e = client_home_path(home, "keys/node", present, NULL);

    if (e == OK)
        e = client_home_path(home, "keys/node.old", old, NULL);
    if (e == OK && unlink(old) != 0 && errno != ENOENT)
        e = ERR_IO;
    return e == OK && link(present, old) != 0 ? ERR_IO : e;
}

enum err client_rotate_files_move(const char *home)
{
    enum err e = is_there(home, "keys/node.next") ? keep_old(home) : ERR_NOTFOUND;

    if (e == OK)
        e = take_place(home, "keys/node.next", "keys/node");
    return e == OK ? take_place(home, "certs/node.next", "certs/node") : e;
}

/* org rotate writes the key first, so a certificate that waits alone is that of the key which is in its place. */
enum err client_rotate_files_mend(const char *home)
{
    enum err e = is_there(home, "keys/node.next") ? OK : take_place(home, "certs/node.next", "certs/node");

    return e == ERR_NOTFOUND ? OK : e;
}
