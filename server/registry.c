#include "server/registry.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/wr.h"
#include "server/ipc.h"

#include <limits.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { COPY_FILE_MODE = 0644, AWAIT_MS = 5 };

struct server_registry {
    char path[PATH_MAX];
    struct proto_registry *fold;
    bool looked;
    struct timespec seen;   /* the change of the file that was read */
    off_t size;
    uint8_t *pending;       /* leaves of a registry that came in parts: each was proven to be of what the log signed */
    size_t pending_len;
    uint64_t pending_count, pending_first;
    bool ahead;             /* what was brought last has a leaf of the future */
};

enum err server_registry_new(const char *path, struct proto_region *region, struct server_registry **out)
{
    struct server_registry *r;
    enum err e;

    if (strlen(path) >= sizeof r->path)
        return ERR_LONG;
    r = calloc(1, sizeof *r);
    if (r == NULL)
        return ERR_NOMEM;
    memcpy(r->path, path, strlen(path) + 1);
    e = proto_registry_new(region, &r->fold);
    if (e != OK) {
        free(r);
        return e;
    }
    *out = r;
    return OK;
}

void server_registry_free(struct server_registry *r)
{
    if (r == NULL)
        return;
    proto_registry_free(r->fold);
    free(r->pending);
    free(r);
}

const struct proto_registry *server_registry_fold(const struct server_registry *r)
{
    return r->fold;
}

static bool is_as_read(const struct server_registry *r, const struct stat *st)
{
    return r->looked && st->st_size == r->size && st->st_mtim.tv_sec == r->seen.tv_sec && st->st_mtim.tv_nsec == r->seen.tv_nsec;
}

bool server_registry_is_stale(const struct server_registry *r)
{
    struct stat st = { 0 };

    return stat(r->path, &st) == 0 && !is_as_read(r, &st);
}

void server_registry_stamp(const char *path, uint8_t out[SERVER_REGISTRY_STAMP])
{
    struct stat st = { 0 };
    struct wr w;

    memset(out, 0, SERVER_REGISTRY_STAMP);
    wr_init(&w, out, SERVER_REGISTRY_STAMP);
    if (stat(path, &st) != 0)
        return;
    wr_u64(&w, (uint64_t)st.st_ino);
    wr_u64(&w, (uint64_t)st.st_mtim.tv_sec);
    wr_u64(&w, (uint64_t)st.st_mtim.tv_nsec);
}

enum err server_registry_await(const char *path, const uint8_t before[SERVER_REGISTRY_STAMP], int fd)
{
    uint8_t now[SERVER_REGISTRY_STAMP];
    struct pollfd gone = { .fd = fd };

    for (;;) {
        server_registry_stamp(path, now);
        if (sodium_memcmp(now, before, sizeof now) != 0)
            return OK;
        if (poll(&gone, 1, AWAIT_MS) > 0 || server_role_is_stopping())
            return ERR_PEER;
    }
}

/* st is of before: what changes meanwhile is read again. */
static enum err read_file(struct server_registry *r, const struct stat *st)
{
    struct proto_merkle_head head;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(r->path, PROTO_REGISTRY_COPY_MAX, &data, &len, NULL);

    if (e == OK)
        e = proto_registry_copy_take(r->fold, data, len, &head);
    free(data);
    if (e == ERR_NOMEM || e == ERR_NOTFOUND)
        return e;
    r->looked = true;
    r->seen = st->st_mtim;
    r->size = st->st_size;
    return e;
}

enum err server_registry_load(struct server_registry *r, struct trouble *t)
{
    struct stat st = { 0 };
    enum err e;

    (void)stat(r->path, &st);
    e = read_file(r, &st);
    if (e == OK || e == ERR_NOTFOUND)
        return OK;
    return trouble_at(t, e, r->path, 0, 0,
        "the registry cannot be read (%s), and without it what was revoked would count again: put a whole copy in its place, from any partner "
        "(schakel partner export)",
        "het register is niet te lezen (%s), en zonder zou wat is ingetrokken weer gelden: zet er een hele kopie voor in de plaats, van een "
        "partner (schakel partner export)",
        err_word(e));
}

/* What is held already stands, whatever became of the file. */
enum err server_registry_refresh(struct server_registry *r)
{
    struct stat st = { 0 };
    enum err e;

    if (stat(r->path, &st) != 0 || is_as_read(r, &st))
        return OK;
    e = read_file(r, &st);
    if (e == ERR_NOMEM)
        return e;
    if (e != OK && e != ERR_NOTFOUND)
        log_event(LOG_ERROR, "registry passed over", "err", err_word(e), NULL);
    return OK;
}

/* The leaves that are in the file already, or none. Gives *data. */
static enum err read_old(const struct server_registry *r, uint8_t **data, struct proto_registry_more *more)
{
    const uint8_t *checkpoint;
    size_t len = 0, checkpoint_len;
    enum err e;

    *more = (struct proto_registry_more){ NULL, 0, 0 };
    if (proto_registry_size(r->fold) == 0)
        return OK;
    e = file_read(r->path, PROTO_REGISTRY_COPY_MAX, data, &len, NULL);
    if (e == OK)
        e = proto_registry_copy_read(*data, len, &checkpoint, &checkpoint_len, more);
    return e == OK && more->count != proto_registry_size(r->fold) ? ERR_STATE : e;
}

static enum err write_all(const struct server_registry *r, const uint8_t *checkpoint, size_t checkpoint_len,
    const struct proto_registry_more *old, const struct proto_registry_more *more)
{
    size_t room = 2 + checkpoint_len + 2 + old->len + more->len;
    uint8_t *data;
    struct wr w;
    enum err e;

    /* What is written can be read again, or nothing is written. */
    if (room > PROTO_REGISTRY_COPY_MAX || old->count + more->count > PROTO_REGISTRY_MAX)
        return ERR_FULL;
    data = malloc(room);
    if (data == NULL)
        return ERR_NOMEM;
    wr_init(&w, data, room);
    wr_bytes16(&w, checkpoint, checkpoint_len);
    wr_u16(&w, (uint16_t)(old->count + more->count));
    wr_copy(&w, old->leaves, old->len);
    wr_copy(&w, more->leaves, more->len);
    e = wr_end(&w);
    if (e == OK)
        e = file_write(r->path, data, w.len, COPY_FILE_MODE, NULL);
    free(data);
    return e;
}

static void forget_pending(struct server_registry *r)
{
    free(r->pending);
    r->pending = NULL;
    r->pending_len = 0;
    r->pending_count = 0;
}

static enum err add_pending(struct server_registry *r, const struct proto_registry_more *more)
{
    uint8_t *p = more->len > PROTO_REGISTRY_LEAVES_MAX - r->pending_len ? NULL : realloc(r->pending, r->pending_len + more->len + 1);

    if (p == NULL)
        return more->len > PROTO_REGISTRY_LEAVES_MAX - r->pending_len ? ERR_LONG : ERR_NOMEM;
    r->pending = p;
    memcpy(p + r->pending_len, more->leaves, more->len);
    r->pending_len += more->len;
    r->pending_count += more->count;
    return OK;
}

/* A part that was not proven takes only itself away: what came before it was, whoever brought this. */
static void drop_last(struct server_registry *r, const struct proto_registry_more *more)
{
    r->pending_len -= more->len;
    r->pending_count -= more->count;
}

/* The file may have been changed meanwhile: what waits is then behind other leaves. */
static void begin_pending(struct server_registry *r)
{
    if (r->pending_first != proto_registry_size(r->fold))
        forget_pending(r);
    r->pending_first = proto_registry_size(r->fold);
}

/* What is here now reaches the checkpoint: into the file, and from there into the fold. */
static enum err keep(struct server_registry *r, const uint8_t *checkpoint, size_t checkpoint_len, uint64_t size)
{
    const struct proto_registry_more all = { r->pending, r->pending_len, r->pending_count };
    struct proto_registry_more old;
    uint8_t *data = NULL;
    enum err e = read_old(r, &data, &old);

    if (e == OK)
        e = write_all(r, checkpoint, checkpoint_len, &old, &all);
    free(data);
    if (e == OK)
        e = server_registry_refresh(r);
    return e == OK && proto_registry_size(r->fold) != size ? ERR_IO : e;
}

/* Said once. */
static bool is_ahead(struct server_registry *r, const struct proto_registry_more *more)
{
    bool was = r->ahead;

    r->ahead = proto_registry_is_ahead(r->fold, more, clock_now_s());
    if (r->ahead && !was)
        log_event(LOG_ERROR, "registry-leaf-of-the-future", NULL);
    return r->ahead;
}

enum err server_registry_take(struct server_registry *r, uint64_t first, const uint8_t *copy, size_t len, uint64_t *have)
{
    struct proto_registry_more more, all;
    struct proto_merkle_proof *proof = malloc(sizeof *proof);
    struct proto_merkle_head head;
    const uint8_t *checkpoint;
    size_t checkpoint_len;
    bool whole = false;
    enum err e = proof == NULL ? ERR_NOMEM : server_registry_refresh(r);

    if (e == OK)
        begin_pending(r);
    if (e == OK)
        e = proto_registry_part_read(copy, len, &checkpoint, &checkpoint_len, &more, proof);
    if (e != OK || first != proto_registry_size(r->fold) + r->pending_count || more.count == 0) {
        free(proof);
        if (e == OK)
            *have = proto_registry_size(r->fold) + r->pending_count;
        return e;
    }
    e = add_pending(r, &more);
    if (e == OK) {
        all = (struct proto_registry_more){ r->pending, r->pending_len, r->pending_count };
        e = proto_registry_check_part(r->fold, checkpoint, checkpoint_len, &all, proof, &head, &whole);
        if (e == OK && is_ahead(r, &more))
            e = ERR_EXPIRED;
        if (e != OK)
            drop_last(r, &more);
    }
    free(proof);
    if (e == OK && whole) {
        e = keep(r, checkpoint, checkpoint_len, head.size);
        forget_pending(r);
    }
    if (e == OK)
        *have = proto_registry_size(r->fold) + r->pending_count;
    return e;
}
