#include "policy/table.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Room for a sentence of what was expected, put together from words. */
enum { EXPECTED_MAX = 256, SHOWN_MAX = 80 };

/*
 * Note a mistake. False when nobody needs its text: finding the place of each of a million would take long.
 */
static bool is_wanted(struct policy_report *report, enum err e)
{
    if (report->first == OK)
        report->first = e;
    return report->report != NULL && report->told < POLICY_REPORTS_MAX;
}

static void tell(struct policy_report *report, const struct trouble *t)
{
    if (!is_wanted(report, t->err))
        return;
    report->told++;
    report->report(report->arg, t);
}

void policy_table_trouble(
    struct policy_report *report, const char *file, enum err e, const char *en, const char *nl)
{
    struct trouble t = { .lang = report->lang };

    (void)trouble_at(&t, e, file, 0, 0, "%s", "%s", report->lang == LANG_NL ? nl : en);
    tell(report, &t);
}

/* Passes on what base/csv found, in our own count. */
static void pass_on(void *arg, const struct trouble *t)
{
    tell(arg, t);
}

/* The byte that separates cells, by the same rule as base/csv: the one that the header has more of outside quotes. */
static uint8_t separator(const struct policy_table *table)
{
    size_t commas = 0, semicolons = 0;
    bool quoted = false;

    for (size_t i = 0; i < table->len && (quoted || table->data[i] != '\n'); i++) {
        quoted = quoted != (table->data[i] == '"');
        commas += !quoted && table->data[i] == ',';
        semicolons += !quoted && table->data[i] == ';';
    }
    return semicolons > commas ? ';' : ',';
}

/*
 * Where a cell begins in the text: base/csv knows the line of a row only. Goes from that line over the cells
 * before it; a cell in quotes may hold separators and line ends.
 */
static size_t cell_offset(const struct policy_table *table, uint32_t row_line, size_t column, uint32_t *line)
{
    size_t at = 0, cell = 0;
    bool quoted = false;
    uint8_t comma = separator(table);

    for (*line = 1; *line < row_line && at < table->len; at++)
        *line += table->data[at] == '\n';
    for (; cell < column && at < table->len; at++) {
        quoted = quoted != (table->data[at] == '"');
        *line += table->data[at] == '\n';
        cell += !quoted && table->data[at] == comma;
    }
    while (at < table->len && (table->data[at] == ' ' || table->data[at] == '"'))
        at++;
    return at;
}

/* The line and column of the byte that is skip bytes into a cell. A column is a character, as in base/csv. */
static void locate(
    const struct policy_table *table, uint32_t row_line, size_t column, size_t skip, struct trouble *t)
{
    size_t at = cell_offset(table, row_line, column, &t->line) + skip;

    if (at > table->len)
        at = table->len;
    t->column = 1;
    while (at > 0 && table->data[at - 1] != '\n') {
        at--;
        t->column += (table->data[at] & 0xc0) != 0x80;
    }
}

void policy_table_mistake(const struct policy_table *table, size_t column, const char *word, enum err e,
    const char *en, const char *nl)
{
    struct trouble t = { .lang = table->report->lang };
    const char *cell = policy_table_cell(table, column), *value = word == NULL ? cell : word;
    size_t len = word == NULL ? strlen(cell) : strcspn(word, " /");

    if (!is_wanted(table->report, e))
        return;
    (void)trouble_at(&t, e, table->file, 0, 0, "%s \"%.*s\": expected %s", "%s \"%.*s\": verwacht wordt %s",
        table->names[column], (int)(len < SHOWN_MAX ? len : SHOWN_MAX), value, t.lang == LANG_NL ? nl : en);
    locate(table, policy_table_line(table), (size_t)table->column[column], (size_t)(value - cell), &t);
    tell(table->report, &t);
}

/* One mistake in the header row. */
static void header_mistake(const struct policy_table *table, size_t column, const char *name, const char *en,
    const char *nl)
{
    struct trouble t = { .lang = table->report->lang };

    (void)trouble_at(&t, ERR_SYNTAX, table->file, 0, 0, "column \"%.80s\" %s", "kolom \"%.80s\" %s", name,
        t.lang == LANG_NL ? nl : en);
    locate(table, csv_header_line(table->csv), column, 0, &t);
    tell(table->report, &t);
}

static bool is_known(const struct policy_table *table, size_t column)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->column[i] == (int)column)
            return true;
    return false;
}

bool policy_table_open(struct policy_table *table)
{
    static const uint8_t bom[3] = { 0xef, 0xbb, 0xbf };
    bool all = true;

    if (table->len >= sizeof bom && memcmp(table->data, bom, sizeof bom) == 0) {
        table->data += sizeof bom;
        table->len -= sizeof bom;
    }
    if (csv_read(
            table->file, table->report->lang, table->data, table->len, pass_on, table->report, &table->csv)
        != OK)
        return false;
    for (size_t i = 0; i < table->count; i++) {
        table->column[i] = csv_column(table->csv, table->names[i]);
        if (table->column[i] < 0) {
            header_mistake(table, 0, table->names[i], "is missing", "ontbreekt");
            all = false;
        }
    }
    for (size_t i = 0; i < csv_columns(table->csv); i++)
        if (!is_known(table, i))
            header_mistake(table, i, csv_header(table->csv, i), "is not one of this table",
                "hoort niet in deze tabel");
    return all;
}

const char *policy_table_cell(const struct policy_table *table, size_t column)
{
    return csv_cell(table->csv, table->row, (size_t)table->column[column]);
}

uint32_t policy_table_line(const struct policy_table *table)
{
    return csv_line(table->csv, table->row);
}

bool policy_table_word(const char **cursor, const char **at, char out[POLICY_WORD_MAX + 1])
{
    size_t len, cut;

    *at = *cursor + strspn(*cursor, " ");
    len = strcspn(*at, " ");
    cut = len < POLICY_WORD_MAX ? len : POLICY_WORD_MAX;
    memcpy(out, *at, cut);
    out[cut] = '\0';
    *cursor = *at + len;
    return len != 0;
}

size_t policy_table_choice(const struct policy_table *table, size_t column, const char *const *words)
{
    const char *cell = policy_table_cell(table, column);
    char list[EXPECTED_MAX] = "", en[EXPECTED_MAX + 16], nl[EXPECTED_MAX + 16];
    size_t used = 0;

    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(cell, words[i]) == 0)
            return i;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    (void)snprintf(en, sizeof en, "one of: %s", list);
    (void)snprintf(nl, sizeof nl, "een van: %s", list);
    policy_table_mistake(table, column, NULL, ERR_RANGE, en, nl);
    return 0;
}

/*
 * A whole number with decimals that say nothing, as in 16,0. A dot is refused: 1.000 is a thousand to the one reader
 * and one to the other.
 */
static enum err whole_number(const char *cell, uint64_t max, uint64_t *out)
{
    const char *comma = strchr(cell, ',');
    char digits[24] = "";

    if (comma == NULL)
        return text_u64(cell, max, out);
    if (comma[1] == '\0' || comma[1 + strspn(comma + 1, "0")] != '\0' || comma - cell >= (ptrdiff_t)sizeof digits)
        return ERR_SYNTAX;
    memcpy(digits, cell, (size_t)(comma - cell));
    return text_u64(digits, max, out);
}

/* Of one or two digits; where it ends. NULL for anything else. */
static const char *part_of_day(const char *at, unsigned *out)
{
    size_t len = strspn(at, "0123456789");

    if (len == 0 || len > 2 || at[len] != '-')
        return NULL;
    *out = (unsigned)(at[0] - '0');
    if (len == 2)
        *out = *out * 10 + (unsigned)(at[1] - '0');
    return at + len + 1;
}

/* 1-8-2026 or 01-08-2026. With slashes it may be American, and with two digits any century: refused. */
static enum err dutch_day(const char *cell, struct date *out)
{
    unsigned day = 0, month = 0;
    const char *at = part_of_day(cell, &day);
    char iso[32];

    at = at == NULL ? NULL : part_of_day(at, &month);
    if (at == NULL || strlen(at) != 4)
        return ERR_SYNTAX;
    (void)snprintf(iso, sizeof iso, "%s-%02u-%02u", at, month, day);
    return date_parse(iso, out);
}

bool policy_table_day(const struct policy_table *table, size_t column, struct date *out)
{
    const char *cell = policy_table_cell(table, column);

    if (date_parse(cell, out) == OK || dutch_day(cell, out) == OK)
        return true;
    policy_table_mistake(table, column, NULL, ERR_SYNTAX, "a day as 2026-08-01 or 1-8-2026",
        "een dag als 2026-08-01 of 1-8-2026");
    return false;
}

bool policy_table_number(
    const struct policy_table *table, size_t column, uint64_t min, uint64_t max, uint64_t *out)
{
    const char *cell = policy_table_cell(table, column);
    char en[EXPECTED_MAX], nl[EXPECTED_MAX];
    uint64_t value = 0;
    enum err e = whole_number(cell, max, &value);

    if (e == OK && value >= min) {
        *out = value;
        return true;
    }
    (void)snprintf(en, sizeof en, "a whole number from %" PRIu64 " to %" PRIu64, min, max);
    (void)snprintf(nl, sizeof nl, "een geheel getal van %" PRIu64 " tot en met %" PRIu64, min, max);
    policy_table_mistake(table, column, NULL, e == OK ? ERR_RANGE : e, en, nl);
    return false;
}

bool policy_table_is_name(const char *text, bool capitals)
{
    size_t len = strlen(text);
    char first = capitals ? 'A' : 'a', last = capitals ? 'Z' : 'z';

    if (len == 0 || len > POLICY_NAME_MAX || text[0] < first || text[0] > last)
        return false;
    for (size_t i = 1; i < len; i++)
        if (!((text[i] >= first && text[i] <= last) || (text[i] >= '0' && text[i] <= '9') || text[i] == '_'))
            return false;
    return true;
}
