#include "policy/diff.h"

#include "policy/diff_boxes.h"
#include "policy/diff_events.h"
#include "policy/row.h"
#include "policy/walk.h"
#include "policy/words.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1 << 6, NOTE_MAX = 400, NO_BIT_NEED = 8 };

/* No group, no touch. */
static const uint32_t NONE = UINT32_MAX;

/* What a decision says, in names that both packs share. Whole words: compared byte by byte. */
struct says {
    uint64_t verdict, reason, rule, ground, ground9, duties, days, needs;
};

/* Facts, and what each pack answers. */
struct example {
    struct policy_space_cell cell;
    struct policy_facts facts[POLICY_SPACE_SIDES];
    struct policy_decision decision[POLICY_SPACE_SIDES];
    uint64_t events, counts[POLICY_SPACE_SIDES];
    unsigned words;
};

struct group {
    struct policy_diff_group told;
    struct says key[POLICY_SPACE_SIDES];
    struct example example;
    uint32_t last;  /* its last touch */
    uint32_t next;
};

/* A class in which decisions of a group change. */
struct touch {
    uint32_t group, class;
    struct policy_diff_ages ages;
};

struct run {
    const struct policy_diff *diff;
    struct policy_space *space;
    struct policy_diff_events *events;
    struct group *group;
    struct touch *touch;
    struct policy_diff_box *box;
    uint32_t *start;  /* of each class, where its cells begin in order */
    struct policy_space_cell *order;
    uint64_t rule_name[POLICY_SPACE_SIDES][POLICY_RULES_MAX];
    uint32_t bucket[BUCKETS];
    size_t groups, group_room, touches, touch_room;
    uint64_t points, changed;
    bool no_memory;
};

uint32_t policy_diff_answer(const struct policy_decision *d)
{
    if (d->verdict == POLICY_PERMIT)
        return 0;
    return UINT32_C(1) << (d->verdict == POLICY_DENY ? d->reason : NO_BIT_NEED + d->verdict);
}

const char *policy_diff_answer_words(unsigned bit, const char **reason)
{
    *reason = bit < NO_BIT_NEED ? policy_words_reason(bit) : "";
    return policy_words_verdict(bit < NO_BIT_NEED ? POLICY_DENY : bit - NO_BIT_NEED);
}

/* What a decision says to people; of a no nothing but why and what is needed. */
static struct says says(const struct run *run, size_t side, const struct policy_decision *d)
{
    struct says s = { .verdict = d->verdict, .reason = d->reason };

    s.needs = policy_space_mask(run->space, POLICY_SET_EVENTS, side, d->need_events);
    if (d->verdict != POLICY_PERMIT)
        return s;
    s.rule = run->rule_name[side][d->rule];
    s.ground = policy_space_mask(run->space, POLICY_SET_GROUNDS, side, UINT64_C(1) << d->ground);
    s.ground9 = (uint64_t)d->ground9;
    s.duties = d->duties;
    s.days = d->access_days;
    return s;
}

static enum policy_diff_kind kind_of(const struct policy_decision d[POLICY_SPACE_SIDES])
{
    if (d[0].verdict == POLICY_PERMIT)
        return d[1].verdict == POLICY_PERMIT ? POLICY_DIFF_TERMS : POLICY_DIFF_LOSS;
    return d[1].verdict == POLICY_PERMIT ? POLICY_DIFF_GAIN : POLICY_DIFF_ANSWER;
}

/*
 * What changes in the same way: of a gain and a loss the rule alone, or there would be too many to read; of
 * another way only what differs, and the rule.
 */
static void make_key(enum policy_diff_kind kind, struct says key[POLICY_SPACE_SIDES])
{
    struct says a = key[0], b = key[1];
    bool is_ground = a.ground != b.ground, is_ground9 = a.ground9 != b.ground9, is_days = a.days != b.days;

    if (kind == POLICY_DIFF_ANSWER)
        return;
    for (size_t side = 0; side < POLICY_SPACE_SIDES; side++) {
        const struct says *s = side == 0 ? &a : &b, *other = side == 0 ? &b : &a;

        key[side] = (struct says){ .verdict = s->verdict == POLICY_PERMIT, .rule = s->rule };
        if (kind != POLICY_DIFF_TERMS)
            continue;
        key[side].ground = is_ground ? s->ground : 0;
        key[side].ground9 = is_ground9 ? s->ground9 : 0;
        key[side].days = is_days ? s->days : 0;
        key[side].duties = s->duties & ~other->duties;
    }
}

static void *longer(void *block, size_t count, size_t *room, size_t size)
{
    void *more;

    if (count < *room)
        return block;
    more = reallocarray(block, *room * 2 + 64, size);
    if (more != NULL)
        *room = *room * 2 + 64;
    return more;
}

static uint32_t bucket_of(const struct says key[POLICY_SPACE_SIDES])
{
    uint64_t word[2 * sizeof *key / sizeof(uint64_t)], hash = 0;

    memcpy(word, key, sizeof word);
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        hash = (hash ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> 40) % BUCKETS;
}

/* The group of a change. NONE: no memory. */
static uint32_t group_of(struct run *run, const struct policy_decision d[POLICY_SPACE_SIDES],
    struct says key[POLICY_SPACE_SIDES])
{
    enum policy_diff_kind kind = kind_of(d);
    uint32_t *bucket, i;
    struct group *more, g = { .last = NONE };

    make_key(kind, key);
    bucket = &run->bucket[bucket_of(key)];
    for (i = *bucket; i != NONE; i = run->group[i].next)
        if (memcmp(run->group[i].key, key, sizeof g.key) == 0)
            return i;
    more = longer(run->group, run->groups, &run->group_room, sizeof *more);
    if (more == NULL)
        return NONE;
    run->group = more;
    memcpy(g.key, key, sizeof g.key);
    g.next = *bucket;
    g.example.words = UINT_MAX;
    g.told = (struct policy_diff_group){ .kind = kind, .space = run->space };
    for (size_t side = 0; side < POLICY_SPACE_SIDES; side++) {
        g.told.needs[side] = key[side].needs;
        g.told.rule[side] =
            d[side].verdict == POLICY_PERMIT ? run->diff->pack[side]->rule[d[side].rule].id : "";
    }
    run->group[run->groups] = g;
    *bucket = (uint32_t)run->groups++;
    return *bucket;
}

/* Keep the smaller example. */
static void exemplify(const struct run *run, struct group *g, const struct policy_walk_point *p,
    const struct policy_decision d[POLICY_SPACE_SIDES])
{
    struct policy_row row = { .space = run->space, .cell = p->class->first, .facts = &p->facts[1],
        .events = p->events };
    unsigned words = policy_row_words(&row);

    for (size_t side = 0; side < POLICY_SPACE_SIDES; side++)
        g->told.answers[side] |= policy_diff_answer(&d[side]);
    g->told.points++;
    if (words >= g->example.words)
        return;
    g->example = (struct example){ .cell = p->class->first, .events = p->events, .words = words };
    for (size_t side = 0; side < POLICY_SPACE_SIDES; side++) {
        g->example.facts[side] = p->facts[side];
        g->example.decision[side] = d[side];
        g->example.counts[side] =
            policy_space_mask(run->space, POLICY_SET_EVENTS, side, p->facts[side].events);
    }
}

static void touch(struct run *run, uint32_t group, const struct policy_walk_point *p)
{
    struct group *g = &run->group[group];
    struct touch *more;

    if (g->last == NONE || run->touch[g->last].class != p->class->first.class) {
        more = longer(run->touch, run->touches, &run->touch_room, sizeof *more);
        if (more == NULL) {
            run->no_memory = true;
            return;
        }
        run->touch = more;
        g->last = (uint32_t)run->touches++;
        run->touch[g->last] = (struct touch){ .group = group, .class = p->class->first.class };
    }
    run->touch[g->last].ages.word[p->age / 64] |= UINT64_C(1) << (p->age % 64);
}

static void compare(void *arg, const struct policy_walk_point *p)
{
    struct run *run = arg;
    struct policy_decision d[POLICY_SPACE_SIDES];
    struct says key[POLICY_SPACE_SIDES];
    uint32_t group;

    for (size_t side = 0; side < POLICY_SPACE_SIDES; side++) {
        policy_eval_section(run->diff->pack[side], &p->facts[side], p->section[side], &d[side]);
        key[side] = says(run, side, &d[side]);
    }
    if (memcmp(&key[0], &key[1], sizeof *key) == 0)
        return;
    run->changed++;
    group = group_of(run, d, key);
    if (group == NONE) {
        run->no_memory = true;
        return;
    }
    exemplify(run, &run->group[group], p, d);
    touch(run, group, p);
}

/* ---- telling ---- */

/* Why an event counts in one pack only, in words. */
static void explain(const struct run *run, const struct example *e, char note[NOTE_MAX])
{
    note[0] = '\0';
    for (uint64_t left = e->counts[0] ^ e->counts[1]; left != 0; left &= left - 1) {
        uint8_t event = (uint8_t)__builtin_ctzll(left);
        size_t used = strlen(note);

        (void)snprintf(note + used, NOTE_MAX - used, "%s", used == 0 ? "" : "; ");
        used = strlen(note);
        policy_diff_events_tell(run->events, &e->cell, event, (e->counts[0] >> event & 1) != 0 ? 1 : 2,
            run->diff->lang, note + used, NOTE_MAX - used);
    }
}

/* All cells of the classes that a group touches, as few boxes as can be. NULL: no memory. */
static size_t fill_boxes(struct run *run, uint32_t group, size_t *boxes)
{
    size_t n = 0;

    for (size_t i = 0; i < run->touches; i++) {
        const struct touch *t = &run->touch[i];

        for (uint32_t c = run->start[t->class]; t->group == group && c < run->start[t->class + 1]; c++) {
            const struct policy_space_cell *cell = &run->order[c];

            run->box[n++] = (struct policy_diff_box){ .askers = UINT64_C(1) << cell->asker,
                .purposes = UINT64_C(1) << cell->purpose,
                .holders = UINT64_C(1) << cell->holder,
                .sections = UINT64_C(1) << cell->section,
                .ages = t->ages };
        }
    }
    *boxes = policy_diff_boxes_merge(run->box, n);
    return n;
}

static void tell(struct run *run, uint32_t group)
{
    static const char *const ids[POLICY_SPACE_SIDES] = { "before", "after" };
    struct group *g = &run->group[group];
    struct policy_diff_group *told = &g->told;
    char row[POLICY_SPACE_SIDES][POLICY_ROW_MAX], note[NOTE_MAX];

    told->places = fill_boxes(run, group, &told->boxes);
    told->box = run->box;
    explain(run, &g->example, note);
    for (size_t side = 0; side < POLICY_SPACE_SIDES; side++) {
        const struct policy_decision *d = &g->example.decision[side];
        struct policy_row r = { .id = ids[side], .why = note, .space = run->space, .cell = g->example.cell,
            .facts = &g->example.facts[side], .events = g->example.counts[side], .decision = d,
            .rule = d->rule < 0 ? "" : run->diff->pack[side]->rule[d->rule].id };

        told->decision[side] = *d;
        policy_row_write(&r, row[side], sizeof row[side]);
        told->row[side] = row[side];
    }
    run->diff->report(run->diff->arg, told);
}

/* The cells by class. False when there is no memory. */
static bool sort_cells(struct run *run)
{
    const struct policy_space *space = run->space;
    uint32_t *next = calloc(space->classes + 1, sizeof *next);

    run->start = calloc(space->classes + 1, sizeof *run->start);
    run->order = calloc(space->cells + 1, sizeof *run->order);
    run->box = calloc(space->cells + 1, sizeof *run->box);
    if (next == NULL || run->start == NULL || run->order == NULL || run->box == NULL) {
        free(next);
        return false;
    }
    for (size_t i = 0; i < space->cells; i++)
        run->start[space->cell[i].class + 1]++;
    for (size_t i = 0; i < space->classes; i++)
        next[i + 1] = run->start[i + 1] += run->start[i];
    for (size_t i = 0; i < space->cells; i++)
        run->order[next[space->cell[i].class]++] = space->cell[i];
    free(next);
    return true;
}

static enum err tell_all(struct run *run, struct policy_diffed *out)
{
    if (!sort_cells(run))
        return ERR_NOMEM;
    for (enum policy_diff_kind kind = 0; kind < POLICY_DIFF_KINDS; kind++)
        for (uint32_t i = 0; i < run->groups; i++)
            if (run->group[i].told.kind == kind) {
                tell(run, i);
                out->groups[kind]++;
            }
    return OK;
}

/* ---- the whole ---- */

static void mark(void *arg, const struct policy_space_cell *cell, struct policy_space_mark *out)
{
    const struct run *run = arg;

    policy_diff_events_mark(run->events, cell, out->counts);
}

static enum err walk(struct run *run)
{
    const struct policy_diff *diff = run->diff;
    enum err e = OK;

    for (size_t i = 0; i < run->space->classes && e == OK; i++) {
        if (diff->progress != NULL)
            diff->progress(diff->arg, i, run->space->classes);
        e = policy_walk_class(run->space, i, NULL, compare, run, &run->points);
        if (run->no_memory)
            e = ERR_NOMEM;
    }
    return e;
}

/* One number for each id of a rule, in both packs. */
static void name_rules(struct run *run)
{
    const struct policy_pack *const *pack = run->diff->pack;

    for (size_t i = 0; i < pack[0]->rules; i++)
        run->rule_name[0][i] = i;
    for (size_t i = 0; i < pack[1]->rules; i++) {
        int same = policy_pack_rule(pack[0], pack[1]->rule[i].id);

        run->rule_name[1][i] = same < 0 ? POLICY_RULES_MAX + i : (uint64_t)same;
    }
}

enum err policy_diff_run(const struct policy_diff *diff, struct policy_diffed *out)
{
    struct run *run = calloc(1, sizeof *run);
    struct policy_diffed result = { .places = 0 };
    enum err e;

    if (run == NULL)
        return ERR_NOMEM;
    run->diff = diff;
    memset(run->bucket, 0xff, sizeof run->bucket);
    name_rules(run);
    e = policy_space_new(diff->pack, POLICY_SPACE_SIDES, &run->space);
    if (e == OK)
        e = policy_diff_events_new(run->space, &run->events);
    if (e == OK)
        e = policy_space_scan(run->space, mark, run);
    if (e == OK)
        e = walk(run);
    if (e == OK)
        e = tell_all(run, &result);
    if (e == OK) {
        result.places = run->space->all_cells;
        result.points = run->points;
        result.changed = run->changed;
        *out = result;
    }
    policy_diff_events_free(run->events);
    policy_space_free(run->space);
    free(run->group);
    free(run->touch);
    free(run->box);
    free(run->start);
    free(run->order);
    free(run);
    return e;
}

static const struct policy_parameter *same_parameter(
    const struct policy_pack *pack, const struct policy_parameter *p)
{
    for (size_t i = 0; i < pack->parameters; i++)
        if (strcmp(pack->parameter[i].name, p->name) == 0
            && date_compare(pack->parameter[i].from, p->from) == 0)
            return &pack->parameter[i];
    return NULL;
}

void policy_diff_parameters(const struct policy_pack *before, const struct policy_pack *after,
    policy_diff_parameter *report, void *arg)
{
    for (size_t i = 0; i < before->parameters; i++) {
        const struct policy_parameter *p = &before->parameter[i], *q = same_parameter(after, p);

        if (q == NULL || q->value != p->value)
            report(arg, p->name, p->from, &p->value, q == NULL ? NULL : &q->value);
    }
    for (size_t i = 0; i < after->parameters; i++) {
        const struct policy_parameter *p = &after->parameter[i];

        if (same_parameter(before, p) == NULL)
            report(arg, p->name, p->from, NULL, &p->value);
    }
}
