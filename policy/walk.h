/*
 * policy/walk: all facts that can matter to one class of policy/space, one after the other.
 *
 * Why it leaves nothing out. Besides asker, purpose, holder and section policy/eval looks at:
 * - the age: to see which rules match, which changes at the ages that rules name only, and in policy/consent,
 * which changes at 12, 16 and 18 only. One age of each interval is taken, and the unknown one.
 * - the events: whether one of each alternative of a rule is there. An event that no matching rule names
 * changes nothing. Two that are named at the same places, and that the caller's marks do not tell apart, can
 * stand for each other, and both together are one of them. So one of each such group is there or not, in
 * every combination.
 * - the consent: complete, refused, or neither, which is all that the evaluator asks of policy/consent.
 * - the flags: each is set and not set, but for those that the evaluator does not reach: membership where no
 * case is needed, a consent after an objection where there is none, identifiable where the section is not
 * anonymous. Nothing is said of hub_view and before_grant: they are not the final word. policy/proofs asks
 * them apart.
 */
#ifndef POLICY_WALK_H
#define POLICY_WALK_H

#include "policy/space.h"

enum { POLICY_WALK_GROUPS_MAX = 12, POLICY_WALK_COMBINATIONS_MAX = 1 << 12 };

enum policy_walk_consent {
    POLICY_WALK_SILENT = 0,
    POLICY_WALK_REFUSED,
    POLICY_WALK_COMPLETE,
    POLICY_WALK_CONSENTS
};

/*
 * Events that can stand for each other, by one of them. state 0: it is not there; the others are masks of the
 * packs in which it counts.
 */
struct policy_walk_group {
    uint8_t event, states, state[4];
};

/* One combination of facts, as each pack sees it. */
struct policy_walk_point {
    const struct policy_space *space;
    const struct policy_space_class *class;
    const struct policy_walk_group *group;
    size_t groups;
    uint8_t at[POLICY_WALK_GROUPS_MAX];  /* the state of each group */
    uint64_t events;                     /* that are there for one of the packs; indexes of the space */
    size_t age;                          /* its interval in the space */
    enum policy_walk_consent consent;
    struct policy_facts facts[POLICY_SPACE_SIDES];
    uint8_t section[POLICY_SPACE_SIDES];
};

typedef void policy_walk_visit(void *arg, const struct policy_walk_point *point);

/*
 * Visit all points of a class; add their number to *points. tell is a mark of each event of the space: two
 * events with other marks never stand for each other; NULL when there are none. ERR_LONG when the rules of
 * the class name so many events apart from each other that there are more than 4,096 combinations: nothing
 * is visited.
 */
MUST_USE enum err policy_walk_class(const struct policy_space *space, size_t class, const uint64_t *tell,
    policy_walk_visit *visit, void *arg, uint64_t *points);

/* What the facts of a point say of people: whose yes or no there is. For an age in years, -1 unknown. */
void policy_walk_people(int age, enum policy_walk_consent consent, struct policy_facts *facts);

#endif
