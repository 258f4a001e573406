/*
 * tests/support/registry_alone.h: the registry of registry_sample, s, made for each test of the program that includes this.
 */
#ifndef TESTS_SUPPORT_REGISTRY_ALONE_H
#define TESTS_SUPPORT_REGISTRY_ALONE_H

#include "tests/support/check.h"
#include "tests/support/registry_sample.h"

#include <sodium.h>

static struct registry_sample s;

static inline int setup(void **state)
{
    (void)state;
    registry_sample_init(&s);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    registry_sample_fini(&s);
    return 0;
}

/* As these partners sign it, now. */
static inline enum proto_registry_why put_by(const struct proto_registry_say *say, const char *by)
{
    struct registry_note n = registry_signed(&s, say, by);

    return registry_put(s.r, &n, REGISTRY_NOW);
}

/* Whether a statement has a form; when not, nothing is written. */
static inline enum err format(const struct proto_registry_say *say)
{
    char text[PROTO_REGISTRY_NOTE_MAX];
    size_t len = 77;
    enum err e = proto_registry_say_format(say, text, sizeof text, &len);

    if (e != OK)
        assert_int_equal(len, 77);
    return e;
}

#endif
