/*
 * client/cmd_origin: leaves of the log are lost for ever, and this partner proposes or signs that it goes on under its next origin. Both hold what
 * the hub's operator says against what their own node has seen: what is named must be no less.
 */
#ifndef CLIENT_CMD_ORIGIN_H
#define CLIENT_CMD_ORIGIN_H

#include "client/cmd.h"
#include "proto/registry_say.h"

/* From the operator's file (proto/originfile) into s; had this partner's node seen more, that is named. ERR_KEY: another region's. */
MUST_USE enum err client_cmd_origin_fill(struct client_run *r, const char *path, struct proto_registry_say *s);
/* Before signing what another partner proposed. ERR_STATE: this partner's node has seen more, or something else. */
MUST_USE enum err client_cmd_origin_check(struct client_run *r, const struct proto_registry_say *s);
/* For whoever signs, what it says. */
void client_cmd_origin_describe(struct client_run *r, const struct proto_registry_say *s);

#endif
