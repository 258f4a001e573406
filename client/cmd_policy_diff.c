#include "client/cmd_policy_diff.h"

#include "base/text.h"
#include "client/policy_out.h"
#include "policy/diff.h"
#include "policy/files.h"
#include "policy/row.h"
#include "policy/weighing.h"
#include "policy/words.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_LEN = 2400, SPAN_MAX = 400, TERMS = 5 };

const struct client_opt client_cmd_policy_diff_opts[] = {
    { .name = "old",
        .type = CLIENT_OPT_ARG,
        .required = true,
        .value = "OLD",
        .help = { "the folder of the pack that was", "de map van het pakket dat er was" } },
    { .name = "new",
        .type = CLIENT_OPT_ARG,
        .required = true,
        .value = "NEW",
        .help = { "the folder of the pack to be; a draft will do",
            "de map van het nieuwe pakket; een concept mag ook" } },
    { .name = NULL },
};

struct report {
    struct client_policy_out out;
    const struct policy_pack *pack[2];
    cJSON *groups, *parameters, *questions;
    enum policy_diff_kind kind;  /* of the group that was told last */
};

/* What has a value in both packs, in words. */
struct term {
    const char *name;
    char value[2][LINE_MAX_LEN];
};

static const char *either(const struct report *r, const char *en, const char *nl)
{
    return client_policy_out_either(&r->out, en, nl);
}

/* ---- values in words ---- */

static bool has_age(const struct policy_diff_ages *ages, size_t i)
{
    return (ages->word[i / 64] >> (i % 64) & 1) != 0;
}

/* One interval of ages: "-11", "17", "16-22", "18-"; all of them are "known". last is -1 when there is none.
 */
static void add_span(const struct report *r, int first, int last, char out[SPAN_MAX])
{
    size_t used = strlen(out);
    const char *blank = used == 0 ? "" : " ";

    if (first == 0 && last < 0)
        (void)snprintf(out + used, SPAN_MAX - used, "%s", either(r, "known", "bekend"));
    else if (last < 0)
        (void)snprintf(out + used, SPAN_MAX - used, "%s%d-", blank, first);
    else if (first == 0)
        (void)snprintf(out + used, SPAN_MAX - used, "-%d", last);
    else if (first == last)
        (void)snprintf(out + used, SPAN_MAX - used, "%s%d", blank, first);
    else
        (void)snprintf(out + used, SPAN_MAX - used, "%s%d-%d", blank, first, last);
}

/* Ages as intervals: "-11 16-17 unknown"; nothing when it is all of them. */
static void ages_text(const struct report *r, const struct policy_diff_group *g,
    const struct policy_diff_ages *ages, char out[SPAN_MAX])
{
    const struct policy_space *s = g->space;
    size_t held = 0, used;

    out[0] = '\0';
    for (size_t i = 0; i < s->ages; i++)
        held += has_age(ages, i);
    if (held == s->ages)
        return;
    for (size_t i = 1, first = 1; i < s->ages; i++) {
        if (!has_age(ages, i))
            first = i + 1;
        else if (i + 1 == s->ages || !has_age(ages, i + 1))
            add_span(r, s->age[first], i + 1 == s->ages ? -1 : s->age[i + 1] - 1, out);
    }
    used = strlen(out);
    if (has_age(ages, 0))
        (void)snprintf(
            out + used, SPAN_MAX - used, "%s%s", used == 0 ? "" : " ", either(r, "unknown", "onbekend"));
}

/* The answers of a mask: "NEED_CONSENT, DENY REFUSED". */
static void answers_text(uint32_t answers, char out[LINE_MAX_LEN])
{
    const char *verdict, *reason;
    size_t used = 0;

    out[0] = '\0';
    for (unsigned bit = 0; bit < 32; bit++) {
        if ((answers >> bit & 1) == 0)
            continue;
        verdict = policy_diff_answer_words(bit, &reason);
        used += (size_t)snprintf(out + used, LINE_MAX_LEN - used, "%s%s%s%s", used == 0 ? "" : ", ", verdict,
            reason[0] == '\0' ? "" : " ", reason);
    }
}

static void duties_text(uint32_t duties, char out[LINE_MAX_LEN])
{
    const char *name[POLICY_DUTY_BITS + 1];

    for (unsigned i = 0; i < POLICY_DUTY_BITS; i++)
        name[i] = policy_words_duty(i);
    client_policy_out_names(name, POLICY_DUTY_BITS + 1, duties, out, LINE_MAX_LEN);
}

/* What goes with a yes, as each pack says it; of duties those that only this one names. */
static void terms_of(const struct report *r, const struct policy_diff_group *g, struct term term[TERMS])
{
    static const char *const names[TERMS] = { "rule", "ground", "ground9", "days", "duties" };

    for (size_t i = 0; i < TERMS; i++)
        term[i].name = names[i];
    for (size_t side = 0; side < 2; side++) {
        const struct policy_decision *d = &g->decision[side];
        const char *ground = policy_pack_name(r->pack[side], POLICY_SET_GROUNDS, d->ground);

        (void)snprintf(term[0].value[side], LINE_MAX_LEN, "%s", g->rule[side]);
        (void)snprintf(term[1].value[side], LINE_MAX_LEN, "%s", ground);
        (void)snprintf(
            term[2].value[side], LINE_MAX_LEN, "%s%.1s", d->ground9 == 0 ? "" : "9.2.", &d->ground9);
        (void)snprintf(term[3].value[side], LINE_MAX_LEN, "%u", (unsigned)d->access_days);
        duties_text(d->duties & ~g->decision[1 - side].duties, term[4].value[side]);
    }
}

/* ---- groups ---- */

static void json_names(cJSON *obj, const char *key, const struct policy_space_set *set, uint64_t mask)
{
    cJSON *array = json_add_array(obj, key);

    for (size_t i = 0; i < set->count; i++)
        if ((mask >> i & 1) != 0)
            json_push_text(array, set->name[i]);
}

static void json_boxes(const struct report *r, const struct policy_diff_group *g, cJSON *obj)
{
    const struct policy_space_set *set = g->space->set;
    cJSON *array = json_add_array(obj, "where");
    char ages[SPAN_MAX];

    for (size_t i = 0; i < g->boxes; i++) {
        cJSON *row = json_push_object(array);

        json_names(row, "asker", &set[POLICY_SET_KINDS], g->box[i].askers);
        json_names(row, "purpose", &set[POLICY_SET_PURPOSES], g->box[i].purposes);
        json_names(row, "holder", &set[POLICY_SET_KINDS], g->box[i].holders);
        json_names(row, "section", &set[POLICY_SET_SECTIONS], g->box[i].sections);
        ages_text(r, g, &g->box[i].ages, ages);
        json_add_text(row, "ages", ages);
    }
}

static void json_group(const struct report *r, const struct policy_diff_group *g)
{
    static const char *const kinds[POLICY_DIFF_KINDS] = { "gain", "loss", "terms", "answer" },
                             *const sides[2] = { "before", "after" };
    cJSON *obj = json_push_object(r->groups), *side;
    struct term term[TERMS];
    char text[LINE_MAX_LEN];

    json_add_text(obj, "kind", kinds[g->kind]);
    json_add_u64(obj, "places", g->places);
    json_add_u64(obj, "combinations", g->points);
    json_boxes(r, g, obj);
    if (g->kind == POLICY_DIFF_TERMS)
        terms_of(r, g, term);
    for (size_t i = 0; i < 2; i++) {
        side = json_add_object(obj, sides[i]);
        json_add_text(side, "rule", g->rule[i]);
        answers_text(g->answers[i], text);
        json_add_text(side, "answers", text);
        json_names(side, "needs", &g->space->set[POLICY_SET_EVENTS], g->needs[i]);
        json_add_text(side, "case", g->row[i]);
        for (size_t t = 1; t < TERMS && g->kind == POLICY_DIFF_TERMS; t++)
            json_add_text(side, term[t].name, term[t].value[i]);
    }
}

static void print_boxes(const struct report *r, const struct policy_diff_group *g)
{
    const struct policy_space_set *set = g->space->set;
    char names[4][LINE_MAX_LEN], ages[SPAN_MAX];

    for (size_t i = 0; i < g->boxes; i++) {
        const struct policy_diff_box *b = &g->box[i];

        client_policy_out_names(
            set[POLICY_SET_KINDS].name, set[POLICY_SET_KINDS].count, b->askers, names[0], LINE_MAX_LEN);
        client_policy_out_names(set[POLICY_SET_PURPOSES].name, set[POLICY_SET_PURPOSES].count, b->purposes,
            names[1], LINE_MAX_LEN);
        client_policy_out_names(
            set[POLICY_SET_KINDS].name, set[POLICY_SET_KINDS].count, b->holders, names[2], LINE_MAX_LEN);
        client_policy_out_names(set[POLICY_SET_SECTIONS].name, set[POLICY_SET_SECTIONS].count, b->sections,
            names[3], LINE_MAX_LEN);
        ages_text(r, g, &b->ages, ages);
        (void)fprintf(r->out.out, "    %s | %s | %s %s | %s%s%s\n", names[0], names[1],
            either(r, "from", "van"), names[2], names[3],
            ages[0] == '\0' ? "" : either(r, " | ages ", " | leeftijd "), ages);
    }
}

/* What changed about a yes. */
static void print_terms(const struct report *r, const struct policy_diff_group *g)
{
    static const char *const dutch[TERMS] = { "regel", "grond", "grond 9", "dagen", "plichten" };
    struct term term[TERMS];

    terms_of(r, g, term);
    (void)fprintf(r->out.out, "%s", g->rule[0]);
    for (size_t i = 0; i < TERMS; i++)
        if (strcmp(term[i].value[0], term[i].value[1]) != 0)
            (void)fprintf(r->out.out, "\n    %s: %s -> %s", either(r, term[i].name, dutch[i]), term[i].value[0],
                term[i].value[1]);
    (void)fprintf(r->out.out, "\n");
}

/* The rule of a yes, and what the other pack answers; of a no both answers and what is needed. */
static void print_answers(const struct report *r, const struct policy_diff_group *g)
{
    char answer[2][LINE_MAX_LEN], needs[2][LINE_MAX_LEN];
    const struct policy_space_set *events = &g->space->set[POLICY_SET_EVENTS];

    for (size_t side = 0; side < 2; side++) {
        answers_text(g->answers[side], answer[side]);
        client_policy_out_names(events->name, events->count, g->needs[side], needs[side], LINE_MAX_LEN);
    }
    if (g->kind == POLICY_DIFF_GAIN)
        (void)fprintf(r->out.out, "%s (%s: %s)\n", g->rule[1], either(r, "was", "was"), answer[0]);
    else if (g->kind == POLICY_DIFF_LOSS)
        (void)fprintf(r->out.out, "%s (%s: %s)\n", g->rule[0], either(r, "now", "nu"), answer[1]);
    else
        (void)fprintf(r->out.out, "%s%s%s -> %s%s%s\n", answer[0], needs[0][0] == '\0' ? "" : " ", needs[0],
            answer[1], needs[1][0] == '\0' ? "" : " ", needs[1]);
}

static void tell(void *arg, const struct policy_diff_group *g)
{
    struct report *r = arg;
    const char *const heading[POLICY_DIFF_KINDS] = {
        either(r, "GAINS: permitted now", "ERBIJ: mag nu"),
        either(r, "LOSSES: no longer permitted", "ERAF: mag niet meer"),
        either(r, "OTHERWISE: permitted in another way", "ANDERS: mag op een andere manier"),
        either(r, "STILL NO: another answer", "NOG STEEDS NEE: een ander antwoord"),
    };

    json_group(r, g);
    if (r->out.json)
        return;
    if (g->kind != r->kind)
        (void)fprintf(r->out.out, "%s\n\n", heading[g->kind]);
    r->kind = g->kind;
    if (g->kind == POLICY_DIFF_TERMS)
        print_terms(r, g);
    else
        print_answers(r, g);
    print_boxes(r, g);
    (void)fprintf(r->out.out, "%s\n%s\n\n", g->row[0], g->row[1]);
}

static void progress(void *arg, size_t done, size_t all)
{
    struct report *r = arg;

    client_policy_out_progress(&r->out, done, all);
}

static void parameter(
    void *arg, const char *name, struct date from, const uint64_t *before, const uint64_t *after)
{
    struct report *r = arg;
    cJSON *obj = json_push_object(r->parameters);
    char day[11], value[2][24] = { "-", "-" };

    date_format(from, day);
    json_add_text(obj, "name", name);
    json_add_text(obj, "from", day);
    if (before != NULL) {
        json_add_u64(obj, "before", *before);
        (void)snprintf(value[0], sizeof value[0], "%" PRIu64, *before);
    }
    if (after != NULL) {
        json_add_u64(obj, "after", *after);
        (void)snprintf(value[1], sizeof value[1], "%" PRIu64, *after);
    }
    if (!r->out.json)
        (void)fprintf(r->out.out, "parameters.csv: %s %s %s: %s -> %s\n", name, either(r, "from", "vanaf"),
            day, value[0], value[1]);
}

/* The questions of a weighing: no answer changes by them, but what a holder takes for a weighing does. */
static void questions(void *arg, const char *when, uint32_t before, uint32_t after)
{
    struct report *r = arg;
    cJSON *obj = json_push_object(r->questions);
    char list[2][POLICY_WEIGHING_LIST];

    policy_weighing_list(before, list[0]);
    policy_weighing_list(after, list[1]);
    json_add_text(obj, "when", when);
    json_add_text(obj, "before", list[0]);
    json_add_text(obj, "after", list[1]);
    if (!r->out.json)
        (void)fprintf(r->out.out, "weighing.csv: %s: %s -> %s\n", when, list[0], list[1]);
}

/* ---- the whole ---- */

static void summary(struct report *r, const struct policy_diffed *d)
{
    static const char *const keys[2] = { "before", "after" };
    char digest[2][2 * POLICY_DIGEST_LEN + 1];
    cJSON *packs = json_add_object(r->out.whole, "packs");

    for (size_t side = 0; side < 2; side++) {
        text_hex(r->pack[side]->digest, sizeof r->pack[side]->digest, digest[side], sizeof digest[side]);
        json_add_text(packs, keys[side], digest[side]);
    }
    json_add_u64(r->out.whole, "places", d->places);
    json_add_u64(r->out.whole, "combinations", d->points);
    json_add_u64(r->out.whole, "changed", d->changed);
    if (r->out.json)
        return;
    (void)fprintf(r->out.out, "%s %s\n%s %s\n", either(r, "before", "eerst "), digest[0],
        either(r, "after ", "straks"), digest[1]);
    (void)fprintf(r->out.out, "%" PRIu64 " %s: %zu %s, %zu %s, %zu %s, %zu %s\n", d->places,
        either(r, "combinations of asker, purpose, holder and section, with all their facts",
            "combinaties van vrager, doel, houder en rubriek, met al hun feiten"),
        d->groups[POLICY_DIFF_GAIN], either(r, "gains", "erbij"), d->groups[POLICY_DIFF_LOSS],
        either(r, "losses", "eraf"), d->groups[POLICY_DIFF_TERMS], either(r, "otherwise", "anders"),
        d->groups[POLICY_DIFF_ANSWER], either(r, "still no", "nog steeds nee"));
}

static void tell_trouble(struct report *r, enum err e)
{
    struct trouble t = { .lang = r->out.lang };

    if (e == ERR_LONG)
        (void)trouble_set(&t, e,
            "these packs together have more than 64 names of a set, or too many events in rules that match "
            "together",
            "deze pakketten hebben samen meer dan 64 namen van een soort, of te veel gebeurtenissen in "
            "regels die samen gelden");
    else
        (void)trouble_set(&t, e, "not enough memory to compare these packs",
            "te weinig geheugen om deze pakketten te vergelijken");
    r->out.folder = NULL;
    client_policy_out_mistake(&r->out, &t);
}

static enum err compare(struct report *r)
{
    struct policy_diff run = { .pack = { r->pack[0], r->pack[1] }, .lang = r->out.lang, .report = tell,
        .progress = progress, .arg = r };
    struct policy_diffed diffed;
    enum err e = policy_diff_run(&run, &diffed);

    client_policy_out_progress(&r->out, 1, 1);
    if (e != OK) {
        tell_trouble(r, e);
        return e;
    }
    policy_diff_parameters(r->pack[0], r->pack[1], parameter, r);
    policy_weighing_compare(r->pack[0], r->pack[1], questions, r);
    summary(r, &diffed);
    return OK;
}

enum err client_cmd_policy_diff(const struct client_cmd_policy_diff *diff)
{
    struct report r = { .out = { .lang = diff->lang, .json = diff->json, .out = diff->out,
        .on_terminal = diff->on_terminal }, .kind = POLICY_DIFF_KINDS };
    struct policy_pack *pack[2] = { NULL, NULL };
    enum err e = OK, printed;

    r.groups = client_policy_out_open(&r.out, "groups");
    r.parameters = json_add_array(r.out.whole, "parameters");
    r.questions = json_add_array(r.out.whole, "questions");
    /* Both are read, so that the mistakes of both are told. */
    for (size_t side = 0; side < 2; side++) {
        enum err one;

        r.out.folder = diff->pack_dir[side];
        one = policy_files_load(
            diff->pack_dir[side], diff->lang, client_policy_out_mistake, &r.out, &pack[side]);
        r.pack[side] = pack[side];
        e = e == OK ? one : e;
    }
    if (e == OK)
        e = compare(&r);
    printed = client_policy_out_close(&r.out, e == OK);
    policy_pack_free(pack[0]);
    policy_pack_free(pack[1]);
    return e == OK ? printed : e;
}

enum err client_cmd_policy_diff_run(struct client_run *r)
{
    struct client_cmd_policy_diff diff = {
        .pack_dir = { client_run_text(r, "old"), client_run_text(r, "new") },
        .lang = r->lang,
        .json = r->json,
        .on_terminal = isatty(STDERR_FILENO) == 1,
        .out = stdout,
    };
    enum err e = client_cmd_policy_diff(&diff);

    /* As with --from: all was printed, and there is nothing to add but the exit code. */
    r->from = diff.pack_dir[0];
    return e;
}
