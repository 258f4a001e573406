/* server/manifest: pack.json beside its tables. */
#include "server/manifest.h"

#include "base/file.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static enum err path_of(const char *folder, const char *name, char out[PATH_MAX], struct trouble *t)
{
    enum err e = file_join(out, PATH_MAX, folder, name);

    return e == OK ? OK : trouble_at(t, e, name, 0, 0, "the name of this folder is too long", "de naam van deze map is te lang");
}

enum err server_manifest_read(const char *folder, struct server_manifest *out, struct trouble *t)
{
    char path[PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = path_of(folder, "pack.json", path, t);

    if (e == OK)
        e = file_read(path, SERVER_MANIFEST_BYTES_MAX, &data, &len, t);
    if (e == OK)
        e = server_manifest_parse(data, len, out, t);
    free(data);
    return e;
}

enum err server_manifest_write(const char *folder, const struct server_manifest *m, struct trouble *t)
{
    char path[PATH_MAX], *text = NULL;
    enum err e = path_of(folder, "pack.json", path, t);

    if (e == OK)
        e = server_manifest_format(m, &text);
    if (e == OK)
        e = file_write(path, text, strlen(text), 0644, t);
    free(text);
    return e;
}

/* The digest of one file; ERR_NOTFOUND when it is not there. */
static enum err digest_of(const char *folder, const char *name, uint8_t out[POLICY_DIGEST_LEN], struct trouble *t)
{
    char path[PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = path_of(folder, name, path, t);

    if (e == OK)
        e = file_read(path, POLICY_TABLE_BYTES_MAX, &data, &len, t);
    if (e == OK)
        (void)crypto_hash_sha256(out, data, len);
    free(data);
    return e;
}

enum err server_manifest_digest(const char *folder, const struct policy_pack *pack, struct server_manifest *m, struct trouble *t)
{
    struct server_manifest fresh = *m;

    for (size_t i = 0; i < SERVER_MANIFEST_FILES_MAX; i++) {
        struct trouble one = { .lang = t == NULL ? LANG_EN : t->lang };
        enum err e = digest_of(folder, server_manifest_file(i), fresh.file[i], &one);

        if (e != OK && (e != ERR_NOTFOUND || i < POLICY_TABLES)) {
            if (t != NULL && t->err == OK)
                *t = one;
            return e;
        }
        fresh.has[i] = e == OK;
    }
    memcpy(fresh.digest, pack->digest, sizeof fresh.digest);
    *m = fresh;
    return OK;
}

/* One file that is not what pack.json says. */
static void tell(csv_report *report, void *arg, enum lang lang, const char *file, const char *en, const char *nl)
{
    struct trouble t = { .lang = lang };

    (void)trouble_at(&t, ERR_STATE, file, 0, 0, "%s", "%s", lang == LANG_NL ? nl : en);
    if (report != NULL)
        report(arg, &t);
}

enum err server_manifest_check(const char *folder, const struct policy_pack *pack, const struct server_manifest *m, enum lang lang,
    csv_report *report, void *arg)
{
    struct trouble t = { .lang = lang };
    struct server_manifest now = { .name = "" };
    enum err e = server_manifest_digest(folder, pack, &now, &t), result = OK;

    if (e != OK) {
        if (report != NULL)
            report(arg, &t);
        return e;
    }
    for (size_t i = 0; i < SERVER_MANIFEST_FILES_MAX; i++) {
        if (now.has[i] == m->has[i] && (!now.has[i] || memcmp(now.file[i], m->file[i], POLICY_DIGEST_LEN) == 0))
            continue;
        result = ERR_STATE;
        tell(report, arg, lang, server_manifest_file(i),
            "is not the file that pack.json names; put that one back, or make a new pack.json: schakel policy pack --write",
            "is niet het bestand dat pack.json noemt; zet dat terug, of maak een nieuwe pack.json: schakel policy pack --write");
    }
    if (result == OK && memcmp(now.digest, m->digest, sizeof now.digest) != 0) {
        result = ERR_STATE;
        tell(report, arg, lang, "pack.json", "digest: is not that of these tables; make it anew: schakel policy pack --write",
            "digest: is niet die van deze tabellen; maak hem opnieuw: schakel policy pack --write");
    }
    return result;
}
