#include "tests/support/policy_naive.h"

#include "tests/support/check.h"

#include <stdio.h>

enum { CELLS_MAX = 16, CELL_MAX = 1024 };

/* ---- tables ---- */

/* One row of a table: quotes, and a comma between. The rest of the text after its line; NULL at the end. */
static const char *split(const char *text, char cell[CELLS_MAX][CELL_MAX])
{
    size_t column = 0, at = 0;
    bool quoted = false;

    memset(cell, 0, CELLS_MAX * CELL_MAX);
    if (*text == '\0')
        return NULL;
    for (; *text != '\0' && (quoted || *text != '\n'); text++) {
        if (*text == '"') {
            quoted = !quoted;
        } else if (*text == ',' && !quoted) {
            column++;
            at = 0;
        } else if (*text != '\r') {
            assert_true(column < CELLS_MAX && at < CELL_MAX - 1);
            cell[column][at++] = *text;
        }
    }
    return *text == '\n' ? text + 1 : text;
}

static int find(const struct naive_names *names, const char *name, size_t len)
{
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->name[i]) == len && strncmp(names->name[i], name, len) == 0)
            return (int)i;
    return -1;
}

/* The first column is the name; the third is kept in also, one per row. */
static void read_names(const char *text, struct naive_names *out, char also[64][NAIVE_NAME_MAX], size_t column)
{
    char cell[CELLS_MAX][CELL_MAX];

    for (text = split(text, cell); text != NULL && (text = split(text, cell)) != NULL;) {
        if (cell[0][0] == '\0')
            continue;
        assert_true(out->count < 64);
        if (also != NULL)
            (void)snprintf(also[out->count], NAIVE_NAME_MAX, "%.*s", NAIVE_NAME_MAX - 1, cell[column]);
        (void)snprintf(out->name[out->count++], NAIVE_NAME_MAX, "%.*s", NAIVE_NAME_MAX - 1, cell[0]);
    }
}

/* Words with blanks between, into yes and no for each name. */
static void names_of(const struct naive_names *names, const char *words, bool out[64], const bool *school)
{
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        int one = find(names, words, len);

        for (size_t i = 0; i < names->count; i++)
            if ((int)i == one || (len == 3 && strncmp(words, "ANY", 3) == 0)
                || (school != NULL && school[i] && len == 6 && strncmp(words, "SCHOOL", 6) == 0))
                out[i] = true;
        words += len;
        words += strspn(words, " ");
    }
}

/* "VZM/LRV INFORMED" */
static void events_of(const struct naive_pack *p, const char *words, struct naive_rule *r)
{
    while (*words != '\0') {
        size_t len = strcspn(words, " "), one;

        assert_true(r->groups < 8);
        for (size_t at = 0; at < len; at += one + 1) {
            one = strcspn(words + at, " /");
            if (find(&p->events, words + at, one) >= 0)
                r->event[r->groups][find(&p->events, words + at, one)] = true;
        }
        r->groups++;
        words += len;
        words += strspn(words, " ");
    }
}

/* "16..22", "-17", "18-" */
static void ages_of(const char *cell, struct naive_rule *r)
{
    const char *between = cell + strspn(cell, "0123456789"), *after = between + strspn(between, ".-");

    r->lowest = r->highest = -1;
    if (cell[0] == '\0')
        return;
    r->lowest = between == cell ? 0 : (int)strtol(cell, NULL, 10);
    r->highest = after[0] == '\0' ? 1000 : (int)strtol(after, NULL, 10);
}

enum { ID, ASKER, PURPOSE, HOLDER, SECTIONS, MODE, GROUND, GROUND9, EVENTS, AGES, WEIGH, EYES };

static void read_rules(const struct naive_texts *texts, struct naive_pack *p)
{
    char cell[CELLS_MAX][CELL_MAX];
    char survives[64][NAIVE_NAME_MAX];
    struct naive_names grounds = { 0 };
    const char *text = split(texts->rules, cell);

    read_names(texts->grounds, &grounds, survives, 2);
    while (text != NULL && (text = split(text, cell)) != NULL) {
        struct naive_rule *r = &p->rule[p->rules];
        int ground = find(&grounds, cell[GROUND], strlen(cell[GROUND]));

        if (cell[ID][0] == '\0')
            continue;
        assert_true(p->rules++ < NAIVE_ROWS_MAX);
        (void)snprintf(r->id, sizeof r->id, "%.*s", NAIVE_NAME_MAX - 1, cell[ID]);
        r->mode = cell[MODE][0];
        names_of(&p->kinds, cell[ASKER], r->asker, p->is_school);
        names_of(&p->kinds, cell[HOLDER], r->holder, p->is_school);
        names_of(&p->purposes, cell[PURPOSE], r->purpose, NULL);
        names_of(&p->sections, cell[SECTIONS], r->section, NULL);
        events_of(p, cell[EVENTS], r);
        ages_of(cell[AGES], r);
        r->survives = ground >= 0 && strcmp(survives[ground], "yes") == 0;
        r->weigh = strcmp(cell[WEIGH], "asker") == 0 || strcmp(cell[WEIGH], "holder") == 0;
        r->eyes = strcmp(cell[EYES], "holder") == 0;
    }
}

void support_naive_read(const struct naive_texts *texts, struct naive_pack *out)
{
    char also[64][NAIVE_NAME_MAX];

    memset(out, 0, sizeof *out);
    read_names(texts->kinds, &out->kinds, also, 1);
    for (size_t i = 0; i < out->kinds.count; i++)
        out->is_school[i] = strcmp(also[i], "school") == 0;
    read_names(texts->purposes, &out->purposes, also, 2);
    for (size_t i = 0; i < out->purposes.count; i++)
        out->needs_case[i] = strcmp(also[i], "yes") == 0;
    read_names(texts->sections, &out->sections, NULL, 0);
    read_names(texts->events, &out->events, NULL, 0);
    read_rules(texts, out);
}

/* ---- steps ---- */

static bool is_about(const struct naive_rule *r, const struct policy_facts *f, uint8_t section)
{
    return r->asker[f->asker_kind] && r->holder[f->holder_kind] && r->purpose[f->purpose] && r->section[section];
}

static bool is_of_age(const struct naive_rule *r, const struct policy_facts *f)
{
    if (r->lowest < 0)
        return true;
    if (f->age_years < 0)
        return r->mode == 'C';
    return f->age_years >= r->lowest && f->age_years <= r->highest;
}

static bool is_open(const struct naive_rule *r, uint64_t events)
{
    for (int g = 0; g < r->groups; g++) {
        bool one = false;

        for (int e = 0; e < 64; e++)
            one = one || (r->event[g][e] && (events >> e & 1) != 0);
        if (!one)
            return false;
    }
    return true;
}

/* Who has to say yes; people that nobody knows count as people who did not. */
static uint8_t must_agree(const struct policy_facts *f)
{
    uint8_t who = 0;

    if (f->age_years < 0)
        return POLICY_WHO_AGE;
    if (f->incapable)
        return POLICY_WHO_REP;
    if (f->age_years >= 12)
        who |= POLICY_WHO_Y;
    if (f->age_years >= 16)
        return who;
    if ((f->custody & POLICY_WHO_VOOGD) != 0)
        return who | POLICY_WHO_VOOGD;
    if ((f->custody & (POLICY_WHO_G1 | POLICY_WHO_G2)) == 0)
        return who | POLICY_WHO_CUSTODY;
    return who | (f->custody & (POLICY_WHO_G1 | POLICY_WHO_G2));
}

bool support_naive_agreed(const struct policy_facts *f)
{
    uint8_t who = must_agree(f), unknown = POLICY_WHO_AGE | POLICY_WHO_CUSTODY;

    return (who & unknown) == 0 && (who & f->given) == who && (who & f->refused) == 0;
}

/* Steps 6 and 8 to 11 for the rule that was found. */
static struct naive_answer finish(const struct naive_pack *p, int rule, const struct policy_facts *f)
{
    const struct naive_rule *r = &p->rule[rule];
    struct naive_answer a = { .verdict = POLICY_PERMIT, .rule = rule };
    uint8_t people = POLICY_WHO_Y | POLICY_WHO_G1 | POLICY_WHO_G2 | POLICY_WHO_VOOGD | POLICY_WHO_REP;
    uint8_t who = must_agree(f);

    if (r->mode == 'C' && (who & people & f->refused) != 0)
        return (struct naive_answer){ .verdict = POLICY_DENY, .reason = POLICY_REFUSED, .rule = rule };
    for (int bit = 0; r->mode == 'C' && bit < 8; bit++)
        if ((who >> bit & 1) != 0 && ((f->given & people) >> bit & 1) == 0)
            a.missing |= (uint8_t)(1 << bit);
    if (a.missing != 0)
        a.verdict = POLICY_NEED_CONSENT;
    else if (f->restricted && !r->survives && !(r->mode == 'C' && f->consent_after))
        return (struct naive_answer){ .verdict = POLICY_DENY, .reason = POLICY_RESTRICTED, .rule = rule };
    else if (r->weigh && !f->weighed)
        a.verdict = POLICY_NEED_WEIGH;
    else if (r->eyes && !f->second)
        a.verdict = POLICY_NEED_APPROVAL;
    return a;
}

struct naive_answer support_naive_decide(const struct naive_pack *p, const struct policy_facts *f, uint8_t section)
{
    struct naive_answer need = { .verdict = POLICY_NEED_EVENT, .rule = -1 };
    bool any = false;

    if (p->needs_case[f->purpose] && !f->member)
        return (struct naive_answer){ .reason = POLICY_NOT_IN_CASE, .rule = -1 };
    for (size_t i = 0; i < p->rules; i++)
        if (p->rule[i].mode == 'N' && is_about(&p->rule[i], f, section))
            return (struct naive_answer){ .reason = POLICY_NEVER, .rule = (int)i };
    for (size_t i = 0; i < p->rules; i++)
        any = any || (is_about(&p->rule[i], f, section) && is_of_age(&p->rule[i], f));
    if (!any)
        return (struct naive_answer){ .reason = POLICY_NOT_IN_MATRIX, .rule = -1 };
    if (f->identifiable && strcmp(p->sections.name[section], "anon") == 0)
        return (struct naive_answer){ .reason = POLICY_IDENTIFIABLE, .rule = -1 };
    for (const char *mode = "AC"; *mode != '\0'; mode++)
        for (size_t i = 0; i < p->rules; i++) {
            const struct naive_rule *r = &p->rule[i];

            if (r->mode != *mode || !is_about(r, f, section) || !is_of_age(r, f))
                continue;
            if (is_open(r, f->events))
                return finish(p, (int)i, f);
            for (int g = 0; g < r->groups; g++)
                for (int e = 0; e < 64; e++)
                    if (r->event[g][e])
                        need.need_events |= UINT64_C(1) << e;
        }
    return need;
}
