#include "policy/diff_events.h"

#include <stdio.h>
#include <stdlib.h>

/* The states of a statement: it counts in no pack, in the first, in the second, in both. */
enum { STATES = 4, AGES = 5, WAYS = 2 * 2 * 2 * AGES };

/* One way to state an event. */
struct form {
    enum policy_setter setter;
    uint8_t kind;  /* of the setter; index of the space */
    bool ticked, other_pair, other_purpose;
    int days;      /* since it happened */
};

struct policy_diff_events {
    const struct policy_space *space;
    uint64_t changed;  /* events whose definitions differ; indexes of the space */
    /* Per state, what a third partner can make count, and what these two can. */
    uint64_t third[STATES], pair[POLICY_SPACE_NAMES_MAX][POLICY_SPACE_NAMES_MAX][STATES];
};

/* An event of one pack, or NULL. */
static const struct policy_event_def *def_of(const struct policy_space *space, size_t side, uint8_t event)
{
    uint8_t i = space->set[POLICY_SET_EVENTS].index[side][event];

    return i == POLICY_UNKNOWN ? NULL : &space->pack[side]->event[i];
}

/* The kinds that both packs know: of another nobody can have said anything before. */
static bool is_common(const struct policy_space *space, uint8_t kind)
{
    const struct policy_space_set *s = &space->set[POLICY_SET_KINDS];

    return s->index[0][kind] != POLICY_UNKNOWN && s->index[1][kind] != POLICY_UNKNOWN;
}

static uint64_t setters(const struct policy_space *space, size_t side, const struct policy_event_def *def)
{
    uint64_t mask = policy_space_mask(space, POLICY_SET_KINDS, side, def->set_by);

    for (uint8_t k = 0; k < space->set[POLICY_SET_KINDS].count; k++)
        if (!is_common(space, k))
            mask &= ~(UINT64_C(1) << k);
    return mask;
}

static bool is_changed(const struct policy_space *space, uint8_t event)
{
    const struct policy_event_def *a = def_of(space, 0, event), *b = def_of(space, 1, event);

    if (a == NULL || b == NULL)
        return true;
    return setters(space, 0, a) != setters(space, 1, b) || a->system != b->system
        || a->by_requester != b->by_requester || a->scope != b->scope || a->valid_days != b->valid_days;
}

/* The n-th way of a setter. The days: the day itself, and in each pack the last day and the one after. */
static struct form way(
    const struct policy_space *space, uint8_t event, enum policy_setter setter, uint8_t kind, size_t n)
{
    const struct policy_event_def *a = def_of(space, 0, event), *b = def_of(space, 1, event);
    int before = a == NULL ? 0 : a->valid_days, after = b == NULL ? 0 : b->valid_days;
    const int days[AGES] = { 0, before, before + 1, after, after + 1 };

    return (struct form){ .setter = setter, .kind = kind, .ticked = (n & 1) != 0, .other_pair = (n & 2) != 0,
        .other_purpose = (n & 4) != 0, .days = days[n / 8] };
}

/* In which packs such a statement counts. */
static unsigned state_of(const struct policy_space *space, uint8_t event, const struct form *f)
{
    struct policy_events_request request = { .purpose = 0, .today = { 2026, 1, 1 } };
    struct policy_event e = { .setter = f->setter,
        .to_asker = true,
        .to_holder = true,
        .has_reference = f->ticked,
        .ticked = f->ticked,
        .of_pair = !f->other_pair,
        .purpose = f->other_purpose ? 1 : 0,
        .occurred = date_add_days(request.today, -f->days) };
    struct policy_facts facts = { .age_years = -1 };
    unsigned state = 0;

    for (size_t side = 0; side < POLICY_SPACE_SIDES; side++) {
        e.code = space->set[POLICY_SET_EVENTS].index[side][event];
        e.setter_kind = space->set[POLICY_SET_KINDS].index[side][f->kind];
        policy_events_count(space->pack[side], &request, &e, 1, &facts);
        state |= facts.events != 0 ? 1U << side : 0;
    }
    return state;
}

/* What one setter can make of an event, as a mask of states; *found (or NULL) is a way to want, if any. */
static unsigned states_of(const struct policy_space *space, uint8_t event, enum policy_setter setter,
    uint8_t kind, unsigned want, struct form *found)
{
    unsigned states = 0;

    for (size_t n = WAYS; n-- > 0;) {
        struct form f = way(space, event, setter, kind, n);
        unsigned state = state_of(space, event, &f);

        states |= 1U << state;
        if (found != NULL && state == want)
            *found = f;
    }
    return states;
}

static void add(uint64_t masks[STATES], unsigned states, uint8_t event)
{
    for (size_t state = 0; state < STATES; state++)
        masks[state] |= (uint64_t)(states >> state & 1) << event;
}

/* Both partners accepted the case: that counts where the event is the system's. */
static unsigned by_system(const struct policy_space *space, uint8_t event)
{
    unsigned state = 0;

    for (size_t side = 0; side < POLICY_SPACE_SIDES; side++) {
        const struct policy_event_def *def = def_of(space, side, event);

        state |= def != NULL && def->system ? 1U << side : 0;
    }
    return 1U << state;
}

static void try_all(struct policy_diff_events *events, uint8_t event)
{
    const struct policy_space *space = events->space;
    size_t kinds = space->set[POLICY_SET_KINDS].count;
    unsigned asker;

    add(events->third, by_system(space, event), event);
    for (uint8_t k = 0; k < kinds; k++)
        if (is_common(space, k))
            add(events->third, states_of(space, event, POLICY_SET_BY_OTHER, k, 0, NULL), event);
    for (uint8_t a = 0; a < kinds; a++) {
        asker = states_of(space, event, POLICY_SET_BY_ASKER, a, 0, NULL);
        for (uint8_t h = 0; h < kinds; h++)
            add(events->pair[a][h], asker, event);
    }
    for (uint8_t h = 0; h < kinds; h++) {
        unsigned holder = states_of(space, event, POLICY_SET_BY_HOLDER, h, 0, NULL);

        for (uint8_t a = 0; a < kinds; a++)
            add(events->pair[a][h], holder, event);
    }
}

enum err policy_diff_events_new(const struct policy_space *space, struct policy_diff_events **out)
{
    struct policy_diff_events *events = calloc(1, sizeof *events);

    if (events == NULL)
        return ERR_NOMEM;
    events->space = space;
    for (uint8_t e = 0; e < space->set[POLICY_SET_EVENTS].count; e++)
        if (is_changed(space, e)) {
            events->changed |= UINT64_C(1) << e;
            try_all(events, e);
        }
    *out = events;
    return OK;
}

void policy_diff_events_free(struct policy_diff_events *events)
{
    free(events);
}

void policy_diff_events_mark(
    const struct policy_diff_events *events, const struct policy_space_cell *cell, uint64_t counts[3])
{
    const uint64_t *pair = events->pair[cell->asker][cell->holder];

    for (size_t state = 1; state < STATES; state++)
        counts[state - 1] = events->third[state] | pair[state];
    /* Two statements together. An event that is defined alike counts in both packs or in none. */
    counts[2] |= (counts[0] & counts[1]) | ~events->changed;
}

/* A way to the state, by somebody; the simplest, and rather by a third partner. */
static bool find(const struct policy_diff_events *events, const struct policy_space_cell *cell, uint8_t event,
    unsigned state, struct form *out)
{
    const struct policy_space *space = events->space;
    unsigned bit = 1U << state;

    for (uint8_t k = 0; k < space->set[POLICY_SET_KINDS].count; k++)
        if (is_common(space, k) && (states_of(space, event, POLICY_SET_BY_OTHER, k, state, out) & bit) != 0)
            return true;
    return (states_of(space, event, POLICY_SET_BY_HOLDER, cell->holder, state, out) & bit) != 0
        || (states_of(space, event, POLICY_SET_BY_ASKER, cell->asker, state, out) & bit) != 0;
}

void policy_diff_events_tell(const struct policy_diff_events *events, const struct policy_space_cell *cell,
    uint8_t event, unsigned state, enum lang lang, char *out, size_t out_len)
{
    static const char *const setter[2][3] = { { "the asker", "the holder", "another" },
        { "de vrager", "de houder", "een ander" } };
    const char *name = events->space->set[POLICY_SET_EVENTS].name[event];
    bool nl = lang == LANG_NL;
    char age[48] = "";
    struct form f;

    if (!find(events, cell, event, state, &f)) {
        (void)snprintf(
            out, out_len, "%s: %s", name, nl ? "lidmaatschap van de casus" : "membership of the case");
        return;
    }
    if (f.days != 0)
        (void)snprintf(age, sizeof age, ", %d %s", f.days, nl ? "dagen oud" : "days old");
    (void)snprintf(out, out_len, "%s: %s %s (%s)%s%s%s%s", name, nl ? "gezet door" : "set by",
        setter[nl][f.setter], events->space->set[POLICY_SET_KINDS].name[f.kind],
        !f.ticked ? ""
            : nl  ? ", met aangevinkte verwijzing"
                  : ", with a ticked reference",
        !f.other_pair ? ""
            : nl      ? ", niet van dit paar"
                      : ", not of this pair",
        !f.other_purpose ? ""
            : nl         ? ", voor een ander doel"
                         : ", for another purpose",
        age);
}
