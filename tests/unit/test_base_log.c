/* base/log: one line per event, keys from the list only, nothing that could be about a person. */
#include "support/check.h"

#include "base/log.h"

#include <stdio.h>
#include <unistd.h>

static char logged[4096];

/* Standard error goes into a pipe for as long as a test runs. */
static int saved = -1, from = -1;

static int catch_log(void **state)
{
    int ends[2];

    (void)state;
    log_init("test", LOG_INFO);
    saved = dup(STDERR_FILENO);
    if (saved < 0 || pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0)
        return -1;
    (void)close(ends[1]);
    from = ends[0];
    return 0;
}

/* What was written since; without the time, after checking its shape. */
static const char *caught(void)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ ";
    ssize_t n;

    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    n = read(from, logged, sizeof logged - 1);
    assert_true(n >= 0);
    logged[n] = '\0';
    for (size_t i = 0; n != 0 && i < sizeof shape - 1; i++)
        assert_true(shape[i] == 'd' ? logged[i] >= '0' && logged[i] <= '9' : logged[i] == shape[i]);
    return n != 0 ? logged + sizeof shape - 1 : logged;
}

static int release_log(void **state)
{
    (void)state;
    (void)dup2(saved, STDERR_FILENO);
    (void)close(saved);
    return close(from);
}

static void test_line(void **state)
{
    (void)state;
    log_event(LOG_WARN, "mail stored", "count", "3", "kind", "grant", NULL);
    assert_string_equal(caught(), "warn test: mail stored count=3 kind=grant\n");
}

static void test_unknown_key(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", "surname", "somebody", "count", "1", NULL);
    assert_string_equal(caught(), "info test: x key=? count=1\n");
}

static void test_value_cannot_forge(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", "reason", "a b\nerror test: forged=\"yes\" \xc3\xa9", NULL);
    assert_string_equal(caught(), "info test: x reason=\"a b?error test: forged??yes? ??\"\n");
}

static void test_text_can_be_read(void **state)
{
    (void)state;
    log_event(LOG_ERROR, "core ends", "message", "store: it is older than the log. Restore the missing leaves from a mirror", "err", "state", NULL);
    assert_string_equal(caught(),
        "error test: core ends message=\"store: it is older than the log. Restore the missing leaves from a mirror\" err=state\n");
}

static void test_citizen_number(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", "count", "999900006", "bytes", "999900007", NULL);
    assert_string_equal(caught(), "info test: x count=? bytes=999900007\n");
}

static void test_level(void **state)
{
    (void)state;
    log_event(LOG_DEBUG, "not this", NULL);
    log_event(LOG_ERROR, "but this", NULL);
    assert_string_equal(caught(), "error test: but this\n");
}

static void test_long_values(void **state)
{
    char value[300];
    const char *line;

    (void)state;
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    log_event(LOG_INFO, value, "a", "1", "reason", value, "reason", value, "reason", value, "reason", value, "reason",
        value, "reason", value, "reason", value, "reason", value, "reason", value, "reason", value, "count", "1", NULL);
    line = caught();
    assert_true(strlen(logged) <= 1024);
    assert_int_equal(logged[strlen(logged) - 1], '\n');
    assert_ptr_equal(strchr(line, '\n'), logged + strlen(logged) - 1);
    assert_non_null(strstr(line, " count=1\n"));  /* what is short still fits */
}

static void test_value_missing(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", "count", NULL);
    assert_string_equal(caught(), "info test: x\n");
}

#define caught_test(test) cmocka_unit_test_setup_teardown(test, catch_log, release_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        caught_test(test_line),
        caught_test(test_unknown_key),
        caught_test(test_value_cannot_forge),
        caught_test(test_text_can_be_read),
        caught_test(test_citizen_number),
        caught_test(test_level),
        caught_test(test_long_values),
        caught_test(test_value_missing),
    };

    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
