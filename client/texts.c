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
    {"address", "address", "adres"},
    {"blocked", "blocked", "geblokkeerd"},
    {"today", "today", "vandaag"},
    {"children", "children", "kinderen"},
    {"known", "known already", "al bekend"},
    {"added", "added", "toegevoegd"},
    {"waiting", "waiting", "wachten"},
    {"note", "note", "let op"},
    {"keyholder_reachable", "keyholder reachable", "sleutelhouder bereikbaar"},
    {"pseudonyms_waiting", "children whose pseudonym is still to be made", "kinderen van wie het pseudoniem nog gemaakt moet worden"},
    {"pseudonyms_note", "why they wait", "waarom die wachten"},
    {"pseudonyms_today", "pseudonyms today", "pseudoniemen vandaag"},
    {"pseudonyms_total", "at most a day, together", "samen hoogstens per dag"},
    {"pseudonyms_per_partner", "at most a day, for a partner", "hoogstens per dag voor een partner"},
    {"hub_reachable", "hub reachable", "hub bereikbaar"},
    {"hub_heard", "hub last heard", "hub laatst gehoord"},
    {"outbox", "waiting to be sent", "wacht op verzending"},
    {"outbox_oldest", "oldest waiting since", "oudste wacht sinds"},
    {"outbox_trouble", "last trouble of sending", "laatste moeite met verzenden"},
    {"queued", "waiting for the hub", "wacht op de hub"},
    {"checkpoint_size", "log size seen", "lengte van het logboek"},
    {"checkpoint_time", "log seen at", "logboek gezien om"},
    {"checkpoint_root", "log root seen", "wortel van het logboek"},
    {"log_trusted", "log consistent", "logboek sluit aan"},
    {"running", "running number", "volgnummer"},
    {"bad_mail", "mail that could not be believed", "post die niet klopte"},
    {"to_decide", "requests to decide", "verzoeken om te beslissen"},
    {"to_open", "shares to open", "ontvangen, nog te openen"},
    {"unconfirmed", "statements not confirmed after a day", "verklaringen na een dag niet bevestigd"},
    {"staff", "staff", "medewerkers"},
    {"sessions", "open sessions", "open sessies"},
    {"cert_days", "days the certificate is valid", "dagen dat het certificaat geldt"},
    {"certs", "certificates", "certificaten"},
    {"next", "next step", "volgende stap"},
    {"messages", "messages", "berichten"},
    {"result", "result", "uitkomst"},
    {"text", "text", "tekst"},
    {"line", "line", "regel"},
    {"leaves", "leaves", "bladeren"},
    {"receipts", "receipts", "ontvangstbewijzen"},
    {"receipt", "receipt (the hub's word)", "ontvangstbewijs (woord van de hub)"},
    {"anchored", "anchored (cosigned by others)", "verankerd (medeondertekend door anderen)"},
    {"root", "root", "wortel"},
    {"size", "size", "lengte"},
    {"index", "place in the log", "plaats in het logboek"},
    {"time", "time", "tijd"},
    {"checkpoints", "checkpoints", "checkpoints"},
    {"hold", "hold", "kloppen"},
    {"withdrawn", "withdrawn before they were fetched", "ingetrokken voor het ophalen"},
    {"missing", "never came", "nooit gekomen"},
    {"first", "first number", "eerste nummer"},
    {"last", "last number", "laatste nummer"},
    {"root_holds", "the leaves give this root", "de bladeren geven deze wortel"},
    {"cosigned_partners", "cosigned by partners", "medeondertekend door partners"},
    {"cosigned_outsiders", "cosigned by outsiders", "medeondertekend door buitenstaanders"},
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
