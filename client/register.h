/*
 * client/register: the children of a whole register, put among those whose pseudonym is to be asked for; those with an open case come
 * first. From then on the node goes on by itself, over days and restarts, as far as the holders' quotas reach.
 */
#ifndef CLIENT_REGISTER_H
#define CLIENT_REGISTER_H

#include "client/node.h"

/*
 * register.derive {name, content}: a table with a column "number" and, if there is one, "open_case" (yes or no, ja of nee). Nothing is
 * taken when a line is wrong. {children, known, waiting}
 */
client_handler client_do_register_derive;
/* register.status: {waiting, working, note} */
client_handler client_do_register_status;

#endif
