/*
 * client/cmd_policy_check: "schakel policy check": what is true of a whole pack. Reads files, writes to a
 * stream; needs no home, no node and no keys. Works on drafts.
 */
#ifndef CLIENT_CMD_POLICY_CHECK_H
#define CLIENT_CMD_POLICY_CHECK_H

#include "client/cmd.h"

#include <stdio.h>

/* All borrowed. */
struct client_cmd_policy_check {
    const char *pack_dir;  /* a folder with the tables of a pack, and invariants.csv */
    const char *base_dir;  /* NULL: it is no region's pack */
    enum lang lang;
    bool json; /* one object: ok, draft, pack, invariants, checked, places, combinations, broken, mistakes */
    bool on_terminal;      /* show on stderr how far it is */
    FILE *out;
};

/*
 * Check. Writes each mistake in the tables; each broken invariant with its name, what it says, where it
 * stands and the smallest counter-example as a row of cases.csv; and what was checked. *broken is how many
 * findings there were, OK also when that is not 0. Otherwise the class of what kept it from checking, *broken
 * untouched; it was written to out.
 */
MUST_USE enum err client_cmd_policy_check(const struct client_cmd_policy_check *check, size_t *broken);

/* The same for a row of the command table. ERR_RANGE when something is broken. */
extern const struct client_opt client_cmd_policy_check_opts[];
MUST_USE enum err client_cmd_policy_check_run(struct client_run *r);

#endif
