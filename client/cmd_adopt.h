/*
 * client/cmd_adopt: "schakel policy pack" and "schakel policy adopt ...": pack.json beside the tables, the signatures of adopters, the advice
 * of data protection officers, and taking an adopted pack into the home. The folder travels between partners as files.
 */
#ifndef CLIENT_CMD_ADOPT_H
#define CLIENT_CMD_ADOPT_H

#include "client/cmd.h"
#include "server/manifest.h"

extern const struct client_opt client_cmd_adopt_pack_opts[], client_cmd_adopt_propose_opts[], client_cmd_adopt_sign_opts[],
    client_cmd_adopt_advise_opts[], client_cmd_adopt_list_opts[], client_cmd_adopt_take_opts[];

MUST_USE enum err client_cmd_adopt_pack(struct client_run *r);
MUST_USE enum err client_cmd_adopt_propose(struct client_run *r);
MUST_USE enum err client_cmd_adopt_sign(struct client_run *r);
MUST_USE enum err client_cmd_adopt_advise(struct client_run *r);
MUST_USE enum err client_cmd_adopt_list(struct client_run *r);
MUST_USE enum err client_cmd_adopt_take(struct client_run *r);

/*
 * Into r->reply: the pack's name, version, day and digest, who adopted it and who advised, judged by HOME/region and by the registry as the
 * own node has it; while that does not run the reply says so. Without a region nobody is listed. Changes r->args.
 */
MUST_USE enum err client_cmd_adopt_describe(struct client_run *r, const struct server_manifest *m);
/* HOME/region. Gives *out (free()); NULL and OK when there is none. */
MUST_USE enum err client_cmd_adopt_region(struct client_run *r, struct proto_region **out);

#endif
