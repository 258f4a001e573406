/* base/proc: who is named when one role dies and takes others along before its parent comes to look. */
#include "support/check.h"

#include "base/proc.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROLES = 4 };

struct row { const char *name; size_t order[ROLES]; };

static const struct row rows[] = {
    { "the last of the table", { 3, 0, 1, 2 } },
    { "one in the middle", { 2, 3, 0, 1 } },
    { "the first of the table", { 0, 3, 2, 1 } },
};

/* Ended, and nobody has asked for its end: its parent was busy elsewhere. */
static bool end_unseen(pid_t pid)
{
    siginfo_t info;

    return kill(pid, SIGKILL) == 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0;
}

/* In a process of its own, as it takes over signals. 0, or the number of the check that failed. */
static int names_the_first(const struct row *row)
{
    static const char *const names[ROLES] = { "signer", "core", "oprf", "gate" };
    struct proc procs[ROLES];
    const char *dead = NULL;
    sigset_t child;

    if (sigemptyset(&child) != 0 || sigaddset(&child, SIGCHLD) != 0 || sigprocmask(SIG_BLOCK, &child, NULL) != 0)
        return 1;
    for (size_t i = 0; i < ROLES; i++) {
        procs[i] = (struct proc){ .role = names[i], .pid = fork() };
        if (procs[i].pid == 0)
            for (;;)
                (void)pause();
        if (procs[i].pid < 0)
            return 2;
    }
    for (size_t i = 0; i < ROLES; i++)
        if (!end_unseen(procs[row->order[i]].pid))
            return 3;
    if (proc_wait(procs, ROLES, 60000, &dead) != ERR_PEER)
        return 4;
    return dead == names[row->order[0]] ? 0 : 5;
}

static void test_first(void **state)
{
    const struct row *row = *state;
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(names_the_first(row));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    struct check_list list = { 0 };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_first, &rows[i]);
    return check_run(&list, "base/proc_first");
}
