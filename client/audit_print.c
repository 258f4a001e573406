#include "client/audit_print.h"

#include "client/desk_print.h"

#include <string.h>

/* A number of an answer as its digits, "0" when it is not there. */
static const char *digits(const cJSON *obj, const char *key, char out[24])
{
    uint64_t n = 0;

    (void)snprintf(out, 24, "%llu", json_u64(obj, key, &n) == OK ? (unsigned long long)n : 0ULL);
    return out;
}

/* ---- the list ---- */

/* "att, ident; rules R02, R78" */
static void print_what(const struct client_paper *p, const cJSON *row)
{
    char sections[CLIENT_DESK_TEXT], ground[CLIENT_DESK_TEXT];

    client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "sections"), sections, sizeof sections);
    client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "ground"), ground, sizeof ground);
    if (sections[0] != '\0' && ground[0] != '\0')
        client_paper_line(p, CLIENT_PLAIN, 2, "%s; by rule %s", "%s; volgens regel %s", sections, ground);
    else if (sections[0] != '\0')
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", sections);
}

static void print_act(const struct client_paper *p, const cJSON *row)
{
    const char *name = client_paper_text(row, "purpose"), *who = client_paper_text(row, "who"), *person = client_paper_text(row, "person"),
               *to = client_paper_text(row, "to"), *refused = client_paper_text(row, "refused");
    char left[CLIENT_DESK_TEXT], right[64], number[24], child[CLIENT_DESK_TEXT], purpose[CLIENT_DESK_TEXT];

    (void)snprintf(right, sizeof right, "%s  %s", client_paper_text(row, "when"), digits(row, "number", number));
    client_paper_format(p, left, sizeof left, "%s%s%s%s%s", "%s%s%s%s%s", who, who[0] != '\0' ? ": " : "", client_paper_text(row, "act"),
        to[0] != '\0' ? client_paper_say(p, ", to ", ", aan ") : "", to);
    client_paper_head(p, left, right);
    if (client_desk_print_child(p, row, child)[0] != '\0')
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", child);
    client_desk_print_purpose(p, name, purpose);
    if (name[0] != '\0')
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", purpose);
    print_what(p, row);
    if (refused[0] != '\0')
        client_paper_line(p, CLIENT_YELLOW, 2, "%s", "%s", refused);
    client_paper_line(p, CLIENT_DIM, 2, "%s%s%slog: %s", "%s%s%slogboek: %s", person[0] != '\0' ? client_paper_say(p, "by ", "door ") : "",
        person, person[0] != '\0' ? "; " : "", client_paper_text(row, "log"));
}

void client_audit_print_acts(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *acts = cJSON_GetObjectItemCaseSensitive(reply, "acts"), *row;
    char number[24];

    if (cJSON_GetArraySize(acts) == 0)
        client_desk_print_none(p, args, "Nothing was sent or received.", "Er is niets verstuurd of ontvangen.");
    cJSON_ArrayForEach(row, acts)
        print_act(p, row);
    if (digits(reply, "not_kept", number)[0] != '0')
        client_paper_line(p, CLIENT_DIM, 0, "%s of this time are not kept any more: their term is over.",
            "%s uit deze tijd worden niet meer bewaard: de termijn is voorbij.", number);
    client_desk_print_more(p, reply);
    client_paper_line(p, CLIENT_DIM, 0, "As a table: add --csv. Whether it is all: schakel audit complete",
        "Als tabel: voeg --csv toe. Of het alles is: schakel audit complete");
}

void client_audit_print(const struct client_run *r, const cJSON *reply)
{
    cJSON *words = client_desk_print_words(r);
    struct client_paper p;

    client_paper_init(&p, r->lang);
    p.words = cJSON_GetObjectItemCaseSensitive(words, "words");
    client_audit_print_acts(&p, r->args, reply);
    cJSON_Delete(words);
}

/* ---- completeness ---- */

static void print_title(const struct client_paper *p, const cJSON *reply)
{
    char gaps[24], entries[24];

    (void)digits(reply, "gaps", gaps);
    if (strcmp(digits(reply, "entries", entries), "0") == 0)
        client_paper_line(p, CLIENT_BOLD, 0, "Nothing was numbered in this period.", "In deze periode is niets genummerd.");
    else if (strcmp(gaps, "0") != 0)
        client_paper_line(p, CLIENT_RED, 0, "Not complete. Numbers that are missing or do not fit: %s",
            "Niet volledig. Nummers die ontbreken of niet passen: %s", gaps);
    else if (client_paper_true(reply, "complete"))
        client_paper_line(p, CLIENT_GREEN, 0, "Complete: nothing is missing.", "Volledig: er ontbreekt niets.");
    else
        client_paper_line(p, CLIENT_GREEN, 0, "Nothing is missing so far.", "Er ontbreekt tot nu toe niets.");
}

static void print_missing(const struct client_paper *p, const cJSON *reply)
{
    const cJSON *row;
    char number[24];

    cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(reply, "missing")) {
        const char *act = client_paper_text(row, "act");

        client_paper_line(p, CLIENT_RED, 2, "number %s: %s", "nummer %s: %s", digits(row, "number", number), client_paper_text(row, "why"));
        if (act[0] != '\0')
            client_paper_line(p, CLIENT_RED, 4, "the log has it: %s, from %s, %s. Call %s and ask what it was",
                "het logboek heeft het: %s, van %s, %s. Bel %s en vraag wat het was",
                act, client_paper_text(row, "from"), client_paper_text(row, "when"), client_paper_text(row, "from"));
    }
}

/*
 * A number alone says nothing to somebody who has never seen one missing. What the hub keeps from a receiver may be what ends its reading, so that is
 * asked of the partners themselves, past the hub.
 */
static void print_what_it_means(const struct client_paper *p, const cJSON *reply)
{
    const char *since = client_paper_text(reply, "complete_until");
    char text[CLIENT_DESK_TEXT];

    if (!client_paper_true(reply, "kept_back"))
        return;
    client_paper_pair(p, client_paper_say(p, "It can be", "Dat kan zijn"),
        client_paper_say(p, "mail that was held up on its way, and comes when this node asks again; or something that the hub keeps from you: a request, an "
            "end of access, a withdrawal, an objection",
            "post die onderweg is blijven liggen, en komt als dit knooppunt weer vraagt; of iets dat de hub u onthoudt: een verzoek, een einde van toegang, een "
            "intrekking, een bezwaar"));
    client_paper_pair(p, client_paper_say(p, "First", "Eerst"),
        client_paper_say(p, "ask the hub's operator what these numbers are, and why they did not come",
            "vraag de beheerder van de hub waar deze nummers van zijn, en waarom ze niet kwamen"));
    client_paper_format(p, text, sizeof text,
        "call each partner whose records you hold a part of (schakel request list), and ask whether it ended an access, withdrew a consent or "
        "objected%s%s. Until you know: leave "
        "unread what was shared",
        "bel elke partner van wie u een deel van een dossier hebt (schakel request list), en vraag of die een toegang beëindigde, een toestemming "
        "introk of bezwaar maakte%s%s. Laat tot u "
        "het weet ongelezen wat is gedeeld",
        since[0] != '\0' ? client_paper_say(p, " since ", " sinds ") : "", since);
    client_paper_pair(p, client_paper_say(p, "Then", "Daarna"), text);
}

static bool counts(const cJSON *reply, const char *key, char out[24])
{
    return strcmp(digits(reply, key, out), "0") != 0;
}

/* Others cosign within minutes, but not what is in no log any more. */
static void print_not_anchored(const struct client_paper *p, const cJSON *end)
{
    if (end == NULL || client_paper_true(end, "anchored"))
        return;
    if (client_paper_true(end, "lost"))
        client_paper_pair(p, client_paper_say(p, "Alone", "Alleen"),
            client_paper_say(p, "the end of it is in no log any more, since that went on without its newest leaves: nobody will cosign it. The "
                "receipt proves it all the "
                "same; keep it: schakel archive export",
                "het einde staat in geen logboek meer, want dat ging door zonder zijn nieuwste bladen: niemand medeondertekent het nog. Het "
                "ontvangstbewijs bewijst het "
                "wel; bewaar dat: schakel archive export"));
    else if (client_paper_true(end, "too_few_witnesses"))
        client_paper_pair(p, client_paper_say(p, "Hub alone", "Hub alleen"),
            client_paper_say(p, "the region has too few witnesses for others ever to cosign it: it needs most of its partners and an outsider (a "
                "keyholder or public witness)",
                "de regio heeft te weinig getuigen om het ooit door anderen te laten medeondertekenen: nodig zijn de meeste partners en een "
                "buitenstaander (een sleutelhouder of "
                "publieke getuige)"));
    else if (client_paper_true(end, "late"))
        client_paper_pair(p, client_paper_say(p, "Late", "Te laat"),
            client_paper_say(p, "other partners have not cosigned the end of it for over a day; ask the hub's operator which witnesses are missing "
                "(schakel-hub status)",
                "andere partners hebben het einde al meer dan een dag niet medeondertekend; vraag de beheerder van de hub welke getuigen ontbreken "
                "(schakel-hub status)"));
    else
        client_paper_pair(p, client_paper_say(p, "To come", "Komt nog"),
            client_paper_say(p, "other partners have not cosigned the end of it yet; they do so within minutes",
                "andere partners hebben het einde nog niet medeondertekend; dat gebeurt binnen minuten"));
}

/* What comes by itself, and what does not any more. */
static void print_on_its_way(const struct client_paper *p, const cJSON *reply)
{
    char n[24], text[CLIENT_DESK_TEXT];

    if (counts(reply, "openings_waiting", n)) {
        client_paper_format(p, text, sizeof text, "%s of the newest: not laid open by the hub yet; that takes a day at most",
            "%s van de nieuwste: nog niet opengelegd door de hub; dat duurt hoogstens een dag", n);
        client_paper_pair(p, client_paper_say(p, "To come", "Komt nog"), text);
    }
    if (counts(reply, "outbox", n)) {
        client_paper_format(p, text, sizeof text, "%s to be sent from here: schakel outbox list",
            "%s van hier, nog te versturen: schakel outbox list", n);
        client_paper_pair(p, client_paper_say(p, "To come", "Komt nog"), text);
    }
    print_not_anchored(p, cJSON_GetObjectItemCaseSensitive(reply, "end"));
    if (counts(reply, "openings_late", n)) {
        client_paper_format(p, text, sizeof text, "%s: logged over a day ago and not laid open; ask the hub's operator",
            "%s: meer dan een dag geleden gelogd en niet opengelegd; vraag de beheerder van de hub", n);
        client_paper_pair(p, client_paper_say(p, "Late", "Te laat"), text);
    }
}

static void print_not_kept(const struct client_paper *p, const cJSON *reply)
{
    char n[24], years[24], text[CLIENT_DESK_TEXT];

    if (!counts(reply, "not_kept", n))
        return;
    client_paper_format(p, text, sizeof text, "%s of them, up to %s: their term is over (5 to %s years here; %s). Number and leaf remain.",
        "%s ervan, tot en met %s: de termijn is voorbij (hier 5 tot %s jaar; %s). Nummer en blad blijven.", n,
        client_paper_text(reply, "not_kept_until"), digits(reply, "archive_years", years), client_paper_text(reply, "archive_term"));
    client_paper_pair(p, client_paper_say(p, "Not kept", "Niet bewaard"), text);
}

void client_audit_print_whole(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const char *until = client_paper_text(reply, "complete_until");
    char first[24], last[24], n[24], m[24], text[CLIENT_DESK_TEXT];

    (void)args;
    print_title(p, reply);
    print_missing(p, reply);
    print_what_it_means(p, reply);
    if (strcmp(digits(reply, "entries", n), "0") == 0)
        return;
    if (counts(reply, "not_kept", n))
        client_paper_format(p, text, sizeof text, "%s, number %s: every number is here", "%s, nummer %s: elk nummer is er", until,
            digits(reply, "whole_to", last));
    else
        client_paper_format(p, text, sizeof text, "%s, number %s: every number is here, with signature and proof",
            "%s, nummer %s: elk nummer is er, met handtekening en bewijs", until, digits(reply, "whole_to", last));
    client_paper_pair(p, client_paper_say(p, "Whole to", "Heel tot"), until[0] != '\0' ? text : "");
    if (!client_paper_true(reply, "complete"))
        client_paper_pair(p, client_paper_say(p, "That is", "Dat is"), client_paper_text(reply, "verdict"));
    client_paper_format(p, text, sizeof text, "%s to %s; %s of them withdrawn before they were fetched",
        "%s tot en met %s; daarvan %s ingetrokken voor het ophalen", digits(reply, "first", first), digits(reply, "last", last),
        digits(reply, "withdrawn", n));
    client_paper_pair(p, client_paper_say(p, "Numbers", "Nummers"), text);
    print_not_kept(p, reply);
    client_paper_format(p, text, sizeof text, "%s of %s, with what the hub logged", "%s van %s, met wat de hub logde",
        digits(reply, "openings_right", n), digits(reply, "entries", m));
    client_paper_pair(p, client_paper_say(p, "Compared", "Vergeleken"), text);
    print_on_its_way(p, reply);
    client_paper_line(p, CLIENT_DIM, 0, "The acts: schakel audit. The proofs as files: schakel archive export",
        "De handelingen: schakel audit. De bewijzen als bestanden: schakel archive export");
}

void client_audit_print_complete(const struct client_run *r, const cJSON *reply)
{
    struct client_paper p;

    client_paper_init(&p, r->lang);
    client_audit_print_whole(&p, r->args, reply);
}
