/* pack.json, read and written. */
#include "server/manifest.h"

#include "base/json.h"
#include "base/text.h"
#include "proto/lines.h"

#include <stdlib.h>
#include <string.h>

#define FORMAT_TEXT "schakel-pack/v1"

static const char *const keys[] = { "format", "name", "version", "valid_from", "digest", "tables", "adopted_by", "advice" };

const char *server_manifest_file(size_t index)
{
    static const char *const others[] = { "texts.csv", "invariants.csv", "cases.csv", "loosen.csv", "sources.csv" };

    return index < POLICY_TABLES ? policy_pack_file((enum policy_table_id)index) : others[index - POLICY_TABLES];
}

/* ---- reading ---- */

/* The document, and what is wrong with it first. */
struct reading {
    const cJSON *json;
    struct server_manifest *out;
    struct trouble *t;
    enum err err;
};

static void fail(struct reading *r, enum err e, const char *key, const char *en, const char *nl)
{
    if (r->err == OK)
        r->err = trouble_at(r->t, e, "pack.json", 0, 0, "%s: %s", "%s: %s", key, r->t != NULL && r->t->lang == LANG_NL ? nl : en);
}

static void check_keys(struct reading *r)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, r->json) {
        size_t i = 0;

        while (i < sizeof keys / sizeof *keys && strcmp(item->string, keys[i]) != 0)
            i++;
        if (i == sizeof keys / sizeof *keys)
            fail(r, ERR_SYNTAX, item->string, "this key is unknown", "deze sleutel is onbekend");
    }
}

static const char *text_of(struct reading *r, const char *key)
{
    const char *text = "";

    if (r->err == OK && json_text(r->json, key, &text) != OK)
        fail(r, ERR_SYNTAX, key, "a text is needed", "hier hoort een tekst");
    return r->err == OK ? text : "";
}

static void name_of(struct reading *r, const char *key, char *out, size_t out_len)
{
    const char *text = text_of(r, key);

    if (r->err == OK && (strlen(text) >= out_len || !proto_lines_is_name(text, out_len - 1)))
        fail(r, ERR_RANGE, key, "this is empty, too long, or cannot be shown", "dit is leeg, te lang, of niet te tonen");
    if (r->err == OK)
        memcpy(out, text, strlen(text) + 1);
}

static void digest_of(struct reading *r, const cJSON *obj, const char *key, uint8_t out[POLICY_DIGEST_LEN])
{
    const char *hex = "";

    if (r->err == OK && (json_text(obj, key, &hex) != OK || text_unhex(hex, out, POLICY_DIGEST_LEN) != OK))
        fail(r, ERR_SYNTAX, key, "a digest of 64 hex digits is needed", "hier hoort een digest van 64 hexcijfers");
}

static void tables_of(struct reading *r)
{
    const cJSON *tables = cJSON_GetObjectItemCaseSensitive(r->json, "tables"), *item;

    if (r->err == OK && !cJSON_IsObject(tables))
        fail(r, ERR_SYNTAX, "tables", "the digest of each table is needed", "hier hoort de digest van elke tabel");
    if (r->err != OK)
        return;
    cJSON_ArrayForEach(item, tables) {
        size_t i = 0;

        while (i < SERVER_MANIFEST_FILES_MAX && strcmp(item->string, server_manifest_file(i)) != 0)
            i++;
        if (i == SERVER_MANIFEST_FILES_MAX) {
            fail(r, ERR_SYNTAX, item->string, "this is no table of a pack", "dit is geen tabel van een pakket");
            return;
        }
        digest_of(r, tables, item->string, r->out->file[i]);
        r->out->has[i] = true;
    }
    for (size_t i = 0; i < POLICY_TABLES; i++)
        if (!r->out->has[i])
            fail(r, ERR_NOTFOUND, server_manifest_file(i), "its digest is missing in tables", "de digest ontbreekt in tables");
}

static void notes_of(struct reading *r, const char *key, char **list, size_t *count)
{
    const cJSON *array = NULL, *item;

    if (r->err == OK && json_array(r->json, key, &array) != OK)
        fail(r, ERR_SYNTAX, key, "a list is needed, which may be empty", "hier hoort een lijst, die leeg mag zijn");
    if (r->err != OK)
        return;
    cJSON_ArrayForEach(item, array) {
        bool added = false;
        enum err e = !cJSON_IsString(item) ? ERR_SYNTAX : server_manifest_add(list, count, item->valuestring, &added);

        if (e == OK && !added)
            e = ERR_EXISTS;
        if (e != OK)
            fail(r, e, key, "each is a text, none stands twice, and there are at most 64",
                "elk is een tekst, geen staat er dubbel, en het zijn er hooguit 64");
    }
}

static void read_all(struct reading *r)
{
    check_keys(r);
    if (strcmp(text_of(r, "format"), FORMAT_TEXT) != 0)
        fail(r, ERR_VERSION, "format", "this version reads " FORMAT_TEXT " only", "deze versie leest alleen " FORMAT_TEXT);
    name_of(r, "name", r->out->name, sizeof r->out->name);
    name_of(r, "version", r->out->version, sizeof r->out->version);
    if (date_parse(text_of(r, "valid_from"), &r->out->valid_from) != OK)
        fail(r, ERR_SYNTAX, "valid_from", "a day as 2026-12-01 is needed", "hier hoort een dag als 2026-12-01");
    digest_of(r, r->json, "digest", r->out->digest);
    tables_of(r);
    notes_of(r, "adopted_by", r->out->adoption, &r->out->adoptions);
    notes_of(r, "advice", r->out->advice, &r->out->advices);
}

enum err server_manifest_parse(const uint8_t *data, size_t len, struct server_manifest *out, struct trouble *t)
{
    struct server_manifest *fresh = calloc(1, sizeof *fresh);
    struct reading r = { .out = fresh, .t = t };
    cJSON *json = NULL;

    if (fresh == NULL)
        return ERR_NOMEM;
    r.err = json_parse(data, len, &json, t);
    r.json = json;
    if (r.err == OK && !cJSON_IsObject(json))
        fail(&r, ERR_SYNTAX, "pack.json", "an object is needed", "hier hoort een object");
    if (r.err == OK)
        read_all(&r);
    if (r.err == OK)
        *out = *fresh;
    else
        server_manifest_fini(fresh);
    cJSON_Delete(json);
    free(fresh);
    return r.err;
}

/* ---- writing ---- */

static void add_notes(cJSON *json, const char *key, char *const *list, size_t count)
{
    cJSON *array = json_add_array(json, key);

    for (size_t i = 0; i < count; i++)
        json_push_text(array, list[i]);
}

static void add_tables(cJSON *json, const struct server_manifest *m)
{
    cJSON *tables = json_add_object(json, "tables");
    char hex[2 * POLICY_DIGEST_LEN + 1];

    for (size_t i = 0; i < SERVER_MANIFEST_FILES_MAX; i++)
        if (m->has[i]) {
            text_hex(m->file[i], sizeof m->file[i], hex, sizeof hex);
            json_add_text(tables, server_manifest_file(i), hex);
        }
}

enum err server_manifest_format(const struct server_manifest *m, char **out)
{
    cJSON *json = cJSON_CreateObject();
    char hex[2 * POLICY_DIGEST_LEN + 1], day[11], *line = NULL, *pretty = NULL, *text = NULL;
    enum err e;

    text_hex(m->digest, sizeof m->digest, hex, sizeof hex);
    date_format(m->valid_from, day);
    json_add_text(json, "format", FORMAT_TEXT);
    json_add_text(json, "name", m->name);
    json_add_text(json, "version", m->version);
    json_add_text(json, "valid_from", day);
    json_add_text(json, "digest", hex);
    add_tables(json, m);
    add_notes(json, "adopted_by", m->adoption, m->adoptions);
    add_notes(json, "advice", m->advice, m->advices);
    /* json_print knows whether anything could not be added. */
    e = json == NULL ? ERR_NOMEM : json_print(json, &line);
    if (e == OK && (pretty = cJSON_Print(json)) == NULL)
        e = ERR_NOMEM;
    if (e == OK && (text = malloc(strlen(pretty) + 2)) == NULL)
        e = ERR_NOMEM;
    if (e == OK) {
        memcpy(text, pretty, strlen(pretty));
        memcpy(text + strlen(pretty), "\n", 2);
        *out = text;
    }
    cJSON_free(pretty);
    free(line);
    cJSON_Delete(json);
    return e;
}

void server_manifest_fini(struct server_manifest *m)
{
    for (size_t i = 0; i < m->adoptions; i++)
        free(m->adoption[i]);
    for (size_t i = 0; i < m->advices; i++)
        free(m->advice[i]);
    m->adoptions = m->advices = 0;
}

enum err server_manifest_add(char **list, size_t *count, const char *note, bool *added)
{
    *added = false;
    for (size_t i = 0; i < *count; i++)
        if (strcmp(list[i], note) == 0)
            return OK;
    if (*count == SERVER_MANIFEST_NOTES_MAX)
        return ERR_FULL;
    list[*count] = strdup(note);
    if (list[*count] == NULL)
        return ERR_NOMEM;
    (*count)++;
    *added = true;
    return OK;
}
