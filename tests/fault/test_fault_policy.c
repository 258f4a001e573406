/* Allocation 1, 2, 3 ... fails while a pack, its texts, sources, weighing and a table of cases are loaded. */
#include "support/check.h"

#include "base/file.h"
#include "fault/fault.h"
#include "policy/cases.h"
#include "policy/files.h"
#include "policy/texts.h"

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;
static uint8_t *texts, *cases;
static size_t texts_len, cases_len;

static void note(void *arg, const struct trouble *t)
{
    enum err *e = arg;

    *e = *e == OK ? t->err : *e;
}

/* One attempt; *told is the first mistake that was told. */
typedef enum err attempt(enum err *told);

static enum err load_pack(enum err *told)
{
    struct policy_pack *p = NULL;
    enum err e = policy_files_load(PACK, LANG_EN, note, told, &p);

    assert_int_equal(p != NULL, e == OK);
    policy_pack_free(p);
    return e;
}

static enum err load_texts(enum err *told)
{
    struct policy_texts *t = NULL;
    enum err e = policy_texts_load(pack, texts, texts_len, LANG_EN, note, told, &t);

    assert_int_equal(t != NULL, e == OK);
    policy_texts_free(t);
    return e;
}

static enum err load_sources(enum err *told)
{
    struct policy_sources *s = NULL;
    enum err e = policy_files_sources(PACK, pack, LANG_EN, note, told, &s);

    assert_int_equal(s != NULL, e == OK);
    policy_sources_free(s);
    return e;
}

static enum err run_cases(enum err *told)
{
    struct policy_cases_run run = { .pack = pack, .name = "cases.csv", .data = cases, .len = cases_len, .mistake = note,
        .arg = told };
    size_t passed = 0, failed = 0;
    enum err e = policy_cases_check(&run, &passed, &failed);

    assert_int_equal(passed, e == OK ? 64 : 0);
    return e;
}

static size_t until_it_works(attempt *try)
{
    for (size_t nth = 1; nth < 10000; nth++) {
        enum err told = OK, e;

        fault_set(nth);
        e = try(&told);
        if (!fault_came()) {
            assert_err(e, OK);
            return nth - 1;
        }
        assert_err(e, ERR_NOMEM);
        assert_err(told, ERR_NOMEM);
    }
    fail();
    return 0;
}

static void test_pack(void **state)
{
    (void)state;
    assert_true(until_it_works(load_pack) > 20);
}

static void test_texts(void **state)
{
    (void)state;
    assert_true(until_it_works(load_texts) >= 4);
}

static void test_sources(void **state)
{
    (void)state;
    assert_true(until_it_works(load_sources) >= 4);
}

static void test_cases(void **state)
{
    (void)state;
    assert_true(until_it_works(run_cases) >= 3);
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (policy_files_load(PACK, LANG_EN, NULL, NULL, &pack) != OK
        || file_read(PACK "/texts.csv", 1 << 20, &texts, &texts_len, NULL) != OK
        || file_read(PACK "/cases.csv", 1 << 20, &cases, &cases_len, NULL) != OK)
        return 1;
    check_add(&list, "a pack", test_pack, NULL);
    check_add(&list, "its texts", test_texts, NULL);
    check_add(&list, "its sources", test_sources, NULL);
    check_add(&list, "its cases", test_cases, NULL);
    failed = check_run(&list, "fault/policy");
    policy_pack_free(pack);
    free(texts);
    free(cases);
    return failed;
}
