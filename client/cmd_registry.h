/*
 * client/cmd_registry: the registry in a file (P-190), as this partner's node has it, also while the hub is away: what a hub is restored
 * with, and what an auditor reads.
 */
#ifndef CLIENT_CMD_REGISTRY_H
#define CLIENT_CMD_REGISTRY_H

#include "client/cmd.h"

extern const struct client_opt client_cmd_partner_export_opts[];

MUST_USE enum err client_cmd_partner_export(struct client_run *r);

/* Ask the node for its copy and write it to path; *count: statements in it. Changes r->args. */
MUST_USE enum err client_cmd_registry_write(struct client_run *r, const char *path, uint64_t *count);

#endif
