#include "policy/rules.h"

#include "base/text.h"
#include "policy/duty.h"

#include <string.h>

enum column {
    ID, REQUESTER, PURPOSE, HOLDER, SECTIONS, MODE, GROUND, GROUND9, EVENTS, AGES, WEIGH, EYES, INFORM, DAYS
};

static const char *const columns[] = { "id", "requester", "purpose", "holder", "sections", "mode", "ground",
    "ground9", "events", "ages", "weigh", "eyes", "inform", "days", NULL };

static void id(const struct policy_pack *pack, const struct policy_table *t, struct policy_rule *r)
{
    r->id = policy_table_cell(t, ID);
    if (!policy_table_is_name(r->id, true))
        policy_table_mistake(t, ID, NULL, ERR_SYNTAX, "a capital, then capitals, digits and _, at most 31",
            "een hoofdletter, dan hoofdletters, cijfers en _, hooguit 31");
    else if (policy_pack_rule(pack, r->id) >= 0)
        policy_table_mistake(
            t, ID, NULL, ERR_EXISTS, "an id that is not there already", "een id dat er nog niet is");
}

/* Words of events: all are needed, a slash separates alternatives. */
static void events(struct policy_loading *loading, const struct policy_table *t, struct policy_rule *r)
{
    const char *cursor = policy_table_cell(t, EVENTS), *at;
    char word[POLICY_WORD_MAX + 1], *name, *rest;
    uint64_t need;
    uint8_t i;

    while (policy_table_word(&cursor, &at, word)) {
        need = 0;
        rest = word;
        while ((name = strsep(&rest, "/")) != NULL) {
            i = policy_sets_name(loading, t, EVENTS, POLICY_SET_EVENTS, name, at + (name - word));
            if (i != POLICY_UNKNOWN)
                need |= UINT64_C(1) << i;
        }
        r->events |= need;
        if (r->needs < POLICY_NEEDS_MAX)
            r->need[r->needs++] = need;
        else
            policy_table_mistake(t, EVENTS, at, ERR_LONG, "at most 4 things needed at the same time",
                "hooguit 4 dingen die tegelijk nodig zijn");
    }
}

/* The two dots first: a spreadsheet takes 12-22 for a day and 18- for a number below zero, and leaves 12..22 alone. */
bool policy_rules_ages(const char *cell, uint8_t *min, uint8_t *max)
{
    const char *dots = strstr(cell, ".."), *between = dots != NULL ? dots : strchr(cell, '-'), *after;
    uint64_t low = 0, high = POLICY_AGE_MAX;
    char digits[4] = "";

    if (between == NULL || between - cell >= (ptrdiff_t)sizeof digits)
        return false;
    memcpy(digits, cell, (size_t)(between - cell));
    after = between + (dots != NULL ? 2 : 1);
    if ((digits[0] == '\0' && after[0] == '\0')
        || (digits[0] != '\0' && text_u64(digits, POLICY_AGE_MAX, &low) != OK)
        || (after[0] != '\0' && text_u64(after, POLICY_AGE_MAX, &high) != OK) || low > high)
        return false;
    *min = (uint8_t)low;
    *max = (uint8_t)high;
    return true;
}

static void ages(const struct policy_table *t, struct policy_rule *r)
{
    const char *cell = policy_table_cell(t, AGES);

    r->has_ages = cell[0] != '\0';
    if (r->has_ages && !policy_rules_ages(cell, &r->age_min, &r->age_max))
        policy_table_mistake(t, AGES, NULL, ERR_RANGE, "ages as 16..22, ..17 or 18.., or nothing for all",
            "leeftijden als 16..22, ..17 of 18.., of niets voor alle");
}

static void ground(struct policy_loading *loading, const struct policy_table *t, struct policy_rule *r)
{
    r->ground = policy_sets_name(loading, t, GROUND, POLICY_SET_GROUNDS, policy_table_cell(t, GROUND), NULL);
    if (r->ground != POLICY_UNKNOWN && loading->pack->ground[r->ground].reserved)
        policy_table_mistake(t, GROUND, NULL, ERR_DENIED, "a ground that is not switched off",
            "een grondslag die niet uit staat");
}

/* Whether a rule gives something of a class from low up. */
static bool has_class(const struct policy_pack *pack, const struct policy_rule *r, enum policy_class low)
{
    for (size_t i = 0; i < pack->set[POLICY_SET_SECTIONS].count; i++)
        if ((r->sections >> i & 1) != 0 && pack->section[i].class >= low)
            return true;
    return false;
}

/* GDPR article 9(2): a letter from a to j, and needed for what is special. */
static void ground9(const struct policy_pack *pack, const struct policy_table *t, struct policy_rule *r)
{
    const char *cell = policy_table_cell(t, GROUND9);

    if (cell[0] == '\0' && has_class(pack, r, POLICY_S3))
        policy_table_mistake(t, GROUND9, NULL, ERR_SHORT,
            "a second ground such as 9.2.a, as a section is S3 or S4",
            "een tweede grondslag zoals 9.2.a, want een rubriek is S3 of S4");
    else if (cell[0] != '\0'
        && (strncmp(cell, "9.2.", 4) != 0 || strlen(cell) != 5 || cell[4] < 'a' || cell[4] > 'j'))
        policy_table_mistake(
            t, GROUND9, NULL, ERR_SYNTAX, "9.2.a to 9.2.j, or nothing", "9.2.a tot 9.2.j, of niets");
    else if (cell[0] != '\0')
        r->ground9 = cell[4];
    if (has_class(pack, r, POLICY_SX))
        policy_table_mistake(t, SECTIONS, NULL, ERR_DENIED,
            "no section of class SX, which only mode N may name",
            "geen rubriek van klasse SX; die mag alleen modus N noemen");
}

/*
 * A rule that never permits has nothing to say about how. An age would be read in two ways by node and hub.
 */
static void never(const struct policy_table *t)
{
    static const struct {
        enum column column;
        const char *text;
    } fixed[] = { { GROUND, "" }, { GROUND9, "" }, { EVENTS, "" }, { AGES, "" }, { WEIGH, "no" },
        { EYES, "no" }, { INFORM, "none" }, { DAYS, "0" } };

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(policy_table_cell(t, fixed[i].column), fixed[i].text) != 0)
            policy_table_mistake(t, fixed[i].column, NULL, ERR_RANGE,
                fixed[i].text[0] == '\0' ? "nothing in a rule of mode N"
                                         : "no, no, none and 0 at the end of a rule of mode N",
                fixed[i].text[0] == '\0' ? "niets in een regel met modus N"
                                         : "no, no, none en 0 aan het eind van een regel met modus N");
}

static void permitting(struct policy_loading *loading, const struct policy_table *t, struct policy_rule *r)
{
    static const char *const weighs[] = { "no", "asker", "holder", "post", NULL };
    static const char *const eyes[] = { "no", "holder", "post", NULL };
    static const char *const informs[] = { "none", "before", "after", "defer", NULL };
    uint64_t days = 1;

    ground(loading, t, r);
    ground9(loading->pack, t, r);
    events(loading, t, r);
    ages(t, r);
    r->weigh = (enum policy_weigh)policy_table_choice(t, WEIGH, weighs);
    r->eyes = (enum policy_eyes)policy_table_choice(t, EYES, eyes);
    r->inform = (enum policy_inform)policy_table_choice(t, INFORM, informs);
    (void)policy_table_number(t, DAYS, 1, POLICY_DAYS_MAX, &days);
    r->days = (uint16_t)days;
}

void policy_rules_load(struct policy_loading *loading, const struct policy_tables *tables)
{
    static const char *const modes[] = { "N", "A", "C", NULL };
    struct policy_pack *pack = loading->pack;
    struct policy_table t;
    struct policy_rule r;

    if (!policy_sets_open(loading, tables, POLICY_TABLE_RULES, columns, &t))
        return;
    for (; t.row < csv_rows(t.csv); t.row++) {
        r = (struct policy_rule){ .ground = POLICY_UNKNOWN };
        id(pack, &t, &r);
        r.requesters = (uint32_t)policy_sets_mask(loading, &t, REQUESTER, POLICY_SET_KINDS);
        r.purposes = (uint32_t)policy_sets_mask(loading, &t, PURPOSE, POLICY_SET_PURPOSES);
        r.holders = (uint32_t)policy_sets_mask(loading, &t, HOLDER, POLICY_SET_KINDS);
        r.sections = policy_sets_mask(loading, &t, SECTIONS, POLICY_SET_SECTIONS);
        r.mode = (enum policy_mode)policy_table_choice(&t, MODE, modes);
        if (r.mode == POLICY_MODE_N)
            never(&t);
        else
            permitting(loading, &t, &r);
        if (pack->rules == POLICY_RULES_MAX) {
            policy_table_mistake(&t, ID, NULL, ERR_LONG, "no more rows: at most 256 rules",
                "geen rijen meer: hooguit 256 regels");
            return;
        }
        pack->rule[pack->rules++] = r;
    }
}

static void admit(struct policy_rule_set *set, size_t rule)
{
    set->word[rule / 64] |= UINT64_C(1) << (rule % 64);
}

static void admit_mask(struct policy_rule_set *sets, uint64_t mask, size_t rule)
{
    for (size_t i = 0; i < 64; i++)
        if ((mask >> i & 1) != 0)
            admit(&sets[i], rule);
}

/*
 * An unknown age meets no age condition of mode A. It meets those of mode C, which then cannot permit:
 * without an age nobody knows whose yes is needed, and the answer says so. In the hub's view every age
 * condition counts as met.
 */
static void admit_ages(struct policy_index *index, const struct policy_rule *r, size_t rule)
{
    for (size_t age = 0; age <= POLICY_AGE_MAX; age++)
        if (!r->has_ages || (age >= r->age_min && age <= r->age_max))
            admit(&index->age[age], rule);
    if (!r->has_ages || r->mode == POLICY_MODE_C)
        admit(&index->age[POLICY_AGE_UNKNOWN], rule);
    admit(&index->age[POLICY_AGE_ANY], rule);
}

void policy_rules_index(struct policy_pack *pack)
{
    struct policy_index *index = &pack->index;

    index->words = (pack->rules + 63) / 64;
    for (size_t i = 0; i < pack->rules; i++) {
        struct policy_rule *r = &pack->rule[i];

        r->duties = policy_duty_of_rule(pack, r);
        admit_mask(index->requester, r->requesters, i);
        admit_mask(index->purpose, r->purposes, i);
        admit_mask(index->holder, r->holders, i);
        admit_mask(index->section, r->sections, i);
        admit_ages(index, r, i);
        admit(&index->mode[r->mode], i);
    }
}
