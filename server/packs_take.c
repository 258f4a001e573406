/* server/packs: a folder is checked whole, and only then kept. */
#include "server/packs.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err server_packs_path(const char *home, const uint8_t digest[POLICY_DIGEST_LEN], char out[SERVER_PACKS_PATH_MAX])
{
    char hex[2 * POLICY_DIGEST_LEN + 1];

    text_hex(digest, POLICY_DIGEST_LEN, hex, sizeof hex);
    return snprintf(out, SERVER_PACKS_PATH_MAX, "%s/packs/%s", home, hex) < SERVER_PACKS_PATH_MAX ? OK : ERR_LONG;
}

/* A mistake about the folder as a whole. */
static void tell(const struct server_packs_taking *k, enum err e, const char *where, const char *en, const char *nl)
{
    struct trouble t = { .lang = k->lang };

    (void)trouble_at(&t, e, where, 0, 0, "%s", "%s", k->lang == LANG_NL ? nl : en);
    if (k->report != NULL)
        k->report(k->arg, &t);
}

static enum err worst(enum err first, enum err next)
{
    return first != OK ? first : next;
}

/* Tables and words: what each lacks is told in the same run. */
static enum err check_tables(const struct server_packs_taking *k, struct policy_pack **pack)
{
    struct policy_texts *texts = NULL;
    enum err e = policy_files_load(k->folder, k->lang, k->report, k->arg, pack);

    if (e == OK)
        e = worst(e, policy_files_texts(k->folder, *pack, k->lang, k->report, k->arg, &texts));
    policy_texts_free(texts);
    return e;
}

static enum err check_adopted(const struct server_packs_taking *k, const struct server_manifest *m)
{
    struct server_adoption *a = malloc(sizeof *a);
    uint64_t from_s = clock_midnight_nl(m->valid_from);
    enum err e = a == NULL ? ERR_NOMEM : server_adoption_of(k->region, k->registry, m, a);
    size_t logged = k->registry == NULL ? k->logged
        : proto_registry_adopters(k->registry, m->digest, from_s, proto_registry_time(k->registry));
    struct trouble t = { .lang = k->lang };

    if (e == OK && a->adopters < a->needed && logged < a->needed) {
        e = trouble_at(&t, ERR_DENIED, "pack.json", 0, 0,
            "adopted by %zu of the %zu partners that this region asks; let the adopters of others sign: schakel policy adopt sign",
            "aangenomen door %zu van de %zu partners die deze regio vraagt; laat de aannemers van anderen tekenen: schakel policy adopt sign",
            a->adopters > logged ? a->adopters : logged, a->needed);
        if (k->report != NULL)
            k->report(k->arg, &t);
    }
    free(a);
    return e;
}

static enum err check(const struct server_packs_taking *k, struct server_manifest *m)
{
    struct trouble t = { .lang = k->lang };
    struct policy_pack *pack = NULL;
    enum err e = check_tables(k, &pack), of_manifest = server_manifest_read(k->folder, m, &t);

    if (of_manifest == ERR_NOTFOUND)
        tell(k, of_manifest, "pack.json", "is missing: this pack is a draft; make it: schakel policy pack --write",
            "ontbreekt: dit pakket is een concept; maak hem: schakel policy pack --write");
    else if (of_manifest != OK && k->report != NULL)
        k->report(k->arg, &t);
    if (e == OK && of_manifest == OK)
        e = server_manifest_check(k->folder, pack, m, k->lang, k->report, k->arg);
    if (e == OK && of_manifest == OK)
        e = check_adopted(k, m);
    if (of_manifest == OK && (e != OK))
        server_manifest_fini(m);
    policy_pack_free(pack);
    return worst(e, of_manifest);
}

/* ---- keeping ---- */

static enum err copy(const struct server_packs_taking *k, const char *to, const char *name, struct trouble *t)
{
    char from[PATH_MAX], path[PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_join(from, sizeof from, k->folder, name);

    if (e == OK)
        e = file_join(path, sizeof path, to, name);
    if (e == OK)
        e = file_read(from, POLICY_TABLE_BYTES_MAX, &data, &len, t);
    if (e == OK)
        e = file_write(path, data, len, 0644, t);
    free(data);
    return e;
}

/* What lay there of a taking that was cut short goes first: a folder appears under its digest whole or not at all. */
static void sweep(const char *folder)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < SERVER_MANIFEST_FILES_MAX; i++)
        if (file_join(path, sizeof path, folder, server_manifest_file(i)) == OK)
            (void)unlink(path);
    if (file_join(path, sizeof path, folder, "pack.json") == OK)
        (void)unlink(path);
    (void)rmdir(folder);
}

static enum err keep_new(const struct server_packs_taking *k, const struct server_manifest *m, const char *path, struct trouble *t)
{
    char half[SERVER_PACKS_PATH_MAX + 8];
    enum err e;

    (void)snprintf(half, sizeof half, "%s.new", path);
    sweep(half);
    e = file_mkdirs(half, t);
    for (size_t i = 0; e == OK && i < SERVER_MANIFEST_FILES_MAX; i++)
        if (m->has[i])
            e = copy(k, half, server_manifest_file(i), t);
    if (e == OK)
        e = server_manifest_write(half, m, t);
    if (e == OK && rename(half, path) != 0)
        e = trouble_at(t, ERR_IO, path, 0, 0, "cannot be made (%s)", "is niet te maken (%s)", strerror(errno));
    if (e == OK)
        e = file_sync_all(k->home, t);
    return e;
}

/* Kept already: who adopted it since is added, and who advised. */
static enum err keep_more(struct server_manifest *kept, const struct server_manifest *m, const char *path, struct trouble *t)
{
    char above[SERVER_PACKS_PATH_MAX + 4];
    bool added = false, any = false;
    enum err e = OK;

    (void)snprintf(above, sizeof above, "%s/..", path);
    for (size_t i = 0; e == OK && i < m->adoptions; i++) {
        e = server_manifest_add(kept->adoption, &kept->adoptions, m->adoption[i], &added);
        any = any || added;
    }
    for (size_t i = 0; e == OK && i < m->advices; i++) {
        e = server_manifest_add(kept->advice, &kept->advices, m->advice[i], &added);
        any = any || added;
    }
    if (e == OK && any)
        e = server_manifest_write(path, kept, t);
    /* Who runs sees by the folder's time that there is something new (server_packs_refresh). */
    if (e == OK && any && utimensat(AT_FDCWD, above, NULL, 0) != 0)
        e = trouble_at(t, ERR_IO, above, 0, 0, "cannot be changed (%s)", "is niet te veranderen (%s)", strerror(errno));
    return e;
}

enum err server_packs_take(const struct server_packs_taking *k, uint8_t digest[POLICY_DIGEST_LEN])
{
    struct server_manifest m = { .name = "" }, kept = { .name = "" };
    struct trouble t = { .lang = k->lang };
    char path[SERVER_PACKS_PATH_MAX];
    enum err e = check(k, &m);

    if (e != OK)
        return e;
    e = server_packs_path(k->home, m.digest, path);
    if (e == OK)
        e = server_manifest_read(path, &kept, &t);
    if (e == OK) {
        e = keep_more(&kept, &m, path, &t);
        server_manifest_fini(&kept);
    } else if (e == ERR_NOTFOUND) {
        t = (struct trouble){ .lang = k->lang };
        e = keep_new(k, &m, path, &t);
    }
    if (e == OK)
        memcpy(digest, m.digest, sizeof m.digest);
    else if (k->report != NULL)
        k->report(k->arg, &t);
    server_manifest_fini(&m);
    return e;
}
