/*
 * client/cmd_policy_register: "schakel policy register": the record of processing activities (GDPR art. 30(1)) that
 * follows from a pack, for a kind of partner: a row for each purpose, once for what it receives and once for what it
 * gives. As a table (CSV) or a page (HTML). What a pack cannot know (the controller's name, its contact) is given, or
 * left open and said to be so. Needs no home, no node and no keys; works on drafts.
 */
#ifndef CLIENT_CMD_POLICY_REGISTER_H
#define CLIENT_CMD_POLICY_REGISTER_H

#include "client/cmd.h"

#include <stdio.h>

/* All borrowed. */
struct client_cmd_policy_register {
    const char *pack_dir;
    const char *kind;        /* of the partner; NULL: every kind */
    const char *controller;  /* name and contact of the controller and its data protection officer; NULL: to be filled in */
    bool html;
    enum lang lang;
    FILE *out;
};

/*
 * Write it. ERR_NOTFOUND for a kind that is not in the pack, else the first mistake of the pack or its texts, as
 * trouble; nothing is written then.
 */
MUST_USE enum err client_cmd_policy_register(const struct client_cmd_policy_register *reg, struct trouble *t);

extern const struct client_opt client_cmd_policy_register_opts[];
MUST_USE enum err client_cmd_policy_register_run(struct client_run *r);

#endif
