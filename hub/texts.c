#include "hub/cli.h"

#include <string.h>

const struct hub_cli_row hub_cli_rows[] = {
    { "init", NULL, HUB_OPT_NAME | HUB_OPT_ORIGIN | HUB_OPT_REGION | HUB_OPT_LISTEN | HUB_OPT_PLAIN | HUB_OPT_PACK, hub_cmd_init,
        "Make the hub's keys and settings, or install the region file.",
        "Maak de sleutels en instellingen van de hub, of installeer het regiobestand." },
    { "run", NULL, 0, hub_cmd_run,
        "Run the hub until it is told to stop.",
        "Draai de hub tot hij een stopsein krijgt." },
    { "welcome", "JOIN.REQ", HUB_OPT_OUTPUT | HUB_OPT_ADDRESS, hub_cmd_welcome,
        "Check a partner's join request and write its welcome.",
        "Controleer het aansluitverzoek van een partner en schrijf het welkomstbestand." },
    { "partners", NULL, 0, hub_cmd_partners,
        "List the partners of the region.",
        "Toon de partners van de regio." },
    { "block", "PARTNER", HUB_OPT_UNDO, hub_cmd_block,
        "Refuse everything from a partner; --undo ends that.",
        "Weiger alles van een partner; --undo maakt dat ongedaan." },
    { "adopt", "FOLDER", 0, hub_cmd_adopt,
        "Keep a pack that the partners adopted; the hub may run.",
        "Bewaar een pakket dat de partners hebben aangenomen; de hub mag draaien." },
    { "status", NULL, 0, hub_cmd_status,
        "Is the hub running, how large is its log, how full is its disk.",
        "Draait de hub, hoe groot is het logboek, hoe vol is de schijf." },
    { "export", "FOLDER", 0, hub_cmd_export,
        "Copy the log for outsiders, as tlog-tiles; the hub may run.",
        "Kopieer het logboek voor buitenstaanders, als tlog-tiles; de hub mag draaien." },
    { "backup", "FOLDER", 0, hub_cmd_backup,
        "Copy everything that is needed to put this hub back; the hub may run.",
        "Kopieer alles wat nodig is om deze hub terug te zetten; de hub mag draaien." },
    { "restore", "FOLDER", HUB_OPT_MIRROR, hub_cmd_restore,
        "Put a hub back from a backup; leaves that were signed since come from a copy of the log.",
        "Zet een hub terug uit een reservekopie; bladen van daarna komen uit een kopie van het logboek." },
    { NULL, NULL, 0, NULL, NULL, NULL },
};

static const struct label { const char *key, *en, *nl; } labels[] = {
    { "home", "folder", "map" },
    { "hub_file", "public file", "openbaar bestand" },
    { "origin", "log", "logboek" },
    { "region", "region", "regio" },
    { "fingerprint", "fingerprint of the region, to compare aloud", "vingerafdruk van de regio, om hardop te vergelijken" },
    { "next", "next step", "volgende stap" },
    { "partner", "partner", "partner" },
    { "partners", "partners", "partners" },
    { "handle", "handle", "korte naam" },
    { "kind", "kind", "soort" },
    { "name", "name", "naam" },
    { "joined", "joined", "aangesloten" },
    { "blocked", "blocked", "geblokkeerd" },
    { "last_seen", "last heard", "laatst gehoord" },
    { "welcome", "welcome file", "welkomstbestand" },
    { "address", "address", "adres" },
    { "state", "state", "toestand" },
    { "running", "running", "draait" },
    { "pid", "process", "proces" },
    { "leaves", "leaves in the log", "bladen in het logboek" },
    { "root", "root of the log", "wortel van het logboek" },
    { "taken", "acts taken since the start", "handelingen aangenomen sinds de start" },
    { "refused", "refused since the start", "geweigerd sinds de start" },
    { "rounds", "rounds", "rondes" },
    { "keys", "keys in use", "sleutels in gebruik" },
    { "full", "disk nearly full", "schijf bijna vol" },
    { "witnesses", "witnesses of the log", "getuigen van het logboek" },
    { "can_anchor", "enough witnesses to anchor", "genoeg getuigen om te verankeren" },
    { "anchored", "leaves that are anchored", "bladeren die verankerd zijn" },
    { "registry", "statements in the registry", "verklaringen in het register" },
    { "registry_anchored", "of them anchored", "waarvan verankerd" },
    { "anchor_alarm", "NOT ANCHORED FOR A DAY: are the nodes of most partners and an outsider there", "AL EEN DAG NIET VERANKERD: zijn de knooppunten van de meeste partners en een buitenstaander er" },
    { "disk_free_percent", "disk free, percent", "schijf vrij, procent" },
    { "updated", "as of", "stand van" },
    { "checkpoint", "checkpoint", "ijkpunt" },
    { "folder", "folder", "map" },
    { "version", "version", "versie" },
    { "valid_from", "counts from", "geldt vanaf" },
    { "digest", "digest", "digest" },
    { "pack", "policy pack", "beleidspakket" },
    { "pack_next", "policy pack to come", "volgend beleidspakket" },
};

const char *hub_texts_label(const char *key, enum lang lang)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i].key, key) == 0)
            return lang == LANG_NL ? labels[i].nl : labels[i].en;
    return key;
}
