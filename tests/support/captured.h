/*
 * tests/support/captured.h: what the code under test writes on stdout or stderr of this process.
 */
#ifndef TESTS_SUPPORT_CAPTURED_H
#define TESTS_SUPPORT_CAPTURED_H

#include "tests/support/check.h"

#include "base/file.h"

#include <unistd.h>

struct captured { FILE *stream; int kept; char path[32]; };

/* From here on into a file. No assertion may fail before captured_end: nobody would read it. */
static inline struct captured captured_begin(FILE *stream)
{
    struct captured c = { .stream = stream, .kept = dup(fileno(stream)), .path = "/tmp/schakel-captured-XXXXXX" };
    int fd = mkstemp(c.path);

    assert_true(fd >= 0 && c.kept >= 0);
    (void)fflush(stream);
    assert_true(dup2(fd, fileno(stream)) >= 0);
    (void)close(fd);
    return c;
}

/* As before. Gives the text, with a zero byte behind it: free(). */
static inline char *captured_end(const struct captured *c)
{
    uint8_t *text = NULL;
    size_t len = 0;

    (void)fflush(c->stream);
    assert_true(dup2(c->kept, fileno(c->stream)) >= 0);
    (void)close(c->kept);
    assert_err(file_read(c->path, 1 << 20, &text, &len, NULL), OK);
    (void)unlink(c->path);
    return (char *)text;
}

#endif
