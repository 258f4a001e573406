/* Files of records: read and checked as a whole, so that nothing is half imported. */
#include "client/record.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MISTAKES_MAX = 100 };

struct reading {
    const struct policy_pack *pack;
    enum lang lang;
    const char *name;
    cJSON *mistakes;
    int count;
};

static void mistake(struct reading *r, const struct trouble *t)
{
    char line[800];

    r->count++;
    if (r->count > MISTAKES_MAX)
        return;
    trouble_line(t, line, sizeof line);
    json_push_text(r->mistakes, line);
}

static void mistake_in_csv(void *arg, const struct trouble *t)
{
    mistake(arg, t);
}

static struct trouble trouble_new(const struct reading *r)
{
    struct trouble t = {.lang = r->lang};
    return t;
}

/* "section.field" into its parts; section holds PROTO_NAME_WIDTH + 1. */
static bool split_column(const struct reading *r, const char *column, char section[PROTO_NAME_WIDTH + 1], const char **field)
{
    const char *dot = strchr(column, '.');
    size_t len;
    uint8_t index;

    if (dot == NULL || dot[1] == '\0' || dot == column || (len = (size_t) (dot - column)) > PROTO_NAME_WIDTH)
        return false;
    memcpy(section, column, len);
    section[len] = '\0';
    *field = dot + 1;
    index = policy_pack_find(r->pack, POLICY_SET_SECTIONS, section);
    return index != POLICY_UNKNOWN && r->pack->section[index].class != POLICY_SX;
}

static void check_header(struct reading *r, const struct csv *c)
{
    char section[PROTO_NAME_WIDTH + 1];
    const char *field;

    for (size_t i = 0; i < csv_columns(c); i++) {
        struct trouble t = trouble_new(r);
        const char *name = csv_header(c, i);
        if (strcmp(name, "number") == 0 || split_column(r, name, section, &field))
            continue;
        (void) trouble_at(&t, ERR_SYNTAX, r->name, 1, (uint32_t) i + 1,
            "column \"%s\" is neither \"number\" nor \"section.field\" with a section of the pack",
            "kolom \"%s\" is geen \"number\" en ook geen \"onderdeel.veld\" met een onderdeel van het pakket", name);
        mistake(r, &t);
    }
    if (csv_column(c, "number") < 0) {
        struct trouble t = trouble_new(r);
        (void) trouble_at(&t, ERR_SYNTAX, r->name, 1, 0, "there is no column \"number\"", "de kolom \"number\" ontbreekt");
        mistake(r, &t);
    }
}

/* line 0: not known (JSON). */
static bool check_number(struct reading *r, const char *number, uint32_t line, uint32_t column)
{
    struct trouble t = trouble_new(r);

    if (text_is_bsn(number))
        return true;
    (void) trouble_at(&t, ERR_RANGE, r->name, line, column, "this is not a citizen number: nine digits that pass the eleven-test are needed",
        "dit is geen burgerservicenummer: negen cijfers die voldoen aan de elfproef zijn nodig");
    mistake(r, &t);
    return false;
}

/* A birth date decides who must consent: it must be a real one. */
static void check_field(struct reading *r, const char *column, const char *value, uint32_t line, uint32_t at)
{
    struct trouble t = trouble_new(r);
    struct date d;

    if (strlen(value) > CLIENT_FIELD_MAX)
        (void) trouble_at(&t, ERR_LONG, r->name, line, at, "%s is longer than %d bytes", "%s is langer dan %d bytes", column, CLIENT_FIELD_MAX);
    else if (strcmp(column, "ident.birth_date") == 0 && date_parse(value, &d) != OK)
        (void) trouble_at(&t, ERR_SYNTAX, r->name, line, at, "%s must be a date such as 2012-03-31",
            "%s moet een datum zijn, zoals 2012-03-31", column);
    if (t.err != OK)
        mistake(r, &t);
}

static cJSON *section_of(cJSON *sections, const char *name)
{
    cJSON *there = cJSON_GetObjectItemCaseSensitive(sections, name);
    return there != NULL ? there : json_add_object(sections, name);
}

static void read_row(struct reading *r, const struct csv *c, size_t row, struct client_import_row *out)
{
    char section[PROTO_NAME_WIDTH + 1];
    const char *field, *cell;
    uint32_t line = csv_line(c, row);
    int number = csv_column(c, "number");

    out->sections = cJSON_CreateObject();
    if (check_number(r, csv_cell(c, row, (size_t) number), line, (uint32_t) number + 1))
        memcpy(out->number, csv_cell(c, row, (size_t) number), sizeof out->number);
    for (size_t i = 0; i < csv_columns(c); i++) {
        cell = csv_cell(c, row, i);
        if ((int) i == number || cell[0] == '\0' || !split_column(r, csv_header(c, i), section, &field))
            continue;
        check_field(r, csv_header(c, i), cell, line, (uint32_t) i + 1);
        json_add_text(section_of(out->sections, section), field, cell);
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
        e = ERR_LONG;
    else if (r->count == 0 && csv_rows(c) > 0 && (out->row = calloc(csv_rows(c), sizeof *out->row)) == NULL)
        e = ERR_NOMEM;
    for (size_t i = 0; out->row != NULL && i < csv_rows(c); i++, out->count++)
        read_row(r, c, i, &out->row[i]);
    csv_drop(c);
    return e;
}

static void json_mistake(struct reading *r, size_t item, const char *en, const char *nl)
{
    struct trouble t = trouble_new(r);

    (void) trouble_at(&t, ERR_SYNTAX, r->name, 0, 0, "item %zu: %s", "onderdeel %zu: %s", item + 1, r->lang == LANG_NL ? nl : en);
    mistake(r, &t);
}

/* One section of an item: checked field by field and copied. */
static void read_json_section(struct reading *r, size_t item, const cJSON *section, cJSON *sections)
{
    char column[PROTO_NAME_WIDTH + 1 + 64], name[PROTO_NAME_WIDTH + 1];
    const cJSON *field;
    const char *rest;

    cJSON_ArrayForEach(field, section) {
        (void) snprintf(column, sizeof column, "%.*s.%.60s", PROTO_NAME_WIDTH, section->string, field->string);
        if (!cJSON_IsString(field)) {
            json_mistake(r, item, "every field is a text", "elk veld is een tekst");
        } else if (split_column(r, column, name, &rest)) {
            check_field(r, column, field->valuestring, 0, 0);
            json_add_text(section_of(sections, name), field->string, field->valuestring);
        } else {
            json_mistake(r, item, "a section is not in the pack", "een onderdeel staat niet in het pakket");
        }
    }
}

static void read_json_item(struct reading *r, size_t item, const cJSON *from, struct client_import_row *out)
{
    const cJSON *section;
    const char *number = "";

    out->sections = cJSON_CreateObject();
    if (!cJSON_IsObject(from) || json_text(from, "number", &number) != OK) {
        json_mistake(r, item, "an item is an object with a text \"number\"", "een onderdeel is een object met een tekst \"number\"");
        return;
    }
    if (check_number(r, number, 0, (uint32_t) item + 1))
        memcpy(out->number, number, sizeof out->number);
    cJSON_ArrayForEach(section, from) {
        if (cJSON_IsObject(section))
            read_json_section(r, item, section, out->sections);
        else if (strcmp(section->string, "number") != 0)
            json_mistake(r, item, "beside \"number\" there are only sections", "naast \"number\" staan er alleen onderdelen");
    }
}

static enum err read_json(struct reading *r, const uint8_t *data, size_t len, struct client_import *out)
{
    struct trouble t = trouble_new(r);
    cJSON *root = NULL;
    const cJSON *item;
    enum err e = json_parse(data, len, &root, &t);
    int n = 0;

    if (e == OK && !cJSON_IsArray(root))
        e = trouble_at(&t, ERR_SYNTAX, r->name, 1, 1, "the file must be an array: [ {\"number\": ...}, ... ]",
            "het bestand moet een lijst zijn: [ {\"number\": ...}, ... ]");
    if (e != OK) {
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

enum err client_import_read(const struct policy_pack *pack, enum lang lang, const char *name, const uint8_t *data, size_t len,
    cJSON *mistakes, struct client_import *out, struct trouble *t)
{
    struct reading r = {.pack = pack, .lang = lang, .name = name, .mistakes = mistakes};
    struct client_import all = {0};
    size_t dot = strlen(name);
    enum err e;

    if (dot > 5 && strcmp(name + dot - 5, ".json") == 0)
        e = read_json(&r, data, len, &all);
    else
        e = read_csv(&r, data, len, &all);
    if (e == OK && r.count > 0)
        e = trouble_at(t, ERR_SYNTAX, name, 0, 0, "%d mistakes; nothing was imported. Mend them and import the file again.",
            "%d fouten; er is niets geimporteerd. Herstel ze en importeer het bestand opnieuw.", r.count);
    else if (e == ERR_LONG)
        e = trouble_at(t, ERR_LONG, name, 0, 0, "more than %d rows; split the file", "meer dan %d rijen; splits het bestand",
            CLIENT_IMPORT_ROWS_MAX);
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
