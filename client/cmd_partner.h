/*
 * client/cmd_partner: statements for the registry as files that officers carry: proposed by one partner, signed by another, sent by a node
 * of either (partner send). They are made with the root key, so here and not in the node.
 */
#ifndef CLIENT_CMD_PARTNER_H
#define CLIENT_CMD_PARTNER_H

#include "client/cmd.h"

extern const struct client_opt client_cmd_partner_propose_opts[], client_cmd_partner_sign_opts[], client_cmd_partner_revoke_opts[],
    client_cmd_partner_send_opts[], client_cmd_staff_revoke_opts[];

/* partner propose: admit an organisation (--org), another root key (--org, --replaces), or more pseudonyms (--quota). */
MUST_USE enum err client_cmd_partner_propose(struct client_run *r);
/* partner sign: show what it says and add this organisation's signature. */
MUST_USE enum err client_cmd_partner_sign(struct client_run *r);
/* partner revoke: an organisation, or one key of it. */
MUST_USE enum err client_cmd_partner_revoke(struct client_run *r);

#endif
