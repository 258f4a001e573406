/*
 * client/cmd_rotate: another key in the place of one, by hand of who holds the root key. What was sealed to the old one stays readable:
 * it is kept as keys/NAME-TIME. The node publishes the new certificate when it starts next (client/rotate).
 */
#ifndef CLIENT_CMD_ROTATE_H
#define CLIENT_CMD_ROTATE_H

#include "client/cmd.h"

extern const struct client_opt client_cmd_rotate_opts[];

MUST_USE enum err client_cmd_org_rotate(struct client_run *r);

#endif
