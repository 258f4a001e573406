/*
 * base/secret: guarded memory for long-lived keys. Asleep (inaccessible) unless woken; locked, kept out of
 * core dumps, wiped at free. Temporaries are not secrets: wipe them with sodium_memzero.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct secret;

/* Gives a sleeping secret of len bytes, copied from data. ERR_NOMEM. */
MUST_USE enum err secret_copy(const uint8_t *data, size_t len, struct secret **out);
/* The same, and data is wiped then. */
MUST_USE enum err secret_take(uint8_t *data, size_t len, struct secret **out);

/* Wake for reading; valid until the matching sleep. Calls nest. Not for two threads at once. */
const uint8_t *secret_wake(struct secret *s);
void secret_sleep(struct secret *s);

size_t secret_len(const struct secret *s);
void secret_free(struct secret *s);  /* takes NULL */

#endif
