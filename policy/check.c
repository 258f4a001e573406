#include "policy/check.h"

#include "policy/proofs.h"
#include "policy/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *text[2];
} built[POLICY_PROOFS] = {
    [POLICY_PROOF_REACHABLE] = { "rule_reachable",
        { "Every rule decides something, with facts that somebody real can sign.",
            "Elke regel beslist iets, met feiten die iemand echt kan ondertekenen." } },
    [POLICY_PROOF_HIDDEN] = { "permit_hidden",
        { "No rule that permits is hidden behind one that never does.",
            "Geen regel die toestaat is verborgen achter een die nooit toestaat." } },
    [POLICY_PROOF_SETTER] = { "event_setter",
        { "Every event but the computed one can be signed by somebody, for every rule that needs it.",
            "Elke gebeurtenis behalve de berekende kan iemand ondertekenen, voor elke regel die haar nodig "
            "heeft." } },
    [POLICY_PROOF_GROUND] = { "ground",
        { "Everything that is permitted has a rule and a ground.",
            "Alles wat mag heeft een regel en een grondslag." } },
    [POLICY_PROOF_SECOND_GROUND] = { "second_ground",
        { "What is special has a second ground: explicit consent exactly where consent is asked.",
            "Wat bijzonder is heeft een tweede grondslag: uitdrukkelijke toestemming precies waar die wordt "
            "gevraagd." } },
    [POLICY_PROOF_CONSENT] = { "consent_complete",
        { "A rule of mode C never permits without everybody whose yes is needed, nor against a no of one of "
          "them.",
            "Een regel met modus C staat nooit toe zonder ieders vereiste ja, en niet tegen een nee van een "
            "van hen." } },
    [POLICY_PROOF_OBJECTION] = { "objection",
        { "An objection stops what rests on a ground that does not survive it, until there is a later "
          "consent.",
            "Bezwaar stopt wat rust op een grondslag die dat niet overleeft, tot er een latere toestemming "
            "is." } },
    [POLICY_PROOF_ADDED] = { "added_fact",
        { "Without an objection one event or consent more never turns a PERMIT into something else.",
            "Zonder bezwaar maakt een gebeurtenis of toestemming meer van PERMIT nooit iets anders." } },
    [POLICY_PROOF_ORDER] = { "order",
        { "The order in which facts came does not matter.",
            "De volgorde waarin feiten kwamen maakt niet uit." } },
    [POLICY_PROOF_HUB] = { "hub_permits",
        { "The hub lets through whatever the node of the holder permits.",
            "De hub laat door wat het knooppunt van de houder toestaat." } },
};

/* Telling the findings. */
struct telling {
    const struct policy_proofs *proofs;
    size_t told;
};

/* Which rows of invariants.csv speak of a cell, and who can sign what there. */
static void mark(void *arg, const struct policy_space_cell *c, struct policy_space_mark *out)
{
    const struct policy_proofs *s = arg;
    const struct policy_invariants *rows = s->check->invariants;

    for (size_t i = 0; i < rows->count; i++) {
        const struct policy_invariant *v = &rows->row[i];
        bool is_named = (v->askers >> c->asker & 1) != 0 && (v->purposes >> c->purpose & 1) != 0
            && (v->holders >> c->holder & 1) != 0 && (v->sections >> c->section & 1) != 0;

        out->mark |= (uint64_t)(is_named && v->statement != POLICY_STATES_APART) << i;
    }
    out->counts[0] = ~UINT64_C(0);
    out->alone = s->alone[c->asker];
    out->real = s->real[c->asker][c->holder];
}

static void tell(struct telling *t, const struct policy_finding *about, const struct policy_example *example,
    const char *note)
{
    const struct policy_proofs *s = t->proofs;
    struct policy_finding f = *about;
    char why[2 * POLICY_INVARIANT_TEXT_MAX + POLICY_NOTE_MAX], text[POLICY_ROW_MAX];
    int rule = example->decision.rule;
    struct policy_row row = { .id = f.name,
        .why = why,
        .space = s->space,
        .cell = example->cell,
        .facts = &example->facts,
        .events = example->events,
        .own = example->own,
        .decision = &example->decision,
        .rule = rule < 0 ? "" : s->pack->rule[rule].id };

    (void)snprintf(why, sizeof why, "%s%s%s", f.text, note[0] == '\0' ? "" : " ", note);
    policy_row_write(&row, text, sizeof text);
    f.row = text;
    t->told++;
    s->check->report(s->check->arg, &f);
}

static void tell_built(struct telling *t, enum policy_proof proof, const char *subject, uint64_t places,
    const struct policy_example *example, const char *note)
{
    struct policy_finding f = { .name = built[proof].name, .text = built[proof].text[t->proofs->check->lang],
        .subject = subject, .places = places };

    tell(t, &f, example, note);
}

static uint8_t lowest(uint64_t mask)
{
    return (uint8_t)__builtin_ctzll(mask);
}

/* The facts that favour a rule, in the first of its cells: its events, its consents, its steps. */
static struct policy_example favour(const struct policy_proofs *s, size_t rule, uint64_t event)
{
    const struct policy_rule *r = &s->pack->rule[rule];
    struct policy_example e = { .cell = { .asker = lowest(r->requesters), .purpose = lowest(r->purposes),
        .holder = lowest(r->holders), .section = lowest(r->sections) } };

    e.facts = (struct policy_facts){ .asker_kind = e.cell.asker, .purpose = e.cell.purpose,
        .holder_kind = e.cell.holder, .member = true };
    e.facts.weighed = r->weigh == POLICY_WEIGH_ASKER || r->weigh == POLICY_WEIGH_HOLDER;
    e.facts.second = r->eyes == POLICY_EYES_HOLDER;
    policy_walk_people(
        r->age_min, r->mode == POLICY_MODE_C ? POLICY_WALK_COMPLETE : POLICY_WALK_SILENT, &e.facts);
    e.events = event;
    for (size_t i = 0; i < r->needs; i++)
        e.events |= (r->need[i] & e.events) == 0 ? UINT64_C(1) << lowest(r->need[i]) : 0;
    policy_proofs_decide(s, &e);
    return e;
}

static uint64_t places_of(const struct policy_rule *r)
{
    return (uint64_t)__builtin_popcount(r->requesters) * (uint64_t)__builtin_popcount(r->purposes)
        * (uint64_t)__builtin_popcount(r->holders) * (uint64_t)__builtin_popcountll(r->sections);
}

static void tell_unreached(struct telling *t)
{
    const struct policy_proofs *s = t->proofs;

    for (size_t i = 0; i < s->pack->rules; i++) {
        struct policy_example e;

        if (policy_space_has(s->reached, i))
            continue;
        e = favour(s, i, 0);
        tell_built(t, POLICY_PROOF_REACHABLE, s->pack->rule[i].id, places_of(&s->pack->rule[i]), &e, "");
    }
}

/* Can nobody sign this event, wherever this rule asks for it? */
static bool has_no_setter(const struct policy_proofs *s, const struct policy_rule *r, uint64_t event)
{
    for (uint64_t a = r->requesters; a != 0; a &= a - 1)
        for (uint64_t h = r->holders; h != 0; h &= h - 1)
            if ((s->real[lowest(a)][lowest(h)] & event) != 0)
                return false;
    return true;
}

static void tell_setters(struct telling *t)
{
    const struct policy_proofs *s = t->proofs;

    for (size_t i = 0; i < s->pack->rules; i++) {
        const struct policy_rule *r = &s->pack->rule[i];

        for (uint64_t left = r->events; left != 0; left &= left - 1) {
            uint64_t event = UINT64_C(1) << lowest(left);
            struct policy_example e;

            if (!has_no_setter(s, r, event))
                continue;
            e = favour(s, i, event);
            tell_built(t, POLICY_PROOF_SETTER, policy_pack_name(s->pack, POLICY_SET_EVENTS, lowest(left)),
                places_of(r), &e, r->id);
        }
    }
}

/* A class that both a never and a rule that permits match. */
static void hidden(struct policy_proofs *s, const struct policy_space_class *class)
{
    const uint64_t *rules = class->key.rules[0];
    size_t never = POLICY_RULES_MAX, other = POLICY_RULES_MAX;
    struct policy_example e;
    char note[POLICY_NOTE_MAX];

    for (size_t i = s->pack->rules; i-- > 0;)
        if (policy_space_has(rules, i))
            *(s->pack->rule[i].mode == POLICY_MODE_N ? &never : &other) = i;
    if (never == POLICY_RULES_MAX || other == POLICY_RULES_MAX)
        return;
    e = favour(s, other, 0);
    e.cell = class->first;
    e.facts.asker_kind = e.cell.asker;
    e.facts.purpose = e.cell.purpose;
    e.facts.holder_kind = e.cell.holder;
    policy_proofs_decide(s, &e);
    (void)snprintf(note, sizeof note, "%s > %s", s->pack->rule[never].id, s->pack->rule[other].id);
    policy_proofs_break(s, &s->built[POLICY_PROOF_HIDDEN], &e, note);
}

static void tell_broken(
    struct telling *t, const struct policy_finding *f, const struct policy_broken *broken)
{
    struct policy_finding counted = *f;

    counted.places = broken->places;
    if (broken->places != 0)
        tell(t, &counted, &broken->example, broken->note);
}

/* ---- apart: what is learned for one purpose against what may be asked for another ---- */

/*
 * May this cell be permitted at all? Then out is how, with the least facts. All cells of a class get the same
 * answers, so what its first one gets, this one gets.
 */
static bool permit_of(
    const struct policy_proofs *s, const struct policy_space_cell *c, struct policy_example *out)
{
    *out = s->permit[c->class];
    out->cell = *c;
    out->facts.asker_kind = c->asker;
    out->facts.purpose = c->purpose;
    out->facts.holder_kind = c->holder;
    return out->words != UINT_MAX;
}

static void apart(struct policy_proofs *s, size_t row)
{
    const struct policy_invariant *v = &s->check->invariants->row[row];
    uint8_t learned[POLICY_KINDS_MAX][POLICY_SECTIONS_MAX];  /* for which purpose */
    struct policy_example e;
    uint64_t places = 0;

    memset(learned, POLICY_UNKNOWN, sizeof learned);
    for (size_t turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < s->space->cells; i++) {
            const struct policy_space_cell *c = &s->space->cell[i];
            uint8_t *purpose = &learned[c->asker][c->section];
            bool is_named = (v->askers >> c->asker & 1) != 0 && (v->holders >> c->holder & 1) != 0
                && (v->sections >> c->section & 1) != 0;

            if (!is_named || ((turn == 0 ? v->purposes : v->others) >> c->purpose & 1) == 0
                || !permit_of(s, c, &e))
                continue;
            if (turn == 0) {
                *purpose = c->purpose;
            } else if (*purpose != POLICY_UNKNOWN) {
                policy_proofs_break(
                    s, &s->row[row], &e, policy_pack_name(s->pack, POLICY_SET_PURPOSES, *purpose));
                places++;
            }
        }
    s->row[row].places = places;  /* cells one by one, and not whole classes */
}

/* ---- the whole ---- */

static enum err walk(struct policy_proofs *s, struct policy_checked *out)
{
    const struct policy_check *check = s->check;
    enum err e;

    for (size_t i = 0; i < s->space->classes; i++) {
        if (check->progress != NULL)
            check->progress(check->arg, i, s->space->classes);
        s->permit[i].words = UINT_MAX;
        hidden(s, &s->space->class[i]);
        e = policy_walk_class(s->space, i, s->tell, policy_proofs_point, s, &out->points);
        if (e != OK)
            return e;
    }
    return OK;
}

static size_t tell_all(struct policy_proofs *s)
{
    const struct policy_invariants *rows = s->check->invariants;
    struct telling t = { .proofs = s };

    tell_unreached(&t);
    tell_setters(&t);
    for (size_t i = 0; i < POLICY_PROOFS; i++) {
        struct policy_finding f = { .name = built[i].name, .text = built[i].text[s->check->lang] };

        f.subject = "";

        tell_broken(&t, &f, &s->built[i]);
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct policy_invariant *v = &rows->row[i];
        struct policy_finding f = { .name = v->name, .text = v->text[s->check->lang], .line = v->line,
            .subject = "" };

        if (v->statement == POLICY_STATES_APART)
            apart(s, i);
        tell_broken(&t, &f, &s->row[i]);
    }
    return t.told;
}

/* The names of the pack, the ages that rows name, and which events they tell apart. */
static enum err prepare(struct policy_proofs *s)
{
    const struct policy_invariants *rows = s->check->invariants;
    enum err e = policy_space_new(&s->pack, 1, &s->space);

    if (e != OK)
        return e;
    for (size_t i = 0; i < POLICY_PROOFS; i++)
        s->built[i].example.words = s->built[i].last = UINT_MAX;
    for (size_t i = 0; i < rows->count; i++) {
        const struct policy_invariant *v = &rows->row[i];

        s->row[i].example.words = s->row[i].last = UINT_MAX;
        s->space->border[v->age_min] = true;
        if (v->has_ages && v->age_max < POLICY_AGE_MAX)
            s->space->border[v->age_max + 1] = true;
        for (size_t event = 0; event < POLICY_SPACE_NAMES_MAX; event++)
            s->tell[event] |= (v->events >> event & 1) << i;
    }
    policy_proofs_signers(s);
    e = policy_space_scan(s->space, mark, s);
    if (e == OK)
        s->permit = calloc(s->space->classes, sizeof *s->permit);
    return e == OK && s->permit == NULL ? ERR_NOMEM : e;
}

enum err policy_check_run(const struct policy_check *check, struct policy_checked *out)
{
    struct policy_check c = *check;
    struct policy_proofs *s = calloc(1, sizeof *s);
    struct policy_checked result = { .invariants = POLICY_PROOFS + check->invariants->count };
    enum err e;

    if (s == NULL)
        return ERR_NOMEM;
    c.decide = c.decide == NULL ? policy_eval_section : c.decide;
    c.count = c.count == NULL ? policy_events_count : c.count;
    s->check = &c;
    s->pack = c.pack;
    e = prepare(s);
    if (e == OK)
        e = walk(s, &result);
    if (e == OK) {
        result.broken = tell_all(s);
        result.places = s->space->all_cells;
        result.classes = s->space->classes;
        *out = result;
    }
    policy_space_free(s->space);
    free(s->permit);
    free(s);
    return e;
}
