/*
 * base/jail: what a role that dials, or one without a list, could do to other processes and through the services of its machine: have signals sent,
 * set limits, take their turn away, ask a service to start a program. Each is done once without the jail, where it must be possible, and in it.
 */
#include "support/check.h"

#include "base/jail.h"
#include "hub/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { DONE = 0, BY_ERROR = 1, NO_JAIL = 2 };
#define PROGRAM "schakel-test role"

enum wall { NOTHING, DIALS, NO_LIST, NO_LIST_LOCAL };

/* A service of this machine, and a descriptor of our own. */
static struct sockaddr_un service_at, mailbox_at;
static int pair[2];

static void shut(enum wall wall)
{
    enum err e = OK;

    (void)close(STDERR_FILENO);
    if (wall == NOTHING)
        return;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(NO_JAIL);
    e = wall == DIALS ? jail_calls(PROGRAM, (unsigned)HUB_WITNESS_CALLS) : wall == NO_LIST ? jail_calls_but(PROGRAM) : jail_calls_but_local(PROGRAM);
    if (e != OK)
        _exit(NO_JAIL);
}

static int does(enum wall wall, long (*what)(void))
{
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        shut(wall);
        _exit(what() >= 0 ? DONE : BY_ERROR);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static bool is_refused(int code)
{
    return code == BY_ERROR || code == EX_NOPERM;
}

/* ---- signals and turns of others ---- */

static long owned_by_other(void) { return syscall(SYS_fcntl, pair[0], F_SETOWN, getppid()); }

static long owned_by_other_too(void)
{
    struct f_owner_ex other = { .type = F_OWNER_PID, .pid = getppid() };

    return syscall(SYS_fcntl, pair[0], F_SETOWN_EX, &other);
}

static long which_signal(void) { return syscall(SYS_fcntl, pair[0], F_SETSIG, SIGKILL); }

static long limit_other(void)
{
    struct rlimit now;

    return syscall(SYS_prlimit64, getppid(), RLIMIT_CPU, NULL, &now);
}

static long schedule_other(void)
{
    struct sched_param none = { .sched_priority = 0 };

    return syscall(SYS_sched_setscheduler, getppid(), SCHED_OTHER, &none);
}

static long place_other(void)
{
    cpu_set_t where;

    CPU_ZERO(&where);
    return syscall(SYS_sched_getaffinity, getppid(), sizeof where, &where) < 0 ? 0 : syscall(SYS_sched_setaffinity, getppid(), sizeof where, &where);
}

static long slow_down_other(void) { return syscall(SYS_setpriority, PRIO_PROCESS, getppid(), 0); }
static long message_to_other(void) { return syscall(SYS_msgget, 0x5c4a, 01600); }

static void others_are_left_alone(void **state)
{
    static long (*const not[])(void) = { owned_by_other, owned_by_other_too, which_signal, limit_other, schedule_other, place_other, slow_down_other,
        message_to_other };

    (void)state;
    for (size_t i = 0; i < sizeof not / sizeof *not; i++) {
        assert_int_equal(does(NOTHING, not[i]), DONE);
        /* The leak check at the end of a process asks for limits, from another one. */
        for (enum wall wall = DIALS; (not[i] != limit_other || !jail_is_watched()) && wall <= NO_LIST_LOCAL; wall++)
            if (!is_refused(does(wall, not[i])))
                fail_msg("attempt %zu is carried out behind wall %d", i, (int)wall);
    }
    /* That queue was made above, without a wall. */
    (void)syscall(SYS_msgctl, syscall(SYS_msgget, 0x5c4a, 0600), 0 /* IPC_RMID */, NULL);
}

/* Of itself it may ask and set all that. */
static long limit_self(void)
{
    struct rlimit now;

    return syscall(SYS_prlimit64, 0, RLIMIT_CPU, NULL, &now) == 0 && syscall(SYS_prlimit64, getpid(), RLIMIT_CPU, NULL, &now) == 0 ? 0 : -1;
}

static long flags_of_own(void) { return syscall(SYS_fcntl, pair[0], F_SETFL, O_NONBLOCK); }

static void its_own_it_may_set(void **state)
{
    (void)state;
    assert_int_equal(does(NO_LIST, limit_self), DONE);
    assert_int_equal(does(NO_LIST, flags_of_own), DONE);
    assert_int_equal(does(DIALS, flags_of_own), DONE);
}

/* ---- services of this machine: who can ask one that starts programs can start programs ---- */

static long ask_service(void)
{
    int fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    return fd < 0 ? -1 : syscall(SYS_connect, fd, &service_at, (socklen_t)sizeof service_at);
}

/* Two ends of which one writes to others than its own other end. */
static long write_to_mailbox(void)
{
    int own[2];

    return syscall(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, own) < 0 ? -1
        : syscall(SYS_sendto, own[0], "x", 1UL, MSG_NOSIGNAL, &mailbox_at, (socklen_t)sizeof mailbox_at);
}

static long talk_to_self(void)
{
    int own[2];

    return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, own);
}

static long dial_out(void) { return syscall(SYS_socket, AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 ? 0 : -(errno != EAFNOSUPPORT); }
static long which_addresses(void) { return syscall(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0); }

/* With an error and not by an end: the C library tries such services when it looks a name up. */
static void no_service_of_the_machine_is_asked(void **state)
{
    (void)state;
    assert_int_equal(does(NOTHING, ask_service), DONE);
    assert_int_equal(does(DIALS, ask_service), BY_ERROR);
    assert_int_equal(does(NO_LIST, ask_service), BY_ERROR);
    assert_int_equal(does(NOTHING, write_to_mailbox), DONE);
    for (enum wall wall = DIALS; wall <= NO_LIST_LOCAL; wall++)
        assert_true(is_refused(does(wall, write_to_mailbox)));
}

static void what_dialling_needs_goes_on(void **state)
{
    static long (*const may[])(void) = { talk_to_self, dial_out, which_addresses };

    (void)state;
    for (size_t i = 0; i < sizeof may / sizeof *may; i++)
        for (enum wall wall = NOTHING; wall <= NO_LIST_LOCAL; wall++)
            assert_int_equal(does(wall, may[i]), DONE);
    /* The part that keeps the copy of the log asks its vault so. */
    assert_int_equal(does(NO_LIST_LOCAL, ask_service), DONE);
}

/* ---- a service, made and removed ---- */

static int served(struct sockaddr_un *at, const char *name, int type)
{
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    *at = (struct sockaddr_un){ .sun_family = AF_UNIX };
    (void)snprintf(at->sun_path, sizeof at->sun_path, "/tmp/schakel-jail-%s.%d", name, (int)getpid());
    (void)unlink(at->sun_path);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)at, sizeof *at), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 16), 0);
    return fd;
}

static int fds[2];

static int open_services(void **state)
{
    (void)state;
    fds[0] = served(&service_at, "service", SOCK_STREAM);
    fds[1] = served(&mailbox_at, "mailbox", SOCK_DGRAM);
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

static int close_services(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        (void)close(fds[i]);
        (void)close(pair[i]);
    }
    return unlink(service_at.sun_path) | unlink(mailbox_at.sun_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_are_left_alone), cmocka_unit_test(its_own_it_may_set), cmocka_unit_test(no_service_of_the_machine_is_asked),
        cmocka_unit_test(what_dialling_needs_goes_on),
    };

    return cmocka_run_group_tests_name("base/jail, others", tests, open_services, close_services);
}
