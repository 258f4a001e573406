/* The proofs that make facts of their own: people and their yes or no, and statements in another order. */
#include "policy/proofs.h"

#include <stdlib.h>

/* Both parents and a guardian, each with custody or not; the ways in which a statement can come. */
enum { CUSTODIES = 8, FORMS = 6 };

/*
 * Whose yes is needed, said a second time, from the table of POLICY.md: policy/consent must not be its own
 * witness. 0: nobody's can be enough.
 */
static uint8_t required(const struct policy_facts *f)
{
    static const struct {
        int below;
        bool young, parents;
    } table[] = { { 0, false, false }, { 12, false, true }, { 16, true, true }, { INT_MAX, true, false } };
    uint8_t holders = f->custody;
    size_t i = 0;

    while (f->age_years >= table[i].below)
        i++;
    if (f->incapable && i > 0)
        return POLICY_WHO_REP;
    if ((holders & POLICY_WHO_VOOGD) != 0)
        holders = POLICY_WHO_VOOGD;
    if (!table[i].parents)
        return table[i].young ? POLICY_WHO_Y : 0;
    if (holders == 0)
        return 0;
    return table[i].young ? holders | POLICY_WHO_Y : holders;
}

/* One combination of people: permitted only if all whose yes is needed said it, and nobody of them said no.
 */
static void one(struct policy_proofs *s, struct policy_example *e, uint8_t needed)
{
    policy_proofs_decide(s, e);
    if (e->decision.verdict != POLICY_PERMIT)
        return;
    if (needed == 0 || (needed & ~e->facts.given) != 0 || (needed & e->facts.refused) != 0)
        policy_proofs_break(s, &s->built[POLICY_PROOF_CONSENT], e, "");
}

/*
 * Each subset of those whose yes is needed says yes and each says no, also both; everybody else says nothing,
 * yes, no. The others act together: nobody looks at one of them alone.
 */
static void answers(struct policy_proofs *s, struct policy_example *e)
{
    uint8_t needed = required(&e->facts), others = POLICY_WHO_PEOPLE & ~needed;

    for (unsigned yes = 0; yes <= needed; yes++) {
        for (unsigned no = 0; (yes & ~(unsigned)needed) == 0 && no <= needed; no++) {
            if ((no & ~(unsigned)needed) != 0)
                continue;
            for (unsigned say = 0; say < 3; say++) {
                e->facts.given = (uint8_t)(yes | (say == 1 ? others : 0U));
                e->facts.refused = (uint8_t)(no | (say == 2 ? others : 0U));
                one(s, e, needed);
            }
        }
    }
}

void policy_proofs_people(struct policy_proofs *s, const struct policy_walk_point *p)
{
    struct policy_decision none = { .rule = -1 };
    struct policy_example e = policy_proofs_example(p, &none);

    for (unsigned incapable = 0; incapable < 2; incapable++)
        for (unsigned custody = 0; custody < CUSTODIES; custody++) {
            e.facts.incapable = incapable != 0;
            e.facts.custody = (uint8_t)(custody * POLICY_WHO_G1);
            answers(s, &e);
        }
}

/* The ways in which a statement of an event can come: by whom, with which reference, addressed to whom. */
static size_t statements(
    const struct policy_proofs *s, const struct policy_walk_point *p, struct policy_event *out)
{
    static const struct policy_event forms[FORMS] = {
        { .setter = POLICY_SET_BY_OTHER, .to_asker = true, .to_holder = true },
        { .setter = POLICY_SET_BY_OTHER, .to_asker = true },
        { .setter = POLICY_SET_BY_HOLDER, .to_asker = true },
        { .setter = POLICY_SET_BY_ASKER, .to_holder = true },
        { .setter = POLICY_SET_BY_ASKER, .to_holder = true, .has_reference = true },
        { .setter = POLICY_SET_BY_ASKER, .to_holder = true, .has_reference = true, .ticked = true },
    };
    const struct policy_facts *f = &p->facts[0];
    size_t n = 0;

    for (size_t i = 0; i < p->groups; i++)
        for (size_t j = 0; j < FORMS; j++) {
            const struct policy_event_def *def = &s->pack->event[p->group[i].event];
            struct policy_event *e = &out[n++];

            *e = forms[j];
            e->code = p->group[i].event;
            e->of_pair = true;
            e->purpose = f->purpose;
            e->occurred = (struct date){ 2026, 1, 1 };
            e->setter_kind = e->setter == POLICY_SET_BY_ASKER ? f->asker_kind
                : e->setter == POLICY_SET_BY_HOLDER          ? f->holder_kind
                                                             : (uint8_t)__builtin_ctz(def->set_by | 1U << 31);
        }
    return n;
}

/* What n statements count as, and those that wait for a tick. */
static struct policy_facts count(const struct policy_proofs *s, const struct policy_walk_point *p,
    const struct policy_event *list, size_t n)
{
    struct policy_events_request request = { .purpose = p->facts[0].purpose, .today = { 2026, 1, 1 } };
    struct policy_facts facts = p->facts[0];

    s->check->count(s->pack, &request, list, n, &facts);
    return facts;
}

static bool is_same(const struct policy_facts *a, const struct policy_facts *b)
{
    return a->events == b->events && a->unticked == b->unticked;
}

/* The same in the one order and in the other, and no more and no less than the parts. */
static bool is_unordered(
    const struct policy_proofs *s, const struct policy_walk_point *p, struct policy_event pair[2])
{
    struct policy_event turned[2] = { pair[1], pair[0] };
    struct policy_facts both = count(s, p, pair, 2), back = count(s, p, turned, 2),
                        one = count(s, p, pair, 1), other = count(s, p, turned, 1);
    struct policy_facts sum = { .events = one.events | other.events };

    sum.unticked = (one.unticked | other.unticked) & ~sum.events;
    return is_same(&both, &back) && is_same(&both, &sum);
}

void policy_proofs_order(struct policy_proofs *s, const struct policy_walk_point *p)
{
    struct policy_event list[POLICY_WALK_GROUPS_MAX * FORMS], pair[2], turned[POLICY_WALK_GROUPS_MAX * FORMS];
    struct policy_decision none = { .rule = -1 };
    struct policy_example e = policy_proofs_example(p, &none);
    size_t n = statements(s, p, list);
    struct policy_facts all, back;
    bool good = true;

    for (size_t i = 0; i < n; i++) {
        turned[n - 1 - i] = list[i];
        for (size_t j = 0; j < i; j++) {
            pair[0] = list[i];
            pair[1] = list[j];
            good = good && is_unordered(s, p, pair);
        }
    }
    all = count(s, p, list, n);
    back = count(s, p, turned, n);
    if (good && is_same(&all, &back))
        return;
    e.events = all.events;
    policy_proofs_decide(s, &e);
    policy_proofs_break(s, &s->built[POLICY_PROOF_ORDER], &e, "");
}
