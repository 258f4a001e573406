#include "client/record.h"

#include "base/json.h"
#include "base/text.h"
#include "client/facts.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_HALF = 16, KEY_LEN = 2 * KEY_HALF };

/* First half: the child, so that one walk finds all sections. Second half: the section. Neither says anything
 * without the vault key. */
static void record_key(
    struct client_node *n, const struct proto_subject_id *who, const char *section, uint8_t out[KEY_LEN])
{
    uint8_t subject[1 + sizeof who->value], mac[32];

    subject[0] = who->type;
    memcpy(subject + 1, who->value, sizeof who->value);
    client_vault_name_key(n->vault, "record subject", subject, sizeof subject, mac);
    memcpy(out, mac, KEY_HALF);
    client_vault_name_key(n->vault, "record section", section, strlen(section), mac);
    memcpy(out + KEY_HALF, mac, KEY_HALF);
}

/* Such a name can be written as a key of JSON without escapes, and so be read again. */
static bool is_field_name(const char *name)
{
    if (name[0] == '\0' || !text_is_utf8((const uint8_t *) name, strlen(name)))
        return false;
    for (const char *p = name; *p != '\0'; p++)
        if ((unsigned char) *p < 0x20 || *p == 0x7f || *p == '"' || *p == '\\')
            return false;
    return true;
}

static bool is_custody(const char *text)
{
    uint8_t who = 0;

    return client_facts_who(text, &who) == OK
        && (who & ~(POLICY_WHO_G1 | POLICY_WHO_G2 | POLICY_WHO_VOOGD)) == 0;
}

struct client_record_fault client_record_check_field(
    const char *section, const char *field, const char *value)
{
    struct date d;

    if (!is_field_name(field))
        return (struct client_record_fault){ERR_SYNTAX,
            "the name of a field has at least one letter and no quotes",
            "de naam van een veld heeft minstens een letter en geen aanhalingstekens"};
    if (strlen(field) > CLIENT_FIELD_NAME_MAX)
        return (struct client_record_fault){ERR_LONG, "the name of a field has at most 63 bytes",
            "de naam van een veld heeft hoogstens 63 bytes"};
    if (strlen(value) > CLIENT_FIELD_MAX)
        return (struct client_record_fault) {ERR_LONG, "at most 4096 bytes", "hoogstens 4096 bytes"};
    if (value[0] == '\0')
        return (struct client_record_fault) {OK, "", ""};
    if (strcmp(section, "ident") == 0 && strcmp(field, "birth_date") == 0 && date_parse(value, &d) != OK)
        return (struct client_record_fault){ERR_SYNTAX, "this must be a date such as 2012-03-31",
            "dit moet een datum zijn, zoals 2012-03-31"};
    if (strcmp(section, "guard") == 0 && strcmp(field, "custody") == 0 && !is_custody(value))
        return (struct client_record_fault){ERR_SYNTAX,
            "who holds custody is written as g1, \"g1 g2\" or voogd",
            "wie gezag heeft, wordt geschreven als g1, \"g1 g2\" of voogd"};
    if (strcmp(section, "guard") == 0 && strcmp(field, "incapable") == 0 && strcmp(value, "yes") != 0
        && strcmp(value, "no") != 0)
        return (struct client_record_fault) {ERR_SYNTAX, "write yes or no", "schrijf yes of no"};
    return (struct client_record_fault) {OK, "", ""};
}

static enum err content_check(const cJSON *obj, const char *section, struct trouble *t)
{
    struct client_record_fault fault;
    const cJSON *field;

    if (!cJSON_IsObject(obj))
        return trouble_at(t, ERR_SYNTAX, section, 0, 0, "a section is an object of fields and texts",
            "een onderdeel is een object met velden en teksten");
    if (cJSON_GetArraySize(obj) > CLIENT_FIELDS_MAX)
        return trouble_at(t, ERR_LONG, section, 0, 0, "a section has at most %d fields",
            "een onderdeel heeft hoogstens %d velden", CLIENT_FIELDS_MAX);
    cJSON_ArrayForEach(field, obj) {
        bool named = is_field_name(field->string)
            && strlen(field->string) <= CLIENT_FIELD_NAME_MAX; /* else it is not for a message */
        if (!cJSON_IsString(field))
            return trouble_at(t, ERR_SYNTAX, section, 0, 0, "field %s must be a text",
                "veld %s moet een tekst zijn", named ? field->string : "");
        fault = client_record_check_field(section, field->string, field->valuestring);
        if (fault.err != OK)
            return trouble_at(t, fault.err, section, 0, 0, "%s: %s", "%s: %s", named ? field->string : "",
                t != NULL && t->lang == LANG_NL ? fault.nl : fault.en);
    }
    return OK;
}

/* The name stands beside the content because the key does not tell it. */
static enum err content_text(const char *section, const cJSON *obj, char **out)
{
    cJSON *row = cJSON_CreateObject(), *content;
    const cJSON *field;
    enum err e;

    json_add_text(row, "section", section);
    content = json_add_object(row, "content");
    cJSON_ArrayForEach(field, obj)
        json_add_text(content, field->string, field->valuestring);
    e = row == NULL ? ERR_NOMEM : json_print(row, out);
    cJSON_Delete(row);
    return e;
}

/* That there is a record of this child, so that all can be listed; under the first half of its records' keys.
 */
static enum err subject_put(
    struct vault_txn *x, const struct proto_subject_id *who, const uint8_t key[KEY_LEN])
{
    uint8_t row[1 + sizeof who->value];

    row[0] = who->type;
    memcpy(row + 1, who->value, sizeof who->value);
    return client_vault_put(x, CLIENT_T_SUBJECT, key, KEY_HALF, row, sizeof row);
}

enum err client_record_put(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who,
    const char *section, const cJSON *obj, struct trouble *t)
{
    uint8_t index = policy_pack_find(n->pack, POLICY_SET_SECTIONS, section), key[KEY_LEN];
    char *text = NULL;
    enum err e;

    if (index == POLICY_UNKNOWN)
        return trouble_at(t, ERR_RANGE, section, 0, 0,
            "this section is not in the pack; see: schakel policy show",
            "dit onderdeel staat niet in het pakket; zie: schakel policy show");
    if (n->pack->section[index].class == POLICY_SX)
        return trouble_at(t, ERR_RANGE, section, 0, 0,
            "this is never kept as a section: the number itself identifies the record",
            "dit is nooit een onderdeel: het nummer zelf wijst het dossier aan");
    e = content_check(obj, section, t);
    if (e == OK)
        e = content_text(section, obj, &text);
    if (e == OK && strlen(text) > CLIENT_SECTION_MAX)
        e = trouble_at(t, ERR_LONG, section, 0, 0, "longer than 64 KiB", "langer dan 64 KiB");
    if (e == OK) {
        record_key(n, who, section, key);
        e = client_vault_put(x, CLIENT_T_RECORD, key, sizeof key, text, strlen(text));
    }
    if (e == OK)
        e = subject_put(x, who, key);
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
    return e;
}

static enum err row_parse(const uint8_t *value, size_t len, cJSON **out)
{
    return json_parse(value, len, out, NULL);
}

enum err client_record_get(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who,
    const char *section, cJSON **out)
{
    uint8_t key[KEY_LEN], *value = NULL;
    size_t len = 0;
    cJSON *row = NULL;
    enum err e;

    record_key(n, who, section, key);
    e = client_vault_get(x, CLIENT_T_RECORD, key, sizeof key, &value, &len);
    if (e == OK)
        e = row_parse(value, len, &row);
    if (e == OK) {
        cJSON *content = cJSON_DetachItemFromObjectCaseSensitive(row, "content");
        if (content == NULL)
            e = ERR_SYNTAX;
        else
            *out = content;
    }
    cJSON_Delete(row);
    if (value != NULL)
        sodium_memzero(value, len);
    free(value);
    return e;
}

enum err client_record_field(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who,
    const char *section, const char *field, char *out, size_t out_len)
{
    cJSON *content = NULL;
    const char *text = NULL;
    enum err e = client_record_get(n, x, who, section, &content);

    if (e == OK)
        e = json_text(content, field, &text);
    if (e == OK && strlen(text) >= out_len)
        e = ERR_LONG;
    if (e == OK)
        memcpy(out, text, strlen(text) + 1);
    cJSON_Delete(content);
    return e;
}

static bool section_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct proto_sections *all = arg;
    cJSON *row = NULL;
    const char *name = NULL;

    (void) key;
    (void) key_len;
    if (row_parse(value, len, &row) == OK && json_text(row, "section", &name) == OK
        && strlen(name) <= PROTO_NAME_WIDTH)
        memcpy(all->name[all->count++], name, strlen(name) + 1);
    cJSON_Delete(row);
    return all->count < PROTO_SECTIONS_MAX;
}

enum err client_record_sections(struct client_node *n, struct vault_txn *x,
    const struct proto_subject_id *who, struct proto_sections *out)
{
    uint8_t key[KEY_LEN];
    struct proto_sections all = {0};
    enum err e;

    record_key(n, who, "", key);
    e = client_vault_walk(x, CLIENT_T_RECORD, key, KEY_HALF, section_each, &all);
    if (e != OK)
        return e;
    proto_sections_sort(&all);
    *out = all;
    return OK;
}

struct dropping { uint8_t key[PROTO_SECTIONS_MAX][KEY_LEN]; size_t count; };

static bool drop_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct dropping *d = arg;

    (void) value;
    (void) len;
    if (key_len == KEY_LEN)
        memcpy(d->key[d->count++], key, KEY_LEN);
    return d->count < PROTO_SECTIONS_MAX;
}

enum err client_record_drop(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who)
{
    struct dropping d = {.count = 0};
    uint8_t key[KEY_LEN];
    enum err e;

    record_key(n, who, "", key);
    do {
        d.count = 0;
        e = client_vault_walk(x, CLIENT_T_RECORD, key, KEY_HALF, drop_each, &d);
        for (size_t i = 0; e == OK && i < d.count; i++)
            e = client_vault_delete(x, CLIENT_T_RECORD, d.key[i], KEY_LEN);
    } while (e == OK && d.count != 0);
    if (e == OK)
        e = client_vault_delete(x, CLIENT_T_SUBJECT, key, KEY_HALF);
    return e == ERR_NOTFOUND ? OK : e;
}

void client_record_label(
    struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who, char *out, size_t out_len)
{
    char name[96], born[16], hex[9];

    if (client_record_field(n, x, who, "ident", "name", name, sizeof name) != OK) {
        text_hex(who->value, 4, hex, sizeof hex);
        (void) snprintf(out, out_len, "child %s", hex);
    } else if (client_record_field(n, x, who, "ident", "birth_date", born, sizeof born) != OK) {
        (void) snprintf(out, out_len, "%s", name);
    } else {
        (void) snprintf(out, out_len, "%s (%s)", name, born);
    }
}

struct children {
    client_record_each *each;
    void *arg;
};

static bool child_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    const struct children *all = arg;
    struct proto_subject_id who = {0};

    (void) key;
    (void) key_len;
    if (len != 1 + sizeof who.value)
        return true;
    who.type = value[0];
    memcpy(who.value, value + 1, sizeof who.value);
    return all->each(all->arg, &who);
}

enum err client_record_children(
    struct client_node *n, struct vault_txn *x, client_record_each *each, void *arg)
{
    struct children all = {.each = each, .arg = arg};

    (void) n;
    return client_vault_walk(x, CLIENT_T_SUBJECT, NULL, 0, child_each, &all);
}
