#include "client/keyholder.h"

#include "base/conf.h"
#include "base/file.h"

#include <sodium.h>
#include <stdlib.h>

enum { CONF_MAX = 65536, PUBLIC_MAX = 16384 };

#define NUMBER_KEY(key, member, most) {.name = key, .type = CONF_U64, .offset = offsetof(struct client_keyholder_conf, member), \
    .size = sizeof(uint64_t), .min = 0, .max = most}

static const struct conf_key keys[] = {
    {.name = "listen", .type = CONF_TEXT, .offset = offsetof(struct client_keyholder_conf, listen),
        .size = sizeof ((struct client_keyholder_conf *)0)->listen},
    {.name = "plain", .type = CONF_BOOL, .offset = offsetof(struct client_keyholder_conf, plain), .size = sizeof(bool)},
    NUMBER_KEY("pseudonyms_per_partner", pseudonyms_per_partner, 1000000),
    NUMBER_KEY("pseudonyms_total", pseudonyms_total, 100000000),
};

static enum err read_home(const char *home, const char *name, size_t max, uint8_t **data, size_t *len, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    enum err e = client_home_path(home, name, path, t);

    if (e == OK)
        e = file_read(path, max, data, len, NULL);
    if (e == ERR_NOTFOUND)
        return trouble_at(t, e, path, 0, 0, "is not here: make the keyholder first (schakel keyholder init)",
            "is er niet: maak eerst de sleutelhouder (schakel keyholder init)");
    return e == OK ? OK : trouble_at(t, e, path, 0, 0, "cannot be read", "kan niet worden gelezen");
}

enum err client_keyholder_conf(const char *home, struct client_keyholder_conf *out, struct trouble *t)
{
    struct client_keyholder_conf conf = {.listen = "127.0.0.1:7611", .pseudonyms_per_partner = 2000, .pseudonyms_total = 20000};
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_home(home, "schakel.conf", CONF_MAX, &data, &len, t);

    if (e == OK)
        e = conf_parse("schakel.conf", data, len, keys, sizeof keys / sizeof *keys, &conf, sizeof conf, t);
    free(data);
    if (e == OK)
        *out = conf;
    return e;
}

enum err client_keyholder_public(const char *home, struct proto_keyholder_file *out, struct trouble *t)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read_home(home, "keyholder.pub", PUBLIC_MAX, &data, &len, t);

    if (e == OK)
        e = proto_keyholder_file_parse(data, len, out, t);
    free(data);
    return e;
}

enum err client_keyholder_region(const char *home, char **text, size_t *len, struct proto_region *out, struct trouble *t)
{
    char path[CLIENT_PATH_MAX];
    uint8_t *data = NULL;
    size_t n = 0;
    enum err e = client_home_path(home, "region", path, t);

    if (e == OK)
        e = file_read(path, PROTO_REGION_FILE_MAX, &data, &n, NULL);
    if (e == ERR_NOTFOUND)
        return trouble_at(t, ERR_STATE, path, 0, 0,
            "this keyholder serves no region yet: give keyholder.pub to who makes the region, then schakel keyholder join FILE",
            "deze sleutelhouder dient nog geen regio: geef keyholder.pub aan wie de regio maakt, daarna schakel keyholder join BESTAND");
    if (e == OK)
        e = proto_region_parse(data, n, true, out, t);
    if (e != OK) {
        free(data);
        return trouble_at(t, e, path, 0, 0, "cannot be used", "is niet te gebruiken");
    }
    *text = (char *)data;
    *len = n;
    return OK;
}

enum err client_keyholder_partners(const char *home, struct proto_region *out, struct server_registry **registry, struct trouble *t)
{
    struct server_registry *r = NULL;
    char path[CLIENT_PATH_MAX], *text = NULL;
    size_t len = 0;
    enum err e = client_keyholder_region(home, &text, &len, out, t);

    free(text);
    if (e == OK)
        e = server_registry_place(home, path, sizeof path);
    if (e == OK)
        e = server_registry_new(path, out, &r);
    if (e == OK)
        e = server_registry_load(r, t);
    if (e == OK)
        *registry = r;
    else
        server_registry_free(r);
    return e;
}

enum err client_keyholder_is_named(const struct proto_keyholder_file *f, const struct proto_region *r, const char *path, struct trouble *t)
{
    if (r->has_keyholder && sodium_memcmp(f->share_key, r->pseudonym_keyholder, sizeof f->share_key) == 0
        && f->tls_der_len == r->keyholder_tls_len && sodium_memcmp(f->tls_der, r->keyholder_tls, f->tls_der_len) == 0)
        return OK;
    return trouble_at(t, ERR_KEY, path, 0, 0,
        "this region was not made with this keyholder: schakel region make --keyholder needs its keyholder.pub",
        "deze regio is niet met deze sleutelhouder gemaakt: schakel region make --keyholder heeft zijn keyholder.pub nodig");
}
