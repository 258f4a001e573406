/* hub/core: what ends the hub has a name in its log, for a class of error alone tells an operator nothing. */
#include "support/hub_acts.h"

#include "base/file.h"
#include "hub/core.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY_S = 86400, LOG_MAX = 65536 };

/* What a round that must fail writes on standard error. */
static void expect_logged(struct hub_acts *f, const char *line)
{
    char path[140];
    uint8_t *text = NULL;
    size_t len = 0;
    int kept = dup(STDERR_FILENO);
    enum err e;

    (void)snprintf(path, sizeof path, "%s/log", f->w.home);
    assert_true(kept >= 0);
    assert_non_null(freopen(path, "w", stderr));
    e = hub_round_run(f->w.core, NULL);
    (void)fflush(stderr);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    assert_err(file_read(path, LOG_MAX, &text, &len, NULL), OK);
    assert_int_not_equal(e, OK);
    assert_non_null(strstr((char *)text, line));
    free(text);
}

/* Where the file is to stand is a folder: no rename replaces it. */
static void seeds_that_cannot_be_written(void **state)
{
    struct hub_acts *f = *state;
    const char *path = f->w.core->config.seeds;

    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    hub_acts_shift_clock(2 * DAY_S);
    expect_logged(f, "error schakel: seeds of the day not written err=");
    assert_int_equal(rmdir(path), 0);
}

static void a_class_and_its_name(void **state)
{
    (void)state;
    assert_err(hub_core_failed("nothing", OK), OK);
    assert_err(hub_core_failed("something", ERR_FULL), ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(seeds_that_cannot_be_written, hub_acts_setup, hub_acts_close),
        cmocka_unit_test(a_class_and_its_name),
    };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
