/*
 * hub/outside: public witnesses, reached over HTTP by a process of its own (hub/witness_role), which has no key and no store and sees public
 * notes only. Here is core's side: whom to ask when, and what to make of the answers; lines are verified under the region's keys like all
 * others (hub/witness). Setting: witnesses = NAME URL, NAME URL; the name is that of the witness in the region file.
 */
#ifndef HUB_OUTSIDE_H
#define HUB_OUTSIDE_H

#include "base/err.h"
#include "base/jail.h"
#include "base/json.h"
#include "proto/note.h"
#include "proto/region.h"

#include <stddef.h>
#include <stdint.h>

enum { HUB_OUTSIDE_MAX = 8, HUB_OUTSIDE_URL_MAX = 256, HUB_OUTSIDE_EVERY_MS = 5000,
    HUB_OUTSIDE_AFTER_TROUBLE_MS = 60000, HUB_OUTSIDE_UNKNOWN_MS = 1000, HUB_OUTSIDE_UNKNOWN_MAX_MS = 600000, HUB_OUTSIDE_ALARM_S = 3600,
    HUB_OUTSIDE_REQUEST_MAX = 16384, HUB_OUTSIDE_ANSWER_MAX = 8192 };

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
MUST_USE enum err hub_outside_open(const struct hub_outside_list *list, int fd, uint64_t now_s, struct hub_outside **out);
void hub_outside_close(struct hub_outside *o);  /* takes NULL */
/* Take an answer that is there, send what is due; waits for nothing. ERR_PEER when the role is gone. */
MUST_USE enum err hub_outside_step(struct hub_core *c);
/* The hub stops: the role may end. */
void hub_outside_stop(struct hub_outside *o);

/*
 * What a public witness last did with one of the logs. It is told of a log by its operator: nobody can make it know one over the wire
 * (c2sp.org/tlog-witness: 404), and the log's next origin (P-193) is another log to it.
 */
enum hub_outside_state {
    HUB_OUTSIDE_ASKED,          /* no answer since the hub started */
    HUB_OUTSIDE_COSIGNS, HUB_OUTSIDE_UNKNOWN,
    HUB_OUTSIDE_OTHER_KEY,      /* it knows the origin with another key */
    HUB_OUTSIDE_OTHER_HISTORY,  /* it cosigned what this log does not extend */
    HUB_OUTSIDE_NOT_ITS_KEY,    /* what it signs with is not the key that the region names (P-200) */
    HUB_OUTSIDE_SILENT,         /* no answer, or none that a witness gives */
    HUB_OUTSIDE_STATES
};
/* As it stands in the status file. */
const char *hub_outside_word(enum hub_outside_state s);
/* For the status file: a row for each witness and log, and whether somebody must look. Nothing without public witnesses. */
void hub_outside_status(const struct hub_core *c, cJSON *root);

/* What the witness role is told at its start. */
enum hub_start_witness { HUB_WITNESS_URLS, HUB_WITNESS_STARTS };
enum { HUB_WITNESS_CALLS = JAIL_THINK | JAIL_TALK | JAIL_DIAL };
/* The role: start block on 3, core on 4. Returns an exit code. */
int hub_witness_run(const char *program);

#endif
