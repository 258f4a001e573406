/*
 * hub/roster: who has joined and who is blocked, from the folder partners/ of the hub's home: HANDLE.join is the join request that
 * `welcome` accepted, HANDLE.blocked an empty file. The running hub looks again when the folder has changed. Verifies all it reads. One thread.
 */
#ifndef HUB_ROSTER_H
#define HUB_ROSTER_H

#include "base/err.h"
#include "hub/certs.h"
#include "proto/region.h"

#include <stdbool.h>
#include <stdint.h>

struct hub_roster;

/* region and certs are borrowed as long as the roster lives; path is copied. Reads nothing yet. */
MUST_USE enum err hub_roster_new(const char *path, const struct proto_region *region, struct hub_certs *certs,
    struct hub_roster **out);
void hub_roster_free(struct hub_roster *r);  /* takes NULL */

/* For each certificate found, verified; signed_cert is borrowed during the call. */
typedef enum err hub_roster_each(void *arg, const struct proto_cert *cert, const uint8_t *signed_cert, size_t len);

/*
 * When the folder has changed since the last look (or might have): read it, put its certificates into certs and hand each to
 * each (may be NULL). *changed says whether it was read. A file that does not verify is logged and passed over. ERR_IO, ERR_NOMEM
 * or what each returned.
 */
MUST_USE enum err hub_roster_refresh(struct hub_roster *r, hub_roster_each *each, void *arg, bool *changed);

/* The next refresh reads the folder whether it changed or not: the region has another partner. */
void hub_roster_forget(struct hub_roster *r);

bool hub_roster_is_blocked(const struct hub_roster *r, const struct proto_partner *p);

/* The name in the folder; that of a block is known to server/blocks. ERR_LONG. */
MUST_USE enum err hub_roster_join_path(const char *folder, const char *handle, char *out, size_t out_len);

#endif
