/*
 * client/cmd_policy_diff: "schakel policy diff": every decision that changes between two packs, for people to
 * read. Reads files, writes to a stream; needs no home, no node and no keys. Works on drafts.
 */
#ifndef CLIENT_CMD_POLICY_DIFF_H
#define CLIENT_CMD_POLICY_DIFF_H

#include "client/cmd.h"

#include <stdio.h>

/* All borrowed. */
struct client_cmd_policy_diff {
    const char *pack_dir[2];  /* folders with the tables of a pack: before and after */
    enum lang lang;
    bool json; /* one object: ok, packs, groups, parameters, places, combinations, changed, mistakes */
    bool on_terminal;         /* show on stderr how far it is */
    FILE *out;
};

/*
 * Compare. Writes the groups of decisions that change: who gains, who loses, what is permitted in another
 * way, and where a no has become another no; each with the rule, all places, and an example as rows of
 * cases.csv. Then the parameters that change. Otherwise the class of what kept it from comparing; it was
 * written to out.
 */
MUST_USE enum err client_cmd_policy_diff(const struct client_cmd_policy_diff *diff);

/* The same for a row of the command table. */
extern const struct client_opt client_cmd_policy_diff_opts[];
MUST_USE enum err client_cmd_policy_diff_run(struct client_run *r);

#endif
