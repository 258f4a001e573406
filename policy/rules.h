/*
 * policy/rules: the table of rules into a pack, and the index that the evaluator reads. For policy/pack, and for
 * other tables that name ages.
 */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "policy/sets.h"

/* Read rules.csv. The sets must have been read. */
void policy_rules_load(struct policy_loading *loading, const struct policy_tables *tables);

/* "16..22", "..17" or "18.."; also with a - for the dots. False for anything else; both are then untouched. */
MUST_USE bool policy_rules_ages(const char *cell, uint8_t *min, uint8_t *max);

/* Make pack->index from pack->rule. */
void policy_rules_index(struct policy_pack *pack);

#endif
