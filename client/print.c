/* client/cmd: a reply for people, and errors as JSON. */
#include "client/cmd.h"

#include "base/text.h"
#include "client/paper.h"
#include "client/texts.h"

#include <stdio.h>
#include <string.h>

enum { CELL_MAX = 200, COLUMNS_MAX = 16, INDENT = 2 };

static void pad(const char *text, int to)
{
    int wide = client_paper_width(text);

    (void)printf("%s%*s", text, to > wide ? to - wide : 0, "");
}

/* Text of others must not move the cursor of a terminal; and where it was cut, no part of a character is left. */
static void clean(char *text)
{
    size_t len = strlen(text);

    while (len != 0 && !text_is_utf8((const uint8_t *)text, len))
        text[--len] = '\0';
    for (size_t bad = 0; *text != '\0'; text += bad != 0 ? bad : 1) {
        bad = text_control(text);
        memset(text, ' ', bad);
    }
}

/* The same of a text of any length; its lines stay. */
static void print_clean(FILE *out, const char *text)
{
    for (size_t bad = 0; *text != '\0'; text += bad != 0 ? bad : 1) {
        bad = *text == '\n' ? 0 : text_control(text);
        (void)putc(bad == 0 ? *text : ' ', out);
    }
}

void client_print_line(FILE *out, const char *line)
{
    (void)fputs("schakel: ", out);
    print_clean(out, line);
    (void)putc('\n', out);
}

static void label_of(const char *key, enum lang lang, char *out, size_t out_len)
{
    client_texts_label(key, lang, out, out_len);
    clean(out);
}

/* Names of our own that stand for something; what people wrote stays as it is. */
static const char *in_words(const cJSON *v, enum lang lang)
{
    return v->string != NULL && strcmp(v->string, "role") == 0 ? client_texts_role(v->valuestring, lang) : v->valuestring;
}

static void cell(const cJSON *v, enum lang lang, char out[CELL_MAX])
{
    size_t used = 0;

    out[0] = '\0';
    /* Numbers of our own making are kept as their digits. */
    if (cJSON_IsString(v) || cJSON_IsRaw(v)) {
        (void)snprintf(out, CELL_MAX, "%s", in_words(v, lang));
    } else if (cJSON_IsBool(v)) {
        (void)snprintf(out, CELL_MAX, "%s", cJSON_IsTrue(v) ? (lang == LANG_NL ? "ja" : "yes") : lang == LANG_NL ? "nee" : "no");
    } else if (cJSON_IsNumber(v)) {
        (void)snprintf(out, CELL_MAX, "%.0f", v->valuedouble);
    } else if (cJSON_IsArray(v)) {
        const cJSON *item;

        cJSON_ArrayForEach(item, v)
            if (cJSON_IsString(item) && used < CELL_MAX - 1)
                used += (size_t)snprintf(out + used, CELL_MAX - used, "%s%s", used != 0 ? ", " : "", item->valuestring);
    }
    clean(out);
}

static bool is_table(const cJSON *v)
{
    return cJSON_IsArray(v) && cJSON_IsObject(cJSON_GetArrayItem(v, 0));
}

struct table { const char *keys[COLUMNS_MAX]; int widths[COLUMNS_MAX]; size_t count; };

static void widen(struct table *t, size_t column, const char *text)
{
    int wide = client_paper_width(text);

    if (wide > t->widths[column])
        t->widths[column] = wide;
}

/* A column for each key of any row, in the order in which they come. */
static void measure(struct table *t, const cJSON *array, enum lang lang)
{
    char text[CELL_MAX];
    const cJSON *row, *item;

    cJSON_ArrayForEach(row, array)
        cJSON_ArrayForEach(item, row) {
            size_t i = 0;

            if (item->string == NULL)
                continue;
            while (i < t->count && strcmp(t->keys[i], item->string) != 0)
                i++;
            if (i == COLUMNS_MAX)
                continue;
            if (i == t->count) {
                t->keys[t->count++] = item->string;
                label_of(item->string, lang, text, sizeof text);
                widen(t, i, text);
            }
            cell(item, lang, text);
            widen(t, i, text);
        }
}

static bool fits(const struct table *t, enum lang lang)
{
    struct client_paper p;
    int wide = INDENT;

    client_paper_init(&p, lang);
    for (size_t i = 0; i < t->count; i++)
        wide += t->widths[i] + (i + 1 < t->count ? 2 : 0);
    return wide <= p.width;
}

/* A table wider than the terminal would break within its rows: one line a value instead, the first of a row further to the left. */
static void print_apart(const cJSON *array, enum lang lang)
{
    char label[96], text[CELL_MAX];
    const cJSON *row, *item;

    cJSON_ArrayForEach(row, array)
        cJSON_ArrayForEach(item, row) {
            if (item->string == NULL)
                continue;
            label_of(item->string, lang, label, sizeof label);
            cell(item, lang, text);
            (void)printf("%*s%s: %s\n", item == row->child ? INDENT : 2 * INDENT, "", label, text);
        }
}

static void print_table(const cJSON *array, enum lang lang)
{
    struct table t = {.count = 0};
    char text[CELL_MAX];
    const cJSON *row;

    measure(&t, array, lang);
    if (!fits(&t, lang)) {
        print_apart(array, lang);
        return;
    }
    (void)printf("%*s", INDENT, "");
    for (size_t i = 0; i < t.count; i++) {
        label_of(t.keys[i], lang, text, sizeof text);
        pad(text, i + 1 < t.count ? t.widths[i] + 2 : 0);
    }
    (void)printf("\n");
    cJSON_ArrayForEach(row, array) {
        (void)printf("%*s", INDENT, "");
        for (size_t i = 0; i < t.count; i++) {
            cell(cJSON_GetObjectItemCaseSensitive(row, t.keys[i]), lang, text);
            pad(text, i + 1 < t.count ? t.widths[i] + 2 : 0);
        }
        (void)printf("\n");
    }
}

static void print_object(const cJSON *obj, enum lang lang, int indent)
{
    char label[96], text[CELL_MAX];
    const cJSON *item;

    cJSON_ArrayForEach(item, obj) {
        /* For programs: people read the sentence beside it. */
        if (item->string == NULL || strcmp(item->string, "ok") == 0 || strcmp(item->string, "class") == 0)
            continue;
        label_of(item->string, lang, label, sizeof label);
        if (is_table(item) || cJSON_IsObject(item)) {
            (void)printf("%*s%s:\n", indent, "", label);
            if (cJSON_IsObject(item))
                print_object(item, lang, indent + INDENT);
            else
                print_table(item, lang);
            continue;
        }
        /* What others confirmed, or the hub's word alone: a word of the table itself. */
        if (cJSON_IsString(item) && strcmp(item->string, "standing") == 0) {
            label_of(item->valuestring, lang, text, sizeof text);
            (void)printf("%*s%s: %s\n", indent, "", label, text);
            continue;
        }
        if (cJSON_IsString(item)) {
            (void)printf("%*s%s: ", indent, "", label);
            print_clean(stdout, in_words(item, lang));
            (void)printf("\n");
            continue;
        }
        cell(item, lang, text);
        (void)printf("%*s%s: %s\n", indent, "", label, text);
    }
}

void client_print_reply(const struct client_run *r, const cJSON *reply)
{
    print_object(reply, r->lang, 0);
}

/* The first stands in the error itself. */
static void print_mistakes(const struct client_paper *p, const cJSON *rows)
{
    const cJSON *row;

    cJSON_ArrayForEach(row, rows) {
        struct trouble t = {.lang = p->lang};
        uint64_t line = 0, column = 0;
        char text[800];

        if (row == rows->child || json_u64(row, "line", &line) != OK || json_u64(row, "column", &column) != OK)
            continue;
        (void)trouble_at(&t, ERR_SYNTAX, client_paper_text(row, "file"), (uint32_t)line, (uint32_t)column, "%s", "%s", client_paper_text(row, "text"));
        trouble_line(&t, text, sizeof text);
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", text);
    }
}

static void print_lacking(const struct client_paper *p, const cJSON *rows)
{
    const cJSON *row;
    char names[CELL_MAX];

    cJSON_ArrayForEach(row, rows) {
        client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "sections"), names, sizeof names);
        client_paper_line(p, CLIENT_BOLD, 2, "%s", "%s", names);
        client_paper_line(p, CLIENT_PLAIN, 4, "%s", "%s", client_paper_text(row, "text"));
        if (client_paper_text(row, "command")[0] != '\0')
            client_paper_line(p, CLIENT_PLAIN, 4, "%s", "%s", client_paper_text(row, "command"));
    }
}

void client_print_wrapped(FILE *out, enum lang lang, const char *line)
{
    struct client_paper p;

    client_paper_init(&p, lang);
    p.out = out;
    p.colour = false;
    client_paper_line(&p, CLIENT_PLAIN, 0, "schakel: %s", "schakel: %s", line);
}

void client_print_details(FILE *out, enum lang lang, const cJSON *details)
{
    struct client_paper p;

    client_paper_init(&p, lang);
    p.out = out;
    p.colour = false;
    print_mistakes(&p, cJSON_GetObjectItemCaseSensitive(details, "mistakes"));
    print_lacking(&p, cJSON_GetObjectItemCaseSensitive(details, "lacking"));
}

cJSON *client_print_error(const struct trouble *t)
{
    cJSON *whole = cJSON_CreateObject(), *error;

    json_add_bool(whole, "ok", false);
    error = json_add_object(whole, "error");
    json_add_text(error, "class", err_word(t->err));
    json_add_text(error, "text", t->text);
    if (t->where[0] != '\0')
        json_add_text(error, "where", t->where);
    if (t->line != 0)
        json_add_u64(error, "line", t->line);
    if (t->column != 0)
        json_add_u64(error, "column", t->column);
    return whole;
}
