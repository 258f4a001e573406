#include "client/overlay.h"

#include "base/file.h"
#include "server/manifest.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One merge. Texts grow in out. */
struct merging {
    const char *base, *overlay, *to, *file;
    enum lang lang;
    csv_report *report;
    void *arg;
    enum err first;
    struct csv *old, *new;   /* new NULL: the overlay does not have this table */
    int column[CSV_COLUMNS_MAX];  /* of new, for each of old */
    char *text;
    size_t len, cap;
};

static void tell(void *arg, const struct trouble *t)
{
    struct merging *m = arg;

    if (m->first == OK)
        m->first = t->err;
    if (m->report != NULL)
        m->report(m->arg, t);
}

static void mistake(struct merging *m, enum err e, uint32_t line, const char *en, const char *nl, const char *what)
{
    struct trouble t = {.lang = m->lang};
    char where[PATH_MAX];

    (void) snprintf(where, sizeof where, "%s/%s", m->overlay, m->file);
    (void) trouble_at(&t, e, where, line, 0, "%s %s", "%s %s", what, m->lang == LANG_NL ? nl : en);
    tell(m, &t);
}

static void put(struct merging *m, const char *data, size_t len)
{
    if (m->first != OK)
        return;
    if (m->len + len > m->cap) {
        size_t cap = 2 * (m->len + len);
        char *text = realloc(m->text, cap);

        if (text == NULL) {
            m->first = ERR_NOMEM;
            return;
        }
        m->text = text;
        m->cap = cap;
    }
    memcpy(m->text + m->len, data, len);
    m->len += len;
}

/* A table of a folder; NULL when it is not there. keep: its bytes are the text, until something differs. */
static void read_table(struct merging *m, const char *folder, struct csv **out, bool keep)
{
    struct trouble t = {.lang = m->lang};
    char path[PATH_MAX];
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_join(path, sizeof path, folder, m->file);

    if (e == OK)
        e = file_read(path, POLICY_TABLE_BYTES_MAX, &data, &len, &t);
    if (e == OK)
        e = csv_read(path, m->lang, data, len, tell, m, out);
    else if (e != ERR_NOTFOUND)
        tell(m, &t);
    if (keep && e == OK)
        put(m, (const char *) data, len);
    free(data);
}

/* Quotes where a reader needs them; nothing else is changed, as a row must mean what it did. */
static void put_cell(struct merging *m, const char *cell, bool last)
{
    bool quoted = strpbrk(cell, ",;\"\r\n") != NULL;

    if (quoted)
        put(m, "\"", 1);
    for (; *cell != '\0'; cell++)
        put(m, *cell == '"' ? "\"\"" : cell, *cell == '"' ? 2 : 1);
    put(m, quoted ? "\"" : "", quoted);
    put(m, last ? "\n" : ",", 1);
}

static const char *new_cell(const struct merging *m, size_t row, size_t column)
{
    return csv_cell(m->new, row, (size_t) m->column[column]);
}

/* A parameter stands there once for each day, a question once for each of its answers: the third column is a key too. */
static bool is_key(const struct merging *m, size_t column)
{
    bool two = strcmp(m->file, "parameters.csv") == 0 || strcmp(m->file, "weighing.csv") == 0;

    return column == 0 || (two && column == 2);
}

static bool has_same_key(const struct merging *m, size_t row, size_t other)
{
    for (size_t i = 0; i < csv_columns(m->old); i++)
        if (is_key(m, i) && strcmp(new_cell(m, row, i), new_cell(m, other, i)) != 0)
            return false;
    return true;
}

static bool is_same_key(const struct merging *m, size_t old_row, size_t new_row)
{
    for (size_t i = 0; i < csv_columns(m->old); i++)
        if (is_key(m, i) && strcmp(csv_cell(m->old, old_row, i), new_cell(m, new_row, i)) != 0)
            return false;
    return true;
}

static bool is_removal(const struct merging *m, size_t new_row)
{
    for (size_t i = 0; i < csv_columns(m->old); i++)
        if (!is_key(m, i) && new_cell(m, new_row, i)[0] != '\0')
            return false;
    return true;
}

static void put_new(struct merging *m, size_t row)
{
    for (size_t i = 0; i < csv_columns(m->old); i++)
        put_cell(m, new_cell(m, row, i), i + 1 == csv_columns(m->old));
}

static void put_old(struct merging *m, size_t row)
{
    for (size_t i = 0; i < csv_columns(m->old); i++)
        put_cell(m, csv_cell(m->old, row, i), i + 1 == csv_columns(m->old));
}

/* Every column of the one in the other. */
static void match_columns(struct merging *m)
{
    for (size_t i = 0; i < csv_columns(m->old); i++) {
        m->column[i] = csv_column(m->new, csv_header(m->old, i));
        if (m->column[i] < 0)
            mistake(m, ERR_SYNTAX, 1, "is a column of the base, and is missing here", "is een kolom van de basis, en ontbreekt hier",
                csv_header(m->old, i));
    }
    for (size_t i = 0; i < csv_columns(m->new); i++)
        if (csv_column(m->old, csv_header(m->new, i)) < 0)
            mistake(m, ERR_SYNTAX, 1, "is no column of the base", "is geen kolom van de basis", csv_header(m->new, i));
}

/* The overlay's row for one of the base; the count of rows when there is none. */
static size_t row_for(const struct merging *m, size_t old_row)
{
    size_t i = 0;

    while (i < csv_rows(m->new) && !is_same_key(m, old_row, i))
        i++;
    return i;
}

static bool is_in_base(const struct merging *m, size_t new_row)
{
    for (size_t i = 0; i < csv_rows(m->old); i++)
        if (is_same_key(m, i, new_row))
            return true;
    return false;
}

/* Of two rows of one key one would count, and its writer would not know which. */
static void find_twice(struct merging *m)
{
    for (size_t i = 0; i < csv_rows(m->new); i++) {
        size_t in_base = 0;

        for (size_t k = 0; k < i; k++)
            if (has_same_key(m, k, i)) {
                mistake(m, ERR_EXISTS, csv_line(m->new, i), "stands here twice: keep one of the two", "staat hier twee keer: houd er een van",
                    new_cell(m, i, 0));
                break;
            }
        for (size_t k = 0; k < csv_rows(m->old); k++)
            in_base += is_same_key(m, k, i);
        if (in_base > 1)
            mistake(m, ERR_EXISTS, csv_line(m->new, i), "stands in the base more than once: tell who makes the base",
                "staat in de basis meer dan een keer: meld het aan wie de basis maakt", new_cell(m, i, 0));
    }
}

static void merge(struct merging *m)
{
    find_twice(m);
    m->len = 0;
    for (size_t i = 0; i < csv_columns(m->old); i++)
        put_cell(m, csv_header(m->old, i), i + 1 == csv_columns(m->old));
    for (size_t i = 0; i < csv_rows(m->old); i++) {
        size_t row = row_for(m, i);

        if (row == csv_rows(m->new))
            put_old(m, i);
        else if (!is_removal(m, row))
            put_new(m, row);
    }
    for (size_t i = 0; i < csv_rows(m->new); i++) {
        if (is_in_base(m, i))
            continue;
        if (is_removal(m, i))
            mistake(m, ERR_NOTFOUND, csv_line(m->new, i), "is taken away, but the base does not have it",
                "wordt weggehaald, maar de basis heeft het niet", new_cell(m, i, 0));
        else
            put_new(m, i);
    }
}

static void write_table(struct merging *m)
{
    struct trouble t = {.lang = m->lang};
    char path[PATH_MAX];
    enum err e = m->first != OK ? m->first : file_join(path, sizeof path, m->to, m->file);

    if (e == OK)
        e = file_write(path, m->text, m->len, 0644, &t);
    if (e != OK && m->first == OK)
        tell(m, &t);
}

/* One table. A table that only the overlay has is a mistake, but for its own words about itself. */
static void one(struct merging *m, const char *file)
{
    m->file = file;
    m->old = m->new = NULL;
    m->len = 0;
    read_table(m, m->base, &m->old, true);
    read_table(m, m->overlay, &m->new, false);
    if (m->new != NULL && strcmp(file, "loosen.csv") == 0)
        mistake(m, ERR_DENIED, 0, "says what a region may loosen, so it is the base's alone", "zegt wat een regio mag versoepelen, en is dus alleen van de basis",
            file);
    if (m->old == NULL && m->new != NULL && m->first == OK)
        mistake(m, ERR_NOTFOUND, 0, "is not a table of the base", "is geen tabel van de basis", file);
    if (m->old != NULL && m->new != NULL)
        match_columns(m);
    if (m->old != NULL && m->new != NULL && m->first == OK)
        merge(m);
    if (m->old != NULL)
        write_table(m);
    csv_drop(m->old);
    csv_drop(m->new);
}

/* Nothing is left of what could not be made whole. */
static void undo(const struct merging *m)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < SERVER_MANIFEST_FILES_MAX; i++)
        if (file_join(path, sizeof path, m->to, server_manifest_file(i)) == OK)
            (void) unlink(path);
    (void) rmdir(m->to);
}

enum err client_overlay_make(const char *base, const char *overlay, const char *out, enum lang lang, csv_report *report, void *arg)
{
    struct merging m = {.base = base, .overlay = overlay, .to = out, .lang = lang, .report = report, .arg = arg};
    struct trouble t = {.lang = lang};

    if (mkdir(out, 0755) != 0) {
        (void) trouble_at(&t, errno == EEXIST ? ERR_EXISTS : ERR_IO, out, 0, 0, "cannot be made: %s", "is niet te maken: %s", strerror(errno));
        tell(&m, &t);
        return m.first;
    }
    for (size_t i = 0; i < SERVER_MANIFEST_FILES_MAX; i++)
        one(&m, server_manifest_file(i));
    free(m.text);
    if (m.first != OK)
        undo(&m);
    return m.first;
}
