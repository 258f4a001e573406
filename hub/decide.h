/*
 * hub/decide: one question, section by section: facts from the stored rows, the policy's answer, the rows of
 * a reply. The same function decides at request, at grant and at fetch. Reads, never writes.
 */
#ifndef HUB_DECIDE_H
#define HUB_DECIDE_H

#include "hub/facts.h"
#include "hub/store_grant.h"
#include "hub/store_request.h"

struct hub_decision {
    struct proto_rows rows;             /* one per section asked, in order */
    struct proto_sections permitted;
    uint64_t end_s[PROTO_SECTIONS_MAX]; /* by row: the latest end of access, of one that is permitted */
};

/*
 * Decide about these sections. Before the grant the rows are for the asker: what waits only for the holder is
 * a PERMIT at the holder, and nobody's no is told. After it they are for the holder.
 */
MUST_USE enum err hub_decide(const struct hub_state *s, struct kv_txn *x, const struct hub_question *q,
    const struct proto_sections *sections, struct hub_decision *out);

/* Were all of them permitted? */
bool hub_decision_is_whole(const struct hub_decision *d);

/* A grant may not outlast any of its sections: those that end before until_s become a DENY, PROTO_REASON_OUTLASTS. */
void hub_decision_limit(struct hub_decision *d, uint64_t until_s);

/*
 * A grant or offer as it stands in the rows, asked again at now_s. ERR_NOTFOUND when a partner is no longer
 * in the region.
 */
MUST_USE enum err hub_decide_again(const struct hub_state *s, struct kv_txn *x, const struct hub_request *r,
    const struct hub_grant *g, uint64_t now_s, struct hub_decision *out);

#endif
