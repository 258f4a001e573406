#include "policy/space.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1 << 14 };

/* No class. */
static const uint32_t NONE = UINT32_MAX;

/* Ages at which other people must consent: POLICY.md, who must consent. Rules add theirs. */
static const uint8_t consent_borders[] = { 0, 12, 16, 18 };

/* One scan: the hash table of classes, and for each rule its events as indexes of the space. */
struct scan {
    struct policy_space *space;
    policy_space_marker *marker;
    void *arg;
    uint32_t bucket[BUCKETS];
    uint64_t events[POLICY_SPACE_SIDES][POLICY_RULES_MAX];
    size_t class_room, cell_room;
};

uint8_t policy_space_find(const struct policy_space *space, enum policy_set set, const char *name)
{
    for (size_t i = 0; i < space->set[set].count; i++)
        if (strcmp(space->set[set].name[i], name) == 0)
            return (uint8_t)i;
    return POLICY_UNKNOWN;
}

uint64_t policy_space_mask(const struct policy_space *space, enum policy_set set, size_t side, uint64_t mask)
{
    const struct policy_space_set *s = &space->set[set];
    uint64_t out = 0;

    for (size_t i = 0; i < s->count; i++)
        if (s->index[side][i] != POLICY_UNKNOWN && (mask >> s->index[side][i] & 1) != 0)
            out |= UINT64_C(1) << i;
    return out;
}

uint64_t policy_space_unmask(
    const struct policy_space *space, enum policy_set set, size_t side, uint64_t mask)
{
    const struct policy_space_set *s = &space->set[set];
    uint64_t out = 0;

    for (size_t i = 0; i < s->count; i++)
        if (s->index[side][i] != POLICY_UNKNOWN && (mask >> i & 1) != 0)
            out |= UINT64_C(1) << s->index[side][i];
    return out;
}

bool policy_space_has(const uint64_t rules[POLICY_RULE_WORDS], size_t rule)
{
    return (rules[rule / 64] >> (rule % 64) & 1) != 0;
}

/* Add the names of one pack. False when there are too many. */
static bool add_names(struct policy_space *space, enum policy_set set, size_t side)
{
    const struct policy_words *words = &space->pack[side]->set[set];
    struct policy_space_set *s = &space->set[set];

    for (size_t i = 0; i < words->count; i++) {
        uint8_t at = policy_space_find(space, set, words->word[i].name);

        if (at == POLICY_UNKNOWN) {
            if (s->count == POLICY_SPACE_NAMES_MAX)
                return false;
            at = (uint8_t)s->count++;
            s->name[at] = words->word[i].name;
        }
        s->index[side][at] = (uint8_t)i;
    }
    return true;
}

enum err policy_space_new(const struct policy_pack *const *packs, size_t sides, struct policy_space **out)
{
    struct policy_space *space = calloc(1, sizeof *space);
    bool fits = true;

    if (space == NULL)
        return ERR_NOMEM;
    space->sides = sides;
    for (enum policy_set set = 0; set < POLICY_SETS; set++)
        memset(space->set[set].index, POLICY_UNKNOWN, sizeof space->set[set].index);
    for (size_t side = 0; side < sides; side++) {
        space->pack[side] = packs[side];
        for (enum policy_set set = 0; set < POLICY_SETS; set++)
            fits = fits && add_names(space, set, side);
    }
    if (!fits) {
        policy_space_free(space);
        return ERR_LONG;
    }
    *out = space;
    return OK;
}

void policy_space_free(struct policy_space *space)
{
    if (space == NULL)
        return;
    free(space->class);
    free(space->cell);
    free(space);
}

/* One age of each interval in which no rule and no consent changes: its first. */
static void make_ages(struct policy_space *space)
{
    for (size_t i = 0; i < sizeof consent_borders; i++)
        space->border[consent_borders[i]] = true;
    for (size_t side = 0; side < space->sides; side++)
        for (size_t i = 0; i < space->pack[side]->rules; i++) {
            const struct policy_rule *r = &space->pack[side]->rule[i];

            space->border[r->age_min] = true;
            if (r->has_ages && r->age_max < POLICY_AGE_MAX)
                space->border[r->age_max + 1] = true;
        }
    space->age[space->ages++] = -1;
    for (int age = 0; age <= POLICY_AGE_MAX; age++)
        if (space->border[age])
            space->age[space->ages++] = age;
}

/* A longer block for one more of size; *room as a power of two. NULL: no memory, and the old one stays. */
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

static uint32_t bucket_of(const struct policy_space_key *key)
{
    uint64_t word[sizeof *key / sizeof(uint64_t)], hash = 0;

    memcpy(word, key, sizeof *key);
    for (size_t i = 0; i < sizeof word / sizeof *word; i++)
        hash = (hash ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> 40) % BUCKETS;
}

/* The class of a key. NONE when there is no memory for a new one. */
static uint32_t class_of(
    struct scan *scan, const struct policy_space_key *key, const struct policy_space_cell *cell)
{
    struct policy_space *space = scan->space;
    uint32_t *bucket = &scan->bucket[bucket_of(key)], i;
    struct policy_space_class *more;

    for (i = *bucket; i != NONE; i = space->class[i].next)
        if (memcmp(&space->class[i].key, key, sizeof *key) == 0)
            return i;
    more = longer(space->class, space->classes, &scan->class_room, sizeof *more);
    if (more == NULL)
        return NONE;
    space->class = more;
    i = (uint32_t)space->classes++;
    space->class[i] = (struct policy_space_class){ .key = *key, .first = *cell, .next = *bucket };
    space->class[i].first.class = i;
    *bucket = i;
    return i;
}

/* The rules of one pack that name this cell. */
static void matching(const struct policy_space *space, size_t side, const struct policy_space_cell *c,
    uint64_t out[POLICY_RULE_WORDS])
{
    const struct policy_index *x = &space->pack[side]->index;
    const uint64_t *asker = x->requester[space->set[POLICY_SET_KINDS].index[side][c->asker]].word,
                   *purpose = x->purpose[space->set[POLICY_SET_PURPOSES].index[side][c->purpose]].word,
                   *holder = x->holder[space->set[POLICY_SET_KINDS].index[side][c->holder]].word,
                   *section = x->section[space->set[POLICY_SET_SECTIONS].index[side][c->section]].word;

    for (size_t i = 0; i < POLICY_RULE_WORDS; i++)
        out[i] = asker[i] & purpose[i] & holder[i] & section[i];
}

/* The events that the rules name. Where nothing but a never matches, the first is all that matters. */
static uint64_t limit(const struct scan *scan, size_t side, uint64_t rules[POLICY_RULE_WORDS], bool *is_live)
{
    const struct policy_pack *pack = scan->space->pack[side];
    uint64_t events = 0;
    size_t first = POLICY_RULES_MAX, rule;

    *is_live = false;
    for (size_t w = POLICY_RULE_WORDS; w-- > 0;)
        for (uint64_t bits = rules[w]; bits != 0; bits &= ~(UINT64_C(1) << (rule % 64))) {
            rule = w * 64 + 63 - (size_t)__builtin_clzll(bits);
            events |= scan->events[side][rule];
            *is_live = *is_live || pack->rule[rule].mode != POLICY_MODE_N;
            first = rule;
        }
    if (!*is_live && first != POLICY_RULES_MAX) {
        memset(rules, 0, POLICY_RULE_WORDS * sizeof *rules);
        rules[first / 64] = UINT64_C(1) << (first % 64);
    }
    return events;
}

/* What the evaluator copies from section and purpose into an answer, in one word. */
static uint64_t rest(const struct policy_space *space, size_t side, const struct policy_space_cell *c)
{
    const struct policy_pack *pack = space->pack[side];
    uint8_t asker = space->set[POLICY_SET_KINDS].index[side][c->asker],
            purpose = space->set[POLICY_SET_PURPOSES].index[side][c->purpose],
            section = space->set[POLICY_SET_SECTIONS].index[side][c->section];
    uint64_t out = 0;

    if (asker != POLICY_UNKNOWN && purpose != POLICY_UNKNOWN)
        out = pack->feedback[asker][purpose];
    if (section != POLICY_UNKNOWN) {
        const struct policy_section *s = &pack->section[section];

        out |= (uint64_t)s->class << 8 | (uint64_t)s->days_max << 16 | (uint64_t)s->duties << 32;
        out |= (uint64_t)(section == pack->anon_section) << 12;
    }
    return out;
}

/* Put one cell into its class. False when there is no memory. */
static bool take(struct scan *scan, struct policy_space_cell *cell)
{
    struct policy_space *space = scan->space;
    struct policy_space_key key = { .rules = { { 0 } } };
    uint64_t events = 0, needs_case[POLICY_SPACE_SIDES] = { 0, 0 };
    bool live = false, one, kept = false;
    struct policy_space_cell *more;

    for (size_t side = 0; side < space->sides; side++) {
        matching(space, side, cell, key.rules[side]);
        events |= limit(scan, side, key.rules[side], &one);
        live = live || one;
        needs_case[side] =
            space->pack[side]->needs_case[space->set[POLICY_SET_PURPOSES].index[side][cell->purpose]];
        kept = kept || needs_case[side] != needs_case[0];
        for (size_t i = 0; i < POLICY_RULE_WORDS; i++)
            kept = kept || key.rules[side][i] != 0;
    }
    if (live)
        scan->marker(scan->arg, cell, &key.mark);
    for (size_t i = 0; i < 3; i++)
        key.mark.counts[i] &= events;
    key.mark.alone &= events;
    key.mark.real &= events;
    for (size_t side = 0; side < space->sides; side++)
        key.rest[side] = (live ? rest(space, side, cell) : 0) | needs_case[side] << 63;
    cell->class = class_of(scan, &key, cell);
    if (cell->class == NONE)
        return false;
    space->class[cell->class].cells++;
    space->class[cell->class].events = events;
    space->class[cell->class].needs_case = (needs_case[0] | needs_case[1]) != 0;
    space->class[cell->class].is_anon = ((key.rest[0] | key.rest[1]) >> 12 & 1) != 0;
    if (!kept)
        return true;
    more = longer(space->cell, space->cells, &scan->cell_room, sizeof *more);
    if (more == NULL)
        return false;
    space->cell = more;
    space->cell[space->cells++] = *cell;
    return true;
}

static enum err take_all(struct scan *scan)
{
    struct policy_space *space = scan->space;
    const struct policy_space_set *set = space->set;
    struct policy_space_cell c;

    for (size_t a = 0; a < set[POLICY_SET_KINDS].count; a++)
        for (size_t p = 0; p < set[POLICY_SET_PURPOSES].count; p++)
            for (size_t h = 0; h < set[POLICY_SET_KINDS].count; h++)
                for (size_t s = 0; s < set[POLICY_SET_SECTIONS].count; s++) {
                    c = (struct policy_space_cell){ .asker = (uint8_t)a,
                        .purpose = (uint8_t)p,
                        .holder = (uint8_t)h,
                        .section = (uint8_t)s };
                    space->all_cells++;
                    if (!take(scan, &c))
                        return ERR_NOMEM;
                }
    return OK;
}

enum err policy_space_scan(struct policy_space *space, policy_space_marker *marker, void *arg)
{
    struct scan *scan = calloc(1, sizeof *scan);
    enum err e;

    if (scan == NULL)
        return ERR_NOMEM;
    *scan = (struct scan){ .space = space, .marker = marker, .arg = arg };
    memset(scan->bucket, 0xff, sizeof scan->bucket);
    for (size_t side = 0; side < space->sides; side++)
        for (size_t i = 0; i < space->pack[side]->rules; i++)
            scan->events[side][i] =
                policy_space_mask(space, POLICY_SET_EVENTS, side, space->pack[side]->rule[i].events);
    make_ages(space);
    e = take_all(scan);
    free(scan);
    return e;
}
