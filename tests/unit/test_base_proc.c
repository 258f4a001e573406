/* base/proc: this program starts itself as roles, as the real ones do. */
#include "support/check.h"

#include "base/clock.h"
#include "base/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the roles --- */

/* Sends its start block back over 4, then what it was sent, until the other end is gone. */
static int role_echo(void)
{
    uint8_t *data = NULL;
    size_t len;
    enum err e = proc_start_block(&data, &len);

    while (e == OK) {
        e = proc_send(PROC_FIRST_FD, data, len);
        free(data);
        data = NULL;
        if (e == OK)
            e = proc_recv(PROC_FIRST_FD, 1 << 20, &data, &len);
    }
    return e == ERR_PEER ? 0 : 1;
}

/* Tells which descriptors it has, and its environment. */
static int role_look(void)
{
    char text[4096] = "";
    uint8_t *data = NULL;
    size_t len, used = 0;
    struct stat st;

    if (proc_start_block(&data, &len) != OK)
        return 1;
    free(data);
    for (int fd = 0; fd < 100; fd++)
        if (fstat(fd, &st) == 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%d ", fd);
    for (char **e = environ; *e != NULL; e++)
        used += (size_t)snprintf(text + used, sizeof text - used, "[%s]", *e);
    return proc_send(PROC_FIRST_FD, (const uint8_t *)text, used) == OK ? 0 : 1;
}

static int role_harden(void)
{
    struct rlimit core;
    char text[64];
    FILE *f;
    int no_new_privs = 0;

    proc_harden();
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0 || umask(0) != 077)
        return 1;
    f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(text, sizeof text, f) != NULL)
        if (strcmp(text, "NoNewPrivs:\t1\n") == 0)
            no_new_privs = 1;
    if (f != NULL)
        (void)fclose(f);
    return no_new_privs ? 0 : 2;
}

/* Starts a grandchild and ends; the grandchild holds the other end of 4 until it dies. */
static int role_parent(void)
{
    int fds[1] = { PROC_FIRST_FD };
    struct proc child;

    if (proc_start("wait", NULL, 0, fds, 1, &child) != OK)
        return 1;
    return 0;
}

static int role_stubborn(void)
{
    if (signal(SIGTERM, SIG_IGN) == SIG_ERR || proc_send(PROC_FIRST_FD, (const uint8_t *)"deaf", 4) != OK)
        return 1;
    for (;;)
        (void)pause();
}

/* 0: nothing can be read where its parent reads what people type. */
static int role_typed(void)
{
    char c;

    return read(STDIN_FILENO, &c, 1) == 0 && read(STDOUT_FILENO, &c, 1) <= 0 && read(STDERR_FILENO, &c, 1) <= 0 ? 0 : 1;
}

static int run_role(const char *role)
{
    if (strcmp(role, "typed") == 0)
        return role_typed();
    if (strcmp(role, "echo") == 0)
        return role_echo();
    if (strcmp(role, "look") == 0)
        return role_look();
    if (strcmp(role, "harden") == 0)
        return role_harden();
    if (strcmp(role, "parent") == 0)
        return role_parent();
    if (strcmp(role, "stubborn") == 0)
        return role_stubborn();
    if (strcmp(role, "fail") == 0)
        return 9;
    while (strcmp(role, "wait") == 0)
        (void)pause();
    return 64;
}

/* --- the tests --- */

static struct proc start(const char *role, const char *block, int *ours)
{
    int fds[2];
    struct proc p;

    assert_err(proc_pair(fds), OK);
    assert_err(proc_start(role, (const uint8_t *)block, strlen(block), &fds[1], 1, &p), OK);
    assert_string_equal(p.role, role);
    *ours = fds[0];
    return p;
}

static int end_of(const struct proc *p)
{
    int status = -1;

    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    return status;
}

static void check_received(int fd, const char *expected)
{
    uint8_t *data = NULL;
    size_t len;

    assert_err(proc_recv(fd, 1 << 20, &data, &len), OK);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(data, expected, len);
    free(data);
}

static void test_echo(void **state)
{
    int fd;
    struct proc p = start("echo", "what it may know", &fd);

    (void)state;
    check_received(fd, "what it may know");
    assert_err(proc_send(fd, (const uint8_t *)"hello", 5), OK);
    check_received(fd, "hello");
    assert_err(proc_send(fd, NULL, 0), OK);
    check_received(fd, "");
    assert_int_equal(close(fd), 0);
    assert_int_equal(end_of(&p), 0);
}

static void test_large_start_block(void **state)
{
    uint8_t *big = malloc(PROC_START_MAX + 1), *back = NULL;
    int fds[2];
    struct proc p;
    size_t len;

    (void)state;
    assert_non_null(big);
    for (size_t i = 0; i <= PROC_START_MAX; i++)
        big[i] = (uint8_t)(i * 31 + i / 256);
    assert_err(proc_pair(fds), OK);
    assert_err(proc_start("echo", big, PROC_START_MAX, &fds[1], 1, &p), OK);
    assert_err(proc_recv(fds[0], PROC_START_MAX, &back, &len), OK);
    assert_int_equal(len, PROC_START_MAX);
    assert_memory_equal(back, big, len);
    free(back);
    assert_int_equal(close(fds[0]), 0);
    assert_int_equal(end_of(&p), 0);
    assert_err(proc_pair(fds), OK);
    assert_err(proc_start("echo", big, PROC_START_MAX + 1, &fds[1], 1, &p), ERR_LONG);
    assert_int_equal(fcntl(fds[1], F_GETFD), -1);  /* closed all the same */
    assert_int_equal(close(fds[0]), 0);
    free(big);
}

/* Other open files and the environment stay behind. */
static void test_nothing_else_is_inherited(void **state)
{
    int fd, other = open("/dev/null", O_RDONLY);  /* without O_CLOEXEC */
    struct proc p;
    uint8_t *data = NULL;
    size_t len;
    char *text;

    (void)state;
    assert_true(other >= 0);
    assert_int_equal(setenv("SECRET_THING", "x", 1), 0);
    assert_int_equal(setenv("LANG", "nl_NL.UTF-8", 1), 0);
    p = start("look", "", &fd);
    assert_err(proc_recv(fd, 4096, &data, &len), OK);
    text = strndup((const char *)data, len);
    assert_non_null(text);
    assert_int_equal(strncmp(text, "0 1 2 4 [", 9), 0);  /* 3 was closed after reading it */
    assert_non_null(strstr(text, "[LANG=nl_NL.UTF-8]"));
    assert_null(strstr(text, "SECRET_THING"));
    assert_null(strstr(text, "PATH="));
    free(text);
    free(data);
    assert_int_equal(close(fd), 0);
    assert_int_equal(close(other), 0);
    assert_int_equal(end_of(&p), 0);
}

/* A passphrase that is typed at the terminal of a hub or node is no part's to read; also when the parent has no such descriptor at all. */
static void test_nothing_typed_is_read(void **state)
{
    int keyboard[2], before = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
    struct proc p;

    (void)state;
    assert_true(before >= 0);
    assert_int_equal(pipe(keyboard), 0);
    assert_int_equal(write(keyboard[1], "typed", 5), 5);
    assert_int_equal(dup2(keyboard[0], STDIN_FILENO), STDIN_FILENO);
    assert_err(proc_start("typed", NULL, 0, NULL, 0, &p), OK);
    assert_int_equal(end_of(&p), 0);
    assert_int_equal(close(STDIN_FILENO), 0);
    assert_err(proc_start("typed", NULL, 0, NULL, 0, &p), OK);
    assert_int_equal(end_of(&p), 0);
    assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(before), 0);
    assert_int_equal(close(keyboard[0]), 0);
    assert_int_equal(close(keyboard[1]), 0);
}

/* The three descriptors of a terminal are one, and open for both ways. */
static void test_a_terminal_is_for_writing(void **state)
{
    int ours = posix_openpt(O_RDWR | O_NOCTTY), theirs, status = -1;
    pid_t pid;

    (void)state;
    assert_true(ours >= 0);
    assert_int_equal(grantpt(ours), 0);
    assert_int_equal(unlockpt(ours), 0);
    theirs = open(ptsname(ours), O_RDWR | O_NOCTTY);
    assert_true(theirs >= 0);
    assert_int_equal(write(ours, "typed\n", 6), 6);
    pid = fork();
    if (pid == 0) {
        struct proc p;

        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
            (void)dup2(theirs, fd);
        _exit(proc_start("typed", NULL, 0, NULL, 0, &p) == OK && waitpid(p.pid, &status, 0) == p.pid && status == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(close(ours), 0);
    assert_int_equal(close(theirs), 0);
}

/* Descriptors that already are 3, 4, 5 in the wrong order arrive in the right one. */
static void test_descriptors_in_order(void **state)
{
    int a[2], b[2], fds[2];
    struct proc p;

    (void)state;
    assert_err(proc_pair(a), OK);
    assert_err(proc_pair(b), OK);
    fds[0] = b[0];
    fds[1] = a[0];
    assert_err(proc_start("echo", (const uint8_t *)"x", 1, fds, 2, &p), OK);
    check_received(b[1], "x");
    assert_int_equal(close(b[1]), 0);
    assert_int_equal(close(a[1]), 0);
    assert_int_equal(end_of(&p), 0);
}

static void test_harden(void **state)
{
    int fd;
    struct proc p = start("harden", "", &fd);

    (void)state;
    assert_int_equal(end_of(&p), 0);
    assert_int_equal(close(fd), 0);
}

static void test_grandchild_dies_with_its_parent(void **state)
{
    int fd;
    struct proc p = start("parent", "", &fd);
    uint8_t *data = NULL;
    size_t len;

    (void)state;
    assert_int_equal(end_of(&p), 0);
    /* Nobody else holds the other end: it closes only when the grandchild is gone. */
    assert_err(proc_recv(fd, 10, &data, &len), ERR_PEER);
    assert_int_equal(close(fd), 0);
}

static void test_role(void **state)
{
    char program[] = "p", option[] = "--role", name[] = "core", other[] = "--rule";
    char *good[] = { program, option, name, NULL }, *bad[] = { program, other, name, NULL };

    (void)state;
    assert_string_equal(proc_role(3, good), "core");
    assert_null(proc_role(3, bad));
    assert_null(proc_role(2, good));
    assert_null(proc_role(1, good));
}

/* --- waiting: in a process of its own, as it takes over signals --- */

struct wait_row {
    const char *name;
    const char *roles[3];
    int signal_to_parent;  /* 0 for none */
    uint64_t grace_ms;
    enum err expected;
    const char *dead;
    uint64_t least_ms;
};

/* Who is left waiting waits for ever. Who ends by itself has as long as a machine with much else to do needs; who does not is waited for in vain. */
enum { MOST_MS = 120000, LONG_MS = 60000, SHORT_MS = 400 };

static const struct wait_row wait_rows[] = {
    { "wait: a role that fails ends all", { "wait", "fail", "wait" }, 0, LONG_MS, ERR_PEER, "fail", 0 },
    { "wait: also a role that ends without an error", { "wait", "echo-closed", "wait" }, 0, LONG_MS, ERR_PEER, "echo-closed", 0 },
    { "wait: SIGTERM ends all cleanly", { "wait", "wait", NULL }, SIGTERM, LONG_MS, OK, NULL, 0 },
    { "wait: SIGINT likewise", { "wait", "wait", NULL }, SIGINT, LONG_MS, OK, NULL, 0 },
    { "wait: who does not listen is killed", { "wait", "stubborn", NULL }, SIGTERM, SHORT_MS, ERR_STATE, NULL, SHORT_MS - 100 },
    { "wait: killed also when another died", { "fail", "stubborn", NULL }, 0, SHORT_MS, ERR_PEER, "fail", SHORT_MS - 100 },
};

/* The stubborn one ignores SIGTERM from now on. */
static bool is_deaf(int fd)
{
    uint8_t *data = NULL;
    size_t len;
    enum err e = proc_recv(fd, 16, &data, &len);

    free(data);
    return e == OK && len == 4;
}

/* Gives 0 when all was as expected, else the number of the check that was not. */
static int wait_in_child(const struct wait_row *row)
{
    struct proc procs[3];
    size_t count = 0;
    const char *dead = "untouched";
    uint64_t began;
    pid_t me = getpid();
    enum err e;

    for (; count < 3 && row->roles[count] != NULL; count++) {
        int fds[2];
        const char *role = strcmp(row->roles[count], "echo-closed") == 0 ? "echo" : row->roles[count];

        if (proc_pair(fds) != OK || proc_start(role, NULL, 0, &fds[1], 1, &procs[count]) != OK)
            return 1;
        procs[count].role = row->roles[count];
        if (role != row->roles[count])
            (void)close(fds[0]);
        if (strcmp(role, "stubborn") == 0 && !is_deaf(fds[0]))
            return 6;
    }
    if (row->signal_to_parent != 0) {
        sigset_t early;

        /* It may come before the wait begins, and is found there then. */
        if (sigemptyset(&early) != 0 || sigaddset(&early, row->signal_to_parent) != 0 || sigprocmask(SIG_BLOCK, &early, NULL) != 0)
            return 7;
        if (fork() == 0) {
            (void)usleep(100 * 1000);
            (void)kill(me, row->signal_to_parent);
            _exit(0);
        }
    }
    began = clock_mono_ms();
    e = proc_wait(procs, count, row->grace_ms, &dead);
    if (e != row->expected)
        return 2;
    if ((dead == NULL) != (row->dead == NULL) || (dead != NULL && strcmp(dead, row->dead) != 0))
        return 3;
    if (clock_mono_ms() - began < row->least_ms || clock_mono_ms() - began > MOST_MS)
        return 4;
    for (size_t i = 0; i < count; i++)
        if (kill(procs[i].pid, 0) == 0)
            return 5;
    return 0;
}

static void test_wait(void **state)
{
    const struct wait_row *row = *state;
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(wait_in_child(row));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- framed messages --- */

static void send_raw(int fd, const char *bytes, size_t len)
{
    assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

static void test_frames(void **state)
{
    int fds[2];
    uint8_t *data = NULL;
    size_t len = 99;

    (void)state;
    assert_err(proc_pair(fds), OK);
    assert_int_not_equal(fcntl(fds[0], F_GETFD) & FD_CLOEXEC, 0);
    assert_int_not_equal(fcntl(fds[1], F_GETFD) & FD_CLOEXEC, 0);
    send_raw(fds[0], "\0\0\0\3abc\0\0\0\0\0\0\0\5", 15);
    check_received(fds[1], "abc");
    check_received(fds[1], "");
    assert_err(proc_recv(fds[1], 4, &data, &len), ERR_LONG);
    assert_null(data);
    assert_int_equal(len, 99);
    assert_int_equal(close(fds[0]), 0);
    assert_err(proc_recv(fds[1], 4, &data, &len), ERR_PEER);
    assert_err(proc_send(fds[1], (const uint8_t *)"x", 1), ERR_PEER);
    assert_int_equal(close(fds[1]), 0);
}

/* The other end goes away inside a message, at every place. */
static void test_cut_frames(void **state)
{
    (void)state;
    for (size_t n = 0; n < 7; n++) {
        int fds[2];
        uint8_t *data = NULL;
        size_t len;

        assert_err(proc_pair(fds), OK);
        send_raw(fds[0], "\0\0\0\3abc", n);
        assert_int_equal(close(fds[0]), 0);
        assert_err(proc_recv(fds[1], 10, &data, &len), ERR_PEER);
        assert_null(data);
        assert_int_equal(close(fds[1]), 0);
    }
}

int main(int argc, char **argv)
{
    struct check_list list = { 0 };
    const char *role = proc_role(argc, argv);

    if (role != NULL)
        return run_role(role);
    check_add(&list, "start block and messages", test_echo, NULL);
    check_add(&list, "a start block of the largest size", test_large_start_block, NULL);
    check_add(&list, "nothing else is inherited", test_nothing_else_is_inherited, NULL);
    check_add(&list, "nothing that is typed is read", test_nothing_typed_is_read, NULL);
    check_add(&list, "a terminal is for writing", test_a_terminal_is_for_writing, NULL);
    check_add(&list, "descriptors arrive in order", test_descriptors_in_order, NULL);
    check_add(&list, "hardening", test_harden, NULL);
    check_add(&list, "a grandchild dies with its parent", test_grandchild_dies_with_its_parent, NULL);
    check_add(&list, "--role", test_role, NULL);
    for (size_t i = 0; i < sizeof wait_rows / sizeof *wait_rows; i++)
        check_add(&list, wait_rows[i].name, test_wait, &wait_rows[i]);
    check_add(&list, "frames", test_frames, NULL);
    check_add(&list, "frames cut at every place", test_cut_frames, NULL);
    return check_run(&list, "base/proc");
}
