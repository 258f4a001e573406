/*
 * client/import_place: where something stands in a file of records as JSON, for who mends it.
 */
#ifndef CLIENT_IMPORT_PLACE_H
#define CLIENT_IMPORT_PLACE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Line and column, from 1, of an item of the list (the first is 0), or of the key of its section, or of the key of that section's field, as
 * far as it is there. section and field may be NULL. data: a list that base/json took.
 */
void client_import_place(const uint8_t *data, size_t len, size_t item, const char *section, const char *field, uint32_t *line,
    uint32_t *column);

#endif
