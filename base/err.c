#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* One row per class, in the order of enum err. */
static const struct {
    const char *word;
    int exit_code;
} classes[ERR_CLASSES] = {
    [OK] = { "ok", EX_OK },
    [ERR_SHORT] = { "short", EX_DATAERR },
    [ERR_LONG] = { "long", EX_DATAERR },
    [ERR_SYNTAX] = { "syntax", EX_DATAERR },
    [ERR_RANGE] = { "range", EX_DATAERR },
    [ERR_SIGNATURE] = { "signature", EX_DATAERR },
    [ERR_KEY] = { "key", EX_NOPERM },
    [ERR_NOTFOUND] = { "notfound", EX_NOINPUT },
    [ERR_EXISTS] = { "exists", EX_CANTCREAT },
    [ERR_EXPIRED] = { "expired", EX_NOPERM },
    [ERR_REPLAY] = { "replay", EX_PROTOCOL },
    [ERR_DENIED] = { "denied", EX_NOPERM },
    [ERR_QUOTA] = { "quota", EX_TEMPFAIL },
    [ERR_NOMEM] = { "nomem", EX_OSERR },
    [ERR_IO] = { "io", EX_IOERR },
    [ERR_FULL] = { "full", EX_IOERR },
    [ERR_BUSY] = { "busy", EX_TEMPFAIL },
    [ERR_PEER] = { "peer", EX_UNAVAILABLE },
    [ERR_VERSION] = { "version", EX_PROTOCOL },
    [ERR_USAGE] = { "usage", EX_USAGE },
    [ERR_CONFIG] = { "config", EX_CONFIG },
    [ERR_STATE] = { "state", EX_PROTOCOL },
};

const char *err_word(enum err e)
{
    if ((unsigned)e >= ERR_CLASSES)
        abort();
    return classes[e].word;
}

int err_exit(enum err e)
{
    if ((unsigned)e >= ERR_CLASSES)
        abort();
    return classes[e].exit_code;
}

static void fill(struct trouble *t, enum err e, const char *where, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static void fill(struct trouble *t, enum err e, const char *where, const char *format, va_list args)
{
    t->err = e;
    (void)snprintf(t->where, sizeof t->where, "%s", where);
    (void)vsnprintf(t->text, sizeof t->text, format, args);
}

/* Whether there is somebody to tell, and nothing was told before. */
static int is_wanted(const struct trouble *t, enum err e)
{
    return t != NULL && t->err == OK && e != OK;
}

enum err trouble_set(struct trouble *t, enum err e, const char *en, const char *nl, ...)
{
    va_list args;

    if (!is_wanted(t, e))
        return e;
    va_start(args, nl);
    fill(t, e, "", t->lang == LANG_NL ? nl : en, args);
    va_end(args);
    return e;
}

enum err trouble_at(struct trouble *t, enum err e, const char *where, uint32_t line, uint32_t column,
    const char *en, const char *nl, ...)
{
    va_list args;

    if (!is_wanted(t, e))
        return e;
    va_start(args, nl);
    fill(t, e, where, t->lang == LANG_NL ? nl : en, args);
    va_end(args);
    t->line = line;
    t->column = column;
    return e;
}

void trouble_line(const struct trouble *t, char *out, size_t out_len)
{
    char line[16] = "", column[16] = "";

    if (out_len == 0)
        return;
    if (t->line != 0)
        (void)snprintf(line, sizeof line, "%s%u", t->where[0] ? ":" : "", t->line);
    if (t->line != 0 && t->column != 0)
        (void)snprintf(column, sizeof column, ":%u", t->column);
    (void)snprintf(out, out_len, "%s%s%s%s%s", t->where, line, column,
        t->where[0] || line[0] ? ": " : "", t->text);
}
