/*
 * client/adopt_log: the registry as our own node has it now, for a command that judges who adopted a pack: who was revoked has adopted
 * nothing, and who was admitted later may. The node is asked through its control socket; it need not run.
 */
#ifndef CLIENT_ADOPT_LOG_H
#define CLIENT_ADOPT_LOG_H

#include "client/cmd.h"
#include "proto/registry.h"

struct client_adopt_log;

/*
 * region (copied) is as it was parsed. Gives *out; NULL and OK when the node does not run, or has no checkpoint yet. Changes r->args.
 * ERR_NOMEM, or what server_registry_load says of a copy that does not hold.
 */
MUST_USE enum err client_adopt_log_get(struct client_run *r, const struct proto_region *region, struct client_adopt_log **out);
/* Both live as long as the copy. The region is as the registry leaves it. */
const struct proto_registry *client_adopt_log_fold(const struct client_adopt_log *l);
const struct proto_region *client_adopt_log_region(const struct client_adopt_log *l);
void client_adopt_log_free(struct client_adopt_log *l);  /* takes NULL */

#endif
