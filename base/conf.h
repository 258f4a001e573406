/*
 * base/conf: "key = value" text to one struct. '#' starts a comment at the start of a line. An unknown or repeated
 * key and a wrong value are errors with file and line; the first is told in full, with how many follow. A table says
 * which keys there are.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum conf_type { CONF_TEXT, CONF_U64, CONF_BOOL };

/* offset of the field in the struct; for CONF_TEXT a char array of size; for CONF_U64 a uint64_t within min..max. */
struct conf_key {
    const char *name;
    enum conf_type type;
    size_t offset, size;
    uint64_t min, max;
};

/*
 * Fill conf (defaults already in it) from data. On any error conf is left as it was. conf_len is sizeof *conf.
 * At most 64 keys. A CONF_BOOL is written yes or no. ERR_CONFIG, ERR_NOMEM.
 */
MUST_USE enum err conf_parse(const char *name, const uint8_t *data, size_t len, const struct conf_key *keys,
    size_t key_count, void *conf, size_t conf_len, struct trouble *t);

#endif
