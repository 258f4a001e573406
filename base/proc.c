#include "base/proc.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/rd.h"
#include "base/wr.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* What a role keeps of our environment: its language, and in test builds what the tests steer it with. */
static const char *const kept[] = {
    "LANG=", "LC_ALL=", "LC_MESSAGES=",
#ifdef SCHAKEL_TEST_CLOCK
    "SCHAKEL_CLOCK_OFFSET_S=", "SCHAKEL_TEST_", "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS=", "TSAN_OPTIONS=",
    "LD_PRELOAD=",
#endif
};

enum { KEPT_MAX = 32 };

enum err proc_pair(int fds[2])
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return ERR_IO;
    fds[0] = pair[0];
    fds[1] = pair[1];
    return OK;
}

/* The start block in memory without a name: it holds keys, so it never touches a disk; a pipe would be too small. */
static int start_file(const uint8_t *start, size_t len)
{
    int fd = memfd_create("start", MFD_CLOEXEC);

    if (fd < 0)
        return -1;
    if (file_put(fd, start, len) == OK && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static void kept_environment(char *out[KEPT_MAX + 1])
{
    size_t n = 0;

    for (char **e = environ; *e != NULL && n < KEPT_MAX; e++)
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
            if (strncmp(*e, kept[i], strlen(kept[i])) == 0) {
                out[n++] = *e;
                break;
            }
    out[n] = NULL;
}

/* Put start and fds on 3, 4, ...: first all out of the way, so that none is overwritten before it is moved. */
static int place_descriptors(int start, const int *fds, size_t fd_count)
{
    int moved[PROC_FDS_MAX + 1];

    for (size_t i = 0; i <= fd_count; i++) {
        moved[i] = fcntl(i == 0 ? start : fds[i - 1], F_DUPFD_CLOEXEC, PROC_FIRST_FD + PROC_FDS_MAX);
        if (moved[i] < 0)
            return -1;
    }
    for (size_t i = 0; i <= fd_count; i++)
        if (dup2(moved[i], PROC_START_FD + (int)i) < 0)
            return -1;
    return close_range(PROC_FIRST_FD + (unsigned)fd_count, ~0U, 0);
}

/* A terminal is open for both ways. One that may not be opened (it is somebody else's, after su) stays as it is. */
static void only_out(int fd)
{
    char path[32];
    int out;

    if (!isatty(fd))
        return;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    out = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (out >= 0)
        (void)dup2(out, fd);
}

/* What people type, a passphrase perhaps, is the parent's to read. What was opened here besides ends with execve. */
static int no_input(void)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (nothing < 0)
        return -1;
    only_out(STDOUT_FILENO);
    only_out(STDERR_FILENO);
    /* It may have come to stand there by itself. */
    return nothing == STDIN_FILENO ? fcntl(STDIN_FILENO, F_SETFD, 0) : dup2(nothing, STDIN_FILENO);
}

/* In the child: become the role. Does not return. */
static _Noreturn void become(const char *role, pid_t parent, int start, const int *fds, size_t fd_count)
{
    char *environment[KEPT_MAX + 1];
    char program[64], option[] = "--role", name[64];
    char *argv[] = { program, option, name, NULL };
    sigset_t none;

    /* SIGKILL and not SIGTERM: a role without its parent has nobody to answer to. The parent may be gone already. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(EX_OSERR);
    /* Ctrl-C reaches the whole group of processes; the parent alone decides then, and sends SIGTERM. */
    if (signal(SIGINT, SIG_IGN) == SIG_ERR || sigemptyset(&none) != 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0)
        _exit(EX_OSERR);
    (void)strncpy(program, program_invocation_short_name, sizeof program - 1);
    program[sizeof program - 1] = '\0';
    (void)strncpy(name, role, sizeof name - 1);
    name[sizeof name - 1] = '\0';
    kept_environment(environment);
    if (place_descriptors(start, fds, fd_count) != 0 || no_input() < 0)
        _exit(EX_OSERR);
    (void)execve("/proc/self/exe", argv, environment);
    _exit(EX_OSERR);
}

enum err proc_start(const char *role, const uint8_t *start, size_t start_len, const int *fds, size_t fd_count,
    struct proc *out)
{
    enum err e = OK;
    int start_fd = -1;
    pid_t parent = getpid(), pid;

    if (fd_count > PROC_FDS_MAX || strlen(role) >= 64)
        abort();
    if (start_len > PROC_START_MAX)
        e = ERR_LONG;
    if (e == OK && (start_fd = start_file(start, start_len)) < 0)
        e = ERR_IO;
    if (e == OK) {
        pid = fork();
        if (pid == 0)
            become(role, parent, start_fd, fds, fd_count);
        if (pid < 0)
            e = ERR_IO;
        else
            *out = (struct proc){ .role = role, .pid = pid };
    }
    if (start_fd >= 0)
        (void)close(start_fd);
    for (size_t i = 0; i < fd_count; i++)
        (void)close(fds[i]);
    return e;
}

const char *proc_role(int argc, char **argv)
{
    return argc == 3 && strcmp(argv[1], "--role") == 0 ? argv[2] : NULL;
}

enum err proc_start_block(uint8_t **out, size_t *len)
{
    enum err e = ERR_IO;
    struct stat st;
    uint8_t *data = NULL;
    size_t used = 0, size = 0;

    if (fstat(PROC_START_FD, &st) != 0)
        return ERR_IO;
    if (!S_ISREG(st.st_mode) || st.st_size < 0 || st.st_size > PROC_START_MAX)
        goto out;
    size = (size_t)st.st_size;
    data = malloc(size + 1);
    if (data == NULL) {
        e = ERR_NOMEM;
        goto out;
    }
    while (used < size) {
        ssize_t n = read(PROC_START_FD, data + used, size - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            goto out;
        used += (size_t)n;
    }
    *out = data;
    *len = size;
    data = NULL;
    e = OK;
out:
    if (data != NULL)
        sodium_memzero(data, size);
    free(data);
    (void)close(PROC_START_FD);
    return e;
}

/* Has this child ended? Then *status says how. A child that cannot be asked about counts as ended badly. */
static bool has_ended(pid_t pid, int *status)
{
    pid_t got;

    do
        got = waitpid(pid, status, WNOHANG);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        *status = -1;
    return got != 0;
}

static bool is_clean(int status)
{
    return status != -1 && ((WIFEXITED(status) && WEXITSTATUS(status) == 0)
        || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM));
}

/* Ask all that are left to end; after grace_ms, make them. Returns whether all ended cleanly. */
static bool stop_all(const struct proc *procs, size_t count, const struct proc *gone, uint64_t grace_ms,
    const sigset_t *signals)
{
    uint64_t until = clock_mono_ms() + grace_ms;
    bool clean = true, killed = false;
    size_t left = count - (gone != NULL ? 1 : 0);
    bool done[PROC_FDS_MAX * 2] = { false };
    int status;

    for (size_t i = 0; i < count; i++) {
        done[i] = &procs[i] == gone;
        if (!done[i])
            (void)kill(procs[i].pid, SIGTERM);
    }
    while (left != 0) {
        for (size_t i = 0; i < count; i++)
            if (!done[i] && has_ended(procs[i].pid, &status)) {
                done[i] = true;
                left--;
                clean = clean && is_clean(status);
            }
        if (left != 0 && !killed && clock_mono_ms() >= until) {
            killed = true;
            for (size_t i = 0; i < count; i++)
                if (!done[i])
                    (void)kill(procs[i].pid, SIGKILL);
        }
        /* A short wait and not the rest of the time: a signal of a child that ended may be taken already. */
        if (left != 0)
            (void)sigtimedwait(signals, NULL, &(struct timespec){ .tv_nsec = 20 * 1000 * 1000 });
    }
    return clean && !killed;
}

/* Who was ended by a signal had no line of its own. */
static void tell_signal(const struct proc *p, int status)
{
    char number[12];

    if (status == -1 || !WIFSIGNALED(status))
        return;
    (void)snprintf(number, sizeof number, "%d", WTERMSIG(status));
    log_event(LOG_ERROR, WTERMSIG(status) == SIGSYS ? "role ended by the system, for a call that it may not make (base/jail)" : "role ended by a signal",
        "role", p->role, "signal", number, NULL);
}

/* One that has ended: the one with this number, or any (0). */
static const struct proc *ended_one(const struct proc *procs, size_t count, pid_t pid)
{
    int status;

    for (size_t i = 0; i < count; i++)
        if ((pid == 0 || procs[i].pid == pid) && has_ended(procs[i].pid, &status)) {
            tell_signal(&procs[i], status);
            return &procs[i];
        }
    return NULL;
}

/*
 * Wait for a signal to us (gives NULL) or for a child that ends by itself. Who dies takes others along, and when this process comes to look they may
 * all have ended: while a signal of a child waits to be taken the next ones are dropped, so it names the first.
 */
static const struct proc *wait_first(const struct proc *procs, size_t count, const sigset_t *signals)
{
    const struct proc *gone = NULL;
    siginfo_t info;
    sigset_t child;
    int got;

    if (sigemptyset(&child) != 0 || sigaddset(&child, SIGCHLD) != 0)
        abort();
    got = sigtimedwait(&child, &info, &(struct timespec){ .tv_nsec = 0 });
    for (;;) {
        if (got == SIGCHLD)
            gone = ended_one(procs, count, info.si_pid);
        if (gone == NULL)
            gone = ended_one(procs, count, 0);
        if (gone != NULL)
            return gone;
        got = sigwaitinfo(signals, &info);
        if (got == SIGTERM || got == SIGINT)
            return NULL;
    }
}

/* Whoever started this process may have left it deaf to them. Only then: a signal that waits to be taken would be lost. */
static void take_children(void)
{
    struct sigaction was;

    if (sigaction(SIGCHLD, NULL, &was) != 0 || (was.sa_handler != SIG_DFL && signal(SIGCHLD, SIG_DFL) == SIG_ERR))
        abort();
}

enum err proc_wait(const struct proc *procs, size_t count, uint64_t grace_ms, const char **dead)
{
    const struct proc *gone;
    sigset_t signals, before;
    bool clean;

    if (count > PROC_FDS_MAX * 2 || sigemptyset(&signals) != 0 || sigaddset(&signals, SIGTERM) != 0
        || sigaddset(&signals, SIGINT) != 0 || sigaddset(&signals, SIGCHLD) != 0)
        abort();
    /* Blocked before the first look at the children, so that none can end unseen between looking and waiting. */
    if (sigprocmask(SIG_BLOCK, &signals, &before) != 0)
        abort();
    take_children();
    gone = wait_first(procs, count, &signals);
    clean = stop_all(procs, count, gone, grace_ms, &signals);
    if (sigprocmask(SIG_SETMASK, &before, NULL) != 0)
        abort();
    *dead = gone != NULL ? gone->role : NULL;
    if (gone != NULL)
        return ERR_PEER;
    return clean ? OK : ERR_STATE;
}

enum err proc_send(int fd, const uint8_t *body, size_t len)
{
    uint8_t header[4];
    struct wr w;

    if (len > UINT32_MAX)
        return ERR_LONG;
    wr_init(&w, header, sizeof header);
    wr_u32(&w, (uint32_t)len);
    for (size_t sent = 0; sent < sizeof header + len;) {
        bool in_header = sent < sizeof header;
        const uint8_t *from = in_header ? header + sent : body + (sent - sizeof header);
        size_t left = in_header ? sizeof header - sent : len - (sent - sizeof header);
        ssize_t n = send(fd, from, left, MSG_NOSIGNAL | (in_header && len != 0 ? MSG_MORE : 0));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ERR_PEER;
        sent += (size_t)n;
    }
    return wr_end(&w);
}

static enum err receive_whole(int fd, uint8_t *out, size_t len)
{
    while (len != 0) {
        ssize_t n = recv(fd, out, len, MSG_WAITALL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_PEER;
        out += n;
        len -= (size_t)n;
    }
    return OK;
}

enum err proc_recv(int fd, size_t max, uint8_t **body, size_t *len)
{
    uint8_t header[4], *data = NULL;
    struct rd r;
    size_t n;
    enum err e = receive_whole(fd, header, sizeof header);

    if (e != OK)
        return e;
    rd_init(&r, header, sizeof header);
    n = rd_u32(&r);
    e = rd_end(&r);
    if (e == OK && n > max)
        e = ERR_LONG;
    if (e != OK)
        return e;
    data = malloc(n + 1);
    if (data == NULL)
        return ERR_NOMEM;
    e = receive_whole(fd, data, n);
    if (e != OK) {
        sodium_memzero(data, n + 1);
        free(data);
        return e;
    }
    *body = data;
    *len = n;
    return OK;
}

void proc_harden(void)
{
    struct rlimit none = { 0, 0 };

    (void)umask(077);
    /* A role that could be read or dumped by others must not run. */
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0
        || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        abort();
}
