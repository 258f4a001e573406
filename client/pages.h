/*
 * client/pages: long lists in an answer. Rows are put in order, and as many are kept as the strict reader of
 * an answer takes (base/json, 4,096 keys and values); the rest is counted in "more" and asked for with
 * --skip.
 */
#ifndef CLIENT_PAGES_H
#define CLIENT_PAGES_H

#include "client/node.h"

/* "at": the moment that a row is sorted by, in seconds since 1970. */
void client_pages_at(cJSON *row, uint64_t at_s);
/* Newest "at" first; rows without one last. array is in c->reply. ERR_NOMEM. */
MUST_USE enum err client_pages_newest(struct client_call *c, cJSON *array);
/* What waits for an answer before what is only to be seen ("until_done"); in each by the day under "due", the
 * soonest first, then rows without one, newest "at" first. */
MUST_USE enum err client_pages_due(struct client_call *c, cJSON *array);
/* By the text under key, as bytes. */
MUST_USE enum err client_pages_by_text(struct client_call *c, cJSON *array, const char *key);

#endif
