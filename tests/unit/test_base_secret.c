/* base/secret: asleep means that nobody can read it, this program included. */
#include "support/check.h"

#include "base/secret.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_wake_and_sleep(void **state)
{
    uint8_t key[32];
    struct secret *s = NULL;
    const uint8_t *p;

    (void)state;
    memset(key, 0x5a, sizeof key);
    assert_err(secret_take(key, sizeof key, &s), OK);
    for (size_t i = 0; i < sizeof key; i++)
        assert_int_equal(key[i], 0);
    assert_int_equal(secret_len(s), 32);
    p = secret_wake(s);
    assert_int_equal(p[0], 0x5a);
    assert_ptr_equal(secret_wake(s), p);
    secret_sleep(s);
    assert_int_equal(p[31], 0x5a);
    secret_sleep(s);
    p = secret_wake(s);
    assert_int_equal(p[31], 0x5a);
    secret_free(s);  /* also while awake */
    secret_free(NULL);
}

static void test_copy_leaves_what_was_copied(void **state)
{
    const uint8_t key[4] = { 1, 2, 3, 4 };
    struct secret *s = NULL;

    (void)state;
    assert_err(secret_copy(key, sizeof key, &s), OK);
    assert_int_equal(key[3], 4);
    assert_memory_equal(secret_wake(s), key, sizeof key);
    secret_free(s);
}

static void die_quietly(int sig)
{
    _exit(100 + sig);
}

enum deed { READ_ASLEEP, READ_AWAKE, WRITE_AWAKE, READ_PAST_THE_END, SLEEP_TWICE };

static _Noreturn void do_in_child(enum deed deed)
{
    uint8_t key[16] = { 1 };
    struct secret *s = NULL;
    volatile uint8_t *p;
    union { const uint8_t *in; volatile uint8_t *out; } unconst;

    if (signal(SIGSEGV, die_quietly) == SIG_ERR || signal(SIGABRT, die_quietly) == SIG_ERR)
        _exit(1);
    if (secret_take(key, sizeof key, &s) != OK)
        _exit(1);
    unconst.in = secret_wake(s);
    p = unconst.out;
    if (deed == READ_ASLEEP || deed == SLEEP_TWICE)
        secret_sleep(s);
    if (deed == SLEEP_TWICE)
        secret_sleep(s);
    if (deed == WRITE_AWAKE)
        p[0] = 2;
    _exit(p[deed == READ_PAST_THE_END ? 16 : 0] == 1 ? 0 : 1);
}

struct deed_row {
    const char *name;
    enum deed deed;
    int expected;
};

static const struct deed_row deed_rows[] = {
    { "reading it awake works", READ_AWAKE, 0 },
    { "reading it asleep ends the program", READ_ASLEEP, 100 + SIGSEGV },
    { "writing it ends the program", WRITE_AWAKE, 100 + SIGSEGV },
    { "reading past its end ends the program", READ_PAST_THE_END, 100 + SIGSEGV },
    { "one sleep too many ends the program", SLEEP_TWICE, 100 + SIGABRT },
};

static void test_deed(void **state)
{
    const struct deed_row *row = *state;
    struct rlimit none = { 0, 0 };
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (setrlimit(RLIMIT_CORE, &none) != 0)
            _exit(1);
        do_in_child(row->deed);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), row->expected);
}

static void test_empty(void **state)
{
    struct secret *s = NULL;

    (void)state;
    assert_err(secret_take(NULL, 0, &s), OK);
    assert_int_equal(secret_len(s), 0);
    (void)secret_wake(s);
    secret_sleep(s);
    secret_free(s);
}

int main(void)
{
    struct check_list list = { 0 };

    check_add(&list, "taken, woken, put to sleep", test_wake_and_sleep, NULL);
    check_add(&list, "copied, and the copied stays", test_copy_leaves_what_was_copied, NULL);
    check_add(&list, "a secret of nothing", test_empty, NULL);
    for (size_t i = 0; i < sizeof deed_rows / sizeof *deed_rows; i++)
        check_add(&list, deed_rows[i].name, test_deed, &deed_rows[i]);
    return check_run(&list, "base/secret");
}
