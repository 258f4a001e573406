/*
 * Linked into the tests of our modules: what they write need not outlive a power cut, so none of them waits for the disk. A node in a test is often
 * both who asks and who answers, and where a disk stops for seconds its questions would run out of time. That what was promised is on disk the
 * tests of base/kv and the flows show, whose programs are without this.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int fsync(int fd)
{
    return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}

int fdatasync(int fd)
{
    return fsync(fd);
}

/* Of a map that is shared the system writes all by itself. */
int msync(void *from, size_t len, int flags)
{
    (void)from;
    (void)len;
    (void)flags;
    return 0;
}

/* LMDB writes its first pages through a descriptor of this sort. */
int open(const char *path, int flags, ...)
{
    va_list rest;
    mode_t mode = 0;

    va_start(rest, flags);
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE)
        mode = va_arg(rest, mode_t);
    va_end(rest);
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags & ~O_SYNC, mode);
}
