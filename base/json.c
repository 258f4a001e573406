#include "base/json.h"

#include "base/json_scan.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err json_parse(const uint8_t *data, size_t len, cJSON **out, struct trouble *t)
{
    enum err e = json_scan(data, len, t);
    cJSON *parsed;

    if (e != OK)
        return e;
    /* What the scan let through is JSON, so only memory can fail. */
    parsed = cJSON_ParseWithLengthOpts((const char *)data, len, NULL, 0);
    if (parsed == NULL)
        return trouble_set(t, ERR_NOMEM, "not enough memory to read the JSON",
            "te weinig geheugen om de JSON te lezen");
    *out = parsed;
    return OK;
}

enum err json_text(const cJSON *obj, const char *key, const char **out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

    if (item == NULL)
        return ERR_NOTFOUND;
    if (!cJSON_IsString(item))
        return ERR_SYNTAX;
    *out = item->valuestring;
    return OK;
}

enum err json_u64(const cJSON *obj, const char *key, uint64_t *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

    if (item == NULL)
        return ERR_NOTFOUND;
    /* As json_add_u64 keeps it; the parser never makes one. */
    if (cJSON_IsRaw(item))
        return text_u64(item->valuestring, JSON_NUMBER_MAX, out);
    if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble > (double)JSON_NUMBER_MAX)
        return ERR_SYNTAX;
    *out = (uint64_t)item->valuedouble;
    return OK;
}

enum err json_bool(const cJSON *obj, const char *key, bool *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

    if (item == NULL)
        return ERR_NOTFOUND;
    if (!cJSON_IsBool(item))
        return ERR_SYNTAX;
    *out = cJSON_IsTrue(item);
    return OK;
}

enum err json_array(const cJSON *obj, const char *key, const cJSON **out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

    if (item == NULL)
        return ERR_NOTFOUND;
    if (!cJSON_IsArray(item))
        return ERR_SYNTAX;
    *out = item;
    return OK;
}

/* Bits that cJSON does not use (it looks at the lowest ten): what could not be added to this object. */
enum { LACKS_MEMORY = 1 << 20, LACKS_NUMBER = 1 << 21 };

static void remember(cJSON *obj, bool added)
{
    if (obj != NULL && !added)
        obj->type |= LACKS_MEMORY;
}

void json_add_text(cJSON *obj, const char *key, const char *value)
{
    remember(obj, cJSON_AddStringToObject(obj, key, value) != NULL);
}

void json_add_hex(cJSON *obj, const char *key, const uint8_t *data, size_t len)
{
    char hex[2 * JSON_HEX_MAX + 1];

    if (len > JSON_HEX_MAX)
        abort();
    text_hex(data, len, hex, sizeof hex);
    json_add_text(obj, key, hex);
}

void json_add_u64(cJSON *obj, const char *key, uint64_t value)
{
    char digits[24];

    if (obj != NULL && value > JSON_NUMBER_MAX) {
        obj->type |= LACKS_NUMBER;
        return;
    }
    /* cJSON 1.7.15 rounds numbers of more than 15 digits, so it gets the digits. */
    (void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    remember(obj, cJSON_AddRawToObject(obj, key, digits) != NULL);
}

void json_add_bool(cJSON *obj, const char *key, bool value)
{
    remember(obj, cJSON_AddBoolToObject(obj, key, value) != NULL);
}

cJSON *json_add_array(cJSON *obj, const char *key)
{
    cJSON *array = cJSON_AddArrayToObject(obj, key);

    remember(obj, array != NULL);
    return array;
}

cJSON *json_add_object(cJSON *obj, const char *key)
{
    cJSON *object = cJSON_AddObjectToObject(obj, key);

    remember(obj, object != NULL);
    return object;
}

/* Takes item, also when it cannot be added. */
static cJSON *push(cJSON *array, cJSON *item)
{
    bool added = item != NULL && cJSON_AddItemToArray(array, item);

    remember(array, added);
    if (!added)
        cJSON_Delete(item);
    return added ? item : NULL;
}

void json_push_text(cJSON *array, const char *value)
{
    (void)push(array, cJSON_CreateString(value));
}

cJSON *json_push_object(cJSON *array)
{
    return push(array, cJSON_CreateObject());
}

static enum err check_whole(const cJSON *obj)
{
    const cJSON *child;
    enum err e = OK;

    if ((obj->type & LACKS_NUMBER) != 0)
        return ERR_RANGE;
    if ((obj->type & LACKS_MEMORY) != 0)
        return ERR_NOMEM;
    cJSON_ArrayForEach(child, obj)
        if ((e = check_whole(child)) != OK)
            break;
    return e;
}

enum err json_print(const cJSON *obj, char **out)
{
    enum err e = obj == NULL ? ERR_NOMEM : check_whole(obj);
    char *text;

    if (e != OK)
        return e;
    text = cJSON_PrintUnformatted(obj);
    if (text == NULL)
        return ERR_NOMEM;
    *out = text;
    return OK;
}
