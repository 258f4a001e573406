/*
 * policy/consent: who must say yes at which age, and whether they did. Pure. POLICY.md, who must consent.
 */
#ifndef POLICY_CONSENT_H
#define POLICY_CONSENT_H

#include "base/clock.h"
#include "policy/model.h"

enum policy_consent_state { POLICY_CONSENT_INCOMPLETE = 0, POLICY_CONSENT_REFUSED, POLICY_CONSENT_COMPLETE };

struct policy_consent {
    enum policy_consent_state state;
    uint8_t required;  /* POLICY_WHO_* */
    uint8_t missing;   /* of required, who has not said yes; also POLICY_WHO_CUSTODY and POLICY_WHO_AGE */
};

/*
 * Whose yes is needed. Reads age_years, custody and incapable. POLICY_WHO_AGE alone when the age is not
 * known, and POLICY_WHO_CUSTODY where a holder of custody is needed and nobody is known to be one.
 */
uint8_t policy_consent_required(const struct policy_facts *facts);

/*
 * Whether they all said yes. A no of somebody whose yes is needed wins; of anybody else it changes nothing.
 */
struct policy_consent policy_consent_check(const struct policy_facts *facts);

/*
 * The first day on which a consent given on given and asked until asked no longer counts: asked, max_months
 * after given, or the 12th, 16th or 18th birthday after given, whichever comes first. A custody that changes
 * ends it too; that is for the caller.
 */
struct date policy_consent_end(struct date birth, struct date given, struct date asked, unsigned max_months);

#endif
