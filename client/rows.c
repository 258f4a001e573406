#include "client/rows.h"

#include <stdlib.h>

enum { FIRST = 16 };

void *client_rows_more(void *rows, size_t count, size_t *cap, size_t size)
{
    size_t larger = *cap == 0 ? FIRST : 2 * *cap;
    void *more;

    if (count < *cap)
        return rows;
    more = reallocarray(rows, larger, size);
    if (more != NULL)
        *cap = larger;
    return more;
}
