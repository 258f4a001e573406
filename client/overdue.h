/*
 * client/overdue: what others owe this partner for over a day and a hub may be keeping back: what status says first, in words, and by its
 * exit code (of ERR_PEER). Pure.
 */
#ifndef CLIENT_OVERDUE_H
#define CLIENT_OVERDUE_H

#include "base/err.h"
#include "base/json.h"

/* opening: the first number that was logged and not laid open to the privacy officer, 0: none. stops: own withdrawals and the like that
 * somebody whom they stop has not confirmed, and ends of access that are not in the log. unanchored: something in the log was not anchored for a day. */
struct client_overdue { uint64_t opening, stops; bool unanchored; };

/* "overdue": a text for each, and what to do; nothing when there is none. */
void client_overdue_add(cJSON *reply, enum lang lang, const struct client_overdue *o);

#endif
