/*
 * client/cmd_overlay: "schakel policy overlay": a region's pack from the Dutch one and a folder with what differs. Reads and writes files;
 * needs no home, no node and no keys.
 */
#ifndef CLIENT_CMD_OVERLAY_H
#define CLIENT_CMD_OVERLAY_H

#include "client/cmd.h"
#include "client/loosen.h"

extern const struct client_opt client_cmd_overlay_opts[];
/* ERR_RANGE when something is looser than the base allows: it was told with its example, and nothing was made. */
MUST_USE enum err client_cmd_overlay(struct client_run *r);

/* client_loosen_check of a pack against the folder of its base, with the marks that lie there. Mistakes and findings go to arg. */
MUST_USE enum err client_cmd_overlay_prove(const char *base, const struct policy_pack *region, enum lang lang, csv_report *mistake,
    client_loosened_report *report, void *arg, size_t *count);

#endif
