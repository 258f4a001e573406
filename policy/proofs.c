#include "policy/proofs.h"

#include "policy/row.h"
#include "policy/words.h"

#include <stdio.h>

static unsigned words_of(const struct policy_proofs *s, const struct policy_example *e)
{
    struct policy_row row = { .space = s->space, .cell = e->cell, .facts = &e->facts, .events = e->events };

    return policy_row_words(&row);
}

struct policy_example policy_proofs_example(
    const struct policy_walk_point *p, const struct policy_decision *d)
{
    return (struct policy_example){ .cell = p->class->first, .facts = p->facts[0], .events = p->events,
        .decision = *d };
}

void policy_proofs_decide(const struct policy_proofs *s, struct policy_example *e)
{
    e->facts.events = e->events;
    s->check->decide(s->pack, &e->facts, e->cell.section, &e->decision);
}

void policy_proofs_break(const struct policy_proofs *s, struct policy_broken *broken,
    const struct policy_example *e, const char *note)
{
    unsigned words = words_of(s, e);

    if (broken->last != e->cell.class)
        broken->places += s->space->class[e->cell.class].cells;
    broken->last = e->cell.class;
    if (words >= broken->example.words)
        return;
    broken->example = *e;
    broken->example.words = words;
    (void)snprintf(broken->note, sizeof broken->note, "%s", note);
}

static void breaks(struct policy_proofs *s, enum policy_proof proof, const struct policy_walk_point *p,
    const struct policy_decision *d, const char *note)
{
    struct policy_example e = policy_proofs_example(p, d);

    policy_proofs_break(s, &s->built[proof], &e, note);
}

static const char *either(const struct policy_proofs *s, const char *en, const char *nl)
{
    return s->check->lang == LANG_NL ? nl : en;
}

/* Who can make an event count? One statement of it, on its own. */
static bool counts(const struct policy_proofs *s, const struct policy_event *statement)
{
    struct policy_events_request request = { .today = statement->occurred };
    struct policy_facts facts = { .age_years = -1 };

    s->check->count(s->pack, &request, statement, 1, &facts);
    return facts.events != 0;
}

void policy_proofs_signers(struct policy_proofs *s)
{
    struct policy_event own = { .setter = POLICY_SET_BY_ASKER,
        .to_asker = true,
        .to_holder = true,
        .of_pair = true,
        .has_reference = true,
        .occurred = { 2026, 1, 1 } };
    struct policy_event ticked = own, holders = own, others = own;

    ticked.ticked = true;
    holders.setter = POLICY_SET_BY_HOLDER;
    others.setter = POLICY_SET_BY_OTHER;
    for (uint8_t event = 0; event < s->pack->set[POLICY_SET_EVENTS].count; event++) {
        const struct policy_event_def *def = &s->pack->event[event];
        uint64_t bit = UINT64_C(1) << event;
        bool third = def->system;

        own.code = ticked.code = holders.code = others.code = event;
        /* What counts between two partners only is between them: nobody else signs it. */
        for (uint8_t k = 0; k < s->pack->set[POLICY_SET_KINDS].count && def->scope != POLICY_SCOPE_PAIR;
             k++) {
            others.setter_kind = k;
            third = third || counts(s, &others);
        }
        for (uint8_t a = 0; a < s->pack->set[POLICY_SET_KINDS].count; a++) {
            own.setter_kind = ticked.setter_kind = a;
            s->alone[a] |= counts(s, &own) ? bit : 0;
            for (uint8_t h = 0; h < s->pack->set[POLICY_SET_KINDS].count; h++) {
                holders.setter_kind = h;
                s->real[a][h] |= third || counts(s, &ticked) || counts(s, &holders) ? bit : 0;
            }
        }
    }
}

/* ---- rows of invariants.csv ---- */

/* Which POLICY_WHEN_* hold. What is not looked at here holds too: the answer is the same with it. */
static unsigned when_of(const struct policy_walk_point *p)
{
    const struct policy_facts *f = &p->facts[0];
    unsigned when = 0;

    when |= !f->member || !p->class->needs_case ? POLICY_WHEN_NOMEMBER : 0;
    when |= f->restricted && !f->consent_after ? POLICY_WHEN_RESTRICTED : 0;
    when |= f->identifiable || !p->class->is_anon ? POLICY_WHEN_IDENTIFIABLE : 0;
    when |= f->weighed ? 0 : POLICY_WHEN_UNWEIGHED;
    when |= f->second ? 0 : POLICY_WHEN_UNAPPROVED;
    when |= (p->events & ~p->class->key.mark.alone) == 0 && f->given == 0 ? POLICY_WHEN_ALONE : 0;
    return when;
}

static bool is_about(const struct policy_invariant *v, const struct policy_walk_point *p,
    const struct policy_decision *d)
{
    int age = p->facts[0].age_years;

    if (v->has_ages && (age < v->age_min || age > v->age_max))
        return false;
    return (v->grounds >> d->ground & 1) != 0 && !policy_space_has(v->unless, (size_t)d->rule)
        && (p->events & ~v->events) == 0 && (v->when & ~when_of(p)) == 0;
}

/* Does this permission break the row? */
static bool is_broken(
    const struct policy_proofs *s, const struct policy_invariant *v, const struct policy_decision *d)
{
    if (v->statement == POLICY_STATES_DUTY)
        return (v->duties & ~d->duties) != 0;
    if (v->statement == POLICY_STATES_DAYS)
        return d->access_days > v->days;
    return v->statement == POLICY_STATES_NEVER || s->pack->rule[d->rule].mode != POLICY_MODE_C;
}

static void rows(struct policy_proofs *s, const struct policy_walk_point *p, const struct policy_decision *d)
{
    for (uint64_t left = p->class->key.mark.mark; left != 0; left &= left - 1) {
        size_t i = (size_t)__builtin_ctzll(left);
        const struct policy_invariant *v = &s->check->invariants->row[i];
        struct policy_example e;

        if (!is_about(v, p, d) || !is_broken(s, v, d))
            continue;
        e = policy_proofs_example(p, d);
        if ((v->when & POLICY_WHEN_NOMEMBER) != 0)
            e.facts.member = false;
        if ((v->when & POLICY_WHEN_IDENTIFIABLE) != 0)
            e.facts.identifiable = true;
        if ((v->when & POLICY_WHEN_ALONE) != 0)
            e.own = e.events;
        policy_proofs_break(s, &s->row[i], &e, "");
    }
}

/* ---- what is built in ---- */

/* A second ground for what is special; explicit consent is one exactly where somebody is asked. */
static void second_ground(
    struct policy_proofs *s, const struct policy_walk_point *p, const struct policy_decision *d)
{
    bool asked = s->pack->rule[d->rule].mode == POLICY_MODE_C;

    if (s->pack->section[p->section[0]].class >= POLICY_S3
        && (d->ground9 == 0 || (d->ground9 == 'a') != asked))
        breaks(s, POLICY_PROOF_SECOND_GROUND, p, d, "");
}

static void objection(
    struct policy_proofs *s, const struct policy_walk_point *p, const struct policy_decision *d)
{
    const struct policy_facts *f = &p->facts[0];
    bool later_yes = s->pack->rule[d->rule].mode == POLICY_MODE_C && f->consent_after;

    if (f->restricted && !s->pack->ground[d->ground].survives && !later_yes)
        breaks(s, POLICY_PROOF_OBJECTION, p, d, "");
}

/* One event more, or every yes more, and it is still permitted. */
static void added(struct policy_proofs *s, const struct policy_walk_point *p, const struct policy_decision *d)
{
    struct policy_example e;
    char note[POLICY_NOTE_MAX];

    if (p->facts[0].restricted)
        return;
    for (size_t i = 0; i <= p->groups; i++) {
        if (i < p->groups && p->at[i] != 0)
            continue;
        e = policy_proofs_example(p, d);
        if (i < p->groups)
            e.events |= UINT64_C(1) << p->group[i].event;
        else
            e.facts.given = POLICY_WHO_PEOPLE;
        policy_proofs_decide(s, &e);
        if (e.decision.verdict == POLICY_PERMIT)
            continue;
        (void)snprintf(note, sizeof note, "%s %s: PERMIT %s", either(s, "without", "zonder"),
            i < p->groups ? s->space->set[POLICY_SET_EVENTS].name[p->group[i].event]
                          : either(s, "the consent", "de toestemming"),
            s->pack->rule[d->rule].id);
        policy_proofs_break(s, &s->built[POLICY_PROOF_ADDED], &e, note);
    }
}

/*
 * The hub's view of the same before the grant: no age and no person, and the holder's own steps are still to
 * come. The asker's references are ticked, or wait for it.
 */
static void hub(struct policy_proofs *s, const struct policy_walk_point *p, const struct policy_decision *d)
{
    struct policy_facts f = p->facts[0];
    struct policy_decision answer;
    char note[POLICY_NOTE_MAX];

    f.hub_view = f.before_grant = true;
    f.consent_complete = p->consent == POLICY_WALK_COMPLETE;
    f.age_years = -1;
    f.custody = f.given = f.refused = 0;
    f.second = false;
    f.weighed = f.weighed && d->weigh != POLICY_WEIGH_HOLDER;
    for (size_t unticked = 0; unticked < 2; unticked++) {
        f.events = unticked == 0 ? p->facts[0].events : 0;
        f.unticked = unticked == 0 ? 0 : p->facts[0].events;
        s->check->decide(s->pack, &f, p->section[0], &answer);
        if (answer.verdict == POLICY_PERMIT)
            continue;
        (void)snprintf(note, sizeof note, "%s %s", either(s, "the hub answers", "de hub antwoordt"),
            policy_words_verdict(answer.verdict));
        breaks(s, POLICY_PROOF_HUB, p, d, note);
    }
}

static void permitted(
    struct policy_proofs *s, const struct policy_walk_point *p, const struct policy_decision *d)
{
    struct policy_example e = policy_proofs_example(p, d);

    if (d->rule < 0 || d->ground >= s->pack->set[POLICY_SET_GROUNDS].count) {
        breaks(s, POLICY_PROOF_GROUND, p, d, "");
        return;
    }
    if ((p->events & ~p->class->key.mark.real) == 0)
        s->reached[d->rule / 64] |= UINT64_C(1) << (d->rule % 64);
    e.words = words_of(s, &e);
    if (e.words < s->permit[e.cell.class].words)
        s->permit[e.cell.class] = e;
    rows(s, p, d);
    second_ground(s, p, d);
    objection(s, p, d);
    added(s, p, d);
    hub(s, p, d);
}

void policy_proofs_point(void *arg, const struct policy_walk_point *p)
{
    struct policy_proofs *s = arg;
    const struct policy_facts *f = &p->facts[0];
    struct policy_decision d;

    s->check->decide(s->pack, f, p->section[0], &d);
    if (d.verdict == POLICY_PERMIT)
        permitted(s, p, &d);
    else if (d.reason == POLICY_NEVER)
        s->reached[d.rule / 64] |= UINT64_C(1) << (d.rule % 64);
    else if (p->consent == POLICY_WALK_SILENT && f->member && f->weighed && f->second && !f->restricted)
        policy_proofs_people(s, p);
    if (p->events == 0 && p->age == 0 && f->member && !f->weighed && !f->second && !f->restricted
        && !f->identifiable)
        policy_proofs_order(s, p);
}
