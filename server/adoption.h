/*
 * server/adoption: who adopted a pack, by the notes in its pack.json: registry statements of the act pack (P-185), one for each partner, by
 * an adopter of it or its root key. Judged as the registry would judge them at the moment they were made. Any thread.
 */
#ifndef SERVER_ADOPTION_H
#define SERVER_ADOPTION_H

#include "proto/registry.h"
#include "server/manifest.h"

/* One note: who signed it, when, and whether it counts. */
struct server_adopter {
    char handle[33];               /* "" when the note has no signature line */
    uint64_t made_s;
    enum proto_registry_why why;   /* PROTO_REG_COUNTS: it counts in the registry ... */
    bool is_of_this;               /* ... and speaks of this pack, its name, version and day */
};

struct server_adoption {
    size_t notes;
    struct server_adopter note[SERVER_MANIFEST_NOTES_MAX];
    size_t adopters, needed;       /* partners that adopted this pack from its day; how many the region file asks */
};

/*
 * region must be as it was parsed; nothing is folded into it. log (may be NULL): the region's registry; who it revoked, or whose key, has not
 * adopted, whatever day stands in the note. ERR_NOMEM.
 */
MUST_USE enum err server_adoption_of(const struct proto_region *region, const struct proto_registry *log, const struct server_manifest *m,
    struct server_adoption *out);

/*
 * Notes, of any number of packs, into a registry in the order in which they were made, as it takes nothing from before its last. why (may be
 * NULL) has room for n. ERR_FULL, ERR_NOMEM.
 */
MUST_USE enum err server_adoption_fold(struct proto_registry *r, char *const *notes, size_t n, enum proto_registry_why *why);

/* The statement by which a partner adopts a pack from the day its pack.json names; made at now_s, to be in the registry within 90 days. */
void server_adoption_say(const struct server_manifest *m, const struct proto_region *region, uint64_t now_s, struct proto_registry_say *out);

#endif
