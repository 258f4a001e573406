#include "hub/cli_print.h"

#include "base/text.h"
#include "hub/cli.h"

#include <string.h>

enum { COLUMNS_MAX = 12, WIDTH_MAX = 110, INDENT = 2, BETWEEN = 2 };

static const char *text_of(const cJSON *v, enum lang lang)
{
    if (cJSON_IsBool(v))
        return cJSON_IsTrue(v) ? (lang == LANG_NL ? "ja" : "yes") : (lang == LANG_NL ? "nee" : "no");
    return cJSON_IsString(v) || cJSON_IsRaw(v) ? v->valuestring : "";
}

/* What others wrote, as the running core its status, must not move the cursor of a terminal. Returns its columns. */
static size_t put(FILE *out, const char *text)
{
    for (const char *p = text; *p != '\0';) {
        size_t bad = text_control(p);

        (void)fputc(bad != 0 ? ' ' : *p, out);
        p += bad != 0 ? bad : 1;
    }
    return text_columns(text, SIZE_MAX);
}

struct table { const char *keys[COLUMNS_MAX]; size_t widths[COLUMNS_MAX], count; };

/* A column for each key of any row, in the order in which they come. */
static void measure(struct table *t, const cJSON *rows, enum lang lang)
{
    const cJSON *row, *v;

    cJSON_ArrayForEach(row, rows)
        cJSON_ArrayForEach(v, row) {
            size_t i = 0, wide = text_columns(text_of(v, lang), SIZE_MAX);

            while (i < t->count && strcmp(t->keys[i], v->string) != 0)
                i++;
            if (i == COLUMNS_MAX)
                continue;
            if (i == t->count) {
                t->widths[i] = text_columns(hub_texts_label(v->string, lang), SIZE_MAX);
                t->keys[t->count++] = v->string;
            }
            t->widths[i] = wide > t->widths[i] ? wide : t->widths[i];
        }
}

static void put_cell(FILE *out, const struct table *t, size_t i, const char *text)
{
    size_t wide = put(out, text);

    if (i + 1 < t->count)
        (void)fprintf(out, "%*s", (int)(t->widths[i] - wide) + BETWEEN, "");
}

static void print_table(FILE *out, const struct table *t, const cJSON *rows, enum lang lang)
{
    const cJSON *row;

    (void)fprintf(out, "%*s", INDENT, "");
    for (size_t i = 0; i < t->count; i++)
        put_cell(out, t, i, hub_texts_label(t->keys[i], lang));
    cJSON_ArrayForEach(row, rows) {
        (void)fprintf(out, "\n%*s", INDENT, "");
        for (size_t i = 0; i < t->count; i++)
            put_cell(out, t, i, text_of(cJSON_GetObjectItemCaseSensitive(row, t->keys[i]), lang));
    }
    (void)fputc('\n', out);
}

/* A row that has a sentence in it: one value a line, the first further to the left. */
static void print_apart(FILE *out, const cJSON *rows, enum lang lang)
{
    const cJSON *row, *v;

    cJSON_ArrayForEach(row, rows)
        cJSON_ArrayForEach(v, row) {
            (void)fprintf(out, "%*s%s: ", v == row->child ? INDENT : 2 * INDENT, "", hub_texts_label(v->string, lang));
            (void)put(out, text_of(v, lang));
            (void)fputc('\n', out);
        }
}

static void print_rows(FILE *out, const cJSON *rows, enum lang lang)
{
    struct table t = {.count = 0};
    size_t wide = INDENT;

    measure(&t, rows, lang);
    for (size_t i = 0; i < t.count; i++)
        wide += t.widths[i] + BETWEEN;
    if (wide <= WIDTH_MAX)
        print_table(out, &t, rows, lang);
    else
        print_apart(out, rows, lang);
}

void hub_cli_print(FILE *out, const cJSON *reply, enum lang lang)
{
    const cJSON *v, *verdict = cJSON_GetObjectItemCaseSensitive(reply, "verdict");

    if (verdict != NULL) {
        (void)put(out, text_of(verdict, lang));
        (void)fputc('\n', out);
    }
    cJSON_ArrayForEach(v, reply) {
        if (v == verdict || strcmp(v->string, "ok") == 0)
            continue;
        (void)fprintf(out, "%s:%s", hub_texts_label(v->string, lang), cJSON_IsArray(v) ? "" : " ");
        (void)put(out, text_of(v, lang));
        (void)fputc('\n', out);
        if (cJSON_GetArraySize(v) != 0)
            print_rows(out, v, lang);
    }
}
