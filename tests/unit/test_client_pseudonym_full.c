/*
 * client/derive and pseudonym: the disk is full when the pseudonyms come. Whoever waits is told, nobody is asked and counts twice, and with room again
 * what was answered is stored.
 */
#include "tests/support/captured.h"
#include "tests/support/holders_played.h"

#include "client/pseudonym.h"

#include <errno.h>
#include <sodium.h>
#include <sys/syscall.h>

static bool is_full;

/* In the place of the C library's, for LMDB and base/kv in this process: without it no commit is whole. */
ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    if (is_full) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, data, len, at);
}

static int setup(void **state)
{
    is_full = false;
    return holders_setup(state);
}

static int teardown(void **state)
{
    is_full = false;
    return holders_teardown(state);
}

static void it_is_told_and_stored_when_there_is_room(void **state)
{
    struct holders *w = *state;

    is_full = true;
    assert_err(holders_want_until(w, 1), ERR_FULL);
    assert_non_null(strstr(w->call.trouble.text, "cannot be kept here (full); 1 wait; make room on the disk"));
    assert_int_equal(holders_waiting(w), 1);
    assert_false(holders_is_known(w, 1));
    is_full = false;
    holders_until_none_waits(w);
    assert_true(holders_is_known(w, 1));
    assert_int_equal(w->questions[CLIENT_HUB], 1);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 1);
}

/* What was answered is held, and not asked anew for who comes meanwhile. */
static void who_comes_meanwhile_waits_too(void **state)
{
    struct holders *w = *state;

    is_full = true;
    assert_err(holders_want_until(w, 1), ERR_FULL);
    holders_turn_for(w, 600);
    assert_err(holders_want_until(w, 2), ERR_FULL);
    assert_int_equal(holders_waiting(w), 2);
    assert_int_equal(w->questions[CLIENT_HUB], 1);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 1);
    is_full = false;
    holders_turn_for(w, 600);
    assert_err(holders_want_until(w, 2), OK);
    assert_true(holders_is_known(w, 1));
    assert_int_equal(w->questions[CLIENT_HUB], 2);
    assert_int_equal(w->questions[CLIENT_KEYHOLDER], 2);
}

/* Not at every step: the log may lie on the same disk. */
static void it_is_logged_once(void **state)
{
    struct holders *w = *state;
    struct captured c;
    char *log, *at;
    size_t lines = 0;
    enum err e;

    is_full = true;
    c = captured_begin(stderr);
    e = holders_want_until(w, 1);
    holders_turn_for(w, 1500);
    log = captured_end(&c);
    assert_err(e, ERR_FULL);
    for (at = log; (at = strstr(at, "waiting-not-kept")) != NULL; at++)
        lines++;
    assert_int_equal(lines, 1);
    free(log);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(it_is_told_and_stored_when_there_is_room), T(who_comes_meanwhile_waits_too), T(it_is_logged_once),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("client/pseudonym, full", tests, NULL, NULL);
}
