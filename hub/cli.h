/*
 * hub/cli: the commands of schakel-hub as rows of a table: words, options, function. Every command has --home, --json, --lang and
 * --help; exit codes are those of sysexits. With --json everything, errors too, is one line of JSON on stdout:
 * {"ok":true,...} or {"ok":false,"error":{"class","text","where","line","column"}}.
 */
#ifndef HUB_CLI_H
#define HUB_CLI_H

#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>

/* Which options a command knows besides those of every command. */
enum {
    HUB_OPT_NAME = 1 << 0, HUB_OPT_ORIGIN = 1 << 1, HUB_OPT_REGION = 1 << 2, HUB_OPT_LISTEN = 1 << 3, HUB_OPT_PLAIN = 1 << 4,
    HUB_OPT_PACK = 1 << 5, HUB_OPT_OUTPUT = 1 << 6, HUB_OPT_ADDRESS = 1 << 7, HUB_OPT_UNDO = 1 << 8, HUB_OPT_MIRROR = 1 << 9,
    HUB_OPT_RESTORE = 1 << 10
};

/* A command under way. Texts are borrowed from argv. */
struct hub_cli {
    enum lang lang;
    bool json, plain, undo, newest, lost;
    const char *home;
    const char *name, *origin, *region, *listen, *pack, *output, *address, *mirror, *registry, *new_origin, *checkpoint;
    const char *argument;   /* the bare one, NULL when the command has none */
    cJSON *reply;           /* filled by the command */
    int exit_code;          /* instead of the class's own; 0: that */
    struct trouble *t;
};

typedef enum err hub_command(struct hub_cli *c);

struct hub_cli_row {
    const char *name;
    const char *argument;         /* what stands for the bare argument in --help; NULL: there is none */
    unsigned options;
    hub_command *run;
    const char *en, *nl;          /* one sentence each */
};

hub_command hub_cmd_init, hub_cmd_run, hub_cmd_welcome, hub_cmd_partners, hub_cmd_block, hub_cmd_adopt, hub_cmd_status, hub_cmd_export,
    hub_cmd_backup, hub_cmd_restore, hub_cmd_rotate, hub_cmd_witnesses;

extern const struct hub_cli_row hub_cli_rows[];  /* ends with name NULL; hub/texts.c */

/* The label for people of a reply's key; the key itself when it has none. */
const char *hub_texts_label(const char *key, enum lang lang);

/* The whole program when it is no role. Returns the exit code. */
int hub_cli_main(int argc, char **argv);

#endif
