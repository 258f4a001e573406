/*
 * tests/vectors/vectors: where the published vectors are, and reading them. They are not part of the
 * repository: the folder is $SCHAKEL_VECTORS, else ../shared/vectors beside the source. A test whose file is
 * missing says so and is skipped; the unit tests hold a few values of each source, so that a clone alone
 * tests too. cJSON is used directly: these files are larger than what base/json lets in.
 */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include "base/file.h"

#include <cjson/cJSON.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VECTORS_FILE_MAX ((size_t)8 << 20)

/* Bytes in a heap block of exactly their size. */
struct vector {
    uint8_t *data;
    size_t len;
};

static inline void vector_free(struct vector *v)
{
    free(v->data);
    v->data = NULL;
    v->len = 0;
}

/* The file's bytes with a zero behind them, or skips the test. */
static inline uint8_t *vectors_read(const char *name, size_t *len)
{
    const char *folder = getenv("SCHAKEL_VECTORS");
    char path[1024];
    uint8_t *data = NULL;

    (void)snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : SOURCE_DIR "/../shared/vectors", name);
    if (file_read(path, VECTORS_FILE_MAX, &data, len, NULL) != OK) {
        (void)fprintf(stderr, "skipped: no vectors at %s (set SCHAKEL_VECTORS)\n", path);
        skip();
    }
    return data;
}

static inline char *vectors_text(const char *name)
{
    size_t len = 0;

    return (char *)vectors_read(name, &len);
}

static inline cJSON *vectors_json(const char *name)
{
    char *text = vectors_text(name);
    cJSON *json = cJSON_Parse(text);

    free(text);
    assert_non_null(json);
    return json;
}

static inline const char *vector_text(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    assert_true(cJSON_IsString(item));
    return item->valuestring;
}

/* Whole numbers; those beyond a double's 2^64 come out as the largest. */
static inline uint64_t vector_number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

    assert_true(cJSON_IsNumber(item) && item->valuedouble >= 0);
    return item->valuedouble >= 9007199254740992.0 ? UINT64_MAX : (uint64_t)item->valuedouble;
}

static inline struct vector vector_from_hex(const char *hex, size_t hex_len)
{
    struct vector v = { malloc(hex_len / 2), 0 };

    assert_non_null(v.data);
    assert_int_equal(sodium_hex2bin(v.data, hex_len / 2, hex, hex_len, NULL, &v.len, NULL), 0);
    assert_int_equal(v.len, hex_len / 2);
    return v;
}

static inline struct vector vector_hex(const cJSON *object, const char *key)
{
    const char *hex = vector_text(object, key);

    return vector_from_hex(hex, strlen(hex));
}

#endif
