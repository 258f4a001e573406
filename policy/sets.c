#include "policy/sets.h"

#include "policy/duty.h"

#include <ctype.h>
#include <string.h>

enum { VALID_DAYS_MAX = 3660, PARAMETER_MAX = 1000000 };

/* What each set is called in a mistake, how its names look, and how many it holds. */
static const struct {
    size_t max;
    bool capitals;
    const char *en, *nl;
} about[POLICY_SETS] = {
    [POLICY_SET_KINDS] = { POLICY_KINDS_MAX, false, "a kind or group of kinds.csv, or ANY",
        "een soort of groep uit kinds.csv, of ANY" },
    [POLICY_SET_PURPOSES] = { POLICY_PURPOSES_MAX, false, "a purpose of purposes.csv, or ANY",
        "een doel uit purposes.csv, of ANY" },
    [POLICY_SET_GROUNDS] = { POLICY_GROUNDS_MAX, true, "a ground of grounds.csv",
        "een grondslag uit grounds.csv" },
    [POLICY_SET_SECTIONS] = { POLICY_SECTIONS_MAX, false, "a section of sections.csv",
        "een rubriek uit sections.csv" },
    [POLICY_SET_EVENTS] = { POLICY_EVENTS_MAX, true, "an event of events.csv",
        "een gebeurtenis uit events.csv" },
};

bool policy_sets_open(struct policy_loading *loading, const struct policy_tables *tables,
    enum policy_table_id id, const char *const *names, struct policy_table *table)
{
    bool opened;

    *table = (struct policy_table){ .report = &loading->report, .file = policy_pack_file(id),
        .data = tables->table[id].data, .len = tables->table[id].len, .names = names };
    while (names[table->count] != NULL)
        table->count++;
    if (table->data == NULL) {
        policy_table_trouble(&loading->report, table->file, ERR_NOTFOUND, "this table is missing",
            "deze tabel ontbreekt");
        return false;
    }
    opened = policy_table_open(table);
    loading->pack->csv[id] = table->csv;
    return opened;
}

static void bad_name(const struct policy_table *table, bool capitals)
{
    if (capitals)
        policy_table_mistake(table, 0, NULL, ERR_SYNTAX,
            "a name of capitals, digits and _, a capital first, at most 31",
            "een naam van hoofdletters, cijfers en _, een hoofdletter eerst, hooguit 31");
    else
        policy_table_mistake(table, 0, NULL, ERR_SYNTAX,
            "a name of small letters, digits and _, a letter first, at most 31",
            "een naam van kleine letters, cijfers en _, een letter eerst, hooguit 31");
}

static void full(const struct policy_table *table)
{
    policy_table_mistake(table, 0, NULL, ERR_LONG, "no more rows: this set is full",
        "geen rijen meer: deze verzameling is vol");
}

/* Take the name of a row into a set. POLICY_UNKNOWN if it cannot be taken; told. */
static uint8_t add(struct policy_loading *loading, const struct policy_table *table, enum policy_set set,
    size_t meaning)
{
    struct policy_words *words = &loading->pack->set[set];
    const char *name = policy_table_cell(table, 0);

    if (policy_pack_find(loading->pack, set, name) != POLICY_UNKNOWN) {
        policy_table_mistake(table, 0, NULL, ERR_EXISTS, "a name that is not there already",
            "een naam die er nog niet is");
        return POLICY_UNKNOWN;
    }
    if (policy_table_is_name(name, about[set].capitals) && words->count < about[set].max) {
        words->word[words->count] = (struct policy_word){ name, policy_table_cell(table, meaning) };
        return (uint8_t)words->count++;
    }
    if (words->count == about[set].max)
        full(table);
    else
        bad_name(table, about[set].capitals);
    loading->incomplete[set] = true;
    return POLICY_UNKNOWN;
}

/* A set has rows, or all its names would be unknown. */
static void close_set(struct policy_loading *loading, const struct policy_table *table, enum policy_set set)
{
    if (csv_rows(table->csv) == 0) {
        policy_table_trouble(&loading->report, table->file, ERR_SHORT, "this table has no rows",
            "deze tabel heeft geen rijen");
        loading->incomplete[set] = true;
    }
}

void policy_sets_kinds(struct policy_loading *loading, const struct policy_tables *tables)
{
    static const char *const names[] = { "kind", "group", "meaning", NULL };
    struct policy_table t;
    uint8_t i;

    if (!policy_sets_open(loading, tables, POLICY_TABLE_KINDS, names, &t)) {
        loading->incomplete[POLICY_SET_KINDS] = true;
        return;
    }
    for (; t.row < csv_rows(t.csv); t.row++) {
        i = add(loading, &t, POLICY_SET_KINDS, 2);
        if (i == POLICY_UNKNOWN)
            continue;
        loading->pack->group[i] = policy_table_cell(&t, 1);
        if (loading->pack->group[i][0] != '\0' && !policy_table_is_name(loading->pack->group[i], false))
            policy_table_mistake(&t, 1, NULL, ERR_SYNTAX, "the name of a group in small letters, or nothing",
                "de naam van een groep in kleine letters, of niets");
    }
    close_set(loading, &t, POLICY_SET_KINDS);
}

void policy_sets_purposes(struct policy_loading *loading, const struct policy_tables *tables)
{
    static const char *const names[] = { "purpose", "meaning", "needs_case", NULL };
    static const char *const answers[] = { "no", "yes", NULL };
    struct policy_table t;
    uint8_t i;

    memset(loading->pack->needs_case, true, sizeof loading->pack->needs_case);
    if (!policy_sets_open(loading, tables, POLICY_TABLE_PURPOSES, names, &t)) {
        loading->incomplete[POLICY_SET_PURPOSES] = true;
        return;
    }
    for (; t.row < csv_rows(t.csv); t.row++) {
        i = add(loading, &t, POLICY_SET_PURPOSES, 1);
        if (i != POLICY_UNKNOWN)
            loading->pack->needs_case[i] = policy_table_choice(&t, 2, answers) != 0;
    }
    close_set(loading, &t, POLICY_SET_PURPOSES);
}

void policy_sets_grounds(struct policy_loading *loading, const struct policy_tables *tables)
{
    static const char *const names[] = { "ground", "meaning", "survives_objection", NULL };
    static const char *const answers[] = { "no", "yes", NULL };
    struct policy_ground *g;
    struct policy_table t;
    uint8_t i;

    if (!policy_sets_open(loading, tables, POLICY_TABLE_GROUNDS, names, &t)) {
        loading->incomplete[POLICY_SET_GROUNDS] = true;
        return;
    }
    for (; t.row < csv_rows(t.csv); t.row++) {
        i = add(loading, &t, POLICY_SET_GROUNDS, 1);
        if (i == POLICY_UNKNOWN)
            continue;
        g = &loading->pack->ground[i];
        g->survives = policy_table_choice(&t, 2, answers) != 0;
        g->reserved = strncmp(policy_table_cell(&t, 1), "reserved", strlen("reserved")) == 0;
        policy_duty_of_ground(policy_table_cell(&t, 0), g);
    }
    close_set(loading, &t, POLICY_SET_GROUNDS);
}

void policy_sets_sections(struct policy_loading *loading, const struct policy_tables *tables)
{
    static const char *const names[] = { "section", "class", "content", NULL };
    static const char *const classes[] = { "S0", "S1", "S2", "S3", "S4", "SX", NULL };
    struct policy_section *s;
    struct policy_table t;
    uint8_t i;

    if (!policy_sets_open(loading, tables, POLICY_TABLE_SECTIONS, names, &t)) {
        loading->incomplete[POLICY_SET_SECTIONS] = true;
        return;
    }
    for (; t.row < csv_rows(t.csv); t.row++) {
        i = add(loading, &t, POLICY_SET_SECTIONS, 2);
        if (i == POLICY_UNKNOWN)
            continue;
        s = &loading->pack->section[i];
        s->class = (enum policy_class)policy_table_choice(&t, 1, classes);
        policy_duty_of_section(policy_table_cell(&t, 0), s);
    }
    close_set(loading, &t, POLICY_SET_SECTIONS);
}

/* Who may set an event: kinds, or the word system alone. */
static void set_by(struct policy_loading *loading, const struct policy_table *t, uint8_t i)
{
    static const char *const answers[] = { "no", "ref", "yes", NULL };
    struct policy_event_def *e = &loading->pack->event[i];

    e->system = strcmp(policy_table_cell(t, 2), "system") == 0;
    if (!e->system) {
        e->set_by = (uint32_t)policy_sets_mask(loading, t, 2, POLICY_SET_KINDS);
        e->by_requester = (enum policy_by_requester)policy_table_choice(t, 3, answers);
        return;
    }
    if (policy_table_cell(t, 3)[0] != '\0')
        policy_table_mistake(t, 3, NULL, ERR_RANGE, "nothing: an event of the system is set by nobody",
            "niets: een gebeurtenis van het systeem zet niemand");
    if (loading->pack->system_event != POLICY_UNKNOWN)
        policy_table_mistake(t, 2, NULL, ERR_EXISTS, "one event of the system at most",
            "hooguit een gebeurtenis van het systeem");
    loading->pack->system_event = i;
}

void policy_sets_events(struct policy_loading *loading, const struct policy_tables *tables)
{
    static const char *const names[] = { "event", "meaning", "set_by", "by_requester", "scope", "valid_days",
        NULL };
    static const char *const scopes[] = { "child", "purpose", "pair", NULL };
    struct policy_table t;
    uint64_t days;
    uint8_t i;

    if (!policy_sets_open(loading, tables, POLICY_TABLE_EVENTS, names, &t)) {
        loading->incomplete[POLICY_SET_EVENTS] = true;
        return;
    }
    for (; t.row < csv_rows(t.csv); t.row++) {
        i = add(loading, &t, POLICY_SET_EVENTS, 1);
        if (i == POLICY_UNKNOWN)
            continue;
        set_by(loading, &t, i);
        loading->pack->event[i].scope = (enum policy_scope)policy_table_choice(&t, 4, scopes);
        if (policy_table_cell(&t, 5)[0] != '\0' && policy_table_number(&t, 5, 1, VALID_DAYS_MAX, &days))
            loading->pack->event[i].valid_days = (uint16_t)days;
    }
    close_set(loading, &t, POLICY_SET_EVENTS);
}

/* A parameter may be there more than once, each time from another day. */
static bool is_parameter_known(const struct policy_pack *pack, const struct policy_parameter *p)
{
    for (size_t i = 0; i < pack->parameters; i++)
        if (strcmp(pack->parameter[i].name, p->name) == 0
            && date_compare(pack->parameter[i].from, p->from) == 0)
            return true;
    return false;
}

static void parameter(struct policy_pack *pack, const struct policy_table *t)
{
    struct policy_parameter p = { .name = policy_table_cell(t, 0), .source = policy_table_cell(t, 3) };

    (void)policy_table_number(t, 1, 0, PARAMETER_MAX, &p.value);
    if (!policy_table_is_name(p.name, false))
        bad_name(t, false);
    else if (!policy_table_day(t, 2, &p.from))
        return;
    else if (is_parameter_known(pack, &p))
        policy_table_mistake(t, 0, NULL, ERR_EXISTS, "no second value of a parameter from the same day",
            "geen tweede waarde van een parameter vanaf dezelfde dag");
    else if (pack->parameters == POLICY_PARAMETERS_MAX)
        full(t);
    else
        pack->parameter[pack->parameters++] = p;
}

void policy_sets_parameters(struct policy_loading *loading, const struct policy_tables *tables)
{
    static const char *const names[] = { "parameter", "value", "valid_from", "source", NULL };
    struct policy_table t;

    if (!policy_sets_open(loading, tables, POLICY_TABLE_PARAMETERS, names, &t))
        return;
    for (; t.row < csv_rows(t.csv); t.row++)
        parameter(loading->pack, &t);
}

/* A group is written in capitals where its kinds are meant. */
static bool is_group(const char *word, const char *group)
{
    size_t i = 0;

    while (group[i] != '\0' && word[i] == toupper((unsigned char)group[i]))
        i++;
    return i != 0 && group[i] == '\0' && word[i] == '\0';
}

uint64_t policy_sets_group(const struct policy_pack *pack, enum policy_set set, const char *word)
{
    bool any = set <= POLICY_SET_PURPOSES && strcmp(word, "ANY") == 0;
    uint64_t mask = 0;

    for (size_t i = 0; i < pack->set[set].count; i++)
        if (any || (set == POLICY_SET_KINDS && is_group(word, pack->group[i])))
            mask |= UINT64_C(1) << i;
    return mask;
}

uint8_t policy_sets_name(struct policy_loading *loading, const struct policy_table *table, size_t column,
    enum policy_set set, const char *name, const char *word)
{
    uint8_t i = policy_pack_find(loading->pack, set, name);

    if (i == POLICY_UNKNOWN && !loading->incomplete[set])
        policy_table_mistake(table, column, word, ERR_NOTFOUND, about[set].en, about[set].nl);
    return i;
}

uint64_t policy_sets_mask(struct policy_loading *loading, const struct policy_table *table, size_t column,
    enum policy_set set)
{
    const char *cursor = policy_table_cell(table, column), *at;
    char word[POLICY_WORD_MAX + 1];
    uint64_t mask = 0, group;
    uint8_t i;

    while (policy_table_word(&cursor, &at, word)) {
        group = policy_sets_group(loading->pack, set, word);
        mask |= group;
        if (group != 0)
            continue;
        i = policy_sets_name(loading, table, column, set, word, at);
        if (i != POLICY_UNKNOWN)
            mask |= UINT64_C(1) << i;
    }
    if (policy_table_cell(table, column)[0] == '\0')
        policy_table_mistake(table, column, NULL, ERR_SHORT, about[set].en, about[set].nl);
    return mask;
}
