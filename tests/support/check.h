/*
 * tests/support/check: what nearly every test starts with: cmocka and its headers, inputs in heap blocks of exactly
 * their size (so that the sanitizer sees one byte too far), and tables where every row is a test with a name.
 */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* After cmocka: its macros need the four above. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* A copy of exactly len bytes; the caller frees it. Of nothing it is a block of one byte. */
static inline uint8_t *check_exact(const void *data, size_t len)
{
    uint8_t *copy = malloc(len != 0 ? len : 1);

    assert_non_null(copy);
    if (len != 0)
        memcpy(copy, data, len);
    return copy;
}

/* A field of fixed width: the text, then zeros to its end. */
static inline void check_put(char *field, size_t width, const char *text)
{
    size_t len = strlen(text);

    assert_true(len < width);
    memset(field, 0, width);
    memcpy(field, text, len);
}

#define check_name(field, text) check_put(field, sizeof(field), text)

/* For whoever asks the clock in this process: so much later than the day on which the program was started; 0: then. */
static inline void check_shift_clock(long long seconds)
{
    const char *began = getenv("SCHAKEL_TEST_BEGAN_S"), *offset = getenv("SCHAKEL_CLOCK_OFFSET_S");
    char text[32];

    /* Somebody may have started it on another day. */
    if (began == NULL) {
        began = offset != NULL ? offset : "0";
        assert_int_equal(setenv("SCHAKEL_TEST_BEGAN_S", began, 1), 0);
    }
    (void)snprintf(text, sizeof text, "%lld", strtoll(began, NULL, 10) + seconds);
    assert_int_equal(setenv("SCHAKEL_CLOCK_OFFSET_S", text, 1), 0);
}

/* A failure prints the words and not the numbers. */
#define assert_err(got, expected) assert_string_equal(err_word(got), err_word(expected))

enum { CHECK_TESTS_MAX = 256 };

/* The tests of one program, filled row by row. Zero-initialised. */
struct check_list {
    struct CMUnitTest tests[CHECK_TESTS_MAX];
    size_t count;
};

/* row is borrowed until check_run; the test gets it as *state. */
static inline void check_add(struct check_list *list, const char *name, CMUnitTestFunction run, const void *row)
{
    union { const void *in; void *out; } unconst = { .in = row };

    if (list->count == CHECK_TESTS_MAX)
        abort();
    list->tests[list->count++] = (struct CMUnitTest){ name, run, NULL, NULL, unconst.out };
}

static inline int check_run(struct check_list *list, const char *name)
{
    return _cmocka_run_group_tests(name, list->tests, list->count, NULL, NULL);
}

#endif
