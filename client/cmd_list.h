/*
 * client/cmd_list: the commands that show a list: a page for people, --limit, --skip and --all. Runs here, and
 * calls the node as often as it takes.
 */
#ifndef CLIENT_CMD_LIST_H
#define CLIENT_CMD_LIST_H

#include "client/cmd.h"

/* The local column of a row whose call gives one array, and "more" and "skip" when it goes on. */
MUST_USE enum err client_cmd_list(struct client_run *r);

/* The options for it, the last of a list's. */
#define CLIENT_CMD_LIST_PAGE \
    {"limit", CLIENT_OPT_NUMBER, false, {"at most so many rows; 25 if left out", \
        "hoogstens zoveel rijen; 25 als u niets kiest"}, "N", NULL}, \
    {"skip", CLIENT_OPT_NUMBER, false, {"leave out so many rows: the next page", \
        "sla zoveel rijen over: de volgende bladzijde"}, "N", NULL}
#define CLIENT_CMD_LIST_ALL {"all", CLIENT_OPT_FLAG, false, {"every row", "alle rijen"}, NULL, NULL}

#endif
