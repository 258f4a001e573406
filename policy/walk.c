#include "policy/walk.h"

/* Flags of a point, in the order in which they are counted through. */
enum {
    NOMEMBER = 1,
    WEIGHED = 2,
    SECOND = 4,
    RESTRICTED = 8,
    CONSENT_AFTER = 16,
    IDENTIFIABLE = 32,
    FLAGS = 64
};

/* Does each need of the class's rules hold both events or neither? */
static bool is_same_need(
    const struct policy_space *space, const struct policy_space_class *class, uint8_t a, uint8_t b)
{
    for (size_t side = 0; side < space->sides; side++) {
        uint64_t one = policy_space_unmask(space, POLICY_SET_EVENTS, side, UINT64_C(1) << a),
                 other = policy_space_unmask(space, POLICY_SET_EVENTS, side, UINT64_C(1) << b);

        for (size_t i = 0; i < space->pack[side]->rules; i++) {
            const struct policy_rule *r = &space->pack[side]->rule[i];

            for (size_t n = 0; policy_space_has(class->key.rules[side], i) && n < r->needs; n++)
                if (((r->need[n] & one) != 0) != ((r->need[n] & other) != 0))
                    return false;
        }
    }
    return true;
}

/* Which of the caller's masks of events hold this one. */
static unsigned marks_of(const struct policy_space_mark *mark, uint8_t event)
{
    return (unsigned)(mark->counts[0] >> event & 1) | (unsigned)(mark->counts[1] >> event & 1) << 1
        | (unsigned)(mark->counts[2] >> event & 1) << 2 | (unsigned)(mark->alone >> event & 1) << 3
        | (unsigned)(mark->real >> event & 1) << 4;
}

/* Find the groups of a class. False when there would be too many combinations. */
static bool make_groups(struct policy_walk_point *p, const uint64_t *tell, struct policy_walk_group *group)
{
    const struct policy_space_mark *mark = &p->class->key.mark;
    size_t combinations = 1, known;

    for (uint64_t left = p->class->events; left != 0; left &= left - 1) {
        uint8_t event = (uint8_t)__builtin_ctzll(left);
        struct policy_walk_group g = { .event = event, .states = 1 };

        for (known = 0; known < p->groups; known++)
            if (marks_of(mark, group[known].event) == marks_of(mark, event)
                && (tell == NULL || tell[group[known].event] == tell[event])
                && is_same_need(p->space, p->class, group[known].event, event))
                break;
        if (known < p->groups)
            continue;
        for (uint8_t state = 1; state <= 3; state++)
            if ((mark->counts[state - 1] >> event & 1) != 0)
                g.state[g.states++] = state;
        if (g.states == 1)
            continue;  /* nobody can make it count */
        combinations *= g.states;
        if (combinations > POLICY_WALK_COMBINATIONS_MAX)
            return false;
        group[p->groups++] = g;
    }
    return true;
}

void policy_walk_people(int age, enum policy_walk_consent consent, struct policy_facts *facts)
{
    uint8_t young = age >= 12 ? POLICY_WHO_Y : 0, parent = age >= 0 && age < 16 ? POLICY_WHO_G1 : 0;

    facts->age_years = age;
    facts->custody = consent == POLICY_WALK_SILENT ? 0 : parent;
    facts->given = consent == POLICY_WALK_COMPLETE ? young | parent : 0;
    facts->refused = 0;
    if (consent == POLICY_WALK_REFUSED)
        facts->refused = parent != 0 ? parent : young;
}

static void put_flags(struct policy_walk_point *p, unsigned flags)
{
    for (size_t side = 0; side < p->space->sides; side++) {
        struct policy_facts *f = &p->facts[side];

        f->member = (flags & NOMEMBER) == 0;
        f->weighed = (flags & WEIGHED) != 0;
        f->second = (flags & SECOND) != 0;
        f->restricted = (flags & RESTRICTED) != 0;
        f->consent_after = (flags & CONSENT_AFTER) != 0;
        f->identifiable = (flags & IDENTIFIABLE) != 0;
    }
}

/* All flags, for one combination of the rest. */
static uint64_t walk_flags(struct policy_walk_point *p, policy_walk_visit *visit, void *arg)
{
    uint64_t points = 0;

    for (unsigned flags = 0; flags < FLAGS; flags++) {
        if (((flags & NOMEMBER) != 0 && !p->class->needs_case)
            || ((flags & IDENTIFIABLE) != 0 && !p->class->is_anon)
            || ((flags & CONSENT_AFTER) != 0 && (flags & RESTRICTED) == 0))
            continue;
        put_flags(p, flags);
        visit(arg, p);
        points++;
    }
    return points;
}

/* All ages and consents, for one combination of events. Of an unknown age nobody's yes or no counts. */
static uint64_t walk_people(struct policy_walk_point *p, policy_walk_visit *visit, void *arg)
{
    uint64_t points = 0;

    for (p->age = 0; p->age < p->space->ages; p->age++) {
        int age = p->space->age[p->age];

        for (p->consent = POLICY_WALK_SILENT;
             p->consent <= (age < 0 ? POLICY_WALK_SILENT : POLICY_WALK_COMPLETE); p->consent++) {
            for (size_t side = 0; side < p->space->sides; side++)
                policy_walk_people(age, p->consent, &p->facts[side]);
            points += walk_flags(p, visit, arg);
        }
    }
    return points;
}

/* The events of each pack, from the states of the groups. */
static void put_events(struct policy_walk_point *p)
{
    uint64_t there[POLICY_SPACE_SIDES] = { 0, 0 };

    for (size_t i = 0; i < p->groups; i++)
        for (size_t side = 0; side < POLICY_SPACE_SIDES; side++)
            there[side] |= (uint64_t)(p->group[i].state[p->at[i]] >> side & 1) << p->group[i].event;
    p->events = there[0] | there[1];
    for (size_t side = 0; side < p->space->sides; side++)
        p->facts[side].events = policy_space_unmask(p->space, POLICY_SET_EVENTS, side, there[side]);
}

/* Count on, as a number with a digit for each group. False after the last. */
static bool next_events(struct policy_walk_point *p)
{
    for (size_t i = 0; i < p->groups; i++) {
        if (++p->at[i] < p->group[i].states)
            return true;
        p->at[i] = 0;
    }
    return false;
}

enum err policy_walk_class(const struct policy_space *space, size_t class, const uint64_t *tell,
    policy_walk_visit *visit, void *arg, uint64_t *points)
{
    struct policy_walk_group group[POLICY_WALK_GROUPS_MAX];
    struct policy_walk_point p = { .space = space, .class = &space->class[class], .group = group };
    const struct policy_space_cell *c = &p.class->first;

    if (!make_groups(&p, tell, group))
        return ERR_LONG;
    for (size_t side = 0; side < space->sides; side++) {
        p.facts[side].asker_kind = space->set[POLICY_SET_KINDS].index[side][c->asker];
        p.facts[side].holder_kind = space->set[POLICY_SET_KINDS].index[side][c->holder];
        p.facts[side].purpose = space->set[POLICY_SET_PURPOSES].index[side][c->purpose];
        p.section[side] = space->set[POLICY_SET_SECTIONS].index[side][c->section];
    }
    do {
        put_events(&p);
        *points += walk_people(&p, visit, arg);
    } while (next_events(&p));
    return OK;
}
