/*
 * policy/table: a table of people as the loaders see it: named columns, words in a cell, and mistakes that
 * say where they are and what was expected. For the files of policy/ only.
 */
#ifndef POLICY_TABLE_H
#define POLICY_TABLE_H

#include "base/clock.h"
#include "base/csv.h"
#include "policy/model.h"

#include <stddef.h>
#include <stdint.h>

enum { POLICY_TABLE_COLUMNS_MAX = 16, POLICY_WORD_MAX = 63, POLICY_REPORTS_MAX = 100 };

/* Where mistakes go, over all tables of one load. */
struct policy_report {
    enum lang lang;
    csv_report *report;  /* may be NULL */
    void *arg;
    size_t told;
    enum err first;
};

struct policy_table {
    struct policy_report *report;
    const char *file;
    const uint8_t *data;
    size_t len;
    struct csv *csv;
    const char *const *names;   /* of the columns, in the order of the caller's own numbers */
    size_t count;
    int column[POLICY_TABLE_COLUMNS_MAX];
    size_t row;                 /* the row that is being read */
};

/*
 * Parse table->data and find its columns: all of names, none besides. report, file, data, len, names and
 * count are set by the caller; the csv is given to it whatever the result, and may be NULL. False if rows
 * cannot be read; told.
 */
MUST_USE bool policy_table_open(struct policy_table *table);

/* A cell of the row that is being read. Valid as long as the csv. */
const char *policy_table_cell(const struct policy_table *table, size_t column);
uint32_t policy_table_line(const struct policy_table *table);

/*
 * Tell a mistake in a cell of this row: what it says and what was expected. word is NULL for the whole cell,
 * or points to a word within it, and then that word's own place is told.
 */
void policy_table_mistake(const struct policy_table *table, size_t column, const char *word, enum err e,
    const char *en, const char *nl);

/* A mistake about a whole file. */
void policy_table_trouble(
    struct policy_report *report, const char *file, enum err e, const char *en, const char *nl);

/*
 * The next word of *cursor, separated by spaces, copied to out; *at is where it begins. False at the end. A
 * word too long for out is cut, and so no name of anything.
 */
MUST_USE bool policy_table_word(const char **cursor, const char **at, char out[POLICY_WORD_MAX + 1]);

/* Which of words the cell is; tells a mistake and gives 0 otherwise. The last word is followed by NULL. */
size_t policy_table_choice(const struct policy_table *table, size_t column, const char *const *words);

/*
 * A number of the cell from min to max; 16,0 as a Dutch spreadsheet may write it is 16. Tells a mistake and gives
 * false otherwise; *out is then untouched.
 */
bool policy_table_number(
    const struct policy_table *table, size_t column, uint64_t min, uint64_t max, uint64_t *out);

/*
 * A day of the cell: 2026-08-01, or 1-8-2026 as a Dutch spreadsheet writes it back. Tells a mistake and gives false
 * otherwise; *out is then untouched.
 */
bool policy_table_day(const struct policy_table *table, size_t column, struct date *out);

/*
 * Whether this is a name: small letters (or capitals), digits and _, a letter first, at most POLICY_NAME_MAX.
 */
bool policy_table_is_name(const char *text, bool capitals);

#endif
