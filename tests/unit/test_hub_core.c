/* hub/core: what ends the hub has a name in its log, for a class of error alone tells an operator nothing. */
#include "support/captured.h"
#include "support/hub_acts.h"

#include "hub/core.h"

#include <sodium.h>
#include <sys/stat.h>

enum { DAY_S = 86400 };

/* Where the file is to stand is a folder: no rename replaces it. */
static void seeds_that_cannot_be_written(void **state)
{
    struct hub_acts *f = *state;
    const char *path = f->w.core->config.seeds;
    struct captured c;
    enum err e;
    char *log;

    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    check_shift_clock(2 * DAY_S);
    c = captured_begin(stderr);
    e = hub_round_run(f->w.core, NULL);
    log = captured_end(&c);
    assert_int_not_equal(e, OK);
    assert_non_null(strstr(log, "error schakel: seeds of the day not written err="));
    free(log);
    assert_int_equal(rmdir(path), 0);
}

static void a_class_and_its_name(void **state)
{
    struct captured c = captured_begin(stderr);
    enum err none = hub_core_failed("nothing", OK), full = hub_core_failed("something", ERR_FULL);
    char *log = captured_end(&c);

    (void)state;
    assert_err(none, OK);
    assert_err(full, ERR_FULL);
    assert_null(strstr(log, "nothing"));
    assert_non_null(strstr(log, "error schakel: something err=full"));
    free(log);
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
