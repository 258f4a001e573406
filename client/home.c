#include "client/home.h"

#include "base/conf.h"
#include "base/file.h"
#include "client/terms.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEXT_KEY(key, member) {.name = key, .type = CONF_TEXT, .offset = offsetof(struct client_conf, member), \
    .size = sizeof ((struct client_conf *)0)->member}
#define BOOL_KEY(key, member) {.name = key, .type = CONF_BOOL, .offset = offsetof(struct client_conf, member), .size = sizeof(bool)}

static const struct conf_key keys[] = {
    TEXT_KEY("hub", hub),
    TEXT_KEY("keyholder", keyholder),
    TEXT_KEY("pack", pack),
    BOOL_KEY("plain", plain),
    BOOL_KEY("citizen_number", citizen_number),
    BOOL_KEY("legal_hold", legal_hold),
    BOOL_KEY("erase_without_hub", erase_without_hub),
    BOOL_KEY("mirror", mirror),
    TEXT_KEY("mirror_folder", mirror_folder),
    {.name = "archive_years", .type = CONF_U64, .offset = offsetof(struct client_conf, archive_years), .size = sizeof(uint64_t),
        .min = CLIENT_TERMS_LEAST_YEARS, .max = CLIENT_TERMS_MOST_YEARS},
};

enum { CONF_MAX = 65536 };

enum err client_home_path(const char *home, const char *name, char out[CLIENT_PATH_MAX], struct trouble *t)
{
    enum err e = file_join(out, CLIENT_PATH_MAX, home, name);

    return e == OK ? OK : trouble_at(t, e, name, 0, 0, "the name of the home folder is too long", "de naam van de thuismap is te lang");
}

enum err client_home_folders(const char *home, const char *const names[], struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = OK;

    for (size_t i = 0; e == OK && names[i] != NULL; i++) {
        e = client_home_path(home, names[i], path, t);
        if (e == OK)
            e = file_mkdirs(path, t);
    }
    return e;
}

bool client_home_has(const char *home, const char *name)
{
    char path[CLIENT_PATH_MAX];

    return client_home_path(home, name, path, NULL) == OK && access(path, F_OK) == 0;
}

enum err client_home_move(const char *home, const char *from, const char *to)
{
    char a[CLIENT_PATH_MAX], b[CLIENT_PATH_MAX];
    enum err e = client_home_path(home, from, a, NULL);

    if (e == OK)
        e = client_home_path(home, to, b, NULL);
    if (e != OK || rename(a, b) == 0)
        return e;
    return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
}

enum err client_conf_read(const char *home, struct client_conf *out, struct trouble *t)
{
    struct client_conf conf = {.hub = "", .keyholder = "", .pack = "", .plain = false, .citizen_number = true};
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = client_home_path(home, "schakel.conf", path, t);

    if (e == OK)
        e = file_read(path, CONF_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND) {
        e = OK;
    } else if (e == OK) {
        e = conf_parse(path, data, len, keys, sizeof keys / sizeof *keys, &conf, sizeof conf, t);
    } else {
        e = trouble_at(t, e, path, 0, 0, "cannot be read", "kan niet worden gelezen");
    }
    free(data);
    if (e == OK)
        *out = conf;
    return e;
}
