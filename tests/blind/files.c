#include "tests/blind/search.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 20, FOLDERS_OPEN = 16 };

static enum err read_full(int fd, uint8_t *out, size_t want, size_t *got)
{
    *got = 0;
    while (*got < want) {
        ssize_t n = read(fd, out + *got, want - *got);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_IO;
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return OK;
}

/* The last bytes of a block are looked at again with the next one behind them. */
static enum err look(struct search *s, int fd, uint8_t *buf)
{
    size_t kept = 0, got = 0;
    uint64_t at = 0;

    for (;;) {
        enum err e = read_full(fd, buf + kept, BLOCK, &got);
        size_t len = kept + got, limit;

        if (e != OK)
            return e;
        limit = got < BLOCK ? len : len - SEARCH_OVERLAP;
        search_bytes(s, at, buf, len, limit);
        if (got < BLOCK)
            return OK;
        memmove(buf, buf + limit, len - limit);
        kept = len - limit;
        at += limit;
    }
}

static enum err look_into(struct search *s, const char *path)
{
    uint8_t *buf = malloc(BLOCK + SEARCH_OVERLAP);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    enum err e = buf == NULL ? ERR_NOMEM : fd < 0 ? ERR_IO : OK;

    search_place(s, path, false);
    if (e == OK)
        e = look(s, fd, buf);
    if (fd >= 0)
        (void)close(fd);
    free(buf);
    return e;
}

/* nftw has no argument of the caller's. */
static struct search *walking;

static int visit(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)ftw;
    if (flag == FTW_DNR || flag == FTW_NS)
        return ERR_IO;
    return flag == FTW_F && S_ISREG(st->st_mode) ? (int)look_into(walking, path) : OK;
}

enum err search_path(struct search *s, const char *path, struct trouble *t)
{
    int rc;

    walking = s;
    rc = nftw(path, visit, FOLDERS_OPEN, FTW_PHYS);
    walking = NULL;
    if (rc == OK)
        return OK;
    return trouble_at(t, rc < 0 ? ERR_IO : (enum err)rc, path, 0, 0, "cannot be searched", "kan niet worden doorzocht");
}
