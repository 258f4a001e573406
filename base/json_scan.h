/*
 * base/json_scan: the strict look at JSON before cJSON reads it: its limits are in base/json.h. For base/json alone; it keeps nothing, any thread.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* The largest whole number that every reader of JSON keeps exactly. */
#define JSON_NUMBER_MAX (UINT64_C(1) << 53)

/* data is borrowed. t says line and column, and of a mistake inside something its name. ERR_SYNTAX, ERR_LONG (depth, keys, tokens), ERR_RANGE. */
MUST_USE enum err json_scan(const uint8_t *data, size_t len, struct trouble *t);

#endif
