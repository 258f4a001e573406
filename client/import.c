/* Files of records: read and checked as a whole, so that nothing is half imported. */
#include "client/record.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "client/import_place.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MISTAKES_MAX = 100 };

struct reading {
    const struct policy_pack *pack;
    enum lang lang;
    const char *name;
    const uint8_t *data;  /* of JSON: the whole file */
    size_t len;
    cJSON *mistakes;
    int count;
    bool no_memory;       /* something that was read could not be kept */
    struct trouble first;
};

/* Line and column of a table; of JSON the item, from 1, and what of it. */
struct place { uint32_t line, column; size_t item; const char *section, *field; };

static void mistake(struct reading *r, const struct trouble *t)
{
    cJSON *row;

    if (r->count++ == 0)
        r->first = *t;
    if (r->count > MISTAKES_MAX)
        return;
    row = json_push_object(r->mistakes);
    json_add_text(row, "file", t->where);
    json_add_u64(row, "line", t->line);
    json_add_u64(row, "column", t->column);
    json_add_text(row, "text", t->text);
}

static void mistake_in_csv(void *arg, const struct trouble *t)
{
    mistake(arg, t);
}

/* what: the column or field it is about, or NULL. */
static void mistake_at(
    struct reading *r, struct place at, enum err e, const char *what, const char *en, const char *nl)
{
    struct trouble t = {.lang = r->lang};
    const char *text = r->lang == LANG_NL ? nl : en, *colon = what != NULL ? ": " : "";

    if (what == NULL)
        what = "";
    if (at.item != 0) {
        client_import_place(r->data, r->len, at.item - 1, at.section, at.field, &at.line, &at.column);
        (void) trouble_at(&t, e, r->name, at.line, at.column, "item %zu: %s%s%s", "item %zu: %s%s%s", at.item, what,
            colon, text);
    } else
        (void) trouble_at(&t, e, r->name, at.line, at.column, "%s%s%s", "%s%s%s", what, colon, text);
    mistake(r, &t);
}

static size_t char_len(uint8_t first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Is it text at all? base/csv and base/json look too, but do not say where it goes wrong. */
static bool check_text(struct reading *r, const uint8_t *data, size_t len)
{
    struct place at = {.line = 1, .column = 1};

    for (size_t i = 0, n; i < len; i += n) {
        n = char_len(data[i]);
        if (n > len - i || !text_is_utf8(data + i, n)) {
            mistake_at(r, at, ERR_SYNTAX, NULL, "this is no text: save the file as UTF-8",
                "dit is geen tekst: sla het bestand op als UTF-8");
            return false;
        }
        at.line += data[i] == '\n';
        at.column = data[i] == '\n' ? 1 : at.column + 1;
    }
    return true;
}

static bool is_section(const struct reading *r, const char *name)
{
    uint8_t index = policy_pack_find(r->pack, POLICY_SET_SECTIONS, name);

    return index != POLICY_UNKNOWN && r->pack->section[index].class != POLICY_SX;
}

/* "section.field" into its parts. */
static bool split_column(
    const struct reading *r, const char *column, char section[PROTO_NAME_WIDTH + 1], const char **field)
{
    const char *dot = strchr(column, '.');
    size_t len;

    if (dot == NULL || dot[1] == '\0' || (len = (size_t) (dot - column)) > PROTO_NAME_WIDTH)
        return false;
    memcpy(section, column, len);
    section[len] = '\0';
    *field = dot + 1;
    return is_section(r, section);
}

static void check_header(struct reading *r, const struct csv *c)
{
    char section[PROTO_NAME_WIDTH + 1];
    const char *field;

    for (size_t i = 0; i < csv_columns(c); i++) {
        const char *name = csv_header(c, i);
        if (strcmp(name, "number") != 0 && !split_column(r, name, section, &field))
            mistake_at(r, (struct place){.line = 1, .column = (uint32_t) i + 1}, ERR_SYNTAX, NULL,
                "this column is neither \"number\" nor \"section.field\" with a section of the pack",
                "deze kolom is geen \"number\" en ook geen \"onderdeel.veld\" met een onderdeel van het "
                "pakket");
    }
    if (csv_column(c, "number") < 0)
        mistake_at(r, (struct place){.line = 1}, ERR_SYNTAX, NULL, "there is no column \"number\"",
            "de kolom \"number\" ontbreekt");
}

static void take_number(struct reading *r, struct place at, const char *number, struct client_import_row *out)
{
    if (text_is_bsn(number))
        memcpy(out->number, number, sizeof out->number);
    else
        mistake_at(r, at, ERR_RANGE, NULL,
            "this is not a citizen number: nine digits that pass the eleven-test are needed",
            "dit is geen burgerservicenummer: negen cijfers die voldoen aan de elfproef zijn nodig");
}

static cJSON *section_of(cJSON *sections, const char *name)
{
    cJSON *there = cJSON_GetObjectItemCaseSensitive(sections, name);
    return there != NULL ? there : json_add_object(sections, name);
}

/* A field whose name is at fault is told without it: that name may be anything. */
static void take_field(struct reading *r, struct place at, const char *section, const char *field,
    const char *value, cJSON *sections)
{
    struct client_record_fault whole = client_record_check_field(section, field, value),
                               name = client_record_check_field(section, field, "");
    cJSON *into;

    if (whole.err != OK) {
        mistake_at(r, at, whole.err, name.err == OK ? field : NULL, whole.en, whole.nl);
        return;
    }
    into = section_of(sections, section);
    json_add_text(into, field, value);
    if (cJSON_GetObjectItemCaseSensitive(into, field) == NULL)
        r->no_memory = true;
}

static void read_row(struct reading *r, const struct csv *c, size_t row, struct client_import_row *out)
{
    char section[PROTO_NAME_WIDTH + 1];
    const char *field;
    int number = csv_column(c, "number");

    out->at = csv_line(c, row);
    out->sections = cJSON_CreateObject();
    take_number(r, (struct place){.line = out->at, .column = (uint32_t) number + 1}, csv_cell(c, row, (size_t) number), out);
    for (size_t i = 0; i < csv_columns(c); i++) {
        const char *cell = csv_cell(c, row, i);
        if ((int) i != number && cell[0] != '\0' && split_column(r, csv_header(c, i), section, &field))
            take_field(r, (struct place){.line = out->at, .column = (uint32_t) i + 1}, section, field, cell, out->sections);
    }
}

static enum err read_csv(struct reading *r, const uint8_t *data, size_t len, struct client_import *out)
{
    struct csv *c = NULL;
    enum err e = csv_read(r->name, r->lang, data, len, mistake_in_csv, r, &c);

    if (e != OK)
        return r->count > 0 ? OK : e;  /* told already */
    check_header(r, c);
    if (csv_rows(c) > CLIENT_IMPORT_ROWS_MAX)
        mistake_at(r, (struct place){.line = csv_line(c, CLIENT_IMPORT_ROWS_MAX)}, ERR_LONG, NULL,
            "from here on there are too many rows: split the file",
            "vanaf hier zijn er te veel rijen: splits het bestand");
    else if (r->count == 0 && csv_rows(c) > 0 && (out->row = calloc(csv_rows(c), sizeof *out->row)) == NULL)
        e = ERR_NOMEM;
    for (size_t i = 0; out->row != NULL && i < csv_rows(c); i++, out->count++)
        read_row(r, c, i, &out->row[i]);
    csv_drop(c);
    return e;
}

/* One section of an item: checked field by field and copied. */
static void read_json_section(struct reading *r, struct place at, const cJSON *section, cJSON *sections)
{
    const cJSON *field;

    at.section = section->string;
    if (!is_section(r, section->string)) {
        mistake_at(r, at, ERR_SYNTAX, NULL, "a section is not in the pack",
            "een onderdeel staat niet in het pakket");
        return;
    }
    cJSON_ArrayForEach(field, section) {
        at.field = field->string;
        if (cJSON_IsString(field))
            take_field(r, at, section->string, field->string, field->valuestring, sections);
        else
            mistake_at(r, at, ERR_SYNTAX, NULL, "every field is a text", "elk veld is een tekst");
    }
}

static void read_json_item(struct reading *r, size_t item, const cJSON *from, struct client_import_row *out)
{
    struct place at = {.item = item + 1};
    const cJSON *section;
    const char *number = "";

    out->at = (uint32_t) at.item;
    out->sections = cJSON_CreateObject();
    if (!cJSON_IsObject(from) || json_text(from, "number", &number) != OK) {
        mistake_at(r, at, ERR_SYNTAX, NULL, "this must be an object with a text \"number\"",
            "dit moet een object zijn met een tekst \"number\"");
        return;
    }
    at.section = "number";
    take_number(r, at, number, out);
    cJSON_ArrayForEach(section, from) {
        at.section = section->string;
        if (cJSON_IsObject(section))
            read_json_section(r, at, section, out->sections);
        else if (strcmp(section->string, "number") != 0)
            mistake_at(r, at, ERR_SYNTAX, NULL, "beside \"number\" there are only sections",
                "naast \"number\" staan er alleen onderdelen");
    }
}

static enum err read_json(struct reading *r, const uint8_t *data, size_t len, struct client_import *out)
{
    struct trouble t = {.lang = r->lang};
    cJSON *root = NULL;
    const cJSON *item;
    enum err e = json_parse(data, len, &root, &t);
    int n = 0;

    if (e == OK && !cJSON_IsArray(root))
        e = trouble_at(&t, ERR_SYNTAX, "", 1, 1, "the file must be an array: [ {\"number\": ...}, ... ]",
            "het bestand moet een lijst zijn: [ {\"number\": ...}, ... ]");
    if (e != OK) {
        (void) snprintf(t.where, sizeof t.where, "%s", r->name);
        mistake(r, &t);
        goto out;
    }
    n = cJSON_GetArraySize(root);
    if (n > 0 && (out->row = calloc((size_t) n, sizeof *out->row)) == NULL) {
        e = ERR_NOMEM;
        goto out;
    }
    cJSON_ArrayForEach(item, root) {
        read_json_item(r, out->count, item, &out->row[out->count]);
        out->count++;
    }
out:
    cJSON_Delete(root);
    return e == ERR_NOMEM ? e : OK;
}

static int by_number(const void *a, const void *b)
{
    const struct client_import_row *const *x = a, *const *y = b;
    int order = strcmp((*x)->number, (*y)->number);

    return order != 0 ? order : ((*x)->at > (*y)->at) - ((*x)->at < (*y)->at);
}

/* The second would replace what the first says without a word. */
static enum err check_twice(struct reading *r, const struct client_import *im, bool json)
{
    const struct client_import_row **sorted = calloc(im->count + 1, sizeof(struct client_import_row *));

    if (sorted == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < im->count; i++)
        sorted[i] = &im->row[i];
    qsort(sorted, im->count, sizeof(struct client_import_row *), by_number);
    for (size_t i = 1; i < im->count; i++)
        if (sorted[i]->number[0] != '\0' && strcmp(sorted[i - 1]->number, sorted[i]->number) == 0)
            mistake_at(r, json ? (struct place){.item = sorted[i]->at, .section = "number"} : (struct place){.line = sorted[i]->at},
                ERR_EXISTS, NULL, "this child is in the file already: put all of it in one place",
                "dit kind staat al in het bestand: zet alles bij elkaar");
    free(sorted);
    return OK;
}

/* The first mistake and where it is; all of them go along as "mistakes", so that one round mends several. */
static enum err tell(const struct reading *r, struct trouble *t)
{
    return trouble_at(t, r->first.err, r->first.where, r->first.line, r->first.column,
        "%s (mistakes: %d; nothing was imported)", "%s (fouten: %d; er is niets overgenomen)", r->first.text, r->count);
}

enum err client_import_read(const struct policy_pack *pack, enum lang lang, const char *name,
    const uint8_t *data, size_t len, cJSON *mistakes, struct client_import *out, struct trouble *t)
{
    struct reading r = {.pack = pack, .lang = lang, .name = name, .data = data, .len = len, .mistakes = mistakes};
    struct client_import all = {0};
    size_t dot = strlen(name);
    bool json = dot > 5 && strcmp(name + dot - 5, ".json") == 0;
    enum err e = OK;

    if (check_text(&r, data, len))
        e = json ? read_json(&r, data, len, &all) : read_csv(&r, data, len, &all);
    if (e == OK)
        e = r.no_memory ? ERR_NOMEM : check_twice(&r, &all, json);
    if (e == OK && r.count > 0)
        e = tell(&r, t);
    if (e != OK) {
        client_import_fini(&all);
        return e;
    }
    *out = all;
    return OK;
}

static void wipe_texts(cJSON *section)
{
    cJSON *field;

    cJSON_ArrayForEach(field, section) {
        if (cJSON_IsString(field))
            sodium_memzero(field->valuestring, strlen(field->valuestring));
        else
            wipe_texts(field);
    }
}

void client_import_fini(struct client_import *im)
{
    for (size_t i = 0; i < im->count; i++) {
        wipe_texts(im->row[i].sections);
        cJSON_Delete(im->row[i].sections);
        sodium_memzero(im->row[i].number, sizeof im->row[i].number);
    }
    free(im->row);
    im->row = NULL;
    im->count = 0;
}
