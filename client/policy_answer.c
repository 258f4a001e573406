#include "client/policy_answer.h"

#include "policy/eval.h"
#include "policy/words.h"

#include <string.h>

static const char *const by_asker[POLICY_BYS] = { [POLICY_BY_NO] = "no", [POLICY_BY_REF] = "ref", [POLICY_BY_YES] = "yes" };

static struct date last_day(const struct client_policy_question *q, const struct policy_decision *d)
{
    struct date end = date_add_days(q->asked.on, d->access_days), consent = q->asked.consent_end;

    if (q->pack->rule[d->rule].mode == POLICY_MODE_C && consent.year != 0 && date_compare(consent, end) < 0)
        end = consent;
    return date_add_days(end, -1);
}

/* What the holder does for itself is nothing to the asker (MODEL section 5, eyes). */
enum { OF_HOLDER = POLICY_DUTY_WEIGH_HOLDER | POLICY_DUTY_EYES_HOLDER };

void client_policy_answer_make(const struct client_policy_question *q, uint8_t section, enum client_reader reader,
    struct client_policy_answer *out)
{
    struct policy_decision decision;
    struct policy_facts facts;

    client_policy_facts_of(&q->asked, section, &facts);
    policy_eval_section(q->pack, &facts, section, &decision);
    *out = (struct client_policy_answer){ .section = section, .reader = reader, .seen = decision };
    if (reader == CLIENT_READS_ASKER)
        policy_eval_for_asker(&decision, &out->seen);
    if (reader == CLIENT_READS_ASKER)
        out->seen.duties &= ~(uint32_t)OF_HOLDER;
    client_explain(&q->tongue, reader, &decision, &out->words);
    if (out->seen.verdict == POLICY_NEED_EVENT)
        policy_ways_find(q->pack, &facts, section, &out->ways);
    if (out->seen.verdict == POLICY_PERMIT)
        out->last_day = last_day(q, &out->seen);
    if (out->seen.verdict >= POLICY_NEED_WEIGH && out->seen.weigh != POLICY_WEIGH_NO)
        out->questions = policy_weighing_questions(q->pack, out->seen.rule, UINT64_C(1) << section);
}

static bool is_at_holder(const struct client_policy_answer *a)
{
    return a->reader == CLIENT_READS_ASKER && a->seen.at_holder;
}

/* ---- for programs ---- */

/* client/explain speaks to its reader; here it has a name. */
static const char *whose(const struct client_policy_answer *a)
{
    if (strcmp(a->words.whose, "you") != 0)
        return a->words.whose;
    return a->reader == CLIENT_READS_ASKER ? "asker" : "holder";
}

static void add_names(const struct policy_pack *pack, enum policy_set set, uint64_t mask, cJSON *array)
{
    for (uint8_t i = 0; i < pack->set[set].count; i++)
        if ((mask >> i & 1) != 0)
            json_push_text(array, pack->set[set].word[i].name);
}

static void add_events(const struct policy_pack *pack, uint64_t events, cJSON *array)
{
    for (uint8_t i = 0; i < pack->set[POLICY_SET_EVENTS].count; i++) {
        const struct policy_event_def *def = &pack->event[i];
        cJSON *row;

        if ((events >> i & 1) == 0)
            continue;
        row = json_push_object(array);
        json_add_text(row, "event", pack->set[POLICY_SET_EVENTS].word[i].name);
        add_names(pack, POLICY_SET_KINDS, def->set_by, json_add_array(row, "set_by"));
        json_add_text(row, "by_asker", by_asker[def->by_requester]);
        json_add_u64(row, "valid_days", def->valid_days);
    }
}

static void add_ways(const struct policy_pack *pack, const struct policy_ways *ways, cJSON *array)
{
    for (size_t i = 0; i < ways->count; i++) {
        const struct policy_rule *rule = &pack->rule[ways->rule[i]];
        cJSON *row = json_push_object(array), *all;

        json_add_text(row, "rule", rule->id);
        json_add_bool(row, "consent", rule->mode == POLICY_MODE_C);
        all = json_add_array(row, "all_of");
        for (size_t n = 0; n < rule->needs; n++)
            add_names(pack, POLICY_SET_EVENTS, rule->need[n], json_add_array(json_push_object(all), "one_of"));
    }
}

static void add_bits(uint32_t mask, unsigned count, const char *(*word)(unsigned bit), cJSON *array)
{
    for (unsigned i = 0; i < count; i++)
        if ((mask >> i & 1) != 0)
            json_push_text(array, word(i));
}

static const char *question_number(unsigned bit)
{
    static const char *const numbers[POLICY_QUESTIONS] = { "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11",
        "12", "13", "14", "15", "16", "17" };

    return numbers[bit];
}

static void add_rule(const struct policy_pack *pack, const struct policy_decision *d, cJSON *row)
{
    bool named = d->rule >= 0 && pack->rule[d->rule].mode != POLICY_MODE_N;
    char ground9[] = "9.2.?";

    json_add_text(row, "rule", d->rule >= 0 ? pack->rule[d->rule].id : "");
    json_add_text(row, "ground", named ? policy_pack_name(pack, POLICY_SET_GROUNDS, pack->rule[d->rule].ground) : "");
    ground9[4] = named ? pack->rule[d->rule].ground9 : '\0';
    json_add_text(row, "ground9", ground9[4] != '\0' ? ground9 : "");
}

void client_policy_answer_json(const struct client_tongue *in, const struct client_policy_answer *a, cJSON *row)
{
    const struct policy_decision *d = &a->seen;
    char end[11] = "";

    json_add_text(row, "section", policy_pack_name(in->pack, POLICY_SET_SECTIONS, a->section));
    json_add_text(row, "verdict", is_at_holder(a) ? "AT_HOLDER" : policy_words_verdict(d->verdict));
    json_add_text(row, "reason", policy_words_reason(d->reason));
    add_rule(in->pack, d, row);
    json_add_text(row, "whose", whose(a));
    add_events(in->pack, d->need_events, json_add_array(row, "events"));
    add_ways(in->pack, &a->ways, json_add_array(row, "ways"));
    add_bits(d->missing, POLICY_WHO_BITS, policy_words_who, json_add_array(row, "people"));
    add_bits(d->duties, POLICY_DUTY_BITS, policy_words_duty, json_add_array(row, "duties"));
    json_add_u64(row, "feedback_days", d->feedback_days);
    json_add_u64(row, "access_days", d->access_days);
    if (a->last_day.year != 0)
        date_format(a->last_day, end);
    json_add_text(row, "last_day", end);
    add_bits(a->questions, POLICY_QUESTIONS, question_number, json_add_array(row, "questions"));
    json_add_text(row, "text", a->words.text);
    json_add_text(row, "step", a->words.step);
    json_add_text(row, "if_no", a->words.if_no);
}

/* ---- for people ---- */

struct printing {
    const struct client_tongue *in;
    FILE *out;
};

static const char *either(const struct printing *p, const char *en, const char *nl)
{
    return p->in->lang == LANG_NL ? nl : en;
}

static const char *word(const struct printing *p, const char *group, const char *name)
{
    return p->in->texts == NULL ? name : policy_texts_get(p->in->texts, p->in->lang, group, name);
}

static void print_rule(const struct printing *p, const struct policy_decision *d)
{
    const struct policy_rule *r = &p->in->pack->rule[d->rule < 0 ? 0 : d->rule];

    if (d->rule < 0)
        return;
    (void)fprintf(p->out, "  %s %s.", either(p, "Rule", "Regel"), r->id);
    if (r->mode != POLICY_MODE_N)
        (void)fprintf(p->out, " %s: %s.", either(p, "Ground", "Grond"),
            word(p, "ground", policy_pack_name(p->in->pack, POLICY_SET_GROUNDS, r->ground)));
    if (r->mode != POLICY_MODE_N && r->ground9 != '\0')
        (void)fprintf(p->out, " %s%c%s.", either(p, "For sensitive data also: GDPR 9(2)(", "Voor gevoelige gegevens ook: AVG 9 lid 2 "),
            r->ground9, either(p, ")", ""));
    (void)fputc('\n', p->out);
}

/* "VZM (what it is) or LRV (what it is)" */
static void print_events(const struct printing *p, uint64_t events)
{
    const struct policy_words *all = &p->in->pack->set[POLICY_SET_EVENTS];
    bool first = true;

    for (size_t i = 0; i < all->count; i++)
        if ((events >> i & 1) != 0) {
            (void)fprintf(p->out, "%s%s (%s)", first ? "" : either(p, " or ", " of "), all->word[i].name,
                word(p, "event", all->word[i].name));
            first = false;
        }
}

static void print_setters(const struct printing *p, uint64_t events)
{
    const struct policy_pack *pack = p->in->pack;

    for (size_t i = 0; i < pack->set[POLICY_SET_EVENTS].count; i++) {
        const struct policy_event_def *def = &pack->event[i];
        uint32_t all = pack->set[POLICY_SET_KINDS].count == 32 ? ~UINT32_C(0)
                                                               : (UINT32_C(1) << pack->set[POLICY_SET_KINDS].count) - 1;
        const char *sep = " ";

        if ((events >> i & 1) == 0)
            continue;
        (void)fprintf(p->out, "    - %s:", pack->set[POLICY_SET_EVENTS].word[i].name);
        if (def->system)
            (void)fprintf(p->out, " %s", either(p, "nobody; it is so when both take part", "niemand; het is zo als beide meedoen"));
        else if (def->set_by == all)
            (void)fprintf(p->out, " %s", either(p, "any organisation", "elke organisatie"));
        for (uint8_t k = 0; def->set_by != all && k < pack->set[POLICY_SET_KINDS].count; k++)
            if ((def->set_by >> k & 1) != 0) {
                (void)fprintf(p->out, "%s%s", sep, word(p, "kind", pack->set[POLICY_SET_KINDS].word[k].name));
                sep = ", ";
            }
        if (!def->system && def->by_requester == POLICY_BY_NO)
            (void)fputs(either(p, "; not by the one who asks", "; niet door wie vraagt"), p->out);
        else if (!def->system && def->by_requester == POLICY_BY_REF)
            (void)fputs(either(p, "; by the one who asks only with a document that the other checks",
                            "; door wie vraagt alleen met een document dat de ander nakijkt"), p->out);
        (void)fputs(".\n", p->out);
    }
}

static void print_ways(const struct printing *p, const struct client_policy_answer *a)
{
    if (a->ways.count == 0)
        return;
    (void)fprintf(p->out, "  %s\n", a->ways.count == 1 ? either(p, "This opens it:", "Hiermee kan het:")
                                                       : either(p, "Any of these opens it:", "Elk hiervan is genoeg:"));
    for (size_t i = 0; i < a->ways.count; i++) {
        const struct policy_rule *r = &p->in->pack->rule[a->ways.rule[i]];

        (void)fprintf(p->out, "    - %s: ", r->id);
        for (size_t n = 0; n < r->needs; n++) {
            (void)fputs(n == 0 ? "" : either(p, ", and also ", ", en ook "), p->out);
            print_events(p, r->need[n]);
        }
        (void)fprintf(p->out, "%s.\n", r->mode == POLICY_MODE_C ? either(p, "; and consent", "; en toestemming") : "");
    }
    (void)fprintf(p->out, "  %s\n", either(p, "Who can report it:", "Wie het kan melden:"));
    print_setters(p, a->seen.need_events);
}

static void print_list(const struct printing *p, const char *title, const char *group, uint32_t mask, unsigned count,
    const char *(*name)(unsigned bit))
{
    if (mask == 0)
        return;
    (void)fprintf(p->out, "  %s\n", title);
    for (unsigned i = 0; i < count; i++)
        if ((mask >> i & 1) != 0)
            (void)fprintf(p->out, "    - %s\n", word(p, group, name(i)));
}

/* The log the programs see to, and an answer to a report has a line of its own with its days. */
enum { SEEN_TO = POLICY_DUTY_LOG | POLICY_DUTY_FEEDBACK };

static void print_access(const struct printing *p, const struct client_policy_answer *a)
{
    char end[11];

    if (a->seen.verdict != POLICY_PERMIT)
        return;
    date_format(a->last_day, end);
    (void)fprintf(p->out, "  %s %s.\n", either(p, "Access until the end of", "Toegang tot en met"), end);
    print_list(p, either(p, "What goes with it:", "Wat erbij hoort:"), "duty", a->seen.duties & ~(uint32_t)SEEN_TO,
        POLICY_DUTY_BITS, policy_words_duty);
    if (a->seen.feedback_days != 0)
        (void)fprintf(p->out, "    - %s %u %s.\n", either(p, "Answer within", "Antwoord binnen"), a->seen.feedback_days,
            a->seen.feedback_days == 1 ? either(p, "working day", "werkdag") : either(p, "working days", "werkdagen"));
}

void client_policy_answer_head(const struct client_tongue *in, const struct client_policy_answer *a, FILE *out)
{
    struct printing p = { in, out };
    const char *section = policy_pack_name(in->pack, POLICY_SET_SECTIONS, a->section);

    (void)fprintf(out, "%s: %s\n", section, word(&p, "section", section));
}

void client_policy_answer_print(const struct client_tongue *in, const struct client_policy_answer *a, FILE *out)
{
    struct printing p = { in, out };
    bool weighs = !is_at_holder(a) && a->questions != 0;

    (void)fprintf(out, "  %s\n", a->words.text);
    print_rule(&p, &a->seen);
    if (a->ways.count != 0)
        print_ways(&p, a);
    else if (a->words.step[0] != '\0')
        (void)fprintf(out, "  %s\n", a->words.step);
    print_access(&p, a);
    if (weighs && a->seen.verdict == POLICY_NEED_WEIGH)
        print_list(&p, either(&p, "Questions to answer:", "Vragen om te beantwoorden:"), "question", a->questions,
            POLICY_QUESTIONS, question_number);
    if (a->words.if_no[0] != '\0')
        (void)fprintf(out, "  %s\n", a->words.if_no);
}
