#include "base/csv.h"

#include "base/text.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

enum { REPORTS_MAX = 100 };

struct csv {
    size_t columns, rows;  /* rows counts the header too */
    const char **cells;    /* row by row, header first; pointing into text */
    uint32_t *lines;       /* of each row, header first */
    char *text;            /* all cells, each with its terminator */
};

/* One parse: where we are in the input, and the row being read. */
struct reading {
    const char *name;
    enum lang lang;
    csv_report *report;
    void *arg;
    struct csv *out;
    size_t text_used, rows_cap, reports;
    uint32_t line, column;            /* of the byte that is being read */
    uint32_t cell_line, cell_column;  /* where the current cell began */
    uint32_t row_line;
    bool in_cell, in_row, stop;
    size_t width;                     /* cells of the current row so far */
    const char *row[CSV_COLUMNS_MAX];
    enum err first;
};

static struct trouble blank(const struct reading *r)
{
    return (struct trouble){ .lang = r->lang };
}

/* Note a mistake, and pass it on while there are not too many. */
static void tell(struct reading *r, const struct trouble *t)
{
    if (r->first == OK)
        r->first = t->err;
    if (r->report != NULL && r->reports < REPORTS_MAX) {
        r->reports++;
        r->report(r->arg, t);
    }
}

static void no_memory(struct reading *r)
{
    struct trouble t = blank(r);

    (void)trouble_at(&t, ERR_NOMEM, r->name, 0, 0, "not enough memory to read this table",
        "te weinig geheugen om deze tabel te lezen");
    tell(r, &t);
    r->stop = true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* libcsv hands over a cell. Each took at least its separator from the input, so text is always large enough. */
static void on_cell(void *data, size_t len, void *arg)
{
    struct reading *r = arg;
    const char *from = data;
    char *to = r->out->text + r->text_used;
    struct trouble t = blank(r);

    r->in_cell = false;
    while (len != 0 && is_blank(from[0])) {
        from++;
        len--;
    }
    while (len != 0 && is_blank(from[len - 1]))
        len--;
    if (len > CSV_CELL_MAX) {
        (void)trouble_at(&t, ERR_LONG, r->name, r->cell_line, r->cell_column,
            "this cell is longer than %d bytes", "deze cel is langer dan %d bytes", CSV_CELL_MAX);
        tell(r, &t);
        len = 0;
    }
    if (len != 0)
        memcpy(to, from, len);
    to[len] = '\0';
    r->text_used += len + 1;
    if (r->width < CSV_COLUMNS_MAX)
        r->row[r->width] = to;
    r->width++;
}

/* The first row names the columns: none without a name, none twice. Returns whether it can be used. */
static bool check_header(struct reading *r)
{
    struct trouble t = blank(r);

    if (r->width > CSV_COLUMNS_MAX) {
        (void)trouble_at(&t, ERR_LONG, r->name, r->row_line, 0, "more than %d columns", "meer dan %d kolommen",
            CSV_COLUMNS_MAX);
        tell(r, &t);
        return false;
    }
    for (size_t i = 0; i < r->width && t.err == OK; i++) {
        if (r->row[i][0] == '\0')
            (void)trouble_at(&t, ERR_SYNTAX, r->name, r->row_line, 0, "column %zu has no name",
                "kolom %zu heeft geen naam", i + 1);
        for (size_t k = 0; k < i; k++)
            if (strcmp(r->row[i], r->row[k]) == 0)
                (void)trouble_at(&t, ERR_SYNTAX, r->name, r->row_line, 0, "columns %zu and %zu have the same name",
                    "kolom %zu en %zu hebben dezelfde naam", k + 1, i + 1);
    }
    if (t.err != OK)
        tell(r, &t);
    return t.err == OK;
}

static enum err keep_row(struct reading *r)
{
    struct csv *c = r->out;

    if (c->rows == r->rows_cap) {
        size_t cap = r->rows_cap == 0 ? 64 : r->rows_cap * 2;
        const char **cells = reallocarray(c->cells, cap * c->columns, sizeof *cells);
        uint32_t *lines;

        if (cells == NULL)
            return ERR_NOMEM;
        c->cells = cells;
        lines = reallocarray(c->lines, cap, sizeof *lines);
        if (lines == NULL)
            return ERR_NOMEM;
        c->lines = lines;
        r->rows_cap = cap;
    }
    memcpy(c->cells + c->rows * c->columns, r->row, c->columns * sizeof *r->row);
    c->lines[c->rows++] = r->row_line;
    return OK;
}

/* A spreadsheet writes the separators of rows that were emptied, too: they are blank lines. */
static bool is_empty(const struct reading *r)
{
    for (size_t i = 0; i < r->width && i < CSV_COLUMNS_MAX; i++)
        if (r->row[i][0] != '\0')
            return false;
    return r->width <= CSV_COLUMNS_MAX;
}

static void on_row(int terminator, void *arg)
{
    struct reading *r = arg;
    struct trouble t = blank(r);

    (void)terminator;
    if (is_empty(r))
        goto out;
    if (r->out->columns == 0) {
        r->stop = !check_header(r);
        r->out->columns = r->width;
    }
    if (!r->stop && r->width != r->out->columns) {
        (void)trouble_at(&t, ERR_SYNTAX, r->name, r->row_line, 0, "this row has %zu cells, the first row has %zu",
            "deze rij heeft %zu cellen, de eerste rij heeft er %zu", r->width, r->out->columns);
        tell(r, &t);
    } else if (!r->stop && keep_row(r) != OK) {
        no_memory(r);
    }
out:
    r->width = 0;
    r->in_row = false;
    r->in_cell = false;
}

/* Before libcsv sees a byte: does a cell, or a row, begin here? */
static void note_start(struct reading *r, uint8_t byte)
{
    bool ends_line = byte == '\r' || byte == '\n';

    if (r->in_cell || byte == ' ' || byte == '\t' || (ends_line && !r->in_row))
        return;
    r->in_cell = true;
    r->cell_line = r->line;
    r->cell_column = r->column;
    if (!r->in_row)
        r->row_line = r->line;
    r->in_row = true;
}

/* A column is a character, so the bytes that continue one do not count. */
static void advance(struct reading *r, uint8_t byte)
{
    if (byte == '\n') {
        r->line++;
        r->column = 1;
    } else if ((byte & 0xc0) != 0x80) {
        r->column++;
    }
}

/* Comma or semicolon, whichever the first line with text has more of outside quotes. */
static uint8_t delimiter(const uint8_t *data, size_t len)
{
    size_t commas = 0, semicolons = 0;
    bool quoted = false, begun = false;

    for (size_t i = 0; i < len; i++) {
        if ((data[i] == '\n' || data[i] == '\r') && begun && !quoted)
            break;
        begun = begun || !is_blank((char)data[i]);
        quoted = quoted != (data[i] == '"');
        commas += !quoted && data[i] == ',';
        semicolons += !quoted && data[i] == ';';
    }
    return semicolons > commas ? ';' : ',';
}

/* A first line "sep=;" is not a row: Excel reads it to know the delimiter. Its length with its end; 0: there is none. */
static size_t separator_line(const uint8_t *data, size_t len, uint8_t *out)
{
    size_t line = len >= 6 && data[5] == '\r' ? 7 : 6;

    if (len < line || memcmp(data, "sep=", 4) != 0 || (data[4] != ',' && data[4] != ';') || data[line - 1] != '\n')
        return 0;
    *out = data[4];
    return line;
}

/* What makes the bytes no table of text at all. */
static void check_bytes(struct reading *r, const uint8_t *data, size_t len)
{
    struct trouble t = blank(r);

    if (len >= 2 && (data[0] ^ data[1]) == 1 && (data[0] | data[1]) == 0xff)
        (void)trouble_at(&t, ERR_SYNTAX, r->name, 0, 0, "this file is UTF-16; save it as CSV UTF-8",
            "dit bestand is UTF-16; sla het op als CSV UTF-8");
    for (size_t i = 0; i < len && t.err == OK; i++) {
        if (data[i] == 0)
            (void)trouble_at(&t, ERR_SYNTAX, r->name, r->line, r->column, "a zero byte: this is no text",
                "een nulbyte: dit is geen tekst");
        else if (data[i] == '\r' && (i + 1 == len || data[i + 1] != '\n'))
            (void)trouble_at(&t, ERR_SYNTAX, r->name, r->line, r->column,
                "a carriage return alone; lines end with LF or CRLF",
                "een losse carriage return; regels eindigen met LF of CRLF");
        advance(r, data[i]);
    }
    if (t.err == OK && !text_is_utf8(data, len))
        (void)trouble_at(&t, ERR_SYNTAX, r->name, 0, 0, "this file is not UTF-8; save it as CSV UTF-8",
            "dit bestand is geen UTF-8; sla het op als CSV UTF-8");
    if (t.err != OK)
        tell(r, &t);
    r->line = r->column = 1;
}

/* libcsv knows no positions, so it gets the input byte by byte and we keep count. */
static void feed(struct reading *r, struct csv_parser *p, const uint8_t *data, size_t len)
{
    struct trouble t = blank(r);

    for (size_t i = 0; i < len && !r->stop; i++) {
        note_start(r, data[i]);
        if (csv_parse(p, data + i, 1, on_cell, on_row, r) == 1) {
            advance(r, data[i]);
        } else if (csv_error(p) == CSV_EPARSE) {
            (void)trouble_at(&t, ERR_SYNTAX, r->name, r->line, r->column,
                "a quote in the wrong place; a cell with a quote is written \"a \"\"b\"\" c\"",
                "een aanhalingsteken op de verkeerde plek; schrijf zo'n cel als \"a \"\"b\"\" c\"");
            tell(r, &t);
            r->stop = true;
        } else {
            no_memory(r);
        }
    }
    if (!r->stop && csv_fini(p, on_cell, on_row, r) != 0) {
        (void)trouble_at(&t, ERR_SYNTAX, r->name, r->cell_line, r->cell_column,
            "this cell begins with a quote that is never closed",
            "deze cel begint met een aanhalingsteken dat nergens sluit");
        tell(r, &t);
    }
}

static void read_table(struct reading *r, const uint8_t *data, size_t len)
{
    struct trouble t = blank(r);
    struct csv_parser p;
    uint8_t named = 0;
    size_t skipped = separator_line(data, len, &named);

    if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        no_memory(r);
        return;
    }
    csv_set_delim(&p, skipped != 0 ? named : delimiter(data, len));
    r->line += skipped != 0;
    feed(r, &p, data + skipped, len - skipped);
    csv_free(&p);
    if (r->first == OK && r->out->columns == 0) {
        (void)trouble_at(&t, ERR_SYNTAX, r->name, 1, 0, "this table is empty; the first row names the columns",
            "deze tabel is leeg; de eerste rij noemt de kolommen");
        tell(r, &t);
    }
}

enum err csv_read(const char *name, enum lang lang, const uint8_t *data, size_t len, csv_report *report, void *arg,
    struct csv **out)
{
    static const uint8_t bom[3] = { 0xef, 0xbb, 0xbf };
    struct reading r = { .name = name, .lang = lang, .report = report, .arg = arg, .line = 1, .column = 1 };

    if (len >= sizeof bom && data[0] == bom[0] && data[1] == bom[1] && data[2] == bom[2]) {
        data += sizeof bom;
        len -= sizeof bom;
    }
    r.out = calloc(1, sizeof *r.out);
    if (r.out != NULL)
        r.out->text = malloc(len + 2);
    if (r.out == NULL || r.out->text == NULL)
        no_memory(&r);
    else
        check_bytes(&r, data, len);
    if (r.first == OK)
        read_table(&r, data, len);
    if (r.first == OK)
        *out = r.out;
    else
        csv_drop(r.out);
    return r.first;
}

void csv_drop(struct csv *c)
{
    if (c == NULL)
        return;
    free(c->cells);
    free(c->lines);
    free(c->text);
    free(c);
}

size_t csv_columns(const struct csv *c)
{
    return c->columns;
}

size_t csv_rows(const struct csv *c)
{
    return c->rows - 1;
}

const char *csv_header(const struct csv *c, size_t column)
{
    if (column >= c->columns)
        abort();
    return c->cells[column];
}

const char *csv_cell(const struct csv *c, size_t row, size_t column)
{
    if (row >= c->rows - 1 || column >= c->columns)
        abort();
    return c->cells[(row + 1) * c->columns + column];
}

uint32_t csv_header_line(const struct csv *c)
{
    return c->lines[0];
}

uint32_t csv_line(const struct csv *c, size_t row)
{
    if (row >= c->rows - 1)
        abort();
    return c->lines[row + 1];
}

int csv_column(const struct csv *c, const char *name)
{
    for (size_t i = 0; i < c->columns; i++)
        if (strcmp(c->cells[i], name) == 0)
            return (int)i;
    return -1;
}

/* A spreadsheet runs a cell that begins so as a formula. */
static bool is_formula(const char *cell)
{
    return cell[0] != '\0' && strchr("=+-@\t\r", cell[0]) != NULL;
}

enum err csv_quote(const char *cell, char *out, size_t out_len)
{
    size_t used = strnlen(out, out_len), len = strlen(cell), quotes = 0, need;
    bool formula = is_formula(cell), quoted = strpbrk(cell, ",;\"\r\n") != NULL;
    char *to;

    quoted = quoted || (len != 0 && (is_blank(cell[0]) || is_blank(cell[len - 1])));
    for (const char *p = cell; *p != '\0'; p++)
        quotes += *p == '"';
    need = len + quotes + (formula ? 1 : 0) + (quoted ? 2 : 0);
    if (used >= out_len || need >= out_len - used)
        return ERR_LONG;
    to = out + used;
    if (quoted)
        *to++ = '"';
    if (formula)
        *to++ = '\'';
    for (const char *p = cell; *p != '\0'; p++) {
        if (*p == '"')
            *to++ = '"';
        *to++ = *p;
    }
    if (quoted)
        *to++ = '"';
    *to = '\0';
    return OK;
}
