#include "base/file.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the system says, in the words of the reader. */
static const struct {
    int number;
    enum err err;
    const char *en, *nl;
} reasons[] = {
    { ENOENT, ERR_NOTFOUND, "it is not there", "het is er niet" },
    { ENOTDIR, ERR_NOTFOUND, "a part of the path is not a folder", "een deel van het pad is geen map" },
    { EEXIST, ERR_EXISTS, "the name is taken", "de naam bestaat al" },
    { EACCES, ERR_IO, "this account may not do that", "dit account mag dat niet" },
    { EPERM, ERR_IO, "this account may not do that", "dit account mag dat niet" },
    { EISDIR, ERR_IO, "it is a folder", "het is een map" },
    { EROFS, ERR_IO, "the disk is read-only", "de schijf is alleen om te lezen" },
    { ENOSPC, ERR_FULL, "the disk is full", "de schijf is vol" },
    { EDQUOT, ERR_FULL, "the disk quota is used up", "de ruimte van dit account is op" },
    { ENAMETOOLONG, ERR_LONG, "the name is too long", "de naam is te lang" },
};

/* en and nl are the verb of what was tried. */
static enum err system_trouble(struct trouble *t, const char *path, int number, const char *en, const char *nl)
{
    bool dutch = t != NULL && t->lang == LANG_NL;
    const char *verb = dutch ? nl : en;

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].number == number)
            return trouble_at(t, reasons[i].err, path, 0, 0, "cannot %s this: %s", "%s lukt niet: %s", verb,
                dutch ? reasons[i].nl : reasons[i].en);
    return trouble_at(t, ERR_IO, path, 0, 0, "cannot %s this: system error %d", "%s lukt niet: systeemfout %d", verb,
        number);
}

static void wipe_free(uint8_t *data, size_t len)
{
    if (data != NULL)
        sodium_memzero(data, len);
    free(data);
}

/* Twice the room. Not realloc: what is read may be a key, and realloc leaves a copy behind. */
static enum err grow(uint8_t **data, size_t *cap, size_t used)
{
    size_t more = *cap * 2;
    uint8_t *fresh = malloc(more);

    if (fresh == NULL)
        return ERR_NOMEM;
    memcpy(fresh, *data, used);
    wipe_free(*data, *cap);
    *data = fresh;
    *cap = more;
    return OK;
}

/* Read to the end, however long the system says the file is: it may grow, or be a pipe. */
static enum err read_all(int fd, const char *path, size_t max, uint8_t **out, size_t *len, struct trouble *t)
{
    enum err e = OK;
    struct stat st;
    size_t cap = 4096, used = 0;
    uint8_t *data = NULL;
    ssize_t n;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && (uint64_t)st.st_size <= max)
        cap = (size_t)st.st_size + 2;
    data = malloc(cap);
    e = data == NULL ? ERR_NOMEM : OK;
    while (e == OK) {
        n = read(fd, data + used, cap - used - 1);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            e = system_trouble(t, path, errno, "read", "lezen");
            break;
        }
        used += (size_t)n;
        if (used > max)
            e = trouble_at(t, ERR_LONG, path, 0, 0, "this file is longer than %zu bytes",
                "dit bestand is langer dan %zu bytes", max);
        else if (used == cap - 1)
            e = grow(&data, &cap, used);
    }
    if (e == OK) {
        data[used] = 0;
        *out = data;
        *len = used;
        data = NULL;
    }
    wipe_free(data, cap);
    return e;
}

enum err file_read(const char *path, size_t max, uint8_t **out, size_t *len, struct trouble *t)
{
    enum err e;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return system_trouble(t, path, errno, "read", "lezen");
    e = read_all(fd, path, max, out, len, t);
    (void)close(fd);
    if (e == ERR_NOMEM)
        return trouble_at(t, e, path, 0, 0, "not enough memory to read this", "te weinig geheugen om dit te lezen");
    return e;
}

enum err file_put(int fd, const void *data, size_t len)
{
    const uint8_t *at = data;

    while (len != 0) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_IO;
        at += n;
        len -= (size_t)n;
    }
    return OK;
}

/* The folder of path, "." when it has none. */
enum err file_folder(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);

    if (len >= PATH_MAX)
        return ERR_LONG;
    memcpy(out, slash == NULL ? "." : path, len);
    out[len] = '\0';
    return OK;
}

/* A new name is durable only when its folder is. */
static int sync_folder(const char *folder)
{
    int result, fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    result = fsync(fd);
    (void)close(fd);
    return result;
}

static int write_temporary(const char *temporary, const void *data, size_t len, mode_t mode, bool sync)
{
    int saved, fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd < 0)
        return -1;
    if (fchmod(fd, mode) == 0 && file_put(fd, data, len) == OK && (!sync || fsync(fd) == 0))
        return close(fd);
    saved = errno;
    (void)close(fd);
    (void)unlink(temporary);
    errno = saved;
    return -1;
}

/* Some file systems know no renaming without replacing; those know links. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(from, to) != 0)
        return -1;
    (void)unlink(from);
    return 0;
}

/* Each piece of in to out (-1: nowhere) and into h. What went wrong is in errno. */
static int pass_on(int in, int out, struct hash *h)
{
    uint8_t piece[1 << 16];
    ssize_t n;
    int result = 0;

    while (result == 0 && (n = read(in, piece, sizeof piece)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || (out >= 0 && file_put(out, piece, (size_t)n) != OK))
            result = -1;
        else
            hash_update(h, piece, (size_t)n);
    }
    sodium_memzero(piece, sizeof piece);
    return result;
}

static int copy_temporary(const char *temporary, int in, mode_t mode, struct hash *h)
{
    int saved, fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd < 0)
        return -1;
    if (fchmod(fd, mode) == 0 && pass_on(in, fd, h) == 0 && fsync(fd) == 0)
        return close(fd);
    saved = errno;
    (void)close(fd);
    (void)unlink(temporary);
    errno = saved;
    return -1;
}

enum how { REPLACE, ONLY_NEW, UNSYNCED };

static enum err put_in_place(const char *temporary, const char *path, enum how how, struct trouble *t)
{
    char folder[PATH_MAX];
    int saved;

    if ((how == ONLY_NEW ? rename_new(temporary, path) : rename(temporary, path)) != 0) {
        saved = errno;
        (void)unlink(temporary);
        return system_trouble(t, path, saved, "write", "schrijven");
    }
    if (how != UNSYNCED && (file_folder(path, folder) != OK || sync_folder(folder) != 0))
        return system_trouble(t, path, errno, "write", "schrijven");
    return OK;
}

static enum err name_temporary(const char *path, char temporary[PATH_MAX], struct trouble *t)
{
    char folder[PATH_MAX];

    if (file_folder(path, folder) != OK || snprintf(temporary, PATH_MAX, "%s.%08x.tmp", path, randombytes_random()) >= PATH_MAX)
        return system_trouble(t, path, ENAMETOOLONG, "write", "schrijven");
    return OK;
}

static enum err write_as(const char *path, const void *data, size_t len, mode_t mode, enum how how, struct trouble *t)
{
    char temporary[PATH_MAX];
    enum err e = name_temporary(path, temporary, t);

    if (e == OK && write_temporary(temporary, data, len, mode, how != UNSYNCED) != 0)
        e = system_trouble(t, path, errno, "write", "schrijven");
    return e == OK ? put_in_place(temporary, path, how, t) : e;
}

enum err file_copy_new(const char *from, const char *to, mode_t mode, uint8_t digest[FILE_DIGEST_LEN], struct trouble *t)
{
    uint8_t unwanted[FILE_DIGEST_LEN];
    char temporary[PATH_MAX];
    struct hash h;
    enum err e;
    int in = open(from, O_RDONLY | O_CLOEXEC);

    if (in < 0)
        return system_trouble(t, from, errno, "read", "lezen");
    hash_init(&h);
    e = name_temporary(to, temporary, t);
    if (e == OK && copy_temporary(temporary, in, mode, &h) != 0)
        e = system_trouble(t, to, errno, "write", "schrijven");
    if (e == OK)
        e = put_in_place(temporary, to, ONLY_NEW, t);
    hash_final(&h, e == OK && digest != NULL ? digest : unwanted);
    (void)close(in);
    return e;
}

enum err file_digest(const char *path, uint8_t out[FILE_DIGEST_LEN], struct trouble *t)
{
    struct hash h;
    enum err e = OK;
    int in = open(path, O_RDONLY | O_CLOEXEC);

    if (in < 0)
        return system_trouble(t, path, errno, "read", "lezen");
    hash_init(&h);
    if (pass_on(in, -1, &h) != 0)
        e = system_trouble(t, path, errno, "read", "lezen");
    else
        hash_final(&h, out);
    (void)close(in);
    return e;
}

enum err file_write(const char *path, const void *data, size_t len, mode_t mode, struct trouble *t)
{
    return write_as(path, data, len, mode, REPLACE, t);
}

enum err file_write_changed(const char *path, const void *data, size_t len, mode_t mode, struct trouble *t)
{
    uint8_t *there = NULL;
    size_t there_len = 0;
    bool same = file_read(path, len + 1, &there, &there_len, NULL) == OK && there_len == len && sodium_memcmp(there, data, len) == 0;

    free(there);
    return same ? OK : write_as(path, data, len, mode, REPLACE, t);
}

enum err file_write_new(const char *path, const void *data, size_t len, mode_t mode, struct trouble *t)
{
    return write_as(path, data, len, mode, ONLY_NEW, t);
}

enum err file_write_unsynced(const char *path, const void *data, size_t len, mode_t mode, struct trouble *t)
{
    return write_as(path, data, len, mode, UNSYNCED, t);
}

enum err file_sync_all(const char *folder, struct trouble *t)
{
    int result, saved, fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return system_trouble(t, folder, errno, "write", "schrijven");
    result = syncfs(fd);
    saved = errno;
    (void)close(fd);
    return result == 0 ? OK : system_trouble(t, folder, saved, "write", "schrijven");
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum err file_mkdirs(const char *path, struct trouble *t)
{
    char part[PATH_MAX];
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof part)
        return system_trouble(t, path, len == 0 ? ENOENT : ENAMETOOLONG, "make", "maken");
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        part[i] = '\0';
        if (mkdir(part, S_IRWXU) != 0 && (errno != EEXIST || !is_folder(part)))
            return system_trouble(t, part, errno, "make", "maken");
        part[i] = path[i];
    }
    return OK;
}

enum err file_join(char *out, size_t out_len, const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    size_t slash = a_len != 0 && a[a_len - 1] == '/' ? 0 : 1;

    if (a_len + slash + b_len >= out_len)
        return ERR_LONG;
    memmove(out, a, a_len);
    out[a_len] = '/';
    memcpy(out + a_len + slash, b, b_len + 1);
    return OK;
}
