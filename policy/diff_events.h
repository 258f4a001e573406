/*
 * policy/diff_events: which statements of an event count in one pack and not in the other, as its definitions
 * differ: by whom, with which reference, how old, for which pair and purpose. For policy/diff only.
 *
 * All ways in which policy/events tells statements apart are tried: each kind of setter that both packs know,
 * as asker, holder or another; without a reference and with one that was ticked; of the day itself and on
 * both sides of each term; of this pair and of another; for this purpose and for another.
 */
#ifndef POLICY_DIFF_EVENTS_H
#define POLICY_DIFF_EVENTS_H

#include "policy/events.h"
#include "policy/space.h"

struct policy_diff_events;

/* Gives *out (policy_diff_events_free). ERR_NOMEM. */
MUST_USE enum err policy_diff_events_new(const struct policy_space *space, struct policy_diff_events **out);
void policy_diff_events_free(struct policy_diff_events *events);  /* takes NULL */

/* The events that can count in the first pack alone, the second alone, and both, between two kinds. */
void policy_diff_events_mark(
    const struct policy_diff_events *events, const struct policy_space_cell *cell, uint64_t counts[3]);

/* Such a statement in words. state is 1 for one that counts in the first pack alone, 2 in the second. */
void policy_diff_events_tell(const struct policy_diff_events *events, const struct policy_space_cell *cell,
    uint8_t event, unsigned state, enum lang lang, char *out, size_t out_len);

#endif
