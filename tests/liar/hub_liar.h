/* tests/liar: what the files of the lying hub share. */
#ifndef TESTS_LIAR_HUB_LIAR_H
#define TESTS_LIAR_HUB_LIAR_H

#include "hub/job.h"
#include "proto/note.h"

struct hub_core;

/* The core of this process since its first round; NULL before. */
struct hub_core *hub_liar_core(void);
/* The log's key under the registry's origin. */
void hub_liar_registry_key(const struct hub_core *c, char vkey[PROTO_NOTE_VKEY_ROOM]);

/*
 * hub_fork.c: the payloads of the other history, for who has cosigned or holds this many leaves. 0: the real one, for the fork is not reached
 * yet, or there is nothing to show.
 */
size_t hub_liar_fork_leaves(struct hub_core *c, struct kv_txn *x, uint64_t first, uint8_t *out, size_t cap);
size_t hub_liar_fork_request(struct hub_core *c, struct kv_txn *x, uint64_t old, uint8_t *out, size_t cap);

/*
 * hub_league.c: jobs that are believed though they were refused; a handler's no that becomes a yes (true: it did); and was this message one of
 * either?
 */
void hub_liar_believe(struct hub_core *c, struct hub_job *jobs);
bool hub_liar_passes(const struct hub_act *a, struct hub_outcome *o);
bool hub_liar_was_passed(const uint8_t id[PROTO_ID_LEN]);

#endif
