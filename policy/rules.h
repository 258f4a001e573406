/*
 * policy/rules: the table of rules into a pack, and the index that the evaluator reads. For policy/pack only.
 */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "policy/sets.h"

/* Read rules.csv. The sets must have been read. */
void policy_rules_load(struct policy_loading *loading, const struct policy_tables *tables);

/* Make pack->index from pack->rule. */
void policy_rules_index(struct policy_pack *pack);

#endif
