/*
 * hub/envelope: what can be said of a frame without the store: form, signature, certificates, statements inside. Pure, but for reading
 * the keys in memory; any number of threads at once.
 */
#ifndef HUB_ENVELOPE_H
#define HUB_ENVELOPE_H

#include "hub/certs.h"
#include "hub/job.h"

struct hub_envelope_context {
    const struct proto_region *region;
    struct hub_certs *certs;
    struct hub_registry *registry;  /* NULL: the region never changes */
};

/* Judge j->frame: fills what the pool fills. Never fails; what is wrong is in j->refusal. */
void hub_envelope_judge(const struct hub_envelope_context *c, struct hub_job *j);

/* What the clock says at now_s: PROTO_ACCEPTED, or STALE, UNKNOWN_KEY when a certificate is not valid then, or
 * REVOKED, UNKNOWN_PARTNER when sender or addressee takes no part any more, or not yet. */
enum proto_refusal hub_envelope_judge_times(const struct hub_job *j, uint64_t now_s, uint64_t leaf_s);

#endif
