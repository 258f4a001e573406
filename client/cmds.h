/*
 * client/cmds: the commands that run here and not in the node, one function each. All fill r->reply; errors with trouble.
 */
#ifndef CLIENT_CMDS_H
#define CLIENT_CMDS_H

#include "client/cmd.h"

MUST_USE enum err client_cmd_org_init(struct client_run *r);
MUST_USE enum err client_cmd_region_make(struct client_run *r);
MUST_USE enum err client_cmd_region_sign(struct client_run *r);
MUST_USE enum err client_cmd_region_show(struct client_run *r);
MUST_USE enum err client_cmd_hub_join(struct client_run *r);
MUST_USE enum err client_cmd_node(struct client_run *r);
MUST_USE enum err client_cmd_keyholder_init(struct client_run *r);
MUST_USE enum err client_cmd_keyholder_join(struct client_run *r);
MUST_USE enum err client_cmd_keyholder_run(struct client_run *r);
MUST_USE enum err client_cmd_keyholder_rotate(struct client_run *r);
MUST_USE enum err client_cmd_keyholder_block(struct client_run *r);
MUST_USE enum err client_cmd_keyholder_status(struct client_run *r);
MUST_USE enum err client_cmd_login(struct client_run *r);
MUST_USE enum err client_cmd_logout(struct client_run *r);
MUST_USE enum err client_cmd_archive_export(struct client_run *r);
MUST_USE enum err client_cmd_register_derive(struct client_run *r);
MUST_USE enum err client_cmd_backup(struct client_run *r);
MUST_USE enum err client_cmd_restore(struct client_run *r);
MUST_USE enum err client_cmd_audit(struct client_run *r);
MUST_USE enum err client_cmd_audit_complete(struct client_run *r);
MUST_USE enum err client_cmd_verify(struct client_run *r);

/* Prints r->reply and takes its warning out of it. */
void client_status_print(const struct client_run *r, const cJSON *reply);
/* "verify": the verdict, then the reply. */
void client_verify_print(const struct client_run *r, const cJSON *reply);

#endif
