#include "client/explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct sentence { const char *en, *nl; };
struct answer { struct sentence text, step; const char *whose; };

static const char *say(enum lang lang, const struct sentence *s)
{
    return lang == LANG_NL ? s->nl : s->en;
}

/* For DENY, by reason. */
static const struct answer denied[POLICY_REASONS] = {
    [POLICY_NO_REASON] = {{"No.", "Nee."}, {"", ""}, "nobody"},
    [POLICY_NOT_IN_CASE] = {{"No: the asker does not take part in a case of this child for this purpose.",
        "Nee: de vrager doet niet mee in een casus van dit kind voor dit doel."},
        {"Open a case for this purpose, or accept the invitation to it; then ask again.",
        "Open een casus voor dit doel, of neem de uitnodiging aan; vraag daarna opnieuw."}, "you"},
    [POLICY_NEVER] = {{"No: this section is never shared for this purpose, not even with consent.",
        "Nee: dit onderdeel wordt voor dit doel nooit gedeeld, ook niet met toestemming."},
        {"The family can tell it themselves if they want to.", "Het gezin kan het zelf vertellen als het dat wil."}, "nobody"},
    [POLICY_NOT_IN_MATRIX] = {{"No: no rule lets this partner receive this section from this holder for this purpose.",
        "Nee: geen regel laat deze partner dit onderdeel van deze houder ontvangen voor dit doel."},
        {"Check the purpose, or ask for less: schakel policy show lists what may be asked.",
        "Kijk het doel na, of vraag minder: schakel policy show laat zien wat gevraagd mag worden."}, "you"},
    [POLICY_IDENTIFIABLE] = {{"No: the text without names still gives the child away.",
        "Nee: de tekst zonder namen laat toch zien om welk kind het gaat."},
        {"Make the description more general and send it again.", "Maak de beschrijving algemener en stuur haar opnieuw."}, "holder"},
    [POLICY_REFUSED] = {{"No: somebody whose yes is needed said no.", "Nee: iemand van wie het ja nodig is, heeft nee gezegd."},
        {"Talk with the family about what would help; share less, or nothing.",
        "Praat met het gezin over wat wel kan helpen; deel minder, of niets."}, "family"},
    [POLICY_RESTRICTED] = {{"No: the family objected, and this rule does not outweigh an objection.",
        "Nee: het gezin heeft bezwaar gemaakt, en deze regel weegt daar niet tegen op."},
        {"Wait until the objection is settled, or ask the family for consent after the objection.",
        "Wacht tot het bezwaar is afgehandeld, of vraag het gezin na het bezwaar om toestemming."}, "family"},
};

static const struct answer needs_event = {{"Not yet: something that opens this has not been reported between these two partners.",
    "Nog niet: er is tussen deze twee partners nog niets gemeld dat dit opent."}, {"", ""}, "holder"};
static const struct answer consent_for_asker = {{"Not yet: not everybody whose yes is needed has said yes.",
    "Nog niet: nog niet iedereen van wie het ja nodig is, heeft ja gezegd."},
    {"The holder, or you, can talk with the family and record their consent.",
    "De houder, of u, kan met het gezin praten en hun toestemming vastleggen."}, "family"};
static const struct answer weigh_yourself = {{"Not yet: this is sensitive, so the reasons must be weighed and written down first.",
    "Nog niet: dit is gevoelig, dus de redenen moeten eerst worden afgewogen en vastgelegd."},
    {"Answer the questions with schakel weigh, and ask again with --weigh.",
    "Beantwoord de vragen met schakel weigh, en vraag opnieuw met --weigh."}, "you"};
static const struct answer approve_second = {{"Not yet: a second person of the holder must agree.",
    "Nog niet: een tweede persoon van de houder moet akkoord gaan."},
    {"A second colleague logs in and uses schakel approve.", "Een tweede collega logt in en gebruikt schakel approve."}, "holder"};
static const struct answer at_holder = {{"At the holder: it waits for a step there.", "Bij de houder: het wacht daar op een stap."},
    {"Nothing to do for you; the holder decides.", "U hoeft niets te doen; de houder beslist."}, "holder"};
static const struct answer permitted = {{"Yes.", "Ja."}, {"", ""}, "nobody"};

static void append(char *out, size_t out_len, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void append(char *out, size_t out_len, const char *fmt, ...)
{
    size_t at = strlen(out);
    va_list ap;

    va_start(ap, fmt);
    (void) vsnprintf(out + at, out_len - at, fmt, ap);
    va_end(ap);
}

void client_explain_people(enum lang lang, uint8_t who, char *out, size_t out_len)
{
    static const struct sentence people[POLICY_WHO_BITS] = {
        {"the young person", "de jongere"}, {"the first parent with custody", "de eerste ouder met gezag"},
        {"the second parent with custody", "de tweede ouder met gezag"}, {"the guardian", "de voogd"},
        {"the legal representative", "de wettelijk vertegenwoordiger"},
        {"somebody with custody (none is known)", "iemand met gezag (niemand bekend)"},
        {"the child's age (not known)", "de leeftijd van het kind (niet bekend)"},
    };

    out[0] = '\0';
    for (size_t i = 0; i < POLICY_WHO_BITS; i++)
        if (who & (1U << i))
            append(out, out_len, "%s%s", out[0] != '\0' ? ", " : "", say(lang, &people[i]));
}

void client_explain_events(const struct policy_pack *pack, uint64_t events, char *out, size_t out_len)
{
    out[0] = '\0';
    for (uint8_t i = 0; i < pack->set[POLICY_SET_EVENTS].count; i++)
        if (events & (UINT64_C(1) << i))
            append(out, out_len, "%s%s (%s)", out[0] != '\0' ? ", " : "", pack->set[POLICY_SET_EVENTS].word[i].name,
                pack->set[POLICY_SET_EVENTS].word[i].meaning);
}

static void fill(enum lang lang, const struct answer *a, struct client_explained *out)
{
    (void) snprintf(out->text, sizeof out->text, "%s", say(lang, &a->text));
    (void) snprintf(out->step, sizeof out->step, "%s", say(lang, &a->step));
    out->whose = a->whose;
}

static void explain_event(const struct policy_pack *pack, enum lang lang, const struct policy_decision *d, struct client_explained *out)
{
    char events[480];

    fill(lang, &needs_event, out);
    client_explain_events(pack, d->need_events, events, sizeof events);
    append(out->step, sizeof out->step, "%s %s", lang == LANG_NL ? "Nodig is een melding van:" : "What is needed is a report of:", events);
}

static void explain_consent(enum lang lang, const struct policy_decision *d, struct client_explained *out)
{
    char people[256];

    client_explain_people(lang, d->missing, people, sizeof people);
    fill(lang, &consent_for_asker, out);
    (void) snprintf(out->step, sizeof out->step, "%s %s.", lang == LANG_NL ? "Wat nog ontbreekt, is het ja van:" : "Still missing is the yes of:",
        people);
}

void client_explain(const struct policy_pack *pack, enum lang lang, enum client_reader reader, const struct policy_decision *d,
    struct client_explained *out)
{
    struct policy_decision seen = *d;

    if (reader == CLIENT_READS_ASKER)
        policy_eval_for_asker(d, &seen);
    if (reader == CLIENT_READS_ASKER && seen.at_holder) {
        fill(lang, &at_holder, out);
        return;
    }
    switch (seen.verdict) {
    case POLICY_NEED_EVENT:
        explain_event(pack, lang, &seen, out);
        break;
    case POLICY_NEED_CONSENT:
        if (reader == CLIENT_READS_ASKER)
            fill(lang, &consent_for_asker, out);
        else
            explain_consent(lang, &seen, out);
        break;
    case POLICY_NEED_WEIGH:
        fill(lang, &weigh_yourself, out);
        break;
    case POLICY_NEED_APPROVAL:
        fill(lang, &approve_second, out);
        break;
    case POLICY_PERMIT:
        fill(lang, &permitted, out);
        break;
    default:
        fill(lang, &denied[seen.reason < POLICY_REASONS ? seen.reason : POLICY_NO_REASON], out);
        break;
    }
}
