#include "client/explain.h"

#include "policy/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct step {
    const char *en, *nl, *whose;
};

/* What helps against a DENY, by its reason. */
static const struct step denied[POLICY_REASONS] = {
    [POLICY_NO_REASON] = {"", "", "nobody"},
    [POLICY_NOT_IN_CASE] = {"Open a case for this purpose, or accept the invitation to it; then ask again.",
        "Open een casus voor dit doel, of neem de uitnodiging aan; vraag daarna opnieuw.", "you"},
    [POLICY_NEVER] = {"The family can tell it themselves if they want to.",
        "Het gezin kan het zelf vertellen als het dat wil.", "family"},
    [POLICY_NOT_IN_MATRIX] =
        {"Check the purpose, or ask for less: schakel policy show lists what can be asked.",
            "Kijk het doel na, of vraag minder: schakel policy show noemt wat gevraagd kan worden.", "you"},
    [POLICY_IDENTIFIABLE] = {"Make the description more general and send it again.",
        "Maak de beschrijving algemener en stuur haar opnieuw.", "holder"},
    [POLICY_REFUSED] = {"Talk with the family about what would help; share less, or nothing.",
        "Praat met het gezin over wat wel kan helpen; deel minder, of niets.", "family"},
    [POLICY_RESTRICTED] =
        {"Wait until the objection is settled, or ask the family for consent after the objection.",
            "Wacht tot het bezwaar is afgehandeld, of vraag het gezin na het bezwaar om toestemming.",
            "family"},
};
static const struct step report_event = {"The partner that knows of it reports it: schakel event add.",
    "De partner die het weet, meldt het: schakel event add.", "holder"};
static const struct step talk_first = {
    "Talk with the family and record what they say: schakel consent record. The holder can do so too.",
    "Praat met het gezin en leg vast wat het zegt: schakel consent record. De houder kan dat ook doen.",
    "family"};
static const struct step record_yes = {
    "Talk with the family and record what they say: schakel consent record.",
    "Praat met het gezin en leg vast wat het zegt: schakel consent record.", "family"};
static const struct step weigh_now = {
    "Answer the questions with schakel weigh, and give its number with --weigh.",
    "Beantwoord de vragen met schakel weigh, en geef het nummer daarvan met --weigh.", "you"};
static const struct step asker_weighs = {
    "Refuse, or phone the asker: they weigh it with schakel weigh and ask again.",
    "Weiger, of bel de vrager: die weegt het af met schakel weigh en vraagt opnieuw.", "asker"};
static const struct step approve_now = {
    "A second colleague logs in and uses schakel approve; give its number with --approval.",
    "Een tweede collega meldt zich aan en gebruikt schakel approve; geef het nummer daarvan met --approval.",
    "holder"};
static const struct step wait_for_holder = {
    "Nothing to do for you; the holder decides.", "U hoeft niets te doen; de houder beslist.", "holder"};
static const struct step end_sooner = {"Do it again with an earlier last day (--until), or have the consent recorded for longer.",
    "Doe het opnieuw met een eerdere laatste dag (--until), of laat de toestemming voor langer vastleggen.", "holder"};
static const struct step none = {"", "", "nobody"};

static void append(char *out, size_t out_len, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void append(char *out, size_t out_len, const char *fmt, ...)
{
    size_t at = strlen(out);
    va_list ap;

    va_start(ap, fmt);
    (void) vsnprintf(out + at, out_len - at, fmt, ap);
    va_end(ap);
}

static const char *word(const struct client_tongue *in, const char *group, const char *name)
{
    return in->texts == NULL ? name : policy_texts_get(in->texts, in->lang, group, name);
}

void client_explain_people(const struct client_tongue *in, uint8_t who, char *out, size_t out_len)
{
    out[0] = '\0';
    for (unsigned i = 0; i < POLICY_WHO_BITS; i++)
        if (who & (1U << i))
            append(out, out_len, "%s%s", out[0] != '\0' ? ", " : "", word(in, "who", policy_words_who(i)));
}

/* Without texts the table's own meaning: in the language of its author. */
static const char *meaning(const struct client_tongue *in, const struct policy_word *event)
{
    return in->texts == NULL ? event->meaning : policy_texts_get(in->texts, in->lang, "event", event->name);
}

void client_explain_events(const struct client_tongue *in, uint64_t events, char *out, size_t out_len)
{
    const struct policy_words *all = &in->pack->set[POLICY_SET_EVENTS];

    out[0] = '\0';
    for (uint8_t i = 0; i < all->count; i++)
        if (events & (UINT64_C(1) << i))
            append(out, out_len, "%s%s (%s)", out[0] != '\0' ? ", " : "", all->word[i].name,
                meaning(in, &all->word[i]));
}

static void add_step(const struct client_tongue *in, const struct step *s, struct client_explained *out)
{
    const char *text = in->lang == LANG_NL ? s->nl : s->en;

    if (text[0] != '\0')
        append(out->step, sizeof out->step, "%s%s", out->step[0] != '\0' ? " " : "", text);
    out->whose = s->whose;
}

static void explain_event(
    const struct client_tongue *in, const struct policy_decision *d, struct client_explained *out)
{
    char events[480];

    client_explain_events(in, d->need_events, events, sizeof events);
    append(out->step, sizeof out->step, "%s %s.", word(in, "step", "event"), events);
    add_step(in, &report_event, out);
}

static void explain_consent(const struct client_tongue *in, enum client_reader reader,
    const struct policy_decision *d, struct client_explained *out)
{
    char people[256];

    if (reader == CLIENT_READS_ASKER) {
        append(out->text, sizeof out->text, " %s", word(in, "asker", "consent"));
        add_step(in, &talk_first, out);
        return;
    }
    client_explain_people(in, d->missing, people, sizeof people);
    append(out->step, sizeof out->step, "%s %s.", word(in, "step", "consent"), people);
    add_step(in, &record_yes, out);
}

/* Who weighs is the rule's to say; without a rule's word the reader does. */
static void explain_weigh(const struct client_tongue *in, enum client_reader reader,
    const struct policy_decision *d, struct client_explained *out)
{
    bool by_holder = d->weigh == POLICY_WEIGH_HOLDER;

    if (d->weigh == POLICY_WEIGH_HOLDER || d->weigh == POLICY_WEIGH_ASKER)
        append(
            out->text, sizeof out->text, " %s", word(in, "step", by_holder ? "weigh_holder" : "weigh_asker"));
    add_step(in, reader == CLIENT_READS_HOLDER && d->weigh == POLICY_WEIGH_ASKER ? &asker_weighs : &weigh_now,
        out);
}

static void explain_denied(
    const struct client_tongue *in, const struct policy_decision *d, struct client_explained *out)
{
    enum policy_reason reason = d->reason < POLICY_REASONS ? d->reason : POLICY_NO_REASON;

    if (reason != POLICY_NO_REASON)
        append(out->text, sizeof out->text, " %s", word(in, "reason", policy_words_reason(reason)));
    add_step(in, &denied[reason], out);
}

/* Data about no person: nobody is asked. */
static bool is_of_nobody(const struct policy_pack *pack, const struct policy_rule *rule)
{
    for (size_t i = 0; i < pack->set[POLICY_SET_SECTIONS].count; i++)
        if ((rule->sections >> i & 1) != 0 && pack->section[i].class != POLICY_S0)
            return false;
    return true;
}

/* What a no of the family would do to this rule. A denial says itself what is left. */
static void explain_no(
    const struct client_tongue *in, const struct policy_decision *d, struct client_explained *out)
{
    const struct policy_rule *rule;
    const char *name;

    if (d->rule < 0 || d->verdict == POLICY_DENY || in->texts == NULL)
        return;
    rule = &in->pack->rule[d->rule];
    if (is_of_nobody(in->pack, rule))
        return;
    if (rule->inform == POLICY_INFORM_DEFER)
        name = "safety";
    else if (rule->mode == POLICY_MODE_C)
        name = "consent";
    else
        name = in->pack->ground[rule->ground].survives ? "stays" : "stops";
    append(out->if_no, sizeof out->if_no, "%s", word(in, "no", name));
}

void client_explain(const struct client_tongue *in, enum client_reader reader,
    const struct policy_decision *d, struct client_explained *out)
{
    struct policy_decision seen = *d;

    *out = (struct client_explained){.whose = ""};
    if (reader == CLIENT_READS_ASKER)
        policy_eval_for_asker(d, &seen);
    explain_no(in, &seen, out);
    if (reader == CLIENT_READS_ASKER && seen.at_holder) {
        (void) snprintf(out->text, sizeof out->text, "%s", word(in, "asker", "holder"));
        add_step(in, &wait_for_holder, out);
        return;
    }
    (void) snprintf(
        out->text, sizeof out->text, "%s.", word(in, "verdict", policy_words_verdict(seen.verdict)));
    switch (seen.verdict) {
    case POLICY_NEED_EVENT: explain_event(in, &seen, out); break;
    case POLICY_NEED_CONSENT: explain_consent(in, reader, &seen, out); break;
    case POLICY_NEED_WEIGH: explain_weigh(in, reader, &seen, out); break;
    case POLICY_NEED_APPROVAL:
        append(out->text, sizeof out->text, " %s", word(in, "step", "approval"));
        add_step(in, &approve_now, out);
        break;
    case POLICY_PERMIT: add_step(in, &none, out); break;
    default: explain_denied(in, &seen, out); break;
    }
}

void client_explain_outlasts(const struct client_tongue *in, struct client_explained *out)
{
    *out = (struct client_explained){.whose = ""};
    (void) snprintf(out->text, sizeof out->text, "%s. %s", word(in, "verdict", policy_words_verdict(POLICY_DENY)),
        in->lang == LANG_NL ? "De toegang zou langer duren dan de regel of de toestemming toelaat."
                            : "Access would go on longer than the rule or the consent allows.");
    add_step(in, &end_sooner, out);
}
