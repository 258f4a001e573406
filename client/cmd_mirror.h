/*
 * client/cmd_mirror: a copy of the main log, kept by a partner: without one nobody can restore a hub that lost leaves.
 */
#ifndef CLIENT_CMD_MIRROR_H
#define CLIENT_CMD_MIRROR_H

#include "client/cmd.h"

extern const struct client_opt client_cmd_mirror_opts[];

MUST_USE enum err client_cmd_hub_mirror(struct client_run *r);

#endif
