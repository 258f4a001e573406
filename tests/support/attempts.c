#include "attempts.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096 };

/* ---- files ---- */

static long open_file(const struct attempts_on *on) { return syscall(SYS_openat, AT_FDCWD, on->file, O_RDONLY, 0); }
static long open_file_quietly(const struct attempts_on *on) { return syscall(SYS_openat, AT_FDCWD, on->file, O_RDONLY | O_CLOEXEC, 0); }
static long change_file(const struct attempts_on *on) { return syscall(SYS_openat, AT_FDCWD, on->file, O_WRONLY | O_TRUNC, 0); }
static long remove_file(const struct attempts_on *on) { return syscall(SYS_unlinkat, AT_FDCWD, on->file, 0); }
static long link_file(const struct attempts_on *on) { return syscall(SYS_symlinkat, on->file, AT_FDCWD, "attempt.link"); }
static long make_memory_file(const struct attempts_on *on) { (void)on; return syscall(SYS_memfd_create, "attempt", 0); }

static long open_memory_of_other(const struct attempts_on *on)
{
    char path[32] = "/proc/", *at = path + 6;
    char digits[12];
    size_t n = 0;

    for (pid_t pid = on->other; pid != 0; pid /= 10)
        digits[n++] = (char)('0' + pid % 10);
    while (n != 0)
        *at++ = digits[--n];
    for (const char *rest = "/mem"; *rest != '\0'; rest++)
        *at++ = *rest;
    *at = '\0';
    return syscall(SYS_openat, AT_FDCWD, path, O_RDWR, 0);
}

/* ---- others ---- */

static long signal_other(const struct attempts_on *on) { return syscall(SYS_kill, on->other, 0); }
static long signal_thread_of_other(const struct attempts_on *on) { return syscall(SYS_tgkill, on->other, on->other, 0); }
static long trace_other(const struct attempts_on *on) { return syscall(SYS_ptrace, PTRACE_SEIZE, on->other, 0, 0); }
static long hold_other(const struct attempts_on *on) { return syscall(SYS_pidfd_open, on->other, 0); }

static long read_other(const struct attempts_on *on)
{
    static uint64_t here, there;
    struct iovec to = { &here, sizeof here }, from = { &there, sizeof there };

    return syscall(SYS_process_vm_readv, on->other, &to, 1UL, &from, 1UL, 0UL);
}

/* A descriptor that sends signals to who owns it. */
static long own_signals(const struct attempts_on *on) { return syscall(SYS_fcntl, STDERR_FILENO, F_SETOWN, on->other); }

/* ---- the network ---- */

static long make_socket(const struct attempts_on *on) { (void)on; return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); }
static long make_local_socket(const struct attempts_on *on) { (void)on; return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0); }

/* ---- programs and processes ---- */

static long run_program(const struct attempts_on *on)
{
    char name[] = "true", *argv[] = { name, NULL }, *environment[] = { NULL };

    (void)on;
    return syscall(SYS_execve, "/bin/true", argv, environment);
}

static long fork_self(const struct attempts_on *on)
{
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    (void)on;
    if (pid == 0)
        _exit(0);
    return pid;
}

static long leave_namespace(const struct attempts_on *on) { (void)on; return syscall(SYS_unshare, CLONE_FILES); }

/* ---- code of its own ---- */

static long map_code(const struct attempts_on *on)
{
    (void)on;
    return syscall(SYS_mmap, NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long make_code(const struct attempts_on *on)
{
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)on;
    return page == MAP_FAILED ? 0 : syscall(SYS_mprotect, page, PAGE, PROT_READ | PROT_EXEC);
}

static long be_dumpable(const struct attempts_on *on) { (void)on; return syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }

const struct attempt attempts[] = {
    { "open a file", "openat", open_file },
    { "open a file as the C library does", "openat", open_file_quietly },
    { "empty a file", "openat", change_file },
    { "link to a file", "symlinkat", link_file },
    { "make a file in memory", "memfd_create", make_memory_file },
    { "open another's memory", "openat", open_memory_of_other },
    { "signal another", "kill", signal_other },
    { "signal another's thread", "tgkill", signal_thread_of_other },
    { "trace another", "ptrace", trace_other },
    { "hold another", "pidfd_open", hold_other },
    { "read another's memory", "process_vm_readv", read_other },
    { "send signals by a descriptor", "fcntl", own_signals },
    { "make a socket", "socket", make_socket },
    { "make a local socket", "socket", make_local_socket },
    { "run a program", "execve", run_program },
    { "make a process", "clone", fork_self },
    { "leave what is shared", "unshare", leave_namespace },
    { "map code", "mmap", map_code },
    { "make memory code", "mprotect", make_code },
    { "be dumpable", "prctl", be_dumpable },
    { "remove a file", "unlinkat", remove_file },
};
const size_t attempts_count = sizeof attempts / sizeof *attempts;
