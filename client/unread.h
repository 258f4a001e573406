/*
 * client/unread: rows that are not as this program writes them, met by what must go on with the others (client/upkeep). Who decides about a
 * child does not pass over them.
 */
#ifndef CLIENT_UNREAD_H
#define CLIENT_UNREAD_H

#include "client/node.h"

/* What could not be read. Of facts: what is kept about a child or in its consent. */
enum client_unread { CLIENT_UNREAD_REQUEST, CLIENT_UNREAD_STATEMENT, CLIENT_UNREAD_FACTS, CLIENT_UNREAD_END };

/* It says that a row cannot be read (base/rd), not that memory, disk or key failed. */
bool client_unread_is(enum err e);
/* Log that there is such a row, once for each kind since the start: it is met again every minute. */
void client_unread_say(struct client_node *n, enum client_unread what);

#endif
