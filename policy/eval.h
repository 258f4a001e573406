/*
 * policy/eval: facts to a verdict about one section, in the order of POLICY.md. Pure: no I/O, no clock, no
 * memory of earlier calls, no allocation; any thread. Deny by default: an index that is not in the pack is
 * denied.
 */
#ifndef POLICY_EVAL_H
#define POLICY_EVAL_H

#include "policy/pack.h"

/*
 * Decide. facts->given and refused must be those of the consent that covers this section (in the hub's view
 * consent_complete). out is always written.
 */
void policy_eval_section(const struct policy_pack *pack, const struct policy_facts *facts, uint8_t section,
    struct policy_decision *out);

/*
 * What the asker may read of a decision: a refusal and an incomplete consent are the same to the last field,
 * and name nobody. A step with at_holder is told as "at the holder", whatever it is. out may be decision.
 */
void policy_eval_for_asker(const struct policy_decision *decision, struct policy_decision *out);

/* Which slot of the index of ages says which conditions of age these facts meet. */
size_t policy_eval_age(const struct policy_facts *facts);

#endif
