#include "hub/roster.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { JOIN_MAX = 1 << 16 };

struct hub_roster {
    char path[PATH_MAX];
    const struct proto_region *region;
    struct hub_certs *certs;
    bool looked;
    struct timespec seen;  /* the folder's change that was read */
    bool blocked[PROTO_PARTNERS_MAX];
};

/* What one reading of the folder fills; it replaces the old only when all of it could be read. */
struct look {
    struct hub_roster *roster;
    hub_roster_each *each;
    void *arg;
    bool blocked[PROTO_PARTNERS_MAX];
};

enum err hub_roster_new(const char *path, const struct proto_region *region, struct hub_certs *certs, struct hub_roster **out)
{
    struct hub_roster *r;

    if (strlen(path) >= sizeof r->path)
        return ERR_LONG;
    r = calloc(1, sizeof *r);
    if (r == NULL)
        return ERR_NOMEM;
    memcpy(r->path, path, strlen(path) + 1);
    r->region = region;
    r->certs = certs;
    *out = r;
    return OK;
}

void hub_roster_free(struct hub_roster *r)
{
    free(r);
}

enum err hub_roster_join_path(const char *folder, const char *handle, char *out, size_t out_len)
{
    char name[64];

    if (snprintf(name, sizeof name, "%s.join", handle) >= (int)sizeof name)
        return ERR_LONG;
    return file_join(out, out_len, folder, name);
}

static enum err take_cert(struct look *k, const struct proto_partner *p, const uint8_t *data, size_t len)
{
    struct proto_cert cert;
    enum err e = proto_cert_check(k->roster->region, data, len, NULL, &cert);

    if (e == OK && memcmp(cert.partner, p->id, PROTO_PARTNER_LEN) != 0)
        e = ERR_KEY;
    if (e == OK)
        e = hub_certs_put(k->roster->certs, &cert, NULL);
    if (e != OK) {
        log_event(LOG_WARN, "certificate passed over", "partner", p->handle, "err", err_word(e), NULL);
        return OK;
    }
    return k->each != NULL ? k->each(k->arg, &cert, data, len) : OK;
}

static enum err take_join(struct look *k, const struct proto_partner *p, const uint8_t *data, size_t len)
{
    struct proto_join join;
    enum err e = proto_join_check(k->roster->region, data, len, &join, NULL);

    if (e == OK && memcmp(join.partner, p->id, PROTO_PARTNER_LEN) != 0)
        e = ERR_KEY;
    if (e != OK) {
        log_event(LOG_WARN, "join file passed over", "partner", p->handle, "err", err_word(e), NULL);
        return OK;
    }
    for (uint8_t i = 0; e == OK && i < join.cert_count; i++)
        e = take_cert(k, p, join.cert[i].data, join.cert[i].len);
    return e;
}

/* One name of the folder. Whatever is not ours (a file half written has another name) is left alone. */
static enum err take_file(struct look *k, const char *name)
{
    char path[PATH_MAX], handle[33];
    const char *dot = strchr(name, '.'), *suffix = strrchr(name, '.');
    const struct proto_partner *p;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e;

    if (dot == NULL || dot == name || (size_t)(dot - name) >= sizeof handle)
        return OK;
    memcpy(handle, name, (size_t)(dot - name));
    handle[dot - name] = '\0';
    p = proto_region_handle(k->roster->region, handle);
    if (p == NULL)
        return OK;
    if (strcmp(suffix, ".blocked") == 0)
        k->blocked[p - k->roster->region->partner] = true;
    if (strcmp(suffix, ".join") != 0)
        return OK;
    e = file_join(path, sizeof path, k->roster->path, name);
    if (e == OK)
        e = file_read(path, JOIN_MAX, &data, &len, NULL);
    if (e == OK)
        e = take_join(k, p, data, len);
    else if (e == ERR_LONG) {
        /* One file that is none must not end the hub. */
        log_event(LOG_WARN, "join file passed over", "partner", p->handle, "err", err_word(e), NULL);
        e = OK;
    }
    free(data);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err read_folder(struct look *k)
{
    const struct dirent *entry;
    DIR *dir = opendir(k->roster->path);
    enum err e = OK;

    if (dir == NULL)
        return errno == ENOENT ? OK : ERR_IO;
    while (e == OK && (entry = readdir(dir)) != NULL)
        e = take_file(k, entry->d_name);
    (void)closedir(dir);
    return e;
}

/* A folder changed within the last second may change again without its time moving on: look at it once more then. */
static bool is_settled(const struct timespec *changed)
{
    return (uint64_t)changed->tv_sec + 1 < clock_now_s();
}

enum err hub_roster_refresh(struct hub_roster *r, hub_roster_each *each, void *arg, bool *changed)
{
    struct look look = { .roster = r, .each = each, .arg = arg };
    struct stat st = { 0 };
    enum err e;

    if (stat(r->path, &st) != 0 && errno != ENOENT)
        return ERR_IO;
    if (r->looked && st.st_mtim.tv_sec == r->seen.tv_sec && st.st_mtim.tv_nsec == r->seen.tv_nsec) {
        *changed = false;
        return OK;
    }
    e = read_folder(&look);
    if (e != OK)
        return e;
    memcpy(r->blocked, look.blocked, sizeof r->blocked);
    r->looked = is_settled(&st.st_mtim);
    r->seen = st.st_mtim;
    *changed = true;
    return OK;
}

void hub_roster_forget(struct hub_roster *r)
{
    r->looked = false;
}

bool hub_roster_is_blocked(const struct hub_roster *r, const struct proto_partner *p)
{
    return r->blocked[p - r->region->partner];
}
