/* hub mirror: a copy of the main log, now or going on (client/logcopy). A node does the same by itself when its settings say so (client/mirror). */
#include "client/cmd_mirror.h"

#include "client/logcopy.h"

#include <unistd.h>

enum { FOLLOW_S = 10 };

const struct client_opt client_cmd_mirror_opts[] = {
    {"out", CLIENT_OPT_TEXT, true, {"the folder; what it has is kept and added to", "de map; wat erin staat blijft en wordt aangevuld"}, "DIR", NULL},
    {"follow", CLIENT_OPT_FLAG, false, {"go on until stopped, every 10 seconds; the node may be away meanwhile (with mirror = yes in schakel.conf a "
        "node does this by itself)",
        "ga door tot een stopsein, elke 10 seconden; het knooppunt mag intussen weg zijn (met mirror = yes in schakel.conf doet een knooppunt dit "
        "zelf)"}, NULL, NULL},
    {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL}};

/* A node or hub that is away comes back; leaves that do not give the root do not. What came of a question half answered is read again. */
static enum err follow(struct client_run *r, struct client_logcopy *c, uint64_t *statements)
{
    enum err e = OK;

    while (e == OK || e == ERR_PEER || e == ERR_BUSY || e == ERR_EXPIRED || e == ERR_NOTFOUND) {
        (void)sleep(FOLLOW_S);
        *r->t = (struct trouble){.lang = r->lang};
        e = client_logcopy_read(c);
        if (e == OK)
            e = client_logcopy_more(c, statements);
    }
    return e;
}

enum err client_cmd_hub_mirror(struct client_run *r)
{
    struct client_logcopy *c = NULL;
    const char *folder = client_run_text(r, "out");
    uint64_t before = 0, statements = 0;
    enum err e = client_logcopy_open(r, folder, &c);

    if (e == OK)
        e = client_logcopy_read(c);
    if (e == OK) {
        before = client_logcopy_size(c);
        e = client_logcopy_more(c, &statements);
    }
    if (e == OK && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(r->args, "follow")))
        e = follow(r, c, &statements);
    if (e == OK) {
        r->reply = cJSON_CreateObject();
        json_add_text(r->reply, "folder", folder);
        json_add_u64(r->reply, "leaves", client_logcopy_size(c));
        json_add_u64(r->reply, "added", client_logcopy_size(c) - before);
        json_add_u64(r->reply, "statements", statements);
    }
    client_logcopy_close(c);
    return e == OK ? OK : trouble_set(r->t, e, "the log could not be copied (%s)", "het logboek kon niet worden gekopieerd (%s)", err_word(e));
}
