#include "server/packs.h"

#include "base/log.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { YEAR_S = 366 * 86400 };

/* One that is kept. */
struct kept {
    uint8_t digest[POLICY_DIGEST_LEN];
    char folder[SERVER_PACKS_PATH_MAX];
    struct policy_pack *pack;
    struct server_manifest manifest;     /* of the region's own there may be none */
};

struct server_packs {
    char home[SERVER_PACKS_PATH_MAX];
    struct proto_region region;          /* what files adopted is folded into */
    struct proto_region file;            /* the same as it was parsed */
    struct proto_registry *files;        /* the notes of every pack.json */
    const struct proto_registry *log;    /* NULL: none */
    bool judged;                         /* files, with what log said then: */
    uint64_t log_size;
    size_t count;
    struct kept kept[SERVER_PACKS_MAX];  /* the region's own first */
    struct timespec read;                /* how HOME/packs was when it was read */
};

/* ---- what is kept ---- */

static struct kept *find(const struct server_packs *p, const uint8_t digest[POLICY_DIGEST_LEN])
{
    union { const struct kept *in; struct kept *out; } one;

    for (size_t i = 0; i < p->count; i++) {
        one.in = &p->kept[i];
        if (memcmp(one.in->digest, digest, POLICY_DIGEST_LEN) == 0)
            return one.out;
    }
    return NULL;
}

static void pass_over(const char *folder, enum err e)
{
    log_event(LOG_ERROR, "a kept pack is passed over: take it again", "path", folder, "err", err_word(e), NULL);
}

/* A folder that does not hold what its name says is as if it were not there: its decisions cannot be made here. */
static enum err add(struct server_packs *p, const char *folder, const uint8_t digest[POLICY_DIGEST_LEN])
{
    struct kept *k = &p->kept[p->count];
    struct policy_pack *pack = NULL;
    enum err e;

    if (find(p, digest) != NULL)
        return OK;
    if (p->count == SERVER_PACKS_MAX || strlen(folder) >= sizeof k->folder) {
        pass_over(folder, ERR_FULL);
        return OK;
    }
    e = policy_files_load(folder, LANG_EN, NULL, NULL, &pack);
    if (e == OK && memcmp(pack->digest, digest, POLICY_DIGEST_LEN) == 0) {
        k->pack = pack;
        memcpy(k->digest, digest, sizeof k->digest);
        memcpy(k->folder, folder, strlen(folder) + 1);
        p->count++;
        return OK;
    }
    policy_pack_free(pack);
    if (e == ERR_NOMEM)
        return e;
    pass_over(folder, e == OK ? ERR_SIGNATURE : e);
    return OK;
}

static enum err read_folder(struct server_packs *p, const char *path)
{
    char folder[SERVER_PACKS_PATH_MAX];
    uint8_t digest[POLICY_DIGEST_LEN];
    const struct dirent *d;
    enum err e = OK;
    DIR *dir = opendir(path);

    if (dir == NULL)
        return errno == ENOENT ? OK : ERR_IO;
    while (e == OK && (d = readdir(dir)) != NULL)
        if (text_unhex(d->d_name, digest, sizeof digest) == OK) {
            e = server_packs_path(p->home, digest, folder);
            if (e == OK)
                e = add(p, folder, digest);
        }
    (void)closedir(dir);
    return e;
}

/* Every pack.json again: a pack that was kept long ago may have been adopted since. What cannot be read adopted nothing. */
static enum err read_manifests(struct server_packs *p, size_t *notes)
{
    *notes = 0;
    for (size_t i = 0; i < p->count; i++) {
        struct server_manifest m = { .name = "" };
        enum err e = server_manifest_read(p->kept[i].folder, &m, NULL);

        if (e == ERR_NOMEM)
            return e;
        server_manifest_fini(&p->kept[i].manifest);
        p->kept[i].manifest = m;
        *notes += m.adoptions;
    }
    return OK;
}

/* Of all packs together, as a registry goes by time and not by pack. */
static enum err read_adoptions(struct server_packs *p)
{
    char **list = NULL;
    size_t notes = 0, n = 0;
    enum err e = read_manifests(p, &notes);

    proto_registry_free(p->files);
    p->files = NULL;
    p->region = p->file;
    if (e == OK)
        e = p->log != NULL ? proto_registry_beside_new(&p->region, p->log, false, &p->files) : proto_registry_new(&p->region, &p->files);
    if (e == OK && (list = calloc(notes + 1, sizeof *list)) == NULL)
        e = ERR_NOMEM;
    for (size_t i = 0; e == OK && i < p->count; i++)
        for (size_t k = 0; k < p->kept[i].manifest.adoptions; k++)
            list[n++] = p->kept[i].manifest.adoption[k];
    if (e == OK)
        e = server_adoption_fold(p->files, list, n, NULL);
    free(list);
    return e;
}

static uint64_t size_of_log(const struct server_packs *p)
{
    return p->log != NULL ? proto_registry_size(p->log) : 0;
}

enum err server_packs_refresh(struct server_packs *p)
{
    char path[SERVER_PACKS_PATH_MAX + 8];
    struct stat s;
    enum err e;

    (void)snprintf(path, sizeof path, "%s/packs", p->home);
    if (stat(path, &s) != 0)
        memset(&s, 0, sizeof s);
    if (p->judged && p->log_size == size_of_log(p) && s.st_mtim.tv_sec == p->read.tv_sec && s.st_mtim.tv_nsec == p->read.tv_nsec)
        return OK;
    e = read_folder(p, path);
    if (e == OK)
        e = read_adoptions(p);
    p->judged = e == OK;
    if (e == OK) {
        p->read = s.st_mtim;
        p->log_size = size_of_log(p);
    }
    return e;
}

enum err server_packs_open(const char *home, const char *first, const struct proto_region *region, struct server_packs **out, struct trouble *t)
{
    struct server_packs *p = calloc(1, sizeof *p);
    enum err e = p == NULL ? ERR_NOMEM : strlen(home) < sizeof p->home ? OK : ERR_LONG;

    if (e == OK) {
        memcpy(p->home, home, strlen(home) + 1);
        p->file = *region;
        e = add(p, first, region->pack);
    }
    if (e == OK && p->count == 0)
        e = trouble_at(t, ERR_CONFIG, first, 0, 0, "is not the pack that this region adopted",
            "is niet het pakket dat deze regio heeft aangenomen");
    if (e == OK)
        e = server_packs_refresh(p);
    if (e == OK)
        *out = p;
    else
        server_packs_close(p);
    return e == OK ? OK : trouble_at(t, e, home, 0, 0, "the packs that are kept here cannot be read",
        "de pakketten die hier bewaard worden zijn niet te lezen");
}

void server_packs_close(struct server_packs *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->count; i++) {
        server_manifest_fini(&p->kept[i].manifest);
        policy_pack_free(p->kept[i].pack);
    }
    proto_registry_free(p->files);
    free(p);
}

void server_packs_follow(struct server_packs *p, const struct proto_registry *registry)
{
    p->judged = p->judged && p->log == registry;
    p->log = registry;
}

/* ---- which counts ---- */

/* What the partners adopted for this moment, in the log or by files: the later day wins, and of one day the log. */
static void in_force(const struct server_packs *p, uint64_t at_s, struct proto_registry_pack *out)
{
    struct proto_registry_pack log;

    proto_registry_pack_in_force(p->files, at_s, out);
    if (p->log == NULL)
        return;
    proto_registry_pack_in_force(p->log, at_s, &log);
    if (log.from_s != 0 && log.from_s >= out->from_s)
        *out = log;
}

const struct policy_pack *server_packs_at(const struct server_packs *p, uint64_t at_s)
{
    struct proto_registry_pack pack;
    const struct kept *k;

    in_force(p, at_s, &pack);
    /* Adopted, but its tables never came: the one before it goes on. The region's own has no day and is always here. */
    while ((k = find(p, pack.digest)) == NULL && pack.from_s != 0)
        in_force(p, pack.from_s - 1, &pack);
    return k != NULL ? k->pack : p->kept[0].pack;
}

const struct policy_pack *server_packs_named(const struct server_packs *p, const uint8_t digest[POLICY_DIGEST_LEN], uint64_t at_s)
{
    uint64_t first_s = at_s > SERVER_PACKS_BACK_S ? at_s - SERVER_PACKS_BACK_S : 0;
    const struct kept *k = find(p, digest);
    struct proto_registry_pack pack;

    if (k == NULL)
        return NULL;
    /* The one in use here, whatever was adopted since. */
    if (server_packs_at(p, at_s) == k->pack)
        return k->pack;
    in_force(p, at_s + SERVER_PACKS_AHEAD_S, &pack);
    while (memcmp(pack.digest, digest, POLICY_DIGEST_LEN) != 0 && pack.from_s > first_s)
        in_force(p, pack.from_s - 1, &pack);
    return memcmp(pack.digest, digest, POLICY_DIGEST_LEN) == 0 ? k->pack : NULL;
}

const struct policy_pack *server_packs_find(const struct server_packs *p, const uint8_t digest[POLICY_DIGEST_LEN], const char **folder)
{
    const struct kept *k = find(p, digest);

    if (k != NULL && folder != NULL)
        *folder = k->folder;
    return k == NULL ? NULL : k->pack;
}

bool server_packs_coming(const struct server_packs *p, uint64_t at_s, struct server_packs_next *out)
{
    const struct policy_pack *now = server_packs_at(p, at_s);
    struct proto_registry_pack pack;

    in_force(p, at_s + YEAR_S, &pack);
    if (memcmp(pack.digest, now->digest, POLICY_DIGEST_LEN) == 0)
        return false;
    *out = (struct server_packs_next){ .from_s = pack.from_s, .is_here = find(p, pack.digest) != NULL };
    memcpy(out->digest, pack.digest, sizeof out->digest);
    return true;
}
