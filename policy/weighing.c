#include "policy/weighing.h"

#include "policy/sets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTION, WHEN, PICK, NL, EN };

struct reading {
    struct policy_table *table;
    struct policy_weighing *w;
    uint32_t seen;
};

/* When a question must be answered: words of the cell; nothing is never. */
static void read_when(struct reading *r, uint32_t bit)
{
    const char *cursor = policy_table_cell(r->table, WHEN), *at;
    char word[POLICY_WORD_MAX + 1];

    while (policy_table_word(&cursor, &at, word)) {
        if (strcmp(word, "consent") == 0)
            r->w->consented |= bit;
        else if (strcmp(word, "allowed") == 0)
            r->w->allowed |= bit;
        else if (strcmp(word, "grave") == 0)
            r->w->grave |= bit;
        else
            policy_table_mistake(r->table, WHEN, at, ERR_RANGE, "consent, allowed or grave",
                "consent, allowed of grave");
    }
}

static void read_question(struct reading *r, uint32_t bit)
{
    if ((r->seen & bit) != 0)
        policy_table_mistake(r->table, QUESTION, NULL, ERR_EXISTS, "a question that is not there already",
            "een vraag die er nog niet is");
    r->seen |= bit;
    for (size_t column = NL; column <= EN; column++)
        if (policy_table_cell(r->table, column)[0] != '\0')
            policy_table_mistake(r->table, column, NULL, ERR_RANGE,
                "nothing: the words of a question are in texts.csv",
                "niets: de woorden van een vraag staan in texts.csv");
    read_when(r, bit);
}

static void read_pick(struct reading *r, uint8_t question)
{
    struct policy_pick p = { .question = question,
        .name = policy_table_cell(r->table, PICK),
        .nl = policy_table_cell(r->table, NL),
        .en = policy_table_cell(r->table, EN) };

    if (!policy_table_is_name(p.name, false))
        policy_table_mistake(r->table, PICK, NULL, ERR_SYNTAX,
            "a name of small letters, digits and _, a letter first, at most 31",
            "een naam van kleine letters, cijfers en _, een letter eerst, hooguit 31");
    if (policy_weighing_pick(r->w, question, p.name) != NULL)
        policy_table_mistake(r->table, PICK, NULL, ERR_EXISTS, "an answer that this question does not have yet",
            "een antwoord dat deze vraag nog niet heeft");
    if (policy_table_cell(r->table, WHEN)[0] != '\0')
        policy_table_mistake(r->table, WHEN, NULL, ERR_RANGE, "nothing: this row is an answer to pick",
            "niets: deze rij is een antwoord om te kiezen");
    if (p.nl[0] == '\0')
        policy_table_mistake(r->table, NL, NULL, ERR_SHORT, "a text in Dutch", "een tekst in het Nederlands");
    if (p.en[0] == '\0')
        policy_table_mistake(r->table, EN, NULL, ERR_SHORT, "a text in English", "een tekst in het Engels");
    if (r->w->picks == POLICY_PICKS_MAX)
        policy_table_mistake(r->table, PICK, NULL, ERR_LONG, "no more answers: there is no room for them",
            "geen antwoorden meer: er is geen plaats voor");
    else
        r->w->pick[r->w->picks++] = p;
}

static void read_rows(struct reading *r)
{
    struct policy_table *t = r->table;
    size_t told = t->report->told;
    uint64_t question;

    for (; t->row < csv_rows(t->csv); t->row++) {
        if (!policy_table_number(t, QUESTION, 1, POLICY_QUESTIONS, &question))
            continue;
        if (policy_table_cell(t, PICK)[0] == '\0')
            read_question(r, UINT32_C(1) << (question - 1));
        else
            read_pick(r, (uint8_t)question);
    }
    if (t->report->told == told && r->seen != (UINT32_C(1) << POLICY_QUESTIONS) - 1)
        policy_table_trouble(t->report, t->file, ERR_SHORT, "not every question from 1 to 17 has its row",
            "niet elke vraag van 1 tot en met 17 heeft een rij");
}

void policy_weighing_load(struct policy_loading *loading, const struct policy_tables *tables)
{
    static const char *const names[] = { "question", "when", "pick", "nl", "en", NULL };
    struct policy_table table;
    struct reading r = { .table = &table, .w = calloc(1, sizeof(struct policy_weighing)) };

    loading->pack->weighing = r.w;
    if (r.w == NULL)
        policy_table_trouble(&loading->report, "weighing.csv", ERR_NOMEM, "not enough memory for these questions",
            "te weinig geheugen voor deze vragen");
    else if (policy_sets_open(loading, tables, POLICY_TABLE_WEIGHING, names, &table))
        read_rows(&r);
}

uint32_t policy_weighing_questions(const struct policy_pack *pack, int rule, uint64_t sections)
{
    const struct policy_weighing *w = pack->weighing;
    const struct policy_rule *r = &pack->rule[rule];
    enum policy_class gravest = POLICY_S0;

    if (r->mode == POLICY_MODE_N)
        return 0;
    for (size_t i = 0; i < pack->set[POLICY_SET_SECTIONS].count; i++)
        if ((sections >> i & 1) != 0 && pack->section[i].class > gravest)
            gravest = pack->section[i].class;
    if (gravest >= POLICY_S4 || pack->ground[r->ground].weigh_all)
        return w->grave;
    if (gravest < POLICY_S3)
        return 0;
    return r->mode == POLICY_MODE_C ? w->consented : w->allowed;
}

const struct policy_pick *policy_weighing_pick(
    const struct policy_weighing *w, unsigned question, const char *name)
{
    for (size_t i = 0; i < w->picks; i++)
        if (w->pick[i].question == question && strcmp(w->pick[i].name, name) == 0)
            return &w->pick[i];
    return NULL;
}

void policy_weighing_compare(
    const struct policy_pack *before, const struct policy_pack *after, policy_weighing_differs *report, void *arg)
{
    const struct policy_weighing *b = before->weighing, *a = after->weighing;
    const struct { const char *when; uint32_t before, after; } sets[] = { { "consent", b->consented, a->consented },
        { "allowed", b->allowed, a->allowed }, { "grave", b->grave, a->grave } };

    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (sets[i].before != sets[i].after)
            report(arg, sets[i].when, sets[i].before, sets[i].after);
}

void policy_weighing_list(uint32_t questions, char out[POLICY_WEIGHING_LIST])
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < POLICY_QUESTIONS; i++)
        if ((questions >> i & 1) != 0)
            used += (size_t)snprintf(out + used, POLICY_WEIGHING_LIST - used, "%s%u", used == 0 ? "" : " ", i + 1);
    if (used == 0)
        memcpy(out, "-", 2);
}
