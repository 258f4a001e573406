#include "tests/blind/search.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096, RUN_PAGES = 256, LINE_ROOM = 1024, FAMILY_MAX = 32 };

/* Larger than any memory: what a sanitizer reserves to mark bytes, and it holds nothing else. */
#define RESERVED_MIN ((uint64_t)1 << 40)

struct look {
    struct search *search;
    int pid, mem, pages;
    uint8_t *buf;
    uint64_t *flags;
    char place[160];
};

/* ---- one mapping ---- */

/* A run of pages that are there. goes_on: perhaps the next ones too, so that nothing may be cut in two behind it. */
static enum err look_at(struct look *l, uint64_t from, uint64_t until, bool goes_on)
{
    size_t len = (size_t)(until - from);
    size_t more = goes_on ? SEARCH_OVERLAP : 0;
    ssize_t n = pread(l->mem, l->buf, len + more, (off_t)from);

    if (n < (ssize_t)len)
        return n < 0 && (errno == EACCES || errno == EPERM) ? ERR_DENIED : ERR_IO;
    search_bytes(l->search, from, l->buf, (size_t)n, len);
    return OK;
}

/* Bit 63: in memory, bit 62: swapped out. Everything else is zeros, or lies in a file that is searched as a file. */
static bool is_there(uint64_t flags)
{
    return flags >> 62 != 0;
}

static enum err look_through(struct look *l, uint64_t start, uint64_t end)
{
    enum err e = OK;

    for (uint64_t at = start; e == OK && at < end; at += (uint64_t)RUN_PAGES * PAGE) {
        uint64_t left = (end - at) / PAGE;
        size_t count = left < RUN_PAGES ? (size_t)left : RUN_PAGES, first = 0;

        if (pread(l->pages, l->flags, count * 8, (off_t)(at / PAGE * 8)) != (ssize_t)(count * 8))
            return ERR_IO;
        while (e == OK && first < count) {
            size_t last = first;

            while (last < count && is_there(l->flags[last]))
                last++;
            if (last != first)
                e = look_at(l, at + first * PAGE, at + last * PAGE, last == count && count < left);
            first = last + 1;
        }
    }
    return e;
}

/* ---- all mappings of a process ---- */

/* Kernel pages that show the clock cannot be read and hold nothing of the process. */
static bool is_kernels(const char *line)
{
    return strstr(line, "[vvar") != NULL || strstr(line, "[vsyscall]") != NULL || strstr(line, "[vdso]") != NULL;
}

/* "start-end rwxp ..." begins a mapping; lines of what is known about it follow, among them Rss and Swap. */
static enum err look_over(struct look *l, FILE *maps)
{
    char line[LINE_ROOM], rights[8] = "";
    unsigned long long start = 0, end = 0, a, b, kib, there = 0;
    bool kernels = false;
    enum err e = OK;

    while (e == OK && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%llx-%llx %7s", &a, &b, rights) == 3) {
            start = a;
            end = b;
            there = 0;
            kernels = is_kernels(line);
            (void)snprintf(l->place, sizeof l->place, "process %d (%s)", l->pid, rights);
            search_place(l->search, l->place, strncmp(rights, "---", 3) == 0);
        } else if (sscanf(line, "Rss: %llu kB", &kib) == 1 || sscanf(line, "Swap: %llu kB", &kib) == 1) {
            there += kib;
        } else if (strncmp(line, "VmFlags:", 8) == 0 && there != 0 && !kernels && end - start < RESERVED_MIN) {
            e = look_through(l, start, end);
        }
    }
    return e == OK && ferror(maps) ? ERR_IO : e;
}

static enum err one_process(struct search *s, int pid)
{
    struct look l = { .search = s, .pid = pid, .mem = -1, .pages = -1 };
    char path[64];
    FILE *maps = NULL;
    enum err e;

    (void)snprintf(path, sizeof path, "/proc/%d/mem", pid);
    l.mem = open(path, O_RDONLY | O_CLOEXEC);
    (void)snprintf(path, sizeof path, "/proc/%d/pagemap", pid);
    if (l.mem >= 0)
        l.pages = open(path, O_RDONLY | O_CLOEXEC);
    (void)snprintf(path, sizeof path, "/proc/%d/smaps", pid);
    if (l.pages >= 0)
        maps = fopen(path, "re");
    e = maps != NULL ? OK : errno == ENOENT ? ERR_NOTFOUND : ERR_DENIED;
    l.buf = malloc(RUN_PAGES * PAGE + SEARCH_OVERLAP);
    l.flags = malloc(RUN_PAGES * sizeof *l.flags);
    if (l.buf == NULL || l.flags == NULL)
        e = ERR_NOMEM;
    if (e == OK)
        e = look_over(&l, maps);
    if (maps != NULL)
        (void)fclose(maps);
    if (l.mem >= 0)
        (void)close(l.mem);
    if (l.pages >= 0)
        (void)close(l.pages);
    free(l.buf);
    free(l.flags);
    return e;
}

/* ---- a process and its descendants ---- */

/* 0 when it is gone, or has ended and has no memory any more. */
static int parent_of(int pid)
{
    char path[64], text[LINE_ROOM], state = 'Z';
    const char *rest;
    size_t n;
    FILE *in;
    int parent = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
    in = fopen(path, "re");
    if (in == NULL)
        return 0;
    n = fread(text, 1, sizeof text - 1, in);
    (void)fclose(in);
    text[n] = '\0';
    rest = strrchr(text, ')');
    return rest != NULL && sscanf(rest, ") %c %d", &state, &parent) == 2 && state != 'Z' ? parent : 0;
}

static bool is_below(int pid, int root)
{
    for (int depth = 0; pid > 1 && depth < FAMILY_MAX; depth++) {
        int parent = parent_of(pid);

        if (parent == 0 || pid == root)
            return parent != 0;
        pid = parent;
    }
    return false;
}

enum err search_memory(struct search *s, int pid, struct trouble *t)
{
    const struct dirent *d;
    DIR *proc = opendir("/proc");
    enum err e = proc == NULL ? ERR_IO : OK;
    size_t found = 0;
    uint64_t other;

    while (e == OK && (d = readdir(proc)) != NULL) {
        if (text_u64(d->d_name, INT32_MAX, &other) != OK || !is_below((int)other, pid))
            continue;
        found++;
        e = one_process(s, (int)other);
    }
    if (proc != NULL)
        (void)closedir(proc);
    if (e == OK && found == 0)
        e = ERR_NOTFOUND;
    if (e == ERR_DENIED)
        return trouble_set(t, e, "the memory of process %d may be read by root only", "alleen root mag het geheugen van proces %d lezen",
            pid);
    return e == OK ? OK
                   : trouble_set(t, e, "the memory of process %d cannot be searched", "het geheugen van proces %d kan niet worden doorzocht",
                       pid);
}
