/* Allocation 1, 2, 3 ... fails while invariants are loaded, a pack is checked, and two packs are compared. */
#include "support/check.h"

#include "base/file.h"
#include "fault/fault.h"
#include "policy/check.h"
#include "policy/diff.h"
#include "policy/files.h"

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack, *other;
static struct policy_invariants *rows;
static uint8_t *table;
static size_t table_len;

/* One attempt. */
typedef enum err attempt(void);

static enum err load(void)
{
    struct policy_invariants *v = NULL;
    enum err e = policy_invariants_load(pack, table, table_len, LANG_EN, NULL, NULL, &v);

    assert_int_equal(v != NULL, e == OK);
    policy_invariants_free(v);
    return e;
}

static void nothing(void *arg, const struct policy_finding *f)
{
    (void)arg;
    (void)f;
}

static enum err check(void)
{
    struct policy_check check = { .pack = pack, .invariants = rows, .report = nothing };
    struct policy_checked checked = { .points = 7 };
    enum err e = policy_check_run(&check, &checked);

    assert_int_equal(checked.points == 7, e != OK);
    return e;
}

static void count(void *arg, const struct policy_diff_group *g)
{
    (void)g;
    ++*(size_t *)arg;
}

static enum err diff(void)
{
    size_t groups = 0;
    struct policy_diff diff = { .pack = { pack, other }, .report = count, .arg = &groups };
    struct policy_diffed diffed = { .points = 7 };
    enum err e = policy_diff_run(&diff, &diffed);

    assert_int_equal(diffed.points == 7, e != OK);
    assert_int_equal(groups > 0, e == OK);
    return e;
}

static size_t until_it_works(attempt *try)
{
    for (size_t nth = 1; nth < 1000; nth++) {
        enum err e;

        fault_set(nth);
        e = try();
        if (!fault_came()) {
            assert_err(e, OK);
            return nth - 1;
        }
        assert_err(e, ERR_NOMEM);
    }
    fail();
    return 0;
}

static void test_load(void **state)
{
    (void)state;
    assert_true(until_it_works(load) >= 3);
}

static void test_check(void **state)
{
    (void)state;
    assert_true(until_it_works(check) >= 8);
}

static void test_diff(void **state)
{
    (void)state;
    assert_true(until_it_works(diff) >= 12);
}

/* The pack with another rule for nearly everything, so that there is much to tell. */
static enum err load_other(void)
{
    struct policy_files files;
    struct policy_tables tables;
    enum err e;

    if (policy_files_read(PACK, &files, NULL) != OK)
        return ERR_IO;
    for (size_t i = 0; i + 2 < files.len[POLICY_TABLE_RULES]; i++)
        if (memcmp(&files.data[POLICY_TABLE_RULES][i], "\nR", 2) == 0)
            files.data[POLICY_TABLE_RULES][i + 1] = 'X';
    tables = policy_files_tables(&files);
    e = policy_pack_load(&tables, LANG_EN, NULL, NULL, &other);
    policy_files_free(&files);
    return e;
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (policy_files_load(PACK, LANG_EN, NULL, NULL, &pack) != OK || load_other() != OK
        || file_read(PACK "/invariants.csv", 1 << 20, &table, &table_len, NULL) != OK
        || policy_invariants_load(pack, table, table_len, LANG_EN, NULL, NULL, &rows) != OK)
        return 1;
    check_add(&list, "the invariants", test_load, NULL);
    check_add(&list, "a check", test_check, NULL);
    check_add(&list, "a comparison", test_diff, NULL);
    failed = check_run(&list, "fault/policy_check");
    policy_invariants_free(rows);
    policy_pack_free(pack);
    policy_pack_free(other);
    free(table);
    return failed;
}
