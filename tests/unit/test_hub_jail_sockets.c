/*
 * base/jail: what a role could do with the sockets that it has: dial by the one on which it listens, or have the kernel send signals in its name.
 * Each is done once without the jail, where it must be possible, and once in it.
 */
#include "support/check.h"

#include "base/jail.h"
#include "hub/outside.h"
#include "server/gate.h"

#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { DONE = 0, BY_ERROR = 1, NO_JAIL = 2, WAIT_MS = 200 };
#define PROGRAM "schakel-test role"

enum wall { NOTHING, GATE, WITNESS, NO_LIST };

static void shut(enum wall wall)
{
    static const struct jail_path usr = { "/usr", JAIL_SYSTEM };
    enum err e = OK;

    if (wall == NOTHING)
        return;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(NO_JAIL);
    (void)close(STDERR_FILENO);
    if (wall == GATE)
        e = jail_files(PROGRAM, &usr, 1);
    if (e == OK)
        e = wall == NO_LIST ? jail_calls_but(PROGRAM) : jail_calls(PROGRAM, wall == GATE ? (unsigned)SERVER_GATE_CALLS : (unsigned)HUB_WITNESS_CALLS);
    if (e != OK)
        _exit(NO_JAIL);
}

static int ended(pid_t pid)
{
    int status = 0;

    assert_true(pid >= 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* ---- to dial ---- */

static int listening(struct sockaddr_in *at)
{
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    *at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)at, sizeof *at), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
    return fd;
}

/* A socket that listens no more is like a new one, and the first data can bring the connection with them: no call "connect" is made. */
static long dial(int own, const struct sockaddr_in *to, bool as_message)
{
    char data[] = "out";
    struct sockaddr_in at = *to;
    struct iovec part = { data, 3 };
    struct msghdr all = { .msg_name = &at, .msg_namelen = sizeof at, .msg_iov = &part, .msg_iovlen = 1 };

    if (shutdown(own, SHUT_RDWR) != 0)
        return -1;
    return as_message ? syscall(SYS_sendmsg, own, &all, MSG_FASTOPEN | MSG_NOSIGNAL)
                      : syscall(SYS_sendto, own, data, 3UL, MSG_FASTOPEN | MSG_NOSIGNAL, &at, (socklen_t)sizeof at);
}

/* Did it get out? */
static bool dials(enum wall wall, bool as_message)
{
    struct sockaddr_in there, here;
    int target = listening(&there), own = listening(&here);
    struct pollfd p = { .fd = target, .events = POLLIN };
    pid_t pid = fork();
    bool out;

    if (pid == 0) {
        shut(wall);
        _exit(dial(own, &there, as_message) >= 0 ? DONE : BY_ERROR);
    }
    assert_int_not_equal(ended(pid), NO_JAIL);
    out = poll(&p, 1, WAIT_MS) == 1;
    (void)close(target);
    (void)close(own);
    return out;
}

static void the_gate_does_not_dial_by_its_own_door(void **state)
{
    (void)state;
    for (int as_message = 0; as_message <= 1; as_message++) {
        if (!dials(NOTHING, as_message)) {
            print_message("net.ipv4.tcp_fastopen is off here: nobody dials so, and a refusal would show nothing\n");
            skip();
        }
        assert_false(dials(GATE, as_message));
    }
}

/* ---- signals to others, by a descriptor ---- */

static long own_by(int fd, unsigned long how)
{
    int other = (int)getppid();

    return syscall(SYS_ioctl, fd, how, &other);
}

static int owns(enum wall wall, unsigned long how)
{
    int pair[2];
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    pid = fork();
    if (pid == 0) {
        shut(wall);
        _exit(own_by(pair[0], how) >= 0 ? DONE : BY_ERROR);
    }
    (void)close(pair[0]);
    (void)close(pair[1]);
    return ended(pid);
}

static void no_role_that_dials_sends_signals_by_a_socket(void **state)
{
    static const unsigned long how[] = { FIOSETOWN, SIOCSPGRP };

    (void)state;
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
        assert_int_equal(owns(NOTHING, how[i]), DONE);
        assert_int_equal(owns(WITNESS, how[i]), BY_ERROR);
        assert_int_equal(owns(NO_LIST, how[i]), BY_ERROR);
    }
}

/* How much there is to read, which the C library asks when it looks a name up, it may ask. */
static void what_is_waiting_may_be_asked(void **state)
{
    static const enum wall wall[] = { NOTHING, WITNESS, NO_LIST };

    (void)state;
    for (size_t i = 0; i < sizeof wall / sizeof *wall; i++)
        assert_int_equal(owns(wall[i], FIONREAD), DONE);
}

/* ---- processes and others, in a role without a list ---- */

static long make_process(void) { return syscall(SYS_clone, (unsigned long)SIGCHLD, 0UL, 0UL, 0UL, 0UL); }
static long signal_other(void) { return syscall(SYS_tgkill, getppid(), getppid(), 0); }
static long signal_other_at_once(void) { return syscall(SYS_kill, getppid(), 0); }
static long open_tree_of_files(void) { return syscall(SYS_open_tree, -1, "/", 0U); }
static long signal_self(void) { return syscall(SYS_tgkill, getpid(), getpid(), 0); }

static int does(enum wall wall, long (*what)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        long got;

        shut(wall);
        got = what();
        _exit(got >= 0 ? DONE : BY_ERROR);
    }
    return ended(pid);
}

static void a_role_without_a_list_starts_and_ends_nobody(void **state)
{
    static long (*const not[])(void) = { make_process, signal_other, signal_other_at_once, open_tree_of_files };

    (void)state;
    for (size_t i = 0; i < sizeof not / sizeof *not; i++) {
        assert_int_equal(does(NOTHING, not[i]), DONE);
        assert_int_equal(does(NO_LIST, not[i]), EX_NOPERM);
    }
    assert_int_equal(does(NO_LIST, signal_self), DONE);
}

/* The same calls under the numbers of another processor: the kernel ends who tries. */
static void calls_under_other_numbers_end_it(void **state)
{
    (void)state;
#if defined __x86_64__
    static const enum wall wall[] = { GATE, WITNESS, NO_LIST };

    for (size_t i = 0; i < sizeof wall / sizeof *wall; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            shut(wall[i]);
            _exit(syscall(0x40000000 | SYS_getpid) >= 0 ? DONE : BY_ERROR);
        }
        assert_int_equal(ended(pid), -SIGSYS);
        pid = fork();
        if (pid == 0) {
            long got = 20;  /* getpid, as a program of 32 bits asks it */

            shut(wall[i]);
            __asm__ volatile("int $0x80" : "+a"(got) : : "memory", "r8", "r9", "r10", "r11");
            _exit(got >= 0 ? DONE : BY_ERROR);
        }
        assert_int_equal(ended(pid), -SIGSYS);
    }
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gate_does_not_dial_by_its_own_door), cmocka_unit_test(no_role_that_dials_sends_signals_by_a_socket),
        cmocka_unit_test(what_is_waiting_may_be_asked), cmocka_unit_test(a_role_without_a_list_starts_and_ends_nobody),
        cmocka_unit_test(calls_under_other_numbers_end_it),
    };

    return cmocka_run_group_tests_name("base/jail, sockets", tests, NULL, NULL);
}
