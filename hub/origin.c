#include "hub/origin.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "proto/leaf.h"
#include "proto/registry_say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 16, FILE_MODE = 0600 };

static const char name[] = "origin";

enum err hub_origin_read(const char *home, unsigned *n, struct trouble *t)
{
    char path[HUB_PATH_MAX];
    uint8_t *text = NULL;
    uint64_t value = 0;
    size_t len = 0;
    enum err e = hub_home_path(home, name, path, t);

    if (e == OK)
        e = file_read(path, FILE_MAX, &text, &len, NULL);
    if (e == ERR_NOTFOUND) {
        *n = 1;
        return OK;
    }
    if (e == OK && len != 0 && text[len - 1] == '\n')
        text[len - 1] = '\0';
    if (e == OK)
        e = text_u64((const char *)text, PROTO_ORIGINS_MAX, &value);
    free(text);
    if (e != OK || value < 2)
        return trouble_at(t, e != OK ? e : ERR_RANGE, path, 0, 0, "is not the number of an origin: put it back from a backup",
            "is geen nummer van een oorsprong: zet het terug uit een reservekopie");
    *n = (unsigned)value;
    return OK;
}

enum err hub_origin_write(const char *home, unsigned n, struct trouble *t)
{
    char path[HUB_PATH_MAX], text[FILE_MAX];
    int len = snprintf(text, sizeof text, "%u\n", n);
    enum err e = hub_home_path(home, name, path, t);

    if (e == OK && n > 1)
        return file_write(path, text, (size_t)len, FILE_MODE, t);
    if (e == OK && unlink(path) != 0 && errno != ENOENT)
        e = trouble_at(t, ERR_IO, path, 0, 0, "cannot be removed", "kan niet worden verwijderd");
    return e;
}

enum err hub_origin_memory_of(const char *home, unsigned n, char out[HUB_PATH_MAX], struct trouble *t)
{
    char file[32];

    (void)snprintf(file, sizeof file, n > 1 ? "signer/last.%u" : "signer/last", n);
    return hub_home_path(home, file, out, t);
}

enum err hub_origin_memory(const char *home, char out[HUB_PATH_MAX], struct trouble *t)
{
    unsigned n;
    enum err e = hub_origin_read(home, &n, t);

    return e == OK ? hub_origin_memory_of(home, n, out, t) : e;
}

enum err hub_origin_last(const char *home, struct hub_signed *out, struct trouble *t)
{
    struct hub_signed last = { .note_len = 0 };
    char path[HUB_PATH_MAX];
    unsigned n = 0;
    enum err e = hub_origin_read(home, &n, t);

    for (; e == OK && n > 0 && last.head.size == 0; n--) {
        e = hub_origin_memory_of(home, n, path, t);
        if (e == OK)
            e = hub_signer_read(path, &last, t);
    }
    if (e == OK)
        *out = last;
    return e;
}

enum err hub_origin_leaf(const uint8_t *note, size_t len, uint8_t out[PROTO_LEAF_LEN])
{
    static const uint8_t seed[PROTO_LEAF_SEED_LEN];
    struct proto_registry_say *say = malloc(sizeof *say);
    uint8_t digest[PROTO_HASH_LEN];
    const struct proto_leaf_field evidence = { digest, sizeof digest };
    const struct proto_leaf_group groups[PROTO_LEAF_GROUPS] = { [PROTO_LEAF_EVIDENCE] = { &evidence, 1 } };
    enum err e = say == NULL ? ERR_NOMEM : proto_registry_say_parse(note, len, say, NULL);

    hash_once(note, len, digest);
    if (e == OK)
        e = proto_leaf_make(say->id, seed, groups, out);
    free(say);
    return e;
}

uint64_t hub_origin_floor(const struct proto_region *r, uint64_t last_s)
{
    uint64_t at_s = r->origin_count != 0 ? r->origin[r->origin_count - 1].at_s : 0;

    return at_s > last_s ? at_s : last_s;
}
