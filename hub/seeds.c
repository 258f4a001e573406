#include "hub/seeds.h"

#include "base/file.h"
#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"

#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_S = 86400, KEY_LEN = 32, ROW_LEN = 4 + KEY_LEN, FILE_MAX = 8 + HUB_SEEDS_DAYS_MAX * ROW_LEN, OPEN_FILE_MODE = 0600 };

static const uint8_t magic[8] = "SCHSEED1";

struct day { uint32_t day; uint8_t key[KEY_LEN]; };

/* Ascending by day. Three derivations per act: kept awake, in memory that is locked and left out of dumps. */
struct hub_seeds {
    char path[PATH_MAX];
    size_t count;
    struct day *days;
};

static uint32_t day_of(uint64_t at_s)
{
    return (uint32_t)(at_s / DAY_S);
}

static enum err parse(struct hub_seeds *s, const uint8_t *data, size_t len)
{
    uint8_t head[sizeof magic];
    struct rd r;
    size_t count = 0;

    rd_init(&r, data, len);
    rd_copy(&r, head, sizeof head);
    if (memcmp(head, magic, sizeof magic) != 0)
        return ERR_SYNTAX;
    while (r.err == OK && rd_left(&r) != 0) {
        if (count == HUB_SEEDS_DAYS_MAX)
            return ERR_LONG;
        s->days[count].day = rd_u32(&r);
        rd_copy(&r, s->days[count].key, KEY_LEN);
        if (count != 0 && s->days[count].day <= s->days[count - 1].day)
            rd_fail(&r, ERR_SYNTAX);
        count++;
    }
    if (rd_end(&r) != OK)
        return r.err;
    s->count = count;
    return OK;
}

enum err hub_seeds_open(const char *path, struct hub_seeds **out, struct trouble *t)
{
    struct hub_seeds *s = calloc(1, sizeof *s);
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = ERR_NOMEM;

    if (s == NULL)
        goto out;
    s->days = sodium_allocarray(HUB_SEEDS_DAYS_MAX, sizeof *s->days);
    if (s->days == NULL)
        goto out;
    e = strlen(path) < sizeof s->path ? OK : ERR_LONG;
    if (e != OK)
        goto out;
    memcpy(s->path, path, strlen(path) + 1);
    e = file_read(path, FILE_MAX, &data, &len, NULL);
    if (e == ERR_NOTFOUND)
        e = OK;
    else if (e == OK)
        e = parse(s, data, len);
    if (e != OK)
        (void)trouble_at(t, e, path, 0, 0, "the seeds of the log cannot be read: restore this file from a backup",
            "de sleutels van het logboek zijn niet te lezen: zet dit bestand terug uit een reservekopie");
out:
    if (data != NULL)
        sodium_memzero(data, len);
    free(data);
    if (e == OK)
        *out = s;
    else
        hub_seeds_close(s);
    return e;
}

void hub_seeds_close(struct hub_seeds *s)
{
    if (s == NULL)
        return;
    sodium_free(s->days);
    free(s);
}

/*
 * The file that was replaced has lost its name, not its bytes: they are written over. Nothing depends on that it succeeds; what a disk keeps
 * of blocks that were written over is beyond a program.
 */
static void wipe_old(int fd)
{
    uint8_t nothing[FILE_MAX] = { 0 };
    struct stat st;

    if (fstat(fd, &st) == 0 && st.st_size > 0 && st.st_size <= FILE_MAX
        && (pwrite(fd, nothing, (size_t)st.st_size, 0) != st.st_size || fsync(fd) != 0))
        log_event(LOG_WARN, "old seeds not written over", NULL);
    (void)close(fd);
}

static enum err save(const struct hub_seeds *s)
{
    int old = open(s->path, O_WRONLY | O_CLOEXEC);
    uint8_t data[FILE_MAX];
    struct wr w;
    enum err e;

    wr_init(&w, data, sizeof data);
    wr_copy(&w, magic, sizeof magic);
    for (size_t i = 0; i < s->count; i++) {
        wr_u32(&w, s->days[i].day);
        wr_copy(&w, s->days[i].key, KEY_LEN);
    }
    e = wr_end(&w);
    if (e == OK)
        e = file_write(s->path, data, w.len, OPEN_FILE_MODE, NULL);
    if (old >= 0 && e == OK)
        wipe_old(old);
    else if (old >= 0)
        (void)close(old);
    sodium_memzero(data, sizeof data);
    return e;
}

static const struct day *find(const struct hub_seeds *s, uint32_t day)
{
    for (size_t i = s->count; i-- > 0;)
        if (s->days[i].day == day)
            return &s->days[i];
    return NULL;
}

static void make_room_at(struct hub_seeds *s, size_t at)
{
    memmove(s->days + at + 1, s->days + at, (s->count - at) * sizeof *s->days);
    s->count++;
}

static void close_room_at(struct hub_seeds *s, size_t at)
{
    s->count--;
    memmove(s->days + at, s->days + at + 1, (s->count - at) * sizeof *s->days);
    sodium_memzero(s->days + s->count, sizeof *s->days);
}

enum err hub_seeds_prepare(struct hub_seeds *s, uint64_t at_s)
{
    uint32_t day = day_of(at_s);
    size_t at = s->count;
    enum err e;

    if (find(s, day) != NULL)
        return OK;
    if (s->count == HUB_SEEDS_DAYS_MAX)
        return ERR_FULL;
    /* Nearly always the newest; not after a clock that was ahead has been set right. */
    while (at > 0 && s->days[at - 1].day > day)
        at--;
    make_room_at(s, at);
    s->days[at].day = day;
    randombytes_buf(s->days[at].key, KEY_LEN);
    e = save(s);
    if (e != OK)
        close_room_at(s, at);
    return e;
}

enum err hub_seeds_get(const struct hub_seeds *s, uint64_t at_s, uint64_t index, const uint8_t id[PROTO_ID_LEN],
    struct hub_seed *out)
{
    const struct day *d = find(s, day_of(at_s));
    uint8_t nonce[crypto_stream_xchacha20_NONCEBYTES], stream[96];
    struct wr w;

    if (d == NULL)
        return ERR_NOTFOUND;
    wr_init(&w, nonce, sizeof nonce);
    wr_u64(&w, index);
    wr_copy(&w, id, PROTO_ID_LEN);
    if (wr_end(&w) != OK || crypto_stream_xchacha20(stream, sizeof stream, nonce, d->key) != 0)
        abort();
    memcpy(out->seed, stream, 32);
    memcpy(out->from_salt, stream + 32, 32);
    memcpy(out->to_salt, stream + 64, 32);
    sodium_memzero(stream, sizeof stream);
    return OK;
}

enum err hub_seeds_forget(struct hub_seeds *s, uint64_t at_s)
{
    uint32_t day = day_of(at_s);
    size_t gone = 0;

    while (gone < s->count && s->days[gone].day < day)
        gone++;
    if (gone == 0)
        return OK;
    memmove(s->days, s->days + gone, (s->count - gone) * sizeof *s->days);
    s->count -= gone;
    sodium_memzero(s->days + s->count, gone * sizeof *s->days);
    return save(s);
}
