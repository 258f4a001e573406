/*
 * base/jail, as each role uses it: in a child of its own every attempt is made once without the jail, where it must be possible, and once in it,
 * where it must be refused. So no row passes because the attempt was wrong.
 */
#include "support/attempts.h"
#include "support/check.h"

#include "base/file.h"
#include "base/jail.h"
#include "base/proc.h"
#include "hub/core.h"
#include "hub/outside.h"
#include "hub/signer.h"
#include "server/cosigner.h"
#include "server/gate.h"
#include "server/oprf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { DONE = 0, BY_ERROR = 1, NO_JAIL = 2, LINE_ROOM = 512 };
#define PROGRAM "schakel-test role"

/* own: the folder that the role may write; keys/log, beside it, is what it must not reach. */
struct place { char folder[64], own[80], keys[80], secret[96]; pid_t other; };

static int open_place(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    int ready[2];
    char byte;

    (void)snprintf(p->folder, sizeof p->folder, "/tmp/schakel-jail.XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->own, sizeof p->own, "%s/own", p->folder);
    (void)snprintf(p->keys, sizeof p->keys, "%s/keys", p->folder);
    (void)snprintf(p->secret, sizeof p->secret, "%s/log", p->keys);
    assert_err(file_mkdirs(p->own, NULL), OK);
    assert_err(file_mkdirs(p->keys, NULL), OK);
    assert_int_equal(pipe(ready), 0);
    p->other = fork();
    if (p->other == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);  /* where only descendants may be traced; EINVAL elsewhere */
        (void)!write(ready[1], "", 1);
        for (;;)
            (void)pause();
    }
    assert_true(p->other > 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    (void)close(ready[1]);
    *state = p;
    return 0;
}

static int close_place(void **state)
{
    struct place *p = *state;

    (void)kill(p->other, SIGKILL);
    (void)waitpid(p->other, NULL, 0);
    (void)unlink(p->secret);
    (void)rmdir(p->keys);
    (void)rmdir(p->own);
    (void)unlink("attempt.link");
    (void)rmdir(p->folder);
    free(p);
    return 0;
}

/* ---- one attempt in a child ---- */

enum wall { NOTHING, CALLS, BOTH };

static _Noreturn void child(const struct place *p, const struct attempt *a, enum wall wall, unsigned groups, bool dials)
{
    const struct jail_path own[] = { { "/usr", JAIL_SYSTEM }, { p->own, JAIL_WRITES } };
    const struct attempts_on on = { p->secret, p->other };

    if (wall != NOTHING && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(NO_JAIL);
    if (wall == BOTH && (dials ? jail_files_dialling(PROGRAM, own, 2) : jail_files(PROGRAM, own, 2)) != OK)
        _exit(NO_JAIL);
    if (wall != NOTHING && jail_calls(PROGRAM, groups) != OK)
        _exit(NO_JAIL);
    if (a->run(&on) >= 0)
        _exit(DONE);
    _exit(errno == EACCES || errno == EPERM ? BY_ERROR : EX_OSERR);
}

/* All that comes, as text; closes fd. */
static void read_all(int fd, char *out, size_t room)
{
    size_t used = 0;
    ssize_t n;

    while (used < room - 1 && (n = read(fd, out + used, room - 1 - used)) > 0)
        used += (size_t)n;
    out[used] = '\0';
    (void)close(fd);
}

/* Its exit code, and what it wrote on standard error. */
static int try(const struct place *p, const struct attempt *a, enum wall wall, unsigned groups, bool dials, char line[LINE_ROOM])
{
    int out[2], status = 0;
    pid_t pid;

    assert_err(file_write(p->secret, "00", 2, 0600, NULL), OK);
    assert_int_equal(pipe(out), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)dup2(out[1], STDERR_FILENO);
        child(p, a, wall, groups, dials);
    }
    (void)close(out[1]);
    read_all(out[0], line, LINE_ROOM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    (void)unlink("attempt.link");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool is_among(const char *name, const char *const *names)
{
    for (; names != NULL && *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* Refused: ended with the line, or an error of the system where the call as such is one that the role (or a sanitizer) makes. */
static void role_is_shut(const struct place *p, unsigned groups, bool dials, const char *const *may)
{
    char line[LINE_ROOM], expected[64];

    for (size_t i = 0; i < attempts_count; i++) {
        int code = try(p, &attempts[i], BOTH, groups, dials, line);

        (void)snprintf(expected, sizeof expected, "name=%s\n", attempts[i].call);
        /* The leak check at the end of a process makes it so. */
        if (jail_is_watched() && strcmp(attempts[i].name, "be dumpable") == 0)
            continue;
        if (is_among(attempts[i].name, may)) {
            if (code != DONE)
                fail_msg("%s: is needed, and ends with %d: %s", attempts[i].name, code, line);
        } else if (code != BY_ERROR && (code != EX_NOPERM || strstr(line, PROGRAM) == NULL || strstr(line, expected) == NULL)) {
            fail_msg("%s: ends with %d: %s", attempts[i].name, code, line);
        }
    }
}

/* ---- the tests ---- */

static void each_attempt_is_possible_without_the_jail(void **state)
{
    char line[LINE_ROOM];

    for (size_t i = 0; i < attempts_count; i++)
        if (try(*state, &attempts[i], NOTHING, 0, false, line) != DONE)
            fail_msg("%s: not possible here even without the jail, so its refusal would show nothing", attempts[i].name);
}

static void the_gate(void **state) { role_is_shut(*state, SERVER_GATE_CALLS, false, NULL); }
static void the_signer(void **state) { role_is_shut(*state, HUB_SIGNER_CALLS, false, NULL); }
static void oprf(void **state) { role_is_shut(*state, SERVER_OPRF_CALLS, false, NULL); }
static void the_core(void **state) { role_is_shut(*state, HUB_CORE_CALLS, false, NULL); }
static void the_cosigner(void **state) { role_is_shut(*state, SERVER_COSIGNER_CALLS, false, NULL); }

static void the_witness(void **state)
{
    static const char *const may[] = { "make a socket", "map code", "make memory code", NULL };

    role_is_shut(*state, HUB_WITNESS_CALLS, true, may);
}

/* The two that stand for themselves in every build: no sanitizer needs them. */
static void a_refusal_names_program_and_call(void **state)
{
    char line[LINE_ROOM];

    for (size_t i = 0; i < attempts_count; i++)
        if (strcmp(attempts[i].call, "execve") == 0 || strcmp(attempts[i].call, "process_vm_readv") == 0) {
            assert_int_equal(try(*state, &attempts[i], CALLS, JAIL_THINK, false, line), EX_NOPERM);
            assert_non_null(strstr(line, "error " PROGRAM ": asked the system"));
            assert_non_null(strstr(line, attempts[i].call));
        }
}

/* What a role does all day goes on. */
static _Noreturn void work(const struct place *p)
{
    const struct jail_path own = { p->own, JAIL_WRITES };
    char path[128];
    uint8_t *data = NULL;
    size_t len = 0;
    bool ok;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || jail_files(PROGRAM, &own, 1) != OK || jail_calls(PROGRAM, SERVER_OPRF_CALLS) != OK)
        _exit(NO_JAIL);
    (void)snprintf(path, sizeof path, "%s/file", p->own);
    ok = file_write(path, "one", 3, 0600, NULL) == OK && file_write(path, "two", 3, 0600, NULL) == OK
        && file_read(path, 10, &data, &len, NULL) == OK && len == 3 && memcmp(data, "two", 3) == 0 && unlink(path) == 0;
    free(data);
    ok = ok && file_read(p->secret, 10, &data, &len, NULL) == ERR_IO;
    _exit(ok ? DONE : EX_SOFTWARE);
}

static void its_own_folder_is_open_and_no_other(void **state)
{
    struct place *p = *state;
    int status = 0;
    pid_t pid;

    assert_err(file_write(p->secret, "00", 2, 0600, NULL), OK);
    pid = fork();
    if (pid == 0)
        work(p);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), DONE);
}

/* A thread that was there before, as the gate's are: it says that it runs, works when it is told, says so, and stays. */
static void *grow_and_shrink(void *arg)
{
    enum { BLOCKS = 64, BLOCK_LEN = 100000 };
    const int *fd = arg;
    void *block[BLOCKS];
    char c = '!';

    if (write(fd[3], &c, 1) != 1 || read(fd[0], &c, 1) != 1)
        return NULL;
    for (size_t i = 0; i < BLOCKS; i++) {
        block[i] = malloc(BLOCK_LEN);
        if (block[i] != NULL)
            memset(block[i], 1, BLOCK_LEN);
    }
    for (size_t i = 0; i < BLOCKS; i++)
        free(block[i]);
    return write(fd[3], &c, 1) == 1 && read(fd[0], &c, 1) == 1 ? NULL : arg;
}

static _Noreturn void shrink_in(unsigned groups)
{
    pthread_t thread;
    char c = '!';
    int fd[4];

    if (pipe(fd) != 0 || pipe(fd + 2) != 0 || pthread_create(&thread, NULL, grow_and_shrink, fd) != 0 || read(fd[2], &c, 1) != 1)
        _exit(EX_SOFTWARE);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || jail_calls(PROGRAM, groups) != OK)
        _exit(NO_JAIL);
    _exit(write(fd[1], &c, 1) == 1 && read(fd[2], &c, 1) == 1 ? DONE : EX_SOFTWARE);
}

/* The C library looks into a file of the system when a thread's memory becomes less: the gate ended by that when a burst was over. */
static void memory_may_become_less(void **state)
{
    static const unsigned roles[] = { SERVER_GATE_CALLS, SERVER_OPRF_CALLS, HUB_CORE_CALLS };  /* those with threads */

    (void)state;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        int status = 0;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
            shrink_in(roles[i]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), DONE);
    }
}

/* As on a kernel that has neither: it answers so. */
static _Noreturn void run_without(void)
{
    struct sock_filter step[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog all = { .len = sizeof step / sizeof *step, .filter = step };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) != 0)
        _exit(NO_JAIL);
    _exit(jail_files(PROGRAM, NULL, 0) == OK && jail_calls(PROGRAM, JAIL_THINK) == OK ? DONE : EX_SOFTWARE);
}

static void a_system_without_is_told_aloud(void **state)
{
    char line[LINE_ROOM * 2];
    int out[2], status = 0;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(out), 0);
    pid = fork();
    if (pid == 0) {
        (void)dup2(out[1], STDERR_FILENO);
        run_without();
    }
    (void)close(out[1]);
    read_all(out[0], line, sizeof line);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), DONE);
    assert_non_null(strstr(line, "this system has no Landlock"));
    assert_non_null(strstr(line, "this system has no filter for system calls"));
}

static _Noreturn void refuse_alone(const struct place *p, const struct attempt *a)
{
    const struct attempts_on on = { p->secret, p->other };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || jail_calls_but(PROGRAM) != OK)
        _exit(NO_JAIL);
    _exit(a->run(&on) >= 0 ? DONE : BY_ERROR);
}

/* A role without a list: no program, nobody traced or read; files and sockets as before. */
static void a_role_without_a_list(void **state)
{
    static const char *const refused[] = { "run a program", "read another's memory", "hold another", "leave what is shared", NULL };
    static const char *const may[] = { "open a file", "make a socket", "map code", NULL };
    struct place *p = *state;

    for (size_t i = 0; i < attempts_count; i++) {
        int status = 0;
        pid_t pid;

        if (!is_among(attempts[i].name, refused) && !is_among(attempts[i].name, may))
            continue;
        assert_err(file_write(p->secret, "00", 2, 0600, NULL), OK);
        pid = fork();
        if (pid == 0) {
            (void)close(STDERR_FILENO);
            refuse_alone(p, &attempts[i]);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), is_among(attempts[i].name, may) ? DONE : EX_NOPERM);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)
    const struct CMUnitTest tests[] = {
        T(each_attempt_is_possible_without_the_jail), T(the_gate), T(the_signer), T(oprf), T(the_core), T(the_cosigner), T(the_witness),
        T(a_refusal_names_program_and_call), T(its_own_folder_is_open_and_no_other), T(memory_may_become_less),
        T(a_system_without_is_told_aloud), T(a_role_without_a_list),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
