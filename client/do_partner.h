/*
 * client/do_partner: the registry's commands that the vault serves (client/table.c).
 */
#ifndef CLIENT_DO_PARTNER_H
#define CLIENT_DO_PARTNER_H

#include "client/node.h"

client_handler client_do_partner_send, client_do_partner_list, client_do_staff_revoke;

#endif
