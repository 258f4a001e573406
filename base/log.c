#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_LEN = 1024, VALUE_MAX_LEN = 320 };

/* What may be logged. Add a key here only if its values can never be about a person. */
static const char *const allowed[] = {
    "address", "attempt", "bytes", "code", "conn", "count", "err", "errno", "event", "exit", "file", "format",
    "free_pct", "from", "index", "kind", "line", "limit", "map_bytes", "message", "mode", "ms", "partner", "path",
    "pid", "port", "reason", "region", "role", "round", "seconds", "signal", "size", "state", "step", "suite", "table",
    "to", "tree_size", "version", "wait_ms", "witness",
};

static const char *const level_words[] = { "error", "warn", "info", "debug" };

static const char *program_name = "schakel";
static enum log_level level_max = LOG_INFO;

void log_init(const char *program, enum log_level max)
{
    program_name = program;
    level_max = max;
}

static int is_allowed(const char *key)
{
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (strcmp(allowed[i], key) == 0)
            return 1;
    return 0;
}

/* Nothing that could break the line or forge another, and nothing that passes for a citizen number. */
static void clean(const char *value, char out[VALUE_MAX_LEN + 1])
{
    size_t n = strnlen(value, VALUE_MAX_LEN);

    for (size_t i = 0; i < n; i++)
        out[i] = value[i] >= ' ' && value[i] <= '~' && value[i] != '"' && value[i] != '=' ? value[i] : '?';
    out[n] = '\0';
    if (text_is_bsn(out))
        memcpy(out, "?", 2);
}

static void append(char *line, size_t *used, const char *key, const char *value)
{
    /* What has blanks is for people to read: quoted, for a quote cannot be in it. */
    const char *quote = strchr(value, ' ') != NULL ? "\"" : "";
    int n = snprintf(line + *used, LINE_MAX_LEN - *used, " %s=%s%s%s", key, quote, value, quote);

    /* A pair that does not fit is left out whole. */
    if (n > 0 && (size_t)n < LINE_MAX_LEN - *used - 1)
        *used += (size_t)n;
}

/* One write for the whole line, so that processes that share standard error do not mix. */
void log_event(enum log_level level, const char *event, ...)
{
    char line[LINE_MAX_LEN], value[VALUE_MAX_LEN + 1], when[32] = "";
    time_t now = (time_t)clock_now_s();
    const char *key, *given;
    struct tm tm;
    size_t used;
    va_list args;
    ssize_t written;

    if (level > level_max)
        return;
    if (gmtime_r(&now, &tm) != NULL)
        (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
    used = (size_t)snprintf(line, sizeof line / 2, "%s %s %.40s: %.80s", when, level_words[level], program_name, event);
    va_start(args, event);
    while ((key = va_arg(args, const char *)) != NULL) {
        given = va_arg(args, const char *);
        if (given == NULL)
            break;
        clean(given, value);
        append(line, &used, is_allowed(key) ? key : "key", is_allowed(key) ? value : "?");
    }
    va_end(args);
    line[used++] = '\n';
    written = write(STDERR_FILENO, line, used);
    (void)written;  /* where would one tell that the log cannot be written? */
}
