/*
 * base/csv: tables that people edit, with line and column, on top of libcsv. Comma or semicolon (decided by
 * the header row, or by a first line "sep=;" as Excel knows it), UTF-8 with or without BOM, LF or CRLF, quoted cells. The first row names the columns.
 * Blank lines and rows of empty cells are skipped but counted. NUL, invalid UTF-8 and rows of another width are errors.
 * Not csv_parse and csv_free: libcsv exports those names, and a program can have only one of each.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CSV_COLUMNS_MAX = 32, CSV_CELL_MAX = 65536 };

struct csv;

/*
 * Parse data (borrowed during the call only). name is used in messages. Gives *out. All mistakes are reported
 * through report (may be NULL), at most 100 of them; the first is returned. ERR_SYNTAX, ERR_LONG, ERR_NOMEM.
 */
typedef void csv_report(void *arg, const struct trouble *t);
MUST_USE enum err csv_read(const char *name, enum lang lang, const uint8_t *data, size_t len, csv_report *report,
    void *arg, struct csv **out);
void csv_drop(struct csv *c);  /* takes NULL */

size_t csv_columns(const struct csv *c);
size_t csv_rows(const struct csv *c);                       /* without the header */
const char *csv_header(const struct csv *c, size_t column);
uint32_t csv_header_line(const struct csv *c);              /* from 1; above it are blank lines, or a line "sep=;" */
/* White space around is trimmed. Valid until csv_drop. */
const char *csv_cell(const struct csv *c, size_t row, size_t column);
uint32_t csv_line(const struct csv *c, size_t row);         /* of the row's first cell, from 1 */
/* The column of this name, or -1. */
int csv_column(const struct csv *c, const char *name);

/*
 * One cell as CSV output: quoted when needed; a leading = + - @ tab or CR gets a ' before it (spreadsheet formulas).
 * Appends to the text already in out. ERR_LONG when it does not fit: out is left as it was.
 */
MUST_USE enum err csv_quote(const char *cell, char *out, size_t out_len);

#endif
