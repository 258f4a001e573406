#include "client/unread.h"

#include "base/log.h"

_Static_assert(sizeof ((struct client_node *)NULL)->unread_said == CLIENT_UNREAD_END, "one for each");

bool client_unread_is(enum err e)
{
    return e == ERR_RANGE || e == ERR_SYNTAX || e == ERR_SHORT || e == ERR_LONG || e == ERR_VERSION;
}

void client_unread_say(struct client_node *n, enum client_unread what)
{
    static const char *const table[CLIENT_UNREAD_END] = {"request", "statement", "facts"};

    if (!n->unread_said[what])
        log_event(LOG_WARN, "row-not-readable", "table", table[what], NULL);
    n->unread_said[what] = true;
}
