#include "client/texts.h"

#include <stdio.h>
#include <string.h>

/* Sorted by hand within a subject; add a row when a reply gets a new key. */
static const struct { const char *key, *en, *nl; } labels[] = {
    {"id", "id", "kenmerk"},
    {"name", "name", "naam"},
    {"login", "login", "aanmeldnaam"},
    {"role", "role", "rol"},
    {"state", "state", "stand"},
    {"until", "until", "tot"},
    {"from", "from", "van"},
    {"to", "to", "aan"},
    {"handle", "handle", "korte naam"},
    {"kind", "kind", "soort"},
    {"partner", "partner", "partner"},
    {"partners", "partners", "partners"},
    {"region", "region", "regio"},
    {"fingerprint", "fingerprint", "vingerafdruk"},
    {"signed", "signed", "ondertekend"},
    {"founders", "founders", "oprichters"},
    {"file", "file", "bestand"},
    {"files", "files", "bestanden"},
    {"pack", "policy pack", "beleidspakket"},
    {"pseudonym", "pseudonym", "pseudoniem"},
    {"hub", "hub", "hub"},
    {"keyholder", "keyholder", "sleutelhouder"},
    {"witnesses", "witnesses of the log", "getuigen van het logboek"},
    {"can_anchor", "enough witnesses to anchor", "genoeg getuigen om te verankeren"},
    {"address", "address", "adres"},
    {"blocked", "blocked", "geblokkeerd"},
    {"today", "today", "vandaag"},
    {"children", "children", "kinderen"},
    {"known", "known already", "al bekend"},
    {"added", "added", "toegevoegd"},
    {"waiting", "waiting", "wachten"},
    {"note", "note", "let op"},
    {"keyholder_reachable", "keyholder reachable", "sleutelhouder bereikbaar"},
    {"acts", "acts", "handelingen"},
    {"when", "when", "wanneer"},
    {"who", "who", "wie"},
    {"person", "person", "persoon"},
    {"act", "act", "handeling"},
    {"at", "at", "tijdstip"},
    {"number", "number", "nummer"},
    {"child", "child", "kind"},
    {"purpose", "purpose", "doel"},
    {"sections", "sections", "onderdelen"},
    {"before", "before", "begin"},
    {"after", "after", "erna"},
    {"end", "end", "einde"},
    {"ground", "ground", "grondslag"},
    {"complete", "complete", "volledig"},
    {"verdict", "verdict", "uitkomst"},
    {"openings_right", "compared with what the hub logged", "vergeleken met wat de hub logde"},
    {"openings_answered", "answered to the hub", "aan de hub beantwoord"},
    {"without_officer", "partners whose officer's key has ended", "partners waarvan de sleutel van de privacy officer is verlopen"},
    {"openings_late", "logged over a day ago and not laid open", "meer dan een dag geleden gelogd en niet opengelegd"},
    {"bad_opening", "BAD OPENING at number", "SLECHTE OPENING bij nummer"},
    {"bad_opening_why", "why", "waarom"},
    {"gaps", "missing numbers", "ontbrekende nummers"},
    {"pseudonyms_waiting", "children whose pseudonym is still to be made", "kinderen van wie het pseudoniem nog gemaakt moet worden"},
    {"pseudonyms_note", "why they wait", "waarom die wachten"},
    {"pseudonyms_today", "pseudonyms today", "pseudoniemen vandaag"},
    {"pseudonyms_total", "at most a day, together", "samen hoogstens per dag"},
    {"pseudonyms_per_partner", "at most a day, for a partner", "hoogstens per dag voor een partner"},
    {"status_work", "work", "werk"},
    {"status_link", "link with the hub", "verbinding met de hub"},
    {"status_log", "log", "logboek"},
    {"status_officer", "what the hub logged about this organisation", "wat de hub over deze organisatie logde"},
    {"status_registry", "registry", "register"},
    {"status_node", "this node", "dit knooppunt"},
    {"hub_reachable", "hub reachable", "hub bereikbaar"},
    {"hub_heard", "hub last heard", "hub laatst gehoord"},
    {"mirror_leaves", "copy of the log: leaves", "kopie van het logboek: bladen"},
    {"mirror_time", "copy of the log: whole at", "kopie van het logboek: heel om"},
    {"erasing_note", "what is past its term", "wat zijn termijn voorbij is"},
    {"mirror_note", "copy of the log", "kopie van het logboek"},
    {"archive_years", "the archive stays, in years", "het archief blijft, in jaren"},
    {"legal_hold", "legal hold (nothing is dropped by its age)", "bewaarplicht (niets vervalt door ouderdom)"},
    {"registry_note", "registry", "register"},
    {"clocks_note", "the clocks differ", "de klokken verschillen"},
    {"ended", "left", "vertrokken"},
    {"by", "by", "door"},
    {"certificate_until", "certificate valid until", "certificaat geldig tot"},
    {"checkpoint", "checkpoint", "checkpoint"},
    {"content", "content", "inhoud"},
    {"count", "how many", "hoeveel"},
    {"folder", "folder", "map"},
    {"made", "made", "gemaakt"},
    {"node", "node", "knooppunt"},
    {"node_key", "node key, by which it can be revoked", "knooppuntsleutel, waarmee die kan worden ingetrokken"},
    {"hpke", "receiving", "ontvangen"},
    {"officer", "privacy officer", "privacy officer"},
    {"revoked", "revoked", "ingetrokken"},
    {"statements", "statements", "verklaringen"},
    {"why", "why", "waarom"},
    {"disk_note", "the disk", "de schijf"},
    {"outbox", "waiting to be sent", "wacht op verzending"},
    {"outbox_oldest", "oldest waiting since", "oudste wacht sinds"},
    {"outbox_trouble", "last trouble of sending", "laatste moeite met verzenden"},
    {"queued", "waiting for the hub", "wacht op de hub"},
    {"checkpoint_size", "log size seen", "lengte van het logboek"},
    {"checkpoint_time", "log seen at", "logboek gezien om"},
    {"checkpoint_root", "log root seen", "wortel van het logboek"},
    {"log_trusted", "log consistent", "logboek sluit aan"},
    {"cosigns", "cosigns the log as a witness", "medeondertekent het logboek als getuige"},
    {"witness", "the new witness key", "de nieuwe getuigesleutel"},
    {"witness_key", "witness key", "getuigesleutel"},
    {"witness_key_note", "the key it cosigns with", "de sleutel waarmee het medeondertekent"},
    {"cosigned_size", "log size cosigned", "lengte medeondertekend"},
    {"anchored_size", "log size anchored (cosigned by enough others)", "lengte verankerd (door genoeg anderen medeondertekend)"},
    {"anchored_time", "anchored at", "verankerd om"},
    {"witness_heard", "another witness confirmed the log at", "een andere getuige bevestigde het logboek om"},
    {"registry_cosigned_size", "statements when this node last cosigned the registry", "verklaringen toen dit knooppunt het register laatst medeondertekende"},
    {"registry_anchored_size", "statements anchored (cosigned by enough others)", "verklaringen verankerd (door genoeg anderen medeondertekend)"},
    {"registry_anchored_time", "registry anchored at", "register verankerd om"},
    {"registry_witness_heard", "another witness confirmed the registry at", "een andere getuige bevestigde het register om"},
    {"registry_fresh", "registry confirmed in the last 10 minutes", "register bevestigd in de laatste 10 minuten"},
    {"log_fresh", "log and registry confirmed in the last 10 minutes (disclosures may go)",
        "logboek en register bevestigd in de laatste 10 minuten (verstrekken kan)"},
    {"anchor_alarm", "NOT ANCHORED FOR A DAY", "AL EEN DAG NIET VERANKERD"},
    {"warning", "WARNING", "WAARSCHUWING"},
    {"doubted_by", "saw another log", "zag een ander logboek"},
    {"running", "running number", "volgnummer"},
    {"bad_mail", "mail that could not be believed", "post die niet klopte"},
    {"to_decide", "requests to decide", "verzoeken om te beslissen"},
    {"to_open", "shares to open", "ontvangen, nog te openen"},
    {"consents_silent", "consents of which the recorder has said nothing for over a day: after seven days they count no more",
        "toestemmingen waarvan de vastlegger al meer dan een dag niets liet horen: na zeven dagen tellen ze niet meer"},
    {"shares_silent", "shares that were fetched over a week ago and never said to be read; see: schakel request list",
        "verstrekkingen die meer dan een week geleden zijn opgehaald en nooit als gelezen gemeld; zie: schakel request list"},
    {"fetched", "fetched, says the hub", "opgehaald, zegt de hub"},
    {"silent_days", "days without a word that it was read", "dagen zonder bericht dat het gelezen is"},
    {"unconfirmed", "statements not confirmed after a day", "verklaringen na een dag niet bevestigd"},
    {"staff", "staff", "medewerkers"},
    {"sessions", "open sessions", "open sessies"},
    {"cert_days", "days the certificate is valid", "dagen dat het certificaat geldt"},
    {"certs", "days that its certificates are valid", "dagen dat zijn certificaten gelden"},
    {"act", "act", "handeling"},
    {"reason", "reason", "reden"},
    {"key", "key", "sleutel"},
    {"says", "it says", "er staat"},
    {"key_before", "the key of before", "de sleutel ervoor"},
    {"if_stolen", "was that one stolen, then when the node has started", "is die gestolen, dan als het knooppunt gestart is"},
    {"elements", "pseudonyms a day", "pseudoniemen per dag"},
    {"outsiders", "witnesses from outside", "getuigen van buiten"},
    {"revoked_keys", "keys that count no more", "sleutels die niet meer tellen"},
    {"registry_size", "statements in the registry", "verklaringen in het register"},
    {"registry_void", "statements that do not count: the hub should have refused them", "verklaringen die niet tellen: de hub had ze moeten weigeren"},
    {"registry_seen", "registry last seen whole", "register het laatst heel gezien"},
    {"next", "next step", "volgende stap"},
    {"pack_next", "policy pack to come", "volgend beleidspakket"},
    {"version", "version", "versie"},
    {"valid_from", "counts from", "geldt vanaf"},
    {"digest", "digest", "digest"},
    {"adopted_by", "adopted by", "aangenomen door"},
    {"adopters", "partners that adopted it", "partners die het aannamen"},
    {"needed", "partners that must", "partners die dat moeten"},
    {"adopted", "adopted", "aangenomen"},
    {"advice", "advice", "advies"},
    {"counts", "counts", "telt"},
    {"when", "when", "wanneer"},
    {"messages", "messages", "berichten"},
    {"result", "result", "uitkomst"},
    {"text", "text", "tekst"},
    {"line", "line", "regel"},
    {"leaves", "leaves", "bladen"},
    {"receipts", "receipts", "ontvangstbewijzen"},
    {"receipt", "receipt (the hub's word)", "ontvangstbewijs (woord van de hub)"},
    {"anchored", "anchored (cosigned by others)", "verankerd (medeondertekend door anderen)"},
    {"root", "root", "wortel"},
    {"size", "size", "lengte"},
    {"index", "place in the log", "plaats in het logboek"},
    {"time", "time", "tijd"},
    {"checkpoints", "checkpoints", "checkpoints"},
    {"hold", "hold", "kloppen"},
    {"not_kept", "not kept any more (their term is over; number and leaf remain)", "niet meer bewaard (de termijn is voorbij; nummer en blad blijven)"},
    {"withdrawn", "withdrawn before they were fetched", "ingetrokken voor het ophalen"},
    {"missing", "never came", "nooit gekomen"},
    {"first", "first number", "eerste nummer"},
    {"last", "last number", "laatste nummer"},
    {"root_holds", "the leaves give this root", "de bladen geven deze wortel"},
    {"cosigned_partners", "cosigned by partners", "medeondertekend door partners"},
    {"cosigned_outsiders", "cosigned by outsiders", "medeondertekend door buitenstaanders"},
    {"receipts_lost", "of leaves that were lost (proven by the receipt alone)", "van bladen die weg zijn (door het ontvangstbewijs alleen bewezen)"},
    {"log_origin", "the log goes on as", "het logboek gaat door als"},
    {"log_kept", "leaves kept of the log before", "bladen bewaard van het logboek ervoor"},
    {"log_lost", "lost", "verloren"},
    {"origin", "origin of the log", "oorsprong van het logboek"},
    {"kept", "leaves that are kept", "bladen die worden bewaard"},
    {"lost", "leaves that are given up: so many numbers each partner skips", "bladen die worden opgegeven: zoveel nummers slaat elke partner over"},
    {"seen", "leaves that were signed", "bladen die waren ondertekend"},
    {"receipts_compared", "receipts compared", "ontvangstbewijzen vergeleken"},
    {"standing", "standing", "waarde"},
    {"problems", "problems", "problemen"},
    {"problem", "what is wrong", "wat er mis is"},
    {"leaf", "leaf", "blad"},
    {"log", "log", "logboek"},
    {"entries", "entries", "regels"},
};

void client_texts_label(const char *key, enum lang lang, char *out, size_t out_len)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i].key, key) == 0) {
            (void)snprintf(out, out_len, "%s", lang == LANG_NL ? labels[i].nl : labels[i].en);
            return;
        }
    (void)snprintf(out, out_len, "%s", key);
    for (char *p = out; *p != '\0'; p++)
        if (*p == '_')
            *p = ' ';
}

/* ---- names that stand in answers, in words ---- */

struct name { const char *name, *en, *nl; };

static const struct name roles[] = {
    {"caseworker", "caseworker", "behandelaar"},
    {"coordinator", "coordinator", "coördinator"},
    {"second", "second person", "tweede persoon"},
    {"officer", "privacy officer", "privacy officer"},
    {"fg", "data protection officer", "functionaris gegevensbescherming"},
    {"adopter", "adopter of policy", "aannemer van beleid"},
    {"analyst", "analyst", "analist"},
    {"admin", "administrator", "beheerder"},
};

/* Statements, and the messages that are none. */
static const struct name kinds[] = {
    {"request", "request", "verzoek"},
    {"offer", "offer", "aanbod"},
    {"refuse", "refusal", "weigering"},
    {"release", "content of a share", "inhoud van een deling"},
    {"answer", "answer to an offer", "antwoord op een aanbod"},
    {"cancel", "request taken back", "ingetrokken verzoek"},
    {"report", "report of reading", "bericht over het lezen"},
    {"ack", "confirmation", "bevestiging"},
    {"publish", "key made known", "bekendgemaakte sleutel"},
    {"breakglass", "emergency procedure", "noodprocedure"},
    {"opened-leaf", "answer to the log", "antwoord op het logboek"},
    {"registry", "statement for the registry", "verklaring voor het register"},
    {"event", "event", "gebeurtenis"},
    {"event-end", "end of an event", "einde van gebeurtenis"},
    {"consent", "consent", "toestemming"},
    {"withdrawal", "withdrawal", "intrekking"},
    {"status", "status of a consent", "stand van een toestemming"},
    {"objection", "objection", "bezwaar"},
    {"objection-end", "end of an objection", "einde van bezwaar"},
    {"membership", "membership", "deelname"},
    {"facts", "facts", "gegevens"},
    {"weighing", "weighing", "afweging"},
    {"approval", "approval", "goedkeuring"},
    {"grant", "grant", "toekenning"},
};

static const char *in_words(const struct name *table, size_t count, const char *name, enum lang lang)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return lang == LANG_NL ? table[i].nl : table[i].en;
    return name;
}

const char *client_texts_role(const char *name, enum lang lang)
{
    return in_words(roles, sizeof roles / sizeof *roles, name, lang);
}

const char *client_texts_kind(const char *name, enum lang lang)
{
    return in_words(kinds, sizeof kinds / sizeof *kinds, name, lang);
}

static const struct name values[] = {
    {"CASE", "CASE", "CASUS"},
    {"COMMAND", "COMMAND", "OPDRACHT"},
    {"DATE", "DATE", "DATUM"},
    {"DIR", "DIR", "MAP"},
    {"EVENT", "EVENT", "GEBEURTENIS"},
    {"FILE", "FILE", "BESTAND"},
    {"FILE.csv", "FILE.csv", "BESTAND.csv"},
    {"FILE.html", "FILE.html", "BESTAND.html"},
    {"FOLDER", "FOLDER", "MAP"},
    {"HANDLE", "HANDLE", "KORTE-NAAM"},
    {"HOST:PORT", "HOST:PORT", "ADRES:POORT"},
    {"ID", "ID", "NR"},
    {"ID,...", "ID,...", "NR,..."},
    {"KEY", "KEY", "SLEUTEL"},
    {"KIND", "KIND", "SOORT"},
    {"LOGIN", "LOGIN", "AANMELDNAAM"},
    {"N=TEXT", "N=TEXT", "N=TEKST"},
    {"NAME", "NAME", "NAAM"},
    {"NAME=TEXT", "NAME=TEXT", "NAAM=TEKST"},
    {"NUMBER", "NUMBER", "NUMMER"},
    {"PURPOSE", "PURPOSE", "DOEL"},
    {"REASON", "REASON", "REDEN"},
    {"ROLE", "ROLE", "ROL"},
    {"SECTION", "SECTION", "ONDERDEEL"},
    {"SECTION,...", "SECTION,...", "ONDERDEEL,..."},
    {"TEXT", "TEXT", "TEKST"},
    {"VALUE", "VALUE", "WAARDE"},
    {"WHO,...", "WHO,...", "WIE,..."},
    {"WORD", "WORD", "WOORD"},
};

/* What schools and municipalities keep; a field that is not here is shown by the name it was given. */
static const struct name fields[] = {
    {"address", "address", "adres"},
    {"birth_date", "birth date", "geboortedatum"},
    {"class", "class", "klas"},
    {"contact", "contact", "contact"},
    {"custody", "custody", "gezag"},
    {"date", "date", "datum"},
    {"days", "days", "dagen"},
    {"done", "done", "gedaan"},
    {"g1", "parent 1", "ouder 1"},
    {"g2", "parent 2", "ouder 2"},
    {"goal", "goal", "doel"},
    {"hours", "hours", "uren"},
    {"incapable", "not able to decide", "wilsonbekwaam"},
    {"last_day", "last day", "laatste dag"},
    {"level", "level", "niveau"},
    {"name", "name", "naam"},
    {"note", "note", "notitie"},
    {"phone", "phone", "telefoon"},
    {"proof_date", "proof seen on", "bewijs gezien op"},
    {"school", "school", "school"},
    {"since", "since", "sinds"},
    {"state", "state", "stand"},
    {"text", "text", "tekst"},
    {"unauthorised_hours", "hours without leave", "uren ongeoorloofd"},
    {"what", "what", "wat"},
};

/* Who holds custody, as a record has it. */
static const struct name custody[] = {
    {"g1", "parent 1", "ouder 1"},
    {"g2", "parent 2", "ouder 2"},
    {"voogd", "guardian", "voogd"},
};

void client_texts_custody(const char *names, enum lang lang, char *out, size_t out_len)
{
    char name[16];
    size_t used = 0;
    int read = 0;

    out[0] = '\0';
    for (; used < out_len && sscanf(names, " %15[^ ]%n", name, &read) == 1; names += read)
        used += (size_t)snprintf(out + used, out_len - used, "%s%s", used != 0 ? ", " : "",
            in_words(custody, sizeof custody / sizeof *custody, name, lang));
}

const char *client_texts_value(const char *value, enum lang lang)
{
    return in_words(values, sizeof values / sizeof *values, value, lang);
}

const char *client_texts_field(const char *name, enum lang lang)
{
    return in_words(fields, sizeof fields / sizeof *fields, name, lang);
}
