/*
 * client/mirror: the role of a node that keeps a copy of the log (client/logcopy), when its settings say `mirror = yes`. A process of its own: it
 * has no key, no store and no network, asks the vault as any command does, and tells it how it stands, which `status` shows. It ends with the
 * node only: no room, a hub that is away or a copy that is not whole are told and tried again.
 */
#ifndef CLIENT_MIRROR_H
#define CLIENT_MIRROR_H

#include "base/proc.h"
#include "client/home.h"

/* In the parent: start it for this home (a whole path). ERR_LONG with trouble, ERR_IO. */
MUST_USE enum err client_mirror_start(const char *home, const struct client_conf *conf, enum lang lang, struct proc *out, struct trouble *t);
/* In the child. Returns its exit code. */
int client_mirror_run(const char *program);

/* HOME/mirror without `mirror_folder`; a name that is no whole path is one in the home. ERR_LONG with trouble. */
MUST_USE enum err client_mirror_folder(const char *home, const struct client_conf *conf, char out[CLIENT_PATH_MAX], struct trouble *t);

/*
 * How long until the next try, in seconds, after this. Reading all of a large copy again is not for every few seconds. was_whole: a round of this
 * process went well, so that ERR_STATE is no longer that of a node which has just begun: the hub shows less than is in the folder.
 */
unsigned client_mirror_wait_s(enum err e, bool was_whole);
/* Nothing to log: it comes back by itself, and the node itself says so. */
bool client_mirror_is_quiet(enum err e, bool was_whole);
/* Is there room for more? With under 5 % of its disk free the copy waits: the store may lie on it too, and goes first. ERR_FULL with trouble. */
MUST_USE enum err client_mirror_room(const char *folder, struct trouble *t);

#endif
