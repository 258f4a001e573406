/*
 * client/status: how this node is doing: hub, outbox, log, certificates; for who is logged in also the staff, and how much waits for people.
 */
#ifndef CLIENT_STATUS_H
#define CLIENT_STATUS_H

#include "client/node.h"

client_handler client_do_status;

#endif
