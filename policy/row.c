#include "policy/row.h"

#include "policy/words.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 3072 };

const char policy_row_header[] =
    "id,requester,purpose,holder,section,age,custody,events,consent,flags,expected,rule_or_reason,why";

/* Cells one after the other. fits: nothing was left out yet. */
struct line {
    char *out;
    size_t len;
    bool fits;
};

static void put(struct line *line, const char *cell)
{
    size_t used = strlen(line->out);

    if (used != 0 && used + 1 < line->len) {
        line->out[used] = ',';
        line->out[used + 1] = '\0';
    }
    line->fits = line->fits && csv_quote(cell, line->out, line->len) == OK;
}

static void add_word(char words[WORDS_MAX], const char *word, const char *rest)
{
    size_t used = strlen(words);

    (void)snprintf(words + used, WORDS_MAX - used, "%s%s%s", used == 0 ? "" : " ", word, rest);
}

static void put_people(struct line *line, uint8_t people)
{
    char words[WORDS_MAX] = "";

    for (unsigned i = 0; 1 << i < POLICY_WHO_PEOPLE; i++)
        if ((people >> i & 1) != 0)
            add_word(words, policy_words_who(i), "");
    put(line, words);
}

static void put_events(struct line *line, const struct policy_row *row)
{
    const struct policy_space_set *events = &row->space->set[POLICY_SET_EVENTS];
    char words[WORDS_MAX] = "";

    for (size_t i = 0; i < events->count; i++)
        if ((row->events >> i & 1) != 0)
            add_word(words, events->name[i], (row->own >> i & 1) != 0 ? ":req" : "");
    put(line, words);
}

static void put_flags(struct line *line, const struct policy_facts *f)
{
    const struct {
        bool flag;
        const char *word;
    } known[] = { { !f->member, "nomember" }, { f->weighed, "weighed" }, { f->second, "second" },
        { f->restricted, "restricted" }, { f->consent_after, "consent_after" },
        { f->identifiable, "identifiable" }, { f->incapable, "incapable" } };
    char words[WORDS_MAX] = "";

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].flag)
            add_word(words, known[i].word, "");
    for (unsigned i = 0; 1 << i < POLICY_WHO_PEOPLE; i++)
        if ((f->refused >> i & 1) != 0)
            add_word(words, "refused:", policy_words_who(i));
    put(line, words);
}

/* The rule after PERMIT, the reason after DENY, else nothing. */
static const char *detail(const struct policy_row *row)
{
    if (row->decision->verdict == POLICY_PERMIT)
        return row->rule;
    return policy_words_reason(row->decision->reason);
}

void policy_row_write(const struct policy_row *row, char *out, size_t out_len)
{
    const struct policy_space_set *set = row->space->set;
    const struct policy_facts *f = row->facts;
    struct line line = { .out = out, .len = out_len, .fits = true };
    char age[12] = "";

    out[0] = '\0';
    if (f->age_years >= 0)
        (void)snprintf(age, sizeof age, "%d", f->age_years);
    put(&line, row->id);
    put(&line, set[POLICY_SET_KINDS].name[row->cell.asker]);
    put(&line, set[POLICY_SET_PURPOSES].name[row->cell.purpose]);
    put(&line, set[POLICY_SET_KINDS].name[row->cell.holder]);
    put(&line, set[POLICY_SET_SECTIONS].name[row->cell.section]);
    put(&line, age);
    put_people(&line, f->custody);
    put_events(&line, row);
    put_people(&line, f->given);
    put_flags(&line, f);
    put(&line, policy_words_verdict(row->decision->verdict));
    put(&line, detail(row));
    put(&line, row->why);
}

unsigned policy_row_words(const struct policy_row *row)
{
    const struct policy_facts *f = row->facts;

    return (unsigned)__builtin_popcountll(row->events) + (unsigned)__builtin_popcount(f->custody)
        + (unsigned)__builtin_popcount(f->given) + (unsigned)__builtin_popcount(f->refused) + !f->member
        + f->weighed + f->second + f->restricted + f->consent_after + f->identifiable + f->incapable
        + (f->age_years < 0);
}
