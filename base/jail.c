#include "base/jail.h"

#include "base/jail_table.h"
#include "base/log.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#if defined __x86_64__
#define THIS_PROCESSOR AUDIT_ARCH_X86_64
enum { OTHER_NUMBERS = 0x40000000 };  /* from here on the calls of x32: the same ones under other numbers */
#elif defined __aarch64__
#define THIS_PROCESSOR AUDIT_ARCH_AARCH64
enum { OTHER_NUMBERS = 0x7fffffff };
#else
#error "base/jail: name this processor's calls (AUDIT_ARCH_...), and run tests/unit/test_hub_jail*.c and the flows there"
#endif

/* The one place where a build that is watched (sanitizers, counted branches) is allowed more. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || defined SCHAKEL_COVERAGE
enum { WATCHED = JAIL_WATCHED };
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { WATCHED = JAIL_WATCHED };
#else
enum { WATCHED = 0 };
#endif
#else
enum { WATCHED = 0 };
#endif

enum { FILTER_MAX = 1024 };

struct filter {
    struct sock_filter step[FILTER_MAX];
    size_t count;
};

static const char *program_name = "schakel";

bool jail_is_watched(void)
{
    return WATCHED != 0;
}

/* As it stands in the tables; NULL if it is in none. */
static const char *name_of(int call)
{
    for (size_t i = 0; i < jail_table_count; i++)
        if (jail_table[i].call == call)
            return jail_table[i].name;
    for (size_t i = 0; i < jail_refused_count; i++)
        if (jail_refused[i].call == call)
            return jail_refused[i].name;
    return NULL;
}

/* ---- the line, and the end ---- */

static size_t put(char *line, size_t used, size_t room, const char *text)
{
    size_t len = strlen(text);

    if (len > room - used)
        len = room - used;
    memcpy(line + used, text, len);
    return used + len;
}

/* In a handler of signals: nothing of stdio, no lock, no memory. */
static void on_refused(int signal_number, siginfo_t *info, void *context)
{
    char line[200], digits[12], *digit = digits + sizeof digits - 1;
    unsigned call = (unsigned)info->si_syscall;
    const char *name = name_of(info->si_syscall);
    size_t used = 0;
    ssize_t written;

    (void)signal_number;
    (void)context;
    *digit = '\0';
    do
        *--digit = (char)('0' + call % 10);
    while ((call /= 10) != 0);
    used = put(line, used, sizeof line - 1, "error ");
    used = put(line, used, sizeof line - 1, program_name);
    used = put(line, used, sizeof line - 1, ": asked the system for what it may not, and ends (base/jail) call=");
    used = put(line, used, sizeof line - 1, digit);
    used = put(line, used, sizeof line - 1, " name=");
    used = put(line, used, sizeof line - 1, name != NULL ? name : "?");
    line[used++] = '\n';
    written = write(STDERR_FILENO, line, used);
    (void)written;
    _exit(EX_NOPERM);
}

static enum err heed_refusals(const char *program)
{
    struct sigaction heed = { .sa_sigaction = on_refused, .sa_flags = SA_SIGINFO };
    sigset_t one;

    program_name = program;
    if (sigemptyset(&heed.sa_mask) != 0 || sigaction(SIGSYS, &heed, NULL) != 0 || sigemptyset(&one) != 0 || sigaddset(&one, SIGSYS) != 0
        || sigprocmask(SIG_UNBLOCK, &one, NULL) != 0)
        return ERR_IO;
    return OK;
}

/* ---- the filter ---- */

static void add(struct filter *f, struct sock_filter step)
{
    if (f->count == FILTER_MAX)
        abort();  /* the tables are ours */
    f->step[f->count++] = step;
}

static void load(struct filter *f, size_t offset)
{
    add(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(struct filter *f, uint32_t what)
{
    add(f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

/* Go on behind the next skip steps unless what is loaded is value. */
static void unless(struct filter *f, uint32_t value, uint8_t skip)
{
    add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip));
}

/* Another processor's calls have other numbers: who makes those is not what we built. */
static void begin(struct filter *f)
{
    load(f, offsetof(struct seccomp_data, arch));
    unless(f, THIS_PROCESSOR, 1);
    add(f, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 1));
    answer(f, SECCOMP_RET_KILL_PROCESS);
    load(f, offsetof(struct seccomp_data, nr));
    add(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, OTHER_NUMBERS, 0, 1));
    answer(f, SECCOMP_RET_KILL_PROCESS);
}

static size_t low_half(uint8_t arg)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return offsetof(struct seccomp_data, args) + 8 * (size_t)arg;
#else
    return offsetof(struct seccomp_data, args) + 8 * (size_t)arg + 4;
#endif
}

/* What it names is what is not allowed. */
static bool is_closing(enum jail_rule rule)
{
    return rule == JAIL_SHUT || rule == JAIL_SIGNALS;
}

/* A row; what it does not allow goes on to the next, for a call may stand in several groups with different rules. */
static void add_call(struct filter *f, const struct jail_call *c)
{
    struct jail_test t = jail_tests[c->rule];

    if (c->rule == JAIL_OWN || c->rule == JAIL_SELF)
        t.value[0] = (uint32_t)getpid();
    if (c->rule == JAIL_ANY || c->rule == JAIL_NOT_THERE || c->rule == JAIL_CLOSED) {
        unless(f, (uint32_t)c->call, 1);
        answer(f, c->rule == JAIL_ANY ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | (c->rule == JAIL_CLOSED ? EACCES : ENOSYS));
        return;
    }
    unless(f, (uint32_t)c->call, (uint8_t)(3 + 2 * t.count));
    load(f, low_half(t.arg));
    add(f, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, t.mask));
    for (uint8_t i = 0; i < t.count; i++) {
        unless(f, t.value[i], 1);
        answer(f, is_closing(c->rule) ? SECCOMP_RET_ERRNO | EACCES : SECCOMP_RET_ALLOW);
    }
    load(f, offsetof(struct seccomp_data, nr));
}

/* For all threads that there are. */
static enum err put_up(const struct filter *f, const char *program)
{
    union { const struct sock_filter *in; struct sock_filter *out; } unconst = { .in = f->step };
    const struct sock_fprog all = { .len = (unsigned short)f->count, .filter = unconst.out };
    long got = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &all);

    if (got == 0)
        return OK;
    if (got > 0 || (errno != ENOSYS && errno != EINVAL))
        return ERR_IO;
    log_event(LOG_ERROR, "this system has no filter for system calls, so a part that is taken over may make any", "role", program, NULL);
    return OK;
}

/* Takes f. */
static enum err finish(struct filter *f, const char *program)
{
    enum err e = heed_refusals(program);

    if (e == OK)
        e = put_up(f, program);
    free(f);
    return e;
}

enum err jail_calls(const char *program, unsigned groups)
{
    struct filter *f = calloc(1, sizeof *f);

    if (f == NULL)
        return ERR_NOMEM;
    /* Else the first line of a log would read the time zone's file. */
    tzset();
    begin(f);
    for (size_t i = 0; i < jail_table_count; i++)
        if ((jail_table[i].groups & (groups | WATCHED)) != 0)
            add_call(f, &jail_table[i]);
    answer(f, SECCOMP_RET_TRAP);
    return finish(f, program);
}

/* Within bounds, and else not at all: the last row of a call that is not answered otherwise closes it. */
static void add_bounded(struct filter *f, unsigned groups)
{
    for (size_t i = 0; i < jail_bounded_count; i++) {
        bool is_last = i + 1 == jail_bounded_count || jail_bounded[i + 1].call != jail_bounded[i].call;

        if ((jail_bounded[i].groups & (groups | WATCHED)) != 0)
            add_call(f, &jail_bounded[i]);
        if (is_last) {
            unless(f, (uint32_t)jail_bounded[i].call, 1);
            answer(f, SECCOMP_RET_TRAP);
        }
    }
}

static enum err shut_but(const char *program, unsigned groups)
{
    struct filter *f = calloc(1, sizeof *f);

    if (f == NULL)
        return ERR_NOMEM;
    begin(f);
    add_bounded(f, groups);
    for (size_t i = 0; i < jail_refused_count; i++)
        if ((jail_refused[i].groups & (JAIL_THINK | WATCHED)) == 0) {
            unless(f, (uint32_t)jail_refused[i].call, 1);
            answer(f, SECCOMP_RET_TRAP);
        }
    answer(f, SECCOMP_RET_ALLOW);
    return finish(f, program);
}

enum err jail_calls_but(const char *program)
{
    return shut_but(program, JAIL_THINK);
}

enum err jail_calls_but_local(const char *program)
{
    return shut_but(program, JAIL_THINK | JAIL_MACHINE);
}
