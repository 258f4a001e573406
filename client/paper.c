#include "client/paper.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_MIN = 60, WIDTH_MAX = 100, WIDTH_UNKNOWN = 90, LINE_MAX_BYTES = 2048 };

void client_paper_init(struct client_paper *p, enum lang lang)
{
    const char *no_colour = getenv("NO_COLOR");
    struct winsize size = {0};
    bool tty = isatty(STDOUT_FILENO) == 1;

    *p = (struct client_paper){.out = stdout, .lang = lang, .width = WIDTH_UNKNOWN};
    p->colour = tty && (no_colour == NULL || *no_colour == '\0');
    if (tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0)
        p->width = size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col > WIDTH_MAX ? WIDTH_MAX : size.ws_col;
}

const char *client_paper_say(const struct client_paper *p, const char *en, const char *nl)
{
    return p->lang == LANG_NL ? nl : en;
}

const char *client_paper_word(const struct client_paper *p, const char *group, const char *name)
{
    const cJSON *texts = cJSON_GetObjectItemCaseSensitive(p->words, group),
                *text = cJSON_GetObjectItemCaseSensitive(texts, name);

    return cJSON_IsString(text) ? text->valuestring : name;
}

/* ---- bytes that a terminal would obey ---- */

static void put_bytes(const struct client_paper *p, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t bad = text_control(text + i);

        (void) fputc(bad != 0 ? ' ' : text[i], p->out);
        i += bad != 0 ? bad : 1;
    }
}

int client_paper_width(const char *text)
{
    return (int) text_columns(text, SIZE_MAX);
}

/* ---- putting ---- */

static void style_on(const struct client_paper *p, enum client_style style)
{
    static const char *const codes[] = {[CLIENT_PLAIN] = "",
        [CLIENT_BOLD] = "\033[1m",
        [CLIENT_DIM] = "\033[2m",
        [CLIENT_GREEN] = "\033[32m",
        [CLIENT_YELLOW] = "\033[33m",
        [CLIENT_RED] = "\033[31m"};

    if (p->colour && style != CLIENT_PLAIN)
        (void) fputs(codes[style], p->out);
}

static void style_off(const struct client_paper *p, enum client_style style)
{
    if (p->colour && style != CLIENT_PLAIN)
        (void) fputs("\033[0m", p->out);
}

int client_paper_put(const struct client_paper *p, enum client_style style, const char *text)
{
    style_on(p, style);
    put_bytes(p, text, strlen(text));
    style_off(p, style);
    return client_paper_width(text);
}

int client_paper_tab(const struct client_paper *p, int at, int to)
{
    int blanks = at < to ? to - at : at > 0 ? 1 : 0;

    (void) fprintf(p->out, "%*s", blanks, "");
    return at + blanks;
}

void client_paper_fill(
    const struct client_paper *p, enum client_style style, int at, int indent, const char *text)
{
    bool fresh = at <= indent;

    style_on(p, style);
    while (*text != '\0') {
        size_t len = strcspn(text, " \n");
        int wide = (int) text_columns(text, len);

        if (!fresh && at + 1 + wide > p->width && wide != 0) {
            (void) fprintf(p->out, "\n%*s", indent, "");
            at = indent;
        } else if (!fresh && wide != 0) {
            (void) fputc(' ', p->out);
            at++;
        }
        put_bytes(p, text, len);
        at += wide;
        fresh = fresh && wide == 0;
        text += len;
        if (*text == '\n') {
            (void) fprintf(p->out, "\n%*s", indent, "");
            at = indent;
            fresh = true;
        }
        text += *text != '\0';
    }
    style_off(p, style);
    (void) fputc('\n', p->out);
}

void client_paper_line(
    const struct client_paper *p, enum client_style style, int indent, const char *en, const char *nl, ...)
{
    char text[LINE_MAX_BYTES];
    va_list ap;

    va_start(ap, nl);
    if (p->lang == LANG_NL)
        (void) vsnprintf(text, sizeof text, nl, ap);
    else
        (void) vsnprintf(text, sizeof text, en, ap);
    va_end(ap);
    (void) fprintf(p->out, "%*s", indent, "");
    client_paper_fill(p, style, indent, indent, text);
}

void client_paper_format(
    const struct client_paper *p, char *out, size_t out_len, const char *en, const char *nl, ...)
{
    va_list ap;

    va_start(ap, nl);
    if (p->lang == LANG_NL)
        (void) vsnprintf(out, out_len, nl, ap);
    else
        (void) vsnprintf(out, out_len, en, ap);
    va_end(ap);
}

void client_paper_pair(const struct client_paper *p, const char *label, const char *text)
{
    int at;

    if (text[0] == '\0')
        return;
    at = client_paper_tab(p, 0, 2);
    at = client_paper_tab(p, at + client_paper_put(p, CLIENT_DIM, label), CLIENT_PAPER_PAIR);
    client_paper_fill(p, CLIENT_PLAIN, at, CLIENT_PAPER_PAIR, text);
}

void client_paper_head(const struct client_paper *p, const char *left, const char *right)
{
    int at = client_paper_put(p, CLIENT_BOLD, left), wide = client_paper_width(right);

    if (wide == 0) {
        (void) fputc('\n', p->out);
        return;
    }
    if (at + 2 + wide > p->width) {
        (void) fputc('\n', p->out);
        at = 0;
    }
    (void) client_paper_tab(p, at, p->width - wide);
    (void) client_paper_put(p, CLIENT_DIM, right);
    (void) fputc('\n', p->out);
}

/* ---- reading replies ---- */

void client_paper_list(const cJSON *array, char *out, size_t out_len)
{
    const cJSON *item;
    size_t at = 0;

    out[0] = '\0';
    cJSON_ArrayForEach(item, array) {
        if (cJSON_IsString(item) && at < out_len)
            at += (size_t) snprintf(out + at, out_len - at, "%s%s", at != 0 ? ", " : "", item->valuestring);
    }
}

const char *client_paper_text(const cJSON *obj, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(obj, key);

    return cJSON_IsString(v) || cJSON_IsRaw(v) ? v->valuestring : "";
}

bool client_paper_true(const cJSON *obj, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(obj, key));
}

const char *client_paper_id(const cJSON *obj, const char *key, char out[9])
{
    (void) snprintf(out, 9, "%.8s", client_paper_text(obj, key));
    return out;
}

/* A whole number of a parsed reply is a number; one that was just made is kept as its digits. */
static uint64_t at_of(const cJSON *obj)
{
    uint64_t at = 0;

    if (json_u64(obj, "at", &at) != OK && text_u64(client_paper_text(obj, "at"), UINT64_MAX, &at) != OK)
        return 0;
    return at;
}

void client_paper_when(const struct client_paper *p, const cJSON *obj, char out[32])
{
    uint64_t at = at_of(obj);
    char text[17], today[11];

    out[0] = '\0';
    if (at == 0)
        return;
    clock_format_nl(at, text);
    date_format(clock_date_nl(clock_now_s()), today);
    if (strncmp(text, today, sizeof today - 1) == 0)
        (void) snprintf(out, 32, "%s %s", client_paper_say(p, "today", "vandaag"), text + 11);
    else
        (void) snprintf(out, 32, "%.10s", text);
}
