/*
 * server/registry: the registry for a role without a store: a file with a copy of it (proto/registry), folded into the role's region. At the
 * hub core writes the file; at a keyholder the role does, with what nodes bring (P-195): every node does, so that no hub can keep a
 * revocation from it. Each reader checks the whole copy itself. One thread.
 */
#ifndef SERVER_REGISTRY_H
#define SERVER_REGISTRY_H

#include "proto/registry.h"

struct server_registry;

/*
 * Where the copy lies in the home of a hub or keyholder: a folder of its own, for the kernel lets a role into folders and not to files that are
 * replaced (base/jail), and beside it lie keys.
 */
#define SERVER_REGISTRY_FOLDER "public"
#define SERVER_REGISTRY_FILE SERVER_REGISTRY_FOLDER "/registry"
/* The copy that counts: that, or HOME/registry as long as a home of before has only this. ERR_LONG. */
MUST_USE enum err server_registry_place(const char *home, char *out, size_t room);
/* Before roles start: make the folder, and move there what a home of before has. ERR_IO, ERR_LONG. */
MUST_USE enum err server_registry_settle(const char *home, struct trouble *t);

/* path is copied, region borrowed; nothing is read yet. */
MUST_USE enum err server_registry_new(const char *path, struct proto_region *region, struct server_registry **out);
void server_registry_free(struct server_registry *r);  /* takes NULL */

/*
 * The first reading, before anything is answered: a file that is there must hold, or what was revoked would count again. OK also when there
 * is none yet; what proto_registry_copy_take says, ERR_LONG, ERR_IO, ERR_NOMEM, with the next step in t.
 */
MUST_USE enum err server_registry_load(struct server_registry *r, struct trouble *t);
/* Has the file changed since it was read? Reads nothing of what refresh writes but the file's times. */
bool server_registry_is_stale(const struct server_registry *r);
/* Fold what is new in the file, when it changed. A copy that does not hold is logged and changes nothing; ERR_NOMEM. */
MUST_USE enum err server_registry_refresh(struct server_registry *r);

/*
 * Leaves from index first on, brought by somebody: checked, written, folded. *have is how many there are then. OK also when they do not
 * begin where ours end: *have says where. A part that does not reach its checkpoint is kept in memory, when its proof (P-195) shows that
 * it is one, until the rest came; *have counts it, and a part that does not hold takes nothing of it away. ERR_SIGNATURE and the like:
 * another history, nothing is changed; ERR_EXPIRED: a leaf of it, proven, is of the future (proto_registry_is_ahead; logged once), and this
 * part alone is not kept; ERR_IO.
 */
MUST_USE enum err server_registry_take(struct server_registry *r, uint64_t first, const uint8_t *copy, size_t len, uint64_t *have);

/*
 * Which file is there: who writes it anew puts another in its place. At a hub core does at each start, from its store, which is the truth: the
 * file of before may be damaged or older, and nobody may be answered by it. So the parent takes the stamp before it starts core, and the
 * other role waits until there is another: fd is its socket to the gate. ERR_PEER: nobody is at the other end any more, or the
 * program stops.
 */
enum { SERVER_REGISTRY_STAMP = 24 };
void server_registry_stamp(const char *path, uint8_t out[SERVER_REGISTRY_STAMP]);  /* zeros: there is none */
MUST_USE enum err server_registry_await(const char *path, const uint8_t before[SERVER_REGISTRY_STAMP], int fd);

const struct proto_registry *server_registry_fold(const struct server_registry *r);

#endif
