#include "policy/cases.h"

#include "policy/eval.h"
#include "policy/events.h"
#include "policy/table.h"
#include "policy/words.h"

#include <string.h>

enum column {
    ID, REQUESTER, PURPOSE, HOLDER, SECTION, AGE, CUSTODY, EVENTS, CONSENT, FLAGS, EXPECTED, DETAIL, WHY
};

static const char *const columns[] = { "id", "requester", "purpose", "holder", "section", "age", "custody",
    "events", "consent", "flags", "expected", "rule_or_reason", "why", NULL };

/* The day of all cases. Events happen on it, so it does not matter which. */
static const struct date today = { 2026, 1, 1 };

/* One row being read. bad: a mistake was told. */
struct reading {
    const struct policy_pack *pack;
    struct policy_table *table;
    struct policy_case *row;
    bool bad;
};

static void mistake(
    struct reading *r, size_t column, const char *word, enum err e, const char *en, const char *nl)
{
    policy_table_mistake(r->table, column, word, e, en, nl);
    r->bad = true;
}

static uint8_t name(struct reading *r, size_t column, enum policy_set set, const char *en, const char *nl)
{
    uint8_t i = policy_pack_find(r->pack, set, policy_table_cell(r->table, column));

    if (i == POLICY_UNKNOWN)
        mistake(r, column, NULL, ERR_NOTFOUND, en, nl);
    return i;
}

/* The bit of a person's name; 0 if it is none. */
static uint8_t who_bit(const char *word)
{
    for (unsigned i = 0; 1 << i < POLICY_WHO_PEOPLE; i++)
        if (strcmp(word, policy_words_who(i)) == 0)
            return (uint8_t)(1 << i);
    return 0;
}

/* People named in a cell, of those that are allowed there. */
static uint8_t people(struct reading *r, size_t column, uint8_t allowed, const char *en, const char *nl)
{
    const char *cursor = policy_table_cell(r->table, column), *at;
    char word[POLICY_WORD_MAX + 1];
    uint8_t mask = 0;

    while (policy_table_word(&cursor, &at, word)) {
        if ((who_bit(word) & allowed) == 0)
            mistake(r, column, at, ERR_RANGE, en, nl);
        mask |= who_bit(word);
    }
    return mask;
}

static void age(struct reading *r)
{
    uint64_t years = 0;
    bool known = policy_table_cell(r->table, AGE)[0] != '\0';

    if (known && !policy_table_number(r->table, AGE, 0, POLICY_AGE_MAX, &years))
        r->bad = true;
    r->row->facts.age_years = known ? (int)years : -1;
}

static void flags(struct reading *r)
{
    const char *cursor = policy_table_cell(r->table, FLAGS), *at;
    struct policy_facts *f = &r->row->facts;
    struct {
        const char *word;
        bool *flag;
        bool value;
    } known[] = { { "nomember", &f->member, false }, { "weighed", &f->weighed, true },
        { "second", &f->second, true }, { "restricted", &f->restricted, true },
        { "consent_after", &f->consent_after, true }, { "identifiable", &f->identifiable, true },
        { "incapable", &f->incapable, true } };
    char word[POLICY_WORD_MAX + 1];
    bool taken;

    f->member = true;
    while (policy_table_word(&cursor, &at, word)) {
        taken = strncmp(word, "refused:", 8) == 0 && who_bit(word + 8) != 0;
        if (taken)
            f->refused |= who_bit(word + 8);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strcmp(word, known[i].word) == 0) {
                *known[i].flag = known[i].value;
                taken = true;
            }
        if (!taken)
            mistake(r, FLAGS, at, ERR_RANGE,
                "nomember, weighed, second, restricted, consent_after, identifiable, incapable or "
                "refused:<who>",
                "nomember, weighed, second, restricted, consent_after, identifiable, incapable of "
                "refused:<wie>");
    }
}

/*
 * The statement that a word such as VZM, VZM:req, VZM:ref or VZM:hidden stands for. False for another suffix.
 */
static bool statement(const struct policy_pack *pack, const struct policy_facts *f, const char *suffix,
    struct policy_event *s)
{
    s->occurred = today;
    s->purpose = f->purpose;
    s->of_pair = true;
    s->setter = POLICY_SET_BY_OTHER;
    s->setter_kind = (uint8_t)__builtin_ctz(pack->event[s->code].set_by);
    s->to_asker = s->to_holder = strcmp(suffix, "hidden") != 0;
    s->has_reference = s->ticked = strcmp(suffix, "ref") == 0;
    if (suffix[0] == '\0' || !s->to_asker)
        return true;
    s->setter = POLICY_SET_BY_ASKER;
    s->setter_kind = f->asker_kind;
    return s->has_reference || strcmp(suffix, "req") == 0;
}

static void events(struct reading *r)
{
    const char *cursor = policy_table_cell(r->table, EVENTS), *at;
    struct policy_events_request request = { .purpose = r->row->facts.purpose, .today = today };
    struct policy_event statements[POLICY_EVENTS_MAX];
    char word[POLICY_WORD_MAX + 1], *suffix;
    size_t n = 0;

    while (policy_table_word(&cursor, &at, word)) {
        struct policy_event s = { .code = POLICY_UNKNOWN };

        suffix = word;
        s.code = policy_pack_find(r->pack, POLICY_SET_EVENTS, strsep(&suffix, ":"));
        if (s.code == POLICY_UNKNOWN || n == POLICY_EVENTS_MAX)
            mistake(r, EVENTS, at, ERR_NOTFOUND, "an event of events.csv, at most 64 of them",
                "een gebeurtenis uit events.csv, hooguit 64");
        else if (s.code == r->pack->system_event && suffix == NULL)
            request.both_accepted = true;
        else if (s.code == r->pack->system_event
            || !statement(r->pack, &r->row->facts, suffix == NULL ? "" : suffix, &s))
            mistake(r, EVENTS, at, ERR_RANGE,
                "nothing, :req, :ref or :hidden after it (nothing after the system's)",
                "niets, :req, :ref of :hidden erachter (niets achter die van het systeem)");
        else
            statements[n++] = s;
    }
    policy_events_count(r->pack, &request, statements, n, &r->row->facts);
}

/* What the row expects: a verdict, and a rule or a reason where it has one. */
static void expected(struct reading *r)
{
    const char *cell = policy_table_cell(r->table, EXPECTED), *detail = policy_table_cell(r->table, DETAIL);
    unsigned verdict = 0, reason = POLICY_NO_REASON + 1;

    r->row->detail = detail;
    while (verdict < POLICY_VERDICTS && strcmp(cell, policy_words_verdict(verdict)) != 0)
        verdict++;
    while (reason < POLICY_REASONS && strcmp(detail, policy_words_reason(reason)) != 0)
        reason++;
    r->row->expected = verdict;
    if (verdict == POLICY_VERDICTS)
        mistake(r, EXPECTED, NULL, ERR_RANGE,
            "DENY, NEED_EVENT, NEED_CONSENT, NEED_WEIGH, NEED_APPROVAL or PERMIT",
            "DENY, NEED_EVENT, NEED_CONSENT, NEED_WEIGH, NEED_APPROVAL of PERMIT");
    else if (verdict == POLICY_PERMIT && policy_pack_rule(r->pack, detail) < 0)
        mistake(r, DETAIL, NULL, ERR_NOTFOUND, "a rule of rules.csv, after PERMIT",
            "een regel uit rules.csv, na PERMIT");
    else if (verdict == POLICY_DENY && reason == POLICY_REASONS)
        mistake(r, DETAIL, NULL, ERR_RANGE,
            "NOT_IN_CASE, NEVER, NOT_IN_MATRIX, IDENTIFIABLE, REFUSED or RESTRICTED, after DENY",
            "NOT_IN_CASE, NEVER, NOT_IN_MATRIX, IDENTIFIABLE, REFUSED of RESTRICTED, na DENY");
    else if (verdict != POLICY_PERMIT && verdict != POLICY_DENY && detail[0] != '\0')
        mistake(
            r, DETAIL, NULL, ERR_RANGE, "nothing, after a missing step", "niets, na een ontbrekende stap");
}

static bool read_row(const struct policy_pack *pack, struct policy_table *table, struct policy_case *row)
{
    static const char kind_en[] = "a kind of kinds.csv", kind_nl[] = "een soort uit kinds.csv";
    struct reading r = { .pack = pack, .table = table, .row = row };
    struct policy_facts *f = &row->facts;

    *row = (struct policy_case){ .id = policy_table_cell(table, ID), .why = policy_table_cell(table, WHY),
        .line = policy_table_line(table) };
    f->asker_kind = name(&r, REQUESTER, POLICY_SET_KINDS, kind_en, kind_nl);
    f->purpose =
        name(&r, PURPOSE, POLICY_SET_PURPOSES, "a purpose of purposes.csv", "een doel uit purposes.csv");
    f->holder_kind = name(&r, HOLDER, POLICY_SET_KINDS, kind_en, kind_nl);
    row->section =
        name(&r, SECTION, POLICY_SET_SECTIONS, "a section of sections.csv", "een rubriek uit sections.csv");
    age(&r);
    f->custody = people(&r, CUSTODY, POLICY_WHO_G1 | POLICY_WHO_G2 | POLICY_WHO_VOOGD, "g1, g2 or voogd",
        "g1, g2 of voogd");
    f->given = people(&r, CONSENT, POLICY_WHO_PEOPLE, "y, g1, g2, voogd or rep", "y, g1, g2, voogd of rep");
    flags(&r);
    events(&r);
    expected(&r);
    return !r.bad;
}

static bool is_as_expected(const struct policy_pack *pack, const struct policy_case *row,
    const struct policy_decision *got)
{
    if (got->verdict != row->expected)
        return false;
    if (got->verdict == POLICY_PERMIT)
        return strcmp(row->detail, pack->rule[got->rule].id) == 0;
    return strcmp(row->detail, policy_words_reason(got->reason)) == 0;
}

enum err policy_cases_check(const struct policy_cases_run *run, size_t *passed, size_t *failed)
{
    struct policy_report report = { .lang = run->lang, .report = run->mistake, .arg = run->arg };
    struct policy_table table = { .report = &report, .file = run->name, .data = run->data, .len = run->len,
        .names = columns, .count = sizeof columns / sizeof *columns - 1 };
    size_t counts[2] = { 0, 0 };
    struct policy_decision got;
    struct policy_case row;
    bool good;

    if (!policy_table_open(&table)) {
        csv_drop(table.csv);
        return report.first;
    }
    for (; table.row < csv_rows(table.csv); table.row++) {
        good = read_row(run->pack, &table, &row);
        if (good) {
            policy_eval_section(run->pack, &row.facts, row.section, &got);
            good = is_as_expected(run->pack, &row, &got);
            if (!good && run->mismatch != NULL)
                run->mismatch(run->arg, &row, &got);
        }
        counts[good]++;
    }
    csv_drop(table.csv);
    *passed = counts[true];
    *failed = counts[false];
    return OK;
}
