/*
 * client/status: how this node is doing. Casework adds what waits for people through client_status_hooks (client/desk_table.c or elsewhere).
 */
#ifndef CLIENT_STATUS_H
#define CLIENT_STATUS_H

#include "client/node.h"

client_handler client_do_status;

#endif
