/*
 * policy/ways: which rules would open a section if their events were there: what "an event is missing" means, rule
 * by rule. Pure. It says what the pack asks for and never what is there already (POLICY.md, evaluation order, 7).
 */
#ifndef POLICY_WAYS_H
#define POLICY_WAYS_H

#include "policy/pack.h"

/* Indexes of rules, those of mode A first, each mode in table order: the order in which they are tried. */
struct policy_ways {
    size_t count;
    uint8_t rule[POLICY_RULES_MAX];
};

/*
 * The rules of mode A and C that match asker, purpose, holder, section and age. The events of all of them together
 * are the need_events of a NEED_EVENT. Always written; none for an index that is not in the pack.
 */
void policy_ways_find(const struct policy_pack *pack, const struct policy_facts *facts, uint8_t section,
    struct policy_ways *out);

#endif
