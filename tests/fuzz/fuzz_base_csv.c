/* base/csv: what is accepted can be written by csv_quote and reads the same again. */
#include "tests/fuzz/fuzz.h"

#include "base/csv.h"

#include <string.h>

static void told(void *arg, const struct trouble *t)
{
    size_t *count = arg;

    FUZZ_HOLDS(t->err != OK && t->text[0] != '\0' && ++*count <= 100);
}

static const char *cell_of(const struct csv *c, size_t row, size_t column)
{
    return row == 0 ? csv_header(c, column) : csv_cell(c, row - 1, column);
}

/* csv_quote puts a ' before what a spreadsheet would take for a formula, so that cell reads with it. */
static const char *read_back(const char *cell, const char *was)
{
    return cell[0] == '\'' && was[0] != '\0' && strchr("=+-@", was[0]) != NULL ? cell + 1 : cell;
}

static char *write_all(const struct csv *c, size_t room)
{
    char *out = calloc(1, room);
    size_t used = 0;

    FUZZ_HOLDS(out != NULL);
    for (size_t row = 0; row <= csv_rows(c); row++)
        for (size_t i = 0; i < csv_columns(c); i++) {
            FUZZ_HOLDS(csv_quote(cell_of(c, row, i), out + used, room - used) == OK);
            used += strlen(out + used);
            /* Always a separator, and a name for the column after it: one column of one quote mark has none. */
            memcpy(out + used, i + 1 < csv_columns(c) ? "," : "\n", 1);
            out[++used] = '\0';
        }
    return out;
}

static void again(const struct csv *c, size_t len)
{
    struct csv *other = NULL;
    char *text = write_all(c, 4 * len + 4 * CSV_COLUMNS_MAX + 64);
    uint32_t line = 0;

    FUZZ_HOLDS(csv_read("again", LANG_EN, (const uint8_t *)text, strlen(text), NULL, NULL, &other) == OK);
    FUZZ_HOLDS(csv_columns(other) == csv_columns(c) && csv_rows(other) == csv_rows(c));
    for (size_t row = 0; row <= csv_rows(c); row++)
        for (size_t i = 0; i < csv_columns(c); i++)
            FUZZ_HOLDS(strcmp(read_back(cell_of(other, row, i), cell_of(c, row, i)), cell_of(c, row, i)) == 0);
    for (size_t row = 0; row < csv_rows(c); row++) {
        FUZZ_HOLDS(csv_line(c, row) > line);
        line = csv_line(c, row);
    }
    csv_drop(other);
    free(text);
}

/* A name that reads otherwise when it is written could become that of another column. */
static bool has_plain_header(const struct csv *c)
{
    for (size_t i = 0; i < csv_columns(c); i++)
        if (strchr("=+-@'", csv_header(c, i)[0]) != NULL)
            return false;
    return true;
}

/*
 * A header with more semicolons than commas outside quotes is read with semicolons: written with commas it must have
 * none of its own, and csv_quote sees to that by quoting every cell with one.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct csv *c = NULL;
    size_t count = 0;
    enum err e = csv_read("fuzz", LANG_NL, data, len, told, &count, &c);

    FUZZ_HOLDS((e == OK) == (count == 0) && (e == OK) == (c != NULL));
    if (e == OK && has_plain_header(c))
        again(c, len);
    csv_drop(c);
    return 0;
}
