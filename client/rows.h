/*
 * client/rows: an array that grows while a walk fills it. No state.
 */
#ifndef CLIENT_ROWS_H
#define CLIENT_ROWS_H

#include <stddef.h>

/*
 * Room for one more row of this size behind count in rows (NULL at first), which has place for *cap. Gives the array, which may have moved, with *cap;
 * NULL: there is no memory, and rows is as it was. The caller frees.
 */
void *client_rows_more(void *rows, size_t count, size_t *cap, size_t size);

#endif
