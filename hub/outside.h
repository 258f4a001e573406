/*
 * hub/outside: public witnesses, reached over HTTP by a process of its own (hub/witness_role), which has no key and no store and sees public
 * notes only. Here is core's side: whom to ask when, and what to make of the answers; lines are verified under the region's keys like all
 * others (hub/witness). Setting: witnesses = NAME URL, NAME URL; the name is that of the witness in the region file.
 */
#ifndef HUB_OUTSIDE_H
#define HUB_OUTSIDE_H

#include "base/err.h"
#include "proto/note.h"
#include "proto/region.h"

#include <stddef.h>
#include <stdint.h>

enum { HUB_OUTSIDE_MAX = 8, HUB_OUTSIDE_URL_MAX = 256, HUB_OUTSIDE_EVERY_MS = 5000,
    HUB_OUTSIDE_AFTER_TROUBLE_MS = 60000, HUB_OUTSIDE_AFTER_UNKNOWN_MS = 600000, HUB_OUTSIDE_REQUEST_MAX = 16384, HUB_OUTSIDE_ANSWER_MAX = 8192 };

struct hub_outside_list {
    size_t count;
    struct { char name[PROTO_NOTE_NAME_MAX + 1], url[HUB_OUTSIDE_URL_MAX]; } at[HUB_OUTSIDE_MAX];
};

/* ERR_CONFIG with trouble: no name, no http(s) URL, too many. An empty text is an empty list. */
MUST_USE enum err hub_outside_parse(const char *text, struct hub_outside_list *out, struct trouble *t);
/* Each must be an outsider of the region, else nobody would count its lines. ERR_CONFIG with trouble. */
MUST_USE enum err hub_outside_check(const struct hub_outside_list *list, const struct proto_region *region, struct trouble *t);

struct hub_core;
struct hub_outside;
/* fd is the role's socket. Gives *out. */
MUST_USE enum err hub_outside_open(const struct hub_outside_list *list, int fd, struct hub_outside **out);
void hub_outside_close(struct hub_outside *o);  /* takes NULL */
/* Take an answer that is there, send what is due; waits for nothing. ERR_PEER when the role is gone. */
MUST_USE enum err hub_outside_step(struct hub_core *c);
/* The hub stops: the role may end. */
void hub_outside_stop(struct hub_outside *o);

/* What the witness role is told at its start. */
enum hub_start_witness { HUB_WITNESS_URLS, HUB_WITNESS_STARTS };
/* The role: start block on 3, core on 4. Returns an exit code. */
int hub_witness_run(const char *program);

#endif
