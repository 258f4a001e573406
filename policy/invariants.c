#include "policy/invariants.h"

#include "policy/rules.h"
#include "policy/words.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum column {
    NAME, STATEMENT, ASKER, PURPOSE, HOLDER, SECTIONS, GROUNDS, AGES, EVENTS, WHEN, VALUE, UNLESS, NL, EN
};

static const char *const columns[] = { "name", "statement", "asker", "purpose", "holder", "sections",
    "grounds", "ages", "events", "when", "value", "unless", "nl", "en", NULL };

/* The table being read. */
struct reading {
    const struct policy_pack *pack;
    struct policy_table *table;
    struct policy_invariants *out;
};

static void mistake(
    const struct reading *r, enum column column, const char *word, enum err e, const char *en, const char *nl)
{
    policy_table_mistake(r->table, column, word, e, en, nl);
}

static uint64_t all_of(const struct policy_pack *pack, enum policy_set set)
{
    size_t count = pack->set[set].count;

    return count == 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
}

/* One word of a set: a name, a group, or NONE. */
static uint64_t one_of(const struct reading *r, enum column column, enum policy_set set, const char *word,
    const char *at)
{
    uint64_t mask = policy_sets_group(r->pack, set, word);
    uint8_t i = policy_pack_find(r->pack, set, word);

    if (mask != 0)
        return mask;
    if (i != POLICY_UNKNOWN)
        return UINT64_C(1) << i;
    if (strcmp(word, "NONE") != 0)
        mistake(r, column, at, ERR_NOTFOUND,
            "names of the pack, NONE, or NOT and the names that are left out",
            "namen uit het pakket, NONE, of NOT en de namen die erbuiten vallen");
    return 0;
}

/* An empty cell is all, NOT turns it round. */
static uint64_t names(const struct reading *r, enum column column, enum policy_set set)
{
    const char *cursor = policy_table_cell(r->table, column), *at;
    char word[POLICY_WORD_MAX + 1];
    uint64_t all = all_of(r->pack, set), mask = 0;
    bool left_out = false;

    if (cursor[0] == '\0')
        return all;
    while (policy_table_word(&cursor, &at, word)) {
        if (at == policy_table_cell(r->table, column) && strcmp(word, "NOT") == 0)
            left_out = true;
        else
            mask |= one_of(r, column, set, word, at);
    }
    return left_out ? all & ~mask : mask;
}

static void ages(const struct reading *r, struct policy_invariant *v)
{
    const char *cell = policy_table_cell(r->table, AGES);

    v->has_ages = cell[0] != '\0';
    if (v->has_ages && !policy_rules_ages(cell, &v->age_min, &v->age_max))
        mistake(r, AGES, NULL, ERR_RANGE, "ages as 16..22, ..17 or 18.., or nothing for all",
            "leeftijden als 16..22, ..17 of 18.., of niets voor alle");
}

static void when(const struct reading *r, struct policy_invariant *v)
{
    static const char *const known[] = { "nomember", "restricted", "identifiable", "unweighed", "unapproved",
        "alone" };
    const char *cursor = policy_table_cell(r->table, WHEN), *at;
    char word[POLICY_WORD_MAX + 1];
    size_t i;

    while (policy_table_word(&cursor, &at, word)) {
        for (i = 0; i < sizeof known / sizeof *known && strcmp(word, known[i]) != 0; i++)
            ;
        if (i < sizeof known / sizeof *known)
            v->when |= 1U << i;
        else
            mistake(r, WHEN, at, ERR_RANGE,
                "nomember, restricted, identifiable, unweighed, unapproved or alone",
                "nomember, restricted, identifiable, unweighed, unapproved of alone");
    }
}

static void unless(const struct reading *r, struct policy_invariant *v)
{
    const char *cursor = policy_table_cell(r->table, UNLESS), *at;
    char word[POLICY_WORD_MAX + 1];
    int rule;

    while (policy_table_word(&cursor, &at, word)) {
        rule = policy_pack_rule(r->pack, word);
        if (rule < 0)
            mistake(r, UNLESS, at, ERR_NOTFOUND, "rules of rules.csv", "regels uit rules.csv");
        else
            v->unless[rule / 64] |= UINT64_C(1) << (rule % 64);
    }
}

static void duties(const struct reading *r, struct policy_invariant *v)
{
    const char *cursor = policy_table_cell(r->table, VALUE), *at;
    char word[POLICY_WORD_MAX + 1];
    unsigned i;

    while (policy_table_word(&cursor, &at, word)) {
        for (i = 0; i < POLICY_DUTY_BITS && strcmp(word, policy_words_duty(i)) != 0; i++)
            ;
        if (i < POLICY_DUTY_BITS)
            v->duties |= UINT32_C(1) << i;
        else
            mistake(r, VALUE, at, ERR_NOTFOUND, "duties such as weigh_asker, eyes_holder or officer",
                "plichten zoals weigh_asker, eyes_holder of officer");
    }
}

/* What the statement says besides what it is about. */
static void value(const struct reading *r, struct policy_invariant *v)
{
    const char *cell = policy_table_cell(r->table, VALUE);
    bool is_said = v->statement >= POLICY_STATES_DUTY;
    uint64_t days = 0;

    if (is_said != (cell[0] != '\0'))
        mistake(r, VALUE, NULL, is_said ? ERR_SHORT : ERR_RANGE,
            "duties, days or purposes after duty, days or apart; nothing after never and consent",
            "plichten, dagen of doelen na duty, days of apart; niets na never en consent");
    else if (v->statement == POLICY_STATES_DUTY)
        duties(r, v);
    else if (v->statement == POLICY_STATES_APART)
        v->others = (uint32_t)names(r, VALUE, POLICY_SET_PURPOSES);
    else if (is_said && policy_table_number(r->table, VALUE, 1, POLICY_DAYS_MAX, &days))
        v->days = (uint16_t)days;
}

/* Two purposes are compared as a whole: of a part of the facts nothing would be proven. */
static void whole(const struct reading *r)
{
    static const enum column parts[] = { GROUNDS, AGES, EVENTS, WHEN, UNLESS };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (policy_table_cell(r->table, parts[i])[0] != '\0')
            mistake(r, parts[i], NULL, ERR_RANGE, "nothing in a row of apart", "niets in een rij met apart");
}

static void texts(const struct reading *r, struct policy_invariant *v)
{
    static const enum column column[] = { [LANG_EN] = EN, [LANG_NL] = NL };

    for (size_t i = 0; i < 2; i++) {
        v->text[i] = policy_table_cell(r->table, column[i]);
        if (v->text[i][0] == '\0' || strlen(v->text[i]) > POLICY_INVARIANT_TEXT_MAX)
            mistake(r, column[i], NULL, ERR_SHORT, "a sentence of at most 240 bytes",
                "een zin van hooguit 240 bytes");
    }
}

static void name(const struct reading *r, struct policy_invariant *v)
{
    v->name = policy_table_cell(r->table, NAME);
    if (!policy_table_is_name(v->name, false))
        mistake(r, NAME, NULL, ERR_SYNTAX,
            "a name of small letters, digits and _, a letter first, at most 31",
            "een naam van kleine letters, cijfers en _, een letter eerst, hooguit 31");
    for (size_t i = 0; i < r->out->count; i++)
        if (strcmp(r->out->row[i].name, v->name) == 0)
            mistake(
                r, NAME, NULL, ERR_EXISTS, "a name that is not there already", "een naam die er nog niet is");
}

static void read_row(const struct reading *r)
{
    static const char *const statements[] = { "never", "consent", "duty", "days", "apart", NULL };
    struct policy_invariant *v = &r->out->row[r->out->count];

    name(r, v);
    v->line = policy_table_line(r->table);
    v->statement = (enum policy_statement)policy_table_choice(r->table, STATEMENT, statements);
    v->askers = (uint32_t)names(r, ASKER, POLICY_SET_KINDS);
    v->purposes = (uint32_t)names(r, PURPOSE, POLICY_SET_PURPOSES);
    v->holders = (uint32_t)names(r, HOLDER, POLICY_SET_KINDS);
    v->sections = names(r, SECTIONS, POLICY_SET_SECTIONS);
    v->grounds = (uint32_t)names(r, GROUNDS, POLICY_SET_GROUNDS);
    v->events = names(r, EVENTS, POLICY_SET_EVENTS);
    ages(r, v);
    when(r, v);
    unless(r, v);
    value(r, v);
    texts(r, v);
    if (v->statement == POLICY_STATES_APART)
        whole(r);
    r->out->count++;
}

enum err policy_invariants_load(const struct policy_pack *pack, const uint8_t *data, size_t len,
    enum lang lang, csv_report *report, void *arg, struct policy_invariants **out)
{
    struct policy_report told = { .lang = lang, .report = report, .arg = arg };
    struct policy_table table = { .report = &told, .file = "invariants.csv", .data = data, .len = len,
        .names = columns, .count = sizeof columns / sizeof *columns - 1 };
    struct policy_invariants *v = calloc(1, sizeof *v);
    struct reading r = { .pack = pack, .table = &table, .out = v };

    if (v == NULL)
        policy_table_trouble(&told, table.file, ERR_NOMEM, "not enough memory for this table",
            "te weinig geheugen voor deze tabel");
    else if (data == NULL)
        policy_table_trouble(
            &told, table.file, ERR_NOTFOUND, "this table is missing", "deze tabel ontbreekt");
    else if (policy_table_open(&table)) {
        for (; table.row < csv_rows(table.csv) && v->count < POLICY_INVARIANTS_MAX; table.row++)
            read_row(&r);
        if (table.row < csv_rows(table.csv))
            mistake(&r, NAME, NULL, ERR_LONG, "no more rows: at most 64", "geen rijen meer: hooguit 64");
        (void)crypto_hash_sha256(v->digest, data, len);
        v->csv = table.csv;
        table.csv = NULL;
    }
    csv_drop(table.csv);
    if (told.first != OK) {
        policy_invariants_free(v);
        return told.first;
    }
    *out = v;
    return OK;
}

void policy_invariants_free(struct policy_invariants *invariants)
{
    if (invariants == NULL)
        return;
    csv_drop(invariants->csv);
    free(invariants);
}
