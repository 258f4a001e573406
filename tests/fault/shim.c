/*
 * tests/fault/shim: preloaded into whole programs of a plain build, makes the nth allocation, write to a file or sync of one role fail,
 * and only that one: whoever makes it, ours or a library. A program without a role goes by a word of its command. SCHAKEL_TEST_FAULT lists
 * "role:path,..."; the file at path holds six numbers of 64 bits in the machine's order: for allocations, writes and syncs how many are left
 * until one fails (0: none), then how many there were.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Under their own names: what the C library calls them when nobody is in between. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);

enum { ALLOCATION, WRITE, SYNC, KINDS };

struct control { _Atomic uint64_t left[KINDS], count[KINDS]; };

static struct control *control;
static bool has_files = true;

static bool is_name(const char *word, const char *name, size_t len)
{
    return strlen(word) == len && memcmp(word, name, len) == 0;
}

/* Is this process of that role? Its command line says "--role NAME"; or it has no role, and NAME is one of its words. */
static bool is_role(const char *name, size_t len)
{
    static const char option[] = "--role";
    char line[512];
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
    bool word = false;

    (void)close(fd);
    if (n <= 0)
        return false;
    line[n] = '\0';
    for (const char *p = line; p < line + n; p += strlen(p) + 1) {
        if (strcmp(p, option) == 0)
            return is_name(p + sizeof option, name, len);
        word = word || is_name(p, name, len);
    }
    return word;
}

static void take(const char *path, size_t len)
{
    char name[256];
    void *at;
    int fd;

    if (len >= sizeof name)
        return;
    memcpy(name, path, len);
    name[len] = '\0';
    fd = open(name, O_RDWR | O_CLOEXEC);
    at = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (at != MAP_FAILED)
        control = at;
}

__attribute__((constructor)) static void start(void)
{
    const char *p = getenv("SCHAKEL_TEST_FAULT");

    while (p != NULL && *p != '\0') {
        size_t role = strcspn(p, ":"), path;

        if (p[role] == '\0')
            return;
        path = strcspn(p + role + 1, ",");
        if (is_role(p, role)) {
            take(p + role + 1, path);
            /* A gate opens no file, and may not even ask what a descriptor is. */
            has_files = !(role == 4 && memcmp(p, "gate", 4) == 0);
        }
        p += role + 1 + path;
        p += *p == ',';
    }
}

static bool fails(int kind)
{
    uint64_t left;

    if (control == NULL)
        return false;
    (void)atomic_fetch_add(&control->count[kind], 1);
    left = atomic_load(&control->left[kind]);
    while (left != 0)
        if (atomic_compare_exchange_weak(&control->left[kind], &left, left - 1))
            return left == 1;
    return false;
}

static bool fails_errno(int kind, int why)
{
    bool yes = fails(kind);

    if (yes)
        errno = why;
    return yes;
}

void *malloc(size_t n)
{
    return fails_errno(ALLOCATION, ENOMEM) ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    return fails_errno(ALLOCATION, ENOMEM) ? NULL : __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
    return fails_errno(ALLOCATION, ENOMEM) ? NULL : __libc_realloc(p, n);
}

/* Sockets and pipes fail in other ways; these are files. */
static bool write_fails(int fd)
{
    struct stat s;

    return control != NULL && has_files && fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && fails_errno(WRITE, ENOSPC);
}

ssize_t write(int fd, const void *data, size_t len)
{
    return write_fails(fd) ? -1 : (ssize_t)syscall(SYS_write, fd, data, len);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    return write_fails(fd) ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, data, len, at);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off_t at)
{
    return pwrite(fd, data, len, at);
}

ssize_t writev(int fd, const struct iovec *v, int count)
{
    return write_fails(fd) ? -1 : (ssize_t)syscall(SYS_writev, fd, v, count);
}

ssize_t pwritev(int fd, const struct iovec *v, int count, off_t at)
{
    return write_fails(fd) ? -1 : (ssize_t)syscall(SYS_pwritev, fd, v, count, at, 0);
}

int fsync(int fd)
{
    return fails_errno(SYNC, EIO) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return fails_errno(SYNC, EIO) ? -1 : (int)syscall(SYS_fdatasync, fd);
}
