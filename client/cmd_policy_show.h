/*
 * client/cmd_policy_show: "schakel policy show --pack DIR": the matrix as one HTML page to read and print: who may get
 * what from whom for which purpose, on which grounds, after which event, for how long, and where that stands in the
 * law. Needs no home, no node and no keys; works on drafts. Without --pack the command asks the node instead.
 */
#ifndef CLIENT_CMD_POLICY_SHOW_H
#define CLIENT_CMD_POLICY_SHOW_H

#include "client/cmd.h"

#include <stdio.h>

/* Write the page to out. The first mistake of the pack, its texts or its sources as trouble;
 * nothing is written then. Without sources.csv, as in an older pack, that column stays empty. */
MUST_USE enum err client_cmd_policy_show(const char *pack_dir, enum lang lang, FILE *out, struct trouble *t);

/* For the row of the command table: --pack DIR [--out FILE], or [--purpose PURPOSE] to the node. */
MUST_USE enum err client_cmd_policy_show_run(struct client_run *r);

/* What a command writes in a file of its own: to path, or to standard output when it is NULL. Takes text (free). */
MUST_USE enum err client_cmd_policy_show_put(const char *path, char *text, size_t len, struct trouble *t);

#endif
