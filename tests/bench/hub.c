#include "tests/bench/hub.h"

#include "base/clock.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_WAIT_MS = 10000, STOP_WAIT_MS = 15000, PAUSE_US = 50000, STAT_MAX = 1024, LOG_MODE = 0600 };

/* In the child: the log as output, and an end when this process ends. */
static void become(const struct bench_hub *h, const char *const *args)
{
    char *argv[BENCH_HUB_ARGS_MAX + 4];
    size_t n = 0;
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC),
        out = open(h->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, LOG_MODE);

    argv[n++] = strdup(h->program);
    argv[n++] = strdup(args[0]);
    argv[n++] = strdup("--home");
    argv[n++] = strdup(h->home);
    for (size_t i = 1; args[i] != NULL && i < BENCH_HUB_ARGS_MAX; i++)
        argv[n++] = strdup(args[i]);
    argv[n] = NULL;
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0
        || dup2(out, 2) < 0)
        _exit(71);
    (void)execv(h->program, argv);
    _exit(71);
}

static enum err start(const struct bench_hub *h, const char *const *args, pid_t *out)
{
    pid_t pid = fork();

    if (pid < 0)
        return ERR_IO;
    if (pid == 0)
        become(h, args);
    *out = pid;
    return OK;
}

static enum err wait_for_end(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return ERR_IO;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? OK : ERR_PEER;
}

enum err bench_hub_command(const struct bench_hub *h, const char *const *args, struct trouble *t)
{
    pid_t pid = 0;
    enum err e = start(h, args, &pid);

    if (e == OK)
        e = wait_for_end(pid);
    return e == OK ? OK
                   : trouble_at(t, e, h->log, 0, 0, "schakel-hub %s failed; this file says why",
                       "schakel-hub %s is mislukt; dit bestand zegt waarom", args[0]);
}

enum err bench_hub_start(struct bench_hub *h, struct trouble *t)
{
    static const char *const run[] = { "run", NULL }, *const status[] = { "status", NULL };
    uint64_t until = clock_mono_ms() + START_WAIT_MS;
    enum err e = start(h, run, &h->pid);

    while (e == OK && bench_hub_command(h, status, NULL) != OK) {
        if (waitpid(h->pid, NULL, WNOHANG) != 0) {
            h->pid = 0;
            e = ERR_PEER;
        } else if (clock_mono_ms() > until) {
            e = ERR_PEER;
        }
        (void)usleep(PAUSE_US);
    }
    return e == OK ? OK
                   : trouble_at(t, e, h->log, 0, 0, "the hub does not start; this file says why",
                       "de hub start niet; dit bestand zegt waarom");
}

/* ---- processor time ---- */

/* Parent and ticks of a process, from the fields behind its name: the 2nd, the 12th and the 13th. */
static enum err read_stat(const char *name, unsigned long *parent, unsigned long *ticks)
{
    char path[64], text[STAT_MAX];
    unsigned long user, kernel;
    const char *rest;
    size_t n;
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%.20s/stat", name);
    f = fopen(path, "re");
    if (f == NULL)
        return ERR_NOTFOUND;
    n = fread(text, 1, sizeof text - 1, f);
    (void)fclose(f);
    text[n] = '\0';
    rest = strrchr(text, ')');
    if (rest == NULL
        || sscanf(rest, ") %*c %lu %*u %*u %*d %*d %*u %*u %*u %*u %*u %lu %lu", parent, &user, &kernel) != 3)
        return ERR_SYNTAX;
    *ticks = user + kernel;
    return OK;
}

enum err bench_hub_cpu_us(const struct bench_hub *h, uint64_t *out)
{
    unsigned long long total = 0;
    const struct dirent *entry;
    DIR *dir = opendir("/proc");
    size_t found = 0;

    if (dir == NULL)
        return ERR_IO;
    while ((entry = readdir(dir)) != NULL) {
        unsigned long parent, ticks;
        uint64_t pid;

        if (text_u64(entry->d_name, INT32_MAX, &pid) != OK || read_stat(entry->d_name, &parent, &ticks) != OK)
            continue;
        if (pid != (uint64_t)h->pid && parent != (unsigned long)h->pid)
            continue;
        total += ticks;
        found++;
    }
    (void)closedir(dir);
    if (found < 2)
        return ERR_PEER;
    *out = total * (1000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK));
    return OK;
}

/* ---- the end ---- */

enum err bench_hub_stop(struct bench_hub *h)
{
    uint64_t until = clock_mono_ms() + STOP_WAIT_MS;
    int status = 0;
    pid_t done = 0;

    if (h->pid == 0)
        return OK;
    (void)kill(h->pid, SIGTERM);
    while ((done = waitpid(h->pid, &status, WNOHANG)) == 0 && clock_mono_ms() < until)
        (void)usleep(PAUSE_US);
    if (done == 0) {
        (void)kill(h->pid, SIGKILL);
        done = waitpid(h->pid, &status, 0);
        status = -1;
    }
    h->pid = 0;
    return done > 0 && status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? OK : ERR_PEER;
}
