/*
 * base/json: strict pre-scan, then cJSON. Depth 16, 64 keys an object, 4,096 tokens (keys and values), duplicate keys
 * refused, keys without escapes, whole numbers within 2^53 only, no NUL, valid UTF-8, nothing after the end.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/err.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Gives *out (free with cJSON_Delete). t says line and column. ERR_SYNTAX, ERR_LONG, ERR_RANGE, ERR_NOMEM. */
MUST_USE enum err json_parse(const uint8_t *data, size_t len, cJSON **out, struct trouble *t);

/*
 * Typed getters, for what json_parse gave: ERR_NOTFOUND when the key is missing, ERR_SYNTAX when of another type. Text
 * is borrowed from obj.
 */
MUST_USE enum err json_text(const cJSON *obj, const char *key, const char **out);
MUST_USE enum err json_u64(const cJSON *obj, const char *key, uint64_t *out);
MUST_USE enum err json_bool(const cJSON *obj, const char *key, bool *out);
MUST_USE enum err json_array(const cJSON *obj, const char *key, const cJSON **out);

/*
 * Building. Each takes NULL for obj and then does nothing. What could not be added is remembered in obj, and json_print
 * of the whole then gives ERR_NOMEM, or ERR_RANGE for a number over 2^53.
 */
void json_add_text(cJSON *obj, const char *key, const char *value);
/* Bytes as hex: an id, a key, a digest. At most JSON_HEX_MAX of them. */
enum { JSON_HEX_MAX = 64 };
void json_add_hex(cJSON *obj, const char *key, const uint8_t *data, size_t len);
void json_add_u64(cJSON *obj, const char *key, uint64_t value);
void json_add_bool(cJSON *obj, const char *key, bool value);
cJSON *json_add_array(cJSON *obj, const char *key);
cJSON *json_add_object(cJSON *obj, const char *key);
/* At the end of an array. */
void json_push_text(cJSON *array, const char *value);
cJSON *json_push_object(cJSON *array);
/* One line without spaces; gives *out (free()). */
MUST_USE enum err json_print(const cJSON *obj, char **out);

#endif
