#include "client/pubfile.h"

#include "base/file.h"
#include "client/home.h"

#include <stdio.h>
#include <stdlib.h>

enum { ORG_MAX = 1 << 16 };

void client_pubfile_name(const char *path, struct trouble *t)
{
    if (t != NULL && t->err != OK)
        (void)snprintf(t->where, sizeof t->where, "%s", path);
}

enum err client_pubfile_region(const char *path, struct proto_region *out, struct trouble *t)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, PROTO_REGION_FILE_MAX, &data, &len, t);

    if (e == OK)
        e = proto_region_parse(data, len, true, out, t);
    client_pubfile_name(path, t);
    free(data);
    return e;
}

enum err client_pubfile_home_region(const char *home, struct proto_region *out, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(home, "region", path, t);

    return e == OK ? client_pubfile_region(path, out, t) : e;
}

enum err client_pubfile_org(const char *path, struct proto_org_file *out, struct trouble *t)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, ORG_MAX, &data, &len, t);

    if (e == OK)
        e = proto_org_file_parse(data, len, out, t);
    free(data);
    return e == OK ? OK : trouble_at(t, e, path, 0, 0, "is not the public file of an organisation (org.pub)",
        "is niet het openbare bestand van een organisatie (org.pub)");
}

enum err client_pubfile_home_org(const char *home, struct proto_org_file *out, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(home, "org.pub", path, t);

    return e == OK ? client_pubfile_org(path, out, t) : e;
}
