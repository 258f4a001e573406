/*
 * policy/clocks: how long what is done afterwards may take: weighing, second eyes, telling the family, the answer to a
 * report. In Dutch civil time; working days are those of the Netherlands. Pure. POLICY.md, section 6.
 *
 * The terms are numbers of the pack (parameters.csv). A region may make them shorter; what is longer than the number
 * here, or not there, counts as the number here.
 */
#ifndef POLICY_CLOCKS_H
#define POLICY_CLOCKS_H

#include "policy/pack.h"

enum {
    POLICY_CLOCKS_WEIGH_HOURS = 24,   /* weigh_post_hours: weighed afterwards, from the grant */
    POLICY_CLOCKS_EYES_DAYS = 1,      /* eyes_post_days: second eyes afterwards, in working days */
    POLICY_CLOCKS_INFORM_DAYS = 30,   /* inform_after_days: the family is told afterwards */
    POLICY_CLOCKS_DEFER_DAYS = 14     /* inform_defer_days: it is told later, for safety; and each extension of that */
};

/*
 * Does the Netherlands work on this day: no weekend, New Year, Easter Monday, King's day (27 April, or the 26th if
 * that is a Sunday), Ascension day, Whit Monday, Christmas; and no 5 May in a year that the parameter
 * liberation_day_years divides (5: the lustrum years; 1: each; 0 or none: never). Good Friday is a working day.
 */
bool policy_clocks_is_working_day(const struct policy_pack *pack, struct date day);

/* The last of so many working days after this day, which itself does not count. */
struct date policy_clocks_working_days_after(const struct policy_pack *pack, struct date from, unsigned days);

/* The moment at which it is too late. from_s is the leaf time of the grant; of a longer deferral, when it was given. */
uint64_t policy_clocks_weigh_end(const struct policy_pack *pack, uint64_t from_s);
uint64_t policy_clocks_eyes_end(const struct policy_pack *pack, uint64_t from_s);
uint64_t policy_clocks_inform_end(const struct policy_pack *pack, uint64_t from_s);
uint64_t policy_clocks_defer_end(const struct policy_pack *pack, uint64_t from_s);

#endif
