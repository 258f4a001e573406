/*
 * client/pages: long lists in an answer. Rows are put in order, and as many are kept as --limit says and the
 * strict reader of an answer takes (base/json, 4,096 keys and values); the rest is counted in "more" and asked
 * for with --skip.
 */
#ifndef CLIENT_PAGES_H
#define CLIENT_PAGES_H

#include "client/node.h"

/* "at": the moment that a row is sorted by, in seconds since 1970. */
void client_pages_at(cJSON *row, uint64_t at_s);
/* Newest "at" first; rows without one last. array is in c->reply. ERR_NOMEM. */
MUST_USE enum err client_pages_newest(struct client_call *c, cJSON *array);
/* What an item of the inbox asks of a person: an answer; to be read; a report to go on with; nothing more. */
enum client_pages_group { CLIENT_PAGES_ANSWER, CLIENT_PAGES_READ, CLIENT_PAGES_REPORT, CLIENT_PAGES_DONE };
void client_pages_group(cJSON *row, enum client_pages_group group);
/* By group, in that order. In each the day under "due" counts, the soonest first, then rows without one, newest
 * "at" first; what is to be read comes newest first, for a later last day makes no refusal less new. */
MUST_USE enum err client_pages_due(struct client_call *c, cJSON *array);
/* What a call asks for: rows to leave out, and how many after them at most (UINT64_MAX: as many as go in). */
void client_pages_window(const struct client_call *c, uint64_t *skip, uint64_t *limit);
/* By the text under key, as bytes. */
MUST_USE enum err client_pages_by_text(struct client_call *c, cJSON *array, const char *key);

#endif
