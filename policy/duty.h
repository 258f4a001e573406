/*
 * policy/duty: what goes with a permission: duties and the end of access. Pure.
 * POLICY.md, duties and terms.
 */
#ifndef POLICY_DUTY_H
#define POLICY_DUTY_H

#include "policy/pack.h"

enum { POLICY_QUESTIONS = 17 };

/* For the loader: what follows from the name and class of a section, the name of a ground, a whole rule. */
void policy_duty_of_section(const char *name, struct policy_section *section);
void policy_duty_of_ground(const char *name, struct policy_ground *ground);
uint32_t policy_duty_of_rule(const struct policy_pack *pack, const struct policy_rule *rule);
/* Fill pack->feedback: which receiver of which report answers within how many working days. */
void policy_duty_feedback(struct policy_pack *pack);

/* The days of access that a rule gives for a section: the shorter of the rule's and the section's. */
uint16_t policy_duty_days(const struct policy_pack *pack, const struct policy_rule *rule, uint8_t section);

/*
 * The moment at which access ends: midnight in the Netherlands at the start of the day that is days after the
 * day of the grant. granted_s is the leaf time of the grant.
 */
uint64_t policy_duty_access_end(uint64_t granted_s, uint16_t days);

#endif
