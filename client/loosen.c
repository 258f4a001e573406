#include "client/loosen.h"

#include "policy/weighing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHAT, NAME, MAY, NL, EN, COLUMNS, TEXT_MAX = 256 };

struct checking {
    const struct client_loosen *check;
    struct csv *csv;            /* NULL: nothing is marked */
    int column[COLUMNS];
    uint64_t rules[POLICY_RULE_WORDS];  /* of the base that are marked */
    size_t count;
    enum err first;
};

/* ---- loosen.csv ---- */

static void mistake(void *arg, const struct trouble *t)
{
    struct checking *c = arg;

    if (c->first == OK)
        c->first = t->err;
    if (c->check->mistake != NULL)
        c->check->mistake(c->check->arg, t);
}

static void bad_row(struct checking *c, size_t row, enum err e, const char *en, const char *nl)
{
    struct trouble t = {.lang = c->check->lang};

    (void) trouble_at(&t, e, "loosen.csv", csv_line(c->csv, row), 0, "%s", "%s", c->check->lang == LANG_NL ? nl : en);
    mistake(c, &t);
}

static const char *cell(const struct checking *c, size_t row, int column)
{
    return csv_cell(c->csv, row, (size_t) c->column[column]);
}

static bool is_parameter(const struct policy_pack *pack, const char *name)
{
    for (size_t i = 0; i < pack->parameters; i++)
        if (strcmp(pack->parameter[i].name, name) == 0)
            return true;
    return false;
}

static void read_row(struct checking *c, size_t row)
{
    const char *what = cell(c, row, WHAT), *name = cell(c, row, NAME), *may = cell(c, row, MAY);
    int rule = policy_pack_rule(c->check->base, name);

    if (strcmp(what, "rule") == 0 && rule >= 0 && strcmp(may, "loosen") == 0)
        c->rules[rule / 64] |= UINT64_C(1) << (rule % 64);
    else if (strcmp(what, "rule") == 0)
        bad_row(c, row, ERR_NOTFOUND, "expected a rule of rules.csv and the word loosen", "verwacht worden een regel uit rules.csv en het woord loosen");
    else if (strcmp(what, "parameter") != 0)
        bad_row(c, row, ERR_RANGE, "expected rule or parameter", "verwacht wordt rule of parameter");
    else if (!is_parameter(c->check->base, name) || (strcmp(may, "higher") != 0 && strcmp(may, "lower") != 0 && strcmp(may, "any") != 0))
        bad_row(c, row, ERR_NOTFOUND, "expected a parameter of parameters.csv and higher, lower or any",
            "verwacht worden een parameter uit parameters.csv en higher, lower of any");
    if (cell(c, row, NL)[0] == '\0' || cell(c, row, EN)[0] == '\0')
        bad_row(c, row, ERR_SHORT, "expected the reason in Dutch and in English", "verwacht wordt de reden in het Nederlands en in het Engels");
}

static void read_marks(struct checking *c)
{
    static const char *const names[COLUMNS] = {"what", "name", "may", "nl", "en"};
    struct trouble t = {.lang = c->check->lang};

    if (c->check->marks == NULL
        || csv_read("loosen.csv", c->check->lang, c->check->marks, c->check->marks_len, mistake, c, &c->csv) != OK)
        return;
    for (size_t i = 0; i < COLUMNS; i++) {
        c->column[i] = csv_column(c->csv, names[i]);
        if (c->column[i] < 0) {
            (void) trouble_at(&t, ERR_SYNTAX, "loosen.csv", 1, 0, "column \"%s\" is missing", "kolom \"%s\" ontbreekt", names[i]);
            mistake(c, &t);
            return;
        }
    }
    for (size_t i = 0; i < csv_rows(c->csv); i++)
        read_row(c, i);
}

/* ---- decisions ---- */

/* Which kinds, purposes or sections of the base the names of a mask of the space are. */
static uint64_t of_base(const struct checking *c, const struct policy_diff_group *g, enum policy_set set, uint64_t mask, bool *all)
{
    uint64_t out = 0;

    for (size_t i = 0; i < g->space->set[set].count; i++) {
        uint8_t index = (mask >> i & 1) == 0 ? POLICY_UNKNOWN : policy_pack_find(c->check->base, set, g->space->set[set].name[i]);

        if (index != POLICY_UNKNOWN)
            out |= UINT64_C(1) << index;
        else if ((mask >> i & 1) != 0)
            *all = false;   /* a name that the base does not have: no rule of it marks that */
    }
    return out;
}

/* Does one of the marked rules match every combination of the box? One by one, as several rules together may. */
static bool is_marked(const struct checking *c, const struct policy_diff_group *g, const struct policy_diff_box *b)
{
    const struct policy_pack *base = c->check->base;
    bool all = true;
    uint64_t askers = of_base(c, g, POLICY_SET_KINDS, b->askers, &all), purposes = of_base(c, g, POLICY_SET_PURPOSES, b->purposes, &all),
             holders = of_base(c, g, POLICY_SET_KINDS, b->holders, &all), sections = of_base(c, g, POLICY_SET_SECTIONS, b->sections, &all);

    for (uint64_t s = sections; all && s != 0; s &= s - 1) {
        uint64_t section = s & -s;
        bool found = false;

        for (size_t i = 0; i < base->rules && !found; i++) {
            const struct policy_rule *r = &base->rule[i];

            found = (c->rules[i / 64] >> (i % 64) & 1) != 0 && (askers & ~(uint64_t) r->requesters) == 0
                && (purposes & ~(uint64_t) r->purposes) == 0 && (holders & ~(uint64_t) r->holders) == 0 && (section & ~r->sections) == 0;
        }
        all = found;
    }
    return all;
}

static unsigned inform_rank(enum policy_inform inform)
{
    static const unsigned rank[POLICY_INFORMS] = {[POLICY_INFORM_NONE] = 0, [POLICY_INFORM_DEFER] = 1, [POLICY_INFORM_AFTER] = 2,
        [POLICY_INFORM_BEFORE] = 3};

    return rank[inform];
}

/* What of a permission is looser than it was; "" when nothing is. */
static const char *looser(const struct checking *c, const struct policy_diff_group *g)
{
    const struct policy_decision *was = &g->decision[0], *is = &g->decision[1];
    const uint32_t inform = POLICY_DUTY_INFORM_BEFORE | POLICY_DUTY_INFORM_AFTER | POLICY_DUTY_INFORM_DEFER;
    bool nl = c->check->lang == LANG_NL;
    const char *before = policy_pack_name(c->check->base, POLICY_SET_GROUNDS, was->ground),
               *after = policy_pack_name(c->check->region, POLICY_SET_GROUNDS, is->ground);

    if (g->kind == POLICY_DIFF_GAIN)
        return nl ? "toegestaan waar het dat niet was" : "permitted where it was not";
    if (is->access_days > was->access_days)
        return nl ? "langere toegang" : "longer access";
    if ((was->duties & ~is->duties & ~inform) != 0)
        return nl ? "een plicht minder" : "a duty less";
    if (inform_rank(is->inform) < inform_rank(was->inform))
        return nl ? "later of niet informeren" : "informing later or not at all";
    if (before == NULL || after == NULL || strcmp(before, after) != 0 || was->ground9 != is->ground9)
        return nl ? "een andere grondslag" : "another ground";
    return "";
}

static void group(void *arg, const struct policy_diff_group *g)
{
    struct checking *c = arg;
    struct client_loosened l = {.rule = g->rule[1], .row = {g->row[0], g->row[1]}};
    bool marked = true;

    if (g->kind != POLICY_DIFF_GAIN && g->kind != POLICY_DIFF_TERMS)
        return;
    l.text = looser(c, g);
    for (size_t i = 0; i < g->boxes; i++) {
        const struct policy_diff_box *b = &g->box[i];

        if (is_marked(c, g, b))
            continue;
        marked = false;
        l.places += (uint64_t) __builtin_popcountll(b->askers) * (uint64_t) __builtin_popcountll(b->purposes)
            * (uint64_t) __builtin_popcountll(b->holders) * (uint64_t) __builtin_popcountll(b->sections);
    }
    if (l.text[0] == '\0' || marked)
        return;
    c->count++;
    c->check->report(c->check->arg, &l);
}

/* ---- parameters ---- */

/* The mark of a parameter: "" when it has none. */
static const char *mark_of(const struct checking *c, const char *name)
{
    for (size_t i = 0; c->csv != NULL && i < csv_rows(c->csv); i++)
        if (strcmp(cell(c, i, WHAT), "parameter") == 0 && strcmp(cell(c, i, NAME), name) == 0)
            return cell(c, i, MAY);
    return "";
}

/* What counts on the day of a row that differs: there, or from an earlier day. */
static void parameter(void *arg, const char *name, struct date from, const uint64_t *before, const uint64_t *after)
{
    struct checking *c = arg;
    const char *may = mark_of(c, name);
    uint64_t was = 0, is = 0;
    bool had = policy_pack_parameter(c->check->base, name, from, &was) == OK,
         has = policy_pack_parameter(c->check->region, name, from, &is) == OK;
    char text[TEXT_MAX], day[11];
    struct client_loosened l = {.rule = "", .text = text, .row = {"", ""}, .places = 1};
    bool allowed = had && has
        && (was == is || strcmp(may, "any") == 0 || (strcmp(may, "higher") == 0 && is > was) || (strcmp(may, "lower") == 0 && is < was));

    (void) before;
    (void) after;
    if (allowed)
        return;
    date_format(from, day);
    (void) snprintf(text, sizeof text, c->check->lang == LANG_NL ? "parameter %s vanaf %s: %llu wordt %llu (mag: %s)"
                                                                 : "parameter %s from %s: %llu becomes %llu (may be: %s)",
        name, day, (unsigned long long) was, (unsigned long long) is, may[0] == '\0' ? "-" : may);
    c->count++;
    c->check->report(c->check->arg, &l);
}

/* ---- questions ---- */

/* Fewer questions are a lighter weighing, which nothing marks. */
static void questions(void *arg, const char *when, uint32_t before, uint32_t after)
{
    struct checking *c = arg;
    char text[TEXT_MAX], list[POLICY_WEIGHING_LIST];
    struct client_loosened l = {.rule = "", .text = text, .row = {"", ""}, .places = 1};

    if ((before & ~after) == 0)
        return;
    policy_weighing_list(before & ~after, list);
    (void) snprintf(text, sizeof text, c->check->lang == LANG_NL ? "een afweging (%s) vraagt niet meer: %s"
                                                                 : "a weighing (%s) no longer asks: %s", when, list);
    c->count++;
    c->check->report(c->check->arg, &l);
}

enum err client_loosen_check(const struct client_loosen *check, size_t *count)
{
    struct checking c = {.check = check};
    struct policy_diff diff = {.pack = {check->base, check->region}, .lang = check->lang, .report = group, .arg = &c};
    struct policy_diffed diffed;
    enum err e;

    read_marks(&c);
    e = c.first;
    if (e == OK)
        e = policy_diff_run(&diff, &diffed);
    if (e == OK)
        policy_diff_parameters(check->base, check->region, parameter, &c);
    if (e == OK)
        policy_weighing_compare(check->base, check->region, questions, &c);
    if (e == OK)
        *count = c.count;
    csv_drop(c.csv);
    return e;
}
